package store_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// fromFile restores a file into a database.
func fromFile(t *testing.T, path, url string, replay func(context.Context, *store.Store) error) (store.Restored, error) {
	t.Helper()
	return store.Restore(t.Context(), quiet(), store.Restoring{
		URL: url, Options: store.Options{Real: sunday}, Replay: replay,
		Read: func(w io.Writer) error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = io.Copy(w, f)
			return err
		},
	})
}

// TestRestore restores a backup of each engine into each: all is there, what it
// owed is doubtful, and what is not empty is refused.
func TestRestore(t *testing.T) {
	for _, from := range []string{storetest.SQLite, storetest.Postgres} {
		source := storetest.Open(t, from)
		leaveTraces(t, source)
		must(t, source.Do(t.Context(), `INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, run_at, state)
			VALUES ('owed', 'question', 'x', 'g', 'fake', 'fake:g', 1, 7, 99999999999999, 'waiting')`))
		must(t, source.Do(t.Context(), `INSERT INTO lease (name, holder, expires) VALUES ('x', 'y', 99999999999999)`))
		path := filepath.Join(t.TempDir(), "backup.db")
		if _, err := source.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{storetest.SQLite, storetest.Postgres} {
			t.Run(from+" to "+to, func(t *testing.T) {
				url := storetest.URL(t, to)
				restored, err := fromFile(t, path, url, nil)
				must(t, err)
				s := storetest.OpenURL(t, url, store.Options{})
				unlike := func(c string) bool { // what restoring changes on purpose
					for _, prefix := range []string{"deliveries.doubt", "deliveries.run_at", "deliveries.wanted", "deliveries.edit_", "deliveries.pin_run", "due.run_at", "due.failing", "lease.", "shelf."} {
						if strings.HasPrefix(c, prefix) {
							return true
						}
					}
					return false
				}
				if diff := cmp.Diff(without(cells(t, source), unlike), without(cells(t, s), unlike)); diff != "" {
					t.Errorf("what was restored differs (want -, got +):\n%s", diff)
				}
				n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM deliveries WHERE state = 'waiting' AND doubt > 0 AND run_at = 0`)
				must(t, err)
				if sure, err := s.Count(t.Context(), `SELECT COUNT(*) FROM deliveries WHERE state = 'waiting' AND doubt = 0`); err != nil || sure > 0 || n != restored.Doubtful || n == 0 {
					t.Errorf("%d messages are doubtful, %d are not, %d are said to be (%v)", n, sure, restored.Doubtful, err)
				}
				if held, err := s.Count(t.Context(), `SELECT COUNT(*) FROM lease`); err != nil || held > 0 {
					t.Errorf("%d leases of a program that is gone (%v)", held, err)
				}
				before := cells(t, s)
				if _, err := fromFile(t, path, url, nil); !errors.Is(err, store.ErrContent) {
					t.Errorf("restored over something: %v", err)
				}
				if diff := cmp.Diff(before, cells(t, s)); diff != "" {
					t.Errorf("a refused restore has changed something:\n%s", diff)
				}
			})
		}
	}
}

func without(all []string, drop func(string) bool) (kept []string) {
	for _, c := range all {
		if !drop(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// TestRestoreRefuses what is no backup, or in the way; nothing is made or changed.
func TestRestoreRefuses(t *testing.T) {
	source := storetest.Open(t, storetest.SQLite)
	begin(t, source, "g")
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	if _, err := source.Backup(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(good)
	must(t, err)
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	spoiled := append([]byte{}, data...)
	copy(spoiled[len(spoiled)/2:], strings.Repeat("broken ", 2000))
	for _, test := range []struct {
		name, path string
		want       error
	}{
		{"nothing", filepath.Join(dir, "nothing.db"), fs.ErrNotExist},
		{"empty", file("empty.db", nil), store.ErrNoDatabase},
		{"a letter", file("letter.txt", []byte(strings.Repeat("Dear all, ", 1000))), store.ErrDamaged},
		{"cut short", file("short.db", data[:len(data)/2]), store.ErrDamaged},
		{"spoiled", file("spoiled.db", spoiled), store.ErrDamaged},
	} {
		for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
			t.Run(test.name+" into "+engine, func(t *testing.T) {
				url := storetest.URL(t, engine)
				if _, err := fromFile(t, test.path, url, nil); !errors.Is(err, test.want) {
					t.Errorf("error %v, want %v", err, test.want)
				}
				if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
					if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) > 0 {
						t.Errorf("it has left %v (%v)", entries, err)
					}
					return
				}
				if _, err := fromFile(t, good, url, nil); err != nil {
					t.Errorf("a good backup afterwards: %v", err)
				}
			})
		}
	}
	// What is in the way.
	stop := errors.New("stop")
	url := storetest.URL(t, storetest.SQLite)
	if _, err := fromFile(t, good, url, func(context.Context, *store.Store) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v, want the replay's", err)
	}
	path := strings.TrimPrefix(url, "sqlite:")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half of a restore is there: %v", err)
	}
	must(t, os.WriteFile(path+"-wal", []byte("of another"), 0o600))
	if _, err := fromFile(t, good, url, nil); !errors.Is(err, store.ErrContent) || !strings.Contains(err.Error(), "studyhall.db-wal is part of a database that was here") {
		t.Errorf("error %v", err)
	}
}

// TestRestoreKeepsErased: whoever was erased since the backup is not there again,
// not even for a moment.
func TestRestoreKeepsErased(t *testing.T) {
	for _, to := range []string{storetest.SQLite, storetest.Postgres} {
		t.Run(to, func(t *testing.T) {
			list := filepath.Join(t.TempDir(), "erasures")
			source := storetest.OpenURL(t, storetest.URL(t, storetest.SQLite), store.Options{Erasures: list})
			at := leaveTraces(t, source)
			backup := filepath.Join(t.TempDir(), "backup.db")
			if _, err := source.Backup(t.Context(), backup); err != nil {
				t.Fatal(err)
			}
			if erased, err := source.EraseMember(t.Context(), erasing(source, "fake:"+marked, at)); !erased || err != nil {
				t.Fatal(erased, err)
			}
			url := storetest.URL(t, to)
			f, err := os.ReadFile(backup)
			must(t, err)
			_, err = store.Restore(t.Context(), quiet(), store.Restoring{
				URL: url, Options: store.Options{Erasures: list},
				Read: func(w io.Writer) error { _, err := w.Write(f); return err },
				Replay: func(ctx context.Context, s *store.Store) error {
					n, err := group.ReplayErasures(ctx, s, s.Records(), at)
					if n != 1 {
						t.Errorf("%d erasures were missed, want 1", n)
					}
					return err
				},
			})
			must(t, err)
			s := storetest.OpenURL(t, url, store.Options{})
			if left, err := s.Holding(t.Context(), marked); err != nil || len(left) > 0 {
				t.Errorf("restored, these know who was erased: %v (%v)", left, err)
			}
		})
	}
}

// TestIntegrityOfPostgres finds a row whose other end is gone, and an index that
// is not whole.
func TestIntegrityOfPostgres(t *testing.T) {
	s := storetest.Open(t, storetest.Postgres)
	begin(t, s, "g")
	must(t, s.CheckIntegrity(t.Context()))
	for _, text := range []string{
		`ALTER TABLE memberships DISABLE TRIGGER ALL`,
		`INSERT INTO memberships (group_id, member_id, role, joined_at) VALUES ('none', 'nobody', 'member', 1)`,
		`ALTER TABLE memberships ENABLE TRIGGER ALL`,
	} {
		must(t, s.Do(t.Context(), text))
	}
	if err := s.CheckIntegrity(t.Context()); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "1 rows of memberships refer to rows of members that are not there") {
		t.Errorf("error %v", err)
	}
	must(t, s.Do(t.Context(), `DELETE FROM memberships WHERE group_id = 'none'`))
	must(t, s.Do(t.Context(), `ALTER TABLE memberships ADD CHECK (joined_at > 0) NOT VALID`))
	if err := s.CheckIntegrity(t.Context()); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "rule not checked") {
		t.Errorf("error %v", err)
	}
}

// TestServeIsNoted: a program says that it serves, and that it has ended.
func TestServeIsNoted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Serve(ctx) }()
		deadline := time.Now().Add(time.Minute)
		for n := 0; n != 1; {
			var err error
			if n, err = s.Serving(t.Context()); err != nil || time.Now().After(deadline) {
				t.Fatalf("%d programs serve (%v)", n, err)
			}
		}
		cancel()
		must(t, <-done)
		if n, err := s.Serving(t.Context()); err != nil || n != 0 {
			t.Errorf("%d programs serve afterwards (%v)", n, err)
		}
	})
}
