package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Counts are what a [Server] has counted since it began.
type Counts struct {
	Posts    map[string]int // messages posted with metadata, by its event_payload; "" for those without
	Requests map[Method]int
	Limited  int // 429s

	Connections  int // sockets that were opened
	Events       int // events, each counted once however often it was sent
	Retries      int // events sent again
	Dropped      int // events given up
	Late         int // acknowledgements that came too late
	Unanswered   int // what people did and nobody acknowledged in time
	Misplaced    int // acknowledgements on another socket than the envelope's
	Disconnected []string

	Sockets int // open, now
}

func newCounts() Counts {
	return Counts{Posts: map[string]int{}, Requests: map[Method]int{}}
}

// Refusal is an error that the Web API, or a response_url, answered with.
type Refusal struct {
	Method Method // [Any] for an injected one
	Code   string
	Body   string
}

// Call is a call of a method whose arguments could be read.
type Call struct {
	Method    Method
	Workspace *Workspace // of the token; nil for the application's, or none
	Args      json.RawMessage
	At        time.Time
}

// Calls are the calls of methods, in order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Counts is what has been counted so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.counts
	out.Posts, out.Requests, out.Disconnected = maps.Clone(out.Posts), maps.Clone(out.Requests), slices.Clone(out.Disconnected)
	out.Sockets = len(s.sockets)
	return out
}

// Latencies are how long acknowledgements took, in order.
func (s *Server) Latencies() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acks)
}

// Refusals are the errors that the bot got, in order.
func (s *Server) Refusals() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused)
}

// Notices are what the real one silently tolerates, and a good client doesn't do.
func (s *Server) Notices() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notices)
}

func (s *Server) notice(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(s.notices, n) {
		s.notices = append(s.notices, n)
	}
}

// Connected reports whether some socket is open and will stay so.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live()) > 0
}

// Idle reports whether everything that was sent to the bot is acknowledged or
// given up.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting == 0
}

// Forget drops what is over, so that long tests keep little: events seen by
// nobody yet, interactions that were answered, whispers, latencies, refusals and
// calls. Response_urls of answered interactions don't work any more.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID = slices.DeleteFunc(s.byID, func(i *Interaction) bool {
		if i.late || i.acked >= 0 {
			delete(s.hooks, i.hook)
			delete(s.triggers, i.trigger)
			return true
		}
		return false
	})
	for envelope, d := range s.deliveries {
		if d.over {
			delete(s.deliveries, envelope)
		}
	}
	s.log, s.seen, s.acks, s.refused, s.calls = nil, 0, nil, nil, nil
	for _, p := range s.people {
		p.seen = 0
	}
	for _, c := range s.places {
		c.all = slices.DeleteFunc(c.all, func(m *message) bool { return m.only != nil })
	}
}
