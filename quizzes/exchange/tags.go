package exchange

import (
	"math/big"
	"strings"

	"studyhall/quizzes"
)

// Tags carry what a format has no place of its own for, as key:value. Other
// programs show them as tags of the question and hand them on.
const (
	tagDomain     = "domain"
	tagLevel      = "level"
	tagDifficulty = "difficulty"
	tagComputed   = "computed"
	tagType       = "type"
	tagAnswer     = "answer" // how a number is written, with its unit
	tagTolerance  = "tolerance"
	tagUnit       = "unit"
)

// tagsOf are the tags of one of our questions.
func tagsOf(i quizzes.Item) (tags []string) {
	add := func(key, value string) {
		if value != "" {
			tags = append(tags, key+":"+value)
		}
	}
	add(tagDomain, i.Domain)
	add(tagLevel, i.Level)
	add(tagDifficulty, i.Difficulty)
	if i.Computed {
		add(tagComputed, "true")
	}
	switch i.Type {
	case quizzes.Numeric:
		add(tagAnswer, strings.Join(i.Answer, " "))
		add(tagTolerance, i.Tolerance)
		add(tagUnit, i.Unit)
	case quizzes.Single:
		if len(i.Options) == 2 && strings.EqualFold(i.Options[0].Text, "true") || len(i.Options) == 2 && strings.EqualFold(i.Options[0].Text, "false") {
			add(tagType, i.Type)
		}
	}
	return tags
}

// tagged are the tags of a question on its way in: those that need the rest of
// the question wait for it.
type tagged map[string]string

// tag takes up one tag; those that aren't ours are lost.
func (q *question) tag(tags tagged, text string) {
	key, value, _ := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	switch key {
	case tagDomain:
		q.domain = value
	case tagLevel:
		q.level = value
	case tagDifficulty:
		q.difficulty = value
	case tagComputed:
		q.computed = value == "true"
	case tagType, tagAnswer, tagTolerance, tagUnit:
		tags[key] = value
	default:
		q.lose("tags that aren't ours")
	}
}

// finish applies the tags that waited. A spelling is believed only if it says
// the same as the number that the other program kept.
func (q *question) finish(tags tagged) {
	if tags[tagType] == quizzes.Single && rights(q.choices) == 1 {
		q.kind = quizzes.Single
	}
	if q.kind != quizzes.Numeric || tags[tagAnswer] == "" {
		return
	}
	kept := quizzes.Item{Type: quizzes.Numeric, Answer: []string{q.answer}, Tolerance: q.tolerance}
	spelled := quizzes.Item{Type: quizzes.Numeric, Answer: []string{tags[tagAnswer]}, Tolerance: tags[tagTolerance], Unit: tags[tagUnit]}
	a, at, err := kept.Number()
	b, bt, other := spelled.Number()
	if err != nil || other != nil || !near(a, b, b) || !near(at, bt, b) {
		q.lose("the spelling %q, which isn't the number that is asked for", clip(tags[tagAnswer], 40))
		return
	}
	q.answer, q.tolerance, q.unit = tags[tagAnswer], tags[tagTolerance], tags[tagUnit]
}

// near reports whether two numbers differ by less than a billionth of a third.
func near(a, b, of *big.Rat) bool {
	diff := new(big.Rat).Abs(new(big.Rat).Sub(a, b))
	return diff.Cmp(new(big.Rat).Mul(new(big.Rat).Abs(of), big.NewRat(1, 1e9))) <= 0
}

// decimal is a number in figures, exactly where that is possible.
func decimal(r *big.Rat) string {
	if n, exact := r.FloatPrec(); exact && n <= 40 {
		return r.FloatString(n)
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(24), "0"), ".")
}

// plainNumber reads a number as other programs write it: figures, a point, a
// sign, and perhaps an exponent that isn't out of all proportion.
func plainNumber(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 0 || len(s) > 60 || strings.Trim(s, "0123456789.+-eE") != "" {
		return nil, false
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(s), "e"); ok {
		if n := number(strings.TrimLeft(exponent, "+-")); n < 0 || n > 30 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}

// numeric fills in a number and how far off an answer may be.
func (q *question) numeric(value, tolerance string) {
	q.kind = quizzes.Numeric
	v, ok := plainNumber(value)
	if !ok {
		q.refuse("its answer %q is no number that I can read", clip(value, 40))
		return
	}
	q.answer = decimal(v)
	if strings.TrimSpace(tolerance) == "" {
		return
	}
	t, ok := plainNumber(tolerance)
	if !ok {
		q.lose("the tolerance %q", clip(tolerance, 40))
	} else if t.Sign() != 0 {
		q.tolerance = decimal(t.Abs(t))
	}
}

// between fills in a number that may be anything from one to another.
func (q *question) between(from, to string) {
	a, ok := plainNumber(from)
	b, also := plainNumber(to)
	if !ok || !also {
		q.refuse("its answer %q is no number that I can read", clip(from+".."+to, 40))
		return
	}
	half := big.NewRat(1, 2)
	middle := new(big.Rat).Mul(new(big.Rat).Add(a, b), half)
	off := new(big.Rat).Mul(new(big.Rat).Sub(b, a), half)
	q.numeric(decimal(middle), decimal(off.Abs(off)))
}

// weigh decides what is right by the credit that each option earns, in percent.
// It is how GIFT and Moodle say what is right.
func (q *question) weigh(credit []float64, single bool) {
	full, part := 0, 0
	sum := 0.0
	for _, c := range credit {
		switch {
		case c >= 99.9:
			full++
		case c > 0:
			part++
			sum += c
		}
	}
	switch {
	case full == 0 && part > 1 && !single && sum > 95:
		q.kind = quizzes.Multiple
		for n, c := range credit {
			q.choices[n].right = c > 0
		}
	case full == 1:
		if !single && part == 0 {
			q.lose("that several options could be chosen: one is right")
		}
		if part > 0 {
			q.lose("part of the credit for %s", options(part))
		}
		for n, c := range credit {
			q.choices[n].right = c >= 99.9
		}
	case full > 1:
		q.refuse("%d options are each right by themselves; one can be, or several together", full)
	default:
		q.refuse("no option earns all the credit")
	}
}

func options(n int) string {
	if n == 1 {
		return "1 option"
	}
	return decimal(new(big.Rat).SetInt64(int64(n))) + " options"
}
