// Package cert is the catalogue of certifications: what an exam covers, with
// what weights, and when it is given. It is pure: facts and arithmetic on them.
//
// Every fact carries its source and the day it was checked, because fees, dates
// and outlines change and people act on them.
package cert

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Catalogue is every certification known, in the order of the data.
type Catalogue struct {
	Certifications []Certification `yaml:"certifications"`
}

// Certification is what is known of one certification.
type Certification struct {
	ID            string    `yaml:"id"`    // "cbet"
	Short         string    `yaml:"short"` // "CBET"
	Name          string    `yaml:"name"`
	Issuer        string    `yaml:"issuer"`
	IssuerShort   string    `yaml:"issuer_short"` // "AAMI"
	URL           string    `yaml:"url"`
	Mark          string    `yaml:"mark"`           // the sentence that says whose mark the name is; "" if none is asked for
	NotAffiliated string    `yaml:"not_affiliated"` // the sentence that says so
	Outlines      []Outline `yaml:"outlines"`       // oldest first
	Windows       Windows   `yaml:"windows"`
}

// Outline is one version of what an exam covers. Either every area has a
// weight, or none has: then no weights are published.
type Outline struct {
	ID      string   `yaml:"id"`
	From    string   `yaml:"from"`   // first day in force, 2006-01-02; "" if it is not known
	Note    string   `yaml:"note"`   // the quality of areas and weights, in words
	Source  Source   `yaml:"source"` // of areas and weights
	Exam    Exam     `yaml:"exam"`
	Domains []Domain `yaml:"domains"`
}

// Exam is how long an exam is. What is not known is 0.
type Exam struct {
	Questions int    `yaml:"questions"`
	Minutes   int    `yaml:"minutes"`
	Source    Source `yaml:"source"` // of both
}

// Domain is one area of an outline.
type Domain struct {
	ID     string `yaml:"id"` // "cbet.safety"
	Name   string `yaml:"name"`
	Short  string `yaml:"short"`  // for a card's title
	Weight int    `yaml:"weight"` // percent of the exam; 0 where none is published
}

// Windows says when an exam is given: at any time, or in spans of days.
type Windows struct {
	Source  Source       `yaml:"source"`
	AnyTime bool         `yaml:"any_time"`
	Yearly  []YearlySpan `yaml:"yearly"`
}

// YearlySpan is a span of days that comes every year, as "05-01" to "05-15".
type YearlySpan struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Source says where a fact is from.
type Source struct {
	Title   string `yaml:"title"`
	URL     string `yaml:"url"`
	Tier    string `yaml:"tier"`    // official, second_hand or third_party
	Checked string `yaml:"checked"` // 2006-01-02
}

// Window is one span of days in which an exam is given, both ends included.
type Window struct {
	From, To time.Time // local dates, at midnight UTC
}

// Find is the certification with an identifier.
func (c Catalogue) Find(id string) (Certification, bool) {
	i := slices.IndexFunc(c.Certifications, func(cc Certification) bool { return cc.ID == id })
	if i < 0 {
		return Certification{}, false
	}
	return c.Certifications[i], true
}

// Notice is what stands wherever the certification is introduced: whose mark
// its name is, and that this has nothing to do with the issuer.
func (c Certification) Notice() string { return strings.TrimSpace(c.Mark + " " + c.NotAffiliated) }

// Outline is the outline with an identifier.
func (c Certification) Outline(id string) (Outline, bool) {
	i := slices.IndexFunc(c.Outlines, func(o Outline) bool { return o.ID == id })
	if i < 0 {
		return Outline{}, false
	}
	return c.Outlines[i], true
}

// Current is the outline in force on a day: the newest that has begun, else the first.
func (c Certification) Current(day time.Time) Outline {
	current := c.Outlines[0]
	for _, o := range c.Outlines {
		if o.From <= day.Format(time.DateOnly) {
			current = o
		}
	}
	return current
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

// Weighted reports whether it is published how much of the exam each area is.
func (o Outline) Weighted() bool {
	return slices.ContainsFunc(o.Domains, func(d Domain) bool { return d.Weight > 0 })
}

// Share is the part of the questions that an area should get, from 0 to 1: its
// weight or, where none is published, as much as every other area.
func (o Outline) Share(domain string) float64 {
	i := slices.IndexFunc(o.Domains, func(d Domain) bool { return d.ID == domain })
	switch {
	case i < 0:
		return 0
	case o.Weighted():
		return float64(o.Domains[i].Weight) / 100
	}
	return 1 / float64(len(o.Domains))
}

// Upcoming is the next n windows that have not ended by a day, soonest first;
// none for exams given at any time.
func (c Certification) Upcoming(day time.Time, n int) []Window {
	var windows []Window
	if len(c.Windows.Yearly) == 0 {
		return nil
	}
	today := date(day)
	for year := today.Year(); len(windows) < n; year++ {
		for _, y := range c.Windows.Yearly {
			if w, err := y.in(year); err == nil && !w.To.Before(today) {
				windows = append(windows, w)
			}
		}
	}
	slices.SortFunc(windows, func(a, b Window) int { return a.From.Compare(b.From) })
	return windows[:n]
}

func (y YearlySpan) in(year int) (Window, error) {
	from, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", year, y.From))
	if err != nil {
		return Window{}, err
	}
	to, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", year, y.To))
	if err != nil {
		return Window{}, err
	}
	if to.Before(from) {
		to = to.AddDate(1, 0, 0)
	}
	return Window{From: from, To: to}, nil
}

// ParseWindow reads a window from two local dates, 2006-01-02; ok is false when
// none is set.
func ParseWindow(from, to string) (w Window, ok bool) {
	f, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return Window{}, false
	}
	t, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return Window{}, false
	}
	return Window{From: f, To: t}, true
}

// String is the window in words: "1 to 15 May 2027".
func (w Window) String() string {
	switch {
	case w.From.Year() != w.To.Year():
		return w.From.Format("2 January 2006") + " to " + w.To.Format("2 January 2006")
	case w.From.Month() != w.To.Month():
		return w.From.Format("2 January") + " to " + w.To.Format("2 January 2006")
	}
	return w.From.Format("2") + " to " + w.To.Format("2 January 2006")
}

// Name is the window's month: "May 2027".
func (w Window) Name() string { return w.From.Format("January 2006") }

// Until is how far a window is from a local day, in the words of a countdown
// line. It is "" once the window is over.
func (w Window) Until(day time.Time) string {
	month, opens := w.From.Format("January"), w.Opens(day)
	switch {
	case opens != "":
		return fmt.Sprintf("%s window opens %s.", month, opens)
	case date(day).After(w.To):
		return ""
	}
	return fmt.Sprintf("The %s window is open until %s.", month, w.To.Format("Mon 2 Jan"))
}

// Opens is when a window opens, in words, seen from a local day: "tomorrow", "in
// 10 days", "in 22 weeks"; weeks rounded down, days below eight weeks. It is ""
// from the day on which it opens.
func (w Window) Opens(day time.Time) string {
	switch days := int(w.From.Sub(date(day)) / (24 * time.Hour)); {
	case days <= 0:
		return ""
	case days == 1:
		return "tomorrow"
	case days < 56:
		return fmt.Sprintf("in %d days", days)
	default:
		return fmt.Sprintf("in %d weeks", days/7)
	}
}

// date is the date of a local day, at midnight UTC.
func date(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}
