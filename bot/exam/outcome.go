package exam

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// pathCredentials is the page of the certifications that a person holds, which
// package renewal answers.
const pathCredentials = "cert"

// PathOutcome asks how an exam went, or shows what was said about it. It is
// whispered.
func PathOutcome(examID string) string { return "outcome/" + examID }

// OutcomeStore is what people say about how their exams went, as the database
// keeps it.
type OutcomeStore interface {
	// SetOutcome keeps what became of a member's exam: that they wait for the
	// result, that it wasn't this time, or that they would rather not say. Who waits
	// goes on waiting since they first said so. ok is false for an exam that isn't
	// the member's, that they passed, or, of Waiting, beside another date for the
	// same exam.
	SetOutcome(ctx context.Context, id, member string, to State, now time.Time) (e Exam, ok bool, err error)
	// Pass keeps that a member passed an exam, once, and begins the certification
	// with the last part of it that was missing.
	Pass(ctx context.Context, p Passing, now time.Time) (Passing, PassOutcome, error)
	// Holds reports whether a member holds a certification, and what they entered
	// as the last day of its period, 2006-01-02; "" while they have not.
	Holds(ctx context.Context, member, certification string) (until string, ok bool, err error)
	// SetWeaker keeps which areas of a certification a member's practice leans to;
	// none ends it.
	SetWeaker(ctx context.Context, member, certification string, areas []string) error
	// Weaker are those areas.
	Weaker(ctx context.Context, member, certification string) ([]string, error)
}

// Passing is an exam that a member passed.
type Passing struct {
	Exam, Member string
	On           string   // the date on the letter, 2006-01-02
	Candidate    bool     // the experience is still to be completed
	Until        string   // the last day on the certificate, 2006-01-02; "" if it isn't known
	Parts        []string // what was passed, of an exam that is sat in parts
	All          []string // every part there is
	NewIDs       []string // two for the certification, and one for each of Parts
	Missing      []string // set by the store: parts that are still to be passed
}

// PassOutcome says what became of a [Passing].
type PassOutcome int

// The outcomes.
const (
	PassKept   PassOutcome = iota // the certification begins, or the part is passed
	PassBefore                    // it was said before; nothing changed
	PassGone                      // the exam isn't the member's, or is no more
)

func (s *Service) registerOutcomes() {
	b := s.c.Bot
	path := PathOutcome("{exam}")
	b.Action(path, s.askOutcome)
	b.Action(path+"/passed", s.askPassed)
	b.Action(path+"/passed/set", s.setPassed)
	b.Action(path+"/not", s.notThisTime)
	b.Action(path+"/waiting", s.waitsForResult)
	b.Action(path+"/moved", s.moved)
	b.Action(path+"/closed", s.ratherNotSay)
	b.Action(path+"/later", s.later)
	b.Action(path+"/areas", s.askWeaker)
	b.Action(path+"/areas/set", s.setWeaker)
	s.registerPassed()
	s.registerNews()
	s.c.Groups.ContributeStudy(s.outcomePart)
	s.c.Groups.Remind(s.outcomeNotes())
}

// own is the exam of a path, and who acts if it is theirs; otherwise a
// [*bot.Error] says that it isn't known.
func (s *Service) own(ctx context.Context, i bot.Interaction) (Exam, group.Self, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return Exam{}, self, err
	}
	e, ok, err := s.c.Store.Exam(ctx, i.Arg("exam"))
	if err != nil {
		return Exam{}, self, err
	}
	if !ok || e.Member != self.Member {
		return Exam{}, self, unknownExam()
	}
	return e, self, nil
}

func unknownExam() error {
	return problem(wordsGone, button("My exams", PathExam), button(labelStudy, group.PathStudy))
}

// begun is the exam of a path of which it can be said how it went; a [*bot.Error]
// says so of one whose first day is still to come.
func (s *Service) begun(ctx context.Context, i bot.Interaction) (Exam, group.Self, error) {
	e, self, err := s.own(ctx, i)
	if err == nil && s.todayOf(e).Before(e.Window().From) {
		err = problem(wordsStillAhead(s.examName(e), wordsDays(e.Window())), button(labelExams, PathExam), button(labelStudy, group.PathStudy))
	}
	return e, self, err
}

// todayOf is the local date of an exam's zone, at midnight UTC.
func (s *Service) todayOf(e Exam) time.Time { return s.today(e.Zone) }

// certification is what an exam is for; its name alone is known of one that has
// left the catalogue.
func (s *Service) certification(e Exam) cert.Certification {
	c, ok := s.c.Catalogue.Find(e.Certification)
	if !ok {
		c.ID, c.Short = e.Certification, e.Certification
	}
	return c
}

// askOutcome asks how an exam went, or shows what was said.
func (s *Service) askOutcome(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, _, err := s.begun(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if e.State == Passed {
		return s.showPassed(ctx, i, e)
	}
	return show(i, s.outcomeCard(e)), nil
}

// outcomeCard asks how an exam went.
func (s *Service) outcomeCard(e Exam) *bot.Card {
	return &bot.Card{Title: s.wordsHowDidItGo(e), Body: wordsAskOutcome, Footer: wordsOnlyYou,
		Controls: []bot.Row{row(outcomeButtons(e)...), row(button(labelExams, PathExam), button(labelStudy, group.PathStudy))}}
}

// outcomeButtons are the five answers.
func outcomeButtons(e Exam) []bot.Button {
	path := PathOutcome(e.ID)
	waiting := labelWaiting
	if e.State == Waiting {
		waiting = labelStillWaiting
	}
	return []bot.Button{
		{Label: "I passed", Action: path + "/passed"}, {Label: "Not this time", Action: path + "/not"}, {Label: waiting, Action: path + "/waiting"},
		{Label: "I moved it", Action: path + "/moved"}, {Label: "Rather not say", Action: path + "/closed"},
	}
}

// setOutcome keeps an answer.
func (s *Service) setOutcome(ctx context.Context, i bot.Interaction, to State) (Exam, error) {
	e, self, err := s.begun(ctx, i)
	if err != nil {
		return Exam{}, err
	}
	if e.State == Passed {
		return Exam{}, problem(wordsPassedBefore(s.examName(e)), button(labelCredentials, pathCredentials), button(labelStudy, group.PathStudy))
	}
	e, ok, err := s.c.Store.SetOutcome(ctx, e.ID, self.Member, to, s.c.Now())
	if err != nil {
		return Exam{}, err
	}
	if !ok {
		return Exam{}, problem(wordsNotKept, button(labelExams, PathExam), button(labelStudy, group.PathStudy))
	}
	s.c.Wake()
	return e, nil
}

// waitsForResult keeps that somebody waits.
func (s *Service) waitsForResult(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, err := s.setOutcome(ctx, i, Waiting)
	if err != nil {
		return bot.Response{}, err
	}
	asked, err := s.asking(ctx, e.Member)
	if err != nil {
		return bot.Response{}, err
	}
	c := &bot.Card{Title: wordsWaitingTitle, Body: wordsWaits(asked), Footer: wordsOnlyYou}
	var controls []bot.Button
	if !asked {
		controls = append(controls, bot.Button{Label: labelAskMe, Action: group.PathRemind(NoteOutcome)})
	}
	c.Controls = []bot.Row{row(append(controls, button("I passed", PathOutcome(e.ID)+"/passed"), button(labelExams, PathExam), button(labelStudy, group.PathStudy))...)}
	return show(i, c), nil
}

// asking reports whether a member said that they want to be asked.
func (s *Service) asking(ctx context.Context, member string) (bool, error) {
	return s.c.Groups.Reminded(ctx, member, NoteOutcome)
}

// ratherNotSay ends it.
func (s *Service) ratherNotSay(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, err := s.setOutcome(ctx, i, Closed)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsWontAsk, Footer: wordsOnlyYou,
		Controls: []bot.Row{row(button(labelStudy, group.PathStudy), button("Change my answer", PathOutcome(e.ID)))}}), nil
}

// notThisTime keeps that it wasn't this time, and says what may help.
func (s *Service) notThisTime(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, err := s.setOutcome(ctx, i, Failed)
	if err != nil {
		return bot.Response{}, err
	}
	c, path := s.certification(e), PathOutcome(e.ID)
	next, _ := s.nextWindow(e)
	card := &bot.Card{Body: wordsNotThisTime(c, next)}
	buttons := []bot.Button{button(wordsPlanFor(next), s.pathPlan(e))}
	if len(s.areasOf(e)) > 0 {
		buttons = append(buttons, button("Pick weaker areas", path+"/areas"))
	}
	card.Controls = []bot.Row{row(append(buttons, button("Not now", path+"/later"))...)}
	return show(i, card), nil
}

// nextWindow is the next window in which an exam is given after the one that was
// sat; ok is false for exams without windows.
func (s *Service) nextWindow(e Exam) (cert.Window, bool) {
	c, ok := s.c.Catalogue.Find(e.Certification)
	if !ok {
		return cert.Window{}, false
	}
	after := e.Window().To.AddDate(0, 0, 1)
	if today := s.todayOf(e); after.Before(today) {
		after = today
	}
	for _, w := range c.Upcoming(after, 2) {
		if w.From.After(e.Window().To) { // the window that was sat in may still be open
			return w, true
		}
	}
	return cert.Window{}, false
}

// later leaves somebody alone.
func (s *Service) later(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, _, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsLater, Footer: wordsOnlyYou,
		Controls: []bot.Row{row(button(labelStudy, group.PathStudy), button("Change my answer", PathOutcome(e.ID)))}}), nil
}
