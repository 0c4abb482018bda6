package practice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

// KindCorrection is the kind of delivery that tells under an old post that its
// question was corrected; its reference is a [NoteRef].
const KindCorrection = "correction"

// VoidCredit is the credit of an answer to a question that no answer is right
// or wrong for: all the points, and a place in no statistics.
const VoidCredit Verdict = "void"

// Grade is how an answer counts: the verdict by the newest key, and what earns
// its points where an earlier key was better for the person, or [VoidCredit]; ""
// where the verdict earns them.
type Grade struct{ Verdict, Credit Verdict }

// Earns is the verdict that earns the points.
func (g Grade) Earns() Verdict {
	switch g.Credit {
	case "":
		return g.Verdict
	case VoidCredit:
		return Right
	}
	return g.Credit
}

// Regraded is the grade of an earlier answer after a correction by whose key its
// verdict is now. Whichever key is better for the person earns the points.
func (g Grade) Regraded(now Verdict, void bool) Grade {
	switch {
	case g.Credit == Wrong: // they knew it before it was asked
		return Grade{now, Wrong}
	case void:
		return Grade{Right, VoidCredit}
	}
	if before := g.Earns(); quizzes.Verdict(before).Better(quizzes.Verdict(now)) {
		return Grade{now, before}
	}
	return Grade{Verdict: now}
}

// NewGrade is the grade of an answer that is given now.
func NewGrade(now Verdict, item quizzes.Item) Grade { return Grade{}.Regraded(now, item.Void) }

// Regrading is a correction of one item version in one group, decided.
type Regrading struct {
	Group       string
	ItemVersion string       // as the bank has it
	Item        quizzes.Item // as corrected
	Corrected   string       // its version
	Snapshot    []byte
	At          time.Time
	NewID       func() string // for deliveries
	Quiet       bool          // only its words changed: cards are edited, and nobody is told of a correction
	Accepted    bool          // the host accepted it for all groups; otherwise the group's organisers decided
}

// Grades an answer that was given before the correction. What a former member
// typed is not there any more, and keeps its verdict.
func (r Regrading) Grades(a Answer) Grade {
	was := Grade{a.Verdict, a.Credit}
	if a.Forgotten(r.Item) {
		return was.Regraded(a.Verdict, r.Item.Void)
	}
	verdict, err := quizzes.Grade(r.Item, quizzes.Response{Options: strings.Fields(a.Option), Text: a.Raw})
	if err != nil { // it was read by the earlier key and can't be by this one
		verdict = quizzes.Wrong
	}
	return was.Regraded(Verdict(verdict), r.Item.Void)
}

// Forgotten reports whether what was typed to answer an item was erased.
func (a Answer) Forgotten(item quizzes.Item) bool { return item.Typed() && a.Raw == "" }

// Regraded is what came of a regrading.
type Regraded struct {
	Changed bool     // false: the group had this very correction already
	Rounds  []string // the rounds with the item
	Answers int      // answers that count or are counted otherwise now
	Gainers int      // people who gained points by it, over all rounds

	InTime int         // answers in time to closed rounds; see [DecideStore]
	Gains  map[int]int // how many gained how many points
}

// CorrectedAnswer is what a correction made of somebody's answer.
type CorrectedAnswer struct {
	Certification string
	Number        int // of the question
	Gained        int // points; 0: they keep what they had
}

// RegradeStore is what regrading keeps in the database.
type RegradeStore interface {
	// OriginalItem is the item version as the bank has it that a group knows by a
	// version, which may be a correction of it; ok is false if there is none.
	OriginalItem(ctx context.Context, groupID, version string) (item quizzes.Item, original string, ok bool, err error)
	// Regrade grades a group's answers to an item version anew in one transaction
	// with all totals, wants the cards edited, and owes one note under the newest
	// closed post of it in each track. Done again with the same correction it changes nothing.
	Regrade(ctx context.Context, r Regrading) (Regraded, error)
	// CorrectedFor are a member's answers to closed questions of a group that were
	// corrected since an instant, so that they gained points or keep those of the
	// earlier key: the last corrected ones, at most most.
	CorrectedFor(ctx context.Context, groupID, memberID string, since time.Time, most int) ([]CorrectedAnswer, error)
	// PostOf is the message by which a round was posted to a channel.
	PostOf(ctx context.Context, roundID string, ch bot.ChannelID) (id bot.MessageID, ok bool, err error)
	// VoidItems are the item versions that are not to be asked in a group: void
	// ones, those that are being checked, and those retired there.
	VoidItems(ctx context.Context, groupID string) ([]VoidItem, error)
}

// VoidItem is an item version that a group has no use for, just now or for good.
type VoidItem struct {
	Item, Version string
	Draw          *quizzes.Draw // of a computed item
}

// useless are the items that a group is not asked as the banks have them now; a
// mended one is another version.
func useless(byID map[string]entry, void []VoidItem) map[string]bool {
	items := map[string]bool{}
	for _, v := range void {
		if e, ok := byID[v.Item]; ok {
			if e.item.Still(v.Version, v.Draw) {
				items[v.Item] = true
			}
		}
	}
	return items
}

// Regrade corrects an item version in one group: every answer given there so far
// counts by whichever key is better for the person, every later one by the new
// key. Nobody loses a point, statistics know the new key only, and other groups
// keep what they have. The version is the bank's or an earlier correction of it.
// Who may do this is for the caller to decide.
func (s *Service) Regrade(ctx context.Context, groupID, itemVersion string, c quizzes.Correction) (Regraded, error) {
	item, original, ok, err := s.Store.OriginalItem(ctx, groupID, itemVersion)
	if err != nil {
		return Regraded{}, err
	}
	if !ok {
		return Regraded{}, fmt.Errorf("there is no item version %q", itemVersion)
	}
	r := Regrading{Group: groupID, ItemVersion: original, At: s.Now(), NewID: s.NewID}
	if r.Item, err = item.Corrected(c); err != nil {
		return Regraded{}, fmt.Errorf("correct %s: %w", item.ID, err)
	}
	r.Corrected, r.Snapshot = r.Item.Version()
	done, err := s.Store.Regrade(ctx, r)
	if err != nil {
		return Regraded{}, err
	}
	for _, id := range done.Rounds {
		s.rounds.drop(id)
	}
	s.Log.Info("question corrected", "group", groupID, "version", original, "rounds", len(done.Rounds),
		"answers", done.Answers, "gainers", done.Gainers, "changed", done.Changed)
	s.Wake()
	return done, nil
}

// NoteRef is the reference of the note about a correction: a new one for each.
func NoteRef(roundID, corrected string) string { return roundID + "#" + corrected }

// noteRound reads the round of a note, while its correction is the newest.
func (s *Service) noteRound(ctx context.Context, d schedule.Delivery) (Round, error) {
	id, corrected, _ := strings.Cut(d.Ref, "#")
	r, ok, err := s.Store.Round(ctx, id)
	if err == nil && (!ok || r.ItemVersion != corrected || r.State != Closed) {
		err = schedule.ErrTaken
	}
	return r, err
}

// renderNote is the note about a correction.
func (s *Service) renderNote(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	r, err := s.noteRound(ctx, d)
	if err != nil {
		return bot.Message{}, err
	}
	return simple("", correctionLine(r), bot.Row{
		bot.Button{Label: "My answer", Action: "mine/" + r.ID},
		bot.Button{Label: whyLabel(r.Item), Action: "why/" + r.ID},
		bot.Button{Label: "My study page", Action: group.PathStudy},
	}), nil
}

// placeNote opens the conversation under the old post. Where there can be none,
// nothing is posted: the card that the question closed with says it all.
func (s *Service) placeNote(ctx context.Context, d schedule.Delivery) (bot.ChannelID, error) {
	r, err := s.noteRound(ctx, d)
	if err != nil {
		return "", err
	}
	post, ok, err := s.Store.PostOf(ctx, r.ID, bot.ChannelID(d.Target))
	if err != nil {
		return "", err
	}
	if !ok {
		return "", schedule.ErrTaken
	}
	ch, ok, err := s.Bot.Thread(ctx, post, bot.Textf(threadTitle, r.Number).Plain())
	if known, refused := errors.AsType[*bot.DeliveryError](err); refused && (known.Kind == bot.Refused || known.Kind == bot.Gone) {
		ok, err = false, nil
	}
	if err == nil && !ok {
		err = schedule.ErrTaken
	}
	return ch, err
}

// correctionLine is "Question 34 was corrected: B and C were both defensible.
// Nobody loses points; 4 of you gained 2."
func correctionLine(r Round) bot.Text {
	line := bot.Textf(correctedWords, r.Number, rightAnswer(r.Item))
	switch {
	case r.Item.Void:
		line = bot.Textf(withdrawnWords, r.Number)
	case len(r.Item.Also) > 0:
		line = bot.Textf(defensibleWords, r.Number, defensible(r.Item))
	}
	switch {
	case r.Gainers == 0 || r.Answered < countsFrom:
		return line + " " + nobodyLosesWords
	case r.Gain == 0:
		return line + " " + bot.Textf(someGainedWords, r.Gainers)
	}
	return line + " " + bot.Textf(gainedWords, r.Gainers, r.Gain)
}

// defensible is "B and C were both", "A, B and C were all" or, of several
// choices at once, "A and C, or A and D, were all".
func defensible(item quizzes.Item) string {
	keys := keyNames(item)
	names, how := bot.And(keys), "both"
	if item.Type == quizzes.Multiple {
		names = strings.Join(keys, ", or ") + ","
	}
	if len(keys) > 2 {
		how = "all"
	}
	return names + " were " + how
}

// correctedToldFor is for how long the study page tells what a correction changed, and
// correctedTold of how many questions.
const (
	correctedToldFor = 7 * 24 * time.Hour
	correctedTold    = 3
)

// correctedPart is what the study page says of corrections that changed the member's
// answers: only they read it, and nobody is sent a message for it.
func (s *Service) correctedPart(ctx context.Context, g group.Group, m group.Member) (part group.StudyPart, err error) {
	all, err := s.Store.CorrectedFor(ctx, g.ID, m.ID, s.Now().Add(-correctedToldFor), correctedTold)
	for _, c := range all {
		name := s.short(group.Track{Certification: c.Certification})
		line := bot.Textf(keptLineWords, name, c.Number)
		if c.Gained > 0 {
			line = bot.Textf(gainedLineWords, name, c.Number, c.Gained)
		}
		part.Lines = append(part.Lines, line)
	}
	return part, err
}

// correctedNote tells a person what a correction made of an answer given before it.
func correctedNote(f fixed, a Answer) bot.Text {
	switch {
	case f.correctedAt.IsZero() || !a.At.Before(f.correctedAt):
		return ""
	case f.item.Void:
		return voidResultWords
	case a.Gained > 0:
		return bot.Textf(gainedResultWords, a.Gained)
	case a.Credit != "" && a.Credit != Wrong:
		return keptResultWords
	}
	return correctedResultWords
}
