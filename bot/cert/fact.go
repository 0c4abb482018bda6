package cert

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Confidence is how sure a fact is.
type Confidence string

// The confidences.
const (
	Confirmed Confidence = "confirmed" // seen in its sources
	Memory    Confidence = "memory"    // commonly known and seen in no source: not shown as a fact
	Unknown   Confidence = "unknown"   // nobody here knows
)

// The tiers of sources: how near they are to whoever decides.
const (
	Official   = "official"    // the issuer's own document, or a copy of it
	SecondHand = "second_hand" // notes that quote the issuer's document
	ThirdParty = "third_party" // trade press and others
	Operator   = "operator"    // entered by whoever runs this program
)

// Source says where a fact is from.
type Source struct {
	Title   string `yaml:"title"`
	URL     string `yaml:"url"` // "" if it has none
	Tier    string `yaml:"tier"`
	Year    int    `yaml:"year"`    // of the document; 0 if it is not dated
	Checked string `yaml:"checked"` // 2006-01-02
}

// Evidence is how well something is known.
type Evidence struct {
	By         []string   `yaml:"by"` // keys of sources; the fact rests on the first
	Confidence Confidence `yaml:"confidence"`
	Checked    string     `yaml:"checked"` // 2006-01-02; from the first source unless it is given
	Note       string     `yaml:"note"`    // what to know about it

	Sources []Source `yaml:"-"` // those of By
	given   bool     // it has a value
}

// Fact is a value with its evidence.
type Fact[T any] struct {
	Value    T `yaml:"value"`
	Evidence `yaml:",inline"`
}

// UnmarshalYAML also notes whether there is a value: 0 and false are values.
func (f *Fact[T]) UnmarshalYAML(n *yaml.Node) error {
	type plain Fact[T]
	if err := n.Decode((*plain)(f)); err != nil {
		return err
	}
	f.given = child(n, "value") != nil
	return nil
}

// Shown is how a fact may be shown.
type Shown int

// The ways to show a fact.
const (
	NotVerified Shown = iota // say so, or say nothing; never the value
	Reported                 // with the word "reported" and the issuer's address
	Plainly                  // as it is
)

// old is from when on a dated document of an issuer is no longer what the issuer
// says today, in years.
const old = 3

// Shown is how a fact may be shown: plainly what its issuer or whoever runs the
// program says, "reported" what others say or an issuer said years ago, and
// otherwise as not verified or not at all.
func (e Evidence) Shown() Shown {
	if !e.Confirmed() {
		return NotVerified
	}
	s := e.Sources[0]
	checked, err := time.Parse(time.DateOnly, e.Checked)
	if err == nil && s.Year > 0 && checked.Year()-s.Year >= old {
		return Reported
	}
	if s.Tier == Official || s.Tier == Operator {
		return Plainly
	}
	return Reported
}

// Confirmed reports whether there is a value that was seen in a source.
func (e Evidence) Confirmed() bool {
	return e.given && e.Confidence == Confirmed && len(e.Sources) > 0
}

// Known reports whether anything was recorded, be it that nobody knows.
func (e Evidence) Known() bool { return e.given || e.Confidence != "" }

// Words is a value as it may be shown, with the issuer's address where people
// should ask there.
func (e Evidence) Words(value, issuer string) string {
	switch e.Shown() {
	case Plainly:
		return value
	case Reported:
		year := ""
		if y := e.Sources[0].Year; y > 0 {
			year = " in " + strconv.Itoa(y)
		}
		return fmt.Sprintf("%s (reported%s; check with the issuer: %s)", value, year, issuer)
	}
	return "not verified; ask the issuer: " + issuer
}

// Outdated reports whether a fact that is shown was last checked more than a year
// before a day.
func (e Evidence) Outdated(day time.Time) bool {
	checked, err := time.Parse(time.DateOnly, e.Checked)
	return err == nil && e.Shown() != NotVerified && checked.AddDate(1, 0, 0).Before(date(day))
}

func (e *Evidence) evidence() *Evidence { return e }

// Named is a fact with its place, such as "outlines.cbet-2025.minutes".
type Named struct {
	Path     string
	Value    any // as its type has it; ask Evidence how it may be shown
	Evidence Evidence
}

// All is every fact of a certification, in the order of its file.
func (c Certification) All() []Named {
	var all []Named
	walk(reflect.ValueOf(&c).Elem(), nil, func(path []string, value any, e *Evidence) {
		all = append(all, Named{Path: strings.Join(path, "."), Value: value, Evidence: *e})
	})
	return all
}

// Outdated is every fact of a certification that is shown and was last checked
// more than a year before a day.
func (c Certification) Outdated(day time.Time) []Named {
	return slices.DeleteFunc(c.All(), func(n Named) bool { return !n.Evidence.Outdated(day) })
}

// OutdatedFrom is the first day on which any fact of a certification that is shown
// was last checked more than a year before: at midnight UTC, and perhaps long past.
// ok is false if none is shown.
func (c Certification) OutdatedFrom() (day time.Time, ok bool) {
	for _, n := range c.All() {
		checked, err := time.Parse(time.DateOnly, n.Evidence.Checked)
		if err != nil || n.Evidence.Shown() == NotVerified {
			continue
		}
		if from := checked.AddDate(1, 0, 1); !ok || from.Before(day) {
			day, ok = from, true
		}
	}
	return day, ok
}

// walk finds the facts in a struct, a list or another fact by their types, so that
// none can be forgotten where all are looked at. Elements of lists are called by
// their identifiers, or numbered.
func walk(v reflect.Value, path []string, f func(path []string, value any, e *Evidence)) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), append(path[:len(path):len(path)], step(v.Index(i), i)), f)
		}
		return
	case reflect.Struct:
	default:
		return
	}
	if has, ok := v.Addr().Interface().(interface{ evidence() *Evidence }); ok {
		if e := has.evidence(); e.Known() {
			f(path, v.FieldByName("Value").Interface(), e)
		}
		return
	}
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !v.Type().Field(i).IsExported():
		case options == "inline":
			walk(v.Field(i), path, f)
		default:
			walk(v.Field(i), append(path[:len(path):len(path)], name), f)
		}
	}
}

func step(v reflect.Value, i int) string {
	if v.Kind() == reflect.Struct {
		if id := v.FieldByName("ID"); id.IsValid() && id.String() != "" {
			return id.String()
		}
	}
	return strconv.Itoa(i)
}

// settle looks up the sources of a fact and fills in what follows from them; asOf
// is when the catalogue was gathered.
func (e *Evidence) settle(sources map[string]Source, asOf string) error {
	e.Sources = nil
	for _, key := range e.By {
		s, ok := sources[key]
		if !ok {
			return fmt.Errorf("there is no source %q", key)
		}
		e.Sources = append(e.Sources, s)
	}
	if e.Confidence == "" && e.given && len(e.By) > 0 {
		e.Confidence = Confirmed
	}
	switch {
	case e.Checked != "":
	case len(e.Sources) > 0:
		e.Checked = e.Sources[0].Checked
	default: // that day nobody knew better
		e.Checked = asOf
	}
	if len(e.Sources) > 0 {
		e.Sources[0].Checked = e.Checked
	}
	switch e.Confidence {
	case Confirmed:
		if !e.given || len(e.By) == 0 {
			return errors.New("a confirmed fact needs a value, and its sources")
		}
	case Memory, Unknown:
	default:
		return errors.New("say with by: where the value is from, or with confidence: that it is from memory or unknown")
	}
	if e.Checked == "" {
		return errors.New("say with checked: on which day somebody looked, such as 2026-11-22")
	}
	if _, err := time.Parse(time.DateOnly, e.Checked); err != nil {
		return fmt.Errorf("checked: %q is no day; write it as 2026-11-22", e.Checked)
	}
	return nil
}
