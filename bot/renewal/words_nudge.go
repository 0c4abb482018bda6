package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

const (
	wordsNoteWhen  = bot.Text("a renewal needs something")
	wordsNoteTitle = bot.Text("Your renewals")

	wordsHave       = "You have %s of %s."
	wordsUndecided  = "%s have no category yet; once they have one it may be %s."
	wordsFullOne    = "%s is full (%s of %s), so more of it won't count."
	wordsFullMany   = "%s are full (%s of %s), so more of those won't count."
	wordsStill      = "What still counts: %s."
	wordsAllCount   = bot.Text("All categories still count.")
	wordsUpTo       = "%s: up to %s."
	wordsNeeded     = "Needed among it: %s."
	wordsWithin     = "What is in %s counts there as well."
	wordsYearNeeds  = "By %s at least %s more are asked for, for that year."
	wordsYearShort  = "The year to %s was %s short. Please ask %s what that means: %s"
	wordsEnds       = "Your period ends %s, the date you entered."
	wordsEnded      = "Your period ended %s, the date you entered."
	wordsLogLate    = bot.Text("What you did by then can still be logged.")
	wordsAbout      = "Your period ends about %s, as far as %s's rule tells. Enter the date on your certificate: nearer notes come only then."
	wordsHandNow    = "You can hand it in now."
	wordsHandFrom   = "You can hand it in from %s."
	wordsHandOver   = "To hand in: %s"
	wordsLeaveMonth = bot.Text("Leave a month for that.")
	wordsGrace      = "Grace period: %s"
	wordsNotCEU     = "Questions answered here are not %s."
	wordsNoRenewal  = "It can't be renewed. Ways on: %s."
	wordsUnknown    = "How much %s asks for isn't verified here. Please check with %s: %s"
	wordsCandidate  = "You noted candidate status. What %s asks for then isn't verified here; please check: %s"
	wordsInactive   = "%s has ended this certification. What becomes of those who hold it, please ask there: %s"
	wordsMore       = "And %s. See My certifications."
	wordsYearFee    = "Fee for %s. This year of your period ends about %s. If it's paid, nothing is left to do."
	wordsRule       = "Rule: %s, checked %s."
	wordsReported   = "Rule: as reported, checked %s."
	wordsAsk        = "Check with %s: %s"

	wordsSnoozeIntro = bot.Text("Until that day no note comes about it.")
	wordsSnoozed     = "All right. Nothing about %s until %s."
	wordsSnoozedOver = "%s ends by then, on %s."
	wordsAwake       = "All right. Notes about %s come as before."
	wordsNoDay       = "Please write a date such as 2027-12-24."
	wordsDayGone     = "That day has begun. Please choose a later one."
	wordsDayFar      = "Up to two years. Please choose an earlier day; you can go on then."

	wordsNotYours = "I don't know that certification of yours; it may have been removed. Nothing was changed."
	wordsOnlySee  = bot.Text("Only you can see this.")

	wordsDue = "Due this quarter, of members who agreed to be counted: %s."
)

// inWords is a local date in words: "Mon 31 Dec 2029".
func inWords(day string) string {
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return on.Format("Mon 2 Jan 2006")
}

// ahead is how far a day is from another, in words: "today", "in 30 days", "in 6
// months"; months rounded down, days below two of them.
func ahead(from, to string) string {
	days, _ := daysUntil(from, to)
	months := 0
	// Six months before 31 December is 30 June, and six months after that isn't 31
	// December: either way round will do.
	for m := 1; m <= days/28 && (cert.AddMonths(from, m) <= to || cert.AddMonths(to, -m) >= from); m++ {
		months = m
	}
	switch {
	case days <= 0:
		return "today"
	case days == 1:
		return "tomorrow"
	case months < 2:
		return fmt.Sprintf("in %d days", days)
	}
	return fmt.Sprintf("in %d months", months)
}

// unit is the issuer's unit for an amount: "CEU", "CE hours"; "" if it isn't known.
func (h holding) unit(n cert.Amount) string {
	unit := h.cert.Facts.Renewal.Unit
	if unit.Shown() == cert.NotVerified {
		return ""
	}
	if n != 100 && strings.HasSuffix(unit.Value, "hour") {
		return unit.Value + "s"
	}
	return unit.Value
}

// much is an amount with its unit.
func (h holding) much(n cert.Amount) string { return strings.TrimSpace(n.String() + " " + h.unit(n)) }

// when is when the period ends or, once that is over, its grace does: "in 6 months".
func (h holding) when() string {
	when := ahead(h.today, h.period.Ends)
	if !h.Cycle.Confirmed() {
		when = strings.Replace(when, "in ", "in about ", 1)
	}
	return when
}

// headline is what a note is about: first what is missing, then the time for it.
func (h holding) headline() bot.Text {
	name, ends, grace := h.cert.Short, "it ends "+h.when(), h.grace()
	switch {
	case h.today <= h.period.Ends:
	case grace == "":
		ends = "it ended " + inWords(h.period.Ends)
	case h.today > grace:
		ends = "grace ended " + inWords(grace)
	default:
		ends = "grace ends " + inWords(grace)
	}
	switch s := h.standing; {
	case !h.due:
		return bot.Textf("%s: the fee of this year", name)
	case h.runsOut() && h.today <= h.period.Ends:
		return bot.Textf("%s runs out %s", name, h.when())
	case !h.counts():
		return bot.Textf("%s: %s", name, ends)
	case h.done():
		return bot.Textf("%s renewal: all %s are there; %s", name, h.much(s.Required), ends)
	case s.Further == 0:
		return bot.Textf("%s renewal: a year was short; %s", name, ends)
	case h.today >= h.period.Ends:
		return bot.Textf("%s renewal: %s to go; %s", name, h.much(s.Further), ends)
	default:
		return bot.Textf("%s renewal: %s to go %s", name, h.much(s.Further), h.when())
	}
}

// wordsTold is a note about renewals. Of one certification it says all there is to
// know; of several, what is missing of each.
func wordsTold(told []holding) (title bot.Text, lines []bot.Text) {
	if len(told) == 1 {
		return told[0].headline(), told[0].wordsAll()
	}
	for _, h := range told[:min(len(told), maxTold)] {
		lines = append(lines, h.headline(), h.wordsShort())
	}
	if more := len(told) - maxTold; more > 0 {
		lines = append(lines, bot.Textf(wordsMore, bot.Count(more, "more certification", "more certifications")))
	}
	return wordsNoteTitle, lines
}

// wordsShort is one line about a renewal beside others.
func (h holding) wordsShort() bot.Text {
	var all []bot.Text
	if h.fee {
		all = append(all, h.wordsFee())
	}
	if h.due {
		if h.counts() {
			all = append(all, bot.Textf(wordsHave, h.standing.Counts, h.standing.Required))
		}
		all = append(all, h.wordsEnd())
	}
	return bot.Join(" ", all...)
}

// wordsAll is everything about one renewal: the gap, what closes it, the date, the
// source.
func (h holding) wordsAll() []bot.Text {
	r, url := h.cert.Facts.Renewal, h.cert.URL
	var lines []bot.Text
	add := func(texts ...bot.Text) {
		if line := bot.Join(" ", texts...); line != "" {
			lines = append(lines, line)
		}
	}
	if h.fee {
		add(h.wordsFee())
	}
	if !h.due {
		return lines
	}
	switch {
	case h.runsOut():
		add(bot.Textf(wordsNoRenewal, r.Alternatives.Words(cert.Text(r.Alternatives.Value), url)))
		add(h.wordsEnd())
		return lines
	case !h.active():
		add(bot.Textf(wordsInactive, h.cert.IssuerShort, url))
	case h.State == Candidate:
		add(bot.Textf(wordsCandidate, h.cert.IssuerShort, url))
	case !h.standing.Known:
		add(bot.Textf(wordsUnknown, h.cert.IssuerShort, h.cert.IssuerShort, url))
	}
	if !h.counts() {
		add(h.wordsEnd())
		return lines
	}
	add(h.wordsGap()...)
	if h.today <= h.period.Ends {
		add(h.wordsOpen()...)
	}
	add(h.wordsYears()...)
	if n, ok := daysUntil(h.today, h.period.Ends); ok && n <= 7 && r.Grace.Shown() != cert.NotVerified {
		add(h.wordsEnd())
		add(bot.Textf(wordsGrace, r.Grace.Words(r.Grace.Value.String(), url)))
	} else {
		add(h.wordsEnd(), h.wordsHandIn())
	}
	add(h.wordsRule())
	return lines
}

// wordsGap is what there is, and which categories are full.
func (h holding) wordsGap() []bot.Text {
	s := h.standing
	all := []bot.Text{bot.Textf(wordsHave, s.Counts, s.Required)}
	if s.Undecided > 0 && s.AtBest > s.Counts {
		all = append(all, bot.Textf(wordsUndecided, h.much(s.Undecided), s.AtBest))
	}
	for _, c := range s.Categories {
		if c.Max > 0 && c.Full() && !h.done() {
			words := wordsFullOne
			if strings.HasSuffix(c.Name, "s") {
				words = wordsFullMany
			}
			all = append(all, bot.Textf(words, c.Name, c.Counts, c.Max))
		}
	}
	return all
}

// wordsOpen is what still counts, and what is needed in certain categories.
func (h holding) wordsOpen() []bot.Text {
	if h.done() {
		return nil
	}
	var all, upTo []bot.Text
	var open, needed []string
	full, within := 0, ""
	for _, c := range h.standing.Categories {
		if c.Missing > 0 {
			needed = append(needed, fmt.Sprintf("%s %s", c.Name, c.Missing))
		}
		switch {
		case c.Within != "":
			if c.Missing > 0 {
				within = h.category(c.Within)
			}
		case c.Full():
			full++
		default:
			open = append(open, c.Name)
			if c.Room > 0 {
				upTo = append(upTo, bot.Textf(wordsUpTo, c.Name, c.Room))
			}
		}
	}
	matters := slices.ContainsFunc(h.standing.Categories, func(c cert.CategoryStanding) bool { return c.Room >= 0 && c.Room < h.standing.Further })
	switch {
	case full > 0 && len(open) > 0:
		all = append(append(all, bot.Textf(wordsStill, others(open))), upTo...)
	case matters:
		all = append(append(all, wordsAllCount), upTo...)
	}
	if len(needed) > 0 {
		all = append(all, bot.Textf(wordsNeeded, strings.Join(needed, ", ")))
	}
	if within != "" {
		all = append(all, bot.Textf(wordsWithin, within))
	}
	return all
}

// category is a category's name.
func (h holding) category(id string) string {
	for _, c := range h.standing.Categories {
		if c.ID == id {
			return c.Name
		}
	}
	return id
}

// others are the categories that are left: "the other five categories".
func others(open []string) string {
	words := []string{"two", "three", "four", "five", "six"}
	switch n := len(open); {
	case n == 1:
		return open[0]
	case n-2 < len(words):
		return "the other " + words[n-2] + " categories"
	default:
		return fmt.Sprintf("the other %d categories", n)
	}
}

// wordsYears is what a rule's single years still need, or needed.
func (h holding) wordsYears() []bot.Text {
	var all []bot.Text
	for _, y := range h.standing.Years {
		switch {
		case y.Missing == 0 || y.Begins > h.today:
		case y.Past:
			all = append(all, bot.Textf(wordsYearShort, inWords(y.Ends), h.much(y.Missing), h.cert.IssuerShort, h.cert.URL))
		default:
			all = append(all, bot.Textf(wordsYearNeeds, inWords(y.Ends), h.much(y.Missing)))
		}
	}
	return all
}

// wordsEnd is when the period ends.
func (h holding) wordsEnd() bot.Text {
	switch {
	case !h.Cycle.Confirmed():
		month := h.period.Ends
		if on, err := time.Parse(time.DateOnly, month); err == nil {
			month = on.Format("January 2006")
		}
		return bot.Textf(wordsAbout, month, h.cert.IssuerShort)
	case h.today > h.period.Ends:
		ended := bot.Textf(wordsEnded, inWords(h.period.Ends))
		if h.counts() && !h.done() {
			ended = bot.Join(" ", ended, wordsLogLate)
		}
		return ended
	}
	return bot.Textf(wordsEnds, inWords(h.period.Ends))
}

// wordsHandIn is from when a renewal can be handed in, and how.
func (h holding) wordsHandIn() bot.Text {
	r, url := h.cert.Facts.Renewal, h.cert.URL
	var all []bot.Text
	if day, ok := r.ApplyOn(h.period.Ends); ok && h.Cycle.Confirmed() {
		words := wordsHandNow
		if day > h.today {
			words = fmt.Sprintf(wordsHandFrom, inWords(day))
		}
		all = append(all, bot.Textf("%s", r.ApplyFrom.Words(words, url)))
	}
	if r.Proof.Shown() != cert.NotVerified {
		all = append(all, bot.Textf(wordsHandOver, r.Proof.Words(r.Proof.Value, url)), wordsLeaveMonth)
	}
	return bot.Join(" ", all...)
}

// wordsRule is where the amount is from, and what it is not.
func (h holding) wordsRule() bot.Text {
	e := h.cert.Facts.Renewal.Required.Evidence
	checked := e.Checked
	if on, err := time.Parse(time.DateOnly, checked); err == nil {
		checked = on.Format("2 Jan 2006")
	}
	not := bot.Textf(wordsNotCEU, h.unit(0))
	if e.Shown() == cert.Plainly {
		return bot.Join(" ", bot.Textf(wordsRule, h.cert.IssuerShort, checked), not)
	}
	return bot.Join(" ", bot.Textf(wordsReported, checked), not, bot.Textf(wordsAsk, h.cert.IssuerShort, h.cert.URL))
}

// wordsFee is a fee of every year.
func (h holding) wordsFee() bot.Text {
	fee, _ := h.yearly()
	year := ""
	for _, s := range h.fees() {
		if h.today <= s.last {
			year = s.last
			break
		}
	}
	plain := fee.Value
	plain.Year = 0 // the evidence says it
	return bot.Textf(wordsYearFee, fee.Words(plain.String(), h.cert.URL), inWords(year))
}
