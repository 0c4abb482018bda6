package slacktest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/adapters/slack/slacktest"
)

// TestShared is a channel with people of another workspace.
func TestShared(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		far := w.Elsewhere("Far")
		eve := far.Person("eve")
		if a := w.call("users.info", `{"user":"`+eve.ID+`"}`); a.says("error") != "user_not_found" {
			t.Errorf("before: %s", a.raw)
		}
		w.study.Share()
		w.study.Join(eve)
		w.post(card)
		w.bot.take()
		if a := w.must("users.info", `{"user":"`+eve.ID+`"}`); !strings.Contains(a.raw, `"is_stranger":true`) || strings.Contains(a.raw, `"tz"`) {
			t.Errorf("users.info: %s", a.raw)
		}
		if _, err := eve.Command(w.study, "/quiz", ""); err == nil {
			t.Error("eve used a command")
		}
		if _, err := eve.Write(w.study, "@studyhall hi"); err != nil {
			t.Fatal(err)
		}
		i, err := eve.Press(w.study.Messages()[0], "A")
		w.wait(i, err)
		frames := w.bot.take()
		got := plain(frames)
		for _, s := range []string{`"is_ext_shared_channel":true`, `"user_team":"` + far.ID + `"`, `"text":"<@{bot}> hi"`, `"team":{"domain":"biomed","id":"{team}"}`, `"team_id":"` + far.ID + `","username":"eve"`} {
			if !strings.Contains(got, w.names(s, false)) {
				t.Errorf("lacks %s:\n%s", s, got)
			}
		}
		trigger, _ := inner(frames)[len(inner(frames))-1]["trigger_id"].(string)
		w.must("views.open", `{"trigger_id":"`+trigger+`","view":`+form+`}`)
		if len(eve.Views()) != 1 {
			t.Errorf("eve has %v", eve.Views())
		}
		w.must("chat.postEphemeral", `{"channel":"{study}","user":"`+eve.ID+`","text":"w"}`)
		s, err := eve.Submit(eve.Views()[0], nil)
		w.wait(s, err)

		old := w.study.ID
		w.study.Move()
		if got := plain(w.bot.take()); !strings.Contains(got, `"new_channel_id":"`+w.study.ID+`","old_channel_id":"`+old+`"`) {
			t.Errorf("moved: %s", got)
		}
		if a := w.call("chat.postMessage", `{"channel":"`+old+`","text":"x"}`); a.says("error") != "channel_not_found" {
			t.Errorf("the old one: %s", a.raw)
		}
		w.post(`"text":"x"`)
	})
}

// TestHeld is about events that come in another order.
func TestHeld(t *testing.T) {
	within(t, slacktest.Options{}, func(t *testing.T, w world) {
		w.Hold()
		for _, words := range []string{"one", "two", "three"} {
			if _, err := w.ann.Write(w.study, words); err != nil {
				t.Fatal(err)
			}
		}
		i, err := w.ann.Command(w.study, "/quiz", "")
		w.wait(i, err)
		if got := inner(w.bot.take()); len(got) != 1 || w.Idle() {
			t.Errorf("while they are held: %s", plain(got))
		}
		w.Release()
		synctest.Wait()
		var said []string
		for _, e := range inner(w.bot.take()) {
			said = append(said, e["text"].(string))
		}
		if strings.Join(said, " ") != "three two one" || !w.Idle() {
			t.Errorf("heard %v", said)
		}
	})
}
