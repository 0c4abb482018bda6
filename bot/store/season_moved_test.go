package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// seasonEnds are the ends that wait of the group's season, by its own clock.
func seasonEnds(t *testing.T, s *store.Store) []string {
	t.Helper()
	n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM due WHERE kind = $1 AND subject = 'g' AND state = 'waiting'`, group.KindSeason)
	must(t, err)
	d, ok := seasonDue(t, s, "g")
	if !ok {
		return nil
	}
	ends := []string{schedule.WallOf(d.At, details(t, s, "g").Group.Location()).String()}
	for range n - 1 {
		ends = append(ends, "another one")
	}
	return ends
}

// However a window moves, there is one end, and one that has come is not lost. One
// that a group passed while it was to keep going comes when it is to end after all.
func TestSeasonOfAMovedWindow(t *testing.T) {
	chicago, err := schedule.LoadZone("America/Chicago")
	must(t, err)
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2027, month, day, hour, 0, 0, 0, chicago)
	}
	window := func(from, to string) func(*testing.T, *store.Store, time.Time) {
		return func(t *testing.T, s *store.Store, now time.Time) { withWindow(t, s, "g", from, to, now) }
	}
	with := func(change func(*group.Setup)) func(*testing.T, *store.Store, time.Time) {
		return func(t *testing.T, s *store.Store, now time.Time) {
			setup := plan("g", "fake:maria", "").Setup
			setup.Group = "g"
			change(&setup)
			if ok, err := s.Reschedule(t.Context(), setup, now); err != nil || !ok {
				t.Fatalf("reschedule: %v, %v", ok, err)
			}
		}
	}
	going := func(yes bool) func(*testing.T, *store.Store, time.Time) {
		return func(t *testing.T, s *store.Store, now time.Time) { keepGoing(t, s, yes, now) }
	}
	may := window("2027-05-01", "2027-05-15")
	type step struct {
		do   func(*testing.T, *store.Store, time.Time)
		at   time.Time
		want []string
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"later, earlier and back", []step{
			{window("2027-11-01", "2027-11-15"), at(1, 4, 12), []string{"2027-11-22T07:00"}},
			{window("2027-02-01", "2027-02-15"), at(1, 4, 12), []string{"2027-02-22T07:00"}},
			{may, at(1, 4, 13), []string{"2027-05-22T07:00"}},
		}},
		{"between its last day and its end", []step{
			{window("2027-11-01", "2027-11-15"), at(5, 18, 12), []string{"2027-11-22T07:00"}},
			{may, at(5, 18, 13), []string{"2027-05-22T07:00"}},
		}},
		{"when its end has come, it ends all the same", []step{
			{window("2027-11-01", "2027-11-15"), at(5, 22, 8), []string{"2027-05-22T07:00", "another one"}},
			{may, at(5, 22, 9), []string{"2027-05-22T07:00"}},
		}},
		{"another time, on the day itself", []step{
			{with(func(s *group.Setup) { s.Expr = "0 5 * * 1-5" }), at(5, 22, 6), []string{"2027-05-22T07:00"}},
			{may, at(5, 22, 6), []string{"2027-05-22T07:00"}},
		}},
		{"another zone, on the day itself", []step{
			{with(func(s *group.Setup) { s.Zone = "Europe/Berlin" }), at(5, 22, 6), []string{"2027-05-22T14:00"}},
		}},
		{"kept going, and not any more", []step{
			{going(true), at(5, 1, 12), nil},
			{going(false), at(5, 2, 12), []string{"2027-05-22T07:00"}},
			{going(true), at(5, 3, 12), nil},
			{going(false), at(6, 10, 12), []string{"2027-06-11T07:00"}},
			{going(true), at(6, 10, 13), nil},
			{going(false), at(6, 12, 6), []string{"2027-06-12T07:00"}},
			{may, at(6, 12, 6), []string{"2027-06-12T07:00"}}, // settings saved meanwhile
			{window("2027-11-01", "2027-11-15"), at(6, 12, 6), []string{"2027-11-22T07:00"}},
		}},
		{"going on all the time", []step{
			{going(true), at(5, 1, 12), nil},
			{may, at(6, 10, 12), nil},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				for n, step := range tt.steps {
					step.do(t, s, step.at)
					if diff := cmp.Diff(step.want, seasonEnds(t, s)); diff != "" {
						t.Errorf("step %d, ends (-want +got):\n%s", n+1, diff)
					}
				}
			})
		})
	}
}

// While a season is being wrapped up, its window moves: it ends, once, and nothing
// ends it again later.
func TestWindowMovesDuringTheWrapUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		d, _ := seasonDue(t, s, "g")
		atOnce(t, func(n int) error {
			if n%2 == 0 {
				err := s.EndSeason(t.Context(), d, group.Season{ID: fmt.Sprint("s", n), Group: "g"}, nil, nil, d.At)
				if errors.Is(err, schedule.ErrTaken) {
					return nil
				}
				return err
			}
			setup := plan("g", "fake:maria", "").Setup
			setup.Group, setup.WindowFrom, setup.WindowTo = "g", "2027-11-01", "2027-11-15"
			_, err := s.Reschedule(t.Context(), setup, d.At)
			return err
		})
		if g := details(t, s, "g"); g.Group.State != group.Ended {
			t.Errorf("the group is %s", g.Group.State)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM seasons`); err != nil || n != 1 {
			t.Errorf("%d seasons have ended (%v), want one", n, err)
		}
		if ends := seasonEnds(t, s); ends != nil {
			t.Errorf("ends at %v once more", ends)
		}
	})
}

// Whoever sets a group up again moves the windows of all it studies on, where they
// are over; one without a window, or with one ahead, keeps that.
func TestReopenedWindows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n, w := range []group.Window{{}, {From: "2027-11-01", To: "2027-11-15"}, {From: "2027-05-01", To: "2027-05-15"}} {
			a := addition("g", fmt.Sprint("c", n), n)
			a.Setup.WindowFrom, a.Setup.WindowTo = w.From, w.To
			added(t, s, a)
		}
		now := time.Date(2027, 5, 30, 12, 0, 0, 0, time.UTC)
		if _, err := s.StopGroup(t.Context(), "g", group.Ended, group.ByOrganiser, now); err != nil {
			t.Fatal(err)
		}
		again := plan("g", "fake:maria", "")
		again.Setup.Group, again.Setup.Reopen, again.Now = "g", true, now
		again.Setup.WindowFrom, again.Setup.WindowTo = "", ""
		again.Windows = map[string]group.Window{"track-g": {From: "2027-11-01", To: "2027-11-15"}, "track-g-c2-2": {From: "2028-01-01", To: "2028-01-15"}}
		if outcome, err := s.StartGroup(t.Context(), again); err != nil || outcome != group.Started {
			t.Fatalf("reopen: %v, %v", outcome, err)
		}
		var got []string
		for _, tr := range details(t, s, "g").Tracks {
			got = append(got, tr.Certification+" "+tr.WindowTo)
		}
		if diff := cmp.Diff([]string{"cbet ", "c0 ", "c1 2027-11-15", "c2 2028-01-15"}, got); diff != "" {
			t.Errorf("windows (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"2028-01-22T07:00"}, seasonEnds(t, s)); diff != "" {
			t.Errorf("ends (-want +got):\n%s", diff)
		}
	})
}
