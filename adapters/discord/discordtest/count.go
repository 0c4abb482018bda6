package discordtest

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Counts are what a [Server] has counted since it began.
type Counts struct {
	Posts       map[string]int // messages posted, by nonce; "" for those without
	Repeats     map[string]int // posts that were repeats of a nonce
	Requests    map[Route]int
	Callbacks   map[int]int // acknowledgements by type
	Late        int         // acknowledgements that came too late
	Undelivered int         // posts of interactions that failed or were refused
	Limited     int         // 429s

	Connections   int // to the gateway
	Identifies    int
	Resumes       int
	ResumesOnBase int // on the ordinary address
	Crowded       int // identifies that came too soon after another
	Heartbeats    int
	Closed        []int // codes that the server closed with
	TokenReset    bool  // more identifies than a day has
	Overwrites    int   // of commands

	Sessions int // that can be used or resumed, now
	Sockets  int // open, now
}

func newCounts() Counts {
	return Counts{Posts: map[string]int{}, Repeats: map[string]int{}, Requests: map[Route]int{}, Callbacks: map[int]int{}}
}

// Refusal is an error that the API answered with.
type Refusal struct {
	Route  Route // [Any] for an injected one
	Status int
	Code   int
	Body   string
}

// Counts is what has been counted so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.counts
	out.Posts, out.Repeats = maps.Clone(out.Posts), maps.Clone(out.Repeats)
	out.Requests, out.Callbacks, out.Closed = maps.Clone(out.Requests), maps.Clone(out.Callbacks), slices.Clone(out.Closed)
	out.Sockets = len(s.sockets)
	for _, n := range s.sessions {
		if !n.expired() {
			out.Sessions++
		}
	}
	return out
}

// Latencies are how long acknowledgements took, in order.
func (s *Server) Latencies() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acks)
}

// Refusals are the errors that the API answered with, in order.
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

// Commands are the names of the registered commands of a server, or of those
// for everywhere if g is nil.
func (s *Server) Commands(g *Guild) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ""
	if g != nil {
		id = g.ID
	}
	var names []string
	for _, c := range s.commands[id] {
		names = append(names, text(c, "name"))
	}
	return names
}

// Connected reports whether some session has a connection that got READY or
// RESUMED.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.sessions {
		if n.socket != nil && n.seq > 0 {
			return true
		}
	}
	return false
}

// Idle reports whether nothing that people did waits for an answer.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.byID {
		if !i.late && (i.acked < 0 || i.loading) {
			return false
		}
	}
	return s.waiting == 0
}

// Forget drops what is over, so that long tests keep little: events seen by
// nobody yet, interactions that were answered, latencies and refusals. Their
// tokens don't work any more.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, i := range s.byID {
		if i.late || i.acked >= 0 && !i.loading {
			delete(s.byID, id)
			delete(s.asked, i.Token)
		}
	}
	s.log, s.seen, s.acks, s.refused = nil, 0, nil, nil
	for _, p := range s.people {
		p.seen = 0
	}
	for _, n := range s.sessions {
		if n.socket != nil && len(n.events) > 100 {
			n.forget(n.seq - 100)
		}
	}
	for _, c := range s.places {
		c.all = slices.DeleteFunc(c.all, func(m *message) bool {
			if m.only != nil {
				delete(c.byID, m.id)
			}
			return m.only != nil
		})
	}
}
