package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// A question of a match is corrected in one of the two groups while it is played:
// what was answered there counts by the new key, so does what is answered later,
// and the other group's answers stay as they are. Somebody who answered everything
// and is erased stays counted; who had not is not waited for.
func TestMatchFollowsCorrectionsAndErasures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		sessions := map[string]string{"dana": "host", "tom": "host", "lee": "guest", marked: "guest"}
		for person, g := range sessions {
			join(t, s, g, person)
		}
		matchRuns(t, s, "m", 2)
		items := liveItems(2)
		plays := func(person string, place int, option string, verdict practice.Verdict) {
			t.Helper()
			p, ok, err := s.PlayMatch(t.Context(), "m", sessions[person], bot.UserID("fake:"+person), "session-of-"+sessions[person]+person[:1], sunday())
			if err != nil || !ok {
				t.Fatalf("%s plays: %v, %v", person, ok, err)
			}
			a := practised("answer-"+person[:1]+option+items[place-1].Item, sunday())
			a.Option, a.Verdict, a.ItemVersion = option, verdict, p.Questions[place-1].ItemVersion
			if status, _, err := s.AnswerSession(t.Context(), p.ID, place, a); err != nil || status != practice.SessionRecorded {
				t.Fatalf("%s answers %d: %v, %v", person, place, status, err)
			}
		}
		figures := func(when string, host, guest practice.MatchFigures) {
			t.Helper()
			got, err := s.MatchFigures(t.Context(), "m")
			must(t, err)
			if diff := cmp.Diff(map[string]practice.MatchFigures{"host": host, "guest": guest}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		for person := range sessions { // all choose B, which is wrong
			plays(person, 1, "b", practice.Wrong)
		}
		first, err := quizzes.FromSnapshot(items[0].Snapshot)
		must(t, err)
		regrade(t, s, "host", first, quizzes.Correction{Keys: []string{"b"}}, sunday())
		for _, person := range []string{"dana", "lee", marked} {
			plays(person, 2, "a", practice.Right)
		}
		figures("corrected in one group", practice.MatchFigures{People: 1, Right: 2}, practice.MatchFigures{People: 2, Right: 2})
		erase(t, s, marked, sunday())
		erase(t, s, "tom", sunday())
		figures("two are erased", practice.MatchFigures{People: 1, Right: 2}, practice.MatchFigures{People: 2, Right: 2})
		if held, err := s.Holding(t.Context(), marked); err != nil || len(held) > 0 {
			t.Errorf("these know the person: %v (%v)", held, err)
		}
		second, err := quizzes.FromSnapshot(items[1].Snapshot)
		must(t, err)
		regrade(t, s, "guest", second, quizzes.Correction{Keys: []string{"b"}}, sunday())
		figures("corrected in the other, after the erasure", practice.MatchFigures{People: 1, Right: 2}, practice.MatchFigures{People: 2, Right: 0})
		checkTotals(t, s, "host", "guest")
	})
}
