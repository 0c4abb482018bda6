package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"studyhall/bot/store/storetest"
)

// crowd is a database with 100,000 schedules, of which each has its next due
// thing in the future, and as many posts of the past.
func crowd(b *testing.B, engine string) ledger {
	b.Helper()
	l := openLedger(b, storetest.URL(b, engine))
	const numbers = ` WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) `
	l.exec(`INSERT INTO due (kind, subject, occurrence, lane, rank, at, until)`+numbers+
		`SELECT 'question', 'schedule-' || i, '2026-11-24T07:00', 'group/' || i, 30, CAST($1 AS BIGINT) + i * 1000, CAST($1 AS BIGINT) + 86400000 + i * 1000 FROM n`,
		noon().Add(time.Hour).UnixMilli())
	l.exec(`INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, rank, at, state, shown, message, posted_at)`+numbers+
		`SELECT 'delivery-' || i, 'question', 'round-' || i, 'group-' || i, 'fake', 'fake:channel-' || i, 30, CAST($1 AS BIGINT) - i * 1000, 'sent', 1, 'fake:' || i, CAST($1 AS BIGINT) - i * 1000 FROM n`,
		noon().Add(-time.Hour).UnixMilli())
	l.exec(`ANALYZE`)
	return l
}

// look is one round of the engine's questions; it returns how many due things it claimed.
func look(b *testing.B, l ledger, now time.Time, n int) int {
	ctx := context.Background()
	until := now.Add(time.Minute)
	_, err := l.ExpireParked(ctx, now)
	due, err1 := l.ClaimDue(ctx, now, now, until, n)
	deliveries, err2 := l.ClaimDeliveries(ctx, "fake", now, until, 16)
	edits, err3 := l.ClaimEdits(ctx, "fake", now, now, until, 16)
	checks, err4 := l.ClaimChecks(ctx, "fake", now, until, 2)
	for _, err := range []error{err, err1, err2, err3, err4} {
		if err != nil {
			b.Fatal(err)
		}
	}
	if len(deliveries)+len(edits)+len(checks) > 0 {
		b.Fatal("something else was to be done")
	}
	return len(due)
}

// BenchmarkNothingDue is the engine's whole look at the database, each worker's
// claim included, with nothing due among 100,000 schedules. The goal is 5 ms.
func BenchmarkNothingDue(b *testing.B) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			l := crowd(b, engine)
			for b.Loop() {
				if n := look(b, l, noon(), 8); n != 0 {
					b.Fatalf("%d due", n)
				}
			}
		})
	}
}

// BenchmarkDue claims what is due of 100,000, eight at a time as the engine does,
// and again when the leases have ended: the cost grows with what is due, not
// with what there is.
func BenchmarkDue(b *testing.B) {
	for _, engine := range []string{storetest.SQLite, storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			l := crowd(b, engine)
			real := noon()
			for _, many := range []int{1, 10, 100, 1000} {
				b.Run(fmt.Sprint(many), func(b *testing.B) {
					now := noon().Add(time.Hour + time.Duration(many)*time.Second)
					for b.Loop() {
						real = real.Add(2 * time.Minute)
						claimed := 0
						for {
							due, err := l.ClaimDue(context.Background(), now, real, real.Add(time.Minute), 8)
							if err != nil {
								b.Fatal(err)
							}
							if len(due) == 0 {
								break
							}
							claimed += len(due)
						}
						if claimed != many {
							b.Fatalf("%d claimed, want %d", claimed, many)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*many), "µs/due")
				})
			}
		})
	}
}
