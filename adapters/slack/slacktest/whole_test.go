package slacktest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/slack/slacktest"
)

// TestElements fills in every kind of element, and holds what the bot is told
// against it.
func TestElements(t *testing.T) {
	const options = `"options":[{"text":{"type":"plain_text","text":"A"},"value":"1"},{"text":{"type":"plain_text","text":"B"},"value":"2"}]`
	const groups = `"option_groups":[{"label":{"type":"plain_text","text":"G"},` + options + `}]`
	type value func(w world) any
	is := func(v any) value { return func(world) any { return v } }
	for _, test := range []struct {
		element string
		value   value
		says    string // of the action; "" where the person's app refuses the value
	}{
		{`"type":"static_select",` + options, is("B"), `"selected_option":{"text":{"emoji":true,"text":"B","type":"plain_text"},"value":"2"}`},
		{`"type":"static_select",` + groups, is("1"), `"value":"1"}`},
		{`"type":"multi_static_select",` + options, is([]string{"A", "B"}), `"selected_options":[{`},
		{`"type":"multi_static_select","max_selected_items":1,` + options, is([]string{"A", "B"}), ``},
		{`"type":"users_select"`, func(w world) any { return w.bob }, `"selected_user":"{bob}"`},
		{`"type":"users_select"`, is("bob"), ``},
		{`"type":"multi_users_select"`, func(w world) any { return []*slacktest.Person{w.ann, w.bob} }, `"selected_users":["{ann}","{bob}"]`},
		{`"type":"conversations_select","filter":{"include":["public"]}`, func(w world) any { return w.study }, `"selected_conversation":"{study}"`},
		{`"type":"channels_select"`, func(w world) any { return w.study }, `"selected_channel":"{study}"`},
		{`"type":"multi_channels_select"`, func(w world) any { return w.study }, `"selected_channels":["{study}"]`},
		{`"type":"overflow",` + options, is("A"), `"type":"overflow"`},
		{`"type":"radio_buttons",` + options, is("A"), `"value":"1"}`},
		{`"type":"checkboxes",` + options, is([]string{"B"}), `"value":"2"}]`},
		{`"type":"checkboxes",` + options, is(nil), `"selected_options":[]`},
		{`"type":"datepicker"`, is("2026-11-22"), `"selected_date":"2026-11-22"`},
		{`"type":"datepicker"`, is("soon"), ``},
		{`"type":"timepicker"`, is("07:30"), `"selected_time":"07:30"`},
		{`"type":"timepicker"`, is("25:00"), ``},
		{`"type":"datetimepicker"`, is(time.Unix(1763800000, 0)), `"selected_date_time":1763800000`},
		{`"type":"datetimepicker"`, is("soon"), ``},
	} {
		t.Run(test.element, func(t *testing.T) {
			within(t, slacktest.Options{}, func(t *testing.T, w world) {
				w.post(`"text":"x","blocks":[{"type":"actions","block_id":"b","elements":[{"action_id":"a",` + test.element + `}]}]`)
				w.bot.take()
				i, err := w.ann.Select(w.study.Messages()[0], "a", test.value(w))
				if test.says == "" {
					if err == nil {
						t.Error("ann's app took the value")
					}
					return
				}
				w.wait(i, err)
				if got := plain(inner(w.bot.take())[0]["actions"]); !strings.Contains(got, w.names(test.says, false)) {
					t.Errorf("lacks %s: %s", test.says, got)
				}
			})
		})
	}
}

// TestReading is what people read of blocks.
func TestReading(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.post(`"text":"x","blocks":[
			{"type":"header","text":{"type":"plain_text","text":"Board"}},
			{"type":"rich_text","elements":[
				{"type":"rich_text_section","elements":[{"type":"text","text":"By "},{"type":"user","user_id":"{ann}"},{"type":"text","text":" in "},{"type":"channel","channel_id":"{study}"},
					{"type":"text","text":" at "},{"type":"date","timestamp":1763800000,"format":"{time}","fallback":"7:00"},{"type":"link","url":"https://e.example","text":" here"}]},
				{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a point"}]}]}]},
			{"type":"section","fields":[{"type":"plain_text","text":"one"},{"type":"plain_text","text":"two"}]},
			{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]}]]},
			{"type":"context","elements":[{"type":"plain_text","text":"foot"}]},
			{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"}}]}]`)
		m := w.study.Messages()[0]
		want := w.names("Board\nBy <@{ann}> in <#{study}> at 7:00 here\na point\none\ntwo\na | b\nfoot", false)
		if m.Words() != want || !slices.Equal(m.Labels(), []string{"Go"}) {
			t.Errorf("reads %q with %q", m.Words(), m.Labels())
		}
		if w.ann.Pings() != 1 || w.bob.Pings() != 0 {
			t.Errorf("ann was notified %d times and bob %d", w.ann.Pings(), w.bob.Pings())
		}
		w.must("chat.postEphemeral", `{"channel":"{study}","user":"{ann}","text":"w"}`)
		seen := w.Seen()
		if len(seen) != 2 || seen[0].To() != nil || seen[1].To() != w.ann || len(w.Seen()) != 0 || len(w.bob.Sees()) != 1 {
			t.Errorf("seen: %+v", seen)
		}
		w.Forget()
		if len(w.ann.Messages(w.study)) != 1 {
			t.Error("Forget left a whisper")
		}
	})
}

// TestPins is about pins, links, and what else is done to a message.
func TestPins(t *testing.T) {
	within(t, slacktest.Options{Limits: slacktest.Unlimited()}, func(t *testing.T, w world) {
		ts := w.post(`"text":"x"`)
		on := `{"channel":"{study}","timestamp":"` + ts + `"}`
		w.must("pins.add", on)
		if !w.study.Messages()[0].Pinned {
			t.Error("it isn't pinned")
		}
		if a := w.call("pins.add", on); a.says("error") != "already_pinned" {
			t.Errorf("twice: %s", a.raw)
		}
		w.must("pins.remove", on)
		if a := w.call("pins.remove", on); a.says("error") != "no_pin" || w.study.Messages()[0].Pinned {
			t.Errorf("twice: %s", a.raw)
		}
		for range 100 {
			w.must("pins.add", `{"channel":"{study}","timestamp":"`+w.post(`"text":"y"`)+`"}`)
		}
		if a := w.call("pins.add", on); a.says("error") != "too_many_pins" {
			t.Errorf("the 101st: %s", a.raw)
		}
		for args, code := range map[string]string{
			`{"channel":"C1","timestamp":"1.1"}`: "channel_not_found", `{"channel":"{study}","timestamp":"soon"}`: "bad_timestamp",
		} {
			if a := w.call("pins.add", args); a.says("error") != code {
				t.Errorf("%s: %s", args, a.raw)
			}
		}
		a := w.must("chat.getPermalink", `{"channel":"{study}","message_ts":"`+ts+`"}`)
		if want := fmt.Sprintf("https://biomed.slack.com/archives/%s/p%s", w.study.ID, strings.Replace(ts, ".", "", 1)); a.says("permalink") != want {
			t.Errorf("%s, want %s", a.raw, want)
		}
		if m, err := w.ann.Write(w.study, "mine"); err != nil || w.call("chat.update", `{"channel":"{study}","ts":"`+m.TS+`","text":"z"}`).says("error") != "cant_update_message" ||
			w.call("chat.delete", `{"channel":"{study}","ts":"`+m.TS+`"}`).says("error") != "cant_delete_message" {
			t.Errorf("ann's message: %v, %+v", err, w.Refusals())
		}
		w.must("chat.delete", `{"channel":"{study}","ts":"`+ts+`"}`)
		if a := w.call("conversations.replies", `{"channel":"{study}","ts":"`+ts+`"}`); a.says("error") != "thread_not_found" {
			t.Errorf("deleted: %s", a.raw)
		}
	})
}

// TestEnding is how the bot gives its own tokens up.
func TestEnding(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		if a := w.must("auth.revoke", `{"test":"true"}`); a.object["revoked"] != false || w.call("auth.test", "").object["ok"] != true {
			t.Errorf("as a test: %s", a.raw)
		}
		if a := w.call("apps.uninstall", `{"client_id":"`+w.ClientID()+`","client_secret":"x"}`); a.says("error") != "bad_client_secret" {
			t.Errorf("with another secret: %s", a.raw)
		}
		other := w.Workspace("Other")
		// One a minute, but for each workspace.
		a := call(t, w.Server, other.Token(), "apps.uninstall", `{"client_id":"`+w.ClientID()+`","client_secret":"`+w.ClientSecret()+`"}`)
		if b := call(t, w.Server, other.Token(), "auth.test", ""); a.object["ok"] != true || b.says("error") != "account_inactive" {
			t.Errorf("uninstalled: %s, then %s", a.raw, b.raw)
		}
		if a := w.must("auth.revoke", ""); a.object["revoked"] != true || w.call("auth.test", "").says("error") != "token_revoked" {
			t.Errorf("revoked: %s", a.raw)
		}
	})
}

// TestAgain is about a person who presses twice, and names that change.
func TestAgain(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.post(card)
		w.bot.take()
		i, err := w.ann.Press(w.study.Messages()[0], "A")
		w.wait(i, err)
		i.Again()
		got := inner(w.bot.take())
		if len(got) != 2 || plain(got[0]) != plain(got[1]) || !w.Idle() || !i.Acked() {
			t.Errorf("told %s", plain(got))
		}
		w.ann.Rename("anna")
		w.ann.Locale("de-DE")
		w.ann.Admin(true)
		a := w.must("users.info", `{"user":"{ann}","include_locale":"true"}`)
		for _, s := range []string{`"display_name":"anna"`, `"locale":"de-DE"`, `"is_admin":true`} {
			if !strings.Contains(a.raw, s) {
				t.Errorf("lacks %s: %s", s, a.raw)
			}
		}
		synctest.Wait()
		w.call("team.info", `{"colour":"red"}`)
		if got := w.Notices(); len(got) != 1 || !strings.Contains(got[0], `doesn't know the argument "colour"`) {
			t.Errorf("noticed %q", got)
		}
	})
}
