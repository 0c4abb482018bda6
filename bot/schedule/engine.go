package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"studyhall/bot"
)

// Platform is what the engine asks of the platforms; [bot.Bot] implements it.
type Platform interface {
	Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error)
	Edit(ctx context.Context, id bot.MessageID, m bot.Message) error
	Direct(ctx context.Context, user bot.UserID) (bot.ChannelID, error)
	CanFind(ch bot.ChannelID) bool
	Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error)
	Delete(ctx context.Context, id bot.MessageID) error
	Pin(ctx context.Context, id bot.MessageID, pinned bool) error
}

// Timing is how patient the engine is, in real time.
type Timing struct {
	Request time.Duration // the longest a platform may take to answer
	Grace   time.Duration // from an unknown outcome until looking for the message
	Lease   time.Duration // how long a claim holds; more than Request plus Margin
	Margin  time.Duration // a request's deadline ends this long before its lease
	Poll    time.Duration // the longest between two looks at the store
	Retry   time.Duration // the first wait after a failure; doubles, up to RetryMax
	Most    int           // messages in flight per adapter
}

// retryMax bounds the wait between two attempts.
const retryMax = 5 * time.Minute

// DefaultTiming suits platforms across a network
// (measured: reliability research, section 3.2).
func DefaultTiming() Timing {
	return Timing{
		Request: 10 * time.Second, Grace: 20 * time.Second, Lease: 60 * time.Second,
		Margin: 10 * time.Second, Poll: time.Second, Retry: time.Second, Most: 16,
	}
}

// LocalTiming suits a platform inside this process: when the process dies,
// nothing is left in flight.
func LocalTiming() Timing {
	return Timing{
		Request: time.Second, Grace: 100 * time.Millisecond, Lease: 2 * time.Second,
		Margin: 500 * time.Millisecond, Poll: 250 * time.Millisecond, Retry: 100 * time.Millisecond, Most: 16,
	}
}

// Config is what an [Engine] needs.
type Config struct {
	Log      *slog.Logger
	Store    Store
	Platform Platform
	Adapters []string         // names of the adapters to deliver through
	Now      func() time.Time // domain time
	Real     func() time.Time // real time
	Timing   Timing
	// Trace, if set, is called at each named point of a delivery, an edit and a
	// pin, for tests that stop the program there.
	Trace func(point string)
	// Sent, if set, is told how late each message was posted.
	Sent  func(d Delivery, late time.Duration)
	Meter Meter // takes figures; nil: nobody does
}

// Engine fires what is due, delivers what is owed, and keeps posts up to date.
type Engine struct {
	Config
	kinds map[string]Kind
	wake  []chan struct{}

	mu       sync.Mutex
	holds    map[string]time.Time // adapters at a limit of theirs, until a real time
	inFlight int                  // claims and jobs under way in this process
	started  int                  // jobs begun in this process so far
	looked   map[string]time.Time // when each worker last came round, in real time
}

// NewEngine makes an engine; register kinds, then [Engine.Run] it.
func NewEngine(c Config) *Engine {
	if c.Trace == nil {
		c.Trace = func(string) {}
	}
	if c.Sent == nil {
		c.Sent = func(Delivery, time.Duration) {}
	}
	if c.Meter == nil {
		c.Meter = noMeter{}
	}
	return &Engine{Config: c, kinds: map[string]Kind{}, holds: map[string]time.Time{}, looked: map[string]time.Time{}}
}

// Register adds a kind. A name registered twice is a programmer's error and panics.
func (e *Engine) Register(k Kind) {
	if _, ok := e.kinds[k.Name]; ok {
		panic(fmt.Sprintf("schedule: kind %q is registered twice", k.Name))
	}
	e.kinds[k.Name] = k
}

// stopTime is how long what is in flight may take after the engine was told to
// stop. What is cut short then is given back: what certainly wasn't sent to be
// taken up by another copy of the program at once, the rest after its grace.
const stopTime = 6 * time.Second

// Run works until ctx ends and everything in flight has come to an end, which is
// soon after.
func (e *Engine) Run(ctx context.Context) error {
	var running sync.WaitGroup
	lasting, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stopping := context.AfterFunc(ctx, func() {
		pause(lasting, stopTime)
		cut()
	})
	defer stopping()
	for _, worker := range e.workers() {
		wake := make(chan struct{}, 1)
		e.mu.Lock()
		e.wake = append(e.wake, wake)
		e.mu.Unlock()
		running.Go(func() { e.loop(ctx, lasting, worker, wake) })
	}
	running.Wait()
	return nil
}

// Looked is when the worker came round that was longest ago, in real time; ok is
// false while none works. A worker comes round at every poll, unless the database
// keeps it waiting.
func (e *Engine) Looked() (oldest time.Time, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, at := range e.looked {
		if !ok || at.Before(oldest) {
			oldest, ok = at, true
		}
	}
	return oldest, ok
}

// Wake makes the engine look at the store now instead of at the next poll.
func (e *Engine) Wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.wake {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Drain works until nothing more can be done at the present domain time:
// everything due has fired, and every delivery, edit and pin is done, refused, or
// waiting for its retry.
func (e *Engine) Drain(ctx context.Context) error {
	for {
		quiet, before := e.progress()
		worked := 0
		for _, w := range e.workers() {
			n, err := e.pass(ctx, w)
			if err != nil {
				return err
			}
			worked += n
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if worked > 0 {
			continue
		}
		// What [Engine.Run] does at the same time may make more due.
		if stillQuiet, after := e.progress(); quiet && stillQuiet && after == before {
			return nil
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// worker is one claim-and-do loop: claim gives jobs, each independent of the others.
type worker struct {
	name  string
	most  int
	claim func(ctx context.Context, n int) ([]job, error)
}

type job func(ctx context.Context)

func (e *Engine) workers() []worker {
	all := []worker{{"due", 16, e.claimDue}}
	for _, a := range e.Adapters {
		all = append(all,
			worker{"edit " + a, e.Timing.Most, func(ctx context.Context, n int) ([]job, error) { return e.claimEdits(ctx, a, n) }},
			worker{"send " + a, e.Timing.Most, func(ctx context.Context, n int) ([]job, error) { return e.claimDeliveries(ctx, a, n) }},
			worker{"pin " + a, 4, func(ctx context.Context, n int) ([]job, error) { return e.claimPins(ctx, a, n) }},
			worker{"check " + a, 2, func(ctx context.Context, n int) ([]job, error) { return e.claimChecks(ctx, a, n) }})
	}
	return all
}

// loop keeps up to w.most jobs going, which may go on until lasting ends. A slow
// job takes one place of its own worker and holds up nothing else.
func (e *Engine) loop(ctx, lasting context.Context, w worker, wake <-chan struct{}) {
	places := make(chan struct{}, w.most)
	finished := make(chan struct{}, 1)
	var running sync.WaitGroup
	defer running.Wait()
	failures := 0
	defer e.look(w.name, time.Time{})
	for ctx.Err() == nil {
		e.look(w.name, e.wall())
		free := w.most - len(places)
		started := 0
		if free > 0 {
			jobs, err := e.claim(ctx, w, free)
			if err != nil && ctx.Err() == nil {
				failures++
				e.look(w.name, e.wall().Add(backoff(e.Timing.Retry, failures)))
				e.Log.ErrorContext(ctx, "claim failed", "worker", w.name, "err", err)
			} else {
				failures = 0
			}
			started = len(jobs)
			for _, j := range jobs {
				places <- struct{}{}
				running.Go(func() {
					defer func() {
						<-places
						select {
						case finished <- struct{}{}:
						default:
						}
					}()
					e.do(lasting, w.name, j)
				})
			}
		}
		if started > 0 && len(places) < w.most {
			continue // there may be more
		}
		wait := time.NewTimer(e.Timing.Poll + backoff(e.Timing.Retry, failures))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-finished:
		case <-wait.C:
		}
		wait.Stop()
	}
}

// pass claims once and does everything claimed before it returns.
func (e *Engine) pass(ctx context.Context, w worker) (int, error) {
	jobs, err := e.claim(ctx, w, w.most)
	if err != nil {
		return 0, fmt.Errorf("claim %s: %w", w.name, err)
	}
	var running sync.WaitGroup
	for _, j := range jobs {
		running.Go(func() { e.do(context.WithoutCancel(ctx), w.name, j) })
	}
	running.Wait()
	return len(jobs), nil
}

// claim takes jobs and counts them. It counts itself before, so that nobody
// takes the moment between a claim and its jobs for the end of all work.
func (e *Engine) claim(ctx context.Context, w worker, n int) ([]job, error) {
	e.count(1)
	defer e.count(-1)
	jobs, err := w.claim(ctx, n)
	if err != nil {
		return nil, err // a claim that failed as it was committed has named jobs, and claimed none
	}
	e.mu.Lock()
	e.started += len(jobs)
	e.mu.Unlock()
	e.count(len(jobs))
	return jobs, nil
}

// look notes when a worker came round, or will after a failure; zero: it works no
// more.
func (e *Engine) look(worker string, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.looked[worker] = at; at.IsZero() {
		delete(e.looked, worker)
	}
}

// do runs a claimed job. Its own deadlines bound it, and what it found out must
// be recorded: ctx outlasts the engine's by a little.
func (e *Engine) do(ctx context.Context, name string, j job) {
	defer e.count(-1)
	defer func() {
		if p := recover(); p != nil {
			e.Log.ErrorContext(ctx, "job panicked", "worker", name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	j(ctx)
}

func (e *Engine) count(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inFlight += n
}

// progress reports whether nothing is under way in this process, and how many
// jobs it has begun.
func (e *Engine) progress() (quiet bool, started int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.inFlight == 0, e.started
}

// wall is real time by the wall clock alone. The monotonic reading would not do
// for leases: it stands still while a machine is suspended, and other copies go on.
func (e *Engine) wall() time.Time { return e.Real().Round(0) }

func (e *Engine) claimDue(ctx context.Context, n int) ([]job, error) {
	if _, err := e.Store.ExpireParked(ctx, e.Now()); err != nil {
		return nil, err
	}
	real := e.wall()
	due, err := e.Store.ClaimDue(ctx, e.Now(), real, real.Add(e.Timing.Lease), n)
	jobs := make([]job, len(due))
	for i, d := range due {
		jobs[i] = func(ctx context.Context) { e.fire(ctx, d) }
	}
	return jobs, err
}

// fire does one due thing, or skips it when it is too late.
func (e *Engine) fire(ctx context.Context, d Due) {
	ctx, cancel := context.WithTimeout(bot.WithTrace(ctx, d.trace()), e.Timing.Lease-e.Timing.Margin)
	defer cancel()
	log := e.Log.With("kind", d.Kind, "subject", d.Subject, "occurrence", d.Occurrence)
	e.Trace("due/claimed")
	k, ok := e.kinds[d.Kind]
	var err error
	late := !d.Until.IsZero() && !e.Now().Before(d.Until)
	switch {
	case late && ok && k.Skip != nil:
		log.WarnContext(ctx, "too late, skipped", "due", d.At)
		err = guarded(func() error { return k.Skip(ctx, d) })
	case late:
		log.WarnContext(ctx, "too late, skipped", "due", d.At)
		err = e.Store.SkipDue(ctx, d, e.Now(), "too late")
	case !ok || k.Fire == nil:
		err = fmt.Errorf("no feature knows due things of kind %q", d.Kind)
	default:
		err = guarded(func() error { return k.Fire(ctx, d) })
	}
	e.Trace("due/fired")
	e.fired(d, late, err)
	if err == nil || errors.Is(err, ErrTaken) {
		e.Wake()
		return
	}
	wait := backoff(e.Timing.Retry, d.Attempt)
	if errors.Is(ctx.Err(), context.Canceled) {
		wait = 0 // cut short, since this copy of the program ends
	}
	ctx, done := e.afterwards(ctx)
	defer done()
	log.ErrorContext(ctx, "due thing failed", "attempt", d.Attempt, "retry_in", wait, "err", err)
	if err := e.Store.RetryDue(ctx, d, e.wall().Add(wait), err.Error()); err != nil {
		log.ErrorContext(ctx, "retry not recorded; its lease will end", "err", err)
	}
}

// guarded turns a feature's panic into an error, so that it is retried and
// reported like one and holds nobody else up.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

// backoff doubles from first with each failure, up to retryMax; none for none.
func backoff(first time.Duration, failures int) time.Duration {
	if failures <= 0 {
		return 0
	}
	return min(first<<min(failures-1, 20), retryMax)
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
