package papers

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

// PathAudit gathers what was logged in the periods of a credential, for an audit.
// It is whispered.
func PathAudit(credential string) string { return PathPapers + "/audit/" + credential }

// pack is what was logged in one period of a credential.
type pack struct {
	certification cert.Certification
	credential    renewal.Credential
	cycle         renewal.Cycle
	credits       []renewal.Credit // by day
	others        []renewal.Cycle  // the periods before and after, oldest first
	today         string
}

// packOf reads the period that a path names, of a credential of who acts; without
// one, the period that runs.
func (s *Service) packOf(ctx context.Context, i bot.Interaction) (group.Acting, pack, error) {
	gone := problem(wordsNoPeriod, button("My certifications", renewal.Path), button("My study page", group.PathStudy))
	who, err := s.Groups.Acting(ctx, i)
	if _, mistake := errors.AsType[*bot.Error](err); mistake { // in no group, and nothing is theirs
		return group.Acting{}, pack{}, gone
	}
	if err != nil {
		return group.Acting{}, pack{}, err
	}
	c, ok, err := s.Store.Credential(ctx, who.Member, i.Arg("credential"))
	if err != nil {
		return group.Acting{}, pack{}, err
	}
	if !ok {
		return group.Acting{}, pack{}, gone
	}
	p := pack{credential: c, cycle: c.Cycle, today: who.Today()}
	if p.certification, ok = s.Catalogue.Find(c.Certification); !ok { // the operator's file had it
		p.certification = cert.Certification{ID: c.Certification, Short: c.Certification, IssuerShort: "its issuer"}
	}
	if p.others, err = s.Store.Cycles(ctx, who.Member, c.ID); err != nil {
		return group.Acting{}, pack{}, err
	}
	if id := i.Arg("cycle"); id != "" {
		n := slices.IndexFunc(p.others, func(y renewal.Cycle) bool { return y.ID == id })
		if n < 0 {
			return group.Acting{}, pack{}, gone
		}
		p.cycle = p.others[n]
	}
	p.others = slices.DeleteFunc(p.others, func(y renewal.Cycle) bool { return y.ID == p.cycle.ID })
	p.credits, err = s.Store.Credits(ctx, who.Member, p.cycle.ID)
	return who, p, err
}

// auditShown says what is in an audit pack.
func (s *Service) auditShown(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, p, err := s.packOf(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, p.card()), nil
}

func (p pack) card() *bot.Card {
	back := button("My certifications", renewal.Path)
	body := []bot.Text{bot.Typed(p.periodWords())}
	var controls []bot.Control
	if len(p.credits) > 0 {
		body = append(body, bot.Typed(bot.Count(len(p.credits), "entry", "entries")+". "+p.gained()))
		if n := p.unproven(); n > 0 {
			body = append(body, bot.Typed(fmt.Sprintf(wordsUnproven, bot.Count(n, "entry says", "entries say"))))
		}
		body = append(body, wordsPack, wordsFilesCome)
		controls = append(controls, primary("Get the files", PathAudit(p.credential.ID)+"/"+p.cycle.ID+"/files"))
	} else {
		body = append(body, wordsPackEmpty)
		if p.cycle.RenewedOn == "" {
			controls = append(controls, primary("Log one", renewal.PathLog(p.credential.ID)))
		}
	}
	others := p.others[max(0, len(p.others)-4):] // the newest ones
	for _, y := range others {
		controls = append(controls, button(bot.Clip("Period "+yearsOf(y), bot.LimitLabel), PathAudit(p.credential.ID)+"/"+y.ID))
	}
	return &bot.Card{Title: bot.Textf("%s: audit pack", p.certification.Short), Body: lines(body...), Controls: rows(append(controls, back)...)}
}

// yearsOf tells periods apart on buttons.
func yearsOf(y renewal.Cycle) string {
	switch {
	case y.Until != "":
		return "to " + dayShort(y.Until)
	case y.RenewedOn != "":
		return "to " + dayShort(y.RenewedOn)
	}
	return "that runs"
}

// period is from when to when, as far as that is known; about says that the end is
// worked out by a rule.
func (p pack) period() (span cert.Period, about, known bool) {
	span, known = p.credential.Span(p.certification.Facts.Renewal, p.cycle)
	return span, p.cycle.Until == "", known
}

func (p pack) periodWords() string {
	span, about, known := p.period()
	switch {
	case !known:
		return "Renewal period: to confirm. Enter the date on your certificate."
	case about && span.Begins == "":
		return fmt.Sprintf("Renewal period: to about %s, to confirm.", dayShort(span.Ends))
	case about:
		return fmt.Sprintf("Renewal period: about %s to %s, to confirm.", dayShort(span.Begins), dayShort(span.Ends))
	case span.Begins == "" || p.cycle.From == "" && p.credential.EarnedOn == "":
		return fmt.Sprintf("Renewal period: to %s.", dayShort(span.Ends))
	case p.cycle.From == "":
		return fmt.Sprintf("Renewal period: from about %s to %s.", dayShort(span.Begins), dayShort(span.Ends))
	}
	return fmt.Sprintf("Renewal period: %s to %s.", dayShort(span.Begins), dayShort(span.Ends))
}

// standing is how far the period has come.
func (p pack) standing() cert.Standing {
	span, _, known := p.period()
	if !known { // nothing can lie outside
		span = cert.Period{Ends: "9999-12-31"}
	}
	plain := make([]cert.Credit, len(p.credits))
	for n, x := range p.credits {
		plain[n] = cert.Credit{Category: x.Category, Amount: x.Amount, Day: x.Day}
	}
	return p.certification.Facts.Renewal.Rule().Standing(span, p.today, plain, p.cycle.Carried)
}

// unit is the issuer's own; without a verified one, what is always true.
func (p pack) unit() string {
	if u := p.certification.Facts.Renewal.Unit; u.Shown() != cert.NotVerified {
		return u.Value
	}
	return "credits"
}

// gained is how much counts, as far as that can be said.
func (p pack) gained() string {
	st := p.standing()
	text := fmt.Sprintf("%s %s count", st.Counts, p.unit())
	if st.Known {
		text = fmt.Sprintf("%s of %s %s count", st.Counts, st.Required, p.unit())
	}
	if st.AtBest > st.Counts {
		text += fmt.Sprintf(" for certain, %s at best", st.AtBest)
	}
	return text + "."
}

// unproven is of how many entries nobody said where the proof is.
func (p pack) unproven() int {
	n := 0
	for _, x := range p.credits {
		if x.Evidence == "" {
			n++
		}
	}
	return n
}

// auditFiles gives what was logged in a period as files.
func (s *Service) auditFiles(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, p, err := s.packOf(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if len(p.credits) == 0 {
		return show(i, p.card()), nil
	}
	rows := p.table()
	list, err := spreadsheet(rows)
	if err != nil {
		return bot.Response{}, err
	}
	page, err := p.summary(who.Now.Format("Mon 2 January 2006"), rows).html()
	if err != nil {
		return bot.Response{}, err
	}
	m := message(&bot.Card{Title: "Your audit pack is ready", Body: wordsPackFiles, Controls: []bot.Row{{
		button("The period", PathAudit(p.credential.ID)+"/"+p.cycle.ID), button("My certifications", renewal.Path), button("My study page", group.PathStudy)}}})
	name := "audit-" + who.Today()
	m.Files = []bot.File{
		{Name: name + ".csv", MIME: "text/csv; charset=utf-8", Data: list},
		{Name: name + ".html", MIME: "text/html; charset=utf-8", Data: page},
	}
	return bot.Whisper(m), nil
}

// table is every entry of the period, with a header.
func (p pack) table() table {
	span, about, known := p.period()
	t := table{Header: []string{"Date", "What", "Category", "Amount", "Unit", "Evidence", "In the period"}}
	for _, x := range p.credits {
		in := "yes"
		if about || !known { // the span is worked out by a rule
			in = "to confirm"
		} else if !span.Has(x.Day) {
			in = "no"
		}
		t.Rows = append(t.Rows, []string{x.Day, x.What, p.category(x.Category), x.Amount.String(), p.unit(), x.Evidence, in})
	}
	return t
}

// category is the name of a category.
func (p pack) category(id string) string {
	for _, c := range p.certification.Facts.Renewal.Categories.Value {
		if c.ID == id {
			return c.Name
		}
	}
	if id == "" && len(p.certification.Facts.Renewal.Categories.Value) == 0 {
		return ""
	}
	return "to be decided"
}

// summary is the page for an audit.
func (p pack) summary(day string, entries table) sheet {
	c, r, st := p.certification, p.certification.Facts.Renewal, p.standing()
	about := []string{named(c) + ", " + c.Issuer, p.periodWords(), p.gained()}
	if p.credential.EarnedOn != "" {
		about = slices.Insert(about, 1, "Earned on "+dayShort(p.credential.EarnedOn))
	}
	if st.Carried > 0 {
		about = append(about, fmt.Sprintf("From the period before: %s %s", st.Carried, p.unit()))
	}
	if st.Outside > 0 {
		about = append(about, fmt.Sprintf("Outside the period, and not counted: %s %s", st.Outside, p.unit()))
	}
	if st.Lost > 0 {
		about = append(about, fmt.Sprintf("Beyond the limits of categories, and not counted: %s %s", st.Lost, p.unit()))
	}
	blocks := []block{{Heading: "In short", Items: about}}
	if len(st.Categories) > 0 {
		t := table{Header: []string{"Category", "Entered", "Counts"}}
		for _, in := range st.Categories {
			t.Rows = append(t.Rows, []string{limitWords(in.Limit), in.Has.String(), in.Counts.String()})
		}
		if st.Undecided > 0 {
			t.Rows = append(t.Rows, []string{"To be decided", st.Undecided.String(), ""})
		}
		blocks = append(blocks, block{Heading: "By category, in " + p.unit(), Table: &t})
	}
	dated := table{Header: entries.Header}
	for _, row := range entries.Rows { // in words that stay on one line
		dated.Rows = append(dated.Rows, append([]string{strings.ReplaceAll(dayShort(row[0]), " ", "\u00a0")}, row[1:]...))
	}
	blocks = append(blocks, block{Heading: "Entries", Table: &dated}, block{Heading: "Where the rule is from", Text: ruleWords(r, c)})
	return sheet{Title: c.Short + ": renewal record", Day: day, Footer: wordsPackNotice + " " + c.Notice(), Blocks: blocks}
}

// limitWords is a category with what the rule says of it.
func limitWords(l cert.Limit) string {
	var limits []string
	if l.Min > 0 {
		limits = append(limits, "at least "+l.Min.String())
	}
	if l.Max > 0 {
		limits = append(limits, "at most "+l.Max.String())
	}
	if len(limits) == 0 {
		return l.Name
	}
	return l.Name + " (" + strings.Join(limits, ", ") + ")"
}

// ruleWords says where the rule is from, as sure as that is.
func ruleWords(r cert.Renewal, c cert.Certification) string {
	switch r.Required.Shown() {
	case cert.Plainly, cert.Reported:
		return capital(wordsHeard(r.Required.Evidence, c.IssuerShort)) + "."
	}
	return "Not verified; ask " + c.IssuerShort + "."
}

// spreadsheet is a table as CSV by RFC 4180, in UTF-8 with the mark by which
// spreadsheet programs recognize it. A cell that they would take for a formula
// begins with an apostrophe, so that nothing is run.
func spreadsheet(t table) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	for _, row := range append([][]string{t.Header}, t.Rows...) {
		cells := make([]string, len(row))
		for n, cell := range row {
			cells[n] = harmless(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("audit list: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("audit list: %w", err)
	}
	return out.Bytes(), nil
}

// formula are the characters with which a cell begins that a spreadsheet takes for
// a formula; some programs take the wide ones for the same. After one that parts
// cells, a program set to another list separator sees a new cell.
const formula = "=+-@\t\r\n＝＋－＠|%;,；，"

// harmless is a cell that no spreadsheet takes for a formula.
func harmless(cell string) string {
	if cell = strings.Map(printable, cell); strings.IndexAny(strings.TrimLeft(cell, " \u00a0'\""), formula) == 0 || strings.IndexAny(cell, formula) == 0 {
		return "'" + cell
	}
	return cell
}

// printable drops control characters but for line breaks and tabs.
func printable(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}
