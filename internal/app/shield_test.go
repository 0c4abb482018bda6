package app

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/adaptertest/memnet"
	"studyhall/adapters/browser"
	"studyhall/adapters/discord"
	"studyhall/adapters/slack"
	"studyhall/bot"
	"studyhall/bot/store"
)

// everyRoute is the program with all there is over HTTP, and not running.
func everyRoute(t *testing.T) *App {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	clock := realClock(time.Now)
	a, err := New(t.Context(), Options{
		Log: log, Version: "test", Database: "sqlite:" + filepath.Join(t.TempDir(), "routes.db"), UnsafeStore: true,
		Banks: os.DirFS("testdata/banks"), PublicURL: "https://study.example.org",
		Clock: func(context.Context, *store.Store) (*Clock, error) { return clock, nil },
		Adapters: func(shelf bot.Shelf, _ *Clock) ([]bot.Adapter, error) {
			s, err := slack.New(log, slack.Config{
				Shelf: shelf, SigningSecret: "0123456789abcdef0123456789abcdef", ClientID: "1.2", ClientSecret: "0123456789abcdef0123456789abcdef",
				PublicURL: "https://study.example.org", SecretKeys: []string{strings.Repeat("k", 32)},
			})
			if err != nil {
				return nil, err
			}
			d, err := discord.New(log, discord.Config{Shelf: shelf, Token: "MTIz.GabcdE.abcdefghijklmnopqrstuvwxyz0123",
				PublicKey: hex.EncodeToString(make([]byte, ed25519.PublicKeySize))})
			if err != nil {
				return nil, err
			}
			b, err := browser.New(log, browser.Config{Path: filepath.Join(t.TempDir(), "chat.db"), Clock: idleClock{}, Token: "let-me-in",
				People: []browser.Person{{ID: "maria", Name: "Maria"}}, Channels: []string{"cbet-study"}})
			return []bot.Adapter{s, d, b}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// idleClock is a clock for a page on which nothing happens.
type idleClock struct{}

func (idleClock) Now() time.Time                                { return time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC) }
func (idleClock) Advance(context.Context, time.Time) error      { return nil }
func (idleClock) Next(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// routeTries is every route as the code registers it, with what is asked of it.
func routeTries() map[string][]string {
	return map[string][]string{
		`"GET /healthz"`:               {"GET /healthz"},
		`"GET /metrics"`:               {"GET /metrics"},
		`"GET /readyz"`:                {"GET /readyz"},
		`"GET /calendar/{file}"`:       {"GET /calendar/UNKNOWN.ics", "HEAD /calendar/UNKNOWN.ics", "GET /calendar/..%2fx", "POST /calendar/X.ics"},
		`"GET "+pathInstall`:           {"GET /slack/install"},
		`"GET "+pathOAuth`:             {"GET /slack/oauth", "GET /slack/oauth?state=x&code=y"},
		`"POST "+pathEvents`:           {"POST /slack/events", "GET /slack/events"},
		`"POST "+pathCommands`:         {"POST /slack/commands"},
		`"POST "+pathInteractions`:     {"POST /slack/interactions"},
		`"POST "+interactionsPath`:     {"POST /discord/interactions", "GET /discord/nothing"},
		`"GET /{$}"`:                   {"GET /", "GET /?token=wrong", "GET /?token=let-me-in"},
		`"GET /events"`:                {"GET /events"},
		`"GET /files/{number}/{file}"`: {"GET /files/1/image", "GET /files/1/0", "GET /files/-1/..%2f"},
		`"GET /static/"`:               {"GET /static/app.js", "GET /static/app.css", "GET /static/../x", "GET /static/"},
		`"/"`:                          {"GET /nothing", "DELETE /"},
		`"POST /api/"+path`: {"POST /api/say", "POST /api/press", "POST /api/submit", "POST /api/use", "POST /api/clock", "POST /api/seen",
			"POST /api/member"},
		`"GET /api/state"`:      {"GET /api/state"},
		`"GET /api/complete"`:   {"GET /api/complete"},
		`"GET /api/suggest"`:    {"GET /api/suggest"},
		`"GET /api/payload"`:    {"GET /api/payload"},
		`below(adapter.Name())`: nil, // the adapters' own
	}
}

// registers matches where the code registers a route.
var registers = regexp.MustCompile(`mux\.Handle(?:Func)?\(("[^"]*"\s*\+\s*\w+|"[^"]*"|[^,]+),`)

// Every answer over HTTP, to a browser that was let in and to one that wasn't, has
// the headers that keep it from being framed, sniffed, cached or told on, and
// cookies that scripts and other sites can't use.
func TestHeadersOfEveryRoute(t *testing.T) {
	tries := routeTries()
	var found []string
	for _, pattern := range []string{"../../bot/web/*.go", "../../adapters/*/*.go", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range registers.FindAllStringSubmatch(string(text), -1) {
				if _, ok := tries[m[1]]; !ok {
					t.Errorf("%s registers %s, which isn't tried here", file, m[1])
				}
				found = append(found, m[1])
			}
		}
	}
	for route := range tries {
		if !slices.Contains(found, route) {
			t.Errorf("nothing registers %s any more", route)
		}
	}
	h := everyRoute(t).Handler()
	for _, asks := range tries {
		for _, ask := range asks {
			for _, in := range []bool{false, true} {
				t.Run(fmt.Sprint(ask, " let in: ", in), func(t *testing.T) { headersOf(t, h, ask, in) })
			}
		}
	}
}

func headersOf(t *testing.T, h http.Handler, ask string, in bool) {
	method, target, _ := strings.Cut(ask, " ")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // events have no end
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, method, "http://127.0.0.1:8080"+target, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	if in {
		first := httptest.NewRecorder()
		h.ServeHTTP(first, httptest.NewRequest("GET", "http://127.0.0.1:8080/?token=let-me-in", nil))
		for _, c := range first.Result().Cookies() {
			r.AddCookie(c)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	header := answer.Header
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := header.Get("Cache-Control"); got != "no-store" && (got != "private, no-cache" || !strings.HasPrefix(target, "/calendar/")) {
		t.Errorf("Cache-Control: %q", got)
	}
	policy := header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy allows too much: %s", policy)
	}
	for _, c := range answer.Cookies() {
		// The browser chat is spoken to on this machine without TLS.
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode && c.SameSite != http.SameSiteLaxMode || !c.Secure && !strings.HasPrefix(target, "/?token") {
			t.Errorf("cookie %s", c)
		}
	}
	if answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("answers %d %.200s", answer.StatusCode, w.Body)
	}
}

// An address that asks too often is told to wait; others aren't, nor platforms,
// whose requests are signed, nor what watches over the program.
func TestFloodOfRequests(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	served := 0
	h := newShield(Options{Paced: true, Real: func() time.Time { return at }}).before(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	ask := func(method, target, from, forwarded string) int {
		r := httptest.NewRequest(method, target, nil)
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	const target = "/calendar/GUESS.ics"
	for range 5000 {
		ask("GET", target, "192.0.2.7:1000", "203.0.113.9") // which it says of itself
	}
	if served != addressBurst {
		t.Errorf("%d were served of 5000, want %d", served, addressBurst)
	}
	tests := []struct {
		name, method, target, from, forwarded string
		want                                  int
	}{
		{"the same, from another port", "GET", target, "192.0.2.7:2000", "", http.StatusTooManyRequests},
		{"somebody else", "GET", target, "192.0.2.8:1000", "", http.StatusOK},
		{"what it said it was", "GET", target, "203.0.113.9:1", "", http.StatusOK},
		{"passed on, for it", "GET", target, "10.0.0.2:1", "198.51.100.1, 192.0.2.7", http.StatusTooManyRequests},
		{"passed on, for another", "GET", target, "10.0.0.2:1", "192.0.2.7, 198.51.100.1", http.StatusOK},
		{"a platform", "POST", "/slack/events", "192.0.2.7:1", "", http.StatusOK},
		{"a page beside it", "GET", "/slack/install", "192.0.2.7:1", "", http.StatusTooManyRequests},
		{"a watcher", "GET", "/healthz", "192.0.2.7:1", "", http.StatusOK},
		{"no address", "GET", target, "@", "", http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := ask(tt.method, tt.target, tt.from, tt.forwarded); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
	for n := range addressBurst + 10 { // a household has many addresses
		ask("GET", target, fmt.Sprintf("[2001:db8::%x]:1", n), "")
	}
	if got := ask("GET", target, "[2001:db8::ffff]:1", ""); got != http.StatusTooManyRequests {
		t.Errorf("one more address of the same network: %d", got)
	}
	at = at.Add(time.Minute)
	if got := ask("GET", target, "192.0.2.7:1000", ""); got != http.StatusOK {
		t.Errorf("a minute later: %d", got)
	}
}

// Who sends a request slowly, or one with endless headers, holds no connection.
func TestSlowRequests(t *testing.T) {
	tests := []struct {
		name, sends string
		within      time.Duration
		want        string
	}{
		{"headers that don't end", "GET / HTTP/1.1\r\nHost: x\r\nX-A: ", 11 * time.Second, ""},
		{"a body that doesn't come", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na", 31 * time.Second, "HTTP/1.1 400"},
		{"nothing after a request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 3 * time.Minute, "HTTP/1.1 200"},
		{"headers that are too long", "GET / HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", time.Second, "HTTP/1.1 431"},
		{"a body that is too long", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + strings.Repeat("a", mostBody+1), time.Second, "HTTP/1.1 400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := memnet.Listen("web")
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				h := newShield(Options{Real: time.Now}).before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if _, err := io.ReadAll(r.Body); err != nil {
						w.WriteHeader(http.StatusBadRequest)
					}
				}))
				go func() { done <- serveHTTP(ctx, slog.New(slog.DiscardHandler), l, h) }()
				conn, err := l.Dial(ctx)
				if err != nil {
					t.Fatal(err)
				}
				go io.WriteString(conn, tt.sends) // the server may close first
				began := time.Now()
				answer, err := io.ReadAll(bufio.NewReader(conn))
				if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.ErrClosedPipe) {
					t.Error(err)
				}
				if took := time.Since(began); took > tt.within || !strings.HasPrefix(string(answer), tt.want) {
					t.Errorf("it was held for %v and answered %.60q, want %v and %q", took, answer, tt.within, tt.want)
				}
				conn.Close()
				stop()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
