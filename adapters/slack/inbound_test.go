package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// heard holds the only thing that the core heard to what ann did in the channel,
// changed as said.
func (s *stage) heard(name string, change func(*bot.Interaction)) {
	s.t.Helper()
	s.settle()
	all := s.core.heard()
	s.core.took = nil
	if len(all) != 1 {
		s.t.Fatalf("%s: heard %d times", name, len(all))
	}
	if all[0].ID == "" || !strings.HasPrefix(all[0].ID, "slack:") {
		s.t.Errorf("%s: the identifier is %q", name, all[0].ID)
	}
	all[0].ID = ""
	want := bot.Interaction{User: userID(s.team.ID, s.ann.ID), Space: spaceID(s.team.ID), Channel: place{team: s.team.ID, channel: s.study.ID}.id()}
	change(&want)
	if diff := cmp.Diff(want, all[0], cmp.AllowUnexported(bot.Interaction{})); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestPressesAreHeard has commands and presses come to the core as what they are.
func TestPressesAreHeard(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		team, study := s.team.ID, place{team: s.team.ID, channel: s.study.ID}
		s.acked(s.ann.Command(s.study, "/studyhall", "  Exam me in spring & so "))
		s.heard("the prefix", func(i *bot.Interaction) { i.Line = "Exam me in spring & so" })
		s.acked(s.ann.Command(s.study, "/quiz", "5 @bob"))
		s.heard("a command", func(i *bot.Interaction) {
			i.Command, i.Line = "quiz", "5 "+string(userID(team, s.bob.ID))
		})
		s.acked(s.ann.Command(s.ann.Direct(), "/study", ""))
		s.heard("a command to the bot", func(i *bot.Interaction) {
			i.Command, i.Direct, i.Channel = "study", true, place{team: team, channel: s.ann.Direct().ID}.id()
		})

		first := s.post(says("first", pressing("A", "answer/r1/a")), "")
		s.acked(s.ann.Press(first, "A"))
		s.heard("a press", func(i *bot.Interaction) { i.Action, i.Message = "answer/r1/a", study.message(first.TS) })
		if _, err := s.bob.Reply(first, "well"); err != nil {
			t.Fatal(err)
		}
		s.acked(s.ann.Press(s.study.Messages()[0], "A"))
		s.heard("a press where a thread begins", func(i *bot.Interaction) { i.Action, i.Message = "answer/r1/a", study.message(first.TS) })
		second := s.post(says("second", pressing("A", "answer/r1/a")), first.TS)
		s.acked(s.ann.Press(second, "A"))
		s.heard("a press in a thread", func(i *bot.Interaction) {
			i.Action, i.Message = "answer/r1/a", place{team: team, channel: s.study.ID, thread: first.TS}.message(second.TS)
		})
		menu := s.post(bot.Message{Card: &bot.Card{Body: "m", Controls: []bot.Row{{bot.Menu{Placeholder: "Which", Action: "pick", Options: []bot.Option{{Label: "One", Value: "1"}}}}}}}, "")
		s.acked(s.ann.Select(menu, "Which", "One"))
		s.heard("a menu", func(i *bot.Interaction) { i.Action, i.Message = "pick/1", study.message(menu.TS) })
		s.refused("")
	})
}

// TestWordsAreHeard has words that are meant for the bot, and shortcuts, come to
// the core as what they are.
func TestWordsAreHeard(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		team, study := s.team.ID, place{team: s.team.ID, channel: s.study.ID}
		first := s.post(says("first"), "")
		if _, err := s.ann.Reply(first, "@studyhall  board week"); err != nil {
			t.Fatal(err)
		}
		s.heard("a mention in a thread", func(i *bot.Interaction) { i.Line = "board week" })
		if _, err := s.ann.Write(s.ann.Direct(), "board"); err != nil {
			t.Fatal(err)
		}
		s.heard("words to the bot", func(i *bot.Interaction) {
			i.Line, i.Direct, i.Channel = "board", true, place{team: team, channel: s.ann.Direct().ID}.id()
		})

		said, err := s.bob.Write(s.study, "Which <b>? ask @ann")
		if err != nil {
			t.Fatal(err)
		}
		s.acked(s.ann.Shortcut(said, "Suggest as question"))
		s.heard("a shortcut", func(i *bot.Interaction) {
			i.Command = "suggest"
			i.Target = &bot.Target{Message: study.message(said.TS), Author: userID(team, s.bob.ID), Text: "Which <b>? ask @someone"}
		})
		s.acked(s.ann.Global("Study now"))
		s.settle()
		if n := len(s.core.heard()); n != 0 {
			t.Errorf("a global shortcut was heard %d times", n)
		}
		s.refused("")
	})
}

// TestLinksAreNotAsked has a press on a link come to nobody.
func TestLinksAreNotAsked(t *testing.T) {
	if i, _, ok := done(received{sent: sent{Type: usedControl, Actions: []json.RawMessage{[]byte(`{"action_id":"~link/0"}`)}}}); ok {
		t.Errorf("a link is asked for as %q", i.Action)
	}
}

// TestMenusAsk has a menu in a form ask for its options.
func TestMenusAsk(t *testing.T) {
	f := bot.Form{Title: "Topic", Submit: "Go", Action: "topic", Fields: []bot.Field{
		{Name: "note", Label: "Note", Initial: []string{"x"}}, {Name: "cert", Label: "Certification", Kind: bot.OneOf, Suggest: "certs"}}}
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.core.offered = []bot.Option{{Label: "CBET", Value: "cbet"}, {Label: "CRES", Value: "cres"}, {Label: "Other", Value: "other"}}
		view := s.opens(f)
		i := s.acked(s.ann.Suggest(view, "one:certs", "C"))
		var labels []string
		for _, c := range i.Choices() {
			labels = append(labels, c.Text.Text)
		}
		if diff := cmp.Diff([]string{"CBET", "CRES"}, labels); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		asked := s.core.asked[0]
		if asked.Action != "certs" || asked.User != userID(s.team.ID, s.ann.ID) || asked.Values.Get("note") != "x" || asked.Channel == "" {
			t.Errorf("the core was asked %+v", asked)
		}
		i = s.acked(s.ann.Suggest(view, "one:certs", "zzz"))
		if n := len(i.Choices()); n != 0 {
			t.Errorf("%d choices", n)
		}
		s.refused("")
	})
}

// TestFlood has one person who does too much at once be told so, and keep nobody
// else from being answered.
func TestFlood(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.answers(func(i bot.Interaction) bot.Response {
			if i.User == userID(s.team.ID, s.ann.ID) {
				time.Sleep(20 * time.Second)
			}
			return bot.Whisper(says("done"))
		})
		for range 20 {
			if _, err := s.ann.Command(s.study, "/study", ""); err != nil {
				t.Fatal(err)
			}
		}
		s.acked(s.bob.Command(s.study, "/study", ""))
		s.seen(s.bob, "posted whisper: done")
		s.after(time.Minute)
		count := map[string]int{}
		for line := range strings.SplitSeq(s.sees(s.ann), "\n") {
			count[line]++
		}
		want := map[string]int{"posted whisper: done": 8, "posted whisper: " + string(wordsFlood): 12}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if n := len(s.core.heard()); n != 9 {
			t.Errorf("the core heard %d", n)
		}
		if n := s.slack.Counts().Unanswered; n != 0 {
			t.Errorf("%d were not acknowledged", n)
		}
		s.refused("")
	})
}

// TestFloodOfForms has forms and menus that are too many be answered in place.
func TestFloodOfForms(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		f := s.opens(asks)
		s.answers(func(i bot.Interaction) bot.Response {
			time.Sleep(20 * time.Second)
			return bot.Response{}
		})
		for range 8 {
			if _, err := s.ann.Command(s.study, "/study", ""); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
		s.acked(s.ann.Submit(f, filled))
		s.seen(s.ann, "marked day="+string(wordsFlood))
		s.after(time.Minute)
		s.refused("")
	})
}

// TestFull has a program that answers as much as it can leave out what is more,
// and lose no form.
func TestFull(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		f := s.opens(asks)
		full := false
		for n := 0; !full; n++ {
			_, full = s.a.crowd.Enter(fmt.Sprint(n))
		}
		s.acked(s.ann.Submit(f, filled))
		s.seen(s.ann, "marked day="+string(wordsFlood))
		s.acked(s.ann.Command(s.study, "/study", ""))
		if n := len(s.core.heard()); n != 1 {
			t.Errorf("the core heard %d", n)
		}
	})
}

// TestTwice has what comes twice be answered once.
func TestTwice(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("done")))
		i := s.acked(s.ann.Command(s.study, "/study", ""))
		i.Again()
		s.settle()
		s.seen(s.ann, "posted whisper: done")
		s.slack.Duplicate(10)
		if _, err := s.ann.Write(s.study, "@studyhall board"); err != nil {
			t.Fatal(err)
		}
		s.settle()
		s.seen(s.ann, "posted: <@BOT> board\nposted whisper: done")
		// Two gestures at once are two.
		card := s.post(says("card", pressing("A", "a")), "")
		s.ann.Sees()
		for range 2 {
			if _, err := s.ann.Press(card, "A"); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
		s.seen(s.ann, "posted whisper: done\nposted whisper: done")
	})
}

// TestOwnAndOthersBots has the bot answer neither itself nor other programs.
func TestOwnAndOthersBots(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Response{Reply: new(says("echo"))})
		s.post(bot.Message{Text: "@studyhall board", Key: "k1"}, "")
		direct := s.ann.Direct()
		for _, event := range []map[string]any{
			{"type": "message", "channel_type": "im", "channel": direct.ID, "user": s.team.Bot().ID, "text": "board", "ts": "1.1"},
			{"type": "message", "channel_type": "im", "channel": direct.ID, "user": "U9", "bot_id": "B9", "text": "board", "ts": "1.2"},
			{"type": "app_mention", "channel": s.study.ID, "user": "U9", "app_id": "A9", "text": "<@" + s.team.Bot().ID + "> board", "ts": "1.3"},
			{"type": "message", "subtype": "message_changed", "channel_type": "im", "channel": direct.ID, "hidden": true, "ts": "1.4"},
			{"type": "message", "subtype": "bot_message", "channel_type": "im", "channel": direct.ID, "text": "board", "ts": "1.5"},
			{"type": "message", "channel_type": "im", "channel": "../x", "user": "U9", "text": "board", "ts": "1.6"},
			{"type": "message", "channel_type": "im", "channel": direct.ID, "user": s.ann.ID, "text": " ", "ts": "1.7"},
		} {
			s.team.Event(event)
		}
		s.settle()
		if n := len(s.core.heard()); n != 0 {
			t.Errorf("the core heard %d of them", n)
		}
	})
}

// TestNothingKnown has types, fields and blocks that nobody knows be acknowledged,
// and do no harm.
func TestNothingKnown(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("done")))
		for _, payload := range []string{
			``, `[]`, `null`, `"x"`, `{}`, `{"type":7}`, `{"type":"block_actions"}`, `{"type":"block_actions","team":null,"user":{"id":"U1"}}`,
			`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"}}`, `{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":""}}`,
			`{"type":"block_suggestion","team":{"id":"T1"},"user":{"id":"U1"},"action_id":"what"}`, `{"type":"view_closed","team":{"id":"T1"},"user":{"id":"U1"}}`,
			`{"type":"workflow_step_edit","team":{"id":"T1"},"user":{"id":"U1"}}`, `{"type":"block_actions","team":{"id":"T1"},"user":{"id":"<!here>"}}`,
			`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":["x",7,{"action_id":""}]}`,
		} {
			for _, kind := range []string{kindEvent, kindCommand, kindInteraction, "brand_new"} {
				acked := make(chan []byte, 1)
				s.a.take(envelope{kind: kind, came: time.Now(), payload: json.RawMessage(payload), ack: func(answer []byte) bool {
					select {
					case acked <- answer:
						return true
					default:
						return false
					}
				}})
				s.settle()
				select {
				case <-acked:
				default:
					t.Errorf("%s %s was not acknowledged", kind, payload)
				}
			}
		}
		if all := s.core.heard(); len(all) != 0 {
			t.Errorf("the core heard %v", all)
		}
		// A press on a message whose blocks nobody knows counts.
		s.a.take(envelope{kind: kindInteraction, came: time.Now(), ack: func([]byte) bool { return true }, payload: json.RawMessage(fmt.Sprintf(`{"type":"block_actions","trigger_id":"1","team":{"id":%q,"new":1},
			"user":{"id":%q},"channel":{"id":%q},"container":{"type":"message","message_ts":"1.2","channel_id":%q,"is_ephemeral":false,"odd":[]},
			"message":{"ts":"1.2","blocks":[{"type":"hologram","elements":7}],"text":{"odd":1}},"actions":[{"action_id":"a","block_id":"b","type":"hologram","value":{"odd":1}}]}`,
			s.team.ID, s.ann.ID, s.study.ID, s.study.ID))})
		s.settle()
		if all := s.core.heard(); len(all) != 1 || all[0].Action != "a" {
			t.Errorf("the core heard %v", all)
		}
	})
}

// TestOldButtons has a button of an earlier release, or from before a restart,
// reach the core, which says what became of it.
func TestOldButtons(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("older")))
		card := s.post(says("card", pressing("A", "a")), "")
		s.acked(s.ann.PressAs(card, "v0/long/gone", "value"))
		s.seen(s.ann, "posted: card [A]\nposted whisper: older")
		if all := s.core.heard(); len(all) != 1 || all[0].Action != "v0/long/gone" {
			t.Errorf("the core heard %v", all)
		}
	})
}

// TestLongInput has as much as a field takes come to the core, which judges it.
func TestLongInput(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("too long")))
		for _, n := range []int{3000, 3001, 40_000} {
			s.acked(s.ann.Command(s.study, "/studyhall", strings.Repeat("ä", n)))
			s.seen(s.ann, "posted whisper: too long")
		}
		if all := s.core.heard(); len(all) != 3 || len([]rune(all[1].Line)) != 3001 {
			t.Errorf("the core heard %d", len(all))
		}
	})
}

// FuzzInteractions has nothing that comes be more than can be read of it.
func FuzzInteractions(f *testing.F) {
	f.Add(`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"container":{"message_ts":"1.2","thread_ts":"1.1"},"actions":[{"action_id":"a"}]}`)
	f.Add(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"id":"V1","type":"modal","callback_id":"x","private_metadata":"{\"message\":\"slack:T2/C1/1.2\",\"whisper\":true}","state":{"values":{"a":{"line":{"value":"v"},"bool":7}}}}}`)
	f.Add(`{"command":"/study","text":"x","team_id":"T1","user_id":"U1","channel_id":"D1"}`)
	a := &Adapter{config: Config{Now: time.Now}}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, kind := range []string{kindCommand, kindInteraction} {
			r, err := a.read(envelope{kind: kind, payload: json.RawMessage(payload), ack: func([]byte) bool { return true }})
			if err != nil {
				continue
			}
			i, _, _ := done(r)
			if _, _, err := parseUser(i.User); err != nil {
				t.Errorf("user: %v", err)
			}
			if i.Channel != "" {
				if p, err := parseChannel(i.Channel); err != nil || p.team != r.team {
					t.Errorf("channel of %q: %v, %v", r.team, p, err)
				}
			}
			if i.Message != "" {
				if p, _, err := parseMessage(i.Message); err != nil || p.team != r.team {
					t.Errorf("message of %q: %v, %v", r.team, p, err)
				}
			}
		}
	})
}
