package practice

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/quizzes"
)

// drawOutline is an outline of a few areas whose weights add up to 100, or are
// not published.
func drawOutline(t *rapid.T) cert.Outline {
	n := rapid.IntRange(1, 7).Draw(t, "areas")
	o := cert.Outline{ID: "o"}
	left := 100
	for i := range n {
		weight := left
		if i < n-1 {
			weight = rapid.IntRange(1, left-(n-1-i)).Draw(t, "weight")
		}
		left -= weight
		o.Domains = append(o.Domains, cert.Domain{ID: fmt.Sprintf("a%d", i), Weight: float64(weight)})
	}
	if rapid.Bool().Draw(t, "unpublished") {
		for i := range o.Domains {
			o.Domains[i].Weight = 0
		}
	}
	return o
}

func drawPool(t *rapid.T, o cert.Outline) []entry {
	var pool []entry
	for _, d := range o.Domains {
		for i := range rapid.IntRange(1, 15).Draw(t, "items") {
			pool = append(pool, entry{item: quizzes.Item{ID: fmt.Sprintf("%s-%d", d.ID, i), Domain: d.ID}})
		}
	}
	return pool
}

// play chooses n questions one after another, as a group would meet them.
func play(pool []entry, o cert.Outline, n int, seed string) (chosen []choice, ok bool) {
	uses, byDomain := map[string]Use{}, map[string]int{}
	for number := 1; number <= n; number++ {
		c, found := choose(pool, o, uses, byDomain, number, fmt.Sprintf("%s %d", seed, number))
		if !found {
			return chosen, false
		}
		u := uses[c.item.ID]
		u.Posted, u.Last = u.Posted+1, number
		uses[c.item.ID] = u
		byDomain[c.item.Domain]++
		chosen = append(chosen, c)
	}
	return chosen, true
}

func TestChooseKeepsItsDistanceAndRepeatsLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		pool := drawPool(t, o)
		seed := rapid.String().Draw(t, "seed")
		chosen, ok := play(pool, o, 3*len(pool), seed)
		if !ok {
			t.Fatalf("nothing to ask after %d questions from %d items", len(chosen), len(pool))
		}
		last := map[string]int{}
		for i, c := range chosen {
			number := i + 1
			if before := last[c.item.ID]; before > 0 && number-before <= min(repeatDistance, len(pool)/2) {
				t.Fatalf("%s came back after %d questions of %d items", c.item.ID, number-before, len(pool))
			}
			if repeat := last[c.item.ID] > 0; repeat != c.repeat || (number <= len(pool)) == repeat {
				t.Fatalf("question %d of %d items: repeat is %v, told %v", number, len(pool), repeat, c.repeat)
			}
			last[c.item.ID] = number
		}
	})
}

func TestChooseIsRepeatable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		pool := drawPool(t, o)
		seed := rapid.String().Draw(t, "seed")
		first, _ := play(pool, o, len(pool), seed)
		again, _ := play(pool, o, len(pool), seed)
		for i := range first {
			if first[i].item.ID != again[i].item.ID {
				t.Fatalf("question %d was %s and then %s", i+1, first[i].item.ID, again[i].item.ID)
			}
		}
	})
}

func TestChooseFollowsTheShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		var pool []entry
		for _, d := range o.Domains { // more than enough in each area
			for i := range 120 {
				pool = append(pool, entry{item: quizzes.Item{ID: fmt.Sprintf("%s-%d", d.ID, i), Domain: d.ID}})
			}
		}
		n := rapid.IntRange(1, 100).Draw(t, "questions")
		chosen, _ := play(pool, o, n, "seed")
		count := map[string]int{}
		for _, c := range chosen {
			count[c.item.Domain]++
		}
		for _, d := range o.Domains {
			want := float64(n) * o.Share(d.ID)
			if math.Abs(float64(count[d.ID])-want) > float64(len(o.Domains)) {
				t.Fatalf("area %s with a share of %.2f got %d of %d questions, want about %.1f", d.ID, o.Share(d.ID), count[d.ID], n, want)
			}
		}
	})
}

func TestChoosePrefersWhatFewestHaveMet(t *testing.T) {
	o := cert.Outline{Domains: []cert.Domain{{ID: "a", Weight: 100}}}
	pool := []entry{
		{item: quizzes.Item{ID: "met-by-three", Domain: "a"}},
		{item: quizzes.Item{ID: "met-by-one", Domain: "a"}},
		{item: quizzes.Item{ID: "met-by-two", Domain: "a"}},
	}
	uses := map[string]Use{"met-by-three": {Met: 3}, "met-by-one": {Met: 1}, "met-by-two": {Met: 2}}
	c, ok := choose(pool, o, uses, nil, 1, "seed")
	if !ok || c.item.ID != "met-by-one" || c.unseen != 3 {
		t.Errorf("got %s with %d unseen, want met-by-one with 3", c.item.ID, c.unseen)
	}
}

func TestChooseFromNothing(t *testing.T) {
	if c, ok := choose(nil, cert.Outline{}, nil, nil, 1, ""); ok {
		t.Errorf("chose %s from nothing", c.item.ID)
	}
}
