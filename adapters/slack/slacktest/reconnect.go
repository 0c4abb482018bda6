package slacktest

import (
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// SocketFault is what goes wrong with a new socket; see [Server.Open].
type SocketFault struct{ socketFault }

type socketFault struct {
	status int    // in place of a socket
	mute   bool   // no hello, and nothing else
	reason string // of a disconnect, at once
	noPing bool
	left   int
}

// Open makes the next n sockets go wrong.
func (s *Server) Open(n int, f SocketFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.left = n
	s.onOpen = append(s.onOpen, &f.socketFault)
}

// Refuse answers the opening of a socket with a status such as 404.
func Refuse(status int) SocketFault { return SocketFault{socketFault{status: status}} }

// NoHello leaves a socket silent.
func NoHello() SocketFault { return SocketFault{socketFault{mute: true}} }

// DisconnectAtOnce ends a socket right after its hello, for a reason such as
// "refresh_requested".
func DisconnectAtOnce(reason string) SocketFault { return SocketFault{socketFault{reason: reason}} }

// NoPing leaves the PINGs of a socket out.
func NoPing() SocketFault { return SocketFault{socketFault{noPing: true}} }

func sortSockets(all []*socket) {
	slices.SortFunc(all, func(a, b *socket) int { return a.number - b.number })
}

// each does something to all open sockets.
func (s *Server) each(f func(k *socket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.live() {
		f(k)
	}
	s.tell()
}

// Refresh renews all open sockets as Slack does every few hours: a warning, and
// ten seconds later the end. Until then they get envelopes.
func (s *Server) Refresh() {
	s.each(func(k *socket) {
		k.disconnect("warning")
		time.AfterFunc(warning, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.sockets[k] {
				k.disconnect("refresh_requested")
				k.close(websocket.CloseNormalClosure)
				s.tell()
			}
		})
	})
}

// RefreshNow ends all open sockets with a disconnect frame but no warning.
func (s *Server) RefreshNow() {
	s.each(func(k *socket) {
		k.disconnect("refresh_requested")
		k.close(websocket.CloseNormalClosure)
	})
}

// Drop cuts all open sockets as a broken line does.
func (s *Server) Drop() {
	s.each(func(k *socket) {
		k.going = true
		k.cut()
	})
}

// HalfOpen has all open sockets go silent: nothing comes, what the client sends
// is lost, and envelopes still go there.
func (s *Server) HalfOpen() { s.each(func(k *socket) { k.half = true }) }

// Disable switches Socket Mode off in the application's settings, or on again.
func (s *Server) Disable(on bool) {
	s.mu.Lock()
	s.disabled = on
	s.mu.Unlock()
	if on {
		s.each(func(k *socket) {
			k.disconnect("link_disabled")
			k.close(websocket.CloseNormalClosure)
		})
	}
}

// Send writes a frame to one open socket as it is given, for what nobody knows
// yet: other types, other fields, broken JSON. It reports whether one was open.
func (s *Server) Send(frame string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	live := s.live()
	if len(live) == 0 {
		return false
	}
	live[s.dice.IntN(len(live))].queue([]byte(frame))
	return true
}

// Event sends the bot an event as it is given, in the usual envelope, subscribed
// to or not: for events that nobody knows yet.
func (w *Workspace) Event(event map[string]any) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.s.outer(w, nil, event)
}

// Envelope sends the payload of an events_api envelope as it is given, such as
// app_rate_limited, which has no event.
func (s *Server) Envelope(payload map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Events++
	s.deliver(&delivery{kind: eventsAPI, payload: encode(payload), url: s.o.Requests.Events})
}

// Lose does something whose events get lost, as those of a bad hour do: only what
// the bot then tries shows it.
func (s *Server) Lose(do func()) {
	lose := func(on bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.losing = on
	}
	lose(true)
	defer lose(false)
	do()
}

// Hold keeps events back until [Server.Release].
func (s *Server) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = true
}

// Release sends what was kept back, the last first.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = false
	for _, d := range slices.Backward(s.kept) {
		d.send()
	}
	s.kept = nil
}

// Duplicate sends the next n events twice, each time as a delivery of its own.
func (s *Server) Duplicate(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicates = n
}
