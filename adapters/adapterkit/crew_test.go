package adapterkit

import (
	"sync"
	"testing"
	"testing/synctest"
)

// TestCrew has work begin while others wait for the end of all of it, which the
// race detector watches.
func TestCrew(t *testing.T) {
	var c Crew
	var done sync.WaitGroup
	for range 50 {
		done.Go(func() { c.Begin(); c.End() })
		done.Go(c.Wait)
	}
	done.Wait()
	synctest.Test(t, func(t *testing.T) {
		var c Crew
		c.Begin()
		c.Begin()
		waited := false
		go func() { c.Wait(); waited = true }()
		c.End()
		synctest.Wait()
		if waited {
			t.Error("it didn't wait for all that was begun")
		}
		c.End()
		synctest.Wait()
		if !waited {
			t.Error("it still waits, and nothing is worked on")
		}
	})
}
