package exam

import (
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// choice is what somebody has chosen for an exam, as a button's path holds it.
type choice struct {
	Certification, Part string
	cert.Window
	Group string // to share it with, after [notWith] no more; "" leaves that as it is
}

// compactDate is a date in a path.
const compactDate = "20060102"

// path is the choice as the rest of a path: first "pick", where it is still to be
// looked whether the exam is given then, or "keep".
func (c choice) path(how string) string {
	path := "exam/" + how + "/" + strings.Join([]string{c.Certification, c.Part, c.From.Format(compactDate), c.To.Format(compactDate)}, ".")
	if c.Group == "" || len(path)+1+len(c.Group) > bot.LimitPath {
		return path // then it can be shared afterwards
	}
	return path + "." + c.Group
}

// parseChoice reads what path has written, and forged paths as nothing.
func parseChoice(s string) (c choice, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) < 4 || len(parts) > 5 {
		return c, false
	}
	from, err := time.Parse(compactDate, parts[2])
	if err != nil {
		return c, false
	}
	to, err := time.Parse(compactDate, parts[3])
	if err != nil || to.Before(from) || to.Sub(from) > mostDays*24*time.Hour {
		return c, false
	}
	c = choice{Certification: parts[0], Part: parts[1], Window: cert.Window{From: from, To: to}}
	if len(parts) == 5 {
		c.Group = parts[4]
	}
	return c, true
}

// subject is what an exam can be for: a certification, or one part of it.
type subject struct {
	cert.Certification
	Part cert.Part // zero for the whole
}

// value is the subject in a form: "cbet", "cpsm.core".
func (s subject) value() string {
	if s.Part.ID == "" {
		return s.ID
	}
	return s.ID + "." + s.Part.ID
}

// label is the subject in words: "CBET", "CPSM, Supply Management Core".
func (s subject) label() string {
	if s.Part.ID == "" {
		return s.Short
	}
	return s.Short + ", " + s.Part.Name
}

// partsOf are the parts in which the exam of a certification is sat, on a day; one
// that is sat as a whole has none.
func partsOf(c cert.Certification, day time.Time) []cert.Part {
	return c.Current(day).Facts.Parts.Value
}

// subjects is everything that an exam can be for on a day: what can still be aimed
// for, and what else is given as an identifier.
func (s *Service) subjects(day time.Time, also ...string) (all []subject) {
	for _, c := range s.c.Catalogue.Certifications {
		if !c.IsGoal(day) && !slices.Contains(also, c.ID) {
			continue
		}
		parts := partsOf(c, day)
		if len(parts) == 0 {
			all = append(all, subject{Certification: c})
		}
		for _, p := range parts {
			all = append(all, subject{c, p})
		}
	}
	return all
}

// subjectOf is what a form's value, or a certification with a part, names on a
// day. Without its part, a certification that has parts is asked about: ask.
func (s *Service) subjectOf(value string, day time.Time) (found subject, ask, ok bool) {
	id, part, _ := strings.Cut(value, ".")
	c, ok := s.c.Catalogue.Find(id)
	if !ok {
		return subject{}, false, false
	}
	found.Certification = c
	parts := partsOf(c, day)
	n := slices.IndexFunc(parts, func(p cert.Part) bool { return p.ID == part })
	switch {
	case n >= 0:
		found.Part = parts[n]
	case part != "":
		return subject{}, false, false
	}
	return found, len(parts) > 0 && n < 0, true
}
