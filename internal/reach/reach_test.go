package reach

import (
	"testing"

	"studyhall/bot/store/storetest"
)

// TestInstallation has the program run on an installation as the benchmarks make
// it, in small: it is ready, people's answers are graded, and every one of them is
// in the database afterwards.
func TestInstallation(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	binary := compile(t)
	storetest.EachURL(t, func(t *testing.T, url string) {
		small := size{groups: 3, people: 4, rounds: 10, open: 2}
		f := newFront(t, small.groups)
		in := install(t, url, small, f.guilds, f.places)
		p := start(t, binary, f.env(url, true)...)
		c := newCrowd(f, in, p)
		for n := c.left(); n > 0; n-- {
			if _, err := c.press(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		p.stop()
		if n := f.other.Load(); n > 0 {
			t.Errorf("%d presses were not graded; the last was told %s", n, f.odd)
		}
		want := int64(small.groups * small.people * (small.rounds + small.open))
		if got := in.count(`SELECT COUNT(*) FROM answers`); got != want {
			t.Errorf("%d answers, want %d", got, want)
		}
		if got := in.count(`SELECT COUNT(*) FROM rounds WHERE answered <> 4`); got != 0 {
			t.Errorf("%d questions don't count four answers", got)
		}
	})
}
