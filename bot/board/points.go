package board

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// What is earned besides answers to the group's questions, by rule version 1.
const (
	practisedForPoint = 10 // practice questions that earn a point
	practiceMost      = 5  // points that practice earns in a week at most
)

// Practised is how many points a member earns who has practised so many
// questions in a week and now some more.
func Practised(before, more int) int {
	points := func(questions int) int { return min(practiceMost, questions/practisedForPoint) }
	return points(before+more) - points(before)
}

// Span is what a period's totals are over.
type Span string

// The spans of boards.
const (
	Week   Span = "week"
	Month  Span = "month"
	Season Span = "season"
	All    Span = "all"
)

// Period is one week, month or season of a group, or all of its time.
type Period struct {
	Span   Span
	Week   int    // number, of a week
	Month  string // 2006-01, of a month
	Season int64  // when it began in UTC milliseconds, of a season
}

// MonthOf is the month in whose totals something counts that happens at an
// instant in a group's zone.
func MonthOf(at time.Time, loc *time.Location) string { return at.In(loc).Format("2006-01") }

// path is a period as a button's path has it: "week", "w12", "month".
func (p Period) path(current int) string {
	if p.Span == Week && p.Week != current {
		return "w" + strconv.Itoa(p.Week)
	}
	return string(p.Span)
}

// periodOf reads what path writes.
func periodOf(path string, now Calendar) (Period, bool) {
	switch Span(path) {
	case Week, "":
		return Period{Span: Week, Week: now.Week}, true
	case weekBefore:
		return Period{Span: Week, Week: now.Week - 1}, now.Week > 1
	case Month:
		return Period{Span: Month, Month: now.Month}, true
	case Season:
		return Period{Span: Season, Season: now.Season}, true
	case All:
		return Period{Span: All}, true
	}
	number, ok := strings.CutPrefix(path, "w")
	n, err := strconv.Atoi(number)
	return Period{Span: Week, Week: n}, ok && err == nil && n > 0 && n <= now.Week
}

// Calendar is where a group stands in time.
type Calendar struct {
	Week   int // the number of the week that runs; 0 before the first
	Begun  time.Time
	Month  string
	Season int64
}

// WeeklyExpr is when the weeks of a group begin, by the five cron fields of its
// questions: on Monday at the time of the day's first one.
func WeeklyExpr(questions string) string {
	const fallback = "0 7 * * 1"
	f := strings.Fields(questions)
	if len(f) != 5 {
		return fallback
	}
	first, _, _ := strings.Cut(f[1], ",")
	minute, err1 := strconv.Atoi(f[0])
	hour, err2 := strconv.Atoi(first)
	if err1 != nil || err2 != nil {
		return fallback
	}
	return fmt.Sprintf("%d %d * * 1", minute, hour)
}
