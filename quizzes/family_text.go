package quizzes

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A template is a text with places for numbers and words.
type template struct {
	parts []part
}

// part is a piece of text, or the place of a name.
type part struct {
	text string
	name string // "" for text
	bare bool   // without its unit
}

// slot is what was put at the place of a name.
type slot struct {
	isNumber bool
	value    float64
	step     float64 // what the last digit that is shown stands for
	rounded  bool    // more digits are not shown
	unit     string
}

// readTemplate reads {name}, {name:number}, {{ and }}; it marks the names used.
func readTemplate(text string, names map[string]any, used map[string]bool) (t template, err error) {
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			t.parts = append(t.parts, part{text: plain.String()})
			plain.Reset()
		}
	}
	for rest := text; rest != ""; {
		n := strings.IndexAny(rest, "{}")
		if n < 0 {
			plain.WriteString(rest)
			break
		}
		plain.WriteString(rest[:n])
		rest = rest[n:]
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}") {
			plain.WriteByte(rest[0])
			rest = rest[2:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '}' || end < 0 {
			return t, errors.New("has a brace that is opened and not closed, or closed and not opened")
		}
		name, form, formed := strings.Cut(rest[1:end], ":")
		_, known := names[name]
		switch {
		case !known:
			return t, fmt.Errorf("names %s, which is no parameter and no formula", quote(name))
		case formed && form != "number":
			return t, fmt.Errorf("has %s; only :number is known there", quote(":"+form))
		}
		flush()
		used[name] = true
		t.parts = append(t.parts, part{name: name, bare: formed})
		rest = rest[end+1:]
	}
	flush()
	return t, nil
}

// fill writes the text out, and tells what was put into it. Plain numbers have no
// marks between thousands.
func (t template) fill(values map[string]any, shows map[string]Show, plain bool) (string, []slot, error) {
	var b strings.Builder
	var slots []slot
	for _, p := range t.parts {
		switch v := values[p.name].(type) {
		case nil:
			b.WriteString(p.text)
		case string:
			if v == "" {
				return "", nil, fmt.Errorf("%s is empty, or no address, for some numbers", quote(p.name))
			}
			b.WriteString(v)
			slots = append(slots, slot{})
		case float64:
			text, s, err := write(v, shows[p.name], p.bare, plain)
			if err != nil {
				return "", nil, fmt.Errorf("%s %w", quote(p.name), err)
			}
			b.WriteString(text)
			slots = append(slots, s)
		}
	}
	return b.String(), slots, nil
}

// thousandfolds are those of the SI for powers of 1000, from 10⁻¹² on.
func thousandfolds() []string { return []string{"p", "n", "µ", "m", "", "k", "M", "G", "T"} }

// exactDigits is how many digits a number has that is shown as it is.
const exactDigits = 8

// write spells a number.
func write(x float64, s Show, bare, plain bool) (string, slot, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "", slot{}, errors.New("is no number that can be shown for some of the numbers")
	}
	if math.Abs(x) >= 1e15 || x != 0 && math.Abs(x) < 1e-13 {
		return "", slot{}, fmt.Errorf("is %.3g for some of the numbers, too large or too small to be shown", x)
	}
	scale := 0
	if s.Prefix && x != 0 {
		scale = min(max(int(math.Floor(decimalExponent(x)/3)), -4), 4)
	}
	d := newDecimal(math.Abs(x), -3*scale)
	places, err := d.shorten(s)
	if err != nil {
		return "", slot{}, err
	}
	if s.Prefix && d.point > 3 && scale < 4 { // 999.96 became 1000
		scale++
		d.point -= 3
		places += 3
	}
	text := d.String(s)
	if !plain {
		text = thousands(text)
	}
	if x < 0 && strings.ContainsAny(text, "123456789") {
		text = "−" + text
	}
	if unit := thousandfolds()[scale+4] + s.Unit; !bare && unit != "" {
		text += " " + unit
	}
	return text, slot{isNumber: true, value: x, step: math.Pow(10, float64(3*scale-places)), rounded: d.rounded, unit: s.Unit}, nil
}

// decimalExponent is the power of ten of a number's first digit, as it is after
// rounding to the digits that count at all.
func decimalExponent(x float64) float64 {
	_, e, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'e', 11, 64), "e")
	n, _ := strconv.Atoi(e) // always a number
	return float64(n)
}

// A decimal is a number as digits: 0.d₁d₂d₃… times ten to the point.
type decimal struct {
	digits  []byte
	point   int
	rounded bool
}

// newDecimal takes the first 12 digits, as a good calculator does; what lies
// beyond is noise of binary arithmetic.
func newDecimal(x float64, shift int) *decimal {
	mantissa, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', 11, 64), "e")
	n, _ := strconv.Atoi(e) // always a number
	d := &decimal{digits: []byte(strings.Replace(mantissa, ".", "", 1)), point: n + 1 + shift}
	d.trim()
	return d
}

func (d *decimal) trim() {
	for len(d.digits) > 0 && d.digits[len(d.digits)-1] == '0' {
		d.digits = d.digits[:len(d.digits)-1]
	}
	if len(d.digits) == 0 {
		d.point = 1
	}
}

// shorten rounds as the number is to be shown, and returns how many decimal
// places are kept.
func (d *decimal) shorten(s Show) (places int, err error) {
	keep := len(d.digits)
	switch {
	case s.Digits != "":
		n, _ := strconv.Atoi(s.Digits) // the schema has it
		keep = n
		places = n - d.point
	case s.Places != "":
		n, _ := strconv.Atoi(s.Places)
		keep = d.point + n
		places = n
	case keep > exactDigits:
		return 0, errors.New("has more digits than can be shown; say how many under digits or places")
	default:
		return keep - d.point, nil
	}
	d.round(keep)
	return places, nil
}

// round keeps so many digits, half away from zero.
func (d *decimal) round(keep int) {
	if keep >= len(d.digits) {
		return
	}
	d.rounded = true
	if keep < 0 {
		d.digits = nil
		d.trim()
		return
	}
	up := d.digits[keep] >= '5'
	d.digits = slices.Clone(d.digits[:keep])
	for i := keep - 1; up && i >= 0; i-- {
		if d.digits[i]++; d.digits[i] <= '9' {
			up = false
		} else {
			d.digits[i] = '0'
		}
	}
	if up {
		d.digits = append([]byte{'1'}, d.digits...)
		d.point++
	}
	d.trim()
}

// String spells the number, with as many places as are asked for.
func (d *decimal) String(s Show) string {
	whole, fraction := "0", ""
	switch {
	case len(d.digits) == 0:
	case d.point <= 0:
		fraction = strings.Repeat("0", -d.point) + string(d.digits)
	case d.point >= len(d.digits):
		whole = string(d.digits) + strings.Repeat("0", d.point-len(d.digits))
	default:
		whole, fraction = string(d.digits[:d.point]), string(d.digits[d.point:])
	}
	if n, _ := strconv.Atoi(s.Places); s.Digits == "" && n > len(fraction) {
		fraction += strings.Repeat("0", n-len(fraction))
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// thousands puts a comma between groups of three digits.
func thousands(text string) string {
	whole, fraction, has := strings.Cut(text, ".")
	for n := len(whole) - 3; n > 0; n -= 3 {
		whole = whole[:n] + "," + whole[n:]
	}
	if has {
		whole += "." + fraction
	}
	return whole
}
