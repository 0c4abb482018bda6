package practice

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// An organiser decides in three steps: what was found, what that would change, and
// the decision. What was filled in waits in the database meanwhile.

const (
	mostReason      = 300 // characters of what reporters are told
	mostExplanation = 500 // characters of an explanation that an organiser writes
)

// The fields of the forms.
const (
	fieldRight     = "right"
	fieldMore      = "more"
	fieldToday     = "today"
	fieldTolerance = "tolerance"
	fieldWhy       = "why"
	fieldReason    = "reason"
	staysRight     = "right"
)

// askCorrect asks which answers are right.
func (s *Service) askCorrect(_ context.Context, _ bot.Interaction, j judging) (bot.Response, error) {
	return bot.Response{Form: &bot.Form{Title: "Change the answer", Submit: "What would it change?", Action: pathCheck(j.ID) + "/answer/sent",
		Intro: stem(j.Item), Fields: append(keyFields(j.Item), whyField(j.Item))}}, nil
}

// keyFields ask for the right answers of an item, with those that it has.
func keyFields(item quizzes.Item) []bot.Field {
	switch item.Type {
	case quizzes.Numeric, quizzes.Short:
		first := bot.Field{Name: fieldRight, Label: rightFieldLabel, Kind: bot.Line, Required: true, Initial: []string{item.Answer[0]}, Max: 200}
		also := bot.Field{Name: fieldMore, Label: moreFieldLabel, Kind: bot.Line, Help: moreFieldHelp, Max: 200}
		if len(item.Also) > 0 {
			also.Initial = []string{item.Also[0][0]}
		}
		if item.Type == quizzes.Short {
			return []bot.Field{first, also}
		}
		within := bot.Field{Name: fieldTolerance, Label: toleranceLabel, Kind: bot.Line, Help: toleranceHelp, Max: 60}
		if item.Tolerance != "" {
			within.Initial = []string{item.Tolerance}
		}
		return []bot.Field{first, also, within}
	case quizzes.Multiple:
		today := bot.Field{Name: fieldToday, Label: todayFieldLabel, Kind: bot.OneOf, Initial: []string{"wrong"},
			Options: []bot.Option{{Label: "was wrong", Value: "wrong"}, {Label: "stays right, too", Value: staysRight}}}
		return []bot.Field{optionField(item, chooseFieldLabel, "", item.Answer), today}
	}
	var now []string
	for _, key := range item.Keys() {
		now = append(now, key...)
	}
	return []bot.Field{optionField(item, rightsFieldLabel, rightsFieldHelp, now)}
}

func optionField(item quizzes.Item, label, help string, now []string) bot.Field {
	f := bot.Field{Name: fieldRight, Label: label, Help: help, Kind: bot.AnyOf, Required: true, Min: 1, Max: len(item.Options), Initial: now}
	for _, o := range item.Options {
		f.Options = append(f.Options, bot.Option{Label: optionLabel(o), Value: o.ID})
	}
	return f
}

// whyField asks for the explanation, with the one that there is.
func whyField(item quizzes.Item) bot.Field {
	f := bot.Field{Name: fieldWhy, Label: whyFieldLabel, Kind: bot.Paragraph, Required: true, Max: max(mostExplanation, len([]rune(item.Explanation)))}
	if item.Explanation != "" {
		f.Initial = []string{item.Explanation}
	}
	return f
}

// sentCorrect shows what other answers would change.
func (s *Service) sentCorrect(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	c := quizzes.Correction{Explanation: cleanNote(i.Values.Get(fieldWhy)), Tolerance: strings.TrimSpace(string(bot.Typed(i.Values.Get(fieldTolerance))))}
	switch right := i.Values[fieldRight]; {
	case j.Item.Typed():
		for _, field := range []string{fieldRight, fieldMore} {
			if key := strings.Join(strings.Fields(string(bot.Typed(i.Values.Get(field)))), " "); key != "" {
				c.Keys = append(c.Keys, key)
			}
		}
	case j.Item.Type == quizzes.Multiple:
		c.Keys = []string{strings.Join(right, " ")}
		if i.Values.Get(fieldToday) == staysRight {
			for _, key := range j.Item.Keys() {
				c.Keys = append(c.Keys, strings.Join(key, " "))
			}
		}
	default:
		c.Keys = right
	}
	d := Draft{Decision: Corrected, Words: DraftWords{Correction: c}}
	r, err := s.regrading(ctx, j, d)
	switch {
	case err != nil:
		s.Log.Info("correction refused", "group", j.Group, "item", j.Item.ID, "err", err)
		return bot.Response{Invalid: map[string]string{fieldRight: noKeyWords}}, nil
	case r.Corrected == j.Version:
		return bot.Response{Invalid: map[string]string{fieldRight: sameKeyWords}}, nil
	case tooLong(c.Explanation, j.Item):
		return bot.Response{Invalid: map[string]string{fieldWhy: longWhyWords}}, nil
	}
	return s.confirm(ctx, i, j, d)
}

func tooLong(why string, item quizzes.Item) bool {
	return len([]rune(why)) > max(mostExplanation, len([]rune(item.Explanation)))
}

// askExplain asks for another explanation.
func (s *Service) askExplain(_ context.Context, _ bot.Interaction, j judging) (bot.Response, error) {
	return bot.Response{Form: &bot.Form{Title: "Explain it better", Submit: "Go on", Action: pathCheck(j.ID) + "/words/sent", Intro: stem(j.Item),
		Fields: []bot.Field{whyField(j.Item)}}}, nil
}

// sentExplain shows what it would change.
func (s *Service) sentExplain(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	why := cleanNote(i.Values.Get(fieldWhy))
	switch {
	case why == "" || why == j.Item.Explanation:
		return bot.Response{Invalid: map[string]string{fieldWhy: sameWhyWords}}, nil
	case tooLong(why, j.Item):
		return bot.Response{Invalid: map[string]string{fieldWhy: longWhyWords}}, nil
	}
	return s.confirm(ctx, i, j, Draft{Decision: Explained, Words: DraftWords{Correction: quizzes.Correction{Explanation: why}}})
}

// askKeep asks what to tell those who reported the question.
func (s *Service) askKeep(_ context.Context, _ bot.Interaction, j judging) (bot.Response, error) {
	return bot.Response{Form: &bot.Form{Title: "Keep it as it is", Submit: "Go on", Action: pathCheck(j.ID) + "/keep/sent", Intro: stem(j.Item),
		Fields: []bot.Field{{Name: fieldReason, Label: reasonFieldLabel, Kind: bot.Paragraph, Required: true, Max: mostReason, Help: reasonFieldHelp}}}}, nil
}

// sentKeep shows what it would change.
func (s *Service) sentKeep(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	reason := cleanNote(i.Values.Get(fieldReason))
	if reason == "" || len([]rune(reason)) > mostReason {
		return bot.Response{Invalid: map[string]string{fieldReason: noReasonWords}}, nil
	}
	return s.confirm(ctx, i, j, Draft{Decision: KeptAsIs, Words: DraftWords{Reason: reason}})
}

func (s *Service) askVoid(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	return s.confirm(ctx, i, j, Draft{Decision: Voided, Words: DraftWords{Correction: quizzes.Correction{Void: true}}})
}

func (s *Service) askRetire(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	return s.confirm(ctx, i, j, Draft{Decision: Retired})
}

// regrading is what a decision makes of the question; nil where it stays as it is.
func (s *Service) regrading(ctx context.Context, j judging, d Draft) (*Regrading, error) {
	var err error
	r := Regrading{Group: j.Group, ItemVersion: j.Original, At: s.Now(), NewID: s.NewID}
	switch d.Decision {
	case Corrected, Voided:
		written, err := s.Store.ItemVersion(ctx, j.Original)
		if err != nil {
			return nil, err
		}
		if r.Item, err = written.Corrected(d.Words.Correction); err != nil {
			return nil, fmt.Errorf("correct %s: %w", written.ID, err)
		}
	case Explained:
		r.Item, r.Quiet = j.Item.Explained(d.Words.Correction.Explanation), true
	default:
		return nil, nil
	}
	r.Corrected, r.Snapshot = r.Item.Version()
	return &r, err
}

// confirm keeps what was filled in and shows what it would change.
func (s *Service) confirm(ctx context.Context, i bot.Interaction, j judging, d Draft) (bot.Response, error) {
	d.ID, d.Check, d.Member = s.NewID(), j.ID, j.by
	r, err := s.regrading(ctx, j, d)
	if err != nil {
		return bot.Response{}, err
	}
	lines := []bot.Text{d.Decision.would()}
	if r != nil && !r.Quiet {
		lines[0] = bot.Textf(wouldCorrectWords, rightAnswer(r.Item))
		switch {
		case r.Item.Void:
			lines[0] = wouldVoidWords
		case len(r.Item.Also) > 0:
			lines[0] = bot.Textf(wouldAcceptWords, eachKey(r.Item))
		}
		gains, answers, err := s.Store.ForeseeRegrade(ctx, *r)
		if err != nil {
			return bot.Response{}, err
		}
		lines = append(lines, gainWords(gains, answers, false), wouldNoteWords)
	}
	drawn, err := s.drawnWords(ctx, j, d.Decision)
	if err != nil {
		return bot.Response{}, err
	}
	lines = append(lines, drawn)
	if n := len(j.Reports); n > 0 {
		lines = append(lines, tellWords(n, d))
	}
	if err := s.Store.PutDraft(ctx, d, s.Now()); err != nil {
		return bot.Response{}, err
	}
	m := simple(bot.Textf(confirmTitle, s.checkName(j.Checked)), bot.Join("\n", lines...), bot.Row{
		bot.Button{Label: d.Decision.label(), Action: pathCheck(j.ID) + "/do/" + d.ID, Style: bot.Primary},
		bot.Button{Label: "Back to the question", Action: pathCheck(j.ID)},
	})
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m), nil
}

// eachKey is "B and C", or "A and C, or A and D" of several choices at once.
func eachKey(item quizzes.Item) string {
	if item.Type == quizzes.Multiple {
		return strings.Join(keyNames(item), ", or ")
	}
	return bot.And(keyNames(item))
}

// gainWords is "4 people gain 2; nobody loses." Where few answered, no numbers:
// they would tell who answered what.
func gainWords(gains map[int]int, answers int, done bool) bot.Text {
	none, few, some := gainNoneWords, gainFewWords, "%s gain %d"
	if done {
		none, few, some = gainedNoneWords, gainedFewWords, "%s gained %d"
	}
	switch {
	case answers < countsFrom:
		return few
	case len(gains) == 0:
		return none
	}
	var parts []string
	for _, gain := range slices.Sorted(maps.Keys(gains)) {
		parts = append(parts, fmt.Sprintf(some, bot.Count(gains[gain], "person", "people"), gain))
	}
	text := bot.And(parts)
	if !done && gains[slices.Min(slices.Collect(maps.Keys(gains)))] == 1 && len(gains) == 1 {
		text = strings.Replace(text, "person gain ", "person gains ", 1)
	}
	return bot.Textf(gainWordsEnd, text)
}

// decide makes a decision that was shown, once.
func (s *Service) decide(ctx context.Context, i bot.Interaction, j judging) (bot.Response, error) {
	d, ok, err := s.Store.DraftOf(ctx, i.Arg("draft"), j.by)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok || d.Check != j.ID {
		return s.checkShown(ctx, i, j)
	}
	r, err := s.regrading(ctx, j, d)
	if err != nil {
		return bot.Response{}, err
	}
	done, err := s.Store.Decide(ctx, Deciding{Draft: d, Regrading: r, At: s.Now()})
	if err != nil {
		return bot.Response{}, err
	}
	for _, id := range done.Regraded.Rounds {
		s.rounds.drop(id)
	}
	s.Wake()
	switch {
	case done.Already:
		return s.decidedBefore(i, done.Check), nil
	case done.Gone:
		return bot.Response{}, &bot.Error{Text: checkChangedWords}
	}
	s.Log.Info("report decided", "group", j.Group, "version", j.Original, "decision", string(d.Decision), "reporters", done.Reporters,
		"answers", done.Regraded.Answers, "gainers", done.Regraded.Gainers)
	lines := []bot.Text{bot.Textf(decidedWords, d.Decision.words())}
	if r != nil && !r.Quiet {
		lines = append(lines, gainWords(done.Regraded.Gains, done.Regraded.InTime, true))
	}
	if done.Reporters > 0 {
		lines = append(lines, bot.Textf(toldWords, bot.Count(done.Reporters, "person", "people")))
	}
	m := simple("", bot.Join("\n", lines...),
		bot.Row{bot.Button{Label: "Questions", Action: group.PathQueue(j.Group)}, bot.Button{Label: "Group page", Action: group.PathGroup(j.Group)}})
	m.Card.Footer = onlyYouWords
	return bot.InPlace(i, m), nil
}
