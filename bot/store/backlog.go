package store

import (
	"context"
	"time"
)

// Backlog is what waits to be done, as far as it is counted: see [Store.Backlog].
type Backlog struct {
	Overdue  Pile            // due things whose time has come
	Waiting  map[string]Pile // messages to be sent, by adapter
	Behind   map[string]Pile // posts that show less than is wanted and may be edited, by adapter
	Refused  map[string]Pile // posts that a platform refused and that somebody can still mend, by adapter
	Unsent   map[string]Pile // private messages that could not be sent, by adapter
	Unpinned map[string]Pile // posts that are pinned though they shouldn't be, or the other way round, by adapter
}

// Pile is a number of things of one sort.
type Pile struct {
	Count int
	Since time.Time // since when the oldest has waited, in domain time; zero: nothing does, or it isn't known
}

// MostCounted is how many things of one sort are counted; where there are more,
// that many are told.
const MostCounted = 10_000

// Backlog counts what waits at a domain time. It reads what waits and nothing
// else, by indexes of just that, so its cost doesn't grow with what there is.
func (s *Store) Backlog(ctx context.Context, now time.Time) (b Backlog, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) (err error) {
		var since int64
		if err := q.row(ctx, `SELECT COUNT(*), COALESCE(MIN(at), 0) FROM
			(SELECT at FROM due WHERE state = 'waiting' AND at <= $1 ORDER BY at, rank LIMIT $2) AS first`, millis(now), MostCounted).
			scan(&b.Overdue.Count, &since); err != nil {
			return err
		}
		b.Overdue.Since = instant(since)
		for _, part := range []struct {
			into  *map[string]Pile
			query string
			args  []any
		}{
			{&b.Waiting, `SELECT adapter, at FROM deliveries WHERE state = 'waiting' ORDER BY adapter, run_at, at LIMIT $1`, nil},
			{&b.Behind, `SELECT adapter, edit_at AS at FROM deliveries WHERE state = 'sent' AND shown < wanted AND edit_at <= $2 ORDER BY adapter, edit_at LIMIT $1`, []any{millis(now)}},
			{&b.Refused, `SELECT adapter, ended_at AS at FROM (SELECT adapter, ended_at, person FROM deliveries WHERE state = 'parked' ORDER BY until LIMIT $1) AS refused WHERE NOT person`, nil},
			{&b.Unsent, `SELECT adapter, ended_at AS at FROM (SELECT adapter, ended_at, person FROM deliveries WHERE state = 'parked' ORDER BY until LIMIT $1) AS refused WHERE person`, nil},
			{&b.Unpinned, `SELECT adapter, 0 AS at FROM deliveries WHERE state = 'sent' AND pin_shown <> pin_wanted ORDER BY adapter, pin_run LIMIT $1`, nil},
		} {
			if *part.into, err = piles(ctx, q, part.query, append([]any{MostCounted}, part.args...)...); err != nil {
				return err
			}
		}
		return nil
	})
	return b, wrap("count what waits", err)
}

// piles counts rows of adapter and at, by adapter.
func piles(ctx context.Context, q querier, query string, args ...any) (map[string]Pile, error) {
	all := map[string]Pile{}
	err := visit(ctx, q, func(scan scanner) error {
		var adapter string
		var p Pile
		var since int64
		err := scan(&adapter, &p.Count, &since)
		p.Since = instant(since)
		all[adapter] = p
		return err
	}, `SELECT adapter, COUNT(*), MIN(at) FROM (`+query+`) AS first GROUP BY adapter`, args...)
	return all, err
}

// Writable reports whether the database takes a write, by making one. It says
// [ErrStorage] where the disk is full or read-only.
func (s *Store) Writable(ctx context.Context) error {
	return s.Put(ctx, "program", "writable", []byte{1}, time.Hour)
}
