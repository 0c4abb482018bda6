package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// ledger is a store with a connection beside it, to plan and owe what no
// feature does in these tests.
type ledger struct {
	testing.TB
	*store.Store
	db *sql.DB
}

// eachLedger runs test on both engines.
func eachLedger(t *testing.T, test func(t *testing.T, l ledger)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) { test(t, openLedger(t, url)) })
}

func openLedger(t testing.TB, url string) ledger {
	t.Helper()
	s := storetest.OpenURL(t, url, store.Options{Connections: 10})
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return ledger{t, s, db}
}

func (l ledger) exec(text string, args ...any) {
	l.Helper()
	if _, err := l.db.Exec(text, args...); err != nil {
		l.Fatalf("%s: %v", text, err)
	}
}

// ask reads one row of numbers.
func (l ledger) ask(text string, args ...any) string {
	l.Helper()
	rows, err := l.db.Query(text, args...)
	if err != nil {
		l.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		l.Fatal(err)
	}
	cells, to := make([]string, len(columns)), make([]any, len(columns))
	for n := range cells {
		to[n] = &cells[n]
	}
	if rows.Next() {
		if err := rows.Scan(to...); err != nil {
			l.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		l.Fatal(err)
	}
	return strings.Join(cells, " ")
}

// noon is the present of these tests, by both clocks.
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// lease is when what is claimed at noon can be claimed again.
func lease() time.Time { return noon().Add(time.Minute) }

func (l ledger) plan(lane, subject string, at time.Time, rank int) {
	l.Helper()
	l.exec(`INSERT INTO due (kind, subject, occurrence, lane, rank, at) VALUES ('k', $1, 'x', $2, $3, $4)`, subject, lane, rank, at.UnixMilli())
}

func (l ledger) owe(key, target string, rank int) {
	l.Helper()
	l.exec(`INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at) VALUES ($1, 'k', 'r', 'g', 'fake', $2, $3, $4)`,
		key, "fake:"+target, rank, noon().UnixMilli())
}

// one claims a single delivery that is known to be there.
func (l ledger) one(now time.Time) schedule.Delivery {
	l.Helper()
	all, err := l.ClaimDeliveries(context.Background(), "fake", now, now.Add(time.Minute), 10)
	if err != nil || len(all) != 1 {
		l.Fatalf("claimed %v, %v; want one", all, err)
	}
	return all[0]
}

// Eight claimers at once get each row once, and at most one a lane or target.
func TestClaimersGetEachRowOnce(t *testing.T) {
	const rows, perLane = 120, 4
	keys := func(all []schedule.Delivery) (keys []string) {
		for _, d := range all {
			keys = append(keys, d.Key)
		}
		return keys
	}
	for _, test := range []struct {
		name  string
		lanes int // so many rows can be claimed
		setUp func(l ledger)
		claim func(ctx context.Context, s *store.Store, n int) ([]string, error)
	}{
		{"due things", rows / perLane, func(l ledger) {
			for n := range rows {
				l.plan(fmt.Sprint("lane ", n%(rows/perLane)), fmt.Sprint(n), noon(), n)
			}
		}, func(ctx context.Context, s *store.Store, n int) (keys []string, err error) {
			due, err := s.ClaimDue(ctx, noon(), noon(), lease(), n)
			for _, d := range due {
				keys = append(keys, d.Subject)
			}
			return keys, err
		}},
		{"deliveries", rows / perLane, func(l ledger) {
			for n := range rows {
				l.owe(fmt.Sprint(n), fmt.Sprint("c", n%(rows/perLane)), n)
			}
		}, func(ctx context.Context, s *store.Store, n int) ([]string, error) {
			all, err := s.ClaimDeliveries(ctx, "fake", noon(), lease(), n)
			return keys(all), err
		}},
		{"edits", rows, func(l ledger) {
			for n := range rows {
				l.owe(fmt.Sprint(n), "c", n)
			}
			l.exec(`UPDATE deliveries SET state = 'sent'`)
		}, func(ctx context.Context, s *store.Store, n int) ([]string, error) {
			all, err := s.ClaimEdits(ctx, "fake", noon(), noon(), lease(), n)
			return keys(all), err
		}},
		{"checks", rows, func(l ledger) {
			for n := range rows {
				l.owe(fmt.Sprint(n), "c", n)
			}
			l.exec(`UPDATE deliveries SET state = 'sent', check_at = 1`)
		}, func(ctx context.Context, s *store.Store, n int) ([]string, error) {
			all, err := s.ClaimChecks(ctx, "fake", noon(), lease(), n)
			return keys(all), err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachLedger(t, func(t *testing.T, l ledger) {
				test.setUp(l)
				var mu sync.Mutex
				claimed := map[string]int{}
				atOnce(t, func(int) error {
					for {
						got, err := test.claim(t.Context(), l.Store, 7)
						if err != nil || len(got) == 0 {
							return err
						}
						mu.Lock()
						for _, key := range got {
							claimed[key]++
						}
						mu.Unlock()
					}
				})
				if len(claimed) != test.lanes {
					t.Errorf("%d rows claimed, want %d", len(claimed), test.lanes)
				}
				for key, n := range claimed {
					if n != 1 {
						t.Errorf("row %s claimed %d times", key, n)
					}
				}
			})
		})
	}
}

// Of eight that end one due thing at once, one does and the others hear so.
func TestDueThingEndsOnce(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		l.plan("l", "s", noon(), 0)
		due, err := l.ClaimDue(t.Context(), noon(), noon(), lease(), 1)
		if err != nil || len(due) != 1 {
			t.Fatalf("claimed %v, %v", due, err)
		}
		var ended, taken atomic.Int64
		atOnce(t, func(int) error {
			err := l.SkipDue(t.Context(), due[0], noon(), "test")
			switch {
			case err == nil:
				ended.Add(1)
			case errors.Is(err, schedule.ErrTaken):
				taken.Add(1)
			default:
				return err
			}
			return nil
		})
		if ended.Load() != 1 || taken.Load() != writers-1 {
			t.Errorf("ended %d times, found taken %d times; want 1 and %d", ended.Load(), taken.Load(), writers-1)
		}
		// One that was moved meanwhile is not the one that was claimed.
		l.plan("l", "moved", noon(), 0)
		if due, err = l.ClaimDue(t.Context(), noon(), noon(), lease(), 1); err != nil || len(due) != 1 {
			t.Fatalf("claimed %v, %v", due, err)
		}
		l.exec(`UPDATE due SET at = at + 1 WHERE subject = 'moved'`)
		if err := l.SkipDue(t.Context(), due[0], noon(), "test"); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("moved: got %v, want ErrTaken", err)
		}
	})
}

// A lease hides a due thing and what comes after it in its lane; a failure only
// the thing itself; and a second claimer's failure is no news of the first.
func TestLanes(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		ctx := t.Context()
		l.plan("a", "second", noon(), 20)
		l.plan("a", "first", noon(), 10)
		l.plan("b", "future", noon().Add(time.Millisecond), 0)
		claim := func(real time.Time, want ...string) (due []schedule.Due) {
			t.Helper()
			due, err := l.ClaimDue(ctx, noon(), real, real.Add(time.Minute), 10)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, d := range due {
				got = append(got, d.Subject)
			}
			slices.Sort(got)
			if !slices.Equal(got, append([]string{}, want...)) {
				t.Errorf("claimed %q, want %q", got, want)
			}
			return due
		}
		first := claim(noon(), "first")
		claim(noon())
		again := claim(lease(), "first")
		if again[0].Attempt != 2 {
			t.Errorf("attempt %d, want 2", again[0].Attempt)
		}
		if err := l.RetryDue(ctx, first[0], noon(), "too late to say so"); err != nil {
			t.Fatal(err)
		}
		claim(lease())
		if err := l.RetryDue(ctx, again[0], lease().Add(time.Hour), "no"); err != nil {
			t.Fatal(err)
		}
		claim(lease(), "second")
		claim(lease().Add(time.Hour), "first") // whose turn it is again
		claim(lease().Add(time.Hour))
	})
}

// Only the latest attempt records its outcome.
func TestFence(t *testing.T) {
	for _, test := range []struct {
		name   string
		record func(ctx context.Context, s *store.Store, d schedule.Delivery) (bool, error)
	}{
		{"sent", func(ctx context.Context, s *store.Store, d schedule.Delivery) (bool, error) {
			return s.MarkSent(ctx, d, "fake:c/1", 1, noon(), time.Time{})
		}},
		{"retry", func(ctx context.Context, s *store.Store, d schedule.Delivery) (bool, error) {
			return false, s.RetryDelivery(ctx, d, noon(), true, "x")
		}},
		{"parked", func(ctx context.Context, s *store.Store, d schedule.Delivery) (bool, error) {
			return false, s.ParkDelivery(ctx, d, noon(), schedule.Refusal{Cause: "x"})
		}},
		{"skipped", func(ctx context.Context, s *store.Store, d schedule.Delivery) (bool, error) {
			return false, s.SkipDelivery(ctx, d, noon(), time.Time{}, "x")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachLedger(t, func(t *testing.T, l ledger) {
				begin(t, l.Store, "g")
				l.exec(`DELETE FROM deliveries`)
				l.owe("d", "c", 0)
				const row = `SELECT state, run_at, doubt, reason FROM deliveries`
				old := l.one(noon())
				current := l.one(lease())
				before := l.ask(row)
				ok, err := test.record(t.Context(), l.Store, old)
				if err != nil || ok {
					t.Errorf("an attempt that lost its lease recorded its outcome: %t, %v", ok, err)
				}
				if after := l.ask(row); after != before {
					t.Errorf("the row is %q, want %q as before", after, before)
				}
				if _, err := test.record(t.Context(), l.Store, current); err != nil {
					t.Fatal(err)
				}
				if after := l.ask(row); after == before {
					t.Error("the latest attempt recorded nothing")
				}
			})
		})
	}
}

// The doubt is the instant of the first attempt that may have posted; it ends
// when it is certain that none has.
func TestDoubt(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		l.owe("d", "c", 0)
		now := noon()
		for n, certain := range []bool{true, false, false, true, false} {
			d := l.one(now)
			if want := []time.Duration{0, 1, 1, 1, 4}[n] * time.Minute; d.Doubt.Sub(noon()) != want || d.Attempt != int64(n+1) {
				t.Errorf("attempt %d: doubt since %s, want %s", d.Attempt, d.Doubt.Sub(noon()), want)
			}
			if err := l.RetryDelivery(t.Context(), d, now, certain, "x"); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Minute)
		}
	})
}

// An editor that was replaced asks for one more edit, whatever came of its own.
func TestReplacedEditor(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		ctx := t.Context()
		l.owe("d", "c", 0)
		if ok, err := l.MarkSent(ctx, l.one(noon()), "fake:c/1", 1, noon(), time.Time{}); err != nil || !ok {
			t.Fatalf("not sent: %t, %v", ok, err)
		}
		l.exec(`UPDATE deliveries SET wanted = 2`)
		editor := func(real time.Time) schedule.Delivery {
			t.Helper()
			all, err := l.ClaimEdits(ctx, "fake", noon(), real, real.Add(time.Minute), 10)
			if err != nil || len(all) != 1 {
				t.Fatalf("claimed %v, %v; want one", all, err)
			}
			return all[0]
		}
		old := editor(noon())
		if all, err := l.ClaimEdits(ctx, "fake", noon(), noon(), lease(), 10); err != nil || len(all) != 0 {
			t.Errorf("a second editor: %v, %v", all, err)
		}
		current := editor(lease())
		if err := l.MarkShown(ctx, current, noon()); err != nil {
			t.Fatal(err)
		}
		const row = `SELECT wanted, shown, edit_run FROM deliveries`
		if got := l.ask(row); got != "2 2 0" {
			t.Errorf("after the latest editor: %s", got)
		}
		if err := l.MarkShown(ctx, old, noon()); err != nil {
			t.Fatal(err)
		}
		if got := l.ask(row); got != "3 2 0" {
			t.Errorf("after the replaced one has shown something: %s, want one more edit", got)
		}
		if err := l.RetryEdit(ctx, old, noon(), "x"); err != nil {
			t.Fatal(err)
		}
		if got := l.ask(row); got != "4 2 0" {
			t.Errorf("after the replaced one does not know: %s, want one more edit", got)
		}
	})
}

// What is refused and past its time is recorded as left out.
func TestExpireParked(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		for n, until := range []int64{0, noon().UnixMilli(), noon().UnixMilli() + 1} {
			l.owe(fmt.Sprint(n), "c", 0)
			l.exec(`UPDATE deliveries SET state = 'parked', until = $2 WHERE id = $1`, fmt.Sprint(n), until)
		}
		if n, err := l.ExpireParked(t.Context(), noon()); n != 1 || err != nil {
			t.Errorf("%d left out, %v; want 1", n, err)
		}
		if got := l.ask(`SELECT id, ended_at FROM deliveries WHERE state = 'skipped'`); got != fmt.Sprint("1 ", noon().UnixMilli()) {
			t.Errorf("left out is %q, want the second", got)
		}
	})
}

// The next instant is the nearest of everything that waits for one.
func TestNextInstant(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		check := func(want time.Duration) {
			t.Helper()
			at, ok, err := l.NextInstant(t.Context(), noon())
			if err != nil || ok != (want > 0) || ok && at.Sub(noon()) != want {
				t.Errorf("next is %s (%t, %v), want %s", at, ok, err, want)
			}
		}
		check(0)
		l.plan("l", "now", noon(), 0)
		check(0)
		l.plan("l", "later", noon().Add(4*time.Hour), 0)
		check(4 * time.Hour)
		l.owe("parked", "c", 0)
		l.exec(`UPDATE deliveries SET state = 'parked', until = $1`, noon().Add(3*time.Hour).UnixMilli())
		check(3 * time.Hour)
		l.owe("edit", "c", 0)
		l.exec(`UPDATE deliveries SET state = 'sent', edit_at = $1 WHERE id = 'edit'`, noon().Add(2*time.Hour).UnixMilli())
		check(2 * time.Hour)
		l.exec(`UPDATE deliveries SET shown = wanted WHERE id = 'edit'`)
		check(3 * time.Hour)
	})
}

// What the engine asks again and again reads neither table whole.
func TestEnginePlans(t *testing.T) {
	eachLedger(t, func(t *testing.T, l ledger) {
		for n := range 200 {
			l.plan(fmt.Sprint(n), fmt.Sprint(n), noon().Add(time.Duration(n)*time.Second), 0)
			l.owe(fmt.Sprint(n), fmt.Sprint(n), 0)
		}
		l.exec(`UPDATE deliveries SET state = 'sent', edit_at = $1, check_at = 1 WHERE id < '5'`, noon().UnixMilli())
		l.exec(`UPDATE deliveries SET state = 'parked', until = 1 WHERE id > '7'`)
		ctx := t.Context()
		storetest.QueryPlans(t, l.Store, []string{"due", "deliveries"}, func() {
			due, err := l.ClaimDue(ctx, noon(), noon(), lease(), 5)
			if err != nil || len(due) != 1 {
				t.Errorf("claimed %d, %v", len(due), err)
			}
			deliveries, err1 := l.ClaimDeliveries(ctx, "fake", noon(), lease(), 5)
			edits, err2 := l.ClaimEdits(ctx, "fake", noon(), noon(), lease(), 5)
			checks, err3 := l.ClaimChecks(ctx, "fake", noon(), lease(), 5)
			n, err4 := l.ExpireParked(ctx, noon())
			_, _, err5 := l.NextInstant(ctx, noon())
			if err := errors.Join(err1, err2, err3, err4, err5); err != nil || len(deliveries)*len(edits)*len(checks)*n == 0 {
				t.Errorf("claimed %d, %d, %d, %d, %v; want some of each", len(deliveries), len(edits), len(checks), n, err)
			}
		})
	})
}
