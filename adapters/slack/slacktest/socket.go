package slacktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	ticketLife  = 30 * time.Second
	mostSockets = 10
	warning     = 10 * time.Second // before a connection is refreshed
	silence     = 30 * time.Second // without a PONG
	closing     = time.Second      // for a client to close, once it was told
)

// socket is one connection of Socket Mode. Its fields are the server's lock's.
type socket struct {
	s       *Server
	ws      *websocket.Conn
	out     [][]byte
	wake    chan struct{}
	done    chan struct{}
	once    sync.Once
	closing int // close code to write after the frames
	half    bool
	going   bool // it gets nothing any more
	heard   time.Time
	number  int // of all that were opened
	fault   socketFault
}

// openConnection is apps.connections.open.
func (s *Server) openConnection(*request) (object, *failure) {
	if s.disabled || s.o.Requests.used() {
		return failed("forbidden_team")
	}
	ticket := s.uuid()
	s.tickets[ticket] = s.now()
	return object{"url": "ws://" + s.host + "/link/?ticket=" + ticket + "&app_id=" + s.app.id}, nil
}

// connect is GET /link: a socket.
func (s *Server) connect(w http.ResponseWriter, q *http.Request) {
	ticket := q.URL.Query().Get("ticket")
	s.mu.Lock()
	made, known := s.tickets[ticket]
	delete(s.tickets, ticket)
	fine := known && s.now().Sub(made) <= ticketLife
	fault := socketFault{}
	if fine && len(s.onOpen) > 0 {
		fault = *s.onOpen[0]
		if s.onOpen[0].left--; s.onOpen[0].left == 0 {
			s.onOpen = s.onOpen[1:]
		}
	}
	ending := s.stopping.Err() != nil
	if !ending {
		s.work.Add(1)
	}
	s.mu.Unlock()
	if ending {
		return
	}
	defer s.work.Done()
	if !fine || fault.status != 0 {
		http.Error(w, "no such ticket", either(fault.status, http.StatusNotFound))
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, q, nil)
	if err != nil {
		return
	}
	k := &socket{s: s, ws: ws, wake: make(chan struct{}, 1), done: make(chan struct{}), fault: fault}
	ws.SetPongHandler(func(string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		k.heard = s.now()
		return nil
	})
	s.mu.Lock()
	k.begin(strings.Contains(q.URL.RawQuery, "debug_reconnects=true"))
	s.mu.Unlock()
	s.work.Go(k.write)
	k.read()
}

// begin greets a client. The caller holds the lock.
func (k *socket) begin(debug bool) {
	s := k.s
	s.counts.Connections++
	k.number, k.heard = s.counts.Connections, s.now()
	life := 18060
	if debug {
		life = 360
	}
	if len(s.sockets) >= mostSockets {
		s.sockets[k] = true
		k.disconnect("too_many_websockets")
		k.close(websocket.CloseNormalClosure)
		return
	}
	s.sockets[k] = true
	if k.fault.mute {
		k.going = true
	} else {
		k.queue(encode(object{
			"type": "hello", "num_connections": len(s.sockets), "connection_info": object{"app_id": s.app.id},
			"debug_info": object{"host": k.name(), "build_number": 1, "approximate_connection_time": life},
		}))
	}
	if k.fault.reason != "" {
		k.disconnect(k.fault.reason)
		k.close(websocket.CloseNormalClosure)
	}
	s.tell()
}

func (k *socket) name() string { return "applink-fake-1" }

func (k *socket) disconnect(reason string) {
	k.s.counts.Disconnected = append(k.s.counts.Disconnected, reason)
	k.queue(encode(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": k.name()}}))
}

// live are the sockets that get envelopes.
func (s *Server) live() []*socket {
	var out []*socket
	for k := range s.sockets {
		if k.closing == 0 && !k.going {
			out = append(out, k)
		}
	}
	sortSockets(out)
	return out
}

// queue adds a frame. The caller holds the lock.
func (k *socket) queue(data []byte) {
	if k.half || k.closing != 0 {
		return
	}
	k.out = append(k.out, data)
	k.nudge()
}

func (k *socket) nudge() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// close ends the connection with a code once all frames are out.
func (k *socket) close(code int) {
	if k.closing == 0 {
		k.closing = code
	}
	k.nudge()
}

// cut ends the connection as a broken line does.
func (k *socket) cut() {
	k.once.Do(func() { close(k.done) })
	_ = k.ws.UnderlyingConn().Close()
}

// write sends frames in order, and PINGs between them.
func (k *socket) write() {
	var beat <-chan time.Time
	if k.s.o.Ping > 0 {
		ticker := time.NewTicker(k.s.o.Ping)
		defer ticker.Stop()
		beat = ticker.C
	}
	for {
		select {
		case <-k.wake:
		case <-beat:
			if !k.ping() {
				return
			}
		case <-k.done:
			return
		}
		k.s.mu.Lock()
		out, code := k.out, k.closing
		k.out = nil
		k.s.mu.Unlock()
		for _, data := range out {
			if k.ws.WriteMessage(websocket.TextMessage, data) != nil {
				return
			}
		}
		if code != 0 {
			_ = k.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			k.awaitClose()
			return
		}
	}
}

// awaitClose gives the client a moment to close, too: acknowledgements that it
// writes before are taken (RFC 6455, section 7.1.1).
func (k *socket) awaitClose() {
	late := time.NewTimer(closing)
	defer late.Stop()
	select {
	case <-k.done: // the reader has seen it
	case <-late.C:
		k.cut()
	}
}

// ping asks whether the client is there; false ends the connection.
func (k *socket) ping() bool {
	k.s.mu.Lock()
	quiet, half := k.s.now().Sub(k.heard), k.half || k.fault.noPing
	k.s.mu.Unlock()
	if half {
		return true
	}
	if quiet >= silence {
		k.cut()
		return false
	}
	return k.ws.WriteControl(websocket.PingMessage, []byte("Ping from "+k.name()), time.Now().Add(time.Second)) == nil
}

// read takes frames until the connection ends.
func (k *socket) read() {
	for {
		_, data, err := k.ws.ReadMessage()
		if err != nil {
			break
		}
		k.s.mu.Lock()
		k.take(data)
		k.s.tell()
		k.s.mu.Unlock()
	}
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	delete(k.s.sockets, k)
	k.cut()
	k.s.tell()
}

// take handles an acknowledgement. The caller holds the lock.
func (k *socket) take(data []byte) {
	s := k.s
	if k.half {
		return
	}
	k.heard = s.now()
	var ack struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(data, &ack); err != nil {
		s.notice("a frame that isn't JSON: %.80s", data)
		return
	}
	d := s.deliveries[ack.Envelope]
	switch {
	case d == nil:
		s.notice("an acknowledgement of an envelope that never was")
	case len(data) >= mostAck:
		s.notice("an acknowledgement has %d bytes, at most %d get through", len(data), mostAck-1)
	case d.over && !d.waits && s.now().Sub(d.sent) <= s.o.Patience:
		s.notice("an envelope was acknowledged twice")
	case !d.waits:
		s.counts.Late++
	case d.on != k:
		s.counts.Misplaced++
		if !s.o.SameSocket {
			d.acked(ack.Payload)
		}
	default:
		d.acked(ack.Payload)
	}
}
