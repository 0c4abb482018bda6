package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// In one slot of a lane what closes fires before what opens, whatever else is due.
func TestLaneKeepsItsOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		slot := w.now()
		w.plan(
			schedule.Due{Subject: "a/open", Lane: "group/a", Rank: schedule.RankOpen, At: slot},
			schedule.Due{Subject: "b/open", Lane: "group/b", Rank: schedule.RankOpen, At: slot.Add(-time.Minute)},
			schedule.Due{Subject: "a/close", Lane: "group/a", Rank: schedule.RankClose, At: slot},
			schedule.Due{Subject: "a/sum up", Lane: "group/a", Rank: schedule.RankSumUp, At: slot},
			schedule.Due{Subject: "a/earlier", Lane: "group/a", Rank: schedule.RankOther, At: slot.Add(-time.Second)},
			schedule.Due{Subject: "a/later", Lane: "group/a", At: slot.Add(time.Hour)},
		)
		w.run(w.copy())
		time.Sleep(time.Minute)
		got := slices.DeleteFunc(w.taken(), func(s string) bool { return s == "b/open" })
		if want := []string{"a/earlier", "a/close", "a/sum up", "a/open"}; !slices.Equal(got, want) {
			t.Errorf("fired %q, want %q", got, want)
		}
		w.wantShown("a", "a/earlier", "a/close", "a/sum up", "a/open")
		w.wantShown("b", "b/open")
	})
}

// A closing's edit is shown before the next post of its slot when both are done
// in one go, as the demonstration's clock does it.
func TestClosingIsShownBeforeTheNextPost(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		e := w.copy()
		w.owe("old", "a")
		w.drain(e)
		e.Register(schedule.Kind{Name: "close", Fire: func(ctx context.Context, d schedule.Due) error {
			if err := w.take(ctx, d, "done"); err != nil {
				return err
			}
			w.write("old", "old, closed", w.now())
			return nil
		}})
		w.plan(schedule.Due{Subject: "a/new", Lane: "l", Rank: schedule.RankOpen},
			schedule.Due{Kind: "close", Subject: "old", Lane: "l", Rank: schedule.RankClose})
		w.fake.See(t.Context())
		w.drain(e)
		var seen []string
		for _, s := range w.fake.See(t.Context()) {
			seen = append(seen, string(s.Kind)+" "+s.Text)
		}
		if want := []string{"edit old, closed", "post a/new"}; !slices.Equal(seen, want) {
			t.Errorf("seen %q, want %q", seen, want)
		}
	})
}

// What fails waits longer each time and holds up neither its lane nor others.
func TestFailingDueThing(t *testing.T) {
	for _, failure := range []error{errors.New("no database of questions"), errPanic} {
		t.Run(failure.Error(), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.fail("a/bad", failure)
				w.plan(schedule.Due{Subject: "a/bad", Lane: "l", At: w.now().Add(-time.Second)}, schedule.Due{Subject: "a/good", Lane: "l"},
					schedule.Due{Subject: "a/nobody's", Kind: "unknown", Lane: "m", At: w.now().Add(-time.Second)}, schedule.Due{Subject: "b/good", Lane: "m"})
				w.run(w.copy())
				time.Sleep(10 * time.Second)
				w.wantShown("a", "a/good")
				w.wantShown("b", "b/good")
				if n := w.tried("a/bad"); n < 3 || n > 5 { // after 1, 2, 4, 8 s
					t.Errorf("%d tries in 10 s, want 3 to 5", n)
				}
				w.fail("a/bad", nil)
				time.Sleep(20 * time.Second)
				w.wantShown("a", "a/good", "a/bad")
			})
		})
	}
}

// Two copies work on the same things at the same time; each is done once.
func TestTwoCopiesFireOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const lanes, each = 6, 5
		for lane := range lanes {
			for n := range each {
				w.plan(schedule.Due{Subject: fmt.Sprintf("c%d/%d", lane, n), Lane: fmt.Sprint(lane), At: w.now().Add(time.Duration(n) * time.Millisecond)})
			}
		}
		w.run(w.copy())
		w.run(w.copy())
		time.Sleep(time.Minute)
		for lane := range lanes {
			var want []string
			for n := range each {
				want = append(want, fmt.Sprintf("c%d/%d", lane, n))
			}
			w.wantShown(fmt.Sprintf("c%d", lane), want...)
		}
		if got := len(w.taken()); got != lanes*each {
			t.Errorf("%d things taken, want %d", got, lanes*each)
		}
	})
}

// A copy that is frozen between claiming a due thing and doing it finds it taken.
func TestFrozenBeforeFiring(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.plan(schedule.Due{Subject: "a/x"})
		f := freezeAt("due/claimed")
		w.run(w.copy(f.trace))
		<-f.frozen
		w.run(w.copy())
		time.Sleep(2 * time.Minute)
		w.wantShown("a", "a/x")
		close(f.thaw)
		time.Sleep(2 * time.Minute)
		w.wantShown("a", "a/x")
		if tried, taken := w.tried("a/x"), len(w.taken()); tried != 2 || taken != 1 {
			t.Errorf("tried %d times and taken %d times, want 2 and 1", tried, taken)
		}
		w.recorded("a-x-x")
	})
}

// What is past its time is skipped and recorded; its kind plans what follows.
func TestTooLateIsSkipped(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		e := w.copy()
		e.Register(schedule.Kind{Name: "series", Fire: w.fire, Skip: func(ctx context.Context, d schedule.Due) error {
			next := d
			next.Occurrence, next.At, next.Until = "next", w.now(), time.Time{}
			return w.take(ctx, d, "skipped", next)
		}})
		past := w.now().Add(-time.Hour)
		w.plan(schedule.Due{Subject: "a/once", At: past, Until: w.now()},
			schedule.Due{Subject: "a/in time", At: past, Until: w.now().Add(time.Minute)},
			schedule.Due{Subject: "b/series", Kind: "series", At: past, Until: w.now()})
		w.drain(e)
		w.wantShown("a", "a/in time")
		w.wantShown("b", "b/series")
		got := w.ask(`SELECT subject, occurrence, state FROM due ORDER BY subject, occurrence`)
		if want := "a/in time x done\na/once x skipped\nb/series next done\nb/series x skipped"; got != want {
			t.Errorf("due things:\n%s\nwant:\n%s", got, want)
		}
	})
}

// A channel whose requests never end until their deadline delays no other.
func TestHangingChannelDelaysNoOther(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.fake.Hook(func(ctx context.Context, c bottest.Call) bottest.Fault {
			if c.Channel == "fake:hangs" {
				<-ctx.Done()
				return bottest.Fault{Before: ctx.Err()}
			}
			return bottest.Fault{}
		})
		w.owe("first", "hangs")
		start := w.now()
		var late atomic.Int64 // posts that were late
		e := w.copy(func(c *schedule.Config) {
			c.Sent = func(d schedule.Delivery, by time.Duration) {
				if by > time.Second {
					late.Add(1)
				}
			}
		})
		w.run(e)
		synctest.Wait()
		for n := range 40 {
			w.owe(fmt.Sprintf("d%d", n), fmt.Sprintf("c%d", n%4), func(d *schedule.Delivery) { d.At = start.Add(time.Duration(n)) })
			e.Wake()
		}
		time.Sleep(time.Second)
		for n := range 4 {
			if got := len(w.shown(fmt.Sprintf("c%d", n))); got != 10 {
				t.Errorf("#c%d got %d posts while another channel hangs, want 10", n, got)
			}
		}
		if n := late.Load(); n > 0 {
			t.Errorf("%d posts were late because another channel hangs", n)
		}
		w.fake.Hook(nil)
		time.Sleep(2 * time.Minute)
		w.wantShown("hangs", "first")
	})
}

// One platform with all its places taken stops neither another platform nor
// what is due.
func TestFullPlatformDelaysNoOther(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		other := &platform{Fake: bottest.NewFake(w.now), name: "other"}
		w.bot.Add(other)
		w.fake.Hook(func(ctx context.Context, c bottest.Call) bottest.Fault {
			<-ctx.Done()
			return bottest.Fault{Before: ctx.Err()}
		})
		for n := range 20 {
			w.owe(fmt.Sprintf("hangs%d", n), fmt.Sprintf("c%d", n))
		}
		w.run(w.copy(func(c *schedule.Config) { c.Adapters, c.Timing.Most = []string{"fake", "other"}, 4 }))
		time.Sleep(2 * time.Second)
		w.owe("works", "", func(d *schedule.Delivery) { d.Target = "other:c" })
		w.plan(schedule.Due{Subject: "c/due"})
		time.Sleep(2 * time.Second)
		if got := other.Messages(); len(got) != 1 {
			t.Errorf("%d posts on the other platform, want 1", len(got))
		}
		if len(w.taken()) != 1 {
			t.Error("a full platform holds up what is due")
		}
		w.fake.Hook(nil)
		time.Sleep(5 * time.Minute)
		if got := len(w.fake.Messages()); got != 21 {
			t.Errorf("%d posts when it answers again, want 21", got)
		}
	})
}

// Drain ends when all is done, also beside a running engine, and with deliveries
// for a platform that isn't connected.
func TestDrain(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.fake.slow(func(bottest.Call) time.Duration { return 300 * time.Millisecond })
		e := w.copy()
		w.run(e)
		w.owe("lost", "", func(d *schedule.Delivery) { d.Target = "absent:c" })
		for n := range 20 {
			subject := fmt.Sprintf("c%d/%d", n%3, n)
			w.plan(schedule.Due{Subject: subject})
			w.drain(e)
			if got := w.shown(fmt.Sprintf("c%d", n%3)); len(got) == 0 || got[len(got)-1] != subject {
				t.Fatalf("drained, but #c%d shows %q and %s is missing", n%3, got, subject)
			}
		}
		w.wantState("lost", "waiting")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := e.Drain(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("drained with a cancelled context: %v", err)
		}
	})
}

// When Run ends, what was in flight has come to its end and is on record.
func TestRunFinishesWhatIsInFlight(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.fake.slow(func(bottest.Call) time.Duration { return 5 * time.Second })
		w.owe("k", "a")
		stop := w.run(w.copy())
		time.Sleep(time.Second)
		stop()
		w.wantState("k", "sent")
		w.recorded("k")
	})
}

// A database that fails is asked again, more and more slowly.
func TestStoreThatFails(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		broken := &brokenStore{}
		e := w.copy(func(c *schedule.Config) {
			broken.Store = c.Store
			c.Store = broken
		})
		w.plan(schedule.Due{Subject: "a/x"})
		broken.down.Store(true)
		w.run(e)
		time.Sleep(time.Minute)
		w.wantShown("a")
		if n := broken.asked.Load(); n < 3 || n > 20 {
			t.Errorf("asked a broken database %d times in a minute, want 3 to 20", n)
		}
		broken.down.Store(false)
		time.Sleep(2 * time.Minute)
		w.wantShown("a", "a/x")
	})
}

// Registering a kind twice is a mistake at start-up.
func TestRegisterTwice(t *testing.T) {
	e := schedule.NewEngine(schedule.Config{})
	e.Register(schedule.Kind{Name: "x"})
	defer func() {
		if recover() == nil {
			t.Error("a kind was registered twice")
		}
	}()
	e.Register(schedule.Kind{Name: "x"})
}

var _ schedule.Platform = (*bot.Bot)(nil)
