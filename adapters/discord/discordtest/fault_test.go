package discordtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// TestFaults is 5.6 of the contract, as far as it is about requests: what the
// client gets, how long it takes, and whether it was done.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  discordtest.Fault
		status int // 0: no answer
		says   string
		took   time.Duration
		done   int // messages posted
	}{
		{"no fault", discordtest.Fault{}, 200, "hello", 0, 1},
		{"late", discordtest.Delay(2900 * time.Millisecond), 200, "hello", 2900 * time.Millisecond, 1},
		{"the answer is late", discordtest.DelayAfter(time.Minute), 200, "hello", time.Minute, 1},
		{"cut before", discordtest.CutBefore(), 0, "EOF", 0, 0},
		{"cut after", discordtest.CutAfter(), 0, "EOF", 0, 1},
		{"500 before", discordtest.StatusBefore(500), 500, "Internal Server Error", 0, 0},
		{"502 before", discordtest.StatusBefore(502), 502, "Bad Gateway", 0, 0},
		{"503 after", discordtest.StatusAfter(503), 503, "Service Unavailable", 0, 1},
		{"504 after", discordtest.StatusAfter(504), 504, "Gateway Timeout", 0, 1},
		{"an error", discordtest.Refused(404, 10015), 404, "Unknown Webhook", 0, 0},
		{"overloaded", discordtest.Refused(503, 130000), 503, "overloaded", 0, 0},
		{"packed", discordtest.Gzip(), 200, "hello", 0, 1},
		{"strange fields", discordtest.UnknownFields(), 200, `"new_in_2031"`, 0, 1},
		{"strange components", discordtest.UnknownComponents(), 200, `"type":99`, 0, 1},
		{"a byte a second", discordtest.SlowBody(), 200, "hello", 100 * time.Second, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, discordtest.Options{}, func(t *testing.T, w world) {
				w.Inject(1, discordtest.CreateMessage, test.fault)
				began := time.Now()
				h := http.Header{"Authorization": {"Bot " + w.Token()}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
				status, out, _ := send(t, w.Server, "POST", w.places(post), []byte(hello), h)
				if status != test.status || !strings.Contains(plain(out), test.says) {
					t.Errorf("%d %s, want %d %s", status, plain(out), test.status, test.says)
				}
				if took := time.Since(began); took < test.took || test.took < 10*time.Second && took != test.took {
					t.Errorf("took %v", took)
				}
				if got := len(w.study.Messages()); got != test.done {
					t.Errorf("%d messages", got)
				}
				time.Sleep(10 * time.Second)
				w.check(t, call{"POST", post, hello, 200, 0, ""}) // only one was to fail
			})
		})
	}
}

// TestFaultsAreCounted is about how many requests one is for.
func TestFaultsAreCounted(t *testing.T) {
	tell(t, []story{
		{name: "two", act: func(w world) { w.Inject(2, discordtest.CreateMessage, discordtest.StatusBefore(502)) }, calls: []call{
			{"POST", post, hello, 502, 0, ""}, {"GET", "/users/@me", "", 200, 0, ""}, {"POST", post, hello, 502, 0, ""}, {"POST", post, hello, 200, 0, ""},
		}},
		{name: "all, until they are healed", act: func(w world) { w.Inject(-1, discordtest.Any, discordtest.StatusBefore(503)) }, calls: []call{
			{"POST", post, hello, 503, 0, ""}, {"GET", "/users/@me", "", 503, 0, ""}, {"GET", "/gateway", "", 503, 0, ""},
		}},
		{name: "one after another", act: func(w world) {
			w.Inject(1, discordtest.CreateMessage, discordtest.StatusBefore(500))
			w.Inject(1, discordtest.CreateMessage, discordtest.StatusBefore(504))
		}, calls: []call{{"POST", post, hello, 500, 0, ""}, {"POST", post, hello, 504, 0, ""}, {"POST", post, hello, 200, 0, ""}}},
		{name: "a delay and another", act: func(w world) {
			w.Inject(1, discordtest.CreateMessage, discordtest.Delay(time.Second))
			w.Inject(1, discordtest.CreateMessage, discordtest.StatusBefore(504))
		}, calls: []call{{"POST", post, hello, 504, 0, ""}, {"POST", post, hello, 200, 0, ""}}},
		{name: "healed", act: func(w world) {
			w.Inject(-1, discordtest.CreateMessage, discordtest.StatusBefore(500))
			w.Heal()
		}, calls: []call{{"POST", post, hello, 200, 0, ""}}},
	})
}

// TestPackedAnswers wants gzip only for clients that take it.
func TestPackedAnswers(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.Inject(-1, discordtest.Any, discordtest.Gzip())
		for _, accept := range []string{"", "gzip"} {
			h := http.Header{"Authorization": {"Bot " + w.Token()}, "User-Agent": {"DiscordBot (x, 1)"}}
			if accept != "" {
				h.Set("Accept-Encoding", accept)
			}
			_, _, got := send(t, w.Server, "GET", "/users/@me", nil, h)
			if got.Get("Content-Encoding") != accept {
				t.Errorf("%q for %q", got.Get("Content-Encoding"), accept)
			}
		}
	})
}

// TestSkewedDate is about a server whose clock is wrong.
func TestSkewedDate(t *testing.T) {
	within(t, discordtest.Options{}, func(t *testing.T, w world) {
		w.Inject(1, discordtest.Any, discordtest.SkewedDate(time.Hour))
		_, _, h := rest(t, w.Server, "GET", "/users/@me", nil)
		if got := h.Get("Date"); got != "Sun, 22 Nov 2026 08:00:00 GMT" {
			t.Errorf("Date: %s", got)
		}
	})
}
