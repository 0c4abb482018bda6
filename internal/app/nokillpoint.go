//go:build !faults || !unix

package app

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
)

// paced: nobody may ask for more than hands can.
const paced = true

// killPoint is for the kill test only; ordinary programs have none.
func killPoint() func(point string) { return nil }

// wallClock is the machine's clock; only the kill test's program has another.
func wallClock() func() time.Time { return time.Now }

// domainClock is nil: the time of groups is the machine's.
func domainClock() func(context.Context, *store.Store) (*Clock, error) { return nil }

// serveTiming is how patient serve is.
func serveTiming() schedule.Timing { return schedule.DefaultTiming() }

// takeover is 0: how long a dead copy's connection stays its own is for adapters to say.
func takeover() time.Duration { return 0 }

// deliverer is what posts go through.
func deliverer(b *bot.Bot) schedule.Platform { return b }
