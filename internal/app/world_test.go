package app

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

// world is the whole program on SQLite and the fake platform, for scripts. Its
// clock survives a restart, as the world's does. Tests that depend on when things
// happen make it in a bubble of synctest.
type world struct {
	t        *testing.T
	fake     *bottest.Fake
	log      *slog.Logger
	harbor   *bottest.Fake // another platform beside it
	people   *bottest.Together
	wall     func() time.Time // real time
	timing   schedule.Timing
	pause    time.Duration // after each step of a script
	real     realPlatform  // in place of the fake platform; nil: the fake
	tape     *tape         // of what passes through the fake platform; nil: none is made
	database string
	banks    fs.FS
	own      string         // folder of the operator's banks; "" for none
	hangup   chan os.Signal // has them read again
	zone     *time.Location

	ids     atomic.Int64 // identifiers handed out; the same in every run of a script
	codes   atomic.Int64 // the same of one-time codes
	invites atomic.Int64 // and of codes for other spaces
	tokens  atomic.Int64 // and of addresses of calendars
	public  string       // where its web server is reached

	tones map[string]bot.Tone // of what was said, by its words

	mu     sync.Mutex
	offset time.Duration // while the program is down
	app    *App          // nil while it is down
	end    func()
}

// newWorld starts it on Sunday 22 November 2026, 4:38 AM in Chicago.
func newWorld(t *testing.T) bottest.World {
	t.Helper()
	return newWorldOf(t, os.DirFS("testdata/banks")) // B is always right
}

// newWorldOf is the same with other questions.
func newWorldOf(t *testing.T, banks fs.FS) *world {
	t.Helper()
	return newWorldWith(t, banks, slog.New(slog.DiscardHandler))
}

// newWorldWith is the same with a log.
func newWorldWith(t *testing.T, banks fs.FS, log *slog.Logger) *world {
	t.Helper()
	w := stoppedWorld(t, banks, log)
	w.fake = bottest.NewFake(w.Now)
	w.people = bottest.NewTogether(w.fake, w.harbor)
	w.begin()
	return w
}

// stoppedWorld is one without its first platform, and not started.
func stoppedWorld(t *testing.T, banks fs.FS, log *slog.Logger) *world {
	t.Helper()
	zone, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, log: log, zone: zone, banks: banks, public: "https://study.example.org", database: "sqlite:" + filepath.Join(t.TempDir(), "world.db")}
	w.offset = time.Until(time.Date(2026, 11, 22, 4, 38, 0, 0, zone))
	w.wall, w.timing = time.Now, schedule.LocalTiming()
	w.harbor = bottest.NewFakeNamed("harbor", w.Now)
	return w
}

// begin starts it, until the test ends.
func (w *world) begin() {
	t := w.t
	t.Helper()
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
}

// patient has the program wait as long as a platform's limits want, while its own
// clock hardly moves: a post may take seconds, and a script's time is its own.
func (w *world) patient() {
	begun := time.Now()
	w.wall = func() time.Time { return begun.Add(time.Since(begun) / 1000) }
	w.timing, w.pause = schedule.DefaultTiming(), time.Second
}

func (w *world) Driver() bottest.Driver { return driver{w.people, w} }
func (w *world) Zone() *time.Location   { return w.zone }

func (w *world) running() *App {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.app
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.app != nil {
		return w.app.Clock.Now()
	}
	return w.wall().Add(w.offset)
}

func (w *world) Advance(ctx context.Context, to time.Time) error {
	if a := w.running(); a != nil {
		return a.Clock.Advance(ctx, to)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offset = to.Sub(w.wall())
	return nil
}

func (w *world) Next(ctx context.Context) (time.Time, bool) {
	a := w.running()
	if a == nil {
		return time.Time{}, false
	}
	at, ok, err := a.Clock.Next(ctx)
	return at, ok && err == nil
}

func (w *world) Start(ctx context.Context) error {
	clock := realClock(w.wall)
	clock.offset.Store(int64(w.offset))
	a, err := New(ctx, Options{
		Log: w.log, Version: "test", Database: w.database, UnsafeStore: true,
		Banks:     w.banks,
		BanksDir:  w.own,
		Reload:    w.hangup,
		Timing:    w.timing,
		NewID:     func() string { return fmt.Sprintf("id%06d", w.ids.Add(1)) },
		NewCode:   func() string { return fmt.Sprintf("k7qdm4xp%d", 2221+w.codes.Add(1)) },
		NewInvite: func() group.Code { return group.Code(fmt.Sprintf("K7%03dZTN9M", w.invites.Add(1))) },
		NewToken:  func() string { return fmt.Sprintf("ADDRESSMADEFORATEST%03d", w.tokens.Add(1)) },
		PublicURL: w.public,
		Clock:     func(context.Context, *store.Store) (*Clock, error) { return clock, nil },
		Adapters:  w.adapters,
	})
	if err != nil {
		return err
	}
	running, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(running) }()
	w.mu.Lock()
	w.app = a
	w.mu.Unlock()
	w.end = func() {
		if w.real != nil {
			w.real.stopped()
		}
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
		w.mu.Lock()
		w.app, w.offset = nil, time.Duration(a.Clock.offset.Load())
		w.mu.Unlock()
		if err := a.Close(); err != nil {
			w.t.Error(err)
		}
	}
	if err := w.harbor.WaitRunning(ctx); err != nil {
		return err
	}
	if w.real != nil {
		return w.real.waitRunning(ctx, a)
	}
	return w.fake.WaitRunning(ctx)
}

// realPlatform is the fake of a real platform, with the adapter for it.
type realPlatform interface {
	platforms(shelf bot.Shelf) ([]bot.Adapter, error)
	waitRunning(ctx context.Context, a *App) error
	stopped()
}

func (w *world) adapters(shelf bot.Shelf, _ *Clock) ([]bot.Adapter, error) {
	if w.real == nil {
		return []bot.Adapter{w.tape.of(w.fake), w.tape.of(w.harbor)}, nil
	}
	all, err := w.real.platforms(shelf)
	return append(all, w.harbor), err
}

func (w *world) Stop(context.Context) error {
	if w.end != nil {
		w.end()
		w.end = nil
	}
	return nil
}

func (w *world) Restart(ctx context.Context) error {
	if err := w.Stop(ctx); err != nil {
		return err
	}
	return w.Start(ctx)
}

// driver sees only when the program has nothing left to do.
type driver struct {
	*bottest.Together
	w *world
}

func (d driver) See(ctx context.Context) []bottest.Seen {
	if a := d.w.running(); a != nil {
		done := a.Engine.Drain
		if d.w.pause > 0 { // what didn't work at once is tried again
			done = a.Engine.Settle
		}
		if err := done(ctx); err != nil {
			d.w.t.Error(err)
		}
	}
	seen := d.Together.See(ctx)
	d.w.hear(seen)
	time.Sleep(d.w.pause)
	return seen
}

// TestConversations runs the scripts. After each of them people who have no
// business there try whatever its people were shown, see [strangers].
func TestConversations(t *testing.T) {
	s := newStrangers()
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") { // all of them
		t.Cleanup(func() { s.triedEverything(t) })
	}
	bottest.RunScripts(t, "testdata/scripts/*.txt", s.world)
}

// use has a program ask from other banks.
func use(t testing.TB, a *App, banks []quizzes.Bank) {
	t.Helper()
	if err := a.Practice.Use(t.Context(), banks); err != nil {
		t.Fatal(err)
	}
}
