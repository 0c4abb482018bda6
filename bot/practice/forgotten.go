package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// NoteUnanswered is the kind of note about questions that wait for an answer.
const NoteUnanswered = "open"

// forgottenAfter is how long a question has been open before a note says that it
// waits: nobody needs a note about what they have just seen.
const forgottenAfter = 6 * time.Hour

const (
	remindLabel     = "Remind me if I forget"
	noteWhenWords   = bot.Text("a question still waits for your answer")
	noteOpenTitle   = bot.Text("Questions wait for you")
	noteOpenWords   = "%s: %s"
	noteAnswerWords = "Answer %d of %s"
)

// unanswered is the kind of note about questions that wait for an answer.
func (s *Service) unanswered() group.NoteKind {
	return group.NoteKind{Name: NoteUnanswered, Label: "open questions", When: noteWhenWords, Title: noteOpenTitle, Note: s.noteUnanswered}
}

// noteUnanswered tells of each group what has waited for some time.
func (s *Service) noteUnanswered(ctx context.Context, p group.Reminded) (group.Note, error) {
	var n group.Note
	for _, g := range p.Groups {
		rounds, err := s.owed(ctx, g.ID, p.Member)
		if err != nil {
			return group.Note{}, err
		}
		open, owed, forgotten := 0, 0, false
		for _, r := range rounds {
			since := r.OpenedAt.Add(forgottenAfter)
			switch {
			case r.State != Open:
				owed, forgotten = owed+1, true
			default:
				open++
				forgotten = forgotten || !since.After(p.Now)
			}
			if since.After(p.Now) {
				n.LookAgain(since)
			}
		}
		if !forgotten {
			continue
		}
		n.Lines = append(n.Lines, bot.Textf(noteOpenWords, g.Name, waitingWords(open, owed)))
		b := answerButton(g.ID, open+owed)
		if len(n.Buttons) > 0 {
			b.Style = bot.Plain
		}
		n.Buttons = append(n.Buttons, inGroup(p, b, noteAnswerWords, open+owed, g))
	}
	return n, nil
}

// inGroup names the group on a note's button for who is in several: words are of a
// number and a name.
func inGroup(p group.Reminded, b bot.Button, words string, n int, g group.Group) bot.Button {
	if len(p.Groups) > 1 {
		b.Label = bot.Clip(bot.Textf(words, n, g.Name).Plain(), bot.LimitLabel)
	}
	return b
}

// remindButton offers a note about forgotten questions to who has not said yet
// whether they want any.
func (s *Service) remindButton(ctx context.Context, memberID string) (bot.Row, error) {
	chosen, err := s.groups.Reminding(ctx, memberID, NoteUnanswered)
	if err != nil || chosen {
		return nil, err
	}
	return bot.Row{bot.Button{Label: remindLabel, Action: group.PathRemind(NoteUnanswered)}}, nil
}
