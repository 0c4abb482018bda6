package slack

import (
	"context"
	"sync"
	"time"
)

const (
	channelPace  = time.Second      // between posts in one channel: docs.slack.dev/reference/methods/chat.postMessage#rate_limiting
	channelBurst = 4                // posts that one channel takes at once after a pause
	calmTime     = 10 * time.Minute // after a 429, for which nothing goes at once
	longestGuess = 30 * time.Second // that a 429 without a time is taken to last
	longestOwed  = 2 * time.Minute  // for which somebody is put off
	idleBucket   = 10 * time.Minute // after which a limit is forgotten
	sweepBuckets = 1000             // limits remembered before the idle ones are looked for
)

// perMinute is how many calls of a method one workspace may make a minute. Of
// tiers: docs.slack.dev/apis/web-api/rate-limits; of posts "several hundred",
// for which Slack gives no figure.
func perMinute(method string) int {
	const tier2, tier3, tier4, posts, special = 20, 50, 100, 300, 600
	switch method {
	case "chat.postMessage":
		return posts
	case "auth.test", "oauth.v2.access":
		return special
	case "chat.postEphemeral", "conversations.members", "users.info",
		"views.open", "views.push", "views.update", "views.publish",
		"files.getUploadURLExternal", "files.completeUploadExternal":
		return tier4
	case "conversations.list", "users.list", "usergroups.list", "pins.add", "pins.remove":
		return tier2
	}
	return tier3
}

// limits keeps to Slack's limits: those that are published until an answer says
// that there are others. Each is of one method in one workspace, or of posts in
// one channel. Those who wait go in the order in which they came.
type limits struct {
	mu      sync.Mutex
	buckets map[string]*bucket
	closed  time.Time // until when nothing at all may go
}

func newLimits() *limits { return &limits{buckets: map[string]*bucket{}} }

// clock is when the next call may go.
type clock struct {
	every time.Duration
	burst int
	next  time.Time
}

// at is the earliest time for one more call; it may be past.
func (c *clock) at(now time.Time) time.Time {
	if first := now.Add(-time.Duration(c.burst-1) * c.every); c.next.Before(first) {
		return first
	}
	return c.next
}

// bucket is one limit. A fifth of it is kept for those for whom somebody waits.
type bucket struct {
	common, kept clock
	until        time.Time // for which Slack said to wait
	told         int       // how often it did, so that those who wait ask anew
	calm         time.Time // until when nothing goes at once
	guesses      int       // waits in a row of which Slack didn't say how long
	minute       int64     // the newest of two in which calls are counted, since 1970
	calls        [2]int    // in that minute and the one before
	owed         time.Time // when those who were put off have come back
	used         time.Time
	blocked      string // of a workspace's posts: the channel that was last told to wait
	blockedUntil time.Time
}

// pace sets how often calls go: every so often in the long run.
func (b *bucket) pace(every time.Duration, burst int) {
	b.common.every, b.common.burst = every*5/4, max(1, burst*4/5)
	b.kept.every, b.kept.burst = every*5, max(1, burst/5)
}

// usual is what a limit is as long as nobody says otherwise.
func usual(q call, channel bool) (every time.Duration, burst int) {
	if channel {
		return channelPace, channelBurst
	}
	n := perMinute(q.method)
	return time.Minute / time.Duration(n), n
}

// keys are the limits that a call comes under, in the order in which it waits for
// them: for its channel first, so that a channel that wants a lot takes no places
// of others; and for the channel once more, since those who waited together for
// the workspace would leave together.
func (q call) keys() []string {
	method := q.team + " " + q.method
	if q.place == "" {
		return []string{method}
	}
	channel := method + " " + q.place
	return []string{channel, method, channel + " out"}
}

// wait returns when a call may go, or an error if that takes too long.
func (l *limits) wait(ctx context.Context, q call) error {
	last, ok := ctx.Deadline()
	if most := time.Now().Add(q.patience); q.patience > 0 && (!ok || most.Before(last)) {
		last = most
	}
	for n, key := range q.keys() {
		if err := l.queue(ctx, q, key, n != 1 && q.place != "", last); err != nil {
			return err
		}
	}
	return nil
}

// queue waits for one of the limits of a call.
func (l *limits) queue(ctx context.Context, q call, key string, channel bool, last time.Time) error {
	for {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		left := time.Until(last)
		d, told, all := l.reserve(q, key, channel, left)
		if d > max(left, 0) {
			return &tooMany{after: d, all: all}
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
		if l.leave(key, told) {
			return nil
		}
	}
}

// reserve takes a place and says how long to wait for it. If that is more than
// most, it takes none.
func (l *limits) reserve(q call, key string, channel bool, most time.Duration) (d time.Duration, told int, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if d := l.closed.Sub(now); d > max(most, 0) {
		return d, 0, true
	}
	b := l.bucket(key, q, channel, now)
	earliest := later(l.closed, b.until)
	from, at := &b.common, later(b.common.at(now), earliest)
	if now.After(b.calm) && q.urgent { // told to slow down, all are in one row
		if sooner := later(b.kept.at(now), earliest); sooner.Before(at) {
			from, at = &b.kept, sooner
		}
	}
	if d = at.Sub(now); d > max(most, 0) {
		return b.putOff(now, at), b.told, false
	}
	from.next = at.Add(from.every)
	return d, b.told, false
}

// putOff says when to come back for somebody whose turn would be at. Those who come
// for nothing go one after the other, so that not all come back at once.
func (b *bucket) putOff(now, at time.Time) time.Duration {
	if b.owed.Before(now.Add(longestOwed)) {
		at = later(at, b.owed)
	}
	b.owed = at.Add(b.common.every)
	return at.Sub(now)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// leave counts a call that goes now. It reports false if Slack has said meanwhile
// that it is too early.
func (l *limits) leave(key string, told int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b, ok := l.buckets[key]
	if ok && b.told != told || now.Before(l.closed) {
		return false
	}
	if ok {
		b.count(now)
	}
	return true
}

// bucket is a limit as it is now. The caller holds mu.
func (l *limits) bucket(key string, q call, channel bool, now time.Time) *bucket {
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= sweepBuckets && len(l.buckets)%sweepBuckets == 0 {
			for k, old := range l.buckets {
				if now.Sub(old.used) > idleBucket && now.After(old.calm) {
					delete(l.buckets, k)
				}
			}
		}
		b = &bucket{}
		b.pace(usual(q, channel))
		l.buckets[key] = b
	}
	if !b.calm.IsZero() && now.After(b.calm) {
		b.calm = time.Time{}
		b.pace(usual(q, channel))
	}
	b.used = now
	return b
}

// count takes note of a call.
func (b *bucket) count(now time.Time) {
	minute := now.Unix() / 60
	switch minute - b.minute {
	case 0:
	case 1:
		b.calls = [2]int{0, b.calls[0]}
	default:
		b.calls = [2]int{}
	}
	b.minute = minute
	b.calls[0]++
}

// told takes note of a 429 that lasts for after, or for nobody knows how long if
// that is 0. all says that it isn't of the method: it didn't come in the words of
// the Web API, which says of which method it speaks.
func (l *limits) told(q call, after time.Duration, all bool) *tooMany {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	keys := q.keys()
	if q.place == "" {
		after = l.bucket(keys[0], q, false, now).block(q, false, now, after)
	} else {
		// Slack doesn't say whether it means the channel or all posts: if two channels
		// are told at once, it means all.
		after = l.bucket(keys[0], q, true, now).block(q, true, now, after)
		l.bucket(keys[2], q, true, now).block(q, true, now, after)
		whole := l.bucket(keys[1], q, false, now)
		if whole.blocked != q.place && now.Before(whole.blockedUntil) {
			whole.block(q, false, now, after)
		}
		whole.blocked, whole.blockedUntil = q.place, now.Add(after)
	}
	if all {
		l.closed = later(l.closed, now.Add(after))
	}
	return &tooMany{after: after, all: all}
}

// block has nothing go for a while, and afterwards only as often as Slack was seen
// to take.
func (b *bucket) block(q call, channel bool, now time.Time, after time.Duration) time.Duration {
	news := !now.Before(b.until)
	if after <= 0 {
		if now.Sub(b.until) > time.Minute {
			b.guesses = 0
		}
		after = min(time.Second<<min(b.guesses, 10), longestGuess)
		if news {
			b.guesses++
		}
	}
	b.calls[0]-- // this one wasn't taken
	every, _ := usual(q, channel)
	if !b.calm.IsZero() {
		every = max(every, b.common.every)
	}
	taken := max(b.calls[0]+b.calls[1], 1)
	every = max(every, min(after, time.Minute/time.Duration(taken)))
	b.until = later(b.until, now.Add(after))
	b.calm = b.until.Add(calmTime)
	b.told++
	b.common = clock{every: every, burst: 1, next: b.until}
	return b.until.Sub(now)
}
