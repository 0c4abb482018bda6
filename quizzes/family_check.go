package quizzes

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Bounds on one family, beside those of the schema.
const (
	mostSteps       = 1000 // values of a parameter
	mostFamilies    = 200  // in one bank, so that checking it ends
	mostExplanation = 400  // characters, as in the schema
	mostWhy         = 300
	mostOption      = 75
)

// decodeFamily reads what makes an item a family; nil where it is none.
func decodeFamily(n *yaml.Node, text Item) *Family {
	if child(n, "parameters") == nil {
		return nil
	}
	f := Family{Text: text}
	for _, p := range sequence(n, "parameters") {
		f.Parameters = append(f.Parameters, Parameter{
			Name: scalar(p, "name"), Values: texts(p, "values"),
			From: scalar(p, "from"), To: scalar(p, "to"), Step: scalar(p, "step"), Show: decodeShow(p),
		})
	}
	for _, l := range sequence(n, "formulas") {
		f.Formulas = append(f.Formulas, Formula{Name: scalar(l, "name"), Is: scalar(l, "is"), Show: decodeShow(l)})
	}
	f.Where = texts(n, "where")
	return newFamily(f)
}

func decodeShow(n *yaml.Node) Show {
	return Show{Unit: scalar(n, "unit"), Digits: scalar(n, "digits"), Places: scalar(n, "places"), Prefix: scalar(n, "prefix") == "true"}
}

// settleFamilies puts the first draw in the place of each family's item.
func (d *document) settleFamilies() error {
	for n, item := range d.bank.Items {
		if item.Family == nil {
			continue
		}
		first, err := item.Family.Draw(0)
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", d.bank.File, item.Line, item.ID, err)
		}
		first.Family, first.Line = item.Family, item.Line
		d.bank.Items[n] = first
	}
	return nil
}

// markFamilies says of each family's item that it is computed, and leaves it
// undrawn. It has no error.
func (d *document) markFamilies() error {
	for n := range d.bank.Items {
		if item := &d.bank.Items[n]; item.Family != nil {
			item.Computed = true
		}
	}
	return nil
}

// checkFamily holds a family to its rules, and every question that it makes.
func (d *document) checkFamily(at []string, item Item) {
	if item.Type != Single && item.Type != Numeric {
		d.fault(with(at, "parameters"), "do not belong to a question of type "+item.Type, "parameters are for the types single and numeric; remove them, or change the type")
		return
	}
	if item.Image != nil {
		d.fault(with(at, "image"), "does not belong to a question with parameters", "a picture shows the same numbers for ever; say what is needed in words")
		return
	}
	if item.Type == Single && !d.declares(at, item) {
		return
	}
	if d.below(at) {
		return // told by the schema or the checks of texts
	}
	r, err := item.Family.ready()
	if err != nil {
		d.familyFault(at, err)
		return
	}
	d.checkUnused(at, item.Family, r)
	stems := map[string]bool{}
	places := map[string]int{}
	for n := range Draws {
		drawn, err := item.Family.Draw(n)
		if err == nil {
			err = drawn.fits()
		}
		if err != nil {
			if drawn.Draw != nil {
				err = fmt.Errorf("with %s: %w", drawn.Draw.words(), err)
			}
			d.familyFault(at, err)
			return
		}
		stems[drawn.Stem] = true
		places[drawn.Answer[0]]++
	}
	if len(stems) < leastDraws {
		d.fault(with(at, "parameters"), fmt.Sprintf("make %d different questions; at least %d are needed", len(stems), leastDraws), "give the parameters more values, or loosen the conditions")
	}
	for id, n := range places {
		if item.Type == Single && 10*n > 7*Draws {
			d.warn(with(at, "options"), fmt.Sprintf("have the right one at %s in %d of %d questions", id, n, Draws), "add wrong options on its other side, of which some are drawn each time")
		}
	}
}

// declares checks ids and answer of a family's options.
func (d *document) declares(at []string, item Item) bool {
	before := len(d.problems)
	var ids []string
	for k, o := range item.Options {
		if ids = append(ids, o.ID); o.ID != string(rune('a'+k)) && !d.faulty(with(at, "options", k, "id")) {
			d.fault(with(at, "options"), "the option ids do not run a, b, c, …", "they must, in the order of the file, without gaps")
			break
		}
	}
	if answer := with(at, "answer"); len(item.Answer) == 1 && !slices.Contains(ids, item.Answer[0]) && !d.faulty(answer) {
		d.fault(answer, fmt.Sprintf("the answer %q is not among the options %s", item.Answer[0], strings.Join(ids, ", ")), "give the id of the right option")
	}
	return len(d.problems) == before
}

// below reports whether something in the value at path has a fault.
func (d *document) below(at []string) bool {
	prefix := strings.Join(at, "/")
	for place := range d.places {
		if place == prefix || strings.HasPrefix(place, prefix+"/") {
			return true
		}
	}
	return false
}

// familyFault tells a fault of a family at its place in the file.
func (d *document) familyFault(at []string, err error) {
	if e, ok := errors.AsType[*familyError](err); ok {
		what := strings.TrimSuffix(err.Error(), e.Error()) + e.what
		d.fault(with(at, anys(e.at)...), what, e.fix)
		return
	}
	d.fault(with(at, "parameters"), err.Error(), "change the parameters, formulas or texts")
}

func anys(path []string) []any {
	all := make([]any, len(path))
	for i, p := range path {
		all[i] = p
	}
	return all
}

// checkUnused warns of names that nothing uses: most are slips.
func (d *document) checkUnused(at []string, f *Family, r *recipe) {
	for n, p := range f.Parameters {
		if !r.used[p.Name] {
			d.warn(with(at, "parameters", n, "name"), quote(p.Name)+" is not used", "use it in a text or formula, or remove it")
		}
	}
	for n, l := range f.Formulas {
		if !r.used[l.Name] {
			d.warn(with(at, "formulas", n, "name"), quote(l.Name)+" is not used", "use it in a text or formula, or remove it")
		}
	}
}

// words are the numbers of a draw, such as "r = 220, v = 12".
func (d *Draw) words() string {
	var all []string
	for name, value := range d.Values {
		all = append(all, name+" = "+value)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// length is how many characters a text has.
func length(text string) int { return utf8.RuneCountInString(text) }

func tooLong(at []string, text string, most int) error {
	if n := length(text); n > most {
		return &familyError{at, fmt.Sprintf("has %d characters; at most %d fit", n, most), "shorten it, or round the numbers in it"}
	}
	return nil
}

var familyName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,19}$`)

// name takes a name that is free.
func (r *recipe) name(at []string, name string) error {
	_, function := arity(name)
	_, twice := r.types[name]
	switch {
	case !familyName.MatchString(name):
		return &familyError{with(at, "name"), quote(name) + " cannot be a name", "use up to 20 small letters, digits and _, beginning with a letter, such as v_out"}
	case function || slices.Contains([]string{"true", "false", "nil", "in", "not", "and", "or", "let", "if", "else", "matches", "contains", "starts", "ends", "with"}, name):
		return &familyError{with(at, "name"), quote(name) + " means something else in formulas", "choose another name"}
	case twice:
		return &familyError{with(at, "name"), quote(name) + " is the name of something before it", "choose another name"}
	}
	return nil
}

// parameter takes a parameter with all its values.
func (r *recipe) parameter(at []string, p Parameter) error {
	if err := r.name(at, p.Name); err != nil {
		return err
	}
	made := param{name: p.Name, texts: p.Values}
	if len(p.Values) == 0 {
		var err error
		if made.texts, err = steps(at, p); err != nil {
			return err
		}
	} else if p.From != "" || p.To != "" || p.Step != "" {
		return &familyError{at, "has both values: and a range", "give either values:, or from:, to: and step:"}
	}
	for _, text := range made.texts {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !plainDigits.MatchString(text) {
			made.nums = nil
			break
		}
		made.nums = append(made.nums, f+0) // of -0, zero
	}
	r.params = append(r.params, made)
	r.shows[p.Name] = p.Show
	if r.types[p.Name] = 0.0; made.nums == nil {
		r.types[p.Name] = ""
	}
	return nil
}

// plainNumber reads digits with a sign and a point, such as 12 or -0.5.
func plainNumber(text string) (*big.Rat, bool) {
	if !plainDigits.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

var plainDigits = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,12})?$`)

// steps are the values of a range. They are counted exactly: three steps of 0.1
// are 0.3.
func steps(at []string, p Parameter) ([]string, error) {
	var of [3]*big.Rat
	for n, s := range []struct{ key, text string }{{"from", p.From}, {"to", p.To}, {"step", p.Step}} {
		v, ok := plainNumber(s.text)
		if !ok {
			return nil, &familyError{with(at, s.key), quote(s.text) + " is no plain number", "give from:, to: and step: as digits with a point if needed, or list values:"}
		}
		of[n] = v
	}
	from, to, step := of[0], of[1], of[2]
	if step.Sign() <= 0 || to.Cmp(from) < 0 {
		return nil, &familyError{at, "has no values", "from: must not be above to:, and step: must be above zero"}
	}
	places := 0
	for _, text := range []string{p.From, p.Step} {
		_, fraction, _ := strings.Cut(text, ".")
		places = max(places, len(fraction))
	}
	var all []string
	for v := new(big.Rat).Set(from); v.Cmp(to) <= 0; v.Add(v, step) {
		if len(all) == mostSteps {
			return nil, &familyError{at, fmt.Sprintf("has more than %d values", mostSteps), "choose a larger step"}
		}
		all = append(all, v.FloatString(places))
	}
	return all, nil
}

// formula takes a formula.
func (r *recipe) formula(at []string, l Formula) error {
	if err := r.name(at, l.Name); err != nil {
		return err
	}
	p, err := compileExpr(l.Is, r.types, r.used)
	if err == nil && p.kind == condition {
		err = errors.New("is a condition, and conditions belong under where")
	}
	if err != nil {
		return &familyError{with(at, "is"), quote(l.Is) + " " + err.Error(), "write a formula of parameters and formulas above it, such as \"v / r\""}
	}
	r.formulas = append(r.formulas, formula{l.Name, p})
	r.shows[l.Name] = l.Show
	if r.types[l.Name] = 0.0; p.kind == word {
		r.types[l.Name] = ""
	}
	return nil
}

// Combinations is how many combinations of its parameters a family has, those
// included that its conditions exclude; "" if it can't be compiled.
func (f *Family) Combinations() string {
	r, err := f.ready()
	if err != nil {
		return ""
	}
	n := big.NewInt(1)
	for _, p := range r.params {
		n.Mul(n, big.NewInt(int64(len(p.texts))))
	}
	return n.String()
}

// familyHint says what a value of a family looks like when it is right.
func familyHint(at string) string {
	switch at {
	case "items[].parameters", "items[].parameters[]", "items[].parameters[].name":
		return "give 1 to 8 parameters, each with a name and values: or from:, to: and step:"
	case "items[].parameters[].values":
		return "list 2 to 1000 numbers or words, such as [100, 220, 470]"
	case "items[].formulas", "items[].formulas[]", "items[].formulas[].name", "items[].formulas[].is":
		return `give up to 40 formulas, each with a name and is:, such as is: "v / r"`
	case "items[].where", "items[].where[]":
		return `list up to 20 conditions that the numbers satisfy, such as ["r > 100"]`
	case "items[].parameters[].digits", "items[].formulas[].digits":
		return "give how many significant digits are shown, 1 to 9"
	case "items[].parameters[].places", "items[].formulas[].places":
		return "give how many decimal places are shown, 0 to 9"
	}
	return "docs/question-banks.md describes the format"
}
