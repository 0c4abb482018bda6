package practice

import (
	"context"
	"strings"

	"studyhall/bot"
	"studyhall/quizzes"
)

// Somebody with shaky thumbs may want to be asked before an answer counts. That
// is a condition of the statement that records the answer, so it costs nobody
// else anything.

const (
	confirmWords = "You chose %s. Count it?"
	surePath     = "sure"
)

func (s *Service) attachConfirming() {
	s.Bot.Action(surePath+"/{round}/{choice}", s.pressCopy)
	s.Bot.Action("change/{round}", s.unsettled(s.change))
}

// confirmed reports whether a press says by itself that the answer counts: a form
// was sent, or the person was asked.
func confirmed(item quizzes.Item, i bot.Interaction) bool {
	return item.Typed() || item.Type == quizzes.Multiple || strings.HasPrefix(i.Action, surePath+"/")
}

// confirmCard asks whether an answer counts that was not recorded.
func confirmCard(p pressed) *bot.Card {
	return &bot.Card{Body: bot.Textf(confirmWords, strings.TrimRight(chosen(p.item, p.Answer), ".")), Footer: onlyYouWords, Controls: []bot.Row{{
		bot.Button{Label: "Count it", Action: surePath + "/" + p.round + "/" + p.Answer.Option, Style: bot.Primary},
		bot.Button{Label: changeLabel, Action: "change/" + p.round},
	}}}
}

// change puts a private copy of the question in the place of what asked.
func (s *Service) change(ctx context.Context, i bot.Interaction, p pressed) (bot.Response, error) {
	r, _, err := s.Store.Round(ctx, p.round)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State != Open && !(r.State == Closed && s.Now().Before(r.ClosedAt.Add(CatchUpFor))) {
		r, err := s.tooLate(ctx, i, p)
		return inPlace(i, r), err
	}
	plan, err := s.Store.RoundPlan(ctx, r.ID)
	if err != nil {
		return bot.Response{}, err
	}
	card := s.copyCard(p.joinedGroup, plan.Track, r, 0)
	return bot.InPlace(i, bot.Message{Card: card}), s.sign(ctx, p.group, r.Item, card)
}
