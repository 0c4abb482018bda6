package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/adaptertest/memnet"
)

// echo answers with what it was sent.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })

const helloRequest = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"

// says sends something on a connection.
func says(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

// echoes reads what comes on a connection until it ends.
func echoes(t *testing.T, conn net.Conn) {
	t.Helper()
	text, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(text), "hello") {
		t.Errorf("the answer is %q, %v", text, err)
	}
	conn.Close()
}

// A request that is on its way when the program's end begins is answered; who says
// nothing isn't waited for.
func TestWordsUnderWay(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after string
		within        time.Duration
	}{
		{"nothing of it is there", "", helloRequest, speechTime},
		{"its first half is there", helloRequest[:9], helloRequest[9:], speechTime},
		{"somebody is silent", "", "", speechTime},
		{"somebody falls silent", helloRequest[:9], "", shutdownTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := memnet.Listen("web")
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- serveHTTP(ctx, slog.New(slog.DiscardHandler), l, echo) }()
				conn, err := l.Dial(ctx)
				if err != nil {
					t.Fatal(err)
				}
				says(t, conn, test.before)
				synctest.Wait()
				began := time.Now()
				stop()
				time.Sleep(speechTime / 2)
				if test.after != "" {
					says(t, conn, test.after)
					echoes(t, conn)
				}
				if err := <-done; err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > test.within+100*time.Millisecond {
					t.Errorf("it ended after %s, want at most %s", took, test.within)
				}
				conn.Close()
			})
		})
	}
}
