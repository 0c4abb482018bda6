package practice

import "studyhall/bot"

// What people read about friendly matches.
const (
	matchTitle     = bot.Text("Friendly match")
	matchAbout     = bot.Text("Two groups that both agree answer the same ten questions within a week. Each person answers once, in private.\nAt the end both channels see group averages, never a person's score. Nothing counts for the board.")
	matchBegin     = bot.Text("One group makes a code, the other enters it. Both decide after seeing the other's name.")
	matchMembers   = bot.Text("Your organisers can arrange one.")
	matchCodeTitle = "Your code: %s"
	matchCodeWords = "Give it to an organiser of the other group. It works once, until %s. They enter it under More, Friendly match.\nThen you see which group it is, and decide."
	matchCodeLabel = "The other group's code"
	matchCodeHelp  = "Twelve letters and digits; dashes don't matter"
	matchEnter     = "Enter a code"

	matchCodeWrongWords = bot.Text("That is no code, or it was used or is too old. Nothing was changed. Ask the other group for a new one.")
	matchTooManyWords   = bot.Text("That were too many wrong codes for now. Nothing was changed. Please try again in an hour.")
	matchOwnWords       = bot.Text("That is your own group's code. It is for the other group to enter.")
	matchExamWords      = bot.Text("That group studies something else, so there are no questions for both. Nothing was changed.")
	matchBusyWords      = bot.Text("One of the two groups has a match already. Nothing was changed. Try again when it is over.")

	matchFoundTitle  = "A match with the %s?"
	matchFoundWords  = "Ten questions, a week, group averages only. Their organisers see your group's name and decide, too."
	matchAskedTitle  = "Asked the %s"
	matchAskedWords  = bot.Text("The match begins when an organiser there accepts. Nothing is posted before that.")
	matchAskTitle    = "The %s asks for a friendly match"
	matchAskWords    = "They entered the code you made for the %s. It begins when you accept: ten questions, a week, group averages only."
	matchOverAsk     = bot.Text("That is settled already, or too old. Nothing was changed.")
	matchDropTitle   = bot.Text("No match, then")
	matchDropWords   = bot.Text("Nothing was posted. A new code begins another one at any time.")
	matchCancelTitle = "Call off the match with the %s?"
	matchCancelWords = bot.Text("Nobody's answers are lost, but no averages will be shown.")
	matchOffTitle    = bot.Text("The match is called off")
	matchOffWords    = bot.Text("The cards in both channels say so. No figures are shown.")
	matchNoneWords   = bot.Text("There are too few questions for a match just now that aren't open in one of the groups. Nothing was posted.")
	matchStartTitle  = "The match with the %s is on"
	matchStartWords  = bot.Text("A card in both channels leads to it, and so does everybody's study page.")

	matchCardTitle   = "Friendly match: %s and %s"
	matchCardWords   = "Ten questions, the same for both groups, within a week: until %s. Answer once, in private, whenever you like.\nAt the end both channels see group averages. Nobody's score is shown, and nothing counts for the board."
	matchCardOver    = bot.Text("The match is over. Thank you for playing.")
	matchCardOff     = bot.Text("The match was called off. What you answered stays yours.")
	matchCardNotice  = "A friendly match with the %s: ten questions within a week."
	matchEndTitle    = bot.Text("Friendly match: how it went")
	matchEndNotice   = "The friendly match with the %s is over."
	matchSideWords   = "%s: %s of %d right, %s"
	matchBothWords   = "Both together: %s of %d right, %s."
	matchFewWords    = bot.Text("Too few people played for averages. Thank you to everybody who did.")
	matchEndFooter   = bot.Text("Averages of those who answered all ten. Nobody's score is shown.")
	matchRunsWords   = "A match with the %s runs until %s."
	matchStudyWords  = "Friendly match with the %s: %d of %d answered, until %s"
	matchWaitsWords  = "The %s asks for a friendly match."
	matchPendsWords  = "The %s has been asked for a friendly match."
	matchGoneWords   = bot.Text("This match isn't running, or it isn't your group's. Nothing was changed. /study shows what is open for you.")
	matchPlayTitle   = "Friendly match %d of %d · %s"
	matchPlayFooter  = bot.Text("Each question counts once. Only you can see this.")
	matchHeldTitle   = bot.Text("One question is waiting elsewhere")
	matchHeldWords   = bot.Text("It is open in your group just now. Answer it there first, then come back to the match.")
	matchDoneTitle   = "All done: %d of %d right"
	matchDoneWords   = "Only you see that. The groups' averages come on %s."
	matchPlaceWords  = bot.Text("That question is not part of this match. Nothing was counted. Press Play the match to go on.")
	matchCancelLabel = "Call off the match"
)
