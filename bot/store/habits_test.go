package store_test

import (
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

// nextQuestion is when the group's next question comes, by its own clock.
func nextQuestion(t *testing.T, s *store.Store, id string) string {
	t.Helper()
	d, ok, err := s.Details(t.Context(), id)
	if err != nil || !ok {
		t.Fatalf("details: %v, %v", ok, err)
	}
	return schedule.WallOf(d.Next(), d.Group.Location()).String()
}

// Skip days are passed over by what is due and by closings; taking them out
// brings the questions back.
func TestSkipDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		add := func(want bool, days ...string) {
			t.Helper()
			if ok, err := s.AddSkipDays(t.Context(), "g", days, sunday()); err != nil || ok != want {
				t.Fatalf("add %v: %v, %v; want %v", days, ok, err, want)
			}
		}
		if got := nextQuestion(t, s, "g"); got != "2026-11-23T07:00" {
			t.Fatalf("the next question comes %s", got)
		}
		add(true, "2026-11-23")
		add(true, "2026-11-23", "2026-11-24")
		if got := nextQuestion(t, s, "g"); got != "2026-11-25T07:00" {
			t.Errorf("with two days left out the next question comes %s", got)
		}
		round, _, err := s.Round(t.Context(), r.ID)
		if err != nil || !round.ClosesAt.Equal(round.LatestClose) {
			t.Errorf("the open question closes %v, %v; want at its latest, %v", round.ClosesAt, err, round.LatestClose)
		}
		plan, _, err := s.QuestionPlan(t.Context(), "schedule-g")
		if diff := cmp.Diff([]string{"2026-11-23", "2026-11-24", "2027-05-15"}, plan.Schedule.Without); diff != "" || err != nil {
			t.Errorf("plan (-want +got):\n%s%v", diff, err)
		}
		var many []string
		for n := range group.MostSkipDays {
			many = append(many, sunday().AddDate(0, 1, n).Format(time.DateOnly))
		}
		add(false, many...)
		d, _, err := s.Details(t.Context(), "g")
		if err != nil || len(d.SkipDays) != 2 {
			t.Errorf("after too many: %v, %v", d.SkipDays, err)
		}
		if err := s.DropSkipDays(t.Context(), "g", []string{"2026-11-23", "2026-11-24", "2026-12-01"}, sunday()); err != nil {
			t.Fatal(err)
		}
		if got := nextQuestion(t, s, "g"); got != "2026-11-23T07:00" {
			t.Errorf("without skip days the next question comes %s", got)
		}
	})
}

// Of writers at once each adds its days, and there is one next question.
func TestSkipDaysAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		atOnce(t, func(n int) error {
			_, err := s.AddSkipDays(t.Context(), "g", []string{fmt.Sprintf("2026-11-%d", 23+n%5)}, sunday())
			return err
		})
		if got := nextQuestion(t, s, "g"); got != "2026-11-30T07:00" {
			t.Errorf("with a week left out the next question comes %s", got)
		}
	})
}

// The weekly post follows what the group chose, and weeks run on without one.
func TestWeeklyHabits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		usual := weekly(t, s, "g").Occurrence
		for _, row := range []struct {
			habits group.Habits
			want   string
		}{
			{group.Habits{Weekly: "0 18 * * 5"}, "2026-11-27T18:00"},
			{group.Habits{Weekly: "0 18 * * 5", Discuss: group.NeverDiscuss, KeepGoing: true}, "2026-11-27T18:00"},
			{group.Habits{Quiet: true, NoTheme: true}, usual},
		} {
			if err := s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { *h = row.habits }, sunday()); err != nil {
				t.Fatal(err)
			}
			d, _, err := s.Details(t.Context(), "g")
			if diff := cmp.Diff(row.habits, d.Habits); diff != "" || err != nil {
				t.Errorf("habits (-want +got):\n%s%v", diff, err)
			}
			if got := weekly(t, s, "g").Occurrence; got != row.want {
				t.Errorf("%+v: the week ends %s, want %s", row.habits, got, row.want)
			}
		}
		e, err := s.EndWeek(t.Context(), weekly(t, s, "g"))
		if err != nil || !e.Quiet || len(e.Studied) != 1 {
			t.Errorf("the ended week: %+v, %v", e, err)
		}
		if err := s.ChangeHabits(t.Context(), "nobody", func(h *group.Habits) { h.Quiet = true }, sunday()); err != nil {
			t.Errorf("a group that is gone: %v", err)
		}
	})
}

// A week's theme stays as it was first decided, and its questions are counted.
func TestThemesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		track := trackOf(t, s, "g")
		w, err := s.Week(t.Context(), "g", track.ID)
		if err != nil || w.Number != 1 || w.Kept || w.Off || w.Later || w.Zone == "" || !w.Season.Equal(w.Begun) {
			t.Fatalf("the first week: %+v, %v", w, err)
		}
		atOnce(t, func(n int) error {
			return s.KeepTheme(t.Context(), track.ID, 1, practice.Theme{Area: fmt.Sprint("a", n)})
		})
		first, err := s.Week(t.Context(), "g", track.ID)
		if err != nil || !first.Kept || first.Theme.Area == "" || first.Theme.Review {
			t.Fatalf("after eight decisions: %+v, %v", first, err)
		}
		if err := s.KeepTheme(t.Context(), track.ID, 1, practice.Theme{Review: true}); err != nil {
			t.Fatal(err)
		}
		asked(t, s, "g", "r1", sunday())
		if w, err = s.Week(t.Context(), "g", track.ID); err != nil || w.Theme != first.Theme || w.Asked != 1 || w.Themed != 0 {
			t.Errorf("with a question: %+v, %v; want the theme %+v", w, err, first.Theme)
		}
		if err := s.KeepTheme(t.Context(), track.ID, 2, practice.Theme{Review: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.EndWeek(t.Context(), weekly(t, s, "g")); err != nil {
			t.Fatal(err)
		}
		if w, err = s.Week(t.Context(), "g", track.ID); err != nil || w.Number != 2 || !w.Theme.Review || w.Asked != 0 {
			t.Errorf("the second week: %+v, %v", w, err)
		}
	})
}

func trackOf(t *testing.T, s *store.Store, id string) group.Track {
	t.Helper()
	d, ok, err := s.Details(t.Context(), id)
	if err != nil || !ok {
		t.Fatalf("details: %v, %v", ok, err)
	}
	return d.First().Track
}

// Organisers who choose different things at the same time all get what they chose.
func TestHabitsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		choices := []func(h *group.Habits){
			func(h *group.Habits) { h.NoTheme = true },
			func(h *group.Habits) { h.Weekly, h.Quiet = "0 18 * * 5", true },
			func(h *group.Habits) { h.Discuss = group.AlwaysDiscuss },
			func(h *group.Habits) { h.KeepGoing = true },
		}
		atOnce(t, func(n int) error { return s.ChangeHabits(t.Context(), "g", choices[n%len(choices)], sunday()) })
		want := group.Habits{NoTheme: true, Weekly: "0 18 * * 5", Quiet: true, Discuss: group.AlwaysDiscuss, KeepGoing: true}
		if diff := cmp.Diff(want, details(t, s, "g").Habits); diff != "" {
			t.Errorf("habits (-want +got):\n%s", diff)
		}
	})
}
