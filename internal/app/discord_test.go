package app

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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
	http   bool // interactions come over HTTP
	balancer
	others []*discord.Adapter // of the other copies of the program
}

// balance implements [balanced].
func (d *discordSide) balance() *balancer { return &d.balancer }

// another implements [balanced].
func (d *discordSide) another(shelf bot.Shelf) (bot.Adapter, func(context.Context) error, error) {
	a, err := discord.New(slog.New(slog.DiscardHandler), d.config(shelf))
	d.others = append(d.others, a)
	return zoned{a, d.people}, a.WaitReady, err
}

// busy is how many interactions are being answered just now.
func (d *discordSide) busy() int {
	n := d.chat.Busy()
	for _, other := range d.others {
		n += other.Busy()
	}
	return n
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

func (d *discordSide) config(shelf bot.Shelf) discord.Config {
	config := discord.Config{Token: d.server.Token(), API: d.server.URL(), Dial: d.server.Dial, Shelf: shelf}
	if d.http {
		config.PublicKey = d.server.PublicKey()
	}
	return config
}

func (d *discordSide) platforms(shelf bot.Shelf) ([]bot.Adapter, error) {
	a, err := discord.New(slog.New(slog.DiscardHandler), d.config(shelf))
	d.chat = a
	return []bot.Adapter{zoned{a, d.people}}, err
}

func (d *discordSide) waitRunning(ctx context.Context, a *App) error {
	d.people.Connect(a.Bot.Commands, d.busy)
	if !d.http {
		return d.server.Await(ctx, d.server.Connected)
	}
	d.up(0, a.Handler())
	return d.chat.WaitReady(ctx)
}

func (d *discordSide) stopped() {
	d.people.Connect(nil, nil)
	if d.http {
		time.Sleep(time.Second) // as long as a connection takes to close
	}
	synctest.Wait() // the library beats and closes under one lock, and sleeps while it holds it
}

// newDiscordWorld is the whole program on Discord, with another platform beside it.
func newDiscordWorld(t *testing.T, overHTTP bool) *world {
	t.Helper()
	w := stoppedDiscordWorld(t, overHTTP)
	w.begin()
	return w
}

// stoppedDiscordWorld is the same before its start.
func stoppedDiscordWorld(t *testing.T, overHTTP bool) *world {
	t.Helper()
	w := stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))
	d := newDiscordSide(t, w.zone, overHTTP)
	w.real, w.people = d, bottest.NewTogether(d.people, calling{w.harbor, "Discord", "Fake"})
	return w
}

// newDiscordSide is Discord with nothing on it. What it refuses for its form, and
// what it puts up with, fails the test.
func newDiscordSide(t *testing.T, zone *time.Location, overHTTP bool) *discordSide {
	t.Helper()
	// Its limits are tested elsewhere; here they would only let the scripts' time pass.
	d := &discordSide{http: overHTTP}
	o := discordtest.Options{Limits: discordtest.Unlimited(), Global: 1_000_000, IdentifyGap: time.Nanosecond}
	if overHTTP {
		o.Interactions, o.HTTP = "http://bot.test/discord/interactions", &http.Client{Transport: d}
	}
	d.server = discordtest.New(t, o)
	t.Cleanup(func() {
		for _, r := range d.server.Refusals() {
			if r.Code == 50035 { // a body against its rules
				t.Errorf("Discord refused %s: %s", r.Route, r.Body)
			}
		}
		for _, n := range d.server.Notices() {
			t.Errorf("Discord puts up with it: %s", n)
		}
	})
	d.people = script.New(d.server, zone)
	if overHTTP {
		d.people.Deaf(helpCommand())
	}
	return d
}

// calling is a platform on which one is called otherwise: scripts know the first
// platform by a name of theirs.
type calling struct {
	bottest.Platform
	name, other string
}

// See is the platform's.
func (c calling) See(ctx context.Context) []bottest.Seen {
	seen := c.Platform.See(ctx)
	for i := range seen {
		seen[i].Text = strings.ReplaceAll(seen[i].Text, c.name, c.other)
	}
	return seen
}

// unkept is a world that keeps nothing that its scripts say: here it is seen as
// Discord shows it, no longer as the bot made it.
type unkept struct{ bottest.World }

// helpCommand is what people use over HTTP, where Discord passes on no words, in
// place of words for help that are no command's.
func helpCommand() map[string]string {
	words := map[string]string{}
	for _, w := range []string{"", "?", "hi", "help", "What is this?"} {
		words[w] = "study help"
	}
	return words
}

// unheard is what people can't say there at all, by script.
func unheard() map[string][]string {
	return map[string][]string{
		"group-help":     {"xyzzy", "group delete everything"},
		"group-organise": {"group sceduel"},
		"quiz-topics":    {"quiz count=7"},
	}
}

// TestDiscordConversations runs the core's scripts through the adapter and the
// gateway of a Discord in memory.
func TestDiscordConversations(t *testing.T) { discordConversations(t, false) }

// TestDiscordConversationsOverHTTP runs them where Discord posts interactions.
func TestDiscordConversationsOverHTTP(t *testing.T) { discordConversations(t, true) }

func discordConversations(t *testing.T, overHTTP bool) {
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for n, file := range files {
		if raceEnabled && overHTTP && n%4 != 0 {
			continue // ten times slower, and not much of it is another path
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newDiscordWorld(t, overHTTP)
				bottest.RunScript(t, file, unkept{w})
				if diff := cmp.Diff(unheard()[name], w.real.(*discordSide).people.Unheard()); overHTTP && diff != "" {
					t.Errorf("what people can't say without the gateway (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestDiscordQuestionIsReadable looks at the posted question as somebody sees it
// who has switched link previews off: its words stand in the message itself.
func TestDiscordQuestionIsReadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDiscordWorld(t, false)
		d := w.real.(*discordSide)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		d.people.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago"}) // manages nothing
		must(d.people.Say(ctx, "maria", "", "/group set up"))
		must(d.people.Submit(ctx, "maria", map[string]string{"Studying for": "CBET: Certified Biomedical Equipment Technician"}))
		must(d.people.Press(ctx, "maria", "Start", ""))
		must(w.Advance(ctx, time.Date(2026, 11, 23, 7, 0, 1, 0, w.zone)))
		var question discordtest.Message
		for _, e := range d.server.Seen() {
			if e.Kind == discordtest.Posted && strings.Contains(e.Message.Content, "question 1") {
				question = e.Message
			}
		}
		for _, words := range []string{"Which word begins with B?", "A. Alpha", "B. Bravo", "C. Coca", "D. Delta"} {
			if !strings.Contains(question.Content, words) {
				t.Errorf("the content %q has no %q", question.Content, words)
			}
		}
		if len(question.Embeds) > 0 || question.Flags&(1<<15) != 0 {
			t.Error("part of it is an embed or a component of words")
		}
	})
}
