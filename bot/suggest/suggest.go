// Package suggest is the questions that members write for their group: how they
// are sent, what organisers decide about them, and how those that were accepted
// leave as a file, or organisers bring in a file of others. What was accepted is asked by package practice, like the
// questions of banks.
package suggest

import (
	"context"
	"log/slog"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// Points is what a suggestion earns that was accepted.
const Points = 3

// MostWaiting is how many suggestions of one member wait in a group at once.
const MostWaiting = 10

// mostReason is how long the reason of a refusal can be, in characters.
const mostReason = 300

// State is how far a suggestion has got.
type State string

// The states of a suggestion.
const (
	Waiting  State = "waiting"
	Accepted State = "accepted" // it is asked
	Stopped  State = "stopped"  // it was accepted, and isn't asked any more
	Refused  State = "refused"
)

// Suggestion is a question that a member wrote.
type Suggestion struct {
	ID      string
	Group   string
	Track   string // what it is about; "" until it is accepted
	Member  string // who wrote it; "" for somebody who is gone
	Name    string // theirs, if they signed it
	Signed  bool
	State   State
	Item    quizzes.Item // as it is now
	Version string       // of the item; "" until it is accepted
	Edition int          // rises with every change
	Reason  string       // why it was refused
	By      string       // who accepted or refused it, as the group calls them
	Points  int          // that it earned
	MadeAt  time.Time
	DoneAt  time.Time // when it was accepted or refused
	Seen    bool      // its author has read what came of it
	// Held says that the organiser who looks is still to answer it: not to be given
	// away.
	Held bool
}

// Added is what became of a suggestion that was sent.
type Added struct {
	Again   bool // it was sent before, and waits
	TooMany bool // nothing was recorded
}

// Change is what an organiser does to a suggestion.
type Change struct {
	ID, By  string        // the suggestion, and the organiser's member
	Edition int           // that they have seen
	State   State         // that it gets
	Track   string        // what it is about
	Item    *quizzes.Item // in other words, or with its area; nil: as it is
	Reason  string
	At      time.Time
}

// Outcome is what became of a change.
type Outcome int

// What can become of a change.
const (
	Done    Outcome = iota
	Decided         // somebody decided before; nothing was done
	Changed         // somebody changed it meanwhile; nothing was done
	Gone            // there is no such suggestion any more, or who decides organises no more
)

// Store is what suggestions keep in the database.
type Store interface {
	ImportStore
	// AddSuggestion records a suggestion, and has the organisers told that some
	// wait, once a week.
	AddSuggestion(ctx context.Context, n Suggestion) (Added, error)
	// Suggestion reads a suggestion as a member may see it.
	Suggestion(ctx context.Context, id, memberID string) (n Suggestion, ok bool, err error)
	// SuggestionsWaiting counts a group's suggestions that are not decided.
	SuggestionsWaiting(ctx context.Context, groupID string) (int, error)
	// Suggestions are a group's suggestions, those that wait or those that were
	// accepted, in the order in which they were made; with Held for the member.
	Suggestions(ctx context.Context, groupID, memberID string, waiting bool) ([]Suggestion, error)
	// OwnExported are a group's accepted items as it has them, with its corrections,
	// but for those that it isn't asked any more; by track.
	OwnExported(ctx context.Context, groupID, memberID string) (byTrack map[string][]quizzes.Item, held int, err error)
	// ChangeSuggestion makes a change in one transaction: of two organisers, one
	// decides. Who wrote what is accepted gets [Points], and is told as of what is
	// refused.
	ChangeSuggestion(ctx context.Context, c Change) (Outcome, error)
	// SuggestionRead records that a member has read a question with its answer before
	// it was ever posted.
	SuggestionRead(ctx context.Context, memberID string, ids ...string) error
	// SuggestionsAnswered are a member's suggestions in any group that were decided
	// since an instant, newest first.
	SuggestionsAnswered(ctx context.Context, memberID string, since time.Time) ([]Suggestion, error)
	// SuggestionsSeen records that a member has read what came of their suggestions.
	SuggestionsSeen(ctx context.Context, memberID string, now time.Time) error
	// HasSuggested reports whether a member has ever suggested anything.
	HasSuggested(ctx context.Context, memberID string) (bool, error)
}

// Config is what [New] needs.
type Config struct {
	Log       *slog.Logger
	Store     Store
	Bot       *bot.Bot
	Groups    *group.Service
	Questions *practice.Service
	Catalogue cert.Catalogue
	Now       func() time.Time // domain time
	NewID     func() string
	Wake      func() // makes the engine look now
}

// Service is the feature.
type Service struct {
	Config
	reads chan struct{} // holds one while a file is read: one at a time
}

// New makes the feature.
func New(c Config) *Service { return &Service{Config: c, reads: make(chan struct{}, 1)} }

// Shortcut is what the shortcut on messages is called.
const Shortcut = "Suggest as question"

// Register makes the bot answer to everything about suggestions.
func (s *Service) Register() {
	b := s.Bot
	b.Command(bot.Command{Name: Shortcut, Help: "Make this message a question for your study group", Message: true, Private: true}, s.used)
	b.Action(PathSuggest("{group}"), s.ask)
	b.Action(PathSuggest("{group}")+"/sent", s.sent)
	s.Groups.Opens(group.OpenSuggest, func(_ context.Context, _ bot.Interaction, g group.Group, _ group.Member) (bot.Response, error) {
		return form(g.ID, "")
	})
	s.Groups.ContributeStudy(s.studyPart)
	s.Groups.ContributePage(s.pagePart)
	s.Groups.Remind(s.notes())
	s.Groups.ContributeQueue(group.QueueSection{Waiting: s.Store.SuggestionsWaiting, Show: s.queueSection})
	s.Groups.ContributeFront(s.waitingLine)
	s.Groups.ContributeWord("suggestions", s.queueTyped)
	of := func(path string, h func(context.Context, bot.Interaction, judging) (bot.Response, error)) {
		b.Action(pathOne("{suggestion}")+path, s.judged(h))
	}
	of("", s.shown)
	of("/accept/{track}/{edition}", s.askAccept)
	of("/accept/{track}/{edition}/sent", s.sentAccept)
	of("/edit/{edition}", s.askEdit)
	of("/edit/{edition}/sent", s.sentEdit)
	of("/refuse/{edition}", s.askRefuse)
	of("/refuse/{edition}/sent", s.sentRefuse)
	of("/stop/{edition}", s.stop)
	of("/again/{edition}", s.again)
	s.registerImport()
	b.Action(pathOwn("{group}"), s.own)
	b.Action(pathOwn("{group}")+"/file", s.file)
	b.Action(pathOwn("{group}")+"/{from}", s.own)
}

// PathSuggest is where a member of a group suggests a question.
func PathSuggest(groupID string) string { return "suggest/" + groupID }

// pathOne is the organisers' page about a suggestion.
func pathOne(id string) string { return "suggestion/" + id }

// pathOwn is the organisers' page of their group's own questions.
func pathOwn(groupID string) string { return "own/" + groupID }

// simple is a private card.
func simple(title, body bot.Text, row ...bot.Control) bot.Message {
	return bot.Message{Card: &bot.Card{Title: title, Body: body, Footer: onlyYouWords, Controls: []bot.Row{row}}}
}
