package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// plainPress is a press whose answer's identifier tells nothing of the person, as
// the program's does.
func plainPress(place int, person, id, option string, at time.Time) practice.LiveAnswer {
	a := livePress("l", place, person, option, at)
	a.ID = id
	return a
}

// rightsOf are how many right answers those who took part have, in order.
func rightsOf(t *testing.T, s *store.Store) (rights []int, shown []string) {
	t.Helper()
	tallies, err := s.LiveTallies(t.Context(), "l")
	must(t, err)
	for _, tally := range tallies {
		rights = append(rights, tally.Right)
		if !tally.Unplaced {
			shown = append(shown, tally.Name)
		}
	}
	slices.Sort(rights)
	slices.Sort(shown)
	return rights, shown
}

// erasedLive begins a live round of three questions. The marked person leads it
// after the first and has answered the second, which is open; nobody else has.
func erasedLive(t *testing.T, s *store.Store, host string) (people []string, at time.Time) {
	t.Helper()
	begin(t, s, "g")
	people, at = []string{"dana", "lee", "tom"}, sunday()
	for _, p := range append(people, marked) {
		join(t, s, "g", p)
	}
	start, _, err := s.StartLive(t.Context(), practice.Live{ID: "l", Group: "g", Track: "track-g", Channel: "fake:g",
		Host: "member-" + host, Per: 45 * time.Second}, liveItems(3), "pressed by "+host, "first", at)
	if err != nil || start != practice.LiveStarted {
		t.Fatalf("start: %v, %v", start, err)
	}
	livePost(t, s, "l", 1, at)
	for n, p := range people {
		mustPressLive(t, s, plainPress(1, p, fmt.Sprint("first", n), "b", at.Add(time.Second)))
	}
	mustPressLive(t, s, plainPress(1, marked, "first", "a", at.Add(time.Second)))
	goOn(t, s, 1, at.Add(2*time.Second))
	mustPressLive(t, s, plainPress(2, marked, "second", "a", at.Add(3*time.Second)))
	if held, err := s.Holding(t.Context(), marked); err != nil || !slices.Contains(held, "live_answers.member_id") {
		t.Fatalf("nothing to erase: %v (%v)", held, err)
	}
	return people, at.Add(4 * time.Second)
}

func mustPressLive(t *testing.T, s *store.Store, a practice.LiveAnswer) {
	t.Helper()
	if out, err := s.AnswerLive(t.Context(), a); err != nil || out.Status != practice.LiveNoted {
		t.Fatalf("%s presses: %v, %v", a.Account, out.Status, err)
	}
}

// goOn closes the question at a place and posts the next one, if there is one.
func goOn(t *testing.T, s *store.Store, place int, at time.Time) {
	t.Helper()
	if closed, err := s.CloseLive(t.Context(), "l", place, nil, "podium", at); err != nil || !closed {
		t.Fatalf("close %d: %v, %v", place, closed, err)
	}
	if mustLive(t, s, "l").Ending != "" {
		return
	}
	if moved, err := s.NextLive(t.Context(), "l", place, nil, fmt.Sprint("after", place), at); err != nil || !moved {
		t.Fatalf("after %d: %v, %v", place, moved, err)
	}
	livePost(t, s, "l", place+1, at)
}

// Somebody is erased in the middle of a live round, with an answer to the question
// that is open. Nothing knows the person; what was answered stays counted; an
// answer that arrives afterwards is nobody's; nobody waits for who is gone; and
// the live round goes on to its end, whoever began it.
func TestEraseDuringLiveRound(t *testing.T) {
	for _, tt := range []struct{ name, host, after string }{
		{"a player who leads", "dana", "member-dana"},
		{"the host, who leads", marked, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				people, at := erasedLive(t, s, tt.host)
				if erased, err := s.EraseMember(t.Context(), erasing(s, "fake:"+marked, at)); err != nil || !erased {
					t.Fatalf("erase: %v, %v", erased, err)
				}
				if held, err := s.Holding(t.Context(), marked); err != nil || len(held) > 0 {
					t.Errorf("after erasing these know the person: %v (%v)", held, err)
				}
				out, err := s.AnswerLive(t.Context(), plainPress(2, marked, "late", "b", at))
				if err != nil || out.Status != practice.LiveStranger {
					t.Errorf("an answer that arrives later: %v (%v), want a stranger's", out.Status, err)
				}
				if spread, err := s.LiveSpread(t.Context(), "l", 2); err != nil || !maps.Equal(spread, map[string]int{"a": 1}) {
					t.Errorf("the open question has %v (%v), want what was answered before", spread, err)
				}
				if l := mustLive(t, s, "l"); l.Ending != "" || l.Host != tt.after {
					t.Errorf("the live round: %+v; want it under way, with the host %q", l, tt.after)
				}
				goesOnWithout(t, s, people, at)
			})
		})
	}
}

// goesOnWithout plays the live round of erasedLive to its end.
func goesOnWithout(t *testing.T, s *store.Store, people []string, at time.Time) {
	t.Helper()
	for place := 2; place <= 3; place++ {
		for n, p := range people {
			mustPressLive(t, s, plainPress(place, p, fmt.Sprint("then", place, n), "a", at.Add(time.Second)))
		}
		q := mustLiveQuestion(t, s, "l", place)
		want := at.Add(time.Second).Add(practice.LiveChange)
		if answered := map[int]int{2: 4, 3: 3}[place]; !q.ClosesAt.Equal(want) || q.Answered != answered {
			t.Errorf("question %d: all have answered; it closes at %v with %d answers, want %v with %d", place, q.ClosesAt, q.Answered, want, answered)
		}
		at = at.Add(2 * time.Second)
		goOn(t, s, place, at)
	}
	if l := mustLive(t, s, "l"); l.Ending != practice.LiveAll {
		t.Errorf("it ended %q, want all asked", l.Ending)
	}
	rights, shown := rightsOf(t, s)
	if diff := cmp.Diff([]int{2, 2, 2, 2}, rights); diff != "" {
		t.Errorf("right answers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(people, shown); diff != "" {
		t.Errorf("who may be named (-want +got):\n%s", diff)
	}
	if n, err := s.Count(t.Context(), `SELECT COUNT(*) FROM answers WHERE group_id = 'g'`); err != nil || n != 11 {
		t.Errorf("%d answers (%v), want all 11", n, err)
	}
	checkTotals(t, s, "g")
}

// The newest card is edited if it names who leads, and only then.
func TestEraseEditsWhoLeads(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "tom")
		join(t, s, "g", "lee")
		live(t, s, "g", "l", 3)
		livePost(t, s, "l", 1, sunday())
		at := sunday().Add(time.Second)
		pressLive(t, s, "l", 1, "tom", "a", at)
		pressLive(t, s, "l", 1, "lee", "a", at)
		edits := func(after time.Duration) (refs []string) {
			t.Helper()
			all, err := s.ClaimEdits(t.Context(), "fake", at.Add(after), at.Add(after), at.Add(after+time.Minute), 10)
			must(t, err)
			for _, d := range all {
				refs = append(refs, d.Ref)
				must(t, s.MarkShown(t.Context(), d, at.Add(after)))
			}
			return refs
		}
		edits(time.Minute) // the count
		erase := func(person string) {
			t.Helper()
			if erased, err := s.EraseMember(t.Context(), erasing(s, bot.UserID("fake:"+person), at)); err != nil || !erased {
				t.Fatalf("erase: %v, %v", erased, err)
			}
		}
		erase("tom")
		if refs := edits(2 * time.Minute); len(refs) > 0 {
			t.Errorf("an open question names nobody, and yet %v are edited", refs)
		}
		if closed, err := s.CloseLive(t.Context(), "l", 1, nil, "end", at.Add(3*time.Minute)); err != nil || !closed {
			t.Fatal(closed, err)
		}
		edits(4 * time.Minute)
		erase("lee")
		if refs := edits(5 * time.Minute); !slices.Equal(refs, []string{"l/1"}) {
			t.Errorf("edited: %v, want the card that names who leads", refs)
		}
	})
}

// Presses and erasures at the same instant: whatever came first, every answer is
// somebody's, none is the erased person's, and the counts are those of the answers.
func TestEraseWhileLivePressesCome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		join(t, s, "g", marked)
		live(t, s, "g", "l", 1)
		livePost(t, s, "l", 1, sunday())
		at := sunday().Add(time.Second)
		atOnce(t, func(n int) error {
			switch {
			case n < 2:
				_, err := s.EraseMember(t.Context(), erasing(s, "fake:"+marked, at))
				return err
			case n < 5:
				_, err := s.AnswerLive(t.Context(), plainPress(1, marked, fmt.Sprint("m", n), "a", at.Add(time.Duration(n)*time.Millisecond)))
				return err
			}
			_, err := s.AnswerLive(t.Context(), plainPress(1, fmt.Sprint("p", n), fmt.Sprint("a", n), "a", at))
			return err
		})
		if held, err := s.Holding(t.Context(), marked); err != nil || len(held) > 0 {
			t.Errorf("these know the person: %v (%v)", held, err)
		}
		if closed, err := s.CloseLive(t.Context(), "l", 1, nil, "end", at.Add(time.Minute)); err != nil || !closed {
			t.Fatalf("close: %v, %v", closed, err)
		}
		kept, err := s.Count(t.Context(), `SELECT COUNT(*) FROM live_answers`)
		must(t, err)
		answers, err := s.Count(t.Context(), `SELECT COUNT(*) FROM answers`)
		must(t, err)
		if q := mustLiveQuestion(t, s, "l", 1); int64(q.Answered) != kept || kept != answers || kept < int64(writers-5) || kept > int64(writers-4) {
			t.Errorf("%d counted, %d kept, %d answers; want the same, of %d or %d", q.Answered, kept, answers, writers-5, writers-4)
		}
		checkTotals(t, s, "g")
	})
}
