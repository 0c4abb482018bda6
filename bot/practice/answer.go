package practice

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// press grades a letter pressed under a posted question.
func (s *Service) press(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.letter(ctx, i, false)
	if err != nil {
		return bot.Response{}, err
	}
	return s.result(ctx, i, p)
}

// result whispers what became of an answer to a posted question.
func (s *Service) result(ctx context.Context, i bot.Interaction, p pressed) (bot.Response, error) {
	switch p.Status {
	case TooLate:
		return s.tooLate(ctx, i, p)
	case NotPosted:
		return bot.Whisper(simple("", notPostedWords, studyRow())), nil
	case NeedsConfirming:
		return bot.Whisper(bot.Message{Card: greet(confirmCard(p), p.joined)}), nil
	}
	var extra []bot.Text
	row := append(bot.Row{practiseButton(p.group, p.round, p.Answer.Verdict), reportRound(p.round)}, studyRow()...)
	if p.Sealed {
		row = changeRow(p.round)
	}
	var rows []bot.Row
	if p.joined.New {
		extra = append(extra, group.Greeting(p.joined))
		rows = append(rows, bot.Row{
			bot.Button{Label: "Fine", Action: "fine/" + p.round},
			bot.Button{Label: "Hide my name", Action: group.PathHideName(p.group)},
			bot.Button{Label: "How it works", Action: group.PathHelp},
		})
		if words, soFar, ok, err := s.joiner(ctx, p.joinedGroup, p.joined); err != nil {
			return bot.Response{}, err
		} else if ok {
			extra, row = append(extra, words), slices.Insert(row, 1, bot.Control(soFar))
		}
	}
	rule, choice, err := s.ruleNote(ctx, p.user, p.certification, p.track)
	if err != nil {
		return bot.Response{}, err
	}
	standing, err := s.standings.Standing(ctx, p.group, p.track, p.user)
	if err != nil {
		return bot.Response{}, err
	}
	card, err := s.outcomeCard(ctx, p, standing, append(extra, rule)...)
	if err != nil {
		return bot.Response{}, err
	}
	card.Controls = ruleRow(append(rows, row), choice)
	return bot.Whisper(bot.Message{Card: card}), nil
}

// outcomeCard tells what became of an answer: how it was graded, or only that it
// counts while that is kept for the closing.
func (s *Service) outcomeCard(ctx context.Context, p pressed, standing Standing, extra ...bot.Text) (*bot.Card, error) {
	checked, err := s.checkedLine(ctx, p.group, p.version)
	if err != nil {
		return nil, err
	}
	extra = append([]bot.Text{checked}, extra...)
	if p.Sealed {
		return s.notedCard(ctx, p, extra...)
	}
	return s.resultCard(ctx, p, standing, extra...)
}

// pressCopy grades an answer chosen in a private copy and shows the result in its place.
func (s *Service) pressCopy(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.letter(ctx, i, true)
	if err != nil {
		return bot.Response{}, err
	}
	return s.copyResult(ctx, i, p)
}

// copyResult shows what became of an answer in the place of the private copy.
func (s *Service) copyResult(ctx context.Context, i bot.Interaction, p pressed) (bot.Response, error) {
	switch p.Status {
	case TooLate:
		r, err := s.tooLate(ctx, i, p)
		if err != nil {
			return bot.Response{}, err
		}
		return bot.InPlace(i, *r.Reply), nil
	case NotPosted:
		return bot.InPlace(i, simple("", notPostedWords, studyRow())), nil
	case NeedsConfirming:
		return bot.InPlace(i, bot.Message{Card: greet(confirmCard(p), p.joined)}), nil
	}
	_, m, err := s.groups.Join(ctx, i, p.group)
	if err != nil {
		return bot.Response{}, err
	}
	owed, err := s.owed(ctx, p.group, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	standing, err := s.standings.Standing(ctx, p.group, p.track, p.user)
	if err != nil {
		return bot.Response{}, err
	}
	left, row := allDone(standing), append(bot.Row{practiseButton(p.group, p.round, Right), reportRound(p.round)}, studyRow()...)
	if p.Sealed {
		row = changeRow(p.round)
	}
	if len(owed) > 0 {
		left = bot.Textf(toGoWords, len(owed)) + "."
		row[0] = bot.Button{Label: "Next", Action: "next/" + p.group, Style: bot.Primary}
	}
	rule, choice, err := s.ruleNote(ctx, p.user, p.certification, p.track)
	if err != nil {
		return bot.Response{}, err
	}
	card, err := s.outcomeCard(ctx, p, standing, left, rule)
	if err != nil {
		return bot.Response{}, err
	}
	if p.Answer.CaughtUp || standing.CaughtUp > 0 {
		remind, err := s.remindButton(ctx, m.ID)
		if err != nil {
			return bot.Response{}, err
		}
		row = append(row, remind...)
	}
	card.Controls = ruleRow([]bot.Row{row}, choice)
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// pressed is a press with what became of it.
type pressed struct {
	fixed
	Outcome
	round       string
	user        bot.UserID
	joined      group.Member // set when the press had to look the person up first
	joinedGroup group.Group
}

// joinRound is the round of a path, with the acting account as a member of its group.
func (s *Service) joinRound(ctx context.Context, i bot.Interaction) (p pressed, err error) {
	p = pressed{round: i.Arg("round"), user: i.User}
	if p.fixed, err = s.lookUp(ctx, p.round); err == nil {
		p.joinedGroup, p.joined, err = s.groups.Join(ctx, i, p.group)
	}
	return p, err
}

// letter answers with the option that was pressed.
func (s *Service) letter(ctx context.Context, i bot.Interaction, catchUp bool) (pressed, error) {
	f, err := s.lookUp(ctx, i.Arg("round"))
	if err != nil {
		return pressed{}, err
	}
	r, ok := pressable(f.item, i.Arg("choice"))
	if !ok {
		return pressed{}, bot.Errorf(noSuchOptionWords, f.number)
	}
	return s.answer(ctx, i, r, catchUp)
}

// answer records what was answered, once. What can't be read as an answer is a
// [quizzes.Unreadable], and nothing is recorded.
func (s *Service) answer(ctx context.Context, i bot.Interaction, r quizzes.Response, catchUp bool) (pressed, error) {
	p, err := s.grade(ctx, i, r, catchUp)
	// Another copy of the program may have corrected the question.
	stale := p.Status == Stale || p.Status == Already && p.Answer.ItemVersion != p.version
	if err != nil || !stale {
		return p, err
	}
	s.rounds.drop(p.round)
	if p, err = s.grade(ctx, i, r, catchUp); err == nil && p.Status == Stale {
		err = fmt.Errorf("round %s was corrected twice during one press", p.round)
	}
	return p, err
}

// grade records an answer by the round's key as it is known here. A member's
// press is one transaction and reads nothing else; whoever is not a member yet
// joins first.
func (s *Service) grade(ctx context.Context, i bot.Interaction, r quizzes.Response, catchUp bool) (pressed, error) {
	p := pressed{round: i.Arg("round"), user: i.User}
	var err error
	if p.fixed, err = s.lookUp(ctx, p.round); err != nil {
		return pressed{}, err
	}
	a, err := s.given(i, p.item, p.version, r)
	if err != nil {
		return pressed{}, err
	}
	a.Round, a.Group, a.Track, a.Account = p.round, p.group, p.track, i.User
	a.Confirmed = confirmed(p.item, i)
	if err := s.unranked(ctx, &a, i.User); err != nil {
		return pressed{}, err
	}
	p.Outcome, err = s.Store.Answer(ctx, a, catchUp)
	if err == nil && p.Status == Stranger {
		if p.joinedGroup, p.joined, err = s.groups.Join(ctx, i, p.group); err == nil {
			p.Outcome, err = s.Store.Answer(ctx, a, catchUp)
		}
	}
	if err != nil {
		return pressed{}, err
	}
	if p.Status == Recorded && CountShown(p.Answered) {
		s.Wake()
	}
	return p, nil
}

// answerID makes an identifier that sorts by time, so that answers which come
// together stand together in the index by identifier.
func (s *Service) answerID() string {
	return fmt.Sprintf("%09s", strconv.FormatInt(s.Now().UnixMilli(), 36)) + s.NewID()
}

// mostMissed reports whether enough people answered to say that most missed it.
func (o Outcome) mostMissed() bool { return o.Answered >= countsFrom && 2*o.Right < o.Answered }

// tooLate answers a press on a card that still had its letters.
func (s *Service) tooLate(ctx context.Context, i bot.Interaction, p pressed) (bot.Response, error) {
	r, ok, err := s.Store.Round(ctx, p.round)
	if err != nil || !ok {
		return bot.Response{}, err
	}
	g, _, err := s.groups.Join(ctx, i, p.group)
	if err != nil {
		return bot.Response{}, err
	}
	closed := r.ClosedAt
	if closed.IsZero() { // its time is over, and it is just about to close
		closed = r.ClosesAt
	}
	words := bot.Textf(tooLateWords, bot.When(closed.In(g.Location())))
	if !s.Now().Before(closed.Add(CatchUpFor)) {
		return bot.Whisper(simple(tooLateTitle, words+" "+stillClosedWords, studyRow())), nil
	}
	row := bot.Row{bot.Button{Label: "Catch up", Action: PathCatchUp(g.ID, p.track), Style: bot.Primary}}
	return bot.Whisper(simple(tooLateTitle, words+" "+catchUpStillWords, row)), nil
}

// greet adds to a card that its reader has become a member by this very press.
func greet(c *bot.Card, m group.Member) *bot.Card {
	if m.New {
		c.Body = bot.Join("\n", group.Greeting(m), c.Body)
	}
	return c
}

// catchUp whispers the oldest question the person can still answer.
func (s *Service) catchUp(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	card, err := s.oldest(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(bot.Message{Card: card}), nil
}

// nextCopy puts the next one in the place of a result.
func (s *Service) nextCopy(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	card, err := s.oldest(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

func (s *Service) oldest(ctx context.Context, i bot.Interaction) (*bot.Card, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return nil, err
	}
	owed, err := s.askedFor(ctx, i, g.ID, m.ID)
	if err != nil {
		return nil, err
	}
	if len(owed) == 0 {
		if copied, ok, err := s.rehearsal(ctx, g, i.Arg("round")); ok || err != nil {
			return copied, err
		}
		practise := append(bot.Row{bot.Button{Label: "Practise 5", Action: "quiz/" + g.ID + "/start"}}, studyRow()...)
		return greet(simple(caughtUpTitle, caughtUpBody, practise).Card, m), nil
	}
	plan, err := s.Store.RoundPlan(ctx, owed[0].ID)
	if err != nil {
		return nil, err
	}
	if owed[0].Item, err = s.illustrated(ctx, owed[0].Item); err != nil {
		return nil, err
	}
	card := s.copyCard(g, plan.Track, owed[0], len(owed)-1)
	return greet(card, m), s.sign(ctx, g.ID, owed[0].Item, card)
}

// why explains the answer to a closed question.
func (s *Service) why(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, m, err := s.closed(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	row := bot.Row{bot.Button{Label: "My answer", Action: "mine/" + r.ID}}
	if others, ok := othersButton(r.Item, r.ID); ok {
		row = append(others, row...)
	}
	mentors, err := s.mentorButtons(ctx, r.Group, r.ID)
	if err != nil {
		return bot.Response{}, err
	}
	row = append(row, mentors...)
	card := greet(simple(whyTitleOf(r.Number, r.Item), explained(r.Item), row).Card, m)
	return bot.Whisper(bot.Message{Card: card}), nil
}

// others explains each of the other options of a closed question.
func (s *Service) others(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, m, err := s.closed(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	lines := otherOptions(r.Item)
	lines = append(lines, bot.Textf(sourceWords, r.Item.Source.Title))
	mentors, err := s.mentorButtons(ctx, r.Group, r.ID)
	if err != nil {
		return bot.Response{}, err
	}
	row := append(mentors, bot.Button{Label: "My answer", Action: "mine/" + r.ID}, bot.Button{Label: "My study page", Action: group.PathStudy})
	card := greet(simple(bot.Textf(othersTitle, r.Number), bot.Join("\n\n", lines...), row).Card, m)
	return bot.Whisper(bot.Message{Card: card}), nil
}

// closed is the closed round a press is about, and who presses; the answer of an
// open one stays secret.
func (s *Service) closed(ctx context.Context, i bot.Interaction) (Round, group.Member, error) {
	p, err := s.joinRound(ctx, i)
	if err != nil {
		return Round{}, group.Member{}, err
	}
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return Round{}, group.Member{}, err
	}
	if r.State != Closed {
		return Round{}, group.Member{}, &bot.Error{Text: stillOpenWords}
	}
	return r, p.joined, nil
}

// mine shows the person's own result again.
func (s *Service) mine(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.again(ctx, i, Already)
}

// fine is the answer of somebody new to how they appear: the result stays, and
// the words about joining go.
func (s *Service) fine(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, err := s.again(ctx, i, Recorded)
	return inPlace(i, r), err
}

// again whispers the person's result, in the words of a status.
func (s *Service) again(ctx context.Context, i bot.Interaction, status Status) (bot.Response, error) {
	p, err := s.joinRound(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	a, ok, err := s.Store.AnswerOf(ctx, p.round, p.joined.ID)
	if err == nil && ok && a.ItemVersion != p.version { // corrected by another copy of the program
		s.rounds.drop(p.round)
		p.fixed, err = s.lookUp(ctx, p.round)
	}
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		row := append(bot.Row{bot.Button{Label: "Catch up", Action: PathCatchUp(p.group, p.track)}}, studyRow()...)
		return bot.Whisper(bot.Message{Card: greet(simple("", notAnsweredWords, row).Card, p.joined)}), nil
	}
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return bot.Response{}, err
	}
	standing, err := s.standings.Standing(ctx, p.group, p.track, p.user)
	if err != nil {
		return bot.Response{}, err
	}
	p.Outcome = Outcome{Status: status, Answer: a, Sealed: r.changeable()}
	card, err := s.outcomeCard(ctx, p, standing)
	if err != nil {
		return bot.Response{}, err
	}
	card.Controls = []bot.Row{append(bot.Row{practiseButton(p.group, p.round, a.Verdict), reportRound(p.round)}, studyRow()...)}
	switch {
	case r.changeable():
		card.Controls = []bot.Row{changeRow(r.ID)}
	case r.State == Closed:
		mentors, err := s.mentorButtons(ctx, p.group, r.ID)
		if err != nil {
			return bot.Response{}, err
		}
		card.Controls[0] = append(card.Controls[0], mentors...)
	}
	return bot.Whisper(bot.Message{Card: card}), nil
}

// results lets a person call up any result of the last days again.
func (s *Service) results(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, m, err := s.groups.Join(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	rounds, err := s.Store.Answered(ctx, g.ID, m.ID, s.Now().Add(-CatchUpFor), bot.LimitOptions)
	if err != nil {
		return bot.Response{}, err
	}
	if len(rounds) == 0 {
		return bot.Whisper(bot.Message{Card: greet(simple(resultsTitle, noResultsWords, studyRow()).Card, m)}), nil
	}
	menu := bot.Menu{Placeholder: "Choose a question", Action: "mine"}
	for _, r := range rounds {
		label := bot.Clip(bot.Textf(resultWords, r.Number, r.Item.Stem).Plain(), bot.LimitOptionLabel)
		menu.Options = append(menu.Options, bot.Option{Label: label, Value: r.ID})
	}
	return bot.Whisper(simple(resultsTitle, onlyYouWords, bot.Row{menu}, studyRow())), nil
}

// more is the private menu behind a card.
func (s *Service) more(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.joinRound(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return bot.Response{}, err
	}
	body := moreBody
	if r.changeable() {
		body = moreSealedBody
	}
	return bot.Whisper(bot.Message{Card: greet(simple(moreTitle, body, bot.Row{
		bot.Button{Label: "My study page", Action: group.PathStudy},
		bot.Button{Label: "My answer", Action: "mine/" + p.round},
		reportRound(p.round),
		bot.Button{Label: "How it works", Action: group.PathHelp},
		bot.Button{Label: "The group", Action: group.PathGroup(p.group)},
	}).Card, p.joined)}), nil
}

func simple(title, body bot.Text, rows ...bot.Row) bot.Message {
	return bot.Message{Card: &bot.Card{Title: title, Body: body, Controls: rows}}
}

func studyRow() bot.Row {
	return bot.Row{bot.Button{Label: "My study page", Action: group.PathStudy}}
}
