package store_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// calendarDue is when a group next hears what is ahead, by its own clock; "" for never.
func calendarDue(t *testing.T, s *store.Store, id string) (schedule.Due, string) {
	t.Helper()
	d, ok, err := s.WaitingDue(t.Context(), group.KindCalendar, id)
	must(t, err)
	if !ok {
		return d, ""
	}
	return d, schedule.WallOf(d.At, details(t, s, id).Group.Location()).String()
}

// hears lets a group hear what falls on a date, as the engine would.
func hears(t *testing.T, s *store.Store, d schedule.Due, post string) error {
	t.Helper()
	a, _, err := s.Agenda(t.Context(), d.Subject, d.At)
	must(t, err)
	return s.PostCalendar(t.Context(), d, exam.CalendarPost{ID: post, Group: d.Subject, Day: d.Occurrence, Steps: a.On(d.Occurrence), Data: "{}"}, d.At)
}

// What a group hears follows its window, clock and times; nothing is told twice,
// and a group that doesn't run hears nothing.
func TestCalendarFollowsTheGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at := sunday()
		next := func(name, want string) schedule.Due {
			t.Helper()
			d, got := calendarDue(t, s, "g")
			if got != want {
				t.Errorf("%s: next is %q, want %q", name, got, want)
			}
			return d
		}
		first := next("a new group", "2027-03-02T07:00")
		withWindow(t, s, "g", "2027-11-01", "2027-11-15", at)
		next("another window", "2027-09-02T07:00")
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", at)
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Countdown = "30, 1" }, at))
		next("other days", "2027-04-01T07:00")
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Countdown = group.NoCountdown }, at))
		next("off", "2027-05-15T07:00")
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.KeepGoing = true }, at))
		next("off, and it keeps going", "")
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { *h = group.Habits{} }, at))
		if ok, err := s.SetDeadline(t.Context(), "g", "track-g", "2027-05-01", "2027-03-20", at); !ok || err != nil {
			t.Fatalf("deadline: %v, %v", ok, err)
		}
		next("with a deadline", "2027-02-18T07:00")
		if ok, err := s.SetDeadline(t.Context(), "g", "track-g", "2027-11-01", "2027-09-20", at); ok || err != nil {
			t.Errorf("a deadline of another window is kept: %v, %v", ok, err)
		}
		if ok, err := s.SetDeadline(t.Context(), "g", "track-g", "2027-05-01", "", at); !ok || err != nil {
			t.Fatalf("deadline: %v, %v", ok, err)
		}
		next("without it", "2027-03-02T07:00")
		if ok, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, at); !ok || err != nil {
			t.Fatalf("pause: %v, %v", ok, err)
		}
		next("paused", "")
		if ok, err := s.ResumeGroup(t.Context(), "g", first.At.Add(time.Hour)); !ok || err != nil {
			t.Fatalf("resume: %v, %v", ok, err)
		}
		next("resumed after the time of the first", "2027-04-01T07:00")
	})
}

// Of eight copies that fire one date, one posts; what was told is never told again,
// whatever becomes of the window.
func TestCalendarPostsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		d, _ := calendarDue(t, s, "g")
		var posted atomic.Int64
		atOnce(t, func(n int) error {
			a, _, err := s.Agenda(t.Context(), "g", d.At)
			if err != nil {
				return err
			}
			steps := a.On(d.Occurrence)
			if len(steps) == 0 { // another copy has told it
				steps = []exam.Step{{Kind: exam.ToWindow, Track: "track-g", Target: "2027-05-01", Days: 60, Day: "2027-03-02"}}
			}
			err = s.PostCalendar(t.Context(), d, exam.CalendarPost{ID: string(rune('a' + n)), Group: "g", Day: d.Occurrence, Steps: steps, Data: "{}"}, d.At)
			if err == nil {
				posted.Add(1)
			} else if errors.Is(err, schedule.ErrTaken) {
				err = nil
			}
			return err
		})
		if n := posted.Load(); n != 1 {
			t.Errorf("%d posts", n)
		}
		withWindow(t, s, "g", "2027-11-01", "2027-11-15", d.At)
		withWindow(t, s, "g", "2027-05-01", "2027-05-15", d.At)
		if _, next := calendarDue(t, s, "g"); next != "2027-04-01T07:00" {
			t.Errorf("next is %s", next)
		}
		later, _ := calendarDue(t, s, "g")
		must(t, s.SkipCalendar(t.Context(), later, later.Until))
		if _, next := calendarDue(t, s, "g"); next != "2027-04-24T07:00" {
			t.Errorf("after a day that was over, next is %s", next)
		}
		if err := s.SkipCalendar(t.Context(), later, later.Until); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("skipped twice: %v", err)
		}
	})
}

// A group's clock that moves east over the time of a post doesn't lose it, and one
// that moves west doesn't double it.
func TestCalendarFollowsTheClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		move := func(zone string, at time.Time) {
			t.Helper()
			setup := plan("g", "fake:maria", "").Setup
			setup.Group, setup.Zone, setup.WindowFrom, setup.WindowTo = "g", zone, "2027-05-01", "2027-05-15"
			if ok, err := s.Reschedule(t.Context(), setup, at); err != nil || !ok {
				t.Fatalf("reschedule: %v, %v", ok, err)
			}
		}
		d, _ := calendarDue(t, s, "g")
		move("Europe/Berlin", d.At.Add(-time.Hour)) // it is 13:00 there
		d, at := calendarDue(t, s, "g")
		if at != "2027-03-02T07:00" {
			t.Fatalf("moved east over its time, next is %s", at)
		}
		must(t, hears(t, s, d, "post"))
		move("Pacific/Honolulu", d.At)
		if _, next := calendarDue(t, s, "g"); next != "2027-04-01T07:00" {
			t.Errorf("moved west after it was posted, next is %s", next)
		}
	})
}

// Dates that members share are counted, counted down to where there is no window,
// and wished luck by the names that boards have; a hidden person isn't named.
func TestCalendarOfSharedExams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at := sunday()
		withWindow(t, s, "g", "", "", at)
		for _, p := range []struct{ name, day string }{{"dana", "2027-03-08"}, {"lee", "2027-03-08"}, {"tom", "2027-03-10"}} {
			join(t, s, "g", p.name)
			must(t, set(t, s, p.name, "cbet", "", p.day, at))
			if _, next := calendarDue(t, s, "g"); p.name == "dana" && next != "" {
				t.Errorf("an exam that isn't shared is counted down to: %s", next)
			}
			exams, err := s.Exams(t.Context(), "member-"+p.name)
			must(t, err)
			if ok, err := s.ShareExam(t.Context(), exams[0].ID, "member-"+p.name, "g", true, at); !ok || err != nil {
				t.Fatalf("share: %v, %v", ok, err)
			}
		}
		if _, next := calendarDue(t, s, "g"); next != "2027-01-07T07:00" {
			t.Errorf("60 days before the first is %s", next)
		}
		must(t, s.Do(t.Context(), `UPDATE memberships SET hidden = TRUE WHERE member_id = 'member-lee'`))
		on, err := s.OnDay(t.Context(), details(t, s, "g").First().Track, "2027-03-08")
		must(t, err)
		same(t, "on the day", on, exam.OnDay{Names: []string{joining("g", "dana").Name}, Hidden: true, Next: "2027-03-10"})
		sits, err := s.Sitting(t.Context(), "g", "2026-11-22")
		must(t, err)
		if len(sits) != 1 || sits[0].Others != 3 || sits[0].Next != "2027-03-08" || sits[0].InWindow != 0 {
			t.Errorf("sitting: %+v", sits)
		}
		withWindow(t, s, "g", "2027-03-01", "2027-03-15", at)
		if sits, err = s.Sitting(t.Context(), "g", "2026-11-22"); err != nil || len(sits) != 1 || sits[0].InWindow != 3 || sits[0].Others != 0 {
			t.Errorf("sitting in a window: %+v, %v", sits, err)
		}
		withWindow(t, s, "g", "", "", at)
		// A date that moves is counted down to as it is now; one that is cleared not at all.
		must(t, set(t, s, "tom", "cbet", "", "2027-02-10", at))
		if _, next := calendarDue(t, s, "g"); next != "2026-12-12T07:00" {
			t.Errorf("60 days before a date that moved is %s", next)
		}
		exams, err := s.Exams(t.Context(), "member-tom")
		must(t, err)
		if ok, err := s.ClearExam(t.Context(), exams[0].ID, "member-tom", at); !ok || err != nil {
			t.Fatalf("clear: %v, %v", ok, err)
		}
		if _, next := calendarDue(t, s, "g"); next != "2027-01-07T07:00" {
			t.Errorf("without it, next is %s", next)
		}
		own, err := s.OwnExam(t.Context(), "member-dana", "cbet", "2027-03-08")
		if err != nil || own != "2027-03-08" {
			t.Errorf("own exam: %q, %v", own, err)
		}
		if own, err = s.OwnExam(t.Context(), "member-dana", "cbet", "2027-03-09"); err != nil || own != "" {
			t.Errorf("own exam after it: %q, %v", own, err)
		}
		// Whoever has said how it went is waited for no more.
		for _, p := range []string{"dana", "lee"} {
			exams, err := s.Exams(t.Context(), "member-"+p)
			must(t, err)
			if _, ok, err := s.SetOutcome(t.Context(), exams[0].ID, "member-"+p, exam.Failed, at); !ok || err != nil {
				t.Fatalf("outcome: %v, %v", ok, err)
			}
		}
		if _, next := calendarDue(t, s, "g"); next != "" {
			t.Errorf("all have said how it went, and next is %s", next)
		}
	})
}
