package exam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// monday is the local date of these tests.
func monday() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }

// inShort is what was read, in one line.
func inShort(w When, u *Unclear) string {
	switch {
	case u != nil:
		text := []string{u.Text.Plain()}
		for _, r := range u.Readings {
			text = append(text, "["+r.String()+"]")
		}
		return strings.Join(text, " ")
	case w.Clear:
		return "clear"
	case w.Next():
		return "next window"
	}
	return w.String()
}

func TestParseWhen(t *testing.T) {
	for _, row := range []struct{ typed, want string }{
		{"8 May", "Sat 8 May 2027"},
		{"8 May 2027", "Sat 8 May 2027"},
		{"May 8", "Sat 8 May 2027"},
		{"May 8, 2027", "Sat 8 May 2027"},
		{"May 8th 2027", "Sat 8 May 2027"},
		{"the 8th of May", "Sat 8 May 2027"},
		{"on Saturday, 8 May 2027.", "Sat 8 May 2027"},
		{"Sat 8 May", "Sat 8 May 2027"},
		{"  8   MAY ", "Sat 8 May 2027"},
		{"8 Sept. 2027", "Wed 8 Sep 2027"},
		{"2027-05-08", "Sat 8 May 2027"},
		{"2027-5-8", "Sat 8 May 2027"},
		{"2027-05", "May 2027"},
		{"23 Nov", "Mon 23 Nov 2026"},
		{"22 November", "Mon 22 Nov 2027"},
		{"29 Feb", "Tue 29 Feb 2028"},
		{"May 2027", "May 2027"},
		{"may", "May 2027"},
		{"the May window", "May 2027"},
		{"May 2027 exam window", "May 2027"},
		{"November", "November 2026"},
		{"October", "October 2027"},
		{"1 to 15 May 2027", "1 to 15 May 2027"},
		{"1–15 May", "1 to 15 May 2027"},
		{"May 1 - 15, 2027", "1 to 15 May 2027"},
		{"28 April to 3 May", "28 April to 3 May 2027"},
		{"20 Dec until 5 January 2027", "20 December 2026 to 5 January 2027"},
		{"20 December 2026 to 5 Jan", "20 December 2026 to 5 January 2027"},
		{"1 to 31 May", "May 2027"},
		{"today", "Mon 23 Nov 2026"},
		{"tomorrow", "Tue 24 Nov 2026"},
		{"Friday", "Fri 27 Nov 2026"},
		{"next Friday", "Fri 27 Nov 2026"},
		{"next Monday", "Mon 30 Nov 2026"},
		{"in 6 weeks", "Mon 4 Jan 2027"},
		{"in six weeks", "Mon 4 Jan 2027"},
		{"6 weeks from now", "Mon 4 Jan 2027"},
		{"in a week", "Mon 30 Nov 2026"},
		{"in 3 months", "Tue 23 Feb 2027"},
		{"in one year", "Tue 23 Nov 2027"},
		{"next window", "next window"},
		{"window", "next window"},
		{"clear", "clear"},
		{"None", "clear"},
	} {
		w, problem := ParseWhen(row.typed, monday())
		if got := inShort(w, problem); got != row.want {
			t.Errorf("%q: %s, want %s", row.typed, got, row.want)
		}
	}
}

func TestUnclear(t *testing.T) {
	const which = "I can't read that as a date. Please write it like 8 May 2027, or May 2027 for a window."
	for _, row := range []struct{ typed, want string }{
		{"5/8", "Is 5/8 the 8th of May or the 5th of August? [Sat 8 May 2027] [Thu 5 Aug 2027]"},
		{"5/8/2027", "Is 5/8/2027 the 8th of May or the 5th of August? [Sat 8 May 2027] [Thu 5 Aug 2027]"},
		{"5.8.27", "Is 5.8.27 the 8th of May or the 5th of August? [Sat 8 May 2027] [Thu 5 Aug 2027]"},
		{"13/5", "Days and months in numbers are easily mixed up. Is 13/5 Thu 13 May 2027? [Thu 13 May 2027]"},
		{"5/13/2027", "Days and months in numbers are easily mixed up. Is 5/13/2027 Thu 13 May 2027? [Thu 13 May 2027]"},
		{"5/5", "Days and months in numbers are easily mixed up. Is 5/5 Wed 5 May 2027? [Wed 5 May 2027]"},
		{"2027/5/8", "Days and months in numbers are easily mixed up. Is 2027/5/8 Sat 8 May 2027? [Sat 8 May 2027]"},
		{"5/2027", "Days and months in numbers are easily mixed up. Is 5/2027 May 2027? [May 2027]"},
		{"5/12/2026", "Days and months in numbers are easily mixed up. Is 5/12/2026 Sat 5 Dec 2026? [Sat 5 Dec 2026]"},
		{"13/13", "I can't read 13/13 as a date that is ahead. Please write it in words, like 8 May 2027."},
		{"5/8/2020", "I can't read 5/8/2020 as a date that is ahead. Please write it in words, like 8 May 2027."},
		{"8 May 27", "Please write the year in full, so that nothing is mixed up. [Sat 8 May 2027]"},
		{"8 May 2025", "Thu 8 May 2025 is over. Which date do you mean? [Sat 8 May 2027]"},
		{"May 2025", "May 2025 is over. Which date do you mean? [May 2027]"},
		{"2026-11-22", "Sun 22 Nov 2026 is over. Which date do you mean? [Mon 22 Nov 2027]"},
		{"8 May 2047", "Wed 8 May 2047 is more than ten years away. Which year do you mean? [Sat 8 May 2027]"},
		{"in 600 weeks", "Mon 24 May 2038 is more than ten years away. Which year do you mean? [Mon 24 May 2027]"},
		{"31 Feb", "February has 29 days at most. Please write another day."},
		{"29 Feb 2027", "February 2027 has 28 days. Please write another day."},
		{"31 June 2027", "June 2027 has 30 days. Please write another day."},
		{"Fri 8 May 2027", "8 May 2027 is a Saturday, not a Friday. Which do you mean? [Sat 8 May 2027]"},
		{"8", "Which month? Please write it like 8 May 2027."},
		{"2027", "Which month of 2027? Please write it like May 2027, or 8 May 2027."},
		{"15 to 1 May 2027", "The last day comes before the first. Please write them like 1 to 15 May 2027."},
		{"1 January to 30 June 2027", "That window is longer than 100 days. Please write a shorter one, like May 2027."},
		{"1 to 32 May", "May has 31 days at most. Please write another day."},
		{"", which}, {"soon", which}, {"0 May", which}, {"2027-13-01", which}, {"2027-05-00", which}, {"8 8 8", which}, {"May May", which},
		{"Friday 8", "Which month? Please write it like 8 May 2027."},
		{"in x weeks", which}, {"8 Mai 2027", which}, {"0000-05-05", which}, {"next", which}, {"to", which}, {" to ", which},
		{strings.Repeat("8", 200), which},
	} {
		w, problem := ParseWhen(row.typed, monday())
		if got := inShort(w, problem); got != row.want {
			t.Errorf("%q: %s, want %s", row.typed, got, row.want)
		}
	}
}

// checkWhen fails for what no reading may be.
func checkWhen(t interface {
	Helper()
	Fatalf(string, ...any)
}, w When, today time.Time) {
	t.Helper()
	switch {
	case w.Clear || w.Next():
		if w != (When{Clear: w.Clear}) {
			t.Fatalf("%+v is a date, and no date", w)
		}
		return
	case w.To.Before(w.From), w.To.Before(today), w.To.After(today.AddDate(mostYears, 0, 0)):
		t.Fatalf("%s to %s is over or too far away, seen from %s", w.From, w.To, today)
	case w.Month != (w.From.Day() == 1 && w.To.Equal(w.From.AddDate(0, 1, -1))):
		t.Fatalf("%+v: a month?", w)
	}
	for _, at := range []time.Time{w.From, w.To} {
		if h, m, s := at.Clock(); at.Location() != time.UTC || h+m+s != 0 {
			t.Fatalf("%v is no date", at)
		}
	}
	if again, problem := ParseWhen(w.String(), today); problem != nil || again != w {
		t.Fatalf("%q is read as %s", w, inShort(again, problem))
	}
}

// What is echoed is read as the same, in every way of writing it.
func TestWhatIsEchoedIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := monday().AddDate(0, 0, rapid.IntRange(-400, 12000).Draw(t, "today"))
		at := today.AddDate(0, 0, rapid.IntRange(0, 3650).Draw(t, "ahead"))
		for _, layout := range []string{"2 Jan 2006", "Mon 2 Jan 2006", "January 2, 2006", "2006-01-02", "Monday, 2. January 2006", "2 of January 2006", "Jan 2 2006"} {
			w, problem := ParseWhen(at.Format(layout), today)
			if problem != nil || w.From != at || w.To != at {
				t.Fatalf("%q: %s", at.Format(layout), inShort(w, problem))
			}
			checkWhen(t, w, today)
		}
		if w, problem := ParseWhen(at.Format("2 January"), today); problem != nil || w.From.Day() != at.Day() || w.From.Month() != at.Month() || w.From.After(today.AddDate(8, 0, 0)) {
			t.Fatalf("%s without a year, seen from %s: %s", at, today, inShort(w, problem))
		}
		to := at.AddDate(0, 0, rapid.IntRange(1, mostDays).Draw(t, "length"))
		if to.After(today.AddDate(mostYears, 0, 0)) {
			return
		}
		span := cert.Window{From: at, To: to}
		w, problem := ParseWhen(span.String(), today)
		if problem != nil || w.Window != span {
			t.Fatalf("%q: %s", span, inShort(w, problem))
		}
		checkWhen(t, w, today)
	})
}

// Both orders of a date in numbers are offered, each where it is a date.
func TestStrokesAreReadBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.IntRange(0, 40).Draw(t, "a"), rapid.IntRange(0, 40).Draw(t, "b")
		typed := fmt.Sprint(a, rapid.SampledFrom([]string{"/", ".", "-"}).Draw(t, "stroke"), b)
		_, problem := ParseWhen(typed, monday())
		if problem == nil {
			t.Fatalf("%q was taken for a date", typed)
		}
		want := map[string]bool{}
		for _, order := range [][2]int{{a, b}, {b, a}} {
			if at, err := time.Parse("2006-1-2", fmt.Sprintf("2028-%d-%d", order[1], order[0])); err == nil {
				want[at.Format("2 January")] = true
			}
		}
		for _, r := range problem.Readings {
			checkWhen(t, r, monday())
			if !want[r.From.Format("2 January")] {
				t.Fatalf("%q: %s", typed, r)
			}
		}
		if len(problem.Readings) != len(want) {
			t.Fatalf("%q: %d readings, want %v", typed, len(problem.Readings), want)
		}
	})
}

func FuzzParseWhen(f *testing.F) {
	for _, seed := range []string{"8 May", "May 8th, 2027", "2027-05-08", "5/8/27", "in 6 weeks", "next fri", "1 to 15 May 2027", "29 feb", "clear", "May window", "20 dec–5 jan", "in a year"} {
		f.Add(seed, 0)
	}
	f.Fuzz(func(t *testing.T, typed string, days int) {
		today := monday().AddDate(0, 0, days%40000)
		w, problem := ParseWhen(typed, today)
		if problem == nil {
			checkWhen(t, w, today)
			return
		}
		if problem.Text == "" || len(problem.Text) > bot.LimitMessage || len(problem.Readings) > 2 {
			t.Fatalf("%q: %+v", typed, problem)
		}
		for _, r := range problem.Readings {
			checkWhen(t, r, today)
		}
	})
}
