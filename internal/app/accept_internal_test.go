package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot/practice"
)

// deafStore is a database that doesn't answer.
type deafStore struct {
	practice.Store
	mu    sync.Mutex
	asked int
	fault error
}

func (d *deafStore) AcceptedSign(context.Context) (string, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return "", false, d.fault
}

// written is what a log has, while others write to it.
type written struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// TestKeepAcceptedLogs has a fault last for ten minutes: it is logged at once and
// then once a minute, and another one at once.
func TestKeepAcceptedLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log written
		db := &deafStore{fault: errors.New("deaf")}
		a := &App{log: slog.New(slog.NewTextHandler(&log, nil)), Practice: practice.New(practice.Config{Store: db, Log: slog.New(slog.DiscardHandler), Now: time.Now})}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.keepAccepted(ctx) }()
		said := func(fault string) int {
			synctest.Wait()
			return strings.Count(log.String(), "err="+fault)
		}
		if n := said("deaf"); n != 1 {
			t.Errorf("logged %d times at once:\n%s", n, &log)
		}
		time.Sleep(10*time.Minute - time.Second)
		n := said("deaf")
		db.mu.Lock()
		if n != 10 || db.asked != 300 {
			t.Errorf("logged %d times in ten minutes, of %d looks", n, db.asked)
		}
		db.fault = errors.New("dumb")
		db.mu.Unlock()
		time.Sleep(acceptLook)
		if n := said("dumb"); n != 1 {
			t.Errorf("another fault is logged %d times", n)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
