package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"filippo.io/age"

	"studyhall/bot"
	"studyhall/bot/store"
)

// Backups is how the running program backs itself up.
type Backups struct {
	Dir        string // where to; "" for not at all
	Keep       int    // days
	Recipients []age.Recipient
}

const (
	backupEvery = 24 * time.Hour
	// backupLook is how often it is looked whether one is due; after a failure it
	// is tried again then.
	backupLook = time.Hour
	// backupLease is for how long of several copies one has the making to itself.
	backupLease = time.Hour
	// clockSlack is by how much clocks of several machines may differ.
	clockSlack  = 5 * time.Minute
	backupStamp = "20060102T150405Z"
)

// backupName matches the names of backups that are made daily, and only those.
func backupName() *regexp.Regexp {
	return regexp.MustCompile(`^studyhall-([0-9]{8}T[0-9]{6}Z)\.db(\.age)?$`)
}

// daily makes the daily backups.
type daily struct {
	Backups
	log   *slog.Logger
	store *store.Store
	real  func() time.Time
}

// run makes a backup whenever one is due.
func (d *daily) run(ctx context.Context) error {
	tick := time.NewTicker(backupLook)
	defer tick.Stop()
	holder := bot.NewID()
	for {
		if err := d.look(ctx, holder); err != nil && ctx.Err() == nil {
			d.log.Error("backup failed; it is tried again in an hour", "dir", d.Dir, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// backupAhead reports whether a time is one of the future: a clock was ahead when it was
// noted, or is behind now.
func backupAhead(at, now time.Time) bool { return at.Sub(now) > clockSlack }

// backupDue reports whether a backup is to be made. One of the future counts as none.
func backupDue(last store.BackupNote, now time.Time) bool {
	return now.Sub(last.At) >= backupEvery || backupAhead(last.At, now)
}

// look makes a backup if the last one is a day old, and no other copy of the
// program is at it.
func (d *daily) look(ctx context.Context, holder string) error {
	last, err := d.store.LastBackup(ctx)
	if err != nil || !backupDue(last, d.real()) {
		return err
	}
	const lease = "backup"
	held, err := d.store.Lease(ctx, lease, holder, backupLease)
	if err != nil || !held {
		return err
	}
	defer func() {
		if _, err := d.store.Lease(context.WithoutCancel(ctx), lease, holder, 0); err != nil && !errors.Is(err, store.ErrClosed) {
			d.log.Warn("could not give back the lease of the backup", "err", err)
		}
	}()
	// Another copy may have finished between the look and the lease.
	if last, err = d.store.LastBackup(ctx); err != nil || !backupDue(last, d.real()) {
		return err
	}
	d.sweepParts()
	at := d.real().UTC()
	path := filepath.Join(d.Dir, "studyhall-"+at.Format(backupStamp)+".db")
	if len(d.Recipients) > 0 {
		path += ".age"
	}
	c, err := Backup(ctx, d.store, path, d.Recipients)
	if ctx.Err() != nil {
		return ctx.Err() // the program ends; that is no failure
	}
	if err != nil {
		last.FailedAt, last.Fault = at, err.Error()
		return errors.Join(err, d.store.NoteBackup(ctx, last))
	}
	d.log.Info("backed up", "file", path, "bytes", c.Bytes, "groups", c.Groups, "answers", c.Answers)
	if err := d.store.NoteBackup(ctx, store.BackupNote{At: at, File: path}); err != nil {
		return err
	}
	return d.rotate(at)
}

// sweepParts removes what killed programs have left of daily backups. Who has the
// lease makes the only one; an older copy that is still at one writes to it.
func (d *daily) sweepParts() {
	gone, err := store.SweepParts(d.Dir, backupName().MatchString, backupLease)
	for _, left := range gone {
		d.log.Info("what a killed program left of a backup is removed", "file", left)
	}
	if err != nil {
		d.log.Warn("could not remove what killed programs left of backups", "dir", d.Dir, "err", err)
	}
}

// rotate removes daily backups beyond their days. It knows them by their names,
// touches nothing else, and always leaves the newest that isn't from the future.
// Those of the future were made by a clock that was ahead, and nobody knows when; or
// the clock is behind, and they are all there was. They go when there are others
// for more than half of the days.
func (d *daily) rotate(now time.Time) error {
	all, err := dailyBackups(d.Dir)
	if err != nil {
		return err
	}
	var future []dated
	if n := slices.IndexFunc(all, func(b dated) bool { return b.at.After(now.Add(backupEvery)) }); n >= 0 {
		all, future = all[:n], all[n:]
	}
	oldest := now.AddDate(0, 0, -d.Keep)
	first := slices.IndexFunc(all, func(b dated) bool { return !b.at.Before(oldest) })
	if first < 0 {
		first = max(0, len(all)-1)
	}
	gone := slices.Clone(all[:first])
	if len(all)-first > d.Keep/2 {
		gone = append(gone, future...)
	}
	for _, b := range gone {
		if err := os.Remove(b.path); err != nil {
			return fmt.Errorf("remove an old backup: %w", err)
		}
		d.log.Info("old backup removed", "file", b.path)
	}
	return nil
}

// dated is a daily backup.
type dated struct {
	path string
	at   time.Time
}

// dailyBackups are those in a folder, the oldest first.
func dailyBackups(dir string) ([]dated, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []dated
	name := backupName()
	for _, entry := range entries {
		match := name.FindStringSubmatch(entry.Name())
		if match == nil || !entry.Type().IsRegular() {
			continue
		}
		if at, err := time.Parse(backupStamp, match[1]); err == nil {
			all = append(all, dated{filepath.Join(dir, entry.Name()), at})
		}
	}
	slices.SortFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	return all, nil
}

// backups looks at how old the newest backup is that was made daily.
func (r *Report) backups(c Config, l store.Looks, now time.Time) {
	if l.Where == "" {
		return
	}
	last := l.Backup
	switch age := now.Sub(last.At); {
	case c.Backups.Dir == "" && last.At.IsZero():
		r.add(bot.FindingNote, "Backups", "The bot makes none by itself.",
			"Set BACKUP_DIR, or run studyhall backup every day; see docs/backups.md.")
	case !last.FailedAt.IsZero():
		r.add(bot.FindingBroken, "Backups", "The last one failed "+inWords(now.Sub(last.FailedAt))+" ago: "+last.Fault+".",
			"Look at BACKUP_DIR: whether it is there, has room, and may be written to. It is tried every hour.")
	case last.At.IsZero():
		r.add(bot.FindingOK, "Backups", "None was made yet; the bot makes the first one when it starts.", "")
	case backupAhead(last.At, now):
		fix := "Look at this machine's clock. Then set BACKUP_DIR, or run studyhall backup every day; see docs/backups.md."
		if c.Backups.Dir != "" {
			fix = "Look at this machine's clock. That backup counts as none: the bot makes another within an hour, or when it starts."
		}
		r.add(bot.FindingNote, "Backups", "The newest one is dated in the future, "+last.At.UTC().Format("2 January 2006")+": a clock was ahead when it was made, or is behind now.", fix)
	case backupGone(c, last):
		r.add(bot.FindingNote, "Backups", "The newest one, "+last.File+", is not there any more.",
			"If nobody moved it to a safe place, make another now: studyhall backup FILE. The bot makes one a day.")
	case age > backupEvery+2*backupLook:
		r.add(bot.FindingNote, "Backups", "The newest one is "+inWords(age)+" old.",
			"While the bot runs with BACKUP_DIR set it makes one a day; see docs/backups.md.")
	default:
		r.add(bot.FindingOK, "Backups", "The newest one is "+inWords(age)+" old.", "")
	}
}

// backupGone reports whether the file of a backup isn't in the folder of backups any
// more. Of a folder that isn't that of this program, or can't be looked into,
// nothing is known: another machine may have made it.
func backupGone(c Config, last store.BackupNote) bool {
	if c.Backups.Dir == "" || last.File == "" || filepath.Dir(last.File) != filepath.Clean(c.Backups.Dir) {
		return false
	}
	if _, err := os.ReadDir(c.Backups.Dir); err != nil {
		return false
	}
	_, err := os.Lstat(last.File)
	return errors.Is(err, fs.ErrNotExist)
}

// integrity reads the whole database.
func (r *Report) integrity(ctx context.Context, c Config, o CheckUp, l store.Looks) {
	if l.Where == "" {
		return
	}
	if err := store.Sound(ctx, o.Log, c.Database.Reveal()); err != nil {
		r.add(bot.FindingBroken, "Integrity", err.Error()+".", "Stop the bot, keep a copy of the database, and restore the newest backup; see docs/backups.md.")
		return
	}
	r.add(bot.FindingOK, "Integrity", "Everything in the database can be read, and refers to what is there.", "")
}

func backupVariables() []Variable {
	return []Variable{
		{
			Group: "Backups", Name: "BACKUP_DIR",
			Doc:   "A folder into which the running program writes a backup a day; see docs/backups.md.",
			Where: "Best on another disk or machine; without it no backup is made by itself.",
			set:   func(c *Config, v string) error { c.Backups.Dir = v; return checkFolder(v) },
		}, {
			Group: "Backups", Name: "BACKUP_KEEP", Default: "14",
			Doc:   "For how many days daily backups are kept. The newest always stays, and other files are left alone.",
			Where: "A number from 1 to 3650.",
			set:   func(c *Config, v string) (err error) { c.Backups.Keep, err = parseDays(v); return err },
		}, {
			Group: "Backups", Name: "BACKUP_RECIPIENTS",
			Doc:   "Public keys of age for which backups are encrypted; without any they are not.",
			Where: "What `age-keygen -o key.txt` prints after \"Public key:\"; several with commas between. Keep key.txt somewhere else.",
			set:   func(c *Config, v string) (err error) { c.Backups.Recipients, err = ParseRecipients(v); return err },
		},
	}
}

func parseDays(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 3650 {
		return 0, fmt.Errorf("%q is not a number from 1 to 3650", v)
	}
	return n, nil
}
