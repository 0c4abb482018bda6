package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// keepBackups is how many copies from before migrations are kept.
const keepBackups = 5

const (
	backupSuffix = ".backup"
	backupTime   = "20060102T150405.000Z"
)

// Backup writes a copy of a SQLite database to a new file at path, readable by
// its owner only, and checks it. Writes go on meanwhile. It refuses to overwrite
// (fs.ErrExist). PostgreSQL has pg_dump, which the error names.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.engine != engineSQLite {
		return fmt.Errorf("back up %s: use pg_dump: %w", s.where, errors.ErrUnsupported)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := copySQLite(ctx, s.path, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

// CheckIntegrity reads the whole SQLite database and returns [ErrDamaged] with
// what is wrong. PostgreSQL checks its pages itself: there it only asks whether
// the server answers.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	if s.engine != engineSQLite {
		return s.Ping(ctx)
	}
	return classify(integrity(ctx, s.readDB))
}

// integrity checks a SQLite database and its references.
func integrity(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `PRAGMA integrity_check(10)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		faults = append(faults, line)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !slices.Equal(faults, []string{"ok"}) {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(faults, "; "))
	}
	var orphans int64
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pragma_foreign_key_check`).Scan(&orphans); err != nil {
		return err
	}
	if orphans > 0 {
		return fmt.Errorf("%w: %d rows refer to rows that are not there", ErrDamaged, orphans)
	}
	return nil
}

// copySQLite copies a database while it is in use. The copy appears under its
// name only when it is whole, checked and on the disk.
func copySQLite(ctx context.Context, from, to string) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(part)
		}
	}()
	// Made here, not by SQLite, so that nobody else can read it. SQLite accepts
	// an empty file.
	if err := touch(part); err != nil {
		return err
	}
	db, err := openPool(ctx, from, plainParams(), 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, part)
	if err := errors.Join(err, db.Close()); err != nil {
		return classify(err)
	}
	if err := checkCopy(ctx, part); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(part, to)
}

func checkCopy(ctx context.Context, path string) error {
	db, err := openPool(ctx, path, plainParams(), 1)
	if err != nil {
		return err
	}
	return classify(errors.Join(integrity(ctx, db), db.Close()))
}

func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// syncFile puts a finished copy on the disk, which VACUUM INTO does not. It is
// never used on a live database: closing its descriptor would drop the locks.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// backupBeforeMigration copies the file beside itself and removes copies beyond
// the newest keepBackups.
func (s *Store) backupBeforeMigration(ctx context.Context, level int64) (string, error) {
	path := fmt.Sprintf("%s.v%d-%s%s", s.path, level, s.real().UTC().Format(backupTime), backupSuffix)
	if err := copySQLite(ctx, s.path, path); err != nil {
		return "", err
	}
	backups, err := migrationBackups(s.path)
	if err != nil {
		return "", err
	}
	for len(backups) > keepBackups {
		if err := os.Remove(backups[0]); err != nil {
			return "", err
		}
		backups = backups[1:]
	}
	return path, nil
}

// migrationBackups returns the copies made before migrations of the database at
// path, the oldest first.
func migrationBackups(path string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	type dated struct {
		path string
		at   time.Time
	}
	var all []dated
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), filepath.Base(path)+".v")
		if !ok {
			continue
		}
		rest, ok = strings.CutSuffix(rest, backupSuffix)
		_, stamp, dash := strings.Cut(rest, "-")
		at, err := time.Parse(backupTime, stamp)
		if ok && dash && err == nil {
			all = append(all, dated{path: filepath.Join(filepath.Dir(path), entry.Name()), at: at})
		}
	}
	slices.SortFunc(all, func(a, b dated) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.path, b.path))
	})
	paths := make([]string, len(all))
	for i, b := range all {
		paths[i] = b.path
	}
	return paths, nil
}
