package papers

import "studyhall/bot"

// The words of notes for an employer. No figure stands in them that has no source.
const (
	noteGains = "Why our department gains: a shared basic standard of knowledge, credibility with clinical staff, and a step towards senior posts."
	noteRepay = "Please repay %s."

	noteThanks = "Thank you for your support."
)

// What people read about these notes.
const (
	wordsNoteFacts   bot.Text = "Written from what is known and what you entered. Change what you like."
	wordsNoteOwn     bot.Text = "These are your own words."
	wordsNoteMore    bot.Text = "There is more; the files have all of it."
	wordsNoteNoSpent bot.Text = "Enter what you paid, and the amounts stand here."
	wordsNoteFiles   bot.Text = "Two files with the same words: one to edit, one to print. Read them before you send them."
	wordsNoteWords   bot.Text = "A line that begins with - is an item of a list."
	wordsFilesCome   bot.Text = "On some platforms the files come in your private messages with me. Owners of some workplaces can export those."

	wordsNoWords     = "Please write the note, or close this and press Write it anew."
	wordsNeededPast  = "That day is over. Please choose one to come, or leave it empty."
	wordsNeededLater = "That is more than five years away. Please check the year."
)

// noteAsks says what is asked for.
func noteAsks(a Ask) string {
	switch a {
	case AskFee:
		return "I ask for the exam fee."
	case AskTime:
		return "I ask for time to study."
	}
	return "I ask for the exam fee and for time to study."
}

func noteTitle(short string, k NoteKind) string {
	if k == After {
		return short + ": exam costs"
	}
	return short + ": request for support"
}
