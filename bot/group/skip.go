package group

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

const fieldSkip = "days"

// skipPage lists the days without a question.
func (s *Service) skipPage(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, s.skipCard(d, "")), nil
}

func (s *Service) skipCard(d Details, first bot.Text) *bot.Card {
	path := PathGroup(d.Group.ID)
	c := &bot.Card{Title: "Skip days", Footer: wordsOnlyYou, Controls: rows(
		primary("Add days", path+"/skip/add"), button("Group page", path), button(weeksLabel, path+"/weeks"))}
	spans := spansOf(d.SkipDays, s.today(d.Group.Zone))
	text := []bot.Text{first, wordsSkipped(d.SkipDays, s.today(d.Group.Zone)), wordsSkipping}
	if len(spans) > 0 {
		menu := bot.Menu{Placeholder: "Take out", Action: path + "/skip/drop"}
		for _, sp := range spans[:min(len(spans), bot.LimitOptions)] {
			menu.Options = append(menu.Options, bot.Option{Label: sp.String(), Value: sp.from + "." + sp.to})
		}
		c.Controls = append([]bot.Row{{menu}}, c.Controls...)
	}
	c.Body = lines(text...)
	return c
}

// askSkip opens the form for days in plain words.
func (s *Service) askSkip(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	if _, _, err := s.organiser(ctx, i, group); err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Skip days", Submit: "Save", Action: PathGroup(group) + "/skip/set", Fields: []bot.Field{
		{Name: fieldSkip, Label: "Days", Kind: bot.Line, Required: true, Max: 200, Placeholder: "24–26 Dec, 1 January",
			Help: "Such as 24 December, or 24–26 Dec, or next Friday"},
	}}}, nil
}

// addSkip adds days.
func (s *Service) addSkip(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	days, problem := parseDays(i.Values.Get(fieldSkip), s.today(d.Group.Zone))
	if problem != "" {
		return bot.Response{Invalid: map[string]string{fieldSkip: problem}}, nil
	}
	ok, err := s.c.Store.AddSkipDays(ctx, group, days, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{Invalid: map[string]string{fieldSkip: wordsManySkips}}, nil
	}
	return s.skipped(ctx, i, group, "Saved. Points and streaks don't mind.")
}

// dropSkip takes days out again.
func (s *Service) dropSkip(ctx context.Context, i bot.Interaction, group string) (bot.Response, error) {
	d, _, err := s.organiser(ctx, i, group)
	if err != nil {
		return bot.Response{}, err
	}
	from, to, _ := strings.Cut(i.Arg("days"), ".")
	var days []string
	for _, day := range d.SkipDays {
		if from <= day && day <= to {
			days = append(days, day)
		}
	}
	if err := s.c.Store.DropSkipDays(ctx, group, days, s.c.Now()); err != nil {
		return bot.Response{}, err
	}
	return s.skipped(ctx, i, group, "Taken out: questions come on those days as on others.")
}

func (s *Service) skipped(ctx context.Context, i bot.Interaction, group string, first bot.Text) (bot.Response, error) {
	s.c.Wake()
	d, ok, err := s.c.Store.Details(ctx, group)
	if err != nil || !ok {
		return bot.Response{}, notYours(err)
	}
	return show(i, s.skipCard(d, first)), nil
}

// span is days in a row, both ends included.
type span struct{ from, to string }

// spansOf are the days from one on, in rows.
func spansOf(days []string, from time.Time) []span {
	days = slices.Sorted(slices.Values(days))
	var all []span
	for _, day := range slices.Compact(days) {
		if day < from.Format(time.DateOnly) {
			continue
		}
		if n := len(all); n > 0 && following(all[n-1].to) == day {
			all[n-1].to = day
			continue
		}
		all = append(all, span{day, day})
	}
	return all
}

// following is the date after one.
func following(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

// String is the days in words: "Thu 24 Dec 2026", "24 to 26 Dec 2026".
func (s span) String() string {
	from, err1 := time.Parse(time.DateOnly, s.from)
	to, err2 := time.Parse(time.DateOnly, s.to)
	switch {
	case err1 != nil || err2 != nil:
		return s.from
	case s.from == s.to:
		return from.Format("Mon 2 Jan 2006")
	case from.Year() != to.Year():
		return from.Format("2 Jan 2006") + " to " + to.Format("2 Jan 2006")
	case from.Month() != to.Month():
		return from.Format("2 Jan") + " to " + to.Format("2 Jan 2006")
	}
	return from.Format("2") + " to " + to.Format("2 Jan 2006")
}

func wordsSkipped(days []string, today time.Time) bot.Text {
	spans := spansOf(days, today)
	if len(spans) == 0 {
		return "No question is left out."
	}
	var names []string
	for _, sp := range spans {
		names = append(names, sp.String())
	}
	return bot.Textf("No question on %s.", bot.And(names))
}

const (
	wordsSkipping bot.Text = "On a skip day no question comes, and nobody's streak minds. The countdown goes on."

	wordsManySkips = "That would be more than 60 days. For a longer rest, press Pause on the group's page."
	wordsWhichDays = "I can't read that as days. Please write them like 24 December, or 24–26 Dec."
	wordsSlashes   = "Please write the month as a word, such as 5 August: slashes are read both ways."
	wordsPastDay   = "That day is over. Please write a day from today on."
	wordsBackwards = "The last day comes before the first. Please write them like 24–26 Dec."
)

// numbered finds the ends of a day's number: 24th, 1st.
var numbered = regexp.MustCompile(`(\d)(st|nd|rd|th)\b`)

// isoDay finds a date as machines write it, of which the strokes part nothing.
var isoDay = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)

// parseDays reads local dates in plain words, from a day on: "24 December",
// "24–26 Dec", "Dec 24 to Jan 2", "next Friday", several with commas. A date
// without a year is the next one to come. What can't be read is a problem in
// words for the person.
func parseDays(typed string, today time.Time) (days []string, problem string) {
	typed = strings.ToLower(numbered.ReplaceAllString(strings.ToLower(typed), "$1"))
	typed = isoDay.ReplaceAllString(typed, "$1.$2.$3")
	if strings.Contains(typed, "/") {
		return nil, wordsSlashes
	}
	typed = strings.NewReplacer("–", " to ", "—", " to ", "-", " to ", " until ", " to ", " till ", " to ", " through ", " to ",
		";", ",", "\n", ",", " and ", ",", " & ", ",").Replace(typed)
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	for part := range strings.SplitSeq(typed, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		from, to, problem := parseSpan(part, today)
		if problem != "" {
			return nil, problem
		}
		for at := from; !at.After(to); at = at.AddDate(0, 0, 1) {
			if days = append(days, at.Format(time.DateOnly)); len(days) > MostSkipDays {
				return nil, wordsManySkips
			}
		}
	}
	if len(days) == 0 {
		return nil, wordsWhichDays
	}
	slices.Sort(days)
	return slices.Compact(days), ""
}

// parseSpan reads one day, or the first and the last of several: what one of
// them leaves out, the other says.
func parseSpan(typed string, today time.Time) (from, to time.Time, problem string) {
	first, last, several := strings.Cut(typed, " to ")
	a, ok := parseDay(first, today)
	b := a
	if several {
		var read bool
		if b, read = parseDay(last, today); !read {
			ok = false
		}
	}
	if !ok {
		return from, to, wordsWhichDays
	}
	if a.month == 0 {
		a.month, a.year = b.month, max(a.year, b.year)
	}
	if b.month == 0 {
		b.month = a.month
	}
	if a.month == 0 {
		return from, to, wordsWhichDays
	}
	if a.year == 0 && b.year > 0 {
		if a.year = b.year; a.month > b.month {
			a.year--
		}
	}
	if from, ok = a.date(today); !ok {
		return from, to, wordsWhichDays
	}
	if b.year == 0 && a.year > 0 && b.month >= a.month {
		b.year = a.year
	}
	if to, ok = b.date(from); !ok {
		return from, to, wordsWhichDays
	}
	switch {
	case to.Before(from):
		return from, to, wordsBackwards
	case to.Before(today) || from.Before(today) && from == to:
		return from, to, wordsPastDay
	case from.Before(today):
		from = today
	}
	return from, to, ""
}

// written is a date as somebody wrote it; 0 for what was left out.
type written struct {
	year  int
	month time.Month
	day   int
}

// date is the date that is meant: without a year, the first from a day on.
func (w written) date(from time.Time) (time.Time, bool) {
	if w.year > 0 {
		at := time.Date(w.year, w.month, w.day, 0, 0, 0, 0, time.UTC)
		return at, at.Day() == w.day
	}
	for year := from.Year(); year <= from.Year()+4; year++ { // 29 February may be that far
		at := time.Date(year, w.month, w.day, 0, 0, 0, 0, time.UTC)
		if at.Day() == w.day && !at.Before(from) {
			return at, true
		}
	}
	return time.Time{}, false
}

// parseDay reads a day, a month and a year in any order of words, or a weekday.
func parseDay(typed string, today time.Time) (w written, ok bool) {
	words := strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == '.' || r == '\t' })
	for n, word := range words {
		number, err := strconv.Atoi(word)
		switch {
		case slices.Contains([]string{"the", "of", "on", "next", "this", "from", "closed"}, word):
		case err == nil && number >= 2000 && number < 3000 && w.year == 0:
			w.year = number
		case err == nil && number >= 1 && number <= 12 && n == 1 && w.year > 0 && w.day == 0: // 2026.12.24
			w.month = time.Month(number)
		case err == nil && number >= 1 && number <= 31 && w.day == 0:
			w.day = number
		case err == nil:
			return w, false
		case w.month == 0 && monthOf(word) > 0:
			w.month = monthOf(word)
		default:
			at, found := namedDay(word, today)
			if !found || w.month > 0 || w.year > 0 {
				return w, false
			}
			if len(words) > n+1 { // "Fri 27 Nov": the date is what counts
				continue
			}
			return written{at.Year(), at.Month(), at.Day()}, true
		}
	}
	return w, w.day > 0
}

// monthOf is the month that a word of at least three letters begins.
func monthOf(word string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if len(word) >= 3 && (strings.HasPrefix(strings.ToLower(m.String()), word) || word == "sept" && m == time.September) {
			return m
		}
	}
	return 0
}

// namedDay is the day that a word names, seen from another: today, tomorrow, or
// the next of a weekday.
func namedDay(word string, today time.Time) (time.Time, bool) {
	switch word {
	case "today":
		return today, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), true
	}
	for n := range 7 {
		at := today.AddDate(0, 0, n+1)
		if len(word) >= 3 && strings.HasPrefix(strings.ToLower(at.Weekday().String()), word) {
			return at, true
		}
	}
	return time.Time{}, false
}
