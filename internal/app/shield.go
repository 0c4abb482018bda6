package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"studyhall/bot"
)

const (
	// addressEach and addressBurst are how many requests a second one address may
	// make, and how many in a row: a service that reads the calendars of many
	// people has few addresses.
	addressEach  = 20
	addressBurst = 300
	// readTime is how long a request's body may take to arrive, answerTime how long
	// an answer may take altogether. What goes on for longer, such as events, says
	// so itself.
	readTime   = 30 * time.Second
	answerTime = 2 * time.Minute
	// mostBody is more than any request has; each handler has its own limit.
	mostBody = bot.LimitFile + 1<<20
)

// nothingFrom is the policy of what isn't a page.
const nothingFrom = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// shield stands before everything that the program answers over HTTP: it sets the
// headers that are right for what isn't a page, which pages replace by their own,
// bounds what a request may take, and holds up addresses that ask too often.
type shield struct {
	addresses *bot.Pace // nil: nobody is held up
	https     bool      // it is reached over https only
}

func newShield(o Options) *shield {
	s := &shield{https: strings.HasPrefix(o.PublicURL, "https://")}
	if o.Paced {
		s.addresses = bot.NewPace(addressEach, addressBurst, o.Real)
	}
	return s
}

func (s *shield) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", nothingFrom)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		// Not every writer can be told, as in tests.
		control, now := http.NewResponseController(w), time.Now()
		_ = control.SetWriteDeadline(now.Add(answerTime))
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(now.Add(readTime))
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		if s.addresses != nil && !unpaced(r) && !s.addresses.Allow(client(r)) {
			h.Set("Retry-After", "5")
			http.Error(w, "That was too much at once. Nothing was changed. Please wait a moment.", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unpaced reports whether a request comes from a few addresses for everybody, and
// is known otherwise: what platforms send is signed, what watches over the program
// asks for little.
func unpaced(r *http.Request) bool {
	if r.Method == http.MethodPost {
		return strings.HasPrefix(r.URL.Path, "/slack/") || strings.HasPrefix(r.URL.Path, "/discord/")
	}
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
}

// client is the network that a request comes from. Where something on this machine
// or beside it passes requests on, that says where they came from; who asks
// directly can't make others wait by saying so.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "?"
	}
	if addr = addr.Unmap(); addr.IsLoopback() || addr.IsPrivate() {
		all := r.Header.Values("X-Forwarded-For")
		if len(all) > 0 {
			said := all[len(all)-1]
			if forwarded, err := netip.ParseAddr(strings.TrimSpace(said[strings.LastIndex(said, ",")+1:])); err == nil {
				addr = forwarded.Unmap()
			}
		}
	}
	if addr.Is6() { // a household has as many of them as it likes
		if network, err := addr.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}
