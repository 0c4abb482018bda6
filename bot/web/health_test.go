package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHealth(t *testing.T) {
	works := Check{Name: "database", Run: func(context.Context) error { return nil }}
	fails := Check{Name: "database", Run: func(context.Context) error { return errors.New("secret cause") }}
	connected := Check{Name: "chat", State: func() (string, bool) { return "connected", true }}
	resuming := Check{Name: "chat", State: func() (string, bool) { return "resuming, not connected for 12s", false }}
	const (
		databaseWorks = `{"name":"database","ok":true,"state":"works"}`
		databaseFails = `{"name":"database","ok":false,"state":"doesn't work; the log says why"}`
		chatConnected = `{"name":"chat","ok":true,"state":"connected"}`
	)
	tests := []struct {
		name, path string
		checks     []Check
		status     int
		body       string
	}{
		{"alive", "/healthz", []Check{fails}, http.StatusOK, "ok\n"},
		{"nothing to check", "/readyz", nil, http.StatusOK, `{"ready":true,"checks":[]}` + "\n"},
		{"ready", "/readyz", []Check{works}, http.StatusOK, `{"ready":true,"checks":[` + databaseWorks + "]}\n"},
		{"not ready, cause untold", "/readyz", []Check{fails}, http.StatusServiceUnavailable, `{"ready":false,"checks":[` + databaseFails + "]}\n"},
		{"ready, with a state", "/readyz", []Check{works, connected}, http.StatusOK, `{"ready":true,"checks":[` + databaseWorks + "," + chatConnected + "]}\n"},
		{"not ready, with a state", "/readyz", []Check{works, resuming}, http.StatusServiceUnavailable,
			`{"ready":false,"checks":[` + databaseWorks + `,{"name":"chat","ok":false,"state":"resuming, not connected for 12s"}]}` + "\n"},
		{"one ready of two", "/readyz", []Check{fails, connected}, http.StatusServiceUnavailable, `{"ready":false,"checks":[` + databaseFails + "," + chatConnected + "]}\n"},
		{"nothing else", "/elsewhere", nil, http.StatusNotFound, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Health(NewChecks(slog.New(slog.DiscardHandler), tt.checks...)).ServeHTTP(w, httptest.NewRequest("GET", tt.path, nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

// Anybody may ask, so what takes work isn't done each time.
func TestChecksAreNotRepeatedAtOnce(t *testing.T) {
	done := 0
	c := NewChecks(slog.New(slog.DiscardHandler), Check{Name: "database", Run: func(context.Context) error { done++; return errors.New("away") }})
	for range 10 {
		if c.Ready(t.Context()).Ready {
			t.Error("ready, although the database is away")
		}
	}
	if done != 1 {
		t.Errorf("looked %d times", done)
	}
}

func TestGuard(t *testing.T) {
	const token = "a-token-of-enough-letters"
	for _, test := range []struct {
		name, from, host, token string
		header                  http.Header
		want                    int
	}{
		{"from this machine", "127.0.0.1:4000", "127.0.0.1:8080", "", nil, 200},
		{"from this machine, by name", "[::1]:4000", "localhost:8080", "", nil, 200},
		{"from elsewhere", "192.0.2.7:4000", "127.0.0.1:8080", "", nil, 403},
		{"through a proxy here", "127.0.0.1:4000", "127.0.0.1:8080", "", http.Header{"X-Forwarded-For": {"192.0.2.7"}}, 403},
		{"through a proxy here that keeps the name", "127.0.0.1:4000", "study.example.org", "", nil, 403},
		{"from elsewhere, an empty token", "192.0.2.7:4000", "study.example.org", "", http.Header{"Authorization": {"Bearer "}}, 403},
		{"from elsewhere with the token", "192.0.2.7:4000", "study.example.org", token, http.Header{"Authorization": {"Bearer " + token}}, 200},
		{"from elsewhere with another", "192.0.2.7:4000", "study.example.org", token, http.Header{"Authorization": {"Bearer b" + token}}, 403},
		{"from here with another", "127.0.0.1:4000", "127.0.0.1:8080", token, http.Header{"Authorization": {"Bearer b" + token}}, 403},
		{"from here without", "127.0.0.1:4000", "127.0.0.1:8080", token, nil, 200},
		{"as a password", "192.0.2.7:4000", "study.example.org", token, http.Header{"Authorization": {"Basic " + token}}, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			r.RemoteAddr, r.Host = test.from, test.host
			for name, v := range test.header {
				r.Header[name] = v
			}
			w := httptest.NewRecorder()
			NewMetrics("test").Handler(slog.New(slog.DiscardHandler), Guard{Token: test.token}).ServeHTTP(w, r)
			if w.Code != test.want {
				t.Errorf("got %d, want %d", w.Code, test.want)
			}
		})
	}
}
