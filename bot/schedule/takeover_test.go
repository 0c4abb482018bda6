package schedule_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// A copy that is stopped just before it posts, past its lease, and then goes on,
// posts nothing: its deadline is over, and another copy has posted.
func TestFrozenBeforePosting(t *testing.T) {
	for _, point := range []string{"deliver/claimed", "deliver/send"} {
		t.Run(point, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				f := freezeAt(point)
				w.owe("k", "a")
				w.run(w.copy(f.trace))
				<-f.frozen
				w.run(w.copy())
				time.Sleep(61 * time.Second)
				w.recorded("k")
				close(f.thaw)
				time.Sleep(30 * time.Minute)
				w.recorded("k")
				if got := w.fake.count(bottest.Post); got != 1 {
					t.Errorf("%d requests to post, want 1", got)
				}
				if got := w.ask(`SELECT check_at FROM deliveries`); got != "0" {
					t.Errorf("nobody looked once more for a second copy: check_at %s", got)
				}
			})
		})
	}
}

// A copy that is stopped after it posted goes on after another has found its
// post: the post stays and is on record.
func TestFrozenAfterPosting(t *testing.T) {
	for _, point := range []string{"deliver/sent", "deliver/marked"} {
		t.Run(point, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				f := freezeAt(point)
				w.owe("k", "a")
				w.run(w.copy(f.trace))
				<-f.frozen
				w.run(w.copy())
				time.Sleep(90 * time.Second)
				w.recorded("k")
				close(f.thaw)
				time.Sleep(30 * time.Minute)
				w.recorded("k")
				if got := w.fake.count(bottest.Post); got != 1 {
					t.Errorf("%d requests to post, want 1", got)
				}
			})
		})
	}
}

// A platform that carries out a request after another copy has looked for it
// shows two for a while; afterwards there is the one on record.
func TestSlowPlatform(t *testing.T) {
	for _, test := range []struct {
		name  string
		takes time.Duration // the first request; the bot gives up after 10 s
		twice bool          // it shows two for a while
	}{
		{"in time", 5 * time.Second, false},
		{"within the grace", 25 * time.Second, false},
		{"after the look", 45 * time.Second, true},
		{"long after the look", 85 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				first := true
				w.fake.slow(func(c bottest.Call) time.Duration {
					if c.Op == bottest.Post && first { // under the platform's lock
						first = false
						return test.takes
					}
					return 0
				})
				w.owe("k", "a")
				w.owe("next", "a", func(d *schedule.Delivery) { d.Rank = 1 })
				w.run(w.copy())
				w.run(w.copy())
				time.Sleep(86 * time.Second)
				if got := len(w.fake.WithKey("k")) > 1; got != test.twice {
					t.Errorf("two copies after 86 s: %t, want %t", got, test.twice)
				}
				time.Sleep(2 * time.Minute)
				w.recorded("k")
				w.recorded("next")
			})
		})
	}
}

// A request that the platform carries out when its delivery has been given up leaves
// nothing there.
func TestSlowPlatformAndSkipped(t *testing.T) {
	for _, reason := range []string{"too late", "no longer wanted"} {
		t.Run(reason, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				first := true
				w.fake.slow(func(c bottest.Call) time.Duration {
					if c.Op == bottest.Post && first { // under the platform's lock
						first = false
						return 45 * time.Second
					}
					return 0
				})
				rendered := 0
				e := w.copy()
				e.Register(schedule.Kind{Name: "odd", Render: func(context.Context, schedule.Delivery) (bot.Message, error) {
					if rendered++; rendered > 1 {
						return bot.Message{}, schedule.ErrTaken
					}
					return bot.Message{Text: "odd"}, nil
				}})
				w.owe("k", "a", func(d *schedule.Delivery) {
					if d.Kind = "odd"; reason == "too late" {
						d.Until = d.At.Add(15 * time.Second)
					}
				})
				w.run(e)
				time.Sleep(50 * time.Second)
				if got := w.ask(`SELECT state || ': ' || reason FROM deliveries`); got != "skipped: "+reason {
					t.Errorf("it is %s", got)
				}
				if got := len(w.fake.WithKey("k")); got != 1 {
					t.Errorf("the platform shows %d of it, want the late one", got)
				}
				time.Sleep(3 * time.Minute)
				if got := len(w.fake.WithKey("k")); got != 0 {
					t.Errorf("the platform still shows %d of what was skipped", got)
				}
			})
		})
	}
}

// A copy whose clock is minutes ahead, or behind, dies when it has posted: another,
// whose clock is right, finds the post once what the dead one held is free.
func TestTakeoverFromWrongClock(t *testing.T) {
	for _, wrong := range []time.Duration{8 * time.Minute, -8 * time.Minute} {
		t.Run(wrong.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				f := freezeAt("deliver/sent")
				w.owe("k", "a")
				w.run(w.copy(f.trace, func(c *schedule.Config) { c.Real = func() time.Time { return time.Now().Add(wrong) } }))
				<-f.frozen
				w.run(w.copy())
				time.Sleep(11 * time.Minute)
				w.recorded("k")
				close(f.thaw)
				time.Sleep(30 * time.Minute)
				w.recorded("k")
				if got := w.fake.count(bottest.Post); got != 1 {
					t.Errorf("%d requests to post, want 1", got)
				}
			})
		})
	}
}

// What a dead copy had in hand is free at once, twice in a row, while the platform
// still carries out both of their requests: neither of those posts stays, not even
// where somebody whose clock is ahead makes the second look too early.
func TestTakeoverAtOnce(t *testing.T) {
	for _, ahead := range []time.Duration{0, 8 * time.Minute} {
		t.Run(ahead.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				var posts atomic.Int32
				w.fake.slow(func(c bottest.Call) time.Duration {
					if c.Op == bottest.Post && posts.Add(1) < 3 {
						return 65 * time.Second
					}
					return 0
				})
				w.owe("k", "a")
				dies := func() { // as of one that is killed when its request has left
					w.exec(`UPDATE deliveries SET run_at = 0, sender = 0 WHERE state = 'waiting'`)
				}
				w.run(w.copy())
				time.Sleep(time.Second)
				dies()
				w.run(w.copy())
				for posts.Load() < 2 {
					time.Sleep(time.Second)
				}
				dies()
				w.run(w.copy())
				time.Sleep(10 * time.Second)
				w.wantState("k", "sent")
				w.drain(w.copy(func(c *schedule.Config) { c.Real = func() time.Time { return time.Now().Add(ahead) } }))
				time.Sleep(35 * time.Minute)
				if got := w.fake.count(bottest.Post); got != 3 {
					t.Errorf("%d requests to post, want 3: nothing was doubled", got)
				}
				w.recorded("k")
				w.wantShown("a", "k")
			})
		})
	}
}

// Control: without the later look the second copy would stay.
func TestSlowPlatformWithoutLook(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		first := true
		w.fake.slow(func(c bottest.Call) time.Duration {
			if c.Op == bottest.Post && first {
				first = false
				return 45 * time.Second
			}
			return 0
		})
		w.owe("k", "a")
		w.run(w.copy(func(c *schedule.Config) { c.Store = noChecks{c.Store} }))
		time.Sleep(10 * time.Minute)
		if got := len(w.fake.WithKey("k")); got != 2 {
			t.Errorf("%d copies, want 2: this control must fail to keep the promise", got)
		}
	})
}

// A copy whose request is answered after its lease finds that another copy is
// on record and removes its own.
func TestLoserRemovesItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.fake.Next(bottest.Fault{Hide: 2 * time.Hour}) // no look finds the first post
		f := freezeAt("deliver/sent")
		w.owe("k", "a")
		w.run(w.copy(f.trace))
		<-f.frozen
		w.run(w.copy())
		time.Sleep(65 * time.Second)
		if got := len(w.fake.WithKey("k")); got != 2 {
			t.Fatalf("%d copies while the first is hidden, want 2", got)
		}
		kept := w.ask(`SELECT message FROM deliveries`)
		close(f.thaw)
		time.Sleep(time.Second)
		w.recorded("k")
		if got := w.ask(`SELECT message FROM deliveries`); got != kept {
			t.Errorf("on record is %s, want %s as before", got, kept)
		}
	})
}

// A post that arrives although the delivery was left out meanwhile goes again.
func TestPostOfSkippedDeliveryGoes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		f := freezeAt("deliver/sent")
		w.owe("k", "a")
		w.run(w.copy(f.trace))
		<-f.frozen
		w.exec(`UPDATE deliveries SET state = 'skipped' WHERE id = 'k'`)
		close(f.thaw)
		time.Sleep(time.Minute)
		w.wantShown("a")
	})
}

// The recorded copy stays when both are found, however old; if somebody has
// removed it, the other one is recorded and brought up to date.
func TestCheckKeepsTheRecordedCopy(t *testing.T) {
	for _, removed := range []bool{false, true} {
		t.Run(map[bool]string{false: "both there", true: "recorded one removed"}[removed], func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				stray, err := w.fake.Fake.Send(t.Context(), "fake:a", bot.Message{Text: "old words", Key: "k"})
				if err != nil {
					t.Fatal(err)
				}
				w.owe("k", "a")
				w.drain(w.copy())
				recorded := bot.MessageID(w.ask(`SELECT message FROM deliveries`))
				want := recorded
				if removed {
					want = stray
					if err := w.fake.Fake.Delete(t.Context(), recorded); err != nil {
						t.Fatal(err)
					}
				}
				w.exec(`UPDATE deliveries SET check_at = 1, looks = 1`)
				w.drain(w.copy())
				w.recorded("k")
				w.wantShown("a", "k")
				if got := w.ask(`SELECT message, check_at FROM deliveries`); got != string(want)+" 0" {
					t.Errorf("on record: %q, want %s and no more looks", got, want)
				}
			})
		})
	}
}

// A look that fails, or can't remove the second copy, is repeated.
func TestCheckIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		e := w.copy()
		w.owe("k", "a")
		w.drain(e)
		if _, err := w.fake.Fake.Send(t.Context(), "fake:a", bot.Message{Text: "stray", Key: "k"}); err != nil {
			t.Fatal(err)
		}
		w.exec(`UPDATE deliveries SET check_at = 1`)
		fails := 2
		w.fake.mu.Lock()
		w.fake.find = func() error { // one look at a time
			if fails--; fails >= 0 {
				return errCut
			}
			return nil
		}
		w.fake.mu.Unlock()
		w.fake.refuseDeletes(1)
		w.run(e)
		time.Sleep(170 * time.Second)
		if got := len(w.fake.WithKey("k")); got != 2 {
			t.Errorf("%d copies while every look fails, want 2", got)
		}
		time.Sleep(70 * time.Second)
		w.recorded("k")
		w.wantShown("a", "k")
	})
}
