package practice

import (
	"fmt"
	"slices"
	"strconv"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// shareFrom is how many answers it takes to put a percentage beside their count.
const shareFrom = 20

// askCard is a question of a session, with notes on how one came to it.
func (s *Service) askCard(t group.Track, p Session, q SessionQuestion, item quizzes.Item, notes ...bot.Text) *bot.Card {
	path, title := "session/"+p.ID, practiceTitle
	if p.Kind == Reviewing {
		title = reviewTitle
	}
	place := strconv.Itoa(q.Place)
	return &bot.Card{
		Title:  bot.Textf(title, s.short(t), q.Place, len(p.Questions), s.outline(t).Domain(q.Domain).Short),
		Body:   question(item),
		Image:  picture(item),
		Footer: bot.Join("\n", append(notes, onlyYouWords)...),
		Controls: []bot.Row{
			privateChoices(item, path+"/answer/"+place, path+"/form/"+place),
			{bot.Button{Label: "Stop", Action: path + "/stop"}, bot.Button{Label: "Why these?", Action: path + "/why"}},
		},
	}
}

// answeredCard is the result of an answer at a place of a session; last says that no
// question is left, earlier that this answer was given before. More lines say
// when it comes back.
func (s *Service) answeredCard(g group.Group, p Session, place int, item quizzes.Item, a Answer, last, earlier bool, more ...bot.Text) *bot.Card {
	result := graded{item: item, answer: a}
	title, reason := result.words()
	lines := []bot.Text{reason, bot.Textf(sourceWords, item.Source.Title)}
	if earlier {
		lines = append(lines, bot.Textf(practisedAtWhen, bot.When(a.At.In(g.Location()))))
	}
	lines = append(lines, more...)
	path := "session/" + p.ID
	row := bot.Row{bot.Button{Label: "Next", Action: path + "/next", Style: bot.Primary}, bot.Button{Label: "Stop", Action: path + "/stop"}}
	if last {
		row = bot.Row{bot.Button{Label: "How it went", Action: path + "/next", Style: bot.Primary}, bot.Button{Label: "5 more", Action: path + "/more"}}
		if p.Kind == Reviewing {
			row[1] = bot.Button{Label: "My study page", Action: group.PathStudy}
		}
	}
	row = append(row, reportPlace("session", p.ID, place))
	return &bot.Card{Title: title, Body: bot.Join("\n", lines...), Footer: onlyYouWords, Tone: result.tone(), Controls: []bot.Row{row}}
}

// summaryCard is how a session went, by area.
func (s *Service) summaryCard(t group.Track, p Session) *bot.Card {
	right, partly, answered := p.counts()
	card := &bot.Card{Title: bot.Textf(summaryTitle, right, answered), Footer: onlyYouWords, Controls: []bot.Row{{
		bot.Button{Label: "5 more", Action: "session/" + p.ID + "/more", Style: bot.Primary},
		bot.Button{Label: "Mock exam", Action: "mock/" + p.Group},
		bot.Button{Label: "My study page", Action: group.PathStudy},
	}}}
	if answered == 0 {
		card.Title, card.Body = summaryNoneTitle, summaryNoneBody
		return card
	}
	if partly > 0 {
		card.Title = bot.Textf(summaryPartlyTitle, right, answered, partly)
	}
	if answered >= shareFrom {
		card.Title += bot.Textf(summaryShareWords, (200*right+answered)/(2*answered))
	}
	var lines []bot.Text
	if answered < len(p.Questions) {
		lines = append(lines, bot.Textf(summaryPartWords, answered, len(p.Questions)))
	}
	if slices.ContainsFunc(p.Questions, func(q SessionQuestion) bool { return q.Held }) {
		lines = append(lines, summaryHeldWords)
	}
	lines = append(lines, s.areaLines(t, p)...)
	card.Body = bot.Join("\n", lines...)
	return card
}

// areaLines counts a session's answers by area, in the order of the outline;
// percentages stand only where there are enough.
func (s *Service) areaLines(t group.Track, p Session) (lines []bot.Text) {
	o := s.outline(t)
	var areas []string
	for _, d := range o.Domains {
		areas = append(areas, d.ID)
	}
	for _, q := range p.Questions { // areas that the outline has lost
		if !slices.Contains(areas, q.Domain) {
			areas = append(areas, q.Domain)
		}
	}
	for _, area := range areas {
		in := Session{Questions: slices.DeleteFunc(slices.Clone(p.Questions), func(q SessionQuestion) bool { return q.Domain != area })}
		right, _, answered := in.counts()
		if answered == 0 {
			continue
		}
		line := bot.Textf(summaryAreaWords, o.Domain(area).Short, right, answered)
		if answered >= shareFrom {
			line += bot.Textf(summaryShareWords, (200*right+answered)/(2*answered))
		}
		lines = append(lines, line)
	}
	return lines
}

// whyTheseCard explains why the questions of a practice session were chosen, near
// the member's own exam or not.
func (s *Service) whyTheseCard(t group.Track, p Session, figures map[string]figure, near bool) *bot.Card {
	o := s.outline(t)
	reasons, weak := map[Reason]int{}, map[string]int{}
	for _, q := range p.Questions {
		reasons[q.Reason]++
		if q.Reason == Weak {
			weak[q.Domain]++
		}
	}
	buttons := []bot.Row{
		{bot.Button{Label: "See the outline", Action: ofTrack(t) + "/outline"}, bot.Button{Label: "My study page", Action: group.PathStudy}},
	}
	if p.Topic == soFarTopic {
		return &bot.Card{Title: whyTheseTitle, Body: whySoFar(len(p.Questions)), Footer: onlyYouWords, Controls: buttons}
	}
	var lines []bot.Text
	count := func(n int, one bot.Text, many string) {
		switch {
		case n == 1:
			lines = append(lines, one)
		case n > 1:
			lines = append(lines, bot.Textf(many, n))
		}
	}
	if p.Topic != "" {
		lines = append(lines, bot.Textf(whyTopicWords, o.Domain(p.Topic).Short))
	}
	count(reasons[Missed], whyMissedOne, whyMissedWords)
	count(reasons[Unseen], whyUnseenOne, whyUnseenWords)
	for _, q := range p.Questions {
		n := weak[q.Domain]
		if n == 0 {
			continue
		}
		delete(weak, q.Domain)
		if f := figures[q.Domain]; f.answered >= figureFrom {
			lines = append(lines, bot.Textf(whyWeakWords, n, o.Domain(q.Domain).Short, f.right, f.answered))
		} else {
			lines = append(lines, bot.Textf(whyWeakPlain, n, o.Domain(q.Domain).Short))
		}
	}
	count(reasons[Again], whyAgainOne, whyAgainWords)
	if near {
		lines = append(lines, whyNearWords, whyOpenWords)
	} else {
		lines = append(lines, whyOrderWords, whyOpenWords)
	}
	return &bot.Card{Title: whyTheseTitle, Body: bot.Join("\n", lines...), Footer: onlyYouWords, Controls: buttons}
}

// areaNumber names the area at a place of an outline in a path.
func areaNumber(n int) string { return fmt.Sprint("a", n+1) }
