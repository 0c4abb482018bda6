package practice

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/quizzes"
)

// What is reported of several draws of a computed item is one question to organisers:
// the reports are added up, pausing one pauses all, and so does not asking it again.
// Another answer or explanation, and whether one stays as it is, concern the draw
// that was reported, for its numbers are what people read.

const (
	drawsWords        = "%s, one question with other numbers"
	drawsManyWords    = "%s and %d more, one question with other numbers"
	drawnAloneWords   = bot.Text("It has other numbers each time; what you decide about its answer is about these.")
	drawnTooWords     = "It has other numbers each time. Reported with others, too: %s."
	drawnCorrectWords = bot.Text("It would be asked again, with other numbers and the bank's formula. If that is wrong, don't ask it again.")
	drawnVoidWords    = bot.Text("It isn't asked with other numbers either; answers to those count as they did.")
	drawnExplainWords = bot.Text("With other numbers it keeps the bank's words.")
	drawnKeepWords    = bot.Text("But first there is what members reported of it with other numbers: until that is decided, too, it isn't asked.")
	drawnRetireWords  = bot.Text("That goes for all its numbers; what members reported of others is decided with it.")
	drawsNamed        = 3 // draws in a line
	drawsLinked       = 2 // from one draw's page
)

// familyOf is the same for all draws of a computed item, and "" for other items.
func familyOf(item quizzes.Item) string {
	if item.Draw == nil {
		return ""
	}
	return item.ID + " " + item.Draw.Family
}

// byFamily puts checks of one family together, in the order of their first ones.
func byFamily(all []Checked) (families [][]Checked) {
	places := map[string]int{}
	for _, k := range all {
		f := familyOf(k.Item)
		if n, known := places[f]; known && f != "" {
			families[n] = append(families[n], k)
			continue
		}
		places[f] = len(families)
		families = append(families, []Checked{k})
	}
	return families
}

// familyName is "Question 1 and Question 3, one question with other numbers".
func (s *Service) familyName(f []Checked) bot.Text {
	if len(f) == 1 {
		return s.checkName(f[0])
	}
	names := s.checkNames(f[:min(len(f), drawsNamed)])
	if rest := len(f) - drawsNamed; rest > 0 {
		return bot.Textf(drawsManyWords, bot.And(names), rest)
	}
	return bot.Textf(drawsWords, bot.And(names))
}

func (s *Service) checkNames(all []Checked) (names []string) {
	for _, k := range all {
		names = append(names, s.checkName(k).Plain())
	}
	return names
}

// otherDraws are the reports that wait of other draws of a question.
func (s *Service) otherDraws(ctx context.Context, j judging) ([]Checked, error) {
	family := familyOf(j.Item)
	if family == "" {
		return nil, nil
	}
	all, err := s.Store.Checks(ctx, j.Group)
	return slices.DeleteFunc(all, func(k Checked) bool { return k.ID == j.ID || familyOf(k.Item) != family }), err
}

// drawsOf says of a computed item what else was reported of it, and leads there.
func (s *Service) drawsOf(ctx context.Context, j judging) (bot.Text, bot.Row, error) {
	others, err := s.otherDraws(ctx, j)
	switch {
	case err != nil || j.Item.Draw == nil:
		return "", nil, err
	case len(others) == 0:
		return drawnAloneWords, nil, nil
	}
	others = others[:min(len(others), drawsLinked)]
	var row bot.Row
	for _, k := range others {
		row = append(row, bot.Button{Label: s.checkLabel(k), Action: pathCheck(k.ID)})
	}
	return bot.Textf(drawnTooWords, bot.And(s.checkNames(others))), row, nil
}

// drawnWords say how far a decision about a computed item reaches; "" of others.
func (s *Service) drawnWords(ctx context.Context, j judging, d Decision) (bot.Text, error) {
	if j.Item.Draw == nil {
		return "", nil
	}
	switch d {
	case Corrected:
		return drawnCorrectWords, nil
	case Voided:
		return drawnVoidWords, nil
	case Explained:
		return drawnExplainWords, nil
	case Retired:
		return drawnRetireWords, nil
	}
	others, err := s.otherDraws(ctx, j)
	if err != nil || !slices.ContainsFunc(others, func(k Checked) bool { return k.State == CheckPaused }) {
		return "", err
	}
	return drawnKeepWords, nil
}
