package app

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/store"
)

// smallDisk mounts a file system of its own, of so many bytes as the kernel takes
// ("size=16m"). Only root may.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "studyhall-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small disk can't be mounted here, which only root may: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk takes all the room there is, and returns what gives it back.
func fillDisk(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; _, err = f.Write(make([]byte, size)) {
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	f.Close() // what could be written is there
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskFull fills a real disk under a program that works: nothing that is said
// to be recorded is lost, what isn't recorded is said, nothing is posted, and all
// goes on by itself when there is room again.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t, "size=16m")
	t.Setenv("TMPDIR", disk)
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t, 0, "", "America/New_York")
		s.calm = true
		s.until(time.Date(2026, 9, 5, 7, 5, 0, 0, s.groups[0].zone))
		first := s.posts()
		if len(first) != 1 || len(first[0].options) == 0 {
			t.Fatalf("%d questions are posted, want one with buttons", len(first))
		}
		question := first[0]
		ann := press{"ann", question.round, question.options[0], question.id, question.channel}
		ben := press{"ben", question.round, question.options[0], question.id, question.channel}
		if !s.press(ann, ann.option) {
			t.Fatal("an answer is not confirmed")
		}
		free := fillDisk(t, disk)
		if s.press(ben, ben.option) {
			// What fits into room that the log has already may still be recorded.
			t.Log("an answer was confirmed on a full disk")
		}
		refused := 0
		for n := range 2000 { // until no page of the log is left
			person := bot.UserID(s.fake.UserID(string(rune('a'+n%26)) + strings.Repeat("x", n/26)))
			r := s.app.Bot.Handle(t.Context(), bot.Interaction{ID: s.newID(), User: person, Space: s.fake.Space(), Name: "Somebody",
				Channel: question.channel, Message: question.id, Action: "answer/" + question.round + "/" + question.options[0]})
			text := bottest.MessageText(*r.Reply)
			if strings.HasPrefix(text, "I can't save anything just now, so this did not count; nothing is lost") {
				if refused++; refused == 20 {
					break
				}
				continue
			}
			if !strings.HasPrefix(text, "Right.") && !strings.HasPrefix(text, "The answer is") {
				t.Fatalf("on a full disk a person is told %q", text)
			}
		}
		if refused < 20 {
			t.Fatalf("only %d presses were refused; is the disk full?", refused)
		}
		// The next question falls due and is not posted.
		time.Sleep(time.Until(time.Date(2026, 9, 6, 7, 10, 0, 0, s.groups[0].zone)))
		for range 3 {
			s.app.Engine.Drain(t.Context()) // it fails, and says so in the log
			time.Sleep(time.Minute)
		}
		if got := len(s.posts()); got != 1 {
			t.Errorf("%d questions stand while nothing can be recorded, want 1", got)
		}
		free()
		s.until(time.Date(2026, 9, 6, 7, 40, 0, 0, s.groups[0].zone))
		after := s.posts()
		if len(after) != 2 || !after[1].open || after[0].open {
			t.Fatalf("with room again these stand: %+v", after)
		}
		if err := s.app.Store.CheckIntegrity(t.Context()); err != nil {
			t.Error(err)
		}
		newest := after[1]
		if len(newest.options) > 0 && !s.press(press{"ben", newest.round, newest.options[0], newest.id, newest.channel}, newest.options[0]) {
			t.Error("an answer is not confirmed when there is room again")
		}
		s.checkAnswers(func(kind, format string, args ...any) { t.Errorf(kind+": "+format, args...) })
	})
}

// TestReadOnlyDisk starts on a disk that can only be read: one sentence, and the
// database stays as it is.
func TestReadOnlyDisk(t *testing.T) {
	disk := smallDisk(t, "size=16m")
	url := "sqlite:" + filepath.Join(disk, "study.db")
	s, err := store.Open(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(func(name string) (string, bool) {
		v, ok := map[string]string{"DATABASE_URL": url, "DISCORD_TOKEN": "x.y.z", "HTTP_ADDR": freeAddress(t)}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	err = Serve(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)), "test")
	if !errors.Is(err, store.ErrForbidden) || !strings.Contains(err.Error(), "read-only file system") || strings.Contains(err.Error(), "\n") {
		t.Errorf("serve ends with %v", err)
	}
	t.Log(err)
}

// TestStartOnFullDisk starts where there is no room: one sentence, and the database
// stays as it is.
func TestStartOnFullDisk(t *testing.T) {
	disk := smallDisk(t, "size=16m")
	url := "sqlite:" + filepath.Join(disk, "study.db")
	for _, full := range []bool{false, true, false} {
		free := func() {}
		if full {
			free = fillDisk(t, disk)
		}
		s, err := store.Open(t.Context(), slog.New(slog.DiscardHandler), url, store.Options{})
		if errors.Is(err, store.ErrFull) != full || (err != nil) != full || full && strings.Contains(err.Error(), "\n") {
			t.Errorf("on a full disk (%v) it starts with %v", full, err)
		}
		if err == nil {
			s.Close()
		}
		free()
	}
}
