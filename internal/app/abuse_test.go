package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// scene is a world in which two channels have a group each and Monday's
// question is open in both.
type scene struct {
	*world
	first, second string // paths of the letter A under each group's question
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := newWorld(t).(*world)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, channel := range []string{"first", "second"} {
		organiser := "org-" + channel
		must(w.fake.Say(ctx, organiser, channel, "/group"))
		must(w.fake.Press(ctx, organiser, "Set up", ""))
		must(w.fake.Submit(ctx, organiser, map[string]string{"time zone": "Chicago"}))
		must(w.fake.Press(ctx, organiser, "Start", ""))
	}
	must(w.Advance(ctx, w.Now().AddDate(0, 0, 1).Add(3*3600e9)))
	s := scene{world: w}
	for _, r := range w.fake.Messages() {
		m := r.Latest()
		if m.Card == nil || len(m.Card.Controls) == 0 {
			continue
		}
		if b, ok := m.Card.Controls[0][0].(bot.Button); ok && strings.HasPrefix(b.Action, "answer/") {
			if r.Channel == w.fake.ChannelID("first") {
				s.first = b.Action
			} else {
				s.second = b.Action
			}
		}
	}
	if s.first == "" || s.second == "" {
		t.Fatal("the questions were not posted")
	}
	return s
}

// does is an interaction made by hand, as a modified client could send it.
func (s scene) does(person, channel, action string) string {
	r := s.running().Bot.Handle(s.t.Context(), bot.Interaction{
		ID: bot.NewID(), User: s.fake.UserID(person), Name: person, Space: s.fake.Space(),
		Channel: s.fake.ChannelID(channel), Action: action,
	})
	switch {
	case r.Reply != nil && r.Reply.Card != nil:
		return r.Reply.Card.Plain()
	case r.Edit != nil && r.Edit.Card != nil:
		return r.Edit.Card.Plain()
	}
	return fmt.Sprintf("%+v", r)
}

// answers counts everything recorded, over all groups.
func (s scene) answers(path string) int {
	spread, err := s.running().Store.Spread(s.t.Context(), strings.Split(path, "/")[1])
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, count := range spread {
		n += count
	}
	return n
}

func TestForgedPaths(t *testing.T) {
	s := newScene(t)
	round := strings.Split(s.second, "/")[1]
	g, ok, err := s.running().Store.GroupIn(t.Context(), s.fake.ChannelID("second"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	tests := []struct{ name, action, want string }{
		{"an answer to another group's question", s.second, "group"},
		{"a copy of another group's question", "copy/" + round + "/a", "group"},
		{"catching up in another group", "catchup/" + g.ID, "group"},
		{"the explanation in another group", "why/" + round, "group"},
		{"an answer in another group", "mine/" + round, "group"},
		{"more of another group", "more/" + round, "group"},
		{"pausing another group", "group/" + g.ID + "/pause", "group"},
		{"posting in another group", "group/" + g.ID + "/post", "group"},
		{"a question that does not exist", "answer/nonsense/a", "don't know that question"},
		{"an option that does not exist", strings.TrimSuffix(s.first, "/a") + "/e", "no answer of that name"},
		{"an option of another kind", strings.TrimSuffix(s.first, "/a") + "/%00", "no answer of that name"},
		{"the explanation of an open question", "why/" + strings.Split(s.first, "/")[1], "still open"},
		{"why not the others, while open", "others/" + strings.Split(s.first, "/")[1], "still open"},
		{"a path nobody knows", "drop/table", "older version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.does("eve", "first", tt.action)
			if !strings.Contains(got, tt.want) || strings.Contains(got, "code ") {
				t.Errorf("was told %q, want a clear sentence with %q", got, tt.want)
			}
		})
	}
	if n := s.answers(s.second); n != 0 {
		t.Errorf("%d answers were recorded in the other group", n)
	}
}

func TestOnePersonPressesEightTimesAtOnce(t *testing.T) {
	s := newScene(t)
	letters := []string{"a", "b", "c", "d"}
	told := make([]string, 8)
	var all sync.WaitGroup
	for i := range told {
		all.Go(func() {
			told[i] = s.does("dana", "first", strings.TrimSuffix(s.first, "a")+letters[i%4])
		})
	}
	all.Wait()
	if n := s.answers(s.first); n != 1 {
		t.Fatalf("%d answers count, want one", n)
	}
	spread, err := s.running().Store.Spread(t.Context(), strings.Split(s.first, "/")[1])
	if err != nil {
		t.Fatal(err)
	}
	var counts string
	for option := range spread {
		counts = strings.ToUpper(option)
	}
	for _, text := range told {
		if !strings.HasPrefix(text, "Right. "+counts+",") && !strings.Contains(text, "You chose "+counts+".") {
			t.Errorf("%s counts, and a press was told %q", counts, text)
		}
	}
}

func TestPressAfterClosing(t *testing.T) {
	s := newScene(t)
	if err := s.Advance(t.Context(), s.Now().AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	got := s.does("dana", "first", s.first)
	if !strings.Contains(got, "This question is closed") || !strings.Contains(got, "[Catch up]") {
		t.Errorf("was told %q, want that it is closed and how to catch up", got)
	}
	if err := s.Advance(t.Context(), s.Now().AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	if got := s.does("dana", "first", s.first); strings.Contains(got, "[Catch up]") {
		t.Errorf("after eight days was told %q, want no catching up", got)
	}
	if n := s.answers(s.first); n != 0 {
		t.Errorf("%d answers were recorded", n)
	}
}

// A private answer never replaces the card that everybody sees, whatever path a
// client sends with that card.
func TestPrivatePathOnAPublicCard(t *testing.T) {
	s := newScene(t)
	var card bottest.Record
	for _, r := range s.fake.Messages() {
		if strings.Contains(r.Text(), "question 1") && r.Channel == s.fake.ChannelID("first") {
			card = r
		}
	}
	g, _, err := s.running().Store.GroupIn(t.Context(), s.fake.ChannelID("first"))
	if err != nil {
		t.Fatal(err)
	}
	round := strings.Split(s.first, "/")[1]
	for _, action := range []string{"copy/" + round + "/a", "next/" + g.ID, "mine/" + round, "try/cbet", "try/cbet/a", "group/" + g.ID} {
		r := s.running().Bot.Handle(t.Context(), bot.Interaction{
			ID: bot.NewID(), User: s.fake.UserID("org-first"), Name: "Eve", Space: s.fake.Space(),
			Channel: s.fake.ChannelID("first"), Message: card.ID, Action: action,
		})
		if r.Edit != nil || r.Reply == nil || !r.Private {
			t.Errorf("%s on the public card: %+v, want a whisper", action, r)
		}
	}
}

// A press that a platform delivers twice counts once and is answered alike.
func TestRedeliveredPress(t *testing.T) {
	s := newScene(t)
	first := s.does("dana", "first", s.first)
	again := s.does("dana", "first", s.first)
	if n := s.answers(s.first); n != 1 || strings.Split(first, "\n")[0] != strings.Split(again, "\n")[0] {
		t.Errorf("%d answers; first told %q, then %q", n, first, again)
	}
}

// A bank may be removed while its question is open: the round has its own copy.
func TestBankRemovedUnderAnOpenQuestion(t *testing.T) {
	s := newScene(t)
	use(t, s.running(), nil)
	if got := s.does("dana", "first", s.first); !graded(got) {
		t.Errorf("was told %q, want a result", got)
	}
	if err := s.Advance(t.Context(), s.Now().AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	closed := false
	for _, seen := range (driver{bottest.NewTogether(s.fake), s.world}).See(t.Context()) {
		closed = closed || seen.Kind == bottest.Edit && strings.Contains(seen.Text, "· closed")
	}
	if !closed {
		t.Error("the question did not close")
	}
	r := s.running().Bot.Handle(t.Context(), bot.Interaction{ID: "x", User: s.fake.UserID("org-first"), Space: s.fake.Space(),
		Channel: s.fake.ChannelID("first"), Command: "group", Line: "failed"})
	if r.Reply == nil || !strings.Contains(r.Reply.Card.Plain(), "no question left") {
		t.Errorf("organisers read %+v, want what failed and why", r.Reply)
	}
}

// Every question card can be read and acted on without its buttons (acceptance 19).
func TestQuestionReadsWithoutButtons(t *testing.T) {
	s := newScene(t)
	for _, r := range s.fake.Messages() {
		m := r.Latest()
		if m.Card == nil || !strings.Contains(m.Card.Title.Plain(), "question 1") {
			continue
		}
		bare := *m.Card
		bare.Controls = nil
		for _, want := range []string{"\nA. ", "\nB. ", "\nC. ", "\nD. ", "Open until "} {
			if !strings.Contains(bare.Plain(), want) {
				t.Errorf("without buttons %q is missing:\n%s", want, bare.Plain())
			}
		}
		for _, control := range m.Card.Controls[0] {
			b, ok := control.(bot.Button)
			if !ok || len(b.Accessible) < 5 || !strings.HasPrefix(b.Accessible, b.Label+": ") {
				t.Errorf("button %+v doesn't say its option to a screen reader", control)
			}
		}
	}
}
