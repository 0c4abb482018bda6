package practice

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// Who owes nothing and presses Catch up under a closed question gets that question
// again, as practice: it can be answered as often as one likes, and nothing is
// recorded.

const (
	rehearseFooter = bot.Text("You're all caught up. This one is practice: no points.")
	rehearsedWords = bot.Text("Practice: nothing was counted.")
	againLabel     = "Once more"
)

func (s *Service) attachRehearsals() {
	s.Bot.Action("catchup/{group}/from/{round}", s.catchUp)
	s.Bot.Action("rehearse/{round}", s.rehearseAgain)
	s.Bot.Action("rehearse/{round}/{choice}", s.rehearse)
	s.Bot.Action("rehearsefill/{round}", s.rehearseFill)
	s.Bot.Action("rehearsed/{round}", s.rehearsed)
}

// pathFrom is Catch up under a closed question.
func pathFrom(r Round) string { return "catchup/" + r.Group + "/from/" + r.ID }

// rehearsal is a practice copy of a closed round; ok is false for one that isn't
// closed, or was withdrawn.
func (s *Service) rehearsal(ctx context.Context, g group.Group, round string) (card *bot.Card, ok bool, err error) {
	r, ok, err := s.Store.Round(ctx, round)
	if err != nil || !ok || r.Group != g.ID || r.State != Closed || r.Item.Void {
		return nil, false, err
	}
	plan, err := s.Store.RoundPlan(ctx, r.ID)
	if err != nil {
		return nil, false, err
	}
	if r.Item, err = s.illustrated(ctx, r.Item); err != nil {
		return nil, false, err
	}
	card = s.copyCard(g, plan.Track, r, 0)
	card.Footer = rehearseFooter + "\n" + onlyYouWords
	card.Controls = []bot.Row{privateChoices(r.Item, "rehearse/"+r.ID, "rehearsefill/"+r.ID)}
	return card, true, s.sign(ctx, g.ID, r.Item, card)
}

// rehearseAgain puts the practice copy in the place of what came of it.
func (s *Service) rehearseAgain(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	p, err := s.joinRound(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	card, ok, err := s.rehearsal(ctx, p.joinedGroup, p.round)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, &bot.Error{Text: stillOpenWords}
	}
	return bot.InPlace(i, bot.Message{Card: greet(card, p.joined)}), nil
}

// rehearse shows what a letter of a practice copy leads to.
func (s *Service) rehearse(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, _, err := s.closed(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	given, ok := pressable(r.Item, i.Arg("choice"))
	if !ok {
		return bot.Response{}, bot.Errorf(noSuchOptionWords, r.Number)
	}
	return s.rehearsedWith(i, r, given)
}

// rehearseFill opens the form of a practice copy.
func (s *Service) rehearseFill(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, _, err := s.closed(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return form(r.Item, "rehearsed/"+r.ID), nil
}

// rehearsed shows what was filled in for a practice copy leads to.
func (s *Service) rehearsed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	r, _, err := s.closed(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return invalid(s.rehearsedWith(i, r, sent(i)))
}

func (s *Service) rehearsedWith(i bot.Interaction, r Round, given quizzes.Response) (bot.Response, error) {
	a, err := answerTo(r.Item, given)
	if err != nil {
		return bot.Response{}, err
	}
	result := graded{item: r.Item, answer: a}
	title, reason := result.words()
	return bot.InPlace(i, bot.Message{Card: &bot.Card{
		Title: title, Tone: result.tone(), Footer: onlyYouWords,
		Body: bot.Join("\n", reason, bot.Textf(sourceWords, r.Item.Source.Title), rehearsedWords),
		Controls: []bot.Row{append(bot.Row{
			bot.Button{Label: againLabel, Action: "rehearse/" + r.ID}, bot.Button{Label: "Practise 5", Action: "quiz/" + r.Group + "/start"}, reportRound(r.ID),
		}, studyRow()...)},
	}}), nil
}
