package discord

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What docs.discord.com/developers/topics/rate-limits asks of a bot, kept with
// some room: 50 requests a second in all, and 10,000 refused ones in ten minutes,
// after which the whole address is shut out.
const (
	pace         = time.Second / 45 // between requests, on the whole
	paceBurst    = 4                // requests that may go at once after a pause
	maxInvalid   = 5000             // refused requests in invalidTime
	invalidTime  = 10 * time.Minute
	idleBucket   = 10 * time.Minute // after which a limit is forgotten
	sweepBuckets = 1000             // limits remembered before the idle ones are looked for
)

// limits keeps to Discord's limits, as far as its answers tell them. Requests
// with an interaction's token are outside all but Cloudflare's.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
	slot    time.Time                      // when the next request may go, by the overall pace
	global  time.Time                      // until when nothing with the bot's token may go
	closed  time.Time                      // until when nothing at all may go
	invalid [invalidTime / time.Minute]int // refused requests by minute
	minute  int64                          // the newest of those minutes, since 1970
	copies  func() int                     // of the program, that share what a bot may
}

// bucket is one limit. Before its first answer one request goes at a time, to
// learn the numbers.
type bucket struct {
	known   bool // an answer has come
	limit   int  // requests a period; 0: none was told
	left    int
	reset   time.Time
	pending int
	used    time.Time
	changed chan struct{} // closed when an answer comes
}

func newLimits() *limits { return newSharedLimits(nil) }

// newSharedLimits are those of one of so many copies of the program; each keeps to
// its part, since Discord counts them all as one bot at one address.
func newSharedLimits(copies func() int) *limits {
	if copies == nil {
		copies = func() int { return 1 }
	}
	return &limits{buckets: map[string]*bucket{}, copies: copies}
}

// wait returns when a request may go, or an error if that is after the caller's
// deadline. A nil error must be followed by one call of learn.
func (l *limits) wait(ctx context.Context, r call) error {
	for {
		d, changed, all := l.reserve(r)
		if d <= 0 && changed == nil {
			return nil
		}
		if changed == nil {
			if err := sleep(ctx, d); err != nil {
				if t, ok := err.(*tooMany); ok {
					t.all = all
				}
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return &notSent{ctx.Err()}
		case <-changed:
		}
	}
}

// reserve takes a place, or says how long to wait for one or for what.
func (l *limits) reserve(r call) (d time.Duration, changed <-chan struct{}, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Before(l.closed) {
		return l.closed.Sub(now), nil, true
	}
	if r.token {
		return 0, nil, false
	}
	if now.Before(l.global) {
		return l.global.Sub(now), nil, true
	}
	if l.tooManyInvalid(now) {
		return time.Minute, nil, true
	}
	b := l.bucket(r.key(), now)
	switch {
	case !b.known && b.pending > 0:
		return 0, b.changed, false
	case b.known && b.limit > 0 && b.left <= 0 && now.Before(b.reset):
		return b.reset.Sub(now), nil, false
	case b.known && b.limit > 0 && !now.Before(b.reset):
		// What is under way may count in the new period, and until its first answer
		// nobody knows when that ends.
		if b.left = b.limit - b.pending; b.left <= 0 {
			return 0, b.changed, false
		}
	}
	copies := time.Duration(max(l.copies(), 1))
	burst := max((paceBurst+1)/copies-1, 0) // one more goes at once
	if earliest := now.Add(-burst * pace * copies); l.slot.Before(earliest) {
		l.slot = earliest
	}
	if d := l.slot.Sub(now); d > 0 {
		return d, nil, false
	}
	l.slot = l.slot.Add(pace * copies)
	b.left--
	b.pending++
	return 0, nil, false
}

func (l *limits) bucket(key string, now time.Time) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= sweepBuckets && len(l.buckets)%sweepBuckets == 0 {
			for k, old := range l.buckets {
				if old.pending == 0 && now.Sub(old.used) > idleBucket {
					delete(l.buckets, k)
				}
			}
		}
		b = &bucket{changed: make(chan struct{})}
		l.buckets[key] = b
	}
	b.used = now
	return b
}

// learn takes note of what an answer says of limits; it is nil when none came.
// It returns how long to wait before the same request may be made again, and
// whether that holds for every request.
func (l *limits) learn(r call, answer *http.Response, after time.Duration) (wait time.Duration, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	var b *bucket
	if !r.token {
		b = l.bucket(r.key(), now)
		b.pending--
		defer func() {
			close(b.changed)
			b.changed = make(chan struct{})
		}()
	}
	if answer == nil {
		return 0, false
	}
	h := answer.Header
	shared := h.Get("X-RateLimit-Scope") == "shared"
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		l.countInvalid(now)
	case http.StatusTooManyRequests:
		if !shared {
			l.countInvalid(now)
		}
		return l.limited(r, b, h, now, after)
	}
	if b != nil {
		b.learn(h, now)
	}
	return 0, false
}

// limited takes note of a 429.
func (l *limits) limited(r call, b *bucket, h http.Header, now time.Time, after time.Duration) (wait time.Duration, all bool) {
	until := now.Add(after)
	switch {
	case !strings.HasPrefix(h.Get("Content-Type"), "application/json"): // Cloudflare's, for the whole address
		l.closed = until
		return after, true
	case h.Get("X-RateLimit-Global") == "true" || h.Get("X-RateLimit-Scope") == "global":
		if !r.token {
			l.global = until
		}
		return after, true
	case b != nil:
		b.known, b.limit, b.left = true, max(b.limit, 1), 0
		if b.reset.Before(until) {
			b.reset = until
		}
	}
	return after, false
}

// learn reads the headers of an answer. Answers may overtake each other, so
// within one period the smallest number counts.
func (b *bucket) learn(h http.Header, now time.Time) {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after, err3 := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	first := !b.known
	b.known = true
	if err != nil || err2 != nil || err3 != nil || limit < 1 {
		return
	}
	reset := now.Add(seconds(max(after, 0)))
	if first || b.limit == 0 || reset.After(b.reset.Add(500*time.Millisecond)) {
		b.left = left - b.pending
	} else {
		b.left = min(b.left, left)
	}
	b.limit, b.reset = limit, reset
}

// age moves the window of refused requests on to now. The caller holds mu.
func (l *limits) age(now time.Time) {
	minute := now.Unix() / 60
	for gone := min(minute-l.minute, int64(len(l.invalid))); gone > 0; gone-- {
		l.invalid[(minute-gone+1)%int64(len(l.invalid))] = 0
	}
	l.minute = max(l.minute, minute)
}

func (l *limits) countInvalid(now time.Time) {
	l.age(now)
	l.invalid[l.minute%int64(len(l.invalid))]++
}

func (l *limits) tooManyInvalid(now time.Time) bool {
	l.age(now)
	sum := 0
	for _, n := range l.invalid {
		sum += n
	}
	return sum >= maxInvalid/max(l.copies(), 1)
}
