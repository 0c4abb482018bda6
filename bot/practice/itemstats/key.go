package itemstats

import "math"

// keyDoubt is by how much likelier, as a natural logarithm, the answers must be
// with another option as the right one before the key is doubted. TestWrongKeys
// shows what it finds and how often it is wrong.
const keyDoubt = 1.0

// guessed is the chance that somebody who doesn't know still finds the right
// option. Less than one in four: who doesn't know is drawn to what looks right.
const guessed = 0.1

// hardShare and easyShare bound what a question is good for; bluntBelow is a
// discrimination that tells strong from weak too little.
const (
	hardShare   = 1.0 / 3
	easyShare   = 0.95
	bluntBelow  = 0.2
	unusedShare = 0.05
)

func (d *data) flags(item int, s Statistic, given []Answer, abilities []float64) (flags []Flag) {
	add := func(k Kind, option int) { flags = append(flags, Flag{k, option}) }
	if option, ok := d.looksRight(item, given, abilities); ok {
		add(KeyLooksWrong, option)
	}
	if c := s.Discrimination; c.Known && len(given) >= MinFlag {
		switch {
		case c.High < 0:
			add(Backwards, -1)
		case c.High < bluntBelow:
			add(Blunt, -1)
		}
	}
	switch {
	case s.Facility.High < hardShare:
		add(TooHard, -1)
	case s.Facility.Low > easyShare:
		add(TooEasy, -1)
	}
	for n, o := range s.Options {
		if n != d.items[item].Key && d.items[item].Key >= 0 && o.High < unusedShare {
			add(Unused, n)
		}
	}
	return flags
}

// doubted is the items whose keys look wrong.
func (d *data) doubted() (items []int) {
	for n := range d.items {
		given := d.of(n)
		if len(given) < MinFlag {
			continue
		}
		abilities := make([]float64, len(given))
		for i, g := range given {
			abilities[i] = d.abilityWithout(g)
		}
		if _, ok := d.looksRight(n, given, abilities); ok {
			items = append(items, n)
		}
	}
	return items
}

// looksRight is the option that the answers fit better than the key: the able
// choose the right option more often than the others, and among the wrong ones
// ability makes no difference. Both stories are told with the same number of
// unknowns, so that their likelihoods can be compared.
func (d *data) looksRight(item int, given []Answer, abilities []float64) (option int, ok bool) {
	it := d.items[item]
	if it.Key < 0 || it.Options < 2 || len(given) < MinFlag {
		return -1, false
	}
	counts := make([]int, it.Options)
	for _, g := range given {
		if g.Option >= 0 && g.Option < it.Options {
			counts[g.Option]++
		}
	}
	key, best, option := likelihood(it.Key, given, abilities, counts, d.usual), math.Inf(-1), -1
	for n := range counts {
		if n == it.Key || counts[n] == 0 {
			continue
		}
		if l := likelihood(n, given, abilities, counts, d.usual); l > best {
			best, option = l, n
		}
	}
	return option, best-key > keyDoubt
}

// likelihood is the logarithm of how likely the answers are if that option is
// right, at the difficulty that fits best. A difficulty that is unusual for these
// items makes it less likely: a wrong key mostly shows as a question that is far
// too hard.
func likelihood(right int, given []Answer, abilities []float64, counts []int, usual bell) float64 {
	b := usual.mean
	for range 30 {
		slope, curve := (usual.mean-b)/(usual.spread*usual.spread), 1/(usual.spread*usual.spread)
		for n, g := range given {
			c := chance(abilities[n], b)
			slope += c
			if g.Option == right {
				slope--
			}
			curve += c * (1 - c)
		}
		step := limited(slope / curve)
		b += step
		if math.Abs(step) < closeEnough {
			break
		}
	}
	sum := -(b - usual.mean) * (b - usual.mean) / (2 * usual.spread * usual.spread)
	for n, g := range given {
		c := guessed + (1-guessed)*chance(abilities[n], b)
		if g.Option == right {
			sum += math.Log(c)
		} else {
			sum += math.Log(1 - c)
		}
	}
	for n, count := range counts {
		if n != right && count > 0 {
			sum += float64(count) * math.Log(float64(count)/float64(len(given)-counts[right]))
		}
	}
	return sum
}
