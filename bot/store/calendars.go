package store

import (
	"context"
	"time"

	"studyhall/bot/papers"
	"studyhall/bot/renewal"
)

const calendarColumns = `SELECT c.hash, c.member_id, c.group_id, c.made_at, c.version, c.changed_at FROM calendars c `

func readCalendar(scan scanner) (c papers.Calendar, err error) {
	var made, changed int64
	err = scan(&c.Hash, &c.Member, &c.Group, &made, &c.Version, &changed)
	c.MadeAt, c.ChangedAt = instant(made), instant(changed)
	return c, err
}

// Calendars implements [papers.CalendarStore].
func (s *Store) Calendars(ctx context.Context, member string) ([]papers.Calendar, error) {
	all, err := list(ctx, s.read(ctx), readCalendar, calendarColumns+`WHERE c.member_id = $1 ORDER BY c.group_id`, member)
	return all, wrap("read calendars", err)
}

// SetCalendar implements [papers.CalendarStore].
func (s *Store) SetCalendar(ctx context.Context, c papers.Calendar, replaces string) (ok bool, err error) {
	err = s.ofMember(ctx, "make calendar", c.Member, func(ctx context.Context, tx *tx) error {
		ok = false
		var one string
		if c.Group != "" {
			in, err := found(tx.row(ctx, `SELECT group_id FROM memberships WHERE group_id = $1 AND member_id = $2`, c.Group, c.Member).scan(&one))
			if err != nil {
				return err
			}
			if !in {
				return renewal.ErrGone
			}
		}
		n, err := tx.exec(ctx, `DELETE FROM calendars WHERE member_id = $1 AND group_id = $2 AND hash = $3`, c.Member, c.Group, replaces)
		if err != nil || replaces != "" && n == 0 {
			return err
		}
		n, err = tx.exec(ctx, `INSERT INTO calendars (hash, member_id, group_id, made_at, changed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			c.Hash, c.Member, c.Group, millis(c.MadeAt), millis(c.ChangedAt))
		ok = n == 1
		return err
	})
	return ok && err == nil, err
}

// DropCalendar implements [papers.CalendarStore].
func (s *Store) DropCalendar(ctx context.Context, member, group string) error {
	_, err := s.change(ctx, `DELETE FROM calendars WHERE member_id = $1 AND group_id = $2`, member, group)
	return wrap("drop calendar", err)
}

// CalendarAt implements [papers.CalendarStore].
func (s *Store) CalendarAt(ctx context.Context, hash string) (papers.Calendar, bool, error) {
	c, err := readCalendar(s.read(ctx).row(ctx, calendarColumns+`WHERE c.hash = $1 AND (c.group_id = ''
		OR EXISTS (SELECT 1 FROM memberships ms WHERE ms.group_id = c.group_id AND ms.member_id = c.member_id))`, hash).scan)
	ok, err := found(err)
	return c, ok, wrap("read calendar", err)
}

// CalendarSays implements [papers.CalendarStore]. Of two who see the same change at
// once, the first says when it was.
func (s *Store) CalendarSays(ctx context.Context, hash, version string, now time.Time) (since time.Time, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `UPDATE calendars SET version = $2, changed_at = $3 WHERE hash = $1 AND version <> $2`, hash, version, millis(now)); err != nil {
			return err
		}
		var at int64
		there, err := found(tx.row(ctx, `SELECT changed_at FROM calendars WHERE hash = $1`, hash).scan(&at))
		since = instant(at)
		if !there { // switched off just now
			since = now
		}
		return err
	})
	return since, wrap("note what a calendar says", err)
}

// SharedDays implements [papers.CalendarStore].
func (s *Store) SharedDays(ctx context.Context, group string) ([]papers.SharedDay, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (d papers.SharedDay, err error) {
		err = scan(&d.Certification, &d.Day, &d.People)
		return d, err
	}, `SELECT e.certification, e.day_from, COUNT(DISTINCT e.member_id) FROM exam_shares x JOIN exams e ON e.id = x.exam_id
			JOIN memberships ms ON ms.group_id = x.group_id AND ms.member_id = e.member_id
		WHERE x.group_id = $1 AND e.state = 'planned' AND e.day_from = e.day_to
		GROUP BY e.certification, e.day_from ORDER BY e.day_from, e.certification`, group)
	return all, wrap("read shared exam dates", err)
}
