package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"studyhall/bot/cert"
)

// shownWindows is how many windows ahead are shown.
const shownWindows = 2

type listCerts struct {
	JSON bool `name:"json" help:"Print a JSON array with one object a certification."`
}

func (l *listCerts) Run(p *program) error {
	catalogue, err := cert.Load()
	if err != nil {
		return err
	}
	rows := []certRow{}
	for _, c := range catalogue.Certifications {
		rows = append(rows, newCertRow(c, p.now()))
	}
	if l.JSON {
		return p.printJSON(rows)
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSHORT\tISSUER\tNAME")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.ID, r.Short, r.Issuer, r.Name)
	}
	return t.Flush()
}

type showCert struct {
	ID   string `arg:"" help:"Identifier, as certs list prints it."`
	JSON bool   `name:"json" help:"Print a JSON object."`
}

func (s *showCert) Run(p *program) error {
	catalogue, err := cert.Load()
	if err != nil {
		return err
	}
	c, ok := catalogue.Find(strings.ToLower(s.ID))
	if !ok {
		return fmt.Errorf("the catalogue has no certification %q; \"studyhall certs list\" shows all", s.ID)
	}
	row := newCertRow(c, p.now())
	if s.JSON {
		return p.printJSON(row)
	}
	return row.print(p.out)
}

// certRow is a certification as shown; dates are local, 2006-01-02.
type certRow struct {
	ID            string       `json:"id"`
	Short         string       `json:"short"`
	Name          string       `json:"name"`
	Issuer        string       `json:"issuer"`
	URL           string       `json:"url"`
	Mark          string       `json:"mark"`
	NotAffiliated string       `json:"not_affiliated"`
	Outlines      []outlineRow `json:"outlines"`
	AnyTime       bool         `json:"any_time"` // the exam is given at any time
	Windows       []windowRow  `json:"windows"`  // the next ones
	WindowsSource sourceRow    `json:"windows_source"`
}

type outlineRow struct {
	ID      string      `json:"id"`
	From    string      `json:"from"` // first day in force; "" if it is not known
	Current bool        `json:"current"`
	Note    string      `json:"note"`
	Weights string      `json:"weights"` // published or not published
	Source  sourceRow   `json:"source"`
	Exam    examRow     `json:"exam"`
	Domains []domainRow `json:"domains"`
}

type examRow struct {
	Questions int       `json:"questions"` // 0 if it is not known
	Minutes   int       `json:"minutes"`   // 0 if it is not known
	Source    sourceRow `json:"source"`
}

type domainRow struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Weight *int    `json:"weight"` // percent; null if not published
	Share  float64 `json:"share"`  // of the questions asked, 0 to 1
}

type windowRow struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type sourceRow struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Tier    string `json:"tier"`
	Checked string `json:"checked"`
}

func newCertRow(c cert.Certification, now time.Time) certRow {
	row := certRow{
		ID: c.ID, Short: c.Short, Name: c.Name, Issuer: c.Issuer, URL: c.URL, Mark: c.Mark, NotAffiliated: c.NotAffiliated,
		Outlines: []outlineRow{}, AnyTime: c.Windows.AnyTime, Windows: []windowRow{}, WindowsSource: sourceRow(c.Windows.Source),
	}
	current := c.Current(now).ID
	for _, o := range c.Outlines {
		row.Outlines = append(row.Outlines, newOutlineRow(o, o.ID == current))
	}
	for _, w := range c.Upcoming(now, shownWindows) {
		row.Windows = append(row.Windows, windowRow{w.From.Format(time.DateOnly), w.To.Format(time.DateOnly)})
	}
	return row
}

func newOutlineRow(o cert.Outline, current bool) outlineRow {
	r := outlineRow{ID: o.ID, From: o.From, Current: current, Note: o.Note, Weights: "published",
		Source: sourceRow(o.Source), Domains: []domainRow{},
		Exam: examRow{Questions: o.Exam.Questions, Minutes: o.Exam.Minutes, Source: sourceRow(o.Exam.Source)}}
	if !o.Weighted() {
		r.Weights = "not published"
	}
	for _, d := range o.Domains {
		row := domainRow{ID: d.ID, Name: d.Name, Share: o.Share(d.ID)}
		if o.Weighted() {
			row.Weight = &d.Weight
		}
		r.Domains = append(r.Domains, row)
	}
	return r
}

func (r certRow) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s: %s\n%s, %s\n", r.Short, r.Name, r.Issuer, r.URL)
	for _, o := range r.Outlines {
		o.print(t)
	}
	if r.AnyTime {
		fmt.Fprintf(t, "\nGiven at any time\n  %s\n", r.WindowsSource)
	}
	if len(r.Windows) > 0 {
		fmt.Fprint(t, "\nNext windows\n")
		for _, win := range r.Windows {
			fmt.Fprintf(t, "  %s to %s\n", win.From, win.To)
		}
		fmt.Fprintf(t, "  %s\n", r.WindowsSource)
	}
	if notice := strings.TrimSpace(r.Mark + " " + r.NotAffiliated); notice != "" {
		fmt.Fprintf(t, "\n%s\n", notice)
	}
	return t.Flush()
}

func (o outlineRow) print(w io.Writer) {
	fmt.Fprintf(w, "\nOutline %s", o.ID)
	if o.From != "" {
		fmt.Fprintf(w, ", from %s", o.From)
	}
	if o.Current {
		fmt.Fprint(w, ", in force now")
	}
	fmt.Fprintf(w, " (%s)\n", o.Note)
	equal := false
	for _, d := range o.Domains {
		weight := "equal"
		if d.Weight != nil {
			weight = fmt.Sprintf("%d %%", *d.Weight)
		}
		equal = equal || d.Weight == nil
		fmt.Fprintf(w, "  %s\t%s\t%s\n", d.ID, weight, d.Name)
	}
	if equal {
		fmt.Fprint(w, "  Weights not published: every area gets an equal share of the questions.\n")
	}
	fmt.Fprintf(w, "  %s\n", o.Source)
	o.Exam.print(w)
}

func (e examRow) print(w io.Writer) {
	known := func(n int, noun string) string {
		if n == 0 {
			return noun + " not known"
		}
		return fmt.Sprintf("%d %s", n, noun)
	}
	fmt.Fprintf(w, "  Length: %s, %s\n", known(e.Questions, "questions"), known(e.Minutes, "minutes"))
	if e.Source.Title != "" {
		fmt.Fprintf(w, "  %s\n", e.Source)
	}
}

// String says where a fact is from and when it was checked.
func (s sourceRow) String() string {
	return fmt.Sprintf("Source: %s, %s (%s), checked on %s", s.Title, s.URL, strings.ReplaceAll(s.Tier, "_", " "), s.Checked)
}
