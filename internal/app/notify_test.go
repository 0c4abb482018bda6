//go:build unix

package app

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// manager is a service manager that hears what it is told.
func manager(t *testing.T) (hear func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		t.Helper()
		if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4096)
		n, err := socket.Read(b)
		if err != nil {
			t.Fatalf("nothing is told: %v", err)
		}
		return string(b[:n])
	}
}

// TestServiceManagerIsTold has the program begin, live and end before a service
// manager.
func TestServiceManagerIsTold(t *testing.T) {
	hear := manager(t)
	t.Setenv("WATCHDOG_USEC", "150000")
	w := newWorld(t).(*world)
	for _, want := range []string{"STATUS=Starting", "READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := hear(); !strings.HasPrefix(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	if err := w.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	for got := hear(); got != "STOPPING=1"; got = hear() {
		if got != "WATCHDOG=1" {
			t.Fatalf("told %q while it ends", got)
		}
	}
}

// TestWhoHangsIsNotAlive has the engine, and then the database, not answer.
func TestWhoHangsIsNotAlive(t *testing.T) {
	w := newWorld(t).(*world)
	a := w.running()
	for a.alive(t.Context()) != nil { // it has only begun
		time.Sleep(time.Millisecond)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.alive(cut); err == nil {
		t.Error("a database that doesn't answer in time counts as alive")
	}
	if err := w.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	if err := a.alive(t.Context()); err == nil {
		t.Error("an engine that has ended counts as alive")
	}
}
