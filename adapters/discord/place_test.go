package discord

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"studyhall/bot"
)

// TestCheckNamesWhatIsMissing computes the bot's permissions as Discord does, from
// roles and a channel's overwrites.
func TestCheckNamesWhatIsMissing(t *testing.T) {
	const (
		all      = `"274878008320"` // view, send, attach, history, send in threads
		noSend   = `"274878006272"`
		everyone = `{"id":"1","permissions":` + all + `}`
	)
	guild := func(roles string) string { return `{"id":"1","owner_id":"90","roles":[` + roles + `]}` }
	deny := func(id, kind, bits string) string {
		return `{"id":"` + id + `","type":` + kind + `,"allow":"0","deny":"` + bits + `"}`
	}
	allow := func(id, kind, bits string) string {
		return `{"id":"` + id + `","type":` + kind + `,"allow":"` + bits + `","deny":"0"}`
	}
	channel := func(overwrites string) string {
		return `{"id":"3","type":0,"guild_id":"1","name":"study","permission_overwrites":[` + overwrites + `]}`
	}
	thread := `{"id":"3","type":11,"guild_id":"1","name":"talk","parent_id":"4"}`
	parent := func(overwrites string) string {
		return `{"id":"4","type":0,"guild_id":"1","name":"study","permission_overwrites":[` + overwrites + `]}`
	}
	member := `{"user":{"id":"2"},"roles":["7","8"]}`
	for _, test := range []struct {
		name, guild, member, channel, parent string
		missing                              string // in the words of Discord's menus
	}{
		{"nothing", guild(everyone), member, channel(""), "", ""},
		{"nobody may send", guild(`{"id":"1","permissions":` + noSend + `}`), member, channel(""), "", "Send Messages"},
		{"a role may", guild(`{"id":"1","permissions":` + noSend + `},{"id":"7","permissions":"2048"}`), member, channel(""), "", ""},
		{"a role of others may", guild(`{"id":"1","permissions":` + noSend + `},{"id":"6","permissions":"2048"}`), member, channel(""), "", "Send Messages"},
		{"an administrator's role", guild(`{"id":"1","permissions":"0"},{"id":"7","permissions":"8"}`), member, channel(deny("1", "0", "2048")), "", ""},
		{"the server is the bot's", strings.Replace(guild(`{"id":"1","permissions":"0"}`), "90", "2", 1), member, channel(""), "", ""},
		{"nobody may send here", guild(everyone), member, channel(deny("1", "0", "2048")), "", "Send Messages"},
		{"everybody may here", guild(`{"id":"1","permissions":` + noSend + `}`), member, channel(allow("1", "0", "2048")), "", ""},
		{"a role may not here", guild(everyone), member, channel(deny("7", "0", "2048")), "", "Send Messages"},
		{"one role may not, another may", guild(everyone), member, channel(deny("7", "0", "2048") + "," + allow("8", "0", "2048")), "", ""},
		{"a role of others may not", guild(everyone), member, channel(deny("6", "0", "2048")), "", ""},
		{"the bot may not", guild(everyone), member, channel(deny("2", "1", "2048")), "", "Send Messages"},
		{"a role may not, the bot may", guild(everyone), member, channel(deny("7", "0", "2048") + "," + allow("2", "1", "2048")), "", ""},
		{"somebody else may not", guild(everyone), member, channel(deny("5", "1", "2048")), "", ""},
		{"no pictures", guild(everyone), member, channel(deny("1", "0", "32768")), "", "Attach Files"},
		{"no history", guild(everyone), member, channel(deny("1", "0", "65536")), "", "Read Message History"},
		{"not to be seen", guild(everyone), member, channel(deny("1", "0", "1024")), "", "View Channel"},
		{"a thread", guild(everyone), member, thread, parent(""), ""},
		{"a thread under a channel nobody writes in", guild(everyone), member, thread, parent(deny("1", "0", "2048")), ""},
		{"a thread nobody writes in", guild(everyone), member, thread, parent(deny("1", "0", "274877906944")), "Send Messages in Threads"},
		{"a channel that isn't to be seen at all", guild(everyone), member, "", "", "View Channel, Send Messages"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := adapterOn(t, func(r *http.Request) (int, string, error) {
					path := r.URL.Path[strings.Index(r.URL.Path, "/v10/")+4:]
					answer := map[string]string{"/channels/3": test.channel, "/channels/4": test.parent, "/guilds/1": test.guild, "/guilds/1/members/2": test.member}[path]
					if answer == "" {
						return http.StatusForbidden, `{"code":50001,"message":"Missing Access"}`, nil
					}
					return http.StatusOK, answer, nil
				})
				a.life.Ready()
				err := a.Check(t.Context(), "discord:3")
				fault, known := errors.AsType[*bot.DeliveryError](err)
				switch {
				case test.missing == "" && err != nil:
					t.Errorf("got %v", err)
				case test.missing != "" && (!known || fault.Kind != bot.Refused || !strings.HasSuffix(fault.Fix, "Studyhall: "+test.missing)):
					t.Errorf("got %+v, want %s", fault, test.missing)
				}
			})
		})
	}
}

// TestCheckIsFresh has a permission taken away between two looks.
func TestCheckIsFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			if asked++; asked > 1 {
				return http.StatusNotFound, `{"code":10003,"message":"Unknown Channel"}`, nil
			}
			return http.StatusOK, `{"id":"3","type":1}`, nil
		})
		a.life.Ready()
		if err := a.Check(t.Context(), "discord:3"); err != nil {
			t.Error(err)
		}
		if err := a.Check(t.Context(), "discord:3"); err == nil || asked != 2 {
			t.Errorf("asked %d times, %v", asked, err)
		}
	})
}

// TestProfileIsRemembered asks for a person twice.
func TestProfileIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := adapterOn(t, func(r *http.Request) (int, string, error) {
			asked++
			if strings.Contains(r.URL.Path, "/members/") {
				return http.StatusOK, `{"nick":"Annie","user":{"id":"11"},"roles":["7"]}`, nil
			}
			return http.StatusOK, `{"id":"1","owner_id":"90","roles":[{"id":"7","permissions":"32"}]}`, nil
		})
		for range 3 {
			if p, err := a.Profile(t.Context(), "discord:1", "discord:11"); err != nil || p != (bot.Profile{Name: "Annie", Administrator: true}) {
				t.Errorf("got %+v, %v", p, err)
			}
		}
		if asked != 2 {
			t.Errorf("Discord was asked %d times, want twice", asked)
		}
		a.event("GUILD_ROLE_UPDATE", json.RawMessage(`{"guild_id":"1","role":{"id":"7"}}`))
		if _, ok := a.guilds.Get("1"); ok {
			t.Error("a role that changed is still the old one")
		}
	})
}

// TestChangesAreHeard has a channel and a server change, and a channel go.
func TestChangesAreHeard(t *testing.T) {
	for _, test := range []struct{ name, event, data string }{
		{"a channel", "CHANNEL_UPDATE", `{"id":"3","guild_id":"8"}`},
		{"a channel that is gone", "CHANNEL_DELETE", `{"id":"3","guild_id":"8"}`},
		{"a server", "GUILD_UPDATE", `{"id":"1"}`},
		{"a role", "GUILD_ROLE_UPDATE", `{"guild_id":"1"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := adapterOn(t, nil)
				a.core = bot.New(a.log)
				a.channels.Put("3", channel{ID: "3", Name: "study"}, memoTime)
				a.guilds.Put("1", guild{ID: "1"}, memoTime)
				a.event(test.event, json.RawMessage(test.data))
				a.life.Wait()
				_, channelKnown := a.channels.Get("3")
				_, guildKnown := a.guilds.Get("1")
				if known := strings.HasPrefix(test.event, "CHANNEL"); channelKnown == known || guildKnown != known {
					t.Errorf("the channel is remembered: %t, the server: %t", channelKnown, guildKnown)
				}
				if a.channels.Last("3").Name != "study" {
					t.Error("its last name is forgotten")
				}
			})
		})
	}
}
