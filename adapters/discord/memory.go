package discord

import (
	"context"
	"sync"
	"time"
)

const (
	recentIDs   = 10_000 // identifiers in one half of recent
	memoEntries = 5_000  // in one half of a memo
	memoTime    = time.Minute
	crowdEach   = 8      // interactions of one person at once
	crowdAll    = 10_000 // of everybody
)

// recent knows identifiers that came before; the oldest are forgotten.
type recent struct {
	mu       sync.Mutex
	new, old map[string]struct{}
}

func newRecent() *recent { return &recent{new: map[string]struct{}{}} }

// seen records an identifier and reports whether it was there already.
func (r *recent) seen(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, newer := r.new[id]
	_, older := r.old[id]
	if newer || older {
		return true
	}
	if len(r.new) >= recentIDs {
		r.old, r.new = r.new, map[string]struct{}{}
	}
	r.new[id] = struct{}{}
	return false
}

// memo remembers what Discord said for a minute; the oldest is forgotten.
type memo[V any] struct {
	mu       sync.Mutex
	new, old map[string]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

func newMemo[V any]() *memo[V] { return &memo[V]{new: map[string]remembered[V]{}} }

func (m *memo[V]) get(key string) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.new[key]
	if !ok {
		r, ok = m.old[key]
	}
	if !ok || time.Now().After(r.until) {
		var none V
		return none, false
	}
	return r.value, true
}

// last is what was remembered, however old.
func (m *memo[V]) last(key string) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.new[key]; ok {
		return r.value
	}
	return m.old[key].value
}

func (m *memo[V]) put(key string, v V, keep time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.new) >= memoEntries {
		m.old, m.new = m.new, map[string]remembered[V]{}
	}
	m.new[key] = remembered[V]{v, time.Now().Add(keep)}
}

// forget has it asked for again.
func (m *memo[V]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, half := range []map[string]remembered[V]{m.new, m.old} {
		if r, ok := half[key]; ok {
			half[key] = remembered[V]{value: r.value}
		}
	}
}

// turn lets one at a time do what takes a while.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn, or returns ctx's error.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

// crowd counts what is under way, so that one person can't take all the room.
type crowd struct {
	mu  sync.Mutex
	all int
	by  map[string]int
}

func newCrowd() *crowd { return &crowd{by: map[string]int{}} }

// enter lets somebody in; full says that there is no room for anybody.
func (c *crowd) enter(who string) (ok, full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= crowdAll {
		return false, true
	}
	if c.by[who] >= crowdEach {
		return false, false
	}
	c.all++
	c.by[who]++
	return true, false
}

func (c *crowd) leave(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.by[who]--; c.by[who] <= 0 {
		delete(c.by, who)
	}
}

func (c *crowd) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}
