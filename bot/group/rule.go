package group

import (
	"context"

	"studyhall/bot"
)

// RuleStore is what a group chose about an issuer's rule for questions.
type RuleStore interface {
	// SetWide lets all questions be asked about something that a group studies, or
	// only those that such a rule asks for; ok is false if the group doesn't study
	// it, or has ended.
	SetWide(ctx context.Context, group, track string, wide bool) (ok bool, err error)
}

// registerRules makes the bot answer to everything about rules for questions.
func (s *Service) registerRules(of func(path string, h groupHandler)) {
	of("/rules", s.inSeason(s.rules))
	of("/rules/{track}", s.rule)
	of("/rules/{track}/{choice}", s.setRule)
	s.ContributePage(s.ruleButton)
}

// bound are the certifications a group studies whose issuer's rule asks for
// computed questions.
func (s *Service) bound(d Details) (all []Studied) {
	for _, t := range d.Tracks {
		if s.c.Catalogue.ComputedOnly(t.Certification) {
			all = append(all, t)
		}
	}
	return all
}

// ruleButton leads organisers to the rules, where there are any.
func (s *Service) ruleButton(ctx context.Context, d Details, m Member) ([]bot.Text, []bot.Button, error) {
	if d.Group.State == Ended || len(s.bound(d)) == 0 {
		return nil, nil, nil
	}
	return forOrganisers("Rule for questions", "/rules")(ctx, d, m)
}

// rules shows the rule of the one certification that has one, or asks which.
func (s *Service) rules(_ context.Context, i bot.Interaction, d Details, _ Member) (bot.Response, error) {
	all, path := s.bound(d), PathGroup(d.Group.ID)
	switch len(all) {
	case 0:
		return bot.Response{}, problem(wordsNoRule, primary("Certifications", path+"/tracks"))
	case 1:
		return show(i, s.ruleCard(d, all[0], "")), nil
	}
	var controls []bot.Control
	for _, t := range all {
		controls = append(controls, button(bot.Clip(s.short(t.Certification), bot.LimitLabel), path+"/rules/"+t.ID))
	}
	return show(i, &bot.Card{Title: "Rule for questions", Body: wordsWhichRule, Footer: wordsOnlyYou,
		Controls: rows(append(controls, button("Group page", path))...)}), nil
}

// ruledTrack is what a group studies by the track of a path, if it has a rule, for
// the group's organisers.
func (s *Service) ruledTrack(ctx context.Context, i bot.Interaction, group string) (Details, Studied, error) {
	d, t, err := s.trackOf(ctx, i, group)
	if err == nil && d.Group.State == Ended {
		err = problem(wordsEnded(d.Group), primary("Set up again", PathGroup(group)+"/setup"))
	}
	if err == nil && !s.c.Catalogue.ComputedOnly(t.Certification) {
		err = problem(wordsNoRule, primary("Certifications", PathGroup(group)+"/tracks"))
	}
	return d, t, err
}

func (s *Service) rule(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.ruledTrack(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, s.ruleCard(d, t, "")), nil
}

// setRule keeps which questions organisers chose, who stand on the page with the rule.
func (s *Service) setRule(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, t, err := s.ruledTrack(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	wide := i.Arg("choice") == "all"
	if !wide && i.Arg("choice") != "computed" {
		return show(i, s.ruleCard(d, t, "")), nil
	}
	ok, err := s.c.Store.SetWide(ctx, group, t.ID, wide)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok { // removed, or the season ended, just now
		return bot.Response{}, problem(wordsTrackUnknown, primary("Certifications", PathGroup(group)+"/tracks"))
	}
	t.Wide = wide
	return show(i, s.ruleCard(d, t, wordsRuleSaved)), nil
}

// ruleCard is the rule with its source, which questions are asked now, and the
// other choice.
func (s *Service) ruleCard(d Details, t Studied, done bot.Text) *bot.Card {
	path := PathGroup(d.Group.ID)
	name := s.short(t.Certification)
	choice := button("Ask all questions", path+"/rules/"+t.ID+"/all")
	if t.Wide {
		choice = button("Computed ones only", path+"/rules/"+t.ID+"/computed")
	}
	return &bot.Card{
		Title:    bot.Textf("%s: the issuer's rule for questions", bot.Clip(name, 30)),
		Body:     lines(done, s.wordsRule(t.Certification), s.wordsRuleStands(t), wordsRuleMembers),
		Footer:   wordsOnlyYou,
		Controls: rows(choice, button(bot.Clip("About "+name, bot.LimitLabel), PathAbout(t.Certification)), button("Certifications", path+"/tracks"), button("Group page", path)),
	}
}

// counts are how many questions there are for a certification, and how many of
// them are computed.
func (s *Service) counts(certification string) (computed, all int) {
	if s.c.Counts == nil {
		return 0, 0
	}
	return s.c.Counts(certification)
}

// wordsRule is an issuer's rule that asks for computed questions, in words; "" without
// one.
func (s *Service) wordsRule(certification string) bot.Text {
	rule, ok := s.c.Catalogue.ComputedRule(certification)
	if !ok {
		return ""
	}
	c, _ := s.c.Catalogue.Find(certification)
	return bot.Textf("The rule: %s", rule.Words(c.URL))
}

// wordsRuleFirst is the rule as organisers see it before they choose a
// certification, and what follows from it; "" without one.
func (s *Service) wordsRuleFirst(certification string) bot.Text {
	rule := s.wordsRule(certification)
	if rule == "" {
		return ""
	}
	computed, all := s.counts(certification)
	return lines(wordsRuleRead+rule, wordsRuleStart(computed, all))
}
