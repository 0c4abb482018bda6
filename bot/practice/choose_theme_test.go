package practice

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/quizzes"
)

// A question of the theme is from its area, another is not, as far as areas have
// questions; of those, it is one that the fewest members have met, and never one
// that was posted lately.
func TestChoicesLeanToTheTheme(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		pool := drawPool(t, o)
		l := lean{Theme: Theme{Area: o.Domains[rapid.IntRange(0, len(o.Domains)-1).Draw(t, "theme")].ID}}
		uses, byDomain := map[string]Use{}, map[string]int{}
		for number := 1; number <= 2*len(pool); number++ {
			l.due = rapid.Bool().Draw(t, "due")
			candidates := map[string][]entry{}
			fresh := false
			for _, repeat := range []bool{false, true} {
				for _, e := range pool {
					u := uses[e.item.ID]
					if !fresh && (u.Posted > 0) == repeat && (!repeat || number-u.Last > min(repeatDistance, len(pool)/2)) {
						candidates[e.item.Domain] = append(candidates[e.item.Domain], e)
					}
				}
				fresh = len(candidates) > 0
			}
			c, ok := chooseFor(l, pool, o, uses, byDomain, number, fmt.Sprint(number))
			if !ok {
				t.Fatalf("nothing to ask as question %d of %d items", number, len(pool))
			}
			inTheme := c.item.Domain == l.Area
			switch _, there := candidates[l.Area]; {
			case there && l.due && (!inTheme || c.chosen != ForTheme):
				t.Fatalf("a question of the theme is of %s (%q)", c.item.Domain, c.chosen)
			case !l.due && inTheme && len(candidates) > 1:
				t.Fatalf("a question beside the theme is of it")
			case !there && inTheme, !l.due && c.chosen != ForWeights:
				t.Fatalf("chosen %q of %s", c.chosen, c.item.Domain)
			}
			for _, other := range candidates[c.item.Domain] {
				if uses[other.item.ID].Met < uses[c.item.ID].Met {
					t.Fatalf("%s was met by fewer than %s", other.item.ID, c.item.ID)
				}
			}
			u := uses[c.item.ID]
			u.Posted, u.Last, u.Met = u.Posted+1, number, u.Met+rapid.IntRange(0, 3).Draw(t, "met")
			uses[c.item.ID] = u
			byDomain[c.item.Domain]++
		}
	})
}

// Review brings back what was missed most, once it has rested; without anything
// missed the choice is as in any week.
func TestReviewBringsBackWhatWasMissed(t *testing.T) {
	o := cert.Outline{Domains: []cert.Domain{{ID: "a", Weight: 100}}}
	var pool []entry
	for n := range 100 {
		pool = append(pool, entry{item: quizzes.Item{ID: fmt.Sprint("i", n), Domain: "a"}})
	}
	for _, row := range []struct {
		name string
		uses map[string]Use
		want string // "" for one that was not posted
	}{
		{"nothing was missed", map[string]Use{"i1": {Posted: 1, Last: 1, Answered: 9, Right: 9}}, ""},
		{"nobody answered", map[string]Use{"i1": {Posted: 1, Last: 1}}, ""},
		{"missed just now", map[string]Use{"i1": {Posted: 1, Last: 90, Answered: 9}}, ""},
		{"the most missed", map[string]Use{"i1": {Posted: 1, Last: 1, Answered: 9, Right: 3}, "i2": {Posted: 1, Last: 1, Answered: 9, Right: 2}}, "i2"},
		{"many say more than one", map[string]Use{"i1": {Posted: 1, Last: 1, Answered: 1}, "i2": {Posted: 1, Last: 1, Answered: 10, Right: 1}}, "i2"},
		{"whom fewer have met", map[string]Use{"i1": {Posted: 1, Last: 1, Answered: 9, Right: 3, Met: 9}, "i2": {Posted: 1, Last: 1, Answered: 9, Right: 3, Met: 8}}, "i2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, ok := chooseFor(lean{Theme: Theme{Review: true}, due: true}, pool, o, row.uses, nil, 100, "seed")
			posted := row.uses[c.item.ID].Posted > 0
			if !ok || row.want != "" && (c.item.ID != row.want || c.chosen != ForReview || !c.repeat) || row.want == "" && (posted || c.chosen != ForWeights) {
				t.Errorf("chose %s (%q, repeat %v), want %q", c.item.ID, c.chosen, c.repeat, row.want)
			}
		})
	}
}
