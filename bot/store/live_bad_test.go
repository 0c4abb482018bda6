package store_test

import (
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// A question can be corrected while it is open in a live round, and after: the
// verdict is the new key's, in every memory and figure.
func TestLiveQuestionIsCorrected(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after bool // after the closing, else before
		c     quizzes.Correction
		want  practice.Verdict
		void  bool
	}{
		{"while it is open", false, quizzes.Correction{Keys: []string{"b"}}, practice.Right, false},
		{"when it is closed", true, quizzes.Correction{Keys: []string{"b"}}, practice.Right, false},
		{"withdrawn while it is open", false, quizzes.Correction{Void: true}, practice.Right, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				live(t, s, "g", "l", 2)
				livePost(t, s, "l", 1, sunday())
				item := mustLiveQuestion(t, s, "l", 1).Item
				if got := pressLive(t, s, "l", 1, "dana", "b", sunday().Add(time.Second)); got != practice.LiveNoted {
					t.Fatalf("press: %v", got)
				}
				closes := func() {
					if closed, err := s.CloseLive(t.Context(), "l", 1, nil, "end", sunday().Add(time.Minute)); err != nil || !closed {
						t.Fatalf("close: %v, %v", closed, err)
					}
				}
				if tt.after {
					closes()
				}
				regrade(t, s, "g", item, tt.c, sunday().Add(30*time.Second))
				if !tt.after {
					closes()
				}
				mine, err := s.LiveMine(t.Context(), "l", "member-dana")
				if err != nil || mine[1].Verdict != tt.want {
					t.Errorf("the result is %+v (%v), want %s", mine[1], err, tt.want)
				}
				past, err := s.Recent(t.Context(), "g", "member-dana", 10)
				if err != nil || (len(past) == 0) != tt.void {
					t.Fatalf("answers that count: %+v (%v); withdrawn: %v", past, err, tt.void)
				}
				for _, p := range past {
					if p.Verdict != tt.want {
						t.Errorf("the answer counts as %s, want %s", p.Verdict, tt.want)
					}
				}
				if r := settled(t, s, "g", "member-dana")["live-0"]; r.Missed != 0 {
					t.Errorf("remembered as missed: %+v", r)
				}
			})
		})
	}
}

// Of two presses on their way at once, the later one is the answer, whichever
// comes first.
func TestLaterLivePressCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		live(t, s, "g", "l", 2)
		livePost(t, s, "l", 1, sunday())
		pressLive(t, s, "l", 1, "dana", "a", sunday().Add(2*time.Second))
		pressLive(t, s, "l", 1, "dana", "b", sunday().Add(time.Second))
		if mine, err := s.LiveMine(t.Context(), "l", "member-dana"); err != nil || mine[1].Option != "a" {
			t.Errorf("the answer is %+v (%v), want a", mine[1], err)
		}
	})
}

// A platform that refuses a post for a while holds up a live round, and ends it
// only when the post is given up.
func TestLivePostIsHeldUp(t *testing.T) {
	for _, tt := range []struct {
		name   string
		posted bool // at the second try
		ending practice.LiveEnding
	}{{"posted at the second try", true, ""}, {"never posted", false, practice.LiveUnsent}} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				live(t, s, "g", "l", 2)
				livePost(t, s, "l", 1, sunday())
				pressLive(t, s, "l", 1, "dana", "a", sunday().Add(time.Second))
				at := sunday().Add(time.Minute)
				if _, err := s.CloseLive(t.Context(), "l", 1, nil, "end", at); err != nil {
					t.Fatal(err)
				}
				if _, err := s.NextLive(t.Context(), "l", 1, nil, "second", at); err != nil {
					t.Fatal(err)
				}
				if err := s.OpenLive(t.Context(), "l", 2, at); err != nil {
					t.Fatal(err)
				}
				sending, err := s.ClaimDeliveries(t.Context(), "fake", at, at.Add(time.Minute), 10)
				if err != nil || len(sending) != 1 {
					t.Fatalf("claim: %v, %v", sending, err)
				}
				if err := s.RetryDelivery(t.Context(), sending[0], at.Add(2*time.Minute), true, "too many at once"); err != nil {
					t.Fatal(err)
				}
				fire := func(at time.Time, want int) {
					due, err := s.ClaimDue(t.Context(), at, at, at.Add(time.Second), 1)
					if err != nil || len(due) != want {
						t.Fatalf("due at %v: %v, %v; want %d", at, due, err, want)
					}
					for _, d := range due {
						if _, err := s.CloseLive(t.Context(), "l", 2, &d, "sum", at); err != nil {
							t.Fatal(err)
						}
					}
				}
				fire(at.Add(time.Minute), 1)
				if l := mustLive(t, s, "l"); l.Ending != "" {
					t.Fatalf("it ended (%s) before its post was given up", l.Ending)
				}
				if !tt.posted {
					fire(at.Add(practice.LiveLost), 1)
				} else {
					livePost(t, s, "l", 2, at.Add(2*time.Minute))
					if q := mustLiveQuestion(t, s, "l", 2); !q.ClosesAt.Equal(at.Add(2*time.Minute + 45*time.Second)) {
						t.Errorf("it closes at %v, 45 s after it was really posted is wanted", q.ClosesAt)
					}
					fire(at.Add(2*time.Minute+44*time.Second), 0)
				}
				if l := mustLive(t, s, "l"); l.Ending != tt.ending {
					t.Errorf("ended %q, want %q", l.Ending, tt.ending)
				}
				if before, _, err := s.Delivery(t.Context(), "key-l"); err != nil || before.Wanted-before.Shown < 1 {
					t.Errorf("the card before it: %+v, %v", before, err)
				}
			})
		})
	}
}

// What people wait for in live rounds and matches reads no other group's.
func TestLiveAndMatchPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		join(t, s, "guest", "lee")
		matchRuns(t, s, "m", 2)
		live(t, s, "host", "l", 2)
		storetest.QueryPlans(t, s, []string{"matches", "match_items", "live_rounds", "live_questions", "live_answers", "rounds"}, func() {
			if _, err := s.GroupItems(t.Context(), "host"); err != nil {
				t.Error(err)
			}
			for _, g := range []string{"host", "guest"} {
				if m, ok, err := s.MatchOf(t.Context(), g, sunday()); err != nil || !ok || m.ID != "m" {
					t.Errorf("match of %s: %+v, %v, %v", g, m, ok, err)
				}
			}
			if _, err := s.LiveMine(t.Context(), "l", "member-dana"); err != nil {
				t.Error(err)
			}
		})
		// PostgreSQL takes every group for one with thousands of live rounds here, and
		// would rather read all of their questions.
		storetest.QueryPlans(t, s, []string{"live_rounds", "rounds"}, func() {
			if _, err := s.MissedRounds(t.Context(), "track-host", 5); err != nil {
				t.Error(err)
			}
		})
	})
}
