package group

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// MaxOrganisers is how many people may organise one group.
const MaxOrganisers = 10

// Store is what groups keep in the database. Every method that writes is one
// transaction, and what it refuses it refuses by conditions inside it.
type Store interface {
	HabitStore
	SeasonStore
	WishStore
	RuleStore
	FactStore
	// Membership is an account's place in a group; ok is false if it has none.
	Membership(ctx context.Context, account bot.UserID, group string) (m Membership, ok bool, err error)
	// Memberships are an account's places in all its groups.
	Memberships(ctx context.Context, account bot.UserID) ([]Membership, error)
	// JoinGroup makes the account a member if the channel is bound to the group;
	// ok is false if it is not. Joining twice at once makes one member.
	JoinGroup(ctx context.Context, j Joining) (m Membership, ok bool, err error)
	// Prefer records which group an account means in private.
	Prefer(ctx context.Context, account bot.UserID, group string) error
	// AccountSeen records whether an account was found open or closed. Of an
	// organiser's that is open it ends offers to take over the group.
	AccountSeen(ctx context.Context, account bot.UserID, open bool, now time.Time) error

	// GroupIn is the group a channel is bound to.
	GroupIn(ctx context.Context, ch bot.ChannelID) (g Group, ok bool, err error)
	// Details is everything about a group that its pages show, at one instant.
	Details(ctx context.Context, group string) (d Details, ok bool, err error)

	// SetPictures keeps whether a group wants pictures in its posts.
	SetPictures(ctx context.Context, groupID string, p Pictures) error

	// SaveSetup keeps what was filled in, for a week.
	SaveSetup(ctx context.Context, s Setup) error
	// Setup reads it again.
	Setup(ctx context.Context, id string) (s Setup, ok bool, err error)
	// StartGroup makes the group of a set-up, or reopens the ended one it names.
	// Who filled it in organises the group, unless a reopened one has as many
	// organisers as it may.
	StartGroup(ctx context.Context, s Start) (StartOutcome, error)
	// Reschedule changes a group as the set-up says: what was due by the old
	// schedule goes, what is due by the new one comes, and open questions get
	// their new closing. It reports false for a group that has ended, and for one
	// that does not study the set-up's track any more.
	Reschedule(ctx context.Context, s Setup, now time.Time) (bool, error)
	// StopGroup pauses or ends a running group, or ends a paused one; what it
	// would have posted goes and its open questions close at their latest. It
	// reports false if the group was not in a state to be stopped.
	StopGroup(ctx context.Context, group string, to State, why Pause, now time.Time) (bool, error)
	// ResumeGroup makes a paused group run again. It reports false if it was not paused.
	ResumeGroup(ctx context.Context, group string, now time.Time) (bool, error)
	// PostNow makes an extra question of a track due now, or with "" of what the
	// group studied first, with the occurrence "now-" and the token; once per token.
	PostNow(ctx context.Context, group, track, token string, now time.Time) (PostOutcome, error)

	TrackStore
	SpaceStore

	// Failures are the group's posts since an instant that could not be posted,
	// newest first.
	Failures(ctx context.Context, group string, since time.Time) ([]Failure, error)
	// LastPost is when the group's newest question was posted; zero: never.
	LastPost(ctx context.Context, group string) (time.Time, error)
	// Unpark lets the group's refused posts be tried again, says how many, and
	// closes the notices about them.
	Unpark(ctx context.Context, group string, now time.Time) (int, error)
	// Rebind moves a group from one channel to another, with what is still to be
	// posted there.
	Rebind(ctx context.Context, b Binding, now time.Time) (BindOutcome, error)
	// ChannelGone marks a channel, or with space set all channels of a space, as
	// no more and makes the notices due that tell the organisers. A group that then
	// has none is due to be forgotten.
	ChannelGone(ctx context.Context, space bot.SpaceID, ch bot.ChannelID, now time.Time) error
	// ForgetGroup takes the due thing and erases the group with everything about
	// it, and people who are in no other, unless it has a channel again.
	ForgetGroup(ctx context.Context, d schedule.Due, now time.Time) error
	// ChannelBack takes that back and lets refused posts be tried again.
	ChannelBack(ctx context.Context, ch bot.ChannelID, now time.Time) error

	// MakeOffer records an offer and makes its private message due.
	MakeOffer(ctx context.Context, o NewOffer) (OfferOutcome, error)
	// Offer reads an offer.
	Offer(ctx context.Context, id string) (o Offer, ok bool, err error)
	// OffersIn are a group's offers to organise that are open, and those accepted
	// since an instant, newest first.
	OffersIn(ctx context.Context, group string, now, since time.Time) ([]Offer, error)
	// OffersTo are the open offers to a member.
	OffersTo(ctx context.Context, member string, now time.Time) ([]Offer, error)
	// AnswerOffer accepts or declines an offer made to the account's member, and
	// makes the message due that tells its giver.
	AnswerOffer(ctx context.Context, id string, account bot.UserID, accept bool, now time.Time) (Offer, OfferOutcome, error)
	// StepDown makes an organiser a member, unless nobody else could organise.
	StepDown(ctx context.Context, group, member string) (bool, error)
	// TakeOver makes the person an organiser if every organiser's account is
	// closed; those then are members.
	TakeOver(ctx context.Context, j Joining) (bool, error)
	// OfferTakeover begins the seven days after which a member takes over.
	OfferTakeover(ctx context.Context, group, member, id string, now time.Time) (OfferOutcome, error)
	// Takeover is the group's open offer to take over.
	Takeover(ctx context.Context, group string) (o Offer, ok bool, err error)
	// Object ends the open offer to take over. It reports false if there is none.
	Object(ctx context.Context, group, offer string) (bool, error)
	// EndTakeover does the due thing at the end of the seven days: the member
	// organises the group, unless an organiser's account is not closed or one of
	// them has answered a question since.
	EndTakeover(ctx context.Context, d schedule.Due, now time.Time) error

	// Notice reads a notice and who is to be told.
	Notice(ctx context.Context, id string) (n Notice, to []Person, ok bool, err error)
	// Notices are a group's open notices, newest first.
	Notices(ctx context.Context, group string) ([]Notice, error)
	// TellNotice takes the due thing, records that organisers are told by these
	// deliveries, and plans the reminder after it; nothing for a closed notice.
	TellNotice(ctx context.Context, d schedule.Due, deliveries []schedule.Delivery, now time.Time) error
	// CloseNotice records that a notice stopped mattering.
	CloseNotice(ctx context.Context, id string, now time.Time) error

	DeadlineStore
	PrivacyStore
}

// Membership is a person's place in a group, seen from one account.
type Membership struct {
	Group     Group
	Member    Member
	Closed    bool // the account was found closed, which its acting now disproves
	Preferred bool // the group the account means in private
}

// Joining is an account that joins a group.
type Joining struct {
	Group   string
	Account bot.UserID
	Space   bot.SpaceID
	Channel bot.ChannelID
	Name    string // what the person is called
	Zone    string // IANA, if the platform said so
	Member  string // identifier of the member made for an account not seen before
	Now     time.Time
}

// Details is a group with what belongs to it.
type Details struct {
	Group      Group
	Tracks     []Studied // what the group studies now, in the order of its questions; at least one
	Channels   []Channel // oldest first
	Organisers []Person  // by name
	Habits     Habits
	SkipDays   []string // local dates without a question, 2006-01-02, ascending
}

// Studied is what a group studies now, with when it is asked.
type Studied struct {
	Track
	Schedule schedule.Recurring
	Deadline string    // the last day to apply for its window that an organiser entered, 2006-01-02; "" for none
	Next     time.Time // when its next question is due; zero: none
}

// First is what the group studied first of all that it studies now. Its
// questions begin the group's weeks.
func (d Details) First() Studied {
	if len(d.Tracks) == 0 {
		return Studied{}
	}
	return d.Tracks[0]
}

// Studies is what the group studies by a track; ok is false if it doesn't any more.
func (d Details) Studies(track string) (st Studied, ok bool) {
	for _, t := range d.Tracks {
		if t.ID == track {
			return t, true
		}
	}
	return Studied{}, false
}

// Next is when the group's next question is due; zero: none.
func (d Details) Next() time.Time {
	var next time.Time
	for _, t := range d.Tracks {
		if next.IsZero() || !t.Next.IsZero() && t.Next.Before(next) {
			next = t.Next
		}
	}
	return next
}

// Channel is a place bound to a group.
type Channel struct {
	ID    bot.ChannelID
	Space bot.SpaceID
	Gone  bool     // the platform says that it is no more
	Guest bool     // its space came in with a code
	Muted []string // tracks of the group that are not posted there
}

// Person is a member with the accounts through which to reach them.
type Person struct {
	Member   string
	Name     string
	Accounts []Account
}

// Account is one account of a person.
type Account struct {
	ID      bot.UserID
	Closed  bool
	Checked time.Time // when it was last found open or closed; zero: never
}

// Reachable reports whether any account of the person may be open.
func (p Person) Reachable() bool {
	for _, a := range p.Accounts {
		if !a.Closed {
			return true
		}
	}
	return false
}

// Setup is what somebody filled in: for a new group, or as changes to one.
type Setup struct {
	ID            string // becomes the new group's identifier
	User          bot.UserID
	Name          string // what the person is called
	Space         bot.SpaceID
	Channel       bot.ChannelID
	Group         string // the group that is changed; "" for a new one
	Track         string // which of its tracks is changed
	Reopen        bool   // the group has ended and starts again
	Adding        bool   // a certification that the group is to study too
	GroupName     string
	Certification string
	Outline       string
	WindowFrom    string // local dates, 2006-01-02; "" for no window
	WindowTo      string
	Expr          string // five cron fields
	Zone          string // IANA; "" while it isn't clear
	TypedZone     string // what the person wrote
	StaysOpen     StaysOpen
	CreatedAt     time.Time
}

// Start is a set-up that becomes a running group.
type Start struct {
	Setup                   Setup
	Member, Track, Schedule string // identifiers for what is new
	Welcome                 schedule.Delivery
	// Windows are the next ones of what a reopened group studies, by track, where
	// the last season's are over. The set-up's own window goes before them.
	Windows map[string]Window
	Facts   time.Time // when to look at how old facts are; zero: never
	Now     time.Time
}

// Recurring is the schedule of a set-up.
func (s Setup) Recurring(id, group, track string) schedule.Recurring {
	return schedule.Recurring{ID: id, Group: group, Track: track, Kind: KindQuestion, Expr: s.Expr, Zone: s.Zone}
}

// StartOutcome says what became of a start.
type StartOutcome int

// The outcomes.
const (
	Started        StartOutcome = iota
	AlreadyStarted              // by this very set-up
	ChannelTaken                // another group is in that channel
)

// PostOutcome says what became of an extra question.
type PostOutcome int

// The outcomes.
const (
	Posting PostOutcome = iota
	PostedBefore
	NotRunning
)

// Failure is a post that could not be posted, or was left out.
type Failure struct {
	Kind    string // of the due thing or delivery
	Channel bot.ChannelID
	At      time.Time // when it should have been posted
	Until   time.Time // from when on it is left out; zero: never
	Parked  bool      // it waits for somebody; otherwise it was left out
	Cause   string
	Fix     string
}

// Binding is a group's move from one channel to another.
type Binding struct {
	Group    string
	From, To bot.ChannelID
	Space    bot.SpaceID
}

// BindOutcome says what became of a move.
type BindOutcome int

// The outcomes.
const (
	Bound          BindOutcome = iota
	BoundElsewhere             // the channel is another group's
	BoundBefore                // it is this group's already
	NotBound                   // From is not the group's
)

// OfferKind is what an offer would change.
type OfferKind string

// The kinds of offers.
const (
	OfferJoin     OfferKind = "join"     // become an organiser too
	OfferHandover OfferKind = "handover" // in place of the giver
	OfferTakeover OfferKind = "takeover" // in place of organisers who can't be reached
)

// Offer is an offer to organise a group.
type Offer struct {
	ID        string
	Group     Group
	Kind      OfferKind
	From, To  string // members
	FromName  string
	ToName    string
	Open      bool
	Accepted  bool
	CreatedAt time.Time
	EndsAt    time.Time // when it ends, or when it was answered
}

// NewOffer is an offer to be made to an account.
type NewOffer struct {
	ID      string
	Group   string
	Kind    OfferKind
	From    string // member
	To      Joining
	Message schedule.Delivery
	EndsAt  time.Time
}

// OfferOutcome says what became of an offer.
type OfferOutcome int

// The outcomes.
const (
	Offered OfferOutcome = iota
	Accepted
	Declined
	OfferedBefore    // an open offer of that kind to that person exists
	AlreadyOrganiser // that person is one
	TooMany          // organisers
	OfferEnded       // too old, withdrawn, or its giver organises no more
	NoSuchOffer      // or not to this account
	Reachable        // an organiser can be reached, so nobody takes over
	ObjectedBefore   // somebody objected to this person not long ago
)

// NoticeKind is which words a notice has.
type NoticeKind string

// The kinds of notices.
const (
	NoticeParked    NoticeKind = "parked"    // a post was refused
	NoticeGone      NoticeKind = "gone"      // a channel is no more
	NoticeSilent    NoticeKind = "silent"    // the group paused itself
	NoticeLow       NoticeKind = "low"       // few unseen questions are left
	NoticeSeason    NoticeKind = "season"    // the next season can begin
	NoticeLeft      NoticeKind = "left"      // administrators took a channel out
	NoticeErased    NoticeKind = "erased"    // posts may name somebody whose data was erased
	NoticeOutline   NoticeKind = "outline"   // what is studied ends, or is followed by another version
	NoticePin       NoticeKind = "pin"       // a question could not be pinned, or not be unpinned
	NoticeSuggested NoticeKind = "suggested" // questions that members wrote wait
	NoticeFacts     NoticeKind = "facts"     // facts about what the group studies are older than a year
)

// Notice is something organisers should know. It is told once per cause, some
// kinds again after a day, and then stands on the group's page.
type Notice struct {
	ID        string
	Group     string
	Cause     string // what it is about; one open notice per cause
	Kind      NoticeKind
	Data      NoticeData
	CreatedAt time.Time
	ToldAt    time.Time
	Closed    bool
}

// NoticeData is what the words of a notice need; which fields are set depends
// on the kind.
type NoticeData struct {
	Channel  bot.ChannelID `json:"channel,omitempty"`  // parked, gone, pin
	Problem  string        `json:"problem,omitempty"`  // parked, pin: the platform's reason, a sentence
	Fix      string        `json:"fix,omitempty"`      // parked, pin: what to do, without a full stop
	Unpin    bool          `json:"unpin,omitempty"`    // pin: it is still pinned
	Delivery string        `json:"delivery,omitempty"` // parked: its key
	What     string        `json:"what,omitempty"`     // parked: the delivery's kind
	Track    string        `json:"track,omitempty"`    // low: whose questions; facts: about what
	Until    time.Time     `json:"until,omitzero"`     // parked: when it is left out; zero: never
	Count    int           `json:"count,omitempty"`    // silent: unanswered questions; low: unseen ones left; season: who is in; facts, suggested: how many
	Season   string        `json:"season,omitempty"`   // season: the one that has ended
	Next     string        `json:"next,omitempty"`     // season: the next one's name
	Start    string        `json:"start,omitempty"`    // season: the day on which it would begin, 2006-01-02
	Outline  string        `json:"outline,omitempty"`  // outline: which one, of the track
	End      string        `json:"end,omitempty"`      // outline: the local date from which it isn't the one any more
	Follows  string        `json:"follows,omitempty"`  // outline: the next one; "" if none is known
	Posts    []NamingPost  `json:"posts,omitempty"`    // erased: the posts
}
