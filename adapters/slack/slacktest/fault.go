package slacktest

import (
	"bytes"
	"net/http"
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
	method Method
	left   int // negative: for ever
}

// Inject makes the next n requests of a method go wrong, all of them for a
// negative n. What was injected first comes first, one for a request; but a
// delay, and what is for all requests, comes with another.
func (s *Server) Inject(n int, m Method, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{f, m, n})
}

// Heal ends all injected faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.onOpen, s.duplicates = nil, nil, 0
}

// faultsFor takes what goes wrong with one request. The caller holds the lock.
func (s *Server) faultsFor(m Method) []*fault {
	var out, rest []*fault
	one := false
	for _, f := range s.faults {
		counted := f.left > 0 && (f.delay == 0 || f.anyway)
		if f.left != 0 && (f.method == m || f.method == Any) && !(counted && one) {
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

// Delay lets a request wait before Slack looks at it.
func Delay(d time.Duration) Fault { return Fault{delay: d} }

// DelayAnyway lets a request wait before Slack looks at it, and it does so even if
// the client has gone away or died meanwhile, as with what was on its way already.
func DelayAnyway(d time.Duration) Fault { return Fault{delay: d, anyway: true} }

// DelayAfter lets the answer wait: what was asked has been done.
func DelayAfter(d time.Duration) Fault {
	return Fault{after: func(_ *Server, o *outcome) { o.wait = d }}
}

// CutBefore ends the connection before Slack has done anything.
func CutBefore() Fault { return Fault{before: func(_ *Server, o *outcome) { o.cut = true }} }

// CutAfter ends the connection in place of the answer: what was asked has been
// done.
func CutAfter() Fault { return Fault{after: func(_ *Server, o *outcome) { o.cut = true }} }

// StatusBefore answers with a status such as 502 and a page, and nothing is done.
func StatusBefore(status int) Fault {
	return Fault{before: func(_ *Server, o *outcome) { page(o, status) }}
}

// StatusAfter answers with a status such as 502 and a page though it has been
// done.
func StatusAfter(status int) Fault {
	return Fault{after: func(_ *Server, o *outcome) { page(o, status) }}
}

func page(o *outcome, status int) {
	o.status, o.kind, o.body = status, "text/html; charset=utf-8", []byte("<!DOCTYPE html><html><body>"+http.StatusText(status)+"</body></html>")
}

// Refused answers with an error such as "restricted_action", and nothing is done.
func Refused(code string) Fault {
	return Fault{before: func(s *Server, o *outcome) { s.refusal(Any, refuse(code), o) }}
}

// RefusedAfter answers with an error such as "internal_error" though it has been
// done.
func RefusedAfter(code string) Fault {
	return Fault{after: func(s *Server, o *outcome) { s.refusal(Any, refuse(code), o) }}
}

// Limited answers 429, and nothing is done.
func Limited(wait time.Duration) Fault {
	return Fault{before: func(s *Server, o *outcome) { s.tooMany(o, wait) }}
}

// Truncated ends the answer's JSON in the middle; what was asked has been done.
func Truncated() Fault {
	return Fault{after: func(_ *Server, o *outcome) { o.body = bytes.Clone(o.body[:len(o.body)/2]) }}
}

// UnknownFields adds fields that nobody knows, everywhere in the answer.
func UnknownFields() Fault {
	return Fault{after: func(_ *Server, o *outcome) {
		v, err := decode(o.body)
		if err != nil {
			return
		}
		everyObject(v, func(one object) { one["new_in_2031"] = []any{1, nil, "x"} })
		o.body = encode(v)
	}}
}
