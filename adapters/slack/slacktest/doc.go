// Package slacktest is a Slack in memory: the Web API, Socket Mode or signed
// requests, and people who act and see, for tests of adapters/slack and of whole
// programs. It holds whoever talks to it to the rules that docs.slack.dev states
// and to what was seen of the real one, and can fail in all the ways that one does.
//
//	s := slacktest.New(t, slacktest.Options{})
//	w := s.Workspace("Biomed")
//	study := w.Channel("cbet-study")
//	ann := w.Person("ann")
//	study.Join(ann)
//	study.Invite()                       // the bot
//	// start the bot with w.Token(), s.AppToken(), s.URL(), s.Client() and s.Dial
//	err := s.Await(ctx, s.Connected)
//	i, err := ann.Command(study, "/studyhall", "quiz 5")
//	err = i.Wait(ctx)                    // acknowledged, or ErrNoAnswer after 3 s
//	i, err = ann.Press(study.Messages()[0], "B")
//	for _, e := range ann.Sees() { … }   // messages, whispers, forms, edits, since the last call
//
// # Reaching it
//
// [Server.URL] is the Web API's address. By default nothing listens:
// [Server.Client] is an HTTP client and [Server.Dial] a dialler of connections in
// memory, whatever the address, so that tests run inside testing/synctest. With
// Options.TCP it listens on loopback, too, for other people's programs; those of
// Slack itself live on it in TestForeignClients. With Options.Requests it posts
// to the bot, signed, in place of sockets; [Server.Verify] does what Slack does
// when such addresses are entered, [Server.Post] sends any signed request.
//
// # The world
//
// One application, which Options.Manifest describes: its commands, shortcuts,
// events, scopes and tabs. [Server.Workspace] is a team that has installed it,
// [Server.Elsewhere] one that hasn't; [Person.Authorize] is what somebody's
// browser does to install it, and [Workspace.Uninstall], [Workspace.Revoke] and
// [Workspace.Grant] are what may happen afterwards. [Workspace.Channel] and
// [Workspace.Private] make channels with nobody in them, [Workspace.Person]
// somebody in no channel, [Workspace.Group] a user group: see [Channel.Join] and [Channel.Invite].
// [Channel.Remove], [Channel.Archive], [Channel.Delete], [Channel.Restrict] and
// [Person.Deactivate] are what happens between a plan and a post.
//
// # People act and see
//
// A person uses commands ([Person.Command]), words ([Person.Write],
// [Person.Reply], also in [Person.Direct]), controls ([Person.Press],
// [Person.Select], [Person.Suggest]), forms ([Person.Submit], [Person.Close]),
// shortcuts ([Person.Shortcut], [Person.Global]) and the home page
// ([Person.OpenHome]). Each returns an error where the person's app would not have
// let them: no such command or button, a value that doesn't fit, a message that is
// not theirs to see. [Person.PressAs] is for a button of an earlier version. What
// came of it is in the [Interaction].
//
// [Person.Sees] is what one person could see since the last call, [Server.Seen]
// what anybody could; [Person.Messages], [Channel.Messages], [Person.Views] and
// [Person.Home] are what is there now. [Server.Idle] reports whether everything
// that was sent to the bot is acknowledged or given up.
//
// # Faults
//
// One line each. Requests, the next n of a method:
//
//	s.Inject(1, slacktest.PostMessage, slacktest.CutAfter()) // posted, and no answer
//	s.Inject(2, slacktest.UpdateMessage, slacktest.StatusBefore(502))
//	s.Inject(1, slacktest.ViewsOpen, slacktest.Delay(3100*time.Millisecond))
//	s.Inject(1, slacktest.Any, slacktest.Limited(2*time.Second))
//	s.Inject(1, slacktest.PostMessage, slacktest.RefusedAfter("internal_error"))
//	s.Inject(-1, slacktest.Any, slacktest.UnknownFields())
//
// New sockets, the next n: [Server.Open] with [Refuse], [NoHello],
// [DisconnectAtOnce] or [NoPing]. Open ones: [Server.Refresh], [Server.RefreshNow],
// [Server.Drop], [Server.HalfOpen], [Server.Disable], [Server.Send]. Events:
// [Server.Duplicate], [Server.Hold], [Server.Lose], [Workspace.Event], [Server.Envelope]. Interactions:
// [Interaction.Again], [Interaction.Expire]. [Server.Heal] ends what was injected.
//
// # Counting
//
// [Server.Counts] has posts by their metadata, requests by method, 429s, retries
// and late acknowledgements; [Server.Latencies] how long acknowledgements took;
// [Server.Refusals] what was refused and why; [Server.Notices] what Slack
// tolerates in silence, such as arguments that it doesn't know; [Server.Calls] all
// calls with their arguments.
//
// # Where its rules come from
//
// Arguments, scopes, tiers and errors of methods are those of Slack's own
// reference; they stand in methods.go. Limits of Block Kit are in block.go,
// element.go and view.go, apart from the adapter's own checks, so that the two
// check each other: blocks and elements that aren't there are refused. What is
// known of the real one from use only, or not at all, is in [Options]; the words
// of errors about blocks are near the real ones, their pointers are right.
//
// Groups of people in one conversation, reactions, scheduled messages, streams,
// canvases and Enterprise are not here; of Slack Connect there are [Channel.Share]
// and [Channel.Move].
package slacktest
