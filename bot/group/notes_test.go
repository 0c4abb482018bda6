package group_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
)

// secret is in everything that a note of these tests says.
const secret = "6 of 11 right"

// withNotes adds two kinds of notes that always have something to say.
func withNotes(w *world, names ...string) {
	for _, name := range names {
		w.s.Remind(group.NoteKind{Name: name, Label: name, When: bot.Text(name + " wait"), Title: "It waits",
			Note: func(_ context.Context, p group.Reminded) (group.Note, error) {
				lines := []bot.Text{secret}
				for _, g := range p.Groups {
					lines = append(lines, bot.Typed(g.Name))
				}
				return group.Note{Lines: lines, Buttons: []bot.Button{{Label: secret, Action: "study"}}}, nil
			}})
	}
}

// directs are the private messages to a person, as they were sent.
func directs(w *world, person string) (all []bottest.Record) {
	for _, r := range w.fake.Messages() {
		if r.Channel == w.fake.DirectID(person) && r.Author == "" && !r.Whisper {
			all = append(all, r)
		}
	}
	return all
}

func remind(t *testing.T, w *world, person, kind string) {
	t.Helper()
	w.say(person, "@"+person, "/study reminders")
	w.press(person, "Remind: "+kind)
	wants(t, "switched on", w.press(person, "Yes"), "Done. Around")
}

// In weeks of notes, and whatever they are about, their messages say only that
// there is one; there is at most one a day and two in seven days over all kinds
// and groups; and nobody else gets any.
func TestNotesInTheDirectMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		withNotes(w, "reviews", "renewals")
		w.begin("a")
		w.begin("b")
		for _, person := range []string{"ann", "bob"} {
			w.say(person, "a", "/study")
			w.say(person, "b", "/study")
		}
		w.say("ann", "@ann", "/study")
		w.press("ann", "A study group")
		remind(t, w, "ann", "reviews")
		remind(t, w, "ann", "renewals")
		for range 21 * 8 {
			w.later(3 * time.Hour)
		}
		notes := directs(w, "ann")
		if len(notes) != 6 {
			t.Errorf("%d notes in three weeks, want 6", len(notes))
		}
		days := map[string]bool{}
		for _, n := range notes {
			days[n.Posted.Format(time.DateOnly)] = true
			m := n.Latest()
			if m.Text != "A note you asked for is ready." || m.Card.Plain() != "A note you asked for is ready.\n[Open]" {
				t.Errorf("a note says %q and %q", m.Text, m.Card.Plain())
			}
			if len(n.Versions) > 1 {
				t.Error("a note was edited")
			}
		}
		if len(days) != len(notes) {
			t.Errorf("%d notes on %d days", len(notes), len(days))
		}
		if others := directs(w, "bob"); len(others) > 0 {
			t.Errorf("bob asked for none and got %v", others)
		}
		wants(t, "opened", w.press("ann", "Open"), "whisper ann: It waits", secret, "A study group", "B study group", "Stop these")
		for _, n := range directs(w, "ann") {
			lacks(t, "after opening", n.Text(), secret)
		}
	})
}

func TestStoppedAndBlockedNotes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		withNotes(w, "reviews")
		w.begin("a")
		w.say("ann", "a", "/study")
		remind(t, w, "ann", "reviews")
		w.later(24 * time.Hour)
		w.press("ann", "Open")
		wants(t, "stopped", w.press("ann", "Stop these"), "No more notes when reviews wait")
		for range 10 {
			w.later(24 * time.Hour)
		}
		if got := len(directs(w, "ann")); got != 1 {
			t.Fatalf("%d notes, want the one before they were stopped", got)
		}
		remind(t, w, "ann", "reviews")
		w.shut("ann", true)
		w.later(24 * time.Hour)
		page := w.say("ann", "a", "/study")
		wants(t, "study page after a refusal", page, "couldn't be delivered, so notes are off")
		w.shut("ann", false)
		for range 10 {
			w.later(24 * time.Hour)
		}
		if got := len(directs(w, "ann")); got != 1 {
			t.Errorf("%d notes though the platform refused one", got)
		}
		lacks(t, "reminders", w.say("ann", "a", "/study reminders"), "Stop: reviews")
	})
}

// Whoever forges a path gets words, and nothing of anybody else's.
func TestForgedWishes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		withNotes(w, "reviews")
		w.begin("a")
		w.say("ann", "a", "/study")
		for _, path := range []string{"note/nothing", "note/reviews/x", "remind/nothing/ask", "remind/nothing/on/5", "remind/reviews/on/x",
			"remind/reviews/on/1440", "remind/reviews/on/-1", "remind/reviews/set", "remind/nothing/off", "asked/whatever", "away/set", "reminders/set"} {
			for _, person := range []string{"ann", "stranger"} {
				r := w.act(person, "@"+person, path, nil)
				if strings.Contains(words(r), "not your doing") || words(r) == "" && len(r.Invalid) == 0 {
					t.Errorf("%s of %s: %q", path, person, words(r))
				}
				if person == "stranger" {
					lacks(t, path, words(r), secret)
				}
			}
		}
		if got := directs(w, "ann"); len(got) > 0 {
			t.Errorf("notes: %v", got)
		}
	})
}
