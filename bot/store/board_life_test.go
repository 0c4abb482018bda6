package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Whoever hides is off the boards with the same statement, takes no place, and
// keeps the points; two can't be called the same.
func TestNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		answered(t, s, r, sunday(), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Right, "tom": practice.Wrong})
		closed(t, s, r)
		rename := func(person, name string, hidden, want bool) {
			t.Helper()
			if ok, err := s.Rename(t.Context(), "g", "member-"+person, name, hidden); err != nil || ok != want {
				t.Errorf("%s becomes %q: %v, %v; want %v", person, name, ok, err, want)
			}
		}
		rename("dana", "", true, true)
		rename("lee", "Sparky", false, true)
		rename("tom", "SPARKY", false, false)
		rename("tom", "Dana", false, false)
		rename("lee", "Sparky", false, true) // again
		if diff := cmp.Diff(map[string]int{"Sparky": 3, "tom": 1}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		mine := sheet(t, s, "g", "dana", firstWeek())
		if mine.Points != 3 || !mine.Naming.Hidden || len(mine.Unplaced) != 1 {
			t.Errorf("Dana sees %+v, want 3 points and that they are hidden", mine)
		}
		if err := s.MakeMentor(t.Context(), "g", "member-lee"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int{"tom": 1}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("places beside a mentor (-want +got):\n%s", diff)
		}
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		var mu sync.Mutex
		got := 0
		atOnce(t, func(n int) error {
			ok, err := s.Rename(t.Context(), "g", fmt.Sprint("member-p", n), "Ohm", false)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				got++
			}
			return err
		})
		if got != 1 {
			t.Errorf("%d people got the same name at once, want one", got)
		}
		names, err := s.Namings(t.Context(), "g", []string{"member-lee", "member-dana", "member-nobody"})
		if err != nil || len(names) != 2 || names["member-lee"].Shown() != "Sparky" || !names["member-dana"].Hidden {
			t.Errorf("names: %+v, %v", names, err)
		}
	})
}

// A pause at the very instant at which a week ends does not lose its end.
func TestWeeksGoOnThroughPauses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		d := weekly(t, s, "g")
		for _, do := range []func() (bool, error){
			func() (bool, error) { return s.StopGroup(t.Context(), "g", group.Paused, group.BySilence, d.At) },
			func() (bool, error) { return s.ResumeGroup(t.Context(), "g", d.At) },
		} {
			if _, err := do(); err != nil {
				t.Fatal(err)
			}
			if again := weekly(t, s, "g"); !again.At.Equal(d.At) {
				t.Errorf("the week ends at %v, want %v", again.At, d.At)
			}
		}
		if _, err := s.StopGroup(t.Context(), "g", group.Ended, "", d.At.Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.WaitingDue(t.Context(), group.KindWeekly, "weekly-g"); err != nil || ok {
			t.Errorf("weeks go on after the season (%v)", err)
		}
		// A new season begins a week of its own.
		st := plan("again", "fake:maria", "fake:g")
		st.Setup.Group, st.Setup.Reopen, st.Now = "g", true, d.At.AddDate(0, 1, 0)
		if outcome, err := s.StartGroup(t.Context(), st); err != nil || outcome != group.Started {
			t.Fatalf("reopen: %v, %v", outcome, err)
		}
		c, err := s.Calendar(t.Context(), "g", st.Now)
		if err != nil || c.Week != 2 || !c.Begun.Equal(st.Now) || c.Season != st.Now.UnixMilli() {
			t.Errorf("calendar of the new season: %+v, %v", c, err)
		}
		weekly(t, s, "g")
	})
}

// A question that closes while the group is at rest ends nobody's run, nor does
// one that was there before a member.
func TestWhatIsExcused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := asked(t, s, "g", "r1", sunday())
		if _, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, sunday()); err != nil {
			t.Fatal(err)
		}
		at := closed(t, s, r)
		j := joining("g", "late")
		j.Now = at.Add(-time.Hour)
		if _, _, err := s.JoinGroup(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		for _, person := range []string{"dana", "late"} {
			h := history(t, s, "g", person)
			if len(h.Questions) != 1 || !h.Questions[0].Excused {
				t.Errorf("%s: %+v, want one excused question", person, h.Questions)
			}
		}
		j = joining("g", "later")
		j.Now = at.Add(time.Hour)
		if _, _, err := s.JoinGroup(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if h := history(t, s, "g", "later"); len(h.Questions) > 0 || h.Member != "member-later" {
			t.Errorf("who joined after the closing: %+v", h)
		}
	})
}

// A group that moves west at the turn of a month goes on with the new month.
func TestMonthsNeverGoBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		move := func(zone string, at time.Time) {
			t.Helper()
			setup := plan("g", "fake:maria", "").Setup
			setup.Group, setup.Zone = "g", zone
			if _, err := s.Reschedule(t.Context(), setup, at); err != nil {
				t.Fatal(err)
			}
		}
		move("Pacific/Auckland", sunday())
		at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
		for n := range 3 {
			r := asked(t, s, "g", fmt.Sprint("r", n), at)
			answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Right})
			d, _, err := s.WaitingDue(t.Context(), practice.KindClose, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			at = time.Date(2026, 11, 30, 12+n, 0, 0, 0, time.UTC) // December in Auckland, November in Honolulu
			if err := s.CloseRound(t.Context(), d, at); err != nil {
				t.Fatal(err)
			}
			move("Pacific/Honolulu", at)
		}
		c, err := s.Calendar(t.Context(), "g", at)
		if err != nil || c.Month != "2026-12" {
			t.Errorf("it is %s (%v), want December", c.Month, err)
		}
		if got := sheet(t, s, "g", "dana", board.Period{Span: board.Month, Month: c.Month}).Points; got != 9 {
			t.Errorf("%d points in December, want 9", got)
		}
	})
}
