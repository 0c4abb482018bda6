package store

import (
	"context"
	"time"

	"studyhall/bot/board"
	"studyhall/bot/group"
)

// ReportFacts implements [board.ReportStore].
func (s *Store) ReportFacts(ctx context.Context, groupID string, since time.Time) (f board.ReportFacts, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		f = board.ReportFacts{}
		if err := q.row(ctx, `SELECT
				(SELECT COUNT(DISTINCT a.member_id) FROM answers a WHERE a.group_id = g.id AND a.answered_at > $2),
				(SELECT COUNT(*) FROM rounds r WHERE r.group_id = g.id AND r.planned_at >= g.started_at AND r.state = 'closed'),
				(SELECT COUNT(*) FROM rounds r JOIN answers a ON a.round_id = r.id
					WHERE r.group_id = g.id AND r.planned_at >= g.started_at AND r.state = 'closed')
			FROM groups g WHERE g.id = $1`, groupID, millis(since)).scan(&f.Active, &f.Questions, &f.Answers); err != nil {
			return err
		}
		if f.Tracks, err = list(ctx, q, readTrack, `SELECT `+trackColumns+` FROM tracks t
			JOIN schedules s ON s.track_id = t.id AND s.kind = $2 WHERE t.group_id = $1 ORDER BY t.id`, groupID, group.KindQuestion); err != nil {
			return err
		}
		if f.Areas, err = reportAreas(ctx, q, groupID, since); err != nil {
			return err
		}
		f.Named, err = list(ctx, q, func(scan scanner) (n board.Naming, err error) {
			err = scan(&n.Own, &n.Board)
			return n, err
		}, `SELECT m.name, ms.board_name FROM memberships ms JOIN members m ON m.id = ms.member_id
			WHERE ms.group_id = $1 AND ms.reported AND EXISTS (SELECT 1 FROM answers a
				WHERE a.member_id = ms.member_id AND a.group_id = $1 AND a.answered_at > $2)`, groupID, millis(since))
		return err
	})
	return f, wrap("read report", err)
}

// reportAreas counts closed questions by area: of the season, and answers since
// an instant.
func reportAreas(ctx context.Context, q querier, groupID string, since time.Time) ([]board.AreaFacts, error) {
	type answers struct{ different, answers, right, people int }
	lately := map[[2]string]answers{}
	err := visit(ctx, q, func(scan scanner) error {
		var key [2]string
		var a answers
		err := scan(&key[0], &key[1], &a.different, &a.answers, &a.right, &a.people)
		lately[key] = a
		return err
	}, `SELECT r.track_id, r.domain, COUNT(DISTINCT r.item_id), COUNT(*),
			CAST(COALESCE(SUM(CASE WHEN a.verdict = 'right' THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(DISTINCT a.member_id)
		FROM rounds r JOIN answers a ON a.round_id = r.id AND NOT a.caught_up AND a.credit <> 'void'
		WHERE r.group_id = $1 AND r.planned_at > $2 AND r.state = 'closed' GROUP BY r.track_id, r.domain`, groupID, millis(since))
	if err != nil {
		return nil, err
	}
	return list(ctx, q, func(scan scanner) (a board.AreaFacts, err error) {
		err = scan(&a.Track, &a.Domain, &a.Questions)
		l := lately[[2]string{a.Track, a.Domain}]
		a.Different, a.Answers, a.Right, a.People = l.different, l.answers, l.right, l.people
		return a, err
	}, `SELECT r.track_id, r.domain, COUNT(*) FROM groups g
		JOIN rounds r ON r.group_id = g.id AND r.planned_at >= g.started_at AND r.state = 'closed'
		WHERE g.id = $1 GROUP BY r.track_id, r.domain ORDER BY r.track_id, r.domain`, groupID)
}

// Reported implements [board.ReportStore].
func (s *Store) Reported(ctx context.Context, groupID, memberID string) (reported bool, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT reported FROM memberships WHERE group_id = $1 AND member_id = $2`, groupID, memberID).scan(&reported))
	return reported, wrap("read report setting", err)
}

// SetReported implements [board.ReportStore].
func (s *Store) SetReported(ctx context.Context, groupID, memberID string, named bool) error {
	_, err := s.change(ctx, `UPDATE memberships SET reported = $3 WHERE group_id = $1 AND member_id = $2`, groupID, memberID, named)
	return wrap("set report setting", err)
}
