package store

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// gatherers has calls about one thing that come at the same time done together:
// while one call is under way, those that come wait, and the next one does all of
// theirs with its own. A call on its own waits for nobody. The zero value is
// ready.
type gatherers[T any] struct {
	mu   sync.Mutex
	keys map[string]*[]*gathered[T] // who waits, by what it is about; present while one is under way
}

// gathered is a call: do fills in value and err.
type gathered[T any] struct {
	value T
	err   error
	turn  chan bool // true: do it for those who wait; false: it is done
	leads bool
}

// errUndone is what a call finds when whoever did it has panicked.
var errUndone = errors.New("the call that this one was made with ended early")

// do has run called with value, and with up to most-1 others of the same key.
// When it returns ctx's error, value was not in any run. A run is given a ctx
// that doesn't end.
func (g *gatherers[T]) do(ctx context.Context, key string, most int, value T, run func(ctx context.Context, calls []*gathered[T])) (T, error) {
	if err := ctx.Err(); err != nil {
		return value, err
	}
	c := &gathered[T]{value: value, err: errUndone, turn: make(chan bool, 1)}
	if g.join(key, c) {
		select {
		case leads := <-c.turn:
			if !leads {
				return c.value, c.err
			}
		case <-ctx.Done():
			if g.leave(key, c) {
				return value, ctx.Err()
			}
			if leads := <-c.turn; !leads {
				return c.value, c.err
			}
		}
	}
	calls := g.take(key, most)
	defer func() {
		g.next(key)
		for _, other := range calls {
			if other != c {
				other.turn <- false
			}
		}
	}()
	run(context.WithoutCancel(ctx), calls)
	return c.value, c.err
}

// join adds a call to those that wait; false: nobody is under way, and it leads.
func (g *gatherers[T]) join(key string, c *gathered[T]) (waits bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.keys == nil {
		g.keys = map[string]*[]*gathered[T]{}
	}
	waiting, waits := g.keys[key]
	if !waits {
		waiting = &[]*gathered[T]{}
		g.keys[key] = waiting
	}
	*waiting = append(*waiting, c)
	return waits
}

// leave takes a call out; false: it leads, or is being done.
func (g *gatherers[T]) leave(key string, c *gathered[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	waiting, ok := g.keys[key]
	n := -1
	if ok && !c.leads {
		n = slices.Index(*waiting, c)
	}
	if n >= 0 {
		*waiting = slices.Delete(*waiting, n, n+1)
	}
	return n >= 0
}

// take takes the first calls that wait; whoever leads is the first of them.
func (g *gatherers[T]) take(key string, most int) []*gathered[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	waiting := g.keys[key]
	calls := slices.Clone((*waiting)[:min(most, len(*waiting))])
	*waiting = slices.Delete(*waiting, 0, len(calls))
	return calls
}

// next lets the first call that waits lead.
func (g *gatherers[T]) next(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if waiting := *g.keys[key]; len(waiting) > 0 {
		waiting[0].leads = true
		waiting[0].turn <- true
		return
	}
	delete(g.keys, key)
}
