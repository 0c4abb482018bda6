package practice

import (
	"context"
	"strings"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// lastAnswer is the line on a card about the question that closed before it.
type lastAnswer struct {
	round  Round
	spread map[string]int
}

// outline is what a track studies; empty when the catalogue has lost it.
func (s *Service) outline(t group.Track) cert.Outline {
	c, ok := s.Catalogue.Find(t.Certification)
	if !ok {
		return cert.Outline{}
	}
	o, _ := c.Outline(t.Outline)
	return o
}

// name is "CBET question 34 · Public safety".
func (s *Service) name(t group.Track, number int, item quizzes.Item) bot.Text {
	return bot.Textf(titleWords, s.short(t), number, s.outline(t).Domain(item.Domain).Short)
}

// short is what people call the certification.
func (s *Service) short(t group.Track) string {
	if c, ok := s.Catalogue.Find(t.Certification); ok {
		return c.Short
	}
	return strings.ToUpper(t.Certification)
}

// openCard is a question that can be answered (message 1), with what is ahead.
func (s *Service) openCard(plan Plan, r Round, last *lastAnswer, ahead bot.Text) bot.Message {
	loc := plan.Group.Location()
	card := &bot.Card{Title: s.name(plan.Track, r.Number, r.Item), Body: question(r.Item), Image: picture(r.Item)}
	state := []bot.Text{bot.Textf(openUntilWords, bot.When(r.ClosesAt.In(loc)))}
	if r.Answered > 0 {
		state = append(state, bot.Textf(answeredWords, r.Answered))
	}
	if r.Sealed {
		state = append(state, sealedWords)
	} else if r.OpenedAt.Before(plan.Group.StartedAt.AddDate(0, 0, 14)) {
		state = append(state, privateWords)
	}
	footer := []bot.Text{bot.Join(" · ", state...)}
	if r.Late {
		footer = append(footer, lateWords)
	}
	var second bot.Row
	if last != nil {
		footer = append(footer, lastLine(last.spread, last.round.Item))
		second = append(second, bot.Button{Label: whyLabel(last.round.Item), Action: "why/" + last.round.ID})
	}
	footer = append(footer, ahead)
	second = append(second,
		bot.Button{Label: "Catch up", Action: "catchup/" + r.Group},
		bot.Button{Label: "More", Action: "more/" + r.ID})
	card.Footer = bot.Join("\n", footer...)
	card.Controls = []bot.Row{choices(r.Item, "answer/"+r.ID, "fill/"+r.ID), second}
	return bot.Message{Text: notice(s.short(plan.Track), r), Card: card}
}

// closedCard is a question with its answer (message 3).
func (s *Service) closedCard(plan Plan, r Round, spread map[string]int) bot.Message {
	footer := []bot.Text{bot.Textf(sourceWords, r.Item.Source.Title)}
	if total, _, _ := counts(spread, r.Item); total >= countsFrom && !r.Item.Void {
		footer = append(footer, totals(spread, r.Item))
	}
	if !r.CorrectedAt.IsZero() {
		footer = append(footer, correctionLine(r))
	}
	row := bot.Row{
		bot.Button{Label: "My answer", Action: "mine/" + r.ID},
		bot.Button{Label: "Catch up", Action: pathFrom(r)},
		reportRound(r.ID),
	}
	if others, ok := othersButton(r.Item, r.ID); ok {
		row = append(others, row...)
	}
	card := &bot.Card{
		Title:  s.name(plan.Track, r.Number, r.Item) + closedWords,
		Body:   bot.Text(strings.TrimRight(string(answerLines(r.Item, spread)+"\n\n"+bot.Typed(r.Item.Explanation)), "\n")),
		Image:  picture(r.Item),
		Footer: bot.Join("\n", footer...), Controls: []bot.Row{row},
	}
	notice := bot.Textf(closedNoticeWords, s.short(plan.Track), r.Number, shortAnswer(r.Item))
	if r.Item.Void {
		notice = bot.Textf(withdrawnWords, r.Number)
	}
	return bot.Message{Text: notice, Card: card}
}

// resultCard tells one person how an answer was graded (message 2).
func (s *Service) resultCard(ctx context.Context, p pressed, standing Standing, extra ...bot.Text) (*bot.Card, error) {
	item, o := p.item, p.Outcome
	result := graded{item: item, answer: o.Answer, points: bot.Textf(pointsWords, o.Answer.Points())}
	title, reason := result.words()
	card := &bot.Card{Tone: result.tone()}
	lines := []bot.Text{reason, bot.Textf(sourceWords, item.Source.Title)}
	if note := correctedNote(p.fixed, o.Answer); note != "" {
		lines = append(lines, note)
	}
	again, err := s.againLine(ctx, p, standing)
	if err != nil {
		return nil, err
	}
	if o.mostMissed() && o.Answer.Verdict != Right {
		again = bot.Text(strings.TrimSpace(string(mostMissedWords + " " + again)))
	}
	if again != "" {
		lines = append(lines, again)
	}
	switch {
	case o.Answer.CaughtUp:
		lines = append(lines, caughtUpWords)
	case o.Answer.Credit == Wrong && o.Answer.Verdict != Wrong:
		lines = append(lines, knewBeforeWords)
	}
	if o.Status == Already {
		plan, err := s.Store.RoundPlan(ctx, p.round) // for the group's zone
		if err != nil {
			return nil, err
		}
		lines = append(lines, bot.Textf(alreadyWords, bot.When(o.Answer.At.In(plan.Group.Location()))))
	}
	if standing.Line != "" {
		lines = append(lines, standing.Line)
	}
	card.Title = title
	card.Body = bot.Join("\n", append(lines, extra...)...)
	card.Footer = onlyYouWords
	return card, nil
}

// allDone says that nothing is left to catch up, and what came of catching up.
func allDone(st Standing) bot.Text {
	if st.CaughtUp == 0 || st.Run == 0 {
		return allDoneWords
	}
	return allDoneWords + bot.Textf(" %s, streak safe at %d.", questions(st.CaughtUp), st.Run)
}

// copyCard is a private copy of a question, answered in place.
func (s *Service) copyCard(g group.Group, t group.Track, r Round, more int) *bot.Card {
	footer := bot.Textf(openUntilWords, bot.When(r.ClosesAt.In(g.Location())))
	if r.State == Closed {
		footer = bot.Textf(closedOnWords, bot.When(r.ClosedAt.In(g.Location())))
	}
	if more > 0 {
		footer += " · " + bot.Textf(toGoWords, more)
	}
	return &bot.Card{
		Title:    s.name(t, r.Number, r.Item),
		Body:     question(r.Item),
		Image:    picture(r.Item),
		Footer:   footer + "\n" + onlyYouWords,
		Controls: []bot.Row{privateChoices(r.Item, "copy/"+r.ID, "copyfill/"+r.ID)},
	}
}

// optionLabel is "A. 10 µA", cut to what a menu can hold; the body has the whole.
func optionLabel(o quizzes.Option) string {
	return bot.Clip(letter(o.ID)+". "+o.Text, bot.LimitOptionLabel)
}

// spoken writes out the units that screen readers stumble over.
func spoken(s string) string {
	return strings.NewReplacer("µA", "microamps", "µs", "microseconds", "µV", "microvolts", "µF", "microfarads",
		"µm", "micrometres", "mA", "milliamps", "mV", "millivolts", "kΩ", "kilohms", "MΩ", "megohms", "Ω", "ohms").Replace(s)
}

func letter(optionID string) string { return strings.ToUpper(optionID) }

// notice is the line for notifications: the question's beginning.
func notice(short string, r Round) bot.Text {
	text := []rune(bot.Textf(noticeWords, short, r.Number, r.Item.Stem).Plain())
	if len(text) > bot.LimitNotice {
		text = append(text[:bot.LimitNotice-2], ' ', '…')
	}
	return bot.Text(text)
}

// lastLine is "Last answer: C. 8 of 11 were right.", the counts only when there are enough.
func lastLine(spread map[string]int, item quizzes.Item) bot.Text {
	if item.Void {
		return lastWithdrawnWords
	}
	total, right, _ := counts(spread, item)
	if total < countsFrom {
		return bot.Textf(lastAnswerWords, shortAnswer(item))
	}
	return bot.Textf(lastAnswerCountWords, shortAnswer(item), right, total)
}
