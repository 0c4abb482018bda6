package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// planned decides a question for a group, to be posted now.
func planned(t *testing.T, s *store.Store, id, round string, at time.Time) practice.Round {
	t.Helper()
	return plannedItem(t, s, id, round, thisOrThat("cbet-"+round), at)
}

// thisOrThat is an item of which a is right.
func thisOrThat(id string) quizzes.Item {
	return quizzes.Item{ID: id, Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a"},
		Options: []quizzes.Option{{ID: "a", Text: "This"}, {ID: "b", Text: "That"}}}
}

// plannedItem decides that a group is asked an item now.
func plannedItem(t *testing.T, s *store.Store, id, round string, item quizzes.Item, at time.Time) practice.Round {
	t.Helper()
	return plannedIn(t, s, details(t, s, id).First(), round, item, at)
}

// plannedIn is plannedItem for what the group studies by a track.
func plannedIn(t *testing.T, s *store.Store, studied group.Studied, round string, item quizzes.Item, at time.Time) practice.Round {
	t.Helper()
	id := studied.Group
	version, snapshot := item.Version()
	due := schedule.Due{Kind: group.KindQuestion, Subject: studied.Schedule.ID, Occurrence: "now-" + round,
		Lane: schedule.Lane(id), Rank: schedule.RankOpen, At: at}
	if _, err := s.PostNow(t.Context(), id, studied.ID, round, at); err != nil {
		t.Fatal(err)
	}
	r := practice.Round{ID: round, Group: id, Track: studied.ID, Item: item, ItemVersion: version, LocalDay: "2026-11-23", PlannedAt: at}
	posting := practice.Posting{Round: r, Snapshot: snapshot, Low: -1, Deliveries: []schedule.Delivery{{
		Key: "post-" + round, Kind: group.KindQuestion, Ref: round, Group: id, Target: "fake:" + id, Rank: schedule.RankOpen, At: at,
	}}}
	if err := s.PostRound(t.Context(), due, posting, at); err != nil {
		t.Fatalf("post: %v", err)
	}
	return r
}

// open opens a planned question for a day.
func open(t *testing.T, s *store.Store, id, round string, at time.Time) {
	t.Helper()
	d := details(t, s, id)
	r, _, err := s.Round(t.Context(), round)
	if err != nil {
		t.Fatal(err)
	}
	studied, _ := d.Studies(r.Track)
	if err := s.OpenRound(t.Context(), practice.Opening{Round: round, Plan: practice.Plan{Group: d.Group, Schedule: studied.Schedule},
		At: at, Closes: at.AddDate(0, 0, 1), Latest: at.AddDate(0, 0, 3)}); err != nil {
		t.Fatalf("open: %v", err)
	}
}

// asked posts a question to a group and marks it as sent; it is open for a day.
func asked(t *testing.T, s *store.Store, id, round string, at time.Time) practice.Round {
	t.Helper()
	return askedItem(t, s, id, round, thisOrThat("cbet-"+round), at)
}

// askedItem is asked with an item.
func askedItem(t *testing.T, s *store.Store, id, round string, item quizzes.Item, at time.Time) practice.Round {
	t.Helper()
	return askedIn(t, s, details(t, s, id).First(), round, item, at)
}

// askedIn is askedItem for what the group studies by a track.
func askedIn(t *testing.T, s *store.Store, studied group.Studied, round string, item quizzes.Item, at time.Time) practice.Round {
	t.Helper()
	r, d := owedIn(t, s, studied, round, item, at)
	if _, err := s.MarkSent(t.Context(), d, bot.MessageID("fake:m/"+d.Key), 1, at, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return r
}

func answer(r practice.Round, person string, n int, at time.Time) practice.Answer {
	return practice.Answer{ID: fmt.Sprintf("%s-%s-%d", r.ID, person, n), Round: r.ID, Account: bot.UserID("fake:" + person),
		Option: "a", Verdict: practice.Right, At: at, Interaction: fmt.Sprint(n)}
}

func closing(r practice.Round, at time.Time) schedule.Due {
	return schedule.Due{Kind: practice.KindClose, Subject: r.ID, Occurrence: "close", At: at}
}

func TestOneOfManyAnswersAtOnceCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := asked(t, s, "g", "r1", sunday())
		var mu sync.Mutex
		statuses, kept := map[practice.Status]int{}, map[string]bool{}
		atOnce(t, func(n int) error {
			out, err := s.Answer(t.Context(), answer(r, "dana", n, sunday()), false)
			mu.Lock()
			statuses[out.Status]++
			kept[out.Answer.ID] = true
			mu.Unlock()
			return err
		})
		if statuses[practice.Recorded] != 1 || statuses[practice.Already] != writers-1 || len(kept) != 1 {
			t.Errorf("statuses %v, %d different answers count", statuses, len(kept))
		}
		got, _, err := s.Round(t.Context(), r.ID)
		if err != nil || got.Answered != 1 {
			t.Errorf("%d answers are counted (%v), want 1", got.Answered, err)
		}
	})
}

func TestEveryAnswerIsCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		atOnce(t, func(n int) error {
			_, err := s.Answer(t.Context(), answer(r, fmt.Sprint("p", n), n, sunday()), false)
			return err
		})
		got, _, err := s.Round(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		spread, err := s.Spread(t.Context(), r.ID)
		if err != nil || spread["a"] != writers || got.Answered != writers {
			t.Errorf("%d counted, %v recorded (%v), want %d", got.Answered, spread, err, writers)
		}
	})
}

// Presses and the closing at the same instant: what was recorded in time is
// counted, and nothing is recorded in time after the closing.
func TestAnswersWhileClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		for try := range 10 {
			r := asked(t, s, "g", fmt.Sprint("r", try), sunday())
			end := sunday().AddDate(0, 0, 1)
			// Somebody is early: a group in which nobody answers is paused.
			if _, err := s.Answer(t.Context(), answer(r, "p0", 0, sunday()), false); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			recorded := 1
			atOnce(t, func(n int) error {
				if n == 0 {
					return s.CloseRound(t.Context(), closing(r, end), end)
				}
				out, err := s.Answer(t.Context(), answer(r, fmt.Sprint("p", n), n, end.Add(-time.Second)), false)
				mu.Lock()
				defer mu.Unlock()
				switch out.Status {
				case practice.Recorded:
					recorded++
				case practice.TooLate:
				default:
					t.Errorf("status %v", out.Status)
				}
				return err
			})
			got, _, err := s.Round(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			spread, err := s.Spread(t.Context(), r.ID)
			if err != nil || got.State != practice.Closed || got.Answered != recorded || spread["a"] != recorded {
				t.Fatalf("%s: %d told recorded, %d counted, %v kept (%v)", got.State, recorded, got.Answered, spread, err)
			}
		}
	})
}

func TestCatchUpEndsAfterAWeek(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, p := range []string{"early", "late", "stranger-to-it"} {
			join(t, s, "g", p)
		}
		r := asked(t, s, "g", "r1", sunday())
		end := sunday().AddDate(0, 0, 1)
		if err := s.CloseRound(t.Context(), closing(r, end), end); err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name, person string
			at           time.Time
			catchUp      bool
			want         practice.Status
			caughtUp     bool
		}{
			{"a letter after closing", "early", end.Add(time.Hour), false, practice.TooLate, false},
			{"a private copy within the week", "early", end.Add(practice.CatchUpFor - time.Minute), true, practice.Recorded, true},
			{"the same again", "early", end.Add(time.Hour), true, practice.Already, true},
			{"a private copy after the week", "late", end.Add(practice.CatchUpFor), true, practice.TooLate, false},
			{"somebody in no group", "nobody", end.Add(time.Hour), true, practice.Stranger, false},
		}
		for n, tt := range tests {
			out, err := s.Answer(t.Context(), answer(r, tt.person, n, tt.at), tt.catchUp)
			if err != nil || out.Status != tt.want || out.Answer.CaughtUp != tt.caughtUp {
				t.Errorf("%s: status %v, caught up %v (%v); want %v, %v", tt.name, out.Status, out.Answer.CaughtUp, err, tt.want, tt.caughtUp)
			}
		}
		if spread, err := s.Spread(t.Context(), r.ID); err != nil || len(spread) != 0 {
			t.Errorf("caught-up answers are in the counts of the card: %v (%v)", spread, err)
		}
	})
}

// Five questions without an answer pause the group, one answer in between starts anew.
func TestSilence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		at := sunday()
		for n := range 9 {
			r := asked(t, s, "g", fmt.Sprint("r", n), at)
			if n == 3 {
				if _, err := s.Answer(t.Context(), answer(r, "dana", n, at), false); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.CloseRound(t.Context(), closing(r, at.AddDate(0, 0, 1)), at.AddDate(0, 0, 1)); err != nil {
				t.Fatal(err)
			}
			want := group.Running
			if n == 8 { // 3 in silence, 1 answered, 5 in silence
				want = group.Paused
			}
			if d := details(t, s, "g"); d.Group.State != want {
				t.Fatalf("after question %d the group is %s, want %s", n+1, d.Group.State, want)
			}
			at = at.AddDate(0, 0, 1)
		}
		if d := details(t, s, "g"); d.Group.Pause != group.BySilence || d.Next().After(at) {
			t.Errorf("paused by %q with a question due at %v", d.Group.Pause, d.Next())
		}
	})
}

// owed posts a question without sending it, and gives its delivery.
func owed(t *testing.T, s *store.Store, id, round string, at time.Time) (practice.Round, schedule.Delivery) {
	t.Helper()
	return owedItem(t, s, id, round, thisOrThat("cbet-"+round), at)
}

func owedItem(t *testing.T, s *store.Store, id, round string, item quizzes.Item, at time.Time) (practice.Round, schedule.Delivery) {
	t.Helper()
	return owedIn(t, s, details(t, s, id).First(), round, item, at)
}

// owedIn is owedItem for what the group studies by a track.
func owedIn(t *testing.T, s *store.Store, studied group.Studied, round string, item quizzes.Item, at time.Time) (practice.Round, schedule.Delivery) {
	t.Helper()
	r := plannedIn(t, s, studied, round, item, at)
	for {
		all, err := s.ClaimDeliveries(t.Context(), "fake", at, at.Add(time.Minute), 1)
		if err != nil || len(all) == 0 {
			t.Fatalf("claim: %v, %v", all, err)
		}
		if all[0].Ref == round {
			open(t, s, studied.Group, round, at)
			return r, all[0]
		}
		if _, err := s.MarkSent(t.Context(), all[0], bot.MessageID("fake:m/"+all[0].Key), 1, at, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

func state(t *testing.T, s *store.Store, r practice.Round, d schedule.Delivery) (practice.RoundState, schedule.State) {
	t.Helper()
	got, _, err := s.Round(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	delivery, _, err := s.Delivery(t.Context(), d.Key)
	if err != nil {
		t.Fatal(err)
	}
	return got.State, delivery.State
}

// A post of which nobody knows whether it arrived is still looked for after the
// round has closed, and the round counts as posted until it is known.
func TestDoubtAtClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r, d := owed(t, s, "g", "r1", sunday())
		end := sunday().AddDate(0, 0, 1)
		if err := s.RetryDelivery(t.Context(), d, end, false, "cut off"); err != nil {
			t.Fatal(err)
		}
		if err := s.CloseRound(t.Context(), closing(r, end), end); err != nil {
			t.Fatal(err)
		}
		if round, delivery := state(t, s, r, d); round != practice.Closed || delivery != schedule.Waiting {
			t.Fatalf("after closing the round is %s, the delivery %s; want closed, waiting", round, delivery)
		}
		again, err := s.ClaimDeliveries(t.Context(), "fake", end, end.Add(time.Minute), 8)
		if err != nil || len(again) != 1 || again[0].Doubt.IsZero() || !again[0].Until.IsZero() {
			t.Fatalf("claimed %+v (%v), want the doubtful one, without an end", again, err)
		}
	})
}

// A question that certainly was not posted is recorded as skipped when it closes.
func TestRefusedUntilClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r, d := owed(t, s, "g", "r1", sunday())
		d.Doubt = time.Time{} // the platform said no, so nothing is out
		if err := s.ParkDelivery(t.Context(), d, sunday(), schedule.Refusal{Cause: "no"}); err != nil {
			t.Fatal(err)
		}
		end := sunday().AddDate(0, 0, 1)
		if err := s.CloseRound(t.Context(), closing(r, end), end); err != nil {
			t.Fatal(err)
		}
		if round, delivery := state(t, s, r, d); round != practice.Skipped || delivery != schedule.Skipped {
			t.Errorf("after closing the round is %s, the delivery %s; want both skipped", round, delivery)
		}
	})
}

// A group that was paused posts nothing more, also when its channel comes back.
func TestPausedGroupPostsNothing(t *testing.T) {
	for _, to := range []group.State{group.Paused, group.Ended} {
		t.Run(string(to), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				r, d := owed(t, s, "g", "r1", sunday())
				if err := s.RetryDelivery(t.Context(), d, sunday(), true, "not yet"); err != nil {
					t.Fatal(err)
				}
				if ok, err := s.StopGroup(t.Context(), "g", to, group.ByOrganiser, sunday()); err != nil || !ok {
					t.Fatal(ok, err)
				}
				if err := s.ChannelBack(t.Context(), "fake:g", sunday()); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Unpark(t.Context(), "g", sunday()); err != nil {
					t.Fatal(err)
				}
				if round, delivery := state(t, s, r, d); round != practice.Skipped || delivery != schedule.Skipped {
					t.Errorf("the round is %s, its delivery %s; want both skipped", round, delivery)
				}
			})
		})
	}
}

// A question that is due already when a group stops is recorded, not just gone.
func TestDueQuestionSurvivesAPause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		monday := details(t, s, "g").Next()
		if ok, err := s.StopGroup(t.Context(), "g", group.Paused, group.ByOrganiser, monday.Add(time.Second)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		due, err := s.ClaimDue(t.Context(), monday.Add(time.Second), monday, monday.Add(time.Minute), 8)
		if err != nil || len(due) != 1 || due[0].Kind != group.KindWeekly {
			t.Fatalf("claimed %+v (%v), want the weekly post that comes before the question", due, err)
		}
		if err := s.SkipDue(t.Context(), due[0], monday.Add(time.Second), "not in this test"); err != nil {
			t.Fatal(err)
		}
		due, err = s.ClaimDue(t.Context(), monday.Add(time.Second), monday, monday.Add(time.Minute), 8)
		if err != nil || len(due) != 1 || due[0].Kind != group.KindQuestion {
			t.Errorf("claimed %+v (%v), want the question that fell due before the pause", due, err)
		}
	})
}

// A delivery that expires before anything was tried takes its round with it.
func TestExpiredBeforeTrying(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := planned(t, s, "g", "r1", sunday())
		for {
			all, err := s.ClaimDeliveries(t.Context(), "fake", sunday(), sunday().Add(time.Minute), 1)
			if err != nil || len(all) == 0 {
				t.Fatalf("claim: %v, %v", all, err)
			}
			if err := s.SkipDelivery(t.Context(), all[0], sunday(), time.Time{}, "too late"); err != nil {
				t.Fatal(err)
			}
			if all[0].Ref == r.ID {
				break
			}
		}
		got, _, err := s.Round(t.Context(), r.ID)
		if err != nil || got.State != practice.Skipped {
			t.Errorf("the round is %s (%v), want skipped", got.State, err)
		}
	})
}

// What a person waits for, and each look of the engine, reads no table whole.
func TestPracticePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := asked(t, s, "g", "r1", sunday())
		r2 := asked(t, s, "g", "r2", sunday())
		ctx, now := t.Context(), sunday().Add(time.Hour)
		storetest.QueryPlans(t, s, nil, func() {
			check := func(_ any, err error) {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
			}
			check(s.Answer(ctx, answer(r, "dana", 1, now), false))
			check(s.Answer(ctx, answer(r, "dana", 2, now), true))
			check(s.Answer(ctx, answer(r, "nobody", 3, now), true))
			check(s.Spread(ctx, r.ID))
			check(s.Owed(ctx, "g", "member-dana", now))
			check(s.RoundPlan(ctx, r.ID))
			_, _, err := s.Round(ctx, r.ID)
			check(nil, err)
			_, _, err = s.LastClosed(ctx, r2)
			check(nil, err)
			_, _, err = s.AnswerOf(ctx, r.ID, "member-dana")
			check(nil, err)
			_, _, err = s.QuestionPlan(ctx, "schedule-g")
			check(nil, err)
			_, _, err = s.Uses(ctx, "g", "track-g")
			check(nil, err)
			_, _, err = s.Figures(ctx, "g", now)
			check(nil, err)
			end := now.AddDate(0, 0, 1)
			check(nil, s.CloseRound(ctx, closing(r, sunday().AddDate(0, 0, 1)), end))
			check(s.ClaimDue(ctx, end, end, end.Add(time.Minute), 8))
			check(s.ClaimDeliveries(ctx, "fake", end, end.Add(time.Minute), 8))
			check(s.ClaimEdits(ctx, "fake", end, end, end.Add(time.Minute), 8))
			check(s.ClaimChecks(ctx, "fake", end, end.Add(time.Minute), 8))
			check(s.ExpireParked(ctx, end))
			check(s.Unfinished(ctx, end, end))
			_, _, err = s.NextInstant(ctx, end)
			check(nil, err)
		})
	})
}
