package renewal

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

const (
	fieldWhich  = "certification"
	fieldState  = "state"
	fieldEarned = "passed"
	fieldFrom   = "from"

	maxAhead = 10 // years that a certificate can be valid from now on
	maxPast  = 60 // years since somebody passed
)

// byName is the certification that a name or identifier is exactly.
func (s *Service) byName(name string) (cert.Certification, bool) {
	n := slices.IndexFunc(s.c.Catalogue.Certifications, func(c cert.Certification) bool {
		return strings.EqualFold(c.ID, name) || strings.EqualFold(c.Short, name) || strings.EqualFold(c.Name, name)
	})
	if n < 0 {
		return cert.Certification{}, false
	}
	return s.c.Catalogue.Certifications[n], true
}

// askAdd opens the form about a certification that somebody holds.
func (s *Service) askAdd(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.openAdd(ctx, i, "")
}

func (s *Service) openAdd(ctx context.Context, i bot.Interaction, name string) (bot.Response, error) {
	if _, err := s.c.Groups.ActingHere(ctx, i); err != nil {
		return bot.Response{}, err
	}
	which := bot.Field{Name: fieldWhich, Label: "Certification", Kind: bot.OneOf, Required: true}
	for _, c := range s.c.Catalogue.Certifications[:min(len(s.c.Catalogue.Certifications), bot.LimitOptions)] {
		which.Options = append(which.Options, bot.Option{Label: optionName(c), Value: c.ID})
	}
	if c, ok := s.byName(name); ok {
		which.Initial = []string{c.ID}
	}
	return bot.Response{Form: &bot.Form{Title: "Add a certification", Submit: "Add", Action: Path + "/add/set", Intro: wordsAddIntro, Fields: []bot.Field{
		which, stateField(Full), earnedField(""), untilField("Expiry on your certificate", ""),
	}}}, nil
}

func optionName(c cert.Certification) string {
	if c.Name == "" || c.Name == c.Short {
		return bot.Clip(c.Short, bot.LimitOptionLabel)
	}
	return bot.Clip(c.Short+": "+c.Name, bot.LimitOptionLabel)
}

func stateField(now State) bot.Field {
	f := bot.Field{Name: fieldState, Label: "How you hold it", Kind: bot.OneOf, Required: true, Initial: []string{string(now)},
		Options: []bot.Option{{Label: "Full certification", Value: string(Full)}, {Label: "Candidate status (CBET, CRES)", Value: string(Candidate)}}}
	if now == Lapsed {
		f.Options = append(f.Options, bot.Option{Label: "It has lapsed", Value: string(Lapsed)})
	}
	return f
}

func earnedField(now string) bot.Field {
	return bot.Field{Name: fieldEarned, Label: "Passed on", Kind: bot.Date, Help: "The date on your letter; leave it empty if you don't know", Initial: initial(now)}
}

func untilField(label, now string) bot.Field {
	return bot.Field{Name: fieldUntil, Label: label, Kind: bot.Date, Help: "Leave it empty until you have the certificate", Initial: initial(now)}
}

func initial(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// add adds what a person says that they hold.
func (s *Service) add(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, err := s.c.Groups.ActingHere(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	c, ok := s.c.Catalogue.Find(i.Values.Get(fieldWhich))
	if !ok {
		return invalid(fieldWhich, "Please choose one of the list."), nil
	}
	f := read(i, c, who.Now)
	if f.invalid != nil {
		return bot.Response{Invalid: f.invalid}, nil
	}
	all, err := s.c.Store.Credentials(ctx, who.Member)
	if err != nil {
		return bot.Response{}, err
	}
	if n := slices.IndexFunc(all, func(h Credential) bool { return h.Certification == c.ID && h.State != Lapsed }); n >= 0 && (all[n].State == f.state || f.state == Candidate) {
		return s.again(ctx, i, who, all[n].ID, bot.Textf("%s is on your list already. Nothing was changed.", c.Short))
	}
	id, err := s.c.Store.AddCredential(ctx, NewCredential{ID: s.c.NewID(), Cycle: s.c.NewID(), Member: who.Member, Certification: c.ID,
		State: f.state, EarnedOn: f.earned, Until: f.until}, s.c.Now())
	if err := s.changed(err); err != nil {
		return bot.Response{}, err
	}
	return s.again(ctx, i, who, id, bot.Textf("%s is on your list.", c.Short))
}

// form is what the forms about a credential hold; invalid is what is wrong.
type form struct {
	state               State
	earned, from, until string
	invalid             map[string]string
}

func (f *form) fault(field string, text bot.Text) {
	if f.invalid == nil {
		f.invalid = map[string]string{}
	}
	f.invalid[field] = text.Plain()
}

// read reads the fields of a form about a credential. now is by the person's clock.
func read(i bot.Interaction, c cert.Certification, now time.Time) (f form) {
	f.state = State(i.Values.Get(fieldState))
	today := now.Format(time.DateOnly)
	switch {
	case !slices.Contains([]State{Full, Candidate, Lapsed}, f.state):
		f.fault(fieldState, "Please choose one.")
	case f.state == Candidate && !c.Facts.Candidate.Confirmed():
		f.fault(fieldState, bot.Textf("I know of no candidate status for %s. Please choose full certification.", c.Short))
	}
	get := func(field string) string {
		day, ok := parseDay(i.Values.Get(field), now)
		if !ok {
			f.fault(field, wordsNoDate)
		}
		return day
	}
	f.earned, f.from, f.until = get(fieldEarned), get(fieldFrom), get(fieldUntil)
	if f.earned > today {
		f.fault(fieldEarned, bot.Textf("%s is still to come. Which date is on your letter?", dayWords(f.earned)))
	}
	if f.earned != "" && f.earned < now.AddDate(-maxPast, 0, 0).Format(time.DateOnly) {
		f.fault(fieldEarned, "That is more than 60 years ago. Is the year right?")
	}
	if f.earned != "" && f.from != "" && f.from < f.earned {
		f.fault(fieldFrom, "That is before you passed. Are both dates right?")
	}
	if f.from > now.AddDate(maxAhead, 0, 0).Format(time.DateOnly) {
		f.fault(fieldFrom, "That is more than ten years from now. Is the year right?")
	}
	checkUntil(&f, today, now)
	return f
}

// checkUntil says what is wrong with the last day on a certificate.
func checkUntil(f *form, today string, now time.Time) {
	switch {
	case f.until == "":
	case f.earned != "" && f.until <= f.earned:
		f.fault(fieldUntil, "That is before you passed. Are both dates right?")
	case f.from != "" && f.until <= f.from:
		f.fault(fieldUntil, "That is before the period begins. Are both dates right?")
	case f.until > now.AddDate(maxAhead, 0, 0).Format(time.DateOnly):
		f.fault(fieldUntil, "That is more than ten years from now. Is the year right?")
	case f.until < now.AddDate(-maxPast, 0, 0).Format(time.DateOnly):
		f.fault(fieldUntil, "That is more than 60 years ago. Is the year right?")
	}
}

// parseDay reads a day from a form's field: as a platform writes it, or as people
// do, with the year. Nothing is "".
func parseDay(text string, now time.Time) (day string, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	e := ParseEntry(text, now)
	return e.Day, e.Day != "" && e.What == "" && e.Fault == NoFault && e.Amount == 0
}

// askEdit opens the form about what was entered of a credential.
func (s *Service) askEdit(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	state := stateField(h.State)
	if h.State != Lapsed {
		state.Options = append(state.Options, bot.Option{Label: "It has lapsed", Value: string(Lapsed)})
	}
	return bot.Response{Form: &bot.Form{Title: bot.Clip("Change "+h.cc.Short, bot.LimitFormTitle), Submit: "Save", Action: Path + "/edit/" + h.ID + "/" + h.Cycle.ID, Fields: []bot.Field{
		state, earnedField(h.EarnedOn),
		{Name: fieldFrom, Label: "This period began on", Kind: bot.Date, Help: "Leave it empty if you don't know", Initial: initial(h.Cycle.From)},
		untilField("Expiry on your certificate", h.Cycle.Until),
	}}}, nil
}

// edit changes what was entered of a credential. The path names the period that the
// form was about, so that none changes that has begun since.
func (s *Service) edit(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	f := read(i, h.cc, who.Now)
	if f.invalid != nil {
		return bot.Response{Invalid: f.invalid}, nil
	}
	c := h.Credential
	c.State, c.EarnedOn, c.Cycle.ID, c.Cycle.From, c.Cycle.Until = f.state, f.earned, i.Arg("cycle"), f.from, f.until
	if err := s.changed(s.c.Store.ChangeCredential(ctx, c, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	return s.again(ctx, i, who, h.ID, "Saved.")
}

// askExpiry asks for the last day on a certificate.
func (s *Service) askExpiry(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	_, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	field := untilField("Expiry on your certificate", h.Cycle.Until)
	field.Required, field.Help = true, "The last day it is valid, as printed there"
	return bot.Response{Form: &bot.Form{Title: bot.Clip(h.cc.Short+" expiry", bot.LimitFormTitle), Submit: "Save",
		Action: PathExpiry(h.ID) + "/" + h.Cycle.ID, Fields: []bot.Field{field}}}, nil
}

func (s *Service) setExpiry(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	who, h, err := s.own(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	f := form{earned: h.EarnedOn, from: h.Cycle.From}
	var ok bool
	if f.until, ok = parseDay(i.Values.Get(fieldUntil), who.Now); !ok || f.until == "" {
		return invalid(fieldUntil, wordsNoDate), nil
	}
	if checkUntil(&f, who.Today(), who.Now); f.invalid != nil {
		return bot.Response{Invalid: f.invalid}, nil
	}
	if err := s.changed(s.c.Store.SetUntil(ctx, who.Member, i.Arg("cycle"), f.until, s.c.Now())); err != nil {
		return bot.Response{}, err
	}
	return s.again(ctx, i, who, h.ID, "Noted, as on your certificate.")
}
