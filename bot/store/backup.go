package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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
	// partSuffix ends the name of a file that isn't whole yet.
	partSuffix = ".part"
)

// besides are the endings of what SQLite and we keep beside a database file.
func besides() []string { return []string{"-wal", "-shm", "-journal", "-migrate"} }

// Contents says what is in a backup, or in a database that was restored.
type Contents struct {
	Level   int64 // of its schema
	Groups  int64
	People  int64
	Answers int64
	Bytes   int64 // of the file
}

// Backup writes everything, as it is at one instant, to a new SQLite file at path,
// whatever the engine, readable by its owner only, and checks it as [Restore]
// would. Writes go on meanwhile. It refuses to overwrite (fs.ErrExist); when it
// fails there is no file.
func (s *Store) Backup(ctx context.Context, path string) (c Contents, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return c, fmt.Errorf("back up: %w", err)
	}
	write := func(part string) error { return vacuumInto(ctx, s.path, part) }
	if s.engine == enginePostgres {
		write = func(part string) error { return s.fill(ctx, part) }
	}
	err = writeNew(path, write, func(part string) error {
		c, err = checkFile(ctx, s.log, part)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("back up to %s: %w", path, err)
	}
	return c, nil
}

// fill copies a PostgreSQL database into an empty file, at its own schema level.
func (s *Store) fill(ctx context.Context, path string) error {
	level, err := s.level(ctx, s.readDB)
	if err != nil {
		return err
	}
	known, err := newest(embedded())
	if err != nil {
		return err
	}
	if level > known {
		return fmt.Errorf("%s has schema %d and this program knows %d: back it up with the newer program", s.where, level, known)
	}
	// Not synced with each step: it is of no use before it is whole, and synced then.
	to, err := Open(ctx, slog.New(slog.DiscardHandler), "sqlite:"+path, Options{Real: s.real, ProgramVersion: s.program, Unsafe: true, level: level})
	if err != nil {
		return err
	}
	_, err = copyAll(ctx, s, to, nil)
	return errors.Join(err, to.Close(), singleFile(ctx, path))
}

// singleFile puts a database that nobody has open into its one file.
func singleFile(ctx context.Context, path string) error {
	db, err := openPool(ctx, path, plainParams(), 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `PRAGMA journal_mode = DELETE`)
	return errors.Join(classify(err), db.Close())
}

// CheckFile looks at a file that should be a backup, as [Restore] does before it
// restores one. The error is [ErrDamaged], [ErrNewer] or [ErrNoDatabase] where it
// is no use.
func CheckFile(ctx context.Context, log *slog.Logger, path string) (Contents, error) {
	c, err := checkFile(ctx, log, path)
	return c, wrap("check "+path, err)
}

func checkFile(ctx context.Context, log *slog.Logger, path string) (c Contents, err error) {
	s, err := Peek(ctx, log, "sqlite:"+path)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := integrity(ctx, s.readDB); err != nil {
		return c, classify(err)
	}
	return s.contents(ctx)
}

// contents counts what people would miss.
func (s *Store) contents(ctx context.Context) (c Contents, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		tables, err := s.tables(ctx, q)
		if err != nil {
			return err
		}
		for name, n := range map[string]*int64{"groups": &c.Groups, "members": &c.People, "answers": &c.Answers} {
			if !slices.ContainsFunc(tables, func(t table) bool { return t.name == name }) {
				continue // the first schema level had none of them
			}
			if err := q.row(ctx, `SELECT COUNT(*) FROM `+name).scan(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if c.Level, err = s.level(ctx, s.readDB); err != nil || s.engine == enginePostgres {
		return c, err
	}
	info, err := os.Stat(s.path)
	if err == nil {
		c.Bytes = info.Size()
	}
	return c, err
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
func copySQLite(ctx context.Context, from, to string) error {
	return writeNew(to, func(part string) error { return vacuumInto(ctx, from, part) }, func(part string) error { return checkCopy(ctx, part) })
}

// writeNew makes a database file that appears under its name only when it is
// whole, checked and on the disk. write gets an empty file that only its owner
// can read.
func writeNew(to string, write, check func(part string) error) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	part := to + partSuffix
	if err := removeFile(part); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			removeFile(part) // what is left of it SweepParts removes
		}
	}()
	// Made here, not by SQLite, so that nobody else can read it. SQLite accepts
	// an empty file.
	if err := touch(part); err != nil {
		return err
	}
	if err := write(part); err != nil {
		return err
	}
	if err := check(part); err != nil {
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

// removeFile removes a database file that nobody has open, with all that SQLite
// and we keep beside one.
func removeFile(path string) error {
	var errs []error
	for _, ending := range append(besides(), "") {
		if err := os.Remove(path + ending); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// SweepParts removes from a folder what killed programs have left of backups: the
// files that were to get a name that ours accepts, and those that SQLite keeps beside
// them, once nobody has written to any of them for idle. Only regular files go. It
// gives the paths of those that it has removed, also where it fails.
func SweepParts(dir string, ours func(name string) bool, idle time.Duration) (gone []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	parts, busy := map[string][]string{}, map[string]bool{} // by the name of the backup
	for _, entry := range entries {
		name := entry.Name()
		for _, ending := range besides() {
			name = strings.TrimSuffix(name, ending)
		}
		name, part := strings.CutSuffix(name, partSuffix)
		if !part || !entry.Type().IsRegular() || !ours(name) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			continue // whoever was at it is done
		}
		// One of the future was written when the clock was ahead.
		busy[name] = busy[name] || time.Since(info.ModTime()).Abs() < idle
		parts[name] = append(parts[name], filepath.Join(dir, entry.Name()))
	}
	var errs []error
	for name, paths := range parts {
		for _, path := range paths {
			if busy[name] {
				continue
			}
			if err := os.Remove(path); err != nil {
				errs = append(errs, err)
				continue
			}
			gone = append(gone, path)
		}
	}
	slices.Sort(gone)
	return gone, errors.Join(errs...)
}

// vacuumInto copies a database while it is in use into an empty file.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := openPool(ctx, from, plainParams(), 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return classify(errors.Join(err, db.Close()))
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
// the newest keepBackups. The lock is held, so that nobody else is at a copy.
func (s *Store) backupBeforeMigration(ctx context.Context, level int64) (string, error) {
	path := fmt.Sprintf("%s.v%d-%s%s", s.path, level, s.real().UTC().Format(backupTime), backupSuffix)
	gone, err := SweepParts(filepath.Dir(s.path), func(name string) bool { _, ok := migrationBackup(s.path, name); return ok }, 0)
	for _, left := range gone {
		s.log.Info("what a killed program left of a copy is removed", "file", left)
	}
	if err != nil {
		s.log.Warn("could not remove what killed programs left of copies", "err", err)
	}
	if err := copySQLite(ctx, s.path, path); err != nil {
		return "", err
	}
	backups, err := migrationBackups(s.path)
	if err != nil {
		return "", err
	}
	// The one just made stays also where a clock that was ahead has dated others.
	backups = slices.DeleteFunc(backups, func(old string) bool { return old == path })
	for len(backups) > keepBackups-1 {
		if err := os.Remove(backups[0]); err != nil {
			return "", err
		}
		backups = backups[1:]
	}
	return path, nil
}

// migrationBackup reports whether a name is that of a copy made before a migration of
// the database at path, and when it was made.
func migrationBackup(path, name string) (at time.Time, ok bool) {
	rest, ok := strings.CutPrefix(name, filepath.Base(path)+".v")
	if !ok {
		return at, false
	}
	rest, ok = strings.CutSuffix(rest, backupSuffix)
	_, stamp, dash := strings.Cut(rest, "-")
	at, err := time.Parse(backupTime, stamp)
	return at, ok && dash && err == nil
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
		if at, ok := migrationBackup(path, entry.Name()); ok {
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
