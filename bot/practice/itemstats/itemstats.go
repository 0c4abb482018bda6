// Package itemstats finds out from people's answers how good questions are: how
// many get them right, whether the strong do so more often than the weak, what
// each wrong option draws, and whether another option looks like the right one.
//
// Members of a study group answer different questions, so a question cannot be
// held against a test score, as classical test theory does. It is held against
// ability instead, estimated from a person's other answers with the Rasch model.
//
// Sources: facility and discrimination as in Moodle's item analysis
// (https://docs.moodle.org/dev/Quiz_statistics_calculations), with ability in the
// place of the rest of the test; G. Rasch, Probabilistic Models for Some
// Intelligence and Attainment Tests (1960); F. B. Baker, The Basics of Item
// Response Theory (2001), chapter 5 on estimating ability; E. B. Wilson, Probable
// Inference, the Law of Succession, and Statistical Inference (1927); R. A. Fisher
// on the z of a correlation (1921).
package itemstats

import (
	"math"
	"slices"
)

// What is shown, and from how many answers on. Fewer say more about the people
// than about the question, and could be told apart.
const (
	MinAnswers        = 10 // facility and the options' shares
	MinDiscrimination = 20 // discrimination
	MinFlag           = 30 // flags that ask whether the key is right
	MinTimes          = 10 // the time taken
)

// An Item is a question whose answers are counted.
type Item struct {
	Options int // how many options it has; 0 if the answer is typed
	Key     int // which option is right, from 0; -1 if several are, or it is typed
}

// An Answer is the first that somebody gave to an item: later ones show what was
// learned from the explanation.
type Answer struct {
	Person, Item int      // places in the caller's lists, from 0
	Option       int      // what was chosen, from 0; -1 if several were, or it was typed
	Right        bool     // by the key of today
	Seconds      float64  // thought about it; 0 if nobody knows
	_            struct{} // by name only
}

// A Share is a part of the answers with its interval of 95 % (Wilson's).
type Share struct {
	Count, Of int
	Low, High float64 // 0 to 1
}

// Value is the share itself, 0 to 1.
func (s Share) Value() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Count) / float64(s.Of)
}

// A Correlation is between -1 and 1, with its interval of 95 % (Fisher's z).
type Correlation struct {
	Known            bool // false if there are too few answers, or all are alike
	Value, Low, High float64
}

// An Option is what one option drew.
type Option struct {
	Share
	Strong Share // among the stronger half of those who answered
}

// A Statistic is what the answers say about one item.
type Statistic struct {
	Answers        int
	Shown          bool        // at least [MinAnswers] answered; the rest is empty otherwise
	Facility       Share       // right answers
	Difficulty     float64     // where the chance of a right answer is a half, in logits; 0 is the average member
	Discrimination Correlation // of a right answer with ability by the other items
	Options        []Option    // one for each, in their order
	Times          int         // answers whose time is known
	Quartiles      [3]float64  // seconds, from at least [MinTimes] times
	Flags          []Flag      // what to look into, the gravest first
}

// A Flag is what to look into.
type Flag struct {
	Kind   Kind
	Option int // which option is meant, from 0; -1 if none
}

// A Kind of flag.
type Kind string

// The kinds of flags, the gravest first.
const (
	KeyLooksWrong Kind = "key"       // the answers fit another option's being right better than the key's
	Backwards     Kind = "backwards" // the strong get it wrong more often than the weak
	Blunt         Kind = "blunt"     // strong and weak get it right alike, surely below 0.2
	TooHard       Kind = "hard"      // surely less than a third are right
	TooEasy       Kind = "easy"      // surely more than 19 of 20 are right
	Unused        Kind = "unused"    // hardly anybody chooses that option
)

// Analyse has a statistic for each item. Answers of the same person to the same
// item count each; give only first ones.
func Analyse(items []Item, answers []Answer) []Statistic {
	d := newData(items, answers)
	d.estimate(nil)
	if doubted := d.doubted(); len(doubted) > 0 {
		d.estimate(doubted) // wrong keys would spoil the measure they are held against
	}
	all := make([]Statistic, len(items))
	for n := range items {
		all[n] = d.statistic(n)
	}
	return all
}

func (d *data) statistic(item int) Statistic {
	given := d.of(item)
	s := Statistic{Answers: len(given)}
	if len(given) < MinAnswers {
		return s
	}
	s.Shown, s.Difficulty = true, d.difficulty[item]
	right := 0
	abilities, scores := make([]float64, len(given)), make([]float64, len(given))
	for n, g := range given {
		abilities[n] = d.abilityWithout(g)
		if g.Right {
			right++
			scores[n] = 1
		}
	}
	s.Facility = share(right, len(given))
	if len(given) >= MinDiscrimination {
		s.Discrimination = correlation(scores, abilities)
	}
	s.Options = options(d.items[item].Options, given, abilities)
	s.Times, s.Quartiles = times(given)
	s.Flags = d.flags(item, s, given, abilities)
	return s
}

// options counts what each option drew, among all and among the stronger half.
func options(count int, given []Answer, abilities []float64) []Option {
	if count == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(abilities))
	middle := sorted[len(sorted)/2]
	all, strong, strongs := make([]int, count), make([]int, count), 0
	for n, g := range given {
		isStrong := abilities[n] >= middle
		if isStrong {
			strongs++
		}
		if g.Option < 0 || g.Option >= count {
			continue
		}
		all[g.Option]++
		if isStrong {
			strong[g.Option]++
		}
	}
	drew := make([]Option, count)
	for n := range drew {
		drew[n] = Option{Share: share(all[n], len(given)), Strong: share(strong[n], strongs)}
	}
	return drew
}

// times has the quartiles of what is known of the time taken.
func times(given []Answer) (count int, quartiles [3]float64) {
	var known []float64
	for _, g := range given {
		if g.Seconds > 0 {
			known = append(known, g.Seconds)
		}
	}
	if len(known) < MinTimes {
		return len(known), quartiles
	}
	slices.Sort(known)
	for n := range quartiles {
		at := float64(len(known)-1) * float64(n+1) / 4
		low := int(at)
		high := min(low+1, len(known)-1)
		quartiles[n] = known[low] + (known[high]-known[low])*(at-float64(low))
	}
	return len(known), quartiles
}

// z95 leaves 2.5 % of a normal distribution above it.
const z95 = 1.959964

// share is a share with Wilson's interval of 95 %.
func share(count, of int) Share {
	s := Share{Count: count, Of: of, High: 1}
	if of == 0 {
		return s
	}
	n, p := float64(of), s.Value()
	middle := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	s.Low, s.High = max(0, middle-half), min(1, middle+half)
	return s
}

// correlation is Pearson's, with Fisher's interval of 95 %.
func correlation(x, y []float64) Correlation {
	n := float64(len(x))
	if n < 4 {
		return Correlation{}
	}
	meanX, meanY := mean(x), mean(y)
	var xx, yy, xy float64
	for i := range x {
		dx, dy := x[i]-meanX, y[i]-meanY
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	if xx < 1e-12 || yy < 1e-12 {
		return Correlation{} // everybody answered alike, or is as able: nothing to compare
	}
	r := max(-1, min(1, xy/math.Sqrt(xx*yy)))
	z, half := math.Atanh(max(-0.999999, min(0.999999, r))), z95/math.Sqrt(n-3)
	return Correlation{Known: true, Value: r, Low: math.Tanh(z - half), High: math.Tanh(z + half)}
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
