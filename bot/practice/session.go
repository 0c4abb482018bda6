package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// KindIdle is the kind of due thing that ends a session nobody went on with;
// its subject is the session.
const KindIdle = "practice-idle"

const (
	// IdleFor is after how long without an answer a session ends by itself.
	IdleFor = 24 * time.Hour
	// restsFor is for how long a question that was answered isn't asked again,
	// unless there is no other, or reviewed.
	restsFor = 12 * time.Hour
	// standard is how many questions a session has unless more are asked for.
	standard = 5
)

// Session is one member's practice: a few questions, asked in private.
type Session struct {
	ID        string
	Kind      SessionKind
	Group     string
	Track     string
	Member    string
	Topic     string // area of the outline; "" is all of it
	Asked     int    // how many questions were asked for
	Ended     bool
	StartedAt time.Time
	Questions []SessionQuestion // in order
}

// SessionKind is what a session is for. A member has one open session of each kind
// on a track.
type SessionKind string

// The kinds of sessions. The answers of both earn practice points.
const (
	Practising SessionKind = "practice"
	Reviewing  SessionKind = "review" // of what was missed
)

// SessionQuestion is one question of a session.
type SessionQuestion struct {
	Place       int // from 1
	Item        string
	Domain      string
	ItemVersion string
	Reason      Reason
	Held        bool // open in a group of the member, who has not answered it there, or may change the answer: not to be given away
	Answered    bool
	Answer      Answer // once answered: what was answered, and when
}

// Reason is why a question is in a session.
type Reason string

// The reasons, in the order in which questions are chosen.
const (
	Missed Reason = "missed" // missed before, and due for review
	Unseen Reason = "unseen" // not answered yet
	Weak   Reason = "weak"   // from an area in which many answers were not right
	Again  Reason = "again"  // answered right before
)

// SessionStatus is what became of an answer in a session.
type SessionStatus int

// What can become of an answer in a session.
const (
	SessionRecorded SessionStatus = iota // this answer counts
	SessionAlready                       // an earlier one counts
	SessionOver                          // the session has ended without an answer to this question
)

// Past is one answer of a member.
type Past struct {
	Item    string
	Verdict Verdict
	At      time.Time
}

// SessionStore is what sessions keep in the database. Who a session belongs to
// is part of every statement.
type SessionStore interface {
	// PracticeTracks is what a group studies, in the order of its questions; what
	// the member answered or practised last comes first.
	PracticeTracks(ctx context.Context, groupID, memberID string) ([]group.Track, error)
	// Track reads a track, also of what is not studied any more.
	Track(ctx context.Context, id string) (t group.Track, ok bool, err error)
	// TracksNear is what the group of a channel studies, or else what the groups
	// of an account do; it is for suggestions and changes nothing.
	TracksNear(ctx context.Context, account bot.UserID, ch bot.ChannelID) ([]group.Track, error)

	// Recent is a member's newest answers in a group, newest first.
	Recent(ctx context.Context, groupID, memberID string, n int) ([]Past, error)
	// Met tells which of up to [MetAtOnce] items a member has answered, in any group.
	Met(ctx context.Context, memberID string, items []string) (map[string]bool, error)
	// MetAll is every item that a member has answered, each at least once,
	// separated by spaces: a list of ten thousand is read at once.
	MetAll(ctx context.Context, memberID string) (string, error)
	// OpenItems is the items that are planned or open in any group of a member, or
	// still to be answered by them in a match.
	OpenItems(ctx context.Context, memberID string) (map[string]bool, error)

	// StartSession writes a session with the snapshots of its items and plans its
	// end. If one is open already it writes nothing and reports false.
	StartSession(ctx context.Context, s Session, items []SessionItem, now time.Time) (bool, error)
	// OpenSession is the member's open session of a kind on a track.
	OpenSession(ctx context.Context, trackID, memberID string, kind SessionKind) (s Session, ok bool, err error)
	// Session reads a session of the account's member; ok is false if there is
	// none of theirs.
	Session(ctx context.Context, id string, account bot.UserID) (s Session, ok bool, err error)
	// ItemVersion reads the snapshot of an item.
	ItemVersion(ctx context.Context, version string) (quizzes.Item, error)
	// AnswerSession records an answer to a session's question if it is the first,
	// and ends the session with the last question. It returns the answer that counts.
	AnswerSession(ctx context.Context, session string, place int, a Answer) (SessionStatus, Answer, error)
	// EndSession ends an open session. It reports false if it had ended.
	EndSession(ctx context.Context, id string, now time.Time) (bool, error)
	// ExpireSession takes the due thing and ends the session.
	ExpireSession(ctx context.Context, d schedule.Due, now time.Time) error
}

// SessionItem is the snapshot of an item of a new session.
type SessionItem struct {
	Item          string
	Version       string
	Snapshot      []byte
	Bank          string
	Certification string
}

// MetAtOnce is how many items [SessionStore.Met] takes.
const MetAtOnce = 40

// counts tells how many answers are right, partly right, and there at all.
func (s Session) counts() (right, partly, answered int) {
	for _, q := range s.Questions {
		if !q.Answered {
			continue
		}
		answered++
		switch q.Answer.Verdict {
		case Right:
			right++
		case Partly:
			partly++
		}
	}
	return right, partly, answered
}

// next is the first question that can be answered now.
func (s Session) next() (SessionQuestion, bool) {
	for _, q := range s.Questions {
		if !q.Answered && !q.Held {
			return q, true
		}
	}
	return SessionQuestion{}, false
}

// at is the question at a place.
func (s Session) at(place int) (SessionQuestion, bool) {
	if place < 1 || place > len(s.Questions) {
		return SessionQuestion{}, false
	}
	return s.Questions[place-1], true
}
