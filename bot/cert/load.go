package cert

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed catalogue.yaml
var embedded []byte

// limitShort is how long an area's short name may be, in characters, so that a
// card's title with it stays one line on a phone.
const limitShort = 24

// Load reads the embedded catalogue and checks it: identifiers are unique, the
// weights of an outline add up to 100 or are all left out, dates are dates, and
// every fact has a source.
func Load() (Catalogue, error) { return read(embedded) }

func read(data []byte) (Catalogue, error) {
	var c Catalogue
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		return Catalogue{}, fmt.Errorf("certification catalogue: %w", err)
	}
	seen := map[string]bool{}
	for _, cc := range c.Certifications {
		if err := cc.check(seen); err != nil {
			return Catalogue{}, fmt.Errorf("certification catalogue: %w", err)
		}
	}
	return c, nil
}

// check finds what is wrong with a certification; seen collects identifiers.
func (c Certification) check(seen map[string]bool) error {
	if err := once(c.ID, seen); err != nil {
		return err
	}
	if len(c.Outlines) == 0 {
		return fmt.Errorf("%s has no outline", c.ID)
	}
	for _, o := range c.Outlines {
		if err := once(o.ID, seen); err != nil {
			return err
		}
		if err := o.check(); err != nil {
			return fmt.Errorf("outline %s: %w", o.ID, err)
		}
	}
	if err := c.Windows.check(); err != nil {
		return fmt.Errorf("windows of %s: %w", c.ID, err)
	}
	return nil
}

func (o Outline) check() error {
	if o.From != "" {
		if _, err := time.Parse(time.DateOnly, o.From); err != nil {
			return err
		}
	}
	if len(o.Domains) == 0 {
		return errors.New("no areas")
	}
	if err := o.Exam.check(); err != nil {
		return err
	}
	sum, seen := 0, map[string]bool{}
	for _, d := range o.Domains {
		if err := once(d.ID, seen); err != nil {
			return err
		}
		if n := utf8.RuneCountInString(d.Short); n == 0 || n > limitShort {
			return fmt.Errorf("short name of %s has %d characters, not 1 to %d", d.ID, n, limitShort)
		}
		if d.Weight < 0 || o.Weighted() && d.Weight == 0 {
			return fmt.Errorf("%s has the weight %d; give every area its weight, or none", d.ID, d.Weight)
		}
		sum += d.Weight
	}
	if o.Weighted() && sum != 100 {
		return fmt.Errorf("weights add up to %d", sum)
	}
	return o.Source.check()
}

func (w Windows) check() error {
	if w.AnyTime == (len(w.Yearly) > 0) {
		return errors.New("either any_time or yearly spans, please")
	}
	for _, y := range w.Yearly {
		if _, err := y.in(2027); err != nil {
			return err
		}
	}
	return w.Source.check()
}

func (s Source) check() error {
	if s.Title == "" || s.URL == "" {
		return errors.New("a source lacks its title or address")
	}
	if !slices.Contains([]string{"official", "second_hand", "third_party"}, s.Tier) {
		return fmt.Errorf("source %s is of the tier %q", s.Title, s.Tier)
	}
	_, err := time.Parse(time.DateOnly, s.Checked)
	return err
}

// once fails if an identifier is empty or was seen before.
func once(id string, seen map[string]bool) error {
	if id == "" || seen[id] {
		return fmt.Errorf("identifier %q is empty or used twice", id)
	}
	seen[id] = true
	return nil
}

func (e Exam) check() error {
	switch {
	case e.Questions < 0 || e.Minutes < 0:
		return fmt.Errorf("an exam of %d questions and %d minutes", e.Questions, e.Minutes)
	case e == Exam{}:
		return nil
	}
	return e.Source.check()
}
