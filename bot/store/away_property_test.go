package store_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/board"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// leave is a person's comings and goings as a test keeps them, beside the store.
type leave struct {
	life
	rounds []*leaveRound
	away   [][2]time.Time
}

type leaveRound struct {
	round                    practice.Round
	opened, closed, answered time.Time
}

func (l *leave) post() {
	r := asked(l.test, l.s, l.group, fmt.Sprintf("%s-r%d", l.group, len(l.rounds)), l.now)
	l.rounds = append(l.rounds, &leaveRound{round: r, opened: l.now})
	_, err := l.s.Answer(l.test.Context(), answer(r, "lee", 0, l.now), false) // or the group would pause itself
	l.must("answer", err)
}

// some is one of the newest rounds.
func (l *leave) some() *leaveRound {
	if len(l.rounds) == 0 {
		l.post()
	}
	return l.rounds[rapid.IntRange(max(0, len(l.rounds)-5), len(l.rounds)-1).Draw(l.t, "round")]
}

func (l *leave) answer() {
	r := l.some()
	out, err := l.s.Answer(l.test.Context(), answer(r.round, "dana", len(l.rounds)*1000+l.now.Second(), l.now), true)
	l.must("answer", err)
	if out.Status == practice.Recorded {
		r.answered = l.now
	}
}

func (l *leave) close() {
	r := l.some()
	if !r.closed.IsZero() {
		return
	}
	d, ok, err := l.s.WaitingDue(l.test.Context(), practice.KindClose, r.round.ID)
	if err != nil || !ok {
		l.t.Fatalf("no closing of %s: %v", r.round.ID, err)
	}
	l.must("close", l.s.CloseRound(l.test.Context(), d, l.now))
	r.closed = l.now
}

// wish makes the person away until an instant, or back.
func (l *leave) wish(until time.Time) {
	l.must("away", l.s.SetAway(l.test.Context(), group.Wishes{Member: "member-dana", Away: until, AwayZone: "UTC"}, l.now, nil))
}

func (l *leave) leave() {
	until := l.now.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(l.t, "away")) * time.Hour)
	l.wish(until)
	if n := len(l.away); n > 0 && l.away[n-1][1].After(l.now) {
		l.away[n-1][1] = until // it goes on, longer or shorter
		return
	}
	l.away = append(l.away, [2]time.Time{l.now, until})
}

func (l *leave) back() {
	l.wish(l.now)
	if n := len(l.away); n > 0 && l.away[n-1][1].After(l.now) {
		l.away[n-1][1] = l.now
	}
}

// settle keeps the run as it is, which must change nothing.
func (l *leave) settle() {
	h := l.history()
	_, done := h.Run.Follow(h.Questions, l.now)
	l.must("settle", l.s.SettleRuns(l.test.Context(), "track-"+l.group, map[string]board.Run{"member-dana": done}))
}

func (l *leave) history() board.History {
	h, err := l.s.History(l.test.Context(), l.group, "track-"+l.group, bot.UserID("fake:dana"))
	l.must("history", err)
	return h
}

// check compares the run with one that is followed from the beginning.
func (l *leave) check() {
	l.t.Helper()
	var all []board.Question
	for n, r := range l.rounds {
		q := board.Question{Number: n + 1, Day: r.round.LocalDay, Closed: r.closed, Answered: r.answered}
		for _, span := range l.away {
			q.Excused = q.Excused || span[0].Before(r.closed) && span[1].After(r.opened)
		}
		all = append(all, q)
	}
	want, _ := board.Run{}.Follow(all, l.now)
	h := l.history()
	got, _ := h.Run.Follow(h.Questions, l.now)
	if got.Length != want.Length || got.Best != want.Best || got.Spare() != want.Spare() {
		l.t.Fatalf("run of %d, best %d, %d spare; want %d, %d, %d", got.Length, got.Best, got.Spare(), want.Length, want.Best, want.Spare())
	}
}

// Questions that were open while a person was away are not counted, whenever the
// run is worked out and whatever of it was kept.
func TestRunsRestWhileAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		histories := 0
		rapid.Check(t, func(rt *rapid.T) {
			histories++
			l := &leave{life: life{t: rt, test: t, s: s, group: fmt.Sprint("g", histories), now: sunday().AddDate(histories, 0, 0)}}
			begin(t, s, l.group)
			join(t, s, l.group, "dana")
			join(t, s, l.group, "lee")
			l.goOn(span{1, 40}, span{1, 60}, []step{{"post", l.post}, {"post", l.post}, {"answer", l.answer}, {"answer", l.answer}, {"close", l.close},
				{"close", l.close}, {"leave", l.leave}, {"back", l.back}, {"settle", l.settle}}, func(int) {})
			l.check()
			l.now = l.now.Add(3 * practice.CatchUpFor)
			l.check()
			l.back() // so that the next history begins at home
		})
	})
}
