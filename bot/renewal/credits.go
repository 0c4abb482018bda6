package renewal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"studyhall/bot"
	"studyhall/bot/group"
)

// perPage is how many credits stand on a page.
const perPage = 6

// credits lists what was logged in a period, newest first.
func (s *Service) credits(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.acting(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	h, y, err := s.cycle(ctx, who, i.Arg("cycle"))
	if err != nil {
		return bot.Response{}, err
	}
	credits, err := s.c.Store.Credits(ctx, who.Member, y.ID)
	if err != nil {
		return bot.Response{}, err
	}
	slices.Reverse(credits)
	from, err := strconv.Atoi(cmp.Or(i.Arg("from"), "0"))
	if err != nil || from < 0 || from >= len(credits) {
		from = 0
	}
	return shown(i, s.creditsCard(h, y, credits, from)), nil
}

// creditsCard is a page of what was logged in a period, from one of the credits on.
func (s *Service) creditsCard(h held, y Cycle, credits []Credit, from int) *bot.Card {
	page := credits[from:min(from+perPage, len(credits))]
	body := []bot.Text{h.wordsSpan(y)}
	if len(credits) == 0 {
		body = append(body, "Nothing is logged in this period.")
	}
	menu := bot.Menu{Placeholder: "Open one", Action: strings.TrimSuffix(pathCredit(""), "/")}
	for n, x := range page {
		body = append(body, bot.Textf("%d. %s", from+n+1, h.wordsCredit(x.brief())))
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(fmt.Sprintf("%d. %s, %s", from+n+1, unitWords(x.Amount, h.unit), x.What), bot.LimitOptionLabel), Value: x.ID})
	}
	controls := []bot.Control{menu}
	if h.Cycle.ID == y.ID && h.collects() {
		controls = append(controls, button(labelLog(h), PathLog(h.ID)))
	}
	if from > 0 {
		controls = append(controls, button("Newer", fmt.Sprint(pathCredits(y.ID), "/", max(0, from-perPage))))
	}
	if from+perPage < len(credits) {
		controls = append(controls, button("Older", fmt.Sprint(pathCredits(y.ID), "/", from+perPage)))
	}
	if s.c.Audit != nil {
		controls = append(controls, button("Audit pack", s.c.Audit(h.ID)))
	}
	controls = append(controls, button("Open "+h.label(), pathOf(h.ID)))
	title := bot.Textf("%s: what you logged", h.cc.Short)
	if len(credits) > perPage {
		title = bot.Textf("%s: what you logged, %d to %d of %d", h.cc.Short, from+1, from+len(page), len(credits))
	}
	return &bot.Card{Title: title, Body: lines(body...), Controls: rows(controls...)}
}

// briefly is how many characters of what was typed stand in a list.
const briefly = 50

// brief is a credit for a list; its own page has all that was typed.
func (x Credit) brief() Credit {
	x.What, x.Evidence = bot.Clip(x.What, briefly), bot.Clip(x.Evidence, briefly)
	return x
}

// cycle is a period of whoever acts, and the credential that it is of.
func (s *Service) cycle(ctx context.Context, who group.Acting, id string) (held, Cycle, error) {
	all, err := s.all(ctx, who.Member)
	if err != nil {
		return held{}, Cycle{}, err
	}
	for _, h := range all {
		cycles, err := s.c.Store.Cycles(ctx, who.Member, h.ID)
		if err != nil {
			return held{}, Cycle{}, err
		}
		if n := slices.IndexFunc(cycles, func(y Cycle) bool { return y.ID == id }); n >= 0 {
			return h, cycles[n], nil
		}
	}
	return held{}, Cycle{}, gone(ErrGone)
}

// ownCredit is who acts and the credit that a path names, if it is theirs.
func (s *Service) ownCredit(ctx context.Context, i bot.Interaction) (group.Acting, Credit, held, error) {
	who, err := s.acting(ctx, i)
	if err != nil {
		return who, Credit{}, held{}, err
	}
	x, in, ok, err := s.c.Store.Credit(ctx, who.Member, i.Arg("credit"))
	if err != nil || !ok {
		return who, Credit{}, held{}, gone(cmp.Or(err, ErrGone))
	}
	return who, x, s.held(in), nil
}

// credit shows one credit.
func (s *Service) credit(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, h.creditCard(x, "")), nil
}

// creditCard shows a credit; one of a past period stays as it is.
func (h held) creditCard(x Credit, first bot.Text) *bot.Card {
	body := []bot.Text{first, h.wordsCredit(x)}
	var controls []bot.Control
	if h.Cycle.RenewedOn == "" {
		if x.Evidence == "" {
			body = append(body, wordsWhere)
		}
		controls = append(controls, button("Add where it is", pathCredit(x.ID)+"/where"))
		if x.Evidence != "" {
			controls[0] = button("Change where it is", pathCredit(x.ID)+"/where")
		}
		if _, has := h.categoryField(""); has {
			controls = append(controls, button("Choose category", pathCredit(x.ID)+"/kind"))
		}
		controls = append(controls, button("Correct", pathCredit(x.ID)+"/change"), button("Delete", pathCredit(x.ID)+"/delete"))
	} else {
		body = append(body, wordsPastStays)
	}
	return &bot.Card{Title: bot.Textf("%s for %s", unitWords(x.Amount, h.unit), h.cc.Short), Body: lines(body...),
		Controls: rows(append(controls, button("All I logged", pathCredits(x.Cycle)), button(labelCertifications, Path))...)}
}

// askChange opens the form about a credit.
func (s *Service) askChange(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if h.Cycle.RenewedOn != "" {
		return shown(i, h.creditCard(x, "")), nil
	}
	r := s.logForm(&h, nil, Entry{What: x.What, Amount: x.Amount, Day: x.Day}, "")
	r.Form.Title, r.Form.Submit, r.Form.Action = "Correct what you logged", "Save", pathCredit(x.ID)+"/set"
	for n, f := range r.Form.Fields {
		switch f.Name {
		case fieldCategory:
			r.Form.Fields[n], _ = h.categoryField(x.Category)
		case fieldWhere:
			r.Form.Fields[n].Initial = initial(x.Evidence)
		}
	}
	return r, nil
}

func (s *Service) change(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, old, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	x, fault := h.filledIn(i, who)
	if fault != nil {
		return bot.Response{Invalid: fault}, nil
	}
	x.ID, x.Cycle, x.EnteredAt = old.ID, old.Cycle, old.EnteredAt
	if err := s.changed(s.c.Store.ChangeCredit(ctx, who.Member, x, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	return shown(i, h.creditCard(x, "Saved.")), nil
}

// askWhere asks where the proof of a credit is.
func (s *Service) askWhere(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, x, _, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: &bot.Form{Title: "Where it is", Submit: "Save", Action: pathCredit(x.ID) + "/where/set", Intro: wordsWhereIntro, Fields: []bot.Field{{
		Name: fieldWhere, Label: "Where the certificate of attendance is", Kind: bot.Line, Required: true, Max: maxWhere, Placeholder: "Drive, certs 2027", Initial: initial(x.Evidence),
	}}}}, nil
}

func (s *Service) where(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	x.Evidence = oneLine(i.Values.Get(fieldWhere), maxWhere)
	if x.Evidence == "" {
		return invalid(fieldWhere, "Please say in a few words where it is."), nil
	}
	if err := s.changed(s.c.Store.SetEvidence(ctx, who.Member, x.ID, x.Evidence)); err != nil {
		return bot.Response{}, err
	}
	return shown(i, h.creditCard(x, "Noted where it is.")), nil
}

// askKind offers the categories of the issuer's rule.
func (s *Service) askKind(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	f, has := h.categoryField(x.Category)
	if !has || h.Cycle.RenewedOn != "" {
		return shown(i, h.creditCard(x, "")), nil
	}
	st, _, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	body := append([]bot.Text{h.wordsCredit(x)}, h.wordsCategories(st)...)
	menu := bot.Menu{Placeholder: "Choose a category", Action: pathCredit(x.ID) + "/kind", Options: f.Options}
	return shown(i, &bot.Card{Title: "Which category?", Body: lines(append(body, h.wordsCategoryNote())...), Controls: rows(menu, button("Not now", pathCredit(x.ID)))}), nil
}

func (s *Service) setKind(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if x.Category = i.Arg("kind"); x.Category == later {
		x.Category = ""
	}
	if _, fault := h.check(x, who.Today()); fault != "" {
		return bot.Response{}, problem(fault, button("Open it", pathCredit(x.ID)), button(labelCertifications, Path))
	}
	if err := s.changed(s.c.Store.SetCategory(ctx, who.Member, x.ID, x.Category, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	st, _, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, h.creditCard(x, lines("Saved.", h.wordsSum(st)))), nil
}

// askDelete asks before a credit goes.
func (s *Service) askDelete(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, &bot.Card{Title: "Delete this?", Body: lines(h.wordsCredit(x), "It goes for good."), Tone: bot.Attention, Controls: rows(
		bot.Button{Label: "Delete", Action: pathCredit(x.ID) + "/delete/yes", Style: bot.Danger}, button("Keep it", pathCredit(x.ID)))}), nil
}

func (s *Service) delete(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, x, h, err := s.ownCredit(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.changed(s.c.Store.RemoveCredit(ctx, who.Member, x.ID, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	st, _, err := s.statusOf(ctx, h, who.Today())
	if err != nil {
		return bot.Response{}, err
	}
	return shown(i, &bot.Card{Body: lines("Deleted.", h.wordsSum(st)), Controls: rows(button(labelLog(h), PathLog(h.ID)),
		button("All I logged", pathCredits(x.Cycle)), button(labelCertifications, Path))}), nil
}
