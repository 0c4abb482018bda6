package app

import (
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/quizzes"
)

// acts is what the bot answers to something made by hand in the first group.
func (s scene) acts(person, action string, v bot.Values) bot.Response {
	return s.running().Bot.Handle(s.t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Action: action, Values: v})
}

// leadsTo is where a button of a card leads.
func leadsTo(t *testing.T, r bot.Response, label string) string {
	t.Helper()
	if r.Reply != nil && r.Reply.Card != nil {
		for _, row := range r.Reply.Card.Controls {
			for _, c := range row {
				if b, ok := c.(bot.Button); ok && strings.HasPrefix(b.Label, label) {
					return b.Action
				}
			}
		}
	}
	t.Fatalf("no button %q: %+v", label, r)
	return ""
}

// What members wrote is for their own group's organisers, nothing of what they say
// is from an exam is kept, and what was accepted leaves as banks that lint takes.
func TestSuggestionsByHand(t *testing.T) {
	s := newScene(t)
	for _, line := range []string{"question suggest", "question", "suggest"} {
		if got := s.says("dana", "", line); !strings.HasPrefix(got, "form: Your organisers decide") {
			t.Errorf("%q was answered %q", line, got)
		}
	}
	if got := s.says("org-first", "", "question queue"); !strings.Contains(got, "No question waits for you") {
		t.Errorf("the queue is %q", got)
	}
	form := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("dana"), Name: "dana", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "study", Line: "suggest"}).Form
	if form == nil {
		t.Fatal("no form")
	}
	const secret = "Zanzibar"
	filled := bot.Values{"question": {"Which word begins with " + secret + "?"}, "right": {secret}, "wrong": {"Delta\nEcho"},
		"why": {"It does.\nThe atlas https://example.com/atlas"}, "recalled": {"exam"}}
	if r := s.acts("dana", form.Action, filled); r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "I can't take questions remembered from an exam") {
		t.Fatalf("a recalled one: %+v", r)
	}
	if n, err := s.running().Store.SuggestionsWaiting(t.Context(), strings.Split(form.Action, "/")[1]); err != nil || n != 0 {
		t.Errorf("%d wait (%v), want none", n, err)
	}
	filled["recalled"] = []string{"nonsense"}
	if r := s.acts("dana", form.Action, filled); r.Invalid["recalled"] == "" {
		t.Errorf("without an answer about exams: %+v", r)
	}
	filled["recalled"] = []string{"signed"}
	if r := s.acts("dana", form.Action, filled); r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "Thank you") {
		t.Fatalf("sent: %+v", r)
	}
	one := leadsTo(t, s.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: s.fake.UserID("org-first"), Name: "org-first", Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "group", Line: "suggestions"}), "Which word")
	group := strings.Split(form.Action, "/")[1]
	for _, person := range []string{"dana", "org-second", "eve"} {
		for _, path := range []string{one, one + "/edit/1", one + "/refuse/1", one + "/stop/1", "own/" + group, "own/" + group + "/file"} {
			if got := s.does(person, "second", path); strings.Contains(got, secret) || strings.Contains(got, "code ") {
				t.Errorf("%s pressed %s and was told %q", person, path, got)
			}
		}
	}
	accept := s.acts("org-first", leadsTo(t, s.acts("org-first", one, nil), "Accept"), nil).Form
	if accept == nil {
		t.Fatal("no form to accept it")
	}
	for range 2 { // the second does nothing
		s.acts("org-first", accept.Action, bot.Values{"area": {"a2"}})
	}
	r := s.acts("org-first", "own/"+group+"/file", nil)
	if r.Reply == nil || len(r.Reply.Files) != 1 {
		t.Fatalf("the file: %+v", r)
	}
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	data := r.Reply.Files[0].Data
	banks, problems := quizzes.Lint([]quizzes.File{{Name: r.Reply.Files[0].Name, Data: data}}, Outlines(catalogue))
	if len(banks) != 1 || quizzes.Faulty(problems) || !banks[0].Draft || len(banks[0].Items) != 1 {
		t.Fatalf("lint: %v\n%s", problems, data)
	}
	if strings.Contains(string(data), "dana") || !strings.Contains(string(data), secret) {
		t.Errorf("the file has a name in it, or not the question:\n%s", data)
	}
}
