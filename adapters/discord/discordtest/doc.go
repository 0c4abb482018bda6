// Package discordtest is a Discord in memory: REST, gateway, interactions, and
// people who act and see, for tests of adapters/discord and of whole programs.
// It holds whoever talks to it to the rules that docs.discord.com states and to
// what was seen of the real one, and can fail in all the ways that one does.
//
//	d := discordtest.New(t, discordtest.Options{})
//	server := d.Guild("Biomed")
//	study := server.Channel("cbet-study")
//	ann := d.Person("ann")
//	server.Join(ann)
//	// start the bot with d.Token, d.URL, d.Client() and d.Dial
//	d.Await(ctx, d.Connected)
//	i, err := ann.Command(study, "quiz", discordtest.Args{"count": 5})
//	err = i.Wait(ctx)                       // answered, or ErrNoAnswer after 3 s
//	i, err = ann.Press(i.Reply(), "B")      // by label or custom_id
//	ann.Sees()                              // messages, whispers, modals, edits, since the last call
//
// # Reaching it
//
// [Server.URL] is the API without a version ("http://discord.test/api"). By
// default nothing listens: [Server.Client] is an HTTP client and [Server.Dial] a
// dialler of connections in memory, so that tests run inside testing/synctest.
// With Options.TCP it listens on loopback, too, for other people's programs.
//
// # The world
//
//	(*Server) Guild(name string) *Guild             a server with the bot in it
//	(*Guild) Channel(name string) *Channel          which everybody sees and writes to
//	(*Guild) Join(people ...*Person)                members
//	(*Guild) Grant(p *Person, rights uint64)        more rights for a member
//	(*Guild) Remove(), Outage(on bool)              the bot is thrown out; the server is down
//	(*Channel) Deny(rights uint64), Allow(rights)   for the bot, here
//	(*Channel) Delete(), Messages() []Message       as everybody sees them
//	(*Channel) Remove(message string)               a moderator deletes a message
//	(*Channel) Archive(locked bool)                 of a thread
//	(*Person) Direct() *Channel                     with the bot
//	(*Person) Block(on bool)                        direct messages fail with 50007
//	(*Person) Locale(code string)                   "" leaves it out of interactions
//
// # People act
//
// Each returns an error where a person could not have done it: no such command
// or button, a value that the client refuses, a message that is not theirs to
// see.
//
//	(*Person) Command(c *Channel, name string, args Args) (*Interaction, error)
//	(*Person) Complete(c *Channel, command, option, typed string, args Args) (*Interaction, error)
//	(*Person) Press(m Message, button string) (*Interaction, error)
//	(*Person) Select(m Message, menu string, values ...string) (*Interaction, error)   labels or values
//	(*Person) Submit(f Modal, values Args) (*Interaction, error)             by custom_id or label
//	(*Person) Shortcut(m Message, name string) (*Interaction, error)
//	(*Person) Write(c *Channel, text string) (Message, error)                mentions of the bot with "<@ID>"
//
// Values of [Args] are strings, numbers, booleans, *Person, *Channel, [File], and
// lists of strings. An [Interaction] tells what came of it: Wait, Acked, Latency,
// Reply, Followups, Modal, Choices, Callback.
//
// # Seeing
//
//	(*Person) Sees() []Seen      what this person could see, since the last call
//	(*Server) Seen() []Seen      what anybody could see, since the last call
//	(*Person) Messages(c *Channel) []Message      now, with whispers to this person
//	(*Person) Modal() (Modal, bool)               that is open
//	(*Server) Idle() bool        nothing that was asked is unanswered
//
// # Faults
//
// One line each. The next n requests to a route:
//
//	d.Inject(1, CreateMessage, CutAfter())        the connection is cut, the message is there
//	d.Inject(2, CreateMessage, StatusBefore(502)) or StatusAfter
//	d.Inject(1, Callback, Delay(2900*time.Millisecond))
//	d.Inject(1, Any, Limited(ScopeGlobal, 2*time.Second)) or ScopeUser, ScopeShared, Cloudflare(…)
//	d.Inject(1, EditOriginal, Refused(404, 10015))
//	d.Inject(-1, Any, Gzip())                     and UnknownComponents, UnknownFields, SkewedDate, SlowBody
//
// The next n gateway connections:
//
//	d.Gateway(1, NoHello) NoReady ReconnectBeforeHello ReconnectBeforeReady RefuseSession RefuseSessionForGood
//	NoAck Refuse(4004) ReorderReplay
//
// Live: d.Reconnect(), d.Invalidate(resumable), d.Drop(), d.HalfOpen(), d.CloseWith(code),
// d.AskHeartbeat(), d.SendUnknown(), d.Duplicate(n) (interactions are sent twice).
//
// # Counting
//
// [Server.Counts] has posts by nonce, requests by route, 429s, refusals, identifies, resumes, open
// sessions; [Server.Latencies] how long acknowledgements took; [Server.Refusals] what was refused and
// why, [Server.Notices] what Discord silently tolerates (fields that it doesn't know, a RESUME on the
// wrong address).
//
// Bodies are held against Discord's published schema too, where Options.Schema or the environment's
// STUDYHALL_DISCORD_SCHEMA names the file that oracles/discord-schema.mjs writes; so are the answers given here.
package discordtest
