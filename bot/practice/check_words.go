package practice

import (
	"studyhall/bot"
)

// What organisers read about reported questions.
const (
	checkWaitsOne     = bot.Text("1 reported question waits for you.")
	checkWaitsWords   = "%d reported questions wait for you."
	checksHeadWords   = bot.Text("Reported by members:")
	checksMoreWords   = "And %d more; they come up as you decide."
	checkAskedWords   = "asked all the same"
	checkPausedWords  = "not asked until you decide"
	checkNumberWords  = "Question %d"
	checkTitle        = "%s: reported"
	checkFiguresTitle = "%s: how it was answered"
	checkNotesTitle   = "%s: what was said"
	checkSourceWords  = ", looked at %s"
	checkOwnWords     = bot.Text("One of your group's own questions")
	checkItemWords    = "Bank %s, item %s, version %s"
	checkForAllWords  = bot.Text("; corrected for all groups by whoever runs this bot")
	checkFewWords     = bot.Text("No counts: they come once it has closed, from 5 answers on.")
	checkIsPaused     = bot.Text("It isn't asked here until you decide. Points are safe whatever you decide.")
	checkIsAsked      = bot.Text("It is asked all the same: one member alone takes nothing out.")
	checkHeldWords    = bot.Text("You are still to answer this one, so its key and its figures are kept from you. Answer it first, or decide when it has closed.")
	checkGoneWords    = bot.Text("I don't know that report; it may be from before a restore. Nothing was changed. /group shows what waits.")

	checkChangedWords  = bot.Text("The question was changed meanwhile, so nothing was done. /group shows what waits now.")
	decidedBeforeWords = "%s decided already: %s. Nothing was done twice."
	decidedWords       = "Done: %s."
	acceptedWords      = "Whoever runs this bot accepted an organiser's decision for all groups: %s. There is nothing more to decide."
	acceptedHeadWords  = bot.Text("Accepted for all groups by whoever runs this bot:")
	acceptedLineWords  = "Question %d: %s."
	toldWords          = "%s will hear of it."

	faultLineWords = "%s: %s."
	noteWords      = "“%s”"
	noteByWords    = " (%s)"
	noNotesWords   = bot.Text("Nobody wrote more.")

	rightFieldLabel  = "Right answer"
	rightsFieldLabel = "Right answers"
	rightsFieldHelp  = "Several, if each of them is right by itself"
	moreFieldLabel   = "Also right"
	moreFieldHelp    = "Another answer that is as right; leave it empty for none"
	toleranceLabel   = "How far off is still right?"
	toleranceHelp    = "Such as 0.5 or 2 %; empty keeps it as it is"
	todayFieldLabel  = "The answer so far"
	whyFieldLabel    = "Explanation"
	reasonFieldLabel = "Why is it right as it is?"
	reasonFieldHelp  = "Those who reported it read this"
	noKeyWords       = "That can't be graded. Choose or type what is right, as people would answer."
	sameKeyWords     = "That is the answer it has already. Choose another one, or go back and keep it."
	sameWhyWords     = "That is what it says already. Write it in another way, or go back and keep it."
	longWhyWords     = "Up to 500 characters, please. What you typed is still here."
	noReasonWords    = "One or two sentences, please: up to 300 characters."

	confirmTitle      = "%s: decide?"
	wouldCorrectWords = "The answer would be %s."
	wouldAcceptWords  = "%s would be right, each by itself."
	wouldVoidWords    = bot.Text("It would be taken back: no answer counts as wrong, and it isn't asked here any more.")
	wouldExplainWords = bot.Text("The card would have your explanation. Answers count as they did.")
	wouldRetireWords  = bot.Text("It wouldn't be asked here any more. Answers count as they did.")
	wouldKeepWords    = bot.Text("It stays as it is, and is asked again.")
	wouldNoteWords    = bot.Text("The old card is corrected, with one note under it. Other groups keep what they have.")
	tellKeptOne       = "1 person who reported it reads: %s"
	tellKeptWords     = "%d people who reported it read: %s"
	tellRightOne      = bot.Text("1 person who reported it hears that they were right, and gets 3 points. A report of your own earns none.")
	tellRightWords    = "%d people who reported it hear that they were right, and get 3 points each. A report of your own earns none."

	gainNoneWords   = bot.Text("Nobody gains points, and nobody loses any.")
	gainFewWords    = bot.Text("Whoever was right by it gains points; nobody loses any.")
	gainedNoneWords = bot.Text("Nobody gained points, and nobody lost any.")
	gainedFewWords  = bot.Text("Whoever was right by it gained points; nobody lost any.")
	gainWordsEnd    = "%s; nobody loses points."
)

// words are what a decision was, after "decided already:".
func (d Decision) words() bot.Text {
	switch d {
	case Corrected:
		return "its answer was corrected"
	case Voided:
		return "it was taken back"
	case Explained:
		return "it has another explanation"
	case Retired:
		return "it isn't asked here any more"
	}
	return "it stays as it is"
}

// label is the button that makes a decision.
func (d Decision) label() string {
	switch d {
	case Corrected:
		return "Correct it"
	case Voided:
		return "Take it back"
	case Explained:
		return "Change the words"
	case Retired:
		return "Don't ask it again"
	}
	return "Keep it"
}

// would says what a decision does that changes no answer's worth.
func (d Decision) would() bot.Text {
	switch d {
	case Explained:
		return wouldExplainWords
	case Retired:
		return wouldRetireWords
	}
	return wouldKeepWords
}

// tellWords say what reporters are told.
func tellWords(n int, d Draft) bot.Text {
	switch {
	case d.Decision == KeptAsIs && n == 1:
		return bot.Textf(tellKeptOne, d.Words.Reason)
	case d.Decision == KeptAsIs:
		return bot.Textf(tellKeptWords, n, d.Words.Reason)
	case n == 1:
		return tellRightOne
	}
	return bot.Textf(tellRightWords, n)
}
