package exam

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// The kinds of notes about exams.
const (
	// NoteCountdown is the kind of note before an exam.
	NoteCountdown = "countdown"
)

// page shows a person's dates: one with everything about it, or a list of several.
func (s *Service) page(ctx context.Context, i bot.Interaction, self group.Self, first bot.Text) (bot.Response, error) {
	all, err := s.open(ctx, self.Member)
	if err != nil {
		return bot.Response{}, err
	}
	if len(all) == 1 {
		c, err := s.card(ctx, self, all[0], first)
		return show(i, c), err
	}
	c := &bot.Card{Title: "Your exams", Footer: wordsOnlyYou}
	body := []bot.Text{greeting(self), first}
	study := button("My study page", group.PathStudy)
	if len(all) == 0 {
		c.Body = lines(append(body, wordsNoExam)...)
		buttons := append([]bot.Button{{Label: "Set my exam date", Action: pathSet, Style: bot.Primary}}, s.offered(ctx, self)...)
		c.Controls = []bot.Row{row(append(buttons, study)...)}
		return show(i, c), nil
	}
	menu := bot.Menu{Placeholder: "Move, share or clear one", Action: "exam/of"}
	for _, e := range all[:min(len(all), bot.LimitOptions)] {
		body = append(body, s.wordsListed(e, s.today(e.Zone)))
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(s.name(e)+": "+wordsDays(e.Window()), bot.LimitOptionLabel), Value: e.ID})
	}
	c.Body = lines(body...)
	buttons := []bot.Button{button("Set another", pathSet)}
	reminders, err := s.offers(ctx, self.Member, false)
	buttons = append(append(buttons, reminders...), s.calendarButton()...)
	c.Controls = []bot.Row{{menu}, row(append(buttons, study)...)}
	return show(i, c), err
}

// greeting is for whom typing the command has made a member.
func greeting(self group.Self) bot.Text {
	if !self.New.New {
		return ""
	}
	return group.Greeting(self.New)
}

// offered are the next windows of what is studied where somebody acts, for one tap.
func (s *Service) offered(ctx context.Context, self group.Self) (all []bot.Button) {
	today := s.today(self.Zone)
	for _, t := range s.tracks(ctx, self) {
		sub, ask, ok := s.subjectOf(t.Certification, today)
		w, set := cert.ParseWindow(t.WindowFrom, t.WindowTo)
		if ok && !ask && set && !w.To.Before(today) && len(all) < 2 {
			all = append(all, button(bot.Clip(sub.Short+": "+w.From.Format("January")+" window", bot.LimitLabel), choice{sub.ID, "", w, ""}.path("pick")))
		}
	}
	return all
}

// one shows the exam of a path.
func (s *Service) one(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showOne(ctx, i, self, e)
}

func (s *Service) showOne(ctx context.Context, i bot.Interaction, self group.Self, e Exam) (bot.Response, error) {
	c, err := s.card(ctx, self, e, "")
	return show(i, c), err
}

// card is everything about one exam.
func (s *Service) card(ctx context.Context, self group.Self, e Exam, first bot.Text) (*bot.Card, error) {
	today := s.today(e.Zone)
	facts, err := s.facts(ctx, self, e, today)
	if err != nil {
		return nil, err
	}
	body := append([]bot.Text{greeting(self), first, s.wordsAhead(e, today), s.wordsShared(self, e)}, facts...)
	over := e.Window().To.Before(today) || e.State == Waiting
	var buttons []bot.Button
	begun := !e.Window().From.After(today)
	if begun || over {
		buttons = append(buttons, button("How did it go?", PathOutcome(e.ID)))
	}
	if !over {
		reminders, err := s.offers(ctx, self.Member, begun)
		if err != nil {
			return nil, err
		}
		buttons = append(buttons, reminders...)
		buttons = append(buttons, s.shareButton(self, e))
	}
	buttons = append(buttons, button("Move", pathOf(e)+"/move"))
	if e.State == Planned {
		buttons = append(buttons, button("Clear", pathOf(e)+"/clear"))
	}
	more := append([]bot.Button{button("My exams", PathExam), button("Set another", pathSet)}, s.calendarButton()...)
	more = append(more, button("My study page", group.PathStudy))
	all, err := s.open(ctx, self.Member)
	if len(all) < 2 {
		more = more[1:]
	}
	return &bot.Card{Title: bot.Typed(bot.Clip(s.name(e)+": "+wordsDays(e.Window()), bot.LimitTitle)), Body: lines(body...), Footer: wordsOnlyYou,
		Controls: []bot.Row{row(buttons...), row(more...)}}, err
}

// calendarButton leads to the addresses for calendar programs, if there are any.
func (s *Service) calendarButton() []bot.Button {
	if s.c.Calendar == "" {
		return nil
	}
	return []bot.Button{button("Calendar", s.c.Calendar)}
}

// offers are the kinds of notes about exams that somebody doesn't get yet: of one
// that has begun, how it went.
func (s *Service) offers(ctx context.Context, member string, begun bool) (all []bot.Button, err error) {
	for _, k := range []struct{ kind, label string }{{NoteCountdown, "Remind me before it"}, {NoteOutcome, "Ask me how it went"}} {
		if !s.c.Groups.HasNotes(k.kind) || begun && k.kind == NoteCountdown {
			continue
		}
		on, err := s.c.Groups.Reminded(ctx, member, k.kind)
		if err != nil {
			return nil, err
		}
		if !on {
			all = append(all, button(k.label, group.PathRemind(k.kind)))
		}
	}
	return all, nil
}

// shareButton changes whether a group sees an exam. Groups are named on a page of
// their own: the screen may be seen where another group is nobody's business.
func (s *Service) shareButton(self group.Self, e Exam) bot.Button {
	if _, ok := self.Group(self.Here); !ok || len(self.Groups) > 1 {
		return button("Sharing", pathOf(e)+"/share")
	}
	if slices.Contains(e.Shared, self.Here) {
		return button("Stop sharing", pathOf(e)+"/share/"+self.Here+"/off")
	}
	return button("Share with the group", pathOf(e)+"/share/"+self.Here+"/on")
}

// sharing lists the groups that may see an exam, and those that may not.
func (s *Service) sharing(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showSharing(i, self, e, ""), nil
}

func (s *Service) showSharing(i bot.Interaction, self group.Self, e Exam, first bot.Text) bot.Response {
	menu := bot.Menu{Placeholder: "Share, or stop sharing", Action: pathOf(e) + "/share"}
	body := []bot.Text{first, wordsSharing}
	for _, g := range self.Groups[:min(len(self.Groups), bot.LimitOptions)] {
		o := bot.Option{Label: "Share with the " + g.Name, Value: g.ID + "/on"}
		if slices.Contains(e.Shared, g.ID) {
			body = append(body, bot.Textf("Shared with the %s.", bot.Clip(g.Name, 60)))
			o = bot.Option{Label: "Stop sharing with the " + g.Name, Value: g.ID + "/off"}
		}
		o.Label = bot.Clip(o.Label, bot.LimitOptionLabel)
		menu.Options = append(menu.Options, o)
	}
	return show(i, &bot.Card{Title: bot.Typed(bot.Clip("Sharing "+s.name(e)+": "+wordsDays(e.Window()), bot.LimitTitle)), Body: lines(body...), Footer: wordsOnlyYou,
		Controls: []bot.Row{{menu}, row(button("Back to the date", pathOf(e)), button("My study page", group.PathStudy))}})
}

// share lets a group see an exam, or no more.
func (s *Service) share(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	g, mine := self.Group(i.Arg("group"))
	on := i.Arg("how") == "on"
	if !mine || !on && i.Arg("how") != "off" {
		return bot.Response{}, problem(wordsGone, button("My exams", PathExam), button("My study page", group.PathStudy))
	}
	ok, err := s.c.Store.ShareExam(ctx, e.ID, self.Member, g.ID, on, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsGone, button("My exams", PathExam), button("My study page", group.PathStudy))
	}
	s.c.Wake()
	if e, _, err = s.c.Store.Exam(ctx, e.ID); err != nil {
		return bot.Response{}, err
	}
	first := wordsSharedNow(g.Name, on)
	if len(self.Groups) > 1 {
		return s.showSharing(i, self, e, first), nil
	}
	c, err := s.card(ctx, self, e, first)
	return show(i, c), err
}

// cleared takes a date back.
func (s *Service) cleared(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.clear(ctx, i, self, e)
}

func (s *Service) clear(ctx context.Context, i bot.Interaction, self group.Self, e Exam) (bot.Response, error) {
	ok, err := s.c.Store.ClearExam(ctx, e.ID, self.Member, s.c.Now())
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, s.notCleared(ctx, self, e)
	}
	s.c.Wake()
	again := button("Set it again", choice{e.Certification, e.Part, e.Window(), ""}.path("keep"))
	if e.Window().To.Before(s.today(e.Zone)) {
		again = button("Set a new date", PathSet(e.Certification))
	}
	return show(i, &bot.Card{Body: wordsCleared(s.name(e), wordsDays(e.Window())), Footer: wordsOnlyYou,
		Controls: []bot.Row{row(again, button("My exams", PathExam), button("My study page", group.PathStudy))}}), nil
}

// notCleared says why a date can't be taken back: it is gone, or the exam was sat and
// its result is awaited.
func (s *Service) notCleared(ctx context.Context, self group.Self, e Exam) error {
	all, err := s.c.Store.Exams(ctx, self.Member)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(all, func(x Exam) bool { return x.ID == e.ID && x.State == Waiting })
	if n < 0 {
		return problem(wordsGone, button("My exams", PathExam), button("My study page", group.PathStudy))
	}
	return problem(wordsAwaited(s.name(e)), button("How did it go?", PathOutcome(e.ID)), button("Move", pathOf(e)+"/move"), button("My exams", PathExam))
}

// facts is what is known of the issuer's calendar that bears on an exam.
func (s *Service) facts(ctx context.Context, self group.Self, e Exam, today time.Time) (all []bot.Text, err error) {
	c, ok := s.c.Catalogue.Find(e.Certification)
	if !ok || e.Window().To.Before(today) {
		return nil, nil
	}
	if c.StatusOn(today) == cert.Ending {
		all = append(all, wordsEnding(c))
	}
	if now, then, ok := changing(c, s.studiedOutline(ctx, self, c.ID), e.Window(), today); ok {
		all = append(all, wordsChanging(c, now, then, e.Window()))
	}
	w, inWindow := issued(c, e.Window())
	switch {
	case inWindow:
		text, err := s.deadline(ctx, self, c, w, today)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	case len(c.Windows.Yearly) > 0:
		all = append(all, wordsOutside(c, today))
	case c.Windows.Arrangement != "":
		all = append(all, wordsArranged(c))
	}
	return all, nil
}

// studiedOutline is the version that the group studies in which somebody acts; ""
// if it doesn't study the certification.
func (s *Service) studiedOutline(ctx context.Context, self group.Self, certification string) string {
	for _, t := range s.tracks(ctx, self) {
		if t.Certification == certification {
			return t.Outline
		}
	}
	return ""
}

// deadline is what there is to say about applying for a window: the issuer's day
// where that is verified, else what an organiser of one of the person's groups
// entered.
func (s *Service) deadline(ctx context.Context, self group.Self, c cert.Certification, w cert.Window, today time.Time) (bot.Text, error) {
	d, ok := c.Deadline(w)
	shown := c.Facts.Deadlines.Shown()
	if ok && shown == cert.Plainly {
		return wordsDeadline(c, d, today, ""), nil
	}
	day, err := s.enteredDeadline(ctx, self, c, w)
	switch {
	case err != nil:
		return "", err
	case day != "":
		return wordsDeadline(c, cert.Deadline{ApplyBy: day}, today, " (entered by your organiser)"), nil
	case !ok || shown == cert.NotVerified:
		return wordsNoDeadline(c, w), nil
	}
	return wordsDeadline(c, d, today, " (reported; check with "+c.IssuerShort+": "+c.URL+")"), nil
}

// enteredDeadline is the last day to apply that an organiser of one of the person's
// groups entered for a window; "" for none.
func (s *Service) enteredDeadline(ctx context.Context, self group.Self, c cert.Certification, w cert.Window) (string, error) {
	for _, g := range self.Groups {
		d, _, err := s.c.Store.Details(ctx, g.ID)
		if err != nil {
			return "", err
		}
		for _, t := range d.Tracks {
			if t.Certification == c.ID && t.WindowFrom == w.From.Format(time.DateOnly) && t.Deadline != "" {
				return t.Deadline, nil
			}
		}
	}
	return "", nil
}
