package discordtest_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/discord/discordtest"
)

// object is a JSON object.
type object = map[string]any

// rest sends a request as the bot and gives the status and the answer.
func rest(t *testing.T, d *discordtest.Server, method, path string, body any) (status int, out object, header http.Header) {
	t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		var err error
		if data, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	return send(t, d, method, path, data, http.Header{
		"Authorization": {"Bot " + d.Token()}, "User-Agent": {"DiscordBot (https://example.org, 1)"}, "Content-Type": {"application/json"},
	})
}

// send sends a request as it is given. A list in the answer is under "list".
func send(t *testing.T, d *discordtest.Server, method, path string, body []byte, header http.Header) (int, object, http.Header) {
	t.Helper()
	address := d.URL() + "/v10" + path
	if rest, up := strings.CutPrefix(path, "/.."); up {
		address = d.URL() + rest
	}
	q, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header = header
	r, err := d.Client().Do(q)
	if err != nil {
		return 0, object{"err": err.Error()}, nil
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, object{"err": err.Error()}, nil
	}
	out := object{}
	if json.Unmarshal(answer, &out) != nil {
		var list []any
		if json.Unmarshal(answer, &list) == nil {
			out = object{"list": list}
		} else if len(answer) > 0 {
			out = object{"text": string(answer)}
		}
	}
	return r.StatusCode, out, r.Header
}

// bot is the smallest client of the gateway. It answers interactions with what
// answer gives.
type bot struct {
	t  *testing.T
	d  *discordtest.Server
	ws *websocket.Conn

	mu      sync.Mutex
	session string
	resume  string
	seq     int
	ops     []int    // that came
	events  []string // that came
	code    int      // that the server closed with
	data    []object // of the events
	packed  int      // frames that were
	acks    int
	answer  func(i object)
	done    chan struct{}
}

// dial opens a connection and reads it until it ends.
func dial(t *testing.T, d *discordtest.Server, address string) *bot {
	t.Helper()
	if address == "" {
		address = "ws://discord.test/gateway"
	}
	dialer := websocket.Dialer{NetDialContext: d.Dial}
	ws, _, err := dialer.DialContext(t.Context(), address+"/?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bot{t: t, d: d, ws: ws, done: make(chan struct{})}
	go b.read()
	t.Cleanup(func() { _ = ws.Close(); <-b.done })
	return b
}

func (b *bot) read() {
	defer close(b.done)
	for {
		kind, data, err := b.ws.ReadMessage()
		if err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			if c, isClose := err.(*websocket.CloseError); isClose {
				b.code = c.Code
			}
			return
		}
		packed := kind == websocket.BinaryMessage
		if packed {
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				b.t.Error(err)
				return
			}
			data, _ = io.ReadAll(z)
		}
		b.take(data, packed)
	}
}

func (b *bot) take(data []byte, packed bool) {
	var f struct {
		Op int
		D  json.RawMessage
		S  *int
		T  *string
	}
	if err := json.Unmarshal(data, &f); err != nil {
		b.t.Errorf("%v: %s", err, data)
		return
	}
	d := object{}
	_ = json.Unmarshal(f.D, &d)
	b.mu.Lock()
	defer b.mu.Unlock()
	if packed {
		b.packed++
	}
	b.ops = append(b.ops, f.Op)
	if f.Op == 11 {
		b.acks++
	}
	if f.T == nil {
		return
	}
	b.seq = *f.S
	b.events = append(b.events, *f.T)
	b.data = append(b.data, d)
	switch *f.T {
	case "READY":
		b.session, _ = d["session_id"].(string)
		b.resume, _ = d["resume_gateway_url"].(string)
	case "INTERACTION_CREATE":
		if b.answer != nil {
			go b.answer(d)
		}
	}
}

// write sends a frame.
func (b *bot) write(op int, d any) {
	b.t.Helper()
	if err := b.ws.WriteJSON(object{"op": op, "d": d}); err != nil {
		b.t.Error(err)
	}
}

func identity(d *discordtest.Server, change object) object {
	out := object{"token": d.Token(), "intents": 1 | 1<<9 | 1<<12, "properties": object{"os": "linux", "browser": "test", "device": "test"}}
	for k, v := range change {
		out[k] = v
	}
	return out
}

// names are the events that came, without those given.
func (b *bot) names(without ...string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, e := range b.events {
		if !strings.Contains(strings.Join(without, " "), e) {
			out = append(out, e)
		}
	}
	return strings.Join(out, " ")
}

// last is the data of the newest event.
func (b *bot) last() object {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.data) == 0 {
		return nil
	}
	return b.data[len(b.data)-1]
}

// callback answers an interaction.
func callback(t *testing.T, d *discordtest.Server, i object, body any) (int, object) {
	t.Helper()
	id, _ := i["id"].(string)
	token, _ := i["token"].(string)
	status, out, _ := rest(t, d, "POST", "/interactions/"+id+"/"+token+"/callback", body)
	return status, out
}

// world is a server with a channel, a member and a bot that is connected.
type world struct {
	*discordtest.Server
	server *discordtest.Guild
	study  *discordtest.Channel
	ann    *discordtest.Person
	bot    *bot
	ids    map[string]string // {first} and {last} of the identifiers that answers had
}

// within runs a test in a bubble, with a world.
func within(t *testing.T, o discordtest.Options, f func(t *testing.T, w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)))
		d := discordtest.New(t, o)
		w := world{Server: d, ids: map[string]string{}, server: d.Guild("Biomed"), ann: d.Person("ann")}
		w.study = w.server.Channel("cbet-study")
		w.server.Join(w.ann)
		w.bot = dial(t, d, "")
		w.bot.write(2, identity(d, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := d.Await(ctx, d.Connected); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		f(t, w)
	})
}

// plain is an answer as it was written.
func plain(out object) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(out)
	return strings.TrimSpace(b.String())
}
