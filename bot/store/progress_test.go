package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

func TestAreaCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		track := group.Track{ID: "track-g", Group: "g"}
		first := asked(t, s, "g", "r1", sunday())
		answered(t, s, first, sunday().Add(time.Hour), map[string]practice.Verdict{"dana": practice.Wrong, "lee": practice.Right})
		sessionOf(t, s, "g", "dana", "s", 3, sunday())
		for place, v := range []practice.Verdict{practice.Right, practice.Partly} {
			a := practised([]string{"a1", "a2"}[place], sunday().Add(2*time.Hour))
			a.Verdict = v
			if _, _, err := s.AnswerSession(t.Context(), "s", place+1, a); err != nil {
				t.Fatal(err)
			}
		}
		counts := func(person string) map[string]practice.AreaCount {
			all, err := s.AreaCounts(t.Context(), track, "member-"+person)
			if err != nil {
				t.Fatal(err)
			}
			by := map[string]practice.AreaCount{}
			for _, c := range all {
				by[c.Domain] = c
			}
			return by
		}
		domain := first.Item.Domain
		want := map[string]practice.AreaCount{domain: {Domain: domain, Questions: 1}}
		practisedIn := practice.AreaCount{Domain: "cbet.safety", Questions: 2, Right: 1}
		if domain == practisedIn.Domain {
			practisedIn.Questions++
		}
		want[practisedIn.Domain] = practisedIn
		if diff := cmp.Diff(want, counts("dana")); diff != "" {
			t.Errorf("dana's areas (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]practice.AreaCount{domain: {Domain: domain, Questions: 1, Right: 1}}, counts("lee")); diff != "" {
			t.Errorf("lee's areas (-want +got):\n%s", diff)
		}
		// the same question again: only the newest answer counts
		sessionOf(t, s, "g", "lee", "s2", 1, sunday())
		again := practised("a3", sunday().Add(3*time.Hour))
		again.Verdict = practice.Wrong
		if _, _, err := s.AnswerSession(t.Context(), "s2", 1, again); err != nil {
			t.Fatal(err)
		}
		sessionOf(t, s, "g", "lee", "s3", 1, sunday())
		again = practised("a4", sunday().Add(4*time.Hour))
		if _, _, err := s.AnswerSession(t.Context(), "s3", 1, again); err != nil {
			t.Fatal(err)
		}
		if c := counts("lee")["cbet.safety"]; c.Right != c.Questions {
			t.Errorf("lee's practice: %+v, want the later, right answer to count", c)
		}
		graded, err := s.GradedSince(t.Context(), track, "member-lee", sunday().Add(3*time.Hour))
		if err != nil || len(graded) != 2 || graded[0].Verdict != practice.Wrong || !graded[1].At.Equal(sunday().Add(4*time.Hour)) {
			t.Errorf("graded: %+v, %v", graded, err)
		}
		storetest.QueryPlans(t, s, []string{"answers", "rounds", "session_items"}, func() { counts("dana") })
	})
}

// An answer to a question that was withdrawn says nothing about its person.
func TestWithdrawnIsNoProgress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		item := lettered("cbet-x")
		r := askedItem(t, s, "g", "r1", item, sunday())
		gives(t, s, r, "dana", "c", sunday())
		track := group.Track{ID: "track-g", Group: "g"}
		figures := func() (areas, answers int) {
			counts, err := s.AreaCounts(t.Context(), track, "member-dana")
			if err != nil {
				t.Fatal(err)
			}
			graded, err := s.GradedSince(t.Context(), track, "member-dana", sunday())
			if err != nil {
				t.Fatal(err)
			}
			return len(counts), len(graded)
		}
		if areas, answers := figures(); areas != 1 || answers != 1 {
			t.Fatalf("before: %d areas, %d answers", areas, answers)
		}
		regrade(t, s, "g", item, quizzes.Correction{Void: true}, closed(t, s, r))
		if areas, answers := figures(); areas != 0 || answers != 0 {
			t.Errorf("withdrawn: %d areas, %d answers, want none", areas, answers)
		}
	})
}

// Who joins late is told of what the group was asked since its season began.
func TestSoFar(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		track := group.Track{ID: "track-g", Group: "g"}
		began := func(since time.Time) (time.Time, bool) {
			at, ok, err := s.Began(t.Context(), track, since)
			if err != nil {
				t.Fatal(err)
			}
			return at, ok
		}
		if at, ok := began(sunday()); ok {
			t.Errorf("before any question it began at %s", at)
		}
		for n, id := range []string{"r1", "r2", "r3"} {
			askedItem(t, s, "g", id, lettered("cbet-"+id), sunday().AddDate(0, 0, n+1))
		}
		for name, test := range map[string]struct {
			since, want time.Time
			ok          bool
		}{
			"all":         {sunday(), sunday().AddDate(0, 0, 1), true},
			"from one on": {sunday().AddDate(0, 0, 2), sunday().AddDate(0, 0, 2), true},
			"none since":  {sunday().AddDate(0, 0, 4), time.Time{}, false},
		} {
			if at, ok := began(test.since); ok != test.ok || !at.Equal(test.want) {
				t.Errorf("%s: began at %s, %v, want %s, %v", name, at, ok, test.want, test.ok)
			}
		}
		items, err := s.SoFar(t.Context(), track, "member-dana", sunday())
		if err != nil || len(items) != 0 {
			t.Errorf("while they are open, %v is offered (%v), want none", items, err)
		}
		storetest.QueryPlans(t, s, []string{"answers", "rounds"}, func() {
			began(sunday())
			if _, err := s.SoFar(t.Context(), track, "member-dana", sunday()); err != nil {
				t.Fatal(err)
			}
		})
	})
}
