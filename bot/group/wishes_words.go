package group

import (
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// What people read about notes, being away and being asked.
const (
	wordsNote       bot.Text = "A note you asked for is ready."
	wordsNothingNow bot.Text = "Nothing is waiting any more."
	wordsNoReminder bot.Text = "All right, no notes. What waits stands on your study page."
	wordsBlocked    bot.Text = "A note to you couldn't be delivered, so notes are off. What waits stands here. " +
		"To get notes, allow private messages from me and switch them on again."
	wordsSaved  bot.Text = "Saved."
	wordsNoTime bot.Text = "That is no time of day, so nothing was changed."

	wordsTimeLike  = "Please write a time such as 07:00 or 19:30."
	wordsBothTimes = "Please fill in both, or leave both empty."
	wordsHowMany   = "Please choose from 0 to 5."

	wordsAwayIntro bot.Text = "Until then your run rests and no notes come. You can still answer, and come back early."
	wordsAwayBack  bot.Text = "Welcome back. Questions that were open meanwhile don't count against your run."
	wordsAwayNot   bot.Text = "You weren't away, so nothing was changed."
	wordsAskFirst  bot.Text = "After a letter I ask before the answer counts."
	wordsAskNot    bot.Text = "A letter counts at once."
)

// clockWords is a minute of the day as a clock says it: "3 AM", "7:30 PM".
func clockWords(minute int) string {
	at := time.Date(2000, 1, 1, minute/60, minute%60, 0, 0, time.UTC)
	if minute%60 == 0 {
		return at.Format("3 PM")
	}
	return at.Format("3:04 PM")
}

// typedMinute is a minute of the day as a time field has it.
func typedMinute(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// cityWords is what people call a zone: "Chicago time".
func cityWords(zone string, now time.Time) string {
	city, _, _ := strings.Cut(schedule.Clock(zone, now), ", now ")
	return city
}

// wordsReminder says of a kind of note whether it comes.
func (s *Service) wordsReminder(k NoteKind, w Wishes, r Reminder) bot.Text {
	if r.State != RemindOn {
		return bot.Textf("When %s: no notes.", k.When)
	}
	return bot.Textf("When %s: a note around %s, %s.", k.When, clockWords(awake(w, r.Minute)), cityWords(r.Zone, s.c.Now()))
}

// wordsBudget says how many notes come at most.
func wordsBudget(w Wishes) bot.Text {
	if w.PerWeek == 0 {
		return "At most 0 notes: all waits on your study page."
	}
	return bot.Textf("At most 1 a day and %d in seven days, all groups together. The rest waits on your study page.", w.PerWeek)
}

func wordsQuiet(w Wishes) bot.Text {
	if w.QuietFrom == w.QuietUntil {
		return ""
	}
	return bot.Textf("Quiet hours: %s to %s.", clockWords(w.QuietFrom), clockWords(w.QuietUntil))
}

func wordsAway(until time.Time) bot.Text {
	return bot.Textf("Away until %s: your run rests, and no notes come.", until.Format("Mon 2 Jan 2006"))
}
