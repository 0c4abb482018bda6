package adapterkit

import (
	"context"
	"sync"
	"time"
)

const (
	recentIDs   = 10_000 // identifiers in one half of a Recent
	memoEntries = 5_000  // in one half of a Memo
)

// CrowdEach and CrowdAll are how many interactions a [Crowd] has room for: of one
// person, and of everybody.
const (
	CrowdEach = 8
	CrowdAll  = 10_000
)

// Recent knows identifiers that came before: the last 10,000 at least. The oldest
// are forgotten.
type Recent struct {
	mu       sync.Mutex
	new, old map[string]struct{}
}

// NewRecent knows none.
func NewRecent() *Recent { return &Recent{new: map[string]struct{}{}} }

// Seen records an identifier and reports whether it was there already.
func (r *Recent) Seen(id string) bool {
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

// Memo remembers for a while what a platform said: the last 5,000 answers at
// least. The oldest are forgotten.
type Memo[V any] struct {
	mu       sync.Mutex
	new, old map[string]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

// NewMemo remembers nothing.
func NewMemo[V any]() *Memo[V] { return &Memo[V]{new: map[string]remembered[V]{}} }

// Get is what was remembered, if its time is not over.
func (m *Memo[V]) Get(key string) (V, bool) {
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

// Last is what was remembered, however old.
func (m *Memo[V]) Last(key string) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.new[key]; ok {
		return r.value
	}
	return m.old[key].value
}

// Put remembers a value for as long as keep.
func (m *Memo[V]) Put(key string, v V, keep time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.new) >= memoEntries {
		m.old, m.new = m.new, map[string]remembered[V]{}
	}
	m.new[key] = remembered[V]{v, time.Now().Add(keep)}
}

// Forget has it asked for again; what it was last is still known.
func (m *Memo[V]) Forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, half := range []map[string]remembered[V]{m.new, m.old} {
		if r, ok := half[key]; ok {
			half[key] = remembered[V]{value: r.value}
		}
	}
}

// Turn lets one at a time do what takes a while.
type Turn chan struct{}

// NewTurn is a turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// Take waits for the turn, or returns ctx's error.
func (t Turn) Take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Give ends the turn of whoever took it.
func (t Turn) Give() { <-t }

// Crowd counts what is under way, so that one person can't take all the room.
type Crowd struct {
	mu  sync.Mutex
	all int
	by  map[string]int
}

// NewCrowd is empty.
func NewCrowd() *Crowd { return &Crowd{by: map[string]int{}} }

// Enter lets somebody in; full says that there is no room for anybody.
func (c *Crowd) Enter(who string) (ok, full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= CrowdAll {
		return false, true
	}
	if c.by[who] >= CrowdEach {
		return false, false
	}
	c.all++
	c.by[who]++
	return true, false
}

// Leave ends what Enter began.
func (c *Crowd) Leave(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.by[who]--; c.by[who] <= 0 {
		delete(c.by, who)
	}
}

// Size is how much is under way.
func (c *Crowd) Size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}
