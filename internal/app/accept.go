package app

import (
	"context"
	"time"
)

const (
	acceptLook  = 2 * time.Second // between two looks for what the host accepted for all groups
	acceptQuiet = 30              // looks, a minute, for which the same fault isn't logged again
)

// keepAccepted brings what the host accepts for all groups to each of them, and goes
// on with what was interrupted.
func (a *App) keepAccepted(ctx context.Context) error {
	tick := time.NewTicker(acceptLook)
	defer tick.Stop()
	logged, since := "", 0 // the fault that was logged last, and the looks since then
	for {
		err := a.Practice.BringAccepted(ctx)
		since++
		if err != nil && ctx.Err() == nil && (err.Error() != logged || since >= acceptQuiet) {
			logged, since = err.Error(), 0
			a.log.WarnContext(ctx, "could not bring all that was accepted to all groups; will try again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
