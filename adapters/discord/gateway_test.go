package discord_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestGatewayRecovers has a connection that works fail in every way. What people
// do meanwhile is answered if the failure can be noticed in time; in any case the
// connection works again within the time stated.
func TestGatewayRecovers(t *testing.T) {
	const beat = 40 * time.Second
	for _, test := range []struct {
		name       string
		fail       func(d *discordtest.Server)
		deaf       bool          // what happens meanwhile comes too late
		identifies int           // in all
		within     time.Duration // until it works again
	}{
		{"dropped", (*discordtest.Server).Drop, false, 1, time.Second},
		{"asked to reconnect", (*discordtest.Server).Reconnect, false, 1, time.Second},
		{"asked to resume", func(d *discordtest.Server) { d.Invalidate(true) }, false, 1, time.Second},
		{"session ended", func(d *discordtest.Server) { d.Invalidate(false) }, true, 2, 12 * time.Second},
		{"closed, resumable", func(d *discordtest.Server) { d.CloseWith(4000) }, false, 1, time.Second},
		{"closed, sequence refused", func(d *discordtest.Server) { d.CloseWith(4007) }, true, 2, 12 * time.Second},
		{"closed, going away", func(d *discordtest.Server) { d.CloseWith(1001) }, false, 1, time.Second},
		{"closed, for good", func(d *discordtest.Server) { d.CloseWith(1000) }, true, 2, 12 * time.Second},
		{"closed, timed out", func(d *discordtest.Server) { d.CloseWith(4009) }, true, 2, 12 * time.Second},
		{"silent", (*discordtest.Server).HalfOpen, true, 1, beat + beat/4 + time.Second},
		{"a heartbeat asked for", (*discordtest.Server).AskHeartbeat, false, 1, time.Second},
		{"unknown events", (*discordtest.Server).SendUnknown, false, 1, time.Second},
		{"dropped, then resumed out of order", func(d *discordtest.Server) { d.Gateway(1, discordtest.ReorderReplay()); d.Drop() }, false, 1, time.Second},
		{"dropped, then the session refused", func(d *discordtest.Server) { d.Gateway(1, discordtest.RefuseSession()); d.Drop() }, false, 1, time.Second},
		{"dropped, then refused for good", func(d *discordtest.Server) { d.Gateway(1, discordtest.RefuseSessionForGood()); d.Drop() }, true, 2, 12 * time.Second},
		{"dropped, then asked to reconnect first of all", func(d *discordtest.Server) { d.Gateway(1, discordtest.ReconnectBeforeHello()); d.Drop() }, false, 1, time.Second},
		{"dropped, then no greeting", func(d *discordtest.Server) { d.Gateway(1, discordtest.NoHello()); d.Drop() }, true, 1, 17 * time.Second},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{Heartbeat: beat})
			w.connected()
			w.answered(w.ann.Command(w.study, "study", nil))
			time.Sleep(time.Minute) // so that a new introduction is allowed
			test.fail(w.discord)
			i, err := w.ann.Command(w.study, "study", nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := i.Wait(t.Context()); err != nil != test.deaf {
				t.Errorf("what happened meanwhile: %v", err)
			}
			time.Sleep(test.within)
			w.answered(w.ann.Command(w.study, "study", nil))
			counts := w.discord.Counts()
			if counts.Identifies != test.identifies || counts.ResumesOnBase > 0 || counts.Crowded > 0 {
				t.Errorf("identified %d times, want %d; resumed %d times, %d of them at the wrong address; %d too soon",
					counts.Identifies, test.identifies, counts.Resumes, counts.ResumesOnBase, counts.Crowded)
			}
			answered := 3
			if test.deaf {
				answered--
			}
			if got := len(w.asked()); got < answered || got > 3 {
				t.Errorf("the bot was asked %d times", got)
			}
			if counts.Sockets != 1 {
				t.Errorf("%d connections are open, want 1", counts.Sockets)
			}
		})
	}
}

// TestGatewayUnreachable breaks the connection and has none come about for a
// time: that says nothing about the session, which goes on if Discord still has it.
func TestGatewayUnreachable(t *testing.T) {
	for _, test := range []struct {
		name       string
		lasts      time.Duration
		identifies int // in all
		within     time.Duration
	}{
		{"for two minutes", 2 * time.Minute, 1, 17 * time.Second},
		{"for an hour", time.Hour, 2, 2 * time.Minute},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{SessionKept: 150 * time.Second})
			w.connected()
			time.Sleep(time.Minute)
			w.discord.Unreachable(true)
			w.discord.Drop()
			time.Sleep(test.lasts)
			w.discord.Unreachable(false)
			time.Sleep(test.within)
			w.answered(w.ann.Command(w.study, "study", nil))
			if c := w.discord.Counts(); c.Identifies != test.identifies || c.Sockets != 1 {
				t.Errorf("identified %d times, want %d; %d connections", c.Identifies, test.identifies, c.Sockets)
			}
		})
	}
}

// TestGatewayOpens has the first connections fail.
func TestGatewayOpens(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  discordtest.GatewayFault
		times  int
		within time.Duration
	}{
		{"asked to reconnect before a greeting", discordtest.ReconnectBeforeHello(), 1, 20 * time.Second},
		{"asked to reconnect before READY", discordtest.ReconnectBeforeReady(), 1, 20 * time.Second},
		{"no greeting", discordtest.NoHello(), 2, time.Minute},
		{"no READY", discordtest.NoReady(), 1, 2 * time.Minute},
		{"no answers to heartbeats", discordtest.NoAck(), 1, 2 * time.Minute},
		{"refused for now", discordtest.Refuse(4000), 3, time.Minute},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.discord.Gateway(test.times, test.fault)
			w.start()
			time.Sleep(test.within)
			w.answered(w.ann.Command(w.study, "study", nil))
			if c := w.discord.Counts(); c.Identifies > test.times+1 || c.Crowded > 0 || c.Sockets != 1 {
				t.Errorf("identified %d times, %d too soon, %d connections", c.Identifies, c.Crowded, c.Sockets)
			}
		})
	}
}

// TestGatewayGivesUp has Discord refuse for good.
func TestGatewayGivesUp(t *testing.T) {
	for _, test := range []struct {
		code int
		want string
	}{{4004, "DISCORD_TOKEN"}, {4010, "shard"}, {4011, "shards"}, {4012, "version"}, {4013, "intents"}, {4014, "intents"}} {
		bubble(t, test.want, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.discord.Gateway(-1, discordtest.Refuse(test.code))
			w.start()
			time.Sleep(time.Minute)
			err := w.end()
			coded, ok := err.(interface{ ExitCode() int })
			if !ok || coded.ExitCode() != 78 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want exit code 78 and %q", err, test.want)
			}
			if c := w.discord.Counts(); c.Connections != 1 {
				t.Errorf("%d connections, want 1", c.Connections)
			}
		})
	}
}

// TestNothingTwice has every interaction come twice.
func TestNothingTwice(t *testing.T) {
	bubble(t, "gateway", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		w.discord.Duplicate(3)
		for range 3 {
			w.answered(w.ann.Command(w.study, "study", nil))
		}
		if got := len(w.asked()); got != 3 {
			t.Errorf("the bot was asked %d times, want 3", got)
		}
		if r := w.discord.Refusals(); len(r) > 0 {
			t.Errorf("refused: %v", r)
		}
	})
}

// slowLine takes its time for whatever comes.
type slowLine struct{ net.Conn }

func (s slowLine) Read(p []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return s.Conn.Read(p)
}

// TestEndTakesWhatWasSent ends the program while presses are on their way to it.
func TestEndTakesWhatWasSent(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault discordtest.GatewayFault
		takes time.Duration // at most
	}{
		{"answered", discordtest.GatewayFault{}, 2 * time.Second},
		{"a server that answers no heartbeat is not waited for", discordtest.NoAck(), 4 * time.Second},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.line = func(c net.Conn) net.Conn { return slowLine{c} }
			w.discord.Gateway(1, test.fault)
			w.connected()
			var all []*discordtest.Interaction
			for range 5 {
				i, err := w.ann.Command(w.study, "study", nil)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, i)
			}
			began := time.Now()
			if err := w.end(); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if took := time.Since(began); took > test.takes {
				t.Errorf("it took %s to end", took)
			}
			for n, i := range all {
				if !i.Acked() {
					t.Errorf("press %d, sent before the end, got no answer", n)
				}
			}
		})
	}
}

// TestOneConnection has two copies of the program take turns.
func TestOneConnection(t *testing.T) {
	bubble(t, "lease", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		second := &world{t: t, discord: w.discord, shelf: w.shelf, server: w.server, study: w.study, ann: w.ann}
		second.start()
		time.Sleep(time.Minute)
		if c := w.discord.Counts(); c.Connections != 1 {
			t.Errorf("%d connections while one copy holds the lease, want 1", c.Connections)
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		second.answered(w.ann.Command(w.study, "study", nil))
	})
}

// TestPlacesGo has channels and servers go, and one be down.
func TestPlacesGo(t *testing.T) {
	bubble(t, "notices", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		w.server.Outage(true)
		w.server.Outage(false)
		w.study.Delete()
		w.server.Remove()
		time.Sleep(time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		space := bot.SpaceID("discord:" + w.server.ID)
		want := []bot.Notice{{Kind: bot.SpaceThere, Space: space}, {Kind: bot.SpaceThere, Space: space}, // connected, and after the outage
			{Kind: bot.ChannelGone, Space: space, Channel: place(w.study)}, {Kind: bot.SpaceGone, Space: space}}
		if diff := cmp.Diff(want, w.notice); diff != "" {
			t.Errorf("heard: want -, got +:\n%s", diff)
		}
	})
	bubble(t, "invited", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		time.Sleep(time.Second)
		data := map[string]any{"id": w.server.ID, "channels": []any{map[string]any{"id": "77", "type": 0}, map[string]any{"id": "78", "type": 2}}}
		w.server.Remove()
		time.Sleep(time.Second)
		w.discord.SendEvent("GUILD_CREATE", data)
		time.Sleep(time.Second)
		w.mu.Lock()
		defer w.mu.Unlock()
		space := bot.SpaceID("discord:" + w.server.ID)
		want := []bot.Notice{{Kind: bot.SpaceThere, Space: space}, {Kind: bot.SpaceGone, Space: space}, {Kind: bot.Welcomed, Space: space, Channel: "discord:77"}}
		if diff := cmp.Diff(want, w.notice); diff != "" {
			t.Errorf("heard: want -, got +:\n%s", diff)
		}
	})
}

// TestShards opens as many connections as Discord recommends, one in five seconds.
func TestShards(t *testing.T) {
	bubble(t, "three", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{Shards: 3})
		servers := []*discordtest.Channel{w.study}
		for range 5 {
			g := w.discord.Guild("Another")
			g.Join(w.ann)
			servers = append(servers, g.Channel("study"))
		}
		w.start()
		time.Sleep(30 * time.Second)
		if c := w.discord.Counts(); c.Sockets != 3 || c.Identifies != 3 || c.Crowded > 0 {
			t.Errorf("%d connections, identified %d times, %d too soon", c.Sockets, c.Identifies, c.Crowded)
		}
		for _, c := range append(servers, w.ann.Direct()) {
			w.answered(w.ann.Command(c, "study", nil))
		}
		if got := len(w.asked()); got != len(servers)+1 {
			t.Errorf("the bot was asked %d times, want %d", got, len(servers)+1)
		}
	})
}

// TestIdentifiesLast has Discord end the session again and again: the token is
// never put at risk by more introductions than a day has.
func TestIdentifiesLast(t *testing.T) {
	bubble(t, "budget", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{Identifies: 12})
		w.connected()
		for range 20 {
			time.Sleep(time.Minute)
			w.discord.Invalidate(false)
		}
		if c := w.discord.Counts(); c.TokenReset || c.Identifies > 12 {
			t.Errorf("identified %d times, token reset %t", c.Identifies, c.TokenReset)
		}
	})
}
