package practice

import "sync"

// cache holds up to most immutable values in memory; when it is full it starts
// anew, for what is asked for comes back with the next press.
type cache[V any] struct {
	mu     sync.RWMutex
	most   int
	values map[string]V
}

func newCache[V any](most int) *cache[V] {
	return &cache[V]{most: most, values: map[string]V{}}
}

func (c *cache[V]) get(key string) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.values[key]
	return v, ok
}

func (c *cache[V]) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.values, key)
}

func (c *cache[V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.values)
}

func (c *cache[V]) put(key string, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.values) >= c.most {
		clear(c.values)
	}
	c.values[key] = v
}
