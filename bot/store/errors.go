package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"

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
	// tried again. A feature may show the sentence. [ErrForbidden] and [ErrFull] are
	// it, where the cause is known.
	ErrStorage = fmt.Errorf("%w: the database cannot be written", bot.ErrUnsaved)

	// ErrForbidden is [ErrStorage] because the program has no permission to write, or
	// the disk or the server may only be read.
	ErrForbidden error = &storageError{"this program may not write to the database or to its folder"}

	// ErrFull is [ErrStorage] because there is no room.
	ErrFull error = &storageError{"the database's disk is full"}

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

// storageError is ErrStorage with its cause.
type storageError struct{ cause string }

func (e *storageError) Error() string { return e.cause }

// Is makes it ErrStorage, and what that is.
func (*storageError) Is(target error) bool { return target == ErrStorage || target == bot.ErrUnsaved }

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
	sentinel := classOfSQLite(sqliteCode(err))
	switch postgresCode(err) {
	case "53100": // disk_full
		sentinel = ErrFull
	case "25006": // read_only_sql_transaction
		sentinel = ErrForbidden
	case "58030": // io_error
		sentinel = ErrStorage
	case "XX001", "XX002": // data_corrupted, index_corrupted
		sentinel = ErrDamaged
	}
	if sentinel == nil {
		return err
	}
	return fmt.Errorf("%w: %w", sentinel, err)
}

// classOfSQLite is the sentinel that fits an extended result code; nil if none does.
func classOfSQLite(code int) error {
	switch code {
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the file beside the database can't grow
		return ErrFull
	case sqlite3.SQLITE_READONLY_DBMOVED: // the file was moved or removed
		return ErrStorage
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return ErrForbidden
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return ErrStorage
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrDamaged
	}
	return nil
}

// explain is classify for errors of opening a database, where more can be known:
// what the system says of its file and folder. SQLite only says that it can't open.
func (s *Store) explain(err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok && s.path != "" {
		switch {
		case isDenial(err):
			return fmt.Errorf("%w: %w", ErrForbidden, err)
		case errors.Is(err, syscall.ENOSPC):
			return fmt.Errorf("%w: %w", ErrFull, err)
		}
	}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		if why := denied(s.path); why != nil {
			return fmt.Errorf("%w: %w: %w", ErrForbidden, err, why)
		}
	}
	return classify(err)
}

// isDenial reports whether the system refused to write, or to look at what is there.
func isDenial(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
