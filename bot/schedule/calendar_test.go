package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func mustExpr(t testing.TB, text string) Expr {
	t.Helper()
	e, err := ParseExpr(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustWall(t testing.TB, text string) Wall {
	t.Helper()
	w, err := ParseWall(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestAfterAroundClockChanges lists the occurrences on the days around clock
// changes that plain use of the parser's own search loses, doubles or hangs on.
func TestAfterAroundClockChanges(t *testing.T) {
	tests := []struct {
		name, zone, expr string
		from, until      string   // wall times; occurrences after from and before until
		want             []string // wall time and instant
	}{
		{"New York, missing 02:30", "America/New_York", "30 2 * * *", "2026-03-07T12:00", "2026-03-10T00:00",
			[]string{"2026-03-08T02:30 03:00:00-04:00", "2026-03-09T02:30 02:30:00-04:00"}},
		{"New York, missing 02:30, weekly", "America/New_York", "30 2 * * 0", "2026-03-02T00:00", "2026-03-16T00:00",
			[]string{"2026-03-08T02:30 03:00:00-04:00", "2026-03-15T02:30 02:30:00-04:00"}},
		{"New York, repeated 01:30", "America/New_York", "30 1 * * *", "2026-10-31T12:00", "2026-11-03T00:00",
			[]string{"2026-11-01T01:30 01:30:00-04:00", "2026-11-02T01:30 01:30:00-05:00"}},
		{"New York, hourly over the repeated hour", "America/New_York", "0 * * * *", "2026-10-31T23:30", "2026-11-01T03:30",
			[]string{"2026-11-01T00:00 00:00:00-04:00", "2026-11-01T01:00 01:00:00-04:00", "2026-11-01T02:00 02:00:00-05:00", "2026-11-01T03:00 03:00:00-05:00"}},
		{"New York, four missing quarters are one", "America/New_York", "*/15 2 * * *", "2026-03-08T00:00", "2026-03-09T02:10",
			[]string{"2026-03-08T02:00 03:00:00-04:00", "2026-03-09T02:00 02:00:00-04:00"}},
		{"New York, missing 02:00 and real 03:00 are one", "America/New_York", "0 2,3 * * *", "2026-03-08T00:00", "2026-03-09T00:00",
			[]string{"2026-03-08T02:00 03:00:00-04:00"}},
		{"Berlin, missing 02:30", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00", "2026-03-30T00:00",
			[]string{"2026-03-29T02:30 03:00:00+02:00"}},
		{"Berlin, repeated 02:30", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00", "2026-10-26T00:00",
			[]string{"2026-10-25T02:30 02:30:00+02:00"}},
		{"London, missing 01:30", "Europe/London", "30 1 * * *", "2026-03-28T12:00", "2026-03-30T00:00",
			[]string{"2026-03-29T01:30 02:00:00+01:00"}},
		{"Lord Howe, half-hour gap", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00", "2026-10-05T00:00",
			[]string{"2026-10-04T02:15 02:30:00+11:00"}},
		{"Lord Howe, 02:00 after the half-hour overlap", "Australia/Lord_Howe", "0 2 * * *", "2026-04-04T12:00", "2026-04-06T00:00",
			[]string{"2026-04-05T02:00 02:00:00+10:30"}},
		{"Lord Howe, repeated 01:45", "Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00", "2026-04-06T00:00",
			[]string{"2026-04-05T01:45 01:45:00+11:00"}},
		{"Santiago, no midnight", "America/Santiago", "0 0 * * *", "2026-09-05T12:00", "2026-09-07T12:00",
			[]string{"2026-09-06T00:00 01:00:00-03:00", "2026-09-07T00:00 00:00:00-03:00"}},
		{"Santiago, no half past midnight", "America/Santiago", "30 0 * * *", "2026-09-05T12:00", "2026-09-07T12:00",
			[]string{"2026-09-06T00:30 01:00:00-03:00", "2026-09-07T00:30 00:30:00-03:00"}},
		{"Cairo, no quarter past midnight", "Africa/Cairo", "15 0 * * *", "2026-04-23T12:00", "2026-04-25T00:00",
			[]string{"2026-04-24T00:15 01:00:00+03:00"}},
		{"Beirut, no midnight", "Asia/Beirut", "0 0 * * *", "2026-03-28T12:00", "2026-03-29T12:00",
			[]string{"2026-03-29T00:00 01:00:00+03:00"}},
		{"Casablanca, end of Ramadan", "Africa/Casablanca", "30 2 * * *", "2026-03-21T12:00", "2026-03-23T00:00",
			[]string{"2026-03-22T02:30 03:00:00+01:00"}},
		{"Troll, two-hour gap", "Antarctica/Troll", "30 2 * * *", "2026-03-28T12:00", "2026-03-30T00:00",
			[]string{"2026-03-29T02:30 03:00:00+02:00"}},
		{"Chatham, 03:45 ends the overlap", "Pacific/Chatham", "45 3 * * *", "2026-04-04T12:00", "2026-04-07T00:00",
			[]string{"2026-04-05T03:45 03:45:00+12:45", "2026-04-06T03:45 03:45:00+12:45"}},
		{"Chatham, 02:45 begins the overlap", "Pacific/Chatham", "45 2 * * *", "2026-04-04T12:00", "2026-04-06T00:00",
			[]string{"2026-04-05T02:45 02:45:00+13:45"}},
		{"Apia 2011, daily: the missing day gives way", "Pacific/Apia", "0 9 * * *", "2011-12-28T12:00", "2012-01-01T12:00",
			[]string{"2011-12-29T09:00 09:00:00-10:00", "2011-12-31T09:00 09:00:00+14:00", "2012-01-01T09:00 09:00:00+14:00"}},
		{"Apia 2011, hourly: midnight is its own", "Pacific/Apia", "0 */6 * * *", "2011-12-29T12:00", "2011-12-31T07:00",
			[]string{"2011-12-29T18:00 18:00:00-10:00", "2011-12-31T00:00 00:00:00+14:00", "2011-12-31T06:00 06:00:00+14:00"}},
		{"Apia 2011, daily 13:00: too far to give way", "Pacific/Apia", "0 13 * * *", "2011-12-29T00:00", "2012-01-01T00:00",
			[]string{"2011-12-29T13:00 13:00:00-10:00", "2011-12-30T13:00 00:00:00+14:00", "2011-12-31T13:00 13:00:00+14:00"}},
		{"Apia 2011, Fridays", "Pacific/Apia", "0 9 * * 5", "2011-12-24T00:00", "2012-01-07T00:00",
			[]string{"2011-12-30T09:00 00:00:00+14:00", "2012-01-06T09:00 09:00:00+14:00"}},
		{"Apia 2011, the 30th", "Pacific/Apia", "0 9 30 * *", "2011-12-01T00:00", "2012-02-01T00:00",
			[]string{"2011-12-30T09:00 00:00:00+14:00", "2012-01-30T09:00 09:00:00+14:00"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			loc := mustZone(t, test.zone)
			until := Resolve(mustWall(t, test.until), loc)
			var got []string
			from := Resolve(mustWall(t, test.from), loc)
			for _, o := range mustExpr(t, test.expr).Upcoming(from, loc, 50) {
				if o.At.Before(until) {
					got = append(got, o.Wall.String()+o.At.In(loc).Format(" 15:04:05-07:00"))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n %s\nwant\n %s", strings.Join(got, "\n "), strings.Join(test.want, "\n "))
			}
		})
	}
}

// TestAfterInsideOverlap starts in the second pass of a repeated hour, whose
// wall times have all had their instants.
func TestAfterInsideOverlap(t *testing.T) {
	loc := mustZone(t, "America/New_York")
	second := time.Date(2026, time.November, 1, 6, 10, 0, 0, time.UTC) // 01:10 EST
	o, ok := mustExpr(t, "*/15 * * * *").After(second, loc)
	if got, want := o.Wall.String(), "2026-11-01T02:00"; !ok || got != want {
		t.Errorf("After(second pass) = %s, %t, want %s", got, ok, want)
	}
}

func TestNextAcrossLongWaits(t *testing.T) {
	tests := []struct{ name, expr, from, want string }{
		{"leap day across a century year", "0 9 29 2 *", "2096-02-29T09:00", "2104-02-29T09:00"},
		{"leap day from the year after", "0 9 29 2 *", "2097-01-01T00:00", "2104-02-29T09:00"},
		{"strictly after", "0 9 * * *", "2026-01-01T09:00", "2026-01-02T09:00"},
		{"the first minute of all", "0 0 1 1 *", "0001-01-01T00:00", "0002-01-01T00:00"},
		{"the end of time", "0 0 1 1 *", "9999-01-01T00:00", "none"},
		{"either day will do", "0 9 13 * 5", "2026-11-01T00:00", "2026-11-06T09:00"},
		{"Sunday as 7", "0 9 * * 7", "2026-11-20T00:00", "2026-11-22T09:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := "none"
			if w, ok := mustExpr(t, test.expr).Next(mustWall(t, test.from)); ok {
				got = w.String()
			}
			if got != test.want {
				t.Errorf("Next(%s) = %s, want %s", test.from, got, test.want)
			}
		})
	}
	if _, ok := (Expr{}).After(time.Unix(0, 0), time.UTC); ok {
		t.Error("the zero Expr fires")
	}
}

func TestSundayAsSeven(t *testing.T) {
	// The week from Monday 23 to Sunday 29 November 2026, by day of the month.
	tests := []struct{ field, want string }{
		{"7", "29"}, {"0", "29"}, {"sun", "29"}, {"1,7", "23 29"}, {"5-7", "27 28 29"},
		{"FRI-SUN", "27 28 29"}, {"fri-7", "27 28 29"}, {"5-0", "27 28 29"}, {"7-2", "23 24 29"},
		{"0-7", "23 24 25 26 27 28 29"}, {"1-7/2", "23 25 27 29"}, {"2-7/3,3", "24 25 27"},
		{"mon-fri", "23 24 25 26 27"}, {"*", "23 24 25 26 27 28 29"}, {"*/2", "24 26 28 29"}, {"0-0", "29"}, {"7-7", "29"},
	}
	for _, test := range tests {
		t.Run(test.field, func(t *testing.T) {
			var got []string
			w, end := mustWall(t, "2026-11-23T00:00"), mustWall(t, "2026-11-30T00:00")
			e := mustExpr(t, "0 9 * * "+test.field)
			for w, _ = e.Next(w); w.Compare(end) < 0; w, _ = e.Next(w) {
				got = append(got, w.Date()[8:])
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestParseExprRefuses(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name, text string
		least      time.Duration
		want       string
	}{
		{"empty", "", 0, "empty"},
		{"blank", " \t\n", 0, "empty"},
		{"overlong", "0 9 * * " + strings.Repeat("1,", 60) + "1", 0, "longer than 100"},
		{"a megabyte", strings.Repeat("*", 1<<20), 0, "longer than 100"},
		{"TZ=UTC alone", "TZ=UTC", 0, "no time zone"},
		{"CRON_TZ=UTC alone", "CRON_TZ=UTC", 0, "no time zone"},
		{"TZ= alone", "TZ=", 0, "no time zone"},
		{"TZ=0", "TZ=0", 0, "no time zone"},
		{"TZ before a schedule", "TZ=UTC 0 9 * * *", 0, "no time zone"},
		{"empty CRON_TZ before a schedule", "CRON_TZ= 0 9 * * *", 0, "no time zone"},
		{"zone as a field", "CRON_TZ=UTC 9 * * *", 0, "no time zone"},
		{"@every 0s", "@every 0s", 0, "@"},
		{"@every -5s", "@every -5s", 0, "@"},
		{"@daily", "@daily", 0, "@"},
		{"@reboot", "@reboot", 0, "@"},
		{"@ in five fields", "@every 1h * * *", 0, "@"},
		{"four fields", "0 9 * *", 0, "has 4"},
		{"six fields", "0 0 9 * * *", 0, "has 6"},
		{"words", "every day at nine please", 0, `minute "every"`},
		{"minute too large", "60 9 * * *", 0, `minute "60"`},
		{"hour too large", "0 24 * * *", 0, `hour "24"`},
		{"day zero", "0 9 0 * *", 0, `day of the month "0"`},
		{"month 13", "0 9 * 13 *", 0, `month "13"`},
		{"weekday 8", "0 9 * * 8", 0, `day of the week "8"`},
		{"weekday by its whole name", "0 9 * * monday", 0, `day of the week "monday"`},
		{"seven with a step", "0 9 * * 7/2", 0, `day of the week "7/2"`},
		{"backward range", "0 17-9 * * *", 0, `hour "17-9"`},
		{"backward weekdays", "0 9 * * 5-1", 0, `day of the week "5-1"`},
		{"sign", "+5 9 * * *", 0, `minute "+5"`},
		{"negative", "-5 9 * * *", 0, `minute "-5"`},
		{"empty place in a list", "1,,2 9 * * *", 0, `minute ""`},
		{"only a comma", ", 9 * * *", 0, `minute ""`},
		{"star range", "*-5 9 * * *", 0, `minute "*-5"`},
		{"two slashes", "1/2/3 9 * * *", 0, `minute "1/2/3"`},
		{"no step", "*/ 9 * * *", 0, `minute "*/"`},
		{"step zero", "*/0 9 * * *", 0, `minute "*/0"`},
		{"Sunday range with step zero", "0 9 * * 1-7/0", 0, `"1-7/0"`},
		{"absurd step", "*/99999999 * * * *", 0, "larger than 59"},
		{"every 90 minutes", "*/90 * * * *", 0, "larger than 59"},
		{"step beyond the hours", "0 */24 * * *", 0, "larger than 23"},
		{"step beyond the week", "0 9 * * 1-7/9", 0, "larger than 6"},
		{"huge number", "99999999999999999999 9 * * *", 0, "minute"},
		{"other digits", "٣ 9 * * *", 0, "minute"},
		{"not UTF-8", "\xff 9 * * *", 0, "minute"},
		{"31 February", "0 9 31 2 *", 0, "never comes round"},
		{"31st of short months", "0 9 31 4,6,9,11 *", 0, "never comes round"},
		{"every minute", "* * * * *", time.Hour, "after 1 minute, at least 1 hour"},
		{"twice an hour", "0,45 9 * * *", time.Hour, "after 45 minutes"},
		{"over midnight", "0 0,23 * * *", 2 * time.Hour, "after 1 hour,"},
		{"over midnight, on neighbouring days only", "30 0,23 * * 1,2", 2 * time.Hour, "after 1 hour,"},
		{"daily where weekly is asked", "0 9 * * *", 7 * day, "after 1 day, at least 7 days"},
		{"either day brings neighbours", "0 9 13 * 5", 2 * day, "after 1 day,"},
		{"31st and 1st", "0 9 1,31 * *", 7 * day, "after 1 day,"},
		{"New Year's Eve and Day", "0 9 1,31 1,12 *", 25 * time.Hour, "after 1 day,"},
		{"month by month where longer is asked", "30 9 1 * *", 60 * day, "after 28 days"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseExpr(test.text, test.least)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not say %q", err, test.want)
			}
			_, example, _ := strings.Cut(err.Error(), `; for example "`)
			example, _, _ = strings.Cut(example, `"`)
			if _, err := ParseExpr(example, test.least); err != nil {
				t.Errorf("the example is not accepted: %v", err)
			}
		})
	}
}

func TestParseExprAccepts(t *testing.T) {
	tests := []struct {
		name, text string
		least      time.Duration
	}{
		{"weekdays", "0 7 * * 1-5", 24 * time.Hour},
		{"names", "0 7 * JAN-nov MON,Wed", 24 * time.Hour},
		{"leap day", "0 9 29 2 *", 24 * time.Hour},
		{"question marks", "0 9 ? * ?", 0},
		{"steps", "*/15 8-18/2 */2 * *", 15 * time.Minute},
		{"a step from a number", "5/20 * * * *", 20 * time.Minute},
		{"exactly the least", "0 */6 * * *", 6 * time.Hour},
		{"two times of day on days apart", "0 0,23 * * 1,3", 23 * time.Hour},
		{"weekly", "0 9 * * 1", 7 * 24 * time.Hour},
		{"31 of any month", "0 9 31 * *", 28 * 24 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, err := ParseExpr("  "+strings.ReplaceAll(test.text, " ", " \t")+" ", test.least)
			if err != nil {
				t.Fatal(err)
			}
			if e.String() != test.text {
				t.Errorf("String() = %q, want %q", e, test.text)
			}
		})
	}
}

func TestWall(t *testing.T) {
	for _, text := range []string{"0001-01-01T00:00", "1969-12-31T23:59", "2026-11-01T01:30", "9999-12-31T23:59"} {
		w := mustWall(t, text)
		if w.String() != text || w.Date() != text[:10] {
			t.Errorf("ParseWall(%q) reads as %s on %s", text, w, w.Date())
		}
	}
	for _, text := range []string{"", "2026-11-01", "2026-11-01 01:30", "2026-11-01T1:30", "2026-11-01T01:30:00", "2026-02-30T01:30", "2026-11-01T24:00", "0000-01-01T00:00", strings.Repeat("9", 1000)} {
		if w, err := ParseWall(text); err == nil {
			t.Errorf("ParseWall(%q) = %s, want an error", text, w)
		}
	}
	if got := mustWall(t, "2026-10-30T07:00").AddDays(3).String(); got != "2026-11-02T07:00" {
		t.Errorf("AddDays(3) = %s", got)
	}
	before := time.Date(1969, time.December, 31, 23, 59, 59, 1, time.UTC)
	if got := WallOf(before, time.UTC).String(); got != "1969-12-31T23:59" {
		t.Errorf("WallOf(%s) = %s", before, got)
	}
	if a, b := mustWall(t, "2026-01-01T00:00"), mustWall(t, "2026-01-01T00:01"); a.Compare(b) != -1 || b.Compare(a) != 1 || a.Compare(a) != 0 || a == b {
		t.Error("walls do not compare in order")
	}
}
