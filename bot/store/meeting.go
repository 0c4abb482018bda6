package store

import (
	"context"
	"fmt"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

var _ practice.MeetingStore = (*Store)(nil)

// MissedRounds implements [practice.MeetingStore].
func (s *Store) MissedRounds(ctx context.Context, trackID string, answered int) ([]practice.MissedRound, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (m practice.MissedRound, err error) {
		var snapshot string
		var closed int64
		if err := scan(&m.Round, &m.Version, &m.Answered, &m.Right, &closed, &m.Bank, &snapshot); err != nil {
			return m, err
		}
		m.ClosedAt = instant(closed)
		if m.Item, err = quizzes.FromSnapshot([]byte(snapshot)); err != nil {
			err = fmt.Errorf("item of round %s: %w", m.Round, err)
		}
		return m, err
	}, `SELECT r.id, r.item_version, r.answered, r.correct, r.closed_at, v.bank, v.snapshot
		FROM rounds r `+versionJoin+`
		LEFT JOIN (SELECT q.item_id, MAX(q.closed_at) AS at FROM tracks t JOIN live_rounds l ON l.group_id = t.group_id
				JOIN live_questions q ON q.live_id = l.id
			WHERE t.id = $1 AND q.state = 'closed' GROUP BY q.item_id) seen ON seen.item_id = r.item_id
		WHERE r.track_id = $1 AND r.state = 'closed' AND r.answered >= $2 AND r.correct < r.answered
			AND COALESCE(seen.at, 0) <= r.closed_at
		ORDER BY r.number`, trackID, answered)
	return all, wrap("read missed questions", err)
}

// GroupChannels implements [practice.MeetingStore].
func (s *Store) GroupChannels(ctx context.Context, groupID string) ([]bot.ChannelID, error) {
	all, err := list(ctx, s.read(ctx), column[bot.ChannelID], `SELECT id FROM channels WHERE group_id = $1 AND NOT gone ORDER BY bound_at, id`, groupID)
	return all, wrap("read channels", err)
}
