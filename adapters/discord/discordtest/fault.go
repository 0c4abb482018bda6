package discordtest

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is what goes wrong with a request; see [Server.Inject].
type Fault struct {
	delay  time.Duration           // before anything
	anyway bool                    // the delay goes on when the client is gone
	before func(*Server, *outcome) // in place of the effect
	after  func(*Server, *outcome) // in place of the answer, or with it
}

type fault struct {
	Fault
	route Route
	left  int // negative: for ever
}

// Inject makes the next n requests to a route go wrong, all of them for a
// negative n. What was injected first comes first, one for a request; but a delay,
// and what is for all requests, comes with another.
func (s *Server) Inject(n int, r Route, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{f, r, n})
}

// Heal ends all injected faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.onOpen, s.duplicates = nil, nil, 0
}

// faultsFor takes what goes wrong with one request. The caller holds the lock.
func (s *Server) faultsFor(r Route) []*fault {
	var out, rest []*fault
	one := false
	for _, f := range s.faults {
		if f.left == 0 {
			continue
		}
		counted := f.left > 0 && (f.delay == 0 || f.anyway)
		if (f.route == r || f.route == Any) && !(counted && one) {
			f.left--
			one = one || counted
			out = append(out, f)
		}
		if f.left != 0 {
			rest = append(rest, f)
		}
	}
	s.faults = rest
	return out
}

// Delay lets a request wait before Discord looks at it.
func Delay(d time.Duration) Fault { return Fault{delay: d} }

// DelayAnyway lets a request wait before Discord looks at it, and it does so even if
// the client has gone away or died meanwhile, as with what was on its way already.
func DelayAnyway(d time.Duration) Fault { return Fault{delay: d, anyway: true} }

// DelayAfter lets the answer wait: what was asked has been done.
func DelayAfter(d time.Duration) Fault {
	return Fault{after: func(_ *Server, o *outcome) { o.wait = d }}
}

// CutBefore ends the connection before Discord has done anything.
func CutBefore() Fault { return Fault{before: func(_ *Server, o *outcome) { o.cut = true }} }

// CutAfter ends the connection in place of the answer: what was asked has been
// done.
func CutAfter() Fault { return Fault{after: func(_ *Server, o *outcome) { o.cut = true }} }

// StatusBefore answers with a status such as 502, and nothing is done.
func StatusBefore(status int) Fault {
	return Fault{before: func(_ *Server, o *outcome) { broken(o, status) }}
}

// StatusAfter answers with a status such as 502 though it has been done.
func StatusAfter(status int) Fault {
	return Fault{after: func(_ *Server, o *outcome) { broken(o, status) }}
}

func broken(o *outcome, status int) {
	o.status, o.kind, o.body = status, "text/html", []byte("<html><body>"+http.StatusText(status)+"</body></html>")
}

// Refused answers with an error of the API, such as 404 and 10015, and nothing is
// done.
func Refused(status, code int) Fault {
	return Fault{before: func(s *Server, o *outcome) { s.refusal(Any, refuse(status, code), o) }}
}

// Limited answers 429, and nothing is done.
func Limited(scope Scope, wait time.Duration) Fault {
	return Fault{before: func(s *Server, o *outcome) {
		s.counts.Limited++
		if scope != ScopeShared {
			s.limits.invalid(s.now())
		}
		tooMany(o, s.now(), scope, wait)
	}}
}

// Cloudflare answers 429 as the firewall does, and nothing is done.
func Cloudflare(wait time.Duration) Fault {
	return Fault{before: func(s *Server, o *outcome) { s.counts.Limited++; cloudflare(o, wait) }}
}

// Gzip packs the answer, if the client takes that.
func Gzip() Fault { return Fault{after: func(_ *Server, o *outcome) { o.gzip = true }} }

// SlowBody sends the answer's body at a byte a second.
func SlowBody() Fault { return Fault{after: func(_ *Server, o *outcome) { o.slow = true }} }

// SkewedDate gives the answer a Date that is wrong by so much.
func SkewedDate(d time.Duration) Fault {
	return Fault{after: func(s *Server, o *outcome) {
		o.set("Date", s.now().Add(d).UTC().Format(http.TimeFormat))
	}}
}

// UnknownFields adds fields that nobody knows, everywhere in the answer.
func UnknownFields() Fault { return rewrite(strange) }

// UnknownComponents adds a component of type 99 to every message of the answer.
func UnknownComponents() Fault { return rewrite(strangeComponent) }

// rewrite changes every object of the answer.
func rewrite(change func(object)) Fault {
	return Fault{after: func(_ *Server, o *outcome) {
		v, err := decode(o.body)
		if err != nil {
			return
		}
		everyObject(v, change)
		o.body = encode(v)
	}}
}

func everyObject(v any, f func(object)) {
	switch v := v.(type) {
	case object:
		for _, inner := range v {
			everyObject(inner, f)
		}
		f(v)
	case []any:
		for _, inner := range v {
			everyObject(inner, f)
		}
	}
}

// strange adds a field, but not to a table by identifiers.
func strange(o object) {
	for key := range o {
		if _, err := strconv.ParseUint(key, 10, 64); err == nil {
			return
		}
	}
	o["new_in_2031"] = object{"a": []any{1, nil, "x"}}
}

func strangeComponent(o object) {
	if all, ok := o["components"].([]any); ok && o["author"] != nil {
		o["components"] = append(all, object{"type": 99, "id": 99, "what": "a component of next year"})
	}
}
