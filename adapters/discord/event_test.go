package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
)

// TestNoticesInOrder has a server removed, joined and removed again at once, and
// channels go: what is told of one server comes in the gateway's order though each
// takes a while and some panic, and servers don't wait for each other.
func TestNoticesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		heard := map[bot.SpaceID][]string{}
		core := bot.New(slog.New(slog.DiscardHandler))
		core.OnNotice(func(_ context.Context, n bot.Notice) error {
			mu.Lock()
			all := append(heard[n.Space], fmt.Sprintf("%d %s", n.Kind, strings.TrimPrefix(string(n.Channel), "discord:")))
			heard[n.Space] = all
			mu.Unlock()
			if len(all) == 1 {
				time.Sleep(time.Second) // the first takes longest
			}
			if len(all) == 2 {
				panic("out of chalk")
			}
			return nil
		})
		a := adapterOn(t, nil)
		a.core = core
		say := func(kind, format string, args ...any) { a.event(kind, json.RawMessage(fmt.Sprintf(format, args...))) }
		began := time.Now()
		var servers []string
		for n := range 50 {
			servers = append(servers, fmt.Sprint(100+n))
		}
		for _, g := range servers {
			say("READY", `{"guilds":[{"id":%q}]}`, g)
			say("GUILD_CREATE", `{"id":%q}`, g)
			say("CHANNEL_DELETE", `{"id":"7","guild_id":%q}`, g)
			say("GUILD_DELETE", `{"id":%q}`, g)
			say("GUILD_CREATE", `{"id":%q,"channels":[{"id":"8","type":0},{"id":"9","type":5},{"id":"10","type":2}]}`, g)
			say("THREAD_DELETE", `{"id":"11","guild_id":%q}`, g)
			say("GUILD_DELETE", `{"id":%q}`, g)
		}
		a.working.wait()
		var all []string
		for _, n := range []struct {
			kind    bot.NoticeKind
			channel string
		}{{bot.SpaceThere, ""}, {bot.ChannelGone, "7"}, {bot.SpaceGone, ""}, {bot.Welcomed, "8"}, {bot.Welcomed, "9"}, {bot.ChannelGone, "11"}, {bot.SpaceGone, ""}} {
			all = append(all, fmt.Sprintf("%d %s", n.kind, n.channel))
		}
		want := fmt.Sprint(all)
		for _, g := range servers {
			if got := fmt.Sprint(heard[spaceID(g)]); got != want {
				t.Errorf("of server %s it heard %s, want %s", g, got, want)
			}
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s: one server waited for another", took)
		}
		if len(a.lines) > 0 {
			t.Errorf("%d servers still wait", len(a.lines))
		}
	})
}
