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

const pictureWords = "The picture: %s"
