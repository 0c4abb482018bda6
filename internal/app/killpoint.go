//go:build faults && unix

package app

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// killPoint ends this process with SIGKILL at the point and the time of passing
// it that STUDYHALL_KILL_AT names, as "deliver/sent:3". It exists only in
// programs built with -tags faults, for the kill test.
func killPoint() func(point string) {
	name, count, ok := strings.Cut(os.Getenv("STUDYHALL_KILL_AT"), ":")
	nth, err := strconv.ParseInt(count, 10, 64)
	if !ok || err != nil {
		return nil
	}
	var passed atomic.Int64
	return func(point string) {
		if point == name && passed.Add(1) == nth {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way; nothing more is done here
		}
	}
}

// wallClock is the machine's clock, ahead by STUDYHALL_CLOCK_AHEAD, as "26h30m":
// the kill test lets days go by while the program is dead. Like killPoint it is
// in no ordinary program.
func wallClock() func() time.Time {
	ahead, err := time.ParseDuration(os.Getenv("STUDYHALL_CLOCK_AHEAD"))
	if err != nil {
		return time.Now
	}
	return func() time.Time { return time.Now().Add(ahead) }
}
