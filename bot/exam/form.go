package exam

import (
	"context"
	"slices"

	"studyhall/bot"
	"studyhall/bot/group"
)

// The values of the field about sharing.
const (
	shareNo  = "no"
	shareYes = "yes"
)

// form asks for the date of an exam: for which, when, and whether the group in
// which it is asked may see it. Where it isn't clear for which, that is asked; a
// date that somebody has for it is filled in, else the issuer's next window.
func (s *Service) form(ctx context.Context, self group.Self, sub subject, ask bool, typed string) (*bot.Form, error) {
	today, tracks := s.today(self.Zone), s.tracks(ctx, self)
	of := bot.Field{Name: fieldFor, Label: "For", Kind: bot.OneOf, Required: true, Initial: []string{sub.value()}}
	var named, first []bot.Option // what was named, with its parts, and what is studied here
	for _, o := range s.subjects(today, sub.ID) {
		option := bot.Option{Label: bot.Clip(o.label(), bot.LimitOptionLabel), Value: o.value()}
		switch {
		case o.ID == sub.ID:
			named = append(named, option)
		case slices.ContainsFunc(tracks, func(t group.Studied) bool { return t.Certification == o.ID }):
			first = append(first, option)
		default:
			of.Options = append(of.Options, option)
		}
	}
	of.Options = slices.Concat(named, first, of.Options)
	of.Options = of.Options[:min(len(of.Options), bot.LimitOptions)]
	all, err := s.open(ctx, self.Member)
	if err != nil {
		return nil, err
	}
	if ask {
		of.Initial = nil
		for _, o := range slices.Concat(named, first) { // of which there is no date yet
			if of.Initial == nil && !slices.ContainsFunc(all, func(e Exam) bool { return valueOf(e) == o.Value }) {
				of.Initial = []string{o.Value}
			}
		}
	}
	var e Exam
	if n := slices.IndexFunc(all, func(e Exam) bool { return !ask && valueOf(e) == sub.value() }); n >= 0 {
		e = all[n]
	}
	when := whenField(typed)
	if ahead := sub.Upcoming(today, 1); typed == "" && len(ahead) > 0 {
		when.Initial = []string{ahead[0].Name()}
	}
	if typed == "" && e.ID != "" && !e.Window().To.Before(today) {
		when.Initial = []string{wordsDays(e.Window())}
	}
	return &bot.Form{Title: "Your exam", Submit: "Save", Action: "exam/save", Intro: wordsFormIntro, Fields: append([]bot.Field{of, when}, s.shareField(self, e)...)}, nil
}

func whenField(typed string) bot.Field {
	f := bot.Field{Name: fieldWhen, Label: "When", Kind: bot.Line, Required: true, Max: mostTyped, Placeholder: "8 May 2027",
		Help: "A day like 8 May 2027, a window like May 2027, or in 6 weeks"}
	if typed != "" {
		f.Initial = []string{bot.Clip(typed, mostTyped)}
	}
	return f
}

// shareField asks whether the group that is meant may see the date; nobody is
// asked where that is not clear.
func (s *Service) shareField(self group.Self, e Exam) []bot.Field {
	g, ok := self.Group(self.Here)
	if !ok {
		return nil
	}
	initial := shareNo
	if slices.Contains(e.Shared, g.ID) {
		initial = shareYes
	}
	return []bot.Field{{Name: fieldShare, Label: "Share with this group", Kind: bot.OneOf, Required: true, Initial: []string{initial},
		Help: "On the day the group's card wishes you luck by name", Options: []bot.Option{
			{Label: "No, only for me", Value: shareNo}, {Label: bot.Clip("Yes, with the "+g.Name, bot.LimitOptionLabel), Value: shareYes}}}}
}

// askNew opens the form: for the certification of the path, or what is studied.
func (s *Service) askNew(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	sub, ask, ok := s.subjectOf(i.Arg("certification"), s.today(self.Zone))
	if !ok {
		all, err := s.open(ctx, self.Member)
		if err != nil {
			return bot.Response{}, err
		}
		if sub, ask, ok = s.subjectOf(s.studied(ctx, self, all), s.today(self.Zone)); !ok {
			ask = true
		}
	}
	form, err := s.form(ctx, self, sub, ask, "")
	return bot.Response{Form: form}, err
}

// sent keeps what was filled in.
func (s *Service) sent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	sub, ask, ok := s.subjectOf(i.Values.Get(fieldFor), s.today(self.Zone))
	if !ok || ask {
		return bot.Response{Invalid: map[string]string{fieldFor: wordsChooseFor}}, nil
	}
	return s.takeForm(ctx, i, self, sub)
}

// takeForm keeps the date of a form. What can't be read at all comes back with the
// form, and what may be meant as buttons.
func (s *Service) takeForm(ctx context.Context, i bot.Interaction, self group.Self, sub subject) (bot.Response, error) {
	typed := i.Values.Get(fieldWhen)
	if _, unclear := ParseWhen(typed, s.today(self.Zone)); unclear != nil && len(unclear.Readings) == 0 {
		return bot.Response{Invalid: map[string]string{fieldWhen: unclear.Text.Plain()}}, nil
	}
	share := ""
	switch i.Values.Get(fieldShare) {
	case shareYes:
		share = self.Here
	case shareNo:
		share = notWith + self.Here
	}
	return s.take(ctx, i, self, sub, typed, share)
}

// unshare takes a group out of those that see an exam.
func (s *Service) unshare(ctx context.Context, self group.Self, sub subject, from string) error {
	all, err := s.open(ctx, self.Member)
	if err != nil {
		return err
	}
	for _, e := range all {
		if valueOf(e) == sub.value() && slices.Contains(e.Shared, from) {
			if _, err := s.c.Store.ShareExam(ctx, e.ID, self.Member, from, false, s.c.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// moved opens the form for another date of an exam.
func (s *Service) moved(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	e, self, sub, err := s.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	when := whenField(wordsDays(e.Window()))
	return bot.Response{Form: &bot.Form{Title: "Your exam", Submit: "Save", Action: pathOf(e) + "/save",
		Intro: bot.Textf("%s. %s", sub.label(), wordsFormIntro), Fields: append([]bot.Field{when}, s.shareField(self, e)...)}}, nil
}

// sentMove keeps another date of an exam.
func (s *Service) sentMove(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, self, sub, err := s.mine(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.takeForm(ctx, i, self, sub)
}

// mine is the exam of a path for the person whose it is, and what it is for; not of
// a certification or a part that the catalogue has no more.
func (s *Service) mine(ctx context.Context, i bot.Interaction) (e Exam, self group.Self, sub subject, err error) {
	if e, self, err = s.own(ctx, i); err != nil {
		return e, self, sub, err
	}
	sub, _, known := s.subjectOf(valueOf(e), s.today(self.Zone))
	if !known {
		err = problem(wordsNoGoal, button("Back to the date", pathOf(e)), button("My study page", group.PathStudy))
	}
	return e, self, sub, err
}
