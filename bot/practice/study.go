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
	pool := slices.DeleteFunc(slices.Clone(s.pool(group.Track{Certification: certification}).items), func(e entry) bool { return e.item.Type != quizzes.Single })
	chosen, ok := choose(pool, c.Current(s.Now()), nil, nil, 1, "sample")
	return chosen.item.First(), ok
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
	f.ByTrack = map[string]int{}
	for _, t := range tracks {
		f.ByTrack[t.ID] = 0
		uses, _, err := s.Store.Uses(ctx, groupID, t.ID)
		if err != nil {
			return group.Figures{}, err
		}
		all, err := s.items(ctx, t)
		if err != nil {
			return group.Figures{}, err
		}
		for _, e := range all.items {
			if uses[e.item.ID].Posted == 0 {
				f.ByTrack[t.ID]++
			}
		}
		f.Unseen += f.ByTrack[t.ID]
	}
	return f, nil
}

// Waiting counts what a member can answer now.
func (s *Service) Waiting(ctx context.Context, groupID, memberID string) (open, owed int, err error) {
	rounds, err := s.owed(ctx, groupID, memberID)
	for _, r := range rounds {
		if r.State == Open {
			open++
		} else {
			owed++
		}
	}
	return open, owed, err
}

// studyPart is what the study page says about questions.
func (s *Service) studyPart(ctx context.Context, g group.Group, m group.Member) (group.StudyPart, error) {
	open, owed, err := s.Waiting(ctx, g.ID, m.ID)
	if err != nil {
		return group.StudyPart{}, err
	}
	part := group.StudyPart{Waiting: waitingWords(open, owed), Pages: []bot.Button{{Label: "Progress", Action: PathProgress(g.ID)}}}
	if open+owed > 0 {
		part.Actions = append(part.Actions, answerButton(g.ID, open+owed))
	}
	if sealed, err := s.sealedLine(ctx, g, m); err != nil {
		return group.StudyPart{}, err
	} else if sealed != "" {
		part.Lines = append(part.Lines, sealed)
	}
	line, button, err := s.practiceLine(ctx, g, m)
	if err != nil {
		return group.StudyPart{}, err
	}
	if line != "" {
		part.Lines = append(part.Lines, line)
	}
	part.Actions = append(part.Actions, button)
	if words, soFar, ok, err := s.joiner(ctx, g, m); err != nil {
		return group.StudyPart{}, err
	} else if ok {
		part.Lines, part.Actions = append(part.Lines, words), append(part.Actions, soFar)
	}
	return part, nil
}

// waitingWords is "1 question open · 2 to catch up"; "" when there is nothing.
func waitingWords(open, owed int) bot.Text {
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
	return bot.Join(" · ", parts...)
}

// answerButton leads to the oldest of so many questions that can be answered.
func answerButton(groupID string, n int) bot.Button {
	return bot.Button{Label: bot.Textf("Answer %d", n).Plain(), Action: "catchup/" + groupID, Style: bot.Primary}
}

// practiceLine is what the study page says about practice: where the open
// session stands, if there is one, and the button that leads there.
func (s *Service) practiceLine(ctx context.Context, g group.Group, m group.Member) (bot.Text, bot.Button, error) {
	button := bot.Button{Label: "Practise 5", Action: "quiz/" + g.ID + "/start"}
	all, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil || len(all) == 0 {
		return "", button, err
	}
	t := all[0]
	p, ok, err := s.Store.OpenSession(ctx, t.ID, m.ID, Practising)
	if err != nil || !ok {
		return "", button, err
	}
	_, _, answered := p.counts()
	button.Label = "Go on practising"
	line := bot.Textf(goingOnWords, answered, len(p.Questions))
	if len(all) > 1 {
		line = bot.Textf(trackWords, s.short(t), line)
	}
	return line, button, nil
}
