package adapterkit

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// TestRecentForgets has identifiers known for as many others as it says, and then
// forgotten.
func TestRecentForgets(t *testing.T) {
	r := NewRecent()
	if r.Seen("first") || !r.Seen("first") {
		t.Fatal("the second time is not known")
	}
	for n := range recentIDs + 1 { // the first is in the older half now
		r.Seen(strconv.Itoa(n))
	}
	if !r.Seen("first") {
		t.Errorf("forgotten after %d others", recentIDs)
	}
	for n := range 10 * recentIDs {
		r.Seen(strconv.Itoa(n + 100_000))
	}
	if r.Seen("first") || len(r.new)+len(r.old) > 2*recentIDs {
		t.Errorf("%d are known", len(r.new)+len(r.old))
	}
}

// TestMemo has what was remembered be asked for again after its time, or when it
// is forgotten; what it was last is still known.
func TestMemo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemo[string]()
		check := func(when, want string, fresh bool) {
			t.Helper()
			if got, ok := m.Get("a"); ok != fresh || ok && got != want {
				t.Errorf("%s: %q, %t", when, got, ok)
			}
			if got := m.Last("a"); got != want {
				t.Errorf("%s it was last %q, want %q", when, got, want)
			}
		}
		check("before", "", false)
		m.Put("a", "x", time.Minute)
		check("at once", "x", true)
		time.Sleep(time.Minute + time.Second)
		check("later", "x", false)
		m.Put("a", "y", time.Minute)
		m.Forget("a")
		check("forgotten", "y", false)
		m.Put("a", "z", time.Hour)
		for n := range memoEntries {
			m.Put(strconv.Itoa(n), "", time.Hour)
		}
		check("with many others", "z", true)
		m.Forget("a")
		check("forgotten among many", "z", false)
		for n := range 4 * memoEntries {
			m.Put(strconv.Itoa(n+100_000), "", time.Hour)
		}
		check("with too many others", "", false)
		if n := len(m.new) + len(m.old); n > 2*memoEntries {
			t.Errorf("%d are remembered", n)
		}
	})
}

// TestCrowd has room for so many of one person, and of all, and keeps nobody's
// name who has left.
func TestCrowd(t *testing.T) {
	c := NewCrowd()
	for n := range CrowdEach {
		if ok, _ := c.Enter("ann"); !ok {
			t.Fatalf("no room for interaction %d", n+1)
		}
	}
	if ok, full := c.Enter("ann"); ok || full {
		t.Errorf("one too many of a person: %t, full %t", ok, full)
	}
	if ok, full := c.Enter("lee"); !ok || full {
		t.Errorf("somebody else: %t, full %t", ok, full)
	}
	c.Leave("ann")
	if ok, _ := c.Enter("ann"); !ok {
		t.Error("no room after one has left")
	}
	for range CrowdEach {
		c.Leave("ann")
	}
	c.Leave("lee")
	if c.Size() != 0 || len(c.by) != 0 {
		t.Errorf("%d are there, %v", c.Size(), c.by)
	}
	for n := range CrowdAll {
		c.Enter(strconv.Itoa(n))
	}
	if ok, full := c.Enter("ann"); ok || !full {
		t.Errorf("one too many of all: %t, full %t", ok, full)
	}
}
