package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"studyhall/adapters/adaptertest/memnet"
)

// peer is the other end of connections, which says and hears what a test wants.
type peer struct {
	t     *testing.T
	s     *sockets
	conns chan *websocket.Conn
	end   func() error

	mu    sync.Mutex
	taken []string
}

func newPeer(t *testing.T, take func(envelope)) *peer {
	p := &peer{t: t, conns: make(chan *websocket.Conn, 10)}
	l := memnet.Listen("slack.test")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		if c, err := up.Upgrade(w, r, nil); err == nil {
			p.conns <- c
		}
	})}
	serving := make(chan struct{})
	go func() { server.Serve(l); close(serving) }()
	p.s = &sockets{
		log: slog.New(slog.DiscardHandler), line: &standing{},
		open:  func(context.Context) (string, error) { return "ws://slack.test/link", nil },
		dial:  func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) },
		proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
		take: func(e envelope) {
			p.mu.Lock()
			p.taken = append(p.taken, e.kind)
			p.mu.Unlock()
			take(e)
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.s.run(ctx) }()
	p.end = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		go func() { // whoever is still connected is closed
			for c := range p.conns {
				c.Close()
			}
		}()
		if err := p.end(); err != nil {
			t.Error(err)
		}
		server.Close()
		l.Close()
		<-serving
		close(p.conns)
	})
	return p
}

// greet takes the next connection and greets.
func (p *peer) greet() *websocket.Conn {
	p.t.Helper()
	c := <-p.conns
	p.say(c, `{"type":"hello","num_connections":1}`)
	synctest.Wait()
	return c
}

func (p *peer) say(c *websocket.Conn, frame string) {
	p.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		p.t.Fatal(err)
	}
}

// hears is what the adapter says, by when, and why it ended.
func (p *peer) hears(c *websocket.Conn, within time.Duration) (frames []string, err error) {
	c.SetReadDeadline(time.Now().Add(within))
	for {
		_, data, err := c.ReadMessage()
		if err != nil {
			return frames, err
		}
		frames = append(frames, strings.TrimSpace(string(data)))
	}
}

// TestAcknowledges has each kind of frame come: what is said back, when, and what
// is handed on.
func TestAcknowledges(t *testing.T) {
	frame := func(kind, payload string, answers bool) string {
		return fmt.Sprintf(`{"envelope_id":"e1","type":%q,"accepts_response_payload":%t,"payload":%s}`, kind, answers, payload)
	}
	form := frame("interactive", `{"type":"view_submission"}`, true)
	say := func(payload string) func(envelope) {
		return func(e envelope) {
			time.AfterFunc(time.Second, func() {
				if counts := e.ack([]byte(payload)); counts != e.answers || e.ack([]byte(`{"twice":1}`)) {
					t.Errorf("the first answer counts: %t, want %t; or a second does, too", counts, e.answers)
				}
			})
		}
	}
	bare := `{"envelope_id":"e1"}`
	for _, test := range []struct {
		name  string
		frame string
		take  func(envelope)
		want  string // "" for nothing
		at    time.Duration
		taken string
	}{
		{"an event", frame("events_api", `{"event_id":"Ev1"}`, false), say(`{"a":1}`), bare, 0, "events_api"},
		{"an event that nobody knows", frame("events_api", `{"event":{"type":"new_in_2031"}}`, false), nil, bare, 0, "events_api"},
		{"a command", frame("slash_commands", `{"command":"/study"}`, true), say(`{"a":1}`), bare, 0, "slash_commands"},
		{"a press", frame("interactive", `{"type":"block_actions"}`, true), say(`{"a":1}`), bare, 0, "interactive"},
		{"a form that is answered", form, say(`{"response_action":"clear"}`), `{"envelope_id":"e1","payload":{"response_action":"clear"}}`, time.Second, "interactive"},
		{"a form without an answer", form, func(envelope) {}, bare, answerTime, "interactive"},
		{"a form to which there is nothing to say", form, say(""), bare, time.Second, "interactive"},
		{"a form whose answer is too long", form, say(`{"a":"` + strings.Repeat("x", maxAck-39) + `"}`), bare, time.Second, "interactive"},
		{"a form whose answer just fits", form, say(`{"a":"` + strings.Repeat("x", maxAck-40) + `"}`),
			`{"envelope_id":"e1","payload":{"a":"` + strings.Repeat("x", maxAck-40) + `"}}`, time.Second, "interactive"},
		{"a form whose answer is broken", form, say(`{"a":`), bare, time.Second, "interactive"},
		{"a form that wants no answer", frame("interactive", `{"type":"view_submission"}`, false), say(`{"a":1}`), bare, 0, "interactive"},
		{"a menu", frame("interactive", `{"type":"block_suggestion"}`, true), say(`{"options":[]}`), `{"envelope_id":"e1","payload":{"options":[]}}`, time.Second, "interactive"},
		{"a panic", frame("events_api", `{}`, false), func(envelope) { panic("out of chalk") }, bare, 0, "events_api"},
		{"a panic in a form", form, func(envelope) { panic("out of chalk") }, bare, answerTime, "interactive"},
		{"a kind that nobody knows", frame("new_in_2031", `{"type":"view_submission"}`, true), nil, bare, 0, ""},
		{"no payload", `{"envelope_id":"e1","type":"events_api"}`, nil, bare, 0, ""},
		{"a payload that is none", frame("interactive", `null`, true), nil, bare, 0, ""},
		{"a payload that is a list", frame("events_api", `[1]`, false), nil, bare, 0, ""},
		{"other types of fields", `{"envelope_id":"e1","type":7,"accepts_response_payload":"yes","payload":{}}`, nil, bare, 0, ""},
		{"broken behind the identifier", `{"type":"events_api","envelope_id":"e1","payload":{"event"`, nil, bare, 0, ""},
		{"broken before the identifier", `{"type":"events_api","payload":{"event","envelope_id":"e1"}`, nil, "", 0, ""},
		{"no JSON", `<html>`, nil, "", 0, ""},
		{"no identifier", `{"type":"events_api","payload":{}}`, nil, "", 0, ""},
		{"an identifier that is none", `{"type":"events_api","envelope_id":["e1"],"payload":{}`, nil, "", 0, ""},
		{"a word that nobody knows", `{"type":"new_in_2031"}`, nil, "", 0, ""},
		{"a second greeting", `{"type":"hello"}`, nil, "", 0, ""},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			p := newPeer(t, func(e envelope) {
				if test.take != nil {
					test.take(e)
				}
			})
			c := p.greet()
			sent := time.Now()
			p.say(c, test.frame)
			c.SetReadDeadline(time.Now().Add(5 * time.Second))
			_, data, err := c.ReadMessage()
			if err != nil {
				data = nil
			}
			if got := strings.TrimSpace(string(data)); got != test.want || err == nil && time.Since(sent) != test.at {
				t.Errorf("after %s it says %.100q, %v; want %.100q after %s", time.Since(sent), got, err, test.want, test.at)
			}
			if err == nil {
				if more, _ := p.hears(c, 5*time.Second); len(more) > 0 {
					t.Errorf("it also says %q", more)
				}
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if got := strings.Join(p.taken, " "); got != test.taken {
				t.Errorf("taken: %q, want %q", got, test.taken)
			}
		})
	}
}

// TestUrgentFirst has acknowledgements wait: those that Slack asks for once only
// go first.
func TestUrgentFirst(t *testing.T) {
	k := &socket{wake: make(chan struct{}, 1)}
	for n, urgent := range []bool{false, true, false, true} {
		k.push(ack{frame: fmt.Append(nil, n), urgent: urgent})
	}
	var got []string
	for a, ok := k.next(); ok; a, ok = k.next() {
		got = append(got, string(a.frame))
	}
	if diff := cmp.Diff([]string{"1", "3", "0", "2"}, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// TestStuckLine has Slack not read any more: the connection is given up in time
// for the acknowledgements to go over the next one.
func TestStuckLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(envelope) {})
		stuck := p.greet()
		for n := range 3 {
			p.say(stuck, fmt.Sprintf(`{"envelope_id":"e%d","type":"slash_commands","payload":{}}`, n))
		}
		sent := time.Now()
		c := p.greet()
		got, _ := p.hears(c, time.Second)
		slices.Sort(got)
		if took := time.Since(sent); took > 3*time.Second+time.Second {
			t.Errorf("it took %s", took)
		}
		if diff := cmp.Diff([]string{`{"envelope_id":"e0"}`, `{"envelope_id":"e1"}`, `{"envelope_id":"e2"}`}, got); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}

// TestLateForLine has a connection end while somebody's form is being answered: the
// answer goes over the next one, unless nobody waits for it any more.
func TestLateForLine(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration // until Slack takes the next connection
		want  []string
	}{
		{"in time", time.Second, []string{`{"envelope_id":"e1","payload":{"a":1}}`}},
		{"too late", 4 * time.Second, nil},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			p := newPeer(t, func(e envelope) { time.AfterFunc(500*time.Millisecond, func() { e.ack([]byte(`{"a":1}`)) }) })
			c := p.greet()
			p.say(c, `{"envelope_id":"e1","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission"}}`)
			synctest.Wait()
			c.Close()
			next := <-p.conns
			time.Sleep(test.after)
			p.say(next, `{"type":"hello"}`)
			got, _ := p.hears(next, time.Second)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestLeavesInOrder has the program end while Slack still says something and
// somebody's form is being answered: all of it is acknowledged, and the connection
// is closed as it should be.
func TestLeavesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(e envelope) { time.AfterFunc(time.Second, func() { e.ack([]byte(`{"a":1}`)) }) })
		c := p.greet()
		p.say(c, `{"envelope_id":"form","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission"}}`)
		synctest.Wait()
		go p.end()
		ping := c.PingHandler()
		c.SetPingHandler(func(data string) error {
			err := ping(data)
			go c.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"last","type":"events_api","payload":{}}`))
			return err
		})
		got, err := p.hears(c, 10*time.Second)
		if diff := cmp.Diff([]string{`{"envelope_id":"last"}`, `{"envelope_id":"form","payload":{"a":1}}`}, got); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
		if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("it ends with %v", err)
		}
		c.Close()
		if err := p.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestLeavesLast has Slack say something right behind its answer to the last PING.
func TestLeavesLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(envelope) {})
		c := p.greet()
		go p.end()
		ping := c.PingHandler()
		c.SetPingHandler(func(data string) error {
			time.AfterFunc(socketQuiet/2, func() {
				c.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"last","type":"events_api","payload":{}}`))
			})
			return ping(data)
		})
		got, err := p.hears(c, 10*time.Second)
		if diff := cmp.Diff([]string{`{"envelope_id":"last"}`}, got); diff != "" || !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("it ends with %v; want -, got +:\n%s", err, diff)
		}
		c.Close()
	})
}

// TestClosedBehind has Slack close right behind what it sends: that is acknowledged
// before the answer to the close.
func TestClosedBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(envelope) {})
		c := p.greet()
		said := make(chan struct{})
		go func() {
			defer close(said)
			for range 50 {
				c.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"e1","type":"events_api","payload":{}}`))
			}
			c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		}()
		got, err := p.hears(c, time.Second)
		<-said
		if len(got) != 50 || !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("%d acknowledgements, and it ends with %v", len(got), err)
		}
		c.Close()
	})
}

// TestLeavesTheDeaf has the program end while Slack neither reads nor closes.
func TestLeavesTheDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(envelope) {})
		p.greet()
		began := time.Now()
		if err := p.end(); err != nil || time.Since(began) > socketDrain+socketWrite {
			t.Errorf("it ended after %s, %v", time.Since(began), err)
		}
	})
}

// TestOverlap has Slack ask for another connection: the old one is read until
// Slack closes it, or for a while.
func TestOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeer(t, func(envelope) {})
		old := p.greet()
		time.Sleep(steadyTime + time.Second)
		p.say(old, `{"type":"disconnect","reason":"warning"}`)
		fresh := p.greet()
		heard := make(chan error, 1)
		go func() {
			_, err := p.hears(fresh, time.Hour)
			heard <- err
		}()
		began := time.Now()
		for range 14 {
			time.Sleep(time.Second)
			p.say(old, `{"envelope_id":"e1","type":"events_api","payload":{}}`)
			if _, data, err := old.ReadMessage(); err != nil || !strings.Contains(string(data), "e1") {
				t.Fatalf("after %s the old connection says %q, %v", time.Since(began), data, err)
			}
		}
		if _, err := p.hears(old, time.Minute); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("the old one ends with %v", err)
		}
		if took := time.Since(began); took < overlapTime || took > overlapTime+time.Second {
			t.Errorf("the old one ends after %s", took)
		}
		fresh.Close()
		<-heard
	})
}

// TestSocketAddress has Slack name addresses that can't be used; no error names
// them, for they are secrets.
func TestSocketAddress(t *testing.T) {
	for _, address := range []string{"", "https://slack.test/link/?ticket=secret", "wss:///link?ticket=secret", "ws://slack.test:x/?ticket=secret", "ws://slack.test/?ticket=secret"} {
		bubbled(t, address, func(t *testing.T) {
			s := &sockets{
				proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
				dial:  func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrUnexpectedEOF },
			}
			_, err := s.upgraded(t.Context(), address)
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v", err)
			}
			if strings.HasPrefix(address, "ws://slack.test/") && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("it isn't dialled: %v", err)
			}
		})
	}
}

// FuzzFrame has no frame do harm; one that is JSON with an identifier is
// acknowledged by it.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A01"}}`,
		`{"envelope_id":"e","type":"events_api","accepts_response_payload":false,"payload":{"event_id":"Ev1","type":"event_callback"}}`,
		`{"envelope_id":"e","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission","view":{}}}`,
		`{"type":"disconnect","reason":"warning","debug_info":{"host":"h"}}`,
		`{"envelope_id":"e","payload":{`, `{"payload":{"envelope_id":"x"},"envelope_id":"e",`, `{`, ``, `null`, `[]`, `"x"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := readFrame(data)
		k := &socket{log: slog.New(slog.DiscardHandler)}
		if got := k.acknowledgement(read, []byte(data)); read.Envelope != "" && readFrame(got).Envelope == "" {
			t.Errorf("%q is acknowledged with %q", data, got)
		}
		wantsAnswer(read.Type, read.Payload)
		knownBy(envelope{kind: read.Type, payload: read.Payload})
		if inner := envelopeOf(data); strings.Contains(string(data), `"envelope_id"`) && read.Envelope != inner && inner != "" && strings.Count(strings.ToLower(string(data)), "envelope_id") == 1 {
			t.Errorf("%q has the identifier %q, or %q", data, read.Envelope, inner)
		}
	})
}
