package practice

import "studyhall/bot"

// What people read about the meeting pack.
const (
	meetingTitle      = bot.Text("For your meeting")
	meetingWords      = bot.Text("The five questions your group missed most. Each had at least 5 answers.")
	meetingFew        = "%s to talk about so far. More come as questions close."
	meetingLine       = "%d. %s: %d of %d right"
	meetingNone       = bot.Text("There is no closed question yet that at least 5 people answered and some missed. A live round works at any time.")
	meetingPageTitle  = bot.Text("Your meeting pack")
	meetingPageWords  = "%s to print, with the answers on a page of their own. Nobody is named in it."
	meetingSheetTitle = "The %s: questions to talk about"
	meetingSheetIntro = "%s that the group missed most, studying for %s"
)
