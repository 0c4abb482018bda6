// Package exam is people's own exams: the date or window of each, who else may
// see it, what is said before it and on the day, and what came of it.
package exam

import (
	"context"
	"time"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// Exam is a member's date or window for a certification, or for one part of it,
// and what came of it.
type Exam struct {
	ID            string
	Member        string
	Certification string // catalogue identifiers
	Outline       string // the version that it follows, as far as anybody knows; "" if that is not clear
	Part          string // "" for the whole
	From, To      string // local dates, 2006-01-02; the same for a date, else a window, both ends included
	Zone          string // IANA: by whose clock the days are meant
	State         State
	EnteredAt     time.Time // when the date was last set or moved
	WaitingAt     time.Time // of one in [Waiting]: since when
	ResultOn      string    // the date on the letter, 2006-01-02; "" while there is none
	Candidate     bool      // passed as a candidate, not fully certified yet
	Shared        []string  // groups that may see the date
}

// State says what is known of an exam's end.
type State string

// The states.
const (
	Planned State = "planned" // ahead, or nobody has said what came of it
	Waiting State = "waiting" // sat, and waiting for the result
	Passed  State = "passed"
	Failed  State = "failed"
	Closed  State = "closed" // the person would rather not say
)

// Open reports whether an exam is still ahead, or its result is.
func (e Exam) Open() bool { return e.State == Planned || e.State == Waiting }

// Dated reports whether it is known on which day the exam is; otherwise only its
// window is.
func (e Exam) Dated() bool { return e.From == e.To }

// Window is the exam's days.
func (e Exam) Window() cert.Window {
	w, _ := cert.ParseWindow(e.From, e.To) // the store's own
	return w
}

// Rest is the time around an exam whose day is known, whose questions don't count
// for the person's run: the day before, and the day.
func (e Exam) Rest() (from, until time.Time, ok bool) {
	day, err := schedule.ParseWall(e.From + "T00:00")
	if err != nil || !e.Dated() {
		return from, until, false
	}
	return schedule.Resolve(day.AddDays(-1), e.Location()), schedule.Resolve(day.AddDays(1), e.Location()), true
}

// Location is the exam's zone; UTC if the zone has vanished from the tz database.
func (e Exam) Location() *time.Location { return location(e.Zone) }

func location(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Store is what exams keep in the database. Every method that writes is one
// transaction, and what it refuses it refuses by conditions inside it.
type Store interface {
	DateStore
	OutcomeStore
	NewsStore
	AskStore
	// Details is everything about a group; see [group.Store].
	Details(ctx context.Context, group string) (d group.Details, ok bool, err error)
}

// DateStore is what dates, and who may see them, need of the database.
type DateStore interface {
	// SetExam sets the exam of e's member, certification and part, in place of the
	// date or window that the member has for it, whose identifier and groups stay.
	// What came of earlier ones stays as it is. It returns the exam as it is kept
	// then; ok is false for a member who is no more.
	SetExam(ctx context.Context, e Exam, now time.Time) (kept Exam, ok bool, err error)
	// Exams are a member's exams, the one that begins first first.
	Exams(ctx context.Context, member string) ([]Exam, error)
	// Exam is one exam.
	Exam(ctx context.Context, id string) (e Exam, ok bool, err error)
	// ClearExam takes a planned exam of a member back. It reports false if the
	// member has none by that identifier.
	ClearExam(ctx context.Context, id, member string, now time.Time) (bool, error)
	// ShareExam lets a group of the member's see an exam of theirs, or no more. It
	// reports false if either is not theirs, or the exam is not ahead any more.
	ShareExam(ctx context.Context, id, member, group string, shared bool, now time.Time) (bool, error)
}
