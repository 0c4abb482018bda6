package practice

import (
	"context"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// A group may want its results when a question closes. Its open rounds are sealed:
// a press notes what was chosen and can be changed, and nothing that anybody reads
// depends on how it was graded.

const (
	notedTitle      = "Noted: %s."
	notedPlainTitle = bot.Text("Your answer is noted.")
	notedWords      = "You can change it until %s. Then your study page has the result, and My answer under the question."
	changedWords    = bot.Text("It counts instead of your earlier answer.")
	sealedWords     = bot.Text("results when it closes")
	sealedLineWords = "Question %d: %s"
	changeLabel     = "Change"
	moreSealedBody  = bot.Text("To change your answer, press another letter while the question is open.")
)

// notedCard tells one person which answer counts, and not how it was graded.
func (s *Service) notedCard(ctx context.Context, p pressed, extra ...bot.Text) (*bot.Card, error) {
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return nil, err
	}
	plan, err := s.Store.RoundPlan(ctx, p.round) // for the group's zone
	if err != nil {
		return nil, err
	}
	card := &bot.Card{Title: bot.Textf(notedTitle, strings.TrimRight(chosen(p.item, p.Answer), ".")), Footer: onlyYouWords}
	var lines []bot.Text
	if len([]rune(card.Title.Plain())) > bot.LimitTitle {
		card.Title, lines = notedPlainTitle, []bot.Text{bot.Typed(chosen(p.item, p.Answer))}
	}
	if p.Status == Changed {
		lines = append(lines, changedWords)
	}
	lines = append(lines, bot.Textf(notedWords, bot.When(r.ClosesAt.In(plan.Group.Location()))))
	card.Body = bot.Join("\n", append(lines, extra...)...)
	return card, nil
}

// chosen is an answer in words: "B, 100 µA", "A and C", "True", or what was typed.
func chosen(item quizzes.Item, a Answer) string {
	if o, ok := item.Option(a.Option); ok && item.Type != quizzes.TrueFalse {
		return letter(o.ID) + ", " + o.Text
	}
	return givenAnswer(item, a)
}

// changeRow leads from an answer that can be changed to the question.
func changeRow(round string) bot.Row {
	return append(bot.Row{bot.Button{Label: changeLabel, Action: "change/" + round}, reportRound(round)}, studyRow()...)
}

// unsettled is for who can still answer the round of a path; whose answer counts
// for good is shown it instead.
func (s *Service) unsettled(h func(context.Context, bot.Interaction, pressed) (bot.Response, error)) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		p, err := s.joinRound(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		settled, err := s.settled(ctx, p)
		if err != nil {
			return bot.Response{}, err
		}
		if settled {
			r, err := s.mine(ctx, i)
			return inPlace(i, r), err
		}
		return h(ctx, i, p)
	}
}

// settled reports whether the answer of who presses counts for good.
func (s *Service) settled(ctx context.Context, p pressed) (bool, error) {
	_, answered, err := s.Store.AnswerOf(ctx, p.round, p.joined.ID)
	if err != nil || !answered {
		return false, err
	}
	r, _, err := s.Store.Round(ctx, p.round)
	return !r.changeable() || !s.Now().Before(r.ClosesAt), err
}

// sealedLine is how the newest closed question went of those that told their
// result when they closed; "" if the member answered none in the last week.
func (s *Service) sealedLine(ctx context.Context, g group.Group, m group.Member) (bot.Text, error) {
	rounds, err := s.Store.Answered(ctx, g.ID, m.ID, s.Now().Add(-CatchUpFor), bot.LimitOptions)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(rounds, func(r Round) bool { return r.Sealed && r.State == Closed })
	if n < 0 {
		return "", nil
	}
	a, ok, err := s.Store.AnswerOf(ctx, rounds[n].ID, m.ID)
	if err != nil || !ok {
		return "", err
	}
	title, _ := graded{item: rounds[n].Item, answer: a, points: bot.Textf(pointsWords, a.Points())}.words()
	return bot.Textf(sealedLineWords, rounds[n].Number, title), nil
}

// changeable reports whether answers to a round may still be changed, and so
// whether how they were graded is still kept from everybody.
func (r Round) changeable() bool { return r.Sealed && r.State == Open }
