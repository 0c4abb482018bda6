package exam

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

const (
	// AskEvery is how long a group isn't asked again when its members sit.
	AskEvery = 28 * 24 * time.Hour
	// AskFor is for how long the question is worth posting.
	AskFor = 24 * time.Hour
)

// Asking is an organiser's question to a group: who likes to share when they sit?
type Asking struct {
	Group string
	Keys  func() string // of posts
}

// AskOutcome says what became of an [Asking].
type AskOutcome int

// The outcomes.
const (
	Asked       AskOutcome = iota
	AskedBefore            // within [AskEvery]
	AskNowhere             // the group is in no channel, or has ended
)

// AskStore is what it needs of the database.
type AskStore interface {
	// AskSitting posts the question in the channels of a group.
	AskSitting(ctx context.Context, a Asking, now time.Time) (AskOutcome, error)
}

// AskSharing is a button by which an organiser asks members to share when they sit.
func AskSharing(g group.Group) bot.Button {
	return button("Ask members to share", pathAsk+g.ID)
}

const pathAsk = "asksharing/"

func (s *Service) registerAsking() {
	s.c.Bot.Action(pathAsk+"{group}", s.previewAsking)
	s.c.Bot.Action(pathAsk+"{group}/post", s.postAsking)
}

// askingCard is the post.
func askingCard() *bot.Card {
	return &bot.Card{Title: "When do you sit?", Body: wordsAsking, Controls: []bot.Row{row(
		button("Set my exam date", pathSet), button("My exams", PathExam))}}
}

// previewAsking shows an organiser what would be posted.
func (s *Service) previewAsking(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	d, err := s.c.Groups.Organising(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	card := askingCard()
	card.Footer = wordsPreview(d.Group.Name, false)
	card.Controls = []bot.Row{row(bot.Button{Label: "Post", Action: pathAsk + d.Group.ID + "/post", Style: bot.Primary},
		button("Not now", group.PathGroup(d.Group.ID)))}
	return show(i, card), nil
}

// postAsking posts it.
func (s *Service) postAsking(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	d, err := s.c.Groups.Organising(ctx, i, i.Arg("group"))
	if err != nil {
		return bot.Response{}, err
	}
	back := button("Group page", group.PathGroup(d.Group.ID))
	outcome, err := s.c.Store.AskSitting(ctx, Asking{Group: d.Group.ID, Keys: s.c.NewID}, s.c.Now())
	switch {
	case err != nil:
		return bot.Response{}, err
	case outcome == AskedBefore:
		return bot.Response{}, problem(wordsAskedBefore, back)
	case outcome == AskNowhere:
		return bot.Response{}, problem(wordsAskNowhere(d.Group.Name), back)
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: wordsAsked, Body: wordsAskedThen, Footer: wordsOnlyYou, Controls: []bot.Row{row(back, button("Set my exam date", pathSet))}}), nil
}

// renderAsking is the post, the same everywhere.
func (s *Service) renderAsking(context.Context, schedule.Delivery) (bot.Message, error) {
	card := askingCard()
	return bot.Message{Text: card.Title, Card: card}, nil
}
