package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
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

// The file that the group takes along has the corrected key. Of a question with two
// right answers it has one, and doesn't call the other one wrong.
func TestOwnFileHasTheCorrectedKey(t *testing.T) {
	script, err := os.ReadFile("testdata/scripts/own-corrected.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, until string
		right       string
		wrong       []string
	}{
		{"as it was written", "# two report it", "Coca", []string{"Echo", "Delta", "Foxtrot"}},
		{"corrected", "# and it can be corrected once more", "Delta", []string{"Echo", "Coca", "Foxtrot"}},
		{"with two right answers", "# changed again", "Delta", []string{"Echo", "Foxtrot"}},
		{"changed again", "", "Delta", []string{"Echo", "Coca"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := string(script)
			if tt.until != "" {
				before, _, ok := strings.Cut(text, tt.until)
				if !ok {
					t.Fatalf("the script has no %q", tt.until)
				}
				text = before
			}
			file := filepath.Join(t.TempDir(), "part.txt")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			w := newWorld(t).(*world)
			bottest.RunScript(t, file, w)
			if tt.until == "# two report it" { // until it has closed, the file leaves it out
				if err := w.Advance(t.Context(), w.Now().Add(24*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			says := func(action, line string) bot.Response {
				return w.running().Bot.Handle(t.Context(), bot.Interaction{ID: bot.NewID(), User: w.fake.UserID("maria"), Name: "Maria G.", Space: w.fake.Space(),
					Channel: w.fake.ChannelID(bottest.Main), Action: action, Command: map[bool]string{true: "group"}[action == ""], Line: line})
			}
			r := says(leadsTo(t, says("", "suggestions"), "As a file"), "")
			if r.Reply == nil || len(r.Reply.Files) != 1 {
				t.Fatalf("the file: %+v", r)
			}
			catalogue, err := cert.Load()
			if err != nil {
				t.Fatal(err)
			}
			banks, problems := quizzes.Lint([]quizzes.File{{Name: r.Reply.Files[0].Name, Data: r.Reply.Files[0].Data}}, Outlines(catalogue))
			if len(banks) != 1 || quizzes.Faulty(problems) || len(banks[0].Items) != 1 {
				t.Fatalf("lint: %v\n%s", problems, r.Reply.Files[0].Data)
			}
			right, wrong := "", []string{}
			for _, o := range banks[0].Items[0].Options {
				if banks[0].Items[0].RightOption(o.ID) {
					right += o.Text
				} else {
					wrong = append(wrong, o.Text)
				}
			}
			slices.Sort(wrong)
			slices.Sort(tt.wrong)
			if right != tt.right || !slices.Equal(wrong, tt.wrong) {
				t.Errorf("right is %q, wrong are %q; want %q and %q", right, wrong, tt.right, tt.wrong)
			}
		})
	}
}
