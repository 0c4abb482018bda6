package killtest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// points are the named moments at which the program is killed; docs/reliability.md
// says what each means.
func points() []string {
	return []string{
		"due/claimed", "due/fired",
		"deliver/claimed", "deliver/send", "deliver/sent", "deliver/marked", "deliver/reconciled", "deliver/found",
		"edit/claimed", "edit/send", "edit/sent", "edit/marked",
		"pin/claimed", "pin/send", "pin/sent", "pin/marked",
	}
}

// What [store] and [schedule] have in earnest, a dozen times as fast: of a claim
// that holds a minute there is no thousand in an hour.
const (
	request  = 3 * time.Second
	grace    = 1200 * time.Millisecond
	lease    = 5 * time.Second
	margin   = time.Second
	poll     = 100 * time.Millisecond
	retry    = 100 * time.Millisecond
	takeover = 3 * time.Second
)

func timing() string {
	return fmt.Sprintf("STUDYHALL_TIMING=%d %d %d %d %d %d", request.Milliseconds(), grace.Milliseconds(), lease.Milliseconds(),
		margin.Milliseconds(), poll.Milliseconds(), retry.Milliseconds())
}

// life is what becomes of one copy of the program, from a start to its end.
type life struct {
	point string        // at which it dies, or freezes; "" for a moment
	nth   int           // time of passing it
	stop  bool          // it freezes until long after its lease, wakes, and is killed later
	after time.Duration // of starting to answer: when it is killed, if not at a point
	fuse  time.Duration // the same if the point isn't passed until then
	skew  time.Duration // how wrong its clock is all the time
	jump  time.Duration // how wrong its clock is for a second; 0: it isn't
}

func (l life) killAt() string {
	switch {
	case l.point == "":
		return ""
	case l.stop:
		return fmt.Sprintf("%s:%d:stop", l.point, l.nth)
	}
	return fmt.Sprintf("%s:%d", l.point, l.nth)
}

// wrongClock is how wrong a clock may be while nothing is lost or doubled at rest.
const wrongClock = 8 * time.Minute

// planLife decides about the n-th life. Nothing but the seed and n decide.
func planLife(seed uint64, n int) life {
	chance := rand.New(rand.NewPCG(seed, uint64(n)<<8|1))
	l := life{after: time.Duration(30+chance.IntN(1500)) * time.Millisecond}
	if all := points(); chance.IntN(4) > 0 {
		l.point, l.nth, l.fuse = all[chance.IntN(len(all))], 1+chance.IntN(3), 3*time.Second
	}
	l.stop = chance.IntN(12) == 0
	switch chance.IntN(10) {
	case 0, 1, 2:
		l.skew = time.Duration(chance.IntN(800)-400) * time.Millisecond
	case 3:
		l.jump = wrongClock * time.Duration(1-2*chance.IntN(2))
	}
	return l
}

// trouble is something that goes wrong with a platform.
type trouble struct {
	onSlack bool
	posts   bool // rather than edits
	what    int  // one of the platform's faults
	often   int
}

// leap is one move of the clock, and what goes wrong after it.
type leap struct {
	quarters int           // how many quarters of an hour it passes
	beyond   time.Duration // how far past the last of them it goes; negative: it stops short of it
	troubles []trouble
	drop     int  // of all connections: 1 Slack's, 2 Discord's
	full     bool // the disk is full for a while
}

// planLeap decides about the n-th leap.
func planLeap(seed uint64, n int) leap {
	chance := rand.New(rand.NewPCG(seed, uint64(n)<<8|2))
	l := leap{quarters: 1 + chance.IntN(4), beyond: time.Duration(5+chance.IntN(300)) * time.Second}
	if chance.IntN(3) == 0 { // it falls due while the program runs
		l.beyond = -time.Duration(300+chance.IntN(1200)) * time.Millisecond
	}
	for range chance.IntN(4) {
		l.troubles = append(l.troubles, trouble{chance.IntN(2) == 0, chance.IntN(3) > 0, chance.IntN(troubles), 1 + chance.IntN(3)})
	}
	if chance.IntN(10) == 0 {
		l.drop = 1 + chance.IntN(2)
	}
	l.full = chance.IntN(25) == 0
	return l
}

// planGap decides how long nobody runs after the n-th batch of kills.
func planGap(seed uint64, n int) time.Duration {
	chance := rand.New(rand.NewPCG(seed, uint64(n)<<8|3))
	return time.Duration(4+chance.IntN(40)) * time.Hour
}

// A seed gives the same choices, another seed others.
func TestPlansAreReplayed(t *testing.T) {
	plan := func(seed uint64) (all []any) {
		for n := range 200 {
			all = append(all, planLife(seed, n), planLeap(seed, n), planGap(seed, n))
		}
		return all
	}
	if !reflect.DeepEqual(plan(7), plan(7)) {
		t.Error("a seed gives two plans")
	}
	if reflect.DeepEqual(plan(7), plan(8)) {
		t.Error("two seeds give one plan")
	}
	at := map[string]bool{}
	for n := range 1000 {
		at[planLife(7, n).point] = true
	}
	if len(at) != len(points())+1 {
		t.Errorf("1,000 lives end at %d kinds of moments", len(at))
	}
}
