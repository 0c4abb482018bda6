package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"studyhall/bot"
)

var (
	// ErrNewer is returned by [Open] for a database that a newer program has
	// changed in a way this one cannot work with; the database is untouched. It is
	// returned by [Presence.Watch] when that happens while this one works.
	ErrNewer = errors.New("the database belongs to a newer Studyhall")

	// ErrStorage is returned when nothing can be written because the disk is
	// full, broken or read-only. What was asked has not happened, and may be
	// tried again. A feature may show the sentence.
	ErrStorage = fmt.Errorf("%w: the database's disk is full or cannot be written", bot.ErrUnsaved)

	// ErrClosed is returned by writes after [Store.Close]. They have not happened.
	ErrClosed = errors.New("the store is closed")

	// ErrDamaged is returned by [Store.CheckIntegrity], [Store.Backup] and [Open]
	// for a file that is not a database or no longer a sound one.
	ErrDamaged = errors.New("the database is damaged")
)

// newerError is ErrNewer with the reason.
type newerError struct{ why string }

func (e *newerError) Error() string { return ErrNewer.Error() + ": " + e.why }

// Is makes it ErrNewer.
func (*newerError) Is(target error) bool { return target == ErrNewer }

// ExitCode is that of a configuration error: starting again doesn't help.
func (*newerError) ExitCode() int { return 78 }

// sqliteCode returns SQLite's extended result code of err, 0 when it has none.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// postgresCode returns PostgreSQL's SQLSTATE of err, "" when it has none.
func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// isForeign reports whether err says that a row refers to one that is not there.
func isForeign(err error) bool {
	return sqliteCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY || postgresCode(err) == "23503"
}

// isConflict reports whether PostgreSQL gave up a transaction because of another
// one, so that running it again is right.
func isConflict(err error) bool {
	return slices.Contains([]string{"40001", "40P01"}, postgresCode(err))
}

// found turns the error of a row's scan into an answer: no row is no error.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// classify adds the sentinel that fits an error of an engine.
func classify(err error) error {
	if err == nil || errors.Is(err, ErrStorage) {
		return err
	}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", ErrStorage, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	switch postgresCode(err) {
	case "53100", "58030", "25006": // disk_full, io_error, read_only_sql_transaction
		return fmt.Errorf("%w: %w", ErrStorage, err)
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
