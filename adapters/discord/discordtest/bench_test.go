package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"

	"studyhall/adapters/discord/discordtest"
)

// BenchmarkInteraction is how much of an interaction's time is this Discord's
// own: a command, its event, a callback, and the person's answer.
func BenchmarkInteraction(b *testing.B) {
	d := discordtest.New(b, discordtest.Options{Limits: discordtest.Unlimited()})
	g, ann := d.Guild("Biomed"), d.Person("ann")
	study := g.Channel("cbet-study")
	g.Join(ann)
	post := func(method, path, body string) {
		q, err := http.NewRequestWithContext(b.Context(), method, d.URL()+"/v10"+path, bytes.NewReader([]byte(body)))
		if err != nil {
			b.Error(err)
			return
		}
		q.Header = http.Header{"Authorization": {"Bot " + d.Token()}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
		r, err := d.Client().Do(q)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if r.StatusCode > 299 {
			b.Errorf("%s %s: %d", method, path, r.StatusCode)
		}
	}
	post("PUT", "/applications/"+d.Application()+"/commands", commands)
	dialer := websocket.Dialer{NetDialContext: d.Dial}
	ws, _, err := dialer.DialContext(b.Context(), "ws://discord.test/gateway/?v=10&encoding=json", nil)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var f struct {
				T string
				D struct{ ID, Token string }
			}
			if json.Unmarshal(data, &f) == nil && f.T == "INTERACTION_CREATE" {
				post("POST", "/interactions/"+f.D.ID+"/"+f.D.Token+"/callback", whisper)
			}
		}
	}()
	if err := ws.WriteJSON(object{"op": 2, "d": identity(d, nil)}); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if err := d.Await(ctx, d.Connected); err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		i, err := ann.Command(study, "quiz", nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := i.Wait(ctx); err != nil {
			b.Fatal(err)
		}
		if n%1000 == 999 {
			d.Forget()
		}
	}
	_ = ws.Close()
	<-done
}
