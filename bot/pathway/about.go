package pathway

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// The pages of a certification. The first one has no name of its own in paths.
const (
	pageAbout   = "about"
	pageExam    = "exam"
	pageOutline = "outline"
	pageCost    = "cost"
	pageRenewal = "renewal"
	pageSources = "sources"
)

// roomFor is how many characters of facts stand on one page: what is left of a
// message beside its title, footer and buttons.
const roomFor = 1200

// pages are the pages in the order of their buttons.
func pages() []string {
	return []string{pageAbout, pageExam, pageOutline, pageCost, pageRenewal, pageSources}
}

// pageNames are what the buttons say.
func pageNames() map[string]string {
	return map[string]string{pageAbout: "About", pageExam: "Exam", pageOutline: "Outline",
		pageCost: "Cost", pageRenewal: "Renewal", pageSources: "Sources"}
}

// about shows a page of a certification, in the place of a private card.
func (s *Service) about(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	c, err := s.find(i.Arg("id"))
	if err != nil {
		return bot.Response{}, err
	}
	page := cmp.Or(i.Arg("page"), pageAbout)
	part, err := strconv.Atoi(cmp.Or(i.Arg("part"), "1"))
	if err != nil || !slices.Contains(pages(), page) {
		page, part = pageAbout, 1
	}
	card := s.card(c, s.c.Now(ctx, i), page, part)
	if page == pageRenewal && s.c.Counts != nil {
		counts, err := s.c.Counts(ctx, i, c.ID)
		if err != nil {
			return bot.Response{}, err
		}
		if last := len(card.Controls) - 1; counts != "" && len(card.Controls[last]) < bot.LimitRow {
			card.Controls[last] = slices.Insert(card.Controls[last], 0, button("What counts for mine", counts))
		}
	}
	return bot.InPlace(i, message(card)), nil
}

// card is one part of a page, counted from 1; the last one for a part beyond it.
func (s *Service) card(c cert.Certification, now time.Time, name string, part int) *bot.Card {
	p := &page{c: c, now: now}
	switch name {
	case pageExam:
		p.exam()
	case pageOutline:
		p.outlines()
	case pageCost:
		p.cost()
	case pageRenewal:
		p.renewal(s.c.Catalogue)
	case pageSources:
		p.sources(s.c.Catalogue)
	default:
		name = pageAbout
		p.overview()
	}
	if name != pageSources {
		p.end()
	}
	parts := partsOf(p.lines)
	part = max(1, min(part, len(parts)))
	title := bot.Textf("%s: %s", c.Short, c.Name)
	if c.Name == c.Short || c.Name == "" {
		title = bot.Textf("%s", c.Short)
	}
	if name != pageAbout {
		title = bot.Textf("%s: %s", c.Short, bot.Lowered(bot.Text(pageNames()[name])))
	}
	if part > 1 {
		title += bot.Textf(", part %d of %d", part, len(parts))
	}
	footer := bot.Textf("%s", c.Notice())
	if name == pageAbout || name == pageSources {
		footer = bot.Textf("%s", c.Trademark())
	}
	return &bot.Card{
		Title: bot.Text(bot.Clip(string(title), bot.LimitTitle)), Body: bot.Join("\n", parts[part-1]...),
		Footer: bot.Text(bot.Clip(string(footer), 300)), Controls: s.controls(c, now, name, part, len(parts)),
	}
}

// controls lead from a page to the others, and on.
func (s *Service) controls(c cert.Certification, now time.Time, name string, part, parts int) []bot.Row {
	var others, next []bot.Control
	for _, p := range pages() {
		if p != name {
			others = append(others, button(pageNames()[p], pathPage(c.ID, p, 1)))
		}
	}
	if parts > 1 {
		next = append(next, button("More", pathPage(c.ID, name, part%parts+1)))
	}
	if s.c.SetExam != nil && c.IsGoal(now) {
		next = append(next, button("Set my exam date", s.c.SetExam(c.ID)))
	}
	if s.c.Money != nil && name == pageCost {
		next = append(next, button("Costs and employer note", s.c.Money(c.ID)))
	}
	next = append(next, button("Which one next?", PathNext))
	if s.c.Mine != "" {
		next = append(next, button("My certifications", s.c.Mine))
	}
	return lay(others, next)
}

func pathPage(id, page string, part int) string {
	switch {
	case part > 1:
		return fmt.Sprintf("%s/%s/%d", group.PathAbout(id), page, part)
	case page != pageAbout:
		return group.PathAbout(id) + "/" + page
	}
	return group.PathAbout(id)
}

// partsOf spreads lines over as many messages as they need: at least one. A line
// too long for any is cut; only an operator's file has such.
func partsOf(lines []bot.Text) [][]bot.Text {
	parts, room := [][]bot.Text{nil}, roomFor
	for _, l := range lines {
		l = bot.Text(bot.Clip(string(l), roomFor))
		n := utf8.RuneCountInString(string(l)) + 1
		if n > room && len(parts[len(parts)-1]) > 0 {
			parts, room = append(parts, nil), roomFor
		}
		parts[len(parts)-1], room = append(parts[len(parts)-1], l), room-n
	}
	return parts
}

// page collects the lines of a page and what they rest on.
type page struct {
	c      cert.Certification
	now    time.Time
	lines  []bot.Text
	used   []cert.Evidence
	unsure bool // something is reported or not verified
}

func (p *page) say(lines ...bot.Text) { p.lines = append(p.lines, lines...) }

// fact is a value as it may be shown, with what there is to know about it. It says
// "reported" or "not verified"; where to ask stands at the page's end.
func (p *page) fact(e cert.Evidence, value string) bot.Text {
	words, note := wordsNotVerified, e.Note
	switch e.Shown() {
	case cert.Plainly:
		words = bot.Typed(value)
	case cert.Reported:
		words = bot.Typed(strings.TrimSuffix(value, ".")) + " " + wordsReported(e, value)
	default:
		if e.Confidence == cert.Memory { // its note may tell what the value isn't shown for
			note = ""
		}
	}
	if e.Shown() != cert.Plainly {
		p.unsure = true
	}
	if e.Shown() != cert.NotVerified {
		p.used = append(p.used, e)
	}
	return withNote(words, note)
}

// tell adds "Label: value." of a fact. What nobody has recorded anything about is
// left out.
func (p *page) tell(label string, e cert.Evidence, value string) {
	if e.Known() {
		p.say(bot.Textf("%s: %s", label, p.fact(e, value)))
	}
}

// end says where to ask, and what the page rests on: in a paragraph of its own.
func (p *page) end() {
	facts := len(p.lines)
	defer func() {
		if 0 < facts && facts < len(p.lines) {
			p.lines[facts] = "\n" + p.lines[facts]
		}
	}()
	if p.unsure && p.c.URL != "" {
		p.say(bot.Textf(wordsAsk, p.c.IssuerShort, p.c.URL))
	}
	var titles []string
	oldest, old := "", false
	for _, e := range p.used {
		if t := e.Sources[0].Title; !slices.Contains(titles, t) {
			titles = append(titles, t)
		}
		if oldest == "" || e.Checked < oldest {
			oldest = e.Checked
		}
		old = old || e.Outdated(p.now)
	}
	if len(titles) > 0 {
		p.say(wordsRestsOn(titles, oldest, old))
	}
}

// overview says what a certification is and whom it is for.
func (p *page) overview() {
	f := p.c.Facts
	p.say(wordsStatus(p.c, p.now))
	if f.Suits.Shown() != cert.NotVerified {
		p.tell("For", f.Suits.Evidence, f.Suits.Value)
	}
	p.tell("Issuer", f.Issuer.Evidence, f.Issuer.Value)
	switch ways := f.Eligibility.Value; {
	case f.Eligibility.Shown() == cert.NotVerified || len(ways) < 2:
		p.tell("Who is admitted", f.Eligibility.Evidence, cert.Text(ways))
	default:
		p.say(bot.Textf("Who is admitted: %s", p.fact(f.Eligibility.Evidence, fmt.Sprintf("%d ways, one is enough", len(ways)))))
		for n, way := range ways {
			p.say(bot.Textf("%d. %s", n+1, way))
		}
	}
	o := p.c.Current(p.now)
	switch q, m := o.Facts.Questions, o.Facts.Minutes; {
	case len(o.Facts.Parts.Value) > 0 && o.Facts.Parts.Shown() != cert.NotVerified:
		p.tell("Exam in parts", o.Facts.Parts.Evidence, cert.Text(o.Facts.Parts.Value))
	case q.Shown() != cert.NotVerified && m.Shown() != cert.NotVerified:
		both := weaker(q.Evidence, m.Evidence)
		both.Note = q.Note
		p.say(bot.Textf("Exam: %s", p.fact(both, fmt.Sprintf("%s in %s", bot.Count(q.Value, "question", "questions"), bot.Count(m.Value, "minute", "minutes")))))
	}
	p.say(wordsRenewal(p, p.c.Facts.Renewal))
}

// exam says how and when the exam is given.
func (p *page) exam() {
	o, f := p.c.Current(p.now), p.c.Facts
	if parts := o.Facts.Parts; len(parts.Value) > 0 {
		p.tell("Parts", parts.Evidence, cert.Text(parts.Value))
	} else {
		p.tell("Questions", o.Facts.Questions.Evidence, cert.Text(o.Facts.Questions.Value))
		p.tell("Of them, those that count", o.Facts.Scored.Evidence, cert.Text(o.Facts.Scored.Value))
		p.tell("Minutes", o.Facts.Minutes.Evidence, cert.Text(o.Facts.Minutes.Value))
	}
	p.tell("To pass", o.Facts.Pass.Evidence, o.Facts.Pass.Value)
	p.tell("Where", f.Delivery.Evidence, f.Delivery.Value)
	p.tell("When", f.Windows.Evidence, f.Windows.Value.String())
	for _, w := range p.c.Upcoming(p.now, 1) {
		p.say(wordsWindow(w, p.now), p.deadline(w))
	}
	for _, other := range p.c.InForce(p.now) {
		if other.ID != o.ID {
			p.say(bot.Textf("Another version of the exam: %s. The page Outline has both.", other.Note))
		}
	}
}

// deadline is by when one has to apply for a window; another year's is told as that.
func (p *page) deadline(w cert.Window) bot.Text {
	f := p.c.Facts.Deadlines
	if d, ok := p.c.Deadline(w); ok {
		words := cert.Text(d.ApplyBy)
		if d.LateUntil != "" {
			words += ", or with a late fee until " + cert.Text(d.LateUntil)
		}
		return bot.Textf("Apply by: %s", p.fact(f.Evidence, words))
	}
	p.unsure = true
	before := ""
	if d, from, ok := p.c.DeadlineBefore(w); ok {
		before = bot.Textf(" For %s it was %s.", from.Format("January 2006"), cert.Text(d.ApplyBy)).Plain()
	}
	return bot.Textf("Application deadline: not confirmed for %s.%s", w.Name(), before)
}

// outlines says what an exam covers, by each version that is in force.
func (p *page) outlines() {
	all := p.c.InForce(p.now)
	if len(all) == 0 {
		all = []cert.Outline{p.c.Current(p.now)}
	}
	current := p.c.Current(p.now)
	slices.SortStableFunc(all, func(a, b cert.Outline) int { // the one studied here first
		return cmp.Compare(bool01(a.ID != current.ID), bool01(b.ID != current.ID))
	})
	for _, o := range all {
		p.say(bot.Textf("Outline: %s.", o.Note))
		if f := o.Facts.From; f.Known() {
			p.tell("In force", f.Evidence, wordsFrom(f.Value))
		}
		if f := o.Facts.Until; f.Known() {
			p.tell("Until", f.Evidence, cert.Text(f.Value))
		}
		p.areas(o)
	}
}

func bool01(b bool) int {
	if b {
		return 1
	}
	return 0
}

// areas lists the areas of an outline, with their weights where they are known.
func (p *page) areas(o cert.Outline) {
	if len(o.Domains) == 0 {
		p.say(wordsNoAreas)
		return
	}
	weighted := o.Weighted() && o.Facts.Weights.Shown() != cert.NotVerified
	heading := bot.Textf("Areas: %s", p.fact(o.Facts.Areas.Evidence, strconv.Itoa(len(o.Domains))))
	if o.Facts.Areas.Shown() == cert.NotVerified {
		heading = withNote(wordsOurAreas, o.Facts.Areas.Note)
	}
	p.say(heading)
	for _, d := range o.Domains {
		if !weighted {
			p.say(bot.Textf("- %s", d.Name))
			continue
		}
		p.say(bot.Textf("- %s: %s %%", d.Name, strconv.FormatFloat(d.Weight, 'f', -1, 64)))
	}
	if weighted {
		p.say(bot.Textf("Weights: %s", p.fact(o.Facts.Weights.Evidence, "published")))
		return
	}
	p.say(withNote(wordsNoWeights, o.Facts.Weights.Note))
}

// cost is what the exam and its renewal cost.
func (p *page) cost() {
	p.say("For the exam:")
	p.fees(p.c.Facts.Fees)
	if len(p.c.Facts.Renewal.Fees) > 0 {
		p.say("To keep it:")
		p.fees(p.c.Facts.Renewal.Fees)
	}
	p.say(wordsAskEmployer)
}

func (p *page) fees(all []cert.Fact[cert.Fee]) {
	if len(all) == 0 {
		p.unsure = true
		p.say("- not verified.")
	}
	for _, f := range all {
		if f.Shown() == cert.NotVerified {
			p.say(bot.Textf("- %s: %s", cert.Fee{For: f.Value.For, Who: f.Value.Who}.String(), p.fact(f.Evidence, "")))
			continue
		}
		p.say(bot.Textf("- %s", p.fact(f.Evidence, f.Value.String())))
	}
}

// renewal says how a certification is kept.
func (p *page) renewal(all cert.Catalogue) {
	r := p.c.Facts.Renewal
	p.say(wordsRenewal(p, r))
	if r.Renews.Confirmed() && !r.Renews.Value {
		p.tell("Renewed", r.Renews.Evidence, "no")
	}
	p.tell("At least each year", r.Yearly.Evidence, wordsAmount(r.Yearly.Value, r.Unit.Value))
	p.tell("Kinds that count", r.Categories.Evidence, cert.Text(r.Categories.Value))
	p.tell("A period begins", r.Begins.Evidence, r.Begins.Value.String())
	p.tell("It ends", r.Ends.Evidence, r.Ends.Value.String())
	p.tell("Carried over at most", r.CarryOver.Evidence, wordsAmount(r.CarryOver.Value, r.Unit.Value))
	p.tell("Hand in from", r.ApplyFrom.Evidence, r.ApplyFrom.Value.String())
	p.tell("If it is late", r.Grace.Evidence, wordsGrace(r.Grace.Value))
	if by := r.RenewedBy; by.Known() {
		var names []string
		for _, id := range by.Value {
			if c, ok := all.Find(id); ok {
				names = append(names, c.Short)
			}
		}
		p.tell("Renewed with", by.Evidence, bot.List(names, "or"))
	}
	p.tell("Other ways", r.Alternatives.Evidence, cert.Text(r.Alternatives.Value))
	p.tell("Proof", r.Proof.Evidence, r.Proof.Value)
	p.say(wordsNoCredit)
}

// sources lists what the facts rest on, and the issuers' rules for questions.
func (p *page) sources(all cert.Catalogue) {
	var seen []string
	for _, n := range p.c.All() {
		if n.Evidence.Shown() == cert.NotVerified {
			continue
		}
		for _, src := range n.Evidence.Sources {
			if !slices.Contains(seen, src.Title) {
				seen = append(seen, src.Title)
				p.say(wordsSource(src))
			}
		}
	}
	if len(seen) == 0 {
		p.say(wordsNoSources)
	}
	for _, policy := range all.PoliciesOf(p.c.ID) {
		if len(policy.Applies) > 0 {
			p.tell("The issuer's rule", policy.Rule.Evidence, policy.Rule.Value)
		}
		p.say(bot.Textf("Rule for questions here: %s", policy.Effect))
	}
	p.say(wordsFactsChange)
}
