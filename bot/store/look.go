package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// Looks is what a database looks like to somebody who changes nothing.
type Looks struct {
	Where string // names it, without secrets
	Empty bool   // there is nothing in it yet
	Level int64  // of its schema
	Known int64  // newest level that this program knows
	Size  int64  // bytes
	// Denied is why the program may not write to it, or make it: [ErrForbidden] with
	// what the system says of a SQLite file or its folder. nil: nothing is known against it.
	Denied error

	// What follows is read only where Level is at least Known.
	Groups    int             // all, whatever their state
	Gone      int             // those whose channels are all gone
	Channels  []bot.ChannelID // that groups are in, oldest first
	Wants     []Wants         // what groups want of posts there beyond the post itself
	Next      time.Time       // when the next post in a channel is due; zero: none
	Overdue   int             // due things whose time has come
	Since     time.Time       // of the oldest of them
	Waiting   int             // messages to be sent
	Oldest    time.Time       // from when the oldest of them was owed
	Refused   []Refused       // posts that a platform refused and that somebody can still mend
	Unreached int             // private messages that could not be sent, in 7 days
	Backup    BackupNote      // of the backups that the program makes by itself
}

// Wants is what a group wants of its posts in a channel.
type Wants struct {
	Channel bot.ChannelID
	Pin     bool           // open questions are pinned
	Ping    bot.AudienceID // who is notified of new ones; "" for nobody
}

// Refused is why posts could not be sent.
type Refused struct {
	Posts int
	Cause string
	Fix   string // without a full stop
}

// Look reads what a database looks like, without migrating or changing anything.
// The error is that of [Open] where it would refuse the database.
func Look(ctx context.Context, log *slog.Logger, url string, now time.Time) (l Looks, err error) {
	t, err := parseURL(url)
	if err != nil {
		return l, err
	}
	if l.Known, err = newest(embedded()); err != nil {
		return l, err
	}
	s := &Store{log: log, engine: t.engine, real: time.Now}
	if t.engine == enginePostgres {
		if err = s.openPostgres(ctx, t, Options{Connections: 2}); err == nil {
			if l.Level, err = s.level(ctx, s.readDB); err == nil {
				err = s.refuseNewer(ctx, s.readDB, l.Level, l.Known)
			}
		}
	} else if l.Level, err = s.inspectSQLite(ctx, t.path, l.Known); err == nil && l.Level > 0 {
		s.readDB, err = openPool(ctx, t.path, plainParams(), 1)
	}
	l.Where = s.where
	if s.readDB != nil {
		defer func() { err = errors.Join(err, s.readDB.Close()) }()
		s.reads = plain{db: s.readDB}
	}
	if err != nil {
		return l, s.explain(err)
	}
	if t.engine == engineSQLite {
		if why := denied(t.path); why != nil {
			l.Denied = fmt.Errorf("%w: %w", ErrForbidden, why)
		}
	}
	if l.Empty = l.Level == 0; l.Empty {
		return l, nil
	}
	if l.Size, err = s.size(ctx, t); err != nil || l.Level < l.Known {
		return l, err
	}
	if l.Backup, err = s.LastBackup(ctx); err != nil {
		return l, err
	}
	return l, wrap("look at "+s.where, s.look(ctx, &l, now))
}

// size is the bytes that the database takes, with what is not yet in SQLite's
// main file.
func (s *Store) size(ctx context.Context, t target) (n int64, err error) {
	if t.engine == enginePostgres {
		err = s.read(ctx).row(ctx, `SELECT pg_database_size(current_database())`).scan(&n)
		return n, wrap("ask for the size", err)
	}
	for _, path := range []string{t.path, t.path + "-wal"} {
		if info, err := os.Stat(path); err == nil {
			n += info.Size()
		}
	}
	return n, nil
}

// unreachedFor is for how long private messages that failed are counted.
const unreachedFor = 7 * 24 * time.Hour

// nextPost asks when the next post in a channel is due, after a time.
const nextPost = `SELECT COALESCE(MIN(at), 0) FROM due WHERE state = 'waiting' AND at > $1 AND substr(lane, 1, 6) = 'group/' AND rank >= $2 AND rank < $3`

// Outlook is when the next post in a channel is due, zero for none, and how many
// groups there are.
func (s *Store) Outlook(ctx context.Context, now time.Time) (next time.Time, groups int, err error) {
	var at int64
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		if err := q.row(ctx, nextPost, millis(now), schedule.RankSumUp, schedule.RankOther).scan(&at); err != nil {
			return err
		}
		return q.row(ctx, `SELECT COUNT(*) FROM groups`).scan(&groups)
	})
	return instant(at), groups, wrap("look ahead", err)
}

func (s *Store) look(ctx context.Context, l *Looks, now time.Time) error {
	return s.view(ctx, func(ctx context.Context, q querier) (err error) {
		var next, since, oldest int64
		for _, part := range []struct {
			into  []any
			query string
			args  []any
		}{
			{[]any{&l.Groups, &l.Gone}, `SELECT COUNT(*), COUNT(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM channels c WHERE c.group_id = g.id AND NOT c.gone))
				FROM groups g`, nil},
			{[]any{&next}, nextPost, []any{millis(now), schedule.RankSumUp, schedule.RankOther}},
			{[]any{&l.Overdue, &since}, `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM due WHERE state = 'waiting' AND at <= $1`, []any{millis(now)}},
			{[]any{&l.Waiting, &oldest}, `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM deliveries WHERE state = 'waiting'`, nil},
			{[]any{&l.Unreached}, `SELECT COUNT(*) FROM deliveries WHERE state = 'parked' AND person AND ended_at > $1`, []any{millis(now.Add(-unreachedFor))}},
		} {
			if err := q.row(ctx, part.query, part.args...).scan(part.into...); err != nil {
				return err
			}
		}
		l.Next, l.Since, l.Oldest = instant(next), instant(since), instant(oldest)
		if l.Channels, err = list(ctx, q, column[bot.ChannelID], `SELECT id FROM channels WHERE NOT gone ORDER BY bound_at, id`); err != nil {
			return err
		}
		if l.Wants, err = list(ctx, q, func(scan scanner) (w Wants, err error) {
			err = scan(&w.Channel, &w.Pin, &w.Ping)
			return w, err
		}, `SELECT c.id, h.pin, CASE WHEN h.ping_space = c.space_id THEN h.ping ELSE '' END FROM channels c
			JOIN habits h ON h.group_id = c.group_id WHERE NOT c.gone AND (h.pin OR h.ping <> '') ORDER BY c.bound_at, c.id`); err != nil {
			return err
		}
		l.Refused, err = list(ctx, q, func(scan scanner) (r Refused, err error) {
			err = scan(&r.Posts, &r.Cause, &r.Fix)
			return r, err
		}, `SELECT COUNT(*), reason, fix FROM deliveries WHERE state = 'parked' AND NOT person AND (until = 0 OR until > $1)
			GROUP BY reason, fix ORDER BY COUNT(*) DESC, reason, fix LIMIT 5`, millis(now))
		return err
	})
}

// InWords is the size as people say it.
func (l Looks) InWords() string {
	switch {
	case l.Size >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(l.Size)/(1<<30))
	case l.Size >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(l.Size)/(1<<20))
	}
	return fmt.Sprintf("%d kB", l.Size>>10)
}
