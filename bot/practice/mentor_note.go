package practice

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// NoteMentors is the kind of note about questions to mentors.
const NoteMentors = "mentors"

// mentorNotesFor is for how long a mentor hears of a question to mentors.
const mentorNotesFor = 7 * 24 * time.Hour

// MentorAsk is a question that somebody would like a mentor to explain; nobody
// is told who.
type MentorAsk struct {
	Round  string
	Group  string
	Track  group.Track
	Number int
	Known  bool // the mentor has opened a note about it
}

// MentorStore is what notes to mentors need of the database.
type MentorStore interface {
	// MentorAsks are the questions to mentors since an instant in the groups in
	// which a member is one, newest first.
	MentorAsks(ctx context.Context, memberID string, since time.Time) ([]MentorAsk, error)
	// MentorTold records that a mentor has opened a note about them.
	MentorTold(ctx context.Context, memberID string, now time.Time) error
	// MentorAnywhere reports whether a member is a mentor in a group.
	MentorAnywhere(ctx context.Context, memberID string) (bool, error)
}

const (
	noteMentorsWhen  = bot.Text("somebody asks the mentors")
	noteMentorsTitle = bot.Text("A question to mentors")
	noteMentorsWords = "%s: somebody would like a mentor to explain %s question %d."
	noteMentorsWhere = bot.Text("Answer in the thread under the question, if you like.")
	noteMentorsLabel = "%s question %d"
	tellMentorLabel  = "Tell me when asked"

	waitingMentorsWords = "%d for mentors"
	forMentorsLabel     = "For mentors"
)

// mentorNotes is the kind of note about questions to mentors.
func (s *Service) mentorNotes() group.NoteKind {
	return group.NoteKind{
		Name: NoteMentors, Label: "mentor questions", When: noteMentorsWhen, Title: noteMentorsTitle,
		Note:   s.noteMentors,
		Opened: func(ctx context.Context, p group.Reminded) error { return s.Store.MentorTold(ctx, p.Member, p.Now) },
		For:    s.Store.MentorAnywhere,
	}
}

// noteMentors tells a mentor what was asked lately. What they have opened before
// is there to be read again, but worth no further message.
func (s *Service) noteMentors(ctx context.Context, p group.Reminded) (group.Note, error) {
	asks, err := s.Store.MentorAsks(ctx, p.Member, p.Now.Add(-mentorNotesFor))
	if err != nil || len(asks) == 0 {
		return group.Note{}, err
	}
	names := map[string]string{}
	for _, g := range p.Groups {
		names[g.ID] = g.Name
	}
	n := group.Note{Known: true}
	for _, a := range asks[:min(len(asks), 3)] { // as many as there are buttons for
		n.Known = n.Known && a.Known
		n.Lines = append(n.Lines, bot.Textf(noteMentorsWords, names[a.Group], s.short(a.Track), a.Number))
		n.Buttons = append(n.Buttons, bot.Button{
			Label: bot.Clip(bot.Textf(noteMentorsLabel, s.short(a.Track), a.Number).Plain(), bot.LimitLabel), Action: "why/" + a.Round})
	}
	n.Lines = append(n.Lines, noteMentorsWhere)
	return n, nil
}

// mentorPart is what a mentor's study page says about questions to mentors.
func (s *Service) mentorPart(ctx context.Context, g group.Group, m group.Member) (group.StudyPart, error) {
	asks, err := s.Store.MentorAsks(ctx, m.ID, s.Now().Add(-mentorNotesFor))
	if err != nil {
		return group.StudyPart{}, err
	}
	n := 0
	for _, a := range asks {
		if a.Group == g.ID && !a.Known {
			n++
		}
	}
	if n == 0 {
		return group.StudyPart{}, nil
	}
	return group.StudyPart{Waiting: bot.Textf(waitingMentorsWords, n), Actions: []bot.Button{{Label: forMentorsLabel, Action: group.PathNote(NoteMentors)}}}, nil
}

// tellMentor offers notes about questions to mentors to a mentor who has not said
// yet whether they want any.
func (s *Service) tellMentor(ctx context.Context, memberID string) ([]bot.Button, error) {
	chosen, err := s.groups.Reminding(ctx, memberID, NoteMentors)
	if err != nil || chosen {
		return nil, err
	}
	return []bot.Button{{Label: tellMentorLabel, Action: group.PathRemind(NoteMentors)}}, nil
}
