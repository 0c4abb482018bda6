package app

import (
	"strings"
	"sync"
	"testing"

	"studyhall/bot"
)

// sessionPath is the path up to the first question of a new practice.
func (s scene) sessionPath(person, channel string) string {
	s.t.Helper()
	r := s.running().Bot.Handle(s.t.Context(), bot.Interaction{
		ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(),
		Channel: s.fake.ChannelID(channel), Command: "quiz", Line: "safety",
	})
	if r.Reply == nil || !r.Private {
		s.t.Fatalf("/quiz: %+v", r)
	}
	for _, row := range r.Reply.Card.Controls {
		if b, ok := row[0].(bot.Button); ok && b.Label == "Stop" {
			return strings.TrimSuffix(b.Action, "stop")
		}
	}
	s.t.Fatalf("no practice in %s", r.Reply.Card.Plain())
	return ""
}

// A path of somebody else's practice shows and changes nothing.
func TestForgedPracticePaths(t *testing.T) {
	s := newScene(t)
	path := s.sessionPath("dana", "first")
	g, ok, err := s.running().Store.GroupIn(t.Context(), s.fake.ChannelID("second"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	tests := []struct{ name, person, action, want string }{
		{"answering for somebody else", "eve", path + "answer/1/a", "isn't yours"},
		{"reading somebody else's question", "eve", path + "next", "isn't yours"},
		{"stopping somebody else", "eve", path + "stop", "isn't yours"},
		{"why, for somebody else", "eve", path + "why", "isn't yours"},
		{"a form of somebody else", "eve", path + "form/1", "isn't yours"},
		{"more of somebody else's", "eve", path + "more", "isn't yours"},
		{"a practice that is none", "dana", "session/nonsense/next", "isn't yours"},
		{"a question that is none", "dana", path + "answer/99/a", "not part of this practice"},
		{"a question below the first", "dana", path + "answer/0/a", "not part of this practice"},
		{"a question that is no number", "dana", path + "answer/one/a", "not part of this practice"},
		{"an option that is none", "dana", path + "answer/1/zz", "not part of this practice"},
		{"practising in another group", "dana", "quiz/" + g.ID + "/start", "group"},
		{"the outline of another group", "dana", "quiz/" + g.ID + "/outline", "group"},
		{"an area that is none", "dana", "quiz/" + s.groupOf("first") + "/area/a99", "what the exam covers"},
		{"like a question that is none", "dana", "quiz/" + s.groupOf("first") + "/like/none", "don't know that question"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.does(tt.person, "first", tt.action)
			if !strings.Contains(got, tt.want) || strings.Contains(got, "code ") {
				t.Errorf("was told %q, want a clear sentence with %q", got, tt.want)
			}
		})
	}
	if got := s.does("dana", "first", path+"stop"); !strings.Contains(got, "nothing was counted") {
		t.Errorf("after all that dana's practice is %q", got)
	}
}

func (s scene) groupOf(channel string) string {
	g, ok, err := s.running().Store.GroupIn(s.t.Context(), s.fake.ChannelID(channel))
	if err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	return g.ID
}

// Two devices that press at the same instant get the same result, once.
func TestTwoDevicesInOnePractice(t *testing.T) {
	s := newScene(t)
	path := s.sessionPath("dana", "first")
	ids := []string{"a", "b"}
	told := make([]string, 8)
	var all sync.WaitGroup
	for i := range told {
		all.Go(func() { told[i] = s.does("dana", "first", path+"answer/2/"+ids[i%2]) })
	}
	all.Wait()
	counts := 0
	for _, text := range told {
		first, _, _ := strings.Cut(told[0], "\n")
		if !strings.HasPrefix(text, first) {
			t.Errorf("one device was told %q, another %q", told[0], text)
		}
		if !strings.Contains(text, "You answered this one") {
			counts++
		}
	}
	if counts != 1 {
		t.Errorf("%d presses were recorded, want one", counts)
	}
}
