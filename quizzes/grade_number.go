package quizzes

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Bounds on typed numbers, so that none costs much.
const (
	maxTyped    = 200 // bytes; nobody needs more for a number or a term
	maxDigits   = 30
	maxExponent = 30
)

// A quantity is a number as it may have been meant.
type quantity struct {
	value *big.Rat // in the dimension's own unit
	shown string   // how it would be written without doubt
}

// gradeNumber compares a typed number with the item's within its tolerance.
func gradeNumber(item Item, text string) (Verdict, error) {
	want, tolerance, bare, err := item.number()
	if err != nil {
		return "", err
	}
	got, unreadable := readQuantity(text, want.dim, bare)
	if unreadable != nil {
		unreadable.Example = numberExample(item)
		return "", unreadable
	}
	off := new(big.Rat).Sub(got.value, want.value)
	if off.Abs(off).Cmp(tolerance) <= 0 {
		return Right, nil
	}
	return Wrong, nil
}

// A numberError is what is wrong with the number of an item.
type numberError struct {
	item, key, text string
	err             error
}

func (e *numberError) Error() string {
	return fmt.Sprintf("item %s: %s %q: %v", e.item, e.key, e.text, e.err)
}

// wanted is the right number.
type wanted struct {
	value *big.Rat // in the dimension's own unit
	dim   string
	unit  unit // in which the author wrote it
}

// number reads what the author wrote: the answer, how far off one may be, and
// the unit of a number without one.
func (i Item) number() (want wanted, tolerance *big.Rat, bare unit, err error) {
	fail := func(key, text string, why error) error {
		return &numberError{item: i.ID, key: key, text: text, err: why}
	}
	if len(i.Answer) != 1 {
		return want, nil, bare, fail("answer", strings.Join(i.Answer, " "), errors.New("a number is one answer"))
	}
	text := i.Answer[0]
	if want.unit, err = writtenUnit(text); err != nil {
		return want, nil, bare, fail("answer", text, err)
	}
	want.dim = want.unit.dim
	bare = want.unit // a quotient stays as it is
	if own, ok := units[bare.base]; ok {
		bare = own
	}
	if i.Unit != "" {
		found, _ := readUnit(i.Unit, want.dim, bare)
		if want.dim == "" || len(found) != 1 {
			return want, nil, bare, fail("unit", i.Unit, fmt.Errorf("is no unit in which %s can be written", text))
		}
		bare = found[0]
	}
	answer, unreadable := readQuantity(text, want.dim, bare)
	if unreadable != nil {
		return want, nil, bare, fail("answer", text, unreadable.fault())
	}
	want.value = answer.value
	if tolerance, err = i.tolerance(want, bare); err != nil {
		return want, nil, bare, fail("tolerance", i.Tolerance, err)
	}
	return want, tolerance, bare, nil
}

// tolerance is how far off an answer may be: nothing, a share of the answer
// ("5 %"), or a quantity of its dimension ("0.1 kΩ").
func (i Item) tolerance(want wanted, bare unit) (*big.Rat, error) {
	if i.Tolerance == "" {
		return new(big.Rat), nil
	}
	share, isShare := strings.CutSuffix(strings.TrimSpace(i.Tolerance), "%")
	if isShare && want.dim != "percent" {
		q, unreadable := readQuantity(share, "", unit{factor: big.NewRat(1, 100)})
		if unreadable != nil {
			return nil, unreadable.fault()
		}
		if q.value.Sign() < 0 {
			return nil, errors.New("is negative")
		}
		off := new(big.Rat).Mul(q.value, want.value)
		return off.Abs(off), nil
	}
	q, unreadable := readQuantity(i.Tolerance, want.dim, bare)
	if unreadable != nil {
		return nil, unreadable.fault()
	}
	if q.value.Sign() < 0 {
		return nil, errors.New("is negative")
	}
	return q.value, nil
}

// writtenUnit is the unit at the end of what an author wrote; the zero unit
// after a bare number.
func writtenUnit(text string) (unit, error) {
	if len(text) > maxTyped {
		return unit{}, errors.New("is too long")
	}
	_, rest, unreadable := readNumber(tidyNumber(text))
	if unreadable != nil {
		return unit{}, unreadable.fault()
	}
	if rest == "" {
		return unit{factor: big.NewRat(1, 1)}, nil
	}
	if all := quotients(rest, exactUnits); len(all) > 0 {
		return all[0], nil
	}
	return unit{}, fmt.Errorf("the unit %q is not known in this spelling", rest)
}

// readQuantity reads a number with a unit of a dimension, or without one: then
// it is in the bare unit.
func readQuantity(text, dim string, bare unit) (quantity, *Unreadable) {
	if len(text) > maxTyped {
		return quantity{}, &Unreadable{Reason: "That is too long for a number."}
	}
	text = tidyNumber(text)
	if text == "" {
		return quantity{}, &Unreadable{Reason: "Nothing was written."}
	}
	numbers, rest, unreadable := readNumber(text)
	if unreadable != nil {
		return quantity{}, unreadable
	}
	if dim == "pressure" && strings.Contains(numbers[0].shown, "/") {
		return quantity{}, &Unreadable{Reason: "Those are two pressures, and this asks for one."}
	}
	in, unreadable := unitsOf(rest, dim, bare)
	if unreadable != nil {
		return quantity{}, unreadable
	}
	var all []quantity
	for _, n := range numbers {
		for _, u := range in {
			shown := n.shown
			if rest != "" {
				shown += " " + u.symbol
			}
			all = append(all, quantity{new(big.Rat).Mul(n.value, u.factor), shown})
		}
	}
	if len(all) > 1 {
		u := &Unreadable{Reason: fmt.Sprintf("I can read %s in two ways.", quote(text))}
		for _, q := range all {
			u.Readings = append(u.Readings, q.shown)
		}
		return quantity{}, u
	}
	return all[0], nil
}

// unitsOf reads what stands after a number.
func unitsOf(rest, dim string, bare unit) ([]unit, *Unreadable) {
	switch {
	case rest == "":
		return []unit{bare}, nil
	case dim == "":
		return nil, &Unreadable{Reason: fmt.Sprintf("This asks for a number alone, and I can't read %s after it.", quote(rest))}
	}
	found, other := readUnit(rest, dim, bare)
	switch {
	case len(found) > 0:
		return found, nil
	case other.dim != "":
		return nil, &Unreadable{Reason: fmt.Sprintf("That is in %s, and this asks for an answer in %s.", other.symbol, bare.symbol)}
	}
	return nil, &Unreadable{Reason: fmt.Sprintf("I don't know the unit %s.", quote(rest))}
}

// tidyNumber gives every character that numbers and units are written with its
// plain form: digits of any script, minus and multiplication signs, spaces,
// fractions such as ½ and raised figures.
func tidyNumber(text string) string {
	var b strings.Builder
	raised := false
	for _, r := range text {
		up, isUp := raisedFigures[r]
		if isUp && !raised {
			b.WriteByte('^')
		}
		raised = isUp
		switch {
		case isUp:
			b.WriteRune(up)
		case fractions[r] != "":
			b.WriteString(" " + fractions[r])
		case unicode.Is(unicode.Nd, r):
			b.WriteByte(digitOf(r))
		case unicode.IsSpace(r) || r == '\u00a0' || r == '\u202f':
			b.WriteByte(' ')
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
		default:
			b.WriteString(plainSign(r))
		}
	}
	s := strings.Join(strings.Fields(width.Fold.String(b.String())), " ")
	return minus.ReplaceAllString(before.ReplaceAllString(s, ""), "-")
}

var (
	// before is what may stand before a number without saying anything.
	before = regexp.MustCompile(`^(?i)(?:\pL{1,2} ?)?[=≈~] ?|^(?:about|approximately|approx\.?|ca\.) `)
	minus  = regexp.MustCompile(`^(?i)(?:minus|negative) `)
)

var (
	fractions = map[rune]string{
		'½': "1/2", '⅓': "1/3", '⅔': "2/3", '¼': "1/4", '¾': "3/4", '⅕': "1/5", '⅖': "2/5", '⅗': "3/5", '⅘': "4/5",
		'⅙': "1/6", '⅚': "5/6", '⅐': "1/7", '⅛': "1/8", '⅜': "3/8", '⅝': "5/8", '⅞': "7/8", '⅑': "1/9", '⅒': "1/10",
	}
	raisedFigures = map[rune]rune{
		'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9', '⁻': '-', '⁺': '+',
	}
)

// plainSign is the sign that a character is typed for, or the character.
func plainSign(r rune) string {
	switch r {
	case '−', '–', '—', '‒', '‐', '‑', '﹣', '－':
		return "-"
	case '×', '·', '⋅', '∙', '✕', '＊':
		return "*"
	case '⁄', '∕', '／':
		return "/"
	case '٫':
		return "."
	case '٬', '’', '‘', 'ʼ', '´':
		return "'"
	case 'μ':
		return "µ"
	case '\u2126':
		return "Ω"
	case '℃':
		return "°C"
	case '℉':
		return "°F"
	case 'º', '˚':
		return "°"
	}
	return string(r)
}

// digitOf is the plain digit of a decimal digit of any script: each script's ten
// stand in a row that begins with its zero.
func digitOf(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	return '0'
}

var (
	fraction  = regexp.MustCompile(`^(?:(\d{1,12}) )?(\d{1,12}) ?/ ?(\d{1,12})`)
	digits    = regexp.MustCompile(`^(?:\d[\d.,' _]*\d|\d|[.,]\d+)`)
	letterDot = regexp.MustCompile(`^(\d{1,12})([pnµumkKMGTRΩ])(\d{1,12})`)
	exponent  = regexp.MustCompile(`^(?: ?[*xX] ?10 ?\^? ?|[eE])([+-]?\d{1,3})`)
	raisedTen = regexp.MustCompile(`^ ?\^ ?([+-]?\d{1,3})`)
)

// readNumber reads the number with which tidy text begins, in every way in
// which it may be meant, and what stands after it.
func readNumber(s string) (all []quantity, rest string, unreadable *Unreadable) {
	fail := &Unreadable{Reason: fmt.Sprintf("I can't read %s as a number.", quote(s))}
	sign, s := "", strings.TrimSpace(s)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), strings.TrimSpace(s[1:])
	}
	var scale *big.Rat
	switch f, l, d := fraction.FindStringSubmatch(s), letterDot.FindStringSubmatch(s), digits.FindString(s); {
	case f != nil:
		value, ok := mixed(f[1], f[2], f[3])
		if !ok {
			return nil, "", fail
		}
		all, rest = []quantity{{value, f[0]}}, s[len(f[0]):]
	case l != nil: // 4k7 is 4.7k
		value, _ := new(big.Rat).SetString(l[1] + "." + l[3])
		all, rest = []quantity{{value, l[1] + "." + l[3]}}, strings.TrimPrefix(l[2], "R")+s[len(l[0]):]
	case d != "":
		for _, plain := range meanings(d) {
			value, _ := new(big.Rat).SetString(plain)
			all = append(all, quantity{value, plain})
		}
		rest = s[len(d):]
	}
	if len(all) == 0 {
		return nil, "", fail
	}
	if rest, scale = readScale(all, rest); scale == nil {
		return nil, "", fail
	}
	for n := range all {
		all[n].value = new(big.Rat).Mul(all[n].value, scale)
		if sign == "-" {
			all[n].value.Neg(all[n].value)
		}
		all[n].shown = sign + all[n].shown
	}
	rest = strings.TrimSpace(strings.TrimSuffix(rest, "."))
	if strings.HasPrefix(rest, "-") {
		rest = strings.TrimSpace(rest[1:]) // a 12-V battery
	}
	if strings.ContainsAny(strings.ReplaceAll(strings.ToLower(rest), "h2o", ""), "0123456789+*=<>^,;") {
		return nil, "", fail
	}
	return all, rest, nil
}

// readScale reads a power of ten after a number, and writes it into how the
// number is shown. The scale is nil where the power is out of bounds.
func readScale(all []quantity, rest string) (string, *big.Rat) {
	m := exponent.FindStringSubmatch(rest)
	if m != nil {
		e, err := strconv.Atoi(m[1])
		if err != nil || max(e, -e) > maxExponent {
			return "", nil
		}
		for n := range all {
			all[n].shown += "e" + strconv.Itoa(e)
		}
		return rest[len(m[0]):], power(e)
	}
	m = raisedTen.FindStringSubmatch(rest)
	if m == nil {
		return rest, big.NewRat(1, 1)
	}
	e, err := strconv.Atoi(m[1])
	if err != nil || max(e, -e) > maxExponent || len(all) != 1 || all[0].value.Cmp(big.NewRat(10, 1)) != 0 {
		return "", nil
	}
	all[0].shown = "1e" + strconv.Itoa(e)
	return rest[len(m[0]):], power(e - 1) // 10^3 is 10 and two more places
}

// mixed is 1 1/2 or 1/2.
func mixed(whole, above, below string) (*big.Rat, bool) {
	value, ok := new(big.Rat).SetString(above + "/" + below)
	if !ok {
		return nil, false // a zero below
	}
	if whole != "" {
		w, _ := new(big.Rat).SetString(whole)
		value.Add(value, w)
	}
	return value, true
}

// meanings are the numbers, with a point and no other sign, that digits with
// separators may stand for: none where they make no number, two for 1,000.
func meanings(s string) []string {
	if count := len(s) - strings.Count(s, ".") - strings.Count(s, ","); count > maxDigits {
		return nil
	}
	grouped := false
	for _, gap := range []string{" ", "'", "_"} {
		if !strings.Contains(s, gap) {
			continue
		}
		head, tail := s, ""
		if n := strings.IndexAny(s, ".,"); n >= 0 {
			head, tail = s[:n], s[n:]
		}
		if grouped || strings.Contains(tail, gap) || !inThousands(head, gap) {
			return nil
		}
		grouped, s = true, strings.ReplaceAll(head, gap, "")+tail
	}
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case points+commas == 0:
		return []string{s}
	case points > 0 && commas > 0:
		thousands, decimal := ",", "."
		if strings.LastIndexByte(s, ',') > strings.LastIndexByte(s, '.') {
			thousands, decimal = decimal, thousands
		}
		whole, part, _ := strings.Cut(s, decimal)
		if grouped || strings.Contains(part, thousands) || strings.Contains(part, decimal) || !inThousands(whole, thousands) {
			return nil
		}
		return []string{strings.ReplaceAll(whole, thousands, "") + "." + part}
	case points+commas > 1:
		gap := s[strings.IndexAny(s, ".,")]
		if grouped || !inThousands(s, string(gap)) {
			return nil
		}
		return []string{strings.ReplaceAll(s, string(gap), "")}
	}
	whole, part, comma := strings.Cut(s, ",")
	if !comma {
		whole, part, _ = strings.Cut(s, ".")
	}
	decimal := "0" + whole + "." + part
	if whole != "" {
		decimal = decimal[1:]
	}
	if comma && !grouped && len(part) == 3 && inThousands(s, ",") {
		return []string{whole + part, decimal}
	}
	return []string{decimal}
}

// inThousands reports whether gaps stand where thousands are marked.
func inThousands(s, gap string) bool {
	groups := strings.Split(s, gap)
	for n, g := range groups {
		if strings.Trim(g, "0123456789") != "" {
			return false
		}
		if n > 0 && len(g) != 3 || n == 0 && (len(g) < 1 || len(g) > 3 || g[0] == '0') {
			return false
		}
	}
	return true
}

// numberExample shows how a number may be written, in the unit that is asked
// for; it is not the answer.
func numberExample(item Item) string {
	want, _, bare, err := item.number()
	if err != nil {
		return "2.5"
	}
	n := "2.5"
	two, _ := new(big.Rat).SetString(n)
	if new(big.Rat).Mul(two, bare.factor).Cmp(want.value) == 0 {
		n = "7.5"
	}
	if bare.symbol == "" {
		return n
	}
	return n + " " + bare.symbol
}

// BareUnit is the unit in which a number typed without one is read, "" where
// none is asked for.
func (i Item) BareUnit() string {
	if i.Type != Numeric {
		return ""
	}
	_, _, bare, err := i.number()
	if err != nil || !utf8.ValidString(bare.symbol) {
		return ""
	}
	return bare.symbol
}
