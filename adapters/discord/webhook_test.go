package discord_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// inside sends HTTP requests to a handler, without a socket.
type inside func() http.Handler

// RoundTrip has the handler answer.
func (h inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h().ServeHTTP(w, r)
	return w.Result(), nil
}

// overHTTP is a world whose interactions come over HTTP.
func overHTTP(t *testing.T) *world {
	t.Helper()
	var w *world
	w = newWorld(t, discordtest.Options{
		Interactions: "http://bot.test/discord/interactions",
		HTTP:         &http.Client{Transport: inside(func() http.Handler { return w.adapter.Routes(w.bot) })},
	})
	w.http = true
	w.start()
	time.Sleep(time.Second)
	return w
}

// TestHTTPMode has interactions come over HTTP, and no gateway.
func TestHTTPMode(t *testing.T) {
	bubble(t, "http", func(t *testing.T) {
		w := overHTTP(t)
		if err := w.discord.Ping(); err != nil {
			t.Error(err)
		}
		i := w.answered(w.ann.Command(w.study, "study", nil))
		if got := i.Reply().Text(); got != "Your page" {
			t.Errorf("got %q", got)
		}
		w.slow(2200 * time.Millisecond)
		if got := w.answered(w.ann.Command(w.study, "study", nil)).Reply().Text(); got != "Your page" {
			t.Errorf("late: got %q", got)
		}
		w.slow(0)
		i.Again()
		time.Sleep(time.Second)
		if got := len(w.asked()); got != 2 {
			t.Errorf("the bot was asked %d times, want twice", got)
		}
		if c := w.discord.Counts(); c.Connections > 0 {
			t.Error("the gateway was opened")
		}
	})
}

// TestBadRequests sends what Discord would not, and what it sends to see whether
// anybody looks.
func TestBadRequests(t *testing.T) {
	long := `{"type":2,"id":"1","token":"t","member":{"user":{"id":"2"}},"data":{"name":"` + strings.Repeat("x", 1<<20) + `"}}`
	for _, test := range []struct {
		name, body string
		age        time.Duration
		right      bool
		want       int
	}{
		{"wrong signature", `{"type":1,"id":"1"}`, 0, false, http.StatusUnauthorized},
		{"old signature", `{"type":1,"id":"1"}`, time.Hour, true, http.StatusUnauthorized},
		{"signature from the future", `{"type":1,"id":"1"}`, -time.Hour, true, http.StatusUnauthorized},
		{"no JSON", `hello`, 0, true, http.StatusBadRequest},
		{"a list", `[]`, 0, true, http.StatusBadRequest},
		{"nobody", `{"type":2,"id":"1","token":"t","data":{}}`, 0, true, http.StatusBadRequest},
		{"identifier of 64 bits", `{"type":77,"id":"18446744073709551615","token":"t","user":{"id":"18446744073709551614"},"data":{"name":"x"}}`, 0, true, http.StatusAccepted},
		{"too long", long, 0, true, http.StatusRequestEntityTooLarge},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := overHTTP(t)
			status, _, err := w.discord.Sign([]byte(test.body), time.Now().Add(-test.age), test.right)
			if err != nil || status != test.want {
				t.Errorf("got %d, %v, want %d", status, err, test.want)
			}
		})
	}
}

// TestOddInteractions has the gateway bring what is not as expected. It is
// answered as far as it can be, and the next one is answered as usual.
func TestOddInteractions(t *testing.T) {
	user := map[string]any{"id": "7", "username": "u"}
	for _, test := range []struct {
		name string
		data map[string]any
	}{
		{"nothing", map[string]any{}},
		{"no data", map[string]any{"id": "1", "type": 2, "token": "t", "user": user}},
		{"a ping", map[string]any{"id": "1", "type": 1, "token": "t"}},
		{"unknown type", map[string]any{"id": "1", "type": 99, "token": "t", "user": user, "data": map[string]any{"name": "x"}}},
		{"unknown command", map[string]any{"id": "1", "type": 2, "token": "t", "user": user, "channel_id": "5", "data": map[string]any{"name": "gone", "type": 1}}},
		{"options that don't match", map[string]any{"id": "1", "type": 2, "token": "t", "user": user, "channel_id": "5", "data": map[string]any{
			"name": "quiz", "type": 1, "options": []any{map[string]any{"name": "count", "type": 3, "value": map[string]any{"a": 1}}}}}},
		{"data of another shape", map[string]any{"id": "1", "type": 3, "token": "t", "user": user, "channel_id": "5", "data": "press"}},
		{"a component nobody knows", map[string]any{"id": "1", "type": 5, "token": "t", "user": user, "channel_id": "5", "data": map[string]any{
			"custom_id": "exam/set", "components": []any{map[string]any{"type": 99, "component": map[string]any{"type": 98}}}}}},
		{"a suggestion for nothing", map[string]any{"id": "1", "type": 4, "token": "t", "user": user, "data": map[string]any{"name": "gone"}}},
		{"an identifier that is none", map[string]any{"id": "x/../y", "type": 2, "token": "t", "user": user, "data": map[string]any{"name": "study"}}},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			w.discord.SendEvent("INTERACTION_CREATE", test.data)
			w.answered(w.ann.Command(w.study, "study", nil))
			if c := w.discord.Counts(); c.Identifies != 1 {
				t.Errorf("connected %d times", c.Identifies)
			}
		})
	}
}

// TestCallbacks has the first answers fail.
func TestCallbacks(t *testing.T) {
	for _, test := range []struct {
		name  string
		route discordtest.Route
		fault discordtest.Fault
		delay time.Duration // of the core
		shown bool          // the person has an answer
	}{
		{"cut before", discordtest.Callback, discordtest.CutBefore(), 0, true},
		{"cut after", discordtest.Callback, discordtest.CutAfter(), 0, true},
		{"broken before", discordtest.Callback, discordtest.StatusBefore(503), 0, true},
		{"broken after", discordtest.Callback, discordtest.StatusAfter(500), 0, true},
		{"delayed", discordtest.Callback, discordtest.Delay(2900 * time.Millisecond), 0, true},
		{"delayed too long", discordtest.Callback, discordtest.Delay(3100 * time.Millisecond), 0, false},
		{"the promise cut", discordtest.Callback, discordtest.CutAfter(), 5 * time.Second, true},
		{"the edit broken", discordtest.EditOriginal, discordtest.StatusBefore(502), 5 * time.Second, true},
		{"the edit limited", discordtest.EditOriginal, discordtest.Limited(discordtest.ScopeUser, time.Second), 5 * time.Second, true},
		{"limited for all", discordtest.Callback, discordtest.Limited(discordtest.ScopeGlobal, 100*time.Millisecond), 0, true},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			w.slow(test.delay)
			w.discord.Inject(1, test.route, test.fault)
			i, err := w.ann.Command(w.study, "hello", nil)
			if err != nil {
				t.Fatal(err)
			}
			err = i.Wait(t.Context())
			time.Sleep(10 * time.Second)
			if shown := err == nil && strings.Contains(i.Reply().Text(), "says hello"); shown != test.shown {
				t.Errorf("shown %t (%v), want %t", shown, err, test.shown)
			}
			if got := len(w.asked()); got != 1 {
				t.Errorf("the bot was asked %d times", got)
			}
			if n := len(w.study.Messages()); n != 1 {
				t.Errorf("%d messages, want 1: what was for everybody is shown to everybody", n)
			}
		})
	}
}

// TestFlood has one person press without end, and somebody else beside.
func TestFlood(t *testing.T) {
	bubble(t, "flood", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		w.slow(time.Second)
		var all []*discordtest.Interaction
		for range 50 {
			i, err := w.ann.Command(w.study, "study", nil)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, i)
		}
		lee := w.discord.Person("Lee T.")
		w.server.Join(lee)
		if got := w.answered(lee.Command(w.study, "study", nil)).Reply().Text(); got != "Your page" {
			t.Errorf("somebody else gets %q", got)
		}
		served := 0
		for _, i := range all {
			w.answered(i, nil)
			if i.Reply().Text() == "Your page" {
				served++
			}
			if !i.Reply().Ephemeral {
				t.Errorf("everybody sees %q", i.Reply().Text())
			}
		}
		if served != 8 {
			t.Errorf("%d of 50 at once were served, want 8, and a word for the others", served)
		}
	})
}

// TestTyped has words typed to the bot.
func TestTyped(t *testing.T) {
	for _, test := range []struct {
		name, words string
		private     bool
		shows       string // on the button's answer; "" for no answer at all
	}{
		{"in private", "study", true, "Your page"},
		{"a mention", "<@BOT> study", false, "Your page"},
		{"a mention of old", "<@!BOT>, study", false, "Your page"},
		{"not for the bot", "study hard", false, ""},
		{"a mention inside", "ask <@BOT> study", false, ""},
		{"unknown words", "<@BOT> xyzzy", false, "I don't know"},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			where := w.study
			if test.private {
				where = w.ann.Direct()
			}
			if _, err := w.ann.Write(where, strings.ReplaceAll(test.words, "BOT", w.discord.Application())); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			all := w.ann.Messages(where)
			last := all[len(all)-1]
			if test.shows == "" {
				if len(all) > 1 {
					t.Errorf("answered with %q", last.Text())
				}
				return
			}
			i := w.answered(w.ann.Press(last, "Show me"))
			if m := i.Reply(); !strings.Contains(m.Text(), test.shows) || !m.Ephemeral {
				t.Errorf("shows %q, ephemeral %t", m.Text(), m.Ephemeral)
			}
		})
	}
}
