package app

import (
	"errors"
	"net"
	"net/http"
	"testing"
)

// Whoever was let connect is answered, though nobody accepted the connection before
// the program's end.
func TestQueueIsAnswered(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var queue []net.Conn
	for range 5 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		says(t, conn, helloRequest)
		queue = append(queue, conn)
	}
	last := &lastCall{Listener: l}
	last.end()
	server := &http.Server{Handler: echo}
	if err := server.Serve(last); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	server.SetKeepAlivesEnabled(false)
	for _, conn := range queue {
		echoes(t, conn)
	}
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("somebody is let in after the end")
	}
}
