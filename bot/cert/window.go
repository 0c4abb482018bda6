package cert

import (
	"fmt"
	"slices"
	"time"
)

// Windows says when an exam is given: at any time, or in spans of days. Neither is
// set where that is not known, or has to be arranged.
type Windows struct {
	Source      Source       `yaml:"-"` // zero where it is not known
	AnyTime     bool         `yaml:"any_time"`
	Yearly      []YearlySpan `yaml:"yearly"`
	Arrangement string       `yaml:"arrangement"` // in words, where dates differ from year to year
}

// Deadline is by when one has to apply for a window; dates are 2006-01-02.
type Deadline struct {
	Window    string `yaml:"window"`     // the first day of the window
	ApplyBy   string `yaml:"apply_by"`   // the last day at the usual fee
	LateUntil string `yaml:"late_until"` // the last day with the late fee; "" for none
}

// YearlySpan is a span of days that comes every year, as "05-01" to "05-15".
type YearlySpan struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Window is one span of days in which an exam is given, both ends included.
type Window struct {
	From, To time.Time // local dates, at midnight UTC
}

// Upcoming is the next n windows that have not ended by a day, soonest first;
// none for exams given at any time.
func (c Certification) Upcoming(day time.Time, n int) []Window {
	var windows []Window
	if len(c.Windows.Yearly) == 0 {
		return nil
	}
	today := date(day)
	for year := today.Year(); len(windows) < n; year++ {
		for _, y := range c.Windows.Yearly {
			if w, err := y.in(year); err == nil && !w.To.Before(today) {
				windows = append(windows, w)
			}
		}
	}
	slices.SortFunc(windows, func(a, b Window) int { return a.From.Compare(b.From) })
	return windows[:n]
}

func (y YearlySpan) in(year int) (Window, error) {
	from, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", year, y.From))
	if err != nil {
		return Window{}, err
	}
	to, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", year, y.To))
	if err != nil {
		return Window{}, err
	}
	if to.Before(from) {
		to = to.AddDate(1, 0, 0)
	}
	return Window{From: from, To: to}, nil
}

// Deadline is by when one has to apply for a window; ok is false where the issuer's
// date is not known, which is told as it is: dates of other years are no help.
func (c Certification) Deadline(w Window) (d Deadline, ok bool) {
	if !c.Facts.Deadlines.Confirmed() {
		return Deadline{}, false
	}
	i := slices.IndexFunc(c.Facts.Deadlines.Value, func(d Deadline) bool { return d.Window == w.From.Format(time.DateOnly) })
	if i < 0 {
		return Deadline{}, false
	}
	return c.Facts.Deadlines.Value[i], true
}

// DeadlineBefore is the last day to apply for the last window before one that is in
// the same month, where the issuer says it; from is the first day of that window.
func (c Certification) DeadlineBefore(w Window) (d Deadline, from time.Time, ok bool) {
	if c.Facts.Deadlines.Shown() != Plainly {
		return d, from, false
	}
	for _, other := range c.Facts.Deadlines.Value {
		day, err := time.Parse(time.DateOnly, other.Window)
		if err == nil && day.Before(w.From) && day.Month() == w.From.Month() && (!ok || day.After(from)) {
			d, from, ok = other, day, true
		}
	}
	return d, from, ok
}

// ParseWindow reads a window from two local dates, 2006-01-02; ok is false when
// none is set.
func ParseWindow(from, to string) (w Window, ok bool) {
	f, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return Window{}, false
	}
	t, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return Window{}, false
	}
	return Window{From: f, To: t}, true
}

// String is the window in words: "1 to 15 May 2027".
func (w Window) String() string {
	switch {
	case w.From.Year() != w.To.Year():
		return w.From.Format("2 January 2006") + " to " + w.To.Format("2 January 2006")
	case w.From.Month() != w.To.Month():
		return w.From.Format("2 January") + " to " + w.To.Format("2 January 2006")
	}
	return w.From.Format("2") + " to " + w.To.Format("2 January 2006")
}

// Name is the window's month: "May 2027".
func (w Window) Name() string { return w.From.Format("January 2006") }

// Until is how far a window is from a local day, in the words of a countdown
// line. It is "" once the window is over.
func (w Window) Until(day time.Time) string {
	month, opens := w.From.Format("January"), w.Opens(day)
	switch {
	case opens != "":
		return fmt.Sprintf("%s window opens %s.", month, opens)
	case date(day).After(w.To):
		return ""
	}
	return fmt.Sprintf("The %s window is open until %s.", month, w.To.Format("Mon 2 Jan"))
}

// Opens is when a window opens, in words, seen from a local day: "tomorrow", "in
// 10 days", "in 22 weeks"; weeks rounded down, days below eight weeks. It is ""
// from the day on which it opens.
func (w Window) Opens(day time.Time) string {
	switch days := int(w.From.Sub(date(day)) / (24 * time.Hour)); {
	case days <= 0:
		return ""
	case days == 1:
		return "tomorrow"
	case days < 56:
		return fmt.Sprintf("in %d days", days)
	default:
		return fmt.Sprintf("in %d weeks", days/7)
	}
}

// date is the date of a local day, at midnight UTC.
func date(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}
