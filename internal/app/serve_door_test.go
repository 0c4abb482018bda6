package app

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// heldBack sends one request's body only when it may go on; began is closed when the
// program reads it.
type heldBack struct {
	http.Transport
	armed       atomic.Bool
	began, goOn chan struct{}
}

func (h *heldBack) RoundTrip(q *http.Request) (*http.Response, error) {
	if !h.armed.Swap(false) {
		return h.Transport.RoundTrip(q)
	}
	held := q.Clone(q.Context())
	held.Header.Set("Expect", "100-continue") // which the program says as it begins to read
	held.Body = &heldBody{q.Body, h}
	return h.Transport.RoundTrip(held)
}

type heldBody struct {
	io.ReadCloser
	h *heldBack
}

func (b *heldBody) Read(p []byte) (int, error) {
	if b.h.began != nil {
		close(b.h.began)
		b.h.began = nil
		<-b.h.goOn
	}
	return b.ReadCloser.Read(p)
}

// What somebody did just before the program is stopped is answered, though it comes in
// only when nobody else is let in any more.
func TestServeStopsBehindTheLast(t *testing.T) {
	began := make(chan struct{})
	h := &heldBack{Transport: http.Transport{ExpectContinueTimeout: patience}, began: began, goOn: make(chan struct{})}
	address := freeAddress(t)
	server := discordtest.New(t, discordtest.Options{TCP: true, Patience: patience, Interactions: "http://" + address + "/discord/interactions", HTTP: &http.Client{Transport: h}})
	biomed := server.Guild("Biomed")
	study, maria := biomed.Channel("cbet-study"), server.Person("Maria G.")
	biomed.Join(maria)
	_, stop := served(t, server, map[string]string{"HTTP_ADDR": address, "DISCORD_PUBLIC_KEY": server.PublicKey(), "PUBLIC_URL": "http://" + address})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := server.Await(ctx, func() bool { return server.Ping() == nil && len(server.Commands(nil)) > 0 }); err != nil {
		t.Fatal(err)
	}
	h.armed.Store(true)
	i, err := maria.Command(study, "group", nil)
	if err != nil {
		t.Fatal(err)
	}
	<-began
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for { // another program: there is nothing to wait on
		conn, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(time.Millisecond)
	}
	close(h.goOn)
	if err := i.Wait(ctx); err != nil {
		t.Errorf("the last one isn't answered: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
