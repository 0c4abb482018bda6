package browser

import "sync"

// news wakes the open pages when something changed. It carries no content: each
// page reads from the store what is new to it, so a slow page holds nobody up
// and misses nothing.
type news struct {
	mu   sync.Mutex
	next chan struct{}
}

func newNews() *news { return &news{next: make(chan struct{})} }

// wait gives a channel that is closed at the next change. Take it before
// reading what there is.
func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.next
}

func (n *news) publish() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.next)
	n.next = make(chan struct{})
}
