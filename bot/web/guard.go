package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// Guard lets in who may read what is not for everybody: with a token, whoever
// shows it; and who asks from this machine itself.
type Guard struct {
	// Token is what "Authorization: Bearer TOKEN" must hold; "" lets in nobody
	// from elsewhere.
	Token string
}

// Protect answers 403, with the way in, to those who may not ask h.
func (g Guard) Protect(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.admits(r) {
			say(w, http.StatusForbidden, "only for this machine, or with METRICS_TOKEN; see docs/monitoring.md\n")
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (g Guard) admits(r *http.Request) bool {
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && g.Token != "" {
		// Of equal length, so that the time tells nothing.
		a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(g.Token))
		return subtle.ConstantTimeCompare(a[:], b[:]) == 1
	}
	return local(r)
}

// forwarded are headers of requests that something on this machine passes on from
// others.
var forwarded = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"}

// local reports whether somebody on this machine asks, and asks for this machine:
// not through a proxy here, nor by a page that has its own name lead here.
func local(r *http.Request) bool {
	for _, name := range forwarded {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return loopback(r.RemoteAddr) && loopback(r.Host)
}

// loopback reports whether an address, with a port or without, is this machine's
// own.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
