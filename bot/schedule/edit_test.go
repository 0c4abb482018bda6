package schedule_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// posted is a world with one post on record, which the copies then edit.
func posted(w *world) {
	w.t.Helper()
	w.owe("k", "a")
	w.drain(w.copy())
	w.wantShown("a", "k")
}

// upToDate checks that a post shows its text, and that nobody wants to edit it.
func (w *world) upToDate(text string) {
	w.t.Helper()
	w.wantShown("a", text)
	if got := w.ask(`SELECT wanted - shown, edit_run FROM deliveries`); got != "0 0" {
		w.t.Errorf("versions owed and the editor's lease are %q, want none", got)
	}
}

// versions is what a post has shown, one after another.
func (w *world) versions(key string) []string {
	var texts []string
	for _, v := range w.fake.WithKey(key)[0].Versions {
		texts = append(texts, bottest.MessageText(v))
	}
	return texts
}

// An editor that is stopped before it sends and goes on after another one has
// shown the closed card changes nothing.
func TestFrozenEditor(t *testing.T) {
	for _, point := range []string{"edit/claimed", "edit/send", "edit/sent", "edit/marked"} {
		t.Run(point, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				posted(w)
				f := freezeAt(point)
				w.write("k", "1 answered", w.now())
				w.run(w.copy(f.trace))
				<-f.frozen
				w.write("k", "closed", w.now())
				w.run(w.copy())
				time.Sleep(90 * time.Second)
				w.wantShown("a", "closed")
				close(f.thaw)
				time.Sleep(2 * time.Minute)
				w.upToDate("closed")
			})
		})
	}
}

// An edit that reaches the platform late never leaves an old version at rest:
// not within the grace in which platforms carry out what they were sent, and
// later than that not either, as long as its editor lives to hear of it.
func TestLateEdit(t *testing.T) {
	for _, test := range []struct {
		name  string
		takes time.Duration // the first edit; requests end after 10 s
		hears bool          // its editor, frozen meanwhile, hears of it all the same
	}{
		{"before the closing is shown, given up", 25 * time.Second, false},
		{"before the closing is shown", 25 * time.Second, true},
		{"after the closing was shown", 75 * time.Second, true},
		{"long after", 3 * time.Minute, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				posted(w)
				first := true
				w.fake.slow(func(c bottest.Call) time.Duration {
					if c.Op == bottest.Edit && first { // one call at a time asks
						first = false
						return test.takes
					}
					return 0
				})
				w.write("k", "1 answered", w.now())
				w.run(w.copy(func(c *schedule.Config) {
					if test.hears {
						c.Platform = stubborn{w.bot}
					}
				}))
				time.Sleep(2 * time.Second)
				w.write("k", "closed", w.now())
				w.run(w.copy())
				time.Sleep(5 * time.Minute)
				w.upToDate("closed")
				if !slices.Contains(w.versions("k"), "1 answered") {
					t.Error("the late edit never came, so this shows nothing")
				}
			})
		})
	}
}

// stubborn waits for the platform's answer to an edit beyond every deadline, as
// a process does that is frozen while it waits.
type stubborn struct{ schedule.Platform }

func (s stubborn) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	return s.Platform.Edit(context.WithoutCancel(ctx), id, m)
}

// What is wanted while an edit is under way is shown by the next one, and only once.
func TestEditsAreJoined(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		posted(w)
		w.fake.slow(func(c bottest.Call) time.Duration { return 5 * time.Second })
		w.run(w.copy())
		w.run(w.copy())
		for n := range 20 {
			w.write("k", fmt.Sprint(n+1, " answered"), w.now())
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		w.upToDate("20 answered")
		if got := len(w.versions("k")); got > 4 {
			t.Errorf("20 changes within 2 s made %d versions, want them joined: %q", got, w.versions("k"))
		}
	})
}

// An edit waits for its instant in domain time, and a closing brings it forward.
func TestEditWaitsForItsInstant(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		posted(w)
		e := w.copy()
		w.write("k", "5 answered", w.now().Add(10*time.Minute))
		time.Sleep(9 * time.Minute)
		w.drain(e)
		w.wantShown("a", "k")
		if next, ok, err := e.Store.NextInstant(t.Context(), w.now()); err != nil || !ok || next.Sub(w.now()) != time.Minute {
			t.Errorf("next instant %s (%t, %v), want in a minute", next, ok, err)
		}
		time.Sleep(2 * time.Minute)
		w.drain(e)
		w.upToDate("5 answered")

		w.write("k", "6 answered", w.now().Add(10*time.Minute))
		w.write("k", "closed", w.now())
		w.drain(e)
		w.upToDate("closed")
	})
}

// What changes before a post is out, or while its outcome is unknown, is shown too.
func TestChangedBeforePosted(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.fake.Next(bottest.Fault{Before: known(bot.NotSent, 0)}, bottest.Fault{After: errCut})
		w.owe("k", "a")
		w.run(w.copy())
		time.Sleep(100 * time.Millisecond)
		w.write("k", "first", w.now())
		time.Sleep(5 * time.Second)
		w.wantShown("a", "first")
		w.write("k", "second", w.now())
		time.Sleep(2 * time.Minute)
		w.upToDate("second")
		w.recorded("k")
	})
}

// Edits that fail are repeated when they can be, and end when they can't.
func TestEditOutcomes(t *testing.T) {
	tests := []struct {
		name  string
		fault bottest.Fault
		after time.Duration // when it is shown; -1: never
	}{
		{"not sent", bottest.Fault{Before: known(bot.NotSent, 0)}, 20 * time.Second},
		{"unknown", bottest.Fault{Before: errCut}, 20 * time.Second},
		{"limited", bottest.Fault{Before: known(bot.Limited, 7*time.Second)}, 7 * time.Second},
		{"gone", bottest.Fault{Before: known(bot.Gone, 0)}, -1},
		{"refused until somebody lets us again", bottest.Fault{Before: known(bot.Refused, 0)}, time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				posted(w)
				failed := make(chan struct{}, 1)
				failed <- struct{}{}
				edits := make(chan time.Time, 10)
				w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
					edits <- w.now()
					select {
					case <-failed:
						return test.fault
					default:
						return bottest.Fault{}
					}
				})
				start := w.now()
				w.write("k", "changed", start)
				w.run(w.copy())
				time.Sleep(max(0, test.after) + 2*time.Minute)
				if test.after < 0 {
					w.upToDate("k")
					if len(edits) != 1 {
						t.Errorf("%d edits, want no more after the refusal", len(edits))
					}
					return
				}
				w.upToDate("changed")
				<-edits
				if at := (<-edits).Sub(start).Round(time.Second); at != test.after {
					t.Errorf("shown after %s, want %s", at, test.after)
				}
			})
		})
	}
}

// Editing what can't be rendered is tried again; what is no more ends.
func TestEditRenderingFails(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var failure error
		e := w.copy()
		e.Register(schedule.Kind{Name: "odd", Render: func(context.Context, schedule.Delivery) (bot.Message, error) {
			return bot.Message{Text: "odd"}, failure
		}})
		w.owe("k", "a", func(d *schedule.Delivery) { d.Kind = "odd" })
		w.drain(e)
		failure = errCut
		w.write("k", "", w.now())
		w.drain(e)
		if got := w.ask(`SELECT wanted - shown, reason FROM deliveries`); got != "1 "+errCut.Error() {
			t.Errorf("owed and why: %q, want one version and the reason", got)
		}
		failure = schedule.ErrTaken
		time.Sleep(time.Minute)
		w.drain(e)
		w.upToDate("odd")
	})
}

// One post has one editor at a time, however many copies run; different posts
// are edited at the same time.
func TestOneEditorPerPost(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for n := range 5 {
			w.owe(fmt.Sprint("k", n), "a")
		}
		w.drain(w.copy())
		var most, all int
		editing := map[bot.MessageID]int{}
		w.fake.slow(func(bottest.Call) time.Duration { return 2 * time.Second })
		count := func(id bot.MessageID, by int) {
			w.mu.Lock()
			defer w.mu.Unlock()
			editing[id] += by
			all += by
			most = max(most, all)
			if editing[id] > 1 {
				t.Errorf("message %s has %d editors", id, editing[id])
			}
		}
		for range 3 {
			w.run(w.copy(func(c *schedule.Config) { c.Platform = counting{c.Platform, count} }))
		}
		for round := range 4 {
			for n := range 5 {
				w.write(fmt.Sprint("k", n), fmt.Sprint("round ", round), w.now())
			}
			time.Sleep(1500 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		w.wantShown("a", slices.Repeat([]string{"round 3"}, 5)...)
		w.mu.Lock()
		defer w.mu.Unlock()
		if most < 3 {
			t.Errorf("at most %d edits at once, want different posts at the same time", most)
		}
	})
}

// counting tells when an edit begins and ends.
type counting struct {
	schedule.Platform
	count func(id bot.MessageID, by int)
}

func (c counting) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	c.count(id, 1)
	defer c.count(id, -1)
	return c.Platform.Edit(ctx, id, m)
}
