package exam

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// Paths of exams. They are whispered, and are the same in every group.
const (
	PathExam = "exam"     // a person's dates
	pathSet  = "exam/set" // the form for one
)

// PathSet opens the form for the date of an exam for a certification.
func PathSet(certification string) string { return pathSet + "/" + certification }

// pathPlan opens the form for the next date of an exam.
func (s *Service) pathPlan(e Exam) string { return PathSet(e.Certification) }

func pathOf(e Exam) string { return "exam/of/" + e.ID }

// The fields of the command and of the form.
const (
	fieldWhen  = "when"
	fieldFor   = "for"
	fieldShare = "share"
)

func (s *Service) command() bot.Command {
	subject := bot.Field{Name: fieldFor, Label: "For", Kind: bot.OneOf, Help: "Which certification"}
	for _, c := range s.c.Catalogue.Certifications {
		subject.Options = append(subject.Options, bot.Option{Label: bot.Clip(c.Short, bot.LimitOptionLabel), Value: c.ID})
	}
	subject.Options = subject.Options[:min(len(subject.Options), bot.LimitOptions)]
	return bot.Command{Name: "exam", Help: "Your exam dates; set or move one", Private: true, Page: "My exams",
		Fields: []bot.Field{{Name: fieldWhen, Label: "When", Kind: bot.Line, Help: "8 May 2027, May 2027 for a window, or clear"}, subject}}
}

func (s *Service) register() {
	b := s.c.Bot
	b.Command(s.command(), s.typed)
	b.Action(PathExam, s.pressed)
	b.Action(pathSet, s.askNew)
	b.Action(PathSet("{certification}"), s.askNew)
	b.Action("exam/save", s.sent)
	b.Action("exam/pick/{choice}", func(ctx context.Context, i bot.Interaction) (bot.Response, error) { return s.chosen(ctx, i, false) })
	b.Action("exam/keep/{choice}", func(ctx context.Context, i bot.Interaction) (bot.Response, error) { return s.chosen(ctx, i, true) })
	b.Action("exam/of/{exam}", s.one)
	b.Action("exam/of/{exam}/move", s.moved)
	b.Action("exam/of/{exam}/save", s.sentMove)
	b.Action("exam/of/{exam}/clear", s.cleared)
	b.Action("exam/of/{exam}/share", s.sharing)
	b.Action("exam/of/{exam}/share/{group}/{how}", s.share)
}

// pressed shows a person's dates.
func (s *Service) pressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.page(ctx, i, self, "")
}

// earlier are words that people know from before, and what is meant by them.
func earlier(typed string) (rest string, word string) {
	first, rest, _ := strings.Cut(strings.TrimSpace(typed), " ")
	switch first = strings.ToLower(first); first {
	case "list", "result", "clear", "remove", "delete":
		return rest, first
	case "set", "add", "move":
		return strings.TrimPrefix(rest, "to "), first
	}
	return typed, ""
}

// typed answers /exam.
func (s *Service) typed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	all, err := s.open(ctx, self.Member)
	if err != nil {
		return bot.Response{}, err
	}
	when, word := earlier(i.Values.Get(fieldWhen))
	value := i.Values.Get(fieldFor)
	if value == "" {
		value, when = s.nameIn(when)
	}
	named := value != ""
	if !named && len(all) == 1 {
		value = valueOf(all[0])
	}
	sub, ask, known := s.subjectOf(value, s.today(self.Zone))
	if known && ask {
		sub, ask, when = withPart(sub, when)
	}
	mine := slices.DeleteFunc(slices.Clone(all), func(e Exam) bool { return known && (e.Certification != sub.ID || !ask && e.Part != sub.Part.ID) })
	switch {
	case word == "clear" || word == "remove" || word == "delete":
		return s.clearTyped(ctx, i, self, mine)
	case when == "" && word != "set" && word != "add" && word != "move": // bare, or beside a certification alone
		if len(mine) == 1 && named {
			return s.showOne(ctx, i, self, mine[0])
		}
		if len(mine) > 0 || !known {
			return s.page(ctx, i, self, "")
		}
	}
	if !known {
		if when != "" {
			all = nil // another date for what is studied
		}
		if sub, ask, known = s.subjectOf(s.studied(ctx, self, all), s.today(self.Zone)); !known {
			ask = true
		}
	}
	if ask || when == "" {
		form, err := s.form(ctx, self, sub, ask, when)
		return bot.Response{Form: form}, err
	}
	return s.take(ctx, i, self, sub, when, "")
}

// nameIn takes the name of a certification off what was typed, where that is less
// than its whole name: "Security+" for "CompTIA Security+".
func (s *Service) nameIn(typed string) (id, rest string) {
	first, rest, _ := strings.Cut(typed, " ")
	for _, c := range s.c.Catalogue.Certifications {
		names := append(strings.Fields(c.Short), c.ID)
		if first != "" && (strings.EqualFold(first, names[len(names)-1]) || strings.EqualFold(first, names[len(names)-2])) {
			return c.ID, strings.TrimSpace(rest)
		}
	}
	return "", typed
}

// withPart takes the name of a part off what was typed, for a certification whose
// exam is sat in parts.
func withPart(sub subject, typed string) (found subject, ask bool, rest string) {
	for _, p := range sub.Outlines[len(sub.Outlines)-1].Facts.Parts.Value {
		for _, name := range []string{p.ID, p.Name} {
			if len(typed) >= len(name) && strings.EqualFold(typed[:len(name)], name) && (len(typed) == len(name) || typed[len(name)] == ' ') {
				sub.Part = p
				return sub, false, strings.TrimSpace(typed[len(name):])
			}
		}
	}
	return sub, true, typed
}

// clearTyped clears the exam that was named, or the only one.
func (s *Service) clearTyped(ctx context.Context, i bot.Interaction, self group.Self, mine []Exam) (bot.Response, error) {
	switch len(mine) {
	case 0:
		return s.page(ctx, i, self, wordsNoneClear)
	case 1:
		return s.clear(ctx, i, self, mine[0])
	}
	return s.page(ctx, i, self, wordsClearWhich)
}

// open are a member's exams that are ahead, or whose result is.
func (s *Service) open(ctx context.Context, member string) ([]Exam, error) {
	all, err := s.c.Store.Exams(ctx, member)
	return slices.DeleteFunc(all, func(e Exam) bool { return !e.Open() }), err
}

// valueOf is what an exam is for, as a form has it.
func valueOf(e Exam) string {
	if e.Part == "" {
		return e.Certification
	}
	return e.Certification + "." + e.Part
}

// studied is the one certification that is studied where somebody acts; "" if
// there are several, if that is not clear, or if they have a date for it.
func (s *Service) studied(ctx context.Context, self group.Self, all []Exam) string {
	tracks := s.tracks(ctx, self)
	if len(tracks) != 1 || slices.ContainsFunc(all, func(e Exam) bool { return e.Certification == tracks[0].Certification }) {
		return ""
	}
	return tracks[0].Certification
}

// tracks is what is studied where somebody acts.
func (s *Service) tracks(ctx context.Context, self group.Self) []group.Studied {
	if self.Here == "" {
		return nil
	}
	d, ok, err := s.c.Store.Details(ctx, self.Here)
	if err != nil || !ok {
		return nil // then nothing is filled in beforehand
	}
	return d.Tracks
}

// take keeps a date in plain words, or asks what is meant.
func (s *Service) take(ctx context.Context, i bot.Interaction, self group.Self, sub subject, typed, share string) (bot.Response, error) {
	today := s.today(self.Zone)
	w, unclear := ParseWhen(typed, today)
	if unclear != nil {
		q := &question{text: unclear.Text}
		for _, r := range unclear.Readings {
			q.answers = append(q.answers, answer{label: wordsAnswer(r), days: r.Window})
		}
		return s.ask(i, sub, q, share)
	}
	if w.Clear {
		all, err := s.open(ctx, self.Member)
		if err != nil {
			return bot.Response{}, err
		}
		return s.clearTyped(ctx, i, self, slices.DeleteFunc(all, func(e Exam) bool { return valueOf(e) != sub.value() }))
	}
	days, q := fit(sub.Certification, w, today)
	if q != nil {
		return s.ask(i, sub, q, share)
	}
	return s.keep(ctx, i, self, sub, days, share)
}

// ask shows what may be meant. What was chosen beside the date is in the buttons.
func (s *Service) ask(i bot.Interaction, sub subject, q *question, share string) (bot.Response, error) {
	var answers []bot.Button
	for _, a := range q.answers {
		how := "pick"
		if a.sure {
			how = "keep"
		}
		answers = append(answers, button(a.label, choice{sub.ID, sub.Part.ID, a.days, share}.path(how)))
	}
	if len(answers) > 0 {
		answers[0].Style = bot.Primary
	}
	another := bot.Button{Label: "Another date", Action: PathSet(sub.ID)}
	return show(i, &bot.Card{Body: q.text, Footer: wordsNothingSaved, Controls: []bot.Row{row(append(answers, another, button("My exams", PathExam))...)}}), nil
}

// notWith stands before a group that may not see a date any more.
const notWith = "-"

// keep sets the days of an exam and shows them. The group of share sees them then,
// or doesn't; others stay as they are.
func (s *Service) keep(ctx context.Context, i bot.Interaction, self group.Self, sub subject, days cert.Window, share string) (bot.Response, error) {
	now := s.c.Now()
	e := Exam{ID: s.c.NewID(), Member: self.Member, Certification: sub.ID, Part: sub.Part.ID, Outline: sub.Current(days.To).ID,
		From: days.From.Format(time.DateOnly), To: days.To.Format(time.DateOnly), Zone: self.Zone}
	// Before the new date is there, so that a group that may not see it doesn't.
	if from, not := strings.CutPrefix(share, notWith); not {
		if err := s.unshare(ctx, self, sub, from); err != nil {
			return bot.Response{}, err
		}
	}
	e, ok, err := s.c.Store.SetExam(ctx, e, now)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsNobody, button("My study page", group.PathStudy))
	}
	if _, mine := self.Group(share); mine {
		shared, err := s.c.Store.ShareExam(ctx, e.ID, self.Member, share, true, now)
		if err != nil {
			return bot.Response{}, err
		}
		if shared && !slices.Contains(e.Shared, share) {
			e.Shared = append(e.Shared, share)
		}
	}
	s.c.Wake()
	return s.showOne(ctx, i, self, e)
}

// chosen keeps a date that was a button; unless it is sure, it is looked whether
// the exam is given then.
func (s *Service) chosen(ctx context.Context, i bot.Interaction, sure bool) (bot.Response, error) {
	self, err := s.c.Groups.Self(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	today := s.today(self.Zone)
	ch, ok := parseChoice(i.Arg("choice"))
	sub, ask, known := s.subjectOf(strings.TrimSuffix(ch.Certification+"."+ch.Part, "."), today)
	w := When{Window: ch.Window}
	switch {
	case !ok || !known || ask:
		return bot.Response{}, problem(wordsGone, button("Set my exam date", pathSet), button("My exams", PathExam))
	case !w.inReach(today):
		return bot.Response{}, problem(wordsDayOver, button("Another date", PathSet(sub.ID)), button("My exams", PathExam))
	}
	w.Month = w.From.Day() == 1 && w.To.Equal(w.From.AddDate(0, 1, -1))
	days, q := fit(sub.Certification, w, today)
	switch {
	case q == nil:
		return s.keep(ctx, i, self, sub, days, ch.Group)
	case sure && len(q.answers) > 0:
		return s.keep(ctx, i, self, sub, ch.Window, ch.Group)
	}
	return s.ask(i, sub, q, ch.Group)
}
