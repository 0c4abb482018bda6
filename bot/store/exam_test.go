package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// set sets somebody's exam on a day, or in a window written "2027-05-01.2027-05-15".
func set(t *testing.T, s *store.Store, person, certification, part, days string, at time.Time) error {
	t.Helper()
	e := exam.Exam{ID: fmt.Sprintf("exam-%s-%s-%s-%d", person[:1], certification, part, at.UnixMilli()), Member: "member-" + person,
		Certification: certification, Part: part, From: days, To: days, Zone: "America/Chicago"}
	if len(days) > len(time.DateOnly) {
		e.From, e.To = days[:10], days[11:]
	}
	_, ok, err := s.SetExam(t.Context(), e, at)
	if err == nil && !ok {
		err = errors.New("nobody to set it for")
	}
	return err
}

// dates are somebody's exams in short.
func dates(t *testing.T, s *store.Store, person string) (all []string) {
	t.Helper()
	exams, err := s.Exams(t.Context(), "member-"+person)
	must(t, err)
	for _, e := range exams {
		all = append(all, fmt.Sprint(e.Certification, e.Part, " ", e.From, " ", e.To, " ", e.State, " ", e.Shared))
	}
	return all
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestExamsAreSetMovedAndCleared(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		at := sunday()
		must(t, set(t, s, "dana", "cbet", "", "2027-05-01.2027-05-15", at))
		must(t, set(t, s, "dana", "cpsm", "core", "2027-03-01", at))
		must(t, set(t, s, "dana", "cpsm", "leadership", "2027-04-01", at))
		exams, err := s.Exams(t.Context(), "member-dana")
		must(t, err)
		id := exams[2].ID
		if ok, err := s.ShareExam(t.Context(), id, "member-dana", "g", true, at); err != nil || !ok {
			t.Fatal(ok, err)
		}
		must(t, set(t, s, "dana", "cbet", "", "2027-05-08", at.Add(time.Hour)))
		same(t, "moved", dates(t, s, "dana"), []string{
			"cpsmcore 2027-03-01 2027-03-01 planned []", "cpsmleadership 2027-04-01 2027-04-01 planned []", "cbet 2027-05-08 2027-05-08 planned [g]"})
		e, ok, err := s.Exam(t.Context(), id)
		if err != nil || !ok || !e.EnteredAt.Equal(at.Add(time.Hour)) {
			t.Errorf("%+v, %v, %v", e, ok, err)
		}
		for _, row := range []struct {
			name, id, member string
			want             bool
		}{
			{"somebody else's", id, "member-lee", false}, {"none", "x", "member-dana", false}, {"mine", id, "member-dana", true}, {"again", id, "member-dana", false},
		} {
			if ok, err := s.ClearExam(t.Context(), row.id, row.member, at); err != nil || ok != row.want {
				t.Errorf("clear %s: %v, %v", row.name, ok, err)
			}
		}
		if _, ok, err := s.SetExam(t.Context(), exam.Exam{ID: "y", Member: "nobody", Certification: "cbet", From: "2027-05-08", To: "2027-05-08"}, at); err != nil || ok {
			t.Errorf("set for nobody: %v, %v", ok, err)
		}
	})
}

// What came of an exam stays when the next date is set.
func TestNextDateLeavesTheLastOutcome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		must(t, set(t, s, "dana", "cbet", "", "2026-11-23", sunday()))
		must(t, s.Do(t.Context(), `UPDATE exams SET state = 'failed'`))
		must(t, set(t, s, "dana", "cbet", "", "2027-05-08", sunday().Add(time.Hour)))
		same(t, "exams", dates(t, s, "dana"), []string{"cbet 2026-11-23 2026-11-23 failed []", "cbet 2027-05-08 2027-05-08 planned []"})
	})
}

func TestExamsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		atOnce(t, func(n int) error {
			e := exam.Exam{ID: fmt.Sprint("e", n), Member: "member-dana", Certification: "cbet", From: fmt.Sprintf("2027-05-%02d", n+1), To: fmt.Sprintf("2027-05-%02d", n+1), Zone: "UTC"}
			kept, ok, err := s.SetExam(t.Context(), e, sunday())
			if err != nil || !ok {
				return fmt.Errorf("%v, %w", ok, err)
			}
			_, err = s.ShareExam(t.Context(), kept.ID, "member-dana", "g", n%2 == 0, sunday())
			return err
		})
		if all := dates(t, s, "dana"); len(all) != 1 {
			t.Errorf("%q", all)
		}
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM exam_rests`); err != nil || n != 1 {
			t.Errorf("%d spans of rest, %v", n, err)
		}
	})
}

func TestExamsAreSharedByChoice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		for _, person := range []string{"dana", "lee", "tom"} {
			join(t, s, "g", person)
			must(t, set(t, s, person, "cbet", "", "2027-05-08", sunday()))
		}
		must(t, set(t, s, "tom", "cbet", "", "2027-05-01.2027-05-15", sunday()))
		share := func(person, g string, on, want bool) {
			t.Helper()
			all, err := s.Exams(t.Context(), "member-"+person)
			must(t, err)
			if ok, err := s.ShareExam(t.Context(), all[0].ID, "member-"+person, g, on, sunday()); err != nil || ok != want {
				t.Errorf("%s shares with %s: %v, %v", person, g, ok, err)
			}
		}
		look := func(g string) ([]string, int) {
			on, err := s.OnDay(t.Context(), details(t, s, g).First().Track, "2027-05-08")
			must(t, err)
			sits, err := s.Sitting(t.Context(), g, "2026-11-22")
			must(t, err)
			n := 0
			for _, sit := range sits {
				n += sit.InWindow + sit.Others
			}
			return on.Names, n
		}
		if names, n := look("g"); len(names) != 0 || n != 0 {
			t.Errorf("before: %q, %d", names, n)
		}
		share("lee", "g", true, true)
		share("lee", "g", true, true)
		share("lee", "h", true, false)
		share("dana", "g", true, true)
		share("tom", "g", true, true)
		if names, n := look("g"); !slices.Equal(names, []string{"dana", "lee"}) || n != 3 {
			t.Errorf("shared: %q, %d", names, n)
		}
		if names, n := look("h"); len(names) != 0 || n != 0 {
			t.Errorf("elsewhere: %q, %d", names, n)
		}
		share("lee", "g", false, true)
		if names, n := look("g"); !slices.Equal(names, []string{"dana"}) || n != 2 {
			t.Errorf("taken back: %q, %d", names, n)
		}
		if _, err := s.EraseMember(t.Context(), erasing(s, "fake:dana", sunday())); err != nil {
			t.Fatal(err)
		}
		if names, n := look("g"); len(names) != 0 || n != 1 {
			t.Errorf("erased: %q, %d", names, n)
		}
	})
}

// Of two dates for one certification, linked accounts keep the one entered last,
// and its sharing only.
func TestLinkedExams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		join(t, s, "g", "dana")
		join(t, s, "h", "reed")
		at := sunday()
		for n, person := range []string{"dana", "reed"} {
			must(t, set(t, s, person, "cbet", "", fmt.Sprintf("2027-05-0%d", n+1), at.Add(time.Duration(n)*time.Minute)))
			all, err := s.Exams(t.Context(), "member-"+person)
			must(t, err)
			if ok, err := s.ShareExam(t.Context(), all[0].ID, "member-"+person, []string{"g", "h"}[n], true, at); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		must(t, set(t, s, "reed", "chtm", "", "2027-11-05", at))
		at = at.Add(time.Hour)
		if outcome := linked(t, s, "dana", "reed", at); outcome != group.Linked {
			t.Fatal(outcome)
		}
		kept := memberOf(t, s, "dana")
		same(t, "exams", dates(t, s, kept[len("member-"):]), []string{"cbet 2027-05-02 2027-05-02 planned [h]", "chtm 2027-11-05 2027-11-05 planned []"})
		if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM exam_rests WHERE member_id = $1`, kept); err != nil || n != 2 {
			t.Errorf("%d spans of rest, %v", n, err)
		}
	})
}

// With an erased person goes the date they shared: it is counted down to no more,
// and the card that wished them luck is edited.
func TestErasedExamsArePlannedWithout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at := sunday()
		withWindow(t, s, "g", "", "", at)
		days := map[string]string{"dana": "2026-11-23", "lee": "2027-03-08", "tom": "2027-03-10"}
		for _, person := range []string{"dana", "lee", "tom"} {
			join(t, s, "g", person)
			must(t, set(t, s, person, "cbet", "", days[person], at))
			all, err := s.Exams(t.Context(), "member-"+person)
			must(t, err)
			if ok, err := s.ShareExam(t.Context(), all[0].ID, "member-"+person, "g", true, at); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		r := asked(t, s, "g", "r1", at)
		wanted := func() int64 {
			n, err := s.Count(t.Context(), `SELECT SUM(wanted) FROM deliveries WHERE kind = 'question' AND ref = $1`, r.ID)
			must(t, err)
			return n
		}
		before := wanted()
		for _, person := range []string{"dana", "lee"} {
			if _, err := s.EraseMember(t.Context(), erasing(s, bot.UserID("fake:"+person), at)); err != nil {
				t.Fatal(err)
			}
		}
		if after := wanted(); after != before+1 {
			t.Errorf("the open card is wanted in version %d, after %d", after, before)
		}
		if _, next := calendarDue(t, s, "g"); next != "2027-01-09T07:00" {
			t.Errorf("60 days before the date that is left is %s", next)
		}
	})
}
