package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/internal/example"
)

// The example group has lived when the demonstration begins: questions every
// weekday, their answers, weekly posts with places, somebody with a long run, and
// nothing that only one person saw.
func TestPast(t *testing.T) {
	dir := t.TempDir()
	o := DemoOptions{Log: slog.New(slog.DiscardHandler), Version: "test"}
	database, posts := "sqlite:"+filepath.Join(dir, "demo.db"), filepath.Join(dir, "demo.posts")
	if err := makePast(t.Context(), o, database, posts); err != nil {
		t.Fatal(err)
	}
	chat, a := openDemo(t, database, posts)
	h, err := chat.Hand(a.Bot, "maria")
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.See(t.Context(), h.Channel(example.Channel), 500)
	if err != nil {
		t.Fatal(err)
	}
	var closed, weekly, private int
	for _, p := range all {
		switch {
		case p.Private:
			private++
		case p.Message.Card != nil && strings.HasSuffix(p.Message.Card.Title.Plain(), " · closed"):
			closed++
		case p.Message.Card != nil && strings.Contains(p.Message.Card.Title.Plain(), "last week together"):
			weekly++
			if !strings.Contains(p.Message.Card.Body.Plain(), "\n1. ") {
				t.Errorf("a weekly post without places:\n%s", p.Message.Card.Body.Plain())
			}
		}
	}
	if closed < 5*example.Weeks-2 || weekly < example.Weeks-2 || private > 0 {
		t.Errorf("%d closed questions, %d weekly posts, %d private messages", closed, weekly, private)
	}
	board, _, err := h.Say(t.Context(), h.Channel(example.Channel), "/board season")
	if err != nil {
		t.Fatal(err)
	}
	if words := board.Message.Card.Body.Plain(); !strings.Contains(words, "1. ") || !strings.Contains(words, "You: ") {
		t.Errorf("the season's board:\n%s", words)
	}
	study, _, err := h.Say(t.Context(), h.Channel(example.Channel), "/study")
	if err != nil {
		t.Fatal(err)
	}
	if words := study.Message.Card.Body.Plain(); !strings.Contains(words, "1 question open") {
		t.Errorf("the newest question isn't left to answer:\n%s", words)
	}
	if off := time.Since(a.Clock.Now()).Abs(); off > time.Minute {
		t.Errorf("the clock is %s off", off)
	}
}

// What is there already stays as it is, and a database that is no file is left alone.
func TestPastOnlyOnce(t *testing.T) {
	dir := t.TempDir()
	o := DemoOptions{Log: slog.New(slog.DiscardHandler)}
	path := filepath.Join(dir, "demo.db")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, database := range []string{"sqlite:" + path, "postgres://nobody@127.0.0.1:1/none"} {
		if err := makePast(t.Context(), o, database, filepath.Join(dir, "posts")); err != nil {
			t.Errorf("%s: %v", database, err)
		}
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "mine" {
		t.Errorf("%q, %v", data, err)
	}
	if err := makePast(t.Context(), o, "sqlite:"+filepath.Join(dir, "no", "folder.db"), filepath.Join(dir, "posts")); err == nil {
		t.Error("made in a folder that isn't there")
	}
}

func openDemo(t *testing.T, database, posts string) (chat *browser.Adapter, a *App) {
	t.Helper()
	a, err := New(t.Context(), Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Database: database, UnsafeStore: true, Timing: schedule.LocalTiming(),
		Clock: func(ctx context.Context, s *store.Store) (*Clock, error) { return playableClock(ctx, s, time.Now) },
		Adapters: func(_ bot.Shelf, clock *Clock) (_ []bot.Adapter, err error) {
			chat, err = browser.New(slog.New(slog.DiscardHandler), browser.Config{Path: posts, Clock: clock, People: example.People(), Channels: demoChannels(false)})
			return []bot.Adapter{chat}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return chat, a
}

// BenchmarkPast is how long the first start of the demonstration takes longer
// than others.
func BenchmarkPast(b *testing.B) {
	o := DemoOptions{Log: slog.New(slog.DiscardHandler)}
	for n := 0; b.Loop(); n++ {
		dir := b.TempDir()
		if err := makePast(b.Context(), o, fmt.Sprintf("sqlite:%s/%d.db", dir, n), filepath.Join(dir, "posts")); err != nil {
			b.Fatal(err)
		}
	}
}

// Two demonstrations on one file would each move its time on.
func TestDemoAlone(t *testing.T) {
	db := filepath.Join(t.TempDir(), "demo.db")
	release, err := browser.Hold(t.Context(), db+".posts")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	err = Demo(t.Context(), DemoOptions{Addr: "127.0.0.1:0", DB: db, Empty: true, NoOpen: true, Out: io.Discard, Log: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, browser.ErrHeld) {
		t.Errorf("a second demonstration: %v, want that the file is held", err)
	}
}

// A person begins in the channel that the greeting names.
func TestGreetingNamesFirstChannel(t *testing.T) {
	for _, empty := range []bool{false, true} {
		if greeting, first := demoGreeting(empty), "#"+demoChannels(empty)[0]; !strings.Contains(greeting, first) {
			t.Errorf("empty %v: %q doesn't name %s", empty, greeting, first)
		}
	}
}
