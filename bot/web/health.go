// Package web is what the program says over HTTP: to those who look after it,
// whether it lives and can work, and to calendar programs, people's dates.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// checkTimeout bounds one readiness check.
const checkTimeout = 3 * time.Second

// Check is one thing that must work for the program to be ready. It has either
// Run, whose error stays in the log, or State, whose words anybody may read.
type Check struct {
	Name  string
	Run   func(ctx context.Context) error
	State func() (words string, works bool)
}

// run does the check; the line is what /readyz says of it, or "".
func (c Check) run(ctx context.Context, log *slog.Logger) (line string, works bool) {
	if c.State != nil {
		words, works := c.State()
		return c.Name + ": " + words, works
	}
	if err := c.Run(ctx); err != nil {
		log.Warn("not ready", "check", c.Name, "err", err)
		return c.Name, false
	}
	return "", true
}

// Health serves GET /healthz, which answers as long as the process does, and
// GET /readyz, which answers 503 with the names of the checks that fail, and in
// any case with the state of those that have one. Causes go to the log only.
func Health(log *slog.Logger, checks ...Check) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		failed, fine := "", ""
		for _, c := range checks {
			switch line, works := c.run(ctx, log); {
			case !works:
				failed += "not ready: " + line + "\n"
			case line != "":
				fine += line + "\n"
			}
		}
		if failed != "" {
			say(w, http.StatusServiceUnavailable, failed+fine)
			return
		}
		say(w, http.StatusOK, "ready\n"+fine)
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
