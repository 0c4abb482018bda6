package pathway

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// The fields of the form.
const (
	fieldHolds = "holds"
	fieldDoes  = "does"
	fieldWants = "wants"
	fieldYears = "years"
	fieldWith  = "with"
)

func doesOptions() []bot.Option {
	return []bot.Option{
		{Label: "I'm new to the field", Value: doesNew}, {Label: "Equipment technician (BMET)", Value: doesTechnician},
		{Label: "Imaging service", Value: doesImaging}, {Label: "Clinical engineer", Value: doesEngineer},
		{Label: "Lead, supervisor or manager", Value: doesLead}, {Label: "IT or device security", Value: doesSecurity},
		{Label: "Projects", Value: doesProjects}, {Label: "Quality", Value: doesQuality},
		{Label: "Facilities or operations", Value: doesFacilities}, {Label: "Supply chain or purchasing", Value: doesSupply},
	}
}

func wantsOptions() []bot.Option {
	return []bot.Option{
		{Label: "Show that I have begun", Value: wantsBegin}, {Label: "Show what I know", Value: wantsProve},
		{Label: "Work on imaging", Value: wantsImaging}, {Label: "Lead people", Value: wantsLead},
		{Label: "Run projects", Value: wantsProjects}, {Label: "Connected devices and their security", Value: wantsNetwork},
		{Label: "Quality", Value: wantsQuality}, {Label: "Clinical engineering", Value: wantsEngineer},
		{Label: "Lasers", Value: wantsLasers}, {Label: "Facilities or operations", Value: wantsFacility},
		{Label: "Supply chain", Value: wantsSupply},
	}
}

func yearsOptions() []bot.Option {
	return []bot.Option{{Label: "Fewer than 2", Value: years0}, {Label: "2 to 3", Value: years2},
		{Label: "4 to 6", Value: years4}, {Label: "7 or more", Value: years7}}
}

func withOptions() []bot.Option {
	return []bot.Option{
		{Label: "Equipment for patient care", Value: withPatient}, {Label: "Imaging equipment", Value: withImaging},
		{Label: "Lasers", Value: withLasers}, {Label: "Networked devices", Value: withNetwork},
		{Label: "A quality system like ISO 13485", Value: withISO}, {Label: "Large projects", Value: withProjects},
		{Label: "Purchasing and contracts", Value: withMoney}, {Label: "Buildings and utilities", Value: withBuilding},
	}
}

// askNext opens the form, as it was filled in before or with what the person is
// known to hold.
func (s *Service) askNext(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a, again := s.decode(i.Arg("answers"))
	if !again && s.c.Held != nil {
		held, err := s.c.Held(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		a.Holds = held
	}
	return bot.Response{Form: s.nextForm(a)}, nil
}

func (s *Service) nextForm(a Answers) *bot.Form {
	holds := bot.Field{Name: fieldHolds, Label: "You hold", Kind: bot.AnyOf}
	for _, c := range s.c.Catalogue.Certifications {
		if len(holds.Options) < bot.LimitOptions {
			holds.Options = append(holds.Options, option(c))
			if slices.Contains(a.Holds, c.ID) {
				holds.Initial = append(holds.Initial, c.ID)
			}
		}
	}
	one := func(name, label string, options []bot.Option, value string) bot.Field {
		f := bot.Field{Name: name, Label: label, Kind: bot.OneOf, Options: options}
		if value != "" {
			f.Initial = []string{value}
		}
		return f
	}
	fields := []bot.Field{
		one(fieldDoes, "Your work", doesOptions(), a.Does),
		one(fieldWants, "Where you want to go", wantsOptions(), a.Wants),
		one(fieldYears, "Years in the field", yearsOptions(), a.Years),
		{Name: fieldWith, Label: "You work with", Kind: bot.AnyOf, Options: withOptions(), Initial: a.With},
	}
	if len(holds.Options) > 0 {
		fields = slices.Insert(fields, 3, holds) // a long list; the short ones come first
	}
	return &bot.Form{Title: "Which one next?", Submit: "Show me", Action: PathNext + "/answer", Intro: wordsNextIntro, Fields: fields}
}

// answerNext answers the form. What isn't among its choices counts as empty.
func (s *Service) answerNext(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	a := Answers{Does: chosen(doesOptions(), i.Values.Get(fieldDoes)), Wants: chosen(wantsOptions(), i.Values.Get(fieldWants)),
		Years: chosen(yearsOptions(), i.Values.Get(fieldYears))}
	for _, v := range i.Values[fieldWith] {
		if v = chosen(withOptions(), v); v != "" && !slices.Contains(a.With, v) {
			a.With = append(a.With, v)
		}
	}
	for _, v := range i.Values[fieldHolds] {
		if _, ok := s.c.Catalogue.Find(v); ok && !slices.Contains(a.Holds, v) {
			a.Holds = append(a.Holds, v)
		}
	}
	return bot.InPlace(i, message(s.answerCard(a, s.c.Now(ctx, i)))), nil
}

// chosen is a value if it is among the options, else "".
func chosen(options []bot.Option, value string) string {
	if !slices.ContainsFunc(options, func(o bot.Option) bool { return o.Value == value }) {
		return ""
	}
	return value
}

// answerCard is what could be next, with reasons and ways on.
func (s *Service) answerCard(a Answers, now time.Time) *bot.Card {
	c := &bot.Card{Title: "Which one next?", Footer: wordsNotKept}
	change := button("Change my answers", PathNext+"/again/"+s.encode(a))
	study := button("My study page", group.PathStudy)
	found := Suggest(s.c.Catalogue, a, now)
	if len(found) == 0 {
		c.Body = wordsNextNone
		if s.c.Mine != "" {
			study = button("My certifications", s.c.Mine)
		}
		c.Controls = lay([]bot.Control{change, study})
		return c
	}
	body := []bot.Text{wordsNextHow}
	if len(found) == 1 {
		body = []bot.Text{wordsNextOne}
	}
	var abouts []bot.Control
	var notices []string
	for n, f := range found {
		body = append(body, suggested(n+1, f, a, now))
		abouts = append(abouts, button("About "+f.Certification.Short, group.PathAbout(f.Certification.ID)))
		if notice := f.Certification.Notice(); !slices.Contains(notices, notice) {
			notices = append(notices, notice)
		}
	}
	c.Body = bot.Join("\n\n", append(body, wordsNextCheck)...)
	c.Footer = bot.Textf("%s %s", bot.Clip(strings.Join(notices, " "), 420), wordsNotKept)
	on := []bot.Control{change, study}
	if s.c.SetExam != nil {
		on = slices.Insert(on, 0, button("Set my exam date", s.c.SetExam(found[0].Certification.ID)))
	}
	c.Controls = lay(abouts, on)
	return c
}

// suggested is one suggestion in words: what it is, why, who is admitted as far as
// that is known, and when the next exam could be.
func suggested(n int, f Suggestion, a Answers, now time.Time) bot.Text {
	c := f.Certification
	p := &page{c: c, now: now}
	title := bot.Textf("%d. %s", n, bot.Clip(c.Short, 30))
	if c.Name != "" && c.Name != c.Short {
		title += bot.Textf(": %s", bot.Clip(c.Name, 60))
	}
	lines := []bot.Text{title, bot.Join(" ", f.Why...)}
	ways := c.Facts.Eligibility
	switch {
	case ways.Shown() == cert.NotVerified || len(ways.Value) == 0:
		lines = append(lines, bot.Textf("Who is admitted: not verified; ask %s.", c.IssuerShort))
	case len(ways.Value) == 1:
		lines = append(lines, bot.Textf("Who is admitted: %s", bot.Stop(clipped(p.fact(plain(ways.Evidence), ways.Value[0])))))
	default:
		lines = append(lines, bot.Textf("Who is admitted, one of %d ways: %s", len(ways.Value),
			bot.Stop(clipped(p.fact(plain(ways.Evidence), nearestWay(ways.Value, a))))))
	}
	for _, w := range c.Upcoming(now, 1) {
		lines = append(lines, wordsWindow(w, now))
	}
	return bot.Join("\n", lines...)
}

// plain is evidence without its note, for which there is no room here.
func plain(e cert.Evidence) cert.Evidence {
	e.Note = ""
	return e
}

func clipped(t bot.Text) string { return bot.Clip(string(t), 130) }

// nearestWay is the way to be admitted that names something the person holds, else
// the first.
func nearestWay(ways []string, a Answers) string {
	for _, way := range ways {
		said := words(way)
		for _, id := range a.Holds {
			if within(strings.Join(words(id), " "), said) {
				return way
			}
		}
	}
	return ways[0]
}

// encode makes answers a part of a path, so that the form can be opened again with
// what was filled in; nothing is kept anywhere else.
func (s *Service) encode(a Answers) string {
	var holds, with uint64
	for n, c := range s.c.Catalogue.Certifications {
		if slices.Contains(a.Holds, c.ID) && n < 64 {
			holds |= 1 << n
		}
	}
	for n, o := range withOptions() {
		if slices.Contains(a.With, o.Value) {
			with |= 1 << n
		}
	}
	return fmt.Sprintf("%d.%d.%d.%x.%x", place(doesOptions(), a.Does), place(wantsOptions(), a.Wants), place(yearsOptions(), a.Years), with, holds)
}

// decode reads what encode wrote. Of another catalogue or a forged path it takes
// what makes sense; ok is false if nothing does.
func (s *Service) decode(path string) (a Answers, ok bool) {
	parts := strings.Split(path, ".")
	if len(parts) != 5 {
		return Answers{}, false
	}
	a.Does, a.Wants, a.Years = at(doesOptions(), parts[0]), at(wantsOptions(), parts[1]), at(yearsOptions(), parts[2])
	with, _ := strconv.ParseUint(parts[3], 16, 64) // nonsense is 0, nothing
	holds, _ := strconv.ParseUint(parts[4], 16, 64)
	for n, o := range withOptions() {
		if with&(1<<n) != 0 {
			a.With = append(a.With, o.Value)
		}
	}
	for n, c := range s.c.Catalogue.Certifications {
		if n < 64 && holds&(1<<n) != 0 {
			a.Holds = append(a.Holds, c.ID)
		}
	}
	return a, true
}

// place is the number of an option from 1; 0 for none.
func place(options []bot.Option, value string) int {
	return slices.IndexFunc(options, func(o bot.Option) bool { return o.Value == value }) + 1
}

func at(options []bot.Option, place string) string {
	n, err := strconv.Atoi(place)
	if err != nil || n < 1 || n > len(options) {
		return ""
	}
	return options[n-1].Value
}
