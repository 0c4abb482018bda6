package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// paceMost is how many a [Pace] remembers at once.
const paceMost = 10_000

// Pace tells who asks for too much at once, of many: each may ask so often in a
// row, and then so often a second. It remembers those who asked of late, at most
// [paceMost] of them, so that a flood of names costs no memory. It is safe for
// concurrent use.
type Pace struct {
	each  rate.Limit
	burst int
	now   func() time.Time

	mu    sync.Mutex
	known map[string]*rate.Limiter
}

// NewPace makes one that lets each ask burst times in a row and each times a
// second after that, by a clock of real time.
func NewPace(each float64, burst int, now func() time.Time) *Pace {
	return &Pace{each: rate.Limit(each), burst: burst, now: now, known: map[string]*rate.Limiter{}}
}

// Allow counts that somebody asks, and reports whether it isn't too often.
func (p *Pace) Allow(who string) bool {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.known[who]
	if !ok {
		if len(p.known) >= paceMost {
			p.forget(now)
		}
		l = rate.NewLimiter(p.each, p.burst)
		p.known[who] = l
	}
	return l.AllowN(now, 1)
}

// forget makes room: for whoever has rested there is nothing to remember. If all
// are busy some are forgiven. The caller holds mu.
func (p *Pace) forget(now time.Time) {
	for who, l := range p.known {
		if l.TokensAt(now) >= float64(p.burst) {
			delete(p.known, who)
		}
	}
	for who := range p.known {
		if len(p.known) <= paceMost/2 {
			return
		}
		delete(p.known, who)
	}
}

// What one person may ask of the bot: more than hands can do, and little for the
// program. Who asks for more is told so, now and then.
const (
	personEach  = 20
	personBurst = 120
	toldEach    = 0.5
)

// Paced has the bot answer one person no faster than hands can press. What comes
// faster reaches no feature: it is answered with a sentence at most every two
// seconds, otherwise with nothing, and leaves nothing behind.
func (b *Bot) Paced(now func() time.Time) {
	b.people, b.told = NewPace(personEach, personBurst, now), NewPace(toldEach, 1, now)
}

// hurried answers who asks for too much at once; ok is false for everybody else.
func (b *Bot) hurried(ctx context.Context, user UserID) (r Response, ok bool) {
	if b.people == nil || b.people.Allow(string(user)) {
		return Response{}, false
	}
	if !b.told.Allow(string(user)) {
		return Response{}, true
	}
	b.log.WarnContext(ctx, "somebody asks for too much at once", "user", user)
	return failure(mistakef("That was a lot at once, so I left the last of it out. Nothing was changed by it. Please wait a moment and press again.")), true
}
