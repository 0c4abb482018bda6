package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"studyhall/bot/papers"
)

// feeds knows one address, and another that can't be read.
type feeds struct{ asked []string }

func (f *feeds) Feed(_ context.Context, token string) (papers.Feed, bool, error) {
	f.asked = append(f.asked, token)
	switch token {
	case "KNOWN":
		return papers.Feed{Body: []byte("BEGIN:VCALENDAR\r\n"), ETag: `"abc"`, Modified: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)}, true, nil
	case "BROKEN":
		return papers.Feed{}, false, errors.New("the database is away")
	}
	return papers.Feed{}, false, nil
}

func TestCalendar(t *testing.T) {
	const body = "BEGIN:VCALENDAR\r\n"
	tests := []struct {
		name, method, path string
		header             http.Header
		status             int
		body               string
	}{
		{"known", "GET", "/calendar/KNOWN.ics", nil, 200, body},
		{"head", "HEAD", "/calendar/KNOWN.ics", nil, 200, ""},
		{"as before, by its mark", "GET", "/calendar/KNOWN.ics", http.Header{"If-None-Match": {`"abc"`}}, 304, ""},
		{"another mark", "GET", "/calendar/KNOWN.ics", http.Header{"If-None-Match": {`"abd"`}}, 200, body},
		{"as before, by its time", "GET", "/calendar/KNOWN.ics", http.Header{"If-Modified-Since": {"Mon, 01 Mar 2027 09:00:00 GMT"}}, 304, ""},
		{"an earlier time", "GET", "/calendar/KNOWN.ics", http.Header{"If-Modified-Since": {"Mon, 01 Mar 2027 08:59:59 GMT"}}, 200, body},
		{"unknown", "GET", "/calendar/UNKNOWN.ics", nil, 404, "not found\n"},
		{"another ending", "GET", "/calendar/KNOWN.txt", nil, 404, "not found\n"},
		{"no ending", "GET", "/calendar/KNOWN", nil, 404, "not found\n"},
		{"very long", "GET", "/calendar/" + strings.Repeat("A", 5000) + ".ics", nil, 404, "not found\n"},
		{"can't be read", "GET", "/calendar/BROKEN.ics", nil, 503, "not now; try again later\n"},
		{"another method", "POST", "/calendar/KNOWN.ics", nil, 405, "Method Not Allowed\n"},
		{"deeper", "GET", "/calendar/KNOWN.ics/more", nil, 404, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			server := httptest.NewRecorder()
			r := httptest.NewRequest(tt.method, tt.path, nil)
			for name, values := range tt.header {
				r.Header[name] = values
			}
			h := Calendar(slog.New(slog.NewTextHandler(&log, nil)), &feeds{})
			h.ServeHTTP(server, r)
			got := server.Body.String()
			if tt.method == "HEAD" {
				got = "" // what a server leaves out
			}
			if server.Code != tt.status || got != tt.body {
				t.Errorf("got %d %q, want %d %q", server.Code, got, tt.status, tt.body)
			}
			if strings.Contains(log.String(), "KNOWN") || strings.Contains(log.String(), "BROKEN") {
				t.Errorf("the secret is in the log: %s", &log)
			}
			if cache := server.Header().Get("Cache-Control"); tt.status < 400 && cache != "private, no-cache" {
				t.Errorf("Cache-Control: %q", cache)
			}
			if tt.status == 200 && (server.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || server.Header().Get("ETag") != `"abc"` ||
				server.Header().Get("Last-Modified") != "Mon, 01 Mar 2027 09:00:00 GMT") {
				t.Errorf("headers: %v", server.Header())
			}
		})
	}
}

// What is refused by its length reaches nobody.
func TestCalendarRefusesLongSecrets(t *testing.T) {
	var f feeds
	Calendar(slog.New(slog.DiscardHandler), &f).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/calendar/"+strings.Repeat("A", maxSecret+1)+".ics", nil))
	if len(f.asked) > 0 {
		t.Errorf("asked for %q", f.asked)
	}
}
