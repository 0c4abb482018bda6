package renewal

import (
	"context"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
)

const (
	fieldName = "name"
	fieldLog  = "log"
)

func (s *Service) command() bot.Command {
	return bot.Command{Name: "cert", Help: "Your certifications: what counts, what is missing; look one up; log what you did", Private: true,
		Page: labelCertifications, Aliases: []string{"certs"}, Fields: []bot.Field{
			{Name: fieldName, Label: "Name", Kind: bot.Line, Help: "Look a certification up, such as CBET", Suggest: s.c.Names, Max: 200},
			{Name: fieldLog, Label: "Log", Kind: bot.Line, Help: "What you did: 2 CEU ventilator course yesterday", Max: 200},
		}}
}

// typed answers /cert. Words without a field's name are understood as they were in
// earlier versions: "credit 2 CEU course", "add CBET", "status", "path", "cost".
func (s *Service) typed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	if line := strings.TrimSpace(i.Values.Get(fieldLog)); line != "" {
		return s.logLine(ctx, i, line)
	}
	typed := strings.TrimSpace(i.Values.Get(fieldName))
	first, rest, _ := strings.Cut(typed, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(first) {
	case "":
		return s.list(ctx, i)
	case "status", "list", "mine":
		if rest == "" {
			return s.list(ctx, i)
		}
	case "log", "credit":
		return s.logLine(ctx, i, rest)
	case "add":
		return s.openAdd(ctx, i, rest)
	case "info", "name":
		typed = rest
	case "path", "next":
		if rest == "" && s.c.Next != "" {
			return s.lead(wordsPath, primary("Which one next?", s.c.Next))
		}
	case "cost", "costs":
		if c, ok := s.byName(rest); ok && s.c.Money != nil {
			return s.lead(wordsMoney, primary(labelMoney, s.c.Money(c.ID)))
		} else if rest == "" {
			return s.chooseMoney(ctx, i)
		}
	}
	// "2 CEU ventilator course" without the field's name.
	if e := ParseEntry(typed, s.c.Now()); e.Unit != "" && typed != "" {
		return s.logLine(ctx, i, typed)
	}
	return s.c.Named(ctx, i, typed)
}

// lead answers with a button that opens what was typed about.
func (s *Service) lead(words bot.Text, to bot.Control) (bot.Response, error) {
	return bot.Whisper(message(&bot.Card{Body: words, Controls: rows(to, button(labelCertifications, Path))})), nil
}

// list shows a person's certifications.
func (s *Service) list(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.c.Groups.ActingHere(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c, err := s.listCard(ctx, who, "")
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, c), nil
}

// listCard is a person's certifications, after a first line.
func (s *Service) listCard(ctx context.Context, who group.Acting, first bot.Text) (*bot.Card, error) {
	all, err := s.all(ctx, who.Member)
	if err != nil {
		return nil, err
	}
	card := &bot.Card{Title: "Your certifications"}
	if len(all) == 0 {
		card.Body = lines(first, wordsNone)
		card.Controls = rows(primary("Add one", Path+"/add"), button("Which one next?", s.c.Next), button(labelMoney, s.moneyPath(nil)),
			button("My study page", group.PathStudy))
		return card, nil
	}
	body := []bot.Text{first}
	for _, h := range all {
		st, _, err := s.statusOf(ctx, h, who.Today())
		if err != nil {
			return nil, err
		}
		body = append(body, h.wordsLine(st, who.Today()))
		if ends := h.wordsEnding(who.Today()); ends != "" {
			body = append(body, ends)
		}
	}
	offers, buttons, err := s.renewedBy(ctx, all)
	if err != nil {
		return nil, err
	}
	card.Body = lines(append(body, offers...)...)
	card.Controls = s.listControls(all, buttons)
	return card, nil
}

// listControls are the ways on from the list.
func (s *Service) listControls(all []held, offers []bot.Control) []bot.Row {
	controls := offers
	one := all[0]
	if logs := logging(all); len(logs) == 1 {
		controls = append(controls, primary(labelLog(logs[0]), PathLog(logs[0].ID)))
	} else if len(logs) > 1 {
		controls = append(controls, primary(sharedLabel(logs), Path+"/log"))
	}
	counts := Path + "/counts"
	if len(all) == 1 {
		counts = PathCounts(one.ID)
		if one.renews() {
			controls = append(controls, button("What counts?", counts))
		}
		if one.Cycle.Until == "" {
			controls = append(controls, button("Enter expiry", PathExpiry(one.ID)))
		}
		controls = append(controls, button("Open "+one.label(), pathOf(one.ID)))
	} else {
		controls = append(controls, button("What counts?", counts))
	}
	controls = append(controls, button("Add one", Path+"/add"), button(labelMoney, s.moneyPath(all)), button("Which one next?", s.c.Next))
	if len(controls) < 2*bot.LimitRow-1 {
		controls = append(controls, button("Calendar", s.c.Calendar))
	}
	controls = append(controls, button("My study page", group.PathStudy))
	if len(all) == 1 {
		return rows(controls...)
	}
	menu := bot.Menu{Placeholder: "Open a certification", Action: strings.TrimSuffix(pathOf(""), "/")}
	for _, h := range all[:min(len(all), bot.LimitOptions)] {
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(h.cc.Short, bot.LimitOptionLabel), Value: h.ID})
	}
	return rows(append(controls, menu)...)
}

// moneyPath shows what certifications cost: of the only one, or after asking which.
func (s *Service) moneyPath(all []held) string {
	switch {
	case s.c.Money == nil:
		return ""
	case len(all) == 1:
		return s.c.Money(all[0].Certification)
	}
	return Path + "/money"
}

// chooseMoney asks of which certification the costs are meant: of those held, or
// studied.
func (s *Service) chooseMoney(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.c.Groups.ActingHere(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	all, err := s.all(ctx, who.Member)
	if err != nil || s.c.Money == nil {
		return bot.Response{}, err
	}
	menu := bot.Menu{Placeholder: "Choose a certification", Action: strings.TrimSuffix(s.c.Money(""), "/")}
	var controls []bot.Control
	for _, h := range all[:min(len(all), bot.LimitRow)] {
		controls = append(controls, button(h.cc.Short, s.c.Money(h.Certification)))
	}
	for _, c := range s.c.Catalogue.Certifications[:min(len(s.c.Catalogue.Certifications), bot.LimitOptions)] {
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(c.Short, bot.LimitOptionLabel), Value: c.ID})
	}
	return shown(i, &bot.Card{Title: "Costs of which certification?", Controls: rows(append(controls, menu, button(labelCertifications, Path))...)}), nil
}

// logging are the credentials for which something can be logged.
func logging(all []held) (logs []held) {
	for _, h := range all {
		if h.collects() {
			logs = append(logs, h)
		}
	}
	return logs
}

// show is the page of one credential.
func (s *Service) show(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c, err := s.page(ctx, who, h, "")
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, c), nil
}

// again is the page of a credential after a change, with a line that says what was
// done.
func (s *Service) again(ctx context.Context, i bot.Interaction, who group.Acting, id string, done bot.Text) (bot.Response, error) {
	c, ok, err := s.c.Store.Credential(ctx, who.Member, id)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, gone(ErrGone)
	}
	card, err := s.page(ctx, who, s.held(c), done)
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, card), nil
}

func (s *Service) page(ctx context.Context, who group.Acting, h held, done bot.Text) (*bot.Card, error) {
	st, credits, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return nil, err
	}
	cycles, err := s.c.Store.Cycles(ctx, who.Member, h.ID)
	if err != nil {
		return nil, err
	}
	body := []bot.Text{done, h.wordsHeld(), h.wordsEnding(who.Today())}
	if h.collects() {
		body = append(body, h.wordsSum(st))
	}
	body = append(body, h.wordsPeriod(st, who.Today()), h.wordsCounted())
	controls := []bot.Control{}
	if h.collects() {
		controls = append(controls, primary(labelLog(h), PathLog(h.ID)), button("What counts?", PathCounts(h.ID)))
	}
	controls = append(controls, button(labelExpiry(h), PathExpiry(h.ID)))
	if h.renews() {
		controls = append(controls, button("Renewed", PathRenew(h.ID)))
	}
	if len(credits) > 0 {
		controls = append(controls, button("What I logged", pathCredits(h.Cycle.ID)))
	}
	if len(cycles) > 1 {
		controls = append(controls, button("Past periods", Path+"/past/"+h.ID))
	}
	count := button("Count me", Path+"/count/"+h.ID+"/yes")
	if h.Counted {
		count = button("Don't count me", Path+"/count/"+h.ID+"/no")
	}
	controls = append(controls, count, button("Change", Path+"/edit/"+h.ID), button("Remove", pathRemove(h.ID)), button(labelCertifications, Path))
	return &bot.Card{Title: h.title(), Body: lines(body...), Footer: bot.Typed(h.cc.Notice()), Controls: rows(controls...)}, nil
}

// setCounted lets organisers count a credential, or not.
func (s *Service) setCounted(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	yes := i.Arg("answer") == "yes"
	if err := s.changed(s.c.Store.SetCounted(ctx, who.Member, h.ID, yes)); err != nil {
		return bot.Response{}, err
	}
	return s.again(ctx, i, who, h.ID, wordsCountedNow(yes))
}

// askRemove asks before a credential goes.
func (s *Service) askRemove(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	cycles, err := s.c.Store.Cycles(ctx, who.Member, h.ID)
	if err != nil {
		return bot.Response{}, err
	}
	logged := 0
	for _, y := range cycles {
		credits, err := s.c.Store.Credits(ctx, who.Member, y.ID)
		if err != nil {
			return bot.Response{}, err
		}
		logged += len(credits)
	}
	return shown(i, &bot.Card{Title: bot.Textf("Remove %s?", h.cc.Short), Body: wordsAskRemove(len(cycles), logged), Tone: bot.Attention, Controls: rows(
		bot.Button{Label: "Remove", Action: pathRemove(h.ID) + "/yes", Style: bot.Danger}, button("Keep it", pathOf(h.ID)))}), nil
}

func (s *Service) remove(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.changed(s.c.Store.RemoveCredential(ctx, who.Member, h.ID, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	c, err := s.listCard(ctx, who, bot.Textf("%s is removed.", h.cc.Short))
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, c), nil
}
