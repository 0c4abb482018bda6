package practice

import "studyhall/bot"

// What people read when they practise.
const (
	practiceTitle   = "%s practice %d of %d · %s"
	resumedWords    = "You're back where you stopped: %d of %d answered."
	replacedWords   = "Your earlier practice ended with %d of %d answered; those count."
	fewerWords      = "I have %d questions for that just now."
	fewerOneWords   = bot.Text("I have 1 question for that just now.")
	practisedAtWhen = "You answered this one on %s."
	goingOnWords    = "Practice: %d of %d answered"
	trackWords      = "%s: %s"

	summaryTitle       = "Practice: %d of %d right"
	summaryPartlyTitle = "Practice: %d of %d right, %d partly"
	summaryNoneTitle   = bot.Text("Practice stopped")
	summaryNoneBody    = bot.Text("Nothing was answered, so nothing was counted.")
	summaryAreaWords   = "%s: %d of %d right"
	summaryShareWords  = " (%d %%)"
	summaryPartWords   = "%d of %d questions answered."
	summaryHeldWords   = bot.Text("One of them is open in your group now, so it waits there for you.")

	whyTheseTitle   = bot.Text("Why these questions")
	whyMissedOne    = bot.Text("1 you missed before, and its time has come.")
	whyMissedWords  = "%d you missed before, and their time has come."
	whyUnseenOne    = bot.Text("1 you haven't met yet.")
	whyUnseenWords  = "%d you haven't met yet, from the areas as the outline weighs them."
	whyWeakWords    = "%d from %s, where %d of your last %d questions were right."
	whyWeakPlain    = "%d from %s, where many of your answers were not right."
	whyAgainOne     = bot.Text("1 you answered before, the longest ago.")
	whyAgainWords   = "%d you answered before, the longest ago first."
	whyTopicWords   = "All are about %s, as you asked."
	whyOrderWords   = bot.Text("What you missed and is due comes first, then what is new to you, then weaker areas. Nothing comes twice.")
	whyNearWords    = bot.Text("Your exam is three weeks away or less. So what you have met comes first, weaker areas before others, and new questions last.")
	whyOpenWords    = bot.Text("A question that is open in your group is left out until you have answered it there.")
	noQuestionTitle = bot.Text("Nothing to practise just now")
	noQuestionWords = bot.Text("I have no question for that which isn't open in your group already. Nothing was counted.")

	notYourPractice = bot.Text("That practice isn't yours, or it is no longer here. Nothing was counted. /quiz begins a new one.")
	noPracticeHere  = bot.Text("This group has no questions to practise. Nothing was counted. /group shows what it studies.")
	placeGoneWords  = bot.Text("That question is not part of this practice. Nothing was counted. /quiz shows where you are.")

	whichTopicTitle  = bot.Text("Which topic?")
	whichTopicWords  = "More than one area fits %q. Choose one; nothing was counted."
	noTopicTitle     = bot.Text("I don't know that topic")
	noTopicWords     = "%q is no area of the %s outline. Choose one of these, or practise all of them."
	topicPlaceholder = "Choose an area"

	realWords        = bot.Text("I don't have real exam questions and won't look for them. I have practice on the outline's topics.")
	outlineTitle     = "%s: what the exam covers"
	outlineLine      = "%s: %v %%"
	outlineSource    = "Weights: %s"
	outlineChecked   = "Weights: %s, checked %s"
	outlinePractises = bot.Text("Choose an area to practise it.")
)
