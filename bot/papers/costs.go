package papers

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// shownExpenses is how many entries the costs page lists; the others are on the
// pages of entries.
const shownExpenses = 3

// chooseShown asks which certification is meant, unless only one can be.
func (s *Service) chooseShown(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.Groups.ActingHere(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	all, err := s.own(ctx, who)
	if err != nil {
		return bot.Response{}, err
	}
	if len(all) == 1 {
		return s.showCosts(ctx, i, who, all[0])
	}
	if len(all) == 0 {
		all = s.Catalogue.Certifications
	}
	menu := bot.Menu{Placeholder: "Which certification?", Action: PathPapers}
	for _, c := range all[:min(len(all), bot.LimitOptions)] {
		menu.Options = append(menu.Options, bot.Option{Label: bot.Clip(c.Short, bot.LimitOptionLabel), Value: c.ID})
	}
	return show(i, &bot.Card{Title: "Costs and notes", Body: wordsChoose, Controls: rows(menu, button("My study page", group.PathStudy))}), nil
}

func (s *Service) costsPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, c, err := s.about(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return s.showCosts(ctx, i, who, c)
}

// showCosts is what a certification costs and what the person spent on it.
func (s *Service) showCosts(ctx context.Context, i bot.Interaction, who group.Acting, c cert.Certification) (bot.Response, error) {
	spent, err := s.Store.Expenses(ctx, who.Member, c.ID)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, s.costsCard(c, spent)), nil
}

func (s *Service) costsCard(c cert.Certification, spent []Expense) *bot.Card {
	costs := []bot.Text{"What it costs"}
	for _, line := range costLines(c, kinds...) {
		costs = append(costs, bot.Typed(line))
	}
	mine := []bot.Text{"What you spent"}
	for _, e := range spent[:min(len(spent), shownExpenses)] {
		mine = append(mine, wordsBriefly(e))
	}
	if more := len(spent) - shownExpenses; more > 0 {
		mine = append(mine, bot.Textf("and %s more", bot.Count(more, "entry", "entries")))
	}
	enter, ask, repay := PathCosts(c.ID)+"/spent", PathNote(c.ID, Before), PathNote(c.ID, After)
	controls := []bot.Control{primary("Ask my employer", ask), button("Enter a cost", enter), button("Ask to be repaid", repay)}
	if len(spent) == 0 { // asking comes before paying
		mine = append(mine, wordsNothingSpent)
	} else {
		controls = []bot.Control{primary("Enter a cost", enter)}
		mine = append(mine, wordsSums(spent))
		if strings.Contains(string(mine[len(mine)-1]), " · ") {
			mine = append(mine, wordsSumsApart)
		}
		controls = append(controls, button("My entries", PathCosts(c.ID)+"/entries"), button("Ask to be repaid", repay), button("Ask my employer", ask))
	}
	if c.URL != "" && len(c.URL) <= bot.LimitURL {
		controls = append(controls, bot.Link{Label: "Issuer's page", URL: c.URL})
	}
	controls = append(controls, button("Calendar", PathCalendar), button("About "+bot.Clip(c.Short, 18), group.PathAbout(c.ID)), button("My study page", group.PathStudy))
	return &bot.Card{Title: bot.Textf("%s: costs", c.Short), Body: paragraphs(lines(costs...), wordsNotOurs, lines(mine...)),
		Footer: bot.Typed(c.Notice()), Controls: rows(controls...)}
}

// kinds are what one wants to know the price of, in this order; "" is the rest.
var kinds = []string{"exam", "application", "retake", "renewal", ""}

// costLines is every price of a certification, of some kinds, in a line of its own,
// with its source and the day on which it was checked; "to confirm" where nobody
// here knows.
func costLines(c cert.Certification, of ...string) []string {
	fees := slices.Concat(c.Facts.Fees, c.Facts.Renewal.Fees)
	if late := c.Facts.Renewal.Grace; late.Value.Fee.Amount > 0 {
		fees = append(fees, cert.Fact[cert.Fee]{Value: late.Value.Fee, Evidence: late.Evidence})
	}
	var all []string
	add := func(kind string) {
		for _, f := range fees {
			if kindOf(f.Value) == kind {
				all = append(all, wordsFee(f, c.IssuerShort))
			}
		}
	}
	for _, kind := range of {
		if kind != "" && !slices.ContainsFunc(fees, func(f cert.Fact[cert.Fee]) bool { return f.Value.For == kind }) {
			all = append(all, capital(kind)+": "+wordsToConfirm+c.IssuerShort)
		}
		add(kind)
	}
	return all
}

// kindOf is which of the kinds a price is of; "" for others.
func kindOf(f cert.Fee) string {
	for _, kind := range kinds {
		if kind != "" && (f.For == kind || strings.HasSuffix(f.For, " "+kind)) {
			return kind
		}
	}
	return ""
}

// capital is a line with a capital letter in front.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// dayShort is a local date without its weekday: "22 Nov 2026".
func dayShort(date string) string {
	if day, err := time.Parse(time.DateOnly, date); err == nil {
		return day.Format("2 Jan 2006")
	}
	return date
}
