package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

var errCut = errors.New("connection cut")

func known(kind bot.DeliveryFailure, after time.Duration) error {
	return &bot.DeliveryError{Kind: kind, After: after, Cause: "It says no.", Fix: "ask it nicely"}
}

// When a failed attempt is tried again, and how.
func TestOutcomes(t *testing.T) {
	tests := []struct {
		name     string
		faults   []bottest.Fault
		change   func(d *schedule.Delivery)
		at       time.Duration // when it is posted; 0: it was posted at once
		finds    int           // looks for an earlier post
		versions int           // as posted and after each edit
	}{
		{name: "sent", versions: 1},
		{name: "certainly not sent", faults: []bottest.Fault{{Before: known(bot.NotSent, 0)}}, at: time.Second, versions: 1},
		{name: "certainly not sent, three times", at: 7 * time.Second, versions: 1,
			faults: []bottest.Fault{{Before: known(bot.NotSent, 0)}, {Before: known(bot.NotSent, 0)}, {Before: known(bot.NotSent, 0)}}},
		{name: "limited", faults: []bottest.Fault{{Before: known(bot.Limited, 37*time.Second)}}, at: 37 * time.Second, versions: 1},
		{name: "limited without a time", faults: []bottest.Fault{{Before: known(bot.Limited, 0)}}, at: time.Second, versions: 1},
		{name: "unknown, not posted", faults: []bottest.Fault{{Before: errCut}}, at: 20 * time.Second, finds: 3, versions: 1},
		{name: "unknown, posted", faults: []bottest.Fault{{After: errCut}}, finds: 3, versions: 2},
		{name: "unknown, then limited: looks each time", at: 23 * time.Second, finds: 4, versions: 1,
			faults: []bottest.Fault{{Before: errCut}, {Before: known(bot.Limited, 3*time.Second)}}},
		{name: "unknown twice", faults: []bottest.Fault{{Before: errCut}, {Before: errCut}}, at: 40 * time.Second, finds: 4, versions: 1},
		{name: "unknown, posted but found late", faults: []bottest.Fault{{After: errCut, Hide: 15 * time.Second}}, finds: 3, versions: 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.fake.Next(test.faults...)
				start := w.now()
				w.owe("k", "a")
				w.run(w.copy())
				time.Sleep(30 * time.Minute)
				w.wantShown("a", "k")
				w.wantState("k", "sent")
				w.recorded("k")
				r := w.fake.WithKey("k")[0]
				if at := r.Posted.Sub(start).Round(time.Second); at != test.at {
					t.Errorf("posted after %s, want %s", at, test.at)
				}
				if got := w.fake.count("find"); got != test.finds {
					t.Errorf("looked for an earlier post %d times, want %d", got, test.finds)
				}
				if got := len(r.Versions); got != test.versions {
					t.Errorf("shown %d times, want %d", got, test.versions)
				}
				if got := w.ask(`SELECT shown - wanted, check_at FROM deliveries`); got != "0 0" {
					t.Errorf("versions owed and look to come are %q, want none", got)
				}
			})
		})
	}
}

// A refusal parks the post, makes one notice, leaves the schedule alone, and
// holds up nothing else.
func TestRefusal(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.exec(`INSERT INTO tracks (id, group_id, certification, outline) VALUES ('t', 'g', 'cbet', 'x')`)
		w.exec(`INSERT INTO schedules (id, group_id, track_id, kind, expr) VALUES ('s', 'g', 't', 'note', '0 7 * * *')`)
		w.fake.Refuse("a", true)
		w.owe("k1", "a")
		w.owe("k2", "a")
		w.owe("k3", "b")
		w.plan(schedule.Due{Subject: "a/tomorrow", At: w.now().Add(24 * time.Hour)})
		w.run(w.copy())
		time.Sleep(10 * time.Minute)
		w.wantState("k1", "parked")
		w.wantState("k2", "parked")
		w.wantShown("b", "k3")
		if got := w.fake.count(bottest.Post); got != 3 {
			t.Errorf("%d requests, want one for each post", got)
		}
		if got := w.ask(`SELECT kind, COUNT(*) FROM notices GROUP BY kind`); got != "parked 1" {
			t.Errorf("notices: %q, want one that a post was refused", got)
		}
		if got := w.ask(`SELECT reason, fix, doubt FROM deliveries WHERE id = 'k1'`); !strings.Contains(got, "not in that channel") || !strings.Contains(got, "/invite") || !strings.HasSuffix(got, " 0") {
			t.Errorf("on record: %q, want the platform's reason, what to do, and no doubt", got)
		}
		if got := w.ask(`SELECT (SELECT COUNT(*) FROM schedules), (SELECT COUNT(*) FROM due WHERE subject = 'a/tomorrow' AND state = 'waiting')`); got != "1 1" {
			t.Errorf("schedules and what they made due: %s, want both untouched", got)
		}
	})
}

// Refused private messages make no notice, which would be a private message
// again; a person who is no more is marked.
func TestRefusedPrivateMessage(t *testing.T) {
	for _, test := range []struct {
		name string
		kind bot.DeliveryFailure
		op   bottest.Kind
		gone bool
	}{
		{"refused", bot.Refused, bottest.Post, false},
		{"conversation refused", bot.Refused, bottest.Direct, false},
		{"gone", bot.Gone, bottest.Post, true},
		{"conversation gone", bot.Gone, bottest.Direct, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.exec(`INSERT INTO members (id, name, created_at) VALUES ('m', 'Ann', 1)`)
				w.exec(`INSERT INTO accounts (id, member_id, space_id) VALUES ('fake:ann', 'm', 'fake:space')`)
				w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
					if c.Op == test.op && c.Channel == w.fake.DirectID("ann") {
						return bottest.Fault{Before: known(test.kind, 0)}
					}
					return bottest.Fault{}
				})
				w.owe("k", "@ann")
				w.owe("k2", "@ben")
				w.run(w.copy())
				time.Sleep(time.Minute)
				w.wantState("k", "parked")
				w.wantState("k2", "sent")
				if got := w.ask(`SELECT COUNT(*) FROM notices`); got != "0" {
					t.Errorf("%s notices, want none", got)
				}
				if got := w.ask(`SELECT gone_at FROM accounts`) != "0"; got != test.gone {
					t.Errorf("account marked as gone: %t, want %t", got, test.gone)
				}
			})
		})
	}
}

// A private conversation that can't be opened just now is no doubt about the message.
func TestConversationNotOpenedYet(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var opened atomic.Bool
		w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
			if c.Op == bottest.Direct && opened.CompareAndSwap(false, true) {
				return bottest.Fault{Before: errCut}
			}
			return bottest.Fault{}
		})
		start := w.now()
		w.owe("k", "@ann")
		w.run(w.copy())
		time.Sleep(time.Minute)
		w.recorded("k")
		if at := w.fake.WithKey("k")[0].Posted.Sub(start).Round(time.Second); at != time.Second || w.fake.count("find") != 0 {
			t.Errorf("posted after %s and %d looks, want 1 s and none", at, w.fake.count("find"))
		}
	})
}

// As long as the platform can't be asked, nothing is posted again.
func TestFindFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.fake.Next(bottest.Fault{After: errCut})
		w.fake.mu.Lock()
		w.fake.find = func() error { return errCut }
		w.fake.mu.Unlock()
		w.owe("k", "a")
		w.owe("next", "a", func(d *schedule.Delivery) { d.Rank = 1 })
		w.run(w.copy())
		time.Sleep(10 * time.Minute)
		w.wantShown("a", "k")
		w.wantState("k", "waiting")
		if got := w.fake.count("find"); got < 3 {
			t.Errorf("looked %d times in 10 minutes, want 3 or more", got)
		}
		w.fake.mu.Lock()
		w.fake.find = nil
		w.fake.mu.Unlock()
		time.Sleep(10 * time.Minute)
		w.wantShown("a", "k", "next")
		w.recorded("k")
	})
}

// Where messages can't be found, a person decides about a post of unknown
// outcome; once decided, it is posted without looking.
func TestWithoutFinder(t *testing.T) {
	for _, finder := range []bool{false, true} {
		t.Run(map[bool]string{false: "the platform can't look", true: "the bot may not look"}[finder], func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				if finder {
					w.fake.mu.Lock()
					w.fake.find = func() error { return fmt.Errorf("%w: missing_scope", bot.ErrUnreadable) }
					w.fake.mu.Unlock()
				} else {
					w.bot = bot.New(quiet())
					w.bot.Add(struct{ bot.Adapter }{w.fake})
				}
				w.fake.Next(bottest.Fault{After: errCut})
				w.owe("k", "a")
				w.owe("next", "a", func(d *schedule.Delivery) { d.Rank = 1 })
				w.run(w.copy())
				time.Sleep(10 * time.Minute)
				w.wantShown("a", "k", "next")
				w.wantState("k", "parked")
				if got := w.ask(`SELECT COUNT(*) FROM notices`); got != "1" {
					t.Errorf("%s notices, want 1", got)
				}
				w.exec(`UPDATE deliveries SET state = 'waiting', run_at = 0 WHERE id = 'k'`)
				time.Sleep(time.Minute)
				w.wantShown("a", "k", "next", "k")
				w.wantState("k", "sent")
			})
		})
	}
}

// Where the bot may not look, it doesn't look for a second copy for ever.
func TestCheckWithoutLooking(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.owe("k", "a")
		w.drain(w.copy())
		w.fake.mu.Lock()
		w.fake.find = func() error { return bot.ErrUnreadable }
		w.fake.mu.Unlock()
		w.exec(`UPDATE deliveries SET check_at = 1`)
		w.drain(w.copy())
		if got := w.ask(`SELECT check_at FROM deliveries`); got != "0" {
			t.Errorf("the next look is at %s, want none", got)
		}
	})
}

// What could not be posted in time is left out and recorded, also when it was
// refused; what turns out to have been posted is not.
func TestUntil(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		until := func(after time.Duration) func(d *schedule.Delivery) {
			return func(d *schedule.Delivery) { d.Until = w.now().Add(after) }
		}
		w.fake.Refuse("refuses", true)
		w.owe("parked", "refuses", until(4*time.Minute))
		w.owe("late", "a", until(-time.Second))
		w.owe("in time", "b", until(time.Second))
		w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
			switch c.Channel {
			case "fake:limited":
				return bottest.Fault{Before: known(bot.Limited, time.Minute)}
			case "fake:unknown":
				return bottest.Fault{After: errCut}
			}
			return bottest.Fault{}
		})
		w.owe("limited", "limited", until(30*time.Second))
		w.owe("unknown", "unknown", until(10*time.Second))
		w.run(w.copy())
		time.Sleep(3 * time.Minute)
		for key, want := range map[string]string{"parked": "parked", "late": "skipped", "in time": "sent", "limited": "skipped", "unknown": "sent"} {
			w.wantState(key, want)
		}
		w.wantShown("a")
		w.wantShown("limited")
		w.wantShown("unknown", "unknown")
		time.Sleep(2 * time.Minute)
		w.wantState("parked", "skipped")
		if got := w.ask(`SELECT COUNT(*) FROM deliveries WHERE state = 'skipped' AND (reason = '' OR ended_at = 0)`); got != "0" {
			t.Errorf("%s skipped without a reason or an instant", got)
		}
	})
}

// What can't be rendered is tried again; what nobody wants any more is left
// out; what is larger than any platform takes is our fault.
func TestRenderingFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		e := w.copy()
		failures := map[string]error{"broken": errCut, "panics": errPanic, "unwanted": schedule.ErrTaken}
		e.Register(schedule.Kind{Name: "odd", Render: func(_ context.Context, d schedule.Delivery) (bot.Message, error) {
			if d.Ref == "panics" && failures[d.Ref] != nil {
				panic("the feature has a fault")
			}
			m := bot.Message{Text: bot.Text(d.Ref)}
			if d.Ref == "large" {
				m.Text = bot.Text(strings.Repeat("x", bot.LimitMessage+1))
			}
			return m, failures[d.Ref]
		}})
		for _, key := range []string{"broken", "panics", "unwanted", "large", "unknown"} {
			w.owe(key, key, func(d *schedule.Delivery) {
				d.Kind = "odd"
				if key == "unknown" {
					d.Kind = "unknown"
				}
			})
		}
		w.drain(e)
		for key, want := range map[string]string{"broken": "waiting", "panics": "waiting", "unknown": "waiting", "unwanted": "skipped", "large": "parked"} {
			w.wantState(key, want)
		}
		if got := w.ask(`SELECT reason, fix FROM deliveries WHERE id = 'large'`); !strings.Contains(got, "our own limits") || !strings.Contains(got, "authors") {
			t.Errorf("on record: %q, want it to say whose fault it is", got)
		}
		if got := w.fake.count(bottest.Post); got != 0 {
			t.Errorf("%d requests to the platform, want none", got)
		}
		clear(failures)
		time.Sleep(2 * time.Second)
		w.drain(e)
		w.wantShown("broken", "broken")
		w.wantShown("panics", "panics")
		if got := w.fake.count("find"); got != 0 {
			t.Errorf("looked %d times for what was never sent", got)
		}
	})
}

// A panic is logged and retried, but what a platform does wrong is not our end:
// a request that panics counts as of unknown outcome.
func TestPlatformPanics(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var panicked atomic.Bool
		w.fake.Hook(func(context.Context, bottest.Call) bottest.Fault {
			if panicked.CompareAndSwap(false, true) {
				panic("an adapter has a fault")
			}
			return bottest.Fault{}
		})
		w.owe("k", "a")
		w.owe("other", "b")
		w.run(w.copy())
		time.Sleep(5 * time.Minute)
		w.recorded("k")
		w.recorded("other")
	})
}

// Deliveries to one target keep their order, and one that waits for its retry
// holds up those after it and no others.
func TestTargetKeepsItsOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var limited atomic.Bool
		w.fake.Hook(func(_ context.Context, c bottest.Call) bottest.Fault {
			if c.Key == "a1" && limited.CompareAndSwap(false, true) {
				return bottest.Fault{Before: known(bot.Limited, time.Minute)}
			}
			return bottest.Fault{}
		})
		at := w.now()
		for _, key := range []string{"a3", "a1", "a2", "a4", "b1", "b2"} {
			w.owe(key, key[:1], func(d *schedule.Delivery) {
				d.At, d.Rank = at, int(key[1]-'0')
				if key == "a4" {
					d.At, d.Rank = at.Add(-time.Second), 99
				}
			})
		}
		w.run(w.copy())
		w.run(w.copy())
		time.Sleep(50 * time.Second)
		w.wantShown("a", "a4")
		w.wantShown("b", "b1", "b2")
		time.Sleep(20 * time.Second)
		w.wantShown("a", "a4", "a1", "a2", "a3")
	})
}

// One that is refused, left out or in doubt for good lets those after it go.
func TestEndedDeliveriesHoldUpNothing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.fake.Next(bottest.Fault{Before: known(bot.Refused, 0)})
		for n, key := range []string{"refused", "late", "good"} {
			w.owe(key, "a", func(d *schedule.Delivery) {
				d.Rank = n
				if key == "late" {
					d.Until = d.At
				}
			})
		}
		w.drain(w.copy())
		w.wantShown("a", "good")
	})
}

// Sent hears of every post with how late it was, in domain time.
func TestSentTellsHowLate(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var told []string
		e := w.copy(func(c *schedule.Config) {
			c.Sent = func(d schedule.Delivery, late time.Duration) { told = append(told, fmt.Sprint(d.Key, " ", late)) }
		})
		w.owe("k", "a", func(d *schedule.Delivery) { d.At = d.At.Add(-time.Hour) })
		w.drain(e)
		synctest.Wait()
		if len(told) != 1 || told[0] != "k 1h0m0s" {
			t.Errorf("told %q, want k to be an hour late", told)
		}
	})
}

// A machine that is suspended stops its monotonic clock, and with it its
// timers: only the wall clock tells that the lease is over.
func TestSuspendedMachine(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var suspended atomic.Int64 // nanoseconds
		e := w.copy(func(c *schedule.Config) {
			c.Real = func() time.Time { return time.Now().Round(0).Add(time.Duration(suspended.Load())) }
			c.Trace = func(point string) {
				if point == "deliver/send" {
					// The lease is of 60 seconds, less 10 to be sure.
					suspended.CompareAndSwap(0, int64(55*time.Second))
				}
			}
		})
		w.owe("k", "a")
		w.drain(e)
		w.wantShown("a")
		time.Sleep(time.Minute)
		w.drain(e)
		w.recorded("k")
		if got := w.fake.count("find"); got != 1 {
			t.Errorf("looked %d times before posting again, want once", got)
		}
	})
}
