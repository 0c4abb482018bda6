package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Requests counts and logs what h answers: by the route that took it, never by
// the path, which may hold a secret or name somebody.
func (m *Metrics) Requests(log *slog.Logger, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun, out := time.Now(), &answering{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(out, r)
		took, route := time.Since(begun), r.Pattern
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(route, strconv.Itoa(out.status)).Observe(took.Seconds())
		log.DebugContext(r.Context(), "request answered", "route", route, "status", out.status, "took", took)
	})
}

// answering remembers the status of an answer.
type answering struct {
	http.ResponseWriter
	status int
	told   bool
}

// WriteHeader remembers the status.
func (a *answering) WriteHeader(status int) {
	if !a.told && status >= 200 {
		a.status, a.told = status, true
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write sends the status first.
func (a *answering) Write(p []byte) (int, error) {
	a.told = true
	return a.ResponseWriter.Write(p)
}

// Unwrap has [http.ResponseController] find what else the writer can do.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }
