// Package web is what the program says over HTTP to those who look after it:
// whether it lives, and whether it can work.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// checkTimeout bounds one readiness check.
const checkTimeout = 3 * time.Second

// Check is one thing that must work for the program to be ready.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Health serves GET /healthz, which answers as long as the process does, and
// GET /readyz, which answers 503 with the names of the checks that fail. Causes
// go to the log only.
func Health(log *slog.Logger, checks ...Check) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		failed := ""
		for _, c := range checks {
			if err := c.Run(ctx); err != nil {
				log.Warn("not ready", "check", c.Name, "err", err)
				failed += "not ready: " + c.Name + "\n"
			}
		}
		if failed != "" {
			say(w, http.StatusServiceUnavailable, failed)
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
	return mux
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The asker may have gone; there is nobody left to tell.
	_, _ = w.Write([]byte(text))
}
