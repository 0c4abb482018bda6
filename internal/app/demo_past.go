package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/internal/example"
	"studyhall/quizzes"
)

// makePast fills a new SQLite database, and the browser's posts beside it, with
// the example group. Both are made elsewhere in the same folder and moved in
// place when they are whole, so that a crash leaves nothing half made. A database
// that is there stays as it is.
func makePast(ctx context.Context, o DemoOptions, database, posts string) (err error) {
	path, ok := strings.CutPrefix(database, "sqlite:")
	if _, err := os.Stat(path); !ok || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), "studyhall-past-")
	if err != nil {
		return fmt.Errorf("make a folder for the example group: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	madeDatabase, madePosts := filepath.Join(dir, "past.db"), filepath.Join(dir, "past.posts")
	if err := livePast(ctx, o, "sqlite:"+madeDatabase, madePosts); err != nil {
		return fmt.Errorf("make the example group: %w", err)
	}
	if err := moveWhole(madePosts, posts); err != nil {
		return err
	}
	return moveWhole(madeDatabase, path)
}

// livePast runs the program through the example group's past.
func livePast(ctx context.Context, o DemoOptions, database, posts string) (err error) {
	now := time.Now()
	begin := example.Begin(now)
	var chat *browser.Adapter
	a, err := New(ctx, Options{
		Log: slog.New(faultsOnly{o.Log.Handler()}), Version: o.Version, Database: database, UnsafeStore: true, Timing: schedule.LocalTiming(),
		Clock: func(_ context.Context, s *store.Store) (*Clock, error) {
			c := &Clock{real: time.Now, shelf: s}
			c.offset.Store(int64(begin.Sub(now)))
			return c, nil
		},
		Adapters: func(_ bot.Shelf, clock *Clock) ([]bot.Adapter, error) {
			chat, err = browser.New(o.Log, browser.Config{Path: posts, Clock: clock, People: example.People(), Channels: demoChannels(false), Hurry: true})
			return []bot.Adapter{chat}, err
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		return err
	}
	p := example.Program{Chat: chat, Core: a.Bot, Advance: a.Clock.Advance}
	for _, b := range banks {
		p.Items = append(p.Items, b.Items...)
	}
	return example.Live(ctx, p, begin, now)
}

// faultsOnly leaves out of a log what goes as it should: the past is long.
type faultsOnly struct{ slog.Handler }

// Enabled tells whether records of a level are kept.
func (h faultsOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the choice.
func (h faultsOnly) WithAttrs(all []slog.Attr) slog.Handler {
	return faultsOnly{h.Handler.WithAttrs(all)}
}

// WithGroup keeps the choice.
func (h faultsOnly) WithGroup(name string) slog.Handler { return faultsOnly{h.Handler.WithGroup(name)} }

// moveWhole moves a file that is on the disk as a whole.
func moveWhole(from, to string) error {
	f, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open what was made: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write what was made: %w", err)
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("move what was made: %w", err)
	}
	return nil
}
