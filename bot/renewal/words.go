package renewal

import (
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

const (
	labelCertifications = "Certifications"
	labelMoney          = "Costs and employer note"
)

const (
	wordsOnlyYou bot.Text = "Only you can see this."
	wordsNone    bot.Text = "None entered yet. Add one, and I keep track of what its renewal asks for."
	wordsGone    bot.Text = "That isn't there any more. It was removed, or renewed on another device. Nothing was changed."
	wordsNoDate  bot.Text = "Please write a date with its year, such as 8 May 2027."
	wordsPath    bot.Text = "A short form, and an answer with reasons."
	wordsMoney   bot.Text = "What it costs, what you spent, and a note for your employer."

	wordsAddIntro      bot.Text = "Dates as they stand on your letter and certificate. Leave empty what you don't have yet."
	wordsRenewIntro    bot.Text = "The next period starts. This one is kept with all you logged in it."
	wordsWhereIntro    bot.Text = "A folder, a drawer, a drive: so that you find it when the issuer asks."
	wordsNothingToLog  bot.Text = "I don't know yet what you want to renew. Add your certification first; it takes a minute. Nothing was logged."
	wordsNothingLogged bot.Text = "Nothing was logged."
	wordsWhichOne      bot.Text = "More than one of your certifications counts in this unit. Which one is it for?"
	wordsNegative      bot.Text = "Amounts are above zero. To take one back, open it and press Delete."
	wordsNoAmount      bot.Text = "Please write a number above zero with at most two decimals, such as 2 or 1.5."
	wordsWhere         bot.Text = "Where is the certificate of attendance?"
	wordsKindOpen      bot.Text = "Category: to be decided later."
	wordsFull          bot.Text = "This period is full: 400 entries. Delete one that you don't need, or put several together."
	wordsPastStays     bot.Text = "It belongs to a period that is over, and stays as it was."
	wordsRenewedBefore bot.Text = "It was renewed before. Nothing was changed."
)

// dayWords is a date in words: "Sat 8 May 2027".
func dayWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("Mon 2 Jan 2006")
}

// aboutWords is a date that a rule gives: "about Dec 2029".
func aboutWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "at a time nobody knows"
	}
	return "about " + t.Format("Jan 2006")
}

// unitMany is an issuer's unit after a number: "CEU", "contact hours".
func unitMany(unit string) string {
	switch {
	case unit == "":
		return "credits"
	case unit[len(unit)-1] >= 'a' && unit[len(unit)-1] <= 'z':
		return unit + "s"
	}
	return unit
}

// unitWords is an amount with its unit: "2 CEU", "1 contact hour".
func unitWords(a cert.Amount, unit string) string {
	if a == 100 {
		if unit == "" {
			return "1 credit"
		}
		return "1 " + unit
	}
	return a.String() + " " + unitMany(unit)
}

func amountText(a cert.Amount) string {
	if a == 0 {
		return ""
	}
	return a.String()
}

// labelLog is the button that opens the form: "Log CEU".
func labelLog(h held) string { return "Log " + unitMany(h.unit) }

// sharedLabel is that button for several credentials.
func sharedLabel(all []held) string {
	for _, h := range all {
		if h.unit != all[0].unit {
			return "Log credit"
		}
	}
	return labelLog(all[0])
}

func labelExpiry(h held) string {
	if h.Cycle.Confirmed() {
		return "Change expiry"
	}
	return "Enter expiry"
}

// label is the short name for a button, which has no room for the issuer's.
func (h held) label() string { return strings.TrimPrefix(h.cc.Short, h.cc.IssuerShort+" ") }

// title is the certification's short and full name.
func (h held) title() bot.Text {
	if h.cc.Name == "" || h.cc.Name == h.cc.Short {
		return bot.Typed(h.cc.Short)
	}
	return bot.Textf("%s: %s", h.cc.Short, h.cc.Name)
}

// wordsLine is one credential in the list.
func (h held) wordsLine(st Status, today string) bot.Text {
	name := bot.Typed(h.cc.Short)
	if h.State == Candidate {
		name += " (candidate)"
	}
	switch {
	case h.State == Lapsed:
		return name + ": lapsed"
	case !h.renews():
		return name + ": " + h.wordsRunsOut(st, today)
	}
	ends := bot.Text("expiry to confirm")
	switch {
	case h.Cycle.Confirmed() && h.Cycle.Until < today:
		ends = bot.Textf("period ended %s", dayWords(h.Cycle.Until))
	case h.Cycle.Confirmed():
		ends = bot.Textf("period ends %s", dayWords(h.Cycle.Until))
	case st.Known && st.Counts > 0:
		ends = bot.Textf("period ends %s, expiry to confirm", aboutWords(st.Period.Ends))
	}
	if has := h.wordsHas(st); has != "" {
		return bot.Join(", ", name+": "+has, ends)
	}
	return name + ": " + ends
}

// wordsHas is how much there is: "22 of 30 CEU"; "" without anything.
func (h held) wordsHas(st Status) bot.Text {
	if st.AtBest == 0 {
		return ""
	}
	has := st.Counts.String()
	if st.AtBest > st.Counts {
		has += " to " + st.AtBest.String()
	}
	if !st.Standing.Known {
		return bot.Textf("%s %s", has, unitMany(h.unit))
	}
	return bot.Textf("%s of %s", has, unitWords(st.Required, h.unit))
}

// wordsRunsOut is when something that isn't renewed runs out.
func (h held) wordsRunsOut(st Status, today string) bot.Text {
	switch {
	case h.Cycle.Confirmed() && h.Cycle.Until < today:
		return bot.Textf("ran out %s", dayWords(h.Cycle.Until))
	case h.Cycle.Confirmed():
		return bot.Textf("expires %s and cannot be renewed", dayWords(h.Cycle.Until))
	case st.Known:
		return bot.Textf("expires %s and cannot be renewed, date to confirm", aboutWords(st.Period.Ends))
	}
	return "expires and cannot be renewed, date to confirm"
}

// wordsEnding says that a certification comes to its end, or has; "" for others.
func (h held) wordsEnding(today string) bot.Text {
	status := h.cc.Facts.Status
	from := status.Value.InactiveFrom
	switch {
	case status.Shown() == cert.NotVerified || from == "" && status.Value.State != cert.Inactive:
		return ""
	case from == "":
		return bot.Textf("%s is inactive: nobody can earn it any more. Please follow what %s says to holders: %s", h.cc.Short, h.cc.IssuerShort, h.cc.URL)
	case from <= today:
		return bot.Textf("%s has been inactive since %s. What that means for holders I couldn't verify; please follow what %s says: %s",
			h.cc.Short, dayWords(from), h.cc.IssuerShort, h.cc.URL)
	}
	return bot.Textf("%s is inactive from %s. What becomes of it then I couldn't verify; please follow what %s says to holders: %s",
		h.cc.Short, dayWords(from), h.cc.IssuerShort, h.cc.URL)
}

// wordsHeld is how and since when a credential is held.
func (h held) wordsHeld() bot.Text {
	state := map[State]string{Full: "Full certification", Candidate: "Candidate status", Lapsed: "Lapsed"}[h.State]
	if h.EarnedOn == "" {
		return bot.Textf("%s · %s", state, h.cc.IssuerShort)
	}
	return bot.Textf("%s · passed %s · %s", state, dayWords(h.EarnedOn), h.cc.IssuerShort)
}

// wordsSum is how much there is and how much is missing.
func (h held) wordsSum(st Status) bot.Text {
	has := h.wordsHas(st)
	switch {
	case !st.Standing.Known && has == "":
		return ""
	case !st.Standing.Known:
		return bot.Textf("You have logged %s.", has)
	case st.Complete():
		return bot.Textf("You have %s: nothing is left to collect.", has)
	case has == "":
		return bot.Textf("To collect: %s.", unitWords(st.Required, h.unit))
	}
	return bot.Textf("You have %s.", has)
}

// wordsPeriod is when the period ends, and how that is known.
func (h held) wordsPeriod(st Status, today string) bot.Text {
	r := h.cc.Facts.Renewal
	switch {
	case h.State == Lapsed:
		return "Earned again? Press Add one on your list; a new period begins then."
	case h.Cycle.Confirmed() && !h.renews():
		return bot.Textf("It expires %s, the date you entered, and cannot be renewed.%s", dayWords(h.Cycle.Until), h.wordsAlternatives())
	case !h.renews() && st.Known:
		return bot.Textf("It expires %s and cannot be renewed. That is by this rule: %s. The date on your certificate decides.%s",
			aboutWords(st.Period.Ends), h.wordsRule(), h.wordsAlternatives())
	case !h.renews():
		return bot.Textf("It expires and cannot be renewed. The date on your certificate decides.%s", h.wordsAlternatives())
	case h.Cycle.Confirmed() && h.Cycle.Until < today:
		words := bot.Textf("Your period ended %s, the date you entered.", dayWords(h.Cycle.Until))
		if grace, ok := r.GraceEnds(h.Cycle.Until); ok && grace >= today {
			return words + bot.Textf(" Late renewal: %s", r.Grace.Words("until "+dayWords(grace), h.cc.URL)) + "."
		}
		return words + bot.Textf(" What is possible now, please ask %s: %s", h.cc.IssuerShort, h.cc.URL)
	case h.Cycle.Confirmed():
		return bot.Textf("Your period ends %s, the date you entered.", dayWords(h.Cycle.Until))
	case st.Known:
		return bot.Textf("Expiry to confirm: %s, by this rule: %s. The date on your certificate decides.", aboutWords(st.Period.Ends), h.wordsRule())
	}
	return "Expiry to confirm: enter the date on your certificate."
}

// wordsRule is the rule by which a period's end is worked out, as sure as the less
// sure of its two facts.
func (h held) wordsRule() string {
	r := h.cc.Facts.Renewal
	words, evidence := bot.Count(r.Years.Value, "year", "years"), r.Years.Evidence
	if r.Ends.Shown() != cert.NotVerified && r.Ends.Value == cert.EndsOnYear {
		words += ", to the end of a year"
		if r.Ends.Shown() < evidence.Shown() {
			evidence = r.Ends.Evidence
		}
	}
	return evidence.Words(words, h.cc.URL)
}

// wordsAlternatives are other ways than a renewal.
func (h held) wordsAlternatives() bot.Text {
	a := h.cc.Facts.Renewal.Alternatives
	if a.Shown() == cert.NotVerified {
		return ""
	}
	return bot.Textf(" Then: %s.", a.Words(bot.List(a.Value, "or"), h.cc.URL))
}

func (h held) wordsCounted() bot.Text {
	if h.Counted {
		return "Organisers of your groups count it among renewals due, without your name."
	}
	return "Organisers don't count it. Count me adds it to their number of renewals due, without your name."
}

func wordsCountedNow(yes bool) bot.Text {
	if yes {
		return "Done. It counts among renewals due, without your name."
	}
	return "Done. Nobody counts it."
}

func wordsAskRemove(periods, logged int) bot.Text {
	if logged == 0 {
		return "It goes from your list with the dates you entered."
	}
	return bot.Textf("It goes for good, with %s and %s that you logged.", bot.Count(periods, "period", "periods"), bot.Count(logged, "entry", "entries"))
}

// wordsNoLog says why nothing can be logged.
func (h held) wordsNoLog() bot.Text {
	if h.renews() {
		return bot.Textf("%s has lapsed, so nothing is collected for it.", h.cc.Short)
	}
	return bot.Textf("%s expires and cannot be renewed, so there is nothing to collect.%s", h.cc.Short, h.wordsAlternatives())
}

// wordsOtherUnit says that a unit isn't the issuer's, and that nothing is converted.
func wordsOtherUnit(e Entry, h held) bot.Text {
	return bot.Textf("You wrote %s; %s counts in %s. I never convert one into the other. How many %s does the certificate say?",
		e.Unit, h.cc.IssuerShort, unitMany(h.unit), unitMany(h.unit))
}

// wordsUnitOfNone says that none of several credentials is renewed in a unit.
func wordsUnitOfNone(e Entry, logs []held) bot.Text {
	if e.Unit == "" {
		return "Which one is it for, and how many in its unit?"
	}
	var units []string
	for _, h := range logs {
		units = append(units, h.cc.Short+" in "+unitMany(h.unit))
	}
	return bot.Textf("You wrote %s. I never convert units: %s. Which one is it for, and how many does the certificate say?", e.Unit, bot.And(units))
}

// wordsMissing says what of a line is missing, or couldn't be read.
func wordsMissing(e Entry, h held) bot.Text {
	switch e.Fault {
	case Negative:
		return wordsNegative
	case TooFine:
		return wordsNoAmount
	case TwoDates:
		return bot.Textf("Is that %s or %s? Please choose the date.", dayWords(e.Dates[0]), dayWords(e.Dates[1]))
	case NoDate:
		return "That month has no such day. Please choose the date."
	case Several:
		return "I found more than one amount or date. Please check."
	}
	var missing []string
	if e.What == "" {
		missing = append(missing, "what it was")
	}
	if e.Amount == 0 || e.Unit == "" {
		missing = append(missing, "how many "+unitMany(h.unit))
	}
	if e.Amount > 0 && e.Unit == "" {
		return bot.Textf("Is that %s?", unitWords(e.Amount, h.unit))
	}
	return bot.Textf("Please add %s.", strings.Join(missing, " and "))
}

// wordsCredit is a credit on one line.
func (h held) wordsCredit(x Credit) bot.Text {
	words := bot.Textf("%s · %s · %s", unitWords(x.Amount, h.unit), x.What, dayWords(x.Day))
	for _, l := range h.cc.Facts.Renewal.Rule().Categories {
		if l.ID == x.Category {
			words += bot.Textf(" · %s", l.Name)
		}
	}
	if x.Evidence != "" {
		words += bot.Textf(" · %s", x.Evidence)
	}
	return words
}

// wordsNotByQuestions says that practice is no credit.
func (h held) wordsNotByQuestions() bot.Text {
	return bot.Textf("Questions answered here are not %s.", unitMany(h.unit))
}

// wordsSpan is when a period runs or ran.
func (h held) wordsSpan(y Cycle) bot.Text {
	words := bot.Text("Period")
	if y.From != "" {
		words += bot.Textf(" from %s", dayWords(y.From))
	}
	if y.Until != "" {
		words += bot.Textf(" to %s", dayWords(y.Until))
	} else if y.RenewedOn == "" {
		words += ", expiry to confirm"
	}
	if y.RenewedOn != "" {
		words += bot.Textf(", renewed %s", dayWords(y.RenewedOn))
	}
	return words + "."
}

func (h held) wordsPast(y Cycle, n int, sum cert.Amount) bot.Text {
	words := h.wordsSpan(y)
	if n == 0 {
		return words + " Nothing logged."
	}
	return words + bot.Textf(" %s in %s.", unitWords(sum, h.unit), bot.Count(n, "entry", "entries"))
}

func wordsKept(n int) bot.Text {
	if n == 0 {
		return "The last period is kept."
	}
	return bot.Textf("The last period is kept, with %s.", bot.Count(n, "entry", "entries"))
}

func wordsCarried(st Status, unit string) bot.Text {
	if st.Carried == 0 {
		return ""
	}
	return bot.Textf("Carried over: %s.", unitWords(st.Carried, unit))
}

// timeLeft is how far a day is, in whole months, weeks or days rounded down.
func timeLeft(today, day string) string {
	from, err := time.Parse(time.DateOnly, today)
	to, err2 := time.Parse(time.DateOnly, day)
	days := int(to.Sub(from).Hours() / 24)
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if to.Day() < from.Day() {
		months--
	}
	switch {
	case err != nil || err2 != nil || days < 0:
		return ""
	case days == 0:
		return "today"
	case days < 56:
		return "in " + bot.Count(days, "day", "days")
	case months < 3:
		return fmt.Sprintf("in %d weeks", days/7)
	}
	return "in " + bot.Count(months, "month", "months")
}
