package store_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func looks(t *testing.T, url string, now time.Time) store.Looks {
	t.Helper()
	l, err := store.Look(t.Context(), slog.New(slog.DiscardHandler), url, now)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLook looks at a database that is empty, at one in use, and at what is
// wrong in it, while it is open.
func TestLook(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		if l := looks(t, url, sunday()); !l.Empty || l.Size > 0 || l.Known == 0 {
			t.Errorf("an empty database looks like %+v", l)
		}
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("looking made a file: %v", err)
			}
		}
		s := storetest.OpenURL(t, url, store.Options{})
		begin(t, s, "g1")
		begin(t, s, "g2")
		l := looks(t, url, sunday())
		first, ok, err := s.NextInstant(t.Context(), sunday())
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		want := store.Looks{Where: l.Where, Level: l.Known, Known: l.Known, Size: l.Size, Groups: 2, Channels: []bot.ChannelID{"fake:g1", "fake:g2"},
			Wants: []store.Wants{}, Next: first, Waiting: 2, Oldest: l.Oldest, Refused: []store.Refused{}} // the welcomes
		if diff := cmp.Diff(want, l); diff != "" || l.Size == 0 || l.Oldest.IsZero() {
			t.Errorf("want -, got +:\n%s", diff)
		}
		claimed, err := s.ClaimDeliveries(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 10)
		if err != nil || len(claimed) != 2 {
			t.Fatal(claimed, err)
		}
		for _, d := range claimed {
			if err := s.ParkDelivery(t.Context(), d, sunday(), schedule.Refusal{Cause: "It lacks Send Messages.", Fix: "allow it"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.ChannelGone(t.Context(), "", "fake:g2", sunday()); err != nil {
			t.Fatal(err)
		}
		l = looks(t, url, first.Add(time.Hour))
		if l.Gone != 1 || len(l.Channels) != 1 || l.Overdue == 0 || l.Since.After(first) {
			t.Errorf("got %+v", l)
		}
		if diff := cmp.Diff([]store.Refused{{Posts: 2, Cause: "It lacks Send Messages.", Fix: "allow it"}}, looks(t, url, sunday()).Refused); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}

// TestLookRefuses looks at what is no database of ours.
func TestLookRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, url, want string }{
		{"no database", "sqlite:" + file, "is not a SQLite database"},
		{"a folder", "sqlite:" + filepath.Dir(file), "is a folder"},
		{"no folder", "sqlite:" + filepath.Join(filepath.Dir(file), "no", "x.db"), "the folder of database"},
		{"nobody there", "postgres://u:hunter2@127.0.0.1:1/d?connect_timeout=2", "connect to PostgreSQL database d at 127.0.0.1"},
		{"no such scheme", "mysql://x", "accepted are"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := store.Look(t.Context(), slog.New(slog.DiscardHandler), test.url, sunday())
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
