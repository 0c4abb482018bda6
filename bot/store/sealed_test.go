package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// sealedRound is an open round of group "g" that tells its results when it closes.
func sealedRound(t *testing.T, s *store.Store, id string) practice.Round {
	t.Helper()
	if err := s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.AtClosing = true }, sunday()); err != nil {
		t.Fatal(err)
	}
	r, ok, err := s.Round(t.Context(), asked(t, s, "g", id, sunday()).ID)
	if err != nil || !ok || !r.Sealed {
		t.Fatalf("the round is %+v, %v; want a sealed one", r, err)
	}
	return r
}

// choosing is a press on a or b, of which a is right.
func choosing(r practice.Round, person, option string, n int, at time.Time) practice.Answer {
	a := answer(r, person, n, at)
	a.Option = option
	if option != "a" {
		a.Verdict = practice.Wrong
	}
	return a
}

// An answer can be changed until its question closes; what was chosen last counts.
func TestAnswerToSealedRoundIsChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := sealedRound(t, s, "r1")
		stale := choosing(r, "dana", "b", 7, sunday())
		stale.ItemVersion = "an older key"
		for _, press := range []struct {
			name   string
			answer practice.Answer
			status practice.Status
			option string
			right  int
		}{
			{"the first", choosing(r, "dana", "b", 1, sunday()), practice.Recorded, "b", 0},
			{"the same again", choosing(r, "dana", "b", 2, sunday()), practice.Already, "b", 0},
			{"another", choosing(r, "dana", "a", 3, sunday()), practice.Changed, "a", 1},
			{"delivered twice", choosing(r, "dana", "b", 3, sunday()), practice.Already, "a", 1},
			{"back", choosing(r, "dana", "b", 4, sunday()), practice.Changed, "b", 0},
			{"right in the end", choosing(r, "dana", "a", 5, sunday()), practice.Changed, "a", 1},
			{"graded by an older key", stale, practice.Already, "a", 1},
			{"when its time is over", choosing(r, "dana", "b", 6, r.ClosesAt), practice.Already, "a", 1},
		} {
			out, err := s.Answer(t.Context(), press.answer, false)
			if err != nil || out.Status != press.status || out.Answer.Option != press.option || out.Answered != 1 || out.Right != press.right || !out.Sealed {
				t.Errorf("%s: %+v, %v; want status %d, option %s, %d right", press.name, out, err, press.status, press.option, press.right)
			}
		}
		at := closed(t, s, r)
		if out, err := s.Answer(t.Context(), choosing(r, "dana", "b", 8, at), true); err != nil || out.Status != practice.Already || out.Sealed {
			t.Errorf("after closing: %+v, %v", out, err)
		}
		if diff := cmp.Diff(map[string]int{"dana": 3}, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("board (-want +got):\n%s", diff)
		}
	})
}

// However many people change their minds at the same moment, the totals are those
// of what each chose last.
func TestManyChangesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := sealedRound(t, s, "r1")
		chance := rand.New(rand.NewPCG(1, 2))
		var done sync.WaitGroup
		for p := range 12 {
			person := fmt.Sprint("p", p)
			join(t, s, "g", person)
			for n := range 6 { // from several devices
				a := choosing(r, person, string("ab"[chance.IntN(2)]), n, sunday())
				done.Go(func() {
					if _, err := s.Answer(t.Context(), a, n%2 == 0); err != nil {
						t.Error(err)
					}
				})
			}
		}
		done.Wait()
		want, right := map[string]int{}, 0
		for p := range 12 {
			person := fmt.Sprint("p", p)
			a, ok, err := s.AnswerOf(t.Context(), r.ID, "member-"+person)
			if err != nil || !ok {
				t.Fatalf("%s has no answer: %v", person, err)
			}
			want[person] = practice.PointsAnswered
			if a.Option == "a" {
				want[person], right = practice.PointsRight, right+1
			}
		}
		out, err := s.Answer(t.Context(), choosing(r, "p0", "x", 9, r.ClosesAt), false)
		if err != nil || out.Answered != 12 || out.Right != right {
			t.Errorf("%d answered, %d right, %v; want 12 and %d", out.Answered, out.Right, err, right)
		}
		closed(t, s, r)
		if diff := cmp.Diff(want, placed(t, s, "g", firstWeek())); diff != "" {
			t.Errorf("board (-want +got):\n%s", diff)
		}
	})
}

// Until a sealed round closes nothing that a member can read depends on how the
// answer was graded.
func TestSealedRoundTellsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		m := join(t, s, "g", "dana")
		r := sealedRound(t, s, "r1")
		track := group.Track{ID: "track-g", Group: "g"}
		known := func() string {
			t.Helper()
			areas, err := s.AreaCounts(t.Context(), track, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			graded, err := s.GradedSince(t.Context(), track, m.ID, sunday().Add(-time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			recent, err := s.Recent(t.Context(), "g", m.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			h := history(t, s, "g", "dana")
			return fmt.Sprint(areas, graded, recent, h.OpenPoints, h.WeekPoints)
		}
		before := known()
		for n, option := range []string{"a", "b"} {
			if _, err := s.Answer(t.Context(), choosing(r, "dana", option, n, sunday()), false); err != nil {
				t.Fatal(err)
			}
			if after := known(); after != before {
				t.Errorf("with %s answered, what is known went from %s to %s", option, before, after)
			}
		}
		closed(t, s, r)
		if known() == before {
			t.Error("nothing is known after closing")
		}
	})
}

// A correction that comes while somebody changes an answer: what was graded by the
// earlier key isn't recorded, and the answer names the key to grade by.
func TestChangeMeetsCorrection(t *testing.T) {
	l := openLedger(t, storetest.URL(t, storetest.Postgres))
	begin(t, l.Store, "g")
	join(t, l.Store, "g", "dana")
	r := sealedRound(t, l.Store, "r1")
	if _, err := l.Answer(t.Context(), choosing(r, "dana", "b", 1, sunday()), false); err != nil {
		t.Fatal(err)
	}
	correction, err := l.db.Begin()
	must(t, err)
	defer correction.Rollback()
	_, err = correction.Exec(`UPDATE rounds SET corrected = 'a new key' WHERE id = 'r1'`)
	must(t, err)
	type result struct {
		out practice.Outcome
		err error
	}
	pressed := make(chan result, 1)
	go func() {
		a := choosing(r, "dana", "a", 2, sunday())
		a.ItemVersion = r.ItemVersion
		out, err := l.Answer(t.Context(), a, false)
		pressed <- result{out, err}
	}()
	for waits := false; !waits; { // for the correction
		must(t, correction.QueryRow(`SELECT EXISTS (SELECT 1 FROM pg_locks
			WHERE locktype = 'transactionid' AND transactionid = pg_current_xact_id()::xid AND NOT granted)`).Scan(&waits))
	}
	must(t, correction.Commit())
	got := <-pressed
	if got.err != nil || got.out.Status != practice.Already || got.out.Answer.Option != "b" || got.out.Answer.ItemVersion != "a new key" {
		t.Errorf("%+v, %v; want the earlier answer, to be graded by the new key", got.out, got.err)
	}
}

// What a correction gives to an answer goes with it when it is changed.
func TestChangeAfterCorrection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := sealedRound(t, s, "r1")
		if _, err := s.Answer(t.Context(), choosing(r, "dana", "b", 1, sunday()), false); err != nil {
			t.Fatal(err)
		}
		regrade(t, s, "g", r.Item, quizzes.Correction{Keys: []string{"a", "b"}}, sunday())
		now, _, err := s.Round(t.Context(), r.ID)
		must(t, err)
		if now.Gainers != 1 {
			t.Fatalf("%d gain by the correction, want 1", now.Gainers)
		}
		c := choosing(r, "dana", "c", 2, sunday().Add(time.Minute))
		out, err := s.Answer(t.Context(), c, false)
		if err != nil || out.Status != practice.Changed || out.Answer.Gained != 0 {
			t.Errorf("changed: %+v, %v; want nothing gained", out, err)
		}
		if now, _, err = s.Round(t.Context(), r.ID); err != nil || now.Gainers != 0 {
			t.Errorf("%d gain by the correction, want none (%v)", now.Gainers, err)
		}
	})
}
