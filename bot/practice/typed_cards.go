package practice

import (
	"slices"
	"strings"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/quizzes"
)

// How questions of each type look: the question, what can be pressed, the right
// answer and what somebody answered.

// question is the stem and the options as message text, beside the item's picture.
func question(item quizzes.Item) bot.Text {
	var below []bot.Text
	switch item.Type {
	case quizzes.TrueFalse:
		below = append(below, trueOrFalseWords)
	case quizzes.Single, quizzes.Multiple, "":
		for _, o := range item.Options {
			below = append(below, bot.Textf("%s. %s", letter(o.ID), o.Text))
		}
	}
	return bot.Join("\n\n", stemBeside(item), bot.Join("\n", below...))
}

// choices is the row under a question that everybody sees: a letter for each
// option, True and False, or a button that opens a form. A letter's path is
// press and its id.
func choices(item quizzes.Item, press, form string) bot.Row {
	switch {
	case item.Typed():
		return bot.Row{bot.Button{Label: answerLabel, Action: form}}
	case item.Type == quizzes.Multiple:
		return bot.Row{bot.Button{Label: chooseLabel, Action: form}}
	}
	var row bot.Row
	for _, o := range item.Options {
		b := bot.Button{Label: letter(o.ID), Action: press + "/" + o.ID}
		if item.Type == quizzes.TrueFalse {
			b.Label = o.Text
		} else {
			b.Accessible = bot.Clip(letter(o.ID)+": "+spoken(o.Text), bot.LimitAccessible)
		}
		row = append(row, b)
	}
	return row
}

// privateChoices is the row under a private copy: the options in words in a
// menu, or what stands under the public card.
func privateChoices(item quizzes.Item, press, form string) bot.Row {
	if item.Type != quizzes.Single && item.Type != "" {
		return choices(item, press, form)
	}
	menu := bot.Menu{Placeholder: "Choose your answer", Action: press}
	for _, o := range item.Options {
		menu.Options = append(menu.Options, bot.Option{Label: optionLabel(o), Value: o.ID})
	}
	return bot.Row{menu}
}

// rightAnswer is "B, 100 µA", "A and C", "False" or "4.7 kΩ".
func rightAnswer(item quizzes.Item) string {
	if (item.Type == quizzes.Single || item.Type == "") && len(item.Also) == 0 {
		right, _ := item.Option(item.Answer[0])
		return letter(right.ID) + ", " + right.Text
	}
	return shortAnswer(item)
}

// shortAnswer is the same without the words of an option.
func shortAnswer(item quizzes.Item) string {
	keys := keyNames(item)
	if item.Type == quizzes.Multiple {
		return strings.Join(keys, ", or ")
	}
	return bot.List(keys, "or")
}

// keyNames are the right answers, one unless the item was corrected.
func keyNames(item quizzes.Item) (names []string) {
	for _, key := range item.Keys() {
		if item.Typed() {
			names = append(names, key[0])
		} else {
			names = append(names, optionNames(item, key))
		}
	}
	return names
}

// givenAnswer is what somebody answered, in as few words.
func givenAnswer(item quizzes.Item, a Answer) string {
	if item.Typed() {
		return a.Raw
	}
	return optionNames(item, strings.Fields(a.Option))
}

// optionNames is "A and C"; of true or false it is the words.
func optionNames(item quizzes.Item, ids []string) string {
	var names []string
	for _, o := range item.Options { // in the order shown
		if !slices.Contains(ids, o.ID) {
			continue
		}
		if item.Type == quizzes.TrueFalse {
			return o.Text
		}
		names = append(names, letter(o.ID))
	}
	return bot.And(names)
}

// graded is an answer as its result tells it.
type graded struct {
	item   quizzes.Item
	answer Answer
	points bot.Text // " +3"; "" where an answer earns none by itself
}

// words are the result: a title that begins with how it went, and the reason.
func (g graded) words() (title, reason bot.Text) {
	item, given := g.item, givenAnswer(g.item, g.answer)
	reason = g.reason()
	if item.Void {
		return withdrawnTitle + g.points, reason
	}
	titles := []bot.Text{bot.Textf(rightWords, rightAnswer(item)), bot.Textf(rightWords, shortAnswer(item)), rightPlainWords}
	if g.answer.Verdict != Right {
		format, plain := wrongWords, hereWords
		switch {
		case g.answer.Verdict == Partly:
			format, plain = partlyWords, partlyPlainWords
		case item.Typed():
			format = wroteWords
		}
		titles = []bot.Text{bot.Textf(format, rightAnswer(item), given), bot.Textf(format, shortAnswer(item), given), plain}
	}
	for n, t := range titles {
		title = t + g.points
		if utf8.RuneCountInString(title.Plain()) > bot.LimitTitle {
			continue
		}
		switch {
		case n == 1 && titles[0] != t: // the option's words are too long for a title
			reason = bot.Textf("%s\n", strings.Replace(rightAnswer(item), ", ", ". ", 1)) + reason
		case n == 2:
			reason = bot.Textf(inFullWords, shortAnswer(item), given) + reason
			if g.answer.Verdict == Right {
				reason = bot.Textf("%s\n", shortAnswer(item)) + g.reason()
			}
		}
		return title, reason
	}
	return title, reason
}

// tone colours the result.
func (g graded) tone() bot.Tone {
	if g.answer.Verdict == Right && !g.item.Void {
		return bot.Good
	}
	return bot.Neutral
}

// reason is why: the explanation to whoever was right, otherwise what was wrong
// with the choice. Reasons of many options give way to the explanation.
func (g graded) reason() bot.Text {
	item := g.item
	if item.Void && item.Explanation == "" {
		return noneHoldsWords
	}
	if g.answer.Verdict == Right || item.Typed() {
		return bot.Typed(item.Explanation)
	}
	chosen := strings.Fields(g.answer.Option)
	if item.Type != quizzes.Multiple {
		wrong, _ := item.Option(g.answer.Option)
		reasons := []bot.Text{bot.Typed(wrong.Why)}
		for _, key := range item.Keys() {
			right, _ := item.Option(key[0])
			reasons = append(reasons, bot.Typed(right.Why))
		}
		if slices.Contains(reasons, "") { // a correction has left nothing to say of an option
			return bot.Typed(item.Explanation)
		}
		return bot.Join(" ", reasons...)
	}
	var lines []bot.Text
	size := 0
	for _, o := range item.Options {
		if slices.Contains(chosen, o.ID) != slices.Contains(item.Answer, o.ID) {
			lines = append(lines, bot.Textf("%s. %s", letter(o.ID), o.Why))
			size += utf8.RuneCountInString(o.Why)
			if o.Why == "" {
				return bot.Typed(item.Explanation)
			}
		}
	}
	if size > 1000 {
		return bot.Typed(item.Explanation)
	}
	return bot.Join("\n", lines...)
}

// answerLines is the question with its answer, as a closed card has it. Counts
// stand beside the options where there are enough.
func answerLines(item quizzes.Item, spread map[string]int) bot.Text {
	var lines []bot.Text
	if item.Typed() {
		if item.Void {
			return stemBeside(item)
		}
		lines = append(lines, bot.Textf(answerIsWords, shortAnswer(item)))
		if len(item.Accept) > 0 {
			lines = append(lines, bot.Textf(alsoRightWords, strings.Join(item.Accept, ", ")))
		}
		return bot.Join("\n\n", stemBeside(item), bot.Join("\n", lines...))
	}
	total, _, _ := counts(spread, item)
	chose := map[string]int{}
	for chosen, n := range spread {
		for _, id := range strings.Fields(chosen) {
			chose[id] += n
		}
	}
	for _, o := range item.Options {
		line := bot.Textf("%s. %s", letter(o.ID), o.Text)
		if item.Type == quizzes.TrueFalse {
			line = bot.Typed(o.Text)
		}
		if total >= countsFrom && !item.Void {
			line += " · " + people(chose[o.ID])
		}
		switch {
		case item.Void || !item.RightOption(o.ID):
		case len(item.Answer)+len(item.Also) > 1:
			line += isRightWords
		default:
			line += theAnswerWords
		}
		lines = append(lines, line)
	}
	return bot.Join("\n\n", stemBeside(item), bot.Join("\n", lines...))
}

// counts grades a spread: what was chosen, or the verdicts of what was typed.
func counts(spread map[string]int, item quizzes.Item) (total, right, partly int) {
	for chosen, n := range spread {
		total += n
		verdict := quizzes.Verdict(chosen)
		if !item.Typed() {
			verdict, _ = quizzes.Grade(item, quizzes.Response{Options: strings.Fields(chosen)})
		}
		switch verdict {
		case quizzes.Right:
			right += n
		case quizzes.Partly:
			partly += n
		}
	}
	return total, right, partly
}

// totals is "11 answered, 7 right."
func totals(spread map[string]int, item quizzes.Item) bot.Text {
	total, right, partly := counts(spread, item)
	if partly > 0 {
		return bot.Textf(totalsPartlyWords, total, right, partly)
	}
	return bot.Textf(totalsWords, total, right)
}

// otherOptions are the options of an item that are not right, each with its reason;
// none where the answer was typed.
func otherOptions(item quizzes.Item) (lines []bot.Text) {
	for _, o := range item.Options {
		if item.Void || item.RightOption(o.ID) {
			continue
		}
		name := letter(o.ID) + ". " + o.Text
		if item.Type == quizzes.TrueFalse {
			name = o.Text
		}
		lines = append(lines, bot.Text(strings.TrimSuffix(string(bot.Textf("%s\n%s", name, o.Why)), "\n")))
	}
	return lines
}

// othersButton leads to them.
func othersButton(item quizzes.Item, round string) (bot.Row, bool) {
	if len(otherOptions(item)) == 0 {
		return nil, false
	}
	label := "Why not the others?"
	if item.Type == quizzes.TrueFalse {
		label = "Why not the other?"
	}
	return bot.Row{bot.Button{Label: label, Action: "others/" + round}}, true
}
