package adapterkit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// leases has one lease, and may hang or fail.
type leases struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	hangs  bool
	fails  error
}

func (*leases) Put(context.Context, string, string, []byte, time.Duration) error { return nil }
func (*leases) Get(context.Context, string, string) ([]byte, bool, error)        { return nil, false, nil }
func (*leases) Delete(context.Context, string, string) error                     { return nil }
func (*leases) Seen(context.Context, string, time.Duration) (bool, error)        { return false, nil }

func (l *leases) Lease(ctx context.Context, _, holder string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	hangs, fails := l.hangs, l.fails
	l.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return false, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if fails != nil {
		return false, fails
	}
	if l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	l.holder, l.until = holder, time.Now().Add(ttl)
	return true, nil
}

func (l *leases) set(hangs bool, fails error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangs, l.fails = hangs, fails
}

func (l *leases) hold(waits func(bool)) Hold {
	return Hold{Log: slog.New(slog.DiscardHandler), Shelf: l, Name: "test", Waits: waits}
}

// TestHoldLeaves has what needs the lease ended before another copy of the
// program may take it, whatever happens to the store.
func TestHoldLeaves(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hangs bool
		fails error
	}{
		{"it hangs", true, nil},
		{"it fails", false, errors.New("no such store")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &leases{}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				began := time.Now()
				var left time.Duration
				err := l.hold(func(bool) {}).Run(ctx, func(running context.Context) error {
					l.set(tt.hangs, tt.fails)
					<-running.Done()
					left = time.Since(began)
					cancel()
					return nil
				})
				if err != nil || left == 0 || left > LeaseTime {
					t.Errorf("left after %s, %v; the lease was over after %s", left, err, LeaseTime)
				}
			})
		})
	}
}

// TestHoldTakesOver has one of two copies at work at any time, and the other
// once the first has ended or died.
func TestHoldTakesOver(t *testing.T) {
	for _, tt := range []struct {
		name string
		dies bool
		most time.Duration
	}{
		{"it ends", false, 5 * time.Second},
		{"it dies", true, LeaseTime + 5*time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &leases{}
				ctx, cancel := context.WithCancel(t.Context())
				first, end := context.WithCancel(t.Context())
				defer end()
				var mu sync.Mutex
				at, waits := 0, []bool{}
				work := func(ctx context.Context) error {
					mu.Lock()
					at++
					n := at
					mu.Unlock()
					if n > 1 && !tt.dies {
						t.Error("two at once")
					}
					<-ctx.Done()
					mu.Lock()
					at--
					mu.Unlock()
					return nil
				}
				var running sync.WaitGroup
				if tt.dies {
					l.Lease(ctx, "", "dead", LeaseTime)
				} else {
					running.Go(func() { l.hold(func(bool) {}).Run(first, work) })
				}
				synctest.Wait()
				running.Go(func() {
					l.hold(func(w bool) { waits = append(waits, w) }).Run(ctx, work)
				})
				time.Sleep(10 * time.Second)
				synctest.Wait()
				end()
				time.Sleep(tt.most - 10*time.Second)
				if !tt.dies {
					time.Sleep(10 * time.Second)
				}
				synctest.Wait()
				if mu.Lock(); at != 1 || len(waits) < 2 || !waits[0] || waits[len(waits)-1] {
					t.Errorf("%d at work, it waited: %v", at, waits)
				}
				mu.Unlock()
				cancel()
				running.Wait()
			})
		})
	}
}
