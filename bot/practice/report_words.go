package practice

import (
	"slices"

	"studyhall/bot"
)

// What people read about reports.
const (
	reportLabel     = "Report"
	reportTitle     = "Report a question"
	reportIntro     = bot.Text("Your organisers read the reason and the note. They see your name only if you add it.")
	faultFieldLabel = "What is wrong?"
	noteFieldLabel  = "Say more"
	noteFieldHelp   = "Where can it be looked up? Please nothing remembered from an exam."
	namedFieldLabel = "Your name"
	namelessLabel   = "Leave it out"
	namedLabel      = "Add my name"

	noFaultWords     = "Choose what is wrong."
	noteTooLongWords = "Up to 500 characters, please. What you typed is still here."

	reportSentWords     = bot.Text("Thank you. Someone will look, and you'll hear what came of it.")
	reportChangedWords  = bot.Text("Changed. It stands in place of what you said before.")
	beingCheckedWords   = bot.Text("This one is being checked. Your points are safe.")
	pausedTillThenWords = bot.Text("Until then it isn't asked here again.")
	toldByNoteWords     = bot.Text("A private note comes then. It says nothing else until you open it.")
	noNoteLabel         = "No note, please"
	unsureLabel         = "Still unsure? Discuss"

	noteReportsLabel = "your reports"
	noteReportsWhen  = bot.Text("a question that you reported was looked at")
	noteReportsTitle = bot.Text("What came of your report")
	reportsAnswered  = "%d of your reports answered"
	reportAnswered   = bot.Text("1 of your reports answered")
	myReportLabel    = "My report"

	theQuestionWords   = "question %d"
	practicedWords     = "“%s”"
	rightReportWords   = "You were right about %s. It's corrected."
	voidReportWords    = "You were right about %s. It was taken back."
	noteReportWords    = "You were right about %s. What it says about its answer is better now."
	retiredReportWords = "You were right about %s. It isn't asked in your group any more."
	keptReportWords    = "We looked at %s and kept it: %s"
	keptPlainWords     = "We looked at %s and kept it."
	hostReportWords    = "Whoever runs this bot has decided about %s for all groups already, so there is nothing more to report. Nothing was changed."
	overReportWords    = "Your organisers have decided about %s already, so there is nothing more to report. Nothing was changed."
)

// faults are what can be reported, in the order of the form.
var faults = []struct {
	fault Fault
	words string
}{
	{FaultAlso, "Another answer is right too"},
	{FaultKey, "The marked answer is wrong"},
	{FaultVague, "Unclear"},
	{FaultOld, "Out of date"},
	{FaultBroken, "Picture or text broken"},
	{FaultRecall, "Remembered from an exam"},
}

// faultWords is what people call a fault; ok is false for one that there isn't.
func faultWords(f Fault) (words string, ok bool) {
	n := slices.IndexFunc(faults, func(x struct {
		fault Fault
		words string
	}) bool {
		return x.fault == f
	})
	if n < 0 {
		return "", false
	}
	return faults[n].words, true
}

// questionOf is "question 34", or the beginning of one that was practised.
func questionOf(r Report) bot.Text {
	if r.Number > 0 {
		return bot.Textf(theQuestionWords, r.Number)
	}
	return bot.Textf(practicedWords, bot.Clip(r.Answer.Item.Stem, 60))
}

// answerWords is "You were right about question 34. It's corrected. +3".
func answerWords(r Report) bot.Text {
	which := questionOf(r)
	format := overReportWords
	switch a := r.Answer; {
	case a.State == ReportKept && a.Reason != "":
		return bot.Textf(keptReportWords, which, a.Reason)
	case a.State == ReportKept:
		format = keptPlainWords
	case a.State != ReportRight && a.Accepted:
		format = hostReportWords
	case a.State != ReportRight:
	case a.Decision == Corrected:
		format = rightReportWords
	case a.Decision == Voided:
		format = voidReportWords
	case a.Decision == Explained:
		format = noteReportWords
	case a.Decision == Retired:
		format = retiredReportWords
	}
	words := bot.Textf(format, which)
	if r.Answer.Points > 0 {
		words += bot.Textf(pointsWords, r.Answer.Points)
	}
	return words
}
