package exam

import (
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// Labels of buttons that lead on.
const (
	labelStudy        = "My study page"
	labelExams        = "Exam"
	labelCredentials  = "Certifications"
	labelWaiting      = "Waiting for my result"
	labelStillWaiting = "Still waiting"
	labelAskMe        = "Ask me again"
)

// What people read about how an exam went.
const (
	wordsOutcomeWhen  bot.Text = "your exam is over, and until you know its result"
	wordsOutcomeTitle bot.Text = "About your exam"

	wordsAskOutcome bot.Text = "Nobody is told unless you choose to tell them.\n" +
		"Please keep what was on the exam to yourself: the agreement you signed asks for that."
	wordsWaitingTitle bot.Text = "Fingers crossed"
	wordsWontAsk      bot.Text = "Of course. I won't ask again."
	wordsLater        bot.Text = "Noted. Your study page is here when you want it, and nothing has changed in the group."

	wordsNotKept bot.Text = "That doesn't fit any more: you've set another date for this exam, or told me something else meanwhile. Nothing was changed."

	wordsPassedTitle  bot.Text = "You passed. Congratulations!"
	wordsAllThatWork  bot.Text = "All that work paid off."
	wordsKeptPrivate  bot.Text = "It stays between us. Nothing was posted."
	wordsNotPassedYet bot.Text = "You haven't told me that you passed this one. Nothing was posted."

	wordsDateLike     = "Please write the date like 2027-05-20."
	wordsResultAhead  = "That day is still to come. Which date is on your letter?"
	wordsExpiryBefore = "That's not after the date on your letter. Leave it empty if you don't have the certificate yet."
	wordsExpiryFar    = "That's more than ten years ahead. Please look again, or leave it empty."
	wordsChooseStatus = "Please choose one: your letter says which."
	wordsChooseParts  = "Please choose at least one."
	wordsTooLong      = "Please keep it under 200 characters."

	wordsWeakerIntro bot.Text = "Which areas does your score report name? Your practice leans that way. Nobody else sees them."
	wordsNoAreas     bot.Text = "I know no areas of this exam, so there is nothing to choose from. Nothing was changed."

	wordsTellIntro    bot.Text = "You see the post before anybody else does."
	wordsWhichGroup   bot.Text = "Each group is asked for by itself. The others learn nothing of it."
	wordsAllTold      bot.Text = "All of your groups know already."
	wordsNotYourGroup bot.Text = "That's not one of your groups any more. Nothing was posted."
	wordsWriteFirst   bot.Text = "There is nothing ready to post there. Nothing was posted. Press Tell the group and look at it first."
	wordsNewsGone     bot.Text = "What this post was about has been taken back. Nothing was changed."
	wordsMentor       bot.Text = "You answer and explain, and take no place on boards. You can stop any time under Settings."
	wordsRestNow      bot.Text = "You've earned it. Nothing more comes from me about this exam. Your certification stands on its own page."
)

func (s *Service) wordsHowDidItGo(e Exam) bot.Text {
	if e.State == Waiting {
		return bot.Textf("Has the result of your %s come?", s.examName(e))
	}
	return bot.Textf("How did your %s go?", s.examName(e))
}

// wordsUnsaid is the line of the study page about an exam that is over.
func (s *Service) wordsUnsaid(e Exam) bot.Text {
	if e.State == Waiting {
		return bot.Textf("Waiting for the result of your %s", s.examName(e))
	}
	return s.wordsHowDidItGo(e)
}

// examName is an exam as the part of a sentence: "CBET exam", or "CPSM exam
// (Supply Management Core)".
func (s *Service) examName(e Exam) string {
	c := s.certification(e)
	if part, ok := partOf(c, e); ok {
		return c.Short + " exam (" + part.Name + ")"
	}
	return c.Short + " exam"
}

// labelOf is a button's label for one exam of several.
func (s *Service) labelOf(e Exam) string {
	c := s.certification(e)
	if part, ok := partOf(c, e); ok {
		return bot.Clip(part.Name, bot.LimitLabel)
	}
	return c.Short
}

// shortOf is the short name of a certification.
func (s *Service) shortOf(id string) string { return s.certification(Exam{Certification: id}).Short }

func wordsStillAhead(name, days string) bot.Text {
	return bot.Textf("Your %s is still to come: %s. Nothing was changed. If you moved it, change the date under Exam.", name, days)
}

func wordsPassedBefore(name string) bot.Text {
	return bot.Textf("You told me that you passed your %s, so nothing was changed. If that was a slip, remove it under Certifications.", name)
}

func wordsWaits(asked bool) bot.Text {
	words := bot.Text("Results can take a while. Your study page has a button for yours.")
	if asked {
		words += "\nI'll ask 14 and 28 days after you first said so, and then leave it to you."
	}
	return words
}

func wordsResultBefore(e Exam) string {
	return fmt.Sprintf("Your exam was not before %s, so the letter can't be older.", e.Window().From.Format("Mon 2 Jan 2006"))
}

// wordsNotThisTime is what somebody reads who didn't pass: no score, no
// comparison, and what is known of another try.
func wordsNotThisTime(c cert.Certification, next cert.Window) bot.Text {
	paragraphs := []bot.Text{"Thank you for telling me. Only you can see this.",
		"That's a hard day after all that work. Plenty of good, certified people sat twice.",
		bot.Join(" ", wordsNextChance(c, next), wordsRetake(c)),
		"If your score report names weaker areas, I can lean your practice that way when you're ready.",
		"I'll leave you alone about this for two weeks."}
	return lines(paragraphs...)
}

// wordsNextChance is when an exam can be sat again, as far as that is known.
func wordsNextChance(c cert.Certification, next cert.Window) bot.Text {
	switch {
	case !next.From.IsZero():
		return bot.Textf("Next %s window: %s.", c.Short, next.String())
	case c.Windows.AnyTime:
		return bot.Textf("%s has no windows: it's given all year.", c.Short)
	}
	return ""
}

// wordsRetake is what is known of the rules and the fee of another try.
func wordsRetake(c cert.Certification) bot.Text {
	issuer := c.IssuerShort
	if issuer == "" {
		issuer = "the issuer"
	}
	for _, f := range c.Facts.Fees {
		if f.Value.For == "retake" && f.Shown() != cert.NotVerified {
			return bot.Textf("Fee: %s. Retake rules: please check with %s; I haven't been able to verify them.", f.Words(f.Value.String(), c.URL), issuer)
		}
	}
	return bot.Textf("Retake rules and fee: please check with %s; I haven't been able to verify them.", issuer)
}

// wordsPlanFor is the label of a button that plans another try.
func wordsPlanFor(next cert.Window) string {
	if next.From.IsZero() {
		return "Plan another date"
	}
	return "Plan for " + next.From.Format("January")
}

func wordsWeaker(short string, names []string) bot.Text {
	if len(names) == 0 {
		return bot.Textf("Done. Your %s practice follows the outline again.", short)
	}
	return bot.Textf("Done. Your %s practice leans to %s. Nobody else sees that.", short, bot.And(names))
}

func wordsPassedPart(part string) bot.Text {
	return bot.Textf("You passed %s. Congratulations!", part)
}

// wordsPartsToGo says what is missing for the certification.
func wordsPartsToGo(c cert.Certification, names []string) bot.Text {
	return bot.Textf("%s to go: %s. The certification begins with the last one.", bot.Count(len(names), "part", "parts"), bot.And(names))
}

// wordsNext is how a certification goes on that begins with a pass; until is the
// last day on the certificate, if the member has entered it; held that it stands
// among their certifications.
func wordsNext(c cert.Certification, candidate, held bool, until string) bot.Text {
	var words []bot.Text
	if f := c.Facts.Candidate; candidate && f.Shown() != cert.NotVerified {
		words = append(words, bot.Textf("You have candidate status: up to %s to complete the experience%s.", bot.Count(f.Value, "year", "years"), source(f.Evidence, c)))
	}
	next := []bot.Text{"Next: " + wordsRenews(c)}
	if day, err := time.Parse(time.DateOnly, until); held && err == nil {
		next = append(next, bot.Textf("I've started your list, with the date you entered: %s.", day.Format("Mon 2 Jan 2006")))
	} else if held {
		next = append(next, "I've started your list; the expiry date is “to confirm” until you enter the one on your certificate.")
	}
	return lines(append(words, bot.Join(" ", next...))...)
}

// source is who says something, where it isn't the issuer.
func source(e cert.Evidence, c cert.Certification) string {
	if e.Shown() == cert.Reported {
		return ", as reported; check with " + c.IssuerShort
	}
	return ""
}

// wordsRenews is how a certification is renewed, as far as that may be shown.
func wordsRenews(c cert.Certification) bot.Text {
	r := c.Facts.Renewal
	switch {
	case r.Renews.Shown() == cert.NotVerified:
		return bot.Textf("how %s is renewed I haven't been able to verify; please check with %s.", c.Short, c.IssuerShort)
	case !r.Renews.Value:
		if r.Years.Shown() == cert.NotVerified {
			return bot.Textf("%s can't be renewed%s.", c.Short, source(r.Renews.Evidence, c))
		}
		return bot.Textf("%s runs out after %s and can't be renewed%s.", c.Short, bot.Count(r.Years.Value, "year", "years"), source(r.Years.Evidence, c))
	}
	words, weakest := bot.Textf("%s renews", c.Short), r.Renews.Evidence
	if r.Years.Shown() != cert.NotVerified {
		words += bot.Textf(" every %s", bot.Count(r.Years.Value, "year", "years"))
		weakest = weaker(weakest, r.Years.Evidence)
	}
	if r.Required.Shown() != cert.NotVerified && r.Required.Value > 0 && r.Unit.Shown() != cert.NotVerified {
		words += bot.Textf(" with %s", amountOf(r.Required.Value, r.Unit.Value))
		weakest = weaker(weaker(weakest, r.Required.Evidence), r.Unit.Evidence)
	}
	return words + bot.Textf("%s.", source(weakest, c))
}

// amountOf is so many of an issuer's unit: "30 CEU", "45 contact hours".
func amountOf(n int, unit string) string {
	if strings.HasSuffix(unit, "hour") {
		return bot.Count(n, unit, unit+"s")
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// weaker is the evidence that is less sure.
func weaker(a, b cert.Evidence) cert.Evidence {
	if b.Shown() < a.Shown() {
		return b
	}
	return a
}

func wordsThanks(n int, short, groupName string) bot.Text {
	return bot.Textf("%s congratulated you on %s in the %s.", bot.Count(n, "person", "people"), short, groupName)
}

func wordsPreview(groupName string, hidden bool) bot.Text {
	words := bot.Textf("This is how it would look to the %s. Nothing is posted yet.", groupName)
	if hidden {
		words += " Your name is hidden there, so the post doesn't say it."
	}
	return lines(words, wordsOnlyYou)
}

func wordsNoChannel(groupName string) bot.Text {
	return bot.Textf("The %s is in no channel at the moment. Nothing was posted; what you wrote is kept.", groupName)
}

func wordsTold(groupName string) bot.Text { return bot.Textf("The %s knows.", groupName) }

func wordsCongratulated(n int) bot.Text {
	if n == 0 {
		return "Congratulations are counted without names. Your study page has the number."
	}
	return bot.Textf("%s congratulated you so far.", bot.Count(n, "person", "people"))
}

func wordsMentorTitle(groupName string) bot.Text {
	return bot.Textf("You're a mentor in the %s.", groupName)
}

const wordsWhatNow bot.Text = "And now: stay as a mentor, rest, or go for another one?"

func wordsPassedOn(people []Newsmaker, member string, fresh bool) bot.Text {
	var names []string
	own := true
	for _, p := range people {
		if p.Member == member {
			continue
		}
		own = false
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	switch {
	case own:
		return "That's your own good news. Your study page says how many congratulated you."
	case !fresh:
		return "You did already, and it counts once. Only the number is shown, never names."
	case len(names) == 1:
		return bot.Textf("Passed on to %s Only the number is shown, never names.", bot.Stop(names[0]))
	}
	return "Passed on. Only the number is shown, never names."
}

// somebody is who passed in a group in which their name is hidden.
const somebody = "Somebody here"

// newsCard is a group's good news of a day.
func (s *Service) newsCard(n News) *bot.Card {
	card := &bot.Card{Tone: bot.Good}
	var body []bot.Text
	if len(n.People) == 1 {
		p := n.People[0]
		rest := " passed the " + s.newsExam(p)
		card.Title = bot.Textf("%s%s", bot.Clip(newsName(p), bot.LimitTitle-len([]rune(rest))), rest)
		body = append(body, quoted(p.Words))
	} else {
		card.Title = bot.Textf("%s passed", bot.Count(len(n.People), "person", "people"))
		for _, p := range n.People[:min(len(n.People), mostNamed)] {
			line := bot.Textf("%s passed the %s.", newsName(p), s.newsExam(p))
			body = append(body, bot.Join(" ", line, quoted(p.Words)))
		}
		if more := len(n.People) - mostNamed; more > 0 {
			body = append(body, bot.Textf("And %s.", bot.Count(more, "more person", "more people")))
		}
	}
	card.Body = lines(append(body, wordsMentors(n.People))...)
	label := "Congratulate"
	if n.Count > 0 {
		label = fmt.Sprintf("Congratulate (%d)", n.Count)
	}
	card.Controls = []bot.Row{row(button(label, "news/"+n.ID+"/well"))}
	return card
}

func newsName(p Newsmaker) string {
	if p.Name == "" {
		return somebody
	}
	return bot.Clip(p.Name, 40)
}

// newsExam is what was passed, as [Service.examName] has it, in the room of a title.
func (s *Service) newsExam(p Newsmaker) string {
	return bot.Clip(s.examName(Exam{Certification: p.Certification, Part: p.Part}), 48)
}

func quoted(words string) bot.Text {
	if words == "" {
		return ""
	}
	return bot.Textf("“%s”", words)
}

// wordsMentors says who of them stays on to explain.
func wordsMentors(people []Newsmaker) bot.Text {
	var names []string
	for _, p := range people {
		if p.Mentor && p.Name != "" && len(names) < mostNamed {
			names = append(names, first(p.Name))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return bot.Textf("%s stays on as a mentor.", names[0])
	}
	return bot.Textf("%s stay on as mentors.", bot.And(names))
}

// first is a name without the initial that follows it: "Dana" for "Dana R."
func first(name string) string {
	words := strings.Fields(name)
	if last := len(words) - 1; last > 0 && len([]rune(words[last])) == 2 && strings.HasSuffix(words[last], ".") {
		return bot.Clip(strings.Join(words[:last], " "), 40)
	}
	return bot.Clip(name, 40)
}
