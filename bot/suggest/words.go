package suggest

import "studyhall/bot"

// What people read.
const (
	suggestLabel = "Suggest a question"
	suggestTitle = "Suggest a question"
	suggestIntro = bot.Text("Your organisers decide if it is asked. It is then the group's own. Please in your own words.")

	recalledLabel     = "Is this remembered from an exam?"
	mineSignedLabel   = "No. Sign it with my name"
	mineUnsignedLabel = "No. Leave my name out"
	fromExamLabel     = "Yes, it is from an exam"

	rightHelp = "One that a colleague would agree with; up to 75 characters"
	wrongHelp = "One to four, up to 75 characters each: mistakes that people really make"
	whyHelp   = "One to three sentences. Then a line such as: NFPA 99-2012, 10.3 https://…"

	noQuestionWords = "Write the question, please."
	longOptionWords = "1 to 75 characters each, please, so that it fits on a button everywhere. What you typed is still here."
	wrongCountWords = "One to four wrong answers, please, each on a line of its own."
	noSourceWords   = "Two parts, please: why it is right, and on a last line of its own where that can be looked up."
	longWhyWords    = "Up to 400 characters for why and 120 for the source, please. What you typed is still here."
	noRecalledWords = "Choose one, please."
	faultWords      = "This %s: %s. What you typed is still here."
	tooManyWords    = "%d of yours wait for your organisers already. Nothing was sent; please try again when they have looked."

	recalledWords = bot.Text("I can't take questions remembered from an exam: sharing them breaks the agreement people sign and can cost them the certification. " +
		"A question of your own on the same topic is very welcome.")

	sentWords      = bot.Text("Thank you. Your organisers will look, and you'll hear what came of it.")
	sentNextWords  = bot.Text("Accepted, it is asked within days and earns you 3 points.")
	noteComesWords = bot.Text("A private note comes then. It says nothing else until you open it.")
	onlyYouWords   = bot.Text("Only you can see this.")

	waitsOne      = bot.Text("1 suggested question waits for you.")
	waitsWords    = "%d suggested questions wait for you."
	headWords     = bot.Text("Suggested by members:")
	lineWords     = "“%s”"
	moreWords     = "And %d more; they come up as you decide."
	shownTitle    = bot.Text("A suggested question")
	ownTitle      = bot.Text("A question of your own")
	answerLine    = "%s. %s · the answer"
	optionLine    = "%s. %s"
	typedLine     = "Typed: %s · the answer"
	sourceWords   = "Source: %s"
	byWords       = "Signed: Question by %s"
	unsignedWords = bot.Text("Not signed.")
	alikeWords    = "Nearly the same as %s, “%s” (%d %% of the words)."
	alikeNone     = bot.Text("No question that I know is nearly the same.")
	knowWords     = bot.Text("You have read its answer now: when it is asked, you get the point for answering and no more.")
	heldWords     = bot.Text("You are still to answer this one, so its answer is kept from you. Answer it first, or come back when it has closed.")
	stateAsked    = bot.Text("It is one of those that the group is asked.")
	stateStopped  = bot.Text("It isn't asked any more.")
	stateRefused  = bot.Text("It was refused.")
	ruleWords     = "%s asks for computed questions only until you choose all of them, under Certifications. Until then it waits."

	acceptTitle = "Accept it"
	areaLabel   = "Area of the outline"
	editTitle   = "Change the question"
	refuseTitle = "Refuse it"
	reasonLabel = "Why not?"
	reasonHelp  = "Its author reads this, and nobody else"

	noAreaWords   = "Choose an area."
	noReasonWords = "One or two sentences, please: up to 300 characters."
	sameWords     = "That is what it says already. Change something, or close this."

	acceptedWords   = bot.Text("Accepted. It is one of your group's own now, and asked within days.")
	refusedWords    = bot.Text("Refused. Its author will read why.")
	editedWords     = bot.Text("Changed. A question that is open just now keeps its words.")
	stoppedWords    = bot.Text("It isn't asked any more. What was asked keeps its points.")
	againWords      = bot.Text("It is asked again.")
	goneWords       = bot.Text("I don't know that suggestion; it may have been taken back. Nothing was changed. /group shows what waits.")
	changedWords    = bot.Text("Somebody changed it meanwhile, so nothing was done. This is how it reads now.")
	decidedWords    = "%s decided already: it was %s. Nothing was done twice."
	somebodyDecided = "Another organiser"

	ownPageTitle = "Own questions of the %s"
	ownNone      = bot.Text("Your group has none yet. Members suggest one on their study page, with /study suggest, or with “Suggest as question” on a message. You can add some from a file.")
	ownHeldOne   = bot.Text("1 of them is left out of the file: you are still to answer it.")
	ownHeldSome  = "%d of them are left out of the file: you are still to answer them."
	fileTitle    = bot.Text("Your group's questions as a file")
	fileWords    = bot.Text("A bank as question-banks.md describes it, not finished: it names what each question still lacks. Nobody's name is in it. " +
		"Check it with “studyhall quizzes lint”, fill in what is missing, and send it to the bank's authors.")
	fileNone   = bot.Text("There is nothing to put into a file yet. Accepted questions go into it, but for one that you are still to answer.")
	soleWords  = bot.Text("Since it was corrected, more than one of its answers is right. A file, and what you change, has one of them alone.")
	arguedLeft = "%s: nothing but right answers. Change it, so that it has wrong ones."
	restLeft   = "%s: a message holds %d files."
	areaLeft   = "%s without an area of the outline that you study now: choose one with Change it."
	fileReads  = bot.Text("You have read the answers now: of those not asked yet, you get the point for answering and no more.")

	noteLabel     = "your questions"
	noteWhen      = bot.Text("a question that you suggested was looked at")
	noteTitle     = bot.Text("What came of your question")
	answeredOne   = bot.Text("1 of your suggestions answered")
	answeredWords = "%d of your suggestions answered"
	noteTaken     = "“%s” was accepted. It is one of your group's own now, and asked within days."
	noteRefused   = "“%s” was not taken: %s"
	notePlain     = "“%s” was not taken."
	pointsWords   = " +%d"
)
