package discordtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// headers of limits, in one line.
func limits(h http.Header) string {
	var out []string
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Scope", "X-RateLimit-Global", "Retry-After"} {
		if v := h.Get(name); v != "" {
			out = append(out, strings.TrimPrefix(name, "X-RateLimit-")+"="+v)
		}
	}
	return strings.Join(out, " ")
}

// oneOf lets one message be posted a second.
func oneOf(limits map[discordtest.Route]discordtest.Limit) map[discordtest.Route]discordtest.Limit {
	limits[discordtest.CreateMessage] = discordtest.Limit{Requests: 1, Per: time.Second}
	return limits
}

// TestLimitHeaders is 5.5 of the contract. Each row is requests in order, the
// last of which is looked at.
func TestLimitHeaders(t *testing.T) {
	send := func(n int, method, path, body string) func(t *testing.T, w world) (int, object, http.Header) {
		return func(t *testing.T, w world) (status int, out object, h http.Header) {
			w.check(t, call{"POST", post, hello, 200, 0, ""})
			for range n {
				status, out, h = rest(t, w.Server, method, w.places(path), w.places(body))
			}
			return status, out, h
		}
	}
	fault := func(f discordtest.Fault) func(t *testing.T, w world) (int, object, http.Header) {
		return func(t *testing.T, w world) (int, object, http.Header) {
			w.Inject(1, discordtest.CreateMessage, f)
			return rest(t, w.Server, "POST", w.places(post), hello)
		}
	}
	for _, test := range []struct {
		name   string
		o      discordtest.Options
		do     func(t *testing.T, w world) (int, object, http.Header)
		status int
		header string
		says   string
	}{
		{"a post", discordtest.Options{}, send(1, "POST", post, hello), 200, "Limit=5 Remaining=3 Reset=1795330805.000 Reset-After=5.000", "hello"},
		{"the fifth", discordtest.Options{}, send(4, "POST", post, hello), 200, "Limit=5 Remaining=0 Reset=1795330805.000 Reset-After=5.000", "hello"},
		{"the sixth", discordtest.Options{}, send(5, "POST", post, hello), 429, "Limit=5 Remaining=0 Reset=1795330805.000 Reset-After=5.000 Scope=user Retry-After=5", `"global":false,"message":"You are being rate limited.","retry_after":5}`},
		{"an edit counts for itself", discordtest.Options{}, send(1, "PATCH", post+"/{first}", hello), 200, "Limit=5 Remaining=4 Reset=1795330805.000 Reset-After=5.000", ""},
		{"a wrong one counts, too", discordtest.Options{}, send(1, "POST", post, `{}`), 400, "Limit=5 Remaining=3 Reset=1795330805.000 Reset-After=5.000", "50006"},
		{"some routes say nothing", discordtest.Options{}, send(1, "GET", "/users/@me", ""), 200, "", ""},
		{"a limit of a test's", discordtest.Options{Limits: map[discordtest.Route]discordtest.Limit{discordtest.CreateMessage: {Requests: 1, Per: time.Minute}}}, send(1, "POST", post, hello),
			429, "Limit=1 Remaining=0 Reset=1795330860.000 Reset-After=60.000 Scope=user Retry-After=60", ""},
		{"none", discordtest.Options{Limits: discordtest.Unlimited()}, send(60, "POST", post, hello), 200, "", ""},
		{"none but one", discordtest.Options{Limits: oneOf(discordtest.Unlimited())}, send(1, "POST", post, hello), 429, "Limit=1 Remaining=0 Reset=1795330801.000 Reset-After=1.000 Scope=user Retry-After=1", ""},
		{"the global one alone", discordtest.Options{Limits: discordtest.Unlimited(), Global: 10}, send(10, "POST", post, hello), 429, "Scope=global Global=true Retry-After=1", ""},
		{"50 a second for all routes", discordtest.Options{}, send(50, "GET", "/users/@me", ""), 429, "Scope=global Global=true Retry-After=1", `"global":true`},
		{"49 are fine", discordtest.Options{}, send(49, "GET", "/users/@me", ""), 200, "", ""},
		{"forced on the bot", discordtest.Options{}, fault(discordtest.Limited(discordtest.ScopeUser, 1500*time.Millisecond)), 429,
			"Limit=5 Remaining=0 Reset=1795330801.500 Reset-After=1.500 Scope=user Retry-After=2", `"retry_after":1.5`},
		{"forced on the channel", discordtest.Options{}, fault(discordtest.Limited(discordtest.ScopeShared, 40*time.Second)), 429,
			"Limit=5 Remaining=4 Reset=1795330800.300 Reset-After=0.300 Scope=shared Retry-After=40", `"retry_after":40`},
		{"forced on everything", discordtest.Options{}, fault(discordtest.Limited(discordtest.ScopeGlobal, 2*time.Second)), 429, "Scope=global Global=true Retry-After=2", `"global":true`},
		{"by the firewall", discordtest.Options{}, fault(discordtest.Cloudflare(10 * time.Minute)), 429, "Retry-After=600", "error code: 1015"},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.o, func(t *testing.T, w world) {
				status, out, h := test.do(t, w)
				if got := limits(h); status != test.status || got != test.header || !strings.Contains(plain(out), test.says) {
					t.Errorf("%d %s\n%s, want %d %s\n%s", status, got, plain(out), test.status, test.header, test.says)
				}
				if via := h.Get("Via"); (via != "") != (status == 429 && h.Get("Content-Type") == "application/json") {
					t.Errorf("Via %q", via)
				}
				if n := w.Counts().Limited; (n == 1) != (status == 429) {
					t.Errorf("%d 429s counted", n)
				}
			})
		})
	}
}

// TestLimitsEnd is about windows, and what they don't count.
func TestLimitsEnd(t *testing.T) {
	five := []call{{"POST", post, hello, 200, 0, ""}, {"POST", post, hello, 200, 0, ""}, {"POST", post, hello, 200, 0, ""}, {"POST", post, hello, 200, 0, ""}, {"POST", post, hello, 200, 0, ""}}
	in := func(t *testing.T, f func(t *testing.T, w world)) {
		within(t, discordtest.Options{}, func(t *testing.T, w world) {
			for _, c := range five {
				w.check(t, c)
			}
			f(t, w)
		})
	}
	t.Run("after the window", func(t *testing.T) {
		in(t, func(t *testing.T, w world) {
			time.Sleep(5 * time.Second)
			w.check(t, five[0])
		})
	})
	t.Run("another channel", func(t *testing.T) {
		in(t, func(t *testing.T, w world) {
			w.ids["{other}"] = w.server.Channel("other").ID
			w.check(t, call{"POST", "/channels/{other}/messages", hello, 200, 0, ""})
		})
	})
	t.Run("callbacks and webhooks are outside of the global one", func(t *testing.T) {
		within(t, discordtest.Options{Global: 2}, func(t *testing.T, w world) {
			w.ask(t, "command") // registers, too
			w.check(t, call{"GET", "/users/@me", "", 200, 0, ""})
			w.check(t, call{"GET", "/users/@me", "", 429, 0, ""})
			w.check(t, call{"POST", hook, say, 204, 0, ""})
			for range 5 {
				w.check(t, call{"PATCH", original, hello, 200, 0, ""})
			}
			w.check(t, call{"PATCH", original, hello, 429, 0, ""}) // but have one of their own
			time.Sleep(2 * time.Second)
			w.check(t, call{"PATCH", original, hello, 200, 0, ""})
		})
	})
	t.Run("posting and editing have one name", func(t *testing.T) {
		within(t, discordtest.Options{}, func(t *testing.T, w world) {
			w.check(t, five[0])
			_, _, a := rest(t, w.Server, "POST", w.places(post), hello)
			_, _, b := rest(t, w.Server, "PATCH", w.places(post+"/{first}"), hello)
			if a.Get("X-RateLimit-Bucket") == "" || a.Get("X-RateLimit-Bucket") != b.Get("X-RateLimit-Bucket") {
				t.Errorf("%q and %q", a.Get("X-RateLimit-Bucket"), b.Get("X-RateLimit-Bucket"))
			}
		})
	})
}

// TestBanned is what too many refused requests lead to.
func TestBanned(t *testing.T) {
	o := discordtest.Options{Invalid: 3}
	bad := []call{{"GET", "/channels/{study}", "", 403, 50001, ""}, {"GET", "/channels/{study}", "", 403, 50001, ""}, {"GET", "/channels/{study}", "", 403, 50001, ""}}
	hide := func(w world) { w.study.Deny(discordtest.ViewChannel) }
	tell(t, []story{
		{name: "403", o: o, act: hide, calls: append(bad[:3:3], call{"GET", "/users/@me", "", 429, 0, "error code: 1015"}, call{"GET", "/gateway", "", 429, 0, "1015"})},
		{name: "two are not enough", o: o, act: hide, calls: append(bad[:2:2], call{"GET", "/users/@me", "", 200, 0, ""})},
		{name: "404 doesn't count", o: o, act: func(w world) { w.study.Delete() }, calls: []call{
			{"GET", "/channels/{study}", "", 404, 10003, ""}, {"GET", "/channels/{study}", "", 404, 10003, ""}, {"GET", "/channels/{study}", "", 404, 10003, ""}, {"GET", "/users/@me", "", 200, 0, ""},
		}},
		{name: "nor does a shared 429", o: o, act: func(w world) {
			w.Inject(3, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeShared, time.Second))
		}, calls: []call{{"POST", post, hello, 429, 0, ""}, {"POST", post, hello, 429, 0, ""}, {"POST", post, hello, 429, 0, ""}, {"GET", "/users/@me", "", 200, 0, ""}}},
		{name: "a 429 of the bot's does", o: o, act: func(w world) {
			w.Inject(3, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeUser, time.Second))
		}, calls: []call{{"POST", post, hello, 429, 0, ""}, {"POST", post, hello, 429, 0, ""}, {"POST", post, hello, 429, 0, ""}, {"GET", "/users/@me", "", 429, 0, "1015"}}},
	})
	t.Run("10 minutes later", func(t *testing.T) {
		within(t, o, func(t *testing.T, w world) {
			hide(w)
			for _, c := range bad {
				w.check(t, c)
			}
			time.Sleep(10 * time.Minute)
			w.check(t, call{"GET", "/users/@me", "", 200, 0, ""})
		})
	})
}
