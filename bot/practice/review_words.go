package practice

import "studyhall/bot"

// What people read when they review what they missed.
const (
	reviewTitle     = "%s review %d of %d · %s"
	missedNoteWords = bot.Text("You missed this one before.")
	leechNoteWords  = "You missed this one %d times so far. Take your time."

	toReviewWords   = "%d to review"
	toReviewMany    = "more than %d to review"
	reviewGoesOn    = "Review: %d of %d answered"
	reviewLabel     = "Review %d"
	goReviewLabel   = "Go on reviewing"
	againInQuiz     = bot.Text("It will come up again in /quiz.")
	bringBackWords  = "I'll bring it back %s."
	waitsInReview   = bot.Text("It waits for you in /quiz review.")
	comesBackWords  = "It comes back %s."
	leechWords      = "You missed it %d times so far. Put the reason into your own words; that helps it stay."
	nothingDueTitle = bot.Text("Nothing is due for review")
	nothingDueWords = "The next question you missed comes back %s."
	nothingToReview = bot.Text("What you miss comes back here after a while. So far there is nothing.")
	nothingOnTopic  = "So far you missed nothing about %s."

	reviewSummary       = "Review: %d of %d right"
	reviewSummaryPartly = "Review: %d of %d right, %d partly"
	reviewNoneTitle     = bot.Text("Review stopped")
	nextBackWords       = "The next one comes back %s."
	missedBackWords     = "What you missed comes back for review; the next %s."
	stillDueOne         = bot.Text("1 is still due for review.")
	stillDueWords       = "%d are still due for review."
	stillDueMany        = "More than %d are still due for review."
	leechSummaryOne     = bot.Text("One question keeps slipping away. Put its reason into your own words, or ask about it in the group.")
	leechSummaryWords   = "%d questions keep slipping away. Put their reasons into your own words, or ask about them in the group."

	whyReviewAll    = bot.Text("You missed each of these before, and their time has come. What is due longest comes first.")
	whyReviewOne    = bot.Text("You missed this one before, and its time has come.")
	whyReviewRule   = bot.Text("A miss brings a question back soon. With each right answer the pause grows: days, weeks, months.")
	whyReviewPosted = bot.Text("A question from the channel rests three days first, until its answer is out of sight.")
	whyLeechOne     = "You missed one %d times or more. Its reason deserves a slow second look."
	whyLeechWords   = "You missed %d of them %d times or more. Their reasons deserve a slow second look."

	laterToday   = bot.Text("later today")
	tomorrowWord = bot.Text("tomorrow")
	inDaysWords  = "in %s days"
	onDayWords   = "on %s"
)
