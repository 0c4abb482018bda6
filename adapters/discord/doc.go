// Package discord connects Studyhall to Discord.
//
// adapter.go is the [Adapter]. rest.go speaks to the REST API within the limits
// that ratelimit.go learns, and fault.go says what a refusal means. gateway.go
// keeps connections over which events come, wire.go is one of them; webhook.go
// takes interactions over HTTP instead. inbound.go reads what people did,
// answer.go has it answered in time, keptform.go opens forms again, complete.go
// says where a field is completed, typed.go answers words. post.go sends and finds
// messages, place.go knows people and places, register.go registers the commands.
//
// The rest is pure: messages, forms, commands and what comes back, without a
// connection. ids.go makes and reads identifiers, text.go turns [bot.Text] into
// Discord's Markdown, render.go a card into a message, payload.go messages into
// the bodies of Discord's routes, form.go a form into a modal and a sent modal
// into values, command.go commands into what is registered and options into
// values, press.go paths into custom_ids and back, limits.go holds Discord's
// limits and checks bodies against them. The JSON is our own, since the library's
// types lack a nonce, labels and half of a modal's inputs.
//
// # Content and action rows
//
// A message is plain content with rows of components under it, neither an embed
// nor "components v2". People who switch link previews off see no embeds, and
// phones preview neither embeds nor v2 text in a notification, while a question
// must be readable in both. A message once sent as v2 can never be edited back,
// and the two that are left, content and rows, are all that a card needs: the
// title is a heading, facts are lines, a footer is small lines ("-# "), a table
// is read as lines, an image is an attachment with a description. Tone, which
// only an embed has, is left out. Buttons cannot have words for screen readers
// alone here, so Button.Accessible is not sent; a card's text has the words.
//
// # Literal text stays literal
//
// Every character that Discord's Markdown could act on is escaped, nothing is
// linked, previewed or notified that the message doesn't mean: allowed_mentions
// parses nothing and names only accounts that were mentioned with [bot.Mention].
// Escapes count towards the 2,000 characters of a message. Should a text consist
// of so many that it would not fit, those characters are shown in their wide
// forms instead (a wide asterisk for an asterisk), which need no escape; see
// [Payload].
//
// # Finding a message again
//
// A key is sent as the nonce, which makes Discord drop a repeat within minutes.
// It also stands in the first custom_id, after a tilde, so that the message can
// be found later, and is taken off when the control is used.
package discord
