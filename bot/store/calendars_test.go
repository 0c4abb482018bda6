package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/exam"
	"studyhall/bot/papers"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func calendarOf(person, group, hash string) papers.Calendar {
	return papers.Calendar{Hash: hash, Member: "member-" + person, Group: group, MadeAt: sunday(), ChangedAt: sunday()}
}

func readable(t *testing.T, s *store.Store, hash string) bool {
	t.Helper()
	_, ok, err := s.CalendarAt(t.Context(), hash)
	must(t, err)
	return ok
}

func TestCalendars(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		join(t, s, "g", "dana")
		// Of many who make the first address at once, one does.
		var made atomic.Int64
		atOnce(t, func(n int) error {
			ok, err := s.SetCalendar(t.Context(), calendarOf("dana", "", fmt.Sprint("hash", n)), "")
			if ok {
				made.Add(1)
			}
			return err
		})
		all, err := s.Calendars(t.Context(), "member-dana")
		must(t, err)
		if made.Load() != 1 || len(all) != 1 {
			t.Fatalf("%d made, %d there", made.Load(), len(all))
		}
		first := all[0].Hash
		// A new one takes its place, once.
		for n, want := range []bool{true, false} {
			if ok, err := s.SetCalendar(t.Context(), calendarOf("dana", "", fmt.Sprint("new", n)), first); err != nil || ok != want {
				t.Errorf("replaced the first: %v, %v, want %v", ok, err, want)
			}
		}
		if readable(t, s, first) || !readable(t, s, "new0") || readable(t, s, "new1") {
			t.Error("the first address is there, or the new one isn't")
		}
		// Of a group it is for those who are in it.
		_, err = s.SetCalendar(t.Context(), calendarOf("dana", "h", "other"), "")
		wantGone(t, "an address for somebody else's group", err)
		if ok, err := s.SetCalendar(t.Context(), calendarOf("dana", "g", "group"), ""); err != nil || !ok || !readable(t, s, "group") {
			t.Errorf("one for a group: %v, %v", ok, err)
		}
		must(t, s.Do(t.Context(), `DELETE FROM memberships WHERE group_id = 'g' AND member_id = 'member-dana'`))
		if readable(t, s, "group") {
			t.Error("somebody who left reads the group's dates")
		}
		for range 2 {
			must(t, s.DropCalendar(t.Context(), "member-dana", ""))
		}
		if readable(t, s, "new0") {
			t.Error("switched off, and still there")
		}
	})
}

func TestCalendarSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		_, err := s.SetCalendar(t.Context(), calendarOf("dana", "", "hash"), "")
		must(t, err)
		at := func(hours int) time.Time { return sunday().Add(time.Duration(hours) * time.Hour) }
		for _, step := range []struct {
			version   string
			hour, was int
		}{{"a", 1, 1}, {"a", 2, 1}, {"b", 3, 3}, {"b", 4, 3}, {"a", 5, 5}} {
			got, err := s.CalendarSays(t.Context(), "hash", step.version, at(step.hour))
			if err != nil || !got.Equal(at(step.was)) {
				t.Errorf("%s at %d: since %v, %v, want %v", step.version, step.hour, got, err, at(step.was))
			}
		}
		if got, err := s.CalendarSays(t.Context(), "nowhere", "a", at(6)); err != nil || !got.Equal(at(6)) {
			t.Errorf("no address: %v, %v", got, err)
		}
	})
}

// Only planned days that are shared with the group are counted, without names, and
// of members only.
func TestSharedDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, person := range []string{"dana", "lee", "tom", "ann"} {
			join(t, s, "g", person)
			e := exam.Exam{ID: "exam-" + person, Member: "member-" + person, Certification: "cbet", Outline: "cbet-2025", From: "2027-05-08", To: "2027-05-08", Zone: "America/Chicago"}
			if person == "tom" {
				e.To = "2027-05-15"
			}
			_, ok, err := s.SetExam(t.Context(), e, sunday())
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if _, err := s.ShareExam(t.Context(), e.ID, e.Member, "g", person != "ann", sunday()); err != nil {
				t.Fatal(err)
			}
		}
		days, err := s.SharedDays(t.Context(), "g")
		if diff := cmp.Diff([]papers.SharedDay{{Certification: "cbet", Day: "2027-05-08", People: 2}}, days); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestCalendarsEndWithPeopleAndLinks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, person := range []string{"dana", "lee"} {
			join(t, s, "g", person)
			_, err := s.SetCalendar(t.Context(), calendarOf(person, "", "hash-"+person), "")
			must(t, err)
		}
		linked(t, s, "dana", "lee", sunday().Add(time.Hour))
		if readable(t, s, "hash-dana") == readable(t, s, "hash-lee") {
			t.Error("linked people have no address, or two")
		}
		_, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday()))
		must(t, err)
		if readable(t, s, "hash-dana") || readable(t, s, "hash-lee") {
			t.Error("an erased person's dates are still there")
		}
		_, err = s.SetCalendar(t.Context(), calendarOf("dana", "", "late"), "")
		wantGone(t, "made for somebody erased", err)
	})
}
