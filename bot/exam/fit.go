package exam

import (
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// question is what is asked before a date is kept, with the answers as buttons.
type question struct {
	text    bot.Text
	answers []answer
}

// answer is a date that may be meant.
type answer struct {
	label string
	days  cert.Window
	sure  bool // it is kept without asking again
}

// fit is the days that somebody means for an exam: a month is the issuer's window
// in it, if there is one. What no exam is given on is asked about first.
func fit(c cert.Certification, w When, today time.Time) (cert.Window, *question) {
	if w.Next() {
		if ahead := c.Upcoming(today, 1); len(ahead) > 0 {
			return ahead[0], nil
		}
		return cert.Window{}, &question{text: wordsNoWindows(c)}
	}
	if c.StatusOn(w.To) == cert.Inactive {
		return cert.Window{}, &question{text: wordsEnded(c, today)}
	}
	if len(c.Windows.Yearly) == 0 {
		return w.Window, nil
	}
	given := c.Upcoming(w.From, 1)[0]
	switch {
	case given.To.Before(today): // of a month that has begun
	case w.Month && !given.From.After(w.To):
		return given, nil
	case !given.From.After(w.From) && !given.To.Before(w.To):
		return w.Window, nil
	}
	near := slices.MinFunc(c.Upcoming(today, 2*len(c.Windows.Yearly)*mostYears), func(a, b cert.Window) int {
		return int(apart(a, w.Window) - apart(b, w.Window))
	})
	return cert.Window{}, &question{wordsNotGiven(c, w.Window, today), []answer{
		{near.From.Format("January") + " window", near, true}, {wordsKeep(w.Window, today), w.Window, true}}}
}

// apart is how far two windows are from each other, in days.
func apart(a, b cert.Window) int64 {
	switch {
	case a.From.After(b.To):
		return int64(a.From.Sub(b.To) / (24 * time.Hour))
	case b.From.After(a.To):
		return int64(b.From.Sub(a.To) / (24 * time.Hour))
	}
	return 0
}

// issued is the issuer's window that an exam is in; ok is false where there is
// none, or none is known.
func issued(c cert.Certification, days cert.Window) (w cert.Window, ok bool) {
	if len(c.Windows.Yearly) == 0 {
		return w, false
	}
	w = c.Upcoming(days.From, 1)[0]
	return w, !w.From.After(days.From) && !w.To.Before(days.To)
}

// changing is the version of an exam that is studied today and the one that holds
// on the exam's days; ok is false where that is the same, as far as anybody knows.
func changing(c cert.Certification, studied string, days cert.Window, today time.Time) (now, then cert.Outline, ok bool) {
	now, known := c.Outline(studied)
	if !known {
		now = c.Current(today)
	}
	if now.Until == "" || now.Until >= days.To.Format(time.DateOnly) {
		return now, now, false
	}
	return now, c.Current(days.To), true
}
