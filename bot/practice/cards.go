package practice

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

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

// openCard is a question that can be answered (message 1).
func (s *Service) openCard(plan Plan, r Round, last *lastAnswer) bot.Message {
	loc := plan.Group.Location()
	card := &bot.Card{Title: s.name(plan.Track, r.Number, r.Item), Body: question(r.Item)}
	state := []bot.Text{bot.Textf(openUntilWords, bot.When(r.ClosesAt.In(loc)))}
	if r.Answered > 0 {
		state = append(state, bot.Textf(answeredWords, r.Answered))
	}
	if r.OpenedAt.Before(plan.Group.StartedAt.AddDate(0, 0, 14)) {
		state = append(state, privateWords)
	}
	footer := []bot.Text{join(" · ", state)}
	if r.Late {
		footer = append(footer, lateWords)
	}
	var second bot.Row
	if last != nil {
		letter := letterOf(last.round.Item, last.round.Item.Answer[0])
		footer = append(footer, lastLine(letter, last.spread, last.round.Item))
		second = append(second, bot.Button{Label: "Why " + letter + "?", Action: "why/" + last.round.ID})
	}
	if w, ok := cert.ParseWindow(plan.Track.WindowFrom, plan.Track.WindowTo); ok {
		if line := w.Until(r.PlannedAt.In(loc)); line != "" {
			footer = append(footer, bot.Text(line))
		}
	}
	second = append(second,
		bot.Button{Label: "Catch up", Action: "catchup/" + r.Group},
		bot.Button{Label: "More", Action: "more/" + r.ID})
	card.Footer = join("\n", footer)
	card.Controls = []bot.Row{letters(r), second}
	return bot.Message{Text: notice(s.short(plan.Track), r), Card: card}
}

// closedCard is a question with its answer (message 3).
func (s *Service) closedCard(plan Plan, r Round, spread map[string]int) bot.Message {
	total, right := counts(spread, r.Item)
	var lines []bot.Text
	for _, o := range r.Item.Options {
		line := bot.Textf("%s. %s", letter(o.ID), o.Text)
		if total >= countsFrom {
			line += " · " + people(spread[o.ID])
		}
		if slices.Contains(r.Item.Answer, o.ID) {
			line += theAnswerWords
		}
		lines = append(lines, line)
	}
	footer := []bot.Text{bot.Textf(sourceWords, r.Item.Source.Title)}
	if total >= countsFrom {
		footer = append(footer, bot.Textf(totalsWords, total, right))
	}
	card := &bot.Card{
		Title:  s.name(plan.Track, r.Number, r.Item) + closedWords,
		Body:   bot.Typed(r.Item.Stem) + "\n\n" + join("\n", lines) + "\n\n" + bot.Typed(r.Item.Explanation),
		Footer: join("\n", footer),
		Controls: []bot.Row{{
			bot.Button{Label: "Why not the others?", Action: "others/" + r.ID},
			bot.Button{Label: "My answer", Action: "mine/" + r.ID},
			bot.Button{Label: "Catch up", Action: "catchup/" + r.Group},
		}},
	}
	return bot.Message{Text: bot.Textf(closedNoticeWords, s.short(plan.Track), r.Number, letterOf(r.Item, r.Item.Answer[0])), Card: card}
}

// resultCard tells one person how an answer was graded (message 2).
func (s *Service) resultCard(ctx context.Context, p pressed, extra ...bot.Text) (*bot.Card, error) {
	item, o := p.item, p.Outcome
	right, _ := item.Option(item.Answer[0])
	chosen, _ := item.Option(o.Answer.Option)
	rightLetter, chosenLetter := letter(right.ID), letter(chosen.ID)
	card := &bot.Card{Tone: bot.Neutral}
	var title, reason bot.Text
	if o.Answer.Verdict == Right {
		card.Tone = bot.Good
		title = bot.Textf(rightWords, rightLetter, right.Text, o.Answer.Points())
		reason = bot.Typed(item.Explanation)
	} else {
		title = bot.Textf(wrongWords, rightLetter, right.Text, chosenLetter, o.Answer.Points())
		reason = bot.Typed(chosen.Why) + " " + bot.Typed(right.Why)
	}
	if utf8.RuneCountInString(title.Plain()) > bot.LimitTitle {
		// The option is long: the letter alone goes into the title.
		if title = bot.Textf(rightShortWords, rightLetter, o.Answer.Points()); o.Answer.Verdict != Right {
			title = bot.Textf(wrongShortWords, rightLetter, chosenLetter, o.Answer.Points())
		}
		reason = bot.Textf("%s. %s\n", rightLetter, right.Text) + reason
	}
	lines := []bot.Text{reason, bot.Textf(sourceWords, item.Source.Title)}
	if o.mostMissed() && o.Answer.Verdict != Right {
		lines = append(lines, mostMissedWords)
	}
	if o.Answer.CaughtUp {
		lines = append(lines, caughtUpWords)
	}
	if o.Status == Already {
		plan, err := s.Store.RoundPlan(ctx, p.round) // for the group's zone
		if err != nil {
			return nil, err
		}
		lines = append(lines, bot.Textf(alreadyWords, bot.When(o.Answer.At.In(plan.Group.Location()))))
	}
	card.Title = title
	card.Body = join("\n", append(lines, extra...))
	card.Footer = onlyYouWords
	return card, nil
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
	menu := bot.Menu{Placeholder: "Choose your answer", Action: "copy/" + r.ID}
	for _, o := range r.Item.Options {
		menu.Options = append(menu.Options, bot.Option{Label: optionLabel(o), Value: o.ID})
	}
	return &bot.Card{
		Title:    s.name(t, r.Number, r.Item),
		Body:     question(r.Item),
		Footer:   footer + "\n" + onlyYouWords,
		Controls: []bot.Row{{menu}},
	}
}

// optionLabel is "A. 10 µA", cut to what a menu can hold; the body has the whole.
func optionLabel(o quizzes.Option) string {
	label := []rune(letter(o.ID) + ". " + o.Text)
	if len(label) > bot.LimitOptionLabel {
		label = append(label[:bot.LimitOptionLabel-1], '…')
	}
	return string(label)
}

// question is the stem and the options as message text.
func question(item quizzes.Item) bot.Text {
	lines := []bot.Text{bot.Typed(item.Stem), ""}
	for _, o := range item.Options {
		lines = append(lines, bot.Textf("%s. %s", letter(o.ID), o.Text))
	}
	return join("\n", lines)
}

// letters is the row of equal buttons, each with its option's words for screen readers.
func letters(r Round) bot.Row {
	var row bot.Row
	for _, o := range r.Item.Options {
		row = append(row, letterButton(o, "answer/"+r.ID+"/"+o.ID))
	}
	return row
}

func letterButton(o quizzes.Option, action string) bot.Button {
	accessible := []rune(letter(o.ID) + ": " + spoken(o.Text))
	if len(accessible) > bot.LimitAccessible {
		accessible = append(accessible[:bot.LimitAccessible-1], '…')
	}
	return bot.Button{Label: letter(o.ID), Action: action, Accessible: string(accessible)}
}

// spoken writes out the units that screen readers stumble over.
func spoken(s string) string {
	return strings.NewReplacer("µA", "microamps", "µs", "microseconds", "µV", "microvolts", "µF", "microfarads",
		"µm", "micrometres", "mA", "milliamps", "mV", "millivolts", "kΩ", "kilohms", "MΩ", "megohms", "Ω", "ohms").Replace(s)
}

func letter(optionID string) string { return strings.ToUpper(optionID) }

func letterOf(item quizzes.Item, optionID string) string {
	o, _ := item.Option(optionID)
	return letter(o.ID)
}

// notice is the line for notifications: the question's beginning.
func notice(short string, r Round) bot.Text {
	text := []rune(bot.Textf(noticeWords, short, r.Number, r.Item.Stem).Plain())
	if len(text) > bot.LimitNotice {
		text = append(text[:bot.LimitNotice-2], ' ', '…')
	}
	return bot.Text(text)
}

// lastLine is "Last answer: C. 8 of 11 were right.", the counts only when there are enough.
func lastLine(letter string, spread map[string]int, item quizzes.Item) bot.Text {
	total, right := counts(spread, item)
	if total < countsFrom {
		return bot.Textf(lastAnswerWords, letter)
	}
	return bot.Textf(lastAnswerCountWords, letter, right, total)
}

func counts(spread map[string]int, item quizzes.Item) (total, right int) {
	for id, n := range spread {
		total += n
		if slices.Contains(item.Answer, id) {
			right += n
		}
	}
	return total, right
}

func people(n int) bot.Text {
	if n == 1 {
		return "1 person"
	}
	return bot.Textf("%d people", n)
}

func join(separator string, texts []bot.Text) bot.Text {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = string(t)
	}
	return bot.Text(strings.Join(parts, separator))
}
