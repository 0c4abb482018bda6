package papers

import "studyhall/bot"

const (
	calendarName = "Studyhall"

	noteEntered     = "As you entered it."
	noteCertificate = "The date you entered from your certificate."
	noteAbout       = "Worked out by a rule: %s The date on your certificate decides."
)

// What people read about calendars.
const (
	wordsCalendar     bot.Text = "Your exams, application deadlines and renewal dates, in the calendar you use anyway."
	wordsNoURL        bot.Text = "An address that stays up to date needs PUBLIC_URL. Whoever runs me has to set it. A file works without it."
	wordsAddress      bot.Text = "Add this address in your calendar program, as a calendar from the web. It updates by itself."
	wordsSecret       bot.Text = "Whoever has it can read these dates, so treat it like a password. I keep no copy: save it now."
	wordsReplaced     bot.Text = "The address you had before no longer works."
	wordsMadeBefore   bot.Text = "There is an address already. It works as before. Press New address if you have lost it."
	wordsSwitchedOff  bot.Text = "Done. That address shows nothing any more. Dates that your calendar has copied go when it looks again."
	wordsAskNew       bot.Text = "The address you have now would stop working. Make a new one?"
	wordsAskOff       bot.Text = "Calendars that follow the address would lose these dates. Switch it off?"
	wordsNotYourGroup bot.Text = "You're not in that group, so nothing was changed. Your own dates are on the calendar page."
	wordsSharedDates  bot.Text = "Exam windows, application deadlines, and how many sit an exam on a day, of those who share it. No names."
	wordsNoDates      bot.Text = "There is no date yet. Set an exam date or enter a certification, and it stands here."
	wordsFile         bot.Text = "The dates as they are now, for any calendar program. The file doesn't update by itself."
)

// wordsPeople is how many people sit an exam on a day.
func wordsPeople(n int) string { return bot.Count(n, "of you", "of you") }
