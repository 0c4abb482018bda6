package schedule

import (
	"testing"
	"time"
)

// BenchmarkAfter measures the next occurrence in a zone beside the bare
// parser's own search, which is wrong around clock changes. Each walks through
// the years 2026 to 2036 again and again.
func BenchmarkAfter(b *testing.B) {
	loc := mustZone(b, "America/New_York")
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(11, 0, 0)
	for _, bench := range []struct{ name, expr string }{
		{"weekdays", "0 7 * * 1-5"},
		{"quarters", "*/15 * * * *"},
		{"leap day", "0 9 29 2 *"},
	} {
		e := mustExpr(b, bench.expr)
		b.Run(bench.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			t := start
			for b.Loop() {
				o, _ := e.After(t, loc)
				if t = o.At; t.After(end) {
					t = start
				}
			}
		})
		plain := e.spec
		plain.Location = loc
		b.Run(bench.name+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			t := start
			for b.Loop() {
				if t = plain.Next(t); t.After(end) {
					t = start
				}
			}
		})
	}
}

func BenchmarkParseExpr(b *testing.B) {
	for b.Loop() {
		if _, err := ParseExpr("0 7 * * 1-5", 24*time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFindZone(b *testing.B) {
	now := time.Date(2026, time.November, 23, 10, 38, 0, 0, time.UTC)
	for _, text := range []string{"Chicago", "chicgo", "UTC+5"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				FindZone(text, now)
			}
		})
	}
}

func BenchmarkSuggestZones(b *testing.B) {
	now := time.Date(2026, time.November, 23, 10, 38, 0, 0, time.UTC)
	for _, text := range []string{"", "san", "xqzwkj"} {
		b.Run("typed "+text, func(b *testing.B) {
			for b.Loop() {
				SuggestZones(text, now, 25)
			}
		})
	}
}
