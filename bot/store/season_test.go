package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// seasonDue is the waiting end of a group's season; ok is false without one.
func seasonDue(t *testing.T, s *store.Store, id string) (schedule.Due, bool) {
	t.Helper()
	d, ok, err := s.WaitingDue(t.Context(), group.KindSeason, id)
	if err != nil {
		t.Fatal(err)
	}
	return d, ok
}

// withWindow gives a group an exam window.
func withWindow(t *testing.T, s *store.Store, id, from, to string, now time.Time) {
	t.Helper()
	setup := plan(id, "fake:maria", "").Setup
	setup.Group, setup.WindowFrom, setup.WindowTo = id, from, to
	if ok, err := s.Reschedule(t.Context(), setup, now); err != nil || !ok {
		t.Fatalf("reschedule: %v, %v", ok, err)
	}
}

// keepGoing lets a group's season not end with its window, or end.
func keepGoing(t *testing.T, s *store.Store, going bool, now time.Time) {
	t.Helper()
	if err := s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.KeepGoing = going }, now); err != nil {
		t.Fatal(err)
	}
}

// The end of a season follows its window and what the group chose.
func TestSeasonFollowsItsWindow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		end := func(name, want string) {
			t.Helper()
			d, ok := seasonDue(t, s, "g")
			got := ""
			if ok {
				g, _, err := s.Details(t.Context(), "g")
				if err != nil {
					t.Fatal(err)
				}
				got = schedule.WallOf(d.At, g.Group.Location()).String()
			}
			if got != want {
				t.Errorf("%s: the season ends %q, want %q", name, got, want)
			}
		}
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		end("a window", "2027-05-22T07:00")
		withWindow(t, s, "g", "2027-11-01", "2027-11-15", sunday())
		end("a window that moved", "2027-11-22T07:00")
		keepGoing(t, s, true, sunday())
		end("keep going", "")
		keepGoing(t, s, false, sunday())
		end("wrap up after all", "2027-11-22T07:00")
		if _, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, sunday()); err != nil {
			t.Fatal(err)
		}
		end("paused", "2027-11-22T07:00")
		withWindow(t, s, "g", "", "", sunday())
		end("no window", "")
		withWindow(t, s, "g", "2026-05-01", "2026-05-15", sunday())
		end("a window that is long over", "")
	})
}

// A season of an earlier program gets its end once.
func TestSeasonsArePrepared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		want, _ := seasonDue(t, s, "g")
		if err := s.DropDue(t.Context(), group.KindSeason, "g"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.PrepareSeasons(t.Context(), sunday()); err != nil {
				t.Fatal(err)
			}
			if got, ok := seasonDue(t, s, "g"); !ok || !got.At.Equal(want.At) {
				t.Errorf("the season ends %v (%v), want %v", got.At, ok, want.At)
			}
		}
	})
}

// endSeason ends a season of one week with two answers, eight times at once.
func endSeason(t *testing.T, s *store.Store, d schedule.Due) group.Season {
	t.Helper()
	facts, err := s.SeasonFacts(t.Context(), "g")
	if err != nil || facts.Weeks != 1 || facts.Answers != 2 || len(facts.Areas) != 1 || len(facts.Tracks) != 1 {
		t.Fatalf("facts: %+v, %v", facts, err)
	}
	track := facts.Tracks[0].ID
	atOnce(t, func(n int) error {
		season := group.Season{ID: fmt.Sprint("s", n), Group: "g", SeasonData: group.SeasonData{Name: "May", Next: "November",
			Windows: map[string]group.Window{track: {From: "2027-11-01", To: "2027-11-15"}}}}
		delivery := schedule.Delivery{Key: fmt.Sprint("k", n), Kind: group.KindSeason, Ref: season.ID, Group: "g", Target: "fake:g", At: d.At}
		err := s.EndSeason(t.Context(), d, season, []schedule.Delivery{delivery}, nil, d.At)
		if err != nil && !errors.Is(err, schedule.ErrTaken) {
			return err
		}
		return nil
	})
	season, ok, err := s.LastSeason(t.Context(), "g")
	if err != nil || !ok || season.Name != "May" || !season.EndedAt.Equal(d.At) {
		t.Fatalf("the ended season: %+v, %v, %v", season, ok, err)
	}
	return season
}

// A season ends once, is voted on by many at once, and begins once, with new
// windows and boards at zero.
func TestSeasonEndsAndBegins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		r := asked(t, s, "g", "r1", sunday())
		answered(t, s, r, sunday(), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})
		closed(t, s, r)
		d, _ := seasonDue(t, s, "g")
		season := endSeason(t, s, d)
		g, _, err := s.Details(t.Context(), "g")
		if err != nil || g.Group.State != group.Ended || !g.Next().IsZero() {
			t.Errorf("the group: %v, next %v, %v", g.Group.State, g.Next(), err)
		}
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		atOnce(t, func(n int) error { return s.Vote(t.Context(), season.ID, fmt.Sprint("member-p", n), true, d.At) })
		for _, joins := range []bool{true, false, false} {
			if err := s.Vote(t.Context(), season.ID, "member-p0", joins, d.At); err != nil {
				t.Fatal(err)
			}
		}
		if season, _, err := s.Season(t.Context(), season.ID); err != nil || season.In != writers-1 {
			t.Errorf("%d people are in (%v), want %d", season.In, err, writers-1)
		}
		starts := d.At.AddDate(0, 0, 14)
		for range 2 {
			if ok, err := s.PlanSeason(t.Context(), season, starts, d.At); err != nil || !ok {
				t.Fatalf("plan: %v, %v", ok, err)
			}
		}
		due, ok, err := s.WaitingDue(t.Context(), group.KindStartSeason, season.ID)
		if err != nil || !ok || !due.At.Equal(starts) {
			t.Fatalf("the beginning: %+v, %v, %v", due, ok, err)
		}
		atOnce(t, func(int) error {
			if err := s.StartSeason(t.Context(), due, starts); err != nil && !errors.Is(err, schedule.ErrTaken) {
				return err
			}
			return nil
		})
		g, _, err = s.Details(t.Context(), "g")
		if diff := cmp.Diff([]string{"running", "2027-11-01", "2027-11-15"}, []string{string(g.Group.State), g.First().WindowFrom, g.First().WindowTo}); diff != "" || err != nil {
			t.Errorf("the group after the start (-want +got):\n%s%v", diff, err)
		}
		if !g.Group.StartedAt.Equal(starts) || g.Next().IsZero() {
			t.Errorf("the season began %v and asks %v", g.Group.StartedAt, g.Next())
		}
		c, err := s.Calendar(t.Context(), "g", starts)
		if err != nil || c.Season != starts.UnixMilli() {
			t.Errorf("calendar: %+v, %v", c, err)
		}
		if got, ok := seasonDue(t, s, "g"); !ok || got.Occurrence != "2027-11-15" {
			t.Errorf("the next end: %+v, %v", got, ok)
		}
		if ok, err := s.PlanSeason(t.Context(), season, starts, starts); err != nil || ok {
			t.Errorf("a season that runs is planned again: %v, %v", ok, err)
		}
	})
}

// A paused group's season ends, too, without a word in its channel.
func TestSeasonOfAPausedGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		if _, err := s.StopGroup(t.Context(), "g", group.Paused, group.BySilence, sunday()); err != nil {
			t.Fatal(err)
		}
		d, _ := seasonDue(t, s, "g")
		if !d.Until.IsZero() {
			t.Errorf("the end of a season is given up at %v, want never", d.Until)
		}
		post := schedule.Delivery{Key: "k", Kind: group.KindSeason, Ref: "s", Group: "g", Target: "fake:g", At: d.At}
		ask := schedule.Due{Kind: "season-ask", Subject: "s", Occurrence: "ask", Lane: "notice/g", At: d.At}
		if err := s.EndSeason(t.Context(), d, group.Season{ID: "s", Group: "g"}, []schedule.Delivery{post}, []schedule.Due{ask}, d.At); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.LastSeason(t.Context(), "g"); err != nil || !ok {
			t.Errorf("the season is kept: %v, %v", ok, err)
		}
		if g, _, err := s.Details(t.Context(), "g"); err != nil || g.Group.State != group.Ended {
			t.Errorf("the group is %v, %v", g.Group.State, err)
		}
		if _, ok, err := s.Delivery(t.Context(), "k"); err != nil || ok {
			t.Errorf("a paused group's channel gets a post: %v, %v", ok, err)
		}
		if _, ok, err := s.WaitingDue(t.Context(), "season-ask", "s"); err != nil || !ok {
			t.Errorf("organisers are asked about the next season: %v, %v", ok, err)
		}
	})
}

// Whoever sets a group up again before its next season begins as planned has
// begun it: nothing planned begins it once more, and nobody is asked.
func TestSeasonIsOvertaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		d, _ := seasonDue(t, s, "g")
		season := group.Season{ID: "s", Group: "g", SeasonData: group.SeasonData{Next: "May"}}
		if err := s.EndSeason(t.Context(), d, season, nil, nil, d.At); err != nil {
			t.Fatal(err)
		}
		starts := d.At.AddDate(0, 0, 14)
		if ok, err := s.PlanSeason(t.Context(), season, starts, d.At); err != nil || !ok {
			t.Fatalf("plan: %v, %v", ok, err)
		}
		due, ok, err := s.WaitingDue(t.Context(), group.KindStartSeason, "s")
		if err != nil || !ok {
			t.Fatalf("the beginning: %v, %v", ok, err)
		}
		again := plan("g", "fake:maria", "")
		again.Setup.Group, again.Setup.Reopen, again.Now = "g", true, d.At.AddDate(0, 0, 1)
		again.Setup.WindowFrom, again.Setup.WindowTo = "2027-11-01", "2027-11-15"
		if outcome, err := s.StartGroup(t.Context(), again); err != nil || outcome != group.Started {
			t.Fatalf("set up again: %v, %v", outcome, err)
		}
		if _, ok, err := s.WaitingDue(t.Context(), group.KindStartSeason, "s"); err != nil || ok {
			t.Errorf("the planned beginning still waits: %v, %v", ok, err)
		}
		if season, _, err := s.LastSeason(t.Context(), "g"); err != nil || !season.StartedAt.Equal(again.Now) || season.Next != "November" {
			t.Errorf("the season after the set-up: %+v, %v", season, err)
		}
		if _, err := s.StopGroup(t.Context(), "g", group.Ended, group.ByOrganiser, again.Now.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
		if err := s.StartSeason(t.Context(), due, starts); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("a copy that still has the due thing: %v", err)
		}
		if ok, err := s.PlanSeason(t.Context(), season, starts, again.Now); err != nil || ok {
			t.Errorf("a season that began is planned again: %v, %v", ok, err)
		}
		if g, _, err := s.Details(t.Context(), "g"); err != nil || g.Group.State != group.Ended {
			t.Errorf("the group is %v, %v; want ended, as its organiser wished", g.Group.State, err)
		}
	})
}

// A planned beginning is taken back, and planned anew, with other windows.
func TestSeasonRests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		d, _ := seasonDue(t, s, "g")
		season := group.Season{ID: "s", Group: "g", SeasonData: group.SeasonData{Next: "May"}}
		if err := s.EndSeason(t.Context(), d, season, nil, nil, d.At); err != nil {
			t.Fatal(err)
		}
		rest := func(want bool) {
			t.Helper()
			if ok, err := s.RestSeason(t.Context(), "s", d.At); err != nil || ok != want {
				t.Errorf("rest: %v, %v; want %v", ok, err, want)
			}
		}
		rest(false)
		if ok, err := s.PlanSeason(t.Context(), season, d.At.AddDate(0, 0, 14), d.At); err != nil || !ok {
			t.Fatalf("plan: %v, %v", ok, err)
		}
		rest(true)
		rest(false)
		if _, ok, err := s.WaitingDue(t.Context(), group.KindStartSeason, "s"); err != nil || ok {
			t.Errorf("the beginning still waits: %v, %v", ok, err)
		}
		season.Next = "November"
		if ok, err := s.PlanSeason(t.Context(), season, d.At.AddDate(0, 0, 21), d.At); err != nil || !ok {
			t.Fatalf("plan again: %v, %v", ok, err)
		}
		due, ok, err := s.WaitingDue(t.Context(), group.KindStartSeason, "s")
		if err != nil || !ok || !due.At.Equal(d.At.AddDate(0, 0, 21)) {
			t.Fatalf("the beginning: %+v, %v, %v", due, ok, err)
		}
		if err := s.StartSeason(t.Context(), due, due.At); err != nil {
			t.Fatal(err)
		}
		rest(false)
		if kept, _, err := s.Season(t.Context(), "s"); err != nil || kept.Next != "November" {
			t.Errorf("the season: %+v, %v", kept, err)
		}
	})
}

// The count on the wrap-up ends up true, also where it is not worth an edit at once.
func TestVotesAreShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", sunday())
		d, _ := seasonDue(t, s, "g")
		post := schedule.Delivery{Key: "k", Kind: group.KindSeason, Ref: "s", Group: "g", Target: "fake:g", At: d.At}
		if err := s.EndSeason(t.Context(), d, group.Season{ID: "s", Group: "g"}, []schedule.Delivery{post}, nil, d.At); err != nil {
			t.Fatal(err)
		}
		wanted := func() int64 {
			d, _, err := s.Delivery(t.Context(), "k")
			if err != nil {
				t.Fatal(err)
			}
			return d.Wanted
		}
		for n := range 4 {
			join(t, s, "g", fmt.Sprint("p", n))
			before := wanted()
			if err := s.Vote(t.Context(), "s", fmt.Sprint("member-p", n), true, d.At); err != nil {
				t.Fatal(err)
			}
			if got := wanted(); got != before+1 {
				t.Errorf("after %d votes version %d is wanted, want %d", n+1, got, before+1)
			}
		}
	})
}
