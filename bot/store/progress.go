package store

import (
	"context"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/practice"
)

var _ practice.ProgressStore = (*Store)(nil)

// AreaCounts implements [practice.ProgressStore]. An answer knows its area by
// the round or the session in which it was given; any other one gives its item.
func (s *Store) AreaCounts(ctx context.Context, t group.Track, memberID string) ([]practice.AreaCount, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (c practice.AreaCount, err error) {
		err = scan(&c.Domain, &c.Item, &c.Questions, &c.Right)
		return c, err
	}, `SELECT x.domain, x.item, COUNT(*), CAST(SUM(CASE WHEN x.verdict = 'right' THEN 1 ELSE 0 END) AS BIGINT)
		FROM (SELECT COALESCE(r.domain, i.domain, '') AS domain, CASE WHEN r.id IS NULL AND i.item_id IS NULL THEN a.item_id ELSE '' END AS item, a.verdict,
				ROW_NUMBER() OVER (PARTITION BY a.item_id ORDER BY a.answered_at DESC, a.id) AS newest
			FROM answers a LEFT JOIN rounds r ON r.id = a.round_id
			LEFT JOIN session_items i ON i.session_id = a.session_id AND i.item_id = a.item_id
			WHERE a.member_id = $1 AND a.group_id = $2 AND a.track_id = $3 AND a.credit <> 'void'
				AND NOT COALESCE(`+secret+`, FALSE)) x
		WHERE x.newest = 1 GROUP BY x.domain, x.item ORDER BY x.domain, x.item`, memberID, t.Group, t.ID)
	return all, wrap("count answers by area", err)
}

// GradedSince implements [practice.ProgressStore].
func (s *Store) GradedSince(ctx context.Context, t group.Track, memberID string, since time.Time) ([]practice.Graded, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (g practice.Graded, err error) {
		var at int64
		err = scan(&at, &g.Verdict)
		g.At = instant(at)
		return g, err
	}, `SELECT a.answered_at, a.verdict FROM answers a LEFT JOIN rounds r ON r.id = a.round_id
		WHERE a.member_id = $1 AND a.group_id = $2 AND a.track_id = $3 AND a.answered_at >= $4 AND a.credit <> 'void'
			AND NOT COALESCE(`+secret+`, FALSE) ORDER BY a.answered_at`,
		memberID, t.Group, t.ID, millis(since))
	return all, wrap("read graded answers", err)
}

// SoFar implements [practice.JoinerStore].
func (s *Store) SoFar(ctx context.Context, t group.Track, memberID string, since time.Time) ([]string, error) {
	items, err := list(ctx, s.read(ctx), column[string], `SELECT r.item_id FROM rounds r
		WHERE r.track_id = $1 AND r.group_id = $2 AND r.planned_at >= $3 AND r.state = 'closed'
			AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.member_id = $4 AND a.item_id = r.item_id)
		GROUP BY r.item_id ORDER BY MIN(r.number)`, t.ID, t.Group, millis(since), memberID)
	return items, wrap("read questions so far", err)
}

// Began implements [practice.JoinerStore].
func (s *Store) Began(ctx context.Context, t group.Track, since time.Time) (time.Time, bool, error) {
	first, err := list(ctx, s.read(ctx), column[int64], `SELECT planned_at FROM rounds
		WHERE track_id = $1 AND group_id = $2 AND planned_at >= $3 ORDER BY planned_at LIMIT 1`, t.ID, t.Group, millis(since))
	if err != nil || len(first) == 0 {
		return time.Time{}, false, wrap("read the first question", err)
	}
	return instant(first[0]), true, nil
}
