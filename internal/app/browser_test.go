package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/browser"
	"studyhall/adapters/browser/browsertest"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// browserSide is the browser chat with its file, which outlives the program, and
// with the people at their pages.
type browserSide struct {
	world  *world
	path   string
	people *browsertest.Driver
	tells  bool // the bot is told that it was let back into a channel
}

// lent is the adapter with what the chat has nothing for, so that what the bot makes
// of it is played all the same: people who take no private messages, roles, and
// a bot that isn't told when it is let back into a channel.
type lent struct {
	*browser.Adapter
	side *browserSide
}

// Send is the chat's.
func (l lent) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	if l.side.people.Blocks(ch) {
		return "", &bot.DeliveryError{Kind: bot.Refused, Cause: "They take no private messages.", Fix: "ask them to"}
	}
	return l.Adapter.Send(ctx, ch, m)
}

// Routes are the chat's.
func (l lent) Routes(core bot.Core) http.Handler {
	if l.side.tells {
		return l.Adapter.Routes(core)
	}
	return l.Adapter.Routes(untold{core})
}

// untold is a bot that hears nothing of what happens to its places.
type untold struct{ bot.Core }

// Notice is lost.
func (untold) Notice(context.Context, bot.Notice) {}

// Audience is a role as the fake platform has them.
func (l lent) Audience(_ context.Context, _ bot.ChannelID, id bot.AudienceID) (bot.Audience, error) {
	role := strings.TrimPrefix(string(id), browser.Name+":")
	if strings.HasPrefix(role, "no") {
		return bot.Audience{}, fmt.Errorf("no role %q", id)
	}
	about := bot.Audience{Name: "@" + role, Everyone: role == "everyone"}
	if role == "shy" {
		about.Fix = "let anyone mention the role"
	}
	return about, nil
}

// notOnBrowser is what people can't do there as the scripts have it: it is lent to
// them, see [lent].
func notOnBrowser() map[string][]string {
	return map[string][]string{
		"ping":      {"maria: role=everyone", "maria: role=shy", "maria: role=techs"},
		"reminders": {"channel #@nora refuses"},
	}
}

func (b *browserSide) platforms(bot.Shelf) ([]bot.Adapter, error) {
	a, err := browser.New(slog.New(slog.DiscardHandler), browser.Config{
		Path: b.path, Clock: scriptClock{b.world}, Hurry: true,
		People: []browser.Person{{ID: "nobody", Name: "Nobody"}}, Channels: []string{bottest.Main},
	})
	if err != nil {
		return nil, err
	}
	return []bot.Adapter{lent{a, b}}, b.people.Connect(a)
}

func (b *browserSide) waitRunning(_ context.Context, a *App) error {
	b.people.Serve(a.Handler())
	return nil
}

func (b *browserSide) stopped() { b.people.Serve(nil) }

// scriptClock is a world's clock, as the page shows it and may move it.
type scriptClock struct{ *world }

// Next is the world's.
func (c scriptClock) Next(ctx context.Context) (time.Time, bool, error) {
	at, ok := c.world.Next(ctx)
	return at, ok, nil
}

// newBrowserWorld is the whole program on the browser chat, with another platform
// beside it. In scripts the bot isn't told that it was let back into a channel.
func newBrowserWorld(t *testing.T, tells bool) *world {
	t.Helper()
	w := stoppedWorld(t, os.DirFS("testdata/banks"), slog.New(slog.DiscardHandler))
	b := &browserSide{world: w, path: filepath.Join(t.TempDir(), "chat.db"), people: browsertest.New(), tells: tells}
	w.real, w.people = b, bottest.NewTogether(calling{b.people, "Browser", "Fake"}, calling{w.harbor, "Browser", "Fake"})
	w.begin()
	return w
}

// TestConversationsOnBrowser runs the core's scripts through the browser chat and
// its HTTP handler.
func TestConversationsOnBrowser(t *testing.T) {
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	for n, file := range files {
		if raceEnabled && n%4 != 1 {
			continue // ten times slower, and not much of it is another path
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newBrowserWorld(t, false)
				bottest.RunScript(t, file, unkept{w})
				people := w.real.(*browserSide).people
				if err := people.Reload(t.Context()); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(notOnBrowser()[name], people.Unsaid()); diff != "" {
					t.Errorf("what people can't do as the script has it (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestLetBackOnBrowser has the bot removed from its channel and let back in by the
// channel's menu, of which it is told: what waited comes at once.
func TestLetBackOnBrowser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBrowserWorld(t, true)
		ctx, d := t.Context(), w.Driver()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		d.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago"})
		must(d.Say(ctx, "maria", "", "/group"))
		must(d.Press(ctx, "maria", "Set up", ""))
		must(d.Submit(ctx, "maria", map[string]string{"question time": "07:00"}))
		must(d.Press(ctx, "maria", "Start", ""))
		d.Refuse("", true)
		must(w.Advance(ctx, time.Date(2026, 11, 23, 7, 0, 1, 0, w.zone)))
		questions := func() (n int) {
			for _, s := range d.See(ctx) {
				if s.Kind == bottest.Post && strings.HasPrefix(s.Text, "CBET question 1") {
					n++
				}
			}
			return n
		}
		if n := questions(); n != 0 {
			t.Fatalf("%d questions where the bot isn't", n)
		}
		d.Refuse("", false)
		if n := questions(); n != 1 {
			t.Errorf("%d questions after it was let back in, want 1", n)
		}
	})
}
