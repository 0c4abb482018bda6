package slack

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// examiner has a page with two buttons, of which one opens a form.
func examiner() *scripted {
	whisper := func(body bot.Text, row ...bot.Control) bot.Response {
		m := bot.Message{Card: &bot.Card{Body: body}}
		if len(row) > 0 {
			m.Card.Controls = []bot.Row{row}
		}
		return bot.Whisper(m)
	}
	return &scripted{answer: func(i bot.Interaction) bot.Response {
		switch {
		case i.Command == "study":
			return whisper("Your page", bot.Button{Label: "B", Action: "answer/b"}, bot.Button{Label: "Exam", Action: "exam"})
		case i.Action == "exam":
			return bot.Response{Form: &bot.Form{Title: "Your exam", Submit: "Save", Action: "exam/set",
				Fields: []bot.Field{{Name: "when", Label: "When", Kind: bot.Line, Required: true}}}}
		case i.Action == "exam/set":
			return whisper(bot.Textf("Saved %s", i.Values.Get("when")))
		case i.Action != "":
			return whisper(bot.Textf("Pressed %s", i.Action))
		}
		return whisper(bot.Textf("Heard %s", i.Line))
	}}
}

// did is what somebody was heard to do, in order.
func did(c *scripted) []string {
	var out []string
	for _, i := range c.heard() {
		out = append(out, strings.TrimSpace(i.Command+i.Action+" "+i.Line))
	}
	return out
}

// TestSocketMatrix breaks the connection in every way between all that somebody
// does: everything that is done while it works is answered once, what is written
// while it doesn't is answered once when it works again, and nobody sees an error.
func TestSocketMatrix(t *testing.T) {
	dropped := func(before func(s *slacktest.Server)) func(*transport) {
		return func(w *transport) {
			before(w.slack)
			w.slack.Drop()
		}
	}
	on := func(f func(*slacktest.Server)) func(*transport) { return func(w *transport) { f(w.slack) } }
	for _, test := range []struct {
		name   string
		fail   func(w *transport)
		within time.Duration // until it works again
	}{
		{"nothing", func(*transport) {}, 0},
		{"warned of its end", on((*slacktest.Server).Refresh), 0},
		{"ended in order", on((*slacktest.Server).RefreshNow), time.Second},
		{"dropped", on((*slacktest.Server).Drop), time.Second},
		{"silent", on((*slacktest.Server).HalfOpen), socketSilence + time.Second},
		{"switched off for a moment", on(func(s *slacktest.Server) { s.Disable(true); s.Disable(false) }), connectAway + time.Second},
		{"refused", dropped(func(s *slacktest.Server) { s.Open(2, slacktest.Refuse(404)) }), 5 * time.Second},
		{"no greeting", dropped(func(s *slacktest.Server) { s.Open(1, slacktest.NoHello()) }), connectTime + 5*time.Second},
		{"ended at once", dropped(func(s *slacktest.Server) { s.Open(2, slacktest.DisconnectAtOnce("refresh_requested")) }), 5 * time.Second},
		{"limited", dropped(func(s *slacktest.Server) { s.Inject(1, slacktest.ConnectionsOpen, slacktest.Limited(20*time.Second)) }), 25 * time.Second},
		{"an answer that is lost", dropped(func(s *slacktest.Server) { s.Inject(1, slacktest.ConnectionsOpen, slacktest.CutAfter()) }), 5 * time.Second},
		{"started anew", func(w *transport) { w.end(); w.connected() }, 0},
		{"events twice", on(func(s *slacktest.Server) { s.Duplicate(2) }), 0},
		{"what nobody knows", on(strange), 0},
		{"new fields", on(func(s *slacktest.Server) { s.Inject(-1, slacktest.Any, slacktest.UnknownFields()) }), 0},
	} {
		for _, strict := range []bool{false, true} {
			bubbled(t, fmt.Sprintf("%s, same socket %t", test.name, strict), func(t *testing.T) {
				w := arrivals(t, slacktest.Options{SameSocket: strict, SameEnvelope: strict, Limits: slacktest.Unlimited()})
				core := examiner()
				w.core = core
				w.connected()
				w.acts(core, func() { test.fail(w) }, test.within)
				if c := w.slack.Counts(); c.Unanswered+c.Late+c.Dropped+c.Misplaced > 0 || c.Sockets != 1 || !w.slack.Idle() {
					t.Errorf("counts %+v", c)
				}
			})
		}
	}
}

// acts has ann use a command, two buttons and a form, with a break before each, and
// write to the bot right when there is another.
func (w *transport) acts(core *scripted, fail func(), within time.Duration) {
	t := w.t
	t.Helper()
	broken := func() {
		time.Sleep(time.Minute) // between faults
		fail()
		time.Sleep(within)
	}
	broken()
	w.answered(w.ann.Command(w.study, "/study", ""))
	page := w.whisper("Your page")
	broken()
	w.answered(w.ann.Press(page, "B"))
	broken()
	w.answered(w.ann.Press(page, "Exam"))
	broken()
	forms := w.ann.Views()
	if len(forms) != 1 {
		t.Fatalf("%d forms are open", len(forms))
	}
	w.answered(w.ann.Submit(forms[0], slacktest.Args{"When": "8 May"}))
	time.Sleep(time.Minute)
	fail()
	if _, err := w.ann.Write(w.study, "@studyhall while away"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(7 * time.Minute) // for what Slack sends again
	var seen []string
	for _, m := range w.ann.Messages(w.study) {
		if m.To != nil {
			seen = append(seen, m.Words())
		}
	}
	if diff := cmp.Diff([]string{"Your page", "Pressed answer/b", "Saved 8 May", "Heard while away"}, seen); diff != "" {
		t.Errorf("what ann sees: want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"study", "answer/b", "exam", "exam/set", "while away"}, did(core)); diff != "" {
		t.Errorf("what was done: want -, got +:\n%s", diff)
	}
}

// TestRequestMatrix has requests come in every way between all that somebody does:
// everything is answered once, and nobody sees an error.
func TestRequestMatrix(t *testing.T) {
	for _, test := range []struct {
		name string
		fail func(w *transport)
	}{
		{"nothing", func(*transport) {}},
		{"started anew", func(w *transport) { w.end(); w.receives() }},
		{"events twice", func(w *transport) { w.slack.Duplicate(2) }},
		{"forged", func(w *transport) { w.slack.Verify() }},
		{"new fields", func(w *transport) { w.slack.Inject(-1, slacktest.Any, slacktest.UnknownFields()) }},
		{"what nobody knows", func(w *transport) {
			for _, body := range []string{`{"type":"new_in_2031"}`, `{"type":"event_callback","event_id":7,"event":[]}`, `{"type":`, `null`,
				`{"type":"event_callback","event_id":"EvN1","team_id":"T1","event":{"type":"new_in_2031"}}`} {
				w.slack.Post(slacktest.Signed{URL: "https://studyhall.example" + pathEvents, Body: []byte(body), At: time.Now()})
			}
			for _, payload := range []string{`{"type":"new_in_2031","team":{"id":"T1"},"user":{"id":"U1"}}`, `{"type":"block_actions","actions":{}}`, `{"type":"view_closed"}`} {
				w.slack.Post(slacktest.Signed{URL: "https://studyhall.example" + pathInteractions, Form: true, At: time.Now(), Body: []byte(url.Values{"payload": {payload}}.Encode())})
			}
		}},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			w := onRequests(t, slacktest.Options{Limits: slacktest.Unlimited()})
			core := examiner()
			w.core = core
			w.receives()
			w.acts(core, func() { test.fail(w) }, 0)
			if c := w.slack.Counts(); c.Unanswered+c.Late+c.Dropped > 0 || !w.slack.Idle() {
				t.Errorf("counts %+v", c)
			}
		})
	}
}

// TestAwayWithRequests has somebody write while the program isn't there: the words
// are answered once it is.
func TestAwayWithRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := onRequests(t, slacktest.Options{})
		core := examiner()
		w.core = core
		w.receives()
		w.end()
		if _, err := w.ann.Write(w.study, "@studyhall while away"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		w.receives()
		time.Sleep(7 * time.Minute)
		w.whisper("Heard while away")
		if diff := cmp.Diff([]string{"while away"}, did(core)); diff != "" {
			t.Errorf("what was done: want -, got +:\n%s", diff)
		}
	})
}

// strange has Slack say what nobody knows yet.
func strange(s *slacktest.Server) {
	for _, frame := range []string{
		`{"type":"new_in_2031","reason":7}`,
		`{"envelope_id":"n1","type":"new_in_2031","payload":{"type":"view_submission"},"accepts_response_payload":true}`,
		`{"envelope_id":"n2","type":"interactive","payload":{"type":"new_in_2031","team":{"id":"T1"},"user":{"id":"U1"}}}`,
		`{"envelope_id":"n3","type":"interactive","payload":{"type":"block_actions","team":7,"user":[],"actions":{"a":1}}}`,
		`{"envelope_id":"n4","type":"slash_commands","payload":{"command":["/study"]}}`,
		`{"envelope_id":"n5","type":"events_api","payload":{"type":"event_callback","event_id":7,"event":"x"}}`,
		`{"envelope_id":"n6","type":"events_api","payload":{"type":"event_callback","team_id":"T1","event_id":"EvN6","event":{"type":"message","channel":{},"blocks":[{"type":"new_in_2031"}]}}}`,
		`{"envelope_id":"n7","type":"events_api","payload":{"type":"app_rate_limited","minute_rate_limited":1}}`,
		`{"envelope_id":"n8","type":"events_api","payload":null}`,
		`{"envelope_id":"n9","type":"events_api","payload":{`,
		`<html>`,
	} {
		s.Send(frame)
	}
}

// TestFormOverBreak has the connection end while somebody's form is being saved:
// it is saved once, and the person learns so where Slack takes the answer over the
// next connection.
func TestFormOverBreak(t *testing.T) {
	for _, strict := range []bool{false, true} {
		bubbled(t, fmt.Sprintf("same socket %t", strict), func(t *testing.T) {
			w := arrivals(t, slacktest.Options{SameSocket: strict})
			core := examiner()
			w.core = core
			w.connected()
			time.Sleep(time.Minute)
			w.answered(w.ann.Command(w.study, "/study", ""))
			w.answered(w.ann.Press(w.whisper("Your page"), "Exam"))
			answer := core.answer
			core.mu.Lock()
			core.answer = func(i bot.Interaction) bot.Response {
				time.Sleep(time.Second)
				return answer(i)
			}
			core.mu.Unlock()
			i, err := w.ann.Submit(w.ann.Views()[0], slacktest.Args{"When": "8 May"})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
			w.slack.Drop()
			if err := i.Wait(t.Context()); (err != nil) != strict {
				t.Errorf("the form is answered with %v", err)
			}
			time.Sleep(time.Minute)
			if diff := cmp.Diff([]string{"study", "exam", "exam/set"}, did(core)); diff != "" {
				t.Errorf("what was done: want -, got +:\n%s", diff)
			}
			w.whisper("Saved 8 May")
		})
	}
}

// answered waits for an interaction's answer, and for all that follows it.
func (w *transport) answered(i *slacktest.Interaction, err error) {
	w.t.Helper()
	if err == nil {
		err = i.Wait(w.t.Context())
	}
	if err != nil {
		w.t.Fatalf("%v; %+v", err, w.slack.Counts())
	}
	w.a.life.Wait()
	synctest.Wait()
}

// whisper is the last one with these words that ann sees.
func (w *transport) whisper(words string) slacktest.Message {
	w.t.Helper()
	for _, m := range slices.Backward(w.ann.Messages(w.study)) {
		if m.To != nil && m.Words() == words {
			return m
		}
	}
	w.t.Fatalf("no whisper says %q: %v", words, w.slack.Refusals())
	return slacktest.Message{}
}
