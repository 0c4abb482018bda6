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
	tests := []struct {
		name, path string
		checks     []Check
		status     int
		body       string
	}{
		{"alive", "/healthz", []Check{fails}, http.StatusOK, "ok\n"},
		{"ready", "/readyz", []Check{works}, http.StatusOK, "ready\n"},
		{"not ready, cause untold", "/readyz", []Check{works, fails}, http.StatusServiceUnavailable, "not ready: database\n"},
		{"ready, with a state", "/readyz", []Check{works, connected}, http.StatusOK, "ready\nchat: connected\n"},
		{"not ready, with a state", "/readyz", []Check{works, resuming}, http.StatusServiceUnavailable, "not ready: chat: resuming, not connected for 12s\n"},
		{"one ready of two", "/readyz", []Check{fails, connected}, http.StatusServiceUnavailable, "not ready: database\nchat: connected\n"},
		{"nothing else", "/elsewhere", nil, http.StatusNotFound, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Health(slog.New(slog.DiscardHandler), tt.checks...).ServeHTTP(w, httptest.NewRequest("GET", tt.path, nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}
