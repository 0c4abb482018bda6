package app

import (
	"encoding/json"
	"net/http"
	"sync/atomic"

	"studyhall/bot/web"
)

// entrance answers over HTTP from the first moment on. Until the program is ready
// to, because its database is opened and perhaps migrated, it says that it lives
// and is starting, so that nobody takes a long migration for a crash.
type entrance struct{ inside atomic.Pointer[http.Handler] }

// open lets requests in.
func (e *entrance) open(inside http.Handler) { e.inside.Store(&inside) }

// ServeHTTP passes a request on, or says that it is too early.
func (e *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if inside := e.inside.Load(); inside != nil {
		(*inside).ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/healthz":
		h.Set("Content-Type", "text/plain; charset=utf-8")
		// The asker may have gone; there is nobody left to tell, here and below.
		_, _ = w.Write([]byte("ok\n"))
	case r.Method == http.MethodGet && r.URL.Path == "/readyz":
		h.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(web.Readiness{Checks: []web.Checked{{Name: "program", State: "starting"}}})
	default: // platforms and browsers ask again
		h.Set("Retry-After", "5")
		http.Error(w, "The bot is starting. Nothing was changed. Please try again in a moment.", http.StatusServiceUnavailable)
	}
}
