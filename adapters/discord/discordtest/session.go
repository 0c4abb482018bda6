package discordtest

import (
	"slices"
	"strconv"
	"time"
)

// session is what a client resumes.
type session struct {
	s       *Server
	id      string
	intents int
	shard   int
	of      int
	seq     int
	events  []event // that a client may not have
	dropped int     // the last one that is not kept any more
	socket  *socket
	lost    time.Time
}

// event is a dispatch as it was sent.
type event struct {
	seq  int
	data []byte
}

// mostEvents are kept for a client that never confirms any.
const mostEvents = 10_000

// begin makes a session for a connection that identified.
func (k *socket) begin(intents, shard, of int) {
	s := k.s
	n := &session{s: s, id: s.snowflake() + "f", intents: intents, shard: shard, of: of, socket: k}
	s.sessions[n.id] = n
	k.session = n
	switch k.fault.kind {
	case noReady:
		return
	case reconnectBeforeReady:
		k.send(opReconnect, nil)
		return
	}
	guilds := []any{}
	for _, g := range s.guilds {
		if n.has(g) && !g.gone {
			guilds = append(guilds, object{"id": g.ID, "unavailable": true})
		}
	}
	n.dispatch("READY", encode(object{
		"v": 10, "user": s.bot.me(), "guilds": guilds, "session_id": n.id, "session_type": "normal",
		"resume_gateway_url": "ws://" + s.host + "/resume/" + n.id, "shard": []any{shard, of}, "private_channels": []any{},
		"presences": []any{}, "relationships": []any{}, "user_settings": object{}, "geo_ordered_rtc_regions": []any{},
		"application": object{"id": s.bot.ID, "flags": 1 << 23, "flags_new": strconv.Itoa(1 << 23)}, "_trace": []any{"discordtest"},
	}))
	if intents&intentGuilds == 0 {
		return
	}
	for _, g := range s.guilds {
		if n.has(g) && !g.gone && !g.outage {
			n.dispatch("GUILD_CREATE", encode(g.event()))
		}
	}
}

// has reports whether a server's events are for this shard.
func (n *session) has(g *Guild) bool {
	if g == nil {
		return n.shard == 0
	}
	id, _ := strconv.ParseUint(g.ID, 10, 64)
	return int((id>>22)%uint64(n.of)) == n.shard
}

// dispatch sends an event, and keeps it for a resume.
func (n *session) dispatch(name string, data []byte) {
	if n.s.odd {
		if v, err := decode(data); err == nil {
			everyObject(v, strange)
			everyObject(v, strangeComponent)
			data = encode(v)
		}
	}
	n.seq++
	seq := n.seq
	packet := encode(rawFrame{Op: opDispatch, D: data, S: &seq, T: &name})
	n.events = append(n.events, event{seq, packet})
	if len(n.events) > mostEvents {
		n.forget(n.events[len(n.events)/2].seq)
	}
	if n.socket != nil {
		n.socket.queue(packet)
	}
}

// forget drops events that the client has.
func (n *session) forget(seq int) {
	i := 0
	for i < len(n.events) && n.events[i].seq <= seq {
		n.dropped = n.events[i].seq
		i++
	}
	n.events = slices.Clone(n.events[i:])
}

// replay moves the session to another connection and sends what it missed, in
// order, then RESUMED.
func (n *session) replay(k *socket, seq int) {
	n.socket, k.session = k, n
	missed := n.events[:0:0]
	for _, e := range n.events {
		if e.seq > seq {
			missed = append(missed, e)
		}
	}
	if k.fault.kind == reorderReplay {
		slices.Reverse(missed)
	}
	for _, e := range missed {
		k.queue(e.data)
	}
	n.dispatch("RESUMED", encode(object{"_trace": []any{"discordtest"}}))
}

func (n *session) expired() bool {
	return n.socket == nil && n.s.now().Sub(n.lost) > n.s.o.SessionKept
}

// drop ends a session; nil is none.
func (s *Server) drop(n *session) {
	if n != nil {
		delete(s.sessions, n.id)
	}
}

// dispatch sends an event to all sessions that have a server (nil: a direct
// conversation) and an intent. The caller holds the lock.
func (s *Server) dispatch(g *Guild, intent int, name string, data any) {
	var packet []byte
	for _, id := range sorted(s.sessions) {
		n := s.sessions[id]
		if n.expired() {
			s.drop(n)
			continue
		}
		if !n.has(g) || intent != intentAlways && n.intents&intent == 0 {
			continue
		}
		if packet == nil {
			packet = encode(data)
		}
		n.dispatch(name, packet)
	}
	s.tell()
}

// dispatchMessage is dispatch for a message; its words are only for sessions
// that may read them.
func (s *Server) dispatchMessage(m *message, intent int, name string, data object) {
	mentioned := slices.ContainsFunc(objects(list(m.body, "mentions")), func(u object) bool { return u["id"] == s.bot.ID })
	open := m.author == s.bot || m.channel.guild == nil || mentioned
	hidden := data
	if !open {
		hidden = make(object, len(data))
		for k, v := range data {
			hidden[k] = v
		}
		hidden["content"], hidden["embeds"], hidden["attachments"], hidden["components"] = "", []any{}, []any{}, []any{}
	}
	for _, id := range sorted(s.sessions) {
		n := s.sessions[id]
		if n.expired() || !n.has(m.channel.guild) || n.intents&intent == 0 {
			continue
		}
		if n.intents&intentContent != 0 {
			n.dispatch(name, encode(data))
		} else {
			n.dispatch(name, encode(hidden))
		}
	}
	s.tell()
}

// GatewayFault is what goes wrong with a connection to the gateway; see
// [Server.Gateway].
type GatewayFault struct{ kind, code int }

const (
	noHello = 1 + iota
	noReady
	noAck
	reconnectBeforeHello
	reconnectBeforeReady
	refuseSession
	refuseForGood
	refuseIdentify
	reorderReplay
)

// NoHello: the connection opens, and nothing comes.
func NoHello() GatewayFault { return GatewayFault{kind: noHello} }

// NoReady: HELLO comes, and nothing answers IDENTIFY.
func NoReady() GatewayFault { return GatewayFault{kind: noReady} }

// NoAck: heartbeats stay without an answer; events come.
func NoAck() GatewayFault { return GatewayFault{kind: noAck} }

// ReconnectBeforeHello: op 7 is the first frame, and HELLO never comes.
func ReconnectBeforeHello() GatewayFault { return GatewayFault{kind: reconnectBeforeHello} }

// ReconnectBeforeReady: op 7 answers IDENTIFY.
func ReconnectBeforeReady() GatewayFault { return GatewayFault{kind: reconnectBeforeReady} }

// RefuseSession answers IDENTIFY or RESUME with op 9, d: true.
func RefuseSession() GatewayFault { return GatewayFault{kind: refuseSession} }

// RefuseSessionForGood answers IDENTIFY or RESUME with op 9, d: false.
func RefuseSessionForGood() GatewayFault { return GatewayFault{kind: refuseForGood} }

// Refuse closes with a code, such as 4004 or 4014, on IDENTIFY.
func Refuse(code int) GatewayFault { return GatewayFault{refuseIdentify, code} }

// ReorderReplay: after RESUME the missed events come newest first.
func ReorderReplay() GatewayFault { return GatewayFault{kind: reorderReplay} }

type gatewayFault struct {
	GatewayFault
	left int
}

// Gateway makes the next n connections to the gateway go wrong, all of them for a
// negative n.
func (s *Server) Gateway(n int, f GatewayFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onOpen = append(s.onOpen, &gatewayFault{f, n})
}

// gatewayFault takes what goes wrong with a connection. The caller holds the lock.
func (s *Server) gatewayFault() GatewayFault {
	for _, f := range s.onOpen {
		if f.left != 0 {
			f.left--
			return f.GatewayFault
		}
	}
	return GatewayFault{}
}

// eachSocket does something to every connection.
func (s *Server) eachSocket(f func(*socket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.sockets {
		f(k)
	}
	s.tell()
}

// Reconnect asks clients to come back (op 7), and closes their connections three
// seconds later.
func (s *Server) Reconnect() {
	s.eachSocket(func(k *socket) {
		k.send(opReconnect, nil)
		s.work.Go(func() {
			if s.sleep(s.stopping, 3*time.Second) {
				s.mu.Lock()
				defer s.mu.Unlock()
				k.close(1001)
			}
		})
	})
}

// Invalidate sends op 9. A session that can't be resumed is gone.
func (s *Server) Invalidate(resumable bool) {
	s.eachSocket(func(k *socket) {
		k.send(opInvalid, resumable)
		if n := k.session; n != nil {
			n.socket, n.lost = nil, s.now()
			if !resumable {
				s.drop(n)
			}
		}
		k.session = nil
	})
}

// Drop breaks all connections to the gateway; sessions can be resumed.
func (s *Server) Drop() { s.eachSocket((*socket).cut) }

// HalfOpen leaves the connections open while nothing gets through any more, in
// either direction.
func (s *Server) HalfOpen() {
	s.eachSocket(func(k *socket) {
		k.half = true
		k.beats.Stop()
		if n := k.session; n != nil { // what comes now waits for a resume
			n.socket, n.lost = nil, s.now()
		}
	})
}

// CloseWith closes all connections with a code.
func (s *Server) CloseWith(code int) { s.eachSocket(func(k *socket) { k.close(code) }) }

// AskHeartbeat asks clients for a heartbeat at once (op 1).
func (s *Server) AskHeartbeat() { s.eachSocket(func(k *socket) { k.send(opHeartbeat, nil) }) }

// SendUnknown sends an operation and an event that nobody knows.
func (s *Server) SendUnknown() {
	s.eachSocket(func(k *socket) {
		k.send(42, object{"what": "an operation of next year"})
		if k.session != nil {
			k.session.dispatch("SOMETHING_NEW", encode(object{"a": []any{1, "b"}}))
		}
	})
}

// Strange adds fields that nobody knows to everything in events, and components of
// type 99 to their messages, or no longer does.
func (s *Server) Strange(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.odd = on
}

// SendEvent sends an event of any kind to all sessions, as it is given.
func (s *Server) SendEvent(name string, data map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range sorted(s.sessions) {
		s.sessions[id].dispatch(name, encode(data))
	}
}

// Duplicate sends the next n interactions twice.
func (s *Server) Duplicate(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.duplicates = n
}
