package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// NewestSchema is the newest level of the database's schema that the program
// knows, and to which [Open] brings a database.
func NewestSchema() (int64, error) { return newest(embedded()) }

// embedded returns the migrations of this program.
func embedded() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is in the program
	}
	return sub
}

// newest returns the highest schema level among migrations.
func newest(migrations fs.FS) (int64, error) {
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	var top int64
	for _, name := range names {
		level, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		top = max(top, level)
	}
	return top, nil
}

// level returns the database's schema level, 0 for a new one.
func (s *Store) level(ctx context.Context, db *sql.DB) (int64, error) {
	exists := `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version')`
	if s.engine == enginePostgres {
		exists = `SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version')`
	}
	var yes bool
	if err := db.QueryRowContext(ctx, exists).Scan(&yes); err != nil || !yes {
		return 0, err
	}
	var level int64
	err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&level)
	return level, err
}

// refuseNewer returns ErrNewer for a database that accepts only programs that
// know more than this one does.
func (s *Store) refuseNewer(ctx context.Context, db *sql.DB, level, known int64) error {
	if level <= known {
		return nil
	}
	var from int64
	var by string
	if err := db.QueryRowContext(ctx, `SELECT accepts_from, migrated_by FROM program`).Scan(&from, &by); err != nil {
		return fmt.Errorf("ask %s which programs it accepts: %w", s.where, err)
	}
	if from <= known {
		s.log.Info("database is newer and accepts this program", "level", level, "known", known, "accepts_from", from)
	}
	return s.refusal(from, known, by)
}

// refusal is ErrNewer with what to do, for a program that doesn't know the level
// from which the database accepts programs; else nil.
func (s *Store) refusal(from, known int64, by string) error {
	if from <= known {
		return nil
	}
	if by == "" {
		by = "a newer program"
	}
	return &newerError{fmt.Sprintf("%s was last changed by %s and accepts only programs that know schema level %d, "+
		"this one knows %d; nothing was lost: start the newer program again, or restore a backup from before its first start",
		s.where, by, from, known)}
}

// migrate brings the schema from the database's level up to known. When there is
// something to do, the lock is held.
func (s *Store) migrate(ctx context.Context, migrations fs.FS, known int64) error {
	db, dialect := s.readDB, goose.DialectPostgres
	if s.engine == engineSQLite {
		db, dialect = s.writer.db, goose.DialectSQLite3
	}
	level, err := s.level(ctx, db)
	if err != nil {
		return fmt.Errorf("read the schema level of %s: %w", s.where, err)
	}
	if level >= known { // so from the start, or another program was faster
		return s.refuseNewer(ctx, db, level, known)
	}
	var backup string
	if s.engine == engineSQLite && level > 0 && !s.noCopy {
		if backup, err = s.backupBeforeMigration(ctx, level); err != nil {
			return fmt.Errorf("back up %s before migrating it: %w", s.where, err)
		}
	}
	provider, err := goose.NewProvider(dialect, db, migrations,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, known); err != nil {
		return fmt.Errorf("migrate %s from level %d to %d: %w", s.where, level, known, err)
	}
	if _, err := db.ExecContext(ctx, `UPDATE program SET migrated_by = $1`, s.program); err != nil {
		return fmt.Errorf("note who migrated %s: %w", s.where, err)
	}
	s.log.Info("database migrated", "from", level, "to", known, "backup", backup)
	return nil
}

// lock waits until this process alone may migrate. unlock is told whether the
// database is now up to date. The lock ends with the process, however that ends.
func (s *Store) lock(ctx context.Context) (unlock func(current bool), err error) {
	if s.engine == enginePostgres {
		return s.lockPostgres(ctx)
	}
	return s.lockSQLite(ctx)
}

// lockPostgres takes an advisory lock on the schema, held by a session.
func (s *Store) lockPostgres(ctx context.Context) (func(bool), error) {
	conn, err := s.readDB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	const key = `(hashtextextended('studyhall migrates ' || current_schema(), 0))`
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock`+key); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func(bool) {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+key); err != nil {
			s.log.Warn("could not release the right to migrate", "err", err)
		}
		conn.Close()
	}, nil
}

// lockSQLite locks an empty database of its own beside the file: SQLite's locks
// work across processes on every system, and the migration needs those of the
// file itself.
func (s *Store) lockSQLite(ctx context.Context) (func(bool), error) {
	path := s.path + "-migrate"
	var release func() error
	for gone, waited := 0, false; ; {
		var err error
		if release, err = tryLockSQLite(ctx, path); err == nil {
			break
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY {
			if !waited {
				s.log.Info("another program migrates the database; waiting", slog.String("path", s.path))
			}
			waited = true
		} else if gone++; gone > 10 {
			return nil, err
		} // else the file was removed under us by one that is done
	}
	return func(current bool) {
		if current {
			// Whoever comes later finds nothing to do, with or without the lock.
			// After a failure the file stays, so that they keep taking turns.
			os.Remove(path)
		}
		release()
	}, nil
}

// tryLockSQLite waits for the lock for half a second.
func tryLockSQLite(ctx context.Context, path string) (release func() error, err error) {
	params := plainParams()
	params.Set("mode", "rwc")
	params["_pragma"] = []string{"busy_timeout(500)"}
	db, err := openPool(ctx, path, params, 1)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, `BEGIN EXCLUSIVE`)
	}
	if err != nil {
		if conn != nil {
			conn.Close()
		}
		return nil, errors.Join(err, db.Close())
	}
	return func() error { return errors.Join(conn.Close(), db.Close()) }, nil
}
