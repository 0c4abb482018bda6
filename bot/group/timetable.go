package group

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// maxPerDay is the most questions a day. Ten seconds a day are kept up for
// months; more than three are not.
const maxPerDay = 3

// timetable is when a group's questions come: minutes since midnight, ascending,
// on days of the week from Monday to Sunday.
type timetable struct {
	minutes []int
	days    []time.Weekday
}

// defaultTimetable is 07:00, Monday to Friday: at shift handover nights finish,
// days begin, and evenings find the question waiting.
func defaultTimetable() timetable { return timetable{minutes: []int{7 * 60}, days: week()[:5]} }

func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// expr is the timetable as five cron fields. All times share the minutes of the first.
func (t timetable) expr() string {
	var hours, days []string
	for _, m := range t.minutes {
		hours = append(hours, strconv.Itoa(m/60))
	}
	for _, d := range t.days {
		days = append(days, strconv.Itoa(int(d)))
	}
	when := strings.Join(days, ",")
	switch {
	case len(t.days) == 7:
		when = "*"
	case slices.Equal(t.days, week()[:5]):
		when = "1-5"
	}
	return fmt.Sprintf("%d %s * * %s", t.minutes[0]%60, strings.Join(hours, ","), when)
}

// timetableOf reads what expr writes; for anything else it is the default.
func timetableOf(expr string) timetable {
	f := strings.Fields(expr)
	if len(f) != 5 || f[2] != "*" || f[3] != "*" {
		return defaultTimetable()
	}
	minute, err := strconv.Atoi(f[0])
	if err != nil {
		return defaultTimetable()
	}
	var t timetable
	for h := range strings.SplitSeq(f[1], ",") {
		hour, err := strconv.Atoi(h)
		if err != nil {
			return defaultTimetable()
		}
		t.minutes = append(t.minutes, hour*60+minute)
	}
	switch f[4] {
	case "*":
		t.days = week()
	case "1-5":
		t.days = week()[:5]
	default:
		for _, d := range week() {
			if slices.Contains(strings.Split(f[4], ","), strconv.Itoa(int(d))) {
				t.days = append(t.days, d)
			}
		}
		if len(t.days) == 0 {
			return defaultTimetable()
		}
	}
	return t
}

const (
	leastMinutes = 20 * 60     // a question can be answered at least that long
	mostMinutes  = 3 * 24 * 60 // and at most that long
)

// stays says of questions that close when another one opens whether that is
// always the very next one, and whether some close before it, after three days.
func (t timetable) stays() (next, capped bool) {
	const day = 24 * 60
	var slots []int // minutes since the week began
	for n, d := range week() {
		for _, m := range t.minutes {
			if slices.Contains(t.days, d) {
				slots = append(slots, n*day+m)
			}
		}
	}
	next = true
	for i, slot := range slots {
		open := 0
		for k := i + 1; open < leastMinutes; k++ {
			next = next && k == i+1
			open = slots[k%len(slots)] + k/len(slots)*7*day - slot
		}
		capped = capped || open > mostMinutes
	}
	return next, capped
}

// typed is the times as a field shows them: "07:00, 12:00".
func (t timetable) typed() string {
	var all []string
	for _, m := range t.minutes {
		all = append(all, fmt.Sprintf("%02d:%02d", m/60, m%60))
	}
	return strings.Join(all, ", ")
}

// String is the timetable in words: "7:00 AM, Monday to Friday".
func (t timetable) String() string {
	var all []string
	for _, m := range t.minutes {
		all = append(all, time.Date(2000, 1, 1, m/60, m%60, 0, 0, time.UTC).Format("3:04 PM"))
	}
	return bot.And(all) + ", " + daysInWords(t.days)
}

func daysInWords(days []time.Weekday) string {
	switch {
	case len(days) == 7:
		return "every day"
	case slices.Equal(days, week()[:5]):
		return "Monday to Friday"
	}
	var names []string
	for _, d := range days {
		names = append(names, d.String())
	}
	return bot.And(names)
}

// times reads times of day as people write them, "07:00, 12:00" or "7 am and
// 5 pm". problem is what to tell the person instead.
func times(text string) (minutes []int, problem string) {
	const example = "07:00, or 07:00, 12:00, 17:00."
	pattern := regexp.MustCompile(`(?i)(\d{1,2})(?:[:.h]?(\d{2}))?(?:\s*([ap])\.?\s?m\b\.?)?`)
	left := strings.NewReplacer("and", " ", "o'clock", " ").Replace(strings.ToLower(pattern.ReplaceAllString(text, " ")))
	if strings.Trim(left, " ,;&+\t\n") != "" || !pattern.MatchString(text) {
		return nil, fmt.Sprintf("I can't read %q as times of day. Please write them like %s", bot.Clip(text, 30), example)
	}
	for _, found := range pattern.FindAllStringSubmatch(text, -1) {
		m, ok := clock(found[1], found[2], strings.ToLower(found[3]))
		if !ok {
			return nil, fmt.Sprintf("%q isn't a time of day. Please write times like %s", strings.TrimSpace(found[0]), example)
		}
		minutes = append(minutes, m)
	}
	slices.Sort(minutes)
	minutes = slices.Compact(minutes)
	if len(minutes) > maxPerDay {
		return nil, "At most three questions a day: more are not kept up for long. Please leave some out."
	}
	for _, m := range minutes {
		if m%60 != minutes[0]%60 {
			return nil, "Several questions a day need the same minutes past the hour, like " + example
		}
	}
	return minutes, ""
}

// clock is a time of day in minutes; half is "a", "p" or "".
func clock(hour, minute, half string) (int, bool) {
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, false
	}
	m := 0
	if minute != "" {
		if m, err = strconv.Atoi(minute); err != nil {
			return 0, false
		}
	}
	if half != "" {
		if h < 1 || h > 12 {
			return 0, false
		}
		h %= 12
		if half == "p" {
			h += 12
		}
	}
	return h*60 + m, h < 24 && m < 60
}

// weekdays reads the chosen days, in the order of the week.
func weekdays(values []string) []time.Weekday {
	var days []time.Weekday
	for _, d := range week() {
		if slices.Contains(values, dayValue(d)) {
			days = append(days, d)
		}
	}
	return days
}

func dayValue(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// nextTimes is when a schedule next happens, in words of its own zone.
func nextTimes(r schedule.Recurring, now time.Time, n int) ([]string, error) {
	all, err := r.Upcoming(now, n)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, o := range all {
		words = append(words, o.At.Format("Mon 2 Jan, 3:04 PM"))
	}
	return words, nil
}

// channelWords is what a channel's name is made of, in small letters.
func channelWords(channel string) []string {
	return strings.FieldsFunc(strings.ToLower(channel), func(r rune) bool { return strings.ContainsRune("#-_ .", r) })
}

// groupName is what a group is called after its channel: "#cbet-study" holds the
// CBET study group.
func groupName(channel, short string) string {
	words := channelWords(channel)
	if channel == bot.ThisChannel || len(words) == 0 {
		return short + " study group"
	}
	study, group := false, false
	for n, w := range words {
		switch {
		case w == strings.ToLower(short):
			words[n] = short
		case n == 0:
			first, size := utf8.DecodeRuneInString(w)
			words[n] = string(unicode.ToTitle(first)) + w[size:]
		}
		study = study || w == "study"
		group = group || slices.Contains([]string{"group", "team", "club", "crew"}, w)
	}
	switch {
	case group:
	case study:
		words = append(words, "group")
	default:
		words = append(words, "study", "group")
	}
	return bot.Clip(strings.Join(words, " "), 50)
}
