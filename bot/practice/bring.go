package practice

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Bring brings everything that was accepted to the groups that are still to get it,
// each in a transaction of its own, and says which rounds are graded otherwise now.
// A group that something keeps from it keeps no other one from it. Interrupted, it
// is called again; called by several at once, each group gets it once.
func Bring(ctx context.Context, s AcceptStore, now func() time.Time, newID func() string) (rounds []string, err error) {
	rounds, _, err = bring(ctx, s, now, newID, nil)
	return rounds, err
}

// bring is Bring for who calls again and again: held says that some group waits for
// its next attempt.
func bring(ctx context.Context, s AcceptStore, now func() time.Time, newID func() string, failed *errands) (rounds []string, held bool, err error) {
	all, err := s.AcceptedItems(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, a := range all {
		if !a.Done.IsZero() {
			continue
		}
		some, wait, fault := bringOne(ctx, s, a, now, newID, failed)
		rounds, held = append(rounds, some...), held || wait
		if ctx.Err() != nil {
			return rounds, held, ctx.Err()
		}
		if fault != nil && !errors.Is(fault, ErrReplaced) { // what was accepted instead is brought the next time
			err = errors.Join(err, fmt.Errorf("bring what was accepted about %s: %w", a.Item, fault))
		}
	}
	return rounds, held, err
}

func bringOne(ctx context.Context, s AcceptStore, a Accepted, now func() time.Time, newID func() string, failed *errands) (rounds []string, held bool, err error) {
	groups, err := s.AcceptWaits(ctx, a)
	if err != nil {
		return nil, false, err
	}
	var faults []error
	for _, g := range groups {
		one := errand{a.Version, a.Edition, g}
		if failed.wait(one, now()) {
			held = true
			continue
		}
		some, err := s.AcceptIn(ctx, g, a, now(), newID)
		rounds = append(rounds, some...)
		if errors.Is(err, ErrReplaced) || ctx.Err() != nil {
			return rounds, held, err
		}
		if err != nil {
			failed.add(one, now())
			faults = append(faults, fmt.Errorf("in group %s: %w", g, err))
		}
	}
	if held || len(faults) > 0 {
		return rounds, held, errors.Join(faults...)
	}
	return rounds, false, s.AcceptDone(ctx, a, now())
}

// BringAccepted brings what the host accepted to the groups that are still to get it,
// and forgets what was kept in memory of questions that it changed, whichever copy
// of the program changed them. A group in which it fails is tried again later and
// later; until then there is no error of it.
func (s *Service) BringAccepted(ctx context.Context) error {
	sign, pending, err := s.Store.AcceptedSign(ctx)
	if err != nil {
		return err
	}
	if before := s.accepted.Swap(&sign); before != nil && *before != sign {
		s.rounds.clear()
	}
	if !pending {
		s.bringing.forget()
		return nil
	}
	rounds, held, err := bring(ctx, s.Store, s.Now, s.NewID, &s.bringing)
	for _, id := range rounds {
		s.rounds.drop(id)
	}
	s.Wake()
	if err == nil && !held {
		s.Log.InfoContext(ctx, "brought what was accepted for all groups", "rounds", len(rounds))
	}
	return err
}

// A group that something keeps from what was accepted is tried again after
// bringRetry, and then after twice as long each time, up to bringRetryMax.
const (
	bringRetry    = 2 * time.Second
	bringRetryMax = 5 * time.Minute
)

// errand is what was accepted about an item version, for one group.
type errand struct {
	version string
	edition int64
	group   string
}

// errands remembers which of them failed, so that they are not tried each time. A
// nil one has them all tried.
type errands struct {
	mu    sync.Mutex
	holds map[errand]hold
}

// hold is how long an errand waits.
type hold struct {
	from time.Time // when it failed
	wait time.Duration
}

// wait reports whether an errand is not to be tried yet. A clock that was set back
// holds nothing up.
func (e *errands) wait(one errand, now time.Time) bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	h, ok := e.holds[one]
	return ok && !now.Before(h.from) && now.Before(h.from.Add(h.wait))
}

// add has an errand wait twice as long as the last time.
func (e *errands) add(one errand, now time.Time) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.holds == nil {
		e.holds = map[errand]hold{}
	}
	e.holds[one] = hold{now, min(max(2*e.holds[one].wait, bringRetry), bringRetryMax)}
}

// forget begins anew, when every group has everything.
func (e *errands) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.holds)
}
