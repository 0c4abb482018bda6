package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot/board"
	"studyhall/bot/group"
)

var _ board.Store = (*Store)(nil)

// Calendar implements [board.Store].
func (s *Store) Calendar(ctx context.Context, groupID string, now time.Time) (c board.Calendar, err error) {
	var zone string
	var begun int64
	err = s.read(ctx).row(ctx, `SELECT g.week, g.month, g.zone, g.started_at, COALESCE(w.begun_at, 0)
		FROM groups g LEFT JOIN weeks w ON w.group_id = g.id AND w.number = g.week WHERE g.id = $1`, groupID).
		scan(&c.Week, &c.Month, &zone, &c.Season, &begun)
	c.Begun = instant(begun)
	c.Month = max(c.Month, board.MonthOf(now, group.Group{Zone: zone}.Location()))
	return c, wrap("read calendar", err)
}

// GroupTracks implements [board.Store].
func (s *Store) GroupTracks(ctx context.Context, groupID, memberID string) ([]board.Track, error) {
	var current, others []board.Track
	err := s.view(ctx, func(ctx context.Context, q querier) error {
		current, others = nil, nil
		all, err := list(ctx, q, func(scan scanner) (t board.Track, err error) {
			err = scan(&t.ID, &t.Group, &t.Certification, &t.Outline, &t.WindowFrom, &t.WindowTo, &t.Rounds, &t.Wide, &t.Own, &t.Current)
			return t, err
		}, `SELECT `+trackColumns+`, EXISTS (SELECT 1 FROM schedules s WHERE s.track_id = t.id AND s.kind = $2)
			FROM tracks t WHERE t.group_id = $1
			ORDER BY COALESCE((SELECT MIN(s.place) FROM schedules s WHERE s.track_id = t.id AND s.kind = $2), 99), t.id`, groupID, group.KindQuestion)
		if err != nil {
			return err
		}
		for _, t := range all {
			switch {
			case t.Current:
				current = append(current, t)
			case t.Rounds > 0:
				others = append(others, t)
			}
		}
		if len(current) < 2 {
			return nil
		}
		last, err := lastTrack(ctx, q, groupID, memberID)
		if err != nil {
			return err
		}
		for n, t := range current {
			if t.ID == last {
				copy(current[1:n+1], current[:n])
				current[0] = t
			}
		}
		return nil
	})
	return append(current, others...), wrap("read tracks", err)
}

// TrackGroup implements [board.Store].
func (s *Store) TrackGroup(ctx context.Context, trackID string) (groupID string, ok bool, err error) {
	ok, err = found(s.read(ctx).row(ctx, `SELECT group_id FROM tracks WHERE id = $1`, trackID).scan(&groupID))
	return groupID, ok, wrap("read group of track", err)
}

// sums is where the totals of a period are: a table x, its column of points, and
// the condition with the argument that picks the period.
func sums(p board.Period) (table, points, condition string, arg any) {
	switch p.Span {
	case board.Month:
		return "standings x", "x.month_points", "x.month = $2", p.Month
	case board.Season:
		return "standings x", "x.season_points", "x.season = $2", p.Season
	case board.All:
		return "standings x", "x.points", "x.points >= $2", 1
	}
	return "week_points x", "x.points", "x.week = $2", p.Week
}

// tallies counts who has how many points.
func tallies(ctx context.Context, q querier, trackID string, p board.Period) ([]board.Tally, error) {
	table, points, condition, arg := sums(p)
	return list(ctx, q, func(scan scanner) (t board.Tally, err error) {
		err = scan(&t.Points, &t.People)
		return t, err
	}, `SELECT `+points+`, COUNT(*) FROM `+table+` WHERE x.track_id = $1 AND `+condition+` AND `+points+` > 0
		GROUP BY `+points+` ORDER BY `+points+` DESC`, trackID, arg)
}

// unplaced are the points of those who take no place. The left join begins with
// these few; the other way round, SQLite would look up everybody with points.
func unplaced(ctx context.Context, q querier, groupID, trackID string, p board.Period) ([]int, error) {
	table, points, condition, arg := sums(p)
	all, err := list(ctx, q, column[int], `SELECT COALESCE(`+points+`, 0) FROM memberships ms
		LEFT JOIN `+table+` ON x.track_id = $1 AND x.member_id = ms.member_id AND `+condition+`
		WHERE ms.group_id = $3 AND (ms.hidden OR ms.mentor)`, trackID, arg, groupID)
	return slices.DeleteFunc(all, func(points int) bool { return points == 0 }), err
}

// Placed implements [board.Store].
func (s *Store) Placed(ctx context.Context, groupID, trackID string, p board.Period, from int) ([]board.Entry, error) {
	table, points, condition, arg := sums(p)
	entries, err := list(ctx, s.read(ctx), func(scan scanner) (e board.Entry, err error) {
		var n board.Naming
		err = scan(&e.Member, &n.Own, &n.Board, &e.Points)
		e.Name = n.Shown()
		return e, err
	}, `SELECT x.member_id, `+nameIn+`, ms.board_name, `+points+` FROM `+table+`
		JOIN memberships ms ON ms.group_id = $3 AND ms.member_id = x.member_id AND NOT (ms.hidden OR ms.mentor)
		JOIN members m ON m.id = x.member_id
		WHERE x.track_id = $1 AND `+condition+` AND `+points+` >= $4`, trackID, arg, groupID, from)
	return entries, wrap("read places", err)
}

// Sheet implements [board.Store].
func (s *Store) Sheet(ctx context.Context, groupID, trackID, memberID string, p board.Period) (sheet board.Sheet, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) (err error) {
		if sheet.Tallies, err = tallies(ctx, q, trackID, p); err != nil {
			return err
		}
		if sheet.Unplaced, err = unplaced(ctx, q, groupID, trackID, p); err != nil {
			return err
		}
		table, points, condition, arg := sums(p)
		if _, err := found(q.row(ctx, `SELECT `+points+` FROM `+table+` WHERE x.track_id = $1 AND `+condition+` AND x.member_id = $3`,
			trackID, arg, memberID).scan(&sheet.Points)); err != nil {
			return err
		}
		if sheet.Naming, err = naming(ctx, q, groupID, memberID); err != nil {
			return err
		}
		if sheet.Open, err = openQuestions(ctx, q, trackID, memberID); err != nil {
			return err
		}
		if p.Span == board.Week {
			before, err := weeksBefore(ctx, q, groupID, trackID, memberID, p.Week)
			if err != nil {
				return err
			}
			sheet.Before = before[memberID]
			var one int
			if sheet.Earlier, err = found(q.row(ctx, `SELECT 1 FROM week_points WHERE track_id = $1 AND week = $2 AND points > 0 LIMIT 1`,
				trackID, p.Week-1).scan(&one)); err != nil {
				return err
			}
		}
		if len(sheet.Tallies) > 0 || len(sheet.Open) > 0 {
			return nil
		}
		var next int64
		err = q.row(ctx, `SELECT COALESCE(MIN(d.at), 0) FROM schedules s JOIN due d ON d.kind = s.kind AND d.subject = s.id AND d.state = 'waiting'
			WHERE s.track_id = $1 AND s.kind = $2`, trackID, group.KindQuestion).scan(&next)
		sheet.Next = instant(next)
		return err
	})
	return sheet, wrap("read board", err)
}

// openQuestions are a track's open questions, and whether a member answered them.
func openQuestions(ctx context.Context, q querier, trackID, memberID string) ([]board.Open, error) {
	return list(ctx, q, func(scan scanner) (o board.Open, err error) {
		var closes int64
		err = scan(&closes, &o.Answered)
		o.Closes = instant(closes)
		return o, err
	}, `SELECT r.closes_at, a.id IS NOT NULL
		FROM rounds r LEFT JOIN answers a ON a.round_id = r.id AND a.member_id = $2
		WHERE r.track_id = $1 AND r.state = 'open' ORDER BY r.closes_at, r.number`, trackID, memberID)
}

// Naming implements [board.Store].
func (s *Store) Naming(ctx context.Context, groupID, memberID string) (board.Naming, error) {
	n, err := naming(ctx, s.read(ctx), groupID, memberID)
	return n, wrap("read name", err)
}

func naming(ctx context.Context, q querier, groupID, memberID string) (n board.Naming, err error) {
	_, err = found(q.row(ctx, `SELECT `+nameIn+`, ms.board_name, ms.hidden, ms.mentor FROM memberships ms JOIN members m ON m.id = ms.member_id
		WHERE ms.group_id = $1 AND ms.member_id = $2`, groupID, memberID).scan(&n.Own, &n.Board, &n.Hidden, &n.Mentor))
	return n, err
}

// Namings implements [board.Store].
func (s *Store) Namings(ctx context.Context, groupID string, members []string) (map[string]board.Naming, error) {
	names := map[string]board.Naming{}
	err := s.view(ctx, func(ctx context.Context, q querier) error {
		for _, m := range members {
			n, err := naming(ctx, q, groupID, m)
			if err != nil {
				return err
			}
			if n.Own != "" {
				names[m] = n
			}
		}
		return nil
	})
	return names, wrap("read names", err)
}

// Rename implements [board.Store].
func (s *Store) Rename(ctx context.Context, groupID, memberID, name string, hidden bool) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = true
		if name != "" && !hidden { // nobody takes a name while another is given away
			if _, err := lockGroup(ctx, tx, groupID); err != nil {
				return err
			}
			others, err := list(ctx, tx, func(scan scanner) (n board.Naming, err error) {
				err = scan(&n.Own, &n.Board)
				return n, err
			}, `SELECT `+nameIn+`, ms.board_name FROM memberships ms JOIN members m ON m.id = ms.member_id
				WHERE ms.group_id = $1 AND ms.member_id <> $2`, groupID, memberID)
			if err != nil {
				return err
			}
			for _, n := range others {
				if strings.EqualFold(n.Own, name) || strings.EqualFold(n.Board, name) {
					ok = false
					return nil
				}
			}
		}
		if _, err := tx.exec(ctx, `UPDATE memberships SET board_name = $3, hidden = $4 WHERE group_id = $1 AND member_id = $2`,
			groupID, memberID, name, hidden); err != nil {
			return err
		}
		return wishedAnew(ctx, tx, groupID, memberID)
	})
	return ok && err == nil, wrap("rename on boards", err)
}
