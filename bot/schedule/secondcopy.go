package schedule

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"studyhall/bot"
)

// secondLook is when to look whether an earlier attempt posted after all. That
// attempt may have begun only just now, since what a dead copy had in hand is free
// at once, and a platform may carry out its request as late as a lease after that;
// so it is a second lease away.
func (e *Engine) secondLook() time.Time { return e.wall().Add(2 * e.Timing.Lease) }

// lastLook is when to look once more. The second look may have been made by
// somebody whose clock is ahead, and so at once; and this moment may be set by one
// whose clock is behind.
func (e *Engine) lastLook() time.Time { return e.wall().Add(2*wrongClock + 2*e.Timing.Lease) }

func (e *Engine) claimChecks(ctx context.Context, adapter string, n int) ([]job, error) {
	real := e.wall()
	sent, err := e.Store.ClaimChecks(ctx, adapter, real, real.Add(e.Timing.Lease), n)
	jobs := make([]job, len(sent))
	for i, d := range sent {
		jobs[i] = func(ctx context.Context) { e.check(ctx, d) }
	}
	return jobs, err
}

// check looks at a post that two attempts may have made, after the older attempt's
// lease has lapsed and again much later, and removes every copy but the recorded one;
// of what was skipped, every copy.
// The recorded one stays even if it is the younger: an attempt that finds itself
// superseded removes its own copy, so nothing else may count on that copy.
func (e *Engine) check(ctx context.Context, d Delivery) {
	ctx = bot.WithTrace(ctx, d.Cause)
	log := e.log(d)
	ctx, cancel := context.WithTimeout(ctx, e.Timing.Request)
	defer cancel()
	channel, err := e.channel(ctx, d)
	known, refused := errors.AsType[*bot.DeliveryError](err)
	refused = refused && (known.Kind == bot.Gone || known.Kind == bot.Refused)
	var found []bot.MessageID
	if err == nil {
		found, err = e.find(ctx, d, channel)
	}
	if refused || errors.Is(err, ErrTaken) || errors.Is(err, bot.ErrUnreadable) {
		e.record(ctx, log, e.Store.MarkChecked(ctx, d, d.Message, time.Time{}))
		return
	}
	if err != nil {
		log.WarnContext(ctx, "could not look for a second copy; will try again", "err", err)
		return
	}
	kept := d.Message
	if d.State == Sent && len(found) > 0 && !slices.Contains(found, kept) {
		kept = found[0] // somebody has removed the recorded copy
	}
	extra := slices.DeleteFunc(found, func(id bot.MessageID) bool { return id == kept })
	again := time.Time{}
	if d.Looks == 0 {
		again = e.lastLook()
	}
	// Removed first, recorded then: a crash in between only makes it look again.
	if e.deleteExtra(ctx, log, extra) {
		e.record(ctx, log, e.Store.MarkChecked(ctx, d, kept, again))
	}
}

// superseded cleans up after an attempt whose outcome came too late to be
// recorded: if another copy was recorded meanwhile, or none is to be, this one goes.
func (e *Engine) superseded(ctx context.Context, d Delivery, id bot.MessageID) {
	current, ok, err := e.Store.Delivery(ctx, d.Key)
	if err != nil || !ok || current.Message == id {
		return
	}
	if current.State == Sent || current.State == Skipped {
		e.deleteExtra(ctx, e.log(d), []bot.MessageID{id})
	}
}

// deleteExtra removes second copies and reports whether all are gone.
func (e *Engine) deleteExtra(ctx context.Context, log *slog.Logger, extra []bot.MessageID) bool {
	all := true
	for _, id := range extra {
		log.WarnContext(ctx, "removing a second copy", "message", id)
		err := e.Platform.Delete(ctx, id)
		if known, ok := errors.AsType[*bot.DeliveryError](err); ok && (known.Kind == bot.Gone || known.Kind == bot.Refused) {
			err = nil // it is gone, or stays whatever is tried
		}
		if err != nil {
			log.ErrorContext(ctx, "second copy not removed", "message", id, "err", err)
			all = false
			continue
		}
		e.Meter.Removed(bot.AdapterOf(id))
	}
	return all
}
