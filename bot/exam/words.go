package exam

import (
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

const (
	wordsWhichDate bot.Text = "I can't read that as a date. Please write it like 8 May 2027, or May 2027 for a window."
	wordsShortYear bot.Text = "Please write the year in full, so that nothing is mixed up."
)

// wordsDays is an exam's date or window in words: "Sat 8 May 2027", "May 2027",
// "1 to 15 May 2027".
func wordsDays(w cert.Window) string {
	switch {
	case w.From.Equal(w.To):
		return w.From.Format("Mon 2 Jan 2006")
	case w.From.Day() == 1 && w.To.Equal(w.From.AddDate(0, 1, -1)):
		return w.From.Format("January 2006")
	}
	return w.String()
}

// wordsUntil is how far away an exam is, seen from a local day: "in 23 weeks",
// "tomorrow", "today", "open until Sat 15 May". It is "" when it is over.
func wordsUntil(w cert.Window, today time.Time) string {
	switch opens := w.Opens(today); {
	case opens != "":
		return opens
	case today.After(w.To):
		return ""
	case w.From.Equal(w.To):
		return "today"
	}
	return "open until " + w.To.Format("Mon 2 Jan")
}

// wordsExam is the line of the study page about an exam that is ahead: "CBET
// exam: Sat 8 May 2027, in 23 weeks". It is "" when its days are over.
func (s *Service) wordsExam(e Exam, today time.Time) bot.Text {
	w := e.Window()
	until := wordsUntil(w, today)
	if until == "" {
		return ""
	}
	days := wordsDays(w)
	if !e.Dated() {
		days = w.Name() + " window"
	}
	return bot.Textf("%s exam: %s, %s", s.name(e), days, until)
}

// name is what an exam is called: "CBET", or "CPSM, Supply Management Core".
func (s *Service) name(e Exam) string {
	c, ok := s.c.Catalogue.Find(e.Certification)
	if !ok {
		return e.Certification
	}
	if part, ok := partOf(c, e); ok {
		return c.Short + ", " + part.Name
	}
	return c.Short
}
