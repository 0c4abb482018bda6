package store

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"studyhall/bot/store/storetest/pgtest"
)

const benchInsert = `INSERT INTO number (n, v) VALUES ($1, $2)`

// BenchmarkWriteParallel writes a row durably for each of many callers at once,
// through the store and, beside it, with the bare library: a transaction each.
// writes/commit is how many shared one.
func BenchmarkWriteParallel(b *testing.B) {
	engines := []struct {
		name string
		url  func(testing.TB) string
	}{{"sqlite", fileURL}, {"postgres", pgtest.Durable}}
	for _, engine := range engines {
		for _, callers := range []int{1, 8, 500} { // for each processor
			b.Run(fmt.Sprintf("%s/store/%d", engine.name, callers), func(b *testing.B) {
				s := openAt(b, engine.url(b), Options{})
				must(b, s, numberTable)
				var n atomic.Int64
				before := s.Stats()
				b.SetParallelism(callers)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := n.Add(1)
						err := s.write(context.Background(), func(ctx context.Context, tx *tx) error {
							_, err := tx.exec(ctx, benchInsert, i, i)
							return err
						})
						if err != nil {
							b.Error(err)
						}
					}
				})
				after := s.Stats()
				b.ReportMetric(float64(after.Jobs-before.Jobs)/float64(after.Commits-before.Commits), "writes/commit")
			})
			b.Run(fmt.Sprintf("%s/bare/%d", engine.name, callers), func(b *testing.B) {
				s := openAt(b, engine.url(b), Options{})
				must(b, s, numberTable)
				db := s.readDB
				if s.writer != nil {
					path := strings.TrimPrefix(s.path, "sqlite:")
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
					var err error
					if db, err = openPool(b.Context(), path, writerParams(false), 1); err != nil {
						b.Fatal(err)
					}
					defer db.Close()
				}
				var n atomic.Int64
				b.SetParallelism(callers)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := n.Add(1)
						tx, err := db.Begin()
						if err != nil {
							b.Error(err)
							return
						}
						if _, err := tx.Exec(benchInsert, i, i); err != nil {
							b.Error(err)
						}
						if err := tx.Commit(); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// BenchmarkStatement is one simple statement inside a job on SQLite.
func BenchmarkStatement(b *testing.B) {
	s := openAt(b, fileURL(b), Options{})
	must(b, s, numberTable)
	for i := range 1000 {
		must(b, s, benchInsert, i, i)
	}
	run := func(name string, statement func(ctx context.Context, tx *tx, i int64) error) {
		b.Run(name, func(b *testing.B) {
			err := s.write(context.Background(), func(ctx context.Context, tx *tx) error {
				for i := int64(0); b.Loop(); i++ {
					if err := statement(ctx, tx, i); err != nil {
						return err
					}
				}
				return errOurs // undo
			})
			if err != errOurs {
				b.Fatal(err)
			}
		})
	}
	run("insert", func(ctx context.Context, tx *tx, i int64) error {
		_, err := tx.exec(ctx, benchInsert, 10_000+i, i)
		return err
	})
	run("update", func(ctx context.Context, tx *tx, i int64) error {
		_, err := tx.exec(ctx, `UPDATE number SET v = v + 1 WHERE n = $1`, i%1000)
		return err
	})
	run("select", func(ctx context.Context, tx *tx, i int64) error {
		var v int64
		return tx.row(ctx, `SELECT v FROM number WHERE n = $1`, i%1000).scan(&v)
	})
}

// BenchmarkRead is one row by key on the reading connections.
func BenchmarkRead(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": fileURL, "postgres": pgtest.URL} {
		b.Run(name, func(b *testing.B) {
			s := openAt(b, url(b), Options{})
			must(b, s, numberTable)
			must(b, s, benchInsert, 1, 1)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					var v int64
					if err := s.read(ctx).row(ctx, `SELECT v FROM number WHERE n = $1`, 1).scan(&v); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
