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
//	// start the bot with d.Token(), d.URL(), d.Client() and d.Dial
//	err := d.Await(ctx, d.Connected)
//	i, err := ann.Command(study, "quiz", discordtest.Args{"count": 5})
//	err = i.Wait(ctx)                   // answered, or ErrNoAnswer after 3 s
//	i, err = ann.Press(i.Reply(), "B")  // by label or custom_id
//	for _, e := range ann.Sees() { … }  // messages, whispers, modals, edits, since the last call
//
// # Reaching it
//
// [Server.URL] is the API's address without a version. By default nothing
// listens: [Server.Client] is an HTTP client and [Server.Dial] a dialler of
// connections in memory, whatever the address, so that tests run inside
// testing/synctest. With Options.TCP it listens on loopback, too, for other
// people's programs; discord.js and disgo live on it in TestForeignClients. With
// Options.Interactions it posts interactions to the bot, signed, in place of the
// gateway; [Server.Ping] does what Discord does when such an address is entered.
//
// # The world
//
// [Server.Guild] is a server with the bot in it, [Guild.Channel] a channel that
// everybody sees and writes to, [Server.Person] somebody, who is nowhere before
// [Guild.Join]. [Guild.Grant] and [Guild.Rights] say who may what in a server,
// [Channel.Deny] and [Channel.Allow] what the bot may in a channel. [Guild.Remove],
// [Guild.Outage], [Channel.Delete], [Channel.Remove], [Channel.Archive] and
// [Person.Block] are what happens between a plan and a post.
//
// # People act and see
//
// A person uses commands ([Person.Command], [Person.Complete], [Person.Shortcut]),
// controls ([Person.Press], [Person.Select]), forms ([Person.Submit]) and words
// ([Person.Write], also in [Person.Direct]). Each returns an error where the
// person's app would not have let them: no such command or button, a value
// that doesn't fit, a message that is not theirs to see. [Person.PressAs] is for a
// forged one. What came of it is in the [Interaction].
//
// [Person.Sees] is what one person could see since the last call, [Server.Seen]
// what anybody could; [Person.Messages] and [Channel.Messages] are what is there
// now. [Server.Idle] reports whether nothing that people asked is unanswered.
//
// # Faults
//
// One line each. Requests, the next n of a route:
//
//	d.Inject(1, discordtest.CreateMessage, discordtest.CutAfter()) // posted, and no answer
//	d.Inject(2, discordtest.EditMessage, discordtest.StatusBefore(502))
//	d.Inject(1, discordtest.Callback, discordtest.Delay(3100*time.Millisecond))
//	d.Inject(1, discordtest.Any, discordtest.Limited(discordtest.ScopeGlobal, 2*time.Second))
//	d.Inject(1, discordtest.EditOriginal, discordtest.Refused(404, 10015))
//	d.Inject(-1, discordtest.Any, discordtest.UnknownFields())
//
// Connections to the gateway, the next n: [Server.Gateway] with [NoHello],
// [NoReady], [NoAck], [ReconnectBeforeHello], [ReconnectBeforeReady],
// [RefuseSession], [RefuseSessionForGood], [Refuse] or [ReorderReplay]. Live ones:
// [Server.Reconnect], [Server.Invalidate], [Server.Drop], [Server.HalfOpen],
// [Server.CloseWith], [Server.AskHeartbeat], [Server.SendUnknown],
// [Server.Strange]. Interactions: [Server.Duplicate], [Interaction.Again],
// [Interaction.Expire]. [Server.Heal] ends what was injected.
//
// # Counting
//
// [Server.Counts] has posts by nonce, requests by route, 429s, identifies, resumes
// and open sessions; [Server.Latencies] how long acknowledgements took;
// [Server.Refusals] what was refused and why; [Server.Notices] what Discord
// tolerates in silence, such as fields that it doesn't know.
//
// # Where its rules come from
//
// Bodies are held against Discord's published schema where Options.Schema or
// STUDYHALL_DISCORD_SCHEMA names the file that oracles/discord-schema.mjs writes,
// and so are the answers given here. What that schema leaves out (totals,
// duplicates, styles of buttons, names, orders) is in rules.go, component.go,
// modal.go and command.go, apart from the adapter's own checks, so that the two
// check each other. How long a nonce or a lost session is remembered, limits of
// routes and some statuses are unpublished: [Options] has them.
//
// Polls, stickers, reactions, voice, forums and members' events are not here.
package discordtest
