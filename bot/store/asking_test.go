package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// A group is asked when its members sit once in four weeks, whoever presses; an
// ended one and one that isn't there never.
func TestAskSitting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		ask := func(id string, at time.Time) exam.AskOutcome {
			outcome, err := s.AskSitting(t.Context(), exam.Asking{Group: id, Keys: bot.NewID}, at)
			if err != nil {
				t.Error(err)
			}
			return outcome
		}
		var asked atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if ask("g", sunday()) == exam.Asked {
					asked.Add(1)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("eight organisers at once ask %d times", n)
		}
		if ok, err := s.StopGroup(t.Context(), "other", group.Ended, "", sunday()); err != nil || !ok {
			t.Fatal(ok, err)
		}
		for _, row := range []struct {
			name, id string
			at       time.Time
			want     exam.AskOutcome
		}{
			{"just before four weeks", "g", sunday().Add(exam.AskEvery - time.Second), exam.AskedBefore},
			{"after four weeks", "g", sunday().Add(exam.AskEvery), exam.Asked},
			{"twice then", "g", sunday().Add(exam.AskEvery), exam.AskedBefore},
			{"an ended group", "other", sunday(), exam.AskNowhere},
			{"no group", "none", sunday(), exam.AskNowhere},
		} {
			if got := ask(row.id, row.at); got != row.want {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
	})
}
