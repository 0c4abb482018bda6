package copytest

import (
	"testing"
	"time"
)

// takeover is how long others may take for the work of a copy that died, and
// grace what a message of unknown outcome waits from its claim on.
const (
	takeover = 15 * time.Second
	grace    = 20 * time.Second
)

// behind is by how much the clocks of those are behind that are to take over: what
// falls due does so for the first copy alone.
const behind = 4 * time.Second

// TestTakeOver kills a copy with everything that is due in its hands, and measures
// how long others take until it is there. On a loaded machine that is longer than
// on a quiet one, so it is told, and the limit is that of the promise with room.
func TestTakeOver(t *testing.T) {
	binary := build(t, nil)
	for _, test := range []struct {
		name, point string
		within      time.Duration
	}{
		{"while choosing", "due/claimed:1", takeover},
		{"while posting, outcome unknown", "deliver/send:1", takeover + grace},
		{"having posted, not recorded", "deliver/sent:1", takeover + grace},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // most of the time nothing is done
			f := newFleet(t, true)
			c := f.up("set-up", binary, "", 0)
			f.found(3)
			c.stop()
			monday := time.Date(2027, 1, 4, 13, 0, 0, 0, time.UTC) // 07:00 in Chicago
			f.set(monday.Add(-10 * time.Second))
			f.up("second", binary, "", behind)
			f.up("third", binary, "", behind)
			first := f.up("first", binary, test.point, 0)
			select {
			case <-first.dead:
			case <-time.After(patient):
				t.Fatal("the first copy lives")
			}
			took := f.until(f.each(1), "questions are missing")
			time.Sleep(time.Second) // a second copy of a post would come now
			f.once(1)
			t.Logf("killed at %s: all was there %s after the copy's death, %s of which the others' clocks were behind",
				test.point, took.Round(10*time.Millisecond), behind)
			if took > test.within+behind {
				t.Errorf("it took %s, want %s at most", took, test.within+behind)
			}
		})
	}
}

// TestTakeOverConnection kills the copy that holds the gateway, and stops the one
// that holds it then: each time another connects, and people are answered.
func TestTakeOverConnection(t *testing.T) {
	binary := build(t, nil)
	f := newFleet(t, false)
	first := f.up("first", binary, "", 0)
	f.found(1)
	second := f.up("second", binary, "", 0)
	f.until(func() bool { return second.said("another copy of the program is connected") }, "the second copy doesn't wait")
	answered := func() {
		f.done(f.people[1].Command(f.places[0], "study", nil))
	}
	first.kill()
	f.until(func() bool { return !f.d.Connected() }, "Discord still has the dead copy's connection")
	took := f.until(f.d.Connected, "nobody is connected")
	answered()
	t.Logf("the gateway's copy was killed: another was connected after %s", took.Round(10*time.Millisecond))
	if took > takeover {
		t.Errorf("it took %s, want %s at most", took, takeover)
	}
	third := f.up("third", binary, "", 0)
	f.until(func() bool { return third.said("another copy of the program is connected") }, "the third copy doesn't wait")
	ending := second.stop()
	took = f.until(f.d.Connected, "nobody is connected")
	answered()
	t.Logf("the gateway's copy was stopped, in %s: another was connected %s after that", ending.Round(10*time.Millisecond), took.Round(10*time.Millisecond))
	if took > takeover {
		t.Errorf("it took %s, want %s at most", took, takeover)
	}
}
