package browser

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	w := newWorld(t, "secret")
	cookie := w.adapter.cookieName() + "=" + w.adapter.cookieValue()
	tests := []struct {
		name, method, target, host string
		header                     map[string]string
		status                     int
	}{
		{"the page with the cookie", "GET", "/", "127.0.0.1:8080", map[string]string{"Cookie": cookie}, 200},
		{"localhost", "GET", "/", "localhost:1", map[string]string{"Cookie": cookie}, 200},
		{"IPv6", "GET", "/", "[::1]:8080", map[string]string{"Cookie": cookie}, 200},
		{"IPv6 without a port", "GET", "/", "[::1]", map[string]string{"Cookie": cookie}, 200},
		{"no cookie", "GET", "/", "127.0.0.1:8080", nil, 403},
		{"a wrong cookie", "GET", "/", "127.0.0.1:8080", map[string]string{"Cookie": w.adapter.cookieName() + "=secret"}, 403},
		{"a foreign name that points here", "GET", "/", "evil.example:8080", map[string]string{"Cookie": cookie}, 403},
		{"a foreign name with the token", "GET", "/?token=secret", "evil.example", nil, 403},
		{"a name that begins like ours", "GET", "/", "127.0.0.1.evil.example", map[string]string{"Cookie": cookie}, 403},
		{"no name", "GET", "/", "", map[string]string{"Cookie": cookie}, 403},
		{"a wrong token", "GET", "/?token=guess", "127.0.0.1:8080", nil, 403},
		{"a wrong token with the cookie", "GET", "/?token=guess", "127.0.0.1:8080", map[string]string{"Cookie": cookie}, 403},
		{"the token elsewhere than at the page", "GET", "/api/state?token=secret", "127.0.0.1:8080", nil, 403},
		{"events without the cookie", "GET", "/events", "127.0.0.1:8080", nil, 403},
		{"state without the cookie", "GET", "/api/state", "127.0.0.1:8080", nil, 403},
		{"files of the page without the cookie", "GET", "/static/app.js", "127.0.0.1:8080", nil, 403},
		{"a press without the cookie", "POST", "/api/press", "127.0.0.1:8080", nil, 403},
		{"a post from another page", "POST", "/api/say", "127.0.0.1:8080", map[string]string{"Cookie": cookie, "Origin": "http://evil.example"}, 403},
		{"a post from another port", "POST", "/api/say", "127.0.0.1:8080", map[string]string{"Cookie": cookie, "Origin": "http://127.0.0.1:9999"}, 403},
		{"a post that the browser calls cross-site", "POST", "/api/say", "127.0.0.1:8080", map[string]string{"Cookie": cookie, "Sec-Fetch-Site": "cross-site"}, 403},
		{"a post of our own page", "POST", "/api/say", "127.0.0.1:8080", map[string]string{"Cookie": cookie, "Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, 200},
		{"a post of a program", "POST", "/api/say", "127.0.0.1:8080", map[string]string{"Cookie": cookie}, 200},
		{"an unknown address", "GET", "/nothing", "127.0.0.1:8080", map[string]string{"Cookie": cookie}, 404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.target, strings.NewReader("as=maria&channel=c/lunch&text=hello"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Host = test.host
			for name, value := range test.header {
				r.Header.Set(name, value)
			}
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, r)
			if rec.Code != test.status {
				t.Errorf("status %d, want %d: %s", rec.Code, test.status, rec.Body)
			}
			if got := rec.Header().Get("Content-Security-Policy"); !strings.Contains(got, "default-src 'none'") || strings.Contains(got, "unsafe") {
				t.Errorf("policy %q", got)
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
				if got := rec.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if test.status == 403 && test.header["Origin"] == "" && test.header["Sec-Fetch-Site"] == "" && !strings.Contains(rec.Body.String(), "printed address") {
				t.Errorf("the refusal doesn't say what to do: %s", rec.Body)
			}
		})
	}
	if got := len(w.state().Channels[1].Messages); got != 2 {
		t.Errorf("%d lines were said, want those of the two posts let in", got)
	}
}

func TestTokenIsExchanged(t *testing.T) {
	w := newWorld(t, "secret")
	r := httptest.NewRequest("GET", "http://127.0.0.1:8080/?token=secret&as=dana", nil)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/?as=dana" {
		t.Fatalf("status %d to %q, want 303 to an address without the token", rec.Code, rec.Header().Get("Location"))
	}
	cookie := rec.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || strings.Contains(cookie.Value, "secret") {
		t.Errorf("cookie %v", cookie)
	}
	r = httptest.NewRequest("GET", "http://127.0.0.1:8080/", nil)
	r.AddCookie(cookie)
	rec = httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Errorf("the page with the cookie: status %d", rec.Code)
	}
}

// TestNoInlineCode keeps the page within its policy.
func TestNoInlineCode(t *testing.T) {
	w := newWorld(t, "")
	w.ask(t.Context(), "33", monday())
	page := w.page("as=maria")
	for _, bad := range []string{"<style", " style=", " onclick", " onload", "javascript:", "<script>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
}
