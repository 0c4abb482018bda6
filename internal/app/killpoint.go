//go:build faults && unix

package app

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
)

// What stands in this file exists only in programs built with -tags faults, for
// internal/killtest: it has the program die or freeze at named points, moves its
// clocks, shortens its leases, and can blind it.

// paced: a kill test's people press faster than hands can.
const paced = false

// killPoint ends this process with SIGKILL at the point and the time of passing
// it that STUDYHALL_KILL_AT names, as "deliver/sent:3"; "deliver/sent:3:stop" has
// SIGSTOP freeze it there instead, until somebody wakes it.
func killPoint() func(point string) {
	parts := strings.Split(os.Getenv("STUDYHALL_KILL_AT"), ":")
	if len(parts) < 2 {
		return nil
	}
	nth, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil
	}
	stop := len(parts) > 2
	var passed atomic.Int64
	return func(point string) {
		if point != parts[0] || passed.Add(1) != nth {
			return
		}
		if stop {
			syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			time.Sleep(50 * time.Millisecond) // the signal stops all threads, but perhaps not at once
			return
		}
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way; nothing more is done here
	}
}

// handClock reads how far clocks are moved from the file that STUDYHALL_CLOCK
// names: by how many nanoseconds the machine's clock is ahead, and by how many
// more the time of groups.
type handClock struct {
	file string

	mu              sync.Mutex
	read            time.Time
	machine, domain time.Duration
}

// clockKept is how long what was read is taken for what the file says.
const clockKept = 5 * time.Millisecond

func (c *handClock) offsets() (machine, domain time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.read) > clockKept {
		c.read = now
		if text, err := os.ReadFile(c.file); err == nil {
			fmt.Sscan(string(text), (*int64)(&c.machine), (*int64)(&c.domain))
		}
	}
	return c.machine, c.domain
}

// wallClock is the machine's clock, as far ahead as a test says: while the program
// is dead by STUDYHALL_CLOCK_AHEAD, as "26h30m", and at any time by STUDYHALL_CLOCK.
func wallClock() func() time.Time {
	ahead, _ := time.ParseDuration(os.Getenv("STUDYHALL_CLOCK_AHEAD")) // without one it is 0
	file := os.Getenv("STUDYHALL_CLOCK")
	if file == "" {
		return func() time.Time { return time.Now().Add(ahead) }
	}
	c := &handClock{file: file}
	return func() time.Time {
		machine, _ := c.offsets()
		return time.Now().Add(ahead + machine)
	}
}

// domainClock is the time of groups where a test moves it apart from the machine's
// clock, so that a year passes in minutes and leases last as long as ever.
func domainClock() func(context.Context, *store.Store) (*Clock, error) {
	file := os.Getenv("STUDYHALL_CLOCK")
	if file == "" {
		return nil
	}
	c := &handClock{file: file}
	return func(context.Context, *store.Store) (*Clock, error) {
		return realClock(func() time.Time {
			machine, domain := c.offsets()
			return time.Now().Add(machine + domain)
		}), nil
	}
}

// serveTiming is how patient serve is. STUDYHALL_TIMING gives other times than
// people get, in milliseconds: request, grace, lease, margin, poll, retry.
func serveTiming() schedule.Timing {
	t := schedule.DefaultTiming()
	var ms [6]int64
	if n, err := fmt.Sscan(os.Getenv("STUDYHALL_TIMING"), &ms[0], &ms[1], &ms[2], &ms[3], &ms[4], &ms[5]); n == len(ms) && err == nil {
		for i, d := range []*time.Duration{&t.Request, &t.Grace, &t.Lease, &t.Margin, &t.Poll, &t.Retry} {
			*d = time.Duration(ms[i]) * time.Millisecond
		}
	}
	return t
}

// takeover is how long a dead copy's connection stays its own; STUDYHALL_TAKEOVER
// says it as "3s". Otherwise it is the adapters' own choice.
func takeover() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("STUDYHALL_TAKEOVER")) // without one it is 0
	return d
}

// deliverer is what posts go through. With STUDYHALL_BLIND set it finds nothing
// that was posted before: the test must notice what comes of that.
func deliverer(b *bot.Bot) schedule.Platform {
	if os.Getenv("STUDYHALL_BLIND") == "" {
		return b
	}
	return blind{b}
}

type blind struct{ *bot.Bot }

// Find finds nothing.
func (blind) Find(context.Context, bot.ChannelID, string, time.Time) ([]bot.MessageID, error) {
	return nil, nil
}
