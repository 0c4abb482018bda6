package schedule

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"studyhall/bot"
)

const (
	// maxExprLen is the longest expression accepted, in bytes. The longest
	// useful ones list a dozen minutes and stay under half of it.
	maxExprLen = 100

	// missingDay is the least length of a gap that swallows whole days, as in
	// Samoa, where 30 December 2011 does not exist. Clock changes of the
	// ordinary kind are of at most three hours.
	missingDay = 24 * time.Hour

	// missingDayGrace is how soon after a missing day the next occurrence must
	// come for the missing day's one to be dropped: a daily question at 09:00
	// is not posted at 00:00 as well.
	missingDayGrace = 12 * time.Hour

	// widestOffset is more than any zone has ever been from UTC (16 hours).
	widestOffset = 24 * time.Hour

	// parserHorizon is the number of calendar years after which the parser's
	// own search gives up.
	parserHorizon = 5

	// longestWait is the longest time in years between two occurrences of an
	// expression that fires at all: from one 29 February to the next across a
	// century year that is not a leap year.
	longestWait = 8

	lastYear = 9999
	wallForm = "2006-01-02T15:04"
)

// A Wall is what a clock on the wall shows: a date and a time to the minute,
// without a zone. It is the identity of an occurrence: the instant it stands
// for may move when a country changes its rules, the wall time does not.
// Walls may be compared with ==; the zero Wall is 0001-01-01T00:00.
type Wall struct {
	minutes int64 // since 0001-01-01T00:00
}

// ParseWall reads the form that [Wall.String] writes, such as
// "2026-11-01T01:30".
func ParseWall(text string) (Wall, error) {
	t, err := time.Parse(wallForm, text)
	if err != nil || t.Format(wallForm) != text || t.Year() < 1 {
		return Wall{}, fmt.Errorf("local time %.40q does not look like 2026-11-01T01:30", text)
	}
	return wallOfClock(t), nil
}

// WallOf returns what a clock in loc shows at t, seconds dropped.
func WallOf(t time.Time, loc *time.Location) Wall {
	t = t.In(loc)
	_, offset := t.Zone()
	return wallOfClock(t.UTC().Add(time.Duration(offset) * time.Second))
}

// wallOfClock returns the wall time that t shows in UTC.
func wallOfClock(t time.Time) Wall {
	return Wall{minutes: (t.Unix() - time.Time{}.Unix()) / 60}
}

// clock returns the instant at which a clock in UTC shows w.
func (w Wall) clock() time.Time {
	return time.Unix(w.minutes*60+time.Time{}.Unix(), 0).UTC()
}

// String returns the local date and time, such as "2026-11-01T01:30". It sorts
// as the walls do, and [ParseWall] reads it.
func (w Wall) String() string { return w.clock().Format(wallForm) }

// Date returns the local date, such as "2026-11-01".
func (w Wall) Date() string { return w.clock().Format(time.DateOnly) }

// Compare returns -1, 0 or +1 as w is before, the same as or after o.
func (w Wall) Compare(o Wall) int { return cmp.Compare(w.minutes, o.minutes) }

// AddDays returns the same time of day n days later.
func (w Wall) AddDays(n int) Wall { return Wall{minutes: w.minutes + int64(n)*24*60} }

// Resolve returns the one instant that w stands for in loc: the first at which
// a clock there shows w or, where clocks jumped over w, the first after the
// jump. So a time that comes twice in autumn counts once, at its first, and a
// time that is missing in spring is made up for at once. A later wall time
// never resolves to an earlier instant.
func Resolve(w Wall, loc *time.Location) time.Time {
	at, _ := resolve(w, loc)
	return at
}

// resolve does the work of [Resolve]; gap is the length of the jump that passed
// over w, 0 when w exists.
func resolve(w Wall, loc *time.Location) (at time.Time, gap time.Duration) {
	clock := w.clock()
	// No clock shows w as early as this. From here each stretch of constant
	// offset is tried in turn.
	t := clock.Add(-widestOffset).In(loc)
	before := offset(t)
	for first := true; ; first = false {
		after := offset(t)
		at = clock.Add(-after).In(loc)
		if !first && at.Before(t) {
			return t, after - before
		}
		_, end := t.ZoneBounds()
		if end.IsZero() || at.Before(end) || !end.After(t) {
			return at, 0
		}
		t, before = end, after
	}
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// An Expr says when something comes round: the five fields minute, hour, day of
// month, month and day of week, read against the clock on the wall. Its dialect
// is that of robfig/cron's parser (lists, ranges, steps, names of months and
// weekdays; when day of month and day of week are both limited, either will
// do), and 7 is Sunday too. The zero Expr never fires.
type Expr struct {
	text string
	spec cron.SpecSchedule
}

// String returns the expression as it was written, with single spaces.
func (e Expr) String() string { return e.text }

// Next returns the first wall time after w at which e fires. It reports false
// when there is none up to the year 9999.
func (e Expr) Next(w Wall) (Wall, bool) {
	if e.spec.Location == nil {
		return Wall{}, false
	}
	// UTC has no gaps and repeats nothing, so here the parser's search, which
	// goes wrong around clock changes, is exact.
	t := Wall{minutes: max(w.minutes, -1)}.clock()
	for range longestWait/parserHorizon + 1 {
		if t.Year() > lastYear {
			break
		}
		if next := e.spec.Next(t); !next.IsZero() {
			return wallOfClock(next), next.Year() <= lastYear
		}
		t = time.Date(t.Year()+parserHorizon, time.December, 31, 23, 59, 0, 0, time.UTC)
	}
	return Wall{}, false
}

// An Occurrence is one time that an [Expr] comes round in a zone.
type Occurrence struct {
	Wall Wall      // its identity
	At   time.Time // the instant, in the zone
}

// After returns the first occurrence of e in loc whose instant is after t, and
// false when there is none.
//
// Each wall time occurs once, as [Resolve] says. Several that fall on the same
// instant, because the clocks jumped over them, are one occurrence, known by
// the first of them. Where a whole day is missing, its occurrences give way to
// the next one that does exist if that comes within 12 hours.
func (e Expr) After(t time.Time, loc *time.Location) (Occurrence, bool) {
	// Every wall time up to the one shown now has had its instant already. So
	// have later ones when the clocks were just put back; the loop passes them.
	for w, ok := e.Next(WallOf(t, loc)); ok; w, ok = e.Next(w) {
		at, gap := resolve(w, loc)
		if !at.After(t) {
			continue
		}
		if gap >= missingDay {
			if o, ok := e.since(at, loc); ok && o.At.Sub(at) < missingDayGrace {
				return o, true
			}
		}
		return Occurrence{Wall: w, At: at}, true
	}
	return Occurrence{}, false
}

// since returns the first occurrence whose wall time is not before the one
// shown at t.
func (e Expr) since(t time.Time, loc *time.Location) (Occurrence, bool) {
	w, ok := e.Next(Wall{minutes: WallOf(t, loc).minutes - 1})
	if !ok {
		return Occurrence{}, false
	}
	return Occurrence{Wall: w, At: Resolve(w, loc)}, true
}

// Upcoming returns the next n occurrences of e in loc after t, fewer when there
// are no more.
func (e Expr) Upcoming(t time.Time, loc *time.Location, n int) []Occurrence {
	var all []Occurrence
	for len(all) < n {
		o, ok := e.After(t, loc)
		if !ok {
			break
		}
		all = append(all, o)
		t = o.At
	}
	return all
}

// ParseExpr reads an expression of five fields. It refuses, with a sentence
// that says what is wrong and gives an example that would be accepted: an empty
// or overlong text, zones and short forms such as @daily, steps larger than
// their field, what never comes round, and, unless least is 0, what comes round
// again on the wall clock sooner than least after the time before. (The night
// the clocks go forward may bring two occurrences one jump closer.)
func ParseExpr(text string, least time.Duration) (Expr, error) {
	example := exampleFor(least)
	if len(text) > maxExprLen {
		return Expr{}, fmt.Errorf("the schedule is longer than %d characters; for example %s", maxExprLen, example)
	}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return Expr{}, fmt.Errorf("the schedule is empty; for example %s", example)
	}
	if strings.Contains(text, "=") {
		return Expr{}, fmt.Errorf("a schedule names no time zone, the zone is set apart from it; for example %s", example)
	}
	if strings.Contains(text, "@") {
		return Expr{}, fmt.Errorf("%q is not understood, short forms with an @ are not known here; for example %s", strings.Join(fields, " "), example)
	}
	if len(fields) != 5 {
		return Expr{}, fmt.Errorf("a schedule has five parts (minute, hour, day of the month, month, day of the week), this one has %d; for example %s", len(fields), example)
	}
	expr := Expr{text: strings.Join(fields, " ")}
	fields[4] = sundayIsZero(fields[4])
	for i, f := range fieldRules() {
		if err := f.check(fields[i]); err != nil {
			return Expr{}, fmt.Errorf("%w; for example %s", err, example)
		}
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(strings.Join(fields, " "))
	spec, ok := parsed.(*cron.SpecSchedule)
	if err != nil || !ok {
		return Expr{}, fmt.Errorf("%q is not understood; for example %s", expr.text, example)
	}
	expr.spec = *spec
	expr.spec.Location = time.UTC
	// 2000 is a leap year, so 29 February is found at once.
	if expr.spec.Next(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Expr{}, fmt.Errorf("%q never comes round: no such month has that day; for example %s", expr.text, example)
	}
	if least <= 0 {
		return expr, nil
	}
	if shortest := expr.shortestWait(); shortest < least {
		return Expr{}, fmt.Errorf("%q comes round again after %s, at least %s must lie between; for example %s",
			expr.text, spell(shortest), spell(least), example)
	}
	return expr, nil
}

// shortestWait returns the least time on the wall clock between one occurrence
// and the next. It looks at every pair of days, since which days fire and at
// what times are independent of each other.
func (e Expr) shortestWait() time.Duration {
	first, last, wait := -1, 0, longestWait*366*24*60
	for m := range 24 * 60 {
		if e.spec.Hour>>(m/60)&1 == 0 || e.spec.Minute>>(m%60)&1 == 0 {
			continue
		}
		if first < 0 {
			first = m
		} else {
			wait = min(wait, m-last)
		}
		last = m
	}
	days := e
	days.spec.Hour, days.spec.Minute = 1, 1
	// 28 years hold every kind of year at every weekday, and every turn of the
	// year that can bring two days close.
	day := wallOfClock(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC))
	end := day.AddDays(28*365 + 7)
	for day, _ = days.Next(day); day.Compare(end) < 0 && wait > 24*60-last+first; {
		next, ok := days.Next(day)
		if !ok {
			break
		}
		wait = min(wait, int(next.minutes-day.minutes)-last+first)
		day = next
	}
	return time.Duration(wait) * time.Minute
}

// A fieldRule is one of the five fields and what may stand in it.
type fieldRule struct {
	name      string
	low, high int
	option    cron.ParseOption
}

func fieldRules() [5]fieldRule {
	return [5]fieldRule{
		{"minute", 0, 59, cron.Minute},
		{"hour", 0, 23, cron.Hour},
		{"day of the month", 1, 31, cron.Dom},
		{"month", 1, 12, cron.Month},
		{"day of the week", 0, 6, cron.Dow},
	}
}

// check refuses what the parser refuses, and what it lets pass although nobody
// can have meant it: empty places in a list ("1,,2"), a range that begins with
// a star ("*-5", read as "*"), signs ("+5") and steps past the field's end
// ("*/90", read as once an hour).
func (f fieldRule) check(field string) error {
	for element := range strings.SplitSeq(field, ",") {
		base, step, _ := strings.Cut(element, "/")
		if n, err := strconv.Atoi(step); err == nil && n > f.high-f.low {
			return fmt.Errorf("the step in %s %q is larger than %d, so it would never take a second step", f.name, element, f.high-f.low)
		}
		starred := len(base) > 1 && strings.ContainsAny(base, "*?")
		if base == "" || starred || strings.ContainsFunc(element, foreign) {
			return f.refuse(element)
		}
		if _, err := cron.NewParser(f.option).Parse(element); err != nil {
			return f.refuse(element)
		}
	}
	return nil
}

func (f fieldRule) refuse(element string) error {
	high := f.high
	if f.option == cron.Dow {
		high = 7
	}
	return fmt.Errorf("%s %q is not understood: use * for every one, numbers from %d to %d, lists such as %d,%d, or ranges from the smaller to the larger such as %d-%d",
		f.name, element, f.low, high, f.low+1, f.low+3, f.low+1, f.low+5)
}

func foreign(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return false
	}
	return !strings.ContainsRune("*?-/", r)
}

// sundayIsZero rewrites a day-of-week field in which Sunday is 7, or ends a
// range, into what the parser knows: Sunday as 0. "5-7" and "fri-sun" become
// "5,6,0". What it cannot read it leaves for the parser to refuse.
func sundayIsZero(field string) string {
	elements := strings.Split(field, ",")
	for i, element := range elements {
		elements[i] = sundayElement(element)
	}
	return strings.Join(elements, ",")
}

func sundayElement(element string) string {
	if element == "7" {
		return "0"
	}
	base, stepText, stepped := strings.Cut(element, "/")
	from, to, ranged := strings.Cut(base, "-")
	low, lowOK := weekday(from)
	high, highOK := weekday(to)
	if !ranged || !lowOK || !highOK {
		return element
	}
	if low == 7 && high < 7 {
		low = 0
	}
	if high == 0 && low > 0 {
		high = 7
	}
	if high < 7 {
		return strings.Replace(element, from, strconv.Itoa(low), 1)
	}
	step := 1
	if stepped {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 || step > 6 {
			return element
		}
	}
	var days []string
	for d := low; d <= high; d += step {
		days = append(days, strconv.Itoa(d%7))
	}
	return strings.Join(days, ",")
}

// weekday reads a day of the week as a number from 0 to 7 or by its first three
// letters.
func weekday(text string) (day int, ok bool) {
	if len(text) == 1 && text[0] >= '0' && text[0] <= '7' {
		return int(text[0] - '0'), true
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(text, d.String()[:3]) {
			return int(d), true
		}
	}
	return 0, false
}

// exampleFor returns an expression that comes round no sooner than least, with
// its meaning.
func exampleFor(least time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case least <= day:
		return `"0 7 * * 1-5" is 07:00 from Monday to Friday`
	case least <= 7*day:
		return `"0 7 * * 1" is 07:00 on Mondays`
	default:
		return `"0 7 1 1 *" is 07:00 on 1 January`
	}
}

// spell writes a duration in whole days, hours and minutes.
func spell(d time.Duration) string {
	var words []string
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		n := d / unit.length
		d %= unit.length
		if n > 0 {
			words = append(words, bot.Count(int(n), unit.name, unit.name+"s"))
		}
	}
	return strings.Join(words, " ")
}
