package adapterkit_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/adapterkit"
)

// TestLine has 1,000 things come within a second that take half a second each: ten
// are worked on at once, in the order in which they came, and who waits too long is
// told so once, before it is their turn.
func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const all, most, patience = 1000, 10, 2 * time.Second
		life := adapterkit.NewLife(slog.New(slog.DiscardHandler))
		line := adapterkit.NewLine(life, most)
		var mu sync.Mutex
		var order []int
		var working, done int
		told := map[int]time.Duration{}
		for n := range all {
			came := time.Now()
			line.Take(adapterkit.Task{
				Due: came.Add(patience),
				Late: func(context.Context) {
					mu.Lock()
					defer mu.Unlock()
					if _, again := told[n]; again {
						t.Errorf("%d is told twice", n)
					}
					told[n] = time.Since(came)
				},
				Work: func(context.Context) {
					mu.Lock()
					order = append(order, n)
					if working++; working > most {
						t.Errorf("%d are worked on at once", working)
					}
					if _, ok := told[n]; !ok && time.Since(came) > patience {
						t.Errorf("%d has waited %s and was told nothing", n, time.Since(came))
					}
					mu.Unlock()
					time.Sleep(500 * time.Millisecond)
					mu.Lock()
					working--
					mu.Unlock()
				},
				Done: func() {
					mu.Lock()
					defer mu.Unlock()
					done++
				},
			})
			time.Sleep(time.Millisecond)
		}
		life.Wait()
		if done != all || !slices.IsSorted(order) {
			t.Errorf("%d of %d were worked on, in the order %v", done, all, order)
		}
		if len(told) < all-most*2*int(patience/time.Second+1) {
			t.Errorf("only %d were told that they wait", len(told))
		}
		for n, after := range told {
			if after < patience || after > patience+10*time.Millisecond {
				t.Errorf("%d is told after %s", n, after)
			}
		}
	})
}

// TestLineGoesOn has work and words about waiting panic, and take their time to
// tell: nobody's place is lost by it, and what is behind comes all the same.
func TestLineGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := adapterkit.NewLife(slog.New(slog.DiscardHandler))
		line := adapterkit.NewLine(life, 2)
		var mu sync.Mutex
		var did []string
		do := func(what string, lasts time.Duration) func(context.Context) {
			return func(context.Context) {
				time.Sleep(lasts)
				mu.Lock()
				defer mu.Unlock()
				did = append(did, what)
				if what[0] == '!' {
					panic(what)
				}
			}
		}
		for n := range 200 {
			mark := []string{"", "!"}[n%2]
			line.Take(adapterkit.Task{
				Due:  time.Now().Add(time.Second),
				Late: do(fmt.Sprint(mark, "late ", n), 3*time.Second),
				Work: do(fmt.Sprint(mark, "work ", n), 2*time.Second),
				Done: func() { do(fmt.Sprint("done ", n), 0)(t.Context()) },
			})
		}
		life.Wait()
		for n := range 200 {
			mark := []string{"", "!"}[n%2]
			work, done := slices.Index(did, fmt.Sprint(mark, "work ", n)), slices.Index(did, fmt.Sprint("done ", n))
			late := slices.Index(did, fmt.Sprint(mark, "late ", n))
			if work < 0 || done < work || late > work {
				t.Errorf("%d: told at %d, worked on at %d, done at %d", n, late, work, done)
			}
		}
	})
}
