package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// later returns the migrations of a program that knows levels more, each with
// one statement.
func later(t *testing.T, statements ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(embedded(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(embedded(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	known, err := newest(files)
	if err != nil {
		t.Fatal(err)
	}
	for i, statement := range statements {
		name := fmt.Sprintf("%05d_later.sql", known+1+int64(i))
		files[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + ";\n")}
	}
	return files
}

func openLater(t *testing.T, url string, migrations fs.FS, opts Options) (*Store, string, error) {
	t.Helper()
	var log bytes.Buffer
	opts.Unsafe = true
	s, err := openWith(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), url, opts, migrations)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, log.String(), err
}

func TestNewerRefused(t *testing.T) {
	known, err := newest(embedded())
	if err != nil {
		t.Fatal(err)
	}
	contract := later(t, numberTable, fmt.Sprintf("UPDATE program SET accepts_from = %d", known+2))
	eachURL(t, func(t *testing.T, url string) {
		s, _, err := openLater(t, url, contract, Options{ProgramVersion: "studyhall 9.9"})
		if err != nil {
			t.Fatal(err)
		}
		must(t, s, `INSERT INTO number (n) VALUES (1)`)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		before := dirOf(t, url)
		for range 2 {
			_, err = Open(t.Context(), slog.New(slog.DiscardHandler), url, Options{})
			if !errors.Is(err, ErrNewer) {
				t.Fatalf("error %v, want %v", err, ErrNewer)
			}
		}
		for _, part := range []string{"studyhall 9.9", fmt.Sprintf("level %d", known+2), fmt.Sprintf("knows %d", known)} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %v does not mention %q", err, part)
			}
		}
		if diff := cmp.Diff(before, dirOf(t, url)); diff != "" {
			t.Errorf("the refused database was touched:\n%s", diff)
		}
		s, _, err = openLater(t, url, contract, Options{})
		if err != nil {
			t.Fatalf("the newer program: %v", err)
		}
		if got := numbers(t, s); len(got) != 1 {
			t.Errorf("rows %v", got)
		}
	})
}

// dirOf returns the files of a SQLite database's folder, by name.
func dirOf(t *testing.T, url string) map[string]string {
	t.Helper()
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return nil
	}
	files := map[string]string{}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestNewerThatAcceptsUs(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		newer, _, err := openLater(t, url, later(t, numberTable), Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := openAt(t, url, Options{Unsafe: true}) // both at once, as while copies are replaced
		if err := s.Put(t.Context(), "a", "b", []byte("c"), 0); err != nil {
			t.Error(err)
		}
		if _, ok, err := newer.Get(t.Context(), "a", "b"); !ok || err != nil {
			t.Errorf("the newer program sees %v, %v", ok, err)
		}
	})
}

func TestBackupBeforeMigration(t *testing.T) {
	url := fileURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	at := time.Date(2027, 5, 8, 7, 0, 0, 0, time.UTC)
	s := openAt(t, url, Options{Unsafe: true, Real: fixed(at)})
	if err := s.Put(t.Context(), "a", "b", []byte("kept"), 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := migrationBackups(path); len(got) != 0 || err != nil {
		t.Fatalf("a new database was backed up: %v, %v", got, err)
	}
	known, err := newest(embedded())
	if err != nil {
		t.Fatal(err)
	}
	var statements, want []string
	for i := range 7 {
		statements = append(statements, fmt.Sprintf("CREATE TABLE later_%d (n BIGINT)", i))
		at = at.Add(time.Minute)
		s, log, err := openLater(t, url, later(t, statements...), Options{Real: fixed(at)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s.v%d-20270508T07%02d00.000Z.backup", path, known+int64(i), i+1)
		if !strings.Contains(log, name) {
			t.Errorf("the log does not name %s:\n%s", name, log)
		}
		want = append(want, name)
	}
	got, err := migrationBackups(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[len(want)-keepBackups:], got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	// The oldest kept one, put back, is the database as it was.
	data, err := os.ReadFile(got[0])
	if err != nil {
		t.Fatal(err)
	}
	restored := filepath.Join(t.TempDir(), "restored.db")
	if err := os.WriteFile(restored, data, 0o600); err != nil {
		t.Fatal(err)
	}
	back, _, err := openLater(t, "sqlite:"+restored, later(t, statements[:2]...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if value, ok, err := back.Get(t.Context(), "a", "b"); string(value) != "kept" || !ok || err != nil {
		t.Errorf("restored: %q, %v, %v", value, ok, err)
	}
	if _, err := list(t.Context(), back.read(t.Context()), column[int64], `SELECT n FROM later_2`); err == nil {
		t.Error("the backup has a table that came after it")
	}
}

// TestKilledBeforeMigration: what killed programs have left of copies made before a
// migration goes with the next one, and nothing else does; the copy just made stays
// beside those of a clock that was ahead.
func TestKilledBeforeMigration(t *testing.T) {
	url := fileURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	if err := openAt(t, url, Options{Unsafe: true}).Close(); err != nil {
		t.Fatal(err)
	}
	var stays []string
	for i := range keepBackups {
		stays = append(stays, fmt.Sprintf("studyhall.db.v1-2036110%dT000000.000Z.backup", i+1))
	}
	stays = append(stays, "other.db.v1-20261101T000000.000Z.backup.part", "studyhall.db.v1-20261101.backup.part", "studyhall.db.v1-20261101T000000.000Z.backup.part.txt")
	goes := []string{"studyhall.db.v1-20261101T000000.000Z.backup.part", "studyhall.db.v1-20261101T000000.000Z.backup.part-journal", "studyhall.db.v12-20261102T000000.000Z.backup.part"}
	for _, name := range append(stays, goes...) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, log, err := openLater(t, url, later(t, numberTable), Options{Real: fixed(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files := dirOf(t, url)
	made := fmt.Sprintf("studyhall.db.v%d-20261123T070000.000Z.backup", s.Level()-1)
	for _, name := range append(stays[1:], made) { // of those that are whole, the oldest goes
		if _, ok := files[name]; !ok {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range goes {
		if _, ok := files[name]; ok {
			t.Errorf("%s is still there", name)
		}
		if !strings.Contains(log, name) {
			t.Errorf("the log doesn't name %s:\n%s", name, log)
		}
	}
}

// TestMigrationFails leaves the database at its level, ready for the next try.
func TestMigrationFails(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		s := openAt(t, url, Options{Unsafe: true})
		if err := s.Put(t.Context(), "a", "b", []byte("kept"), 0); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, _, err := openLater(t, url, later(t, numberTable, "INSERT INTO nowhere VALUES (1)"), Options{})
		if err == nil || !strings.Contains(err.Error(), "nowhere") {
			t.Fatalf("error %v, want one about nowhere", err)
		}
		s, _, err = openLater(t, url, later(t, numberTable, "INSERT INTO number (n) VALUES (1)"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, s); len(got) != 1 {
			t.Errorf("rows %v", got)
		}
		if value, ok, err := s.Get(t.Context(), "a", "b"); string(value) != "kept" || !ok || err != nil {
			t.Errorf("kept: %q, %v, %v", value, ok, err)
		}
	})
}

// TestOpenAtOnce has processes and goroutines start on an empty database.
func TestOpenAtOnce(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		const processes, goroutines = 4, 4
		logs := make([]bytes.Buffer, processes+goroutines)
		errs := make([]error, processes+goroutines)
		var wg sync.WaitGroup
		for i := range processes {
			wg.Go(func() {
				cmd := exec.Command(os.Args[0], url)
				cmd.Env = append(os.Environ(), childEnv+"=migrate")
				cmd.Stdout, cmd.Stderr = &logs[i], &logs[i]
				errs[i] = cmd.Run()
			})
		}
		for i := processes; i < processes+goroutines; i++ {
			wg.Go(func() {
				s, err := Open(context.Background(), slog.New(slog.NewTextHandler(&logs[i], nil)), url, Options{Unsafe: true})
				if errs[i] = err; err == nil {
					errs[i] = s.Close()
				}
			})
		}
		wg.Wait()
		migrated := 0
		for i := range logs {
			if errs[i] != nil {
				t.Errorf("program %d: %v\n%s", i, errs[i], logs[i].String())
			}
			migrated += strings.Count(logs[i].String(), "database migrated")
		}
		if migrated != 1 {
			t.Errorf("%d programs migrated, want 1", migrated)
		}
		s := openAt(t, url, Options{Unsafe: true})
		if err := s.Put(t.Context(), "a", "b", nil, 0); err != nil {
			t.Error(err)
		}
		for name := range dirOf(t, url) {
			if strings.HasSuffix(name, "-migrate") || strings.HasSuffix(name, backupSuffix) {
				t.Errorf("%s is left over", name)
			}
		}
	})
}

// TestSameSchema: both engines have the same tables, columns and keys, and no
// type but the four.
func TestSameSchema(t *testing.T) {
	schemas := map[string]map[string]string{}
	eachURL(t, func(t *testing.T, url string) {
		s := openAt(t, url, Options{Unsafe: true})
		query := `
			SELECT m.name, p.name, LOWER(p.type), p."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) p
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`
		if s.engine == enginePostgres {
			query = `
				SELECT table_name, column_name, data_type, is_nullable = 'NO' FROM information_schema.columns
				WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'`
		}
		found := map[string]string{}
		err := visit(t.Context(), s.read(t.Context()), func(scan scanner) error {
			var table, column, kind string
			var notNull bool
			err := scan(&table, &column, &kind, &notNull)
			found[table+"."+column] = fmt.Sprintf("%s not null %v", kind, notNull)
			if !slices.Contains([]string{"bigint", "boolean", "text", "bytea"}, kind) {
				t.Errorf("%s.%s is of type %s", table, column, kind)
			}
			return err
		}, query)
		if err != nil {
			t.Fatal(err)
		}
		schemas[string(s.engine)] = found
	})
	if len(schemas) == 2 {
		if diff := cmp.Diff(schemas["sqlite"], schemas["postgres"]); diff != "" {
			t.Errorf("schemas (-sqlite +postgres):\n%s", diff)
		}
		if len(slices.Collect(maps.Keys(schemas["sqlite"]))) < 10 {
			t.Errorf("only %d columns compared", len(schemas["sqlite"]))
		}
	}
}
