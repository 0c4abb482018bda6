package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"studyhall/bot/schedule"
)

const (
	// restoringSuffix ends the name of the file that becomes the database.
	restoringSuffix = ".restoring"

	// Where on the shelf it stands when the database was restored.
	ownSpace, restoredKey = "store", "restored"

	// restoredEdits is how old a post may be, seen from the newest one, that is
	// edited once after a restore: what it shows may be newer than the backup.
	restoredEdits = 7 * 24 * time.Hour
	// restoredPause is how long these edits wait, so that what should have closed
	// meanwhile is closed first.
	restoredPause = time.Minute
)

// Restoring is what [Restore] needs.
type Restoring struct {
	URL string // the database to restore into
	// Read writes the backup, a SQLite file, not encrypted.
	Read func(w io.Writer) error
	// Options are those with which the database is opened later.
	Options Options
	// Replay brings the restored database up to date with what stands outside it,
	// before anybody can see it; nil: nothing does.
	Replay func(ctx context.Context, s *Store) error
}

// Restored says what was restored.
type Restored struct {
	Contents
	Doubtful int64 // messages that the backup owed: the platform is asked for each before it is sent
}

// Restore puts a backup into a database in which there is nothing yet
// ([ErrContent]) and that nobody serves ([ErrServing]). Before anything changes
// there, the backup is read, checked, and brought up to this program's schema
// level, beside the database or, for PostgreSQL, among the temporary files. The
// database then appears whole or not at all.
//
// What the backup owed may have been sent since. So every message that it owed,
// and all that falls due between the backup and now, is looked for on the
// platform before it is sent.
func Restore(ctx context.Context, log *slog.Logger, r Restoring) (Restored, error) {
	t, err := parseURL(r.URL)
	if err != nil {
		return Restored{}, err
	}
	if t.engine == enginePostgres {
		return restorePostgres(ctx, log, r)
	}
	if r.Options.Erasures == "" {
		r.Options.Erasures = t.path + erasuresSuffix
	}
	if err := vacant(ctx, log, t.path); err != nil {
		return Restored{}, err
	}
	work := t.path + restoringSuffix
	defer removeFile(work) // once it was renamed, it isn't there
	restored, err := prepareBackup(ctx, log, r, work)
	if err == nil {
		err = place(ctx, log, work, t.path)
	}
	if err != nil {
		return Restored{}, fmt.Errorf("restore into %s: %w", t.path, err)
	}
	return restored, nil
}

func restorePostgres(ctx context.Context, log *slog.Logger, r Restoring) (restored Restored, err error) {
	// First of all, for the backup may be long.
	to, err := openEmpty(ctx, log, r.URL, r.Options)
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	dir, err := os.MkdirTemp("", "studyhall-restore-")
	if err != nil {
		return restored, err
	}
	defer os.RemoveAll(dir)
	work := filepath.Join(dir, "backup.db")
	if restored, err = prepareBackup(ctx, log, r, work); err != nil {
		return restored, fmt.Errorf("restore into %s: %w", to.where, err)
	}
	from, err := Peek(ctx, log, "sqlite:"+work)
	if err != nil {
		return restored, err
	}
	_, err = copyAll(ctx, from, to, nil)
	if err := errors.Join(err, from.Close()); err != nil {
		return Restored{}, fmt.Errorf("restore into %s: %w", to.where, err)
	}
	return restored, nil
}

// openEmpty opens a database, making it if need be, in which there is nothing
// and that nobody serves.
func openEmpty(ctx context.Context, log *slog.Logger, url string, opts Options) (*Store, error) {
	s, err := Open(ctx, log, url, opts)
	if err != nil {
		return nil, err
	}
	err = s.refuseServed(ctx)
	if err == nil {
		err = s.view(ctx, func(ctx context.Context, q querier) error {
			tables, err := s.tables(ctx, q)
			if err != nil {
				return err
			}
			return empty(ctx, q, tables)
		})
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// vacant returns an error unless a SQLite database can be put at path: there is
// no file, or one in which there is nothing and that nobody serves.
func vacant(ctx context.Context, log *slog.Logger, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		// SQLite would take what another database has left for this one's.
		for _, name := range []string{path + "-wal", path + "-journal"} {
			if _, err := os.Lstat(name); err == nil {
				return fmt.Errorf("%w: %s is part of a database that was here; move it to where you moved that", ErrContent, name)
			}
		}
		return nil
	}
	if err != nil || info.Size() == 0 {
		return err
	}
	s, err := Peek(ctx, log, "sqlite:"+path)
	if errors.Is(err, ErrNoDatabase) {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.refuseServed(ctx)
	if err == nil {
		err = s.view(ctx, func(ctx context.Context, q querier) error {
			tables, err := s.tables(ctx, q)
			if err != nil {
				return err
			}
			return empty(ctx, q, tables)
		})
	}
	return errors.Join(err, s.Close())
}

// place gives a finished database file its name.
func place(ctx context.Context, log *slog.Logger, work, path string) error {
	if err := syncFile(work); err != nil {
		return err
	}
	if err := vacant(ctx, log, path); err != nil { // it took a while
		return err
	}
	if err := removeFile(path); err != nil {
		return err
	}
	return os.Rename(work, path)
}

// prepareBackup writes a backup to a new file, checks it, and makes of it the
// database that goes on.
func prepareBackup(ctx context.Context, log *slog.Logger, r Restoring, work string) (restored Restored, err error) {
	if err := removeFile(work); err != nil {
		return restored, err
	}
	f, err := os.OpenFile(work, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return restored, err
	}
	if err := errors.Join(r.Read(f), f.Close()); err != nil {
		return restored, err
	}
	if _, err := checkFile(ctx, log, work); err != nil {
		return restored, err
	}
	opts := r.Options
	opts.Unsafe, opts.noCopy = true, true // it is a copy, and synced before it counts
	s, err := Open(ctx, slog.New(slog.DiscardHandler), "sqlite:"+work, opts)
	if err != nil {
		return restored, err
	}
	restored.Doubtful, err = s.doubt(ctx, s.real())
	if err == nil && r.Replay != nil {
		err = r.Replay(ctx, s)
	}
	if err == nil {
		restored.Contents, err = s.contents(ctx)
	}
	return restored, errors.Join(err, s.Close(), singleFile(ctx, work))
}

// doubt makes a restored database distrust itself: between the backup and now,
// the database that the backup is of may have sent what this one owes, and may
// have shown more than this one knows of.
func (s *Store) doubt(ctx context.Context, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err = tx.exec(ctx, `UPDATE deliveries SET doubt = CASE WHEN doubt = 0 THEN at ELSE doubt END, run_at = 0 WHERE state = 'waiting'`)
		if err != nil {
			return err
		}
		for _, change := range []struct {
			text string
			args []any
		}{
			// What a person was asked to look at stays that person's decision.
			{`UPDATE deliveries SET doubt = at WHERE state = 'parked' AND doubt = 0 AND reason <> $1`, []any{schedule.CauseUnknown}},
			{`UPDATE deliveries SET wanted = wanted + 1, edit_at = $1 WHERE state = 'sent' AND NOT person
				AND posted_at >= (SELECT COALESCE(MAX(d.posted_at), 0) FROM deliveries d) - $2`, []any{millis(now.Add(restoredPause)), restoredEdits.Milliseconds()}},
			{`UPDATE deliveries SET edit_run = 0, pin_run = 0 WHERE state = 'sent'`, nil},
			{`UPDATE due SET run_at = 0, failing = FALSE WHERE state = 'waiting'`, nil},
			{`DELETE FROM lease`, nil},
			{`DELETE FROM copies`, nil},
		} {
			if _, err := tx.exec(ctx, change.text, change.args...); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, `INSERT INTO shelf (space, name, value, expires) VALUES ($1, $2, $3, 0)
			ON CONFLICT (space, name) DO UPDATE SET value = excluded.value`, ownSpace, restoredKey, []byte(strconv.FormatInt(millis(now), 10)))
		return err
	})
	return n, wrap("doubt what was owed", err)
}

// readRestored reads when the database was restored.
func (s *Store) readRestored(ctx context.Context) error {
	var value []byte
	ok, err := found(s.read(ctx).row(ctx, `SELECT value FROM shelf WHERE space = $1 AND name = $2`, ownSpace, restoredKey).scan(&value))
	if err != nil || !ok {
		return wrap("read when the database was restored", err)
	}
	at, err := strconv.ParseInt(string(value), 10, 64)
	s.restored = instant(at)
	return wrap("read when the database was restored", err)
}

// Move copies the database at from into the empty database at to, of the other
// engine or of the same. Nobody may serve either. from is left as it is; to has
// everything or nothing.
func Move(ctx context.Context, log *slog.Logger, from, to string, opts Options) (c Copied, err error) {
	source, err := Peek(ctx, log, from)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	known, err := newest(embedded())
	if err != nil {
		return c, err
	}
	level, err := source.level(ctx, source.readDB)
	if err != nil {
		return c, err
	}
	if level != known {
		return c, fmt.Errorf("%s has schema %d and this program %d; run studyhall migrate first, which copies a SQLite file before it changes it", source.where, level, known)
	}
	if err := source.refuseServed(ctx); err != nil {
		return c, err
	}
	t, err := parseURL(to)
	if err != nil {
		return c, err
	}
	work := to
	if t.engine == engineSQLite {
		if err := vacant(ctx, log, t.path); err != nil {
			return c, err
		}
		defer removeFile(t.path + restoringSuffix) // once it was renamed, it isn't there
		if err := errors.Join(removeFile(t.path+restoringSuffix), touch(t.path+restoringSuffix)); err != nil {
			return c, err
		}
		work = "sqlite:" + t.path + restoringSuffix
		opts.Unsafe = true // synced before it counts
	}
	target, err := openEmpty(ctx, log, work, opts)
	if err != nil {
		return c, err
	}
	c, err = copyAll(ctx, source, target, func(ctx context.Context, tx *tx) error {
		if err := source.refuseServed(ctx); err != nil { // somebody began meanwhile
			return err
		}
		for _, text := range []string{`DELETE FROM lease`, `DELETE FROM copies`} { // of those that served the old one
			if _, err := tx.exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, target.Close()); err != nil || t.engine != engineSQLite {
		return c, err
	}
	if err := singleFile(ctx, t.path+restoringSuffix); err != nil {
		return c, err
	}
	return c, place(ctx, log, t.path+restoringSuffix, t.path)
}
