package renewal

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot/cert"
)

// Entry is what a person wrote about a credit on one line: "2 CEU ventilator course
// yesterday". What isn't there is empty.
type Entry struct {
	What   string
	Amount cert.Amount // 0: none was written
	Unit   string      // as it was written, such as "ceus" or "hours"; "" for none
	Day    string      // the local date, 2006-01-02; "" for none
	Fault  Fault
	Dates  []string // with [TwoDates]: what may be meant, each 2006-01-02
}

// Fault is what on a line can't be used. The rest of the line is kept.
type Fault int

// The faults.
const (
	NoFault  Fault = iota
	Negative       // a negative amount
	TooFine        // an amount with more than two decimals, or one that is no number of any use
	TwoDates       // a date that can be read in two ways
	NoDate         // what looks like a date and is none: 31 April
	Several        // more than one amount, or more than one date
)

// maxDigits keeps amounts in a range in which nothing overflows.
const maxDigits = 7

// ParseEntry reads a line on a local day. Amount, unit, date and what it was may
// come in any order; whatever is neither is what it was. A day without a year is the
// last one there was.
func ParseEntry(text string, today time.Time) Entry {
	r := reader{words: strings.Fields(text), today: time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)}
	r.dates() // first, for their numbers are no amounts
	r.amounts()
	r.bareAmount()
	r.e.What = strings.Trim(strings.Join(r.words, " "), " ,;:-–—")
	return r.e
}

// reader takes out of the words of a line what it understands.
type reader struct {
	words []string
	today time.Time
	e     Entry
}

func (r *reader) fault(f Fault) {
	if r.e.Fault == NoFault {
		r.e.Fault = f
	}
}

// cut takes words away.
func (r *reader) cut(at, n int) { r.words = slices.Delete(r.words, at, at+n) }

// word is a word in lower case without the marks around it; "" beyond the end.
func (r *reader) word(at int) string {
	if at < 0 || at >= len(r.words) {
		return ""
	}
	return strings.TrimLeft(strings.TrimRight(strings.ToLower(r.words[at]), ",;:.)"), ",;:(")
}

// numbered is a number with its unit in a line.
type numbered struct {
	number, unit string
	at, n        int // where, and how many words
}

// amounts takes the number with a unit: "2 CEU", "1.5 contact hours", "2ceus",
// "CEU: 2". Of "8 hour course 0.8 CEU" the hours are part of what it was.
func (r *reader) amounts() {
	var issuers, clocks []numbered
	for at := 0; at < len(r.words); at++ {
		a := numbered{at: at, n: 1}
		if a.number, a.unit = splitNumber(r.word(at)); a.number == "" {
			continue
		}
		if more, words := r.unitAt(at+1, a.unit); words > 0 {
			a.unit, a.n = more, 1+words
		}
		switch {
		case !isUnit(a.unit):
			continue
		case byClock(a.unit):
			clocks = append(clocks, a)
		default:
			issuers = append(issuers, a)
		}
		at += a.n - 1
	}
	if len(issuers) == 0 {
		issuers = r.unitsBefore()
	}
	if len(issuers) == 0 {
		issuers = clocks
	}
	if len(issuers) == 0 {
		return
	}
	r.e.Unit = issuers[0].unit
	if len(issuers) > 1 {
		r.fault(Several)
		return
	}
	r.setAmount(issuers[0].number)
	r.cut(issuers[0].at, issuers[0].n)
}

// unitsBefore are the numbers that stand after an issuer's unit: "CEU: 2".
func (r *reader) unitsBefore() (all []numbered) {
	for at := 1; at < len(r.words); at++ {
		number, rest := splitNumber(r.word(at))
		if unit := r.word(at - 1); number != "" && rest == "" && isUnit(unit) && !byClock(unit) {
			all = append(all, numbered{number, unit, at - 1, 2})
		}
	}
	return all
}

// unitAt is the longest unit that the words from a place on spell, after what stood
// with the number, and how many words it takes.
func (r *reader) unitAt(at int, before string) (unit string, n int) {
	two := strings.TrimSpace(before + " " + r.word(at) + " " + r.word(at+1))
	if before == "" && isUnit(two) && r.word(at+1) != "" {
		return two, 2
	}
	if one := strings.TrimSpace(before + " " + r.word(at)); isUnit(one) && r.word(at) != "" {
		return one, 1
	}
	return "", 0
}

// bareAmount takes a number without a unit, if nothing else is the amount. In the
// midst of words it may belong to them: "ISO 13485 course".
func (r *reader) bareAmount() {
	if r.e.Unit != "" {
		return
	}
	var found []int
	for at := range r.words {
		if number, rest := splitNumber(r.word(at)); number != "" && rest == "" {
			found = append(found, at)
		}
	}
	if len(found) != 1 || found[0] > 0 && found[0] < len(r.words)-1 {
		return
	}
	if number, _ := splitNumber(r.word(found[0])); len(number) < 4 {
		r.setAmount(number)
		r.cut(found[0], 1)
	}
}

func (r *reader) setAmount(number string) {
	negative := strings.HasPrefix(number, "-")
	amount, ok := ParseAmount(strings.TrimPrefix(number, "-"))
	switch {
	case negative:
		r.fault(Negative)
	case !ok || amount == 0:
		r.fault(TooFine)
	default:
		r.e.Amount = amount
	}
}

// ParseAmount reads an amount as people write it, with a point or a comma before at
// most two decimals.
func ParseAmount(text string) (a cert.Amount, ok bool) {
	text = strings.TrimSpace(text)
	whole, part, found := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	if found && part == "" || whole == "" && part == "" || len(part) > 2 || len(whole) > maxDigits {
		return 0, false
	}
	for _, d := range whole + part {
		if d < '0' || d > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(whole + (part + "00")[:2])
	return cert.Amount(n), err == nil
}

// splitNumber splits a word such as "2ceus" into its number and what follows;
// number is "" where none begins it.
func splitNumber(word string) (number, rest string) {
	end := strings.IndexFunc(word, func(c rune) bool { return (c < '0' || c > '9') && c != '.' && c != ',' && c != '-' })
	if end < 0 {
		end = len(word)
	}
	number, rest = strings.TrimRight(word[:end], ".,-"), strings.TrimLeft(word[end:], "-")
	if !strings.ContainsAny(number, "0123456789") || strings.LastIndex(number, "-") > 0 {
		return "", ""
	}
	return number, rest
}

// isUnit reports whether words are a unit in which education is counted, by some
// issuer or by the clock.
func isUnit(words string) bool {
	switch singular(words) {
	case "ceu", "pdu", "cpe", "ceh", "cec", "cme", "ce hour", "contact hour", "credit hour", "cpe credit", "ce credit", "ce",
		"hour", "hr", "h", "minute", "min", "day", "credit", "point", "unit":
		return true
	}
	return false
}

// byClock reports whether a unit measures time, or nothing in particular.
func byClock(unit string) bool {
	switch singular(unit) {
	case "hour", "hr", "h", "minute", "min", "day", "credit", "point", "unit":
		return true
	}
	return false
}

// singular is a unit in lower case, without the s of several.
func singular(unit string) string {
	unit = strings.ToLower(strings.TrimSpace(unit))
	if len(unit) > 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return unit
}

// Fits reports whether a written unit is an issuer's.
func Fits(written, unit string) bool { return unit != "" && singular(written) == singular(unit) }

// dates takes the date.
func (r *reader) dates() {
	for at := 0; at < len(r.words); at++ {
		day, n, both := r.dateAt(at)
		if n == 0 {
			continue
		}
		switch {
		case r.e.Day != "" || len(r.e.Dates) > 0:
			r.fault(Several)
			continue
		case len(both) > 1:
			r.fault(TwoDates)
			r.e.Dates = both
		case day == "":
			r.fault(NoDate)
		default:
			r.e.Day = day
		}
		from := at
		if r.word(at-1) == "on" {
			from, n = at-1, n+1
		}
		r.cut(from, n)
		at = from - 1
	}
}

// dateAt is the date that begins at a word and how many words it takes; 0 for none.
// A date that is none, such as 31 April, is "". Two readings are in both.
func (r *reader) dateAt(at int) (day string, n int, both []string) {
	word := r.word(at)
	switch word {
	case "":
		return "", 0, nil
	case "today":
		return r.ago(0), 1, nil
	case "yesterday":
		return r.ago(1), 1, nil
	case "tomorrow": // said to be still to come, where that matters
		return r.ago(-1), 1, nil
	case "next":
		if w, ok := weekday(r.word(at + 1)); ok {
			return r.nextWeekday(w), 2, nil
		}
		return "", 0, nil
	case "last":
		if w, ok := weekday(r.word(at + 1)); ok {
			return r.lastWeekday(w, 1), 2, nil
		}
		return "", 0, nil
	}
	if r.word(at+2) == "ago" {
		if days, ok := span(word, r.word(at+1)); ok {
			return r.ago(days), 3, nil
		}
	}
	if w, ok := weekday(word); ok {
		// "Monday rounds" may be what it was called; at an end, or after "on", it is a day.
		if at == 0 || at == len(r.words)-1 || r.word(at-1) == "on" {
			return r.lastWeekday(w, 0), 1, nil
		}
		return "", 0, nil
	}
	if t, err := time.Parse(time.DateOnly, word); err == nil {
		return t.Format(time.DateOnly), 1, nil
	}
	if strings.Count(word, "/") > 0 {
		return r.slashes(word)
	}
	return r.monthAt(at)
}

// monthAt reads "3 May", "May 3", "3rd May 2027" and "May 3, 2027".
func (r *reader) monthAt(at int) (day string, n int, both []string) {
	d, okDay := dayNumber(r.word(at))
	m, okMonth := month(r.word(at + 1))
	if !okDay || !okMonth {
		m, okMonth = month(r.word(at))
		d, okDay = dayNumber(r.word(at + 1))
	}
	if !okDay || !okMonth {
		return "", 0, nil
	}
	if y, err := strconv.Atoi(r.word(at + 2)); err == nil && len(r.word(at+2)) == 4 && y >= 1900 && y < 2200 {
		return exactly(y, m, d), 3, nil
	}
	return r.lastOf(m, d), 2, nil
}

// slashes reads 5/3 and 5/3/2027, which people mean in two ways.
func (r *reader) slashes(word string) (day string, n int, both []string) {
	parts := strings.Split(word, "/")
	if len(parts) > 3 {
		return "", 0, nil
	}
	var v []int
	for _, p := range parts {
		x, err := strconv.Atoi(p)
		if err != nil || strings.ContainsAny(p, "+-") {
			return "", 0, nil
		}
		v = append(v, x)
	}
	year := 0
	if len(v) == 3 {
		if year = v[2]; year < 100 {
			year += 2000
		}
		if year < 1900 || year >= 2200 {
			return "", 0, nil
		}
	}
	for _, reading := range [][2]int{{v[0], v[1]}, {v[1], v[0]}} {
		if reading[1] < 1 || reading[1] > 12 {
			continue
		}
		day := r.lastOf(time.Month(reading[1]), reading[0])
		if year > 0 {
			day = exactly(year, time.Month(reading[1]), reading[0])
		}
		if day != "" && !slices.Contains(both, day) {
			both = append(both, day)
		}
	}
	switch len(both) {
	case 0:
		return "", 0, nil // "24/70": no date at all
	case 1:
		return both[0], 1, nil
	}
	return "", 1, both
}

func (r *reader) ago(days int) string { return r.today.AddDate(0, 0, -days).Format(time.DateOnly) }

// lastWeekday is the last such day, at least so many days ago.
func (r *reader) lastWeekday(w time.Weekday, atLeast int) string {
	days := (int(r.today.Weekday()) - int(w) + 7) % 7
	if days < atLeast {
		days += 7
	}
	return r.ago(days)
}

func (r *reader) nextWeekday(w time.Weekday) string {
	return r.ago(-((int(w)-int(r.today.Weekday())+6)%7 + 1))
}

// span is how many days "3 days", "a week" or "2 weeks" are.
func span(number, unit string) (days int, ok bool) {
	n, err := strconv.Atoi(number)
	if number == "a" || number == "one" {
		n, err = 1, nil
	}
	switch singular(unit) {
	case "day":
		days = 1
	case "week":
		days = 7
	}
	return n * days, err == nil && days > 0 && n > 0 && n < 1000
}

// lastOf is the last such day of a month that is not to come; "" if there is none.
func (r *reader) lastOf(m time.Month, day int) string {
	today := r.today.Format(time.DateOnly)
	for back := range 9 { // 29 February can be eight years away
		if d := exactly(r.today.Year()-back, m, day); d != "" && d <= today {
			return d
		}
	}
	return ""
}

// exactly is a date, or "" if the month has no such day.
func exactly(year int, m time.Month, day int) string {
	t := time.Date(year, m, day, 0, 0, 0, 0, time.UTC)
	if t.Month() != m || t.Day() != day {
		return ""
	}
	return t.Format(time.DateOnly)
}

func weekday(word string) (time.Weekday, bool) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if name := strings.ToLower(w.String()); word == name || word == name[:3] {
			return w, true
		}
	}
	return 0, false
}

func month(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); word == name || word == name[:3] || word == "sept" && m == time.September {
			return m, true
		}
	}
	return 0, false
}

// dayNumber is the day of a month: "3", "3rd".
func dayNumber(word string) (int, bool) {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		word = strings.TrimSuffix(word, end)
	}
	d, err := strconv.Atoi(word)
	return d, err == nil && len(word) <= 2 && d >= 1 && d <= 31
}
