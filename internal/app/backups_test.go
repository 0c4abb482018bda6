package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// TestBackupFromTheFuture: a clock was ahead when the last backup was made. Doctor
// says so, the next one is made now, and that of the future goes when there are
// enough others.
func TestBackupFromTheFuture(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	dir, now := t.TempDir(), time.Date(2036, 11, 23, 7, 0, 0, 0, time.UTC)
	d := &daily{Backups: Backups{Dir: dir, Keep: 4}, log: slog.New(slog.DiscardHandler), store: s, real: func() time.Time { return now }}
	look := func() []string {
		t.Helper()
		if err := d.look(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		return namesIn(t, dir)
	}
	look()
	now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	if f := saidOfBackups(t, s, dir, now); f.State != bot.FindingNote || !strings.Contains(f.How, "dated in the future, 23 November 2036") || !strings.Contains(f.Fix, "clock") {
		t.Errorf("doctor says %+v", f)
	}
	future := "studyhall-20361123T070000Z.db"
	if diff := cmp.Diff([]string{"studyhall-20261123T070000Z.db", future}, look()); diff != "" {
		t.Errorf("when the clock is right again (want -, got +):\n%s", diff)
	}
	if f := saidOfBackups(t, s, dir, now); f.State != bot.FindingOK {
		t.Errorf("doctor says %+v", f)
	}
	now = now.Add(time.Hour)
	look()
	now = now.Add(23 * time.Hour)
	if diff := cmp.Diff([]string{"studyhall-20261123T070000Z.db", "studyhall-20261124T070000Z.db", future}, look()); diff != "" {
		t.Errorf("a day later (want -, got +):\n%s", diff)
	}
	now = now.Add(24 * time.Hour)
	if diff := cmp.Diff([]string{"studyhall-20261123T070000Z.db", "studyhall-20261124T070000Z.db", "studyhall-20261125T070000Z.db"}, look()); diff != "" {
		t.Errorf("with others of most days (want -, got +):\n%s", diff)
	}
}

// TestClockBehind: the clock falls behind, so that all there is seems to be from the
// future. None of it goes, and after days of real time the old ones do.
func TestClockBehind(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	dir, now := t.TempDir(), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	d := &daily{Backups: Backups{Dir: dir, Keep: 2}, log: slog.New(slog.DiscardHandler), store: s, real: func() time.Time { return now }}
	look := func() []string {
		t.Helper()
		if err := d.look(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		return namesIn(t, dir)
	}
	look()
	now = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if diff := cmp.Diff([]string{"studyhall-20200101T000000Z.db", "studyhall-20261123T070000Z.db"}, look()); diff != "" {
		t.Errorf("behind (want -, got +):\n%s", diff)
	}
	now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if diff := cmp.Diff([]string{"studyhall-20261123T070000Z.db", "studyhall-20261123T090000Z.db"}, look()); diff != "" {
		t.Errorf("right again (want -, got +):\n%s", diff)
	}
}

// TestBackupGone: the file of the newest backup isn't where it was written.
func TestBackupGone(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	dir, now := t.TempDir(), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	d := &daily{Backups: Backups{Dir: dir, Keep: 3}, log: slog.New(slog.DiscardHandler), store: s, real: func() time.Time { return now }}
	if err := d.look(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if f := saidOfBackups(t, s, dir, now); f.State != bot.FindingOK {
		t.Errorf("doctor says %+v", f)
	}
	if err := os.Remove(filepath.Join(dir, "studyhall-20261123T070000Z.db")); err != nil {
		t.Fatal(err)
	}
	if f := saidOfBackups(t, s, dir, now); f.State != bot.FindingNote || !strings.Contains(f.How, "studyhall-20261123T070000Z.db, is not there any more") {
		t.Errorf("doctor says %+v", f)
	}
	for _, elsewhere := range []string{"", t.TempDir()} { // another machine's folder can't be looked at
		if f := saidOfBackups(t, s, elsewhere, now); f.State != bot.FindingOK {
			t.Errorf("of %q doctor says %+v", elsewhere, f)
		}
	}
}

// TestKilledBackups: what killed programs have left of daily backups goes with the
// next one; what may still be written to, and all else, stays.
func TestKilledBackups(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite)
	dir, now := t.TempDir(), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	stays := []string{
		"studyhall-20261121T070000Z.db.part.txt", "studyhall-20261121T070000Z.part", "studyhall-1.db.part", "my.db.part", "my-studyhall-20261121T070000Z.db.part",
		"studyhall-20261121T080000Z.db", "studyhall-20261121T080000Z.db-journal", "studyhall-20261121T090000Z.db.part-old",
	}
	goes := []string{
		"studyhall-20261121T070000Z.db.part", "studyhall-20261121T070000Z.db.part-journal", "studyhall-20261120T070000Z.db.part", "studyhall-20261120T070000Z.db.part-wal",
		"studyhall-20261120T070000Z.db.part-shm", "studyhall-20261119T070000Z.db.age.part", "studyhall-20261118T070000Z.db.part-journal", "studyhall-20361118T070000Z.db.part",
	}
	put := func(name string, age time.Duration) {
		t.Helper()
		path := filepath.Join(dir, name)
		writeFile(t, path, "x")
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(stays, goes...) {
		put(name, 2*time.Hour)
	}
	put("studyhall-20361118T070000Z.db.part", -10*365*24*time.Hour) // the clock was ahead
	// Somebody is at this one, though not at the file beside it.
	put("studyhall-20261123T060000Z.db.part", time.Minute)
	put("studyhall-20261123T060000Z.db.part-journal", 2*time.Hour)
	stays = append(stays, "studyhall-20261123T060000Z.db.part", "studyhall-20261123T060000Z.db.part-journal",
		"studyhall-20261117T070000Z.db.part", "studyhall-20261116T070000Z.db.part", "studyhall-20261123T070000Z.db")
	if err := os.Mkdir(filepath.Join(dir, "studyhall-20261117T070000Z.db.part"), 0o700); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "target")
	writeFile(t, target, "x")
	if err := os.Chtimes(target, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(dir, "studyhall-20261116T070000Z.db.part")); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	d := &daily{Backups: Backups{Dir: dir, Keep: 14}, log: slog.New(slog.NewTextHandler(&log, nil)), store: s, real: func() time.Time { return now }}
	if err := d.look(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	slices.Sort(stays)
	if diff := cmp.Diff(stays, allIn(t, dir)); diff != "" {
		t.Errorf("what stays (want -, got +):\n%s", diff)
	}
	for _, name := range goes {
		if !strings.Contains(log.String(), name) {
			t.Errorf("the log doesn't name %s:\n%s", name, &log)
		}
	}
	if _, err := os.Stat(target); err != nil {
		t.Error(err)
	}
}

// TestDoctorTellsWhatIsDenied: a database that may only be read, or can't be made, is
// broken, and what can be read of it is told all the same.
func TestDoctorTellsWhatIsDenied(t *testing.T) {
	why := fmt.Errorf("%w: access /db: permission denied", store.ErrForbidden)
	for _, test := range []struct {
		name  string
		looks store.Looks
		read  bool
	}{
		{"new", store.Looks{Where: "x", Empty: true, Known: 3, Denied: why}, false},
		{"older", store.Looks{Where: "x", Level: 2, Known: 3, Denied: why}, false},
		{"up to date", store.Looks{Where: "x", Level: 3, Known: 3, Denied: why}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r Report
			l := r.looked(test.looks, nil)
			if f := r.find(t, "Database"); f.State != bot.FindingBroken || f.How != why.Error()+"." || !strings.HasPrefix(f.Fix, "Let the program write there") || r.ExitCode() != 1 {
				t.Errorf("doctor says %+v", f)
			}
			if (l.Where != "") != test.read || len(r.Findings) != 1 {
				t.Errorf("goes on with %+v after %+v", l, r.Findings)
			}
		})
	}
}

// saidOfBackups is what doctor says of them.
func saidOfBackups(t *testing.T, s *store.Store, dir string, now time.Time) bot.Finding {
	t.Helper()
	last, err := s.LastBackup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	r.backups(Config{Backups: Backups{Dir: dir}}, store.Looks{Where: "x", Backup: last}, now)
	return r.find(t, "Backups")
}

// namesIn are the names of the daily backups in a folder.
func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := dailyBackups(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		names = append(names, filepath.Base(b.path))
	}
	return names
}

// allIn are the names of everything in a folder.
func allIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
