package discord_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
)

// TestConnection looks at how the connection is said to stand, some time after
// something happened to it.
func TestConnection(t *testing.T) {
	away := func(d *discordtest.Server) { d.Gateway(-1, discordtest.NoHello()) }
	for _, test := range []struct {
		name   string
		before func(d *discordtest.Server) // it starts
		fail   func(d *discordtest.Server) // once it has
		after  time.Duration
		state  string
		works  bool
	}{
		{"connected", nil, nil, time.Second, "connected", true},
		{"asked to reconnect", nil, (*discordtest.Server).Reconnect, time.Second, "connected", true},
		{"resuming", nil, func(d *discordtest.Server) { away(d); d.Drop() }, 12 * time.Second, "resuming, not connected for 12s", true},
		{"resuming for long", nil, func(d *discordtest.Server) { away(d); d.Drop() }, 70 * time.Second, "resuming, not connected for 1m10s", false},
		{"session lost", nil, func(d *discordtest.Server) { away(d); d.CloseWith(4007) }, 3 * time.Second, "connecting, not connected for 3s", false},
		{"back again", nil, func(d *discordtest.Server) { d.Gateway(1, discordtest.NoHello()); d.Drop() }, 20 * time.Second, "connected", true},
		{"no gateway yet", away, nil, 5 * time.Second, "connecting, not connected for 5s", false},
		{"no Discord yet", func(d *discordtest.Server) { d.Inject(-1, discordtest.Any, discordtest.StatusBefore(503)) }, nil, 30 * time.Second, "not reached for 30s", false},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			if test.before != nil {
				test.before(w.discord)
			}
			w.start()
			if test.fail != nil {
				w.await("connected", w.discord.Connected)
				time.Sleep(time.Minute)
				test.fail(w.discord)
			}
			time.Sleep(test.after)
			synctest.Wait()
			if state, works := w.adapter.Connection(); state != test.state || works != test.works {
				t.Errorf("got %q, %t, want %q, %t", state, works, test.state, test.works)
			}
		})
	}
}

// TestConnectionElsewhere looks at it where the program has none, or two.
func TestConnectionElsewhere(t *testing.T) {
	bubble(t, "another copy", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		second, err := discord.New(slog.New(slog.DiscardHandler), w.config())
		if err != nil {
			t.Fatal(err)
		}
		if state, works := second.Connection(); state != "not started" || works {
			t.Errorf("before it runs: %q, %t", state, works)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- second.Run(ctx, w.testBot()) }()
		time.Sleep(time.Second)
		if state, works := second.Connection(); state != "another copy of the program is connected" || !works {
			t.Errorf("beside another: %q, %t", state, works)
		}
		if err := w.end(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if state, works := second.Connection(); state != "connected" || !works {
			t.Errorf("after the other has ended: %q, %t", state, works)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	bubble(t, "http", func(t *testing.T) {
		if state, works := overHTTP(t).adapter.Connection(); state != "receives over HTTP" || !works {
			t.Errorf("got %q, %t", state, works)
		}
	})
	bubble(t, "one of two shards", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{Shards: 2})
		w.connected()
		time.Sleep(time.Second) // the other waits for its turn
		if state, works := w.adapter.Connection(); state != "connecting, not connected for 1s (1 of 2 connections)" || works {
			t.Errorf("got %q, %t", state, works)
		}
	})
}
