package app

import (
	"context"
	"time"
)

// acceptLook is the time between two looks for what the host accepted for all groups.
const acceptLook = 2 * time.Second

// keepAccepted brings what the host accepts for all groups to each of them, and goes
// on with what was interrupted.
func (a *App) keepAccepted(ctx context.Context) error {
	tick := time.NewTicker(acceptLook)
	defer tick.Stop()
	for {
		if err := a.Practice.BringAccepted(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "could not bring all that was accepted to all groups; will try again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
