package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"

	"studyhall/bot"
	"studyhall/bot/store/storetest/pgtest"
)

func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

// TestDiskFull limits the file's pages, so that SQLite answers as on a full disk.
func TestDiskFull(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true})
	must(t, s, numberTable)
	must(t, s, `CREATE TABLE big (v BYTEA NOT NULL)`)
	must(t, s, `INSERT INTO number (n) VALUES (1)`)
	must(t, s, `PRAGMA max_page_count = 40`)

	small := func(n int64) func(context.Context, *tx) error {
		return func(ctx context.Context, tx *tx) error {
			_, err := tx.exec(ctx, `INSERT INTO number (n) VALUES ($1)`, n)
			return err
		}
	}
	big := func(ctx context.Context, tx *tx) error {
		tx.exec(ctx, `INSERT INTO number (n) VALUES (3)`)
		tx.exec(ctx, `INSERT INTO big (v) VALUES ($1)`, make([]byte, 1<<20)) // its error is ignored
		tx.exec(ctx, `INSERT INTO number (n) VALUES (4)`)                    // would be on its own now
		return nil
	}
	s.real = fixed(s.real())
	var jobs []*job
	for _, fn := range []func(context.Context, *tx) error{small(2), big, small(5)} {
		jobs = append(jobs, &job{ctx: t.Context(), fn: fn, done: make(chan error, 1)})
	}
	for rest := jobs; len(rest) > 0; {
		rest = s.writer.share(rest)
	}
	for i, wantFull := range []bool{true, true, false} {
		if err := <-jobs[i].done; errors.Is(err, ErrStorage) != wantFull || (err != nil) != wantFull {
			t.Errorf("job %d: error %v, want ErrStorage: %v", i, err, wantFull)
		}
	}
	if diff := cmp.Diff([]int64{1, 5}, numbers(t, s)); diff != "" {
		t.Errorf("rows while full (-want +got):\n%s", diff)
	}
	err := s.Put(t.Context(), "space", "key", make([]byte, 1<<20), 0)
	if !errors.Is(err, ErrStorage) || !errors.Is(err, ErrFull) {
		t.Errorf("shelf: error %v, want %v", err, ErrFull)
	}
	must(t, s, `PRAGMA max_page_count = 100000`)
	if err := s.write(t.Context(), big); err != nil {
		t.Errorf("after room was made: %v", err)
	}
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := openAt(t, fileURL(t), Options{Unsafe: true})
		must(t, s, numberTable)
		must(t, s, `PRAGMA query_only = 1`)
		if err := insertNumber(t.Context(), s, 1); !errors.Is(err, ErrStorage) || !errors.Is(err, ErrForbidden) {
			t.Errorf("error %v, want %v", err, ErrForbidden)
		}
		// Not as a job: none can begin now.
		if _, err := s.writer.exec(t.Context(), `PRAGMA query_only = 0`, nil); err != nil {
			t.Fatal(err)
		}
		if err := insertNumber(t.Context(), s, 1); err != nil {
			t.Error(err)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		url := pgtest.URL(t)
		must(t, openAt(t, url, Options{}), numberTable)
		s := openAt(t, withParam(t, url, "default_transaction_read_only", "on"), Options{})
		if err := insertNumber(t.Context(), s, 1); !errors.Is(err, ErrStorage) || !errors.Is(err, ErrForbidden) {
			t.Errorf("error %v, want %v", err, ErrForbidden)
		}
	})
}

// TestCommitFails answers every job of a shared commit with the error. A deferred
// constraint makes COMMIT fail; nothing of ours has one.
func TestCommitFails(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true})
	must(t, s, numberTable)
	must(t, s, `CREATE TABLE child (n BIGINT NOT NULL REFERENCES number (n) DEFERRABLE INITIALLY DEFERRED)`)
	s.real = fixed(s.real())
	var jobs []*job
	for _, text := range []string{
		`INSERT INTO number (n) VALUES (1)`, `INSERT INTO child (n) VALUES (99)`, `INSERT INTO number (n) VALUES (2)`,
	} {
		jobs = append(jobs, &job{ctx: t.Context(), done: make(chan error, 1), fn: func(ctx context.Context, tx *tx) error {
			_, err := tx.exec(ctx, text)
			return err
		}})
	}
	before := s.Stats()
	s.writer.share(jobs)
	for i, j := range jobs {
		if err := <-j.done; !isForeign(err) {
			t.Errorf("job %d: error %v, want the commit's", i, err)
		}
	}
	if got := numbers(t, s); len(got) != 0 {
		t.Errorf("rows %v after a failed commit", got)
	}
	if s.Stats() != before {
		t.Errorf("counted %+v, want %+v", s.Stats(), before)
	}
	if err := insertNumber(t.Context(), s, 3); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestKilled kills a process that writes; what it was answered must be there.
func TestKilled(t *testing.T) {
	eachURL(t, func(t *testing.T, url string) {
		s := openAt(t, url, Options{})
		must(t, s, numberTable)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], url)
		cmd.Env = append(os.Environ(), childEnv+"=write")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var answered []int64
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			number, ok := strings.CutPrefix(lines.Text(), "answered ")
			if !ok {
				t.Log(lines.Text())
				continue
			}
			n, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if answered = append(answered, n); len(answered) == 500 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.Wait() // it was killed
		if len(answered) < 500 {
			t.Fatalf("only %d answers", len(answered))
		}
		s = openAt(t, url, Options{})
		there := numbers(t, s)
		for _, n := range answered {
			if _, ok := slices.BinarySearch(there, n); !ok {
				t.Errorf("%d was answered and is lost", n)
			}
		}
		if err := s.CheckIntegrity(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestBackup(t *testing.T) {
	s := openAt(t, fileURL(t), Options{Unsafe: true})
	must(t, s, numberTable)
	must(t, s, `INSERT INTO number (n) VALUES (1), (2)`)
	path := t.TempDir() + "/a copy?#.db"
	if _, err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	must(t, s, `DELETE FROM number`)
	if _, err := s.Backup(t.Context(), path); !errors.Is(err, os.ErrExist) {
		t.Errorf("over an existing file: error %v, want %v", err, os.ErrExist)
	}
	if _, err := s.Backup(t.Context(), t.TempDir()+"/none/copy.db"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into no folder: error %v, want %v", err, os.ErrNotExist)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("copy: %v, %v; want mode 0600", info, err)
	}
	if _, err := os.Stat(path + ".part"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished copy is left: %v", err)
	}
	copied := openAt(t, "sqlite:"+path, Options{Unsafe: true})
	if diff := cmp.Diff([]int64{1, 2}, numbers(t, copied)); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
}

// TestDamaged breaks a page in the middle of a file.
func TestDamaged(t *testing.T) {
	url := fileURL(t)
	path := strings.TrimPrefix(url, "sqlite:")
	s := openAt(t, url, Options{Unsafe: true})
	must(t, s, numberTable)
	for i := range 2000 {
		must(t, s, `INSERT INTO number (n) VALUES ($1)`, i)
	}
	if err := s.CheckIntegrity(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := len(data) - 2*4096
	copy(data[end:], strings.Repeat("broken ", 500))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, url, Options{Unsafe: true})
	if err := s.CheckIntegrity(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("error %v, want %v", err, ErrDamaged)
	}
	if _, err := s.Backup(t.Context(), path+".copy"); !errors.Is(err, ErrDamaged) {
		t.Errorf("backup: error %v, want %v", err, ErrDamaged)
	}
}

// TestNotADatabase has files that are something else. They stay as they are.
func TestNotADatabase(t *testing.T) {
	tests := []struct {
		name, content string
		want          string
		damaged       bool
	}{
		{"text", strings.Repeat("not a database\n", 1000), "is not a SQLite database", true},
		{"short text", "hello", "is not a SQLite database", true},
		{"broken header", "SQLite format 3\x00" + strings.Repeat("\xff", 5000), "is not a SQLite database", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := t.TempDir() + "/file.db"
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), slog.New(slog.DiscardHandler), "sqlite:"+path, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q and the path", err, test.want)
			}
			if errors.Is(err, ErrDamaged) != test.damaged {
				t.Errorf("error %v, want ErrDamaged: %v", err, test.damaged)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != test.content {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
	t.Run("another program's", func(t *testing.T) {
		path := t.TempDir() + "/file.db"
		params := plainParams()
		params.Set("mode", "rwc")
		db, err := openPool(t.Context(), path, params, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`CREATE TABLE theirs (a TEXT)`); err != nil {
			t.Fatal(err)
		}
		db.Close()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), slog.New(slog.DiscardHandler), "sqlite:"+path, Options{})
		if err == nil || !strings.Contains(err.Error(), "another program's") {
			t.Errorf("error %v, want one about another program's database", err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("the file was changed, %v", err)
		}
	})
}

func TestClassify(t *testing.T) {
	plain := fmt.Errorf("plain")
	if got := classify(plain); got != plain {
		t.Errorf("classify(%v) = %v", plain, got)
	}
	if got := classify(nil); got != nil {
		t.Errorf("classify(nil) = %v", got)
	}
	storage := []error{ErrStorage, ErrForbidden, ErrFull, ErrDamaged}
	for code, want := range map[string]error{"53100": ErrFull, "25006": ErrForbidden, "58030": ErrStorage, "XX001": ErrDamaged, "42601": nil} {
		err := classify(&pgconn.PgError{Code: code})
		for _, sentinel := range storage {
			if is := errors.Is(err, sentinel); is != errors.Is(want, sentinel) {
				t.Errorf("PostgreSQL's %s: %v is %q: %v", code, err, sentinel, is)
			}
		}
	}
	for code, want := range map[int]error{
		sqlite3.SQLITE_FULL: ErrFull, sqlite3.SQLITE_IOERR_SHMSIZE: ErrFull, sqlite3.SQLITE_READONLY: ErrForbidden, sqlite3.SQLITE_READONLY_DIRECTORY: ErrForbidden,
		sqlite3.SQLITE_PERM: ErrForbidden, sqlite3.SQLITE_READONLY_DBMOVED: ErrStorage, sqlite3.SQLITE_IOERR_WRITE: ErrStorage, sqlite3.SQLITE_CANTOPEN: ErrStorage,
		sqlite3.SQLITE_CORRUPT: ErrDamaged, sqlite3.SQLITE_BUSY: nil,
	} {
		if got := classOfSQLite(code); got != want {
			t.Errorf("SQLite's %d is %v, want %v", code, got, want)
		}
	}
	for _, cause := range []error{ErrForbidden, ErrFull} {
		if !errors.Is(cause, ErrStorage) || !errors.Is(cause, bot.ErrUnsaved) || errors.Is(ErrStorage, cause) {
			t.Errorf("%v should be a kind of %v", cause, ErrStorage)
		}
	}
}

// TestExplain has the system refuse files of the database.
func TestExplain(t *testing.T) {
	s := &Store{path: filepath.Join(t.TempDir(), "studyhall.db")}
	for errno, want := range map[syscall.Errno]error{syscall.EACCES: ErrForbidden, syscall.EPERM: ErrForbidden, syscall.EROFS: ErrForbidden, syscall.ENOSPC: ErrFull} {
		if err := s.explain(fmt.Errorf("open: %w", &fs.PathError{Op: "open", Path: s.path, Err: errno})); !errors.Is(err, want) {
			t.Errorf("%v is %v, want %v", errno, err, want)
		}
	}
	if err := s.explain(&fs.PathError{Op: "open", Path: s.path, Err: syscall.ENOENT}); errors.Is(err, ErrStorage) {
		t.Errorf("a missing file is %v", err)
	}
	if err := (&Store{}).explain(&fs.PathError{Op: "open", Path: "/certificate", Err: syscall.EACCES}); errors.Is(err, ErrStorage) {
		t.Errorf("a file of PostgreSQL's connection is %v", err)
	}
}
