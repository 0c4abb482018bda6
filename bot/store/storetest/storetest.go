// Package storetest opens stores for tests: on SQLite in a temporary file, on
// PostgreSQL in a schema of the test's own (see [pgtest] for where). Stores
// opened here are fast rather than safe against power cuts.
package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"studyhall/bot/store"
	"studyhall/bot/store/storetest/pgtest"
)

// The engines that [Open] and [URL] take.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// URL returns the URL of a new, empty database that goes away with the test. For
// PostgreSQL it skips the test when there is no server.
func URL(t testing.TB, engine string) string {
	t.Helper()
	switch engine {
	case SQLite:
		return "sqlite:" + filepath.Join(t.TempDir(), "studyhall.db")
	case Postgres:
		return pgtest.URL(t)
	}
	t.Fatalf("engine %q: want %q or %q", engine, SQLite, Postgres)
	return ""
}

// Open returns a store on a new, empty database, closed when the test ends. In a
// synctest bubble, call [URL] outside and [OpenURL] inside it.
func Open(t testing.TB, engine string) *store.Store {
	t.Helper()
	return OpenURL(t, URL(t, engine), store.Options{})
}

// OpenURL opens the store at url, closed when the test ends if it was not
// before. Options are filled in where they are zero.
func OpenURL(t testing.TB, url string, opts store.Options) *store.Store {
	t.Helper()
	opts.Unsafe = true
	if opts.Connections == 0 {
		opts.Connections = 8 // many test processes share a server
	}
	s, err := store.Open(context.Background(), slog.New(slog.DiscardHandler), url, opts)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// Each runs test on a new store of each engine, as a subtest with its name.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, OpenURL(t, url, store.Options{})) })
}

// EachURL is Each for tests that open the store themselves, or more than once.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for _, engine := range []string{SQLite, Postgres} {
		t.Run(engine, func(t *testing.T) { test(t, URL(t, engine)) })
	}
}

// QueryPlans runs fn and then fails the test for each statement of s during it
// that reads one of tables whole; without tables, for any. The statements should
// be those that a person waits for.
func QueryPlans(t testing.TB, s *store.Store, tables []string, fn func()) {
	t.Helper()
	var mu sync.Mutex
	statements := map[string][]any{}
	stop := s.Trace(func(text string, args []any) {
		mu.Lock()
		defer mu.Unlock()
		statements[text] = slices.Clone(args)
	})
	fn()
	stop()
	if len(statements) == 0 {
		t.Error("query plans: no statement ran")
	}
	for text, args := range statements {
		NoScan(t, s, tables, text, args...)
	}
}

// NoScan fails the test when the plan of a statement reads one of tables whole;
// without tables, when it reads any whole.
func NoScan(t testing.TB, s *store.Store, tables []string, text string, args ...any) {
	t.Helper()
	plan, err := s.Plan(context.Background(), text, args...)
	if err != nil {
		t.Error(err)
		return
	}
	for _, table := range plan.Scans {
		if len(tables) == 0 || slices.Contains(tables, table) {
			t.Errorf("reads all of %s:\n%s\nplan:\n%s", table, text, plan.Text)
		}
	}
}
