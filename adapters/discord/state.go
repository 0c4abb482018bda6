package discord

import (
	"fmt"
	"sync"
	"time"
)

// lapse is how long the gateway may be away before the bot counts as not
// connected: Discord asks for a new connection every few hours, and a session
// is resumed in less.
const lapse = 15 * time.Second

// link is how one connection stands.
type link struct {
	up      bool
	resumes bool // continues a session, so that nothing is missed
	since   time.Time
}

// links are the connections of the gateway, for [Adapter.Connection].
type links struct {
	mu    sync.Mutex
	began time.Time // of Run
	waits bool      // another copy of the program is connected
	all   []link    // by shard; nil before the gateway is known
}

func (l *links) change(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// open makes room for shards that are about to connect.
func (l *links) open(count int) {
	l.change(func() {
		l.waits, l.all = false, make([]link, count)
		for n := range l.all {
			l.all[n].since = time.Now()
		}
	})
}

// set notes that a shard's connection works or has ended. Attempts that fail
// don't begin its absence anew.
func (l *links) set(shard int, up, resumes bool) {
	l.change(func() {
		if s := &l.all[shard]; s.up != up {
			*s = link{up: up, resumes: resumes, since: time.Now()}
		} else {
			s.resumes = resumes
		}
	})
}

// Connection is how the connection to Discord stands, in words, and whether what
// people do reaches the bot: see [bot.Reporter].
func (a *Adapter) Connection() (state string, connected bool) {
	now := time.Now()
	l := &a.links
	l.mu.Lock()
	defer l.mu.Unlock()
	introduced := false
	select {
	case <-a.life.Began():
		introduced = true
	default:
	}
	switch {
	case l.began.IsZero():
		return "not started", false
	case !introduced:
		return "not reached for " + away(now, l.began), false
	case a.key != nil:
		return "receives over HTTP", true
	case l.waits:
		return "another copy of the program is connected", true
	case l.all == nil:
		return "connecting for " + away(now, l.began), false
	}
	down, worst := 0, link{since: now}
	for _, s := range l.all {
		if s.up {
			continue
		}
		if down++; !s.since.After(worst.since) {
			worst = s
		}
	}
	if down == 0 {
		return "connected", true
	}
	doing := "connecting"
	if worst.resumes {
		doing = "resuming"
	}
	state = fmt.Sprintf("%s, not connected for %s", doing, away(now, worst.since))
	if len(l.all) > 1 {
		state += fmt.Sprintf(" (%d of %d connections)", down, len(l.all))
	}
	return state, worst.resumes && now.Sub(worst.since) < lapse
}

// away is a time in whole seconds.
func away(now, since time.Time) string { return now.Sub(since).Truncate(time.Second).String() }
