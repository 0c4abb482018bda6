package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v3"

	"studyhall/bot/cert"
	"studyhall/internal/app"
)

// shownWindows is how many windows ahead are shown.
const shownWindows = 2

// catalogue is the catalogue with the operator's changes. Nothing else of the
// configuration needs to be right for that.
func (p *program) catalogue() (cert.Catalogue, error) {
	lookup, err := p.lookup()
	if err != nil {
		return cert.Catalogue{}, err
	}
	c, err := app.LoadConfig(func(name string) (string, bool) {
		if name != "CERTIFICATIONS_FILE" {
			return "", false
		}
		return lookup(name)
	})
	if err != nil {
		return cert.Catalogue{}, err
	}
	return cert.LoadFile(c.Certifications)
}

type listCerts struct {
	JSON bool `name:"json" help:"Print a JSON array with one object a certification."`
}

func (*listCerts) Help() string { return certsHelp }

// certsHelp is what both verbs need to say.
const certsHelp = "The facts come with the program; CERTIFICATIONS_FILE changes and adds some. Those that no issuer confirms are called reported or not verified."

func (l *listCerts) Run(p *program) error {
	catalogue, err := p.catalogue()
	if err != nil {
		return err
	}
	rows := []certRow{}
	for _, c := range catalogue.Certifications {
		row, err := newCertRow(catalogue, c, p.now())
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if l.JSON {
		return p.printJSON(rows)
	}
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSHORT\tISSUER\tNAME")
	for _, r := range rows {
		name := r.Name
		if r.Status != cert.Active {
			name += fmt.Sprintf(" (%s)", r.Status)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.ID, r.Short, r.Issuer, name)
	}
	return t.Flush()
}

type showCert struct {
	ID   string `arg:"" help:"Identifier, as certs list prints it."`
	JSON bool   `name:"json" help:"Print a JSON object."`
}

func (*showCert) Help() string { return certsHelp }

func (s *showCert) Run(p *program) error {
	catalogue, err := p.catalogue()
	if err != nil {
		return err
	}
	c, ok := catalogue.Find(strings.ToLower(s.ID))
	if !ok {
		return fmt.Errorf("the catalogue has no certification %q; \"studyhall certs list\" shows all", s.ID)
	}
	row, err := newCertRow(catalogue, c, p.now())
	if err != nil {
		return err
	}
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
	Status        cert.State   `json:"status"` // active, ending or inactive, today
	Outlines      []outlineRow `json:"outlines"`
	AnyTime       bool         `json:"any_time"` // the exam is given at any time
	Windows       []windowRow  `json:"windows"`  // the next ones
	WindowsSource sourceRow    `json:"windows_source"`
	Facts         []factRow    `json:"facts"`
	Policies      []policyRow  `json:"policies"`

	notice string
}

type outlineRow struct {
	ID      string      `json:"id"`
	From    string      `json:"from"`  // first day in force; "" if it is not known
	Until   string      `json:"until"` // last day; "" if none is known
	Current bool        `json:"current"`
	Note    string      `json:"note"`
	Weights string      `json:"weights"` // published or not published
	Source  sourceRow   `json:"source"`
	Exam    examRow     `json:"exam"`
	Domains []domainRow `json:"domains"`

	announced bool
}

type examRow struct {
	Questions int       `json:"questions"` // 0 if it is not verified
	Minutes   int       `json:"minutes"`   // 0 if it is not verified
	Source    sourceRow `json:"source"`
}

type domainRow struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Weight *float64 `json:"weight"` // percent; null if not published
	Share  float64  `json:"share"`  // of the questions asked, 0 to 1
}

type windowRow struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type sourceRow struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Tier    string `json:"tier"`
	Year    int    `json:"year,omitempty"` // of the document
	Checked string `json:"checked"`
}

// factRow is one fact. What is not verified has no value here either.
type factRow struct {
	Fact       string          `json:"fact"`  // its place in the data: "renewal.grace"
	Value      any             `json:"value"` // as in the data; null if it is not verified
	Text       string          `json:"text"`  // as it may be shown to people
	Shown      string          `json:"shown"` // plainly, reported or not verified
	Confidence cert.Confidence `json:"confidence"`
	Checked    string          `json:"checked"`
	Note       string          `json:"note"`
	Sources    []sourceRow     `json:"sources"`
}

type policyRow struct {
	ID     string `json:"id"`
	Rule   string `json:"rule"`
	Effect string `json:"effect"`
}

func newSourceRow(s cert.Source) sourceRow {
	return sourceRow{Title: s.Title, URL: s.URL, Tier: s.Tier, Year: s.Year, Checked: s.Checked}
}

func newCertRow(catalogue cert.Catalogue, c cert.Certification, now time.Time) (certRow, error) {
	row := certRow{
		ID: c.ID, Short: c.Short, Name: c.Name, Issuer: c.Issuer, URL: c.URL, Mark: c.Mark, NotAffiliated: c.NotAffiliated,
		Status: c.StatusOn(now), Outlines: []outlineRow{}, AnyTime: c.Windows.AnyTime, Windows: []windowRow{},
		WindowsSource: newSourceRow(c.Windows.Source), Facts: []factRow{}, Policies: []policyRow{}, notice: c.Trademark(),
	}
	current := c.Current(now).ID
	for _, o := range c.Outlines {
		row.Outlines = append(row.Outlines, newOutlineRow(o, o.ID == current))
	}
	for _, w := range c.Upcoming(now, shownWindows) {
		row.Windows = append(row.Windows, windowRow{w.From.Format(time.DateOnly), w.To.Format(time.DateOnly)})
	}
	for _, f := range c.All() {
		r, err := newFactRow(f, c.URL)
		if err != nil {
			return certRow{}, err
		}
		row.Facts = append(row.Facts, r)
	}
	for _, policy := range catalogue.PoliciesOf(c.ID) {
		row.Policies = append(row.Policies, policyRow{policy.ID, policy.Rule.Value, policy.Effect})
	}
	return row, nil
}

func newOutlineRow(o cert.Outline, current bool) outlineRow {
	r := outlineRow{ID: o.ID, From: o.From, Until: o.Until, Current: current, Note: o.Note, Weights: "published",
		Source: newSourceRow(o.Source), Domains: []domainRow{}, announced: o.Facts.From.Value.Announced,
		Exam: examRow{Questions: o.Exam.Questions, Minutes: o.Exam.Minutes, Source: newSourceRow(o.Exam.Source)}}
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

func newFactRow(f cert.Named, issuer string) (factRow, error) {
	e := f.Evidence
	row := factRow{Fact: f.Path, Text: f.Words(issuer), Shown: e.Shown().String(), Confidence: e.Confidence,
		Checked: e.Checked, Note: e.Note, Sources: []sourceRow{}}
	for _, s := range e.Sources {
		row.Sources = append(row.Sources, newSourceRow(s))
	}
	if e.Shown() == cert.NotVerified {
		return row, nil
	}
	// The names of the data file are those of YAML.
	data, err := yaml.Marshal(f.Value)
	if err == nil {
		err = yaml.Unmarshal(data, &row.Value)
	}
	if err == nil {
		_, err = json.Marshal(row.Value)
	}
	if err != nil {
		return factRow{}, fmt.Errorf("show %s: %w", f.Path, err)
	}
	return row, nil
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
	fmt.Fprint(t, "\nFacts\n")
	for _, f := range r.Facts {
		f.print(t)
	}
	fmt.Fprint(t, "\nRules for questions\n")
	for _, policy := range r.Policies {
		fmt.Fprintf(t, "  %s\n    %s\n", policy.Rule, policy.Effect)
	}
	fmt.Fprintf(t, "\n%s\n", r.notice)
	return t.Flush()
}

func (o outlineRow) print(w io.Writer) {
	fmt.Fprintf(w, "\nOutline %s", o.ID)
	switch {
	case o.announced:
		fmt.Fprintf(w, ", announced for %s", o.From)
	case o.From != "":
		fmt.Fprintf(w, ", from %s", o.From)
	}
	if o.Until != "" {
		fmt.Fprintf(w, ", until %s", o.Until)
	}
	if o.Current {
		fmt.Fprint(w, ", in force now")
	}
	fmt.Fprintf(w, " (%s)\n", o.Note)
	equal := false
	for _, d := range o.Domains {
		weight := "equal"
		if d.Weight != nil {
			weight = fmt.Sprintf("%v %%", *d.Weight)
		}
		equal = equal || d.Weight == nil
		fmt.Fprintf(w, "  %s\t%s\t%s\n", d.ID, weight, d.Name)
	}
	if equal {
		fmt.Fprint(w, "  Weights not published, or not verified: every area gets an equal share of the questions.\n")
	}
	if o.Source.Title != "" {
		fmt.Fprintf(w, "  %s\n", o.Source)
	}
	o.Exam.print(w)
}

func (e examRow) print(w io.Writer) {
	known := func(n int, noun string) string {
		if n == 0 {
			return noun + " not verified"
		}
		return fmt.Sprintf("%d %s", n, noun)
	}
	fmt.Fprintf(w, "  Length: %s, %s\n", known(e.Questions, "questions"), known(e.Minutes, "minutes"))
	if e.Source.Title != "" {
		fmt.Fprintf(w, "  %s\n", e.Source)
	}
}

func (f factRow) print(w io.Writer) {
	fmt.Fprintf(w, "  %s: %s\n", f.Fact, f.Text)
	if f.Note != "" {
		fmt.Fprintf(w, "    Note: %s\n", f.Note)
	}
	if f.Shown == cert.NotVerified.String() {
		return
	}
	for _, s := range f.Sources {
		fmt.Fprintf(w, "    %s\n", s)
	}
}

// String says where a fact is from and when it was checked.
func (s sourceRow) String() string {
	return "Source: " + cert.Source{Title: s.Title, URL: s.URL, Tier: s.Tier, Checked: s.Checked}.String()
}
