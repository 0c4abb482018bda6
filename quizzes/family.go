package quizzes

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Draws is how many questions a family makes. The number is small enough to
// check each of them before a bank is used, and large enough that nobody learns
// answers by heart.
const Draws = 500

// leastDraws is how many different questions a family has to make: with fewer,
// its answers are learnt instead of the way to them.
const leastDraws = 10

// tries is how often numbers are drawn anew for one question, until they satisfy
// what the family says of them.
const tries = 400

// A Family is what a computed item is made from: parameters that are drawn,
// formulas, and texts with the names of both in braces. An [Item] with a family
// is its first draw, a question like any other, unless [LoadUndrawn] read it;
// [Item.Drawn] makes the rest.
// What is posted, asked and stored is always a draw: rounds, sessions, grading
// and corrections know nothing of families. All draws have the item's id, so
// that a memory of the family brings it back with other numbers.
type Family struct {
	Parameters []Parameter `json:"parameters"`
	Formulas   []Formula   `json:"formulas,omitempty"`
	Where      []string    `json:"where,omitempty"` // conditions that every draw satisfies
	Text       Item        `json:"text"`            // as the bank's file has it; its options are one right and up to seven wrong

	ready func() (*recipe, error) // compiles, once
	named func() (string, error)  // tells its definition from others, once
}

// A Parameter is drawn: one of Values, or a number From … To in steps.
type Parameter struct {
	Name           string   `json:"name"`
	Values         []string `json:"values,omitempty"`
	From, To, Step string   `json:",omitempty"`
	Show
}

// A Formula is worked out from parameters and the formulas before it.
type Formula struct {
	Name string `json:"name"`
	Is   string `json:"is"` // an expression, see docs/question-banks.md
	Show
}

// Show is how a number is written.
type Show struct {
	Unit   string `json:"unit,omitempty"`   // written behind it
	Digits string `json:"digits,omitempty"` // significant digits it is rounded to
	Places string `json:"places,omitempty"` // decimal places it is rounded to and shown with
	Prefix bool   `json:"prefix,omitempty"` // the unit gets a prefix, such as k or µ
}

// A Draw says where the numbers of a computed item are from.
type Draw struct {
	Family string            `json:"family"` // names the definition it was drawn from; another after every change
	Values map[string]string `json:"values"` // what the parameters are
}

// newFamily is a family that compiles when it is first needed.
func newFamily(f Family) *Family {
	f.ready = sync.OnceValues(func() (*recipe, error) { return f.compile() })
	f.named = sync.OnceValues(func() (string, error) {
		definition, err := json.Marshal(f)
		if err != nil {
			return "", fmt.Errorf("encode family: %w", err)
		}
		return spell(sha256.Sum256(definition)), nil
	})
	return &f
}

// First is the first question that a family makes, with the family. An item
// without one is itself.
func (i Item) First() Item {
	if i.Family == nil {
		return i
	}
	first, err := i.Family.Draw(0)
	if err != nil {
		return i // never for a bank that was checked
	}
	first.Family, first.Line = i.Family, i.Line
	return first
}

// Drawn is the question that a family makes for a seed: always the same one for
// the same seed. An item without a family is itself.
func (i Item) Drawn(seed string) Item {
	if i.Family == nil {
		return i
	}
	h := fnv.New64a()
	h.Write([]byte(seed))
	h.Write([]byte{0})
	h.Write([]byte(i.ID))
	sum := h.Sum64()
	sum ^= sum >> 32 // FNV's low bits alone follow its last byte too closely
	drawn, err := i.Family.Draw(int(sum % Draws))
	if err != nil {
		return i // never for a bank that was checked; its first draw can always be asked
	}
	return drawn
}

// Still reports whether a version of the item, with its draw, is one that the
// bank has as it is now: nobody has changed the question or its family since.
func (i Item) Still(version string, draw *Draw) bool {
	if i.Family != nil {
		name, err := i.Family.named()
		return err == nil && draw != nil && draw.Family == name
	}
	now, _ := i.Version()
	return now == version
}

// Draw makes question n of [Draws], counted from 0; the same n gives the same
// question until the family is changed. It is an error if the family can't be
// compiled, if no numbers were found that satisfy it, or if those that were
// found make a text that can't be shown; the item has its Draw then, and nothing
// else.
func (f *Family) Draw(n int) (Item, error) {
	r, err := f.ready()
	if err != nil {
		return Item{}, err
	}
	h := fnv.New64a()
	h.Write([]byte(f.Text.ID))
	chance := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
	for range tries {
		values, err := r.values(chance)
		if errors.Is(err, errUnwanted) {
			continue
		}
		if err != nil {
			return Item{}, err
		}
		draw := r.draw(values)
		options, err := r.options(values, chance)
		if errors.Is(err, errUnwanted) {
			continue
		}
		if err != nil {
			return Item{Draw: draw}, err
		}
		return r.item(draw, values, options)
	}
	return Item{}, &familyError{at: to("where"), what: fmt.Sprintf("of %d tries none gives numbers that satisfy the conditions with options that differ", tries),
		fix: "widen the parameters, or loosen the conditions"}
}

// errUnwanted says that other numbers must be drawn.
var errUnwanted = errors.New("these numbers are not wanted")

// A familyError is a fault of a family at a path below its item.
type familyError struct {
	at        []string
	what, fix string
}

func (e *familyError) Error() string { return pathString(e.at) + ": " + e.what }

// A recipe is a family made ready to draw from.
type recipe struct {
	id       string // of the definition
	text     Item
	params   []param
	formulas []formula
	where    []program
	stem     template
	answer   template // of [Numeric]
	explain  template
	choices  []choice
	types    map[string]any // what each name is: 0.0 or ""
	shows    map[string]Show
	used     map[string]bool
}

// param is a parameter with everything that it can be.
type param struct {
	name  string
	texts []string
	nums  []float64 // of texts, where they are numbers
}

type formula struct {
	name string
	program
}

// choice is an option of a family.
type choice struct {
	id        string
	text, why template
}

// compile makes the family ready.
func (f *Family) compile() (*recipe, error) {
	r := &recipe{text: f.Text, types: map[string]any{}, shows: map[string]Show{}, used: map[string]bool{}}
	for n, p := range f.Parameters {
		if err := r.parameter(to("parameters", n), p); err != nil {
			return nil, err
		}
	}
	for n, l := range f.Formulas {
		if err := r.formula(to("formulas", n), l); err != nil {
			return nil, err
		}
	}
	for n, w := range f.Where {
		at := to("where", n)
		p, err := compileExpr(w, r.types, r.used)
		if err == nil && p.kind != condition {
			err = errors.New("is not a condition, which is true or false")
		}
		if err != nil {
			return nil, &familyError{at, quote(w) + " " + err.Error(), `write a condition, such as "r > 100" or "a != b"`}
		}
		r.where = append(r.where, p)
	}
	if err := r.templates(f.Text); err != nil {
		return nil, err
	}
	var err error
	r.id, err = f.named()
	return r, err
}

// templates reads the texts.
func (r *recipe) templates(text Item) error {
	for _, t := range []struct {
		into *template
		key  string
		text string
	}{{&r.stem, "stem", text.Stem}, {&r.explain, "explanation", text.Explanation}} {
		if err := r.template(t.into, to(t.key), t.text); err != nil {
			return err
		}
	}
	if text.Type == Numeric {
		return r.template(&r.answer, to("answer"), strings.Join(text.Answer, " "))
	}
	r.choices = make([]choice, len(text.Options))
	for n, o := range text.Options {
		r.choices[n].id = o.ID
		if err := r.template(&r.choices[n].text, to("options", n, "text"), o.Text); err != nil {
			return err
		}
		if err := r.template(&r.choices[n].why, to("options", n, "why"), o.Why); err != nil {
			return err
		}
	}
	return nil
}

func (r *recipe) template(into *template, at []string, text string) (err error) {
	if *into, err = readTemplate(text, r.types, r.used); err != nil {
		return &familyError{at, err.Error(), `write {name} for a parameter or formula, {name:number} without its unit, and {{ for a brace`}
	}
	return nil
}

// values draws parameters and works the formulas out; [errUnwanted] if a
// condition does not hold.
func (r *recipe) values(chance *rand.Rand) (map[string]any, error) {
	values := make(map[string]any, len(r.types))
	for _, p := range r.params {
		k := chance.IntN(len(p.texts))
		if p.nums != nil {
			values[p.name] = p.nums[k]
		} else {
			values[p.name] = p.texts[k]
		}
	}
	for _, l := range r.formulas {
		v, err := l.run(values)
		if err != nil {
			return nil, &familyError{to("formulas"), fmt.Sprintf("%s cannot be worked out: %v", quote(l.name), err), "change the formula"}
		}
		values[l.name] = v
	}
	for n, w := range r.where {
		v, err := w.run(values)
		if err != nil {
			return nil, &familyError{to("where", n), "cannot be worked out: " + err.Error(), "change the condition"}
		}
		if v != true {
			return nil, errUnwanted
		}
	}
	return values, nil
}

// draw tells what was drawn.
func (r *recipe) draw(values map[string]any) *Draw {
	d := &Draw{Family: r.id, Values: map[string]string{}}
	for _, p := range r.params {
		d.Values[p.name] = p.written(values[p.name])
	}
	return d
}

// item is the question with everything filled in.
func (r *recipe) item(draw *Draw, values map[string]any, options []filled) (i Item, err error) {
	i = r.text
	i.Computed, i.Options, i.Answer, i.Draw = true, []Option{}, nil, draw
	fill := func(into *string, t template, at []string) {
		if err == nil {
			*into, err = r.fill(t, at, values)
		}
	}
	fill(&i.Stem, r.stem, to("stem"))
	fill(&i.Explanation, r.explain, to("explanation"))
	if i.Type == Numeric {
		i.Answer = make([]string, 1)
		if err == nil {
			i.Answer[0], err = r.fillPlain(r.answer, to("answer"), values)
		}
		return i, err
	}
	for k, o := range options {
		id := string(rune('a' + k))
		i.Options = append(i.Options, Option{ID: id, Text: o.text, From: o.id})
		fill(&i.Options[k].Why, o.why, with(o.at, "why"))
		if slices.Contains(r.text.Answer, o.id) {
			i.Answer = []string{id}
		}
	}
	return i, err
}

// written is a parameter's value as the file has it.
func (p param) written(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return strconv.FormatFloat(v.(float64), 'f', -1, 64)
}

// fill writes a text out.
func (r *recipe) fill(t template, at []string, values map[string]any) (string, error) {
	return r.filled(t, at, values, false)
}

// fillPlain writes an answer that is to be typed: without marks between
// thousands, which can be read in two ways.
func (r *recipe) fillPlain(t template, at []string, values map[string]any) (string, error) {
	return r.filled(t, at, values, true)
}

func (r *recipe) filled(t template, at []string, values map[string]any, plain bool) (string, error) {
	text, _, err := t.fill(values, r.shows, plain)
	if err != nil {
		return "", &familyError{at, err.Error(), "change the formula, or exclude such numbers with where:"}
	}
	return text, nil
}
