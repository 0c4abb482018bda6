package practice

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// What organisers decide about a question is for their group. The host of the
// program may accept it for all: it becomes a row, and every group that hasn't
// decided itself gets it in a transaction of its own. Whoever is interrupted goes on
// where they were, because a group that has it isn't looked for any more.

// A Proposal is what organisers decided about an item version of a bank, alike in
// one group or several: what the host can accept for all. It names no group.
type Proposal struct {
	Item     quizzes.Item // as the bank has it
	Bank     string
	Version  string
	Decision Decision     // [Corrected], [Voided], [Explained] or [Retired]
	Mended   quizzes.Item // as those groups have it; of [Retired], Item
	Graded   string       // its version; "" of [Retired]

	Groups    int // that decided so
	Others    int // that decided otherwise
	Undecided int // that were asked it and decided nothing
	Reports   int // of this version, in all groups
	At        time.Time
	Dismissed bool // the host doesn't want to read of it again
}

// Code names the proposal among those about its item: the beginning of the version
// that it makes, or takes out.
func (p Proposal) Code() string {
	v := cmp.Or(p.Graded, p.Version)
	return v[:min(8, len(v))]
}

// Accepted is what the host accepted about an item version.
type Accepted struct {
	Version  string
	Item     string // the item's id
	Decision Decision
	Graded   string // the version by which answers are graded; "": as the bank has it
	Edition  int64  // counts what was accepted about this version
	At       time.Time
	Done     time.Time // when every group had it; zero: some are still to get it
	Brought
}

// Brought is what accepting changed in groups so far.
type Brought struct {
	Groups    int // in which something was changed
	Answers   int // that count or are counted otherwise now
	Gainers   int // people who gained points by it, over all postings
	Reporters int // whose reports are answered
}

// Is reports whether accepting a proposal would change nothing.
func (a Accepted) Is(p Proposal) bool {
	return a.Version == p.Version && a.Decision == p.Decision && (p.Decision == Retired || a.Graded == p.Graded)
}

// Foreseen is what accepting a proposal would change.
type Foreseen struct {
	Groups    int         // that have it otherwise, and haven't decided themselves
	Answers   int         // in time, that are graded anew
	Gains     map[int]int // how many people gain how many points
	Reporters int         // whose reports it answers
}

// Few reports whether so few answered that figures would tell who answered what.
func (f Foreseen) Few() bool { return f.Answers < countsFrom }

// Words say what people gain.
func (f Foreseen) Words() string { return gainWords(f.Gains, f.Answers, false).Plain() }

// AcceptedHere is what the host accepted about a question that a group was asked.
type AcceptedHere struct {
	Number   int // of its newest posting that is closed, or else of the newest
	Decision Decision
}

// ErrReplaced is returned by [AcceptStore.AcceptIn] when something else was accepted
// meanwhile; nothing has changed then.
var ErrReplaced = errors.New("something else was accepted meanwhile")

// AcceptStore is what the host's accepting keeps in the database.
type AcceptStore interface {
	// Proposals are all decisions of organisers about items of banks that change
	// something, by item, then the ones that most groups made.
	Proposals(ctx context.Context) ([]Proposal, error)
	// AcceptedItems is all that was accepted, by item.
	AcceptedItems(ctx context.Context) ([]Accepted, error)
	// AcceptedSign is something else after everything that was accepted and after
	// every end of bringing it to the groups; pending says that some wait for it.
	AcceptedSign(ctx context.Context) (sign string, pending bool, err error)
	// ForeseeAccept counts what accepting a proposal would change.
	ForeseeAccept(ctx context.Context, p Proposal) (Foreseen, error)
	// Accept has a proposal count for all groups from now on; changed is false if it
	// does already. Groups that are made later have it from their beginning.
	Accept(ctx context.Context, p Proposal, now time.Time) (a Accepted, changed bool, err error)
	// Dismiss has a proposal be of no interest, until it is accepted. Groups keep what
	// they decided.
	Dismiss(ctx context.Context, p Proposal) error
	// AcceptWaits are the groups that are still to get what was accepted.
	AcceptWaits(ctx context.Context, a Accepted) ([]string, error)
	// AcceptIn brings it to one group in one transaction: answers are graded anew,
	// the cards edited, one note owed under the old post, and open checks of the
	// version decided by it. A group that decided itself keeps that.
	AcceptIn(ctx context.Context, groupID string, a Accepted, now time.Time, newID func() string) (rounds []string, err error)
	// AcceptDone records that every group has it, unless one waits for it still.
	AcceptDone(ctx context.Context, a Accepted, now time.Time) error
	// AcceptedHere is what was accepted since an instant about questions that a group
	// was asked and hasn't decided about itself, newest first.
	AcceptedHere(ctx context.Context, groupID string, since time.Time) ([]AcceptedHere, error)
}

// Unaccepted are the proposals that the host has neither accepted nor dismissed. What
// was decided before something else about the same version was accepted is left out.
func Unaccepted(all []Proposal, accepted []Accepted) (left []Proposal) {
	for _, p := range all {
		if !p.Dismissed && !slices.ContainsFunc(accepted, func(a Accepted) bool { return a.Is(p) || a.Version == p.Version && !p.At.After(a.At) }) {
			left = append(left, p)
		}
	}
	return left
}

// acceptedShownFor is for how long organisers read of what was accepted.
const acceptedShownFor = 30 * 24 * time.Hour

// nothingWaits is for a section that only tells.
func nothingWaits(context.Context, string) (int, error) { return 0, nil }

// acceptedSection tells organisers what the host accepted about their group's
// questions. There is nothing to decide about it.
func (s *Service) acceptedSection(ctx context.Context, d group.Details) (lines []bot.Text, _ []bot.Button, err error) {
	all, err := s.Store.AcceptedHere(ctx, d.Group.ID, s.Now().Add(-acceptedShownFor))
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	lines = append(lines, acceptedHeadWords)
	for _, h := range all[:min(len(all), checksShown)] {
		lines = append(lines, bot.Textf(acceptedLineWords, h.Number, h.Decision.words()))
	}
	return lines, nil, nil
}
