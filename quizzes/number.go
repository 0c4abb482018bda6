package quizzes

import "math/big"

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
