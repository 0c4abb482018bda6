package discord

import (
	"sync"
	"testing"
	"testing/synctest"
)

// TestCrew has work begin while others wait for the end of all of it, which the
// race detector watches.
func TestCrew(t *testing.T) {
	var c crew
	var done sync.WaitGroup
	for range 50 {
		done.Go(func() { c.begin(); c.end() })
		done.Go(c.wait)
	}
	done.Wait()
	synctest.Test(t, func(t *testing.T) {
		var c crew
		c.begin()
		c.begin()
		waited := false
		go func() { c.wait(); waited = true }()
		c.end()
		synctest.Wait()
		if waited {
			t.Error("it didn't wait for all that was begun")
		}
		c.end()
		synctest.Wait()
		if !waited {
			t.Error("it still waits, and nothing is worked on")
		}
	})
}
