package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// KindLive is [group.KindLive]. A due thing's occurrence is the question's place
// and what is to be done: "3/close", "3/next".
const KindLive = group.KindLive

const (
	// livePer is how long a question of a live round is open for whoever has no
	// extra time.
	livePer = 45 * time.Second
	// LiveUntimed is how long a question stays open for somebody without a timer.
	LiveUntimed = 5 * time.Minute
	// LiveChange is for how long an answer can still be changed when everybody
	// has answered.
	LiveChange = 5 * time.Second
	// LivePause is after how long the next question comes by itself.
	LivePause = 3 * time.Minute
	// LiveLost is after how long a question that could not be posted, or a clock
	// that stood still, ends a live round.
	LiveLost = 10 * time.Minute
	// LiveSilent is how many questions in a row without an answer end it.
	LiveSilent = 2
	// LiveAway is at how many questions in a row somebody who took part may press
	// nothing before nobody waits for them any more.
	LiveAway = 2
	// liveWaits is how long others wait for the host before they may go on.
	liveWaits = time.Minute
	// livePlaces is how many places are shown, and liveNames how many names at most.
	livePlaces, liveNames = 3, 10
	// livePeople is from how many people on there are places.
	livePeople = 5
)

// Live is a live round: questions in a channel, one after another, answered by
// everybody there in private.
type Live struct {
	ID        string
	Group     string
	Track     string
	Channel   bot.ChannelID
	Host      string        // the member who started it; "" when that person is gone
	Per       time.Duration // how long a question is open for whoever has no extra time
	Size      int           // questions
	Place     int           // of the question under way, from 1
	Ending    LiveEnding    // "" while it goes on
	StartedAt time.Time
	EndedAt   time.Time
}

// LiveEnding is why a live round ended.
type LiveEnding string

// The endings.
const (
	LiveAll     LiveEnding = "all"     // every question was asked
	LiveSilence LiveEnding = "silence" // nobody answered
	LiveStopped LiveEnding = "stopped" // somebody pressed Stop
	LiveGroup   LiveEnding = "group"   // the group was paused, or left the channel
	LiveUnsent  LiveEnding = "unsent"  // a question could not be posted
	LiveLate    LiveEnding = "late"    // the program was away for too long
)

// LiveState is where a question of a live round stands.
type LiveState string

// The states.
const (
	LiveWaiting LiveState = "waiting" // its turn has not come
	LiveAsked   LiveState = "asked"   // its post is on the way
	LiveOpen    LiveState = "open"
	LiveClosed  LiveState = "closed"
)

// LiveQuestion is a question of a live round.
type LiveQuestion struct {
	Live     string
	Place    int
	Item     quizzes.Item
	Version  string // identifier of the snapshot Item was read from
	State    LiveState
	OpenedAt time.Time // when it was really posted
	ClosesAt time.Time
	ClosedAt time.Time
	Answered int
}

// LiveAnswer is what somebody answered in a live round.
type LiveAnswer struct {
	Live    string
	Place   int
	Account bot.UserID // known while it answers
	Member  string
	Answer
}

// LiveStatus is what became of a press in a live round.
type LiveStatus int

// What can become of it.
const (
	LiveNoted    LiveStatus = iota // it is the answer, until it is changed or the time is up
	LiveOver                       // the question is closed, or its turn has not come
	LiveStranger                   // the account is in no such group
)

// LiveOutcome is what became of a press.
type LiveOutcome struct {
	Status  LiveStatus
	Member  string
	Refresh bool // the card or a due thing changed: the engine should look
}

// LiveTally is how somebody stands in a live round, by the questions that are closed.
type LiveTally struct {
	Member   string
	Name     string // as on boards
	Unplaced bool   // hidden, or a mentor: takes no place
	Right    int
	Placing  int // of those, that count for places: not of questions that they knew before
	Answered int
}

// LiveItem is a question of a new live round.
type LiveItem struct {
	SessionItem
	Domain string // area of the outline
}

// LiveStart is what became of the start of a live round.
type LiveStart int

// What can become of it.
const (
	LiveStarted LiveStart = iota // also when this very press had started it before
	LiveRunning                  // another one is under way in the channel
	LiveRefused                  // the group is not running, or not in that channel
)

// LiveStore is what live rounds keep in the database. Presses, the clock and
// whatever stops a group meet in the live round's row: what moves it holds it.
type LiveStore interface {
	// GroupItems is the items that are not to be given away in a group: planned or
	// open as questions, in a live round under way or in a match.
	GroupItems(ctx context.Context, groupID string) (map[string]bool, error)
	// StartLive begins a live round whose questions are items, in order, and owes
	// the post of the first. It returns the one that is under way in the channel then.
	StartLive(ctx context.Context, l Live, items []LiveItem, press, key string, now time.Time) (LiveStart, Live, error)
	// Live reads a live round; ok is false if there is none.
	Live(ctx context.Context, id string) (l Live, ok bool, err error)
	// LiveQuestion reads a question of a live round; ok is false if there is none.
	LiveQuestion(ctx context.Context, id string, place int) (q LiveQuestion, ok bool, err error)
	// OpenLive notes that a question is being posted now and until when it will be
	// open. It returns [schedule.ErrTaken] when it is not to be posted any more.
	OpenLive(ctx context.Context, id string, place int, now time.Time) error
	// AnswerLive records what an account answers, in place of what it answered
	// before. When nobody is left to wait for, the question closes sooner.
	AnswerLive(ctx context.Context, a LiveAnswer) (LiveOutcome, error)
	// CloseLive closes the question at a place if it is under way: because its time
	// is up, when d is that due thing, or because somebody pressed on. After the
	// last one, and after [LiveSilent] without an answer, the live round ends; key
	// is for the post that sums it up. It reports false if nothing changed.
	CloseLive(ctx context.Context, id string, place int, d *schedule.Due, key string, now time.Time) (bool, error)
	// NextLive goes on after the question at a place, which is closed; d and key as
	// in CloseLive.
	NextLive(ctx context.Context, id string, place int, d *schedule.Due, key string, now time.Time) (bool, error)
	// StopLive ends a live round. It reports false if it had ended.
	StopLive(ctx context.Context, id, key string, now time.Time) (bool, error)
	// LiveSpread counts the answers to a question as [Store.Spread] does.
	LiveSpread(ctx context.Context, id string, place int) (map[string]int, error)
	// LiveTallies is how everybody stands who has answered, in no order.
	LiveTallies(ctx context.Context, id string) ([]LiveTally, error)
	// LiveMine is what a member has answered, by place.
	LiveMine(ctx context.Context, id, memberID string) (map[int]Answer, error)
	// LiveTurn is the questions of a live round whose turn has come, in order.
	LiveTurn(ctx context.Context, id string) ([]LiveQuestion, error)
}
