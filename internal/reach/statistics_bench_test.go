package reach

import (
	"log/slog"
	"testing"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// BenchmarkStatistics works out the statistics of every question from 1,000,000
// answers of 20,000 people, read from the database.
func BenchmarkStatistics(b *testing.B) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			url := database(b, engine)
			f := newFront(b, large.groups)
			install(b, url, large, f.guilds, f.places)
			s, err := store.Peek(b.Context(), slog.New(slog.DiscardHandler), url)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			for b.Loop() {
				all, err := practice.ItemStatistics(b.Context(), s, practice.StatisticsOf{})
				answers := 0
				for _, i := range all {
					answers += i.Answers
				}
				if err != nil || answers != large.groups*large.people*large.rounds {
					b.Fatal(answers, err)
				}
			}
		})
	}
}
