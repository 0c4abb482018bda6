package schedule

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"studyhall/bot"
)

// Pinning is a post that is to be pinned, or to be pinned no longer.
type Pinning struct {
	Delivery      // its Attempt is that of pinning
	Pin      bool // what is wanted
}

// PinStore is what the engine keeps about pinned posts. What is wanted is
// written by the transactions that open and close what a post shows.
type PinStore interface {
	// ClaimPins takes up to n posts of an adapter that are pinned although they
	// should not be, or the other way round, as far as is known, and hides them
	// until lease. From then on it is not known any more what the platform shows.
	ClaimPins(ctx context.Context, adapter string, real, lease time.Time, n int) ([]Pinning, error)
	// MarkPinned records that the platform shows what the claim wanted. If another
	// attempt took over meanwhile, its outcome is not known instead, and one more
	// follows: this one may have been carried out last.
	MarkPinned(ctx context.Context, p Pinning, now time.Time) error
	// RetryPin makes a claimed post claimable again at a real time.
	RetryPin(ctx context.Context, p Pinning, real time.Time) error
	// RefusePin does so too, and makes a notice to the organisers due. What was
	// certainly not pinned before still isn't.
	RefusePin(ctx context.Context, p Pinning, now, real time.Time, r Refusal) error
}

func (e *Engine) claimPins(ctx context.Context, adapter string, n int) ([]job, error) {
	real := e.wall()
	if e.held(adapter, real) {
		return nil, nil
	}
	lease := real.Add(e.Timing.Lease)
	posts, err := e.Store.ClaimPins(ctx, adapter, real, lease, n)
	// In one channel what closed makes room for what opened.
	slices.SortStableFunc(posts, func(a, b Pinning) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), compareBool(a.Pin, b.Pin), a.At.Compare(b.At), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Key, b.Key))
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
			for _, p := range mine {
				e.Trace("pin/claimed")
				e.pin(ctx, p, lease)
			}
		})
	}
	return jobs, err
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// pin pins one post, or unpins it. A post is never held up by that: it is there
// already, and can be answered and edited.
func (e *Engine) pin(ctx context.Context, p Pinning, lease time.Time) {
	ctx = bot.WithTrace(ctx, p.Cause)
	log := e.log(p.Delivery).With("pin", p.Pin)
	if ctx.Err() != nil { // the program ends
		ctx, cancel := e.afterwards(ctx)
		defer cancel()
		e.record(ctx, log, e.Store.RetryPin(ctx, p, e.wall()))
		return
	}
	deadline := e.deadline(lease)
	request, cancel := e.until(ctx, deadline)
	defer cancel()
	e.Trace("pin/send")
	if !e.wall().Before(deadline) {
		return // whoever takes it next does the same
	}
	err := e.Platform.Pin(request, p.Message, p.Pin)
	e.Trace("pin/sent")
	ctx, cancel = e.afterwards(ctx)
	defer cancel()
	wait := e.Timing.Grace
	if known, ok := errors.AsType[*bot.DeliveryError](err); ok {
		switch known.Kind {
		case bot.Gone:
			err = nil // what is no more is not pinned
		case bot.Refused:
			log.WarnContext(ctx, "not pinned", "cause", known.Cause, "err", known.Err)
			e.record(ctx, log, e.Store.RefusePin(ctx, p, e.Now(), e.wall().Add(refusedEdit), Refusal{Cause: known.Cause, Fix: known.Fix}))
			e.Wake()
			return
		case bot.Limited:
			wait = e.limited(p.Delivery, known)
		}
	}
	if err != nil {
		log.WarnContext(ctx, "not pinned yet", "retry_in", wait, "err", err)
		e.record(ctx, log, e.Store.RetryPin(ctx, p, e.wall().Add(wait)))
		return
	}
	e.record(ctx, log, e.Store.MarkPinned(ctx, p, e.Now()))
	e.Trace("pin/marked")
}
