package discord

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Operations of the gateway: docs.discord.com/developers/topics/opcodes-and-status-codes.
const (
	opDispatch   = 0
	opHeartbeat  = 1
	opIdentify   = 2
	opResume     = 6
	opReconnect  = 7
	opInvalid    = 9
	opHello      = 10
	opHeartbeats = 11 // the answer to one
)

// Kinds of WebSocket frames: RFC 6455, section 5.2.
const (
	frameMore  = 0x0
	frameText  = 0x1
	frameClose = 0x8
	frameLast  = 0x80 // of the first byte
	frameMask  = 0x80 // of the second
)

const (
	helloTime  = 15 * time.Second // to the first word of the server
	maxFrame   = 16 << 20         // bytes of a message
	maxHeaders = 64 << 10         // bytes before the connection is a WebSocket
	drainTime  = 2 * time.Second  // for what is on its way when the program ends
)

// Why the adapter ends a connection that the server hasn't closed.
var (
	errReconnect = errors.New("the gateway asks to reconnect")
	errResume    = errors.New("the gateway asks to resume")
	errInvalid   = errors.New("the gateway has ended the session")
	errDeaf      = errors.New("the gateway doesn't answer heartbeats")
	errLeft      = errors.New("the program ends")
)

// wire is the connection under the library's session. The library reconnects
// too late, in the wrong place and with the session thrown away, can block for
// ever on what may come at any point, and decodes what it doesn't know into
// nothing. So it is shown only what makes it dial, introduce itself and beat;
// events are taken here, and so is the decision that the connection has ended:
// reading and writing then fail, and no close frame is sent, by which Discord
// would end the session as well.
type wire struct {
	net.Conn
	shard *shard
	in    *bufio.Reader
	out   []byte // for the library to read
	text  []byte // of a message in several frames
	web   bool   // it is a WebSocket now

	done chan struct{} // closed when it has ended
	stop func() bool   // keeps the program's end from ending it

	mu       sync.Mutex
	ended    error
	code     int           // with which the server closed, or 0
	interval time.Duration // between heartbeats, 0 before HELLO
	unheard  time.Time     // of the oldest heartbeat without an answer
	beats    int           // heartbeats without an answer
	drained  chan struct{} // closed once beats is 0; nil before the program ends
}

func newWire(c net.Conn, s *shard) *wire {
	return &wire{Conn: c, shard: s, in: bufio.NewReader(c), done: make(chan struct{})}
}

// end makes every further use fail. The first reason counts.
func (w *wire) end(why error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.endLocked(why)
}

func (w *wire) endLocked(why error) error {
	if w.ended == nil {
		w.ended = why
		w.Conn.Close()
		close(w.done)
	}
	return w.ended
}

// Close is the library's; it says nothing to the server.
func (w *wire) Close() error {
	w.end(net.ErrClosed)
	return nil
}

// leave ends the session for good, as the server is told. Before that it takes
// what the server has already sent: a heartbeat is answered after it.
func (w *wire) leave() {
	w.drain()
	w.mu.Lock()
	if w.ended == nil && w.web {
		w.say(frameClose, binary.BigEndian.AppendUint16(nil, 1000))
	}
	w.mu.Unlock()
	w.end(errLeft)
}

// drain waits until everything that was sent so far has been read, or until the
// server has had its time.
func (w *wire) drain() {
	w.mu.Lock()
	if w.ended != nil || w.interval == 0 {
		w.mu.Unlock()
		return
	}
	drained := make(chan struct{})
	w.drained = drained
	w.beats++
	err := w.say(frameText, w.shard.heartbeat())
	w.mu.Unlock()
	if err != nil {
		return
	}
	late := time.NewTimer(drainTime)
	defer late.Stop()
	select {
	case <-drained:
	case <-w.done:
	case <-late.C:
	}
}

// say writes a frame of the adapter's own. The caller holds mu.
func (w *wire) say(kind byte, payload []byte) error {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	_, err := w.Conn.Write(masked(kind, payload))
	return err
}

// heard notes the answer to a heartbeat.
func (w *wire) heard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unheard = time.Time{}
	w.beats = max(w.beats-1, 0)
	if w.beats == 0 && w.drained != nil {
		close(w.drained)
		w.drained = nil
	}
}

// reason is why the connection ended, and the server's close code, if any.
func (w *wire) reason() (code int, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code, w.ended
}

// patience is how long the server may be silent: until the answer to the next
// heartbeat is overdue.
func (w *wire) patience() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.interval == 0 {
		return helloTime
	}
	return w.interval + w.interval/4
}

// Read gives the library what it needs to see.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.out) == 0 {
		if err := w.fill(); err != nil {
			return 0, w.end(err)
		}
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// fill reads the headers of the answer that makes it a WebSocket, then one frame.
func (w *wire) fill() error {
	if w.web {
		return w.frame()
	}
	for len(w.out) < maxHeaders {
		line, err := w.in.ReadSlice('\n')
		w.out = append(w.out, line...)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			w.mu.Lock()
			w.web = true
			w.mu.Unlock()
			return nil
		}
	}
	return errors.New("the gateway's answer has too many headers")
}

func (w *wire) frame() error {
	if err := w.Conn.SetReadDeadline(time.Now().Add(w.patience())); err != nil {
		return err
	}
	first, payload, err := w.readFrame()
	if err != nil {
		return err
	}
	switch first &^ (frameLast | 0x70) {
	case frameClose:
		if len(payload) >= 2 {
			w.mu.Lock()
			w.code = int(binary.BigEndian.Uint16(payload))
			w.mu.Unlock()
		}
		return fmt.Errorf("the gateway closed: %w", io.EOF)
	case frameText, frameMore:
		if len(w.text)+len(payload) > maxFrame {
			return errors.New("a message of the gateway is too long")
		}
		w.text = append(w.text, payload...)
		if first&frameLast == 0 {
			return nil
		}
		message := w.text
		w.text = nil
		return w.message(message)
	}
	if len(payload) < 126 { // pings and pongs; nothing binary was asked for
		w.out = append([]byte{first, byte(len(payload))}, payload...)
	}
	return nil
}

// readFrame reads one frame of the server's, which are not masked.
func (w *wire) readFrame() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(w.in, head[:]); err != nil {
		return 0, nil, err
	}
	n := uint64(head[1] &^ frameMask)
	size := map[uint64]int{126: 2, 127: 8}[n]
	if size > 0 {
		var long [8]byte
		if _, err := io.ReadFull(w.in, long[8-size:]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(long[:])
	}
	if n > maxFrame || head[1]&frameMask != 0 {
		return 0, nil, errors.New("a frame that no gateway sends")
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(w.in, payload)
	return head[0], payload, err
}

// message acts on what the server says and shows the library its part.
func (w *wire) message(text []byte) error {
	var m struct {
		Op   int             `json:"op"`
		Seq  int64           `json:"s"`
		Type string          `json:"t"`
		Data json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		w.shard.log.Warn("a message of the gateway was not understood", "err", err)
		return nil
	}
	switch m.Op {
	case opDispatch:
		w.shard.dispatch(m.Seq, m.Type, m.Data)
		if m.Type == "READY" || m.Type == "RESUMED" {
			w.show(fmt.Sprintf(`{"op":0,"s":%d,"t":%q,"d":{}}`, m.Seq, m.Type))
		}
	case opHello:
		var hello struct {
			Interval int `json:"heartbeat_interval"`
		}
		if err := json.Unmarshal(m.Data, &hello); err != nil || hello.Interval < 1 {
			return fmt.Errorf("a greeting without a heartbeat (%w)", err)
		}
		w.mu.Lock()
		w.interval = time.Duration(hello.Interval) * time.Millisecond
		w.mu.Unlock()
		w.show(fmt.Sprintf(`{"op":10,"d":{"heartbeat_interval":%d}}`, hello.Interval))
	case opHeartbeats:
		w.heard()
		w.show(`{"op":11}`)
	case opHeartbeat:
		w.show(`{"op":1}`)
	case opReconnect:
		return errReconnect
	case opInvalid:
		if string(m.Data) == "true" {
			return errResume
		}
		return errInvalid
	}
	return nil
}

// show gives the library a short message.
func (w *wire) show(text string) {
	w.out = append(w.out, frameLast|frameText)
	if len(text) < 126 {
		w.out = append(w.out, byte(len(text)))
	} else {
		w.out = binary.BigEndian.AppendUint16(append(w.out, 126), uint16(len(text)))
	}
	w.out = append(w.out, text...)
}

// Write sends what the library says, with heartbeats that name the shard's last
// event, and a RESUME in place of an introduction where there is a session. The
// library writes one frame at a time. What goes wrong once it is a WebSocket is
// told to the reader only: two of the library's parts that close it at once wait
// for each other.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.web {
		if w.ended != nil {
			return 0, w.ended
		}
		return w.Conn.Write(p)
	}
	if w.ended != nil {
		return len(p), nil
	}
	frame, err := w.outgoing(p)
	if err == nil && frame != nil {
		err = w.Conn.SetWriteDeadline(time.Now().Add(helloTime))
		if err == nil {
			_, err = w.Conn.Write(frame)
		}
	}
	if err != nil {
		w.endLocked(err)
	}
	return len(p), nil
}

// outgoing is the frame to send for one of the library's; nil for none. The
// caller holds mu.
func (w *wire) outgoing(p []byte) ([]byte, error) {
	first, payload := unmasked(p)
	switch first {
	case frameLast | frameClose:
		return nil, nil // the library's wish to end the session
	case frameLast | frameText:
	default:
		return p, nil
	}
	var m struct {
		Op int `json:"op"`
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return nil, err
	}
	switch m.Op {
	case opHeartbeat:
		now := time.Now()
		if w.unheard.IsZero() {
			w.unheard = now
		} else if now.Sub(w.unheard) >= w.interval*9/10 {
			return nil, errDeaf
		}
		w.beats++
		return masked(frameText, w.shard.heartbeat()), nil
	case opIdentify:
		if resume := w.shard.resumption(); resume != nil {
			return masked(frameText, resume), nil
		}
	}
	return p, nil
}

// unmasked reads a frame of a client's; 0 if p isn't exactly one.
func unmasked(p []byte) (first byte, payload []byte) {
	if len(p) < 6 {
		return 0, nil
	}
	n, rest := int(p[1]&^frameMask), p[2:]
	if n == 126 {
		n, rest = int(binary.BigEndian.Uint16(rest)), rest[2:]
	}
	if p[1]&frameMask == 0 || n > 0xffff || len(rest) != n+4 {
		return 0, nil
	}
	payload = make([]byte, n)
	for i, c := range rest[4:] {
		payload[i] = c ^ rest[i%4]
	}
	return p[0], payload
}

// masked is a frame of a client's. The mask protects proxies from what scripts
// choose to send (RFC 6455, section 10.3); here nobody chooses, so it is zero.
func masked(kind byte, payload []byte) []byte {
	f := []byte{frameLast | kind}
	if len(payload) < 126 {
		f = append(f, frameMask|byte(len(payload)))
	} else {
		f = binary.BigEndian.AppendUint16(append(f, frameMask|126), uint16(len(payload)))
	}
	return append(append(f, 0, 0, 0, 0), payload...)
}
