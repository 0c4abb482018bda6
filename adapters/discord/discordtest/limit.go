package discordtest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limit is how many requests a bucket takes in a time.
type Limit struct {
	Requests int
	Per      time.Duration
}

// Unlimited lifts all limits, for [Options].Limits. Routes that are added to it
// have theirs.
func Unlimited() map[Route]Limit { return map[Route]Limit{Any: {math.MaxInt32, time.Second}} }

func (o Options) unlimited() bool { return o.Limits[Any].Requests == math.MaxInt32 }

// Scope says whose limit a 429 is about.
type Scope string

// Scopes of limits; a shared one is the channel's, not the bot's fault.
const (
	ScopeUser   Scope = "user"
	ScopeShared Scope = "shared"
	ScopeGlobal Scope = "global"
)

// limits counts requests in windows.
type limits struct {
	routes  map[Route]Limit
	global  int
	most    int // refused ones in 10 minutes
	buckets map[string]*bucket
	second  bucket
	refused []time.Time
	opened  []time.Time // direct conversations
}

type bucket struct {
	used  int
	reset time.Time
}

func (l *limits) init(o Options) {
	l.global, l.most, l.buckets, l.routes = o.Global, o.Invalid, map[string]*bucket{}, maps.Clone(o.Limits)
	if o.unlimited() {
		return
	}
	message, hook := Limit{5, 5 * time.Second}, Limit{5, 2 * time.Second}
	l.routes = map[Route]Limit{
		CreateMessage: message, EditMessage: message, DeleteMessage: message, ListMessages: message,
		EditOriginal: hook, GetOriginal: hook, DeleteOriginal: hook, FollowUp: hook, hookEdit: hook, hookGet: hook, hookDelete: hook,
		Pin: message, StartThread: {50, 5 * time.Minute}, OpenDirect: {10, 10 * time.Second},
	}
	maps.Copy(l.routes, o.Limits)
}

// take counts a request and writes the headers; false is a 429.
func (l *limits) take(now time.Time, r *route, params map[string]string, o *outcome) bool {
	if !r.hook {
		if !now.Before(l.second.reset) {
			l.second = bucket{0, now.Add(time.Second)}
		}
		if l.second.used++; l.second.used > l.global {
			tooMany(o, now, ScopeGlobal, l.second.reset.Sub(now))
			return false
		}
	}
	limit, ok := l.routes[r.name]
	if !ok {
		limit, ok = l.routes[Any]
	}
	if !ok || limit.Requests == math.MaxInt32 || r.name == Callback {
		return true // no headers either
	}
	major := params["channel"] + params["guild"] + params["application"] + params["token"]
	key := string(r.name) + " " + major
	b := l.buckets[key]
	if b == nil || !now.Before(b.reset) {
		l.forget(now)
		b = &bucket{0, now.Add(limit.Per)}
		l.buckets[key] = b
	}
	fine := b.used < limit.Requests
	if fine {
		b.used++
	}
	window(o, limit.Requests, limit.Requests-b.used, b.reset, b.reset.Sub(now))
	if !fine {
		tooMany(o, now, ScopeUser, b.reset.Sub(now))
	}
	return fine
}

// forget drops windows that are over, once there are many.
func (l *limits) forget(now time.Time) {
	if len(l.buckets) < 10_000 {
		return
	}
	maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return !now.Before(b.reset) })
}

// hash names a bucket. Posting and editing have the same name and separate
// counters (discord-api-docs#8073).
func hash(name Route) string {
	if name == EditMessage {
		name = CreateMessage
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// window writes the state of a bucket. Times are rounded up: whoever waits as
// long as told has waited long enough.
func window(o *outcome, most, left int, reset time.Time, after time.Duration) {
	up := time.Millisecond - 1
	o.told = true
	o.set("X-RateLimit-Limit", strconv.Itoa(most))
	o.set("X-RateLimit-Remaining", strconv.Itoa(left))
	o.set("X-RateLimit-Reset", seconds(float64(reset.Add(up).UnixMilli())/1000))
	o.set("X-RateLimit-Reset-After", seconds(float64((after+up).Milliseconds())/1000))
	o.set("X-RateLimit-Bucket", hash(o.route))
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

// tooMany is a 429 as Discord writes it.
func tooMany(o *outcome, now time.Time, scope Scope, wait time.Duration) {
	after := max(wait, time.Millisecond).Seconds()
	o.status, o.kind = http.StatusTooManyRequests, "application/json"
	said := "You are being rate limited."
	if scope == ScopeShared {
		said = "The resource is being rate limited."
	}
	o.body = encode(object{"message": said, "retry_after": math.Ceil(after*1000) / 1000, "global": scope == ScopeGlobal})
	o.set("Retry-After", strconv.Itoa(int(math.Ceil(after))))
	o.set("X-RateLimit-Scope", string(scope))
	o.set("Via", "1.1 google")
	switch scope {
	case ScopeGlobal:
		for key := range o.header {
			if strings.HasPrefix(key, "X-RateLimit") && key != "X-RateLimit-Scope" {
				delete(o.header, key)
			}
		}
		o.set("X-RateLimit-Global", "true")
	case ScopeShared: // the bot's own counters look fine
		window(o, 5, 4, now.Add(300*time.Millisecond), 300*time.Millisecond)
	default:
		if !o.told {
			window(o, 5, 0, now.Add(wait), wait)
		}
	}
}

// cloudflare is the answer of the firewall in front of Discord.
func cloudflare(o *outcome, wait time.Duration) {
	o.status, o.kind, o.body, o.header = http.StatusTooManyRequests, "text/html; charset=UTF-8", []byte("error code: 1015"), nil
	o.set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// invalid counts a 401, 403 or 429.
func (l *limits) invalid(now time.Time) {
	l.banned(now)
	l.refused = append(l.refused, now)
}

// banned reports whether the firewall answers everything.
func (l *limits) banned(now time.Time) bool {
	first := 0
	for first < len(l.refused) && now.Sub(l.refused[first]) >= 10*time.Minute {
		first++
	}
	l.refused = l.refused[first:]
	return len(l.refused) >= l.most
}
