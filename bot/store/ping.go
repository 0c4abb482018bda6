package store

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

var _ practice.PingStore = (*Store)(nil)

// Pinged implements [practice.PingStore].
func (s *Store) Pinged(ctx context.Context, d schedule.Delivery, trackID string) (who bot.AudienceID, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT h.ping FROM habits h WHERE h.group_id = $1 AND h.ping <> '' AND $3 = (
			SELECT c.id FROM channels c WHERE c.group_id = $1 AND c.space_id = h.ping_space AND NOT c.gone
				AND NOT EXISTS (SELECT 1 FROM muted m WHERE m.channel_id = c.id AND m.track_id = $2)
			ORDER BY c.bound_at, c.id LIMIT 1)`, d.Group, trackID, d.Target).scan(&who))
	return who, wrap("read whom to ping", err)
}
