package practice_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
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
// there is; in "all but one" that one has to be found; in "thousands due" a
// quarter of all answers missed, and nothing was reviewed for two days.
func BenchmarkPickSession(b *testing.B) {
	for _, c := range []struct {
		name   string
		missed bool
		item   func(rng *rand.Rand, n int) int
	}{
		{"most met", false, func(rng *rand.Rand, _ int) int { return rng.IntN(benchItems) }},
		{"all met", false, func(_ *rand.Rand, n int) int { return n % benchItems }},
		{"all but one", false, func(_ *rand.Rand, n int) int { return n % (benchItems - 1) }},
		{"thousands due", true, func(rng *rand.Rand, _ int) int { return rng.IntN(benchItems) }},
	} {
		for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
			b.Run(c.name+"/"+engine, func(b *testing.B) {
				s := historyOf(b, engine, c.missed, c.item)
				service, t := pickService(s)
				g := group.Group{ID: "group", Zone: "America/Chicago"}
				began := time.Now()
				if err := s.SettleMemories(b.Context(), t.ID, "member-0"); err != nil {
					b.Fatal(err)
				}
				first, n := time.Since(began), 0
				for b.Loop() {
					n++
					chosen, err := practice.PickSession(service, b.Context(), g, t, "", "member-0", "", fmt.Sprint("seed ", n), 5)
					if err != nil || len(chosen) != 5 {
						b.Fatal(len(chosen), err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n)/1000, "ms/pick")
				b.ReportMetric(float64(first.Milliseconds()), "ms-to-remember-all-once")
			})
		}
	}
}

const (
	benchItems   = 10_000
	benchAnswers = 20_000
	benchRows    = 500 // inserted at once
)

var benchNow = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

func benchDomain(n int) string { return fmt.Sprintf("cbet.area%d", n%6) }

func pickService(s *store.Store) (*practice.Service, group.Track) {
	bank, o := quizzes.Bank{Certification: "cbet"}, cert.Outline{ID: "o"}
	for n := range benchItems {
		bank.Items = append(bank.Items, quizzes.Item{ID: fmt.Sprintf("cbet-a-question-about-%d", n), Domain: benchDomain(n)})
	}
	for n, weight := range []int{7, 10, 6, 30, 30, 17} {
		o.Domains = append(o.Domains, cert.Domain{ID: benchDomain(n), Weight: float64(weight)})
	}
	return practice.New(practice.Config{
		Store: s, Library: practice.NewLibrary([]quizzes.Bank{bank}), Now: func() time.Time { return benchNow },
		Catalogue: cert.Catalogue{Certifications: []cert.Certification{{ID: "cbet", Outlines: []cert.Outline{o}}}},
	}), group.Track{ID: "track", Group: "group", Certification: "cbet", Outline: "o"}
}

// historyOf fills a store with the answers of ten members, 20,000 each.
func historyOf(b *testing.B, engine string, missed bool, item func(rng *rand.Rand, n int) int) *store.Store {
	b.Helper()
	url := storetest.URL(b, engine)
	if err := storetest.OpenURL(b, url, store.Options{}).Close(); err != nil {
		b.Fatal(err)
	}
	driver, source := "pgx", url
	if engine == storetest.SQLite {
		driver, source = "sqlite", "file:"+strings.TrimPrefix(url, "sqlite:")+"?_pragma=synchronous(off)"
	}
	db, err := sql.Open(driver, source)
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
	exec(`INSERT INTO groups (id, name, zone, state, stays_open, created_at) VALUES ('group', 'x', 'America/Chicago', 'running', 'next', 0)`)
	exec(`INSERT INTO tracks (id, group_id, certification, outline) VALUES ('track', 'group', 'cbet', 'o')`)
	exec(`INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at) VALUES ('v', 'i', 'b', 'cbet', '{}', 0)`)
	rng := rand.New(rand.NewPCG(1, 2))
	for m := range 10 {
		exec(`INSERT INTO members (id, name, created_at) VALUES ($1, 'x', 0)`, fmt.Sprint("member-", m))
		exec(`INSERT INTO memberships (group_id, member_id, role, joined_at) VALUES ('group', $1, 'member', 0)`, fmt.Sprint("member-", m))
		for n := 0; n < benchAnswers; n += benchRows {
			var rows []string
			for k := n; k < n+benchRows; k++ {
				verdict := "right"
				if missed && rng.IntN(4) == 0 {
					verdict = "wrong"
				}
				at := benchNow.Add(-48 * time.Hour).Add(-time.Duration(benchAnswers-k) * time.Minute).UnixMilli()
				rows = append(rows, fmt.Sprintf("('%d-%d', 'group', 'track', 'member-%d', 'cbet-a-question-about-%d', 'v', 'a', '%s', %d, '')",
					m, k, m, item(rng, k), verdict, at))
			}
			exec(`INSERT INTO answers (id, group_id, track_id, member_id, item_id, item_version, options, verdict, answered_at, interaction) VALUES ` +
				strings.Join(rows, ", "))
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if engine == storetest.Postgres {
		if _, err := db.Exec(`ANALYZE`); err != nil {
			b.Fatal(err)
		}
	}
	return storetest.OpenURL(b, url, store.Options{})
}
