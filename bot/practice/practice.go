// Package practice is questions and answers: choosing and posting the daily
// question, grading each person in private, closing, catching up and correcting.
// Beside it stands what people do with questions by themselves, in sessions of
// practice and review and in mock exams, and together, in discussions, live
// rounds, meetings and matches between groups.
package practice

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/chart"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// RuleVersion is the version of the points rule that new rounds follow.
const RuleVersion = 1

// Points by rule version 1.
const (
	PointsRight    = 3
	PointsPartly   = 2
	PointsAnswered = 1
	PointsCaughtUp = 1
)

const (
	// leastOpen is for how long a question can be answered at least.
	leastOpen = 20 * time.Hour
	// mostOpenDays is after how many days it closes at the latest.
	mostOpenDays = 3
	// CatchUpFor is how long after closing a question can still be caught up.
	CatchUpFor = 7 * 24 * time.Hour
	// onTime is how late a post may be without being called late.
	onTime = 5 * time.Minute
	// countsFrom is how many answers it takes to say how they were spread.
	countsFrom = 5
	// lowFor is how far ahead organisers hear that questions are running out.
	lowFor = 14 * 24 * time.Hour
	// mostLow is more questions than any group has in that time.
	mostLow = 60
)

// KindClose is the kind of due thing that closes a round; its subject is the round.
const KindClose = "close"

// Round is one posting of a question to a group.
type Round struct {
	ID          string
	Group       string
	Track       string
	Number      int // as people see it
	Item        quizzes.Item
	ItemVersion string // identifier of the snapshot Item was read from: the bank's, or the group's correction of it
	Bank        string
	LocalDay    string // 2006-01-02 in the group's zone
	State       RoundState
	PlannedAt   time.Time
	OpenedAt    time.Time // when it was really posted
	ClosesAt    time.Time
	LatestClose time.Time // when a paused group closes it
	ClosedAt    time.Time
	Late        bool
	Sealed      bool      // results are told when it closes; until then answers can be changed
	Answered    int       // answers in time
	CorrectedAt time.Time // when a correction in the group last changed it; zero: never
	Gainers     int       // people who gained points by that
	Gain        int       // how many each of them; 0 when it differs
}

// RoundState is where a round's life stands.
type RoundState string

// The states of a round.
const (
	Planned RoundState = "planned"
	Open    RoundState = "open"
	Closed  RoundState = "closed"
	Skipped RoundState = "skipped" // never posted
)

// Verdict is how an answer was graded.
type Verdict string

// The verdicts.
const (
	Right  Verdict = "right"
	Partly Verdict = "partly"
	Wrong  Verdict = "wrong"
)

// Answer is one person's response to a round.
type Answer struct {
	ID          string
	Round       string
	Group       string
	Track       string
	Member      string
	Account     bot.UserID // the account that answers; known while it does
	Item        string
	ItemVersion string  // by which it was graded
	Option      string  // identifiers of the chosen options, separated by spaces
	Raw         string  // what was typed, where typing is the answer
	Verdict     Verdict // by the newest key
	Credit      Verdict // what earns the points instead, after a correction; see [Grade]
	Gained      int     // points gained by the newest correction
	CaughtUp    bool    // given after closing
	At          time.Time
	Interaction string
	Confirmed   bool // the person need not be asked any more whether it counts
}

// Points is what the answer earned.
func (a Answer) Points() int {
	if a.CaughtUp {
		return PointsCaughtUp
	}
	switch (Grade{a.Verdict, a.Credit}).Earns() {
	case Right:
		return PointsRight
	case Partly:
		return PointsPartly
	}
	return PointsAnswered
}

// Status is what became of a press.
type Status int

// What can become of a press.
const (
	Recorded        Status = iota // this answer counts
	Already                       // an earlier answer counts
	Changed                       // this answer counts instead of an earlier one
	TooLate                       // closed, and not to be caught up this way or any more
	NotPosted                     // not open: still being posted, or skipped
	Stranger                      // the account is in no such group
	Stale                         // graded by a key that was corrected meanwhile: to be graded anew
	NeedsConfirming               // nothing was recorded: the person wants to be asked first
)

// Outcome is what became of a press, with the answer that counts.
type Outcome struct {
	Status   Status
	Answer   Answer
	Answered int  // answers in time to the round, this one included
	Right    int  // those of them that are right
	Sealed   bool // the round is open and tells its results when it closes
}

// Plan is what a question's schedule is about.
type Plan struct {
	Schedule schedule.Recurring
	Group    group.Group
	Track    group.Track
	Channels []bot.ChannelID
}

// Use is how often a group met an item.
type Use struct {
	Posted int // times posted
	Last   int // number of the newest round with it
	Met    int // members who answered it

	Answered, Right int // answers in time, and those of them that were right
}

// Posting is a decided round with what follows from it.
type Posting struct {
	Round      Round
	Snapshot   []byte
	Deliveries []schedule.Delivery
	Next       []schedule.Due
	Chosen     Chosen // why this item
	Low        int    // unseen questions left, when organisers should hear of it; -1 otherwise
}

// Skipping is why a question is not posted, and what comes after it.
type Skipping struct {
	Reason string
	Next   []schedule.Due
	OutOf  string // the group to tell that there are no questions left, or ""
	Track  string // whose questions
}

// Opening is a round that is being posted, and until when it will be open.
type Opening struct {
	Round          string
	Plan           Plan // by which Closes and Latest were worked out
	At             time.Time
	Closes, Latest time.Time
	Late           bool
}

// Store is what practice keeps in the database.
type Store interface {
	SessionStore
	LiveStore
	MeetingStore
	ReviewStore
	MatchStore
	TimeStore
	PictureStore
	ThemeStore
	RegradeStore
	MockStore
	DiscussStore
	RuleStore
	PingStore
	CheckStore
	DecideStore
	AcceptStore
	OwnStore
	StatisticsStore
	FiguresStore
	// QuestionPlan reads what a schedule is about, with the channels in which it is
	// posted; ok is false when it is gone.
	QuestionPlan(ctx context.Context, scheduleID string) (p Plan, ok bool, err error)
	// Uses tells for each item of a track that was posted or answered how often
	// its group met it, and how many questions were posted in each area.
	Uses(ctx context.Context, groupID, trackID string) (uses map[string]Use, byDomain map[string]int, err error)
	// PostRound takes the due thing, writes the round with the track's next
	// number, its item version, its deliveries and what is due next.
	PostRound(ctx context.Context, d schedule.Due, p Posting, now time.Time) error
	// SkipQuestion records that a question was not posted and plans the next one.
	SkipQuestion(ctx context.Context, d schedule.Due, k Skipping, now time.Time) error
	// OpenRound notes when a round is really being posted and plans its closing,
	// unless one of its posts is out already. It returns [schedule.ErrTaken] when
	// the round is over, its group has stopped or studies it no more, and another error when the
	// group is not as the opening's plan says.
	OpenRound(ctx context.Context, o Opening) error
	// CloseRound takes the due thing and closes the round, or marks it as
	// skipped when it was never posted. It counts questions without an answer,
	// and pauses the group when there were too many.
	CloseRound(ctx context.Context, d schedule.Due, now time.Time) error

	// Round reads a round; ok is false if there is none.
	Round(ctx context.Context, id string) (r Round, ok bool, err error)
	// RoundPlan reads the schedule, group and track of a round; the schedule is
	// empty when the group doesn't study the track any more.
	RoundPlan(ctx context.Context, roundID string) (Plan, error)
	// LastClosed is the newest round of the track that closed after the round
	// before this one opened, and not after this one did.
	LastClosed(ctx context.Context, r Round) (last Round, ok bool, err error)
	// Spread counts the answers in time to a round by what was chosen, as in
	// [Answer]; typed ones by their verdict.
	Spread(ctx context.Context, roundID string) (map[string]int, error)
	// Answer records an account's answer if the round is open; if it closed less
	// than [CatchUpFor] ago and catchUp is set, as caught up. The outcome's answer
	// names the member, unless it was recorded in time. An answer whose
	// ItemVersion is not the round's is [Stale]; "" is graded by whichever.
	Answer(ctx context.Context, a Answer, catchUp bool) (Outcome, error)
	// AnswerOf is what a member answered to a round.
	AnswerOf(ctx context.Context, roundID, memberID string) (a Answer, ok bool, err error)
	// Answered lists up to n rounds of a group that a member has answered since
	// an instant, newest first.
	Answered(ctx context.Context, groupID, memberID string, since time.Time, n int) ([]Round, error)
	// Owed lists the rounds a member can still answer, oldest first: posted,
	// closing after the member joined, and closed less than [CatchUpFor] ago; but for
	// those that are being checked.
	Owed(ctx context.Context, groupID, memberID string, now time.Time) ([]Round, error)
	// OthersTracks are those of the tracks a group studies that a member doesn't:
	// none of their last answers in the group was to them, nor to a track's last
	// questions, but some to another.
	OthersTracks(ctx context.Context, groupID, memberID string) ([]string, error)
	// Figures sums up a group at an instant, without what depends on the bank,
	// and gives what the group studies, for which that is to be added.
	Figures(ctx context.Context, groupID string, now time.Time) (group.Figures, []group.Track, error)
	ProgressStore
	JoinerStore
}

// Standings tells members how they stand; package board implements it.
type Standings interface {
	// Standing is how an account's member stands in a track now. It is read after
	// every answer, and takes one statement.
	Standing(ctx context.Context, groupID, trackID string, account bot.UserID) (Standing, error)
}

// Standing is how a member stands in a track.
type Standing struct {
	Line     bot.Text // "This week 9 points · 12 in a row"
	Run      int      // questions answered in a row
	CaughtUp int      // questions caught up in one go, just now
	Reviews  bool     // notes about reviews are on
}

// Config is what [New] needs.
type Config struct {
	Log       *slog.Logger
	Store     Store
	Bot       *bot.Bot
	Catalogue cert.Catalogue
	Library   *Library
	Pictures  *chart.Renderer  // nil: progress comes in words only
	Now       func() time.Time // domain time
	NewID     func() string
	NewCode   func() string // at least 12 random letters and digits, for one-time codes; nil: NewID
	Wake      func()        // makes the engine look now
}

// Service is the feature.
type Service struct {
	Config
	groups    *group.Service
	standings Standings
	calendar  Calendar
	leanings  Leanings
	rounds    *cache[fixed]
	versions  *cache[quizzes.Item]   // snapshots that are being practised
	pictures  *cache[[]byte]         // that the library has no more
	own       *cache[index]          // banks with a group's own items
	met       *cache[[]bool]         // items that members with few unseen ones have met, by their number in the library
	accepted  atomic.Pointer[string] // what the host had accepted when it was last looked at
	bringing  errands                // of groups that can't get it
	figuring  sync.Mutex             // held while a group's figures are worked out
	figured   *cache[figuresOfGroup]
}

// New makes the feature. Groups come with [Service.Attach], for they need this
// service as their [group.Questions].
func New(c Config) *Service {
	if c.NewCode == nil {
		c.NewCode = c.NewID
	}
	return &Service{Config: c, standings: noStandings{}, calendar: noCalendar{}, leanings: noLeanings{}, rounds: newCache[fixed](4096), versions: newCache[quizzes.Item](4096), met: newCache[[]bool](256), pictures: newCache[[]byte](32), own: newCache[index](32), figured: newCache[figuresOfGroup](32)}
}

// Tell sets who knows how members stand, for results; without it they say nothing of it.
func (s *Service) Tell(st Standings) { s.standings = st }

// Leanings knows which areas members want to practise more than others.
type Leanings interface {
	// Leaning are areas of a certification that a member has chosen; none: their
	// practice follows the outline.
	Leaning(ctx context.Context, member, certification string) ([]string, error)
}

// Lean sets who knows that; without it nobody has chosen any.
func (s *Service) Lean(l Leanings) { s.leanings = l }

type noLeanings struct{}

func (noLeanings) Leaning(context.Context, string, string) ([]string, error) { return nil, nil }

type noStandings struct{}

func (noStandings) Standing(context.Context, string, string, bot.UserID) (Standing, error) {
	return Standing{}, nil
}

// Attach gives the service its groups and registers its actions.
func (s *Service) Attach(groups *group.Service) {
	s.groups = groups
	s.Bot.Action("answer/{round}/{choice}", s.press)
	s.Bot.Action("copy/{round}/{choice}", s.pressCopy)
	s.attachForms()
	s.attachSessions()
	s.attachDiscussions()
	s.attachLive()
	s.attachMeeting(groups)
	s.attachMatches(groups)
	s.attachTiming(groups)
	s.attachConfirming()
	s.attachRehearsals()
	s.attachRules(groups)
	s.Bot.Action("catchup/{group}", s.catchUp)
	s.Bot.Action("catchup/{group}/of/{track}", s.catchUp)
	s.Bot.Action("next/{group}", s.nextCopy)
	s.Bot.Action("why/{round}", s.why)
	s.Bot.Action("others/{round}", s.others)
	s.Bot.Action("mine/{round}", s.mine)
	s.Bot.Action("more/{round}", s.more)
	s.Bot.Action("fine/{round}", s.fine)
	s.Bot.Action("results/{group}", s.results)
	s.Bot.Action("try/{certification}", s.try)
	s.Bot.Action("try/{certification}/{choice}", s.tried)
	s.Bot.Action(PathProgress("{group}"), s.progressPressed)
	s.Bot.Action(PathProgress("{group}")+"/areas", s.progressAreas)
	s.Bot.Action(PathProgress("{group}")+"/weeks", s.progressWeeks)
	groups.Opens(group.OpenProgress, s.showProgress)
	groups.ContributeStudy(s.studyPart)
	groups.ContributeStudy(s.correctedPart)
	groups.ContributeStudy(s.reviewPart)
	s.attachMocks(groups)
	groups.Remind(s.unanswered())
	groups.Remind(s.reviewNotes())
	groups.Remind(s.mentorNotes())
	groups.ContributeStudy(s.mentorPart)
	s.attachReports()
	s.attachChecks(groups)
}

// Kinds is what the engine needs to know.
func (s *Service) Kinds() []schedule.Kind {
	return append(s.discussKinds(), []schedule.Kind{
		{Name: group.KindQuestion, Fire: s.fire, Skip: s.skip, Prepare: s.prepare, Render: s.render},
		{Name: KindClose, Fire: s.close},
		{Name: KindIdle, Fire: s.idle},
		s.liveKind(),
		s.matchKind(),
		{Name: KindCorrection, Place: s.placeNote, Render: s.renderNote},
		{Name: KindMock, Fire: s.mockEnd},
	}...)
}

// fixed is what hardly ever changes of a round, kept in memory for the next
// press. The store refuses answers by a version that was corrected meanwhile.
type fixed struct {
	group, track, version string
	certification         string
	number                int
	item                  quizzes.Item
	correctedAt           time.Time
}

// lookUp reads what hardly ever changes of a round.
func (s *Service) lookUp(ctx context.Context, id string) (fixed, error) {
	if f, ok := s.rounds.get(id); ok {
		return f, nil
	}
	r, ok, err := s.Store.Round(ctx, id)
	if err != nil {
		return fixed{}, err
	}
	if !ok {
		return fixed{}, bot.Errorf("I don't know that question; it may be from another group or from before a restore. Nothing was changed. /study shows what you can answer.")
	}
	t, _, err := s.Store.Track(ctx, r.Track)
	if err != nil {
		return fixed{}, err
	}
	f := fixed{certification: t.Certification, group: r.Group, track: r.Track, version: r.ItemVersion, number: r.Number, item: r.Item, correctedAt: r.CorrectedAt}
	s.rounds.put(id, f)
	return f, nil
}
