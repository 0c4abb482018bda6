package practice

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// livePlacePath begins the paths of a question of a live round.
func livePlacePath(id string, place int) string { return fmt.Sprintf("live/%s/%d", id, place) }

// liveTitleOf is "Live round · question 3 of 10 · Public safety". The area is
// left out where it does not fit.
func (s *Service) liveTitleOf(l Live, q LiveQuestion) bot.Text {
	for _, c := range s.Catalogue.Certifications {
		for _, o := range c.Outlines {
			for _, d := range o.Domains {
				if d.ID == q.Item.Domain {
					return bot.Textf(liveTitleArea, q.Place, l.Size, bot.Clip(d.Short, 30))
				}
			}
		}
	}
	return bot.Textf(liveTitle, q.Place, l.Size)
}

// liveOpenCard is a question that can be answered.
func (s *Service) liveOpenCard(l Live, q LiveQuestion) bot.Message {
	path := livePlacePath(l.ID, q.Place)
	state := []bot.Text{bot.Textf(liveTimeWords, int(l.Per.Seconds()))}
	if q.Answered > 0 {
		state = append(state, bot.Textf(answeredWords, q.Answered))
	}
	state = append(state, privateWords)
	return bot.Message{
		Text: bot.Typed(bot.Clip(bot.Textf(liveNotice, q.Place, l.Size, q.Item.Stem).Plain(), bot.LimitNotice)),
		Card: &bot.Card{Title: s.liveTitleOf(l, q), Body: question(q.Item), Image: picture(q.Item), Footer: bot.Join(" · ", state...), Controls: []bot.Row{
			choices(q.Item, path+"/answer", path+"/form"),
			{
				bot.Button{Label: "My answer", Action: path + "/mine"},
				bot.Button{Label: "Next", Action: path + "/close"},
				bot.Button{Label: "Stop", Action: path + "/stop"},
			},
		}},
	}
}

// liveClosedCard is a question with its answer and, while it is the newest one,
// who leads and how it goes on.
func (s *Service) liveClosedCard(ctx context.Context, l Live, q LiveQuestion) (bot.Message, error) {
	spread, err := s.Store.LiveSpread(ctx, l.ID, q.Place)
	if err != nil {
		return bot.Message{}, err
	}
	path := livePlacePath(l.ID, q.Place)
	mine := bot.Button{Label: "My answer", Action: path + "/mine"}
	footer := []bot.Text{bot.Textf(sourceWords, q.Item.Source.Title)}
	if total, _, _ := counts(spread, q.Item); total >= countsFrom {
		footer = append(footer, totals(spread, q.Item))
	}
	card := &bot.Card{
		Title:    s.liveTitleOf(l, q) + closedWords,
		Body:     bot.Text(strings.TrimRight(string(answerLines(q.Item, spread)+"\n\n"+bot.Typed(q.Item.Explanation)), "\n")),
		Image:    picture(q.Item),
		Controls: []bot.Row{{mine, bot.Button{Label: "My study page", Action: group.PathStudy}}},
	}
	m := bot.Message{Text: bot.Typed(bot.Clip(bot.Textf(liveOverNotice, q.Place, l.Size, shortAnswer(q.Item)).Plain(), bot.LimitNotice)), Card: card}
	body, newest := card.Body, l.Place
	if l.Ending == LiveUnsent { // what came after this one was never posted
		newest--
	}
	switch {
	case q.Place != newest:
	case l.Ending == "":
		card.Controls = []bot.Row{{
			bot.Button{Label: "Next question", Action: path + "/next", Style: bot.Primary},
			mine,
			bot.Button{Label: "Stop", Action: path + "/stop"},
		}}
		footer = append(footer, liveGoOnWords)
		tallies, err := s.Store.LiveTallies(ctx, l.ID)
		if err != nil {
			return bot.Message{}, err
		}
		if leading := liveLeaders(tallies); len(leading) > 0 {
			card.Body += "\n\n" + liveSoFarWords + "\n" + bot.Join("\n", leading...)
		}
	default:
		footer = append(footer, l.Ending.words()...)
	}
	card.Footer = bot.Join("\n", footer...)
	if err := s.sign(ctx, l.Group, q.Item, card); err != nil {
		return bot.Message{}, err
	}
	if m.Validate() != nil { // a long question; the podium comes anyway
		card.Body = body
	}
	return m, nil
}

// words tell under the last question why a live round ends; after all questions
// there is nothing to explain.
func (e LiveEnding) words() []bot.Text {
	switch e {
	case LiveSilence:
		return []bot.Text{liveSilenceWords}
	case LiveGroup:
		return []bot.Text{liveGroupWords}
	case LiveAll:
		return nil
	}
	return []bot.Text{liveStopWordsEnd}
}

// liveLeaders are the first three places by the number of right answers, without
// those to questions that people knew before, where enough people take part: equal
// numbers share a place, and the next place follows on. Of too many in one place the
// number stands for the names. Nobody is named as last, unless all are equal.
func liveLeaders(tallies []LiveTally) []bot.Text {
	if len(tallies) < livePeople {
		return nil
	}
	least := slices.MinFunc(tallies, func(a, b LiveTally) int { return a.Placing - b.Placing }).Placing
	tallies = slices.DeleteFunc(slices.Clone(tallies), func(t LiveTally) bool { return t.Unplaced || t.Placing == 0 })
	slices.SortFunc(tallies, func(a, b LiveTally) int {
		return cmp.Or(b.Placing-a.Placing, strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Member, b.Member))
	})
	var lines []bot.Text
	named := 0
	for len(tallies) > 0 && len(lines) < livePlaces {
		n := slices.IndexFunc(tallies, func(t LiveTally) bool { return t.Placing != tallies[0].Placing })
		if n < 0 {
			n = len(tallies)
		}
		place := len(lines) + 1
		if place > 1 && tallies[0].Placing == least {
			break
		}
		if named+n > liveNames {
			lines = append(lines, bot.Textf(livePlaceMany, place, n, tallies[0].Placing))
		} else {
			named += n
			var who []string
			for _, t := range tallies[:n] {
				who = append(who, bot.Clip(t.Name, 40))
			}
			lines = append(lines, bot.Textf(livePlaceWords, place, bot.And(who), tallies[0].Placing))
		}
		tallies = tallies[n:]
	}
	return lines
}

// livePodium is how a live round ended.
func (s *Service) livePodium(ctx context.Context, l Live) (bot.Message, error) {
	tallies, err := s.Store.LiveTallies(ctx, l.ID)
	if err != nil {
		return bot.Message{}, err
	}
	turn, err := s.Store.LiveTurn(ctx, l.ID)
	if err != nil {
		return bot.Message{}, err
	}
	right, answered := 0, 0
	for _, t := range tallies {
		right, answered = right+t.Right, answered+t.Answered
	}
	summary := bot.Textf(livePodiumBody, questions(len(turn)), people(len(tallies)))
	if len(tallies) >= livePeople {
		summary += bot.Textf(livePodiumRight, right, answered)
	}
	title, footer, lines := livePodiumTitle, livePodiumFooter, liveLeaders(tallies)
	if len(lines) == 0 {
		title, footer = liveDoneTitle, liveDoneFooter
	}
	lines = append(lines, summary)
	if l.Ending == LiveLate {
		lines = append(lines, livePodiumLate)
	}
	return bot.Message{
		Text: bot.Textf(livePodiumNotice, questions(len(turn))),
		Card: &bot.Card{Title: title, Body: bot.Join("\n", lines...), Footer: footer, Controls: []bot.Row{{
			bot.Button{Label: "My result", Action: "live/" + l.ID + "/result"},
			bot.Button{Label: "Practise 5", Action: "quiz/" + l.Group + "/start"},
			bot.Button{Label: "My study page", Action: group.PathStudy},
		}}},
	}, nil
}

// liveNotedCard confirms an answer that can still be changed; before is the
// question before it, if its result is worth telling.
func liveNotedCard(l Live, item quizzes.Item, place int, a Answer, before bot.Text) *bot.Card {
	title := bot.Textf(liveNotedTitle, givenAnswer(item, a))
	if len([]rune(title.Plain())) > bot.LimitTitle {
		title = liveNotedPlain
	}
	lines := []bot.Text{liveNotedWords}
	if before != "" {
		lines = append(lines, before)
	}
	return &bot.Card{Title: title, Body: bot.Join("\n", lines...), Footer: onlyYouWords,
		Controls: []bot.Row{append(bot.Row{bot.Button{Label: "My answer", Action: livePlacePath(l.ID, place) + "/mine"}}, studyRow()...)}}
}

// liveBefore tells in a line how somebody's answer to the question before turned out.
func liveBefore(place int, item quizzes.Item, a Answer) bot.Text {
	if a.Verdict == Right {
		return bot.Textf(liveBeforeRight, place)
	}
	return bot.Textf(liveBeforeWrong, place, bot.Clip(rightAnswer(item), 80))
}
