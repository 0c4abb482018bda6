package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
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
		a.life.Wait()
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

// TestActedInASpace has people use the bot: over HTTP the core hears before it
// answers that the bot is in the server, once a minute; with the gateway, which says
// so itself, it doesn't.
func TestActedInASpace(t *testing.T) {
	for _, test := range []struct {
		name string
		http bool
		want string
	}{
		{"over HTTP", true, "there 1, asked, asked, there 6, asked, there 1, asked, asked"},
		{"by the gateway", false, "asked, asked, asked, asked, asked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var heard []string
				core := bot.New(slog.New(slog.DiscardHandler))
				core.OnNotice(func(_ context.Context, n bot.Notice) error {
					heard = append(heard, "there "+strings.TrimPrefix(string(n.Space), "discord:"))
					return nil
				})
				core.Action("x", func(context.Context, bot.Interaction) (bot.Response, error) {
					heard = append(heard, "asked")
					return bot.Response{}, nil
				})
				a := adapterOn(t, func(*http.Request) (int, string, error) { return http.StatusOK, `{}`, nil })
				if a.core = core; test.http {
					a.key = make([]byte, 32)
				}
				press := func(id, server string) {
					a.receive(fmt.Appendf(nil, `{"id":%q,"token":"t","type":3,"channel_id":"3",%s"user":{"id":"11"},"message":{"id":"7"},"data":{"custom_id":"x"}}`, id, server))
					a.life.Wait()
				}
				press("101", `"guild_id":"1",`)
				press("102", `"guild_id":"1",`)
				press("103", `"guild_id":"6",`)
				time.Sleep(2 * memoTime)
				press("104", `"guild_id":"1",`)
				press("105", "") // in private
				if got := strings.Join(heard, ", "); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		})
	}
}
