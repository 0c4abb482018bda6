package exam

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

const (
	// mostYears is how far ahead an exam may be.
	mostYears = 10
	// mostDays is how long a window may be.
	mostDays = 100
	// mostTyped is how many characters of a date are read.
	mostTyped = 80
)

// When is what somebody wrote about the date of an exam. The zero value is the
// next window of whoever gives the exam.
type When struct {
	cert.Window      // the same days for a date
	Month       bool // it is a whole month, in which the issuer's window is meant if there is one
	Clear       bool // there is to be no date
}

// Next reports whether the issuer's next window is meant, whenever that is.
func (w When) Next() bool { return w.From.IsZero() && !w.Clear }

// String is a date, window or month in words, which [ParseWhen] reads as the same.
func (w When) String() string { return wordsDays(w.Window) }

// Unclear is why something that was written is no date.
type Unclear struct {
	Text     bot.Text // what is wrong with it, and how to write it
	Readings []When   // what may be meant
}

// ParseWhen reads a date or a window in plain words, seen from a local date at
// midnight UTC: "8 May", "May 8 2027", "2027-05-08", "May 2027", "May window", "1 to
// 15 May 2027", "next Friday", "in 6 weeks", "tomorrow", "next window", "clear". A
// date without a year is the next one to come. Numbers with strokes between them
// are never taken for a date: what they may mean are readings.
func ParseWhen(typed string, today time.Time) (When, *Unclear) {
	text := tidy(typed)
	if text == "" || len([]rune(text)) > mostTyped {
		return When{}, unreadable()
	}
	if w, ok := named(text, today); ok {
		return w, nil
	}
	if m := machine.FindStringSubmatch(text); m != nil {
		w := written{year: number(m[1]), month: time.Month(number(m[2])), day: number(m[4])}
		if w.year == 0 || m[3] != "" && w.day == 0 {
			return When{}, unreadable()
		}
		return w.settle(today)
	}
	if m := strokes.FindStringSubmatch(text); m != nil {
		return When{}, strokesUnclear(m, today)
	}
	first, last, several := strings.Cut(spanning.ReplaceAllString(text, "$1 to $2"), " to ")
	if several {
		return parseSpan(first, last, today)
	}
	if w, problem, ok := ahead(text, today); ok {
		return w, problem
	}
	w, problem := parseWritten(text)
	if problem != nil {
		return When{}, problem.from(today)
	}
	return w.settle(today)
}

var (
	// machine is a date, or a month, as machines write it.
	machine = regexp.MustCompile(`^(\d{4})-(\d{1,2})(-(\d{1,2}))?$`)
	// strokes are two or three numbers with anything but a space between them.
	strokes = regexp.MustCompile(`^(\d{1,4})[./-](\d{1,4})(?:[./-](\d{1,4}))?\.?$`)
	// spanning are the first and the last day of a window.
	spanning = regexp.MustCompile(`([a-z0-9])(?: ?- ?| until | till | through )([a-z0-9])`)
	// ordinal is a day's number with its ending.
	ordinal = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)$`)
	// digits is a number without one.
	digits = regexp.MustCompile(`^\d+$`)
)

// tidy is typed text in lower case, with single spaces and plain dashes.
func tidy(typed string) string {
	typed = strings.NewReplacer("–", "-", "—", "-", "‑", "-", "−", "-", ",", " ").Replace(strings.ToLower(string(bot.Typed(typed))))
	typed = strings.Join(strings.Fields(typed), " ")
	for _, before := range []string{"on ", "the "} {
		typed = strings.TrimPrefix(typed, before)
	}
	return strings.TrimSpace(strings.TrimSuffix(typed, "."))
}

// named are the words that are dates by themselves, and those for none.
func named(text string, today time.Time) (When, bool) {
	switch text {
	case "clear", "none", "no date", "no exam", "remove", "delete", "cancel":
		return When{Clear: true}, true
	case "window", "next window", "exam window", "next exam window":
		return When{}, true
	case "today":
		return on(today), true
	case "tomorrow":
		return on(today.AddDate(0, 0, 1)), true
	case "day after tomorrow":
		return on(today.AddDate(0, 0, 2)), true
	}
	for _, before := range []string{"next ", "this ", "coming "} {
		text = strings.TrimPrefix(text, before)
	}
	if n, ok := weekday(text); ok {
		return on(today.AddDate(0, 0, 1+(int(n)-int(today.Weekday())+6)%7)), true
	}
	return When{}, false
}

// ahead reads how far away a date is: "in 6 weeks", "6 weeks from now"; ok is
// false for anything else.
func ahead(text string, today time.Time) (w When, problem *Unclear, ok bool) {
	for _, after := range []string{" from now", " from today"} {
		if amount, found := strings.CutSuffix(text, after); found && !strings.HasPrefix(text, "in ") {
			text = "in " + amount
		}
	}
	words := strings.Fields(text)
	if len(words) != 3 || words[0] != "in" {
		return When{}, nil, false
	}
	n, ok := amount(words[1])
	if !ok {
		return When{}, nil, false
	}
	at := today
	switch strings.TrimSuffix(words[2], "s") {
	case "day":
		at = today.AddDate(0, 0, n)
	case "week":
		at = today.AddDate(0, 0, 7*n)
	case "month":
		at = monthsOn(today, n)
	case "year":
		at = monthsOn(today, 12*n)
	default:
		return When{}, nil, false
	}
	w, problem = within(on(at), today)
	return w, problem, true
}

// amount reads a small number, also as a word.
func amount(word string) (int, bool) {
	if word == "an" {
		word = "a"
	}
	if n := slices.Index(strings.Fields("no a two three four five six seven eight nine ten eleven twelve"), word); n > 0 {
		return n, true
	}
	if word == "one" {
		return 1, true
	}
	return number(word), digits.MatchString(word) && len(word) <= 4
}

// monthsOn is a day some months later: the last of a month that is shorter.
func monthsOn(at time.Time, months int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, min(at.Day(), daysIn(first.Year(), first.Month()))-1)
}

// number reads digits; what is too long for a number of days or years is 0.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func on(at time.Time) When { return When{Window: cert.Window{From: at, To: at}} }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// monthOf is the month that a word of at least three letters begins, or 0.
func monthOf(word string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if len(word) >= 3 && (strings.HasPrefix(strings.ToLower(m.String()), word) || word == "sept" && m == time.September) {
			return m
		}
	}
	return 0
}

// weekday is the day that a word of at least three letters begins.
func weekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(word) >= 3 && (strings.HasPrefix(strings.ToLower(d.String()), word) || word == "tues" || word == "thurs") &&
			strings.HasPrefix(strings.ToLower(d.String()), word[:3]) {
			return d, true
		}
	}
	return 0, false
}

// written is a date as somebody wrote it; 0 for what was left out, and without a
// day a whole month.
type written struct {
	year    int
	month   time.Month
	day     int
	weekday string // as it was written, "" if it was not
}

// oddity is what is wrong with words before it is asked which day they mean.
type oddity struct {
	text  bot.Text
	meant written // what may be meant; the zero value if nothing
}

// from is the oddity with what may be meant, seen from a day.
func (o oddity) from(today time.Time) *Unclear {
	u := &Unclear{Text: o.text}
	if o.meant.month > 0 {
		if w, problem := o.meant.settle(today); problem == nil {
			u.Readings = []When{w}
		}
	}
	return u
}

// parseWritten reads a day, a month and a year in words. Where the order leaves it
// open which is which, nothing is guessed.
func parseWritten(text string) (w written, problem *oddity) {
	words := strings.Fields(text)
	if len(words) > 1 {
		if _, ok := weekday(strings.TrimSuffix(words[0], ".")); ok {
			w.weekday, words = words[0], words[1:]
		}
	}
	var shape strings.Builder
	var numbers []int
	for _, word := range words {
		bare := strings.TrimSuffix(word, ".")
		ending := ordinal.FindStringSubmatch(bare)
		switch {
		case word == "of" || word == "the" || word == "exam":
		case word == "window":
			shape.WriteByte('w')
		case ending != nil:
			shape.WriteByte('d')
			numbers = append(numbers, number(ending[1]))
		case digits.MatchString(bare) && len(bare) <= 2:
			shape.WriteByte('d')
			numbers = append(numbers, number(bare))
		case digits.MatchString(bare) && len(bare) == 4 && bare[0] != '0':
			shape.WriteByte('y')
			w.year = number(bare)
		case monthOf(bare) > 0:
			shape.WriteByte('m')
			w.month = monthOf(bare)
		default:
			return w, &oddity{text: wordsWhichDate}
		}
	}
	if slices.Contains(numbers, 0) {
		return w, &oddity{text: wordsWhichDate}
	}
	switch shape.String() {
	case "dm", "md", "dmy", "mdy":
		w.day = numbers[0]
		return w, nil
	case "m", "my", "mw", "myw":
		if w.weekday == "" {
			return w, nil
		}
	case "dmd", "mdd": // a year in two digits
		meant := written{year: 2000 + numbers[1], month: w.month, day: numbers[0]}
		return w, &oddity{text: wordsShortYear, meant: meant}
	case "d":
		return w, &oddity{text: bot.Textf("Which month? Please write it like %d May 2027.", min(max(numbers[0], 1), 31))}
	case "y":
		return w, &oddity{text: bot.Textf("Which month of %d? Please write it like May %d, or 8 May %d.", w.year, w.year, w.year)}
	}
	return w, &oddity{text: wordsWhichDate}
}

// settle is the date or month that is meant, seen from a local day: without a
// year, the next to come.
func (w written) settle(today time.Time) (When, *Unclear) {
	switch {
	case w.month < time.January || w.month > time.December:
		return When{}, unreadable()
	case w.day == 0 && w.year > 0:
		return within(month(w.year, w.month), today)
	case w.day == 0:
		m := month(today.Year(), w.month)
		if m.To.Before(today) {
			m = month(today.Year()+1, w.month)
		}
		return m, nil
	}
	if w.year > 0 {
		if w.day > daysIn(w.year, w.month) {
			return When{}, &Unclear{Text: bot.Textf("%s %d has %d days. Please write another day.", w.month, w.year, daysIn(w.year, w.month))}
		}
		return w.checked(on(time.Date(w.year, w.month, w.day, 0, 0, 0, 0, time.UTC)), today)
	}
	if w.day > daysIn(2000, w.month) { // a leap year
		return When{}, &Unclear{Text: bot.Textf("%s has %d days at most. Please write another day.", w.month, daysIn(2000, w.month))}
	}
	for year := today.Year(); ; year++ { // 29 February comes within eight years
		at := time.Date(year, w.month, w.day, 0, 0, 0, 0, time.UTC)
		if at.Day() == w.day && !at.Before(today) {
			return w.checked(on(at), today)
		}
	}
}

// checked is a date that somebody may have written a weekday beside.
func (w written) checked(at When, today time.Time) (When, *Unclear) {
	at, problem := within(at, today)
	if problem != nil || w.weekday == "" {
		return at, problem
	}
	if d, _ := weekday(w.weekday); d != at.From.Weekday() {
		return When{}, &Unclear{Text: bot.Textf("%s is a %s, not a %s. Which do you mean?", at.From.Format("2 January 2006"), at.From.Weekday(), d), Readings: []When{at}}
	}
	return at, nil
}

func month(year int, m time.Month) When {
	return When{Window: cert.Window{From: time.Date(year, m, 1, 0, 0, 0, 0, time.UTC), To: time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC)}, Month: true}
}

// within refuses what is over, and what is too far away to be meant; the same in
// the year that may be meant is a reading.
func within(w When, today time.Time) (When, *Unclear) {
	if w.inReach(today) {
		return w, nil
	}
	u := &Unclear{Text: bot.Textf("%s is over. Which date do you mean?", w)}
	if !w.To.Before(today) {
		u.Text = bot.Textf("%s is more than ten years away. Which year do you mean?", w)
	}
	if w.From.Equal(w.To) || w.Month {
		again := written{month: w.From.Month(), day: w.From.Day()}
		if w.Month {
			again.day = 0
		}
		if reading, problem := again.settle(today); problem == nil {
			u.Readings = []When{reading}
		}
	}
	return When{}, u
}

// inReach reports whether days are neither over nor too far away.
func (w When) inReach(today time.Time) bool {
	return !w.To.Before(today) && !w.To.After(today.AddDate(mostYears, 0, 0))
}

// strokesUnclear is what numbers with strokes between them may mean, as the parts
// of [strokes].
func strokesUnclear(m []string, today time.Time) *Unclear {
	a, b, c := number(m[1]), number(m[2]), number(m[3])
	var all []written
	switch {
	case len(m[1]) == 4 && m[3] != "": // 2027/5/8
		all = []written{{year: a, month: time.Month(b), day: c}}
	case len(m[1]) == 4: // 2027/5
		all = []written{{year: a, month: time.Month(b)}}
	case len(m[2]) == 4: // 5/2027
		all = []written{{year: b, month: time.Month(a)}}
	default:
		if len(m[3]) == 2 {
			c += 2000
		}
		all = []written{{year: c, month: time.Month(a), day: b}, {year: c, month: time.Month(b), day: a}}
	}
	u := &Unclear{}
	for _, w := range all {
		if w.month < 1 || w.month > 12 || w.day == 0 && len(all) == 2 || m[3] != "" && (len(m[3]) == 3 || w.year == 0) {
			continue
		}
		if reading, problem := w.settle(today); problem == nil && !slices.Contains(u.Readings, reading) {
			u.Readings = append(u.Readings, reading)
		}
	}
	switch typed := strings.TrimSuffix(m[0], "."); len(u.Readings) {
	case 0:
		u.Text = bot.Textf("I can't read %s as a date that is ahead. Please write it in words, like 8 May 2027.", typed)
	case 1:
		u.Text = bot.Textf("Days and months in numbers are easily mixed up. Is %s %s?", typed, u.Readings[0])
	default:
		u.Text = bot.Textf("Is %s the %s or the %s?", typed, ordinalDay(u.Readings[0].From), ordinalDay(u.Readings[1].From))
	}
	return u
}

// ordinalDay is a day as people say it: "8th of May".
func ordinalDay(at time.Time) string {
	ending := "th"
	if d := at.Day(); d < 11 || d > 13 {
		ending = cmp.Or(map[int]string{1: "st", 2: "nd", 3: "rd"}[d%10], ending)
	}
	return strconv.Itoa(at.Day()) + ending + " of " + at.Month().String()
}

// parseSpan reads the first and the last day of a window: what one of them leaves
// out, the other says.
func parseSpan(first, last string, today time.Time) (When, *Unclear) {
	a, oddA := parseEnd(first)
	b, oddB := parseEnd(last)
	if oddA || oddB || a.day == 0 || b.day == 0 {
		return When{}, unreadable()
	}
	a.month, b.month = cmp.Or(a.month, b.month), cmp.Or(b.month, a.month)
	switch {
	case a.month == 0:
		return When{}, unreadable()
	case b.year == 0 && a.year > 0:
		b.year = a.year
		if b.month < a.month {
			b.year++
		}
	}
	to, problem := b.settle(today)
	if problem != nil {
		return When{}, problem
	}
	if a.year == 0 {
		if a.year = to.To.Year(); a.month > b.month {
			a.year--
		}
	}
	if a.day > daysIn(a.year, a.month) {
		_, problem := a.settle(today)
		return When{}, cmp.Or(problem, unreadable())
	}
	w := When{Window: cert.Window{From: time.Date(a.year, a.month, a.day, 0, 0, 0, 0, time.UTC), To: to.To}}
	switch {
	case w.To.Before(w.From):
		return When{}, &Unclear{Text: "The last day comes before the first. Please write them like 1 to 15 May 2027."}
	case w.To.Sub(w.From) > mostDays*24*time.Hour:
		return When{}, &Unclear{Text: "That window is longer than 100 days. Please write a shorter one, like May 2027."}
	}
	w.Month = w.From.Day() == 1 && w.To.Equal(w.From.AddDate(0, 1, -1))
	return w, nil
}

// parseEnd reads one end of a window, of which the month may be left out.
func parseEnd(text string) (w written, odd bool) {
	if m := ordinal.FindStringSubmatch(text); m != nil {
		return written{day: number(m[1])}, m[1] == "0"
	}
	if digits.MatchString(text) && len(text) <= 2 {
		return written{day: number(text)}, false
	}
	if d, year, ok := strings.Cut(text, " "); ok && digits.MatchString(d) && len(d) <= 2 && digits.MatchString(year) && len(year) == 4 { // May 1 to 15 2027
		return written{day: number(d), year: number(year)}, false
	}
	w, problem := parseWritten(text)
	return w, problem != nil
}

func unreadable() *Unclear { return &Unclear{Text: wordsWhichDate} }
