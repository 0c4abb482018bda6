package slack

import (
	"maps"
	"slices"
	"testing"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func says(words bot.Text, buttons ...bot.Button) bot.Message {
	m := bot.Message{Card: &bot.Card{Body: words}}
	if len(buttons) > 0 {
		row := bot.Row{}
		for _, b := range buttons {
			row = append(row, b)
		}
		m.Card.Controls = []bot.Row{row}
	}
	return m
}

func pressing(label, action string) bot.Button { return bot.Button{Label: label, Action: action} }

// asks is a form with one field that must be filled in.
var asks = bot.Form{Title: "When", Submit: "Save", Action: "exam/save", Fields: []bot.Field{{Name: "day", Label: "Day", Kind: bot.Date, Required: true},
	{Name: "note", Label: "Note", Kind: bot.Line}}}

// TestEachWayToAnswer has each kind of response shown for each thing that a
// person can do.
func TestEachWayToAnswer(t *testing.T) {
	m, n := says("words", pressing("Go", "go")), says("more")
	public, private, edit, nothing := bot.Response{Reply: &m}, bot.Whisper(m), bot.Response{Edit: &m}, bot.Response{}
	both, bothPublic := bot.Response{Edit: &m, Reply: &n, Private: true}, bot.Response{Edit: &m, Reply: &n}
	form := bot.Response{Form: &asks}
	command := func(s *stage) { s.acked(s.ann.Command(s.study, "/studyhall", "board")) }
	pressed := func(s *stage) {
		s.acked(s.ann.Press(s.post(says("card", pressing("A", "a")), ""), "A"))
	}
	inThread := func(s *stage) {
		first := s.post(says("first"), "")
		s.acked(s.ann.Press(s.post(says("card", pressing("A", "a")), first.TS), "A"))
	}
	onWhisper := func(s *stage) {
		was := s.core.answer
		s.always(bot.Whisper(says("old", pressing("A", "a"))))
		i := s.acked(s.ann.Command(s.study, "/studyhall", "board"))
		s.answers(was)
		s.ann.Sees()
		s.acked(s.ann.Press(i.Messages()[0], "A"))
	}
	write := func(c func(*stage) *slacktest.Channel, words string) func(*stage) {
		return func(s *stage) {
			if _, err := s.ann.Write(c(s), words); err != nil {
				s.t.Fatal(err)
			}
			s.settle()
		}
	}
	study := func(s *stage) *slacktest.Channel { return s.study }
	direct := func(s *stage) *slacktest.Channel { return s.ann.Direct() }
	for _, test := range []struct {
		name     string
		does     func(*stage)
		response bot.Response
		ann, bob string
	}{
		{"a command, nothing", command, nothing, "", ""},
		{"a command, for all", command, public, "posted: words [Go]", "posted: words [Go]"},
		{"a command, for one", command, private, "posted whisper: words [Go]", ""},
		{"a command, an edit of nothing", command, edit, "posted whisper: words [Go]", ""},
		{"a command, a form", command, form, "view: When|Day / Note", ""},
		{"a press, nothing", pressed, nothing, "posted: card [A]", "posted: card [A]"},
		{"a press, for all", pressed, public, "posted: card [A]\nposted: words [Go]", "posted: card [A]\nposted: words [Go]"},
		{"a press, for one", pressed, private, "posted: card [A]\nposted whisper: words [Go]", "posted: card [A]"},
		{"a press, an edit", pressed, edit, "posted: card [A]\nedited: words [Go]", "posted: card [A]\nedited: words [Go]"},
		{"a press, an edit and for one", pressed, both, "posted: card [A]\nedited: words [Go]\nposted whisper: more", "posted: card [A]\nedited: words [Go]"},
		{"a press, an edit and for all", pressed, bothPublic, "posted: card [A]\nedited: words [Go]\nposted: more", "posted: card [A]\nedited: words [Go]\nposted: more"},
		{"a press, a form", pressed, form, "posted: card [A]\nview: When|Day / Note", "posted: card [A]"},
		{"in a thread, for all", inThread, public, "posted: first\nposted in thread: card [A]\nposted in thread: words [Go]", "posted: first\nposted in thread: card [A]\nposted in thread: words [Go]"},
		{"in a thread, for one", inThread, private, "posted: first\nposted in thread: card [A]\nposted whisper in thread: words [Go]", "posted: first\nposted in thread: card [A]"},
		{"in a thread, an edit", inThread, edit, "posted: first\nposted in thread: card [A]\nedited in thread: words [Go]", "posted: first\nposted in thread: card [A]\nedited in thread: words [Go]"},
		{"on a whisper, an edit", onWhisper, edit, "edited: words [Go]", ""},
		{"on a whisper, for one", onWhisper, private, "posted whisper: words [Go]", ""},
		{"on a whisper, an edit and for one", onWhisper, both, "edited: words [Go]\nposted whisper: more", ""},
		{"on a whisper, a form", onWhisper, form, "view: When|Day / Note", ""},
		{"on a whisper, for all", onWhisper, public, "posted: words [Go]", "posted: words [Go]"},
		{"a mention, for one", write(study, "@studyhall board"), private, "posted: <@BOT> board\nposted whisper: words [Go]", "posted: <@BOT> board"},
		{"a mention, for all", write(study, "@studyhall board"), public, "posted: <@BOT> board\nposted: words [Go]", "posted: <@BOT> board\nposted: words [Go]"},
		{"a mention, a form", write(study, "@studyhall board"), form, "posted: <@BOT> board\nposted whisper: " + string(wordsLate) + " [Open the form]", "posted: <@BOT> board"},
		{"between people", write(study, "board"), private, "posted: board", "posted: board"},
		{"about the bot", write(study, "ask @studyhall for the board"), private, "posted: ask <@BOT> for the board", "posted: ask <@BOT> for the board"},
		{"to the bot, for one", write(direct, "board"), private, "posted: board\nposted whisper: words [Go]", ""},
		{"to the bot, for all", write(direct, "board"), public, "posted: board\nposted: words [Go]", ""},
		{"to the bot, a form", write(direct, "board"), form, "posted: board\nposted whisper: " + string(wordsLate) + " [Open the form]", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.always(test.response)
				test.does(s)
				s.settle()
				s.seen(s.ann, test.ann)
				s.seen(s.bob, test.bob)
				s.refused("")
			})
		})
	}
}
