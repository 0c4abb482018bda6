package practice

import "studyhall/bot"

// What people read about corrections.
const (
	threadTitle = "About question %d"

	correctedWords   = "Question %d was corrected: the answer is %s."
	defensibleWords  = "Question %d was corrected: %s defensible."
	withdrawnWords   = "Question %d was taken back: none of its answers holds up."
	nobodyLosesWords = bot.Text("Nobody loses points.")
	gainedWords      = "Nobody loses points; %d of you gained %d."
	someGainedWords  = "Nobody loses points; %d of you gained some."

	noneHoldsWords       = bot.Text("None of its answers holds up.")
	withdrawnTitle       = bot.Text("This question was taken back.")
	correctedResultWords = bot.Text("It was corrected after you answered.")
	gainedResultWords    = "It was corrected after you answered: you gained %d."
	gainedLineWords      = "%s question %d was corrected after you answered: you gained %d."
	keptLineWords        = "%s question %d was corrected after you answered. You keep your points."
	keptResultWords      = bot.Text("It was corrected after you answered. You keep your points.")
	voidResultWords      = bot.Text("Everybody who answered it in time has full points.")
	lastWithdrawnWords   = bot.Text("The last question was taken back; nobody loses points.")
)
