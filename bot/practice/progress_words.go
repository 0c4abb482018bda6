package practice

import (
	"strings"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// What people read about their progress.
const (
	progressTitle       = bot.Text("Your progress")
	progressFewTemplate = "Answer %d questions and I can say something useful."
	progressSoFar       = " %d so far."
	progressOnceWords   = bot.Text("Each question counts once, as you answered it last.")
	progressNotYetWords = "Not enough answers yet: %s."
	progressNoAreaWords = "By area I can tell from %d answers on different questions."
	progressNextWords   = "Worth practising next: %s."
)

// progressFewWords is what stands in place of figures while there are too few
// answers for any.
func progressFewWords(questions int) bot.Text {
	words := bot.Textf(progressFewTemplate, progressFrom)
	if questions > 0 {
		words += bot.Textf(progressSoFar, questions)
	}
	return words
}

// progressAllWords is "58 questions answered, 41 right (71 %)."
func progressAllWords(p Progress) bot.Text {
	return bot.Textf("%d questions answered, %d right", p.Questions, p.Right) + share(p.Right, p.Questions) + "."
}

// progressAreaWords counts by area where there are enough answers, and names the
// other areas.
func progressAreaWords(o cert.Outline, p Progress) bot.Text {
	var lines []bot.Text
	counted := map[string]bool{}
	for _, a := range p.Areas {
		if a.Questions >= figureFrom {
			counted[a.Area.ID] = true
			lines = append(lines, bot.Textf(summaryAreaWords, a.Area.Short, a.Right, a.Questions)+share(a.Right, a.Questions))
		}
	}
	if len(lines) == 0 {
		return bot.Textf(progressNoAreaWords, figureFrom)
	}
	var others []string
	for _, d := range o.Domains {
		if !counted[d.ID] {
			others = append(others, d.Short)
		}
	}
	if len(others) > 0 {
		lines = append(lines, bot.Textf(progressNotYetWords, strings.Join(others, ", ")))
	}
	return bot.Join("\n", lines...)
}

// progressWeekWords tells the weeks in words, newest first. How many were right
// is said of weeks with enough answers.
func progressWeekWords(p Progress) bot.Text {
	var lines []bot.Text
	for _, w := range p.Weeks {
		words := bot.Textf("Week of %s", w.From.Format("Mon 2 Jan"))
		if w.Running {
			words = bot.Textf("Since %s", w.From.Format("Mon 2 Jan"))
		}
		words += ": " + bot.Text(bot.Count(w.Answers, "answer", "answers"))
		if w.Answers >= figureFrom {
			words += bot.Textf(", %d right", w.Right)
		}
		lines = append(lines, words)
	}
	return bot.Join("\n", lines...)
}

// share is " (71 %)", where there are enough answers for a percentage.
func share(right, of int) bot.Text {
	if of < shareFrom {
		return ""
	}
	return bot.Textf(summaryShareWords, (200*right+of)/(2*of))
}
