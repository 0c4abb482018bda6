package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// clock is real time as a test sets it.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// eachShelf runs test on both engines with a clock.
func eachShelf(t *testing.T, test func(t *testing.T, s *store.Store, c *clock)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		c := &clock{}
		c.ms.Store(time.Date(2027, 5, 8, 7, 0, 0, 0, time.UTC).UnixMilli())
		test(t, storetest.OpenURL(t, url, store.Options{Real: c.now}), c)
	})
}

func TestShelf(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		want := func(space, key, value string, there bool) {
			t.Helper()
			got, ok, err := s.Get(ctx, space, key)
			if err != nil || ok != there || string(got) != value {
				t.Errorf("Get(%q, %q) = %q, %v, %v; want %q, %v", space, key, got, ok, err, value, there)
			}
		}
		put := func(space, key string, value []byte, ttl time.Duration) {
			t.Helper()
			if err := s.Put(ctx, space, key, value, ttl); err != nil {
				t.Fatal(err)
			}
		}
		want("a", "k", "", false)
		put("a", "k", []byte("one"), 0)
		put("b", "k", []byte{0, 255, '\'', 0}, time.Minute)
		put("a", "empty", nil, 0)
		want("a", "k", "one", true)
		want("b", "k", "\x00\xff'\x00", true)
		want("a", "empty", "", true)
		put("a", "k", []byte("two"), time.Minute)
		want("a", "k", "two", true)
		c.advance(time.Minute - time.Millisecond)
		want("a", "k", "two", true)
		c.advance(time.Millisecond)
		want("a", "k", "", false)
		want("b", "k", "", false)
		want("a", "empty", "", true)
		put("a", "k", []byte("three"), 0)
		want("a", "k", "three", true)
		for range 2 {
			if err := s.Delete(ctx, "a", "k"); err != nil {
				t.Fatal(err)
			}
			want("a", "k", "", false)
		}
	})
}

func TestSeen(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		seen := func(id string, want bool) {
			t.Helper()
			if got, err := s.Seen(t.Context(), id, time.Minute); got != want || err != nil {
				t.Errorf("Seen(%q) = %v, %v; want %v", id, got, err, want)
			}
		}
		seen("x", false)
		seen("x", true)
		seen("y", false)
		c.advance(time.Minute - time.Millisecond)
		seen("x", true) // and does not last longer by it
		c.advance(time.Millisecond)
		seen("x", false)
		seen("x", true)
	})
}

func TestLease(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		lease := func(holder string, ttl time.Duration, want bool) {
			t.Helper()
			if got, err := s.Lease(t.Context(), "socket", holder, ttl); got != want || err != nil {
				t.Errorf("Lease(%q, %v) = %v, %v; want %v", holder, ttl, got, err, want)
			}
		}
		lease("a", time.Minute, true)
		lease("b", time.Minute, false)
		c.advance(30 * time.Second)
		lease("a", time.Minute, true) // extended
		c.advance(59 * time.Second)
		lease("b", time.Minute, false)
		c.advance(time.Second)
		lease("b", time.Minute, true)
		lease("a", time.Minute, false)
		lease("a", 0, false) // not a's to give back
		lease("a", time.Minute, false)
		lease("b", 0, false) // given back
		lease("a", time.Minute, true)
	})
}

// TestOneWins has 8 callers at once; exactly one may be told that it is first.
func TestOneWins(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		for round := range 20 {
			var first, held atomic.Int64
			var wg sync.WaitGroup
			for caller := range 8 {
				wg.Go(func() {
					seen, err := s.Seen(t.Context(), fmt.Sprint("event ", round%10), time.Minute)
					if err != nil {
						t.Error(err)
					} else if !seen {
						first.Add(1)
					}
					has, err := s.Lease(t.Context(), "lease", fmt.Sprint(caller), time.Minute)
					if err != nil {
						t.Error(err)
					} else if has {
						held.Add(1)
					}
				})
			}
			wg.Wait()
			if first.Load() != 1 || held.Load() != 1 {
				t.Errorf("round %d: %d first, %d hold the lease; want 1 and 1", round, first.Load(), held.Load())
			}
			if round%10 == 9 { // the same identifiers again, lapsed
				c.advance(time.Minute)
			} else {
				c.advance(time.Second)
			}
			c.advance(time.Minute)
		}
	})
}

func TestSweep(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		for i := range 1200 {
			if _, err := s.Seen(ctx, fmt.Sprint(i), time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		for _, ttl := range []time.Duration{0, time.Minute, time.Hour} {
			if err := s.Put(ctx, "a", ttl.String(), []byte("v"), ttl); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Lease(ctx, "l", "h", time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after time.Duration
			want  int64
		}{{0, 0}, {time.Minute, 1202}, {0, 0}, {time.Hour, 1}} {
			c.advance(step.after)
			if got, err := s.Sweep(ctx); got != step.want || err != nil {
				t.Errorf("after %v swept %d, %v; want %d", step.after, got, err, step.want)
			}
		}
		if _, ok, err := s.Get(ctx, "a", "0s"); !ok || err != nil {
			t.Errorf("what never expires is gone: %v, %v", ok, err)
		}
	})
}

func TestShelfQueryPlans(t *testing.T) {
	eachShelf(t, func(t *testing.T, s *store.Store, c *clock) {
		ctx := t.Context()
		storetest.QueryPlans(t, s, nil, func() {
			s.Put(ctx, "a", "b", nil, time.Minute)
			s.Get(ctx, "a", "b")
			s.Delete(ctx, "a", "b")
			s.Seen(ctx, "x", time.Minute)
			s.Lease(ctx, "l", "h", time.Minute)
			s.Lease(ctx, "l", "h", 0)
			s.Sweep(ctx)
		})
	})
}

// TestPlan: the helper sees what it is for.
func TestPlan(t *testing.T) {
	tests := []struct {
		name, text string
		args       []any
		scans      bool
	}{
		{"by key", `SELECT value FROM shelf WHERE space = $1 AND name = $2`, []any{"a", "b"}, false},
		{"by the key's beginning", `SELECT value FROM shelf WHERE space = $1`, []any{"a"}, false},
		{"whole", `SELECT value FROM shelf`, nil, true},
		{"by no index", `SELECT s.value FROM shelf AS s WHERE s.name = $1 AND s.value = $2`, []any{"a", []byte("b")}, true},
		{"count", `SELECT COUNT(*) FROM shelf`, nil, true},
		{"update of all", `UPDATE shelf SET value = $1`, []any{[]byte("x")}, true},
		{"inner", `DELETE FROM lease WHERE name IN (SELECT name FROM shelf WHERE value = $1)`, []any{[]byte("x")}, true},
		{"join by key", `SELECT s.value FROM seen JOIN shelf s ON s.space = seen.id WHERE seen.id = $1`, []any{"a"}, false},
		{"claim", `UPDATE shelf SET value = $1 WHERE (space, name) IN (
			SELECT space, name FROM shelf WHERE expires > 0 AND expires <= $2 ORDER BY expires LIMIT $3)`,
			[]any{[]byte("x"), int64(1), int64(8)}, false},
		{"partial index", `SELECT space, name FROM shelf WHERE expires > 0 ORDER BY expires LIMIT 5`, nil, false},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Put(t.Context(), "a", "b", nil, time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Lease(t.Context(), "l", "h", time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				plan, err := s.Plan(t.Context(), test.text, test.args...)
				if err != nil {
					t.Fatal(err)
				}
				got := false
				for _, table := range plan.Scans {
					got = got || table == "shelf"
				}
				if got != test.scans {
					t.Errorf("scans %v, want shelf among them: %v; plan:\n%s", plan.Scans, test.scans, plan.Text)
				}
			})
		}
	})
}
