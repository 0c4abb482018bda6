package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// ErrNoDatabase is returned by [Peek] where there is none.
var ErrNoDatabase = errors.New("there is no database")

// Peek opens the database at url as it is, whatever its schema level: nothing is
// made, migrated or changed, and only what reads works. The error is that of
// [Open] where it would refuse the database.
func Peek(ctx context.Context, log *slog.Logger, url string) (*Store, error) {
	t, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	known, err := newest(embedded())
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, engine: t.engine, real: time.Now, path: t.path, where: t.path}
	level, err := s.peek(ctx, t, known)
	if err == nil && level == 0 {
		err = ErrNoDatabase
	}
	if err != nil {
		return nil, errors.Join(s.explain(err), s.Close())
	}
	return s, nil
}

// peek connects for reading, unless there is nothing to read.
func (s *Store) peek(ctx context.Context, t target, known int64) (level int64, err error) {
	if t.engine == enginePostgres {
		if err := s.openPostgres(ctx, t, Options{Connections: 2}); err != nil {
			return 0, err
		}
		if level, err = s.level(ctx, s.readDB); err == nil {
			err = s.refuseNewer(ctx, s.readDB, level, known)
		}
		return level, err
	}
	if _, err := os.Stat(t.path); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	level, err = s.inspectSQLite(ctx, t.path, known)
	if err != nil || level == 0 {
		return level, err
	}
	if s.readDB, err = openPool(ctx, t.path, plainParams(), 2); err != nil {
		return 0, s.unreadable(err)
	}
	s.reads = plain{db: s.readDB}
	return level, nil
}

// Folder is where the database's file is, or for PostgreSQL where temporary files
// are.
func (s *Store) Folder() string {
	if s.engine == enginePostgres {
		return os.TempDir()
	}
	return filepath.Dir(s.path)
}
