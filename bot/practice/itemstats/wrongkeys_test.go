package itemstats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// simulated is a group whose true keys are known: people of many abilities,
// questions as banks have them (some hard, some blunt, some that draw the weak to
// one wrong option), and guessing, which the model knows nothing of.
type simulated struct {
	items   []Item
	wrong   []bool // whose key is wrong
	real    []int  // the true key
	answers []Answer
}

// simulate has people answer so many items each, in a way that each item is
// answered as often as any other; a part of the keys is wrong.
func simulate(chances *rand.Rand, people, items, each int, wrong float64) simulated {
	var s simulated
	hard, sharp, draws := make([]float64, items), make([]float64, items), make([][]float64, items)
	for n := range items {
		options, real := 4, chances.IntN(4)
		s.real = append(s.real, real)
		key := real
		if chances.Float64() < wrong {
			key = (real + 1 + chances.IntN(options-1)) % options
		}
		s.wrong = append(s.wrong, key != real)
		s.items = append(s.items, Item{Options: options, Key: key})
		hard[n] = chances.NormFloat64() - 0.7
		sharp[n] = math.Exp(0.3 * chances.NormFloat64())
		draws[n] = make([]float64, options)
		for o := range options {
			if o != real {
				draws[n][o] = chances.ExpFloat64()
			}
		}
	}
	for p := range people {
		ability := chances.NormFloat64()
		for k := range each {
			n := (p*each + k) % items
			right := chances.Float64() < 0.15+0.85*chance(sharp[n]*ability, sharp[n]*hard[n])
			option := s.real[n]
			if !right {
				option = drawn(chances, draws[n])
			}
			s.answers = append(s.answers, Answer{Person: p, Item: n, Option: option, Right: option == s.items[n].Key})
		}
	}
	return s
}

func drawn(chances *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := chances.Float64() * sum
	for n, w := range weights {
		if at < w {
			return n
		}
		at -= w
	}
	return len(weights) - 1
}

// TestWrongKeys has wrong keys found, and right ones left alone: with 60 answers
// an item at least 95 of 100 wrong keys, at most 5 of 100 right ones in doubt.
func TestWrongKeys(t *testing.T) {
	for _, test := range []struct {
		name                string
		people, items, each int
	}{
		{"everybody answers everything", 60, 100, 100},
		{"many people, each a third of the questions", 180, 120, 40},
		{"many people, each 15 questions", 480, 120, 15},
	} {
		t.Run(test.name, func(t *testing.T) {
			var wrong, found, named, right, doubted int
			for seed := range uint64(12) {
				s := simulate(rand.New(rand.NewPCG(seed, 8)), test.people, test.items, test.each, 0.05)
				for n, stat := range Analyse(s.items, s.answers) {
					flagged := len(stat.Flags) > 0 && stat.Flags[0].Kind == KeyLooksWrong
					switch {
					case s.wrong[n]:
						wrong++
						if flagged {
							found++
							if stat.Flags[0].Option == s.real[n] {
								named++
							}
						}
					default:
						right++
						if flagged {
							doubted++
						}
					}
				}
			}
			t.Logf("%d of %d wrong keys found (%.1f %%), the true one named for %d; %d of %d right keys doubted (%.2f %%)",
				found, wrong, 100*float64(found)/float64(wrong), named, doubted, right, 100*float64(doubted)/float64(right))
			if float64(found) < 0.95*float64(wrong) || float64(doubted) > 0.05*float64(right) {
				t.Error("too few found, or too many doubted")
			}
		})
	}
}
