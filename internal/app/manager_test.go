package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
)

// TestTellManager listens as systemd does: ready, then signs of life while there
// is life, then that it stops.
func TestTellManager(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Skipf("no such sockets here: %v", err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "3000") // 3 ms: asked every millisecond
	t.Setenv("WATCHDOG_PID", "")
	hear := func() string {
		buffer := make([]byte, 100)
		n, err := l.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		return string(buffer[:n])
	}
	ctx, stop := context.WithCancel(t.Context())
	asked := make(chan int) // how often it was asked
	var work sync.WaitGroup
	work.Go(func() {
		n := 0
		tellManager(ctx, slog.New(slog.DiscardHandler), func(context.Context) error {
			if n++; n <= 2 {
				return nil
			}
			select {
			case asked <- n:
			case <-ctx.Done():
			}
			return errors.New("hung")
		})
	})
	for i, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := hear(); got != want {
			t.Errorf("%d: got %q, want %q", i, got, want)
		}
	}
	<-asked
	<-asked // so it has gone on after it was found hung
	stop()
	work.Wait()
	if got := hear(); got != "STOPPING=1" {
		t.Errorf("got %q after the last sign of life, want that it stops", got)
	}
}

// TestTellNobody: without systemd nothing is said and nothing fails.
func TestTellNobody(t *testing.T) {
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		t.Setenv(name, "")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	tellManager(ctx, slog.New(slog.DiscardHandler), func(context.Context) error { t.Error("asked"); return nil })
}

// TestAnswering asks a server that answers, and one that is gone.
func TestAnswering(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := answering(l)(t.Context()); err == nil {
		t.Error("nobody answers, and that is taken for life")
	}
}
