package app

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// outage is when the program of the walk is down, by real instants.
type outage struct{ from, to time.Time }

// walkOutage takes three days around the day before a window.
func walkOutage() outage {
	return outage{time.Date(2028, 4, 27, 0, 0, 0, 0, time.UTC), time.Date(2028, 4, 30, 0, 0, 0, 0, time.UTC)}
}

// has reports whether an instant is in the outage, its end excluded.
func (o outage) has(at time.Time) bool { return !at.Before(o.from) && at.Before(o.to) }

// date is a local date, 2006-01-02, as days are counted.
func date(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err) // our own
	}
	return d
}

// clockAt is the instant of a wall clock on a local date, worked out by trying:
// the first instant at which a clock there shows it or, where none does, more.
func clockAt(day time.Time, hour, minute int, loc *time.Location) time.Time {
	want := day.Format(time.DateOnly) + fmt.Sprintf("T%02d:%02d", hour, minute)
	at := day.Add(-15 * time.Hour) // before it anywhere
	for at.In(loc).Format("2006-01-02T15:04") < want {
		at = at.Add(15 * time.Minute)
	}
	for at.Add(-time.Minute).In(loc).Format("2006-01-02T15:04") >= want {
		at = at.Add(-time.Minute)
	}
	return at
}

// season is one of a group's: from the first day with questions to the window.
type season struct{ first, from, to time.Time }

// seasons are those of a group for CBET whose organiser starts the next one
// whenever asked: AAMI's windows are 1 to 15 May and 1 to 15 November, and the
// next season begins on a Monday three weeks and more after the last.
func seasons() []season {
	var all []season
	for _, s := range [][3]string{
		{"2026-11-23", "2027-05-01", "2027-05-15"}, {"2027-06-07", "2027-11-01", "2027-11-15"},
		{"2027-12-06", "2028-05-01", "2028-05-15"}, {"2028-06-05", "2028-11-01", "2028-11-15"},
	} {
		all = append(all, season{date(s[0]), date(s[1]), date(s[2])})
	}
	return all
}

// groupPosts is every post that a group with questions at 7:00, Monday to Friday,
// is owed in its channel until an instant, as "2006-01-02 15:04 what" by its clock.
func groupPosts(loc *time.Location, until time.Time) []string {
	var all []string
	add := func(at time.Time, what string) {
		if at.Before(until) {
			all = append(all, at.In(loc).Format("2006-01-02 15:04 ")+what)
		}
	}
	down := walkOutage()
	for _, s := range seasons() {
		end := s.to.AddDate(0, 0, 7)
		for day := s.first; day.Before(end); day = day.AddDate(0, 0, 1) {
			at := clockAt(day, 7, 0, loc)
			if step := calendarStep(s, day); step != "" {
				switch {
				case !down.has(at):
					add(at, step)
				case down.to.Before(clockAt(day.AddDate(0, 0, 1), 0, 0, loc)): // of use until midnight
					add(down.to, step)
				}
			}
			if day.Weekday() == time.Monday && day.After(s.first) && !down.has(at) {
				add(at, "week")
			}
			if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday || day.Equal(s.to) {
				continue
			}
			next := day.AddDate(0, 0, 1)
			for next.Weekday() == time.Saturday || next.Weekday() == time.Sunday {
				next = next.AddDate(0, 0, 1)
			}
			switch {
			case !down.has(at):
				add(at, "question")
			case down.to.Before(clockAt(next, 7, 0, loc)): // of use until the next one
				add(down.to, "question")
			}
		}
		at := clockAt(end, 7, 0, loc)
		if end.Weekday() == time.Monday {
			add(at, "week")
		}
		add(at, "wrap-up")
	}
	slices.Sort(all)
	return all
}

// calendarStep is what a group hears of its window on a day.
func calendarStep(s season, day time.Time) string {
	if day.Equal(s.to) {
		return "last day"
	}
	switch n := int(s.from.Sub(day) / (24 * time.Hour)); n {
	case 60, 30, 7:
		return fmt.Sprint(n, " days")
	case 1:
		return "1 day"
	}
	return ""
}

// postKind is what a post in a channel is, as the model names it.
func postKind(title string) string {
	for _, k := range []struct{ begins, kind string }{
		{"CBET question ", "question"}, {"CBET: last week together", "week"}, {"60 days to the CBET window", "60 days"},
		{"30 days to the CBET window", "30 days"}, {"7 days to the CBET window", "7 days"}, {"1 day to the CBET window", "1 day"},
		{"Last day of the CBET window", "last day"}, {"May season: ", "wrap-up"}, {"November season: ", "wrap-up"},
		{"Welcome to the ", "welcome"},
	} {
		if strings.HasPrefix(title, k.begins) {
			return k.kind
		}
	}
	return title
}
