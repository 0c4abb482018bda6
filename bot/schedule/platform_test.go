package schedule_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
)

// platform is the fake platform with requests that take their time and, like
// real ones, are carried out even when the bot has given up waiting.
type platform struct {
	*bottest.Fake
	name string

	mu    sync.Mutex
	delay func(c bottest.Call) time.Duration
	calls []bottest.Call
	find  func() error // what Find fails with
	stuck int          // deletions that fail from now on
}

func (p *platform) Name() string { return cmpOr(p.name, "fake") }

// slow sets how long calls take.
func (p *platform) slow(delay func(c bottest.Call) time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// count is how many calls of a kind there were.
func (p *platform) count(op bottest.Kind) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, c := range p.calls {
		if c.Op == op {
			n++
		}
	}
	return n
}

// later does something after the call's delay; the bot waits until its deadline.
func later[T any](ctx context.Context, p *platform, c bottest.Call, do func(ctx context.Context) (T, error)) (T, error) {
	p.mu.Lock()
	p.calls = append(p.calls, c)
	delay := time.Duration(0)
	if p.delay != nil {
		delay = p.delay(c)
	}
	p.mu.Unlock()
	if delay == 0 {
		return do(ctx)
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		time.Sleep(delay)
		value, err := do(context.WithoutCancel(ctx))
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (p *platform) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	return later(ctx, p, bottest.Call{Op: bottest.Post, Channel: ch, Key: m.Key}, func(ctx context.Context) (bot.MessageID, error) {
		return p.Fake.Send(ctx, ch, m)
	})
}

func (p *platform) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	_, err := later(ctx, p, bottest.Call{Op: bottest.Edit, ID: id, Key: m.Key}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.Fake.Edit(ctx, id, m)
	})
	return err
}

func (p *platform) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	op := bottest.Unpin
	if pinned {
		op = bottest.Pin
	}
	_, err := later(ctx, p, bottest.Call{Op: op, ID: id}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.Fake.Pin(ctx, id, pinned)
	})
	return err
}

func (p *platform) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	p.mu.Lock()
	p.calls = append(p.calls, bottest.Call{Op: "find", Channel: ch, Key: key})
	find := p.find
	p.mu.Unlock()
	if find != nil {
		if err := find(); err != nil {
			return nil, err
		}
	}
	return p.Fake.Find(ctx, ch, key, since)
}

// refuseDeletes makes the next n deletions fail.
func (p *platform) refuseDeletes(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stuck = n
}

func (p *platform) Delete(ctx context.Context, id bot.MessageID) error {
	p.mu.Lock()
	stuck := p.stuck > 0
	p.stuck--
	p.mu.Unlock()
	if stuck {
		return errors.New("connection cut")
	}
	return p.Fake.Delete(ctx, id)
}

// freezer stops a copy of the engine at a point until it is thawed, as a process
// is stopped, or a machine suspended.
type freezer struct {
	point  string
	frozen chan struct{} // closed when somebody is frozen
	thaw   chan struct{}
	passed atomic.Bool
}

func freezeAt(point string) *freezer {
	return &freezer{point: point, frozen: make(chan struct{}), thaw: make(chan struct{})}
}

// trace is for [schedule.Config]: the first that passes the point is frozen.
func (f *freezer) trace(c *schedule.Config) {
	c.Trace = func(point string) {
		if point == f.point && f.passed.CompareAndSwap(false, true) {
			close(f.frozen)
			<-f.thaw
		}
	}
}
