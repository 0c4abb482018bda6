package exam

import (
	"context"
	"slices"
	"strconv"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// NoteOutcome is the kind of note that asks how an exam went.
const NoteOutcome = "outcome"

// When somebody is asked, in days.
const (
	askAfter      = 1  // after the date, or the last day of the window
	askAgainAfter = 4  // likewise
	waitAfter     = 14 // after they said that they wait for the result
	waitMoreAfter = 28 // likewise
	thanksAfter   = 1  // after good news were told: how many congratulated
	thanksFor     = 14 // for how many days that is worth a note, and stands on the study page
)

// outcomeNotes is the kind of note that asks how it went.
func (s *Service) outcomeNotes() group.NoteKind {
	return group.NoteKind{
		Name: NoteOutcome, Label: "how it went", When: wordsOutcomeWhen, Title: wordsOutcomeTitle, Planned: true,
		Note: s.noteOutcome,
		For: func(ctx context.Context, member string) (bool, error) {
			all, err := s.c.Store.Exams(ctx, member)
			return slices.ContainsFunc(all, Exam.Open), err
		},
	}
}

// noteOutcome asks about every exam whose result isn't known, and says how many
// congratulated on good news.
func (s *Service) noteOutcome(ctx context.Context, p group.Reminded) (group.Note, error) {
	var n group.Note
	all, err := s.c.Store.Exams(ctx, p.Member)
	if err != nil {
		return n, err
	}
	var asked []Exam
	for _, e := range all {
		a := askSteps(e, p.At)
		step, next := a.reached(p.Now, p.Since())
		if !next.IsZero() {
			n.LookAgain(next)
		}
		if step != "" {
			n.Steps = append(n.Steps, step)
		}
		if step != "" || s.unsaid(e) {
			asked = append(asked, e)
		}
	}
	s.askIn(&n, asked)
	told, err := s.c.Store.ToldOf(ctx, p.Member)
	if err != nil {
		return n, err
	}
	for _, t := range told {
		at := p.At(day(t.At, p.Reminder.Zone).AddDate(0, 0, thanksAfter).Format(time.DateOnly))
		switch {
		case t.Count == 0:
			continue
		case at.After(p.Now):
			n.LookAgain(at)
			continue
		case p.Now.Sub(t.At) > thanksFor*24*time.Hour:
			continue
		}
		n.Lines = append(n.Lines, wordsThanks(t.Count, s.shortOf(t.Certification), t.GroupName))
		if !at.Before(p.Since()) {
			n.Steps = append(n.Steps, "thanks/"+t.Exam+"/"+t.Group)
		}
	}
	n.Known = len(n.Steps) == 0 // it is there to be read, and worth no message
	return n, nil
}

// askIn puts the question into a note: with its five answers, or with a button for
// each of several exams.
func (s *Service) askIn(n *group.Note, asked []Exam) {
	if len(asked) == 1 {
		n.Lines = append(n.Lines, s.wordsHowDidItGo(asked[0]), wordsAskOutcome)
		n.Buttons = append(n.Buttons, outcomeButtons(asked[0])...)
		return
	}
	for _, e := range asked[:min(len(asked), bot.LimitRow)] {
		n.Lines = append(n.Lines, s.wordsHowDidItGo(e))
		n.Buttons = append(n.Buttons, button(s.labelOf(e), PathOutcome(e.ID)))
	}
}

// unsaid reports whether an exam is over and nobody knows how it went.
func (s *Service) unsaid(e Exam) bool {
	return e.State == Waiting || e.State == Planned && s.todayOf(e).After(e.Window().To)
}

// steps are the instants at which a person is asked about one exam, each of use
// until the next one.
type steps []step

type step struct {
	name string
	at   time.Time
}

// askSteps are those of an exam as it is, where at is the person's own time on a
// local date. A date that was moved is asked about anew.
func askSteps(e Exam, at func(date string) time.Time) steps {
	after := func(from time.Time, days int) time.Time { return at(from.AddDate(0, 0, days).Format(time.DateOnly)) }
	var all steps
	switch e.State {
	case Planned:
		last := e.Window().To
		for _, days := range []int{askAfter, askAgainAfter} {
			all = append(all, step{"exam/" + e.ID + "/" + e.To + "/" + strconv.Itoa(days), after(last, days)})
		}
	case Waiting:
		since := day(e.WaitingAt, e.Zone)
		for _, days := range []int{waitAfter, waitMoreAfter} {
			all = append(all, step{"exam/" + e.ID + "/wait/" + since.Format(time.DateOnly) + "/" + strconv.Itoa(days), after(since, days)})
		}
	}
	// What was due before the date was entered was never to be said.
	return slices.DeleteFunc(all, func(st step) bool { return st.at.Before(e.EnteredAt) })
}

// reached is the step that is told now, "" for none, and when the next one is.
func (all steps) reached(now, since time.Time) (name string, next time.Time) {
	for _, st := range all {
		switch {
		case st.at.After(now):
			if next.IsZero() || st.at.Before(next) {
				next = st.at
			}
		case !st.at.Before(since):
			name = st.name
		}
	}
	return name, next
}

// day is the local date of an instant, at midnight UTC.
func day(at time.Time, zone string) time.Time {
	local := at.In(location(zone))
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// outcomePart is what the study page says of exams that are over.
func (s *Service) outcomePart(ctx context.Context, g group.Group, m group.Member) (part group.StudyPart, err error) {
	all, err := s.c.Store.Exams(ctx, m.ID)
	if err != nil {
		return part, err
	}
	for _, e := range all {
		if !s.unsaid(e) || len(part.Actions) == 2 {
			continue
		}
		part.Lines = append(part.Lines, s.wordsUnsaid(e))
		label := "How did it go?"
		if e.State == Waiting {
			label = "My result"
		}
		// Of several, the one that was first is asked about first.
		if !slices.ContainsFunc(part.Actions, func(b bot.Button) bool { return b.Label == label }) {
			part.Actions = append(part.Actions, button(label, PathOutcome(e.ID)))
		}
	}
	told, err := s.c.Store.ToldOf(ctx, m.ID)
	for _, t := range told {
		if t.Count > 0 && t.Group == g.ID && s.c.Now().Sub(t.At) <= thanksFor*24*time.Hour {
			part.Lines = append(part.Lines, wordsThanks(t.Count, s.shortOf(t.Certification), t.GroupName))
		}
	}
	return part, err
}
