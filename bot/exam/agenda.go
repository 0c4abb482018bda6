package exam

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

const (
	// rankCalendar is before the questions of the same time and after what closes
	// and sums up.
	rankCalendar = schedule.RankOpen - 5
	// outlineAhead is how many days before an outline ends organisers hear of it.
	outlineAhead = 90
	// datesRest is for how many days a step towards dates that members share isn't
	// repeated: where exams are given at any time, dates come one after another.
	datesRest = 60
	// movedRest is the same for a window or a deadline: one that moves by a few days
	// isn't told of again.
	movedRest = 14
)

// StepKind is what a step is about.
type StepKind string

// The kinds of steps.
const (
	ToWindow   StepKind = "window"   // days before the exam window opens
	ToDates    StepKind = "dates"    // days before the next date that members share, where there is no window
	ToDeadline StepKind = "deadline" // days before the last day to apply
	LastDay    StepKind = "last"     // the window's last day
	OutlineEnd StepKind = "outline"  // what is studied ends or is followed by another version: told to organisers
)

// Step is something that a group hears once.
type Step struct {
	Kind   StepKind
	Track  string
	Target string // the local date it is about, 2006-01-02
	Days   int    // before it
	Day    string // the local date on which it is told
}

// ID is what tells steps apart: one that was told is never told again.
func (s Step) ID() string {
	return strings.Join([]string{string(s.Kind), s.Track, strconv.Itoa(s.Days), s.Target}, "/")
}

// deadlineDays is on which days before a deadline a group posts.
func deadlineDays() []int { return []int{30, 14, 3} }

// Agenda is what a group's calendar is worked out from.
type Agenda struct {
	Group     group.Details
	Catalogue cert.Catalogue
	Shared    map[string][]string // local dates of exams that members share with the group, ascending, by track
	Told      map[string]string   // steps that were told, with the local date
	Over      map[string]bool     // local dates whose post was made or left out
}

// steps are all that can be told from a local date on, in no order.
func (a Agenda) steps(from string) []Step {
	var all []Step
	for _, t := range a.Group.Tracks {
		all = append(all, a.windowSteps(t)...)
		all = append(all, a.dateSteps(t, from)...)
		all = append(all, a.deadlineSteps(t)...)
		all = append(all, a.outlineSteps(t, from)...)
	}
	return slices.DeleteFunc(all, func(s Step) bool {
		_, told := a.Told[s.ID()]
		return told || s.Day < from || a.toldLately(s)
	})
}

func before(kind StepKind, track, target string, days []int) []Step {
	at, err := time.Parse(time.DateOnly, target)
	if err != nil {
		return nil
	}
	var all []Step
	for _, n := range days {
		all = append(all, Step{kind, track, target, n, at.AddDate(0, 0, -n).Format(time.DateOnly)})
	}
	return all
}

func (a Agenda) windowSteps(t group.Studied) []Step {
	w, ok := cert.ParseWindow(t.WindowFrom, t.WindowTo)
	if !ok {
		return nil
	}
	all := before(ToWindow, t.ID, t.WindowFrom, a.Group.Habits.CountdownDays())
	if !a.Group.Habits.KeepGoing && w.To.After(w.From) { // a window of one day has its question as a countdown's end
		all = append(all, Step{LastDay, t.ID, t.WindowTo, 0, t.WindowTo})
	}
	return all
}

// dateSteps count down to the next date that members share, where a track has no
// window. Each counts for all dates that follow, so none is repeated for a while.
func (a Agenda) dateSteps(t group.Studied, from string) []Step {
	if t.WindowFrom != "" {
		return nil
	}
	var all []Step
	for n, day := range a.Shared[t.ID] {
		for _, s := range before(ToDates, t.ID, day, a.Group.Habits.CountdownDays()) {
			nearer := n > 0 && a.Shared[t.ID][n-1] >= max(s.Day, from)
			if !nearer {
				all = append(all, s)
			}
		}
	}
	return all
}

// toldLately reports whether the same step towards another date was told not long
// before.
func (a Agenda) toldLately(s Step) bool {
	prefix := strings.TrimSuffix(s.ID(), s.Target)
	at, _ := time.Parse(time.DateOnly, s.Day) // our own
	rest := movedRest
	if s.Kind == ToDates {
		rest = datesRest
	}
	since := at.AddDate(0, 0, -rest).Format(time.DateOnly)
	for id, day := range a.Told {
		if strings.HasPrefix(id, prefix) && day > since {
			return true
		}
	}
	return false
}

func (a Agenda) deadlineSteps(t group.Studied) []Step {
	if a.Group.Habits.NoDeadlines {
		return nil
	}
	c, _ := a.Catalogue.Find(t.Certification) // without it, there is what an organiser entered
	d, ok := group.DeadlineOf(c, t)
	if !ok || d.Day == "" || d.Day >= t.WindowFrom {
		return nil
	}
	return before(ToDeadline, t.ID, d.Day, deadlineDays())
}

// outlineSteps tell of an outline's end in time or, where a group learns of it
// later, at once.
func (a Agenda) outlineSteps(t group.Studied, from string) []Step {
	c, ok := a.Catalogue.Find(t.Certification)
	if !ok {
		return nil
	}
	end, _, ok := Succession(c, t.Outline)
	if !ok {
		return nil
	}
	all := before(OutlineEnd, t.ID, end, []int{outlineAhead})
	for n := range all {
		all[n].Day = max(all[n].Day, from)
	}
	return all
}

// Succession is from when on an exam doesn't follow an outline any more, or
// follows another one, too: the local date after its last one, or on which the
// next one comes into force; and that next one, whose identifier is "" if none is
// known. ok is false for an outline of which no end is known.
func Succession(c cert.Certification, outline string) (end string, next cert.Outline, ok bool) {
	n := slices.IndexFunc(c.Outlines, func(o cert.Outline) bool { return o.ID == outline })
	if n < 0 {
		return "", next, false
	}
	if n+1 < len(c.Outlines) {
		next = c.Outlines[n+1]
	}
	if o := c.Outlines[n]; o.Until != "" {
		last, err := time.Parse(time.DateOnly, o.Until)
		return last.AddDate(0, 0, 1).Format(time.DateOnly), next, err == nil
	}
	return next.From, next, next.From != "" && next.Facts.From.Shown() != cert.NotVerified
}

// Dates tells the dates of one catalogue from those of another: with other dates,
// groups have to be planned again.
func Dates(c cert.Catalogue) string {
	h := sha256.New()
	for _, one := range c.Certifications {
		fmt.Fprintln(h, one.ID, one.Facts.Deadlines.Shown(), one.Facts.Deadlines.Value)
		for _, o := range one.Outlines {
			fmt.Fprintln(h, o.ID, o.From, o.Until, o.Facts.From.Shown())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// On is what falls on a local date, in the order in which it is told.
func (a Agenda) On(day string) []Step {
	all := slices.DeleteFunc(a.steps(day), func(s Step) bool { return s.Day != day })
	place := func(s Step) int {
		return slices.IndexFunc(a.Group.Tracks, func(t group.Studied) bool { return t.ID == s.Track })
	}
	slices.SortFunc(all, func(x, y Step) int {
		return cmp.Or(place(x)-place(y), strings.Compare(string(y.Kind), string(x.Kind)), strings.Compare(x.Target, y.Target), x.Days-y.Days)
	})
	return all
}

// Next is the next local date on which something is to be told after an instant.
// The date that was planned before is kept while it isn't over, though its time
// has come meanwhile, as by a change of clocks. ok is false without any, and for a
// group that doesn't run.
func (a Agenda) Next(now time.Time, planned string) (schedule.Due, bool) {
	today := now.In(a.Group.Group.Location()).Format(time.DateOnly)
	return a.first(today, func(d schedule.Due) bool {
		return d.At.After(now) || d.Occurrence == planned && d.Until.After(now)
	})
}

// After is the next local date after one.
func (a Agenda) After(day string) (schedule.Due, bool) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return schedule.Due{}, false
	}
	return a.first(at.AddDate(0, 0, 1).Format(time.DateOnly), func(schedule.Due) bool { return true })
}

// first is the first date from one on that a test lets pass.
func (a Agenda) first(from string, fits func(schedule.Due) bool) (schedule.Due, bool) {
	if a.Group.Group.State != group.Running {
		return schedule.Due{}, false
	}
	var days []string
	for _, s := range a.steps(from) {
		days = append(days, s.Day)
		if s.Kind == OutlineEnd && s.Day == from { // today's time may be over
			if at, err := time.Parse(time.DateOnly, from); err == nil {
				days = append(days, at.AddDate(0, 0, 1).Format(time.DateOnly))
			}
		}
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		if d, ok := a.due(day); ok && !a.Over[day] && fits(d) {
			return d, true
		}
	}
	return schedule.Due{}, false
}

// due is what tells a group on a local date: at its first question time, and not
// after that date.
func (a Agenda) due(day string) (schedule.Due, bool) {
	at, ok := a.Group.QuestionAt(day)
	if !ok {
		return schedule.Due{}, false
	}
	midnight, err := schedule.ParseWall(day + "T00:00")
	if err != nil {
		return schedule.Due{}, false
	}
	return schedule.Due{Kind: group.KindCalendar, Subject: a.Group.Group.ID, Occurrence: day, Lane: schedule.Lane(a.Group.Group.ID),
		Rank: rankCalendar, At: at, Until: schedule.Resolve(midnight.AddDays(1), a.Group.Group.Location())}, true
}
