// Package slack shows Studyhall in Slack.
//
// How things come: sockets.go keeps a connection of Socket Mode open, of which
// socket.go is one, or webhook.go takes signed requests; seen.go leaves out what
// came before. All of it ends in an envelope, which is acknowledged once.
//
// What people do: inbound.go reads it, typed.go what they write, answer.go and
// submit.go answer, in whispers, in forms (keptform.go) and over home pages
// (modal.go, home.go); complete.go fills menus as they type, fetch.go reads the
// files that they send, notice.go hears what happens to places.
//
// What is sent: rest.go calls Slack's methods, ratelimit.go keeps to their limits,
// fault.go says what refusals mean; post.go posts, edits, pins and opens private
// conversations, upload.go uploads pictures, find.go finds again what was posted,
// place.go knows people and channels.
//
// Then there is the pure half: messages, forms and what comes back, without a
// connection. ids.go makes and reads identifiers, text.go turns [bot.Text] into
// rich text, render.go a card into blocks, payload.go blocks into the bodies of
// Slack's methods, form.go a form into a modal view and a sent view into values,
// command.go reads what people type, press.go what they press, limits.go holds
// Slack's limits and checks bodies against them.
//
// # Literal text stays literal
//
// Slack's mrkdwn has no escape for *, _, ~ and `; only &, < and > can be written
// as entities. So nothing that a person may have typed is ever sent as mrkdwn.
// Text stands in rich_text blocks, whose text elements show every character as
// it is, parse no mention, link or emoji, and notify nobody; labels, options and
// the small lines of a footer stand in plain_text objects with emoji off. The
// only mrkdwn objects are ones that hold a single token of our own making: a
// time in a footer ("<!date^…>") or a mention in one. The notification line,
// "text", is escaped and sent with mrkdwn off.
//
// # What is shown how
//
// A title is a header block; where it holds a token or characters that
// plain_text may show differently (&, <, >, :emoji:) it is a bold line instead.
// Facts are lines, since section fields would need mrkdwn. A table is a table
// block in messages, of which Slack allows one, and lines elsewhere. A footer
// is context blocks, one a line. Tone has no place in blocks and is left out. A
// path is a control's action_id; the key of a delivery is in the metadata.
//
// # What may have happened
//
// Slack knows no request that may be repeated: a second chat.postMessage is a
// second message. So only what certainly wasn't done is tried again here: what
// never left, and what Slack had too much of. All else ends with an error of unknown
// outcome, after which the engine looks for the key in the metadata of the channel's
// messages, which are read with include_all_metadata, and posts only if it isn't
// there. internal_error, fatal_error, request_timeout and service_unavailable say
// nothing about the outcome, and neither do a 5xx, a page in place of an answer, or
// half of one.
//
// # Limits
//
// A limit is of a method in a workspace, or of posts in a channel. The published
// ones are kept to; an answer 429 is remembered, and for ten minutes calls go one by
// one, as often as Slack was seen to take. A fifth of each limit is for those for
// whom somebody waits. A post waits two seconds for its turn and is then put off, so
// that a workspace at its limit holds up no other.
//
// Nothing has to be split: a valid message has at most 1,900 characters of text
// where Slack takes 3,000 in a block and some 13,000 in all.
package slack
