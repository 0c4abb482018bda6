package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"studyhall/bot"
)

// Who presses faster than hands can is told so, now and then, and reaches no
// feature; everybody else is answered, and so is that person a moment later.
func TestPacedPeople(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	b := bot.New(slog.New(slog.DiscardHandler))
	did := map[bot.UserID]int{}
	b.Action("do", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		did[i.User]++
		return bot.Whisper(bot.Message{Text: bot.Textf("done")}), nil
	})
	b.Suggest("names", func(context.Context, bot.Interaction, string) ([]bot.Option, error) {
		return []bot.Option{{Label: "One", Value: "1"}}, nil
	})
	b.Paced(func() time.Time { return at })
	press := func(user bot.UserID) string {
		r := b.Handle(t.Context(), bot.Interaction{User: user, Action: "do"})
		switch {
		case r.Reply == nil:
			return ""
		case r.Reply.Card != nil:
			return r.Reply.Card.Plain()
		}
		return r.Reply.Text.Plain()
	}
	told := map[string]int{}
	for range 5000 {
		told[press("x:flood")]++
	}
	sentence := "That was a lot at once, so I left the last of it out. Nothing was changed by it. Please wait a moment and press again."
	if did["x:flood"] != 120 || told["done"] != 120 || told[sentence] != 1 || told[""] != 5000-121 {
		t.Errorf("did %d, told %v; want 120, one sentence, and nothing else", did["x:flood"], told)
	}
	if got := b.Complete(t.Context(), bot.Interaction{User: "x:flood", Action: "names"}, "o"); len(got) > 0 {
		t.Errorf("is suggested %v", got)
	}
	if got := press("x:ann"); got != "done" {
		t.Errorf("somebody else is told %q", got)
	}
	at = at.Add(10 * time.Second)
	for n := range 120 {
		if got := press("x:flood"); got != "done" {
			t.Fatalf("press %d ten seconds later: %q", n, got)
		}
	}
	if got := press("x:flood"); got != sentence {
		t.Errorf("told %q, want the sentence again", got)
	}
	// As fast as anybody taps, for as long as they like.
	for n := range 3000 {
		at = at.Add(100 * time.Millisecond)
		if got := press("x:ann"); got != "done" {
			t.Fatalf("tap %d of somebody quick: %q", n, got)
		}
	}
}

// A flood of names costs no more memory than the names that are remembered.
func TestPaceForgets(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	p := bot.NewPace(1, 2, func() time.Time { return at })
	for n := range 50_000 {
		if name := fmt.Sprint(n); !p.Allow(name) {
			t.Fatalf("%s is held up", name)
		}
		if p.Known() > 10_000 {
			t.Fatalf("%d are remembered after %d", p.Known(), n)
		}
	}
	at = at.Add(time.Hour)
	p.Allow("busy")
	p.Allow("busy")
	for n := range 10_000 { // those who rested go first
		p.Allow(fmt.Sprint("new", n))
		if n%100 == 0 {
			at = at.Add(time.Millisecond)
		}
	}
	if p.Known() > 10_000 {
		t.Errorf("%d are remembered", p.Known())
	}
}
