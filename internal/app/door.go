package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// shutdownTime is how long requests under way may take when the program ends.
const shutdownTime = 4 * time.Second

// serveHTTP answers on a listener until ctx ends, and then whoever got in before.
// [http.Server.Shutdown] hangs up on a request that is being read when it is called,
// and the kernel on a connection that nobody has accepted when its listener closes.
func serveHTTP(ctx context.Context, log *slog.Logger, l net.Listener, h http.Handler) error {
	came := &callers{since: map[net.Conn]time.Time{}}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 1 << 16, ConnState: came.note,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	last := &lastCall{Listener: l}
	closing := context.AfterFunc(ctx, last.end)
	err := server.Serve(last)
	if closing() { // the listener broke
		return errors.Join(err, server.Close())
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	server.SetKeepAlivesEnabled(false)
	came.leave(ending)
	return server.Close()
}

// callers are the connections on which a request is answered, or the first one
// awaited.
type callers struct {
	mu    sync.Mutex
	since map[net.Conn]time.Time // it waits for its first request; zero once that comes
}

func (c *callers) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.since[conn] = time.Now()
	case http.StateActive:
		c.since[conn] = time.Time{}
	default:
		delete(c.since, conn)
	}
}

// speechTime is how long a caller may say nothing before the program's end doesn't
// wait for it: browsers open connections that they may never use.
const speechTime = time.Second

// leave returns when all have their answers, or ctx has ended.
func (c *callers) leave(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for c.expected() && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func (c *callers) expected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, since := range c.since {
		if since.IsZero() || time.Since(since) < speechTime {
			return true
		}
	}
	return false
}

// lastCall is a listener whose end lets those in who are in its queue already.
type lastCall struct {
	net.Listener
	mu     sync.Mutex
	queue  []net.Conn
	closed bool
}

// end closes the listener. Accept gives the queue before it fails.
func (l *lastCall) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = queued(l.Listener)
	l.closed = true
	l.Listener.Close() // the queue is what matters; at its end the program closes it again
}

// Accept waits for the next connection.
func (l *lastCall) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		return conn, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.queue) > 0:
		conn, l.queue = l.queue[0], l.queue[1:]
		return conn, nil
	case l.closed: // what the kernel says of it then is no fault
		return nil, net.ErrClosed
	}
	return nil, err
}
