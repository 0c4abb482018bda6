package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// held lets a test hold the first run up while others come.
type held struct {
	g       gatherers[int]
	release chan struct{}
	mu      sync.Mutex
	runs    [][]int
}

func (h *held) do(ctx context.Context, key string, value int) (int, error) {
	return h.g.do(ctx, key, 3, value, func(ctx context.Context, calls []*gathered[int]) {
		var run []int
		for _, c := range calls {
			run = append(run, c.value)
			c.value, c.err = 10*c.value, nil
		}
		h.mu.Lock()
		h.runs = append(h.runs, run)
		first := len(h.runs) == 1
		h.mu.Unlock()
		if first {
			<-h.release
		}
	})
}

func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &held{release: make(chan struct{})}
		got := make([]string, 7)
		var wg sync.WaitGroup
		begin := func(ctx context.Context, n int) {
			wg.Go(func() {
				v, err := h.do(ctx, "one", n)
				got[n] = fmt.Sprint(v, " ", err)
			})
			synctest.Wait()
		}
		gone, leave := context.WithCancel(t.Context())
		for n := range 7 {
			ctx := t.Context()
			if n == 2 {
				ctx = gone
			}
			begin(ctx, n)
		}
		leave()
		synctest.Wait()
		if v, err := h.do(t.Context(), "another", 7); v != 70 || err != nil {
			t.Errorf("another key waited or failed: %d, %v", v, err)
		}
		close(h.release)
		wg.Wait()
		if diff := cmp.Diff([]string{"0 <nil>", "10 <nil>", "2 context canceled", "30 <nil>", "40 <nil>", "50 <nil>", "60 <nil>"}, got); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([][]int{{0}, {7}, {1, 3, 4}, {5, 6}}, h.runs); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if len(h.g.keys) != 0 {
			t.Errorf("%d keys are kept", len(h.g.keys))
		}
	})
}

// Whoever leads and panics holds up nobody.
func TestGatherPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gatherers[int]
		release := make(chan struct{})
		var errs []error
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				defer func() { recover() }()
				_, err := g.do(t.Context(), "", 2, 0, func(context.Context, []*gathered[int]) {
					<-release
					panic("no")
				})
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			})
			synctest.Wait()
		}
		close(release)
		wg.Wait()
		// The first ran alone, the second with the third, and the fourth alone.
		if len(errs) != 1 || slices.ContainsFunc(errs, func(err error) bool { return !errors.Is(err, errUndone) }) {
			t.Errorf("errors %v, want one that the call ended early", errs)
		}
	})
}
