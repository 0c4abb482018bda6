package renewal

import (
	"context"
	"fmt"
	"slices"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const fieldOn = "renewed"

// chooseCounts asks of which certification one wants to know what counts.
func (s *Service) chooseCounts(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, logs, err := s.logged(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, choose("What counts for which one?", logs, PathCounts)), nil
}

// counts says what counts towards a renewal, what no longer does and what is missing.
func (s *Service) counts(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if !h.collects() {
		c, err := s.page(ctx, who, h, h.wordsNoLog())
		if err != nil {
			return bot.Response{}, err
		}
		return shown(i, c), nil
	}
	st, credits, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	controls := []bot.Control{primary(labelLog(h), PathLog(h.ID))}
	if len(credits) > 0 {
		controls = append(controls, button("What I logged", pathCredits(h.Cycle.ID)))
	}
	if st.About || !st.Known {
		controls = append(controls, button("Enter expiry", PathExpiry(h.ID)))
	}
	if st.Complete() {
		controls = append(controls, button("Renewed", PathRenew(h.ID)))
	}
	if chosen, err := s.c.Groups.Reminding(ctx, who.Member, NoteRenewal); err != nil {
		return bot.Response{}, err
	} else if !chosen {
		controls = append(controls, button("Remind me", group.PathRemind(NoteRenewal)))
	}
	controls = append(controls, button("Open "+h.label(), pathOf(h.ID)), button(labelCertifications, Path))
	return shown(i, &bot.Card{Title: h.wordsGap(st, who.Today()), Body: bot.Join("\n\n", h.wordsCounts(st, who.Today())...), Controls: rows(controls...)}), nil
}

// askRenew asks for the dates of the next period.
func (s *Service) askRenew(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if !h.renews() {
		return bot.Response{}, problem(h.wordsNoLog(), button("Open "+h.label(), pathOf(h.ID)), button(labelCertifications, Path))
	}
	next := ""
	if after, ok := h.cc.Facts.Renewal.After(h.Cycle.Until); ok {
		next = after.Begins
	}
	return bot.Response{Form: &bot.Form{Title: bot.Clip(h.cc.Short+" renewed", bot.LimitFormTitle), Submit: "Save", Action: PathRenew(h.ID) + "/" + h.Cycle.ID,
		Intro: wordsRenewIntro, Fields: []bot.Field{
			{Name: fieldOn, Label: "Renewed on", Kind: bot.Date, Required: true, Initial: []string{who.Today()}},
			{Name: fieldFrom, Label: "The new period begins", Kind: bot.Date, Help: "Leave it empty if you don't know", Initial: initial(next)},
			untilField("Expiry on the new certificate", ""),
		}}}, nil
}

// renew ends the period that the form was about and begins the next one.
func (s *Service) renew(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if h.Cycle.ID != i.Arg("cycle") {
		return s.again(ctx, i, who, h.ID, wordsRenewedBefore)
	}
	on, ok := parseDay(i.Values.Get(fieldOn), who.Now)
	switch {
	case !ok || on == "":
		return invalid(fieldOn, wordsNoDate), nil
	case on > who.Today():
		return invalid(fieldOn, bot.Textf("%s is still to come. Come back when it's done.", dayWords(on))), nil
	case h.EarnedOn != "" && on < h.EarnedOn:
		return invalid(fieldOn, "That is before you passed. Are both dates right?"), nil
	}
	i.Values[fieldState] = []string{string(Full)}
	f := read(i, h.cc, who.Now)
	if f.until != "" && f.until <= max(on, h.Cycle.Until) {
		f.fault(fieldUntil, "That is no later than the period that ends. Is it the new certificate's date?")
	}
	if f.invalid != nil {
		return bot.Response{Invalid: f.invalid}, nil
	}
	st, credits, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.changed(s.c.Store.Renew(ctx, Renewed{Member: who.Member, Cycle: h.Cycle.ID, Next: s.c.NewID(), On: on, From: f.from, Until: f.until, Carried: st.Over}, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	now, ok, err := s.c.Store.Credential(ctx, who.Member, h.ID)
	if err != nil || !ok {
		return bot.Response{}, gone(ErrGone)
	}
	all, err := s.all(ctx, who.Member)
	if err != nil {
		return bot.Response{}, err
	}
	offers, buttons, err := s.renewedBy(ctx, all)
	if err != nil {
		return bot.Response{}, err
	}
	next := s.held(now)
	after := next.status(next.Cycle, nil, who.Today())
	body := append([]bot.Text{next.wordsPeriod(after, who.Today()), wordsKept(len(credits)), wordsCarried(after, next.unit)}, offers...)
	controls := append(buttons, button("Past periods", Path+"/past/"+h.ID))
	if f.until == "" {
		controls = append(controls, button("Enter expiry", PathExpiry(h.ID)))
	}
	controls = append(controls, button(labelLog(next), PathLog(h.ID)), button("Open "+h.label(), pathOf(h.ID)), button(labelCertifications, Path))
	return shown(i, &bot.Card{Title: bot.Textf("%s is renewed", h.cc.Short), Body: lines(body...), Tone: bot.Good, Controls: rows(controls...)}), nil
}

// past lists the periods of a credential, newest first.
func (s *Service) past(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	cycles, err := s.c.Store.Cycles(ctx, who.Member, h.ID)
	if err != nil {
		return bot.Response{}, err
	}
	slices.Reverse(cycles)
	var body []bot.Text
	var controls []bot.Control
	for n, y := range cycles[:min(len(cycles), 2*bot.LimitRow-1)] {
		credits, err := s.c.Store.Credits(ctx, who.Member, y.ID)
		if err != nil {
			return bot.Response{}, err
		}
		sum := cert.Amount(0)
		for _, x := range credits {
			sum += x.Amount
		}
		body = append(body, bot.Textf("%d. %s", n+1, h.wordsPast(y, len(credits), sum)))
		controls = append(controls, button(fmt.Sprintf("Open %d", n+1), pathCredits(y.ID)))
	}
	return shown(i, &bot.Card{Title: bot.Textf("%s: your periods", h.cc.Short), Body: lines(body...),
		Controls: rows(append(controls, button("Open "+h.label(), pathOf(h.ID)))...)}), nil
}

// renewedBy offers to note as renewed what an issuer renews when a higher
// certification is earned or renewed, if that happened in the period that runs.
func (s *Service) renewedBy(ctx context.Context, all []held) (offers []bot.Text, controls []bot.Control, err error) {
	for _, low := range all {
		rule := low.cc.Facts.Renewal.RenewedBy
		if rule.Shown() == cert.NotVerified || !low.collects() {
			continue
		}
		begun, err := s.lastEvent(ctx, low)
		if err != nil {
			return nil, nil, err
		}
		for _, high := range all {
			if high.State != Full || !slices.Contains(rule.Value, high.Certification) {
				continue
			}
			on, err := s.lastEvent(ctx, high)
			if err != nil {
				return nil, nil, err
			}
			if on == "" || on <= begun || low.Cycle.Confirmed() && on > low.Cycle.Until {
				continue // not in the period that runs
			}
			offers = append(offers, bot.Textf("%s, earned or renewed on %s, %s. Note it as renewed?", high.cc.Short, dayWords(on), rule.Words("renews "+low.cc.Short, low.cc.URL)))
			controls = append(controls, button("Renewed: "+low.label(), PathRenew(low.ID)))
			break
		}
	}
	return offers, controls, nil
}

// lastEvent is the day on which a credential was last renewed or, never renewed,
// earned; "" if that isn't known.
func (s *Service) lastEvent(ctx context.Context, h held) (day string, err error) {
	cycles, err := s.c.Store.Cycles(ctx, h.Member, h.ID)
	day = h.EarnedOn
	for _, y := range cycles {
		day = max(day, y.RenewedOn)
	}
	return day, err
}
