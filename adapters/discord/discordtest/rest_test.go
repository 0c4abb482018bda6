package discordtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

const (
	post    = "/channels/{study}/messages"
	hello   = `{"content":"hello"}`
	all     = "/applications/{app}/commands"
	here    = "/applications/{app}/guilds/{guild}/commands"
	quiz    = `{"name":"quiz","description":"Practise"}`
	threads = "/channels/{study}/messages/{first}/threads"
)

func named(names ...string) string {
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf(`{"name":%q,"description":"d"}`, n))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func many(n int, prefix string) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%s%d", prefix, i))
	}
	return out
}

// TestPlaces is about what there is to get: docs 5.1 of the contract.
func TestPlaces(t *testing.T) {
	tell(t, []story{
		{name: "where the gateway is", calls: []call{{"GET", "/gateway", "", 200, 0, `"url":"ws://discord.test/gateway"`}}},
		{name: "how many may identify", o: discordtest.Options{Shards: 3, Concurrency: 2}, calls: []call{
			{"GET", "/gateway/bot", "", 200, 0, `"session_start_limit":{"max_concurrency":2,"remaining":999,"reset_after":72000000,"total":1000},"shards":3`},
		}},
		{name: "who the bot is", calls: []call{
			{"GET", "/users/@me", "", 200, 0, `"username":"studyhall"`},
			{"GET", "/users/{ann}", "", 200, 0, `"global_name":"Ann"`},
			{"GET", "/users/1", "", 404, 10013, ""},
			{"GET", "/users/@me/guilds", "", 200, 0, `"name":"Biomed"`},
		}},
		{name: "what the application is", calls: []call{
			{"GET", "/applications/@me", "", 200, 0, `"verify_key"`},
			{"GET", "/oauth2/applications/@me", "", 200, 0, `"id":"{app}"`},
		}},
		{name: "a server", calls: []call{
			{"GET", "/guilds/{guild}", "", 200, 0, `"name":"Biomed"`},
			{"GET", "/guilds/{guild}/roles", "", 200, 0, `"name":"@everyone"`},
			{"GET", "/guilds/{guild}/channels", "", 200, 0, `"name":"cbet-study"`},
			{"GET", "/guilds/1", "", 404, 10004, "Unknown Guild"},
			{"GET", "/guilds/{guild}/members/{ann}", "", 200, 0, `"username":"ann"`},
			{"GET", "/guilds/{guild}/members/{bot}", "", 200, 0, `"bot":true`},
			{"GET", "/guilds/{guild}/members/1", "", 404, 10013, ""},
		}},
		{name: "somebody who left", act: func(w world) { w.server.Leave(w.ann) }, calls: []call{{"GET", "/guilds/{guild}/members/{ann}", "", 404, 10007, ""}}},
		{name: "a server that threw the bot out", act: func(w world) { w.server.Remove() }, calls: []call{
			{"GET", "/guilds/{guild}", "", 403, 50001, "Missing Access"},
			{"POST", post, hello, 403, 50001, "Missing Access"},
			{"PUT", here, "[]", 403, 50001, ""},
		}},
		{name: "a server that the bot leaves", calls: []call{
			{"DELETE", "/users/@me/guilds/{guild}", "", 204, 0, ""},
			{"GET", "/guilds/{guild}", "", 403, 50001, ""},
		}},
		{name: "a channel", calls: []call{
			{"GET", "/channels/{study}", "", 200, 0, `"name":"cbet-study"`},
			{"GET", "/channels/1", "", 404, 10003, "Unknown Channel"},
			{"PATCH", "/channels/{study}", `{"name":"other"}`, 403, 50013, ""},
		}},
		{name: "identifiers are numbers", calls: []call{
			{"GET", "/channels/cbet-study", "", 400, 50035, `is not snowflake`},
			{"GET", "/channels/18446744073709551615", "", 404, 10003, ""},
			{"GET", "/channels/18446744073709551616", "", 400, 50035, `is not snowflake`},
			{"GET", "/guilds/{guild}/members/@me", "", 200, 0, `"bot":true`},
		}},
		{name: "a channel that is hidden", act: func(w world) { w.study.Deny(discordtest.ViewChannel) }, calls: []call{
			{"GET", "/channels/{study}", "", 403, 50001, "Missing Access"},
			{"GET", post, "", 403, 50001, ""},
			{"POST", post, hello, 403, 50001, ""},
		}},
		{name: "a channel that is gone", act: func(w world) { w.study.Delete() }, calls: []call{
			{"GET", "/channels/{study}", "", 404, 10003, ""},
			{"POST", post, hello, 404, 10003, ""},
		}},
	})
}

// TestCommandsAreRegistered is about the routes of commands.
func TestCommandsAreRegistered(t *testing.T) {
	tell(t, []story{
		{name: "all at once", calls: []call{
			{"PUT", all, named("quiz", "board"), 200, 0, `"version":`},
			{"GET", all, "", 200, 0, `"name":"board"`},
			{"PUT", all, "[]", 200, 0, `{"list":[]}`},
			{"GET", all, "", 200, 0, `{"list":[]}`},
		}},
		{name: "every type is replaced", calls: []call{
			{"PUT", all, `[{"type":3,"name":"Suggest as question"}]`, 200, 0, `"type":3`},
			{"PUT", all, named("quiz"), 200, 0, ""},
			{"GET", all, "", 200, 0, `"name":"quiz","nsfw":false,"type":1`},
		}},
		{name: "in one server", calls: []call{
			{"PUT", here, named("quiz"), 200, 0, `"guild_id":"{guild}"`},
			{"GET", here, "", 200, 0, `quiz`},
			{"GET", all, "", 200, 0, `{"list":[]}`},
		}},
		{name: "one by one", calls: []call{
			{"POST", all, quiz, 201, 0, ""},
			{"POST", all, quiz, 200, 0, `"id":"{first}"`},
			{"PATCH", all + "/{first}", `{"description":"Play"}`, 200, 0, "Play"},
			{"GET", all + "/{first}", "", 200, 0, "Play"},
			{"DELETE", all + "/{first}", "", 204, 0, ""},
			{"GET", all + "/{first}", "", 404, 10063, ""},
			{"DELETE", all + "/{first}", "", 404, 10063, ""},
		}},
		{name: "localisations only if asked for", calls: []call{
			{"PUT", all, `[{"name":"quiz","description":"d","description_localizations":{"de":"Üben"}}]`, 200, 0, "Üben"},
			{"GET", all, "", 200, 0, `"description":"d","id"`},
			{"GET", all + "?with_localizations=true", "", 200, 0, "Üben"},
		}},
		{name: "not another application's", calls: []call{{"GET", "/applications/1/commands", "", 403, 50001, ""}}},
		{name: "not null", calls: []call{{"PUT", all, "null", 400, 50109, ""}}},
		{name: "200 a day", calls: []call{
			{"PUT", all, named(many(100, "a")...), 200, 0, ""},
			{"PUT", all, named(many(100, "b")...), 200, 0, ""},
			{"PUT", all, named(append(many(99, "b"), "c")...), 400, 30034, ""},
			{"PUT", all, named(many(99, "b")...), 200, 0, ""}, // names that are there cost nothing
		}},
		{name: "permissions are digits in text or numbers", calls: []call{
			{"PUT", all, `[{"name":"a","description":"d","default_member_permissions":"32"},{"name":"b","description":"d","default_member_permissions":32}]`, 200, 0, `"default_member_permissions":"32"`},
		}},
	})
	t.Run("the next day", func(t *testing.T) {
		within(t, discordtest.Options{}, func(t *testing.T, w world) {
			w.check(t, call{"PUT", all, named(many(100, "a")...), 200, 0, ""})
			w.check(t, call{"PUT", all, named(many(100, "b")...), 200, 0, ""})
			time.Sleep(24 * time.Hour)
			w.check(t, call{"PUT", all, named("c"), 200, 0, ""})
		})
	})
	t.Run("the identifier outlives a change", func(t *testing.T) {
		within(t, discordtest.Options{}, func(t *testing.T, w world) {
			id := func(out object) any { return out["list"].([]any)[0].(object)["id"] }
			before := id(w.check(t, call{"PUT", all, named("quiz"), 200, 0, ""}))
			after := id(w.check(t, call{"PUT", all, `[{"name":"quiz","description":"other"}]`, 200, 0, "other"}))
			if before != after {
				t.Errorf("%v became %v", before, after)
			}
		})
	})
}

// TestMessagesAreKept is about lists, edits and deletions.
func TestMessagesAreKept(t *testing.T) {
	note := func(w world) {
		m, err := w.ann.Write(w.study, "by ann")
		if err == nil {
			w.ids["{ann's}"] = m.ID
		}
	}
	four := []call{{"POST", post, `{"content":"one"}`, 200, 0, ""}, {"POST", post, `{"content":"two"}`, 200, 0, ""}, {"POST", post, `{"content":"three"}`, 200, 0, ""}}
	tell(t, []story{
		{name: "newest first", calls: append(four[:3:3], call{"GET", post + "?limit=2", "", 200, 0, ""}, call{"GET", post + "?limit=1", "", 200, 0, `"content":"three"`})},
		{name: "before", calls: append(four[:3:3], call{"GET", post + "?limit=1&before={last}", "", 200, 0, `"content":"two"`})},
		{name: "after", calls: append(four[:3:3], call{"GET", post + "?limit=1&after={first}", "", 200, 0, `"content":"two"`})},
		{name: "around", calls: append(four[:3:3], call{"GET", post + "?limit=1&around={first}", "", 200, 0, `"content":"one"`})},
		{name: "at most 100", calls: []call{{"GET", post + "?limit=101", "", 400, 50035, ""}}},
		{name: "no history without the right", act: func(w world) { w.study.Deny(discordtest.ReadMessageHistory) },
			calls: []call{{"POST", post, hello, 200, 0, ""}, {"GET", post, "", 200, 0, `{"list":[]}`}}},
		{name: "one", calls: []call{{"POST", post, hello, 200, 0, ""}, {"GET", post + "/{first}", "", 200, 0, "hello"}, {"GET", post + "/1", "", 404, 10008, ""}}},
		{name: "an edit", calls: []call{
			{"POST", post, `{"content":"hello","components":[{"type":1,"components":[{"type":2,"style":2,"label":"A","custom_id":"a"}]}]}`, 200, 0, `"edited_timestamp":null`},
			{"PATCH", post + "/{first}", `{"content":"bye"}`, 200, 0, `"edited_timestamp":"2026`},
			{"GET", post + "/{first}", "", 200, 0, `"custom_id":"a"`},
			{"PATCH", post + "/{first}", `{"components":[]}`, 200, 0, `"components":[]`},
			{"PATCH", post + "/{first}", `{"content":""}`, 400, 50006, ""},
			{"PATCH", post + "/1", `{"content":"x"}`, 404, 10008, ""},
		}},
		{name: "an edit of somebody else's", act: note, calls: []call{{"PATCH", post + "/{ann's}", `{"content":"x"}`, 403, 50005, ""}}},
		{name: "a deletion", calls: []call{
			{"POST", post, hello, 200, 0, ""}, {"DELETE", post + "/{first}", "", 204, 0, ""}, {"DELETE", post + "/{first}", "", 404, 10008, ""},
		}},
		{name: "a deletion of somebody else's", act: note, calls: []call{{"DELETE", post + "/{ann's}", "", 403, 50013, ""}}},
		{name: "by a moderator", act: func(w world) { note(w); w.study.Allow(discordtest.ManageMessages) }, calls: []call{{"DELETE", post + "/{ann's}", "", 204, 0, ""}}},
		{name: "an hour later edits are limited", o: discordtest.Options{OldEdits: 2}, act: func(w world) {
			w.check(w.bot.t, call{"POST", post, hello, 200, 0, ""})
			time.Sleep(time.Hour + time.Second)
		}, calls: []call{
			{"PATCH", post + "/{first}", hello, 200, 0, ""}, {"PATCH", post + "/{first}", hello, 200, 0, ""}, {"PATCH", post + "/{first}", hello, 429, 30046, ""},
		}},
	})
}

// TestThreadsAndPins is about what grows out of messages.
func TestThreadsAndPins(t *testing.T) {
	begin := []call{{"POST", post, hello, 200, 0, ""}, {"POST", threads, `{"name":"Question 1"}`, 201, 0, `"id":"{first}"`}}
	in := "/channels/{first}/messages"
	archived := func(locked bool) func(w world) {
		return func(w world) {
			for _, c := range begin {
				w.check(w.bot.t, c)
			}
			w.check(w.bot.t, call{"POST", in, hello, 200, 0, ""})
			w.study.Threads()[0].Archive(locked)
		}
	}
	tell(t, []story{
		{name: "a thread has its message's identifier", calls: append(begin[:2:2], call{"POST", in, hello, 200, 0, `"channel_id":"{first}"`}, call{"GET", "/channels/{first}", "", 200, 0, `"type":11`})},
		{name: "one a message", calls: append(begin[:2:2], call{"POST", threads, `{"name":"again"}`, 400, 160004, ""})},
		{name: "of no message", calls: []call{{"POST", "/channels/{study}/messages/1/threads", `{"name":"n"}`, 404, 10008, ""}}},
		{name: "without a name", calls: append(begin[:1:1], call{"POST", threads, `{"name":""}`, 400, 50035, ""})},
		{name: "101 characters", calls: append(begin[:1:1], call{"POST", threads, `{"name":"` + strings.Repeat("n", 101) + `"}`, 400, 50035, ""})},
		{name: "archived after an odd time", calls: append(begin[:1:1], call{"POST", threads, `{"name":"n","auto_archive_duration":61}`, 400, 50035, ""})},
		{name: "without the right", act: func(w world) { w.study.Deny(discordtest.CreatePublicThreads) }, calls: append(begin[:1:1], call{"POST", threads, `{"name":"n"}`, 403, 50013, ""})},
		{name: "without a message it is private", calls: []call{{"POST", "/channels/{study}/threads", `{"name":"n"}`, 403, 50013, ""}}},
		{name: "or as asked", calls: []call{{"POST", "/channels/{study}/threads", `{"name":"n","type":11}`, 201, 0, `"type":11`}}},
		{name: "private with the right", act: func(w world) { w.study.Allow(discordtest.CreatePrivateThreads) }, calls: []call{{"POST", "/channels/{study}/threads", `{"name":"n"}`, 201, 0, `"type":12`}}},
		{name: "in a thread its own right counts", act: func(w world) { w.study.Deny(discordtest.SendInThreads) }, calls: append(begin[:2:2], call{"POST", in, hello, 403, 50013, ""})},
		{name: "and not the channel's", act: func(w world) { w.study.Deny(discordtest.SendMessages) }, calls: []call{
			{"POST", "/channels/{study}/threads", `{"name":"n","type":11}`, 201, 0, ""}, {"POST", in, hello, 200, 0, ""},
		}},
		{name: "archived: no edits", act: archived(false), calls: []call{{"PATCH", in + "/{last}", hello, 400, 50083, ""}}},
		{name: "archived: a post opens it", act: archived(false), calls: []call{{"POST", in, hello, 200, 0, ""}, {"GET", "/channels/{first}", "", 200, 0, `"archived":false`}}},
		{name: "locked", act: archived(true), calls: []call{{"POST", in, hello, 403, 160005, ""}}},
		{name: "archived by the bot", calls: append(begin[:2:2], call{"PATCH", "/channels/{first}", `{"archived":true}`, 200, 0, `"archived":true`})},
		{name: "locked by the bot", calls: append(begin[:2:2], call{"PATCH", "/channels/{first}", `{"archived":true,"locked":true}`, 403, 50013, ""})},
		{name: "a pin", act: func(w world) { w.study.Allow(discordtest.PinMessages) }, calls: append(begin[:1:1],
			call{"PUT", "/channels/{study}/messages/pins/{first}", "", 204, 0, ""}, call{"GET", post + "/{first}", "", 200, 0, `"pinned":true`},
			call{"GET", "/channels/{study}/messages/pins", "", 200, 0, `"pinned_at"`},
			call{"DELETE", "/channels/{study}/messages/pins/{first}", "", 204, 0, ""}, call{"GET", post + "/{first}", "", 200, 0, `"pinned":false`})},
		{name: "by the old route", act: func(w world) { w.study.Allow(discordtest.PinMessages) }, calls: append(begin[:1:1], call{"PUT", "/channels/{study}/pins/{first}", "", 204, 0, ""})},
		{name: "without the right to pin", calls: append(begin[:1:1], call{"PUT", "/channels/{study}/messages/pins/{first}", "", 403, 50013, ""})},
	})
	t.Run("250 pins", func(t *testing.T) {
		within(t, discordtest.Options{Limits: discordtest.Unlimited()}, func(t *testing.T, w world) {
			w.study.Allow(discordtest.PinMessages)
			for i := range 251 {
				w.check(t, call{"POST", post, hello, 200, 0, ""})
				want := call{"PUT", "/channels/{study}/messages/pins/{last}", "", 204, 0, ""}
				if i == 250 {
					want.status, want.code = 400, 30003
				}
				w.check(t, want)
			}
		})
	})
}

// TestDirectMessages is about conversations of two.
func TestDirectMessages(t *testing.T) {
	const open, ann = "/users/@me/channels", `{"recipient_id":"{ann}"}`
	direct := []call{{"POST", open, ann, 200, 0, `"type":1`}, {"POST", "/channels/{first}/messages", hello, 200, 0, ""}}
	blocked := []call{direct[0], {"POST", "/channels/{first}/messages", hello, 403, 50007, ""}}
	tell(t, []story{
		{name: "a message", calls: direct},
		{name: "always the same one", calls: []call{direct[0], {"POST", open, ann, 200, 0, `"id":"{first}"`}}},
		{name: "to nobody", calls: []call{{"POST", open, `{"recipient_id":"1"}`, 400, 10013, ""}}},
		{name: "to itself", calls: []call{{"POST", open, `{"recipient_id":"{bot}"}`, 400, 50007, ""}}},
		{name: "to somebody who wants none", act: func(w world) { w.ann.Block(true) }, calls: blocked},
		{name: "and again to one who does", act: func(w world) { w.ann.Block(true); w.ann.Block(false) }, calls: direct},
		{name: "without a server in common", act: func(w world) { w.server.Leave(w.ann) }, calls: []call{direct[0], {"POST", "/channels/{first}/messages", hello, 403, 50278, ""}}},
		{name: "too many new ones", o: discordtest.Options{Conversations: 1}, act: func(w world) { w.ids["{bob}"] = w.Person("bob").ID }, calls: []call{
			direct[0], {"POST", open, `{"recipient_id":"{bob}"}`, 400, 40003, ""}, {"POST", open, ann, 200, 0, ""},
		}},
	})
}
