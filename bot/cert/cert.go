// Package cert is the catalogue of certifications: what an exam covers, with
// what weights, when it is given, what it costs and how it is renewed. It is pure:
// facts and arithmetic on them.
//
// Every fact carries its sources, how sure it is and the day it was checked,
// because fees, dates and outlines change and people act on them. What no source
// says is not shown as if it were known; [Evidence.Shown] decides.
package cert

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Catalogue is every certification known, in the order of the data.
type Catalogue struct {
	AsOf           string // the day on which the facts were gathered, 2006-01-02
	Certifications []Certification
	Policies       []Policy
}

// Certification is what is known of one certification. Its plain fields are what
// may be shown as it is; Facts has the evidence.
type Certification struct {
	ID            string `yaml:"id"`             // "cbet"
	Short         string `yaml:"short"`          // "CBET"
	IssuerShort   string `yaml:"issuer_short"`   // "AAMI"
	Mark          string `yaml:"mark"`           // the sentence that says whose mark the name is; "" if none is asked for
	NotAffiliated string `yaml:"not_affiliated"` // the sentence that says so
	Facts         Facts  `yaml:",inline"`

	Outlines []Outline `yaml:"outlines"` // oldest first

	Name    string  `yaml:"-"`
	Issuer  string  `yaml:"-"`
	URL     string  `yaml:"-"`
	Windows Windows `yaml:"-"` // zero where they are not verified
}

// Outline is one version of what an exam covers. Either every area has a weight,
// or none has: then no weights are published, or none could be verified.
type Outline struct {
	ID    string       `yaml:"id"`
	Note  string       `yaml:"note"` // the quality of areas and weights, in words
	Facts OutlineFacts `yaml:",inline"`

	From    string   `yaml:"-"` // first day in force, 2006-01-02; "" if it is not known
	Until   string   `yaml:"-"` // last day, 2006-01-02; "" if none is known
	Source  Source   `yaml:"-"` // of the weights or, without them, of the areas
	Exam    Exam     `yaml:"-"`
	Domains []Domain `yaml:"-"`
}

// Exam is how long an exam is. What is not verified is 0.
type Exam struct {
	Questions int
	Minutes   int
	Source    Source // of both
}

// Domain is one area of an outline.
type Domain struct {
	ID     string  `yaml:"id"` // "cbet.safety"
	Name   string  `yaml:"name"`
	Short  string  `yaml:"short"`  // for a card's title
	Weight float64 `yaml:"weight"` // percent of the exam; 0 where none is published
}

// Policy is a rule of issuers that binds whoever writes or offers questions.
type Policy struct {
	ID      string       `yaml:"id"`
	Applies []string     `yaml:"applies"` // certifications; empty: all
	Rule    Fact[string] `yaml:"rule"`
	Effect  string       `yaml:"effect"` // what follows from it for questions
	Made    string       `yaml:"made"`   // how the questions that come with the program were made, where the rule is about that; may be ""
	// Computed asks for questions whose answers a program works out, and no others,
	// until an organiser has read the rule and chosen more.
	Computed bool `yaml:"computed"`
}

// Find is the certification with an identifier.
func (c Catalogue) Find(id string) (Certification, bool) {
	i := slices.IndexFunc(c.Certifications, func(cc Certification) bool { return cc.ID == id })
	if i < 0 {
		return Certification{}, false
	}
	return c.Certifications[i], true
}

// PoliciesOf are the rules that bind questions for a certification.
func (c Catalogue) PoliciesOf(id string) []Policy {
	var all []Policy
	for _, p := range c.Policies {
		if len(p.Applies) == 0 || slices.Contains(p.Applies, id) {
			all = append(all, p)
		}
	}
	return all
}

// ComputedRule is the rule because of which [Catalogue.ComputedOnly] holds.
func (c Catalogue) ComputedRule(id string) (p Policy, ok bool) {
	all := c.PoliciesOf(id)
	i := slices.IndexFunc(all, func(p Policy) bool { return p.Computed })
	if i < 0 {
		return Policy{}, false
	}
	return all[i], true
}

// ComputedOnly reports whether questions for a certification should be computed
// ones until an organiser chooses otherwise; see [Policy].
func (c Catalogue) ComputedOnly(id string) bool {
	return slices.ContainsFunc(c.Policies, func(p Policy) bool {
		return p.Computed && (len(p.Applies) == 0 || slices.Contains(p.Applies, id))
	})
}

// Notice is what stands wherever the certification is introduced: whose mark
// its name is, if the owner asks for that, and that this has nothing to do with
// the issuer.
func (c Certification) Notice() string { return strings.TrimSpace(c.Mark + " " + c.NotAffiliated) }

// Trademark is the notice in full, for pages with room for it.
func (c Certification) Trademark() string {
	mark := cmp.Or(c.Mark, c.Short+" is a name of its issuer, used here only to say which exam is meant.")
	return mark + " " + c.NotAffiliated
}

// StatusOn is how a certification stands on a day.
func (c Certification) StatusOn(day time.Time) State {
	s := c.Facts.Status.Value
	switch {
	case s.InactiveFrom == "" || s.State == Inactive:
		return s.State
	case s.InactiveFrom <= day.Format(time.DateOnly):
		return Inactive
	}
	return Ending
}

// IsGoal reports whether a certification may be offered as something to aim for:
// not one that has ended or has its end announced. Its topics stay.
func (c Certification) IsGoal(day time.Time) bool { return c.StatusOn(day) == Active }

// Outline is the outline with an identifier.
func (c Certification) Outline(id string) (Outline, bool) {
	i := slices.IndexFunc(c.Outlines, func(o Outline) bool { return o.ID == id })
	if i < 0 {
		return Outline{}, false
	}
	return c.Outlines[i], true
}

// InForce is every outline that an exam may follow on a day, oldest first. While a
// new version begins, that is often two.
func (c Certification) InForce(day time.Time) []Outline {
	var all []Outline
	for _, o := range c.Outlines {
		if o.begun(day) && !o.over(day) {
			all = append(all, o)
		}
	}
	return all
}

// Current is the outline to study on a day: the newest in force. One whose start
// was only announced waits until those before it are over. Without any in force it
// is the last one that has begun, else the first.
func (c Certification) Current(day time.Time) (current Outline) {
	if len(c.Outlines) == 0 {
		return Outline{}
	}
	current = c.Outlines[0]
	for _, o := range c.Outlines {
		if o.begun(day) && (!o.Facts.From.Value.Announced || current.over(day)) {
			current = o
		}
	}
	return current
}

func (o Outline) begun(day time.Time) bool { return o.From <= day.Format(time.DateOnly) }

func (o Outline) over(day time.Time) bool {
	return o.Until != "" && o.Until < day.Format(time.DateOnly)
}

// Domain is the area with an identifier; one that the outline doesn't know has
// its identifier as its name.
func (o Outline) Domain(id string) Domain {
	i := slices.IndexFunc(o.Domains, func(d Domain) bool { return d.ID == id })
	if i < 0 {
		return Domain{ID: id, Name: id, Short: id}
	}
	return o.Domains[i]
}

// Weighted reports whether it is known how much of the exam each area is.
func (o Outline) Weighted() bool {
	return slices.ContainsFunc(o.Domains, func(d Domain) bool { return d.Weight > 0 })
}

// Share is the part of the questions that an area should get, from 0 to 1: its
// weight or, where none is known, as much as every other area.
func (o Outline) Share(domain string) float64 {
	i := slices.IndexFunc(o.Domains, func(d Domain) bool { return d.ID == domain })
	switch {
	case i < 0:
		return 0
	case o.Weighted():
		return o.Domains[i].Weight / 100
	}
	return 1 / float64(len(o.Domains))
}
