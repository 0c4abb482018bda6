package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/discord/discordtest/script"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// discordSide is Discord in memory with the adapter for it.
type discordSide struct {
	server *discordtest.Server
	people *script.Driver
	chat   *discord.Adapter
	bubble bool // time passes only when nobody has anything to do
}

// zoned is the adapter, with the zones that scripts give people: Discord knows
// none, and asks for them in other words than the scripts'.
type zoned struct {
	*discord.Adapter
	people *script.Driver
}

// Profile is Discord's, with the zone.
func (z zoned) Profile(ctx context.Context, space bot.SpaceID, user bot.UserID) (bot.Profile, error) {
	p, err := z.Adapter.Profile(ctx, space, user)
	p.Zone = z.people.Zone(user)
	return p, err
}

func (d *discordSide) adapter(shelf bot.Shelf) (bot.Adapter, error) {
	a, err := discord.New(slog.New(slog.DiscardHandler), discord.Config{Token: d.server.Token(), API: d.server.URL(), Dial: d.server.Dial, Shelf: shelf})
	d.chat = a
	return zoned{a, d.people}, err
}

func (d *discordSide) waitRunning(ctx context.Context, a *App) error {
	d.people.Connect(a.Bot.Commands, d.chat.Busy)
	return d.server.Await(ctx, d.server.Connected)
}

func (d *discordSide) stopped() {
	d.people.Connect(nil, nil)
	if !d.bubble {
		return
	}
	synctest.Wait() // the library beats and closes under one lock, and sleeps while it holds it
}

// newDiscordWorld is the whole program on Discord, with another platform beside it.
func newDiscordWorld(t *testing.T, bubble bool) *world {
	t.Helper()
	w := stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))
	// Its limits are tested elsewhere; here they would only let the scripts' time pass.
	server := discordtest.New(t, discordtest.Options{Limits: discordtest.Unlimited(), Global: 1_000_000, IdentifyGap: time.Nanosecond})
	d := &discordSide{server: server, people: script.New(server, w.zone), bubble: bubble}
	w.real, w.people = d, bottest.NewTogether(d.people, elsewhere{w.harbor})
	w.begin()
	return w
}

// elsewhere is the other platform, which speaks of the first by the name that it
// has in the scripts.
type elsewhere struct{ *bottest.Fake }

// See is the other platform's.
func (e elsewhere) See(ctx context.Context) []bottest.Seen {
	seen := e.Fake.See(ctx)
	for i := range seen {
		seen[i].Text = strings.ReplaceAll(seen[i].Text, "Discord", "Fake")
	}
	return seen
}

// TestDiscordConversations runs the core's scripts through the adapter and the
// gateway of a Discord in memory.
func TestDiscordConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if name == "group-zones" {
			continue // completes a field of a form, which Discord's forms can't
		}
		t.Run(name, func(t *testing.T) {
			if name == "group-two-certifications" { // has something happen within exactly two weeks, which takes passing time
				bottest.RunScript(t, file, newDiscordWorld(t, false))
				return
			}
			synctest.Test(t, func(t *testing.T) { bottest.RunScript(t, file, newDiscordWorld(t, true)) })
		})
	}
}
