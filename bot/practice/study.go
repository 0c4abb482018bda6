package practice

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

var _ group.Questions = (*Service)(nil)

// Sample is one question of a certification as it would look.
func (s *Service) Sample(certification, outline string) (bot.Text, bool) {
	item, ok := s.sampleItem(certification)
	if item.Image != nil { // text has no place for it
		item.Image = &quizzes.Image{Alt: item.Image.Alt}
	}
	return question(item), ok
}

// sampleItem is always the same one, so that it can be answered by its path.
func (s *Service) sampleItem(certification string) (quizzes.Item, bool) {
	c, ok := s.Catalogue.Find(certification)
	if !ok {
		return quizzes.Item{}, false
	}
	// The sample tells of letters, so it has some.
	pool := slices.DeleteFunc(slices.Clone(s.Library.items[certification]), func(e entry) bool { return e.item.Type != quizzes.Single })
	chosen, ok := choose(pool, c.Current(s.Now()), nil, nil, 1, "sample")
	return chosen.item, ok
}

// try whispers the sample with its letters, for anybody, member or not.
func (s *Service) try(_ context.Context, i bot.Interaction) (bot.Response, error) {
	item, ok := s.sampleItem(i.Arg("certification"))
	if !ok {
		return bot.Response{}, &bot.Error{Text: noSampleWords}
	}
	card := simple(sampleTitle, question(item), studyRow()).Card
	card.Image, card.Footer = picture(item), sampleFooter
	card.Controls = []bot.Row{choices(item, "try/"+i.Arg("certification"), "")}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// tried shows what a letter of the sample would have led to. Nothing is recorded.
func (s *Service) tried(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	item, ok := s.sampleItem(i.Arg("certification"))
	if !ok {
		return bot.Response{}, &bot.Error{Text: noSampleWords}
	}
	option, ok := item.Option(i.Arg("choice"))
	if !ok {
		return bot.Response{}, &bot.Error{Text: noSampleWords}
	}
	a := Answer{Option: option.ID, Verdict: Wrong}
	if option.ID == item.Answer[0] {
		a.Verdict = Right
	}
	card, err := s.resultCard(ctx, pressed{fixed: fixed{item: item}, Outcome: Outcome{Status: Recorded, Answer: a}}, Standing{}, sampleWords)
	if err != nil {
		return bot.Response{}, err
	}
	card.Controls = []bot.Row{{
		bot.Button{Label: "Try another letter", Action: "try/" + i.Arg("certification")},
		bot.Button{Label: "My study page", Action: group.PathStudy},
	}}
	return bot.InPlace(i, bot.Message{Card: card}), nil
}

// Figures sums up a group for its organisers.
func (s *Service) Figures(ctx context.Context, groupID string) (group.Figures, error) {
	f, tracks, err := s.Store.Figures(ctx, groupID, s.Now())
	if err != nil {
		return group.Figures{}, err
	}
	for _, t := range tracks {
		uses, _, err := s.Store.Uses(ctx, groupID, t.ID)
		if err != nil {
			return group.Figures{}, err
		}
		for _, e := range s.Library.items[t.Certification] {
			if uses[e.item.ID].Posted == 0 {
				f.Unseen++
			}
		}
	}
	return f, nil
}

// Waiting counts what a member can answer now.
func (s *Service) Waiting(ctx context.Context, groupID, memberID string) (open, owed int, err error) {
	rounds, err := s.Store.Owed(ctx, groupID, memberID, s.Now())
	for _, r := range rounds {
		if r.State == Open {
			open++
		} else {
			owed++
		}
	}
	return open, owed, err
}

// studyLines is what the study page says about questions.
func (s *Service) studyLines(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	open, owed, err := s.Waiting(ctx, g.ID, m.ID)
	if err != nil {
		return nil, nil, err
	}
	var parts []bot.Text
	switch open {
	case 0:
	case 1:
		parts = append(parts, "1 question open")
	default:
		parts = append(parts, bot.Textf("%d questions open", open))
	}
	if owed > 0 {
		parts = append(parts, bot.Textf("%d to catch up", owed))
	}
	var buttons []bot.Button
	lines := []bot.Text{"Nothing is waiting for you."}
	if len(parts) > 0 {
		lines = []bot.Text{join(" · ", parts)}
		label := bot.Textf("Answer %d", open+owed)
		buttons = append(buttons, bot.Button{Label: string(label), Action: "catchup/" + g.ID, Style: bot.Primary})
	}
	line, button, err := s.practiceLine(ctx, g, m)
	if err != nil {
		return nil, nil, err
	}
	if line != "" {
		lines = append(lines, line)
	}
	results := bot.Button{Label: "My results", Action: "results/" + g.ID}
	return lines, append(buttons, button, results), nil
}

// practiceLine is what the study page says about practice: where the open
// session stands, if there is one, and the button that leads there.
func (s *Service) practiceLine(ctx context.Context, g group.Group, m group.Member) (bot.Text, bot.Button, error) {
	button := bot.Button{Label: "Practise 5", Action: "quiz/" + g.ID + "/start"}
	t, ok, err := s.Store.PracticeTrack(ctx, g.ID)
	if err != nil || !ok {
		return "", button, err
	}
	p, ok, err := s.Store.OpenSession(ctx, t.ID, m.ID)
	if err != nil || !ok {
		return "", button, err
	}
	_, _, answered := p.counts()
	button.Label = "Go on practising"
	return bot.Textf(goingOnWords, answered, len(p.Questions)), button, nil
}
