package renewal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	fieldFor      = "for"
	fieldWhat     = "what"
	fieldAmount   = "amount"
	fieldDay      = "day"
	fieldCategory = "category"
	fieldWhere    = "evidence"

	later = "later" // the category that is decided later, in forms and paths

	maxWhat  = 120     // characters of what it was
	maxWhere = 200     // characters of where the proof is
	maxLoose = 100_000 // the most that is logged at once where nobody knows what is required: 1,000 of the unit
)

// logLine logs what was typed on one line, or asks in a form for what is missing.
func (s *Service) logLine(ctx context.Context, i bot.Interaction, line string) (bot.Response, error) {
	who, logs, err := s.logged(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	e := ParseEntry(line, who.Now)
	e.What = bot.Clip(e.What, maxWhat)
	fit := fitting(logs, e.Unit)
	named, what := naming(fit, e.What)
	if len(named) == 0 {
		if named, what = naming(logs, e.What); len(named) == 0 {
			named, what = fit, e.What
		}
	}
	e.What = what
	switch {
	case len(named) > 1:
		return s.logForm(nil, named, e, wordsWhichOne), nil
	case len(named) == 0 && len(logs) > 1:
		return s.logForm(nil, logs, e, wordsUnitOfNone(e, logs)), nil
	case len(named) == 0:
		named = logs
	}
	h := named[0]
	if e.Unit != "" && !h.fits(e.Unit) {
		intro := wordsOtherUnit(e, h)
		e.Amount = 0
		return s.logForm(&h, nil, e, intro), nil
	}
	if e.Fault != NoFault || e.What == "" || e.Amount == 0 || e.Unit == "" {
		return s.logForm(&h, nil, e, wordsMissing(e, h)), nil
	}
	category, what := h.categoryIn(e.What)
	x := Credit{ID: s.c.NewID(), Cycle: h.Cycle.ID, What: what, Category: category, Amount: e.Amount, Day: cmp.Or(e.Day, who.Today()), EnteredAt: s.c.Now()}
	if _, fault := h.check(x, who.Today()); fault != "" {
		return bot.Response{}, problem(lines(fault, wordsNothingLogged), button(labelLog(h), PathLog(h.ID)), button("What counts?", PathCounts(h.ID)),
			button(labelCertifications, Path))
	}
	return s.keep(ctx, i, who, h, cmp.Or(i.ID, s.c.NewID()), x)
}

// categoryIn is the category whose name stands at the end of words, and the words
// before it: of "ventilator course, continuing education" the course. Words that are
// nothing but a category's name are what it was.
func (h held) categoryIn(what string) (category, rest string) {
	const apart = " ,;:()-–—"
	words, rest := strings.TrimRight(what, apart+"."), what
	longest := 0
	for _, l := range h.cc.Facts.Renewal.Rule().Categories {
		at := len(words) - len(l.Name)
		if at <= 0 || len(l.Name) <= longest || !strings.EqualFold(words[at:], l.Name) || !strings.ContainsAny(words[at-1:at], apart) {
			continue
		}
		if before := strings.TrimRight(words[:at], apart); before != "" {
			longest, category, rest = len(l.Name), l.ID, before
		}
	}
	return category, rest
}

// logged is who acts, and for what they can log something; a [*bot.Error] helps
// who holds nothing that is renewed.
func (s *Service) logged(ctx context.Context, i bot.Interaction) (group.Acting, []held, error) {
	who, err := s.c.Groups.ActingHere(ctx, i)
	if err != nil {
		return who, nil, err
	}
	all, err := s.all(ctx, who.Member)
	if err != nil {
		return who, nil, err
	}
	logs := logging(all)
	if len(logs) == 0 {
		if len(all) > 0 {
			return who, nil, problem(lines(all[0].wordsNoLog(), wordsNothingLogged), primary("Add one", Path+"/add"), button(labelCertifications, Path))
		}
		return who, nil, problem(wordsNothingToLog, primary("Add one", Path+"/add"), button(labelCertifications, Path), button("My study page", group.PathStudy))
	}
	return who, logs, nil
}

// fits reports whether a unit as it was written is the issuer's. Where nobody knows
// that one, what means nothing in particular will do.
func (h held) fits(written string) bool {
	if h.unit == "" {
		return Fits(written, "credit") || Fits(written, "point") || Fits(written, "unit")
	}
	return Fits(written, h.unit)
}

func fitting(logs []held, unit string) (fit []held) {
	for _, h := range logs {
		if h.fits(unit) {
			fit = append(fit, h)
		}
	}
	return fit
}

// naming are the credentials whose names stand among words, and the words without a
// "for CBET" in them.
func naming(logs []held, what string) (named []held, rest string) {
	words := strings.Fields(what)
	for _, h := range logs {
		at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(strings.Trim(w, ",.;:"), h.cc.Short) })
		if at < 0 {
			continue
		}
		if named = append(named, h); at > 0 && strings.EqualFold(words[at-1], "for") {
			words = slices.Delete(words, at-1, at+1)
		}
	}
	return named, strings.Join(words, " ")
}

// chooseLog opens the form for the only credential there is, or asks in it which one
// is meant.
func (s *Service) chooseLog(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, logs, err := s.logged(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if len(logs) == 1 {
		return s.logForm(&logs[0], nil, Entry{}, ""), nil
	}
	return shown(i, choose("For which certification?", logs, PathLog)), nil
}

// askLog opens the form for a credential.
func (s *Service) askLog(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if !h.collects() {
		return bot.Response{}, problem(h.wordsNoLog(), button("Open "+h.label(), pathOf(h.ID)), button(labelCertifications, Path))
	}
	return s.logForm(&h, nil, Entry{}, ""), nil
}

// logForm asks for a credit: of one credential, or of one of several. Its path is
// made anew each time, so that a form that is sent twice counts once.
func (s *Service) logForm(h *held, several []held, e Entry, intro bot.Text) bot.Response {
	path := Path + "/logged/" + s.c.NewID()
	what := bot.Field{Name: fieldWhat, Label: "What", Kind: bot.Line, Required: true, Max: maxWhat, Placeholder: "Ventilator course", Initial: initial(e.What)}
	amount := bot.Field{Name: fieldAmount, Label: "How many", Kind: bot.Line, Required: true, Max: 12, Placeholder: "2 or 1.5",
		Help: "In the issuer's own unit", Initial: initial(amountText(e.Amount))}
	day := bot.Field{Name: fieldDay, Label: "Date", Kind: bot.Date, Help: "Empty: today", Initial: initial(e.Day)}
	if e.Fault == TwoDates || e.Fault == NoDate { // today would be a guess
		day.Required, day.Help = true, "Which day it was"
	}
	where := bot.Field{Name: fieldWhere, Label: "Where the certificate of attendance is", Kind: bot.Line, Max: maxWhere, Placeholder: "Drive, certs 2027"}
	title := "Log credit"
	fields := []bot.Field{what, amount, day}
	if h != nil {
		path += "/" + h.ID
		title = labelLog(*h)
		fields[1].Label = bot.Clip("How many "+unitMany(h.unit), bot.LimitFieldLabel)
		fields[1].Help = bot.Clip("As "+h.cc.IssuerShort+" counts; hours are never converted", bot.LimitHelp)
		if f, ok := h.categoryField(""); ok {
			fields = append(fields, f)
		}
	} else {
		which := bot.Field{Name: fieldFor, Label: "For", Kind: bot.OneOf, Required: true}
		for _, h := range several[:min(len(several), bot.LimitOptions)] {
			which.Options = append(which.Options, bot.Option{Label: bot.Clip(h.cc.Short+", in "+unitMany(h.unit), bot.LimitOptionLabel), Value: h.ID})
		}
		fields = slices.Insert(fields, 0, which)
	}
	// Beside five fields some platforms have no room for the words above them; where
	// the proof is, is asked afterwards anyway.
	if intro == "" || len(fields)+1 < bot.LimitFields {
		fields = append(fields, where)
	}
	return bot.Response{Form: &bot.Form{Title: bot.Clip(title, bot.LimitFormTitle), Submit: "Log", Action: path, Intro: intro, Fields: fields}}
}

// categoryField asks for the category; ok is false where the rule has none.
func (h held) categoryField(now string) (f bot.Field, ok bool) {
	limits := h.cc.Facts.Renewal.Rule().Categories
	f = bot.Field{Name: fieldCategory, Label: "Category", Kind: bot.OneOf, Initial: []string{cmp.Or(now, later)},
		Options: []bot.Option{{Label: "Decide later", Value: later}}}
	for _, l := range limits[:min(len(limits), bot.LimitOptions-1)] {
		f.Options = append(f.Options, bot.Option{Label: bot.Clip(l.Name, bot.LimitOptionLabel), Value: l.ID})
	}
	return f, len(limits) > 0
}

// log keeps what was filled in.
func (s *Service) log(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.acting(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c, ok, err := s.c.Store.Credential(ctx, who.Member, cmp.Or(i.Arg("id"), i.Values.Get(fieldFor)))
	if err != nil || !ok {
		return bot.Response{}, gone(cmp.Or(err, ErrGone))
	}
	h := s.held(c)
	if !h.collects() {
		return bot.Response{}, problem(h.wordsNoLog(), button("Open "+h.label(), pathOf(h.ID)), button(labelCertifications, Path))
	}
	x, fault := h.filledIn(i, who)
	if fault != nil {
		return bot.Response{Invalid: fault}, nil
	}
	x.ID, x.Cycle, x.EnteredAt = s.c.NewID(), h.Cycle.ID, s.c.Now()
	return s.keep(ctx, i, who, h, i.Arg("press"), x)
}

// oneLine is what somebody typed, on one line of so many characters at most.
func oneLine(typed string, most int) string {
	return bot.Clip(strings.Join(strings.Fields(string(bot.Typed(typed))), " "), most)
}

// filledIn reads the form about a credit; fault is what is wrong with it.
func (h held) filledIn(i bot.Interaction, who group.Acting) (x Credit, fault map[string]string) {
	x = Credit{What: oneLine(i.Values.Get(fieldWhat), maxWhat), Category: i.Values.Get(fieldCategory), Evidence: oneLine(i.Values.Get(fieldWhere), maxWhere)}
	if x.Category == later {
		x.Category = ""
	}
	say := func(field string, text bot.Text) {
		if fault == nil {
			fault = map[string]string{}
		}
		fault[field] = text.Plain()
	}
	if x.What == "" {
		say(fieldWhat, "Please say in a few words what it was.")
	}
	var ok bool
	// "2 CEU" is as good as "2"; "3 hours" is another unit.
	written := ParseEntry(i.Values.Get(fieldAmount), who.Now)
	if x.Amount, ok = ParseAmount(i.Values.Get(fieldAmount)); !ok {
		x.Amount = written.Amount
		switch {
		case written.Unit != "" && !h.fits(written.Unit):
			say(fieldAmount, wordsOtherUnit(written, h))
		case written.Fault == Negative:
			say(fieldAmount, wordsNegative)
		case written.What != "" || written.Amount == 0 || written.Day != "":
			say(fieldAmount, wordsNoAmount)
		}
	}
	if x.Day, ok = parseDay(i.Values.Get(fieldDay), who.Now); !ok {
		say(fieldDay, wordsNoDate)
	} else if x.Day == "" {
		x.Day = who.Today()
	}
	if fault == nil {
		if field, text := h.check(x, who.Today()); text != "" {
			say(field, text)
		}
	}
	return x, fault
}

// check says what is wrong with a credit, and in which field.
func (h held) check(x Credit, today string) (field string, fault bot.Text) {
	rule := h.cc.Facts.Renewal.Rule()
	most := 10 * rule.Required
	if most == 0 {
		most = maxLoose
	}
	known := slices.ContainsFunc(rule.Categories, func(l cert.Limit) bool { return l.ID == x.Category })
	begins := cmp.Or(h.Cycle.From, h.EarnedOn)
	switch {
	case x.Amount <= 0:
		return fieldAmount, wordsNoAmount
	case x.Amount > most:
		return fieldAmount, bot.Textf("%s is far more than a whole period asks for. Is the number right?", unitWords(x.Amount, h.unit))
	case x.Category != "" && !known:
		return fieldCategory, bot.Textf("%s has no such category. Please choose one, or decide later.", h.cc.Short)
	case x.Day > today:
		return fieldDay, bot.Textf("%s is still to come. Log it when it's done.", dayWords(x.Day))
	case begins != "" && x.Day < begins:
		return fieldDay, bot.Textf("%s is before your period, which runs from %s on.", dayWords(x.Day), dayWords(begins))
	case h.Cycle.Until != "" && x.Day > h.Cycle.Until:
		return fieldDay, bot.Textf("%s is after the end of your period, %s. If you have renewed, press Renewed first; then it counts for the new one.",
			dayWords(x.Day), dayWords(h.Cycle.Until))
	case x.Day < exactYear(today, -maxPast):
		return fieldDay, "That is more than 60 years ago. Is the year right?"
	}
	return "", ""
}

// exactYear is a date some years away, near enough to compare with.
func exactYear(day string, years int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(years, 0, 0).Format(time.DateOnly)
}

// keep writes a credit down, once for a press, and asks for what is still open.
func (s *Service) keep(ctx context.Context, i bot.Interaction, who group.Acting, h held, press string, x Credit) (bot.Response, error) {
	kept, err := s.c.Store.AddCredit(ctx, who.Member, press, x)
	if errors.Is(err, ErrFull) {
		return bot.Response{}, problem(wordsFull, button("What I logged", pathCredits(h.Cycle.ID)), button(labelCertifications, Path))
	}
	if err := s.changed(err); err != nil {
		return bot.Response{}, err
	}
	st, _, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	body := []bot.Text{h.wordsCredit(kept)}
	var controls []bot.Control
	if kept.Evidence == "" { // asked on the day on which it is at hand
		body = append(body, wordsWhere)
		controls = append(controls, primary("Add where it is", pathCredit(kept.ID)+"/where"))
	}
	if _, has := h.categoryField(""); has && kept.Category == "" {
		body = append(body, wordsKindOpen)
		controls = append(controls, button("Choose category", pathCredit(kept.ID)+"/kind"))
	}
	body = append(body, h.wordsSum(st), h.wordsNotByQuestions())
	controls = append(controls, button("Log another", PathLog(h.ID)), button("Change", pathCredit(kept.ID)), button("What counts?", PathCounts(h.ID)))
	return shown(i, &bot.Card{Title: bot.Textf("Logged: %s for %s", unitWords(kept.Amount, h.unit), h.cc.Short), Body: lines(body...), Controls: rows(controls...)}), nil
}
