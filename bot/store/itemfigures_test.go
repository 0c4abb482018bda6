package store_test

import (
	"fmt"
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// figuredOf is how many answers a group's figures of an item count, and how many of
// them were right; -1 where they say nothing of it.
func figuredOf(t *testing.T, s *store.Store, id, item string) (answers, right int) {
	t.Helper()
	all, err := practice.GroupFigures(t.Context(), s, id)
	must(t, err)
	for _, f := range all {
		if f.Item.ID == item && f.Answers > 0 {
			return f.Answers, f.Facility.Count
		}
	}
	return -1, -1
}

// A posting counts when it has closed, with those who weren't counted before, and
// only where between two looks, and between them and a card, stand five people or
// nobody. Whoever caught up is never counted.
func TestGroupFiguresCountWholeHands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at, item := sunday(), lettered("cbet-x")
		posting := 0
		post := func(people ...int) practice.Round { // each answers b, which is right, if even
			posting++
			r := askedItem(t, s, "g", fmt.Sprint("r", posting), item, at)
			for _, p := range people {
				gives(t, s, r, fmt.Sprint("p", p), []string{"b", "c"}[p%2], at)
			}
			return r
		}
		counts := func(when string, answers, right int) {
			t.Helper()
			if n, k := figuredOf(t, s, "g", item.ID); n != answers || k != right {
				t.Errorf("%s: %d answers, %d of them right; want %d, %d", when, n, k, answers, right)
			}
		}
		mark := func() string {
			t.Helper()
			m, err := s.FiguresMark(t.Context(), "g")
			must(t, err)
			return m
		}
		first := mark()
		r := post(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		counts("open", -1, -1)
		if mark() != first {
			t.Error("answers to an open question would have the figures worked out anew")
		}
		at = closed(t, s, r)
		counts("closed", 10, 5)
		if mark() == first {
			t.Error("a closed question changes nothing")
		}
		gives(t, s, r, "late", "b", at)
		counts("after somebody caught up", 10, 5)
		for _, tt := range []struct {
			when           string
			people         []int
			answers, right int
		}{
			{"four new people", []int{20, 21, 22, 23}, 10, 5},
			{"four new people among those who were counted", []int{0, 1, 2, 3, 4, 20, 21, 22, 23}, 10, 5},
			{"five new ones and one who was counted", []int{0, 20, 21, 22, 23, 24}, 10, 5},
			{"five new ones", []int{20, 21, 22, 23, 24}, 15, 8},
			{"nobody new", []int{0, 1, 2, 3, 4, 5}, 15, 8},
			{"five new ones among five who were counted", []int{0, 1, 2, 3, 4, 31, 32, 33, 34, 35}, 20, 10},
		} {
			at = closed(t, s, post(tt.people...))
			counts(tt.when, tt.answers, tt.right)
		}
		before := mark()
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)
		counts("by another key", 20, 10)
		if mark() == before {
			t.Error("a correction changes nothing")
		}
		regrade(t, s, "g", item, quizzes.Correction{Void: true}, at.Add(time.Minute))
		counts("taken back", -1, -1)
		begin(t, s, "other")
		if n, _ := figuredOf(t, s, "other", item.ID); n != -1 {
			t.Errorf("another group has %d answers", n)
		}
	})
}

// Who wrote a question knew its answer, and stands among the others in the figures
// as on the card: left out, the difference would be what they chose.
func TestGroupFiguresAreTheCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at, item := sunday(), lettered("cbet-x")
		r := askedItem(t, s, "g", "r", item, at)
		for n := range 12 {
			gives(t, s, r, fmt.Sprint("p", n), []string{"b", "c", "d"}[n%3], at)
		}
		must(t, s.Do(t.Context(), `UPDATE answers SET credit = 'wrong' WHERE member_id = 'member-p0'`))
		closed(t, s, r)
		spread, err := s.CheckSpread(t.Context(), "g", r.ItemVersion)
		must(t, err)
		all, err := practice.GroupFigures(t.Context(), s, "g")
		if err != nil || len(all) != 1 || all[0].Last.Round != r.ID {
			t.Fatalf("%+v (%v)", all, err)
		}
		for n, o := range all[0].Options {
			if id := item.Options[n].ID; o.Count != spread[id] || o.Of != 12 {
				t.Errorf("%s: %d of %d, on the card %d of 12", id, o.Count, o.Of, spread[id])
			}
		}
	})
}

// While a question is open neither the counts of a report nor what a decision would
// change say how it is answered; each look would tell of the newest answer.
func TestNoCountsWhileOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at, item := sunday(), lettered("cbet-x")
		r := askedItem(t, s, "g", "r", item, at)
		for n := range 6 {
			gives(t, s, r, fmt.Sprint("p", n), "c", at)
		}
		for _, want := range []int{0, 6} {
			spread, err := s.CheckSpread(t.Context(), "g", r.ItemVersion)
			must(t, err)
			gains, answers, err := s.ForeseeRegrade(t.Context(), regrading(t, "g", item, quizzes.Correction{Keys: []string{"c"}}, at))
			if err != nil || spread["c"] != want || answers != want || gains[2] != want {
				t.Errorf("counts %v, gains %v of %d answers (%v), want %d", spread, gains, answers, err, want)
			}
			if want == 0 {
				at = closed(t, s, r)
			}
		}
		// Asked again, it is answered by one alone: what they chose is in no count, and
		// how many would gain isn't told.
		again := askedItem(t, s, "g", "again", item, at)
		gives(t, s, again, "p0", "c", at)
		closed(t, s, again)
		spread, err := s.CheckSpread(t.Context(), "g", r.ItemVersion)
		must(t, err)
		_, answers, err := s.ForeseeRegrade(t.Context(), regrading(t, "g", item, quizzes.Correction{Keys: []string{"c"}}, at))
		if err != nil || spread["c"] != 6 || answers >= practice.MinCounted {
			t.Errorf("one more alone: counts %v, %d answers (%v)", spread, answers, err)
		}
	})
}

// The time somebody took is that of their first meeting with a question, where it was
// in practice.
func TestTimesPractised(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		at := sunday()
		times := func(item, version string) string {
			t.Helper()
			all, err := s.TimesPractised(t.Context(), "g", item, version, 100)
			must(t, err)
			return fmt.Sprint(all)
		}
		var version string
		for again := range 2 {
			session := fmt.Sprint("s", again)
			begun, _ := sessionOf(t, s, "g", "dana", session, 3, at)
			for n, q := range begun.Questions {
				a := practised(fmt.Sprint(session, "-", n), at.Add(time.Duration(n+1)*(20+time.Duration(again))*time.Second))
				a.ItemVersion, version = q.ItemVersion, q.ItemVersion
				if status, _, err := s.AnswerSession(t.Context(), session, q.Place, a); err != nil || status != practice.SessionRecorded {
					t.Fatal(status, err)
				}
			}
			_, err := s.EndSession(t.Context(), session, at.Add(time.Hour))
			must(t, err)
			at = at.Add(2 * time.Hour)
		}
		if got := times("item-2", version); got != "[20s]" {
			t.Errorf("of a version: %s", got)
		}
		if got := times("item-2", ""); got != "[20s]" {
			t.Errorf("of an item: %s", got)
		}
		if got := times("item-0", ""); got != "[]" {
			t.Errorf("of the first in a session, since when nobody knows: %s", got)
		}
	})
}

// Figures are found by index, whatever other groups have.
func TestFigurePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at, item := sunday(), lettered("cbet-x")
		r := askedItem(t, s, "g", "r", item, at)
		gives(t, s, r, "dana", "b", at)
		closed(t, s, r)
		storetest.QueryPlans(t, s, nil, func() {
			_, err := practice.GroupFigures(t.Context(), s, "g")
			must(t, err)
			_, err = s.FiguresMark(t.Context(), "g")
			must(t, err)
			_, err = s.TimesPractised(t.Context(), "g", item.ID, r.ItemVersion, 100)
			must(t, err)
			_, err = s.HeldFrom(t.Context(), "g", item.ID, "member-dana")
			must(t, err)
			_, err = s.Judged(t.Context(), "g")
			must(t, err)
		})
	})
}
