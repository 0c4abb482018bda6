package store

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"studyhall/bot/store/storetest/pgtest"
)

// childEnv makes the test binary play another process: "look", "migrate" or "write".
const childEnv = "STUDYHALL_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childEnv); role != "" {
		if err := child(role, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child looks at the database at url, or opens the store there and says so by its log on standard output. As
// "write" it then writes until it is killed and prints each number whose write
// was answered.
func child(role, url string) error {
	ctx := context.Background()
	if role == "look" {
		l, err := Look(ctx, slog.New(slog.DiscardHandler), url, time.Now())
		return cmp.Or(err, l.Denied)
	}
	s, err := Open(ctx, slog.New(slog.NewTextHandler(os.Stdout, nil)), url, Options{})
	if err != nil || role == "migrate" {
		return err
	}
	var wg sync.WaitGroup
	for worker := range 16 {
		wg.Go(func() {
			for i := worker; ; i += 16 {
				if err := insertNumber(ctx, s, i); err != nil {
					fmt.Println("failed", err)
					return
				}
				os.Stdout.WriteString("answered " + strconv.Itoa(i) + "\n")
			}
		})
	}
	wg.Wait()
	return nil
}

// numberTable is what most tests write to.
const numberTable = `CREATE TABLE number (n BIGINT NOT NULL PRIMARY KEY, v BIGINT NOT NULL DEFAULT 0)`

func insertNumber(ctx context.Context, s *Store, n int) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `INSERT INTO number (n) VALUES ($1)`, int64(n))
		return err
	})
}

func numbers(t *testing.T, s *Store) []int64 {
	t.Helper()
	all, err := list(t.Context(), s.read(t.Context()), column[int64], `SELECT n FROM number ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// must runs one statement in a transaction of its own.
func must(t testing.TB, s *Store, text string, args ...any) {
	t.Helper()
	err := s.write(context.Background(), func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, text, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func fileURL(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "studyhall.db")
}

func openAt(t testing.TB, url string, opts Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), slog.New(slog.DiscardHandler), url, opts)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// eachURL runs test with an empty database of each engine.
func eachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, fileURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.URL(t)) })
}

// each runs test with a store of each engine that has numberTable.
func each(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	eachURL(t, func(t *testing.T, url string) {
		s := openAt(t, url, Options{Unsafe: true})
		must(t, s, numberTable)
		test(t, s)
	})
}

// withParam adds a parameter to a PostgreSQL URL.
func withParam(t *testing.T, at, key, value string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}
