package schedule

import (
	"context"
	"fmt"
	"time"
)

// Settle works like [Engine.Drain] and then waits for what another attempt or
// an earlier, crashed run of the program still holds, until nothing that is due
// is left undone; no longer than two leases, for a platform may be down.
func (e *Engine) Settle(ctx context.Context) error {
	deadline := e.Real().Add(2 * e.Timing.Lease)
	for {
		if err := e.Drain(ctx); err != nil {
			return err
		}
		left, err := e.Store.Unfinished(ctx, e.Now(), e.Real().Add(e.Timing.Lease))
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
		if !left || !e.Real().Before(deadline) {
			return nil
		}
		pause(ctx, min(e.Timing.Poll, 50*time.Millisecond))
	}
}
