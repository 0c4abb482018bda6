package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Presses at the same instant are recorded together; what becomes of each is as
// if it had come alone.
func TestManyKindsOfPressesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		opened, _, err := s.Round(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		const people = 90
		for n := range people {
			m := join(t, s, "g", fmt.Sprint("p", n))
			if err := s.SetAsked(t.Context(), m.ID, n%6 >= 4); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		got := map[string]int{}
		numbers, rights := map[int]bool{}, 0
		var ready, done sync.WaitGroup
		ready.Add(1)
		press := func(kind string, a practice.Answer) {
			done.Go(func() {
				ready.Wait()
				out, err := s.Answer(t.Context(), a, false)
				mu.Lock()
				defer mu.Unlock()
				got[fmt.Sprint(kind, " ", out.Status, " ", err)]++
				if out.Status == practice.Recorded && err == nil {
					numbers[out.Answered] = true
					rights = max(rights, out.Right)
				}
			})
		}
		for n := range people {
			press(kindOf(n, answer(r, fmt.Sprint("p", n), n, sunday()), r.ItemVersion, opened.ClosesAt))
		}
		for n := range 10 {
			press("stranger", answer(r, fmt.Sprint("nobody", n), n, sunday()))
		}
		ready.Done()
		done.Wait()
		want := map[string]int{
			fmt.Sprint("in time ", practice.Recorded, " <nil>"):            45,
			fmt.Sprint("asked first ", practice.NeedsConfirming, " <nil>"): 15,
			fmt.Sprint("by another key ", practice.Stale, " <nil>"):        15,
			fmt.Sprint("late ", practice.TooLate, " <nil>"):                15,
			fmt.Sprint("stranger ", practice.Stranger, " <nil>"):           10,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what became of them (-want +got):\n%s", diff)
		}
		spread, err1 := s.Spread(t.Context(), r.ID)
		after, _, err2 := s.Round(t.Context(), r.ID)
		if err1 != nil || err2 != nil || spread["a"] != 30 || spread["b"] != 15 || after.Answered != 45 {
			t.Errorf("%d counted, %v recorded (%v, %v)", after.Answered, spread, err1, err2)
		}
		if len(numbers) != 45 || !numbers[1] || !numbers[45] || rights != 30 {
			t.Errorf("%d different counts were told, and %d right; want 45 and 30", len(numbers), rights)
		}
	})
}

// kindOf makes one of six kinds of presses of an answer.
func kindOf(n int, a practice.Answer, version string, closes time.Time) (string, practice.Answer) {
	switch n % 6 {
	case 0:
		a.Verdict, a.Option = practice.Wrong, "b"
	case 1:
		a.ItemVersion = version
	case 2:
		a.ItemVersion = "another"
		return "by another key", a
	case 3:
		a.At = closes
		return "late", a
	case 4:
		return "asked first", a
	case 5:
		a.Confirmed = true
	}
	return "in time", a
}
