package store_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/exam"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// sitting is a person's life with exams, whose days a test keeps beside the store
// as times away.
type sitting struct {
	leave
	zone *time.Location
	id   string
}

// stop ends what is still to come of the days of the exam there was.
func (l *sitting) stop() {
	if l.id == "" {
		return
	}
	last := &l.away[len(l.away)-1]
	if last[1].After(l.now) {
		last[1] = l.now
	}
	if !last[0].Before(l.now) {
		l.away = l.away[:len(l.away)-1]
	}
}

// date sets the exam, or moves it.
func (l *sitting) date() {
	l.stop()
	local := l.now.In(l.zone).AddDate(0, 0, rapid.IntRange(0, 12).Draw(l.t, "days"))
	day := local.Format(time.DateOnly)
	kept, ok, err := l.s.SetExam(l.test.Context(), exam.Exam{ID: fmt.Sprint(l.group, l.now.UnixNano()), Member: "member-dana", Certification: l.group,
		From: day, To: day, Zone: l.zone.String()}, l.now)
	l.must("set", err)
	if !ok {
		l.t.Fatal("not set")
	}
	l.id = kept.ID
	y, m, d := local.Date()
	l.away = append(l.away, [2]time.Time{time.Date(y, m, d-1, 0, 0, 0, 0, l.zone), time.Date(y, m, d+1, 0, 0, 0, 0, l.zone)})
}

// clear takes the date back.
func (l *sitting) clear() {
	if l.id == "" {
		return
	}
	l.stop()
	if _, err := l.s.ClearExam(l.test.Context(), l.id, "member-dana", l.now); err != nil {
		l.t.Fatal(err)
	}
	l.id = ""
}

// Questions that were open on the day before an exam or on its day are not counted,
// whenever the date is set, moved or taken back, and whatever of the run was kept.
func TestRunsRestAroundExams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		histories := 0
		rapid.Check(t, func(rt *rapid.T) {
			histories++
			zone, err := time.LoadLocation(rapid.SampledFrom([]string{"America/Chicago", "Pacific/Kiritimati", "Australia/Lord_Howe"}).Draw(rt, "zone"))
			if err != nil {
				rt.Fatal(err)
			}
			group := fmt.Sprint("g", histories)
			l := &sitting{zone: zone, leave: leave{life: life{t: rt, test: t, s: s, group: group, now: sunday().AddDate(histories, 0, 0)}}}
			begin(t, s, l.group)
			join(t, s, l.group, "dana")
			join(t, s, l.group, "lee")
			l.goOn(span{1, 40}, span{1, 60}, []step{{"post", l.post}, {"post", l.post}, {"answer", l.answer}, {"answer", l.answer}, {"close", l.close},
				{"close", l.close}, {"date", l.date}, {"date", l.date}, {"clear", l.clear}, {"settle", l.settle}}, func(int) {})
			l.check()
			l.now = l.now.Add(3 * practice.CatchUpFor)
			l.check()
		})
	})
}
