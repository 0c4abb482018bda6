package slack

import (
	"container/list"
	"sync"
	"time"
)

const (
	knownMost = 128         // installations that stand decrypted in memory
	knownTime = time.Minute // after which another copy's changes to one are seen
)

// known holds the installations that were used last, so that not every call
// reads and decrypts one.
type known struct {
	mu    sync.Mutex
	teams map[string]*list.Element
	order *list.List // of *knownTeam, the last used first
	lost  int        // how often something was forgotten
}

type knownTeam struct {
	in   installation
	read time.Time
}

func newKnown() *known { return &known{teams: map[string]*list.Element{}, order: list.New()} }

// get is the installation of a team. since is for put, if it isn't known.
func (k *known) get(team string) (in installation, ok bool, since int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.teams[team]
	if !ok {
		return installation{}, false, k.lost
	}
	t := e.Value.(*knownTeam)
	if time.Since(t.read) >= knownTime {
		k.order.Remove(e)
		delete(k.teams, team)
		return installation{}, false, k.lost
	}
	k.order.MoveToFront(e)
	return t.in, true, k.lost
}

// put remembers what was read since get, unless something was forgotten
// meanwhile: it may have been that.
func (k *known) put(in installation, since int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lost != since {
		return
	}
	k.drop(in.Team)
	k.teams[in.Team] = k.order.PushFront(&knownTeam{in: in, read: time.Now()})
	for k.order.Len() > knownMost {
		k.drop(k.order.Back().Value.(*knownTeam).in.Team)
	}
}

// forget has it read again.
func (k *known) forget(team string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lost++
	k.drop(team)
}

func (k *known) drop(team string) {
	if e, ok := k.teams[team]; ok {
		k.order.Remove(e)
		delete(k.teams, team)
	}
}
