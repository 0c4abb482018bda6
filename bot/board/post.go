package board

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// render is the weekly post (message 4).
func (s *Service) render(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	groupID, week, err := parseRef(d.Ref)
	if err != nil {
		return bot.Message{}, fmt.Errorf("weekly post %q: %w", d.Ref, err)
	}
	data, ok, err := s.Store.WeekPost(ctx, groupID, week)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok {
		return bot.Message{}, schedule.ErrTaken
	}
	var p post
	if err := json.Unmarshal([]byte(data), &p); err != nil {
		return bot.Message{}, fmt.Errorf("weekly post %q: %w", d.Ref, err)
	}
	if p = p.in(bot.ChannelID(d.Target)); len(p.Sections) == 0 {
		return bot.Message{}, schedule.ErrTaken
	}
	names, err := s.Store.Namings(ctx, groupID, p.members())
	if err != nil {
		return bot.Message{}, err
	}
	return s.illustrate(ctx, groupID, p, names, p.fitting(names, week)), nil
}

// fitting is the post with as many names as a message can hold, and at the
// worst with long ones shortened.
func (p post) fitting(names map[string]Naming, week int) bot.Message {
	for most := completeMost; most >= 0; most -= 5 {
		if m := p.message(names, week, most); m.Validate() == nil {
			return m
		}
	}
	short := map[string]Naming{}
	for id, n := range names {
		short[id] = Naming{Own: bot.Clip(n.Shown(), 12), Hidden: n.Hidden}
	}
	return p.message(short, week, 0)
}

// members are all who are named.
func (p post) members() []string {
	var all []string
	for _, part := range p.Sections {
		for _, row := range part.Rows {
			all = append(all, row.Members...)
		}
		all = slices.Concat(all, part.Complete, part.Improved, part.Longest)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// message is the post with at most so many names of those who answered everything.
func (p post) message(names map[string]Naming, week, most int) bot.Message {
	title, notices := bot.Text("Last week together"), []string{}
	if len(p.Sections) == 1 {
		title = bot.Textf("%s: last week together", p.Sections[0].Short)
	}
	var body []string
	var rows []bot.Row
	placed := false
	for n, part := range p.Sections {
		lines := part.lines(names, most)
		short := ""
		if len(p.Sections) > 1 {
			lines[0] = part.Short + ": " + lines[0]
			short = " " + part.Short
		}
		if n > 0 {
			body = append(body, "")
		}
		body = append(body, lines...)
		notices = append(notices, fmt.Sprintf("%s, last week together: %s", part.Short, part.short()))
		placed = placed || len(part.Rows) > 0
		rows = part.buttons(rows, short, week)
	}
	if placed {
		body = append(body, string(wordsNewWeek))
	}
	return bot.Message{
		Text: bot.Typed(bot.Clip(strings.Join(notices, " "), bot.LimitNotice)),
		Card: &bot.Card{Title: title, Body: bot.Text(strings.Join(body, "\n")), Controls: rows},
	}
}

// postRows is how many rows of buttons a weekly post has at most.
const postRows = 2

// buttons adds a section's buttons: a row of their own, or, where there is no row
// left, the way to one's own week, if there is room for it.
func (p section) buttons(rows []bot.Row, short string, week int) []bot.Row {
	mine := bot.Button{Label: "My" + short + " week", Action: boardPath(p.Track, week)}
	if n := len(rows); n == postRows {
		if len(rows[n-1]) < bot.LimitRow {
			rows[n-1] = append(rows[n-1], mine)
		}
		return rows
	}
	row := bot.Row{mine}
	if p.Toughest != nil {
		row = append(row, bot.Button{Label: bot.Clip("Toughest"+short+" question", bot.LimitLabel), Action: "why/" + p.Toughest.Round})
	}
	if p.Practise != "" {
		row = append(row, bot.Button{Label: bot.Clip("Practise the"+short+" theme", bot.LimitLabel), Action: p.Practise})
	}
	return append(rows, row)
}

// short is "47 answers, 32 right.", the right ones only when there are enough.
func (p section) short() string {
	if p.countsRight() {
		return fmt.Sprintf("%s, %d right.", bot.Count(p.Answers, "answer", "answers"), p.Right)
	}
	return bot.Count(p.Answers, "answer", "answers") + "."
}

// countsRight reports whether enough people answered enough to say how many were
// right: of few, everybody could work out how somebody did.
func (p section) countsRight() bool { return p.Answers >= rightFrom && p.People >= rightFrom }

// lines say what there is to say about a track's week: the group first, then
// people, always for something that they did.
func (p section) lines(names map[string]Naming, most int) []string {
	first := fmt.Sprintf("%s from %s of you", bot.Count(p.Answers, "answer", "answers"), bot.Thousands(p.People))
	if p.countsRight() {
		first += fmt.Sprintf(", %s right", bot.Thousands(p.Right))
		if p.Answers >= percentFrom {
			first += fmt.Sprintf(" (%d %%)", (200*p.Right+p.Answers)/(2*p.Answers))
		}
	}
	lines := []string{first + "."}
	if p.Theme != "" {
		lines = append(lines, "This week's theme: "+bot.Stop(p.Theme))
	}
	if len(p.Rows) > 0 {
		lines = append(lines, "")
	}
	for n, row := range p.Rows {
		who := visible(names, row.Members)
		lines = append(lines, string(rowWords(row, who, n == 0)))
	}
	if who := visible(names, p.Complete[:min(most, len(p.Complete))]); len(who) > 0 {
		line := "Everything answered: " + strings.Join(who, ", ")
		if more := p.More + max(0, len(p.Complete)-most); more > 0 {
			line += " and " + bot.Thousands(more) + " more"
		}
		lines = append(lines, bot.Stop(line))
	}
	if who := visible(names, p.Improved); len(who) > 0 {
		lines = append(lines, bot.Stop("Most improved: "+bot.And(who)))
	}
	if p.Run > 0 {
		lines = append(lines, p.runLine(visible(names, p.Longest)))
	}
	if t := p.Toughest; t != nil {
		lines = append(lines, "", fmt.Sprintf("Toughest: %s's on %s, %d of %d right.", dayName(t.LocalDay), p.Area, t.Right, t.Answered))
	}
	if p.Window != "" {
		lines = append(lines, p.Window)
	}
	return lines
}

// runLine is "Longest run: Lee T., 41 questions"; without a name that may be
// shown, the number alone.
func (p section) runLine(who []string) string {
	questions := bot.Count(p.Run, "question", "questions")
	switch {
	case len(who) > 0:
		return fmt.Sprintf("Longest run: %s, %s", bot.And(who), questions)
	case p.Runners > 2:
		return fmt.Sprintf("Longest run: %s, by %s", questions, bot.Count(p.Runners, "person", "people"))
	}
	return "Longest run: " + questions
}

// visible are the names of those whose names may be shown.
func visible(names map[string]Naming, members []string) []string {
	var shown []string
	for _, m := range members {
		if n, ok := names[m]; ok && !n.Hidden {
			shown = append(shown, string(bot.Typed(n.Shown())))
		}
	}
	return shown
}
