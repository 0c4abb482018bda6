package cert

import (
	"slices"
	"time"
)

// Period is the span of local days, 2006-01-02, in which credits count, both ends
// included.
type Period struct {
	Begins string
	Ends   string
}

// Period is about when the first renewal period runs for somebody certified on a
// day, 2006-01-02. It is never more than a guess: what stands on the certificate
// decides. ok is false where the length of a period isn't known, or the day is no
// day.
//
// Where it isn't known from when an issuer counts to the end of a year, this is the
// earliest end that the length allows: who is done too early loses nothing.
func (r Renewal) Period(day string) (p Period, ok bool) {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil || r.Years.Shown() == NotVerified || r.Years.Value <= 0 {
		return Period{}, false
	}
	begins := on
	if r.Begins.Shown() != NotVerified && r.Begins.Value == BeginsOnYear {
		begins = time.Date(on.Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	ends := addMonths(begins, 12*r.Years.Value)
	if r.endsOnYear() {
		return Period{Begins: begins.Format(time.DateOnly), Ends: r.lastYearEnd(begins)}, true
	}
	return Period{Begins: begins.Format(time.DateOnly), Ends: ends.Format(time.DateOnly)}, true
}

// endsOnYear reports whether it is known that periods end with a year.
func (r Renewal) endsOnYear() bool {
	return r.Ends.Shown() != NotVerified && r.Ends.Value == EndsOnYear
}

// lastYearEnd is the last end of a year in the years from a day on.
func (r Renewal) lastYearEnd(begins time.Time) string {
	return yearEnd(addMonths(begins, 12*r.Years.Value).AddDate(0, 0, 1).Year() - 1).Format(time.DateOnly)
}

// After is about when the period after one that ends on a day runs.
func (r Renewal) After(ends string) (p Period, ok bool) {
	last, err := time.Parse(time.DateOnly, ends)
	if err != nil || r.Years.Shown() == NotVerified || r.Years.Value <= 0 {
		return Period{}, false
	}
	next := addMonths(last, 12*r.Years.Value)
	if r.endsOnYear() {
		next = yearEnd(last.Year() + r.Years.Value)
	}
	return Period{Begins: last.AddDate(0, 0, 1).Format(time.DateOnly), Ends: next.Format(time.DateOnly)}, true
}

// Begun is about when a period that ends on a day began.
func (r Renewal) Begun(ends string) (begins string, ok bool) {
	last, err := time.Parse(time.DateOnly, ends)
	if err != nil || r.Years.Shown() == NotVerified || r.Years.Value <= 0 {
		return "", false
	}
	begun := addMonths(last, -12*r.Years.Value)
	if r.endsOnYear() {
		begun = begun.AddDate(0, 0, 1)
	}
	return begun.Format(time.DateOnly), true
}

// Running is the period that runs for somebody certified on a day, of what is known
// of it: its first day, and its last one as on the certificate. Each may be "", and
// what is missing is worked out, so that it is only about then. ok is false where
// its end can't be worked out; without any way to know its beginning, that is "".
func (r Renewal) Running(earned, from, until string) (p Period, ok bool) {
	switch {
	case until == "" && from != "" && from != earned:
		first, err := time.Parse(time.DateOnly, from)
		if err != nil {
			return Period{}, false
		}
		if p, ok = r.After(first.AddDate(0, 0, -1).Format(time.DateOnly)); ok && r.endsOnYear() {
			p.Ends = min(p.Ends, r.lastYearEnd(first)) // one that begins in the midst of a year
		}
		return p, ok
	case until == "":
		return r.Period(earned)
	case from != "":
		return Period{Begins: from, Ends: until}, true
	}
	first, certified := r.Period(earned)
	begun, known := r.Begun(until)
	if !known {
		return Period{Ends: until}, true
	}
	// The first period may be longer than its years, where it goes on to the end of
	// one: it begins when its holder was certified.
	day, err := time.Parse(time.DateOnly, begun)
	if err == nil && certified && first.Begins > addMonths(day, -12).Format(time.DateOnly) && first.Begins <= until {
		begun = first.Begins
	}
	return Period{Begins: begun, Ends: until}, true
}

// GraceEnds is the last day of the grace period after a period that ends on a day.
// ok is false if there is none, or nobody knows of one.
func (r Renewal) GraceEnds(ends string) (day string, ok bool) {
	g := r.Grace.Value
	last, err := time.Parse(time.DateOnly, ends)
	if err != nil || r.Grace.Shown() == NotVerified || g.Months == 0 && g.Days == 0 {
		return "", false
	}
	// Months are counted from the day after the end, so that after 31 December
	// three of them end on 31 March, and after 28 February on 31 May.
	return addMonths(last.AddDate(0, 0, 1), g.Months).AddDate(0, 0, g.Days-1).Format(time.DateOnly), true
}

// ApplyOn is the first day on which a renewal can be handed in for a period that
// ends on a day. ok is false where nobody knows of one.
func (r Renewal) ApplyOn(ends string) (day string, ok bool) {
	b := r.ApplyFrom.Value
	last, err := time.Parse(time.DateOnly, ends)
	if err != nil || r.ApplyFrom.Shown() == NotVerified || b.Months == 0 && b.Days == 0 {
		return "", false
	}
	if b.Months > 0 { // the last six months of a year begin on 1 July
		last = addMonths(last.AddDate(0, 0, 1), -b.Months)
	}
	return last.AddDate(0, 0, -b.Days).Format(time.DateOnly), true
}

// Part is the day on which n of so many equal parts of the period are over; "" if
// its ends are no days.
func (p Period) Part(n, of int) string {
	begins, days := p.days()
	if days <= 0 || of <= 0 {
		return ""
	}
	return begins.AddDate(0, 0, days*n/of).Format(time.DateOnly)
}

// Has reports whether a day lies in the period.
func (p Period) Has(day string) bool { return p.Begins <= day && day <= p.Ends }

// days are the first day and how many there are.
func (p Period) days() (begins time.Time, n int) {
	begins, err := time.Parse(time.DateOnly, p.Begins)
	if err != nil {
		return time.Time{}, 0
	}
	ends, err := time.Parse(time.DateOnly, p.Ends)
	if err != nil || ends.Before(begins) {
		return time.Time{}, 0
	}
	return begins, int(ends.Sub(begins)/(24*time.Hour)) + 1
}

// Renews are the certifications that are renewed when one is earned or renewed, in
// the order of the catalogue.
func (c Catalogue) Renews(id string) []Certification {
	var lower []Certification
	for _, one := range c.Certifications {
		if by := one.Facts.Renewal.RenewedBy; by.Shown() != NotVerified && slices.Contains(by.Value, id) {
			lower = append(lower, one)
		}
	}
	return lower
}

// AddMonths is the day some months after another, 2006-01-02, or the last of its
// month where that is shorter; "" after what is no day.
func AddMonths(day string, months int) string {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return addMonths(on, months).Format(time.DateOnly)
}

// addMonths is a day some months later, or the last of its month where the month is
// shorter: three years after 29 February are over on 28 February.
func addMonths(day time.Time, months int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

func yearEnd(year int) time.Time { return time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC) }
