package store

import (
	"context"

	"studyhall/bot/practice"
)

// Remembered is all of a member's memories of a track, by item.
func (s *Store) Remembered(ctx context.Context, trackID, memberID string) (map[string]practice.Recall, error) {
	all, err := list(ctx, s.read(ctx), readRecall, `SELECT `+recallColumns+` FROM memories m WHERE m.member_id = $1 AND m.track_id = $2`, memberID, trackID)
	by := map[string]practice.Recall{}
	for _, r := range all {
		by[r.Item] = r
	}
	return by, err
}

// RebuildMemory works out one memory anew.
func (s *Store) RebuildMemory(ctx context.Context, trackID, memberID, item string) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error { return remember(ctx, tx, memberID, trackID, item) })
}

// GradeAnew gives all answers to an item of a track a verdict.
func (s *Store) GradeAnew(ctx context.Context, trackID, item string, v practice.Verdict) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `UPDATE answers SET verdict = $3 WHERE track_id = $1 AND item_id = $2`, trackID, item, string(v)); err != nil {
			return err
		}
		return doubtMemories(ctx, tx, trackID, item)
	})
}

// DoubtMemories makes those of an item be worked out anew.
func (s *Store) DoubtMemories(ctx context.Context, trackID, item string) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error { return doubtMemories(ctx, tx, trackID, item) })
}

// GiveAnswers gives the answers of one member in sessions to another.
func (s *Store) GiveAnswers(ctx context.Context, from, to string) error {
	return s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `UPDATE answers SET member_id = $2 WHERE member_id = $1 AND session_id IS NOT NULL`, from, to); err != nil {
			return err
		}
		if err := doubtAllMemories(ctx, tx, from); err != nil {
			return err
		}
		return doubtAllMemories(ctx, tx, to)
	})
}
