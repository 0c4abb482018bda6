package cert

import (
	"embed"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed catalogue
var embedded embed.FS

// Load reads the embedded catalogue and checks it: identifiers are unique, the
// weights of an outline add up to 100 or are all left out, dates are dates, and
// every fact has its evidence.
//
// It is read once: callers share what is below a certification and change nothing.
func Load() (Catalogue, error) {
	c, err := loaded()
	c.Certifications = slices.Clone(c.Certifications)
	return c, err
}

// loaded is the embedded catalogue, read when it is first asked for.
var loaded = sync.OnceValues(func() (Catalogue, error) {
	root, err := readEmbedded()
	if err != nil {
		return Catalogue{}, fmt.Errorf("certification catalogue: %w", err)
	}
	c, faults := decode(root)
	if len(faults) > 0 {
		return Catalogue{}, fmt.Errorf("certification catalogue: %w", faults[0])
	}
	return c, nil
})

// LoadFile is [Load] with the operator's changes from a file; "" means that there
// are none. Either all of the file is used or none: the error is then an
// [*OverrideError], unless the file can't be read.
func LoadFile(name string) (Catalogue, error) {
	if name == "" {
		return Load()
	}
	data, err := readOverride(name)
	if err != nil {
		return Catalogue{}, err
	}
	return Override(name, data)
}

// readEmbedded is the catalogue as one document: what all certifications share, and
// a list of them from a file each.
func readEmbedded() (*yaml.Node, error) {
	root, err := readNode("index.yaml")
	if err != nil {
		return nil, err
	}
	names := child(root, "certifications")
	if names == nil {
		return nil, fmt.Errorf("index.yaml lists no certifications")
	}
	for i, name := range names.Content {
		if names.Content[i], err = readNode(name.Value + ".yaml"); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func readNode(name string) (*yaml.Node, error) {
	data, err := embedded.ReadFile(path.Join("catalogue", name))
	if err != nil {
		return nil, err
	}
	n, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}

// fault is something wrong at a place of the document.
type fault struct {
	path []string
	what string
}

// Error is the place and what is wrong there.
func (f fault) Error() string { return place(f.path) + ": " + f.what }

// place is a path as people read it: outlines[0].areas.
func place(path []string) string {
	text := ""
	for _, s := range path {
		_, err := strconv.Atoi(s)
		switch {
		case err == nil:
			text += "[" + s + "]"
		case text == "":
			text = s
		default:
			text += "." + s
		}
	}
	return text
}

// document is the whole catalogue as it is written.
type document struct {
	AsOf           string            `yaml:"as_of"`
	Sources        map[string]Source `yaml:"sources"`
	Policies       []Policy          `yaml:"policies"`
	Certifications []Certification   `yaml:"certifications"`
}

// decode turns a document into the catalogue, or says what is wrong with it.
func decode(root *yaml.Node) (Catalogue, []fault) {
	var d document
	if err := root.Decode(&d); err != nil {
		return Catalogue{}, []fault{{what: err.Error()}}
	}
	if d.Sources == nil {
		d.Sources = map[string]Source{}
	}
	d.Sources[operatorKey] = Source{Title: "entered by whoever runs this bot", Tier: Operator}
	c := checker{d: &d}
	c.check()
	if len(c.faults) > 0 {
		return Catalogue{}, c.faults
	}
	for i := range d.Certifications {
		d.Certifications[i].fill()
	}
	return Catalogue{AsOf: d.AsOf, Certifications: d.Certifications, Policies: d.Policies}, nil
}

// settle looks up the sources of every fact below v.
func (c *checker) settle(v reflect.Value, at ...string) {
	walk(v, at, func(path []string, _ any, e *Evidence) {
		if err := e.settle(c.d.Sources, c.d.AsOf); err != nil {
			c.fault(err.Error(), c.numbered(path)...)
		}
	})
}

// numbered is a path with places in lists instead of identifiers, as the document
// has them.
func (c *checker) numbered(at []string) []string {
	at = slices.Clone(at)
	if len(at) > 3 && at[0] == "certifications" && at[2] == "outlines" {
		i, err := strconv.Atoi(at[1])
		if err != nil || i >= len(c.d.Certifications) {
			return at
		}
		for n, o := range c.d.Certifications[i].Outlines {
			if o.ID == at[3] {
				at[3] = strconv.Itoa(n)
			}
		}
	}
	return at
}

// fill sets the plain fields from the facts, as far as those may be shown.
func (c *Certification) fill() {
	c.Name, c.Issuer, c.URL = c.Facts.Name.Value, c.Facts.Issuer.Value, c.Facts.URL.Value
	if w := c.Facts.Windows; w.Confirmed() {
		c.Windows = w.Value
		c.Windows.Source = w.Sources[0]
	}
	for i := range c.Outlines {
		c.Outlines[i].fill()
	}
}

func (o *Outline) fill() {
	f := o.Facts
	o.From, o.Until, o.Domains = f.From.Value.Day, f.Until.Value, f.Areas.Value
	switch {
	case f.Weights.Confirmed():
		o.Source = f.Weights.Sources[0]
	case f.Areas.Confirmed():
		o.Source = f.Areas.Sources[0]
	}
	if f.Minutes.Confirmed() {
		o.Exam.Minutes, o.Exam.Source = f.Minutes.Value, f.Minutes.Sources[0]
	}
	if f.Questions.Confirmed() {
		o.Exam.Questions, o.Exam.Source = f.Questions.Value, f.Questions.Sources[0]
	}
}
