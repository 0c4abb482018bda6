package browser

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
)

// policy allows nothing but our own files; the page contains no script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard lets in only a browser on this machine that was given the printed
// address. The Host check is against DNS rebinding: a foreign name that is made
// to point here is not a loopback name. The cookie is Strict, so no other site
// can use it, and cross-origin requests that change something are refused also
// from other ports of this machine, which the cookie does not tell apart.
func (a *Adapter) guard(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if a.token == "" {
			next.ServeHTTP(w, r)
			return
		}
		if !loopback(r.Host) {
			a.refuse(w, "This page is only there for the computer that it runs on.")
			return
		}
		if token := r.URL.Query().Get("token"); token != "" && r.URL.Path == "/" && r.Method == http.MethodGet {
			a.admit(w, r, token)
			return
		}
		cookie, err := r.Cookie(a.cookieName())
		if err != nil || !same(cookie.Value, a.cookieValue()) {
			a.refuse(w, "This browser has not been let in yet, or Studyhall was started anew since.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admit exchanges the token of the printed address for the cookie.
func (a *Adapter) admit(w http.ResponseWriter, r *http.Request, token string) {
	if !same(token, a.token) {
		a.refuse(w, "That address is not the one that was printed last.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: a.cookieName(), Value: a.cookieValue(), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode})
	query := r.URL.Query()
	query.Del("token")
	target := url.URL{Path: "/", RawQuery: query.Encode()}
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}

// cookieName differs between tokens because cookies are shared by all ports of
// a host: two demos side by side would otherwise log each other out.
func (a *Adapter) cookieName() string { return "studyhall_" + a.derived("name")[:8] }

// cookieValue admits, yet does not give the token away.
func (a *Adapter) cookieValue() string { return a.derived("value") }

func (a *Adapter) derived(purpose string) string {
	sum := sha256.Sum256([]byte(purpose + "\n" + a.token))
	return hex.EncodeToString(sum[:])
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil { // no port
		name = host
	}
	return slices.Contains([]string{"127.0.0.1", "localhost", "::1", "[::1]"}, name)
}

// refuse answers 403 with what to do. Its style stands in the page, because a
// refused browser gets no other file.
func (a *Adapter) refuse(w http.ResponseWriter, why string) {
	var page bytes.Buffer
	if err := a.templates.ExecuteTemplate(&page, "refused", why); err != nil {
		a.log.Error("page not rendered", "err", err)
	}
	if _, style, ok := bytes.Cut(page.Bytes(), []byte("<style>")); ok {
		style, _, _ = bytes.Cut(style, []byte("</style>"))
		sum := sha256.Sum256(style)
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-"+
			base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	w.Write(page.Bytes()) //nolint:errcheck // a browser that has gone away
}
