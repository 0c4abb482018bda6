package discordtest_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/discord/discordtest"
)

// endpoint is a bot that is told of interactions over HTTP. It checks signatures,
// unless it is careless, and answers what answer gives.
type endpoint struct {
	key      ed25519.PublicKey
	careless bool
	answer   func(i object) (status int, body string)
}

// RoundTrip serves a request without a network.
func (e *endpoint) RoundTrip(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	give := func(status int, body string) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		if err := q.Context().Err(); err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
	}
	stamp := q.Header.Get("X-Signature-Timestamp")
	signature, _ := hex.DecodeString(q.Header.Get("X-Signature-Ed25519"))
	at, _ := strconv.ParseInt(stamp, 10, 64)
	fresh := time.Since(time.Unix(at, 0)).Abs() < 5*time.Minute
	if !e.careless && (!fresh || !ed25519.Verify(e.key, append([]byte(stamp), body...), signature)) {
		return give(401, "")
	}
	i := object{}
	if err := json.Unmarshal(body, &i); err != nil {
		return nil, err
	}
	if i["type"].(float64) == 1 {
		return give(200, `{"type":1}`)
	}
	status, out := e.answer(i)
	return give(status, out)
}

// signed is a world whose bot is told over HTTP.
func signed(t *testing.T, e *endpoint, f func(t *testing.T, w world)) {
	o := discordtest.Options{Interactions: "http://bot.test/discord/interactions", HTTP: &http.Client{Transport: e}}
	within(t, o, func(t *testing.T, w world) {
		e.key, _ = hex.DecodeString(w.PublicKey())
		f(t, w)
	})
}

// TestSigned is about interactions over HTTP.
func TestSigned(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(w world, i object) (int, string)
		reply  string
		fails  bool
	}{
		{"in the answer", func(world, object) (int, string) { return 200, say }, "hi", false},
		{"by the callback", func(w world, i object) (int, string) {
			if status, out := callback(w.bot.t, w.Server, i, say); status != 204 {
				w.bot.t.Errorf("%d %s", status, plain(out))
			}
			return 202, ""
		}, "hi", false},
		{"in time", func(world, object) (int, string) { time.Sleep(2900 * time.Millisecond); return 200, say }, "hi", false},
		{"too late", func(world, object) (int, string) { time.Sleep(3100 * time.Millisecond); return 200, say }, "", true},
		{"an error", func(world, object) (int, string) { return 500, "" }, "", true},
		{"no JSON", func(world, object) (int, string) { return 200, "hello" }, "", true},
		{"the wrong type", func(world, object) (int, string) { return 200, suggest }, "", true},
		{"nothing to say", func(world, object) (int, string) { return 200, `{"type":4,"data":{}}` }, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := &endpoint{}
			signed(t, e, func(t *testing.T, w world) {
				e.answer = func(i object) (int, string) { return test.answer(w, i) }
				i := w.ask(t, "command")
				err := i.Wait(t.Context())
				if failed := errors.Is(err, discordtest.ErrNoAnswer); failed != test.fails || !failed && err != nil {
					t.Errorf("%v", err)
				}
				if got := i.Reply().Content; got != test.reply {
					t.Errorf("ann reads %q", got)
				}
				synctest.Wait()
				if strings.Contains(w.bot.names(), "INTERACTION_CREATE") {
					t.Error("the gateway told of it, too")
				}
			})
		})
	}
}

// TestPing is what Discord asks of an address, and of a careless one.
func TestPing(t *testing.T) {
	for _, test := range []struct {
		name     string
		careless bool
		want     string
	}{
		{"one that checks", false, ""},
		{"one that doesn't", true, "a wrong signature was answered with 200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			signed(t, &endpoint{careless: test.careless}, func(t *testing.T, w world) {
				err := w.Ping()
				if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
					t.Errorf("%v, want %q", err, test.want)
				}
			})
		})
	}
}

// TestOverTCP is what foreign programs use, with real time.
func TestOverTCP(t *testing.T) {
	d := discordtest.New(t, discordtest.Options{TCP: true})
	q, err := http.NewRequestWithContext(t.Context(), "GET", d.URL()+"/v10/gateway", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("User-Agent", "DiscordBot (x, 1)")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var out struct{ URL string }
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil || out.URL != strings.Replace(strings.TrimSuffix(d.URL(), "/api"), "http", "ws", 1)+"/gateway" {
		t.Errorf("%v %+v", err, out)
	}
}

// TestClosedDials are connections to a Discord that has ended, or that nobody
// waits for.
func TestClosedDials(t *testing.T) {
	var d *discordtest.Server
	t.Run("alive", func(t *testing.T) { d = discordtest.New(t, discordtest.Options{}) })
	if c, err := d.Dial(t.Context(), "", ""); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v, %v", c, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Await(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestStream is about connections that are packed as a whole.
func TestStream(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		q, err := http.NewRequestWithContext(t.Context(), "GET", "http://discord.test/gateway/?v=10&encoding=json&compress=zstd-stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Client().Do(q)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if r.StatusCode != 400 || !bytes.Contains(body, []byte("zlib")) {
			t.Errorf("%d %s", r.StatusCode, body)
		}
		dialer := websocket.Dialer{NetDialContext: w.Dial}
		ws, _, err := dialer.DialContext(t.Context(), "ws://discord.test/gateway/?v=10&encoding=json&compress=zlib-stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		read := func() []byte {
			kind, data, err := ws.ReadMessage()
			if err != nil || kind != websocket.BinaryMessage || !bytes.HasSuffix(data, []byte{0, 0, 0xff, 0xff}) {
				t.Fatalf("%v %d %x", err, kind, data)
			}
			return data
		}
		stream := &bytes.Buffer{}
		stream.Write(read())
		z, err := zlib.NewReader(stream)
		if err != nil {
			t.Fatal(err)
		}
		frames := json.NewDecoder(z)
		for _, op := range []float64{10, 11} {
			f := object{}
			if err := frames.Decode(&f); err != nil || f["op"] != op {
				t.Fatalf("%v %v, want op %v", f, err, op)
			}
			if op == 10 {
				_ = ws.WriteJSON(object{"op": 1, "d": nil})
				stream.Write(read())
			}
		}
	})
}
