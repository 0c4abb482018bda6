package app

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// TestRestoreDoublesNothing goes on posting after a backup, restores it, and goes
// on: what was posted meanwhile stands once, what was not and still helps comes,
// and the days after are as ever.
func TestRestoreDoublesNothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		backup string   // when, as day of September and time in New York
		down   string   // when the program dies
		back   string   // when the restored one starts
		posted []string // when each question was posted that stands then
	}{
		{"an hour old, the question is out", "05 06:00", "05 07:30", "05 08:00", []string{"05 07:00"}},
		{"an hour old, the question is not out", "05 06:00", "05 06:30", "05 08:00", []string{"05 08:00"}},
		{"three days old", "05 08:00", "08 07:30", "08 08:00", []string{"05 07:00", "06 07:00", "07 07:00", "08 07:00"}},
		{"three days old, and too late for the newest", "05 08:00", "07 08:00", "08 06:00", []string{"05 07:00", "06 07:00", "07 07:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSimulation(t, 0, "", "America/New_York")
				s.calm = true
				zone := s.groups[0].zone
				until := func(text string) {
					t.Helper()
					at, err := time.ParseInLocation("2006-01 02 15:04", "2026-09 "+text, zone)
					if err != nil {
						t.Fatal(err)
					}
					s.until(at)
				}
				until(test.backup)
				backup := filepath.Join(t.TempDir(), "backup.db")
				if _, err := Backup(t.Context(), s.app.Store, backup, nil); err != nil {
					t.Fatal(err)
				}
				until(test.down)
				s.die()
				before := s.posts()
				until(test.back)
				s.database = "sqlite:" + filepath.Join(t.TempDir(), "restored.db")
				if _, _, err := Restore(t.Context(), Config{Database: Secret(s.database)}, slog.New(slog.DiscardHandler), "test", backup, nil); err != nil {
					t.Fatal(err)
				}
				s.born()
				s.until(time.Now().Add(5 * time.Minute))
				var got []string
				after := s.posts()
				for _, p := range after {
					got = append(got, p.posted.In(zone).Format("02 15:04"))
				}
				if diff := cmp.Diff(test.posted, got); diff != "" {
					t.Errorf("questions that stand (want -, got +):\n%s", diff)
				}
				for n, p := range before {
					if n >= len(after) || after[n].id != p.id {
						t.Errorf("what stood before is not what stands: %v, %v", p.id, after)
					}
				}
				newest := after[len(after)-1]
				r, ok, err := s.app.Store.Round(t.Context(), newest.round)
				if wanted := len(test.posted) > 3 || len(test.posted) == 1; wanted && (err != nil || !ok || !newest.open || r.State != "open") {
					t.Errorf("the newest question can't be answered: %+v, %+v (%v)", newest, r, err)
				}
				s.dayAfter(len(after))
			})
		})
	}
}

// dayAfter plays a day more: it is as ever, and nothing is doubled then.
func (s *simulation) dayAfter(before int) {
	s.t.Helper()
	s.until(time.Now().Add(26 * time.Hour))
	all, open := s.posts(), 0
	if len(all) <= before || len(all) > before+2 {
		s.t.Errorf("%d questions stand a day later, %d before", len(all), before)
	}
	for _, p := range all {
		if !p.open || p.round == "" {
			continue
		}
		if _, ok, err := s.app.Store.Round(s.t.Context(), p.round); err == nil && ok {
			open++
		}
	}
	if open != 1 {
		s.t.Errorf("%d questions of this database are open, want 1", open)
	}
}

// until plays on to an instant.
func (s *simulation) until(at time.Time) {
	for time.Now().Before(at) {
		if !s.life.dead.Load() {
			s.drain()
		}
		time.Sleep(min(time.Until(at), 15*time.Minute))
	}
	if !s.life.dead.Load() {
		s.drain()
	}
}

// TestBackupIsSealed: nothing of an encrypted backup can be read, nothing plain
// is left behind, also when it fails.
func TestBackupIsSealed(t *testing.T) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			s := storetest.Open(t, engine)
			if err := s.Put(t.Context(), "x", "marker", []byte("zelda was here"), 0); err != nil {
				t.Fatal(err)
			}
			id, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			path := filepath.Join(dir, "sealed.age")
			made, err := Backup(t.Context(), s, path, []age.Recipient{id.Recipient()})
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil || int64(len(data)) != made.Bytes || strings.Contains(string(data), "zelda") || strings.Contains(string(data), "SQLite") {
				t.Errorf("%d bytes, want %d that tell nothing (%v)", len(data), made.Bytes, err)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v (%v)", info, err)
			}
			if _, err := Backup(t.Context(), s, path, []age.Recipient{id.Recipient()}); !errors.Is(err, fs.ErrExist) {
				t.Errorf("over an existing file: %v", err)
			}
			if _, err := Backup(t.Context(), s, filepath.Join(dir, "none", "x.age"), []age.Recipient{id.Recipient()}); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("into no folder: %v", err)
			}
			for _, folder := range []string{dir, temporary, s.Folder()} {
				entries, err := os.ReadDir(folder)
				if err != nil {
					t.Fatal(err)
				}
				for _, entry := range entries {
					if strings.HasPrefix(entry.Name(), plainPrefix) || strings.HasSuffix(entry.Name(), ".part") {
						t.Errorf("%s is left in %s", entry.Name(), folder)
					}
				}
			}
			url := "sqlite:" + filepath.Join(dir, "restored.db")
			if _, _, err := Restore(t.Context(), Config{Database: Secret(url)}, slog.New(slog.DiscardHandler), "test", path, nil); !errors.Is(err, ErrEncrypted) {
				t.Errorf("without the key: %v", err)
			}
			tornRestore(t, engine, temporary, data, id)
			if _, _, err := Restore(t.Context(), Config{Database: Secret(url)}, slog.New(slog.DiscardHandler), "test", path, []age.Identity{id}); err != nil {
				t.Fatal(err)
			}
			restored := storetest.OpenURL(t, url, store.Options{})
			if got, ok, err := restored.Get(t.Context(), "x", "marker"); string(got) != "zelda was here" || !ok || err != nil {
				t.Errorf("restored %q (%v, %v)", got, ok, err)
			}
		})
	}
}

// tornRestore restores an encrypted backup of which the end is missing: it fails,
// and nothing of it that can be read is left behind.
func tornRestore(t *testing.T, engine, temporary string, data []byte, id age.Identity) {
	t.Helper()
	dir := t.TempDir()
	torn, url := filepath.Join(dir, "torn.age"), "sqlite:"+filepath.Join(dir, "into.db")
	if engine == storetest.Postgres {
		url = storetest.URL(t, engine)
	}
	if err := os.WriteFile(torn, data[:len(data)-1000], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Restore(t.Context(), Config{Database: Secret(url)}, slog.New(slog.DiscardHandler), "test", torn, []age.Identity{id}); err == nil {
		t.Error("a torn backup is restored")
	}
	for _, folder := range []string{dir, temporary} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() && path != torn {
				t.Errorf("%s is left behind", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestDailyBackups makes one a day, of two copies of the program one does it; the
// oldest go, and what isn't the bot's own stays.
func TestDailyBackups(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	dir, now := t.TempDir(), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	foreign := []string{"studyhall-20200101T000000Z.db.part", "studyhall-20200101T000000Z.txt", "my.db", "studyhall-2020.db"}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "studyhall-20200102T000000Z.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	copies := []*daily{}
	for range 2 {
		copies = append(copies, &daily{Backups: Backups{Dir: dir, Keep: 3}, log: slog.New(slog.DiscardHandler), store: s, real: func() time.Time { return now }})
	}
	for range 6 * 24 { // hours
		for n, d := range copies {
			if err := d.look(t.Context(), string(rune('a'+n))); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(time.Hour)
	}
	all, err := dailyBackups(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range all {
		names = append(names, filepath.Base(b.path))
	}
	want := []string{"studyhall-20261125T070000Z.db", "studyhall-20261126T070000Z.db", "studyhall-20261127T070000Z.db", "studyhall-20261128T070000Z.db"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("backups (want -, got +):\n%s", diff)
	}
	for _, name := range append(foreign, "studyhall-20200102T000000Z.db") {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("what isn't the bot's own is gone: %v", err)
		}
	}
	failedBackups(t, copies[0], &now)

}

// failedBackups loses the folder, which is a failure that doctor tells until it is
// back, and then lets days go by.
func failedBackups(t *testing.T, good *daily, now *time.Time) {
	t.Helper()
	dir := good.Dir
	broken := *good
	broken.Dir = filepath.Join(dir, "none")
	*now = now.Add(24 * time.Hour)
	if err := broken.look(t.Context(), "a"); err == nil {
		t.Error("a backup into no folder succeeds")
	}
	said := func() bot.Finding {
		last, err := good.store.LastBackup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var r Report
		r.backups(Config{Backups: Backups{Dir: dir}}, store.Looks{Where: "x", Backup: last}, *now)
		return r.find(t, "Backups")
	}
	if f := said(); f.State != bot.FindingBroken || !strings.Contains(f.How, "no such file") {
		t.Errorf("doctor says %+v", f)
	}
	if err := good.look(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if f := said(); f.State != bot.FindingOK {
		t.Errorf("doctor says %+v", f)
	}
	*now = now.Add(72 * time.Hour)
	if f := said(); f.State != bot.FindingNote || !strings.Contains(f.How, "3 days old") {
		t.Errorf("doctor says %+v", f)
	}
}
