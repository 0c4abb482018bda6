package adapterkit

import "sync"

// Crew counts what is being worked on. Unlike with a sync.WaitGroup, work may
// begin while somebody waits for the end of none: over HTTP a request can come
// at the very moment at which the program ends.
type Crew struct {
	mu   sync.Mutex
	busy int
	idle chan struct{} // closed when busy gets 0; nil if nobody waits
}

// Begin counts one thing more.
func (c *Crew) Begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy++
}

// End counts one thing less.
func (c *Crew) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy--; c.busy == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// Wait returns once nothing is worked on.
func (c *Crew) Wait() {
	c.mu.Lock()
	if c.busy == 0 {
		c.mu.Unlock()
		return
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	<-idle
}
