// Package board is what comes of answers: points, questions in a row, the boards
// of a group, and the weekly post.
package board

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/chart"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// Store is what boards keep in the database. A round's points enter the totals
// in the transaction that closes it, which is practice's.
type Store interface {
	ReportStore
	// PrepareBoards gives every group its weeks and a weekly due thing, and counts
	// what was closed and caught up by a program that had no boards. Done again,
	// it finds nothing to do.
	PrepareBoards(ctx context.Context, now time.Time) error

	// Pictures is whether a group wants pictures in its posts.
	Pictures(ctx context.Context, groupID string) (group.Pictures, error)

	// Calendar is where a group stands in time.
	Calendar(ctx context.Context, groupID string, now time.Time) (Calendar, error)
	// GroupTracks are what a group studies now, and anything it once studied with
	// totals; what the member answered or practised last comes first.
	GroupTracks(ctx context.Context, groupID, memberID string) ([]Track, error)
	// Sheet reads what a member sees of a period.
	Sheet(ctx context.Context, groupID, trackID, memberID string, p Period) (Sheet, error)
	// Placed are the members with at least so many points in a period who take
	// places.
	Placed(ctx context.Context, groupID, trackID string, p Period, from int) ([]Entry, error)
	// History is what an account's standing in a track follows from. It is one
	// statement, for it is read after every answer.
	History(ctx context.Context, groupID, trackID string, account bot.UserID) (History, error)

	// MemberHistory is the same of a member.
	MemberHistory(ctx context.Context, groupID, trackID, memberID string) (History, error)
	// TrackGroup is the group of a track; ok is false if there is no such track.
	TrackGroup(ctx context.Context, trackID string) (groupID string, ok bool, err error)

	// Naming is how a member is named in a group.
	Naming(ctx context.Context, groupID, memberID string) (Naming, error)
	// Rename sets the name on boards, "" for the member's own, and whether it is
	// shown. It reports false, and changes nothing, when somebody else in the group
	// is called so.
	Rename(ctx context.Context, groupID, memberID, name string, hidden bool) (bool, error)
	// Namings are how members are named in a group, by identifier.
	Namings(ctx context.Context, groupID string, members []string) (map[string]Naming, error)

	// EndWeek ends the running week of the due thing's group and begins the next,
	// once per occurrence; from then on the ended week is final. It returns
	// [schedule.ErrTaken] when the due thing is not waiting any more.
	EndWeek(ctx context.Context, d schedule.Due) (Ended, error)
	// WeekFacts sums up a track's week.
	WeekFacts(ctx context.Context, groupID, trackID string, week int) (Facts, error)
	// Histories calls each with what the runs of those follow from who earned
	// points in a week.
	Histories(ctx context.Context, groupID, trackID string, week int, each func(History)) error
	// SettleRuns keeps runs, so that less has to be followed next time.
	SettleRuns(ctx context.Context, trackID string, runs map[string]Run) error
	// PostWeek takes the due thing, keeps what is said about the ended week, and
	// writes the deliveries and what is due next.
	PostWeek(ctx context.Context, d schedule.Due, e Ended, post string, deliveries []schedule.Delivery, next []schedule.Due, now time.Time) error
	// WeekPost reads what PostWeek keeps; ok is false if there is no such post.
	WeekPost(ctx context.Context, groupID string, week int) (post string, ok bool, err error)
}

// Track is what a group studies, or did.
type Track struct {
	group.Track
	Current bool
}

// Sheet is what a member sees of a period.
type Sheet struct {
	Tallies  []Tally // everybody with points
	Unplaced []int   // points of those among them who take no place
	Points   int     // the member's
	Naming   Naming
	Before   []Sum  // the member's earlier weeks, newest first
	Open     []Open // questions that can be answered now, the one that closes first first
	Next     time.Time
	Earlier  bool // somebody earned points in the week before this one
}

// Open is an open question as a member sees it.
type Open struct {
	Closes   time.Time
	Answered bool // by the member
}

// Sum is a member's week.
type Sum struct{ Points, Answers int }

// Naming is how a member is named in a group.
type Naming struct {
	Own    string // the member's name
	Board  string // another one for boards, or ""
	Hidden bool
	Mentor bool // takes no place
}

// Shown is the name on boards. One with letters that are written from the right
// ends with a mark, without which the points after it would be shown before it.
func (n Naming) Shown() string {
	name := n.Own
	if n.Board != "" {
		name = n.Board
	}
	if strings.ContainsFunc(name, fromTheRight) {
		return strings.TrimSuffix(name, leftAgain) + leftAgain
	}
	return name
}

const leftAgain = "\u200e"

// fromTheRight reports whether a letter is of a script written from the right.
func fromTheRight(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// History is what a member's standing follows from.
type History struct {
	Member     string
	WeekPoints int // earned in the running week, without open questions
	OpenPoints int // of answers to open questions
	CaughtUp   []time.Time
	Reviews    bool // notes about reviews are on
	Run        Run  // as it was kept
	Questions  []Question
}

// Ended is a week that has just ended.
type Ended struct {
	Group    group.Group
	Week     int // its number
	Schedule schedule.Recurring
	Tracks   []group.Track   // with questions that closed in it
	Channels []group.Channel // in which it can post
	Quiet    bool            // the group wants no weekly post
	NoCount  bool            // nor to read how far its exam is
	Studied  []string        // tracks that the group studies from now on
}

// Facts are what happened in a track's week.
type Facts struct {
	Answers   int // in time, to questions that closed in it
	People    int // who gave them
	Right     int
	Tallies   []Tally
	Unplaced  []int
	Questions []Asked
	Members   []Part
}

// Asked is a question that closed in a week.
type Asked struct {
	Round    string
	Domain   string // area of the outline
	LocalDay string
	Answered int
	Right    int
}

// Part is a member's part in a week.
type Part struct {
	Member   string
	Name     string // as shown on boards
	Hidden   bool
	Mentor   bool
	Points   int
	Complete bool  // answered everything that closed since joining
	Before   []Sum // earlier weeks, newest first
}

// Themes tells what weeks are about; package practice implements it.
type Themes interface {
	// Theme is the theme of the running week of a track's group.
	Theme(ctx context.Context, t group.Track) (practice.Theme, error)
	// ThemeWords names a theme with its weight and the quality of that.
	ThemeWords(t group.Track, theme practice.Theme) string
	// ThemePath begins practice of a theme; it is whispered.
	ThemePath(t group.Track, theme practice.Theme) string
}

// Config is what [New] needs.
type Config struct {
	Log       *slog.Logger
	Pictures  *chart.Renderer // nil: posts have no pictures
	Store     Store
	Bot       *bot.Bot
	Groups    *group.Service
	Catalogue cert.Catalogue
	Themes    Themes
	Now       func() time.Time // domain time
	NewID     func() string
}

// Service is the feature.
type Service struct {
	Config
	reportParts []ReportPart
	whoParts    []WhoPart
}

// New makes the feature and registers what people do with it.
func New(c Config) *Service {
	s := &Service{Config: c}
	s.Bot.Command(s.command(), s.typed)
	s.Bot.Action(group.PathBoard, s.pressed)
	s.Bot.Action(group.PathBoard+"/{track}/{when}", s.openBoard)
	s.Bot.Action("turn/{track}/{when}", s.turnBoard)
	s.Bot.Action("place/{track}/{when}", s.showPlace)
	s.Bot.Action("name/{group}", s.askName)
	s.Bot.Action("name/{group}/set", s.setName)
	s.Bot.Action("name/{group}/hide", s.hide)
	s.Bot.Action("name/{group}/show", s.show)
	s.attachReport()
	s.Groups.Contribute(s.studyLines)
	s.Groups.ContributeSetting(s.settingLines)
	return s
}

// Kinds is what the engine needs to know.
func (s *Service) Kinds() []schedule.Kind {
	return []schedule.Kind{{Name: group.KindWeekly, Fire: s.fire, Skip: s.skip, Render: s.render}}
}

// Prepare brings groups of an earlier program up to date; call it before
// anything runs.
func (s *Service) Prepare(ctx context.Context) error { return s.Store.PrepareBoards(ctx, s.Now()) }

var _ practice.Standings = (*Service)(nil)

// short is what people call what a track studies.
func (s *Service) short(t group.Track) string {
	if c, ok := s.Catalogue.Find(t.Certification); ok {
		return c.Short
	}
	return t.Certification
}
