package discord_test

import (
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestIntroductionsArePaced has introductions fail in each way for long: they are
// made ever more slowly, and not at all when a day's are used up.
func TestIntroductionsArePaced(t *testing.T) {
	for _, test := range []struct {
		name        string
		options     discordtest.Options
		fail        func(d *discordtest.Server)
		connections int // at most, in an hour
		asked       int // at most, for the gateway's address
	}{
		{"refused for now", discordtest.Options{}, func(d *discordtest.Server) { d.Gateway(-1, discordtest.Refuse(4000)); d.CloseWith(1000) }, 120, 10},
		{"sessions ended at once", discordtest.Options{}, func(d *discordtest.Server) { d.Gateway(-1, discordtest.RefuseSessionForGood()); d.Drop() }, 120, 10},
		{"none left today", discordtest.Options{Identifies: 1}, func(d *discordtest.Server) { d.Invalidate(false) }, 1, 5},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, test.options)
			w.connected()
			time.Sleep(time.Minute)
			test.fail(w.discord)
			time.Sleep(time.Hour)
			c := w.discord.Counts()
			if asked := c.Requests["GET /gateway/bot"]; c.Connections > test.connections || asked > test.asked || c.TokenReset {
				t.Errorf("%d connections, asked for the address %d times, token reset %t; want at most %d, %d",
					c.Connections, asked, c.TokenReset, test.connections, test.asked)
			}
		})
	}
}

// TestEndedSession has a session refused: the next is begun after a moment, as
// Discord asks.
func TestEndedSession(t *testing.T) {
	bubble(t, "op 9", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		time.Sleep(time.Minute)
		w.discord.Invalidate(false)
		time.Sleep(990 * time.Millisecond)
		if n := w.discord.Counts().Identifies; n != 1 {
			t.Error("it introduces itself again at once")
		}
		time.Sleep(5 * time.Second)
		if n := w.discord.Counts().Identifies; n != 2 {
			t.Errorf("introduced %d times, want twice", n)
		}
	})
}

// TestEndsTheSession ends the program: Discord keeps nothing for it.
func TestEndsTheSession(t *testing.T) {
	bubble(t, "end", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if c := w.discord.Counts(); c.Sessions > 0 || c.Sockets > 0 {
			t.Errorf("%d sessions and %d connections are left", c.Sessions, c.Sockets)
		}
	})
}

// TestEachShardItsServers has each connection hear of its own servers only.
func TestEachShardItsServers(t *testing.T) {
	bubble(t, "three", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{Shards: 3})
		for range 8 {
			w.discord.Guild("Another")
			time.Sleep(7 * time.Millisecond) // which shard a server is of depends on when it was made
		}
		w.start()
		time.Sleep(30 * time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		heard := map[bot.SpaceID]int{}
		for _, n := range w.notice {
			heard[n.Space]++
		}
		for space, n := range heard {
			if n != 1 {
				t.Errorf("of %s it heard %d times", space, n)
			}
		}
		if len(heard) != 9 {
			t.Errorf("it heard of %d servers, want 9", len(heard))
		}
	})
}
