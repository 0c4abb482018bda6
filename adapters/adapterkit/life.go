package adapterkit

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// WorkTime is the time for the work on one thing that somebody did.
	WorkTime = 2 * time.Minute
	// LastTime is the time for what is under way when the program ends, which takes
	// less than 10 seconds in all.
	LastTime = 7 * time.Second
)

// Life is an adapter from its beginning to its end: it works until it is told to
// stop or can't go on, and then finishes what it has begun.
type Life struct {
	log     *slog.Logger
	once    sync.Once
	ready   chan struct{}
	ending  chan struct{}
	fault   chan error
	working Crew
	lasting context.Context // of what is under way
	cut     func()          // ends lasting
}

// NewLife has not begun.
func NewLife(log *slog.Logger) *Life {
	l := &Life{log: log, ready: make(chan struct{}), ending: make(chan struct{}), fault: make(chan error, 1)}
	l.lasting, l.cut = context.WithCancel(context.Background())
	return l
}

// Run works until ctx ends, or until work returns or Fail is called, whose error
// it returns, and then waits for what is under way. It is called once.
func (l *Life) Run(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- work(ctx) }()
	var err error
	select {
	case err = <-l.fault:
		cancel()
		<-ended
	case err = <-ended:
		select {
		case err = <-l.fault:
		default:
		}
	}
	close(l.ending)
	l.Finish()
	return err
}

// Fail ends Run; the first reason counts.
func (l *Life) Fail(err error) {
	select {
	case l.fault <- err:
	default:
	}
}

// Ready says that people can be answered from now on.
func (l *Life) Ready() { l.once.Do(func() { close(l.ready) }) }

// Began is closed once people can be answered.
func (l *Life) Began() <-chan struct{} { return l.ready }

// WaitReady returns once people can be answered, or with ctx's error.
func (l *Life) WaitReady(ctx context.Context) error {
	select {
	case <-l.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ending is closed when nothing more is to be taken.
func (l *Life) Ending() <-chan struct{} { return l.ending }

// Background does something that Run waits for. It has WorkTime; what is under
// way when the program ends may finish within LastTime. A panic is logged.
func (l *Life) Background(do func(context.Context)) {
	l.working.Begin()
	go func() {
		defer l.working.End()
		defer func() {
			if p := recover(); p != nil {
				l.log.Error("panic", "panic", p, "stack", string(debug.Stack()))
			}
		}()
		ctx, cancel := context.WithTimeout(l.lasting, WorkTime)
		defer cancel()
		do(ctx)
	}()
}

// Wait returns once nothing is under way.
func (l *Life) Wait() { l.working.Wait() }

// Finish waits for what is under way, and cuts short what takes too long. It may
// be called again, for what came after Run had ended.
func (l *Life) Finish() {
	late := time.AfterFunc(LastTime, l.cut)
	defer late.Stop()
	l.working.Wait()
}
