package copytest

import (
	"cmp"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
)

// The next release adds to the database, and the one after it removes what that
// made superfluous: the release before the next is accepted no longer.
const (
	expand   = "-- +goose Up\nCREATE TABLE later (n BIGINT NOT NULL PRIMARY KEY);\nALTER TABLE rounds ADD COLUMN later TEXT NOT NULL DEFAULT '';\n"
	contract = "-- +goose Up\nDROP TABLE later;\nUPDATE program SET accepts_from = 90001;\n"
)

// answers has people press a letter under the newest question of each channel,
// each press at the next copy, and checks that each is told a result; of whoever
// answered before, the one from then, with the letter that counts.
func (f *fleet) answers(letter, before string, who ...*discordtest.Person) {
	f.t.Helper()
	for _, place := range f.places {
		all := questions(place)
		q := all[len(all)-1]
		for _, p := range who {
			if _, ok := q.Find(letter); !ok {
				continue // typed
			}
			text := words(f.done(p.Press(q, letter)))
			counts := cmp.Or(before, letter)
			told := strings.HasPrefix(text, "Right. "+counts) || strings.Contains(text, "You chose "+counts)
			if !told || strings.Contains(text, "You answered this one") != (before != "") {
				f.t.Errorf("%s pressed %s in #%s and was told %q", p.Name, letter, place.Name, text)
			}
		}
	}
}

// TestRollingUpgrade has three releases follow each other while people answer: old
// and new side by side over a migration that expands; then one that contracts, by
// which a running old copy ends itself and another doesn't start.
func TestRollingUpgrade(t *testing.T) {
	old := build(t, nil)
	next := build(t, map[string]string{"90001_expand.sql": expand})
	last := build(t, map[string]string{"90001_expand.sql": expand, "90002_contract.sql": contract})
	f := newFleet(t, true)
	a := f.up("old a", old, "", 0)
	f.found(3)
	a.stop()

	// Monday: the old release asks, and the next one joins it.
	f.set(time.Date(2027, 1, 4, 13, 0, 5, 0, time.UTC)) // 07:00 in Chicago
	a = f.up("old a", old, "", 0)
	b := f.up("old b", old, "", 0)
	f.until(f.each(1), "questions are missing")
	f.answers("A", "", f.people[0])
	n := f.up("next", next, "", 0)
	if !n.said("database migrated") || a.said("database migrated") {
		t.Error("the next release didn't migrate")
	}
	f.answers("B", "", f.people[1])
	var stopping sync.WaitGroup
	stopping.Go(func() { // while people answer
		a.stop()
		b.stop()
	})
	f.answers("C", "", f.people[2])
	stopping.Wait()
	n.stop()

	// Tuesday: both post, side by side.
	f.set(time.Date(2027, 1, 5, 12, 59, 50, 0, time.UTC))
	a = f.up("old a", old, "", 0)
	n = f.up("next", next, "", 0)
	if !a.said("accepts this program") {
		t.Error("the old release doesn't say that the database is newer")
	}
	f.until(f.each(2), "questions are missing, or open")
	f.once(2)
	f.answers("A", "", f.people...)

	// The last release contracts.
	l := f.up("last", last, "", 0)
	began := time.Now()
	select {
	case <-a.dead:
	case <-time.After(patient):
		t.Fatal("the old release still runs")
	}
	t.Logf("the old release ended itself %s after the last one was ready", time.Since(began).Round(10*time.Millisecond))
	f.refused(a)
	again := f.begin("old a, again", old, "", 0)
	<-again.dead
	f.refused(again)
	f.answers("B", "A", f.people...)
	if !n.alive() || !l.alive() {
		t.Error("the next or the last release has ended")
	}
	f.once(2)
}

// refused checks that a copy ended as one does that the database doesn't accept.
func (f *fleet) refused(c *copyOf) {
	f.t.Helper()
	if code := c.cmd.ProcessState.ExitCode(); code != 78 || !c.said("accepts only programs that know schema level 90001") || !c.said("nothing was lost") {
		f.t.Errorf("copy %s ended with exit code %d: %s", c.name, code, c.tail())
	}
}
