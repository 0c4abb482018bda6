package practice

import "studyhall/bot"

// What people read.
const (
	titleWords           = "%s question %d · %s"
	noticeWords          = "%s question %d: %s"
	closedNoticeWords    = "%s question %d is closed. The answer is %s."
	openUntilWords       = "Open until %s"
	answeredWords        = "%d answered"
	privateWords         = bot.Text("only you see how you did")
	lateWords            = bot.Text("Posted late; same time to answer.")
	lastAnswerWords      = "Last answer: %s."
	lastAnswerCountWords = "Last answer: %s. %d of %d were right."
	closedWords          = bot.Text(" · closed")
	theAnswerWords       = bot.Text(" · the answer")
	sourceWords          = "Source: %s"
	totalsWords          = "%d answered, %d right."

	// The result: with the answer in full, in short, and where it fits no title.
	rightWords       = "Right. %s."
	rightPlainWords  = bot.Text("Right.")
	wrongWords       = "The answer is %s. You chose %s."
	wroteWords       = "The answer is %s. You wrote %s."
	hereWords        = bot.Text("Here is the answer.")
	partlyWords      = "Partly right. The answer is %s. You chose %s."
	partlyPlainWords = bot.Text("Partly right.")
	inFullWords      = "The answer is %s. Your answer: %s\n"
	pointsWords      = " +%d"

	answerIsWords     = "The answer: %s"
	alsoRightWords    = "Also right: %s"
	isRightWords      = bot.Text(" · right")
	totalsPartlyWords = "%d answered, %d right, %d partly."
	answerTitle       = "Question %d: the answer"
	trueOrFalseWords  = bot.Text("True or false?")

	// Forms.
	answerLabel      = "Answer"
	chooseLabel      = "Choose answers"
	typedTitle       = "Your answer"
	submitLabel      = "Answer"
	chooseFieldLabel = "All that are right"
	ruleWords        = bot.Text("Choose every right answer; there is more than one. At least half of them with at most one wrong is partly right.")
	numberHelp       = "A number, such as %s or 1/2."
	unitHelp         = "Such as %s. Without a unit I read it as %s."
	shortHelp        = "A word or a few. Capitals and small slips don't matter."

	practiseLabel = "Practise 5 more"
	likeLabel     = "Practise 5 like it"

	mostMissedWords = bot.Text("Most people missed this one.")
	caughtUpWords   = bot.Text("Caught up: 1 point.")
	alreadyWords    = "You answered this one on %s."
	onlyYouWords    = bot.Text("Only you can see this.")
	signedWords     = "Question by %s"
	knewBeforeWords = bot.Text("You knew this one before it was asked, so it earns the point for answering.")
	toGoWords       = "%d to go"
	allDoneWords    = bot.Text("All caught up.")

	closedOnWords     = "Closed on %s · catching up earns 1 point"
	caughtUpTitle     = bot.Text("You're all caught up")
	caughtUpBody      = bot.Text("Nothing is waiting for you. The next question comes as usual.")
	tooLateTitle      = bot.Text("This question is closed")
	tooLateWords      = "It closed on %s, so this press doesn't count. Nothing else changed."
	catchUpStillWords = bot.Text("You can still catch up on it for a week after closing.")
	stillClosedWords  = bot.Text("Catching up ends a week after closing.")
	notPostedWords    = bot.Text("This question isn't open. Nothing was counted. If its card looks open, wait a moment and press again.")
	noSuchOptionWords = "Question %d has no answer of that name. Nothing was counted. Press one of the letters under the question."
	stillOpenWords    = bot.Text("This question is still open, so its answer is not shown yet. Nothing was changed.")
	notAnsweredWords  = bot.Text("You haven't answered this one.")
	whyTitle          = "Question %d: why %s"
	othersTitle       = "Question %d: why not the others"
	sampleTitle       = bot.Text("A sample question")
	sampleFooter      = bot.Text("Tap a letter. It doesn't count.\nOnly you can see this.")
	sampleWords       = bot.Text("A sample: nothing was counted.")
	noSampleWords     = bot.Text("I have no sample of that. The next question in the channel shows how it works.")
	resultsTitle      = bot.Text("Your results")
	noResultsWords    = bot.Text("You haven't answered a question in the last week. Today's is in the channel.")
	resultWords       = "Question %d: %s"
	moreTitle         = bot.Text("What would you like to do?")
	moreBody          = bot.Text("Your result comes back when you press any letter again.")
)

// questions is "1 question" or "10 questions".
func questions(n int) bot.Text { return bot.Text(bot.Count(n, "question", "questions")) }

// people is "1 person" or "8 people".
func people(n int) bot.Text { return bot.Text(bot.Count(n, "person", "people")) }
