package practice

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// PingStore is what pinging needs of the database.
type PingStore interface {
	// Pinged is whom a group wants notified of a track's question by a delivery: by
	// the one in the oldest channel of their space that gets the question, and by
	// no other; "" for nobody.
	Pinged(ctx context.Context, d schedule.Delivery, trackID string) (bot.AudienceID, error)
}

// pinged is a question's post, with whom it notifies if it is not out yet.
func (s *Service) pinged(ctx context.Context, d schedule.Delivery, trackID string, m bot.Message) (_ bot.Message, err error) {
	if d.State == schedule.Waiting {
		m.Ping, err = s.Store.Pinged(ctx, d, trackID)
	}
	return m, err
}
