package practice

import "studyhall/bot"

// What people read about time in timed practice.
const (
	timingTitle   = bot.Text("Extra time")
	timingWords   = "Timed practice: %s."
	timingBody    = bot.Text("This is the time you have in mock exams and live rounds.")
	timingDone    = bot.Text("Done.")
	timingFrom    = bot.Text("It counts from your next mock exam or live round on.")
	timingFooter  = bot.Text("Nobody is told. Only you can see this.")
	timingUnknown = bot.Text("I don't know that choice of time. Nothing was changed. Press Extra time in your settings to choose again.")
)

// pictureWords is a picture where only text can be shown.
const pictureWords = "The picture: %s"

// What people read before, in and after a mock exam.
const (
	mockTitle        = "%s mock exam"
	mockLength       = "The real exam has %d questions in %s; the bank has %d."
	mockLengthOnly   = "The real exam has %d questions; I don't know its time. The bank has %d."
	mockLengthNone   = "I don't know how long the real exam is; the bank has %d questions."
	mockOpenNow      = "%d of them are open in your group or being checked, so they are left out here."
	mockOpenOne      = bot.Text("1 of them is open in your group or being checked, so it is left out here.")
	mockThisOne      = "This one has %d, %s."
	mockSizeLine     = "%d questions, %s: %s."
	mockTimeIs       = "Time: %s."
	mockWeighted     = bot.Text("weighted as the outline")
	mockEqual        = bot.Text("as many from each area, for no weights are published")
	mockScarce       = "with too few on %s to be weighted as the outline"
	mockScarceEqual  = "with too few on %s to have as many from each area"
	mockNoClock      = bot.Text("no time runs")
	mockHow          = bot.Text("Skip, go back and change answers until the end; pause whenever you like. Nothing is graded before the end.")
	mockLengthSource = "Length and time: %s (%s), checked %s"
	mockWeightNote   = "Weights: %s"
	mockNoneBody     = bot.Text("Every question I have is open in your group just now. Come back when they have closed.")

	mockQuestion   = "%s mock exam: question %d of %d"
	mockLeft       = "%s left · ends %s"
	mockLeftAlone  = "%s left"
	mockLessThan   = bot.Text("less than a minute")
	mockNoted      = "Question %d: %s. You can change it until the end."
	mockYours      = "Your answer: %s. You can change it until the end."
	mockHeldWords  = bot.Text("This question is open in your group now, so it is left out here. It doesn't count in this exam.")
	mockBack       = bot.Text("You're back where you stopped.")
	mockOverview   = "%s mock exam: %d of %d answered"
	mockUnanswered = "Without an answer: %s."
	mockAllDone    = bot.Text("Every question has an answer.")
	mockSkipped    = "Question %d"
	mockGoTo       = "1 to %d"
	mockNoNumber   = "Please give a number from 1 to %d. Nothing was changed."

	mockPausedTitle = "%s mock exam: paused"
	mockPausedBody  = "%d of %d answered. The clock stands still, and your answers are safe. Go on whenever you like."
	mockEndTitle    = bot.Text("Finish the mock exam?")
	mockEndOne      = bot.Text("1 question has no answer; it counts as not right.")
	mockEndSome     = "%d questions have no answer; they count as not right."
	mockEndAfter    = bot.Text("After that nothing can be changed, and you see how it went.")

	mockResult        = "%s mock exam: %d of %d right"
	mockResultPartly  = "%s mock exam: %d of %d right, %d partly"
	mockRanOut        = "Time was up on %s. What you had answered counts."
	mockAnswered      = "%d of %d answered."
	mockHeldOne       = bot.Text("1 question is open in your group now; it waits there and is left out here.")
	mockHeldSome      = "%d questions are open in your group now; they wait there and are left out here."
	mockTogether      = "%s together: %d of %d right"
	mockTogetherWhy   = bot.Text("An area stands alone from 10 answers on.")
	mockNoAreas       = bot.Text("No area has 10 answers, so there is no figure for areas.")
	mockInterval      = "By chance alone it could be between %d and %d of 100 on questions like these."
	mockNoInterval    = bot.Text("With fewer than 20 answers I can say no more than this count.")
	mockNoForecast    = bot.Text("These are our own questions, so this says nothing about passing.")
	mockNothing       = bot.Text("Nothing was answered, so nothing was counted.")
	mockMissedFooter  = "%d of %d to look at"
	mockMissedLine    = "Question %d · %s"
	mockMissedNoneYet = "Question %d: you gave no answer"
	mockAllRight      = bot.Text("You had every question right. There is nothing to look at.")

	mockStudyOpen   = "Mock exam: %d of %d answered, %s"
	mockStudyPaused = bot.Text("paused")
	mockStudyEnded  = "Mock exam: %d of %d right"
	notYourMock     = bot.Text("That mock exam isn't yours, or it is no longer here. Nothing was counted. Type /quiz mock exam for another.")
	noSuchMock      = bot.Text("I don't know that length of a mock exam. Nothing was begun. Type /quiz mock exam to choose one.")
)
