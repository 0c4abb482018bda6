package adapterkit

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"studyhall/bot"
)

// LeaseTime is how long after a copy of the program has died another takes over
// its connection, unless [Hold].Time says otherwise.
const LeaseTime = 15 * time.Second

// Hold has one copy of the program at a time do something, such as keep a
// connection open.
type Hold struct {
	Log   *slog.Logger
	Shelf bot.Shelf
	Name  string // of the lease: "discord/gateway/123"
	// Time is how long the lease lasts that a copy doesn't renew; 0: [LeaseTime].
	Time time.Duration
	// Waits is told whether another copy does it, each time that is known anew.
	Waits func(bool)
}

// lasts is how long the lease does, and renew how often it is renewed.
func (h Hold) lasts() time.Duration { return cmp.Or(h.Time, LeaseTime) }
func (h Hold) renew() time.Duration { return h.lasts() / 3 }

// Run calls run while this copy has the lease, and waits while another has it. It
// ends with ctx, or with run's error. The context of run ends before the lease
// does.
func (h Hold) Run(ctx context.Context, run func(context.Context) error) error {
	holder, told := bot.NewID(), false
	for ctx.Err() == nil {
		ok, err := h.lease(ctx, holder)
		if err != nil && ctx.Err() == nil {
			h.Log.Error("lease not taken", "lease", h.Name, "err", err)
		}
		if !ok {
			h.Waits(err == nil)
			if err == nil && !told {
				h.Log.Info("another copy of the program is connected; this one waits", "lease", h.Name)
				told = true
			}
			Pause(ctx, h.renew()/2)
			continue
		}
		told = false
		h.Waits(false)
		if err := h.held(ctx, holder, run); err != nil {
			return err
		}
	}
	return nil
}

// lease takes or extends the lease. A store that hangs must not keep it from
// being noticed that the time runs out.
func (h Hold) lease(ctx context.Context, holder string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, h.renew()/2)
	defer cancel()
	return h.Shelf.Lease(ctx, h.Name, holder, h.lasts())
}

// held runs until ctx ends or the lease is lost, and then gives it back.
func (h Hold) held(ctx context.Context, holder string, run func(context.Context) error) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(running) }()
	renewed := time.Now()
	tick := time.NewTicker(h.renew())
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if _, err := h.Shelf.Lease(last, h.Name, holder, time.Millisecond); err != nil {
				h.Log.Warn("lease not given back", "lease", h.Name, "err", err)
			}
			return err
		case <-tick.C:
			ok, err := h.lease(ctx, holder)
			switch {
			case ok:
				renewed = time.Now()
			case err == nil || time.Since(renewed) > h.lasts()-h.renew():
				h.Log.Error("lease lost", "lease", h.Name, "err", err)
				cancel()
			}
		}
	}
}

// Pause waits, and reports whether ctx has not ended.
func Pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
