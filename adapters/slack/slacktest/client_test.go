package slacktest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"studyhall/adapters/slack/slacktest"
)

// object is a JSON object.
type object = map[string]any

// answer is what came back of a request.
type answer struct {
	status int // 0: nothing
	raw    string
	header http.Header
	object
}

func (a answer) says(key string) string { s, _ := a.object[key].(string); return s }

// send makes a request as it is given.
func send(t testing.TB, s *slacktest.Server, method, address string, body []byte, header http.Header) answer {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header = header
	r, err := s.Client().Do(q)
	if err != nil {
		return answer{raw: err.Error()}
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{raw: err.Error()}
	}
	a := answer{status: r.StatusCode, raw: string(raw), header: r.Header}
	_ = json.Unmarshal(raw, &a.object)
	return a
}

// call calls a method with arguments in JSON, as a form where it takes no other.
func call(t testing.TB, s *slacktest.Server, token, method, args string) answer {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json; charset=utf-8"}}
	body := []byte(args)
	switch method {
	case "conversations.info", "conversations.list", "conversations.members", "conversations.replies", "users.info", "users.list", "users.conversations", "usergroups.list",
		"bots.info", "files.getUploadURLExternal", "chat.getPermalink", "auth.revoke", "oauth.v2.access", "apps.uninstall":
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		form := url.Values{}
		fields := map[string]any{}
		if args != "" {
			if err := json.Unmarshal(body, &fields); err != nil {
				t.Fatal(err)
			}
		}
		for key, v := range fields {
			text, isText := v.(string)
			if !isText {
				data, _ := json.Marshal(v)
				text = string(data)
			}
			form.Set(key, text)
		}
		body = []byte(form.Encode())
	}
	return send(t, s, "POST", s.URL()+method, body, header)
}

// world is a Slack with a workspace, a channel and people, and a bot on a socket.
type world struct {
	*slacktest.Server
	t     *testing.T
	w     *slacktest.Workspace
	study *slacktest.Channel
	ann   *slacktest.Person
	bob   *slacktest.Person
	bot   *bot
}

// within runs a test in a bubble, with a Slack whose bot is connected unless it
// is in HTTP mode.
func within(t *testing.T, o slacktest.Options, f func(t *testing.T, w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)))
		s := slacktest.New(t, o)
		w := world{Server: s, t: t, w: s.Workspace("Biomed")}
		w.study = w.w.Channel("cbet-study")
		w.ann, w.bob = w.w.Person("ann"), w.w.Person("bob")
		w.study.Join(w.ann, w.bob)
		if o.Requests == (slacktest.Requests{}) {
			w.bot = dial(t, s)
			synctest.Wait()
		}
		w.study.Invite()
		if w.bot != nil {
			w.bot.take()
		}
		f(t, w)
	})
}

// names puts identifiers in place of {names}, and back.
func (w world) names(s string, back bool) string {
	pairs := []string{"{team}", w.w.ID, "{study}", w.study.ID, "{ann}", w.ann.ID, "{bob}", w.bob.ID, "{bot}", w.w.Bot().ID, "{app}", w.Application()}
	if back {
		for i := 0; i < len(pairs); i += 2 {
			pairs[i], pairs[i+1] = pairs[i+1], pairs[i]
		}
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// call calls a method with the bot's token; {names} stand for identifiers.
func (w world) call(method, args string) answer {
	w.t.Helper()
	return call(w.t, w.Server, w.w.Token(), method, w.names(args, false))
}

// must calls a method that must not fail.
func (w world) must(method, args string) answer {
	w.t.Helper()
	a := w.call(method, args)
	if a.object["ok"] != true {
		w.t.Fatalf("%s %s: %d %s", method, args, a.status, a.raw)
	}
	return a
}

// post posts to the channel and gives the timestamp.
func (w world) post(args string) string {
	w.t.Helper()
	return w.must("chat.postMessage", `{"channel":"{study}",`+args+`}`).says("ts")
}

// wait waits for an interaction.
func (w world) wait(i *slacktest.Interaction, err error) *slacktest.Interaction {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := i.Wait(ctx); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	return i
}

// bot is the smallest client of Socket Mode: it acknowledges what comes, with
// what answer gives; "-" is no acknowledgement.
type bot struct {
	t      *testing.T
	s      *slacktest.Server
	ws     *websocket.Conn
	answer func(kind string, payload object) string

	mu     sync.Mutex
	frames []object
	raw    []string
	pings  int
	mute   bool // it answers no PING
	err    error
	done   chan struct{}
}

// dial opens a socket and reads it until it ends.
func dial(t *testing.T, s *slacktest.Server) *bot {
	t.Helper()
	opened := call(t, s, s.AppToken(), "apps.connections.open", "")
	address := opened.says("url")
	if address == "" {
		t.Fatalf("no socket: %s", opened.raw)
	}
	return dialAt(t, s, address)
}

func dialAt(t *testing.T, s *slacktest.Server, address string) *bot {
	t.Helper()
	dialer := websocket.Dialer{NetDialContext: s.Dial}
	ws, _, err := dialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bot{t: t, s: s, ws: ws, done: make(chan struct{})}
	ws.SetPingHandler(func(data string) error {
		b.mu.Lock()
		b.pings++
		mute := b.mute
		b.mu.Unlock()
		if mute {
			return nil
		}
		return ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	go b.read()
	t.Cleanup(func() { _ = ws.Close(); <-b.done })
	return b
}

func (b *bot) read() {
	defer close(b.done)
	for {
		_, data, err := b.ws.ReadMessage()
		b.mu.Lock()
		if err != nil {
			b.err = err
			b.mu.Unlock()
			return
		}
		var frame object
		_ = json.Unmarshal(data, &frame)
		b.frames, b.raw = append(b.frames, frame), append(b.raw, string(data))
		answer := b.answer
		b.mu.Unlock()
		envelope, _ := frame["envelope_id"].(string)
		if envelope == "" {
			continue
		}
		said := ""
		if answer != nil {
			payload, _ := frame["payload"].(object)
			kind, _ := frame["type"].(string)
			said = answer(kind, payload)
		}
		if said == "-" {
			continue
		}
		b.ack(envelope, said)
	}
}

// ack acknowledges an envelope, with a payload unless it is "".
func (b *bot) ack(envelope, payload string) {
	out := `{"envelope_id":"` + envelope + `"}`
	if payload != "" {
		out = `{"envelope_id":"` + envelope + `","payload":` + payload + `}`
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.ws.WriteMessage(websocket.TextMessage, []byte(out))
}

// take gives the frames since the last call.
func (b *bot) take() []object {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.frames
	b.frames = nil
	return out
}

// answers makes the bot answer envelopes.
func (b *bot) answers(f func(kind string, payload object) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = f
}

// always answers everything the same.
func (b *bot) always(said string) { b.answers(func(string, object) string { return said }) }

// ended is how the connection ended; nil if it didn't.
func (b *bot) ended() error {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// inner are the payloads of frames, the events of those that have one.
func inner(frames []object) []object {
	var out []object
	for _, f := range frames {
		payload, _ := f["payload"].(object)
		if event, ok := payload["event"].(object); ok {
			payload = event
		}
		if payload != nil {
			out = append(out, payload)
		}
	}
	return out
}

// plain is JSON as it was written.
func plain(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSpace(b.String())
}
