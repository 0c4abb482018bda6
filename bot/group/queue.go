package group

import (
	"context"

	"studyhall/bot"
)

// QueueSection is what one feature has waiting for the organisers of a group, on
// the page of questions to decide on.
type QueueSection struct {
	// Waiting is how many things wait. It stands on the organisers' page.
	Waiting func(ctx context.Context, groupID string) (int, error)
	// Show is what they are, a line each, and a button that leads to each.
	Show func(ctx context.Context, d Details) (lines []bot.Text, buttons []bot.Button, err error)
}

// PathQueue is the page of questions that wait for a group's organisers.
func PathQueue(group string) string { return PathGroup(group) + "/questions" }

// ContributeQueue adds a section to that page. Sections stand in the order in
// which they were added.
func (s *Service) ContributeQueue(section QueueSection) { s.queues = append(s.queues, section) }

// waiting is how many things wait for a group's organisers.
func (s *Service) waiting(ctx context.Context, groupID string) (all int, err error) {
	for _, section := range s.queues {
		n, err := section.Waiting(ctx, groupID)
		if err != nil {
			return 0, err
		}
		all += n
	}
	return all, nil
}

// Queue answers with the page of questions that wait for a group's organisers.
func (s *Service) Queue(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	return s.questions(ctx, i, groupID)
}

// questions is the page of questions to decide on, a screen at a time.
func (s *Service) questions(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	var body []bot.Text
	var all []bot.Control
	for _, section := range s.queues {
		text, buttons, err := section.Show(ctx, d)
		if err != nil {
			return bot.Response{}, err
		}
		body = append(body, text...)
		all = append(all, controlsOf(buttons)...)
	}
	if len(body) == 0 {
		body = append(body, wordsNoQuestions)
	}
	controls := screen(i, all, button("Group page", PathGroup(group)), PathQueue(group))
	return show(i, &bot.Card{Title: bot.Textf("Questions of the %s", d.Group.Name), Body: lines(body...), Footer: wordsOnlyYou, Controls: rows(controls...)}), nil
}

const (
	wordsNoQuestions = bot.Text("No question waits for you. What members report and suggest stands here, with all that is known about it.")
	wordsSuggested   = bot.Text("Members wrote them. Accept, change or refuse each; its author hears what came of it. A note like this comes once a week at most.")
)
