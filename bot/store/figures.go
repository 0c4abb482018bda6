package store

import (
	"context"
	"time"

	"studyhall/bot/group"
)

// Figures implements [practice.Store].
func (s *Store) Figures(ctx context.Context, groupID string, now time.Time) (f group.Figures, tracks []group.Track, err error) {
	q := s.read(ctx)
	var next int64
	err = q.row(ctx, `SELECT
		(SELECT COUNT(*) FROM rounds r WHERE r.group_id = $1 AND (r.state = 'closed' OR r.state = 'open'
			AND EXISTS (SELECT 1 FROM deliveries d WHERE d.ref = r.id AND d.kind = 'question' AND d.state = 'sent'))),
		(SELECT COUNT(*) FROM rounds WHERE group_id = $1 AND state = 'open' AND planned_at > $4),
		(SELECT COUNT(DISTINCT member_id) FROM answers WHERE group_id = $1 AND answered_at > $2),
		(SELECT COUNT(*) FROM answers WHERE group_id = $1 AND answered_at > $3),
		COALESCE((SELECT MIN(d.at) FROM schedules s JOIN due d ON d.kind = s.kind AND d.subject = s.id
			WHERE s.group_id = $1 AND s.kind = 'question' AND d.state = 'waiting'), 0)`,
		groupID, millis(now.AddDate(0, 0, -28)), millis(now.AddDate(0, 0, -7)), millis(now.AddDate(0, 0, -14))).
		scan(&f.Posted, &f.Open, &f.Active, &f.Recent, &next)
	if err != nil {
		return group.Figures{}, nil, wrap("read figures", err)
	}
	f.Next = instant(next)
	tracks, err = list(ctx, q, func(scan scanner) (t group.Track, err error) {
		err = scan(&t.ID, &t.Group, &t.Certification, &t.Outline, &t.WindowFrom, &t.WindowTo, &t.Rounds, &t.Wide, &t.Own)
		return t, err
	}, `SELECT `+trackColumns+` FROM schedules s JOIN tracks t ON t.id = s.track_id
		WHERE s.group_id = $1 AND s.kind = 'question' ORDER BY s.place, s.id`, groupID)
	return f, tracks, wrap("read tracks", err)
}
