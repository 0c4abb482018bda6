package discord_test

import (
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestPing notifies a role of a new post, once: not of an edit, and not of what
// people wrote. Discord notifies nobody of a role that not everybody may mention,
// which the adapter knows.
func TestPing(t *testing.T) {
	for _, test := range []struct {
		name  string
		may   bool // everybody may mention it
		all   bool // the bot may mention all roles
		pings int
		fix   string
	}{
		{"as Discord has it at first", false, false, 0, "then Roles, then Techs, and switch on: Allow anyone to @mention this role"},
		{"mentioned by anybody", true, false, 1, ""},
		{"the bot may mention all", false, true, 1, ""},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			w.server.Join(w.ann)
			role := w.server.Role("Techs", test.may, w.ann)
			if test.all {
				w.study.Allow(discordtest.MentionEveryone)
			}
			about, err := w.adapter.Audience(t.Context(), place(w.study), bot.AudienceID("discord:"+role.ID))
			if err != nil || about.Name != "@Techs" || about.Everyone || !strings.HasSuffix(about.Fix, test.fix) || (about.Fix == "") != (test.fix == "") {
				t.Errorf("about it: %+v, %v", about, err)
			}
			everyone, err := w.adapter.Audience(t.Context(), place(w.study), bot.AudienceID("discord:"+w.server.Everyone().ID))
			if err != nil || !everyone.Everyone {
				t.Errorf("about everyone: %+v, %v", everyone, err)
			}
			m := card(bot.Textf("CBET question 1: <@&%s> @everyone", role.ID), letters)
			m.Key, m.Ping = "key1", bot.AudienceID("discord:"+role.ID)
			w.ann.Sees()
			id, err := w.adapter.Send(t.Context(), place(w.study), m)
			must(t, err)
			must(t, w.adapter.Edit(t.Context(), id, m))
			m.Ping = ""
			must(t, w.adapter.Edit(t.Context(), id, m))
			m.Key = "key2"
			if _, err := w.adapter.Send(t.Context(), place(w.study), m); err != nil {
				t.Fatal(err)
			}
			pings := 0
			for _, e := range w.ann.Sees() {
				if e.Kind == discordtest.Posted {
					pings += len(e.Pinged)
				}
			}
			if pings != test.pings {
				t.Errorf("notified %d times, want %d", pings, test.pings)
			}
			role.Delete()
			time.Sleep(2 * time.Minute) // past what is remembered
			if about, err := w.adapter.Audience(t.Context(), place(w.study), bot.AudienceID("discord:"+role.ID)); err == nil {
				t.Errorf("about a role that is no more: %+v", about)
			}
		})
	}
}

// TestPingPayload holds bodies to the rule: one role, named at the end, in a new
// post with a key, and in nothing else. Another platform's is left out.
func TestPingPayload(t *testing.T) {
	m := card("CBET question 1", letters)
	m.Key, m.Ping = "key1", "discord:42"
	post, err := discord.Payload(m)
	must(t, err)
	edit, err := discord.Edit(m)
	must(t, err)
	m.Ping = "fake:techs"
	other, err := discord.Payload(m)
	must(t, err)
	const roles = `"allowed_mentions":{"parse":[],"users":[],"roles":["42"]}`
	for _, test := range []struct {
		name  string
		body  string
		pings bool
	}{{"post", string(post), true}, {"edit", string(edit), false}, {"another platform's", string(other), false}} {
		if got := strings.Contains(test.body, roles) && strings.Contains(test.body, `\n<@&42>"`); got != test.pings {
			t.Errorf("%s notifies the role: %t, want %t\n%s", test.name, got, test.pings, test.body)
		}
		if faults := discord.Check([]byte(test.body)); len(faults) > 0 {
			t.Errorf("%s: %v", test.name, faults)
		}
	}
	for name, body := range map[string]string{
		"not named": strings.Replace(string(post), `<@&42>`, `42`, 1), "no key": strings.Replace(string(post), `"nonce":"key1","enforce_nonce":true`, `"nonce":""`, 1),
		"two": strings.Replace(string(post), `["42"]`, `["42","43"]`, 1),
	} {
		if faults := discord.Check([]byte(body)); len(faults) == 0 {
			t.Errorf("%s: taken\n%s", name, body)
		}
	}
	long := bot.Message{Text: "x", Key: "key1", Ping: "discord:18446744073709551615",
		Card: &bot.Card{Title: "T", Body: bot.Text(strings.Repeat("*_", bot.LimitMessage/2-5))}}
	body, err := discord.Payload(long)
	must(t, err)
	if faults := discord.Check(body); len(faults) > 0 {
		t.Errorf("the longest message: %v", faults)
	}
}
