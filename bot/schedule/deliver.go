package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"studyhall/bot"
)

func (e *Engine) claimDeliveries(ctx context.Context, adapter string, n int) ([]job, error) {
	real := e.wall()
	if e.held(adapter, real) {
		return nil, nil
	}
	lease := real.Add(e.Timing.Lease)
	owed, err := e.Store.ClaimDeliveries(ctx, adapter, real, lease, n)
	jobs := make([]job, len(owed))
	for i, d := range owed {
		if d.Doubt.UnixMilli() == real.UnixMilli() {
			d.Doubt = time.Time{} // only this attempt, which hasn't begun
		}
		jobs[i] = func(ctx context.Context) {
			e.Trace("deliver/claimed")
			e.deliver(ctx, d, lease)
		}
	}
	return jobs, err
}

// deliver sends one message. If an earlier attempt may have posted it, the
// platform is asked first; only its "no, I don't have it" leads to another post.
func (e *Engine) deliver(ctx context.Context, d Delivery, lease time.Time) {
	log := e.log(d)
	ctx, cancel := e.until(bot.WithTrace(ctx, d.Cause), lease)
	defer cancel()
	channel, err := e.channel(ctx, d)
	if errors.Is(err, ErrTaken) {
		e.skip(ctx, d, "no longer wanted")
		return
	}
	if err != nil {
		e.failed(ctx, d, err, true)
		return
	}
	doubtful := !d.Doubt.IsZero()
	if doubtful {
		done := e.reconcile(ctx, d, channel)
		e.Trace("deliver/reconciled")
		if done {
			return
		}
		// The platform doesn't have it, but an earlier attempt may still be under
		// way: the doubt stays, and whoever posts looks once more afterwards.
	}
	if now := e.Now(); !d.Until.IsZero() && !now.Before(d.Until) {
		log.WarnContext(ctx, "too late to post, skipped", "until", d.Until)
		e.skip(ctx, d, "too late")
		return
	}
	m, err := e.render(ctx, d)
	if err != nil {
		if errors.Is(err, ErrTaken) {
			e.skip(ctx, d, "no longer wanted")
			return
		}
		e.failed(ctx, d, fmt.Errorf("render: %w", err), true)
		return
	}
	verify := time.Time{}
	if doubtful {
		verify = e.secondLook()
	}
	e.post(ctx, d, channel, m, lease, verify)
}

// skip records that a delivery will not happen, and why. A request of an earlier
// attempt may still be carried out: what it posts is removed.
func (e *Engine) skip(ctx context.Context, d Delivery, why string) {
	verify := time.Time{}
	if !d.Doubt.IsZero() {
		verify = e.secondLook()
	}
	e.record(ctx, e.log(d), e.Store.SkipDelivery(ctx, d, e.Now(), verify, why))
	e.delivered(d, OutcomeSkipped)
}

// channel is where to post: the target itself, where its kind says, or the
// conversation with a person.
func (e *Engine) channel(ctx context.Context, d Delivery) (bot.ChannelID, error) {
	k := e.kinds[d.Kind]
	if !d.Person && k.Place == nil {
		return bot.ChannelID(d.Target), nil
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timing.Request)
	defer cancel()
	if k.Place != nil {
		var ch bot.ChannelID
		err := guarded(func() (err error) {
			ch, err = k.Place(ctx, d)
			return err
		})
		return ch, err
	}
	return e.Platform.Direct(ctx, bot.UserID(d.Target))
}

func (e *Engine) render(ctx context.Context, d Delivery) (bot.Message, error) {
	k, ok := e.kinds[d.Kind]
	if !ok || k.Render == nil {
		return bot.Message{}, fmt.Errorf("no feature renders kind %q", d.Kind)
	}
	var m bot.Message
	err := guarded(func() (err error) {
		if k.Prepare != nil && d.State == Waiting {
			if err := k.Prepare(ctx, d); err != nil {
				return err
			}
		}
		m, err = k.Render(ctx, d)
		return err
	})
	m.Key = d.Key
	return m, err
}

// reconcile finds out what became of earlier attempts. It reports true when this
// attempt is over: the message was found, or it is too early or impossible to know.
func (e *Engine) reconcile(ctx context.Context, d Delivery, channel bot.ChannelID) bool {
	log := e.log(d)
	if ready := d.Doubt.Add(e.Timing.Grace); e.wall().Before(ready) {
		e.record(ctx, log, e.Store.RetryDelivery(ctx, d, ready, false, "waiting to see whether it was posted"))
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timing.Request)
	defer cancel()
	found, err := e.find(ctx, d, channel)
	if errors.Is(err, bot.ErrUnreadable) {
		e.Meter.Reconciled(d.Adapter(), VerdictUnreadable)
		log.WarnContext(ctx, "outcome unknown and messages cannot be found here; not posted again")
		d.Doubt = time.Time{} // from here on a person decides
		e.record(ctx, log, e.Store.ParkDelivery(ctx, d, e.Now(), Refusal{
			Cause: CauseUnknown,
			Fix:   "look whether it is there, and press Try now only if it isn't",
		}))
		e.delivered(d, OutcomeRefused)
		return true
	}
	if err != nil {
		e.Meter.Reconciled(d.Adapter(), VerdictUnknown)
		e.failed(ctx, d, fmt.Errorf("look for an earlier post: %w", err), false)
		return true
	}
	if len(found) == 0 {
		e.Meter.Reconciled(d.Adapter(), VerdictAbsent)
		return false
	}
	e.Meter.Reconciled(d.Adapter(), VerdictFound)
	log.InfoContext(ctx, "an earlier attempt had posted it", "copies", len(found))
	if err := e.adopt(ctx, d); err != nil {
		e.failed(ctx, d, fmt.Errorf("take over an earlier post: %w", err), false)
		return true
	}
	// What was posted then may be older than what is wanted now: one edit follows.
	ok, err := e.Store.MarkSent(ctx, d, found[0], d.Wanted-1, e.Now(), e.secondLook())
	e.record(ctx, log, err)
	if err == nil && ok {
		e.delivered(d, OutcomeDone)
		e.Trace("deliver/found")
		e.deleteExtra(ctx, log, found[1:])
		e.Wake()
	}
	return true
}

// CauseUnknown is the [Refusal]'s cause of a post that may be there, where it
// can't be looked for.
const CauseUnknown = "I can't tell whether this post arrived, and I may not read this channel to find out."

// adopt prepares what was found to be posted. Where this database was restored
// from a backup, no attempt of its own has done so.
func (e *Engine) adopt(ctx context.Context, d Delivery) error {
	k := e.kinds[d.Kind]
	if k.Prepare == nil {
		return nil
	}
	d.State = Sent
	err := guarded(func() error { return k.Prepare(ctx, d) })
	if errors.Is(err, ErrTaken) {
		return nil // its time is over, which one edit will show
	}
	return err
}

// find looks for what earlier attempts posted.
func (e *Engine) find(ctx context.Context, d Delivery, channel bot.ChannelID) ([]bot.MessageID, error) {
	if !e.Platform.CanFind(channel) {
		return nil, bot.ErrUnreadable
	}
	return e.Platform.Find(ctx, channel, d.Key, d.Doubt.Add(-wrongClock))
}

// wrongClock is by how much the clock of the copy that noted the doubt may have
// been ahead of the platform's, without its post being overlooked. A clock that is
// more wrong is refused by platforms, too: signed requests are good for 5 minutes.
const wrongClock = 10 * time.Minute

// post sends within the lease and records what came of it. verify, if set, is
// when to look once more whether an earlier attempt posted after all.
func (e *Engine) post(ctx context.Context, d Delivery, channel bot.ChannelID, m bot.Message, lease, verify time.Time) {
	log := e.log(d)
	deadline := e.deadline(lease)
	request, cancel := e.until(ctx, deadline)
	defer cancel()
	e.Trace("deliver/send")
	if !e.wall().Before(deadline) {
		return // the lease is as good as over; whoever takes it next will look first
	}
	id, err := e.Platform.Send(request, channel, m)
	e.Trace("deliver/sent")
	if err != nil {
		e.failed(ctx, d, err, false)
		return
	}
	ctx, cancel = e.afterwards(ctx)
	defer cancel()
	now := e.Now()
	ok, err := e.Store.MarkSent(ctx, d, id, d.Wanted, now, verify)
	if err != nil {
		log.ErrorContext(ctx, "posted but not recorded; it will be found again", "err", err)
		return
	}
	e.Trace("deliver/marked")
	if !ok {
		e.superseded(ctx, d, id)
		return
	}
	e.Sent(d, now.Sub(d.At))
	e.delivered(d, OutcomeDone)
	log.InfoContext(ctx, "posted", "message", id, "late", now.Sub(d.At))
	e.Wake()
}

// deadline is when a request that begins now must have ended.
func (e *Engine) deadline(lease time.Time) time.Time {
	deadline, last := e.wall().Add(e.Timing.Request), lease.Add(-e.Timing.Margin)
	if last.Before(deadline) {
		return last
	}
	return deadline
}

// until ends with a real time.
func (e *Engine) until(ctx context.Context, real time.Time) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, real.Sub(e.wall()))
}

// afterwards is for recording what a request has done, even when the lease has
// ended meanwhile: then it must be found out who took over.
func (e *Engine) afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), e.Timing.Request)
}

// failed records the outcome of an attempt that ended with an error. certain
// says that the platform was not asked to post.
func (e *Engine) failed(ctx context.Context, d Delivery, cause error, certain bool) {
	log := e.log(d)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return // the lease ends; whoever takes it next will look first
	}
	wait := backoff(e.Timing.Retry, int(min(d.Attempt, 30)))
	if certain && ctx.Err() != nil {
		wait = 0 // cut short, since this copy of the program ends
	}
	ctx, cancel := e.afterwards(ctx)
	defer cancel()
	if known, ok := errors.AsType[*bot.DeliveryError](cause); ok {
		switch known.Kind {
		case bot.Refused, bot.Gone:
			log.WarnContext(ctx, "refused", "cause", known.Cause, "err", known.Err)
			e.record(ctx, log, e.Store.ParkDelivery(ctx, d, e.Now(), Refusal{known.Cause, known.Fix, known.Kind == bot.Gone}))
			e.delivered(d, OutcomeRefused)
			e.Wake()
			return
		case bot.Limited:
			wait = e.limited(d, known)
		}
		certain = true
	} else if !certain {
		wait = max(wait, e.Timing.Grace)
	}
	log.WarnContext(ctx, "not delivered yet", "attempt", d.Attempt, "certain", certain, "retry_in", wait, "err", cause)
	e.record(ctx, log, e.Store.RetryDelivery(ctx, d, e.wall().Add(wait), certain && d.Doubt.IsZero(), cause.Error()))
	e.delivered(d, OutcomeRetried)
}

func (e *Engine) claimEdits(ctx context.Context, adapter string, n int) ([]job, error) {
	real := e.wall()
	if e.held(adapter, real) {
		return nil, nil
	}
	lease := real.Add(e.Timing.Lease)
	posts, err := e.Store.ClaimEdits(ctx, adapter, e.Now(), real, lease, n)
	// One channel's posts are edited one after another, oldest first, as a reader
	// would expect them to change.
	slices.SortStableFunc(posts, func(a, b Delivery) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), a.At.Compare(b.At), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Key, b.Key))
	})
	var jobs []job
	for len(posts) > 0 {
		n := 1
		for n < len(posts) && posts[n].Target == posts[0].Target {
			n++
		}
		mine := posts[:n]
		posts = posts[n:]
		jobs = append(jobs, func(ctx context.Context) {
			for _, d := range mine {
				e.Trace("edit/claimed")
				e.edit(ctx, d, lease)
			}
		})
	}
	return jobs, err
}

// edit brings one post up to the version wanted when it was claimed, or a newer one.
func (e *Engine) edit(ctx context.Context, d Delivery, lease time.Time) {
	ctx = bot.WithTrace(ctx, d.Cause)
	log := e.log(d)
	if ctx.Err() != nil {
		ctx, cancel := e.afterwards(ctx)
		defer cancel()
		e.record(ctx, log, e.Store.RetryEdit(ctx, d, e.wall(), "the program ended"))
		return
	}
	ctx, cancel := e.until(ctx, lease)
	defer cancel()
	m, err := e.render(ctx, d)
	if err == nil {
		deadline := e.deadline(lease)
		request, cancel := e.until(ctx, deadline)
		defer cancel()
		e.Trace("edit/send")
		if !e.wall().Before(deadline) {
			return // whoever takes it next shows the same or more
		}
		err = e.Platform.Edit(request, d.Message, m)
		e.Trace("edit/sent")
	}
	ctx, cancel = e.afterwards(ctx)
	defer cancel()
	wait, outcome := e.Timing.Grace, OutcomeRetried
	if known, ok := errors.AsType[*bot.DeliveryError](err); ok {
		switch known.Kind {
		case bot.Gone:
			log.WarnContext(ctx, "post can't be edited any more", "cause", known.Cause, "err", known.Err)
			err = nil // nothing more can be shown there
		case bot.Refused:
			outcome = OutcomeRefused
			wait = refusedEdit // or as soon as the channel is back
		case bot.Limited:
			wait = e.limited(d, known)
		}
	}
	if errors.Is(err, ErrTaken) {
		err = nil // what it shows is no more
	}
	if err != nil {
		log.WarnContext(ctx, "not edited yet", "retry_in", wait, "err", err)
		e.record(ctx, log, e.Store.RetryEdit(ctx, d, e.wall().Add(wait), err.Error()))
		e.Meter.Edited(d.Adapter(), outcome)
		return
	}
	e.record(ctx, log, e.Store.MarkShown(ctx, d, e.Now()))
	e.Meter.Edited(d.Adapter(), OutcomeDone)
	log.DebugContext(ctx, "edited", "message", d.Message, "version", d.Wanted)
	e.Trace("edit/marked")
}

func (e *Engine) log(d Delivery) *slog.Logger {
	return e.Log.With("delivery", d.Key, "kind", d.Kind, "target", d.Target)
}

// record logs a store failure: the lease ends by itself, and the work is taken up again.
func (e *Engine) record(ctx context.Context, log *slog.Logger, err error) {
	if err != nil {
		log.ErrorContext(ctx, "outcome not recorded; it will be looked at again", "err", err)
	}
}

// refusedEdit is the wait before a post is edited again that somebody must first
// let us edit.
const refusedEdit = time.Hour

// limited is how long to wait after a limit. One that holds for the whole
// adapter stops everything sent through it meanwhile.
func (e *Engine) limited(d Delivery, l *bot.DeliveryError) time.Duration {
	wait := max(l.After, e.Timing.Retry)
	if l.All {
		e.mu.Lock()
		defer e.mu.Unlock()
		if until := e.wall().Add(wait); until.After(e.holds[d.Adapter()]) {
			e.holds[d.Adapter()] = until
		}
	}
	return wait
}

// held reports whether an adapter's limit still lasts.
func (e *Engine) held(adapter string, real time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return real.Before(e.holds[adapter])
}
