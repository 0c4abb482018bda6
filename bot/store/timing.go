package store

import (
	"context"

	"studyhall/bot/practice"
)

var _ practice.TimeStore = (*Store)(nil)

// ExtraTime implements [practice.TimeStore].
func (s *Store) ExtraTime(ctx context.Context, memberID string) (e practice.ExtraTime, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT extra_time FROM members WHERE id = $1`, memberID).scan(&e))
	return e, wrap("read extra time", err)
}

// SetExtraTime implements [practice.TimeStore].
func (s *Store) SetExtraTime(ctx context.Context, memberID string, e practice.ExtraTime) error {
	_, err := s.change(ctx, `UPDATE members SET extra_time = $2 WHERE id = $1`, memberID, string(e))
	return wrap("set extra time", err)
}
