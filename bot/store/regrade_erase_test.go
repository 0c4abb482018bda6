package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// erase erases a person who is there.
func erase(t *testing.T, s *store.Store, person string, at time.Time) {
	t.Helper()
	if erased, err := s.EraseMember(t.Context(), erasing(s, bot.UserID("fake:"+person), at)); err != nil || !erased {
		t.Fatalf("erase %s: %v, %v", person, erased, err)
	}
}

// sums are a group's points, and what the cards say of its first question.
func sums(t *testing.T, s *store.Store) string {
	t.Helper()
	count := func(query string) int64 {
		n, err := s.Count(t.Context(), query)
		must(t, err)
		return n
	}
	spread, err := s.Spread(t.Context(), "r1")
	must(t, err)
	return fmt.Sprintf("%d points, %d of %d right, %d gained; %v", count(`SELECT CAST(SUM(points) AS BIGINT) FROM week_points`),
		count(`SELECT correct FROM rounds`), count(`SELECT answered FROM rounds`), count(`SELECT gainers FROM rounds`), spread)
}

// A correction and an erasure in either order leave totals and figures that are
// those of the answers, and nobody loses by another correction afterwards. Only
// what a former member typed can't be looked at again: it keeps its verdict.
func TestCorrectionAndErasure(t *testing.T) {
	typed := quizzes.Item{ID: "cbet-v", Type: quizzes.Numeric, Domain: "cbet.safety", Stem: "How much?", Answer: []string{"5 V"}, Tolerance: "2 %"}
	chosen := map[string]string{"dana": "b", "lee": "c", "tom": "c", "priya": "d"}
	written := map[string]string{"dana": "5 V", "lee": "6 V", "tom": "6.01 V", "priya": "9 V"}
	correct := func(keys ...string) quizzes.Correction { return quizzes.Correction{Keys: keys} }
	for _, tt := range []struct {
		name    string
		item    quizzes.Item
		answers map[string]string
		erased  string
		later   bool // the erasure comes after the correction, else before it
		first   quizzes.Correction
		want    string
		last    quizzes.Correction // in the end
		then    string
	}{
		{"chosen, erased, corrected", lettered("cbet-x"), chosen, "lee", false,
			correct("b", "c"), "10 points, 3 of 4 right, 2 gained; map[b:1 c:2 d:1]", correct("d"), "12 points, 1 of 4 right, 1 gained; map[b:1 c:2 d:1]"},
		{"chosen, corrected, erased", lettered("cbet-x"), chosen, "lee", true,
			correct("b", "c"), "10 points, 3 of 4 right, 2 gained; map[b:1 c:2 d:1]", correct("d"), "12 points, 1 of 4 right, 1 gained; map[b:1 c:2 d:1]"},
		{"withdrawn, then erased", lettered("cbet-x"), chosen, "priya", true,
			quizzes.Correction{Void: true}, "12 points, 4 of 4 right, 3 gained; map[b:1 c:2 d:1]", correct("b"), "12 points, 1 of 4 right, 0 gained; map[b:1 c:2 d:1]"},
		{"typed wrong, erased, corrected", typed, written, "lee", false,
			correct("5 V", "6 V"), "8 points, 2 of 4 right, 1 gained; map[right:2 wrong:2]", correct("9 V"), "10 points, 1 of 4 right, 1 gained; map[right:1 wrong:3]"},
		{"typed wrong, corrected, erased", typed, written, "lee", true,
			correct("5 V", "6 V"), "10 points, 3 of 4 right, 2 gained; map[right:3 wrong:1]", correct("9 V"), "12 points, 2 of 4 right, 1 gained; map[right:2 wrong:2]"},
		{"typed right, erased, corrected", typed, written, "dana", false,
			correct("5 V", "6 V"), "10 points, 3 of 4 right, 2 gained; map[right:3 wrong:1]", quizzes.Correction{Void: true}, "12 points, 4 of 4 right, 1 gained; map[right:4]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				r := askedItem(t, s, "g", "r1", tt.item, sunday())
				for person, text := range tt.answers {
					gives(t, s, r, person, text, sunday())
				}
				at := closed(t, s, r)
				look := func(when, want string) {
					t.Helper()
					if diff := cmp.Diff(want, sums(t, s)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", when, diff)
					}
					checkTotals(t, s, "g")
					for name := range placed(t, s, "g", firstWeek()) {
						if tt.answers[name] == "" || name == tt.erased {
							t.Errorf("%s: %q stands on the board", when, name)
						}
					}
				}
				if !tt.later {
					erase(t, s, tt.erased, at)
				}
				regrade(t, s, "g", tt.item, tt.first, at)
				if tt.later {
					erase(t, s, tt.erased, at)
				}
				look("after both", tt.want)
				regrade(t, s, "g", tt.item, tt.last, at.Add(time.Hour))
				look("after another correction", tt.then)
			})
		})
	}
}
