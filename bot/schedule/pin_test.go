package schedule_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// want has a post pinned, or not, from now on.
func (w *world) want(key string, pinned bool) {
	w.t.Helper()
	n := 0
	if pinned {
		n = 1
	}
	w.exec(`UPDATE deliveries SET pin_wanted = $2, pin_run = 0 WHERE id = $1`, key, n)
}

// atRest checks what is pinned, and that nobody wants anything else.
func (w *world) atRest(want ...string) {
	w.t.Helper()
	var pinned []string
	for _, r := range w.fake.Messages() {
		if r.Pinned {
			pinned = append(pinned, r.Key)
		}
	}
	if !slices.Equal(pinned, want) {
		w.t.Errorf("pinned: %q, want %q", pinned, want)
	}
	if got := w.ask(`SELECT COUNT(*) FROM deliveries WHERE pin_shown <> pin_wanted`); got != "0" {
		w.t.Errorf("%s posts are not known to be as they should", got)
	}
}

// A copy that is stopped at any point, and goes on after another one has taken
// over, leaves what is open pinned and nothing else.
func TestFrozenPin(t *testing.T) {
	for _, point := range []string{"pin/claimed", "pin/send", "pin/sent", "pin/marked"} {
		t.Run(point, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				posted(w)
				w.owe("l", "a")
				w.drain(w.copy())
				f := freezeAt(point)
				w.want("k", true)
				w.run(w.copy(f.trace))
				<-f.frozen
				w.want("k", false)
				w.want("l", true)
				w.run(w.copy())
				time.Sleep(90 * time.Second)
				w.atRestButFrozen(point)
				close(f.thaw)
				time.Sleep(3 * time.Minute)
				w.atRest("l")
			})
		})
	}
}

// atRestButFrozen checks what the living copy made of it meanwhile.
func (w *world) atRestButFrozen(point string) {
	w.t.Helper()
	if got := w.ask(`SELECT COUNT(*) FROM deliveries WHERE pin_shown <> pin_wanted`); got != "0" {
		w.t.Errorf("frozen at %s: %s posts are not as they should be without the frozen copy", point, got)
	}
}

// A request that the platform carries out late, after the post was unpinned,
// leaves it pinned only until whoever made it hears of it.
func TestLatePin(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		posted(w)
		first := true
		w.fake.slow(func(c bottest.Call) time.Duration {
			if c.Op == bottest.Pin && first { // one call at a time asks
				first = false
				return 75 * time.Second
			}
			return 0
		})
		w.want("k", true)
		w.run(w.copy(func(c *schedule.Config) { c.Platform = patient{w.bot} }))
		time.Sleep(2 * time.Second)
		w.want("k", false)
		w.run(w.copy())
		time.Sleep(5 * time.Minute)
		w.atRest()
		if w.fake.count(bottest.Pin) == 0 || w.fake.count(bottest.Unpin) < 2 {
			t.Errorf("%d pins and %d unpins, so this shows nothing", w.fake.count(bottest.Pin), w.fake.count(bottest.Unpin))
		}
	})
}

// patient waits for the platform's answer to a pin beyond every deadline.
type patient struct{ schedule.Platform }

func (p patient) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	return p.Platform.Pin(context.WithoutCancel(ctx), id, pinned)
}

// A pin that fails is repeated when it can be. One that is refused tells the
// organisers once, holds nothing else up, and is tried again in an hour.
func TestPinOutcomes(t *testing.T) {
	tests := []struct {
		name    string
		fault   bottest.Fault
		after   time.Duration // when it is pinned
		notices string
	}{
		{"not sent", bottest.Fault{Before: known(bot.NotSent, 0)}, 20 * time.Second, "0"},
		{"unknown, and done", bottest.Fault{After: errCut}, 20 * time.Second, "0"},
		{"unknown, and not done", bottest.Fault{Before: errCut}, 20 * time.Second, "0"},
		{"limited", bottest.Fault{Before: known(bot.Limited, 7*time.Second)}, 7 * time.Second, "0"},
		{"refused until somebody lets us", bottest.Fault{Before: known(bot.Refused, 0)}, time.Hour, "1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.exec(`INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ('fake:a', 'fake:space', 'g', 1)`)
				posted(w)
				failed := make(chan struct{}, 1)
				failed <- struct{}{}
				var at []time.Time
				w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
					if c.Op != bottest.Pin {
						return bottest.Fault{}
					}
					at = append(at, w.now()) // one pin at a time
					select {
					case <-failed:
						return test.fault
					default:
						return bottest.Fault{}
					}
				})
				start := w.now()
				w.want("k", true)
				w.run(w.copy())
				time.Sleep(5 * time.Second)
				w.write("k", "edited meanwhile", w.now())
				w.owe("l", "a")
				time.Sleep(5 * time.Second)
				if got := w.ask(`SELECT COUNT(*) FROM notices WHERE kind = 'pin' AND closed_at = 0`); got != test.notices {
					t.Errorf("%s notices, want %s", got, test.notices)
				}
				time.Sleep(test.after + time.Minute)
				w.atRest("k")
				w.wantShown("a", "edited meanwhile", "l")
				if len(at) != 2 || at[1].Sub(start).Round(time.Second) < test.after || at[1].Sub(start) > test.after+2*time.Second {
					t.Errorf("tried after %v, want again after %s", at, test.after)
				}
				if got := w.ask(`SELECT COUNT(*) FROM notices WHERE closed_at = 0`); got != "0" {
					t.Errorf("%s notices stand open once it is pinned", got)
				}
			})
		})
	}
}

// What was never pinned is not unpinned, and nobody pins what is gone.
func TestPinNotTried(t *testing.T) {
	t.Run("refused, then closed", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			posted(w)
			w.exec(`INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ('fake:a', 'fake:space', 'g', 1)`)
			w.fake.Hook(func(context.Context, bottest.Call) bottest.Fault { return bottest.Fault{Before: known(bot.Refused, 0)} })
			w.want("k", true)
			e := w.copy()
			w.drain(e)
			w.want("k", false)
			w.drain(e)
			w.atRest()
			if n := w.fake.count(bottest.Unpin); n != 0 {
				t.Errorf("%d unpins of what was never pinned", n)
			}
		})
	})
	t.Run("gone", func(t *testing.T) {
		onSQLite(t, func(t *testing.T, w *world) {
			posted(w)
			if err := w.fake.Delete(t.Context(), w.fake.WithKey("k")[0].ID); err != nil {
				t.Fatal(err)
			}
			w.want("k", true)
			w.drain(w.copy())
			if got := w.ask(`SELECT pin_shown - pin_wanted FROM deliveries`); got != "0" || w.fake.count(bottest.Pin) != 1 {
				t.Errorf("what is gone is tried again: %s, %d tries", got, w.fake.count(bottest.Pin))
			}
		})
	})
}

// A platform without the power has nothing pinned, and nothing is tried for ever.
func TestNoPins(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := bot.New(quiet())
		b.Add(struct {
			bot.Adapter
			bot.Finder
		}{w.fake, w.fake})
		posted(w)
		w.want("k", true)
		w.drain(w.copy(func(c *schedule.Config) { c.Platform = b }))
		if got := w.ask(`SELECT COUNT(*) FROM deliveries WHERE pin_shown <> pin_wanted`); got != "0" || w.fake.count(bottest.Pin) != 0 {
			t.Errorf("%s posts wait to be pinned, %d tries", got, w.fake.count(bottest.Pin))
		}
	})
}
