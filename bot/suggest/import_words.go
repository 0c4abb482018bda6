package suggest

import "studyhall/bot"

// What organisers read about files.
const (
	importLabel = "Add from a file"
	importTitle = bot.Text("Add from a file")
	importIntro = bot.Text("I read it first and say what can be added. Nothing is added before you press.")
	importWhich = bot.Text("Which certification are the questions for?")

	importFileLabel     = "File with questions"
	importFileHelp      = "CSV, GIFT, Aiken, Moodle XML, QTI, Anki, Quizlet, JSON or YAML; up to 1 MB and 500 questions"
	importAreaLabel     = "Area of questions that name none"
	importRecalledLabel = "Are any remembered from an exam?"
	importSignedLabel   = "No. Sign them with my name"
	importUnsignedLabel = "No. Leave my name out"
	importExamLabel     = "Yes, some are from an exam"
	importAgainLabel    = "Another file"

	noFileWords    = "Choose a file, please."
	largeFileWords = "A file of up to 1 MB, please. Split it, or ask who runs me to use “studyhall quizzes import”."
	faultFileWords = "%s Nothing was added."
	busyFileWords  = bot.Text("I'm reading another file just now. Nothing was added; please send yours again in a minute.")
	slowFileWords  = bot.Text("That file took me too long, so I stopped. Nothing was added; please split it and send a part.")

	importDryTitle   = "What I read in %s"
	importDryWords   = bot.Text("Nothing is added yet.")
	importNoneWords  = bot.Text("There is nothing new to add.")
	importReadWords  = "%s, read as %s."
	importCanWords   = "%d can be added."
	importLossWords  = "%d can be added, %d of them with a loss."
	importCantWords  = "%d can't be added."
	importHasWords   = "There already: %d."
	importAlikeWords = "Nearly the same as one that you have: %d."
	importMoreWords  = "And %d more; the file tells all."
	importWaitsWords = bot.Text("They wait for a day, for you alone.")

	importKnownReason   = "your group has it already"
	importTwiceReason   = "the same question stands in the file before it"
	importPictureReason = "it has a picture, which a group's own questions can't have"
	importAreaReason    = "it names no area of the outline; choose one for those that don't, and send the file again"
	importNoReason      = "a reason why the answer is right"
	importAlikeReason   = "nearly the same as “%s” (%d %% of the words)"

	importAddedWords   = "Added: %s your group's own now."
	importTurnWords    = bot.Text("They are asked among all the others, as the outline weighs their areas.")
	importNothingWords = bot.Text("Nothing new: your group has them all already.")
	importKnownWords   = "%s there already."
	importFullWords    = "%d had no room: a group has up to %d of its own."
	importRuleWords    = "%s asks for computed questions only until you choose all of them, under Certifications. Until then they wait."
	importLeftWords    = bot.Text("Nothing was added, and what I read is erased.")
	importGoneWords    = bot.Text("That file doesn't wait any more: it was added or left, another took its place, or a day has passed. Own questions shows what your group has.")

	notHereWords = bot.Text("Only a question with one right answer can be changed here. Nothing was changed. Don't ask it again, and add it from a file as it should be.")
)
