package suggest

import (
	"context"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
	"studyhall/quizzes/quality"
)

// report is what would become of a file's questions.
type report struct {
	file   string // its name
	format exchange.Format
	notes  []string       // about the file as a whole
	items  []quizzes.Item // that can be added
	lines  []reported     // in the order of the file
}

// reported is what would become of one question.
type reported struct {
	exchange.Outcome
	known bool   // the group has it already
	alike string // the question that is nearly the same, and how nearly
}

// String is a line of the report.
func (r reported) String() string {
	line := r.Outcome.String()
	if r.alike != "" {
		line += "; " + r.alike
	}
	return line
}

// plain reports that nothing need be said of a question.
func (r reported) plain() bool { return r.Status == exchange.Imported && r.alike == "" }

// judgeFile holds the questions of a file to what the group's own need, and to what
// it has already. It compares each with all that are known, so it looks at its
// context before every step.
func (s *Service) judgeFile(ctx context.Context, d group.Details, m group.Member, result exchange.Result) (r report, err error) {
	r.format, r.notes = result.Format, result.Notes
	known, err := s.known(ctx, d)
	if err != nil {
		return r, err
	}
	own, err := s.Store.Suggestions(ctx, d.Group.ID, m.ID, false)
	if err != nil {
		return r, err
	}
	// Of what can be asked, the answer is not looked at: by a file with each of the
	// options as the right one, an organiser would learn which it is.
	asked, there, taken := map[string]bool{}, map[string]bool{}, map[string]bool{}
	likeness := quality.NewLikeness(nil)
	for _, item := range known {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		likeness.Add(item)
		asked[asking(item)] = true
	}
	for _, n := range own { // those that aren't asked any more, too
		if err := ctx.Err(); err != nil {
			return r, err
		}
		likeness.Add(n.Item)
		there[Wording(n.Item)] = true
		if n.Held {
			asked[asking(n.Item)] = true
		}
	}
	for _, o := range result.Outcomes {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		line := reported{Outcome: o}
		if o.Item != nil {
			item := *o.Item
			item.ID, item.Computed = practice.OwnID(s.NewID()), false // no program of ours worked it out
			switch why := unfit(item); {
			case why != "":
				line.refuse(why)
			case asked[asking(item)], there[Wording(item)]:
				line.refuse(importKnownReason)
				line.known = true
			case taken[Wording(item)]: // its options stand in another order
				line.refuse(importTwiceReason)
			default:
				taken[Wording(item)] = true
				r.items = append(r.items, item)
				line.judge(item, likeness)
			}
		}
		r.lines = append(r.lines, line)
	}
	return r, ctx.Err()
}

// refuse leaves a question out.
func (r *reported) refuse(why string) { r.Status, r.Notes = exchange.Refused, []string{why} }

// judge takes a question up.
func (r *reported) judge(item quizzes.Item, known *quality.Likeness) {
	if item.Explanation == "" {
		r.Status, r.Notes = exchange.Loss, append(slices.Clone(r.Notes), importNoReason)
	}
	if like, share, ok := known.Nearest(item); ok {
		r.alike = bot.Textf(importAlikeReason, bot.Clip(like.Stem, 70), share).Plain()
	}
}

// unfit is why a question can't be one of a group's own; "" if it can.
func unfit(item quizzes.Item) string {
	switch {
	case item.Image != nil:
		return importPictureReason
	case item.Domain == "":
		return importAreaReason
	}
	for _, p := range faults(item) {
		return p.What + ": " + p.Fix
	}
	return ""
}

// card says what would become of the questions, and offers to add them.
func (r report) card(n Import) bot.Message {
	lines := []bot.Text{importDryWords, r.counts()}
	if len(r.items) == 0 {
		lines[0] = importNoneWords
	}
	shown, all := 0, 0
	for _, l := range r.lines {
		if l.plain() || l.known {
			continue
		}
		if all++; shown < reportLines {
			shown++
			lines = append(lines, "· "+bot.Typed(bot.Clip(l.String(), 220)))
		}
	}
	if all > shown {
		lines = append(lines, bot.Textf(importMoreWords, all-shown))
	}
	row := bot.Row{bot.Button{Label: importAgainLabel, Action: pathImport(n.Group)}}
	if len(r.items) > 0 {
		lines = append(lines, importWaitsWords)
		path := pathWaiting(n.ID)
		row = bot.Row{
			bot.Button{Label: "Add " + bot.Count(len(r.items), "question", "questions"), Action: path + "/add", Style: bot.Primary},
			bot.Button{Label: "Leave it", Action: path + "/leave"},
		}
	}
	m := simple(bot.Textf(importDryTitle, bot.Clip(r.file, 40)), bot.Join("\n", lines...))
	m.Card.Controls = []bot.Row{row, ways(n.Group)}
	m.Files = []bot.File{{Name: "import-report.txt", MIME: "text/plain; charset=utf-8", Data: []byte(r.text())}}
	return m
}

// tally is how many questions of a report there are of each kind.
type tally struct {
	lost    int // that can be added, without something
	alike   int // that can be added, nearly the same as one that is known
	known   int // that the group has already
	refused int // that can't be added for another reason
}

func (r report) tally() (n tally) {
	for _, l := range r.lines {
		switch {
		case l.known:
			n.known++
		case l.Status == exchange.Refused:
			n.refused++
		case l.Status == exchange.Loss:
			n.lost++
		}
		if l.alike != "" {
			n.alike++
		}
	}
	return n
}

// counts is the tally, in a sentence for each kind.
func (r report) counts() bot.Text {
	n := r.tally()
	can := bot.Textf(importCanWords, len(r.items))
	if n.lost > 0 {
		can = bot.Textf(importLossWords, len(r.items), n.lost)
	}
	all := []bot.Text{bot.Textf(importReadWords, bot.Count(len(r.lines), "question", "questions"), r.format.Name()), can}
	for _, part := range []struct {
		count int
		words string
	}{{n.refused, importCantWords}, {n.known, importHasWords}, {n.alike, importAlikeWords}} {
		if part.count > 0 {
			all = append(all, bot.Textf(part.words, part.count))
		}
	}
	return bot.Join(" ", all...)
}

// text is the whole report.
func (r report) text() string {
	var b strings.Builder
	b.WriteString(r.file + "\n" + r.counts().Plain() + "\n\n")
	for _, note := range r.notes[:min(len(r.notes), 50)] {
		b.WriteString("note: " + bot.Clip(note, 300) + "\n")
	}
	for _, l := range r.lines {
		b.WriteString(bot.Clip(l.String(), 1000) + " (" + l.Stem + ")\n")
	}
	return b.String()
}
