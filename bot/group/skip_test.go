package group

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDaysInPlainWords(t *testing.T) {
	today := time.Date(2026, 11, 23, 4, 38, 0, 0, time.UTC) // a Monday
	for _, row := range []struct{ name, typed, want string }{
		{"a day", "24 December", "2026-12-24"},
		{"the month first", "December 24th", "2026-12-24"},
		{"short", "24 dec", "2026-12-24"},
		{"with a year", "24 Dec 2027", "2027-12-24"},
		{"a range", "24–26 Dec", "2026-12-24 2026-12-25 2026-12-26"},
		{"with a hyphen", "24-26 Dec", "2026-12-24 2026-12-25 2026-12-26"},
		{"the month first in a range", "Dec 24 - 26", "2026-12-24 2026-12-25 2026-12-26"},
		{"over the year's end", "31 Dec to 2 Jan", "2026-12-31 2027-01-01 2027-01-02"},
		{"over the year's end, with a year", "31 Dec – 1 Jan 2027", "2026-12-31 2027-01-01"},
		{"several", "24 December, 1 January and 26 Nov", "2026-11-26 2026-12-24 2027-01-01"},
		{"twice the same", "24 Dec, 23–24 Dec", "2026-12-23 2026-12-24"},
		{"next year's", "1 March", "2027-03-01"},
		{"a leap day", "29 February", "2028-02-29"},
		{"as machines write it", "2026-12-24", "2026-12-24"},
		{"a range as machines write it", "2026-12-24 to 2026-12-25", "2026-12-24 2026-12-25"},
		{"today", "today", "2026-11-23"},
		{"tomorrow", "Tomorrow", "2026-11-24"},
		{"a weekday", "next Friday", "2026-11-27"},
		{"a weekday with its date", "Fri 27 Nov", "2026-11-27"},
		{"a weekday of today's name is the next one", "Monday", "2026-11-30"},
	} {
		t.Run(row.name, func(t *testing.T) {
			days, problem := parseDays(row.typed, today)
			if got := strings.Join(days, " "); got != row.want || problem != "" {
				t.Errorf("%q: got %s (%s), want %s", row.typed, got, problem, row.want)
			}
		})
	}
	for _, row := range []struct{ name, typed, want string }{
		{"nothing", " ", wordsWhichDays},
		{"no day", "Christmas", wordsWhichDays},
		{"only a number", "24", wordsWhichDays},
		{"no such day", "31 February", wordsWhichDays},
		{"no such month", "24 Foo", wordsWhichDays},
		{"slashes", "5/8", wordsSlashes},
		{"yesterday", "22 Nov 2026", wordsPastDay},
		{"backwards", "26–24 Dec 2026", wordsBackwards},
		{"too many", "1 Dec to 1 Mar", wordsManySkips},
		{"a long time", "1 Dec 2026 to 1 Dec 2999", wordsManySkips},
		{"two months", "24 Dec Jan", wordsWhichDays},
	} {
		t.Run(row.name, func(t *testing.T) {
			if days, problem := parseDays(row.typed, today); problem != row.want {
				t.Errorf("%q: got %v (%s), want %s", row.typed, days, problem, row.want)
			}
		})
	}
}

// What is listed can be typed again.
func TestSpansReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		var days []string
		for range rapid.IntRange(1, 8).Draw(t, "spans") {
			at := today.AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "day"))
			for n := range rapid.IntRange(1, 5).Draw(t, "length") {
				days = append(days, at.AddDate(0, 0, n).Format(time.DateOnly))
			}
		}
		want := map[string]bool{}
		for _, day := range days {
			want[day] = true
		}
		var words []string
		for _, sp := range spansOf(days, today) {
			words = append(words, sp.String())
		}
		got, problem := parseDays(strings.Join(words, ", "), today)
		if problem != "" || len(got) != len(want) {
			t.Fatalf("%v read as %v (%s), want %v", words, got, problem, days)
		}
		for _, day := range got {
			if !want[day] {
				t.Fatalf("%v read as %v, want %v", words, got, days)
			}
		}
	})
}

// Whatever is typed ends in days or in a problem.
func FuzzDays(f *testing.F) {
	for _, seed := range []string{"24–26 Dec", "next Friday", "5/8", "2026-12-24", "to to to", "1 to", "31 Dec – 1 Jan 2027"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		days, problem := parseDays(typed, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
		if (len(days) == 0) != (problem != "") || len(days) > MostSkipDays {
			t.Errorf("%q: %v, %q", typed, days, problem)
		}
	})
}
