package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Many memories that are settled at once are each what their answers give; those
// whose answers went to somebody else are gone.
func TestSettlingMany(t *testing.T) {
	const items = 120
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		var ids []string
		for n := range items {
			ids = append(ids, fmt.Sprintf("item-%03d", n))
		}
		given, want := map[string][]practice.Given{}, map[string]practice.Recall{}
		for n, kind := range []practice.SessionKind{practice.Practising, practice.Reviewing} {
			id := fmt.Sprint("s", n)
			sessionAbout(t, s, "g", "member-dana", id, kind, sunday(), ids...)
			for i, item := range ids {
				a := practised(fmt.Sprint(id, "-", i), sunday().Add(time.Duration(60*n+i)*time.Hour))
				a.Verdict = []practice.Verdict{practice.Wrong, practice.Right, practice.Partly}[(i+n)%3]
				if status, _, err := s.AnswerSession(t.Context(), id, i+1, a); err != nil || status != practice.SessionRecorded {
					t.Fatalf("answer %d: %v, %v", i, status, err)
				}
				given[item] = append(given[item], practice.Given{Verdict: a.Verdict, At: a.At})
			}
		}
		for item, answers := range given {
			want[item] = practice.Remember(item, answers)
		}
		if err := s.GiveAnswers(t.Context(), "member-dana", "member-lee"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, settled(t, s, "g", "member-lee"), asStored()); diff != "" {
			t.Errorf("lee (-from the answers +kept):\n%s", diff)
		}
		if all := settled(t, s, "g", "member-dana"); len(all) != 0 {
			t.Errorf("dana has no answers and remembers %d items", len(all))
		}
	})
}
