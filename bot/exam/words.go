package exam

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	wordsOnlyYou      bot.Text = "Only you can see this."
	wordsNothingSaved bot.Text = "Only you can see this. Nothing has been saved yet."

	wordsWhichDate bot.Text = "I can't read that as a date. Please write it like 8 May 2027, or May 2027 for a window."
	wordsShortYear bot.Text = "Please write the year in full, so that nothing is mixed up."

	wordsFormIntro  bot.Text = "A day, or a window; the day can follow later. It's private until you share it."
	wordsChooseFor           = "Please choose what the exam is for."
	wordsNoExam     bot.Text = "No exam date yet.\nSet a day, or a window such as May 2027; the day can follow later. It stays private until you share it."
	wordsClearWhich bot.Text = "Which one should be cleared? Choose it below."
	wordsNoneClear  bot.Text = "You have no date for that, so nothing was cleared."
	wordsSharing    bot.Text = "A group that sees the date wishes you luck on the day, by your name there unless you hide it, and counts you in its window. No group learns of another."

	wordsGone    bot.Text = "I don't know that exam any more. Nothing was changed. Your dates are under My exams."
	wordsNoGoal  bot.Text = "I don't know what this exam is for any more, so its date can't be moved here. You can still clear it, or stop sharing it."
	wordsDayOver bot.Text = "That day is over by now, so nothing was changed."
	wordsNobody  bot.Text = "I know nothing about you any more, so nothing was saved. Press a letter under a question to take part."
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

// wordsListed is an exam in a list.
func (s *Service) wordsListed(e Exam, today time.Time) bot.Text {
	return bot.Textf("%s: %s, %s", s.name(e), wordsDays(e.Window()), s.wordsLeft(e, today))
}

// wordsLeft is how far away an exam is, or that it is over.
func (s *Service) wordsLeft(e Exam, today time.Time) string {
	until := wordsUntil(e.Window(), today)
	switch {
	case e.State == Waiting:
		return "waiting for the result"
	case until == "":
		return "over"
	case !e.Dated() && today.Before(e.Window().From):
		return "begins " + until
	}
	return until
}

// wordsAhead is how far away an exam is, as a sentence.
func (s *Service) wordsAhead(e Exam, today time.Time) bot.Text {
	left := s.wordsLeft(e, today)
	return bot.Textf("%s.", strings.ToUpper(left[:1])+left[1:])
}

// wordsShared says who sees the date of an exam; groups are counted and not named.
func (s *Service) wordsShared(self group.Self, e Exam) bot.Text {
	others := len(e.Shared)
	here := slices.Contains(e.Shared, self.Here)
	if here {
		others--
	}
	switch {
	case len(e.Shared) == 0:
		return "No group sees it."
	case here && others == 0:
		return "Shared with this group."
	case here:
		return bot.Textf("Shared with this group and %s.", bot.Count(others, "other", "others"))
	}
	return bot.Textf("Shared with %s.", bot.Count(others, "group", "groups"))
}

func wordsSharedNow(name string, on bool) bot.Text {
	if on {
		return bot.Textf("The %s sees the date now.", bot.Clip(name, 60))
	}
	return bot.Textf("The %s doesn't see the date any more. Posts already in the channel stay there.", bot.Clip(name, 60))
}

func wordsCleared(name, days string) bot.Text {
	return bot.Textf("Cleared: %s, %s. No group sees it any more, and nothing more comes about it.", name, days)
}

// wordsAnswer is a date that may be meant, as a button: "8 May 2027".
func wordsAnswer(w When) string {
	if w.From.Equal(w.To) {
		return w.From.Format("2 Jan 2006")
	}
	return bot.Clip(w.String(), bot.LimitLabel)
}

// wordsKeep is the button that keeps days on which no exam is given.
func wordsKeep(w cert.Window, today time.Time) string {
	label := "Keep " + wordsShort(w, today)
	if len([]rune(label)) > bot.LimitLabel {
		return "Keep those days"
	}
	return label
}

// wordsShort is days without a year that is clear: "20 May", "June".
func wordsShort(w cert.Window, today time.Time) string {
	days := wordsDays(w)
	if w.From.Equal(w.To) {
		days = w.From.Format("2 January 2006")
	}
	if !w.From.Before(today) && w.From.Before(today.AddDate(1, 0, 0)) && w.From.Year() == w.To.Year() {
		days = strings.TrimSuffix(days, w.To.Format(" 2006"))
	}
	return days
}

// wordsGiven is when an exam is given, as far as it is known, without years: "CBET
// is given 1 to 15 May and 1 to 15 November".
func wordsGiven(c cert.Certification, today time.Time) bot.Text {
	var spans []string
	ahead := c.Upcoming(today, len(c.Windows.Yearly))
	slices.SortFunc(ahead, func(a, b cert.Window) int { return cmp.Compare(a.From.YearDay(), b.From.YearDay()) })
	for _, w := range ahead {
		spans = append(spans, strings.ReplaceAll(w.String(), w.To.Format(" 2006"), ""))
	}
	if c.Facts.Windows.Shown() == cert.Reported {
		return bot.Textf("As reported, %s is given %s", c.Short, bot.And(spans))
	}
	return bot.Textf("%s is given %s", c.Short, bot.And(spans))
}

func wordsNotGiven(c cert.Certification, days cert.Window, today time.Time) bot.Text {
	return bot.Textf("%s. Keep %s anyway?", wordsGiven(c, today), wordsShort(days, today))
}

// wordsOutside stands beside a date that somebody kept although no exam is given
// then.
func wordsOutside(c cert.Certification, today time.Time) bot.Text {
	return bot.Textf("%s. You kept another date.", wordsGiven(c, today))
}

func wordsNoWindows(c cert.Certification) bot.Text {
	if c.Windows.AnyTime {
		return bot.Textf("%s is given %s. It has no window: please choose a day, or a month such as May 2027.", c.Short, c.Facts.Windows.Words("at any time", c.URL))
	}
	return bot.Textf("I don't know when %s is given next. Please ask %s, and choose a day or a month here: %s", c.Short, c.IssuerShort, c.URL)
}

// wordsArranged is for an exam whose dates differ from year to year.
func wordsArranged(c cert.Certification) bot.Text {
	return bot.Textf("%s is given %s.", c.Short, c.Facts.Windows.Words(c.Windows.Arrangement, c.URL))
}

// wordsEnded is for a certification that can't be aimed for any more on a day.
func wordsEnded(c cert.Certification, today time.Time) bot.Text {
	ended := "has ended"
	if from := c.Facts.Status.Value.InactiveFrom; from != "" {
		ended = "ends on " + cert.Text(from)
		if c.StatusOn(today) == cert.Inactive {
			ended = "ended on " + cert.Text(from)
		}
	}
	return bot.Textf("%s %s, so it can't be a goal any more. Its topics stay worth knowing. Nothing was changed.", c.Short, ended)
}

func wordsEnding(c cert.Certification) bot.Text {
	return bot.Textf("%s ends on %s. Please check with %s whether your exam takes place: %s", c.Short, cert.Text(c.Facts.Status.Value.InactiveFrom), c.IssuerShort, c.URL)
}

// wordsVersion is what a version of an exam is called: "SY0-701"; "" if it has no
// such name.
func wordsVersion(o cert.Outline) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(o.Note, ",", " "), " ")
	if strings.ContainsAny(first, "0123456789") && strings.Contains(first, "-") {
		return first
	}
	return ""
}

// wordsChanging says that the version studied today is over before an exam, or
// within its window, and what comes instead.
func wordsChanging(c cert.Certification, now, then cert.Outline, days cert.Window) bot.Text {
	name := "The outline in force today"
	if v := wordsVersion(now); v != "" {
		name = v
	}
	text := bot.Textf("%s ends on %s.", name, now.Facts.Until.Words(cert.Text(now.Until), c.URL))
	switch v := wordsVersion(then); {
	case then.ID == now.ID:
		return text + bot.Textf(" What comes after it isn't known here. Please ask %s: %s", c.IssuerShort, c.URL)
	case now.Until >= days.From.Format(time.DateOnly):
		return text + bot.Textf(" That is within your window: after it, the exam follows %s.", cmp.Or(v, "the next one"))
	default:
		return text + bot.Textf(" Your exam follows %s.", cmp.Or(v, "the next one"))
	}
}

// wordsDeadline is by when one has to apply, or that it is too late. The source
// stands behind a date that isn't the issuer's own.
func wordsDeadline(c cert.Certification, d cert.Deadline, today time.Time, source string) bot.Text {
	day, apply, late := today.Format(time.DateOnly), cert.Text(d.ApplyBy), cert.Text(d.LateUntil)
	switch {
	case d.ApplyBy >= day && d.LateUntil != "":
		return bot.Textf("Apply by %s, or with the late fee by %s%s.", apply, late, source)
	case d.ApplyBy >= day:
		return bot.Textf("Apply by %s%s.", apply, source)
	case d.LateUntil >= day:
		return bot.Textf("The deadline was %s; with the late fee it is %s%s.", apply, late, source)
	}
	return bot.Textf("The deadline to apply was %s%s. If you haven't applied, ask %s, or move to the next window.", cert.Text(max(d.ApplyBy, d.LateUntil)), source, c.IssuerShort)
}

func wordsNoDeadline(c cert.Certification, w cert.Window) bot.Text {
	before := ""
	if d, from, ok := c.DeadlineBefore(w); ok {
		before = " For " + from.Format("January 2006") + " it was " + cert.Text(d.ApplyBy) + "."
	}
	return bot.Textf("Application deadline: not confirmed for %d.%s Check with %s: %s", w.From.Year(), before, c.IssuerShort, c.URL)
}

// wordsAwaited is said of an exam whose date can't be taken back.
func wordsAwaited(name string) bot.Text {
	return bot.Textf("You sat %s and wait for its result, so there is no date to clear, and nothing was changed. Say how it went, or that it has moved, under How did it go?", name)
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

// Of an organiser's question who sits when.
const (
	wordsAsking bot.Text = "If you like, share your exam date or window with this group. On the day it wishes you luck; pages say how many sit when.\n" +
		"It's voluntary. A date stays private until you share it, and you can stop sharing any time."
	wordsAsked       bot.Text = "The group is asked."
	wordsAskedThen   bot.Text = "The report and the group page say how many share when they sit. Who doesn't share is nowhere on a list."
	wordsAskedBefore bot.Text = "The group was asked within the last four weeks, so nothing was posted twice."
)

func wordsAskNowhere(groupName string) bot.Text {
	return bot.Textf("The %s is in no channel at the moment. Nothing was posted.", groupName)
}
