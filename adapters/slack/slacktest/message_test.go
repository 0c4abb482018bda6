package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// calm waits until limits and sockets are quiet again.
func (w world) calm() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

// trigger is the trigger_id of the last interaction that the bot was told.
func trigger(w world) string {
	id := ""
	for _, p := range inner(w.bot.take()) {
		if s, ok := p["trigger_id"].(string); ok {
			id = s
		}
	}
	return id
}

// TestPosting is about who may post what where.
func TestPosting(t *testing.T) {
	const post = "chat.postMessage"
	for _, test := range []struct {
		name   string
		act    func(w world)
		method string
		args   string
		says   string
	}{
		{"a message", nil, post, `{"channel":"{study}","text":"a < b & c <@{ann}>"}`, `"text":"a &lt; b &amp; c <@{ann}>"`},
		{"to a person", nil, post, `{"channel":"{ann}","text":"x"}`, `"channel":"D`},
		{"nowhere", nil, post, `{"channel":"C1","text":"x"}`, "channel_not_found"},
		{"nothing", nil, post, `{"channel":"{study}","text":" "}`, "no_text"},
		{"without text", nil, post, `{"channel":"{study}","blocks":[{"type":"divider"}]}`, `"missing_text_in_message"`},
		{"too long", nil, post, `{"channel":"{study}","text":"` + long(40_001) + `"}`, "message_truncated"},
		{"both markups", nil, post, `{"channel":"{study}","text":"x","markdown_text":"y"}`, "markdown_text_conflict"},
		{"in a thread that isn't", nil, post, `{"channel":"{study}","text":"x","thread_ts":"1.1"}`, "thread_not_found"},
		{"archived", func(w world) { w.study.Archive(true) }, post, `{"channel":"{study}","text":"x"}`, "is_archived"},
		{"and no longer", func(w world) { w.study.Archive(true); w.study.Archive(false) }, post, `{"channel":"{study}","text":"x"}`, `"ok":true`},
		{"thrown out", func(w world) { w.study.Remove(nil) }, post, `{"channel":"{study}","text":"x"}`, "not_in_channel"},
		{"deleted", func(w world) { w.study.Delete() }, post, `{"channel":"{study}","text":"x"}`, "channel_not_found"},
		{"restricted", func(w world) { w.study.Restrict("restricted_action") }, post, `{"channel":"{study}","text":"x"}`, "restricted_action"},
		{"public without joining", func(w world) { w.study.Remove(nil); w.w.Grant("chat:write", "chat:write.public") }, post, `{"channel":"{study}","text":"x"}`, `"ok":true`},
		{"to somebody who is gone", func(w world) { w.ann.Deactivate() }, post, `{"channel":"{ann}","text":"x"}`, "channel_not_found"},
		{"metadata", nil, post, `{"channel":"{study}","text":"x","metadata":{"event_type":"p","event_payload":{"key":"k"}}}`, `"event_payload":{"key":"k"}`},
		{"half of it", nil, post, `{"channel":"{study}","text":"x","metadata":{"event_type":"p"}}`, "invalid_metadata_format"},
		{"too much of it", nil, post, `{"channel":"{study}","text":"x","metadata":{"event_type":"p","event_payload":{"key":"` + long(5000) + `"}}}`, "metadata_too_large"},
		{"a whisper", nil, "chat.postEphemeral", `{"channel":"{study}","user":"{ann}","text":"x"}`, `"message_ts":"`},
		{"to nobody", nil, "chat.postEphemeral", `{"channel":"{study}","user":"U1","text":"x"}`, "user_not_in_channel"},
		{"to somebody outside", func(w world) { w.study.Remove(w.ann) }, "chat.postEphemeral", `{"channel":"{study}","user":"{ann}","text":"x"}`, "user_not_in_channel"},
		{"a long whisper", nil, "chat.postEphemeral", `{"channel":"{study}","user":"{ann}","text":"` + long(4001) + `"}`, "msg_too_long"},
		{"an edit of nothing", nil, "chat.update", `{"channel":"{study}","ts":"1.1","text":"x"}`, "message_not_found"},
		{"deletes nothing", nil, "chat.delete", `{"channel":"{study}","ts":"1.1"}`, "message_not_found"},
		{"pins nothing", nil, "pins.add", `{"channel":"{study}"}`, "no_item_specified"},
		{"pins what isn't there", nil, "pins.add", `{"channel":"{study}","timestamp":"1.1"}`, "message_not_found"},
		{"a link to nothing", nil, "chat.getPermalink", `{"channel":"{study}","message_ts":"1.1"}`, "message_not_found"},
		{"opens a conversation", nil, "conversations.open", `{"users":"{ann}"}`, `"channel":{"id":"D`},
		{"with nobody", nil, "conversations.open", `{}`, "users_list_not_supplied"},
		{"with a stranger", nil, "conversations.open", `{"users":"U1"}`, "user_not_found"},
		{"with somebody who is gone", func(w world) { w.ann.Deactivate() }, "conversations.open", `{"users":"{ann}"}`, "user_disabled"},
		{"joins", func(w world) { w.study.Remove(nil) }, "conversations.join", `{"channel":"{study}"}`, `"is_member":true`},
		{"members", nil, "conversations.members", `{"channel":"{study}"}`, `"members":["{ann}","{bob}","{bot}"]`},
		{"a page of them", nil, "conversations.members", `{"channel":"{study}","limit":2}`, `"next_cursor":"bmV4dDoy"`},
		{"the next", nil, "conversations.members", `{"channel":"{study}","limit":2,"cursor":"bmV4dDoy"}`, `"members":["{bot}"]`},
		{"no cursor", nil, "conversations.members", `{"channel":"{study}","cursor":"x"}`, "invalid_cursor"},
		{"channels", nil, "conversations.list", `{}`, `"name":"cbet-study"`},
		{"private ones that the bot isn't in", func(w world) { w.w.Private("secret") }, "conversations.list", `{"types":"private_channel"}`, `"channels":[]`},
		{"a private one", func(w world) { c := w.w.Private("secret"); c.Invite() }, "users.conversations", `{"types":"private_channel"}`, `"is_private":true`},
		{"no person", nil, "users.info", `{"user":"U1"}`, "user_not_found"},
		{"a person without a zone", func(w world) { w.ann.Zone("") }, "users.info", `{"user":"{ann}","include_locale":true}`, `"locale":"en-US"`},
		{"the team", nil, "team.info", ``, `"domain":"biomed"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				if test.act != nil {
					test.act(w)
				}
				if a := w.call(test.method, test.args); !strings.Contains(a.raw, w.names(test.says, false)) {
					t.Errorf("%.400s, want %s", a.raw, test.says)
				}
			})
		})
	}
}

// TestMessagesTab is about an application that takes no messages.
func TestMessagesTab(t *testing.T) {
	manifest := `{"features":{"app_home":{"home_tab_enabled":false,"messages_tab_enabled":false}},"oauth_config":{"scopes":{"bot":["chat:write"]}}}`
	within(t, slacktest.Options{Manifest: manifest}, func(t *testing.T, w world) {
		if a := w.call("chat.postMessage", `{"channel":"{ann}","text":"x"}`); a.says("error") != "messages_tab_disabled" {
			t.Errorf("%s", a.raw)
		}
		if a := w.call("views.publish", `{"user_id":"{ann}","view":{"type":"home","blocks":[]}}`); a.says("error") != "not_enabled" {
			t.Errorf("%s", a.raw)
		}
		if _, err := w.ann.Write(w.ann.Direct(), "hello"); err == nil {
			t.Error("ann wrote to an app that takes no messages")
		}
	})
}

// TestEdits is about what becomes of a message.
func TestEdits(t *testing.T) {
	const blocks = `"blocks":[{"type":"divider"}]`
	for _, test := range []struct {
		name   string
		o      slacktest.Options
		change string
		says   []string // of the message in history
		not    []string
	}{
		{"text and blocks", slacktest.Options{}, `"text":"new","blocks":[{"type":"header","text":{"type":"plain_text","text":"h"}}]`, []string{`"text":"new"`, `"header"`, `"edited":{`, `"key":"k"`}, []string{`"divider"`}},
		{"text alone takes the blocks away", slacktest.Options{}, `"text":"new"`, []string{`"text":"new"`}, []string{`"divider"`}},
		{"or keeps them", slacktest.Options{UpdateKeeps: true}, `"text":"new"`, []string{`"text":"new"`, `"divider"`}, nil},
		{"blocks alone", slacktest.Options{}, `"blocks":[{"type":"header","text":{"type":"plain_text","text":"h"}}]`, []string{`"text":"old"`, `"header"`}, nil},
		{"no metadata any more", slacktest.Options{}, `"text":"new","metadata":{}`, []string{`"text":"new"`}, []string{`"key":"k"`, `"metadata"`}},
		{"other metadata", slacktest.Options{}, `"text":"new","metadata":{"event_type":"p","event_payload":{"key":"k2"}}`, []string{`"key":"k2"`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				ts := w.post(`"text":"old","metadata":{"event_type":"p","event_payload":{"key":"k"}},` + blocks)
				w.must("chat.update", `{"channel":"{study}","ts":"`+ts+`",`+test.change+`}`)
				got := w.call("conversations.history", `{"channel":"{study}","include_all_metadata":true}`).raw
				for _, s := range test.says {
					if !strings.Contains(got, s) {
						t.Errorf("%s lacks %s", got, s)
					}
				}
				for _, s := range test.not {
					if strings.Contains(got, s) {
						t.Errorf("%s has %s", got, s)
					}
				}
			})
		})
	}
}

// TestHistory is what can be read back.
func TestHistory(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		first := w.post(`"text":"first","metadata":{"event_type":"p","event_payload":{"key":"k1"}}`)
		second := w.post(`"text":"second"`)
		if second <= first {
			t.Errorf("%s after %s", second, first)
		}
		w.post(`"text":"reply","thread_ts":"` + first + `"`)
		w.post(`"text":"loud","thread_ts":"` + first + `","reply_broadcast":true`)
		w.must("chat.postEphemeral", `{"channel":"{study}","user":"{ann}","text":"whisper"}`)
		if _, err := w.ann.Write(w.study, "third"); err != nil {
			t.Fatal(err)
		}
		read := func(method, args string) (texts string, a answer) {
			a = w.must(method, `{"channel":"{study}"`+args+`}`)
			messages, _ := a.object["messages"].([]any)
			var all []string
			for _, m := range messages {
				all = append(all, m.(object)["text"].(string))
			}
			return strings.Join(all, " "), a
		}
		for _, test := range []struct{ name, method, args, want string }{
			{"newest first, without replies and whispers", "conversations.history", ``, "third loud second first"},
			{"after", "conversations.history", `,"oldest":"` + first + `"`, "third loud second"},
			{"from", "conversations.history", `,"oldest":"` + first + `","inclusive":true`, "third loud second first"},
			{"before", "conversations.history", `,"latest":"` + second + `"`, "first"},
			{"a few", "conversations.history", `,"limit":2`, "third loud"},
			{"a thread, oldest first", "conversations.replies", `,"ts":"` + first + `"`, "first reply loud"},
			{"its beginning comes always", "conversations.replies", `,"ts":"` + first + `","oldest":"9999999999.000000"`, "first"},
		} {
			if got, _ := read(test.method, test.args); got != test.want {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
		}
		_, short := read("conversations.history", "")
		if !strings.Contains(short.raw, `"metadata":{"event_type":"p"}`) || strings.Contains(short.raw, "k1") {
			t.Errorf("without include_all_metadata: %s", short.raw)
		}
		_, whole := read("conversations.history", `,"include_all_metadata":true`)
		if !strings.Contains(whole.raw, `"event_payload":{"key":"k1"}`) || !strings.Contains(whole.raw, `"reply_count":2`) {
			t.Errorf("with include_all_metadata: %s", whole.raw)
		}
		page, a := read("conversations.history", `,"limit":3`)
		next := a.object["response_metadata"].(object)["next_cursor"].(string)
		if _, err := w.bob.Write(w.study, "meanwhile"); err != nil {
			t.Fatal(err)
		}
		rest, last := read("conversations.history", `,"limit":3,"cursor":"`+next+`"`)
		if page != "third loud second" || rest != "first" || a.object["has_more"] != true || last.object["has_more"] != false {
			t.Errorf("pages %q and %q: %s", page, rest, last.raw)
		}
		if got := w.call("conversations.history", `{"channel":"{study}","oldest":"soon"}`); got.says("error") != "invalid_ts_oldest" {
			t.Errorf("%s", got.raw)
		}
		w.study.Remove(nil)
		if got := w.call("conversations.history", `{"channel":"{study}"}`); got.says("error") != "not_in_channel" {
			t.Errorf("%s", got.raw)
		}
		if n := w.Counts().Posts[`{"key":"k1"}`]; n != 1 {
			t.Errorf("%d posts with the key", n)
		}
	})
}

// TestMentions is about who is notified.
func TestMentions(t *testing.T) {
	for _, test := range []struct {
		name, args string
		ann, bob   int
	}{
		{"nobody", `"text":"hello ann"`, 0, 0},
		{"by text", `"text":"<@{ann}>"`, 1, 0},
		{"by blocks", `"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"{bob}"}]}]}]`, 0, 1},
		{"by mrkdwn", `"text":"x","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<@{bob}> and <@{bob}>"}}]`, 0, 1},
		{"everybody", `"text":"<!channel>"`, 1, 1},
		{"escaped", `"text":"&lt;!channel&gt; &lt;@{ann}&gt;"`, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				w.post(test.args)
				if w.ann.Pings() != test.ann || w.bob.Pings() != test.bob {
					t.Errorf("ann %d and bob %d times", w.ann.Pings(), w.bob.Pings())
				}
			})
		})
	}
}

// TestKnobs are the open points of 5.11 that are about messages.
func TestKnobs(t *testing.T) {
	const post = `"text":"x","client_msg_id":"11111111-1111-4111-8111-111111111111"`
	for _, test := range []struct {
		name string
		o    slacktest.Options
		want int
	}{
		{"client_msg_id means nothing", slacktest.Options{}, 2},
		{"client_msg_id makes one of two", slacktest.Options{Deduplicate: true}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				w.post(post)
				w.post(post)
				if got := len(w.study.Messages()); got != test.want {
					t.Errorf("%d messages", got)
				}
			})
		})
	}
	within(t, slacktest.Options{BotMessage: true}, func(t *testing.T, w world) {
		if a := w.must("chat.postMessage", `{"channel":"{study}","text":"x"}`); !strings.Contains(a.raw, `"subtype":"bot_message"`) {
			t.Errorf("%s", a.raw)
		}
	})
}
