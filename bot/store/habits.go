package store

import (
	"context"
	"errors"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
)

// readHabits are what a group chose, and its days without a question.
func readHabits(ctx context.Context, q querier, groupID string) (h group.Habits, skips []string, err error) {
	if _, err := found(q.row(ctx, `SELECT no_theme, weekly, quiet, discuss, keep_going, at_closing, pin, ping, ping_space, countdown, no_deadlines FROM habits WHERE group_id = $1`, groupID).
		scan(&h.NoTheme, &h.Weekly, &h.Quiet, &h.Discuss, &h.KeepGoing, &h.AtClosing, &h.Pin, &h.Ping, &h.PingSpace, &h.Countdown, &h.NoDeadlines)); err != nil {
		return h, nil, err
	}
	skips, err = skipDays(ctx, q, groupID)
	return h, skips, err
}

// skipDays are the local dates without a question, ascending.
func skipDays(ctx context.Context, q querier, groupID string) ([]string, error) {
	return list(ctx, q, column[string], `SELECT day FROM skip_days WHERE group_id = $1 ORDER BY day`, groupID)
}

// ChangeHabits implements [group.HabitStore].
func (s *Store) ChangeHabits(ctx context.Context, groupID string, change func(h *group.Habits), now time.Time) error {
	return wrap("keep habits", s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil || state == "" {
			return err
		}
		h, _, err := readHabits(ctx, tx, groupID)
		if err != nil {
			return err
		}
		went, pinned := h.KeepGoing, h.Pin
		change(&h)
		if _, err := tx.exec(ctx, `INSERT INTO habits (group_id, no_theme, weekly, quiet, discuss, keep_going, at_closing, pin, ping, ping_space, countdown, no_deadlines)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (group_id) DO UPDATE SET no_theme = excluded.no_theme, weekly = excluded.weekly, quiet = excluded.quiet,
				discuss = excluded.discuss, keep_going = excluded.keep_going, at_closing = excluded.at_closing, pin = excluded.pin,
				ping = excluded.ping, ping_space = excluded.ping_space,
				countdown = excluded.countdown, no_deadlines = excluded.no_deadlines`,
			groupID, h.NoTheme, h.Weekly, h.Quiet, string(h.Discuss), h.KeepGoing, h.AtClosing, h.Pin, string(h.Ping), string(h.PingSpace),
			h.Countdown, h.NoDeadlines); err != nil {
			return err
		}
		if h.Pin != pinned {
			if err := pinsChanged(ctx, tx, groupID, h.Pin, now); err != nil {
				return err
			}
		}
		if err := replan(ctx, tx, groupID, now); err != nil || !went {
			return err
		}
		return planOverdue(ctx, tx, groupID, now)
	}))
}

// errManySkips undoes what would be too many skip days.
var errManySkips = errors.New("too many skip days")

// AddSkipDays implements [group.HabitStore].
func (s *Store) AddSkipDays(ctx context.Context, groupID string, days []string, now time.Time) (ok bool, err error) {
	err = s.changeSkips(ctx, groupID, now, func(ctx context.Context, tx *tx) error {
		for _, day := range days {
			if _, err := tx.exec(ctx, `INSERT INTO skip_days (group_id, day, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				groupID, day, millis(now)); err != nil {
				return err
			}
		}
		var n int
		err := tx.row(ctx, `SELECT COUNT(*) FROM skip_days WHERE group_id = $1 AND day >= $2`, groupID,
			now.AddDate(0, 0, -1).UTC().Format(time.DateOnly)).scan(&n)
		if err == nil && n > group.MostSkipDays {
			err = errManySkips
		}
		return err
	})
	if errors.Is(err, errManySkips) {
		return false, nil
	}
	return err == nil, wrap("add skip days", err)
}

// DropSkipDays implements [group.HabitStore].
func (s *Store) DropSkipDays(ctx context.Context, groupID string, days []string, now time.Time) error {
	return wrap("drop skip days", s.changeSkips(ctx, groupID, now, func(ctx context.Context, tx *tx) error {
		for _, day := range days {
			if _, err := tx.exec(ctx, `DELETE FROM skip_days WHERE group_id = $1 AND day = $2`, groupID, day); err != nil {
				return err
			}
		}
		return nil
	}))
}

// changeSkips changes a group's skip days and plans by them.
func (s *Store) changeSkips(ctx context.Context, groupID string, now time.Time, change func(context.Context, *tx) error) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error {
		state, err := lockGroup(ctx, tx, groupID)
		if err != nil || state == "" {
			return err
		}
		if err := change(ctx, tx); err != nil {
			return err
		}
		return replan(ctx, tx, groupID, now)
	})
}

// Week implements [practice.ThemeStore].
func (s *Store) Week(ctx context.Context, groupID, trackID string) (w practice.Week, err error) {
	var begun, season int64
	err = s.read(ctx).row(ctx, `SELECT g.week, g.zone, COALESCE(w.begun_at, g.started_at), g.started_at,
			COALESCE((SELECT r.planned_at FROM rounds r WHERE r.track_id = $2 ORDER BY r.number LIMIT 1), g.started_at) < g.started_at,
			COALESCE(h.no_theme, FALSE), t.area IS NOT NULL, COALESCE(t.area, ''),
			(SELECT COUNT(*) FROM rounds r WHERE r.group_id = $1 AND r.planned_at >= COALESCE(w.begun_at, g.started_at)
				AND r.track_id = $2 AND r.state <> 'skipped'),
			(SELECT COUNT(*) FROM rounds r WHERE r.group_id = $1 AND r.planned_at >= COALESCE(w.begun_at, g.started_at)
				AND r.track_id = $2 AND r.state <> 'skipped' AND r.chosen <> '')
		FROM groups g LEFT JOIN weeks w ON w.group_id = g.id AND w.number = g.week
		LEFT JOIN habits h ON h.group_id = g.id
		LEFT JOIN themes t ON t.track_id = $2 AND t.week = g.week
		WHERE g.id = $1`, groupID, trackID).
		scan(&w.Number, &w.Zone, &begun, &season, &w.Later, &w.Off, &w.Kept, &w.Theme.Area, &w.Asked, &w.Themed)
	w.Begun, w.Season = instant(begun), instant(season)
	w.Theme.Review = w.Kept && w.Theme.Area == ""
	return w, wrap("read week", err)
}

// KeepTheme implements [practice.ThemeStore].
func (s *Store) KeepTheme(ctx context.Context, trackID string, week int, t practice.Theme) error {
	_, err := s.change(ctx, `INSERT INTO themes (track_id, week, area) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, trackID, week, t.Area)
	return wrap("keep theme", err)
}
