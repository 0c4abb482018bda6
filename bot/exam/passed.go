package exam

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// The fields of the form about a pass.
const (
	fieldResult    = "result"
	fieldParts     = "parts"
	fieldStatus    = "status"
	fieldExpiry    = "expiry"
	statusFull     = "full"
	statusYet      = "candidate"
	mostValidYears = 10
)

func (s *Service) registerPassed() {
	s.c.Bot.Action("pass/{exam}", s.passedAgain)
	s.c.Bot.Action("pass/{exam}/keep", s.keepPrivate)
}

// askPassed opens the form about a pass.
func (s *Service) askPassed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, _, err := s.begun(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if e.State == Passed {
		return s.showPassed(ctx, i, e)
	}
	parts := s.partsOf(e)
	last := true
	if e.Part != "" {
		missing, err := s.missing(ctx, e)
		if err != nil {
			return bot.Response{}, err
		}
		last = len(missing) == 0
	}
	return bot.Response{Form: s.passedForm(e, parts, last)}, nil
}

// passedForm asks for what the letter says; of the last part, or the whole, for
// what the certificate says too.
func (s *Service) passedForm(e Exam, parts []cert.Part, last bool) *bot.Form {
	f := &bot.Form{Title: "How did it go?", Submit: "I passed", Action: PathOutcome(e.ID) + "/passed/set",
		Intro: bot.Textf("Your %s. %s", s.examName(e), wordsOnlyYou)}
	f.Fields = append(f.Fields, bot.Field{Name: fieldResult, Label: "Date on your letter", Kind: bot.Date, Required: true,
		Initial: []string{s.todayOf(e).Format(time.DateOnly)}})
	if e.Part == "" && len(parts) > 0 {
		field := bot.Field{Name: fieldParts, Label: "What did you pass?", Kind: bot.AnyOf, Required: true, Min: 1, Max: len(parts)}
		for _, p := range parts {
			field.Options = append(field.Options, bot.Option{Label: bot.Clip(p.Name, bot.LimitOptionLabel), Value: p.ID})
		}
		f.Fields = append(f.Fields, field)
	}
	if s.hasCandidates(e) {
		f.Fields = append(f.Fields, bot.Field{Name: fieldStatus, Label: "What does the letter give you?", Kind: bot.OneOf, Required: true, Options: []bot.Option{
			{Label: "Full certification", Value: statusFull}, {Label: "Candidate status", Value: statusYet},
		}, Help: "Candidate status: the experience is still to come"})
	}
	if last {
		f.Fields = append(f.Fields, bot.Field{Name: fieldExpiry, Label: "Expiry on your certificate", Kind: bot.Date,
			Help: "If you have it; it can follow later"})
	}
	return f
}

// hasCandidates reports whether an exam can be passed before the experience is
// complete.
func (s *Service) hasCandidates(e Exam) bool {
	return s.certification(e).Facts.Candidate.Shown() != cert.NotVerified
}

// partsOf are the parts in which an exam is sat; none of one that is sat at once.
func (s *Service) partsOf(e Exam) []cert.Part {
	c := s.certification(e)
	if o, ok := c.Outline(e.Outline); ok {
		return o.Facts.Parts.Value
	}
	return c.Current(s.todayOf(e)).Facts.Parts.Value
}

// missing are the other parts of an exam's certification that its member has not
// passed yet.
func (s *Service) missing(ctx context.Context, e Exam) ([]string, error) {
	all, err := s.c.Store.Exams(ctx, e.Member)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, p := range s.partsOf(e) {
		if p.ID != e.Part && !slices.ContainsFunc(all, func(x Exam) bool {
			return x.Certification == e.Certification && x.State == Passed && (x.Part == p.ID || x.Part == "")
		}) {
			missing = append(missing, p.ID)
		}
	}
	return missing, nil
}

// setPassed keeps that somebody passed.
func (s *Service) setPassed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.begun(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if e.State == Passed {
		return s.showPassed(ctx, i, e)
	}
	p, invalid := s.readPassed(e, i.Values)
	if len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	p.Member = self.Member
	for range 2 + len(p.Parts) {
		p.NewIDs = append(p.NewIDs, s.c.NewID())
	}
	p, outcome, err := s.c.Store.Pass(ctx, p, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if outcome == PassGone {
		return bot.Response{}, unknownExam()
	}
	s.c.Wake()
	if e, _, err = s.c.Store.Exam(ctx, e.ID); err != nil {
		return bot.Response{}, err
	}
	return s.showPassed(ctx, i, e)
}

// readPassed reads the form about a pass.
func (s *Service) readPassed(e Exam, values bot.Values) (p Passing, invalid map[string]string) {
	invalid = map[string]string{}
	p = Passing{Exam: e.ID, On: values.Get(fieldResult)}
	on, err := time.Parse(time.DateOnly, p.On)
	switch today := s.todayOf(e); {
	case err != nil:
		invalid[fieldResult] = wordsDateLike
	case on.After(today):
		invalid[fieldResult] = wordsResultAhead
	case on.Before(e.Window().From):
		invalid[fieldResult] = wordsResultBefore(e)
	}
	if p.Until = values.Get(fieldExpiry); p.Until != "" {
		switch until, err := time.Parse(time.DateOnly, p.Until); {
		case err != nil:
			invalid[fieldExpiry] = wordsDateLike
		case !until.After(on):
			invalid[fieldExpiry] = wordsExpiryBefore
		case until.After(on.AddDate(mostValidYears, 0, 0)):
			invalid[fieldExpiry] = wordsExpiryFar
		}
	}
	if s.hasCandidates(e) {
		switch values.Get(fieldStatus) {
		case statusFull:
		case statusYet:
			p.Candidate = true
		default:
			invalid[fieldStatus] = wordsChooseStatus
		}
	}
	s.readParts(&p, e, values, invalid)
	return p, invalid
}

// readParts adds to a pass what was passed of an exam that is sat in parts.
func (s *Service) readParts(p *Passing, e Exam, values bot.Values, invalid map[string]string) {
	for _, part := range s.partsOf(e) {
		p.All = append(p.All, part.ID)
		if part.ID == e.Part || e.Part == "" && slices.Contains(values[fieldParts], part.ID) {
			p.Parts = append(p.Parts, part.ID)
		}
	}
	if len(p.All) > 0 && len(p.Parts) == 0 {
		if e.Part == "" {
			invalid[fieldParts] = wordsChooseParts
			return
		}
		p.Parts = []string{e.Part} // of an outline that the catalogue has no more
	}
}

// passedAgain shows what follows from a pass.
func (s *Service) passedAgain(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, err := s.ownPass(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showPassed(ctx, i, e)
}

// ownPass is the passed exam of a path, if it is of who acts.
func (s *Service) ownPass(ctx context.Context, i bot.Interaction) (Exam, error) {
	e, _, err := s.own(ctx, i)
	if err == nil && e.State != Passed {
		err = problem(wordsNotPassedYet, button("How did it go?", PathOutcome(e.ID)), button(labelStudy, group.PathStudy))
	}
	return e, err
}

// showPassed congratulates, and says what comes next.
func (s *Service) showPassed(ctx context.Context, i bot.Interaction, e Exam) (bot.Response, error) {
	missing, err := s.missing(ctx, e)
	if err != nil {
		return bot.Response{}, err
	}
	until, held, err := s.c.Store.Holds(ctx, e.Member, e.Certification)
	if err != nil {
		return bot.Response{}, err
	}
	c := s.certification(e)
	card := &bot.Card{Title: wordsPassedTitle, Body: wordsAllThatWork, Footer: wordsOnlyYou, Tone: bot.Good}
	buttons := []bot.Button{{Label: "Tell the group", Action: "pass/" + e.ID + "/tell", Style: bot.Primary}, button("Keep it private", "pass/"+e.ID+"/keep")}
	if e.Part != "" {
		card.Title = wordsPassedPart(s.name(e))
	}
	if len(missing) > 0 {
		card.Body = lines(card.Body, wordsPartsToGo(c, s.partNames(e, missing)))
		buttons = append(buttons, button("Plan the next part", s.pathPlan(e)))
	} else {
		card.Body = lines(card.Body, wordsNext(c, e.Candidate, held, until))
		if s.c.Repay != nil {
			buttons = append(buttons, button("Ask my employer to repay", s.c.Repay(e.Certification)))
		}
	}
	card.Controls = []bot.Row{row(append(buttons, button(labelCredentials, pathCredentials))...)}
	return show(i, card), nil
}

// partNames are what parts are called.
func (s *Service) partNames(e Exam, ids []string) []string {
	var names []string
	for _, p := range s.partsOf(e) {
		if slices.Contains(ids, p.ID) {
			names = append(names, p.Name)
		}
	}
	return names
}

// keepPrivate leaves it at that.
func (s *Service) keepPrivate(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, err := s.ownPass(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Body: wordsKeptPrivate, Footer: wordsOnlyYou,
		Controls: []bot.Row{row(button(labelCredentials, pathCredentials), button("Tell the group", "pass/"+e.ID+"/tell"), button(labelStudy, group.PathStudy))}}), nil
}
