package store

import (
	"fmt"
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/bot/store/storetest/pgtest"
	"studyhall/quizzes"
)

// BenchmarkGroupFigures works out the figures of a group of 500 people who all
// answered 500 questions: the most that is ever counted.
func BenchmarkGroupFigures(b *testing.B) {
	const people, questions = 500, 500
	for _, engine := range []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", fileURL}, {"postgres", pgtest.Durable}} {
		b.Run(engine.name, func(b *testing.B) {
			s := openAt(b, engine.url(b), Options{})
			c := newMemberCrowd(b, s, people)
			for q := range questions {
				item := quizzes.Item{ID: fmt.Sprint("cbet-", q), Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a"}}
				for _, o := range []string{"a", "b", "c", "d"} {
					item.Options = append(item.Options, quizzes.Option{ID: o, Text: "Option " + o, Why: "It is " + o})
				}
				version, snapshot := item.Version()
				c.must(`INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at) VALUES ($1, $2, 'b', 'cbet', $3, 0)`, version, item.ID, string(snapshot))
				c.must(`INSERT INTO rounds (id, group_id, track_id, number, item_id, domain, item_version, rule_version, local_day, state, planned_at, closed_at, answered)
					VALUES ($1, 'group-0', 'track-group-0', $2, $3, 'cbet.safety', $4, 1, '2026-11-23', 'closed', $5, $5, $6)`,
					fmt.Sprint("r", q), q+1, item.ID, version, int64(q)*86400000, people)
				c.must(series(people)+`INSERT INTO answers (id, round_id, group_id, track_id, member_id, item_id, item_version, options, verdict, answered_at, interaction)
					SELECT $1 || '-' || CAST(n AS TEXT), $1, 'group-0', 'track-group-0', 'member-' || CAST((n * 7919) % 1000003 AS TEXT), $3, $4,
						CASE WHEN (n * 7919 + $2 * 104729) % 500 < n / 2 + 150 THEN 'a' ELSE 'b' END,
						CASE WHEN (n * 7919 + $2 * 104729) % 500 < n / 2 + 150 THEN 'right' ELSE 'wrong' END, $5, '' FROM series`,
					fmt.Sprint("r", q), q, item.ID, version, int64(q)*86400000)
			}
			if s.engine == enginePostgres {
				c.must(`ANALYZE`)
			}
			b.ResetTimer()
			for b.Loop() {
				all, err := practice.GroupFigures(b.Context(), s, "group-0")
				if err != nil || len(all) != questions || all[0].Answers != people {
					b.Fatal(len(all), err)
				}
			}
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(each.Milliseconds()), "ms/group")
			began := time.Now()
			for range 100 {
				if _, err := s.FiguresMark(b.Context(), "group-0"); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(began).Microseconds())/100, "µs-to-see-nothing-closed")
			began = time.Now()
			if _, err := s.TimesPractised(b.Context(), "group-0", "cbet-7", "", 1000); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-for-times")
		})
	}
}
