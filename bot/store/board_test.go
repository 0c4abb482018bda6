package store_test

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// weekly is the due thing that ends a group's running week.
func weekly(t *testing.T, s *store.Store, id string) schedule.Due {
	t.Helper()
	d, ok, err := s.WaitingDue(t.Context(), group.KindWeekly, "weekly-"+id)
	if err != nil || !ok {
		t.Fatalf("the week of %s never ends: %v", id, err)
	}
	return d
}

// answered records answers in time, by people who join for it.
func answered(t *testing.T, s *store.Store, r practice.Round, at time.Time, verdicts map[string]practice.Verdict) {
	t.Helper()
	for p, v := range verdicts {
		join(t, s, r.Group, p)
		a := answer(r, p, 1, at)
		a.Verdict = v
		if out, err := s.Answer(t.Context(), a, false); err != nil || out.Status != practice.Recorded {
			t.Fatalf("%s answers: %v, %v", p, out.Status, err)
		}
	}
}

// closed closes a round when it is due.
func closed(t *testing.T, s *store.Store, r practice.Round) time.Time {
	t.Helper()
	d, ok, err := s.WaitingDue(t.Context(), practice.KindClose, r.ID)
	if err != nil || !ok {
		t.Fatalf("round %s does not close: %v", r.ID, err)
	}
	if err := s.CloseRound(t.Context(), d, d.At); err != nil {
		t.Fatalf("close: %v", err)
	}
	return d.At
}

func sheet(t *testing.T, s *store.Store, id, person string, p board.Period) board.Sheet {
	t.Helper()
	sheet, err := s.Sheet(t.Context(), id, "track-"+id, "member-"+person, p)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

func placed(t *testing.T, s *store.Store, id string, p board.Period) map[string]int {
	t.Helper()
	entries, err := s.Placed(t.Context(), id, "track-"+id, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]int{}
	for _, e := range entries {
		by[e.Name] = e.Points
	}
	return by
}

func history(t *testing.T, s *store.Store, id, person string) board.History {
	t.Helper()
	h, err := s.History(t.Context(), id, "track-"+id, bot.UserID("fake:"+person))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func firstWeek() board.Period { return board.Period{Span: board.Week, Week: 1} }

// Boards never include open questions; a person's own week does.
func TestPointsEnterTotalsAtClosing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		r := asked(t, s, "g", "r1", sunday())
		answered(t, s, r, sunday(), map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Partly, "tom": practice.Wrong})
		if got := placed(t, s, "g", firstWeek()); len(got) > 0 {
			t.Errorf("while the question is open the board has %v", got)
		}
		if h := history(t, s, "g", "dana"); h.WeekPoints != 0 || h.OpenPoints != 3 || len(h.Questions) != 1 {
			t.Errorf("Dana's own week: %+v, want 3 open points", h)
		}
		if open := sheet(t, s, "g", "lee", firstWeek()).Open; len(open) != 1 || !open[0].Answered {
			t.Errorf("Lee's open questions: %+v, want one that is answered", open)
		}
		at := closed(t, s, r)
		want := map[string]int{"dana": 3, "lee": 2, "tom": 1}
		c, err := s.Calendar(t.Context(), "g", at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []board.Period{firstWeek(), {Span: board.Month, Month: c.Month}, {Span: board.Season, Season: c.Season}, {Span: board.All}} {
			if diff := cmp.Diff(want, placed(t, s, "g", p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", p.Span, diff)
			}
		}
		if h := history(t, s, "g", "dana"); h.WeekPoints != 3 || h.OpenPoints != 0 {
			t.Errorf("Dana's own week after closing: %+v, want 3 points", h)
		}
		// Caught up: one point, at once.
		join(t, s, "g", "priya")
		if out, err := s.Answer(t.Context(), answer(r, "priya", 1, at.Add(time.Hour)), true); err != nil || !out.Answer.CaughtUp {
			t.Fatalf("catch up: %+v, %v", out, err)
		}
		if got := placed(t, s, "g", firstWeek())["priya"]; got != 1 {
			t.Errorf("caught up: %d points, want 1", got)
		}
		if h := history(t, s, "g", "priya"); len(h.CaughtUp) != 1 || h.WeekPoints != 1 {
			t.Errorf("Priya's own week: %+v", h)
		}
	})
}

// Friday's question is open on Sunday, closes on Monday before the weekly post,
// and counts in the week that the post is about.
func TestClosingAtTheWeeksEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		end := weekly(t, s, "g").At // Monday at 07:00
		r := asked(t, s, "g", "friday", end.AddDate(0, 0, -1))
		answered(t, s, r, end.Add(-time.Hour), map[string]practice.Verdict{"dana": practice.Right})
		due, err := s.ClaimDue(t.Context(), end, end, end.Add(time.Minute), 10)
		if err != nil || len(due) != 1 || due[0].Kind != practice.KindClose {
			t.Fatalf("first due on Monday: %v, %v; want the closing", due, err)
		}
		if err := s.CloseRound(t.Context(), due[0], end); err != nil {
			t.Fatal(err)
		}
		due, err = s.ClaimDue(t.Context(), end, end, end.Add(time.Minute), 10)
		if err != nil || len(due) != 1 || due[0].Kind != group.KindWeekly {
			t.Fatalf("then due: %v, %v; want the week's end", due, err)
		}
		e, err := s.EndWeek(t.Context(), due[0])
		if err != nil || e.Week != 1 || len(e.Tracks) != 1 || len(e.Channels) != 1 {
			t.Fatalf("ended: %+v, %v", e, err)
		}
		facts, err := s.WeekFacts(t.Context(), "g", "track-g", 1)
		if err != nil || facts.Answers != 1 || facts.Right != 1 || facts.People != 1 || len(facts.Questions) != 1 {
			t.Errorf("facts of the week: %+v, %v", facts, err)
		}
		if len(facts.Members) != 1 || !facts.Members[0].Complete || facts.Members[0].Points != 3 {
			t.Errorf("members: %+v", facts.Members)
		}
		if err := s.PostWeek(t.Context(), due[0], e, "{}", nil, nil, end); err != nil {
			t.Fatal(err)
		}
		if due, err = s.ClaimDue(t.Context(), end, end, end.Add(time.Minute), 10); err != nil || len(due) != 1 || due[0].Kind != group.KindQuestion {
			t.Errorf("last due: %v, %v; want the question", due, err)
		}
		if got := placed(t, s, "g", board.Period{Span: board.Week, Week: 2}); len(got) > 0 {
			t.Errorf("the new week begins with %v", got)
		}
		if post, ok, err := s.WeekPost(t.Context(), "g", 1); err != nil || !ok || post != "{}" {
			t.Errorf("post: %q, %v, %v", post, ok, err)
		}
	})
}

func TestAWeekEndsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		d := weekly(t, s, "g")
		ended, err := s.EndWeek(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		atOnce(t, func(int) error {
			e, err := s.EndWeek(t.Context(), d)
			if err == nil && e.Week != 1 {
				err = fmt.Errorf("week %d ended, want 1", e.Week)
			}
			return err
		})
		before := ended
		before.Group.State = group.Paused
		other := ended
		other.Schedule.Expr = "0 18 * * 5"
		for name, e := range map[string]board.Ended{"another state": before, "another time": other} {
			if err := s.PostWeek(t.Context(), d, e, "", nil, nil, d.At); err == nil || errors.Is(err, schedule.ErrTaken) {
				t.Errorf("%s: what was decided before the group changed is posted: %v", name, err)
			}
		}
		var mu sync.Mutex
		taken := 0
		atOnce(t, func(int) error {
			err := s.PostWeek(t.Context(), d, ended, "", nil, nil, d.At)
			if err != nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
			return nil
		})
		if taken != writers-1 {
			t.Errorf("%d of %d came too late, want all but one", taken, writers)
		}
		if _, err := s.EndWeek(t.Context(), d); err == nil {
			t.Error("a week ended after its due thing was done")
		}
	})
}

// Catching up, ending the week and closing at the same instant lose no point.
func TestTotalsUnderContention(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for n := range writers {
			join(t, s, "g", fmt.Sprint("p", n))
		}
		first := asked(t, s, "g", "r1", sunday())
		at := closed(t, s, first)
		second := asked(t, s, "g", "r2", at)
		for n := range writers {
			if _, err := s.Answer(t.Context(), answer(second, fmt.Sprint("p", n), n, at), false); err != nil {
				t.Fatal(err)
			}
		}
		d, _, err := s.WaitingDue(t.Context(), practice.KindClose, second.ID)
		if err != nil {
			t.Fatal(err)
		}
		week := weekly(t, s, "g")
		atOnce(t, func(n int) error {
			switch n {
			case 0:
				return s.CloseRound(t.Context(), d, d.At)
			case 1:
				_, err := s.EndWeek(t.Context(), week)
				return err
			}
			_, err := s.Answer(t.Context(), answer(first, fmt.Sprint("p", n), n+100, at.Add(time.Hour)), true)
			return err
		})
		recounted, err := s.Recount(t.Context(), "track-g")
		if err != nil {
			t.Fatal(err)
		}
		kept, err := s.Totals(t.Context(), "track-g")
		if diff := cmp.Diff(recounted, kept); diff != "" || err != nil {
			t.Errorf("totals differ from the answers (%v):\n%s", err, diff)
		}
		want := map[string]int{}
		for n := range writers {
			want[fmt.Sprint("p", n)] = 3
			if n > 1 {
				want[fmt.Sprint("p", n)]++
			}
		}
		if diff := cmp.Diff(want, placed(t, s, "g", board.Period{Span: board.All})); diff != "" {
			t.Errorf("points (-want +got):\n%s", diff)
		}
	})
}

// A group that an earlier program began gets its weeks, and its past counts.
func TestPrepareBoards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "other")
		at := sunday()
		for n := range 4 {
			r := asked(t, s, "g", fmt.Sprint("r", n), at)
			answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})
			at = closed(t, s, r).AddDate(0, 0, 3)
			join(t, s, "g", "tom")
			if _, err := s.Answer(t.Context(), answer(r, "tom", n, at), true); err != nil {
				t.Fatal(err)
			}
		}
		whole := placed(t, s, "g", board.Period{Span: board.All})
		if err := s.Forget(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		atOnce(t, func(int) error { return s.PrepareBoards(t.Context(), at) })
		if diff := cmp.Diff(whole, placed(t, s, "g", board.Period{Span: board.All})); diff != "" || len(whole) != 3 {
			t.Errorf("points after preparing (-before +after):\n%s", diff)
		}
		recounted, err := s.Recount(t.Context(), "track-g")
		if err != nil {
			t.Fatal(err)
		}
		kept, err := s.Totals(t.Context(), "track-g")
		if diff := cmp.Diff(recounted, kept); diff != "" || err != nil {
			t.Errorf("totals differ from the answers (%v):\n%s", err, diff)
		}
		c, err := s.Calendar(t.Context(), "g", at)
		if err != nil || c.Week < 3 {
			t.Errorf("after 16 days it is week %d (%v), want the third", c.Week, err)
		}
		if d := weekly(t, s, "g"); !d.At.After(at) {
			t.Errorf("the week ends at %v, and it is %v", d.At, at)
		}
		if len(kept["member-dana"]) < 2 {
			t.Errorf("Dana's weeks: %v, want more than one", maps.Keys(kept["member-dana"]))
		}
	})
}

// What was kept of runs gives the same as the whole history, and shortens it.
func TestSettledRuns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at := sunday()
		for n := range 12 {
			r := asked(t, s, "g", fmt.Sprint("r", n), at)
			if n != 2 && n != 10 {
				answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Right})
			}
			at = closed(t, s, r)
		}
		whole := history(t, s, "g", "dana")
		want, settled := whole.Run.Follow(whole.Questions, at)
		var found []board.History
		if err := s.Histories(t.Context(), "g", "track-g", 1, func(h board.History) { found = append(found, h) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]board.History{whole}, found, cmp.AllowUnexported(board.Run{})); diff != "" {
			t.Errorf("histories of the week (-one +all):\n%s", diff)
		}
		if err := s.SettleRuns(t.Context(), "track-g", map[string]board.Run{"member-dana": settled}); err != nil {
			t.Fatal(err)
		}
		short := history(t, s, "g", "dana")
		if len(short.Questions) >= len(whole.Questions) || len(short.Questions) == 0 {
			t.Errorf("%d questions to follow, %d before", len(short.Questions), len(whole.Questions))
		}
		got, _ := short.Run.Follow(short.Questions, at)
		if got.Through = want.Through; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("run from what was kept:\n got %+v\nwant %+v", got, want)
		}
	})
}

// What a person waits for reads no other group's data.
func TestBoardPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		at := sunday()
		var r practice.Round
		for n := range 3 {
			r = asked(t, s, "g", fmt.Sprint("r", n), at)
			answered(t, s, r, at, map[string]practice.Verdict{"dana": practice.Right, "lee": practice.Wrong})
			if n < 2 {
				at = closed(t, s, r)
			}
		}
		d, _, err := s.WaitingDue(t.Context(), practice.KindClose, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		reads := 0
		count := func(string, []any) { reads++ }
		storetest.QueryPlans(t, s, nil, func() {
			ctx := t.Context()
			_, err1 := s.Calendar(ctx, "g", at)
			_, err2 := s.GroupTracks(ctx, "g", "member-dana")
			_, _, err3 := s.TrackGroup(ctx, "track-g")
			_, err4 := s.History(ctx, "g", "track-g", "fake:dana")
			_, err5 := s.MemberHistory(ctx, "g", "track-g", "member-dana")
			_, err6 := s.Rename(ctx, "g", "member-lee", "Sparky", false)
			err7 := s.CloseRound(ctx, d, d.At)
			join(t, s, "g", "tom")
			_, err8 := s.Answer(ctx, answer(r, "tom", 9, d.At), true)
			for _, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
				if err != nil {
					t.Error(err)
				}
			}
			for _, p := range []board.Period{firstWeek(), {Span: board.Month, Month: "2026-11"}, {Span: board.Season, Season: sunday().UnixMilli()}, {Span: board.All}} {
				sheet(t, s, "g", "dana", p)
				placed(t, s, "g", p)
			}
		})
		stop := s.Trace(count)
		history(t, s, "g", "dana")
		stop()
		if reads != 1 {
			t.Errorf("a standing takes %d statements, want one", reads)
		}
	})
}
