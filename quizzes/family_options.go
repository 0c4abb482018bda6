package quizzes

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// shownOptions is how many options of a family are shown at most: the right one
// and three that are drawn from the wrong ones.
const shownOptions = 4

// filled is an option with its numbers.
type filled struct {
	choice
	at     []string
	text   string
	folded string // as a hurried reader sees it
	number slot   // where the text is one number and nothing else varies
}

// options are those of a draw, in the order shown: from small to large where each
// is a number, otherwise in an order of chance. [errUnwanted] if too few of them
// differ from each other.
func (r *recipe) options(values map[string]any, chance *rand.Rand) ([]filled, error) {
	if r.text.Type == Numeric {
		return nil, nil
	}
	var right []filled
	var wrong []filled
	for n, c := range r.choices {
		at := to("options", n)
		text, slots, err := c.text.fill(values, r.shows, false)
		if err != nil {
			return nil, &familyError{with(at, "text"), err.Error(), "change the formula, or exclude such numbers with where:"}
		}
		f := filled{choice: c, at: at, text: text, folded: fold(text)}
		if len(slots) == 1 && slots[0].isNumber {
			f.number = slots[0]
		}
		if slices.Contains(r.text.Answer, c.id) {
			right = append(right, f)
		} else {
			wrong = append(wrong, f)
		}
	}
	chance.Shuffle(len(wrong), func(a, b int) { wrong[a], wrong[b] = wrong[b], wrong[a] })
	shown := right
	most := min(shownOptions, len(r.choices))
	for _, w := range wrong {
		if len(shown) < most && !slices.ContainsFunc(shown, w.looksLike) {
			shown = append(shown, w)
		}
	}
	if len(shown) < most {
		return nil, errUnwanted
	}
	if slices.ContainsFunc(shown, func(f filled) bool { return !f.number.isNumber }) {
		chance.Shuffle(len(shown), func(a, b int) { shown[a], shown[b] = shown[b], shown[a] })
	} else {
		slices.SortFunc(shown, func(a, b filled) int { return cmp.Compare(a.number.value, b.number.value) })
	}
	return shown, nil
}

// looksLike reports whether two options say the same, or nearly: numbers that
// were rounded and lie so close that another way of rounding may lead from one
// to the other.
func (f filled) looksLike(o filled) bool {
	if f.folded == o.folded {
		return true
	}
	a, b := f.number, o.number
	if !a.isNumber || !b.isNumber || a.unit != b.unit {
		return false
	}
	apart := math.Abs(a.value - b.value)
	if !a.rounded && !b.rounded {
		return apart <= 1e-9*math.Max(math.Abs(a.value), math.Abs(b.value))
	}
	return apart < 2.5*math.Max(a.step, b.step)
}

// fits reports what keeps a draw from being shown, at its place in the file.
func (i Item) fits() error {
	size := length(i.Stem)
	for _, t := range []struct {
		at   []string
		text string
		most int
	}{{to("stem"), i.Stem, maxQuestion}, {to("explanation"), i.Explanation, mostExplanation}} {
		if err := tooLong(t.at, t.text, t.most); err != nil {
			return err
		}
	}
	for _, o := range i.Options {
		k := int(o.From[0] - 'a') // its place in the file
		size += length(o.Text)
		if err := tooLong(to("options", k, "text"), o.Text, mostOption); err != nil {
			return err
		}
		if err := tooLong(to("options", k, "why"), o.Why, mostWhy); err != nil {
			return err
		}
	}
	if size > maxQuestion {
		return &familyError{to("stem"), fmt.Sprintf("stem and options have %d characters together; at most %d fit", size, maxQuestion), "shorten the stem or the options"}
	}
	return i.usable()
}
