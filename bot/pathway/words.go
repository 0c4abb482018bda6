package pathway

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// What people read about certifications. Sentences stay under 20 words.
const (
	wordsOnlyYou bot.Text = "Only you can see this."

	wordsNotVerified bot.Text = "not verified"
	wordsNoAreas     bot.Text = "I know no areas of this outline."
	wordsOurAreas    bot.Text = "Areas: not verified. Practice here goes by this list of ours"
	wordsNoWeights   bot.Text = "Weights: not published. Practice here asks about all areas equally often"
	wordsNoCredit    bot.Text = "Answering questions here never counts towards a renewal."
	wordsNoSources   bot.Text = "Nothing about it could be verified yet."
	wordsFactsChange bot.Text = "Fees, dates and rules change. Before you pay or apply, look at the issuer's own page."
	wordsAskEmployer bot.Text = "Many employers in the field repay fees. It is worth asking yours before you pay."
	wordsAsk                  = "Where it says reported or not verified, please ask %s: %s"

	wordsUnknownTitle bot.Text = "I don't know that certification"
	wordsUnknown      bot.Text = "It isn't in my list, or not any more. Nothing was changed. Choose one here, or type its name after /cert."
	wordsWhichTitle   bot.Text = "Which certification?"
	wordsWhich        bot.Text = "Choose one to see what it is, its exam, what it costs and how it is renewed."
	wordsNear         bot.Text = "Did you mean one of these?"

	wordsNextIntro bot.Text = "All of it may stay empty. Nothing of it is kept, and nobody else sees it."
	wordsNextOne   bot.Text = "From what you filled in, this one could fit. Many in the field go this way; it is no rule."
	wordsNextHow   bot.Text = "From what you filled in, these could fit. Many in the field go these ways; they are no rule."
	wordsNextNone  bot.Text = "You hold every one that I could suggest. Keeping them is a good next step: each page says how."
	wordsNextCheck bot.Text = "Before you pay, check with the issuer that you are admitted."
	wordsNotKept   bot.Text = "Only you can see this. What you filled in is not kept."
	wordsAnyGoal   bot.Text = "It belongs to the same field. Nothing that you filled in points to it in particular."
)

// withNote ends what is said of a fact, with what there is to know about it.
func withNote(words bot.Text, note string) bot.Text {
	if note == "" {
		return bot.Text(bot.Stop(string(words)))
	}
	first, _ := utf8.DecodeRuneInString(note)
	between := bot.Text("; ")
	if unicode.IsUpper(first) {
		between = ". "
	}
	return bot.Text(bot.Stop(string(words + between + bot.Typed(note))))
}

// wordsReported is how a fact is marked that its issuer doesn't say, or said years ago.
func wordsReported(e cert.Evidence, value string) bot.Text {
	if y := e.Sources[0].Year; y > 0 && !strings.Contains(value, strconv.Itoa(y)) {
		return bot.Textf("(reported in %d)", y)
	}
	return "(reported)"
}

// wordsRestsOn says what a page rests on and when that was last looked at.
func wordsRestsOn(titles []string, checked string, old bool) bot.Text {
	const most = 3
	from := strings.Join(titles[:min(len(titles), most)], "; ")
	if n := len(titles) - most; n > 0 {
		from += fmt.Sprintf("; and %d more under Sources", n)
	}
	words := bot.Textf("From %s. Checked %s", from, wordsDay(checked))
	if old {
		words += ", more than a year ago"
	}
	return words + "."
}

// wordsDay is a local date as people read it: "22 Nov 2026".
func wordsDay(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("2 Jan 2006")
}

// wordsStatus says how a certification stands; of an active one only what there is
// to know about that.
func wordsStatus(c cert.Certification, now time.Time) bot.Text {
	s := c.Facts.Status
	note := bot.Text("")
	if s.Note != "" {
		note = " " + bot.Text(bot.Stop(string(bot.Typed(s.Note))))
	}
	from := cert.Text(s.Value.InactiveFrom)
	switch c.StatusOn(now) {
	case cert.Inactive:
		since := bot.Text("")
		if s.Value.InactiveFrom != "" {
			since = bot.Textf(" since %s", from)
		}
		return bot.Textf("It has ended: nobody can earn it%s.", since) + wordsHeard(s.Evidence, c) + note
	case cert.Ending:
		if from == "" {
			return "It is ending: its issuer has announced that." + wordsHeard(s.Evidence, c) + note
		}
		return bot.Textf("It is ending: from %s nobody can earn it.", from) + wordsHeard(s.Evidence, c) + note
	}
	if first, _ := utf8.DecodeRuneInString(s.Note); s.Note != "" && !unicode.IsUpper(first) {
		return "It is active;" + note
	}
	return bot.Text(strings.TrimSpace(string(note)))
}

// wordsHeard marks an end that the issuer's own page didn't tell.
func wordsHeard(e cert.Evidence, c cert.Certification) bot.Text {
	switch e.Shown() {
	case cert.Plainly:
		return ""
	case cert.Reported:
		return bot.Textf(" That is reported; %s has the last word.", c.IssuerShort)
	}
	return bot.Textf(" That is not verified; %s has the last word.", c.IssuerShort)
}

func wordsWindow(w cert.Window, now time.Time) bot.Text {
	if opens := w.Opens(now); opens != "" {
		return bot.Textf("Next window: %s, %s.", w.String(), opens)
	}
	return bot.Textf("The window is open: %s.", w.String())
}

func wordsFrom(s cert.Start) string {
	if s.Announced {
		return s.String()
	}
	return "since " + s.String()
}

// wordsAmount is so many of an issuer's unit: "30 CEU".
func wordsAmount(n int, unit string) string {
	if unit == "" {
		unit = "credits"
	} else if n != 1 && strings.ToUpper(unit) != unit {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// wordsRenewal is the rule of renewal in a sentence.
func wordsRenewal(p *page, r cert.Renewal) bot.Text {
	years := func(n int) string { return bot.Count(n, "year", "years") }
	yearsKnown := r.Years.Shown() != cert.NotVerified
	switch {
	case r.Renews.Confirmed() && !r.Renews.Value && yearsKnown:
		return bot.Textf("It runs out after %s", p.fact(r.Years.Evidence, years(r.Years.Value)))
	case r.Renews.Confirmed() && !r.Renews.Value:
		return "It runs out and is not renewed."
	case yearsKnown && r.Required.Shown() != cert.NotVerified:
		return bot.Textf("Renewal: %s", p.fact(weaker(r.Required.Evidence, r.Years.Evidence),
			wordsAmount(r.Required.Value, r.Unit.Value)+" in "+years(r.Years.Value)))
	case yearsKnown:
		return bot.Textf("Renewal: %s", p.fact(r.Years.Evidence, "every "+years(r.Years.Value)))
	}
	p.unsure = true
	return withNote("Renewal: "+wordsNotVerified, r.Renews.Note)
}

// wordsGrace is the grace period in words; of one that isn't there only what holds.
func wordsGrace(g cert.Grace) string {
	if g.Months == 0 && g.Days == 0 && g.Fee.Amount == 0 && g.Then != "" {
		return g.Then
	}
	return g.String()
}

// weaker is the evidence of two facts told as one: that of the less sure.
func weaker(a, b cert.Evidence) cert.Evidence {
	if b.Shown() < a.Shown() {
		return b
	}
	return a
}

func wordsSource(s cert.Source) bot.Text {
	kind := map[string]string{cert.Official: "the issuer's own", cert.SecondHand: "quotes the issuer",
		cert.ThirdParty: "somebody else's", cert.Operator: "from this bot's host"}[s.Tier]
	if s.Year > 0 {
		kind += fmt.Sprintf(", of %d", s.Year)
	}
	words := bot.Textf("- %s (%s, checked %s)", s.Title, kind, wordsDay(s.Checked))
	if s.URL != "" {
		words += bot.Textf(": %s", s.URL)
	}
	return words
}
