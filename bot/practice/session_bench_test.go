package practice_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// BenchmarkPickSession chooses 5 of 10,000 items for a member with 20,000
// answers among 200,000 of everybody's. In "most met" the answers fell as
// chance would have it; in "all met" nothing is left unseen, the most work
// there is; in "all but one" that one has to be found.
func BenchmarkPickSession(b *testing.B) {
	for _, c := range []struct {
		name string
		item func(rng *rand.Rand, n int) int
	}{
		{"most met", func(rng *rand.Rand, _ int) int { return rng.IntN(benchItems) }},
		{"all met", func(_ *rand.Rand, n int) int { return n % benchItems }},
		{"all but one", func(_ *rand.Rand, n int) int { return n % (benchItems - 1) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := historyOf(b, c.item)
			service, t := pickService(s)
			n := 0
			for b.Loop() {
				n++
				chosen, err := practice.PickSession(service, b.Context(), t, "member-0", "", fmt.Sprint("seed ", n), 5)
				if err != nil || len(chosen) != 5 {
					b.Fatal(len(chosen), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n)/1000, "ms/pick")
		})
	}
}

const (
	benchItems   = 10_000
	benchAnswers = 20_000
)

var benchNow = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

func benchDomain(n int) string { return fmt.Sprintf("cbet.area%d", n%6) }

func pickService(s *store.Store) (*practice.Service, group.Track) {
	bank, o := quizzes.Bank{Certification: "cbet"}, cert.Outline{ID: "o"}
	for n := range benchItems {
		bank.Items = append(bank.Items, quizzes.Item{ID: fmt.Sprintf("cbet-a-question-about-%d", n), Domain: benchDomain(n)})
	}
	for n, weight := range []int{7, 10, 6, 30, 30, 17} {
		o.Domains = append(o.Domains, cert.Domain{ID: benchDomain(n), Weight: weight})
	}
	return practice.New(practice.Config{
		Store: s, Library: practice.NewLibrary([]quizzes.Bank{bank}), Now: func() time.Time { return benchNow },
		Catalogue: cert.Catalogue{Certifications: []cert.Certification{{ID: "cbet", Outlines: []cert.Outline{o}}}},
	}), group.Track{ID: "track", Group: "group", Certification: "cbet", Outline: "o"}
}

// historyOf fills a store with the answers of ten members, 20,000 each.
func historyOf(b *testing.B, item func(rng *rand.Rand, n int) int) *store.Store {
	b.Helper()
	file := filepath.Join(b.TempDir(), "history.db")
	if err := storetest.OpenURL(b, "sqlite:"+file, store.Options{}).Close(); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(off)&_pragma=foreign_keys(off)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	exec := func(text string, args ...any) {
		if _, err := tx.Exec(text, args...); err != nil {
			b.Fatal(err)
		}
	}
	insert, err := tx.Prepare(`INSERT INTO answers (id, session_id, group_id, track_id, member_id, item_id, item_version, options, verdict, answered_at, interaction)
		VALUES ($1, $2, 'group', 'track', $3, $4, 'v', 'a', $5, $6, '')`)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for m := range 10 {
		exec(`INSERT INTO members (id, name, created_at) VALUES ($1, 'x', 0)`, fmt.Sprint("member-", m))
		for n := range benchAnswers {
			verdict := "right"
			if rng.IntN(4) == 0 && n < benchAnswers-700 { // of late all was right, so that nothing missed fills the session
				verdict = "wrong"
			}
			id := fmt.Sprintf("%d-%d", m, n)
			at := benchNow.Add(-48 * time.Hour).Add(-time.Duration(benchAnswers-n) * time.Minute).UnixMilli()
			if _, err := insert.Exec(id, id, fmt.Sprint("member-", m), fmt.Sprintf("cbet-a-question-about-%d", item(rng, n)), verdict, at); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return storetest.OpenURL(b, "sqlite:"+file, store.Options{})
}
