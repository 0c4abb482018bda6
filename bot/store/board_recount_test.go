package store

import (
	"context"
	"time"

	"studyhall/bot/schedule"
)

// Recount works out from the answers alone what each member of a track has
// earned in each week: the totals must say the same.
func (s *Store) Recount(ctx context.Context, trackID string) (map[string]map[int]int, error) {
	return s.weekly(ctx, `SELECT x.member_id, x.week, CAST(SUM(x.points) AS BIGINT) FROM (
		SELECT a.member_id, r.week, CASE WHEN a.credit = 'wrong' THEN 1 WHEN 'right' IN (a.verdict, a.credit) OR a.credit = 'void' THEN 3
				WHEN 'partly' IN (a.verdict, a.credit) THEN 2 ELSE 1 END AS points
			FROM rounds r JOIN answers a ON a.round_id = r.id WHERE r.track_id = $1 AND r.state = 'closed' AND NOT a.caught_up
		UNION ALL SELECT a.member_id, e.week, 1 FROM answers a JOIN earnings e ON e.id = a.id WHERE a.track_id = $1 AND a.caught_up
		UNION ALL SELECT e.member_id, e.week, 3 FROM reports r JOIN earnings e ON e.id = r.id AND e.member_id = r.member_id
			WHERE e.track_id = $1 AND r.state = 'right' AND r.points > 0
		UNION ALL SELECT e.member_id, e.week, 3 FROM suggestions n JOIN earnings e ON e.id = n.id WHERE e.track_id = $1 AND n.state IN ('accepted', 'stopped') AND n.points > 0
		UNION ALL SELECT p.member_id, p.week, CASE WHEN p.practised >= 50 THEN 5 ELSE p.practised / 10 END FROM (
			SELECT i.member_id, e.week, CAST(SUM(i.answered) AS BIGINT) AS practised FROM sessions i JOIN earnings e ON e.id = i.id
				WHERE i.track_id = $1 AND i.state = 'ended' GROUP BY i.member_id, e.week) AS p) AS x
		GROUP BY x.member_id, x.week`, trackID)
}

// Totals are the totals by week as they are kept.
func (s *Store) Totals(ctx context.Context, trackID string) (map[string]map[int]int, error) {
	return s.weekly(ctx, `SELECT member_id, week, points FROM week_points WHERE track_id = $1`, trackID)
}

func (s *Store) weekly(ctx context.Context, query, trackID string) (map[string]map[int]int, error) {
	by := map[string]map[int]int{}
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var member string
		var week, points int
		err := scan(&member, &week, &points)
		if points > 0 {
			if by[member] == nil {
				by[member] = map[int]int{}
			}
			by[member][week] = points
		}
		return err
	}, query, trackID)
	return by, err
}

// WaitingDue is what waits of a subject, the first first.
func (s *Store) WaitingDue(ctx context.Context, kind, subject string) (schedule.Due, bool, error) {
	var d schedule.Due
	d, err := readDue(s.read(ctx).row(ctx, `SELECT `+dueColumns+` FROM due
		WHERE kind = $1 AND subject = $2 AND state = 'waiting' ORDER BY at LIMIT 1`, kind, subject).scan)
	ok, err := found(err)
	return d, ok, err
}

// Forget makes a group as a program without boards has left it.
func (s *Store) Forget(ctx context.Context, groupID string) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error {
		for _, text := range []string{
			`UPDATE groups SET week = 0, month = '' WHERE id = $1`,
			`UPDATE rounds SET week = 0, month = '' WHERE group_id = $1`,
			`DELETE FROM weeks WHERE group_id = $1`,
			`DELETE FROM earnings WHERE group_id = $1`,
			`DELETE FROM week_points WHERE track_id IN (SELECT id FROM tracks WHERE group_id = $1)`,
			`DELETE FROM standings WHERE track_id IN (SELECT id FROM tracks WHERE group_id = $1)`,
			`DELETE FROM due WHERE kind = 'weekly' AND subject IN (SELECT id FROM schedules WHERE group_id = $1)`,
			`DELETE FROM schedules WHERE kind = 'weekly' AND group_id = $1`,
		} {
			if _, err := tx.exec(ctx, text, groupID); err != nil {
				return err
			}
		}
		return nil
	})
}

// MakeMentor lets a member take no place.
func (s *Store) MakeMentor(ctx context.Context, groupID, memberID string) error {
	_, err := s.change(ctx, `UPDATE memberships SET mentor = TRUE WHERE group_id = $1 AND member_id = $2`, groupID, memberID)
	return err
}

// PracticeAnswers counts a member's practice answers on a track in sessions that
// ended from one instant on and before another: what practice points are made of.
func (s *Store) PracticeAnswers(ctx context.Context, trackID, memberID string, from, to time.Time) (n int, err error) {
	err = s.read(ctx).row(ctx, `SELECT CAST(COALESCE(SUM(answered), 0) AS BIGINT) FROM sessions
		WHERE member_id = $1 AND track_id = $2 AND kind IN ('practice', 'review', 'mock') AND ended_at >= $3 AND ended_at < $4 AND ended_at > 0`,
		memberID, trackID, millis(from), millis(to)).scan(&n)
	return n, wrap("count practice answers", err)
}

// PracticeByMember is [Store.PracticeAnswers] of everybody who has any.
func (s *Store) PracticeByMember(ctx context.Context, trackID string, from, to time.Time) (map[string]int, error) {
	by := map[string]int{}
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var member string
		var n int
		err := scan(&member, &n)
		by[member] = n
		return err
	}, `SELECT member_id, CAST(SUM(answered) AS BIGINT) FROM sessions
		WHERE track_id = $1 AND kind IN ('practice', 'review', 'mock') AND ended_at >= $2 AND ended_at < $3 AND ended_at > 0 AND answered > 0
		GROUP BY member_id`, trackID, millis(from), millis(to))
	return by, wrap("count practice answers", err)
}
