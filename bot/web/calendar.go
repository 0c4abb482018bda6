package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"

	"studyhall/bot/papers"
)

// Feeds knows what stands at the addresses of calendars.
type Feeds interface {
	// Feed is what stands at the address with a secret part; ok is false if there is
	// none.
	Feed(ctx context.Context, token string) (f papers.Feed, ok bool, err error)
}

// maxSecret is how long the secret part of an address can be; a longer one is
// looked at no further.
const maxSecret = 128

// Calendar answers GET and HEAD of /calendar/SECRET.ics. Whoever knows the secret may
// read; to everybody else every address looks as if it had never been. The secret is
// neither logged nor told to others by a browser.
func Calendar(log *slog.Logger, feeds Feeds) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calendar/{file}", func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Robots-Tag", "noindex")
		secret, named := strings.CutSuffix(r.PathValue("file"), ".ics")
		if !named || len(secret) > maxSecret {
			say(w, http.StatusNotFound, "not found\n")
			return
		}
		f, ok, err := feeds.Feed(r.Context(), secret)
		switch {
		case err != nil:
			log.Error("calendar can't be read", "err", err)
			say(w, http.StatusServiceUnavailable, "not now; try again later\n")
			return
		case !ok:
			say(w, http.StatusNotFound, "not found\n")
			return
		}
		header.Set("Content-Type", "text/calendar; charset=utf-8")
		header.Set("Content-Disposition", `inline; filename="studyhall.ics"`)
		header.Set("Cache-Control", "private, no-cache") // kept by who asks, and asked about each time
		header.Set("ETag", f.ETag)
		http.ServeContent(w, r, "", f.Modified, bytes.NewReader(f.Body))
	})
	return mux
}
