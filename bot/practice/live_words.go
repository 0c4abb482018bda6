package practice

import "studyhall/bot"

// What people read about live rounds.
const (
	liveTitle      = "Live round · question %d of %d"
	liveTitleArea  = "Live round · question %d of %d · %s"
	liveNotice     = "Live round, question %d of %d: %s"
	liveOverNotice = "Live round, question %d of %d is over. The answer is %s."
	liveTimeWords  = "%d seconds, or a little longer"

	livePreviewTitle   = "A live round in %s?"
	livePreviewBody    = "%s, %d seconds each, for everybody in the channel. Answers are private; between questions the top three show.\nNothing counts for the board. Nothing is posted before you press Start."
	livePreviewTopic   = "All about %s."
	livePreviewMeeting = "These are the questions your group missed most."
	liveFewerWords     = "I have %s for that just now."
	liveNoneTitle      = bot.Text("No question for a live round just now")
	liveNoneWords      = bot.Text("I have none for that which isn't open in your group already. Nothing was posted.")
	liveStartedTitle   = bot.Text("Here we go")
	liveStartedWords   = "The first question is on its way to %s. Press Next there to go on; by itself it goes on more slowly."
	liveRunningTitle   = bot.Text("A live round is under way here")
	liveRunningWords   = "It is at question %d of %d. Join in by pressing a letter under the newest question."
	liveRefusedTitle   = bot.Text("Not just now")
	liveRefusedWords   = bot.Text("A live round needs a running group and its channel. Nothing was posted. /group shows how yours stands.")
	liveWherePlain     = "the group's channel"

	liveNotedTitle  = "Noted: %s."
	liveNotedPlain  = bot.Text("Noted.")
	liveNotedWords  = bot.Text("You can change it until the time is up.")
	liveBeforeRight = "Question %d: right."
	liveBeforeWrong = "Question %d: the answer was %s."
	liveKnewWords   = bot.Text("You knew this one before it was asked, so it counts for no place.")
	liveYourLine    = "You: %d of %d right."

	liveOverTitle     = bot.Text("This question is over")
	liveOverWords     = bot.Text("The answer stands on its card. The next one comes soon, and you're in.")
	liveEndedTitle    = bot.Text("This live round is over")
	liveEndedWords    = bot.Text("Thank you for coming by. /quiz has questions at any time.")
	liveSoonWords     = bot.Text("This question is not open yet. Wait a moment and press again.")
	liveNotYetWords   = bot.Text("You haven't answered this one. Press a letter under it; you can change it until the time is up.")
	liveLeftOutTitle  = "You left out question %d"
	liveUnknown       = bot.Text("I don't know that live round or that question. Nothing was changed. /quiz begins something new.")
	liveNoOptionWords = bot.Text("This question has no answer of that name. Nothing was noted. Press one of the letters under it.")
	liveWaitTitle     = bot.Text("Whoever started this goes on")
	liveWaitWords     = "From %s on anybody here can. By itself it goes on, too."
	liveMovedTitle    = bot.Text("Done")
	liveMovedWords    = bot.Text("The channel shows it in a moment.")
	liveStopTitle     = bot.Text("End this live round for everybody?")
	liveStopWords     = "It is at question %d of %d. What was answered stays."

	liveSoFarWords   = bot.Text("So far:")
	livePlaceWords   = "%d. %s, %d right"
	livePlaceMany    = "%d. %d people, %d right"
	liveGoOnWords    = bot.Text("Next question goes on; after 3 minutes it comes by itself.")
	liveSilenceWords = bot.Text("Nobody answered two in a row, so the live round ends here.")
	liveGroupWords   = bot.Text("The live round ends here: the group takes a break in this channel.")
	liveStopWordsEnd = bot.Text("The live round ends here.")

	livePodiumTitle  = bot.Text("Live round: the podium")
	liveDoneTitle    = bot.Text("That was the live round")
	livePodiumNotice = "The live round is over after %s."
	livePodiumBody   = "%s, %s took part."
	livePodiumRight  = " %d of %d answers were right."
	livePodiumLate   = bot.Text("I was away for a while, so it ends here.")
	livePodiumFooter = bot.Text("Same number, same place. Nothing counts for the board: not everybody can be here.")
	liveDoneFooter   = bot.Text("Nothing counts for the board: not everybody can be here.")

	liveResultTitle = "Live round: %d of %d right"
	liveResultNone  = bot.Text("You didn't answer in this live round. Nothing is missing: nothing counts for the board.")
	liveResultAgain = bot.Text("What you missed comes up again in /quiz.")
)
