package store

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseURL(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, url string
		path      string // want
		err       string // or part of the error
	}{
		{"relative", "sqlite:studyhall.db", filepath.Join(dir, "studyhall.db"), ""},
		{"absolute", "sqlite:/data/studyhall.db", "/data/studyhall.db", ""},
		{"three slashes", "sqlite:///data/studyhall.db", "/data/studyhall.db", ""},
		{"as typed", "sqlite:/a b/c?d#e%20f.db", "/a b/c?d#e%20f.db", ""},
		{"host", "sqlite://data/studyhall.db", "", "names a host"},
		{"no path", "sqlite:", "", "needs a path"},
		{"memory", "sqlite::memory:", "", "is not a file"},
		{"nested", "sqlite:file:x.db", "", "is not a file"},
		{"NUL", "sqlite:a\x00b", "", "NUL"},
		{"empty", "", "", "is empty"},
		{"other scheme", "mysql://root:secret@db/x", "", "neither sqlite: nor postgres:"},
		{"plain path", "/data/studyhall.db", "", "neither sqlite: nor postgres:"},
		{"windows path", `C:\studyhall.db`, "", "neither sqlite: nor postgres:"},
		{"broken postgres", "postgres://user:secret@host:port/x", "", "the database URL can't be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseURL(test.url)
			if test.err == "" {
				if err != nil || got.engine != engineSQLite || got.path != test.path {
					t.Errorf("got %q %q, %v; want %q", got.engine, got.path, err, test.path)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error tells the password: %v", err)
			}
			if !strings.Contains(test.name, "postgres") && !strings.Contains(err.Error(), "accepted are") {
				t.Errorf("error %v does not say what is accepted", err)
			}
		})
	}
	for _, url := range []string{"postgres://u@h/d", "postgresql://u@h/d"} {
		if got, err := parseURL(url); err != nil || got.engine != enginePostgres || got.config.Database != "d" {
			t.Errorf("parseURL(%q) = %+v, %v", url, got, err)
		}
	}
}

func TestOpenPaths(t *testing.T) {
	for _, name := range []string{"plain.db", "with space.db", "what?.db", "a#b.db", "100%25.db", "ä&=+;.db", "-dash", "it's \"x\".db"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openAt(t, "sqlite:"+filepath.Join(dir, name), Options{Unsafe: true})
			must(t, s, numberTable)
			must(t, s, `INSERT INTO number (n) VALUES (1)`)
			if got := numbers(t, s); len(got) != 1 {
				t.Errorf("rows %v", got)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if diff := cmp.Diff([]string{name}, names); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v; want mode 0600", info, err)
			}
		})
	}
}

func TestOpenRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, url, want string }{
		{"folder missing", "sqlite:" + filepath.Join(dir, "none", "x.db"), "the folder of database"},
		{"folder is a file", "sqlite:" + filepath.Join(file, "x.db"), "folder"},
		{"path is a folder", "sqlite:" + dir, "name a file in it"},
		{"no server", "postgres://u:secret@127.0.0.1:1/d", "connect to PostgreSQL database d at 127.0.0.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := Open(t.Context(), slog.New(slog.DiscardHandler), test.url, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) || s != nil {
				t.Errorf("store %v, error %v, want %q", s, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error tells the password: %v", err)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder was made")
	}
}

// TestSettings reads back what keeps data safe.
func TestSettings(t *testing.T) {
	s := openAt(t, fileURL(t), Options{})
	settings := []string{"journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only"}
	read := func(ctx context.Context, q querier) map[string]string {
		got := map[string]string{}
		for _, name := range settings {
			var v string
			if err := q.row(ctx, `PRAGMA `+name).scan(&v); err != nil {
				t.Fatal(err)
			}
			got[name] = v
		}
		return got
	}
	var writing map[string]string
	err := s.write(t.Context(), func(ctx context.Context, tx *tx) error { writing = read(ctx, tx); return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000", "query_only": "0"}
	if diff := cmp.Diff(want, writing); diff != "" {
		t.Errorf("writer (-want +got):\n%s", diff)
	}
	want["query_only"] = "1"
	if diff := cmp.Diff(want, read(t.Context(), s.read(t.Context()))); diff != "" {
		t.Errorf("reader (-want +got):\n%s", diff)
	}
	if n := s.readDB.Stats().MaxOpenConnections; n != readerConns {
		t.Errorf("%d readers, want %d", n, readerConns)
	}
}

func TestOlderSQLite(t *testing.T) {
	tests := []struct {
		version string
		want    bool
	}{
		{"3.51.3", false}, {"3.51.2", true}, {"3.52.0", false}, {"3.9.0", true}, {"4.0", false}, {"3.51", true}, {"3.51.10", false},
	}
	for _, test := range tests {
		if got := olderSQLite(test.version, oldestSQLite); got != test.want {
			t.Errorf("olderSQLite(%q) = %v, want %v", test.version, got, test.want)
		}
	}
}

func TestInstants(t *testing.T) {
	at := time.Date(2027, 5, 8, 7, 2, 3, 4_000_000, time.FixedZone("", 3600))
	if got := instant(millis(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("instant(millis(%v)) = %v", at, got)
	}
	if got := instant(millis(time.Time{})); !got.IsZero() {
		t.Errorf("the zero time became %v", got)
	}
}

// TestEmbedded: numbers have no gaps, and every statement is for both engines.
func TestEmbedded(t *testing.T) {
	names, err := fs.Glob(embedded(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	known, err := newest(embedded())
	if err != nil || known != int64(len(names)) {
		t.Errorf("newest level %d of %d files, %v", known, len(names), err)
	}
}
