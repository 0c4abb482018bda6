package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/adapterkit"
)

// What Slack says over a socket besides envelopes, and why it ends one:
// docs.slack.dev/apis/events-api/using-socket-mode.
const (
	saysHello      = "hello"
	saysDisconnect = "disconnect"
	endsDisabled   = "link_disabled"       // Socket Mode was switched off in the app's settings
	endsTooMany    = "too_many_websockets" // there are ten already
)

const (
	socketSilence = 35 * time.Second        // without a word; Slack sends a PING about every 10 s
	socketWrite   = 2 * time.Second         // for one frame, after which the line counts as broken
	socketDrain   = 3 * time.Second         // for what is on its way when a connection is left
	socketQuiet   = 200 * time.Millisecond  // after which nothing more seems to be
	answerTime    = 2500 * time.Millisecond // to an answer in an acknowledgement; Slack waits 3 s
	maxFrame      = 16 << 20                // bytes of what Slack says at once
	maxAck        = 20 << 10                // bytes from which on Slack drops an acknowledgement in silence
	socketBuffer  = 32 << 10                // an acknowledgement in several frames seems not to be put together
)

// Why the adapter ends a connection that Slack hasn't closed.
var (
	errLeft    = errors.New("the connection was left")
	errNoHello = errors.New("no greeting came")
)

// frame is what Slack says over a socket, as far as it is of use.
type frame struct {
	Type     string          `json:"type"`
	Reason   string          `json:"reason"` // of a disconnect
	Envelope string          `json:"envelope_id"`
	Answers  bool            `json:"accepts_response_payload"`
	Payload  json.RawMessage `json:"payload"`
}

// readFrame reads as much as can be read: whatever has an envelope's identifier
// is to be acknowledged, since Slack would send it again as it is.
func readFrame(data []byte) frame {
	var f frame
	if json.Unmarshal(data, &f) != nil && f.Envelope == "" {
		f = frame{Envelope: envelopeOf(data)}
	}
	return f
}

// envelopeOf looks for the identifier in what is no JSON as a whole.
func envelopeOf(data []byte) (id string) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return ""
		}
		if key == "envelope_id" {
			_ = d.Decode(&id) // not text: none
			return id
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return ""
		}
	}
	return ""
}

// isObject reports whether a payload is something to look into.
func isObject(payload json.RawMessage) bool {
	payload = bytes.TrimSpace(payload)
	return len(payload) > 0 && payload[0] == '{'
}

// wantsAnswer reports whether somebody waits for what is in the acknowledgement: a
// form that was sent, and a menu that asks for its options. Anything else is
// answered by other ways, which take longer than 3 seconds if they must.
func wantsAnswer(kind string, payload json.RawMessage) bool {
	var did struct {
		Type string `json:"type"`
	}
	if kind != kindInteraction || json.Unmarshal(payload, &did) != nil {
		return false
	}
	return did.Type == sentForm || did.Type == typedLetters
}

// ack is an acknowledgement on its way.
type ack struct {
	frame  []byte
	urgent bool      // Slack doesn't send again what it is for
	came   time.Time // when that came
}

// fresh reports whether Slack may still wait for it.
func (a ack) fresh() bool { return time.Since(a.came) < 3*time.Second }

// socket is one connection of Socket Mode. What comes is acknowledged here,
// before anybody looks into it, on the connection on which it came.
type socket struct {
	log  *slog.Logger
	conn *websocket.Conn
	take func(envelope) // must not wait
	lost func(ack)      // is given what could not be written any more

	hello    chan struct{}   // closed once Slack has greeted
	leaving  chan struct{}   // closed once Slack has said that it will close
	done     chan struct{}   // closed once nothing is read or written any more
	replaced chan struct{}   // closed by whoever has another connection in its place
	wake     chan struct{}   // for the writer
	owed     adapterkit.Crew // acknowledgements of what has come
	waiting  adapterkit.Crew // those that can be written

	mu     sync.Mutex
	queue  [2][]ack // those for people first
	reason string   // that Slack gave for closing
	ended  error
	over   bool          // nothing more is written
	spoke  time.Time     // when Slack last said anything but PING
	pong   chan struct{} // closed when the answer to a PING comes; nil without one
}

func newSocket(log *slog.Logger, conn *websocket.Conn, take func(envelope), lost func(ack)) *socket {
	k := &socket{
		log: log, conn: conn, take: take, lost: lost, hello: make(chan struct{}), leaving: make(chan struct{}),
		done: make(chan struct{}), replaced: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	conn.SetReadLimit(maxFrame)
	conn.SetPingHandler(func(data string) error {
		k.heard()
		err := conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(socketWrite))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	conn.SetCloseHandler(func(code int, _ string) error {
		k.waiting.Wait() // Slack still takes what comes before the answer
		err := conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(socketWrite))
		if errors.Is(err, websocket.ErrCloseSent) {
			return nil
		}
		return err
	})
	conn.SetPongHandler(func(string) error {
		k.heard()
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.spoke = time.Now(); k.pong != nil {
			close(k.pong)
			k.pong = nil
		}
		return nil
	})
	return k
}

// heard allows the next silence. A line that is broken shows itself there.
func (k *socket) heard() {
	if err := k.conn.SetReadDeadline(time.Now().Add(socketSilence)); err != nil {
		k.end(err)
	}
}

// read takes what comes until the connection ends.
func (k *socket) read() {
	k.heard()
	for {
		kind, data, err := k.conn.ReadMessage()
		if err != nil {
			k.end(err)
			return
		}
		k.heard()
		if kind == websocket.TextMessage {
			k.said(readFrame(data))
		}
	}
}

// said acts on what Slack says. Only the reader calls it.
func (k *socket) said(f frame) {
	k.mu.Lock()
	k.spoke = time.Now()
	k.mu.Unlock()
	switch {
	case f.Envelope != "":
		k.envelope(f)
	case f.Type == saysHello && !closed(k.hello):
		close(k.hello)
	case f.Type == saysDisconnect:
		k.mu.Lock()
		k.reason = f.Reason
		k.mu.Unlock()
		if !closed(k.leaving) {
			close(k.leaving)
		}
	}
}

// closed reports whether a channel that nothing is sent to is closed.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// envelope acknowledges one and hands it on. Whoever has the answer to a form or
// a menu acknowledges that; without an answer in time it is acknowledged bare.
func (k *socket) envelope(f frame) {
	e := envelope{kind: f.Type, payload: f.Payload, came: time.Now(), answers: f.Answers && wantsAnswer(f.Type, f.Payload)}
	k.owed.Begin()
	var once sync.Once
	e.ack = func(answer []byte) (first bool) {
		once.Do(func() {
			first = true
			a := ack{frame: k.acknowledgement(f, answer), urgent: f.Type != kindEvent, came: e.came}
			if !k.push(a) {
				k.owed.End()
				k.lost(a)
			}
		})
		return first
	}
	if e.answers {
		answer := e.ack
		late := time.AfterFunc(answerTime, func() { answer(nil) })
		e.ack = func(payload []byte) bool {
			late.Stop()
			return answer(payload)
		}
	} else {
		e.ack(nil)
	}
	known := f.Type == kindEvent || f.Type == kindCommand || f.Type == kindInteraction
	if !known || !isObject(f.Payload) {
		k.log.Warn("an envelope of Slack's was not understood", "kind", loggable(f.Type))
		return
	}
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("panic", "kind", f.Type, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	k.take(e)
}

// loggable is a word of Slack's for the log, which may be of any length.
func loggable(word string) string {
	if len(word) > 80 {
		return strings.ToValidUTF8(word[:80], "") + "…"
	}
	return word
}

// acknowledgement is the frame that says that an envelope is here, with the answer
// if that gets through.
func (k *socket) acknowledgement(f frame, answer []byte) []byte {
	type said struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload,omitempty"`
	}
	bare, err := encode(said{Envelope: f.Envelope})
	if err != nil {
		k.log.Error("an acknowledgement can't be written", "err", err)
	}
	if len(answer) == 0 {
		return bare
	}
	whole, err := encode(said{f.Envelope, answer})
	switch {
	case err != nil:
		k.log.Error("an answer can't be written", "kind", f.Type, "err", err)
	case len(whole) >= maxAck:
		k.log.Error("an answer is too long for Slack and was left out", "kind", f.Type, "bytes", len(whole))
	default:
		return whole
	}
	return bare
}

// push has an acknowledgement written; false where that is not possible any more.
func (k *socket) push(a ack) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended != nil || k.over {
		return false
	}
	line := 1
	if a.urgent {
		line = 0
	}
	k.waiting.Begin()
	k.queue[line] = append(k.queue[line], a)
	select {
	case k.wake <- struct{}{}:
	default:
	}
	return true
}

// adopt writes an acknowledgement of an envelope that came on a connection that
// has ended since; false where this one has ended, too.
func (k *socket) adopt(a ack) bool {
	k.owed.Begin()
	if k.push(a) {
		return true
	}
	k.owed.End()
	return false
}

// next is the most urgent acknowledgement.
func (k *socket) next() (ack, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n := range k.queue {
		if len(k.queue[n]) > 0 {
			a := k.queue[n][0]
			k.queue[n] = k.queue[n][1:]
			return a, true
		}
	}
	return ack{}, false
}

// write writes acknowledgements until the connection ends.
func (k *socket) write() {
	for {
		select {
		case <-k.wake:
		case <-k.done:
			return
		}
		for a, ok := k.next(); ok; a, ok = k.next() {
			err := k.conn.SetWriteDeadline(time.Now().Add(socketWrite))
			if err == nil {
				err = k.conn.WriteMessage(websocket.TextMessage, a.frame)
			}
			k.owed.End()
			k.waiting.End()
			if err != nil {
				k.end(err)
				k.lost(a)
			}
		}
	}
}

// end makes every further use fail. The first reason counts.
func (k *socket) end(why error) {
	k.mu.Lock()
	if k.ended != nil {
		k.mu.Unlock()
		return
	}
	k.ended = why
	left := append(k.queue[0], k.queue[1]...)
	k.queue = [2][]ack{}
	k.mu.Unlock()
	close(k.done)
	k.conn.Close()
	for _, a := range left {
		k.owed.End()
		k.waiting.End()
		k.lost(a)
	}
}

// why is the reason for which the connection ended, in words of Slack's where it
// gave some.
func (k *socket) why() (reason string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reason, k.ended
}

// leave ends the connection after what Slack had sent until now has been read and
// acknowledged: that comes before the answer to a PING, or right behind it.
func (k *socket) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), socketDrain)
	defer cancel()
	pong, written := make(chan struct{}), make(chan struct{})
	k.mu.Lock()
	k.pong = pong
	k.mu.Unlock()
	if err := k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(socketWrite)); err != nil {
		k.end(err)
		return
	}
	k.until(ctx, pong)
	k.quiet(ctx)
	go func() { // it ends: nothing is owed for longer than answerTime
		k.owed.Wait()
		close(written)
	}()
	k.until(ctx, written)
	k.mu.Lock()
	k.over = true
	k.mu.Unlock()
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if k.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(socketWrite)) == nil {
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		k.until(closing, nil) // Slack closes, too
	}
	k.end(errLeft)
}

// until waits for something, but not longer than the connection or ctx lasts.
func (k *socket) until(ctx context.Context, something <-chan struct{}) {
	select {
	case <-something:
	case <-k.done:
	case <-ctx.Done():
	}
}

// quiet waits until Slack has said nothing for a moment.
func (k *socket) quiet(ctx context.Context) {
	for {
		k.mu.Lock()
		left := socketQuiet - time.Since(k.spoke)
		k.mu.Unlock()
		if left <= 0 || closed(k.done) || !adapterkit.Pause(ctx, left) {
			return
		}
	}
}
