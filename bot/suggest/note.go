package suggest

import (
	"context"
	"strconv"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// Note is the kind of note about what came of suggestions.
const Note = "suggestions"

// toldFor is for how long what came of a suggestion is worth a note, and stands on
// the study page until it is opened.
const toldFor = 14 * 24 * time.Hour

// notes is the kind of note about what came of a member's suggestions. It is on from
// the first one on, which is told that one comes, unless it was switched off.
func (s *Service) notes() group.NoteKind {
	return group.NoteKind{
		Name: Note, Label: noteLabel, When: noteWhen, Title: noteTitle, Planned: true,
		Note: s.note,
		Opened: func(ctx context.Context, p group.Reminded) error {
			return s.Store.SuggestionsSeen(ctx, p.Member, p.Now)
		},
		For: s.Store.HasSuggested,
	}
}

// note tells what came of suggestions, around the person's own time after it was
// decided. What they have opened is there to be read again.
func (s *Service) note(ctx context.Context, p group.Reminded) (n group.Note, err error) {
	all, err := s.Store.SuggestionsAnswered(ctx, p.Member, p.Now.Add(-toldFor))
	if err != nil {
		return n, err
	}
	for _, x := range all {
		day := x.DoneAt.In(group.Group{Zone: p.Reminder.Zone}.Location())
		at := p.At(day.Format(time.DateOnly))
		if at.Before(x.DoneAt) {
			at = p.At(day.AddDate(0, 0, 1).Format(time.DateOnly))
		}
		if p.Brief && at.After(p.Now) {
			n.LookAgain(at)
			continue
		}
		n.Lines = append(n.Lines, answer(x))
		n.Buttons = []bot.Button{{Label: suggestLabel, Action: PathSuggest(x.Group)}}
		if !x.Seen && !x.DoneAt.Before(p.Since()) {
			n.Steps = append(n.Steps, "suggestion/"+x.ID+"/"+strconv.FormatInt(x.DoneAt.UnixMilli(), 36))
		}
	}
	n.Known = len(n.Steps) == 0
	return n, nil
}

// answer is what came of a suggestion, for who wrote it.
func answer(n Suggestion) bot.Text {
	which := bot.Clip(n.Item.Stem, 60)
	switch {
	case n.State == Refused && n.Reason != "":
		return bot.Textf(noteRefused, which, n.Reason)
	case n.State == Refused:
		return bot.Textf(notePlain, which)
	}
	words := bot.Textf(noteTaken, which)
	if n.Points > 0 {
		words += bot.Textf(pointsWords, n.Points)
	}
	return words
}

// studyPart is the way to suggest from the study page, and what it says of
// suggestions that were answered and whose answer was not read yet.
func (s *Service) studyPart(ctx context.Context, g group.Group, m group.Member) (part group.StudyPart, err error) {
	if g.State != group.Ended {
		part.Spare = []bot.Button{{Label: suggestLabel, Action: PathSuggest(g.ID)}}
	}
	all, err := s.Store.SuggestionsAnswered(ctx, m.ID, s.Now().Add(-toldFor))
	if err != nil {
		return part, err
	}
	n := 0
	for _, x := range all {
		if x.Group == g.ID && !x.Seen {
			n++
		}
	}
	switch n {
	case 0:
		return part, nil
	case 1:
		part.Waiting = answeredOne
	default:
		part.Waiting = bot.Textf(answeredWords, n)
	}
	part.Actions = []bot.Button{{Label: "My suggestion", Action: group.PathNote(Note)}}
	return part, nil
}
