package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// KindMatch is the kind of due thing that ends a friendly match, and of its
// messages; its subject is the match.
const KindMatch = "match"

const (
	// MatchFor is how long a match runs, and how long an answer to it may take.
	MatchFor = 7 * 24 * time.Hour
	// MatchCodeFor is how long a code can be entered.
	MatchCodeFor = 24 * time.Hour
	// MatchTries is how many wrong codes a group may enter in [MatchTriesIn], and
	// how many wrong ones a code survives.
	MatchTries = 5
	// MatchTriesIn is the time in which they are counted.
	MatchTriesIn = time.Hour
	// matchSize is how many questions a match has.
	matchSize = 10
	// matchPeople is from how many people on, in both groups, averages are shown.
	matchPeople = 5
)

// Match is a friendly match: the same questions for two groups that both agreed.
type Match struct {
	ID            string
	State         MatchState
	Certification string
	Host, Guest   MatchSide  // whose code it was, and who entered it
	Account       bot.UserID // who made the code
	Size          int        // questions; 0 before it runs
	StartedAt     time.Time
	EndsAt        time.Time // of one that isn't running: when nobody can agree to it any more
}

// MatchSide is one of the groups.
type MatchSide struct{ Group, Name string }

// MatchState is where a match stands.
type MatchState string

// The states. A match goes from one to the next; declined and cancelled end it early.
const (
	MatchFound     MatchState = "found"   // a code was entered; the guest has not agreed yet
	MatchAsked     MatchState = "asked"   // the guest agreed; the host has not yet
	MatchRunning   MatchState = "running" // both agreed
	MatchEnded     MatchState = "ended"
	MatchDeclined  MatchState = "declined"
	MatchCancelled MatchState = "cancelled"
)

// MatchCode is a one-time code as it is kept.
type MatchCode struct {
	Selector string // the part that finds it
	Secret   []byte // the hash of the rest
	Group    string
	Account  bot.UserID
	EndsAt   time.Time
}

// MatchEntry is what became of a code that somebody entered.
type MatchEntry int

// What can become of it.
const (
	MatchCodeFits    MatchEntry = iota
	MatchCodeWrong              // no such code, used before, or too old
	MatchCodeTooMany            // wrong ones were entered lately
	MatchCodeOwn                // of the same group
	MatchOtherExam              // the groups study different certifications
	MatchBusy                   // one of the groups has a match already
)

// MatchFigures is what a group did in a match: people who answered everything,
// and how often they were right.
type MatchFigures struct{ People, Right int }

// MatchStore is what friendly matches keep in the database. What starts or ends
// one holds both groups, in the order of their identifiers.
type MatchStore interface {
	// MakeMatchCode keeps a code in place of the group's earlier one. It reports
	// false when the selector is taken.
	MakeMatchCode(ctx context.Context, c MatchCode, now time.Time) (bool, error)
	// EnterMatchCode uses up the code that c's selector and secret fit, and makes
	// the match with c's group as its guest. A wrong one is counted.
	EnterMatchCode(ctx context.Context, c MatchCode, match string, now time.Time) (MatchEntry, Match, error)
	// AskMatch records that the guest agrees and owes the host the message that
	// asks. It reports false if the match is not the group's to agree to.
	AskMatch(ctx context.Context, id, guest string, ask schedule.Delivery, now time.Time) (bool, error)
	// StartMatch records that the host agrees: the match runs with these questions,
	// and a post is owed to every channel of both groups. It reports false if the
	// match is not the group's to agree to.
	StartMatch(ctx context.Context, id, host string, items []LiveItem, newKey func() string, now time.Time) (bool, error)
	// DropMatch ends a match of a group before its time: declined if it does not
	// run yet, else cancelled, without a post. It reports false if it was over.
	DropMatch(ctx context.Context, id, groupID string, now time.Time) (bool, error)
	// EndMatch takes the due thing, ends the match and owes a post to every channel
	// of both groups.
	EndMatch(ctx context.Context, d schedule.Due, newKey func() string, now time.Time) error

	// Match reads a match; ok is false if there is none.
	Match(ctx context.Context, id string) (m Match, ok bool, err error)
	// MatchOf is the match that a group has or is asked for.
	MatchOf(ctx context.Context, groupID string, now time.Time) (m Match, ok bool, err error)
	// MatchFigures is how the groups did, by identifier.
	MatchFigures(ctx context.Context, id string) (map[string]MatchFigures, error)
	// PlayMatch is the session in which an account's member plays a running match
	// for one of its groups, begun with that identifier if there is none. ok is
	// false when the match does not run, or not in a group of the member.
	PlayMatch(ctx context.Context, id, groupID string, account bot.UserID, session string, now time.Time) (p Session, ok bool, err error)
	// GroupOf reads a group.
	GroupOf(ctx context.Context, groupID string) (group.Group, error)
	// MatchPlayed is how many questions of a match a member has answered.
	MatchPlayed(ctx context.Context, id, memberID string) (int, error)
}
