package discord

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shardAlone is a shard without connections that keeps the kinds of its events.
func shardAlone() (s *shard, events *[]string) {
	events = new([]string)
	connections := &links{}
	connections.open(1)
	g := &gateway{links: connections, rest: &client{token: "t"}, handle: func(kind string, _ json.RawMessage) { *events = append(*events, kind) }}
	base := "wss://base"
	g.url.Store(&base)
	return &shard{gateway: g, log: slog.New(slog.DiscardHandler)}, events
}

// sent is a frame as a server sends it, with the shortest length that fits.
func sent(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n < 1<<16:
		return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n))) + payload
	default:
		return string(binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(n))) + payload
	}
}

const (
	whole = frameLast | frameText
	ping  = frameLast | 0x9
)

// TestWireReads has each kind of frame come: what the adapter makes of it, and
// what the library is shown.
func TestWireReads(t *testing.T) {
	long := func(n int) string { return `{"op":0,"s":1,"t":"LONG","d":"` + strings.Repeat("x", n) + `"}` }
	for _, test := range []struct {
		name   string
		sent   []string
		events string // their kinds
		shown  string
		code   int
		why    error
		says   string // in why
	}{
		{"an event in pieces", []string{sent(frameText, `{"op":0,"s":7,`), sent(frameLast|frameMore, `"t":"A","d":1}`)}, "A", "", 0, io.EOF, ""},
		{"two in one packet", []string{sent(whole, `{"op":0,"s":1,"t":"A"}`) + sent(whole, `{"op":0,"s":2,"t":"B"}`)}, "A B", "", 0, io.EOF, ""},
		{"a long one", []string{sent(whole, long(300))}, "LONG", "", 0, io.EOF, ""},
		{"a very long one", []string{sent(whole, long(70_000))}, "LONG", "", 0, io.EOF, ""},
		{"READY", []string{sent(whole, `{"op":0,"s":1,"t":"READY","d":{"session_id":"x","guilds":[{"id":"1"}]}}`)}, "READY",
			sent(whole, `{"op":0,"s":1,"t":"READY","d":{}}`), 0, io.EOF, ""},
		{"a ping", []string{sent(ping, "hi")}, "", sent(ping, "hi"), 0, io.EOF, ""},
		{"a heartbeat asked for", []string{sent(whole, `{"op":1,"d":null}`)}, "", sent(whole, `{"op":1}`), 0, io.EOF, ""},
		{"HELLO", []string{sent(whole, `{"op":10,"d":{"heartbeat_interval":41250,"_trace":[]}}`)}, "", sent(whole, `{"op":10,"d":{"heartbeat_interval":41250}}`), 0, io.EOF, ""},
		{"HELLO without a heartbeat", []string{sent(whole, `{"op":10,"d":{"heartbeat_interval":0}}`)}, "", "", 0, nil, "without a heartbeat"},
		{"what nobody can read, then an event", []string{sent(whole, `{{`), sent(whole, `{"op":0,"s":1,"t":"A"}`)}, "A", "", 0, io.EOF, ""},
		{"an operation nobody knows", []string{sent(whole, `{"op":42}`), sent(whole, `{"op":0,"s":1,"t":"A"}`)}, "A", "", 0, io.EOF, ""},
		{"op 7", []string{sent(whole, `{"op":7,"d":null}`), sent(whole, `{"op":0,"s":1,"t":"A"}`)}, "", "", 0, errReconnect, ""},
		{"op 9, true", []string{sent(whole, `{"op":9,"d":true}`)}, "", "", 0, errResume, ""},
		{"op 9, false", []string{sent(whole, `{"op":9,"d":false}`)}, "", "", 0, errInvalid, ""},
		{"closed", []string{sent(frameLast|frameClose, "\x0f\xa9bye"), sent(whole, `{"op":0,"s":1,"t":"A"}`)}, "", "", 4009, io.EOF, "closed"},
		{"closed without a reason", []string{sent(frameLast|frameClose, "")}, "", "", 0, io.EOF, "closed"},
		{"a frame without end", []string{"\x81\x7f\x00\x00\x01\x00\x00\x00\x00\x00"}, "", "", 0, nil, "no gateway sends"},
		{"a frame with a mask", []string{"\x81\x82\x00\x00\x00\x00{}"}, "", "", 0, nil, "no gateway sends"},
		{"a message without end", []string{sent(frameText, strings.Repeat("x", maxFrame)), sent(frameMore, "x")}, "", "", 0, nil, "too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, events := shardAlone()
				ours, theirs := net.Pipe()
				w := newWire(ours, s)
				w.web = true
				go func() {
					for _, frame := range test.sent {
						if _, err := io.WriteString(theirs, frame); err != nil {
							return
						}
					}
					select { // until all of it is read: a pipe that is closed takes no deadline
					case <-w.done:
					case <-time.After(time.Second):
					}
					theirs.Close()
				}()
				shown, _ := io.ReadAll(w)
				<-w.done
				code, why := w.reason()
				if code != test.code || test.why != nil && !errors.Is(why, test.why) || !strings.Contains(why.Error(), test.says) {
					t.Errorf("it ended with %d, %v; want %d, %v, %q", code, why, test.code, test.why, test.says)
				}
				if got := strings.Join(*events, " "); got != test.events {
					t.Errorf("events %q, want %q", got, test.events)
				}
				if string(shown) != test.shown {
					t.Errorf("the library sees %q, want %q", shown, test.shown)
				}
			})
		})
	}
}

// TestWireIsNoWebSocket has a server answer with headers only, without end.
func TestWireIsNoWebSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := shardAlone()
		ours, theirs := net.Pipe()
		w := newWire(ours, s)
		sent := make(chan int, 1)
		go func() {
			n := 0
			for ; n < 4*maxHeaders; n += 1000 {
				if _, err := io.WriteString(theirs, "X: "+strings.Repeat("x", 995)+"\r\n"); err != nil {
					break
				}
			}
			theirs.Close()
			sent <- n
		}()
		if n, err := w.Read(make([]byte, 1)); err == nil {
			t.Errorf("%d bytes of it are shown", n)
		}
		if n := <-sent; n > maxHeaders+10_000 {
			t.Errorf("it took %d bytes of headers", n)
		}
	})
}

// said reads one frame of the adapter's.
func said(t *testing.T, c net.Conn) (first byte, payload string) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(time.Second))
	head := make([]byte, 2)
	if _, err := io.ReadFull(c, head); err != nil {
		return 0, ""
	}
	n := int(head[1] &^ frameMask)
	if n == 126 {
		more := make([]byte, 2)
		if _, err := io.ReadFull(c, more); err != nil {
			t.Fatal(err)
		}
		n = int(binary.BigEndian.Uint16(more))
	}
	body := make([]byte, 4+n)
	if _, err := io.ReadFull(c, body); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		body[4+i] ^= body[i%4]
	}
	return head[0], string(body[4:])
}

// TestWireWrites has the library say what it says, and sees what goes out.
func TestWireWrites(t *testing.T) {
	identify := masked(frameText, []byte(`{"op":2,"d":{"token":"Bot t"}}`))
	for _, test := range []struct {
		name    string
		session string
		says    []byte
		want    string // in the frame that goes out; "" for none
	}{
		{"a heartbeat", "", masked(frameText, []byte(`{"op":1,"d":0}`)), `{"op":1,"d":7}`},
		{"an introduction", "", identify, `{"op":2,"d":{"token":"Bot t"}}`},
		{"an introduction where there is a session", "x", identify, `{"d":{"seq":7,"session_id":"x","token":"Bot t"},"op":6}`},
		{"its wish to end the session", "x", masked(frameClose, []byte{0x03, 0xe8}), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := shardAlone()
				s.session, s.seq = test.session, 7
				ours, theirs := net.Pipe()
				w := newWire(ours, s)
				w.web, w.interval = true, time.Minute
				go w.Write(test.says)
				if _, got := said(t, theirs); got != test.want {
					t.Errorf("it says %q, want %q", got, test.want)
				}
			})
		})
	}
}

// TestWireIsDeaf has heartbeats stay without an answer while events come: the
// connection is given up at the second, and nothing is said on it any more.
func TestWireIsDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := shardAlone()
		ours, theirs := net.Pipe()
		w := newWire(ours, s)
		w.web, w.interval = true, 40*time.Second
		beat := masked(frameText, []byte(`{"op":1,"d":0}`))
		go io.Copy(io.Discard, theirs)
		go io.Copy(io.Discard, w)
		for range 3 { // answered
			w.Write(beat)
			io.WriteString(theirs, sent(whole, `{"op":11}`))
			time.Sleep(40 * time.Second)
		}
		w.Write(beat)
		for range 40 {
			io.WriteString(theirs, sent(whole, `{"op":0,"s":1,"t":"A"}`))
			time.Sleep(time.Second)
		}
		if _, why := w.reason(); why != nil {
			t.Fatalf("it ended with %v before the second heartbeat", why)
		}
		w.Write(beat)
		if _, why := w.reason(); !errors.Is(why, errDeaf) {
			t.Errorf("it ended with %v, want %v", why, errDeaf)
		}
		if n, err := w.Write(beat); n != len(beat) || err != nil {
			t.Errorf("the library hears %v, which has two of its parts wait for each other", err)
		}
	})
}

// TestSequence has a shard know where to go on, and forget it with the session.
func TestSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := shardAlone()
		check := func(when, beat, address string, resumes bool) {
			t.Helper()
			got := []any{string(s.heartbeat()), s.address(), s.resumption() != nil}
			want := []any{`{"op":1,"d":` + beat + `}`, address + "/?v=10&encoding=json#", resumes}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: want -, got +:\n%s", when, diff)
			}
			if u, err := url.Parse(s.address()); err != nil || u.Query().Get("v") != "10" {
				t.Errorf("the version is %q, %v", u.Query().Get("v"), err)
			}
		}
		check("at first", "null", "wss://base", false)
		s.dispatch(1, "READY", json.RawMessage(`{"session_id":"x","resume_gateway_url":"wss://again"}`))
		s.dispatch(9, "A", nil)
		s.dispatch(5, "B", nil) // events may come out of order
		check("connected", "9", "wss://again", true)
		s.dispatch(1, "READY", json.RawMessage(`{"session_id":"y","resume_gateway_url":"wss://again"}`))
		check("a new session", "1", "wss://again", true)
		for range 4 {
			s.pause()
		}
		check("an address that doesn't answer", "1", "wss://base", true)
		s.pause()
		check("the other doesn't either", "1", "wss://again", true)
		s.forget()
		check("forgotten", "null", "wss://base", false)
	})
}

// TestSessionIsKept has a session kept as long as nothing can be reached, for that
// says nothing about it, and given up when Discord can't have kept it.
func TestSessionIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := shardAlone()
		s.dispatch(1, "READY", json.RawMessage(`{"session_id":"x"}`))
		time.Sleep(time.Hour)
		if s.stale() {
			t.Error("given up while it is connected")
		}
		for ended := time.Now(); time.Since(ended) < sessionKept-maxPause; {
			pause := s.pause()
			if pause > resumePause {
				t.Errorf("%s until the next attempt to go on with it", pause)
			}
			time.Sleep(pause)
			if s.stale() || !s.resumable() {
				t.Fatalf("given up after %s", time.Since(ended))
			}
		}
		time.Sleep(2 * maxPause)
		if !s.stale() {
			t.Error("kept for ever")
		}
	})
}

// TestGatewayWithoutAddress has Discord name no gateway: it is asked again, and
// nothing is dialled.
func TestGatewayWithoutAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := adapterOn(t, func(*http.Request) (int, string, error) {
			asked++
			return http.StatusOK, `{"shards":1,"session_start_limit":{"remaining":1000}}`, nil
		})
		a.gateway.dial = func(context.Context, string, string) (net.Conn, error) {
			t.Error("something is dialled")
			return nil, io.EOF
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		if err := a.gateway.run(ctx); err != nil || asked < 5 || asked > 20 {
			t.Errorf("asked %d times in 10 minutes, %v", asked, err)
		}
	})
}
