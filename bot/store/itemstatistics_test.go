package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// firsts are the first answers, as "person item right took", in any order.
func firsts(t *testing.T, s *store.Store, of practice.StatisticsOf) map[string]int {
	t.Helper()
	got := map[string]int{}
	if err := s.FirstAnswers(t.Context(), of, func(a practice.FirstAnswer) error {
		got[fmt.Sprintf("%s %s %s %s %s", a.Member, a.Item, a.Options, a.Verdict, a.Took)]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// Statistics are about the first answer of each person to each item, by the key of
// today in their group; answers to open questions and void ones are in none.
func TestFirstAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		at := sunday()
		item, voided := lettered("cbet-x"), lettered("cbet-v")
		r := askedItem(t, s, "g", "r1", item, at)
		gives(t, s, r, "dana", "b", at)
		gives(t, s, r, "lee", "c", at)
		same := askedItem(t, s, "other", "o1", item, at)
		gives(t, s, same, "tom", "c", at)
		if got := firsts(t, s, practice.StatisticsOf{}); len(got) > 0 {
			t.Errorf("while the question is open: %v", got)
		}
		at = closed(t, s, r)
		closed(t, s, same)
		gives(t, s, r, "priya", "c", at) // caught up
		regrade(t, s, "g", item, quizzes.Correction{Keys: []string{"c"}}, at)

		v := askedItem(t, s, "g", "r2", voided, at)
		gives(t, s, v, "dana", "a", at)
		at = closed(t, s, v)
		regrade(t, s, "g", voided, quizzes.Correction{Void: true, Explanation: "Nobody can know."}, at)

		begun, _ := sessionOf(t, s, "g", "dana", "s1", 3, at)
		for n, q := range begun.Questions {
			a := practised(fmt.Sprint("s1-", n), at.Add(time.Duration(n+1)*20*time.Second))
			a.ItemVersion = q.ItemVersion
			if status, _, err := s.AnswerSession(t.Context(), "s1", q.Place, a); err != nil || status != practice.SessionRecorded {
				t.Fatal(status, err)
			}
		}
		// "c" is right in the corrected group only.
		want := map[string]int{"member-dana cbet-x b wrong 0s": 1, "member-lee cbet-x c right 0s": 1, "member-priya cbet-x c right 0s": 1}
		for n := range begun.Questions {
			took := "20s"
			if n == 0 {
				took = "0s" // since when is not known
			}
			want[fmt.Sprintf("member-dana item-%d a right %s", n, took)] = 1
		}
		if diff := cmp.Diff(want, firsts(t, s, practice.StatisticsOf{Group: "g"})); diff != "" {
			t.Errorf("of the group (-want +got):\n%s", diff)
		}
		want["member-tom cbet-x c wrong 0s"] = 1
		if diff := cmp.Diff(want, firsts(t, s, practice.StatisticsOf{Certification: "cbet"})); diff != "" {
			t.Errorf("of all groups (-want +got):\n%s", diff)
		}
		if got := firsts(t, s, practice.StatisticsOf{Certification: "chtm"}); len(got) > 0 {
			t.Errorf("of another certification: %v", got)
		}
	})
}
