package browser

import (
	"context"
	"fmt"
	"sync"
	"time"

	"studyhall/bot"
)

// movement is the clock's way from one instant to another; one at a time.
type movement struct {
	mu       sync.Mutex
	from, to time.Time
	stop     context.CancelFunc // nil: the clock stands
}

// begin claims the clock; false when it is already moving.
func (m *movement) begin(from, to time.Time, stop context.CancelFunc) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop != nil {
		return false
	}
	m.from, m.to, m.stop = from, to, stop
	return true
}

func (m *movement) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stop = nil
}

// halt asks a moving clock to stop where it is.
func (m *movement) halt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop != nil {
		m.stop()
	}
}

// now tells whether the clock moves and how far it has come, in percent.
func (m *movement) now(now time.Time) (to time.Time, percent int, moving bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == nil {
		return time.Time{}, 0, false
	}
	if whole := m.to.Sub(m.from); whole > 0 {
		percent = int(100 * now.Sub(m.from) / whole)
	}
	return m.to, min(max(percent, 0), 100), true
}

// Words for what the clock can be asked.
const (
	toMorning = "morning"
	toDay     = "day"
	toWeek    = "week"
	toNext    = "next"
	toStop    = "stop"
)

// morningHour is when [toMorning] is: the time of the default daily question, on the
// clock of the first person, who organises. Seven o'clock further east would come
// before that question.
const morningHour = 7

// What a person is told when the clock can't be moved.
var (
	errClockMoves  = bot.Errorf("The clock is already moving. Press Stop first.")
	errNoClock     = bot.Errorf("This chat runs on the machine's own clock, which can't be moved.")
	errNothingDue  = bot.Errorf("Nothing is due any more, so the clock stays where it is.")
	errPast        = bot.Errorf("The clock only goes forward. Nothing was changed.")
	errClockTarget = bot.Errorf("I don't know that time. Nothing was changed.")
)

// target is the instant that a word, or a time as in RFC 3339, means to a person.
func (a *Adapter) target(ctx context.Context, p person, word string) (time.Time, error) {
	now := a.now().In(p.location)
	switch word {
	case toDay:
		return now.AddDate(0, 0, 1), nil
	case toWeek:
		return now.AddDate(0, 0, 7), nil
	case toMorning:
		home := a.everybody()[0].location
		there := now.In(home)
		morning := time.Date(there.Year(), there.Month(), there.Day(), morningHour, 0, 0, 0, home)
		if !morning.After(now) {
			morning = time.Date(there.Year(), there.Month(), there.Day()+1, morningHour, 0, 0, 0, home)
		}
		return morning, nil
	case toNext:
		next, ok, err := a.clock.Next(ctx)
		if err != nil {
			return time.Time{}, fmt.Errorf("what is due next: %w", err)
		}
		if !ok {
			return time.Time{}, errNothingDue
		}
		if next.Before(now) { // overdue: it runs when the clock is asked to be where it is
			next = now
		}
		return next, nil
	}
	t, err := time.Parse(time.RFC3339, word)
	if err != nil {
		return time.Time{}, errClockTarget
	}
	if t.Before(now) {
		return time.Time{}, errPast
	}
	return t, nil
}

// moveClock plays through what is due until the word's instant. The errors
// above are for people.
func (a *Adapter) moveClock(ctx context.Context, p person, word string) error {
	if a.clock == nil {
		return errNoClock
	}
	if word == toStop {
		a.move.halt()
		return nil
	}
	to, err := a.target(ctx, p, word)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if !a.move.begin(a.now(), to, stop) {
		return errClockMoves
	}
	defer a.news.publish()
	defer a.move.end()
	a.news.publish()
	if err := a.clock.Advance(ctx, to); err != nil && ctx.Err() == nil {
		return fmt.Errorf("advance clock to %s: %w", to.UTC().Format(time.RFC3339), err)
	}
	return nil
}
