package practice

import "studyhall/bot"

// What people read about rules of issuers for questions.
const (
	ruleTitle        = "%s: the issuer's rule"
	ruleFirstWords   = "Before you go on, a rule to know. %s The exam is yours, so you decide."
	ruleOnlyPractice = bot.Text("Your choice is for your own practice. The group's questions stay as they are.")

	ruleGroupWide     = bot.Text("This group asks all of its questions, computed ones and others.")
	ruleGroupComputed = bot.Text("This group asks computed questions only: a program works their answers out from numbers.")
	ruleOwnComputed   = bot.Text("You practise computed ones only.")
	ruleOwnSame       = bot.Text("You practise what the group asks.")

	ruleOnWords       = bot.Text("Good. You can change this in your settings at any time.")
	ruleComputedWords = bot.Text("Done: your practice asks computed questions only. You can change this in your settings.")
	ruleGoneWords     = bot.Text("There is no such rule here, or not any more. Nothing was changed.")
)

// ruleStands says what a group asks and what somebody practises of it.
func ruleStands(wide, computed bool) bot.Text {
	of, own := ruleGroupComputed, ruleOwnSame
	if wide {
		of = ruleGroupWide
	}
	if computed {
		own = ruleOwnComputed
	}
	return of + " " + own
}
