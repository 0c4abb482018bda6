// Package memnet carries connections in memory, so that fake platforms and the
// adapters that they test can meet inside a bubble of testing/synctest.
package memnet

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Listener takes connections that are dialled in memory. It is a [net.Listener].
type Listener struct {
	name  string
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Listen makes a listener; its name is its address, such as "discord.test".
func Listen(name string) *Listener {
	return &Listener{name: name, conns: make(chan net.Conn), done: make(chan struct{})}
}

// Accept is the next connection that somebody dialled, or [net.ErrClosed].
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends the listener, as often as it is called. Connections stay.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is no address of a network.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: l.name, Net: "memory"} }

// Dial opens a connection once it is accepted. The error is [net.ErrClosed] or
// the context's.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, errors.Join(net.ErrClosed, here.Close(), there.Close())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), here.Close(), there.Close())
	}
}
