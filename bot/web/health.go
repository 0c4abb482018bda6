// Package web is what the program says over HTTP: to those who look after it,
// whether it lives and can work, and in figures how; and to calendar programs,
// people's dates.
package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	checkTimeout = 3 * time.Second // of one readiness check
	checkAgain   = 2 * time.Second // for which the outcome of a check that does work is told again
)

// Check is one thing that must work for the program to be ready. It has either
// Run, whose error stays in the log, or State, whose words anybody may read.
type Check struct {
	Name  string
	Run   func(ctx context.Context) error
	State func() (words string, works bool)
}

// Checked is what came of a check, as /readyz tells it.
type Checked struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	State string `json:"state"` // in words, without causes
}

// Readiness is what /readyz answers with.
type Readiness struct {
	Ready  bool      `json:"ready"`
	Checks []Checked `json:"checks"`
}

// Checks are all checks of a program. They are safe for concurrent use.
type Checks struct {
	log *slog.Logger
	all []Check

	mu   sync.Mutex
	last map[string]lastCheck // of those that do work
}

type lastCheck struct {
	at time.Time
	ok bool
}

// NewChecks are checks in the order in which they are told.
func NewChecks(log *slog.Logger, all ...Check) *Checks {
	return &Checks{log: log, all: all, last: map[string]lastCheck{}}
}

// Ready does all checks.
func (c *Checks) Ready(ctx context.Context) Readiness {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	r := Readiness{Ready: true, Checks: []Checked{}}
	for _, check := range c.all {
		one := Checked{Name: check.Name}
		if check.State != nil {
			one.State, one.OK = check.State()
		} else if one.OK = c.run(ctx, check); one.OK {
			one.State = "works"
		} else {
			one.State = "doesn't work; the log says why"
		}
		r.Ready = r.Ready && one.OK
		r.Checks = append(r.Checks, one)
	}
	return r
}

// run does a check that takes work, unless it was done just now: anybody may ask.
func (c *Checks) run(ctx context.Context, check Check) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.last[check.Name]; ok && time.Since(last.at) < checkAgain {
		return last.ok
	}
	err := check.Run(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "not ready", "check", check.Name, "err", err)
	}
	c.last[check.Name] = lastCheck{time.Now(), err == nil}
	return err == nil
}

// Health serves GET /healthz, which answers as long as the process does, and
// GET /readyz, which answers with what every check says, as JSON, and with 503 if
// one of them fails. Causes go to the log only.
func Health(checks *Checks) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, "ok\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		said := checks.Ready(r.Context())
		status := http.StatusOK
		if !said.Ready {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		// The asker may have gone; there is nobody left to tell.
		_ = json.NewEncoder(w).Encode(said)
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
