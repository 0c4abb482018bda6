package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Recurring is a schedule of a group: a cron expression read on the wall clock
// of a zone, and the kind of due thing it makes.
type Recurring struct {
	ID    string // the due things' subject
	Group string
	Track string
	Kind  string
	Expr  string // five cron fields
	Zone  string // IANA name
	// Without are local dates, 2006-01-02, on which it does not happen.
	Without []string
	Place   int // among the schedules of its kind and group: of what falls into one slot, the lowest comes first
}

// After is the first due thing of the schedule after t. It may be caught up
// until the one that follows it.
func (r Recurring) After(t time.Time, rank int) (Due, error) {
	expr, loc, err := r.parse()
	if err != nil {
		return Due{}, err
	}
	first, ok := r.next(expr, loc, t)
	if !ok {
		return Due{}, fmt.Errorf("schedule %s: %q never happens after %s", r.ID, r.Expr, t)
	}
	d := Due{Kind: r.Kind, Subject: r.ID, Occurrence: first.Wall.String(), Lane: Lane(r.Group), Rank: rank + r.Place, At: first.At}
	if following, ok := r.next(expr, loc, first.At); ok {
		d.Until = following.At
	}
	return d, nil
}

// next is the first occurrence after t on a date on which there is one.
func (r Recurring) next(expr Expr, loc *time.Location, t time.Time) (Occurrence, bool) {
	o, ok := expr.After(t, loc)
	for ok && slices.Contains(r.Without, o.Wall.Date()) {
		o, ok = expr.After(o.At, loc)
	}
	return o, ok
}

// AfterEdit is the first due thing after t of a schedule that was changed,
// where last is the wall time of its newest occurrence so far, or the zero Wall.
// A local date that had its last one already gets another only if the
// expression itself has several on that date.
func (r Recurring) AfterEdit(t time.Time, last Wall, rank int) (Due, error) {
	d, err := r.After(t, rank)
	if err != nil {
		return Due{}, err
	}
	expr, loc, err := r.parse()
	if err != nil {
		return Due{}, err
	}
	first, err := ParseWall(d.Occurrence)
	if err != nil {
		return Due{}, err
	}
	if last == (Wall{}) || first.Date() != last.Date() || countOn(expr, first, loc) > 1 {
		return d, nil
	}
	for _, o := range expr.Upcoming(t, loc, 2) {
		if o.Wall.Date() != last.Date() {
			return r.After(o.At.Add(-time.Second), rank)
		}
	}
	return d, nil
}

// countOn is how many occurrences an expression has on the local date of w, up to 2.
func countOn(expr Expr, w Wall, loc *time.Location) int {
	midnight, err := ParseWall(w.Date() + "T00:00")
	if err != nil {
		return 0
	}
	n := 0
	for _, o := range expr.Upcoming(Resolve(midnight, loc).Add(-time.Second), loc, 2) {
		if o.Wall.Date() == w.Date() {
			n++
		}
	}
	return n
}

// Upcoming is when the schedule next happens, n times, after t.
func (r Recurring) Upcoming(t time.Time, n int) ([]Occurrence, error) {
	expr, loc, err := r.parse()
	if err != nil {
		return nil, err
	}
	var all []Occurrence
	for len(all) < n {
		o, ok := r.next(expr, loc, t)
		if !ok {
			break
		}
		all, t = append(all, o), o.At
	}
	return all, nil
}

func (r Recurring) parse() (Expr, *time.Location, error) {
	expr, err := ParseExpr(r.Expr, 0)
	if err != nil {
		return Expr{}, nil, fmt.Errorf("schedule %s: %w", r.ID, err)
	}
	loc, err := LoadZone(r.Zone)
	if err != nil {
		return Expr{}, nil, fmt.Errorf("schedule %s: zone %q: %w", r.ID, r.Zone, err)
	}
	return expr, loc, nil
}
