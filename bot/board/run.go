package board

import (
	"slices"
	"time"

	"studyhall/bot/practice"
)

// The rule of spare days.
const (
	spareFirst = 2  // at the start of a run
	spareEvery = 20 // questions in a row that earn one more
	spareMost  = 3
)

// Question is one question of a track, as it bears on a member's run.
type Question struct {
	Number   int
	Day      string    // its local day, 2006-01-02: what one spare day covers
	Closed   time.Time // zero while it is open
	Answered time.Time // in time or caught up; zero: not answered
	// Excused says that missing it is no miss: it fell in a pause, in the
	// person's time away or on the day of their exam, or was there before them.
	Excused bool
}

// Run is how many questions a member has answered in a row. It follows from the
// history alone: neither zones nor weekends enter into it. The zero value is that of
// somebody new.
type Run struct {
	Length   int       `json:"length"`
	Best     int       `json:"best"`
	Used     int       `json:"used,omitempty"`    // spare days used in this run
	Gained   int       `json:"gained,omitempty"`  // spare days earned in this run
	Covered  string    `json:"covered,omitempty"` // the day that the newest of them covered
	Events   []Event   `json:"events,omitempty"`  // since the last answer but one
	Latest   time.Time `json:"latest,omitzero"`   // the newest answer
	Earlier  time.Time `json:"earlier,omitzero"`  // the newest but one
	Through  int       `json:"through,omitempty"` // number of the last question that was taken in
	recorded []Event   // of this following; kept apart from what the caller holds
}

// Event is something that a result mentions once: a spare day was used, or,
// without a day, the run ended.
type Event struct {
	At  time.Time `json:"at"`
	Day string    `json:"day,omitempty"`
}

// Spare is how many spare days are left.
func (r Run) Spare() int { return spareFirst + r.Gained - r.Used }

// Follow goes on with what came after r: questions by number, as they are now.
// current is the run at this instant. settled is the run up to the first
// question that is open or whose fate is; to follow on from it later gives the same
// as to follow all again.
func (r Run) Follow(questions []Question, now time.Time) (current, settled Run) {
	r.recorded = slices.Clone(r.Events)
	settled = r
	open := false
	for _, q := range questions {
		if q.Number <= r.Through {
			continue
		}
		open = r.take(q, now) || q.Closed.IsZero() || open
		if !open {
			settled = r
			settled.Through = q.Number
		}
	}
	return r.pruned(), settled.pruned()
}

// take takes in one question. It reports whether the question's fate is open.
func (r *Run) take(q Question, now time.Time) (open bool) {
	if !q.Answered.IsZero() {
		r.answered(q.Answered)
		return false
	}
	end := q.Closed.Add(practice.CatchUpFor)
	switch {
	case q.Closed.IsZero() || now.Before(end):
		return true
	case q.Excused || r.Length == 0 || q.Day == r.Covered:
	case r.Spare() > 0:
		r.Used++
		r.Covered = q.Day
		r.recorded = append(r.recorded, Event{At: end, Day: q.Day})
	default:
		r.Length, r.Used, r.Gained, r.Covered = 0, 0, 0, ""
		r.recorded = append(r.recorded, Event{At: end})
	}
	return false
}

func (r *Run) answered(at time.Time) {
	r.Length++
	r.Best = max(r.Best, r.Length)
	if r.Length%spareEvery == 0 && r.Spare() < spareMost {
		r.Gained++
	}
	switch {
	case at.After(r.Latest):
		r.Latest, r.Earlier = at, r.Latest
	case at.After(r.Earlier):
		r.Earlier = at
	}
}

// pruned forgets what the result before the newest has mentioned.
func (r Run) pruned() Run {
	r.Events = nil
	for _, e := range r.recorded {
		if e.At.After(r.Earlier) {
			r.Events = append(r.Events, e)
		}
	}
	r.recorded = nil
	return r
}

// News is what the result of the newest answer mentions: the days that spare
// days covered, or that this is a new run.
func (r Run) News() (covered []string, ended bool) {
	for _, e := range r.Events {
		switch {
		case !e.At.After(r.Earlier) || e.At.After(r.Latest):
		case e.Day == "":
			covered, ended = nil, true
		default:
			covered = append(covered, e.Day)
		}
	}
	return covered, ended
}
