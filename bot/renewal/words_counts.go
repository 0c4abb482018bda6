package renewal

import (
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// wordsGap is the title of what counts: first the gap.
func (h held) wordsGap(st Status, today string) bot.Text {
	switch {
	case !st.Standing.Known:
		return bot.Textf("%s renewal", h.cc.Short)
	case st.Complete():
		return bot.Textf("%s renewal: nothing left to collect", h.cc.Short)
	}
	gap := unitWords(st.Further, h.unit)
	if st.FurtherAtBest < st.Further {
		gap = st.FurtherAtBest.String() + " to " + gap
	}
	left := ""
	if !st.About {
		left = timeLeft(today, st.Period.Ends)
	}
	if left != "" {
		left = " " + left
	}
	return bot.Textf("%s renewal: %s to go%s", h.cc.Short, gap, left)
}

// wordsCounts is what counts, what no longer does, what is missing, by when, and
// where the rule is from: paragraphs, of which any may be empty.
func (h held) wordsCounts(st Status, today string) []bot.Text {
	r := h.cc.Facts.Renewal
	body := []bot.Text{bot.Join(" ", h.wordsSum(st), h.wordsFull(st))}
	if h.State == Candidate {
		body = append(body, bot.Textf(wordsCandidate, h.cc.IssuerShort, h.cc.URL))
	}
	if st.Undecided > 0 {
		body = append(body, bot.Textf("%s without a category yet: how much of that counts depends on it.", unitWords(st.Undecided, h.unit)))
	}
	if st.Lost > 0 {
		body = append(body, bot.Textf("Beyond a limit, so not counted: %s.", unitWords(st.Lost, h.unit)))
	}
	if st.Outside > 0 {
		body = append(body, bot.Textf("Outside your period, so not counted: %s.", unitWords(st.Outside, h.unit)))
	}
	body = append(body, wordsCarried(st, h.unit))
	kinds := append(append(h.wordsCategories(st), h.wordsYears(st)...), h.wordsCategoryNote())
	end := []bot.Text{h.wordsPeriod(st, today), h.wordsPace(st, today)}
	if r.ApplyFrom.Shown() != cert.NotVerified && h.Cycle.Confirmed() && h.Cycle.Until >= today {
		if from, ok := r.ApplyOn(h.Cycle.Until); ok {
			end = append(end, bot.Textf("Can be handed in: %s.", r.ApplyFrom.Words("from "+dayWords(from), h.cc.URL)))
		}
	}
	if r.Proof.Shown() != cert.NotVerified {
		end = append(end, bot.Textf("To hand in: %s", r.Proof.Words(r.Proof.Value, h.cc.URL)))
	}
	return []bot.Text{lines(body...), lines(kinds...), lines(end...), lines(h.wordsSource(), h.wordsNotByQuestions(), h.wordsEnding(today))}
}

// wordsFull names the categories in which more won't count.
func (h held) wordsFull(st Status) bot.Text {
	var full []bot.Text
	for _, c := range st.Categories {
		if c.Full() {
			is, those := "is", "that"
			if strings.HasSuffix(c.Name, "s") {
				is, those = "are", "those"
			}
			full = append(full, bot.Textf("%s %s full (%s of %s), so more of %s won't count.", c.Name, is, c.Counts.String(), c.Max.String(), those))
		}
	}
	return bot.Join(" ", full...)
}

// wordsCategories is a line for each category: what is in it and what may still be.
func (h held) wordsCategories(st Status) (all []bot.Text) {
	for _, c := range st.Categories {
		line := bot.Textf("- %s", c.Name)
		if c.Within != "" {
			line = bot.Textf("- - %s", c.Name)
		}
		var facts []bot.Text
		if c.Has > 0 {
			facts = append(facts, bot.Typed(c.Has.String()))
		}
		switch {
		case c.Min > 0 && c.Missing > 0:
			facts = append(facts, bot.Textf("at least %s, %s to go", c.Min.String(), c.Missing.String()))
		case c.Min > 0:
			facts = append(facts, bot.Textf("at least %s, reached", c.Min.String()))
		}
		switch {
		case c.Full():
			facts = append(facts, bot.Textf("at most %s, full", c.Max.String()))
		case c.Max > 0:
			facts = append(facts, bot.Textf("at most %s", c.Max.String()))
		case c.Min == 0 && c.Has == 0:
			facts = append(facts, "counts")
		}
		all = append(all, line+": "+bot.Join(", ", facts...))
	}
	if len(all) > 0 {
		all = append([]bot.Text{"What counts:"}, all...)
	}
	return all
}

// wordsYears is what is missing of each year where a rule asks for that.
func (h held) wordsYears(st Status) (all []bot.Text) {
	for _, y := range st.Years {
		switch {
		case y.Missing == 0:
		case y.Past:
			all = append(all, bot.Textf("The year to %s ended %s short.", dayWords(y.Ends), unitWords(y.Missing, h.unit)))
		default:
			all = append(all, bot.Textf("In the year to %s: %s to go.", dayWords(y.Ends), unitWords(y.Missing, h.unit)))
		}
	}
	return all
}

// wordsCategoryNote is what to know about the categories of a rule.
func (h held) wordsCategoryNote() bot.Text {
	c := h.cc.Facts.Renewal.Categories
	if c.Shown() == cert.NotVerified && c.Confidence != cert.Unknown { // from memory
		return ""
	}
	return bot.Typed(c.Note)
}

// wordsPace compares with an even pace, where the end of the period is known.
func (h held) wordsPace(st Status, today string) bot.Text {
	if st.About || !st.Known || st.Complete() || st.Period.Begins == "" || today > st.Period.Ends || !st.Standing.Known {
		return ""
	}
	begins, err := time.Parse(time.DateOnly, st.Period.Begins)
	ends, err2 := time.Parse(time.DateOnly, st.Period.Ends)
	now, err3 := time.Parse(time.DateOnly, today)
	all := int(ends.Sub(begins).Hours()/24) + 1
	gone := int(now.Sub(begins).Hours() / 24)
	if err != nil || err2 != nil || err3 != nil || all <= 0 || gone <= 0 {
		return ""
	}
	even := int(st.Required) * gone / all / 100
	switch {
	case even == 0:
		return ""
	case st.Behind(st.Period, today):
		return bot.Textf("An even pace would be %s by now.", unitWords(cert.Amount(even*100), h.unit))
	}
	return bot.Textf("An even pace would be %s by now. You're there.", unitWords(cert.Amount(even*100), h.unit))
}

// wordsSource is where the rule is from, and when that was checked.
func (h held) wordsSource() bot.Text {
	r := h.cc.Facts.Renewal.Required
	switch r.Shown() {
	case cert.Plainly:
		return bot.Textf("Rule: %s, checked %s.", h.cc.IssuerShort, dayWords(r.Checked))
	case cert.Reported:
		return bot.Textf("Rule: reported, checked %s. Please check with %s: %s", dayWords(r.Checked), h.cc.IssuerShort, h.cc.URL)
	}
	return bot.Textf("What a renewal asks for I couldn't verify. Please ask %s: %s", h.cc.IssuerShort, h.cc.URL)
}
