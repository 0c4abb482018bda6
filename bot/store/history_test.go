package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Histories that are asked for together are those that each gets alone, and have
// what was answered before they were asked for.
func TestHistoriesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		const people = 80
		members := make([]string, people)
		for n := range people {
			members[n] = join(t, s, "g", fmt.Sprint("p", n)).ID
		}
		for n := range 3 {
			r := asked(t, s, "g", fmt.Sprint("r", n), sunday().AddDate(0, 0, n))
			for p := n; p < people; p += n + 2 {
				if _, err := s.Answer(t.Context(), answer(r, fmt.Sprint("p", p), p, sunday().AddDate(0, 0, n)), false); err != nil {
					t.Fatal(err)
				}
			}
			if n == 0 {
				end := sunday().AddDate(0, 0, 1)
				if err := s.CloseRound(t.Context(), closing(r, end), end); err != nil {
					t.Fatal(err)
				}
			}
		}
		last := asked(t, s, "g", "last", sunday().AddDate(0, 0, 3))
		got := make([]board.History, people)
		var ready, done sync.WaitGroup
		ready.Add(1)
		for n := range people {
			done.Go(func() {
				ready.Wait()
				person := fmt.Sprint("p", n)
				out, err := s.Answer(t.Context(), answer(last, person, n, sunday().AddDate(0, 0, 3)), false)
				if err != nil || out.Status != practice.Recorded {
					t.Errorf("%s: %v, %v", person, out.Status, err)
				}
				if got[n], err = s.History(t.Context(), "g", "track-g", bot.UserID("fake:"+person)); err != nil {
					t.Error(err)
				}
			})
		}
		ready.Done()
		done.Wait()
		for n := range people {
			want, err := s.MemberHistory(t.Context(), "g", "track-g", members[n])
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got[n], cmpopts.IgnoreUnexported(board.Run{})); diff != "" || len(want.Questions) != 4 {
				t.Errorf("person %d has %d questions (-alone +together):\n%s", n, len(want.Questions), diff)
			}
		}
	})
}

// What a history says of reviews, of being away and of who came later.
func TestHistorySays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		remind(t, s, "dana", practice.NoteReviews, sunday())
		remind(t, s, "lee", "open", sunday())
		r := asked(t, s, "g", "r1", sunday())
		if _, err := s.Answer(t.Context(), answer(r, "lee", 1, sunday().Add(time.Minute)), false); err != nil {
			t.Fatal(err)
		}
		at := closed(t, s, r)
		for _, now := range []time.Time{at.Add(-time.Hour), at.AddDate(0, 0, 20)} {
			if err := s.SetAway(t.Context(), group.Wishes{Member: "member-dana", Away: now.AddDate(0, 0, 1), AwayZone: "UTC"}, now, nil); err != nil {
				t.Fatal(err)
			}
		}
		late := joining("g", "kim")
		late.Now = at.Add(time.Minute)
		if _, _, err := s.JoinGroup(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		open := asked(t, s, "g", "r2", at.Add(time.Hour))
		if _, err := s.Answer(t.Context(), answer(open, "lee", 2, at.Add(2*time.Hour)), false); err != nil {
			t.Fatal(err)
		}
		first := board.Question{Number: 1, Day: r.LocalDay, Closed: at}
		second := board.Question{Number: 2, Day: open.LocalDay}
		excused, answered, answeredToo := first, first, second
		excused.Excused, answered.Answered, answeredToo.Answered = true, sunday().Add(time.Minute), at.Add(2*time.Hour)
		for person, want := range map[string]board.History{
			"dana": {Member: "member-dana", Reviews: true, Questions: []board.Question{excused, second}},
			"lee":  {Member: "member-lee", WeekPoints: 3, OpenPoints: 3, Questions: []board.Question{answered, answeredToo}},
			"kim":  {Member: "member-kim", Questions: []board.Question{second}},
		} {
			got, err := s.History(t.Context(), "g", "track-g", bot.UserID("fake:"+person))
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(board.Run{})); diff != "" || err != nil {
				t.Errorf("%s (-want +got):\n%s%v", person, diff, err)
			}
		}
	})
}
