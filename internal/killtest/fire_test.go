package killtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot/store/storetest"
)

// TestFire kills serve STUDYHALL_KILLS times (default 4) on each engine, half of
// them with sockets and half over HTTP: one process on SQLite, three copies on
// PostgreSQL, with Slack and Discord at once. See docs/reliability.md.
// STUDYHALL_KILL_SEED replays the same choices, STUDYHALL_KILL_GROUPS (default 18)
// is how many groups there are.
func TestFire(t *testing.T) {
	kills, groups := int(number(t, "STUDYHALL_KILLS", 4)), int(number(t, "STUDYHALL_KILL_GROUPS", 18))
	seed := uint64(number(t, "STUDYHALL_KILL_SEED", time.Now().Unix()))
	binary := build(t)
	for n, test := range []struct {
		name string
		kind kind
	}{
		{"one process on sqlite, http", kind{storetest.SQLite, 1, true}},
		{"three copies on postgres, http", kind{storetest.Postgres, 3, true}},
		{"one process on sqlite, sockets", kind{storetest.SQLite, 1, false}},
		{"three copies on postgres, sockets", kind{storetest.Postgres, 3, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, binary, test.kind, groups, seed+uint64(n))
			w.run((kills + 1) / 2)
			w.report(w.problems())
			w.searchAll()
			w.up()
			w.reach()
			w.readEverything()
			w.takeOver()
			w.down()
		})
	}
}

// batch is after how many kills all is looked at and nobody runs for a while.
const batch = 50

// run kills the program so many times, and lets it bring everything in order.
func (w *world) run(kills int) {
	w.t.Helper()
	var always sync.WaitGroup
	defer func() { // what comes afterwards has a time of its own
		always.Wait()
		w.ctx, w.cancel = context.WithCancel(w.t.Context())
	}()
	always.Go(w.watch)
	always.Go(w.people)
	w.up()
	w.reach()
	w.down()
	leaps := 0
	for from := 0; from < kills && w.ctx.Err() == nil; from += batch {
		leaps = w.fire(from, min(from+batch, kills), leaps)
		if from == 0 {
			w.closeAccounts()
		}
		w.forgive()
		w.up()
		w.calm()
		if from+batch < kills {
			w.pass()
			w.gap(planGap(w.seed, from/batch))
		}
	}
	w.rest()
	w.down()
	w.look()
	if w.ctx.Err() != nil {
		w.t.FailNow()
	}
	w.cancel()
}

// fire has every copy live and die, one life after another, while the clock leaps.
func (w *world) fire(from, to, leaps int) int {
	var firing, leaping sync.WaitGroup
	done := make(chan struct{})
	leaping.Go(func() {
		for w.ctx.Err() == nil {
			select {
			case <-done:
				return
			default:
			}
			if w.leap(planLeap(w.seed, leaps)) {
				leaps++
			}
			w.pause(300 * time.Millisecond)
		}
	})
	for n, c := range w.copies {
		firing.Go(func() {
			for i := from + n; i < to && w.ctx.Err() == nil; i += len(w.copies) {
				w.live(c, w.plan(w.seed, i))
			}
		})
	}
	firing.Wait()
	close(done)
	leaping.Wait()
	return leaps
}

// leap moves groups' time on as soon as nobody would be owed a question while the
// last one is missing. It reports false when the time for that isn't ripe.
func (w *world) leap(l leap) bool {
	next := w.next()
	to := next.Add(time.Duration(l.quarters-1)*15*time.Minute + l.beyond)
	until := next.Add(time.Duration(l.quarters)*15*time.Minute + wrongClock) // by anybody's clock
	began := time.Now()
	for now := w.domain(); w.book.waiting.Load() > max(40, int64(len(w.groups))) || len(w.missing(now, &span{now, until})) > 0; now = w.domain() {
		if w.ctx.Err() != nil || time.Since(began) > 2*time.Second {
			w.count(func(t *tally) { t.wait++ })
			return false
		}
		w.pause(50 * time.Millisecond)
	}
	for _, x := range l.troubles {
		w.inject(x)
	}
	switch l.drop {
	case 1:
		w.slack.Drop()
	case 2:
		w.discord.Drop()
	}
	if l.full && w.disk != nil {
		w.disk.fill()
		w.pause(1500 * time.Millisecond)
		w.disk.free()
		w.count(func(t *tally) { t.full++ })
	}
	w.moveDomain(to)
	w.count(func(t *tally) { t.leaps++; t.faults += len(l.troubles) })
	return true
}

// troubles is how many kinds of faults [world.inject] knows.
const troubles = 9

const (
	soon = time.Second
	late = lease + soon // when a platform carries out what was on its way: after the lease of who sent it
)

func (w *world) inject(x trouble) {
	if x.onSlack {
		method := slacktest.UpdateMessage
		if x.posts {
			method = slacktest.PostMessage
		}
		w.slack.Inject(x.often, method, [troubles]slacktest.Fault{
			slacktest.CutAfter(), slacktest.CutAfter(), slacktest.CutBefore(), slacktest.StatusBefore(500), slacktest.StatusAfter(502), slacktest.Limited(soon),
			slacktest.DelayAfter(soon), slacktest.RefusedAfter("internal_error"), slacktest.DelayAnyway(late),
		}[x.what])
		return
	}
	route := discordtest.EditMessage
	if x.posts {
		route = discordtest.CreateMessage
	}
	w.discord.Inject(x.often, route, [troubles]discordtest.Fault{
		discordtest.CutAfter(), discordtest.CutAfter(), discordtest.CutBefore(), discordtest.StatusBefore(500), discordtest.StatusAfter(502),
		discordtest.Limited(discordtest.ScopeUser, soon), discordtest.DelayAfter(soon), discordtest.Limited(discordtest.ScopeShared, soon),
		discordtest.DelayAnyway(late),
	}[x.what])
}

// forgive ends all faults while nobody runs, and lets minutes go by on the machine's
// clock: whatever somebody with a wrong clock held is free then.
func (w *world) forgive() {
	w.slack.Heal()
	w.discord.Heal()
	w.pause(late + time.Second) // or what is on its way would arrive minutes later
	w.moveMachine(wrongClock + lease + grace)
}

// calm waits until everything is there that is owed, and everybody was told what
// counts.
func (w *world) calm() {
	w.t.Helper()
	took := w.await(patient, func() []string {
		all := w.missing(w.domain(), nil)
		if n := w.book.waiting.Load(); n > 0 {
			all = append(all, fmt.Sprintf("%d people wait for a result", n))
		}
		return all
	})
	w.count(func(t *tally) { t.longest = max(t.longest, took) })
}

// pass lets the next quarter of an hour go by if it is so near that somebody whose
// clock was ahead may have posted what falls due in it: of a gap nobody could say
// then which questions are owed.
func (w *world) pass() {
	w.t.Helper()
	if next := w.next(); next.Sub(w.domain()) <= wrongClock {
		w.moveDomain(next.Add(time.Minute))
		w.calm()
	}
}

// gap kills everybody, and hours or days go by before anybody runs again.
func (w *world) gap(long time.Duration) {
	w.down()
	w.sleep(long)
}

// sleep lets hours go by at once: of what a group was owed meanwhile it gets the
// newest.
func (w *world) sleep(long time.Duration) {
	from := w.domain()
	// A clock that is ahead must not reach the next quarter while the newest of the
	// last ones is still to come: two would be due then, and again the newest is kept.
	to := from.Add(long).Truncate(15 * time.Minute).Add(time.Minute)
	w.gaps = append(w.gaps, span{from, to})
	w.moveDomain(to)
}

// lastLook is longer than the program lets go by between a look for second copies of
// a message and the last one.
const lastLook = 25 * time.Minute

// rest lets a day go by at once, after which all older questions are over, and the
// running copies bring everything in order. It ends at a moment at which nothing
// falls due for minutes.
func (w *world) rest() {
	w.t.Helper()
	w.pass()
	w.sleep(25 * time.Hour)
	w.calm()
	if w.ctx.Err() != nil {
		return
	}
	l := w.openLedger()
	defer l.close()
	for range 2 { // of the looks for second copies the last is far away
		w.moveMachine(lastLook)
		w.await(patient, func() []string { return l.looks(w) })
	}
	w.await(3*patient, func() []string { // what falls due after it, nobody does any more
		w.rested = w.domain()
		return l.undone(w.rested)
	}) // Slack takes 50 changes a minute, and the program knows it
}

// report says what happened, and fails for each kind of problem.
func (w *world) report(problems map[string][]string) {
	w.t.Helper()
	for kind, all := range problems {
		w.t.Errorf("%s: %d problems, of which are\n%s", kind, len(all), strings.Join(all[:min(len(all), 8)], "\n"))
	}
	t, b := &w.tally, w.book
	n := 0
	for _, at := range t.atPoint {
		n += at
	}
	w.t.Logf("seed %d: %d kills at named points %v, %d at other moments; %d of them after a freeze past the lease, %d ends by itself on a full disk; "+
		"%d clocks jumped, %d leaps of the clock and %d waits for one, %d times nobody ran, %d faults of platforms, disk full %d times; "+
		"all was there again after at most %s", w.seed, n, t.atPoint, t.elsewhere, t.frozen, t.own, t.jumps, t.leaps, t.wait, len(w.gaps), t.faults, t.full,
		t.longest.Round(time.Millisecond))
	w.t.Logf("%d presses, %d of them unanswered, %d people told nothing before it closed; %d private messages", b.presses, b.unanswered, b.never, w.board.dms)
}

// mountable says why a disk that can be full can't be had, "" if it can.
func mountable() string {
	if os.Getuid() != 0 {
		return "only root mounts disks"
	}
	return ""
}
