package discord_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// TestEverybodyAtOnce has 2,000 members press within two seconds, with 60 ms to
// Discord and back: each is acknowledged within one.
func TestEverybodyAtOnce(t *testing.T) {
	members := 2000
	if raceEnabled {
		members = 200
	}
	bubble(t, fmt.Sprint(members), func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		hello := w.answered(w.ann.Command(w.study, "hello", nil)).Reply()
		w.discord.Inject(-1, discordtest.Callback, discordtest.Delay(60*time.Millisecond))
		w.discord.Forget()
		var all []*discordtest.Interaction
		for n := range members {
			p := w.discord.Person(fmt.Sprint("member", n))
			w.server.Join(p)
			i, err := p.Press(hello, "B")
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, i)
			time.Sleep(time.Millisecond)
		}
		for _, i := range all {
			w.answered(i, nil)
			if i.Latency() > time.Second {
				t.Fatalf("an acknowledgement took %s", i.Latency())
			}
		}
		if c := w.discord.Counts(); c.Limited > 0 || c.Late > 0 {
			t.Errorf("%d refused as too many, %d late", c.Limited, c.Late)
		}
	})
}

// TestNothingStays answers many interactions and looks at what is left. The
// library's own limits keep 420 bytes of each for ever; half of that is too much
// here, where only their identifiers are remembered for a while.
func TestNothingStays(t *testing.T) {
	bubble(t, "memory", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		many := 2_000
		if raceEnabled {
			many = 500
		}
		use := func() (heap uint64, goroutines int) {
			for range many {
				w.answered(w.ann.Command(w.study, "study", nil))
			}
			w.discord.Forget()
			w.mu.Lock()
			w.done = nil
			w.mu.Unlock()
			time.Sleep(5 * time.Minute) // idle connections close
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc, runtime.NumGoroutine()
		}
		use()
		heap, goroutines := use()
		again, left := use()
		if left > goroutines+2 {
			t.Errorf("%d goroutines, then %d", goroutines, left)
		}
		if grown := int64(again) - int64(heap); grown > int64(many)*210 {
			t.Errorf("%d bytes more after %d interactions", grown, many)
		}
	})
}
