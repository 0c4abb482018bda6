package store

import (
	"context"
	"time"

	"studyhall/bot/practice"
)

// MentorAsks implements [practice.MentorStore].
func (s *Store) MentorAsks(ctx context.Context, memberID string, since time.Time) ([]practice.MentorAsk, error) {
	asks, err := list(ctx, s.read(ctx), func(scan scanner) (a practice.MentorAsk, err error) {
		t := &a.Track
		err = scan(&a.Round, &a.Group, &t.ID, &t.Certification, &t.Outline, &a.Number, &a.Known)
		t.Group = a.Group
		return a, err
	}, `SELECT r.id, r.group_id, t.id, t.certification, t.outline, r.number, MAX(h.asked_at) <= ms.told_at
		FROM memberships ms JOIN threads h ON h.group_id = ms.group_id AND h.asked_at > $2
			JOIN rounds r ON r.id = h.round_id JOIN tracks t ON t.id = r.track_id
		WHERE ms.member_id = $1 AND ms.mentor
		GROUP BY r.id, r.group_id, t.id, t.certification, t.outline, r.number, ms.told_at
		ORDER BY MAX(h.asked_at) DESC, r.id`, memberID, millis(since))
	return asks, wrap("read questions to mentors", err)
}

// MentorTold implements [practice.MentorStore].
func (s *Store) MentorTold(ctx context.Context, memberID string, now time.Time) error {
	_, err := s.change(ctx, `UPDATE memberships SET told_at = $2 WHERE member_id = $1 AND mentor`, memberID, millis(now))
	return wrap("record opened note", err)
}

// MentorAnywhere implements [practice.MentorStore].
func (s *Store) MentorAnywhere(ctx context.Context, memberID string) (bool, error) {
	mentor, err := s.exists(ctx, `SELECT 1 FROM memberships WHERE member_id = $1 AND mentor`, memberID)
	return mentor, wrap("look for a mentor", err)
}
