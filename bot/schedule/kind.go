package schedule

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

// Due is something that must happen at an instant. Kind, Subject and Occurrence
// together are its identity; a second one of the same identity cannot exist.
type Due struct {
	Kind       string    // which [Kind] fires
	Subject    string    // what it is about: a schedule, round, group or member
	Occurrence string    // which time: a wall time ("2026-11-23T07:00") or a name ("close")
	Lane       string    // due things of one lane fire one after another, in order
	Rank       int       // order within one instant of a lane, lowest first
	At         time.Time // domain time
	Until      time.Time // from then on it is skipped instead; zero: never
	Attempt    int       // how often it was tried, this time included
	Cause      string    // trace of the press that planned it; "": another due thing did
}

// trace is under what everything about it is logged.
func (d Due) trace() string {
	return cmp.Or(d.Cause, bot.TraceOf(d.Kind+" "+d.Subject+" "+d.Occurrence))
}

// Lane is the lane of everything a group does in its channels.
func Lane(group string) string { return "group/" + group }

// Ranks within one slot of a group: what closes, then what sums up, then what opens.
const (
	RankClose = 10
	RankSumUp = 20
	RankOpen  = 30
	RankOther = 40
)

// DefaultCatchUp is for how long something that fell due while the bot was down
// is still worth doing, unless its kind says otherwise.
const DefaultCatchUp = 6 * time.Hour

// KeyOf is the [Delivery.Key] of the nth message that a due thing owes to a target,
// the same in whichever copy of the database it fires. So, after a backup was
// restored, the platform can be asked whether it was posted before.
func KeyOf(d Due, target string, n int) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{d.Kind, d.Subject, d.Occurrence, target, strconv.Itoa(n)}, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:16]
}

// ErrTaken says that a due thing was done, moved or dropped by somebody else
// between its claim and the transaction that would have taken it.
var ErrTaken = errors.New("due thing already taken")

// Delivery is one message owed to one channel or person because of a due thing.
// It holds a reference to what was decided, so that a retry never decides again.
type Delivery struct {
	Key    string    // identity, and the message's [bot.Message] Key
	Stable bool      // the store gives it another Key: that of its due thing, see [KeyOf]
	Kind   string    // which [Kind] renders it
	Ref    string    // what it shows: the identifier of a snapshot
	Group  string    // the group it belongs to
	Target string    // a [bot.ChannelID], or a [bot.UserID] when Person
	Person bool      // a private message
	Rank   int       // order among deliveries of one instant to one target
	At     time.Time // domain time it was owed from
	Until  time.Time // domain time from which it is skipped; zero: never

	State   State         // where it stands
	Message bot.MessageID // once sent
	Posted  time.Time     // domain time of sending; zero before
	Wanted  int64         // version of the content that should be shown
	Shown   int64         // version that is shown; 0 before sending
	Attempt int64         // the fence: only the latest attempt may record its outcome
	Doubt   time.Time     // real time of the first attempt of unknown outcome; zero: none
	Looks   int           // for second copies, since it was posted
	Cause   string        // trace of what led to it or to its newest change; "": not known
}

// Refusal is why a delivery is parked, in words for a person.
type Refusal struct {
	Cause string // one sentence
	Fix   string // what to do about it
	Gone  bool   // the person or channel is no more
}

// State is where a delivery stands.
type State string

// The states.
const (
	Waiting State = "waiting" // to be sent
	Sent    State = "sent"    // posted; may be edited
	Parked  State = "parked"  // refused: somebody has to change something
	Skipped State = "skipped" // too late, or dropped with its group; recorded
)

// Adapter is the name of the adapter that delivers it.
func (d Delivery) Adapter() string {
	name, _, _ := strings.Cut(d.Target, ":")
	return name
}

// Kind is what the engine needs to know of one kind of due thing or delivery.
type Kind struct {
	Name string
	// Fire does a due thing. It must end by calling the feature's store method
	// that takes the row, and returns [ErrTaken] if that lost a race. Other
	// errors are retried until the thing is past its Until.
	Fire func(ctx context.Context, d Due) error
	// Skip records a due thing past its Until and plans what comes after it;
	// nil: it is recorded as skipped and nothing follows.
	Skip func(ctx context.Context, d Due) error
	// Prepare runs before each attempt to send, for content that depends on when
	// it is really posted, and, with the delivery's State [Sent], when a message is
	// found that an earlier attempt has sent: then what is prepared stays. Optional.
	Prepare func(ctx context.Context, d Delivery) error
	// Place is where to post when that isn't the target, such as a conversation
	// under an older post; [ErrTaken] says that it isn't to be posted after all.
	// Optional, and for messages that are never edited.
	Place func(ctx context.Context, d Delivery) (bot.ChannelID, error)
	// Render gives the message as it should be now.
	Render func(ctx context.Context, d Delivery) (bot.Message, error)
}

// Store is what the engine keeps in the database. Every method is one
// transaction. Times called real are real time, others domain time.
type Store interface {
	// ClaimDue takes up to n due things whose time has come, at most one a lane
	// and in order within it, and hides them until lease.
	ClaimDue(ctx context.Context, now, real, lease time.Time, n int) ([]Due, error)
	// RetryDue makes a claimed due thing claimable again at a real time.
	RetryDue(ctx context.Context, d Due, real time.Time, reason string) error
	// SkipDue records that a due thing will not happen, and why.
	SkipDue(ctx context.Context, d Due, now time.Time, reason string) error

	// ClaimDeliveries takes up to n waiting deliveries of an adapter, at most
	// one a target and in order within it, and hides them until lease. Doubt
	// becomes real where it was zero: from now on this attempt may have posted.
	ClaimDeliveries(ctx context.Context, adapter string, real, lease time.Time, n int) ([]Delivery, error)
	// MarkSent records a posted message that shows version shown. It reports
	// false when the attempt is not the latest any more.
	MarkSent(ctx context.Context, d Delivery, id bot.MessageID, shown int64, now, verify time.Time) (bool, error)
	// RetryDelivery makes a claimed delivery claimable again at a real time;
	// certain says that no attempt so far can have posted it.
	RetryDelivery(ctx context.Context, d Delivery, real time.Time, certain bool, reason string) error
	// ParkDelivery records a refusal. The refusal of a post makes a notice to the
	// organisers due; of a private message it doesn't, or notices would beget notices.
	ParkDelivery(ctx context.Context, d Delivery, now time.Time, r Refusal) error
	// SkipDelivery records that a delivery will not happen, and why. Where an earlier
	// attempt may have posted it all the same, verify is when to look for that.
	SkipDelivery(ctx context.Context, d Delivery, now, verify time.Time, reason string) error
	// ExpireParked records as skipped what is parked past its Until, and says how much.
	ExpireParked(ctx context.Context, now time.Time) (int, error)
	// Delivery reads one delivery; ok is false if there is none.
	Delivery(ctx context.Context, key string) (d Delivery, ok bool, err error)

	// ClaimChecks takes up to n deliveries of an adapter whose time to look again has
	// come: sent ones that more than one attempt may have posted, and skipped ones
	// that one may have posted.
	ClaimChecks(ctx context.Context, adapter string, real, lease time.Time, n int) ([]Delivery, error)
	// MarkChecked records which copy stayed, and when to look again, which is
	// never for zero.
	MarkChecked(ctx context.Context, d Delivery, kept bot.MessageID, again time.Time) error

	// ClaimEdits takes up to n posts of an adapter that show less than is wanted.
	ClaimEdits(ctx context.Context, adapter string, now, real, lease time.Time, n int) ([]Delivery, error)
	// MarkShown records that version Wanted of the claim is shown. If another
	// editor took over meanwhile, it asks for one more edit instead, for the
	// older content may have been written last.
	MarkShown(ctx context.Context, d Delivery, now time.Time) error
	// RetryEdit makes a claimed edit claimable again at a real time. If another
	// editor took over meanwhile, it asks for one more edit instead, for this
	// one may still be written last.
	RetryEdit(ctx context.Context, d Delivery, real time.Time, reason string) error

	PinStore

	// NextInstant is the first domain time after now at which something falls
	// due; ok is false if nothing does.
	NextInstant(ctx context.Context, now time.Time) (at time.Time, ok bool, err error)
	// Unfinished reports whether anything due by now is not done (fired, sent,
	// shown or pinned) and will be tried by soon, a real time.
	Unfinished(ctx context.Context, now, soon time.Time) (bool, error)
}
