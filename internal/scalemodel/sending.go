package scalemodel

import "time"

// What a workspace allows a minute, as adapters/slack has it from Slack's
// documents: posts in all its channels, and edits. Of each a copy uses four fifths
// for what nobody waits for.
const (
	slackPosts = 300
	slackEdits = 50
	patience   = 10 * time.Second // a request that would wait longer comes back when its turn is
)

// sending is a message on its way to a platform.
type sending struct {
	group   *group
	closing bool // an edit that closes yesterday's question
	count   bool // an edit that refreshes a count
	again   bool // it was put off before
}

func (s *sending) edit() bool { return s.closing || s.count }

// lane is what waits for one platform, posts or edits, in order. Every copy has so
// many places in it.
type lane struct {
	w        *world
	platform Platform
	waiting  queue[*sending]
	places   []int // that are taken, by copy
	turn     int   // copy that looks first
}

// place is one of a copy's in a lane, with a message in it.
type place struct {
	*lane
	copy int
	s    *sending
}

// space is a Slack workspace: what copies let through to it, and what it takes.
type space struct {
	posts, edits method
}

// method is one that a workspace limits.
type method struct {
	aMinute int
	own     []pace // by copy
	taken   pace
	owed    time.Duration // when those who were put off have come back
}

func newSpace() *space {
	return &space{posts: method{aMinute: slackPosts}, edits: method{aMinute: slackEdits}}
}

// app is a Discord application.
type app struct {
	own    []pace // by copy
	second int    // that is counted
	taken  int    // requests in it
}

// platforms makes what groups are on, and the lanes to it.
func (w *world) platforms() {
	for range w.p.Bots {
		a := &app{}
		for range w.limiters() {
			a.own = append(a.own, pace{every: time.Second / time.Duration(w.p.Pace), burst: 4})
		}
		w.apps = append(w.apps, a)
	}
	for _, on := range []Platform{Slack, Slack, Discord, Discord} {
		w.lanes = append(w.lanes, &lane{w: w, platform: on, places: make([]int, w.p.Copies)})
	}
}

// limiters is how many of them the copies have for one limit.
func (w *world) limiters() int {
	if w.p.Shared {
		return 1
	}
	return w.p.Copies
}

// lane is that of a group's platform.
func (w *world) lane(g *group, edits bool) *lane {
	n := 2 * int(g.platform)
	if edits {
		n++
	}
	return w.lanes[n]
}

func (l *lane) add(s *sending) {
	l.waiting.put(s)
	l.pump()
}

// pump fills free places, of each copy in turn.
func (l *lane) pump() {
	for full := 0; full < len(l.places) && l.waiting.len() > 0; l.turn++ {
		n := l.turn % len(l.places)
		if l.places[n] >= l.w.p.Senders {
			full++
			continue
		}
		full = 0
		l.places[n]++
		place{l, n, l.waiting.take()}.send()
	}
}

// leave frees the place.
func (p place) leave() {
	p.places[p.copy]--
	p.pump()
}

// back puts the message in the row again after a while, and frees the place.
func (p place) back(after time.Duration) {
	p.s.again = true
	p.w.after(after, func() { p.add(p.s) })
	p.leave()
}

// send waits for the copy's own limit, and asks the platform.
func (p place) send() {
	w, g := p.w, p.s.group
	if g.platform == Discord {
		wait := g.app.own[p.copy%len(g.app.own)].reserve(w.now)
		w.after(wait, p.discord)
		return
	}
	m := g.space.method(p.s)
	for len(m.own) < w.limiters() {
		m.own = append(m.own, pace{every: time.Minute * 5 / 4 / time.Duration(m.aMinute), burst: m.aMinute * 4 / 5})
	}
	own := &m.own[p.copy%len(m.own)]
	if at := max(own.next, w.now); at-w.now > patience {
		// As the adapter has it: those who come for nothing come back one after the other.
		m.owed = max(m.owed, at) + own.every
		p.back(m.owed - w.now)
		return
	}
	w.after(own.reserve(w.now), p.slack)
}

func (s *space) method(m *sending) *method {
	if m.edit() {
		return &s.edits
	}
	return &s.posts
}

// discord is a request at Discord's door. A copy that is refused holds everything
// back until Discord counts anew, and asks again then.
func (p place) discord() {
	w, a := p.w, p.s.group.app
	own := &a.own[p.copy%len(a.own)]
	if w.now < own.held {
		w.after(own.reserve(w.now), p.discord)
		return
	}
	if second := int(w.now / time.Second); second != a.second {
		a.second, a.taken = second, 0
	}
	if a.taken++; a.taken > w.p.Allowed {
		w.refuse()
		own.held = time.Duration(a.second+1) * time.Second
		own.next = max(own.next, own.held)
		w.after(own.reserve(w.now), p.discord)
		return
	}
	w.after(w.p.Network, p.arrived)
}

// slack is a request at Slack's door.
func (p place) slack() {
	w, m := p.w, p.s.group.space.method(p.s)
	every := time.Minute / time.Duration(m.aMinute)
	m.taken.every, m.taken.burst = every, m.aMinute
	if early := max(m.taken.next, w.now-time.Duration(m.aMinute-1)*every) - w.now; early > 0 {
		w.refuse()
		wait := max(early, time.Second)
		own := &m.own[p.copy%len(m.own)]
		own.next = max(own.next, w.now+wait)
		p.back(wait)
		return
	}
	m.taken.reserve(w.now)
	w.after(w.p.Network, p.arrived)
}

func (w *world) refuse() { w.refused = append(w.refused, w.now) }

// arrived is a message that is there; what became of it is recorded, and its place
// is free.
func (p place) arrived() {
	w, g := p.w, p.s.group
	switch {
	case !p.s.edit():
		w.posted(g)
	case p.s.closing:
		w.r.Edits++
		w.closed[g.platform] = append(w.closed[g.platform], w.now-g.at)
	default:
		w.r.Edits++
	}
	w.after(w.p.Costs.Commit, p.leave)
}
