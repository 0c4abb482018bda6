package exam

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const fieldAreas = "areas"

// areasOf are the areas of what an exam covers.
func (s *Service) areasOf(e Exam) []cert.Domain {
	c := s.certification(e)
	if o, ok := c.Outline(e.Outline); ok {
		return o.Domains
	}
	return c.Current(s.todayOf(e)).Domains
}

// askWeaker opens the form of the areas that a score report names.
func (s *Service) askWeaker(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	chosen, err := s.c.Store.Weaker(ctx, self.Member, e.Certification)
	if err != nil {
		return bot.Response{}, err
	}
	field := bot.Field{Name: fieldAreas, Label: "Weaker areas", Kind: bot.AnyOf, Help: "None ends it"}
	for _, d := range s.areasOf(e)[:min(len(s.areasOf(e)), bot.LimitOptions)] {
		field.Options = append(field.Options, bot.Option{Label: bot.Clip(d.Short, bot.LimitOptionLabel), Value: d.ID})
		if slices.Contains(chosen, d.ID) {
			field.Initial = append(field.Initial, d.ID)
		}
	}
	if len(field.Options) == 0 {
		return bot.Response{}, problem(wordsNoAreas, button(labelStudy, group.PathStudy))
	}
	return bot.Response{Form: &bot.Form{Title: "Pick weaker areas", Submit: "Save", Action: PathOutcome(e.ID) + "/areas/set",
		Intro: wordsWeakerIntro, Fields: []bot.Field{field}}}, nil
}

// setWeaker keeps them.
func (s *Service) setWeaker(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	var areas, names []string
	for _, d := range s.areasOf(e) {
		if slices.Contains(i.Values[fieldAreas], d.ID) {
			areas, names = append(areas, d.ID), append(names, d.Short)
		}
	}
	if err := s.c.Store.SetWeaker(ctx, self.Member, e.Certification, areas); err != nil {
		return bot.Response{}, err
	}
	next, _ := s.nextWindow(e)
	return show(i, &bot.Card{Body: wordsWeaker(s.certification(e).Short, names), Footer: wordsOnlyYou, Controls: []bot.Row{row(
		button("Practise 5", "practice"), button("Change areas", PathOutcome(e.ID)+"/areas"), button(wordsPlanFor(next), s.pathPlan(e)),
		button(labelStudy, group.PathStudy))}}), nil
}

// Leaning are the areas of a certification that a member's practice leans to, by
// their own choice.
func (s *Service) Leaning(ctx context.Context, member, certification string) ([]string, error) {
	return s.c.Store.Weaker(ctx, member, certification)
}
