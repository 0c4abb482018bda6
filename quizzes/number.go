package quizzes

import (
	"math/big"
	"slices"
	"strings"
)

// Number is the right answer of a [Numeric] item and how far off an answer may
// be, both counted in the unit in which the answer is written. It is an error if
// the item has no answer that is a number.
func (i Item) Number() (answer, tolerance *big.Rat, err error) {
	want, tolerance, _, err := i.number()
	if err != nil {
		return nil, nil, err
	}
	answer = new(big.Rat).Set(want.value)
	if f := want.unit.factor; f != nil && f.Sign() != 0 {
		answer, tolerance = answer.Quo(answer, f), new(big.Rat).Quo(tolerance, f)
	}
	return answer, tolerance, nil
}

// BareIn reports whether a number that is typed without a unit is read in the unit
// that a stem names, such as "mL/h" or "kilohms". It is known only of a unit in
// which the answer could be counted; where the answer has none, of units with a
// prefix.
func (i Item) BareIn(name string) (fits, known bool) {
	_, _, bare, err := i.number()
	if err != nil || len(name) > maxUnit {
		return false, false
	}
	name = strings.ReplaceAll(name, " per ", "/")
	found := quotients(name, exactUnits)
	if len(found) == 0 {
		found = quotients(name, wordUnits)
	}
	switch {
	case len(found) != 1:
		return false, false
	case bare.dim == "":
		return false, slices.ContainsFunc(strings.Split(found[0].symbol, "/"), func(part string) bool { return units[part].dim == "" })
	case bare.dim != found[0].dim:
		return false, false
	}
	return bare.factor.Cmp(found[0].factor) == 0, true
}
