package itemstats

import (
	"math"
	"slices"
)

// What is taken for likely before anybody has answered: abilities and
// difficulties are spread like a bell around the average, in logits. Without it,
// somebody with one right answer would be infinitely able.
const (
	abilitySpread    = 1.0
	difficultySpread = 2.0
)

// Estimating ends when nothing moves by more than this many logits, or after so
// many rounds; the estimates are then far closer than their errors.
const (
	closeEnough = 1e-3
	mostRounds  = 60
)

// data is the answers in the order of their items, with what was estimated.
type data struct {
	items      []Item
	answers    []Answer
	starts     []int     // where each item's answers begin; one more for the end
	ability    []float64 // of each person, in logits
	difficulty []float64 // of each item, in logits
	known      []float64 // what the answers tell of each person's ability: Fisher's information and the prior's
	left       []bool    // items left out of abilities
	usual      bell      // how difficulties are spread
}

// enoughItems is how many items it takes to say which difficulties are usual,
// leastSpread, in logits, how alike they are believed to be at most.
const (
	enoughItems = 20
	leastSpread = 0.5
)

// bell is a normal distribution.
type bell struct{ mean, spread float64 }

func newData(items []Item, answers []Answer) *data {
	d := &data{items: items, answers: make([]Answer, len(answers)), starts: make([]int, len(items)+1)}
	people := 0
	for _, a := range answers {
		d.starts[a.Item+1]++
		people = max(people, a.Person+1)
	}
	for n := range items {
		d.starts[n+1] += d.starts[n]
	}
	next := slices.Clone(d.starts)
	for _, a := range answers { // sorting by comparing would take most of the time
		d.answers[next[a.Item]] = a
		next[a.Item]++
	}
	d.ability, d.known = make([]float64, people), make([]float64, people)
	d.difficulty, d.left = make([]float64, len(items)), make([]bool, len(items))
	return d
}

// of is the answers to an item.
func (d *data) of(item int) []Answer { return d.answers[d.starts[item]:d.starts[item+1]] }

// chance is that of a right answer by the Rasch model.
func chance(ability, difficulty float64) float64 { return 1 / (1 + math.Exp(difficulty-ability)) }

// estimate finds the likeliest abilities and difficulties together, by Newton's
// steps for one and the other in turn. Items left out have a difficulty, but
// nobody's ability is measured by them.
func (d *data) estimate(leaveOut []int) {
	for _, n := range leaveOut {
		d.left[n] = true
	}
	slope := make([]float64, len(d.ability))
	for range mostRounds {
		moved := 0.0
		for n := range d.items {
			moved = max(moved, d.stepItem(n))
		}
		for p, a := range d.ability {
			slope[p], d.known[p] = -a/(abilitySpread*abilitySpread), 1/(abilitySpread*abilitySpread)
		}
		for _, a := range d.answers {
			if d.left[a.Item] {
				continue
			}
			c := chance(d.ability[a.Person], d.difficulty[a.Item])
			slope[a.Person] += score(a) - c
			d.known[a.Person] += c * (1 - c)
		}
		for p := range d.ability {
			step := limited(slope[p] / d.known[p])
			d.ability[p] += step
			moved = max(moved, math.Abs(step))
		}
		if moved < closeEnough {
			break
		}
	}
	d.usual = d.spreadOfDifficulties()
}

// spreadOfDifficulties is how difficulties are spread among the items that are
// measured well; with few of those nothing is said to be usual.
func (d *data) spreadOfDifficulties() bell {
	var n, sum, squares float64
	for i, b := range d.difficulty {
		if len(d.of(i)) >= MinFlag && !d.left[i] {
			n, sum, squares = n+1, sum+b, squares+b*b
		}
	}
	if n < enoughItems {
		return bell{0, difficultySpread}
	}
	m := sum / n
	return bell{m, max(leastSpread, math.Sqrt(max(0, squares/n-m*m)))}
}

// stepItem moves an item's difficulty towards the likeliest, and says how far.
func (d *data) stepItem(item int) float64 {
	given := d.of(item)
	if len(given) == 0 {
		return 0
	}
	b := d.difficulty[item]
	slope, curve := -b/(difficultySpread*difficultySpread), 1/(difficultySpread*difficultySpread)
	for _, a := range given {
		c := chance(d.ability[a.Person], b)
		slope += c - score(a)
		curve += c * (1 - c)
	}
	step := limited(slope / curve)
	d.difficulty[item] += step
	return math.Abs(step)
}

// limited keeps Newton from leaping past the hill.
func limited(step float64) float64 { return max(-1, min(1, step)) }

func score(a Answer) float64 {
	if a.Right {
		return 1
	}
	return 0
}

// abilityWithout is the person's ability by their other answers: one of Newton's
// steps from the ability by all of them.
func (d *data) abilityWithout(a Answer) float64 {
	ability := d.ability[a.Person]
	if d.left[a.Item] {
		return ability
	}
	c := chance(ability, d.difficulty[a.Item])
	return ability - (score(a)-c)/(d.known[a.Person]-c*(1-c))
}
