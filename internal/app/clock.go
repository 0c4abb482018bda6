package app

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// Clock is domain time: the real clock, moved forward by as much as a
// demonstration has played so far. It never goes back.
type Clock struct {
	real    func() time.Time
	shelf   bot.Shelf // nil: nothing is kept
	engine  *schedule.Engine
	offset  atomic.Int64 // nanoseconds
	playing sync.Mutex
}

func realClock(real func() time.Time) *Clock { return &Clock{real: real} }

const (
	clockSpace = "demo"
	clockKey   = "clock offset"
)

// playableClock continues where an earlier run of the demonstration stopped.
func playableClock(ctx context.Context, shelf bot.Shelf, real func() time.Time) (*Clock, error) {
	c := &Clock{real: real, shelf: shelf}
	value, ok, err := shelf.Get(ctx, clockSpace, clockKey)
	if err != nil {
		return nil, fmt.Errorf("read the demonstration's clock: %w", err)
	}
	if ok && len(value) == 8 {
		c.offset.Store(int64(binary.BigEndian.Uint64(value)))
	}
	return c, nil
}

// Now is domain time.
func (c *Clock) Now() time.Time { return c.real().Add(time.Duration(c.offset.Load())) }

// Next is the next instant at which something falls due; ok is false if nothing does.
func (c *Clock) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	return c.engine.Store.NextInstant(ctx, c.Now())
}

// Advance plays forward to an instant: it stops at every due instant on the way,
// in order, and does everything due there before it goes on.
func (c *Clock) Advance(ctx context.Context, to time.Time) error {
	c.playing.Lock()
	defer c.playing.Unlock()
	for {
		if err := c.engine.Settle(ctx); err != nil {
			return err
		}
		now := c.Now()
		if !now.Before(to) {
			return nil
		}
		next, ok, err := c.engine.Store.NextInstant(ctx, now)
		if err != nil {
			return err
		}
		if !ok || next.After(to) {
			next = to
		}
		if err := c.set(ctx, next); err != nil {
			return err
		}
	}
}

// set moves the clock forward. What is kept is written first, so that after a
// crash nothing has happened later than the clock says.
func (c *Clock) set(ctx context.Context, to time.Time) error {
	offset := to.Sub(c.real())
	if offset <= time.Duration(c.offset.Load()) {
		return nil
	}
	if c.shelf != nil {
		value := binary.BigEndian.AppendUint64(nil, uint64(offset))
		if err := c.shelf.Put(ctx, clockSpace, clockKey, value, 0); err != nil {
			return fmt.Errorf("keep the demonstration's clock: %w", err)
		}
	}
	c.offset.Store(int64(offset))
	return nil
}
