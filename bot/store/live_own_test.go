package store_test

import (
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/bot/suggest"
)

// In a live round, one of the group's own questions counts for no place of whoever
// wrote it or read its answer before it was asked. All answers are counted as they
// are, and who reads it after it closed loses nothing.
func TestLivePlacesWithoutOwnQuestions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, person := range []string{"dana", "lee", "tom"} {
			join(t, s, "g", person)
		}
		at := sunday()
		n := wrote("one", "g", "member-dana", "A question", at.Add(-2*time.Hour))
		add(t, s, n)
		changes(t, s, accepting(t, s, n), suggest.Done)
		must(t, s.SuggestionRead(t.Context(), "member-lee", "one"))

		items := liveItems(2)
		items[0].Item = practice.OwnID("one")
		start, _, err := s.StartLive(t.Context(), practice.Live{ID: "l", Group: "g", Track: "track-g", Channel: "fake:g", Host: "member-dana",
			Per: 45 * time.Second}, items, "press", "first", at)
		if err != nil || start != practice.LiveStarted {
			t.Fatalf("start: %v, %v", start, err)
		}
		for place := 1; place <= 2; place++ {
			livePost(t, s, "l", place, at)
			for person, option := range map[string]string{"dana": "a", "lee": "a", "tom": "a", "maria": "b"} {
				if got := pressLive(t, s, "l", place, person, option, at.Add(time.Second)); got != practice.LiveNoted {
					t.Fatalf("%s's answer %d: %v", person, place, got)
				}
			}
			at = at.Add(time.Minute)
			if closed, err := s.CloseLive(t.Context(), "l", place, nil, "end", at); err != nil || !closed {
				t.Fatalf("close %d: %v, %v", place, closed, err)
			}
			must(t, s.SuggestionRead(t.Context(), "member-tom", "one"))
			if place == 1 {
				if moved, err := s.NextLive(t.Context(), "l", 1, nil, "second", at); err != nil || !moved {
					t.Fatalf("next: %v, %v", moved, err)
				}
			}
		}

		tallies, err := s.LiveTallies(t.Context(), "l")
		must(t, err)
		type sum struct{ right, placing, answered int }
		want := map[string]sum{"member-dana": {2, 1, 2}, "member-lee": {2, 1, 2}, "member-tom": {2, 2, 2}, "member-g": {0, 0, 2}}
		for _, tally := range tallies {
			if got := (sum{tally.Right, tally.Placing, tally.Answered}); got != want[tally.Member] {
				t.Errorf("%s stands at %v, want %v", tally.Member, got, want[tally.Member])
			}
		}
		if len(tallies) != len(want) {
			t.Errorf("%d people stand somewhere, want %d", len(tallies), len(want))
		}
		for person, knew := range map[string]bool{"dana": true, "lee": true, "tom": false} {
			mine, err := s.LiveMine(t.Context(), "l", "member-"+person)
			must(t, err)
			if mine[1].Verdict != practice.Right || (mine[1].Credit == practice.Wrong) != knew || mine[2].Credit != "" {
				t.Errorf("%s answered %+v", person, mine)
			}
		}
	})
}
