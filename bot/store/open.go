package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/exam"
)

// readerConns is how many SQLite connections read at once.
const readerConns = 4

// oldestSQLite is the first release without the bug that can destroy a database
// in WAL mode when two connections write and checkpoint.
const oldestSQLite = "3.51.3"

// Options of [Open]. The zero value is right for a program in use.
type Options struct {
	// Real is the clock for leases, lifetimes and the names of backups: real
	// time, never the demo's. nil is time.Now.
	Real func() time.Time
	// ProgramVersion is named in the message that an older program gives.
	ProgramVersion string
	// Connections is the most PostgreSQL connections held; 0 is four for each
	// processor and at least 8.
	Connections int
	// Erasures is the file that lists erasures, so that a restored database learns
	// what it has missed; "" is PATH.erasures beside a SQLite file, none for
	// PostgreSQL.
	Erasures string
	// Catalogue is what exams' dates are planned by; empty: by those of groups and people alone.
	Catalogue cert.Catalogue
	// Wrote, if set, is told of each transaction that writes: its kind, how long its
	// caller waited until it was durable or undone, and how it ended.
	Wrote func(kind WriteKind, took time.Duration, err error)
	// level is the schema level to bring an older database to; 0 is the newest.
	level int64
	// noCopy leaves out the copy before migrating: of what is a copy itself.
	noCopy bool
	// Unsafe lets a SQLite database lose data, or break, at a power cut. Tests
	// are faster with it.
	Unsafe bool
}

// Store is everything Studyhall remembers. Its methods may be called at once.
type Store struct {
	log       *slog.Logger
	real      func() time.Time
	wrote     func(WriteKind, time.Duration, error) // nil: nobody is told
	engine    engine
	schema    int64  // its level
	where     string // names the database in messages, without secrets
	path      string // SQLite only
	program   string
	self      string // names this program among those that have the database open
	catalogue cert.Catalogue
	dates     string // tells the dates of one catalogue from those of another

	known  int64           // newest schema level of this program
	server *pgx.ConnConfig // PostgreSQL only: how to connect beside the pool
	copy   atomic.Int64    // which copy of the program this is, see [Presence]; 0 while nobody can tell whether it lives
	copies atomic.Int64    // how many live, as seen last

	tries    uint      // of a transaction that PostgreSQL gives up
	noCopy   bool      // nothing is copied before it is migrated
	restored time.Time // when it was restored from a backup; zero: never

	erasures string     // file that lists them; "" for none
	listing  sync.Mutex // held while it is written

	readDB *sql.DB // SQLite: connections that only read. PostgreSQL: all connections
	reads  asker
	writer *writer // SQLite only
	wg     sync.WaitGroup
	closed atomic.Bool

	presses   gatherers[press]
	standings gatherers[standing]

	commits atomic.Int64
	jobs    atomic.Int64
	trace   atomic.Pointer[func(string, []any)]
}

// Stats counts what a store has written since it was opened.
type Stats struct {
	Commits int64 // transactions committed
	Jobs    int64 // writes answered without an error; on SQLite many share a commit
}

// Open opens the database at url and brings its schema up to date. url is
// "sqlite:PATH", where everything after the colon is the path as typed, or
// "postgres://…" as libpq takes it.
//
// A new SQLite file is readable by its owner only. Before an existing one is
// migrated it is copied to PATH.v<level>-<UTC time>.backup; the newest 5 copies
// are kept. Of several programs that open one database at once, one migrates and
// the others wait. [ErrNewer] and [ErrDamaged] may be returned; the database is
// then untouched.
func Open(ctx context.Context, log *slog.Logger, url string, opts Options) (*Store, error) {
	return openWith(ctx, log, url, opts, embedded())
}

// openWith is Open with other migrations, for tests of migrating.
func openWith(ctx context.Context, log *slog.Logger, url string, opts Options, migrations fs.FS) (*Store, error) {
	target, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, real: opts.Real, wrote: opts.Wrote, engine: target.engine, program: opts.ProgramVersion, self: bot.NewID(), tries: conflictTries, erasures: opts.Erasures,
		catalogue: opts.Catalogue, dates: exam.Dates(opts.Catalogue)}
	if s.erasures == "" && target.engine == engineSQLite {
		s.erasures = target.path + erasuresSuffix
	}
	if s.real == nil {
		s.real = time.Now
	}
	if err := s.prepare(ctx, target, opts, migrations); err != nil {
		return nil, errors.Join(s.explain(err), s.Close())
	}
	if s.writer != nil {
		s.wg.Go(s.writer.loop)
	}
	return s, nil
}

// prepare connects and migrates. Whoever may have to migrate takes the lock
// before anything is changed.
func (s *Store) prepare(ctx context.Context, t target, opts Options, migrations fs.FS) (err error) {
	known, err := newest(migrations)
	if err != nil {
		return err
	}
	if opts.level > 0 {
		known = opts.level
	}
	s.known, s.server, s.noCopy = known, t.config, opts.noCopy
	var level int64
	if t.engine == enginePostgres {
		if err = s.openPostgres(ctx, t, opts); err == nil {
			level, err = s.level(ctx, s.readDB)
		}
	} else {
		level, err = s.inspectSQLite(ctx, t.path, known)
	}
	if err != nil {
		return err
	}
	if level < known {
		unlock, err := s.lock(ctx)
		if err != nil {
			return fmt.Errorf("wait for the right to migrate %s: %w", s.where, err)
		}
		defer func() { unlock(err == nil) }()
	}
	if t.engine == engineSQLite {
		if err := s.openSQLite(ctx, opts); err != nil {
			return err
		}
	}
	s.schema = max(level, known)
	if err := s.migrate(ctx, migrations, known); err != nil {
		return err
	}
	return s.readRestored(ctx)
}

// inspectSQLite looks at the file before anything can change it and returns its
// schema level. A missing or empty file is new and fine.
func (s *Store) inspectSQLite(ctx context.Context, path string, known int64) (int64, error) {
	s.path, s.where = path, path
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil {
		return 0, fmt.Errorf("the folder of database %s: %w", path, err)
	} else if !info.IsDir() {
		return 0, fmt.Errorf("database %s: %s is not a folder", path, dir)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("look at the database: %w", err)
	case info.IsDir():
		return 0, fmt.Errorf("database %s is a folder; name a file in it", path)
	case info.Size() == 0:
		return 0, nil
	}
	db, err := openPool(ctx, path, plainParams(), 1)
	if err != nil {
		return 0, s.unreadable(err)
	}
	defer db.Close()
	if err := s.refuseForeign(ctx, db); err != nil {
		return 0, err
	}
	level, err := s.level(ctx, db)
	if err != nil {
		return 0, s.unreadable(err)
	}
	return level, s.refuseNewer(ctx, db, level, known)
}

// unreadable explains why a file could not be read.
func (s *Store) unreadable(err error) error {
	if sqliteCode(err)&0xff == sqlite3.SQLITE_NOTADB {
		return fmt.Errorf("%s is not a SQLite database, or its beginning is damaged: %w", s.path, err)
	}
	return fmt.Errorf("read database %s: %w", s.path, err)
}

// refuseForeign keeps us from filling another program's database.
func (s *Store) refuseForeign(ctx context.Context, db *sql.DB) error {
	var tables int64
	err := db.QueryRowContext(ctx,
		`SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'
		 AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version')`).Scan(&tables)
	if err != nil {
		return s.unreadable(err)
	}
	if tables > 0 {
		return fmt.Errorf("%s is another program's database: it has %d tables and none is Studyhall's", s.path, tables)
	}
	return nil
}

// openSQLite opens the writing connection and the readers.
func (s *Store) openSQLite(ctx context.Context, opts Options) error {
	if err := s.createSQLite(ctx); err != nil {
		return err
	}
	db, err := openPool(ctx, s.path, writerParams(opts.Unsafe), 1)
	if err != nil {
		return fmt.Errorf("open database %s: %w", s.path, err)
	}
	s.writer = newWriter(s, db)
	var version, mode string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return err
	}
	if olderSQLite(version, oldestSQLite) {
		return fmt.Errorf("built with SQLite %s, which can destroy a database; %s or newer is needed", version, oldestSQLite)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("database %s cannot be kept in WAL mode (it is %q): use a local disk", s.path, mode)
	}
	readers, err := openPool(ctx, s.path, readerParams(), readerConns)
	if err != nil {
		return fmt.Errorf("open database %s for reading: %w", s.path, err)
	}
	s.readDB = readers
	s.reads = &pool{db: readers, stmts: map[string]*sql.Stmt{}}
	return nil
}

// createSQLite creates a missing file for its owner only; SQLite gives the files
// beside it the same mode. The file is never opened but by SQLite: closing any
// other descriptor would drop SQLite's locks.
func (s *Store) createSQLite(ctx context.Context) error {
	if _, err := os.Stat(s.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	params := plainParams()
	params.Set("mode", "rwc")
	db, err := openPool(ctx, s.path, params, 1)
	if err != nil {
		return fmt.Errorf("create database %s: %w", s.path, err)
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("create database %s: %w", s.path, err)
	}
	return os.Chmod(s.path, 0o600)
}

// openPool opens a SQLite file with a fixed number of connections that are kept.
func openPool(ctx context.Context, path string, params map[string][]string, size int) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(sqliteURI(path, params))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// olderSQLite compares dotted versions.
func olderSQLite(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range min(len(a), len(b)) {
		x, _ := strconv.Atoi(a[i])
		y, _ := strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return len(a) < len(b)
}

// Close finishes the writes that wait and closes the database. Later writes
// return [ErrClosed].
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var errs []error
	if s.writer != nil {
		close(s.writer.quit)
		s.wg.Wait()
	}
	// Readers first: the last connection to close moves the WAL into the file,
	// which those that only read cannot.
	if p, ok := s.reads.(*pool); ok {
		errs = append(errs, p.close())
	} else if s.readDB != nil {
		errs = append(errs, s.readDB.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.db.Close())
	}
	return errors.Join(errs...)
}

// Level is that of the database's schema.
func (s *Store) Level() int64 { return s.schema }

// Where names the database, without secrets.
func (s *Store) Where() string { return s.where }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string {
	if s.engine == enginePostgres {
		return "postgres"
	}
	return "sqlite"
}

// Stats returns what has been written so far.
func (s *Store) Stats() Stats {
	return Stats{Commits: s.commits.Load(), Jobs: s.jobs.Load()}
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int64
	return s.read(ctx).row(ctx, `SELECT 1`).scan(&one)
}
