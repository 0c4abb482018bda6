package practice

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// What waits for organisers: each question that members of their group reported,
// with all that is known about it, and what can be decided.

// Checked is a check with what its organisers are told of it.
type Checked struct {
	Check
	Item    quizzes.Item // as the group has it
	Bank    string
	Number  int // of the newest posting under which it was reported, or else of the newest; 0 for none
	Reports []Report
	// Held says that the member is still to answer it, or may change their answer:
	// not to be given away.
	Held   bool
	ForAll bool // the group has the item as the host accepted it for all groups
}

// Draft is what an organiser is about to decide.
type Draft struct {
	ID       string
	Check    string
	Member   string
	Decision Decision
	Words    DraftWords
}

// DraftWords is what was filled in for a decision.
type DraftWords struct {
	Correction quizzes.Correction
	Reason     string // for who reported
}

// Deciding is a decision that is made now.
type Deciding struct {
	Draft
	Regrading *Regrading // nil where answers count as they did
	At        time.Time
}

// Decided is what became of a decision.
type Decided struct {
	Check     Check // as it is now
	Already   bool  // nothing was done: somebody decided before
	Gone      bool  // nothing was done: what was to be decided was changed meanwhile
	Regraded  Regraded
	Reporters int // who are told
}

// DecideStore is what organisers' decisions keep in the database.
type DecideStore interface {
	// ChecksWaiting counts a group's checks that are not decided.
	ChecksWaiting(ctx context.Context, groupID string) (int, error)
	// Checks are those checks, the one that waits longest first, without notes and
	// with Held for the member.
	Checks(ctx context.Context, groupID string) ([]Checked, error)
	// Check reads a check of any group, with the reports that are not decided, as
	// its member may see it. Names are only of those who want that.
	Check(ctx context.Context, id, memberID string) (k Checked, ok bool, err error)
	// CheckSpread counts the answers in time to a group's closed postings of an item
	// version as its bank has it, by what was chosen, of postings that [MinCounted]
	// answered; see [Store]. Of an open one each look would tell what the newest
	// answer was, of a smaller one what somebody chose whom everybody saw answering.
	CheckSpread(ctx context.Context, groupID, original string) (map[string]int, error)
	// PutDraft keeps what an organiser is about to decide, in place of what they
	// were about to before.
	PutDraft(ctx context.Context, d Draft, now time.Time) error
	// DraftOf reads what a member is about to decide.
	DraftOf(ctx context.Context, id, memberID string) (d Draft, ok bool, err error)
	// ForeseeRegrade counts what a regrading would change of closed questions: people's
	// gains in points by how many they are, and answers in time in all, or to a
	// posting that fewer than [MinCounted] answered.
	ForeseeRegrade(ctx context.Context, r Regrading) (gains map[int]int, answers int, err error)
	// Decide makes a decision in one transaction: it regrades, answers every open
	// report, and has those told who made them. Whoever comes second changes nothing.
	Decide(ctx context.Context, d Deciding) (Decided, error)
}

// attachChecks registers what organisers do about reports.
func (s *Service) attachChecks(groups *group.Service) {
	groups.ContributeQueue(group.QueueSection{Waiting: s.Store.ChecksWaiting, Show: s.queueSection})
	groups.ContributeQueue(group.QueueSection{Waiting: nothingWaits, Show: s.acceptedSection})
	s.attachOdd(groups)
	groups.ContributeFront(s.checksLine)
	of := func(path string, h func(context.Context, bot.Interaction, judging) (bot.Response, error)) {
		s.Bot.Action("check/{check}"+path, func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
			j, err := s.judging(ctx, i)
			if err != nil {
				return bot.Response{}, err
			}
			switch {
			case j.State == CheckDone:
				return s.decidedBefore(i, j.Check), nil
			case j.Held && path != "":
				return bot.InPlace(i, s.heldCard(j)), nil
			}
			return h(ctx, i, j)
		})
	}
	of("", s.checkShown)
	of("/figures", s.checkFigures)
	of("/notes", s.checkNotes)
	of("/notes/{from}", s.checkNotes)
	of("/answer", s.askCorrect)
	of("/answer/sent", s.sentCorrect)
	of("/words", s.askExplain)
	of("/words/sent", s.sentExplain)
	of("/keep", s.askKeep)
	of("/keep/sent", s.sentKeep)
	of("/void", s.askVoid)
	of("/retire", s.askRetire)
	of("/do/{draft}", s.decide)
}

// judging is a check with the organiser who looks at it.
type judging struct {
	Checked
	group group.Details
	by    string // the organiser
}

// judging reads the check of a path for an organiser of its group, and nobody else.
func (s *Service) judging(ctx context.Context, i bot.Interaction) (j judging, err error) {
	k, ok, err := s.Store.Check(ctx, i.Arg("check"), "")
	if err != nil || !ok {
		return j, cmp.Or[error](err, &bot.Error{Text: checkGoneWords})
	}
	if j.group, err = s.groups.Organising(ctx, i, k.Group); err != nil {
		return j, err
	}
	_, m, err := s.groups.Join(ctx, i, k.Group)
	if err != nil {
		return j, err
	}
	j.by = m.ID
	j.Checked, _, err = s.Store.Check(ctx, k.ID, m.ID)
	return j, err
}

func pathCheck(id string) string { return "check/" + id }

// checksLine says on the organisers' page that reports wait.
func (s *Service) checksLine(ctx context.Context, g group.Group) ([]bot.Text, error) {
	n, err := s.Store.ChecksWaiting(ctx, g.ID)
	switch {
	case err != nil || n == 0:
		return nil, err
	case n == 1:
		return []bot.Text{checkWaitsOne}, nil
	}
	return []bot.Text{bot.Textf(checkWaitsWords, n)}, nil
}

// queueSection is the reported questions on the page of those to decide on.
func (s *Service) queueSection(ctx context.Context, d group.Details) (lines []bot.Text, buttons []bot.Button, err error) {
	all, err := s.Store.Checks(ctx, d.Group.ID)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	lines = append(lines, checksHeadWords)
	families := byFamily(all)
	for _, f := range families[:min(len(families), checksShown)] {
		state, reports := checkAskedWords, 0
		for _, k := range f {
			if k.State == CheckPaused {
				state = checkPausedWords
			}
			reports += len(k.Reports)
			buttons = append(buttons, bot.Button{Label: s.checkLabel(k), Action: pathCheck(k.ID)})
		}
		lines = append(lines, bot.Textf("%s: %s; %s.", s.familyName(f), bot.Count(reports, "report", "reports"), state))
	}
	if rest := len(families) - checksShown; rest > 0 {
		lines = append(lines, bot.Textf(checksMoreWords, rest))
	}
	return lines, buttons, nil
}

// checksShown is how many stand on the page; others come when these are decided.
const checksShown = 20

// checkName is "CBET question 34", or the beginning of one that was never posted.
func (s *Service) checkName(k Checked) bot.Text {
	if k.Number == 0 {
		return bot.Textf(practicedWords, bot.Clip(k.Item.Stem, 60))
	}
	return bot.Textf(checkNumberWords, k.Number)
}

func (s *Service) checkLabel(k Checked) string {
	if k.Number == 0 {
		return bot.Clip(k.Item.Stem, bot.LimitLabel)
	}
	return bot.Textf(checkNumberWords, k.Number).Plain()
}

// checkShown is all that is known about a reported question, and what can be
// decided about it.
func (s *Service) checkShown(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	if j.Held {
		return bot.InPlace(i, s.heldCard(j)), nil
	}
	if suggestion, own := OwnOf(j.Item.ID); own { // reported in practice, it may still be posted for the first time
		if err := s.Store.SuggestionRead(ctx, j.by, suggestion); err != nil {
			return bot.Response{}, err
		}
	}
	spread, err := s.Store.CheckSpread(ctx, j.Group, j.Original)
	if err != nil {
		return bot.Response{}, err
	}
	notes, more := noteLines(j.Reports, 0, 2, 160)
	lines := []bot.Text{answerLines(j.Item, spread)}
	if total, _, _ := counts(spread, j.Item); total >= countsFrom {
		lines = append(lines, totals(spread, j.Item))
	} else {
		lines = append(lines, checkFewWords)
	}
	figures, _, err := s.figuresLines(ctx, j.Group, j.Item, j.Version, j.Original)
	if err != nil {
		return bot.Response{}, err
	}
	lines = append(lines, figures...)
	lines = append(lines, j.origin()...)
	lines = append(lines, "\n"+faultLine(j.Reports))
	drawn, draws, err := s.drawsOf(ctx, j)
	if err != nil {
		return bot.Response{}, err
	}
	lines = append(lines, drawn)
	lines = append(lines, notes...)
	if j.State == CheckPaused {
		lines = append(lines, checkIsPaused)
	} else {
		lines = append(lines, checkIsAsked)
	}
	path := pathCheck(j.ID)
	card := simple(bot.Textf(checkTitle, s.checkName(j.Checked)), bot.Join("\n", lines...), bot.Row{
		bot.Button{Label: "Change the answer", Action: path + "/answer"},
		bot.Button{Label: "Explain it better", Action: path + "/words"},
		bot.Button{Label: "Take it back", Action: path + "/void"},
		bot.Button{Label: "Don't ask it again", Action: path + "/retire"},
		bot.Button{Label: "Keep it as it is", Action: path + "/keep"},
	})
	second := append(draws, bot.Button{Label: "Questions", Action: group.PathQueue(j.Group)})
	if more {
		second = append(bot.Row{bot.Button{Label: "All notes", Action: path + "/notes"}}, second...)
	}
	card.Card.Controls = append(card.Card.Controls, second)
	card.Card.Footer = onlyYouWords
	// A long question: its figures, and then its notes, have pages of their own.
	for _, part := range []struct {
		lines  []bot.Text
		button bot.Button
	}{{figures, bot.Button{Label: "Figures", Action: path + "/figures"}}, {notes, bot.Button{Label: "All notes", Action: path + "/notes"}}} {
		if len([]rune(bot.Join("\n", card.Card.Title, card.Card.Body, card.Card.Footer).Plain())) <= checkFits {
			break
		}
		lines = slices.DeleteFunc(lines, func(t bot.Text) bool { return slices.Contains(part.lines, t) })
		card.Card.Body = bot.Join("\n", lines...)
		if row := card.Card.Controls[1]; !slices.Contains(row, bot.Control(part.button)) {
			card.Card.Controls[1] = append(bot.Row{part.button}, row...)
		}
	}
	return bot.InPlace(i, card), nil
}

// origin says where the question is from: its source, its bank and its version.
func (j judging) origin() []bot.Text {
	source := bot.Textf(sourceWords, j.Item.Source.Title)
	if j.Item.Source.Checked != "" {
		source += bot.Textf(checkSourceWords, j.Item.Source.Checked)
	}
	origin := bot.Textf(checkItemWords, j.Bank, j.Item.ID, j.Version[:min(8, len(j.Version))])
	if j.Bank == OwnBank {
		origin = checkOwnWords
	}
	if j.ForAll {
		origin += checkForAllWords
	}
	return []bot.Text{source, origin}
}

// checkFigures are a question's figures alone.
func (s *Service) checkFigures(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	lines, _, err := s.figuresLines(ctx, j.Group, j.Item, j.Version, j.Original)
	if err != nil {
		return bot.Response{}, err
	}
	m := simple(bot.Textf(checkFiguresTitle, s.checkName(j.Checked)), bot.Join("\n", lines...), bot.Row{bot.Button{Label: "Back to the question", Action: pathCheck(j.ID)}})
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m), nil
}

// checkFits is how many characters a card may take with what stands around them.
const checkFits = bot.LimitMessage - 250

// heldCard is for an organiser who is still to answer the question: they play, too.
func (s *Service) heldCard(j judging) bot.Message {
	m := simple(bot.Textf(checkTitle, s.checkName(j.Checked)), bot.Join("\n", checkHeldWords, faultLine(j.Reports)),
		bot.Row{bot.Button{Label: "Questions", Action: group.PathQueue(j.Group)}, bot.Button{Label: "My study page", Action: group.PathStudy}})
	m.Card.Footer = onlyYouWords
	return m
}

// faultLine is "3 reports: 2 another answer is right too, 1 unclear."
func faultLine(all []Report) bot.Text {
	count := map[Fault]int{}
	for _, r := range all {
		count[r.Fault]++
	}
	var parts []string
	for _, x := range faults {
		if n := count[x.fault]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" “"+x.words+"”")
		}
	}
	return bot.Textf(faultLineWords, bot.Count(len(all), "report", "reports"), bot.And(parts))
}

// noteLines are up to n notes from a place on, each cut to so many characters, with
// the names of those who want that; more says that something was left out.
func noteLines(all []Report, from, n, most int) (lines []bot.Text, more bool) {
	with := slices.DeleteFunc(slices.Clone(all), func(r Report) bool { return r.Note == "" && r.Name == "" })
	more = from > 0 || len(with) > from+n
	for _, r := range with[min(from, len(with)):min(from+n, len(with))] {
		note := bot.Clip(strings.ReplaceAll(r.Note, "\n", " "), most)
		more = more || len([]rune(r.Note)) > most
		words, _ := faultWords(r.Fault)
		line := bot.Textf(noteWords, note)
		if r.Note == "" {
			line = bot.Textf("%s", words)
		}
		if r.Name != "" {
			line += bot.Textf(noteByWords, r.Name)
		}
		lines = append(lines, line)
	}
	return lines, more
}

// notesAtOnce is how many notes stand on one page: as many as fit at their longest.
const notesAtOnce = 3

// checkNotes are the notes in full, a few at a time.
func (s *Service) checkNotes(_ context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	from, _ := strconv.Atoi(i.Arg("from")) // anything else is the beginning
	from = max(0, min(from, len(j.Reports)))
	lines, _ := noteLines(j.Reports, from, notesAtOnce, mostReportNote)
	rest, _ := noteLines(j.Reports, from+notesAtOnce, 1, mostReportNote)
	row := bot.Row{bot.Button{Label: "Back to the question", Action: pathCheck(j.ID)}}
	if len(rest) > 0 {
		row = append(bot.Row{bot.Button{Label: "More notes", Action: pathCheck(j.ID) + "/notes/" + strconv.Itoa(from+notesAtOnce)}}, row...)
	}
	if len(lines) == 0 {
		lines = append(lines, noNotesWords)
	}
	m := simple(bot.Textf(checkNotesTitle, s.checkName(j.Checked)), bot.Join("\n", lines...), row)
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m), nil
}

// decidedBefore tells an organiser what another one decided.
func (s *Service) decidedBefore(i bot.Interaction, k Check) bot.Response {
	who := bot.Text("Another organiser")
	if k.ByName != "" {
		who = bot.Typed(k.ByName)
	}
	words := bot.Textf(decidedBeforeWords, who, k.Decision.words())
	if k.Accepted {
		words = bot.Textf(acceptedWords, k.Decision.words())
	}
	m := simple("", words,
		bot.Row{bot.Button{Label: "Questions", Action: group.PathQueue(k.Group)}, bot.Button{Label: "Group page", Action: group.PathGroup(k.Group)}})
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m)
}
