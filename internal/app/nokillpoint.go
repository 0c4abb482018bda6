//go:build !faults || !unix

package app

import "time"

// killPoint is for the kill test only; ordinary programs have none.
func killPoint() func(point string) { return nil }

// wallClock is the machine's clock; only the kill test's program has another.
func wallClock() func() time.Time { return time.Now }
