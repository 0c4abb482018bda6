package discordtest

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Codes of frames and reasons for closing: docs.discord.com/developers/topics/opcodes-and-status-codes.
const (
	opDispatch     = 0
	opHeartbeat    = 1
	opIdentify     = 2
	opPresence     = 3
	opVoice        = 4
	opResume       = 6
	opReconnect    = 7
	opMembers      = 8
	opInvalid      = 9
	opHello        = 10
	opHeartbeatAck = 11

	closeUnknownOp     = 4001
	closeDecode        = 4002
	closeNotIdentified = 4003
	closeToken         = 4004
	closeTwice         = 4005
	closeSequence      = 4007
	closeRate          = 4008
	closeTimeout       = 4009
	closeShard         = 4010
	closeSharding      = 4011
	closeIntents       = 4013
	closeDisallowed    = 4014
)

// Intents: docs.discord.com/developers/events/gateway.
const (
	intentAlways         = 0
	intentGuilds         = 1 << 0
	intentMessages       = 1 << 9
	intentDirectMessages = 1 << 12
	intentContent        = 1 << 15
	intentPrivileged     = 1<<1 | 1<<8 | intentContent
	intentKnown          = 1<<26 - 1
)

// frame is what goes over the socket.
type frame struct {
	Op int     `json:"op"`
	D  any     `json:"d"`
	S  *int    `json:"s"`
	T  *string `json:"t"`
}

// socket is one connection of a client. Its fields are the server's lock's.
type socket struct {
	s        *Server
	ws       *websocket.Conn
	base     bool // came by the ordinary address, not by resume_gateway_url
	fault    GatewayFault
	session  *session
	out      [][]byte // frames to write
	wake     chan struct{}
	done     chan struct{}
	once     sync.Once
	closing  int // close code to write after the frames
	half     bool
	beats    *time.Timer // ends a connection that is silent
	frames   []time.Time
	compress bool
	stream   *zlib.Writer // of the whole connection, if the client asked for it
	packed   bytes.Buffer
}

// connect is GET /gateway and GET /resume/…: a socket.
func (s *Server) connect(w http.ResponseWriter, q *http.Request, resume bool) {
	s.mu.Lock()
	closed := s.stopping.Err() != nil
	if !closed {
		s.work.Add(2)
	}
	s.mu.Unlock()
	if closed {
		return
	}
	defer s.work.Done()
	packing := q.URL.Query().Get("compress")
	if packing != "" && packing != "zlib-stream" {
		s.work.Done()
		http.Error(w, "this Discord packs with zlib only", http.StatusBadRequest)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, q, nil)
	if err != nil {
		s.work.Done()
		return
	}
	k := &socket{s: s, ws: ws, base: !resume, wake: make(chan struct{}, 1), done: make(chan struct{})}
	if packing != "" {
		k.stream = zlib.NewWriter(&k.packed)
	}
	s.mu.Lock()
	s.sockets[k] = true
	s.counts.Connections++
	k.fault = s.gatewayFault()
	k.hello()
	if v, e := q.URL.Query().Get("v"), q.URL.Query().Get("encoding"); e != "json" || v != "10" && v != "9" {
		s.notice("the gateway was opened with v=%s and encoding=%s", v, e)
	}
	s.tell()
	s.mu.Unlock()
	go func() {
		defer s.work.Done()
		k.write()
	}()
	k.read()
}

// hello begins a connection.
func (k *socket) hello() {
	k.silent()
	switch k.fault.kind {
	case noHello:
		return
	case reconnectBeforeHello:
		k.send(opReconnect, nil)
		return
	}
	k.send(opHello, object{"heartbeat_interval": k.s.o.Heartbeat.Milliseconds(), "_trace": []any{"discordtest"}})
}

// silent (re)starts the wait for a heartbeat.
func (k *socket) silent() {
	limit := k.s.o.Heartbeat * 3 / 2
	if k.beats != nil {
		k.beats.Reset(limit)
		return
	}
	k.beats = time.AfterFunc(limit, func() {
		k.s.mu.Lock()
		defer k.s.mu.Unlock()
		if k.s.sockets[k] {
			k.s.drop(k.session)
			k.close(closeTimeout)
		}
	})
}

// send queues a frame. The caller holds the lock.
func (k *socket) send(op int, d any) { k.queue(encode(frame{Op: op, D: d})) }

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
		k.s.counts.Closed = append(k.s.counts.Closed, code)
	}
	k.nudge()
}

// cut ends the connection as a broken line does.
func (k *socket) cut() {
	k.once.Do(func() { close(k.done) })
	_ = k.ws.UnderlyingConn().Close()
}

// write sends frames in order. Large ones are packed, if the client asked for it.
func (k *socket) write() {
	for {
		select {
		case <-k.wake:
		case <-k.done:
			return
		}
		k.s.mu.Lock()
		out, code, packed := k.out, k.closing, k.compress
		k.out = nil
		k.s.mu.Unlock()
		for _, data := range out {
			kind := websocket.TextMessage
			switch {
			case k.stream != nil:
				kind, data = websocket.BinaryMessage, k.flow(data)
			case packed && len(data) > 1024:
				kind, data = websocket.BinaryMessage, pack(data)
			}
			if k.ws.WriteMessage(kind, data) != nil {
				return
			}
		}
		if code != 0 {
			_ = k.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, closeWords(code)), time.Now().Add(time.Second))
			k.cut()
			return
		}
	}
}

// flow packs a frame as a part of the connection's stream.
func (k *socket) flow(data []byte) []byte {
	k.packed.Reset()
	_, _ = k.stream.Write(data)
	_ = k.stream.Flush()
	return bytes.Clone(k.packed.Bytes())
}

func pack(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

func closeWords(code int) string {
	return map[int]string{
		closeUnknownOp: "Unknown opcode.", closeDecode: "Error while decoding payload.", closeNotIdentified: "Not authenticated.",
		closeToken: "Authentication failed.", closeTwice: "Already authenticated.", closeSequence: "Invalid seq.",
		closeRate: "You are being rate limited.", closeTimeout: "Session timed out.", closeShard: "Invalid shard.",
		closeSharding: "Sharding required.", closeIntents: "Invalid intent(s).", closeDisallowed: "Disallowed intent(s).",
	}[code]
}

// read takes frames until the connection ends.
func (k *socket) read() {
	var err error
	for {
		var data []byte
		if _, data, err = k.ws.ReadMessage(); err != nil {
			break
		}
		k.s.mu.Lock()
		k.take(data)
		k.s.tell()
		k.s.mu.Unlock()
	}
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	defer k.s.tell()
	k.beats.Stop()
	delete(k.s.sockets, k)
	if k.session != nil && k.session.socket == k {
		k.session.socket = nil
		k.session.lost = k.s.now()
	}
	if k.closing == 0 && websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
		k.s.drop(k.session)
	}
	k.cut()
}

// take handles one frame. The caller holds the lock.
func (k *socket) take(data []byte) {
	if k.closing != 0 || k.half {
		return
	}
	now := k.s.now()
	for len(k.frames) > 0 && now.Sub(k.frames[0]) >= time.Minute {
		k.frames = k.frames[1:]
	}
	k.frames = append(k.frames, now)
	v, err := decode(data)
	in, isObject := v.(object)
	switch {
	case len(data) > 4096, err != nil, !isObject, in["op"] == nil:
		k.close(closeDecode)
		return
	case len(k.frames) > 120:
		k.close(closeRate)
		return
	}
	switch op := number(in, "op"); op {
	case opHeartbeat:
		k.heartbeat(in["d"])
	case opIdentify:
		k.identify(child(in, "d"))
	case opResume:
		k.resume(child(in, "d"))
	case opPresence, opVoice, opMembers:
		if k.session == nil {
			k.close(closeNotIdentified)
		}
	default:
		k.close(closeUnknownOp)
	}
}

func (k *socket) heartbeat(d any) {
	k.silent()
	k.s.counts.Heartbeats++
	if seq, ok := integer(d); ok && k.session != nil {
		k.session.forget(int(seq))
	}
	if k.fault.kind != noAck {
		k.send(opHeartbeatAck, nil)
	}
}

// identify begins a session.
func (k *socket) identify(d object) {
	s := k.s
	if k.session != nil {
		k.close(closeTwice)
		return
	}
	s.counts.Identifies++
	s.left--
	intents := number(d, "intents")
	shard := list(d, "shard")
	id, of := 0, 1
	if len(shard) == 2 {
		a, okA := integer(shard[0])
		b, okB := integer(shard[1])
		if id, of = int(a), int(b); !okA || !okB || of < 1 || id < 0 || id >= of {
			k.close(closeShard)
			return
		}
	}
	switch {
	case k.fault.kind == refuseIdentify:
		k.close(k.fault.code)
	case s.left < 0: // a day's are used up: the token is reset
		s.counts.TokenReset = true
		k.close(closeToken)
	case trimToken(text(d, "token")) != s.Token():
		k.close(closeToken)
	case intents&^intentKnown != 0:
		k.close(closeIntents)
	case intents&intentPrivileged&^s.o.Privileged != 0:
		k.close(closeDisallowed)
	case len(s.guilds) > 2500*of:
		k.close(closeSharding)
	case k.fault.kind == refuseSession || k.fault.kind == refuseForGood:
		k.send(opInvalid, k.fault.kind == refuseSession)
	case s.crowded(id):
		k.send(opInvalid, false)
	default:
		k.compress = truth(d, "compress")
		k.begin(intents, id, of)
	}
}

func trimToken(t string) string {
	if len(t) > 4 && t[:4] == "Bot " {
		return t[4:]
	}
	return t
}

// crowded reports whether another shard of the same place in the queue has
// identified within Options.IdentifyGap.
func (s *Server) crowded(shard int) bool {
	place := shard % s.o.Concurrency
	now := s.now()
	if last, ok := s.identified[place]; ok && now.Sub(last) < cmp.Or(s.o.IdentifyGap, 5*time.Second) {
		s.counts.Crowded++
		return true
	}
	s.identified[place] = now
	return false
}

// resume continues a session.
func (k *socket) resume(d object) {
	s := k.s
	s.counts.Resumes++
	if k.base {
		s.counts.ResumesOnBase++
		s.notice("a RESUME on the ordinary address, not on resume_gateway_url")
	}
	old := s.sessions[text(d, "session_id")]
	seq := number(d, "seq")
	switch {
	case k.session != nil:
		k.close(closeTwice)
	case trimToken(text(d, "token")) != s.Token():
		k.close(closeToken)
	case k.fault.kind == refuseSession || k.fault.kind == refuseForGood:
		if k.fault.kind == refuseForGood {
			s.drop(old)
		}
		k.send(opInvalid, k.fault.kind == refuseSession)
	case old == nil, old.expired(), seq < old.dropped:
		s.drop(old)
		k.send(opInvalid, false)
	case seq > old.seq:
		k.close(closeSequence)
	default:
		if old.socket != nil && old.socket != k {
			old.socket.session = nil
			old.socket.close(closeTimeout)
		}
		old.replay(k, seq)
	}
}

// rawFrame is a frame whose data is written already.
type rawFrame struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
	S  *int            `json:"s"`
	T  *string         `json:"t"`
}
