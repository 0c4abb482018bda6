package practice

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// recalledExam finds topics that ask for what nobody may hand on: real exam
// questions. A mock exam is none.
var recalledExam = regexp.MustCompile(`(?i)\b(?:(?:real|actual|official|genuine|live|true|leaked|stolen|original|past)\b.*\b(?:questions?|exams?|tests?|papers?|items?|ones?|answers?)` +
	`|(?:brain|exam|test)?[ -]?dumps?|dumpsarena|examtopics|leaked|past papers?|recalls?|recalled|remembered` +
	`|(?:questions?|answers?|items?)\b.*\b(?:from|on|in) (?:the|my|an?|last) (?:\w+ )?(?:exam|test))\b`)

// fillers are words beside a topic that say nothing.
var fillers = []string{
	"a", "about", "all", "and", "any", "area", "areas", "cbet", "everything", "for", "give", "in", "me", "mixed", "now", "of", "on",
	"please", "practice", "practise", "question", "questions", "quiz", "some", "start", "the", "topic", "with",
}

// topicWords are a topic's words that matter, in small letters.
func topicWords(s string) []string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(fillers, w) })
}

// findTopics are the areas of an outline that typed words may mean: those that
// fit best. all reports that the words name no topic and so mean every area.
func findTopics(o cert.Outline, short, typed string) (areas []cert.Domain, all bool) {
	words := slices.DeleteFunc(topicWords(typed), func(w string) bool { return strings.EqualFold(w, short) })
	if len(words) == 0 {
		return nil, true
	}
	best := 1
	for _, d := range o.Domains {
		if strings.EqualFold(strings.TrimSpace(typed), d.ID) {
			return []cert.Domain{d}, false
		}
		fit := 0
		for _, w := range words {
			fit += wordFit(w, d)
		}
		switch {
		case fit > best:
			best, areas = fit, []cert.Domain{d}
		case fit == best:
			areas = append(areas, d)
		}
	}
	return areas, false
}

// wordFit is how well a typed word fits an area: 4 for a word of its name, 3
// for the beginning of one, 2 for one with a slip of the finger.
func wordFit(word string, d cert.Domain) int {
	best := 0
	_, id, _ := strings.Cut(d.ID, ".")
	for _, own := range topicWords(d.Short + " " + d.Name + " " + id) {
		switch n := len([]rune(word)); {
		case own == word:
			return 4
		case n >= 2 && strings.HasPrefix(own, word), n > 4 && strings.HasPrefix(word, own) && len(own) > 4:
			best = max(best, 3)
		case n > 3 && n <= 40 && levenshtein.ComputeDistance(own, word) <= 1+n/6:
			best = max(best, 2)
		}
	}
	return best
}

// suggestTopics completes a topic with the areas of what is studied where the
// person is.
func (s *Service) suggestTopics(ctx context.Context, i bot.Interaction, typed string) ([]bot.Option, error) {
	tracks, err := s.Store.TracksNear(ctx, i.User, i.Channel)
	if err != nil {
		return nil, err
	}
	var options []bot.Option
	for _, t := range tracks {
		o := s.outline(t)
		fit, all := findTopics(o, s.short(t), typed)
		if all {
			fit = o.Domains
		}
		for _, d := range fit {
			option := bot.Option{Label: bot.Clip(d.Short, bot.LimitOptionLabel), Value: bot.Clip(d.Short, bot.LimitOptionValue)}
			if s.hasItems(t, d.ID) && !slices.Contains(options, option) {
				options = append(options, option)
			}
		}
	}
	return options[:min(len(options), bot.LimitSuggestions)], nil
}

// hasItems reports whether the banks have anything to ask in an area.
func (s *Service) hasItems(t group.Track, area string) bool {
	return len(s.pool(t).areas[area]) > 0
}

// topicMenu offers areas of an outline to practise; false without any that have
// questions. A path names an area by its number, for its identifier may be long.
func (s *Service) topicMenu(t group.Track, areas []cert.Domain) (bot.Row, bool) {
	menu := bot.Menu{Placeholder: topicPlaceholder, Action: ofTrack(t) + "/area"}
	for n, d := range s.outline(t).Domains {
		if len(menu.Options) < bot.LimitOptions && s.hasItems(t, d.ID) && slices.ContainsFunc(areas, func(a cert.Domain) bool { return a.ID == d.ID }) {
			menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(d.Short, bot.LimitOptionLabel), Value: areaNumber(n)})
		}
	}
	return bot.Row{menu}, len(menu.Options) > 0
}

// topic is the area that typed words mean, "" for all of them. Where it is not
// clear, or no area, a [*bot.Error] asks with a menu.
func (s *Service) topic(t group.Track, typed string) (string, error) {
	if recalledExam.MatchString(typed) {
		return "", &bot.Error{Text: realWords, Card: &bot.Card{Body: realWords, Controls: []bot.Row{{
			bot.Button{Label: "Start 5", Action: ofTrack(t) + "/start", Style: bot.Primary},
			bot.Button{Label: "See the outline", Action: ofTrack(t) + "/outline"},
		}}}}
	}
	o, short := s.outline(t), s.short(t)
	areas, all := findTopics(o, short, typed)
	switch {
	case all:
		return "", nil
	case len(areas) == 1:
		return areas[0].ID, nil
	}
	card := &bot.Card{Title: whichTopicTitle, Body: bot.Textf(whichTopicWords, bot.Clip(typed, 60))}
	if len(areas) == 0 {
		areas = o.Domains
		card.Title, card.Body = noTopicTitle, bot.Textf(noTopicWords, bot.Clip(typed, 60), short)
	}
	if menu, ok := s.topicMenu(t, areas); ok {
		card.Controls = append(card.Controls, menu)
	}
	card.Controls = append(card.Controls, bot.Row{bot.Button{Label: "Start 5", Action: ofTrack(t) + "/start"}})
	return "", &bot.Error{Text: card.Body, Card: card}
}

// outlineCard is what an exam covers, with the quality of the weights.
func (s *Service) outlineCard(t group.Track) *bot.Card {
	o := s.outline(t)
	var lines []bot.Text
	for _, d := range o.Domains {
		if o.Weighted() {
			lines = append(lines, bot.Textf(outlineLine, d.Name, d.Weight))
		} else {
			lines = append(lines, bot.Typed(d.Name))
		}
	}
	if o.Note != "" {
		lines = append(lines, "\n"+bot.Typed(o.Note))
	}
	switch {
	case o.Source.Title != "" && o.Source.Checked != "":
		lines = append(lines, bot.Textf(outlineChecked, o.Source.Title, o.Source.Checked))
	case o.Source.Title != "":
		lines = append(lines, bot.Textf(outlineSource, o.Source.Title))
	}
	card := &bot.Card{Title: bot.Textf(outlineTitle, s.short(t)), Body: bot.Join("\n", lines...), Footer: onlyYouWords}
	if menu, ok := s.topicMenu(t, o.Domains); ok {
		card.Footer = outlinePractises + "\n" + onlyYouWords
		card.Controls = append(card.Controls, menu)
	}
	card.Controls = append(card.Controls, bot.Row{
		bot.Button{Label: "Start 5", Action: ofTrack(t) + "/start", Style: bot.Primary},
		bot.Button{Label: "Mock exam", Action: "mock/" + t.Group},
		bot.Button{Label: "My study page", Action: group.PathStudy},
	})
	return card
}
