package itemstats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestWorkedExamples holds the intervals to published ones: Wilson's of 81 of 263
// and 15 of 148 from R. G. Newcombe, Statistics in Medicine 17 (1998), table I, and
// Fisher's of r = 0.5 from 28 pairs, whose z is 0.5493 with a standard error of 0.2.
func TestWorkedExamples(t *testing.T) {
	for _, test := range []struct {
		count, of int
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718},
	} {
		if s := share(test.count, test.of); !near(s.Low, test.low, 0.00005) || !near(s.High, test.high, 0.00005) {
			t.Errorf("%d of %d: %.4f to %.4f, not %.4f to %.4f", test.count, test.of, s.Low, s.High, test.low, test.high)
		}
	}
	x, y := make([]float64, 28), make([]float64, 28)
	for n := range x { // two columns that correlate by exactly a half
		x[n] = []float64{1, -1, 1, -1}[n%4]
		y[n] = 0.5*x[n] + math.Sqrt(0.75)*[]float64{1, 1, -1, -1}[n%4]
	}
	c := correlation(x, y)
	if !near(c.Value, 0.5, 1e-9) || !near(c.Low, math.Tanh(0.5493061-1.959964*0.2), 1e-6) || !near(c.High, math.Tanh(0.5493061+1.959964*0.2), 1e-6) {
		t.Errorf("correlation %+v", c)
	}
}

// TestCounts has an item counted by hand: 20 people, of whom 12 chose the key A,
// 6 the B and 2 the C.
func TestCounts(t *testing.T) {
	var answers []Answer
	for p := range 20 {
		option := 0
		if p >= 12 {
			option = 1 + p/18
		}
		answers = append(answers, Answer{Person: p, Item: 0, Option: option, Right: option == 0, Seconds: float64(p)})
	}
	s := Analyse([]Item{{Options: 4, Key: 0}}, answers)[0]
	if s.Answers != 20 || s.Facility.Count != 12 || s.Facility.Of != 20 {
		t.Errorf("facility %+v of %d", s.Facility, s.Answers)
	}
	var drew []int
	for _, o := range s.Options {
		drew = append(drew, o.Count)
	}
	if !slices.Equal(drew, []int{12, 6, 2, 0}) {
		t.Errorf("options drew %v", drew)
	}
	if s.Discrimination.Known {
		t.Error("who answered nothing else has no ability to compare with")
	}
	// 1 to 19 seconds are known; their quartiles are 5.5, 10 and 14.5.
	if s.Times != 19 || s.Quartiles != [3]float64{5.5, 10, 14.5} {
		t.Errorf("times %d, %v", s.Times, s.Quartiles)
	}
}

// TestHidden has nothing shown of items that few answered.
func TestHidden(t *testing.T) {
	var answers []Answer
	for p := range MinAnswers - 1 {
		answers = append(answers, Answer{Person: p, Item: 1, Option: 0, Right: true})
	}
	all := Analyse([]Item{{Options: 4}, {Options: 4}}, answers)
	for n, s := range all {
		if s.Shown || s.Facility.Of != 0 || s.Options != nil || s.Flags != nil {
			t.Errorf("item %d shows %+v", n, s)
		}
	}
	if all[1].Answers != MinAnswers-1 {
		t.Errorf("%d answers", all[1].Answers)
	}
}

// TestEstimates has abilities and difficulties be the likeliest: what was right is
// what the model expects, for each person and each item, but for the pull of the
// bell; and they are near those that the answers were made with.
func TestEstimates(t *testing.T) {
	chances := rand.New(rand.NewPCG(1, 2))
	const people, items = 150, 60
	var able, hard [people + items]float64
	var answers []Answer
	for n := range items {
		hard[n] = chances.NormFloat64()
	}
	for p := range people {
		able[p] = chances.NormFloat64()
		for n := range items {
			if chances.IntN(3) > 0 { // different subsets
				answers = append(answers, Answer{Person: p, Item: n, Option: -1, Right: chances.Float64() < chance(able[p], hard[n])})
			}
		}
	}
	d := newData(make([]Item, items), answers)
	d.estimate(nil)
	left := make([]float64, people)
	for _, a := range d.answers {
		left[a.Person] += score(a) - chance(d.ability[a.Person], d.difficulty[a.Item])
	}
	for p := range people {
		if !near(left[p], d.ability[p], 0.01) {
			t.Errorf("person %d: %.4f left over, ability %.4f", p, left[p], d.ability[p])
		}
	}
	if c := correlation(d.ability, able[:people]); c.Value < 0.9 {
		t.Errorf("abilities correlate by %.2f with the true ones", c.Value)
	}
	if c := correlation(d.difficulty, hard[:items]); c.Value < 0.95 {
		t.Errorf("difficulties correlate by %.2f with the true ones", c.Value)
	}
}

// TestWithout has the ability without an answer be what it is when that answer was
// never given.
func TestWithout(t *testing.T) {
	chances := rand.New(rand.NewPCG(3, 4))
	s := simulate(chances, 60, 40, 40, 0)
	d := newData(s.items, s.answers)
	d.estimate(nil)
	for _, n := range []int{0, 777, 2399} {
		gone := d.answers[n]
		rest := &data{items: d.items, answers: slices.Delete(slices.Clone(d.answers), n, n+1), starts: slices.Clone(d.starts),
			ability: make([]float64, 60), known: make([]float64, 60), difficulty: make([]float64, 40), left: make([]bool, 40)}
		for i := gone.Item + 1; i < len(rest.starts); i++ {
			rest.starts[i]--
		}
		rest.estimate(nil)
		if got, want := d.abilityWithout(gone), rest.ability[gone.Person]; !near(got, want, 0.03) {
			t.Errorf("without answer %d: %.3f, estimated anew %.3f", n, got, want)
		}
	}
}

// TestFlags has each flag raised by what it is for, and not by an ordinary item.
func TestFlags(t *testing.T) {
	const people, items = 400, 40
	chances := rand.New(rand.NewPCG(5, 6))
	var answers []Answer
	all := make([]Item, items)
	for n := range all {
		all[n] = Item{Options: 4, Key: 0}
	}
	for p := range people {
		ability := 1.5 * chances.NormFloat64()
		for n := range items {
			option := 1 + chances.IntN(3)
			know := chances.Float64() < chance(ability, 0)
			switch {
			case n == 0: // blunt: chance alone
				option = chances.IntN(4)
			case n == 1: // hardly anybody
				if chances.IntN(20) == 0 {
					option = 0
				}
			case n == 2: // everybody
				option = 0
			case n == 3: // the strong choose C
				if know {
					option = 2
				} else {
					option = chances.IntN(4)
				}
			case n == 4: // nobody chooses D
				if option = 1 + chances.IntN(2); know {
					option = 0
				}
			case know:
				option = 0
			}
			answers = append(answers, Answer{Person: p, Item: n, Option: option, Right: option == 0})
		}
	}
	got := Analyse(all, answers)
	has := func(n int, f Flag) bool { return slices.Contains(got[n].Flags, f) }
	for _, test := range []struct {
		item int
		flag Flag
	}{{0, Flag{Blunt, -1}}, {1, Flag{TooHard, -1}}, {2, Flag{TooEasy, -1}}, {3, Flag{KeyLooksWrong, 2}}, {3, Flag{Backwards, -1}}, {4, Flag{Unused, 3}}} {
		if !has(test.item, test.flag) {
			t.Errorf("item %d has %v, not %v", test.item, got[test.item].Flags, test.flag)
		}
	}
	for n := 5; n < items; n++ {
		if len(got[n].Flags) > 0 {
			t.Errorf("item %d, an ordinary one, has %v", n, got[n].Flags)
		}
	}
}

// BenchmarkAnalyse is 2,000 items with 1,000,000 answers.
func BenchmarkAnalyse(b *testing.B) {
	s := simulate(rand.New(rand.NewPCG(7, 8)), 10_000, 2000, 100, 0.02)
	for b.Loop() {
		Analyse(s.items, s.answers)
	}
}
