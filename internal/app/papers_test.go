package app

import (
	"strings"
	"testing"

	"studyhall/bot"
)

// Paths of papers that somebody made up, or that are another's, get a clear
// sentence, and change nothing.
func TestForgedPapers(t *testing.T) {
	s := newScene(t)
	mine := s.enters("dana", bot.Values{"what": {"Exam fee"}, "amount": {"519 USD"}, "day": {"2026-11-20"}})
	if !strings.Contains(mine, "Exam fee: 519.00 USD, Fri 20 Nov 2026") {
		t.Fatalf("was told %q", mine)
	}
	list := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Action: "papers/cbet/entries"})
	id := list.Reply.Card.Controls[0][0].(bot.Menu).Options[0].Value
	for _, tt := range []struct{ name, person, action, want string }{
		{"a certification that nobody knows", "dana", "papers/nonsense", "don't know that certification"},
		{"a form of one", "dana", "papers/nonsense/spent", "don't know that certification"},
		{"an entry that nobody made", "dana", "papers/entry/nonsense", "no longer here"},
		{"another's entry", "eve", "papers/entry/" + id, "no longer here"},
		{"another's entry to correct", "eve", "papers/entry/" + id + "/correct", "no longer here"},
		{"another's entry, corrected", "eve", "papers/entry/" + id + "/set", "no longer here"},
		{"another's entry to remove", "eve", "papers/entry/" + id + "/remove", "no longer here"},
		{"another's entry, removed", "eve", "papers/entry/" + id + "/remove/yes", "no longer here"},
		{"a page far away", "dana", "papers/cbet/entries/99999999999999999999", "Exam fee: 519.00 USD"},
		{"a page before the first", "dana", "papers/cbet/entries/-3", "Exam fee: 519.00 USD"},
		{"what is still there", "dana", "papers/entry/" + id, "Exam fee: 519.00 USD"},
		{"one's own, removed", "dana", "papers/entry/" + id + "/remove/yes", "no longer counts"},
		{"removed again", "dana", "papers/entry/" + id + "/remove/yes", "no longer here"},
		{"the list without any", "dana", "papers/cbet/entries", "Nothing entered yet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := s.does(tt.person, "first", tt.action); !strings.Contains(got, tt.want) || strings.Contains(got, "code ") {
				t.Errorf("was told %q, want a clear sentence with %q", got, tt.want)
			}
		})
	}
}

// A form about an expense that is sent twice, by two presses, counts once.
func TestOneFormOneExpense(t *testing.T) {
	s := newScene(t)
	send := bot.Interaction{User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(), Channel: s.fake.ChannelID("first"), Action: "papers/cbet/spent"}
	send.ID = bot.NewID()
	form := s.running().Bot.Handle(t.Context(), send).Form
	if form == nil {
		t.Fatal("no form")
	}
	send.Action, send.Values = form.Action, bot.Values{"what": {"Exam fee"}, "amount": {"519 USD"}, "day": {form.Fields[2].Initial[0]}}
	for range 2 {
		send.ID = bot.NewID()
		if r := s.running().Bot.Handle(t.Context(), send); r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "Exam fee: 519.00 USD") {
			t.Fatalf("%+v", r)
		}
	}
	if got := s.does("dana", "first", "papers/cbet"); strings.Count(got, "Exam fee: 519.00 USD") != 1 {
		t.Errorf("two presses of one form:\n%s", got)
	}
}

// enters sends the form about an expense for CBET, in the first channel.
func (s scene) enters(person string, values bot.Values) string {
	r := s.running().Bot.Handle(s.t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Action: "papers/cbet/spent/add/" + bot.NewID(), Values: values})
	if r.Reply == nil || r.Reply.Card == nil {
		s.t.Fatalf("%s enters %v: %+v", person, values, r)
	}
	return r.Reply.Card.Plain()
}
