package slacktest

import (
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limit is how many calls a method takes in a time, and how many at once.
type Limit struct {
	Calls int
	Per   time.Duration
	Burst int // all Calls by default
}

// Unlimited lifts all limits, for [Options].Limits. Methods that are added to it
// have theirs.
func Unlimited() map[Method]Limit { return map[Method]Limit{Any: {math.MaxInt32, time.Second, 0}} }

// Tiers: docs.slack.dev/apis/web-api/rate-limits. The fifth is "special".
func tiers() map[int]Limit {
	return map[int]Limit{
		1: {1, time.Minute, 1}, 2: {20, time.Minute, 20}, 3: {50, time.Minute, 50}, 4: {100, time.Minute, 100}, 5: {600, time.Minute, 600},
	}
}

const (
	// channelBurst is how many posts a channel takes at once; then one a second.
	channelBurst = 5
	// postsPerMinute is what a workspace takes in all channels together.
	postsPerMinute = 300
)

// limits are buckets that fill again with time.
type limits struct {
	special map[Method]Limit
	strict  bool
	buckets map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func (l *limits) init(o Options) {
	l.special, l.strict, l.buckets = maps.Clone(o.Limits), o.Strict, map[string]*bucket{}
	if l.special == nil {
		l.special = map[Method]Limit{}
	}
	if o.Commercial {
		for _, m := range []Method{History, Replies} {
			if _, ok := l.special[m]; !ok {
				l.special[m] = Limit{1, time.Minute, 1}
			}
		}
	}
}

// of is the limit of a method; ok is false without one.
func (l *limits) of(m Method, tier int) (limit Limit, ok bool) {
	limit, ok = l.special[m]
	if !ok {
		limit, ok = l.special[Any]
	}
	if !ok {
		limit = tiers()[tier]
	}
	return limit, limit.Calls < math.MaxInt32
}

// wait takes one call from a bucket, or says how long until there is one.
func (l *limits) wait(now time.Time, key string, limit Limit) time.Duration {
	most := float64(limit.Burst)
	if limit.Burst == 0 {
		most = float64(limit.Calls)
	}
	if l.strict {
		most = 1
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{most, now}
		l.buckets[key] = b
	}
	each := limit.Per.Seconds() / float64(limit.Calls)
	b.left = math.Min(most, b.left+now.Sub(b.at).Seconds()/each)
	b.at = now
	if b.left < 1-1e-9 {
		return time.Duration((1 - b.left) * each * float64(time.Second))
	}
	b.left--
	return 0
}

// take counts a call; false is a 429, which is written.
func (l *limits) take(s *Server, r *request) bool {
	team := ""
	if r.w != nil {
		team = r.w.ID
	}
	now := s.now()
	if limit, limited := l.of(r.m.name, r.m.tier); limited {
		if wait := l.wait(now, team+" "+string(r.m.name), limit); wait > 0 {
			s.tooMany(r.out, wait)
			return false
		}
	}
	if _, lifted := l.special[Any]; r.m.name != PostMessage || lifted {
		return true
	}
	wait := l.wait(now, team+" posts", Limit{postsPerMinute, time.Minute, postsPerMinute})
	if wait == 0 {
		wait = l.wait(now, team+" "+r.text("channel"), Limit{1, time.Second, channelBurst})
	}
	if wait > 0 {
		s.tooMany(r.out, wait)
		return false
	}
	return true
}

// tooMany is a 429. Whoever waits as long as told has waited long enough.
func (s *Server) tooMany(o *outcome, wait time.Duration) {
	s.counts.Limited++
	o.json(object{"ok": false, "error": "ratelimited"})
	o.status = http.StatusTooManyRequests
	if !s.o.NoRetryAfter {
		o.set("Retry-After", strconv.Itoa(int(math.Max(1, math.Ceil(wait.Seconds())))))
	}
}
