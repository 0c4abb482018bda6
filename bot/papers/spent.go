package papers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

// The fields of the form about an expense.
const (
	fieldWhat    = "what"
	fieldAmount  = "amount"
	fieldDay     = "day"
	fieldReceipt = "receipt"
)

const (
	maxWhat    = 80  // characters of what was paid for
	maxReceipt = 120 // and of a receipt's file name
	briefly    = 40  // and of either in a list
	perPage    = 8   // entries on a page of them
)

// openSpent asks for an expense. The form's path is made anew each time, so that a
// form that is sent twice counts once.
func (s *Service) openSpent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, c, err := s.about(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	code, err := s.currencyOf(ctx, who.Member, c)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: spentForm(PathCosts(c.ID)+"/spent/add/"+s.NewID(), code, Expense{Day: who.Today()})}, nil
}

// spentForm is the form about an expense.
func spentForm(action, code string, e Expense) *bot.Form {
	amount := ""
	if e.Amount.Minor > 0 {
		amount = e.Amount.String()
	}
	initial := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	return &bot.Form{Title: "Enter a cost", Submit: "Save", Action: action, Intro: wordsSpentIntro, Fields: []bot.Field{
		{Name: fieldWhat, Label: "What for", Kind: bot.Line, Required: true, Placeholder: "Exam fee", Max: maxWhat, Initial: initial(e.What)},
		{Name: fieldAmount, Label: "How much", Kind: bot.Line, Required: true, Placeholder: "519 " + code, Max: 40,
			Help: "With its currency; without one it is in " + code, Initial: initial(amount)},
		{Name: fieldDay, Label: "Paid on", Kind: bot.Date, Required: true, Initial: initial(e.Day)},
		{Name: fieldReceipt, Label: "Receipt", Kind: bot.Line, Help: "The name of its file, for the note to your employer", Max: maxReceipt, Initial: initial(e.Receipt)},
	}}
}

// currencyOf is the currency in which a person pays for a certification: the one
// they used last for it, else that of its prices.
func (s *Service) currencyOf(ctx context.Context, member string, c cert.Certification) (string, error) {
	all, err := s.Store.Expenses(ctx, member, c.ID)
	if err != nil {
		return "", err
	}
	var last Expense
	for _, e := range all {
		if !e.EnteredAt.Before(last.EnteredAt) {
			last = e
		}
	}
	if last.Amount.Currency != "" {
		return last.Amount.Currency, nil
	}
	for _, f := range append(c.Facts.Fees[:len(c.Facts.Fees):len(c.Facts.Fees)], c.Facts.Renewal.Fees...) {
		if f.Value.Currency != "" {
			return f.Value.Currency, nil
		}
	}
	return "USD", nil
}

// filledIn reads the form about an expense into e; invalid says what is wrong.
func filledIn(i bot.Interaction, today, code string, e *Expense) (invalid map[string]string) {
	invalid = map[string]string{}
	e.What = oneLine(i.Values.Get(fieldWhat), maxWhat)
	if e.What == "" {
		invalid[fieldWhat] = wordsNoWhat
	}
	amount, err := ParseAmount(i.Values.Get(fieldAmount), code)
	if err != nil {
		invalid[fieldAmount] = wordsAmountFault(err)
	}
	e.Amount = amount
	e.Receipt = oneLine(i.Values.Get(fieldReceipt), maxReceipt)
	e.Day = i.Values.Get(fieldDay)
	now, _ := time.Parse(time.DateOnly, today)
	switch day, err := time.Parse(time.DateOnly, e.Day); {
	case err != nil:
		invalid[fieldDay] = wordsBadDay
	case day.After(now):
		invalid[fieldDay] = wordsFuture
	case day.Before(now.AddDate(-10, 0, 0)):
		invalid[fieldDay] = wordsLongAgo
	}
	return invalid
}

// oneLine is what somebody typed, on one line of so many characters at most.
func oneLine(typed string, most int) string {
	return bot.Clip(strings.Join(strings.Fields(string(bot.Typed(typed))), " "), most)
}

// sentSpent keeps an expense. The same form twice keeps it once.
func (s *Service) sentSpent(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, c, err := s.about(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	code, err := s.currencyOf(ctx, who.Member, c)
	if err != nil {
		return bot.Response{}, err
	}
	e := Expense{ID: s.NewID(), Member: who.Member, Certification: c.ID, EnteredAt: s.Now()}
	if invalid := filledIn(i, who.Today(), code, &e); len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	e, err = s.Store.AddExpense(ctx, i.Arg("press"), e)
	switch {
	case errors.Is(err, ErrFull):
		return bot.Response{}, problem(wordsEntryFull, button("My entries", PathCosts(c.ID)+"/entries"))
	case err != nil:
		return bot.Response{}, err
	}
	return show(i, s.entryCard(e, c)), nil
}

// entryCard is what was entered, and what can be done with it.
func (s *Service) entryCard(e Expense, c cert.Certification) *bot.Card {
	body := lines(wordsSaved, wordsExpense(e))
	if e.Receipt == "" {
		body = lines(body, wordsReceipt)
	}
	controls := []bot.Control{primary("Enter another", PathCosts(c.ID)+"/spent"), button("Correct it", pathEntry(e.ID)+"/correct"), button("Costs", PathCosts(c.ID))}
	if e.Receipt == "" {
		controls[1] = button("Add the receipt", pathEntry(e.ID)+"/correct")
	}
	return &bot.Card{Title: bot.Textf("%s: a cost", c.Short), Body: body, Controls: rows(controls...)}
}

// entries lists a person's expenses, newest first, with a menu to choose one.
func (s *Service) entries(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, c, err := s.about(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	all, err := s.Store.Expenses(ctx, who.Member, c.ID)
	if err != nil {
		return bot.Response{}, err
	}
	if len(all) == 0 {
		return s.showCosts(ctx, i, who, c)
	}
	from, err := strconv.Atoi(i.Arg("from"))
	if err != nil || from < 0 || from >= len(all) {
		from = 0
	}
	return show(i, entriesCard(c, all, from)), nil
}

// entriesCard is a page of expenses, from one of them on.
func entriesCard(c cert.Certification, all []Expense, from int) *bot.Card {
	page := all[from:min(from+perPage, len(all))]
	body := []bot.Text{wordsSums(all)}
	menu := bot.Menu{Placeholder: "Correct or remove one", Action: PathPapers + "/entry"}
	for _, e := range page {
		body = append(body, wordsBriefly(e))
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(fmt.Sprintf("%s, %s: %s", e.Amount, dayShort(e.Day), e.What), bot.LimitOptionLabel), Value: e.ID})
	}
	controls := []bot.Control{menu}
	if from+perPage < len(all) {
		controls = append(controls, button("Older ones", PathCosts(c.ID)+"/entries/"+strconv.Itoa(from+perPage)))
	}
	if from > 0 {
		controls = append(controls, button("Newer ones", PathCosts(c.ID)+"/entries/"+strconv.Itoa(max(0, from-perPage))))
	}
	controls = append(controls, button("Enter a cost", PathCosts(c.ID)+"/spent"), button("Costs", PathCosts(c.ID)))
	return &bot.Card{Title: bot.Textf("%s: what you spent", c.Short), Body: lines(body...), Controls: rows(controls...)}
}

// chosenEntry is the expense that a path names, of who acts.
func (s *Service) chosenEntry(ctx context.Context, i bot.Interaction) (group.Acting, Expense, cert.Certification, error) {
	who, err := s.Groups.Acting(ctx, i)
	if _, mistake := errors.AsType[*bot.Error](err); mistake { // in no group, and nothing is theirs
		return group.Acting{}, Expense{}, cert.Certification{}, entryGone()
	}
	if err != nil {
		return group.Acting{}, Expense{}, cert.Certification{}, err
	}
	e, ok, err := s.Store.Expense(ctx, who.Member, i.Arg("id"))
	if err != nil {
		return group.Acting{}, Expense{}, cert.Certification{}, err
	}
	if !ok {
		return group.Acting{}, Expense{}, cert.Certification{}, entryGone()
	}
	c, known := s.Catalogue.Find(e.Certification)
	if !known { // the operator's file had it
		c = cert.Certification{ID: e.Certification, Short: e.Certification}
	}
	return who, e, c, nil
}

func entryGone() error {
	return problem(wordsEntryGone, button("Costs", PathPapers), button("My study page", group.PathStudy))
}

// entry shows an expense to correct or remove.
func (s *Service) entry(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, e, c, err := s.chosenEntry(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("%s: a cost", c.Short), Body: wordsExpense(e), Controls: rows(
		primary("Correct it", pathEntry(e.ID)+"/correct"), button("Remove it", pathEntry(e.ID)+"/remove"), button("My entries", PathCosts(c.ID)+"/entries"))}), nil
}

func (s *Service) openCorrect(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, e, _, err := s.chosenEntry(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.Response{Form: spentForm(pathEntry(e.ID)+"/set", e.Amount.Currency, e)}, nil
}

// sentCorrect replaces what an expense says.
func (s *Service) sentCorrect(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, e, c, err := s.chosenEntry(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if invalid := filledIn(i, who.Today(), e.Amount.Currency, &e); len(invalid) > 0 {
		return bot.Response{Invalid: invalid}, nil
	}
	switch err := s.Store.ChangeExpense(ctx, e); {
	case errors.Is(err, renewal.ErrGone):
		return bot.Response{}, entryGone()
	case err != nil:
		return bot.Response{}, err
	}
	return show(i, s.entryCard(e, c)), nil
}

// askRemove asks before an expense goes.
func (s *Service) askRemove(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, e, c, err := s.chosenEntry(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("%s: remove a cost", c.Short), Body: lines(wordsExpense(e), wordsAskRemove), Tone: bot.Attention, Controls: rows(
		bot.Button{Label: "Remove it", Action: pathEntry(e.ID) + "/remove/yes", Style: bot.Danger}, button("Keep it", PathCosts(c.ID)+"/entries"))}), nil
}

// remove removes an expense.
func (s *Service) remove(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, e, c, err := s.chosenEntry(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if err := s.Store.RemoveExpense(ctx, who.Member, e.ID); err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: bot.Textf("%s: a cost", c.Short), Body: wordsRemoved, Controls: rows(
		primary("My entries", PathCosts(c.ID)+"/entries"), button("Costs", PathCosts(c.ID)))}), nil
}
