package practice

import (
	"context"

	"studyhall/bot"
	"studyhall/bot/group"
)

// NoteReviews is the kind of note about questions to review.
const NoteReviews = "reviews"

const (
	noteReviewWhen  = bot.Text("something is due for review")
	noteReviewTitle = bot.Text("Time to review")
	noteReviewWords = "%s: %d to review"
	noteReviewLabel = "Review %d of %s"
)

// reviewNotes is the kind of note about questions to review.
func (s *Service) reviewNotes() group.NoteKind {
	return group.NoteKind{Name: NoteReviews, Label: "reviews", When: noteReviewWhen, Title: noteReviewTitle, Note: s.noteReviews}
}

// noteReviews tells of each group how much there is to review.
func (s *Service) noteReviews(ctx context.Context, p group.Reminded) (group.Note, error) {
	var n group.Note
	for _, g := range p.Groups {
		due, next, err := s.DueReviews(ctx, g.ID, p.Member, p.Now)
		if err != nil {
			return group.Note{}, err
		}
		if !next.IsZero() {
			n.LookAgain(next)
		}
		if due == 0 {
			continue
		}
		n.Lines = append(n.Lines, bot.Textf(noteReviewWords, g.Name, due))
		n.Buttons = append(n.Buttons, inGroup(p, reviewButton(g.ID, due), noteReviewLabel, due, g))
	}
	return n, nil
}
