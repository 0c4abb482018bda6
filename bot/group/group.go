// Package group is study groups and the people in them: setting one up,
// organising it in one channel or several, its seasons, joining it, and a person's
// study page, settings, reminders, linked accounts and data.
package group

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// Group is a study group.
type Group struct {
	ID          string
	Name        string
	Zone        string // IANA
	State       State
	Pause       Pause // why it is paused
	StaysOpen   StaysOpen
	SilentLimit int // unanswered questions in a row after which it pauses; 0: never
	Silent      int // unanswered questions in a row so far
	Pictures    Pictures
	CreatedAt   time.Time
	StartedAt   time.Time
}

// Location is the group's zone; UTC if the zone has vanished from the tz database.
func (g Group) Location() *time.Location {
	loc, err := schedule.LoadZone(g.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// State is where a group's life stands.
type State string

// The states of a group.
const (
	Running State = "running"
	Paused  State = "paused"
	Ended   State = "ended"
)

// Pause is why a group is paused.
type Pause string

// The reasons.
const (
	ByOrganiser Pause = "organiser"
	BySilence   Pause = "silent"  // questions went by without an answer
	NoChannel   Pause = "channel" // its channel is no more; with another one it runs again
)

// StaysOpen says how long a question can be answered in time.
type StaysOpen string

// The choices.
const (
	UntilNext StaysOpen = "next"       // until the next one opens: at least 20 hours, at most 3 days
	ThreeDays StaysOpen = "three-days" // for rotating shifts
)

// Track is what a group studies.
type Track struct {
	ID            string
	Group         string
	Certification string // catalogue identifiers
	Outline       string
	WindowFrom    string // local dates, 2006-01-02; "" while no window is set
	WindowTo      string
	Rounds        int // how many questions were posted so far
	// Wide says that an organiser has read the rule of [cert.Policy] that asks for
	// computed questions, and chosen all. Without such a rule it means nothing.
	Wide bool
	// Own is how often the group's own questions about it changed; 0: it has none.
	Own int
}

// Member is a person in a group.
type Member struct {
	ID       string
	Name     string
	Group    string
	Role     Role
	JoinedAt time.Time
	Answered int  // questions answered in this group
	New      bool // joined by this very press
}

// Role is what a member may do in a group.
type Role string

// The roles.
const (
	Plain     Role = "member"
	Organiser Role = "organiser"
)

// KindQuestion is the kind of due thing that posts a question; its subject is a
// schedule. Package practice fires it.
const KindQuestion = "question"

// KindWeekly is the kind of due thing that ends a week and sums it up; its
// subject is a schedule. Package board fires it.
const KindWeekly = "weekly"

// KindCalendar is the kind of due thing on which a group hears of what is ahead,
// such as its exam window, and of its posts; its subject is the group and its
// occurrence a local date, so that there is one post a day at most. Package exam
// fires it.
const KindCalendar = "calendar"

// KindNews is the kind of a group's post of good news of one local day: who told
// that they passed an exam. Package exam renders it.
const KindNews = "news"

// KindSitting is the kind of a post that asks members whether they share when they
// sit. Package exam renders it.
const KindSitting = "sitting"

// KindLive is the kind of due thing that moves a live round on, and of its
// posts; its subject is the live round. Package practice fires it.
const KindLive = "live"

// KindWelcome is the kind of a group's first post in its channel; it shows the group.
const KindWelcome = "welcome"

// Questions is what groups need to know of the questions; package practice
// implements it.
type Questions interface {
	// Sample is a question as it would look, with its options, for the preview.
	Sample(certification, outline string) (bot.Text, bool)
	// Figures sums up a group for its organisers.
	Figures(ctx context.Context, groupID string) (Figures, error)
	// Waiting counts what a member can answer now: open, and closed but still worth catching up.
	Waiting(ctx context.Context, groupID, memberID string) (open, owed int, err error)
}

// Figures are numbers about a group; they name nobody.
type Figures struct {
	Posted  int            // questions posted so far
	Open    int            // questions open now
	Active  int            // members who answered in the last 28 days
	Recent  int            // answers in the last 7 days
	Unseen  int            // questions not posted yet, of all that is studied
	ByTrack map[string]int // the same by track
	Next    time.Time      // when the next question is due; zero: none
}
