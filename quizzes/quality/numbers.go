package quality

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"studyhall/quizzes"
)

// amount is a number with what stands behind it.
type amount struct {
	value float64
	unit  string
}

var (
	amountText = regexp.MustCompile(`^(?:about |approximately |roughly )?([+−-]?[$€£]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+−-]?[$€£]?\d+(?:\.\d+)?)\s*(.*)$`)
	rangeText  = regexp.MustCompile(`^(?:from |between )?([−-]?\d+(?:\.\d+)?)\s*(?:–|-|to|and)\s*([−-]?\d+(?:\.\d+)?)\s*(.*)$`)
	boundText  = regexp.MustCompile(`^(?i:(more than|over|above|at least|less than|under|below|at most|up to|[<>≤≥]))\s*([−-]?\d+(?:\.\d+)?)\s*(.*)$`)
)

func number(text string) (float64, bool) {
	text = strings.NewReplacer("−", "-", "+", "", ",", "", "$", "", "€", "", "£", "").Replace(text)
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

// amounts are the options as numbers; ok is false unless all are, with few words
// behind them.
func amounts(i quizzes.Item) (all []amount, ok bool) {
	for _, o := range i.Options {
		m := amountText.FindStringSubmatch(o.Text)
		if m == nil || len(strings.Fields(m[2])) > 2 || strings.ContainsAny(m[2], "0123456789") {
			return nil, false
		}
		v, valid := number(m[1])
		if !valid {
			return nil, false
		}
		all = append(all, amount{v, m[2]})
	}
	return all, len(all) > 1
}

// base is the amount without the unit's prefix; ok is false for units of which
// nothing is known.
func base(a amount) (amount, bool) {
	if a.unit == "" || a.unit == "%" {
		return a, true
	}
	units := map[string]struct {
		times float64
		base  string
	}{"s": {1, "s"}, "second": {1, "s"}, "min": {60, "s"}, "minute": {60, "s"}, "h": {3600, "s"}, "hour": {3600, "s"}, "day": {86400, "s"}, "week": {604800, "s"},
		"bit/s": {1, "bit/s"}, "B": {8, "bit"}, "bit": {1, "bit"}}
	name := strings.TrimSuffix(a.unit, "s")
	if name == "" {
		name = a.unit
	}
	if u, known := units[name]; known {
		return amount{a.value * u.times, u.base}, true
	}
	for prefix, times := range map[string]float64{"n": 1e-9, "µ": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9} {
		for _, u := range []string{"A", "V", "W", "Ω", "Hz", "F", "H", "J", "Pa", "Gy", "Sv", "m", "L", "g", "s"} {
			switch a.unit {
			case u:
				return amount{a.value, u}, true
			case prefix + u:
				return amount{a.value * times, u}, true
			}
		}
	}
	return a, false
}

// comparable is the options in one unit; ok is false where that can't be had.
func comparable(i quizzes.Item) (all []float64, ok bool) {
	given, ok := amounts(i)
	if !ok {
		return nil, false
	}
	same := true
	for _, a := range given {
		same = same && a.unit == given[0].unit
	}
	for _, a := range given {
		if b, known := base(a); known {
			first, _ := base(given[0])
			if b.unit != first.unit {
				return nil, false
			}
			a = b
		} else if !same {
			return nil, false
		}
		all = append(all, a.value)
	}
	return all, true
}

func order(i quizzes.Item) (what, fix string) {
	values, ok := comparable(i)
	if !ok {
		return "", ""
	}
	up, down := true, true
	for n := 1; n < len(values); n++ {
		up, down = up && values[n] >= values[n-1], down && values[n] <= values[n-1]
	}
	if up || down {
		return "", ""
	}
	return "the numbers of the options are in no order", "sort them"
}

func sameValue(i quizzes.Item) (what, fix string) {
	values, ok := comparable(i)
	if !ok {
		return "", ""
	}
	for a := range values {
		for b := range a {
			if math.Abs(values[a]-values[b]) <= 1e-9*math.Abs(values[a]) {
				return fmt.Sprintf("%q and %q are the same", i.Options[b].Text, i.Options[a].Text), "change one"
			}
		}
	}
	return "", ""
}

// span is a range of numbers.
type span struct{ low, high float64 }

func spanOf(text string) (s span, unit string, ok bool) {
	if m := rangeText.FindStringSubmatch(text); m != nil {
		low, okLow := number(m[1])
		high, okHigh := number(m[2])
		return span{low, high}, m[3], okLow && okHigh && low < high
	}
	m := boundText.FindStringSubmatch(text)
	if m == nil {
		return span{}, "", false
	}
	v, ok := number(m[2])
	switch strings.ToLower(m[1]) {
	case "more than", "over", "above", "at least", ">", "≥":
		return span{v, math.Inf(1)}, m[3], ok
	}
	return span{math.Inf(-1), v}, m[3], ok
}

func overlapping(i quizzes.Item) (what, fix string) {
	var spans []span
	unit := ""
	for n, o := range i.Options {
		s, u, ok := spanOf(o.Text)
		if !ok || n > 0 && u != unit {
			return "", ""
		}
		spans, unit = append(spans, s), u
	}
	for a := range spans {
		for b := range a {
			if spans[a].low < spans[b].high && spans[b].low < spans[a].high {
				return fmt.Sprintf("%q and %q overlap", i.Options[b].Text, i.Options[a].Text), "part the ranges"
			}
		}
	}
	return "", ""
}

func mixed(i quizzes.Item) (what, fix string) {
	if len(i.Options) < 3 || i.Type == quizzes.Multiple {
		return "", ""
	}
	var texts []quizzes.Option
	for _, o := range i.Options {
		if !amountText.MatchString(o.Text) {
			texts = append(texts, o)
		}
	}
	if len(texts) == 1 {
		if _, _, bounded := spanOf(texts[0].Text); !bounded {
			return fmt.Sprintf("%q is no number, all other options are", texts[0].Text), "have options of one kind"
		}
	}
	return "", ""
}

// asksIn finds the unit in which a stem asks for a number: "…, in mL/h?", "How many
// milligrams …".
var asksIn = regexp.MustCompile(`\bin ([^\s?.,;:()\d][^\s?.,;:()]*(?: [^\s?.,;:()\d]+){0,2})\s*(?:[?.,;:()]|$)|(?i:\bhow many) (\pL[\pL/-]*(?: per \pL+)?)`)

func bareUnit(i quizzes.Item) (what, fix string) {
	if i.Type != quizzes.Numeric {
		return "", ""
	}
	for _, m := range asksIn.FindAllStringSubmatch(i.Stem, -1) {
		name := m[1] + m[2]
		fits, known := i.BareIn(name)
		switch {
		case fits || !known:
		case i.BareUnit() == "":
			return fmt.Sprintf("asks for a number in %s, and the answer has no unit", name), "write the answer with its unit, and add unit:"
		default:
			return fmt.Sprintf("asks for a number in %s, and one that is typed without a unit is read in %s", name, i.BareUnit()), "add unit: with the unit that the stem asks for"
		}
	}
	return "", ""
}
