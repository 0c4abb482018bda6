package cert

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var anyPeriod = Period{"2027-01-01", "2029-12-31"}

// drawRule draws a rule that can be met: small amounts, so that every way to meet it
// can be tried.
func drawRule(t *rapid.T) Rule {
	r := Rule{Required: Amount(rapid.IntRange(1, 10).Draw(t, "required")), CarryOver: Amount(rapid.IntRange(0, 2).Draw(t, "carry over"))}
	for n := range rapid.IntRange(0, 4).Draw(t, "categories") {
		l := Limit{ID: fmt.Sprint("c", n), Min: Amount(rapid.IntRange(0, 3).Draw(t, "min"))}
		if rapid.Bool().Draw(t, "limited") {
			l.Max = l.Min + Amount(rapid.IntRange(1, 4).Draw(t, "over min"))
		}
		if n > 0 && rapid.Bool().Draw(t, "within") {
			l.Within = fmt.Sprint("c", rapid.IntRange(0, n-1).Draw(t, "parent"))
		}
		r.Categories = append(r.Categories, l)
	}
	most, limited := Amount(0), true
	for _, l := range r.Categories {
		if l.Within == "" {
			most, limited = most+l.Max, limited && l.Max > 0
		}
	}
	if limited && most < r.Required && len(r.Categories) > 0 {
		r.Categories[0].Max = 0 // there is always room for what is required
	}
	return r
}

func drawCredits(t *rapid.T, r Rule, most int) []Credit {
	ids := []string{""}
	for _, l := range r.Categories {
		ids = append(ids, l.ID)
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Credit {
		return Credit{rapid.SampledFrom(ids).Draw(t, "category"), Amount(rapid.IntRange(1, 4).Draw(t, "amount")),
			rapid.SampledFrom([]string{"2027-01-01", "2028-02-29", "2029-12-31"}).Draw(t, "day")}
	}), 0, most).Draw(t, "credits")
}

func (r Rule) at(credits []Credit, carried Amount) Standing {
	return r.Standing(anyPeriod, anyPeriod.Ends, credits, carried)
}

// oracle says what counts of amounts in categories, and whether they meet the rule,
// straight from the definition.
func oracle(r Rule, own map[string]Amount, loose Amount) (total Amount, met bool) {
	met = true
	var counts func(id string) Amount
	counts = func(id string) Amount {
		sum := own[id]
		for _, l := range r.Categories {
			if l.Within != id || id == "" && l.Within == "" {
				continue
			}
			sum += counts(l.ID)
		}
		l := r.Categories[slices.IndexFunc(r.Categories, func(l Limit) bool { return l.ID == id })]
		if l.Max > 0 && sum > l.Max {
			sum = l.Max
		}
		return sum
	}
	total = loose
	for _, l := range r.Categories {
		n := counts(l.ID)
		met = met && n >= l.Min
		if l.Within == "" {
			total += n
		}
	}
	return total, met && total >= r.Required
}

// spread calls f with every way to add an amount to categories.
func spread(r Rule, own map[string]Amount, amount Amount, f func()) {
	var place func(n int, left Amount)
	place = func(n int, left Amount) {
		id := r.Categories[n].ID
		if n == len(r.Categories)-1 {
			own[id] += left
			f()
			own[id] -= left
			return
		}
		for part := Amount(0); part <= left; part++ {
			own[id] += part
			place(n+1, left-part)
			own[id] -= part
		}
	}
	place(0, amount)
}

// smallest is the smallest amount that has to be added, by trying all.
func smallest(r Rule, own map[string]Amount, loose Amount) Amount {
	for amount := Amount(0); ; amount++ {
		done := false
		spread(r, own, amount, func() {
			_, met := oracle(r, own, loose)
			done = done || met
		})
		if done {
			return amount
		}
	}
}

// TestStandingAgainstAllWays holds every figure to trying each way to place what is
// undecided, and each way to add something.
func TestStandingAgainstAllWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		if len(r.Categories) == 0 {
			t.Skip("nothing to decide")
		}
		own, undecided, entered := map[string]Amount{}, Amount(0), Amount(0)
		credits := drawCredits(t, r, 4)
		for _, c := range credits {
			if c.Category == "" {
				undecided += c.Amount
				continue
			}
			own[c.Category] += c.Amount
			entered += c.Amount
		}
		carried := Amount(rapid.IntRange(0, 3).Draw(t, "carried"))
		loose := min(carried, r.CarryOver)
		var counts, further []Amount
		spread(r, own, undecided, func() {
			total, _ := oracle(r, own, loose)
			counts, further = append(counts, total), append(further, smallest(r, own, loose))
		})
		decided, _ := oracle(r, own, loose)
		got := r.at(credits, carried)
		want := Standing{Known: true, Required: r.Required, Carried: loose, Undecided: undecided, Lost: entered + loose - decided,
			Counts: slices.Min(counts), AtBest: slices.Max(counts), Further: slices.Max(further), FurtherAtBest: slices.Min(further),
			Categories: got.Categories, Over: got.Over}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v\n%+v (-want +got):\n%s", r, credits, diff)
		}
	})
}

// TestStandingHolds: the order of credits and how they are split change nothing,
// more never counts less, no limit is passed, the parts make the sum, and what is
// needed closes the gap by exactly what it is.
func TestStandingHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		credits := drawCredits(t, r, 8)
		was := r.at(credits, 0)

		if diff := cmp.Diff(was, r.at(rapid.Permutation(credits).Draw(t, "order"), 0)); diff != "" {
			t.Fatalf("in another order (-was +now):\n%s", diff)
		}
		var split []Credit
		for _, c := range credits {
			part := Amount(rapid.IntRange(0, int(c.Amount)).Draw(t, "part"))
			split = append(split, Credit{c.Category, part, c.Day}, Credit{c.Category, c.Amount - part, c.Day})
		}
		if diff := cmp.Diff(was, r.at(split, 0)); diff != "" {
			t.Fatalf("split (-was +now):\n%s", diff)
		}
		for _, more := range drawCredits(t, r, 2) {
			now := r.at(append(slices.Clone(credits), more), 0)
			if now.Counts < was.Counts || now.AtBest < was.AtBest || now.Further > was.Further || now.FurtherAtBest > was.FurtherAtBest ||
				now.AtBest-was.AtBest > more.Amount {
				t.Fatalf("with %+v: was %+v, is %+v", more, was, now)
			}
		}
		parts, limits := Amount(0), true
		for _, c := range was.Categories {
			limits = limits && (c.Max == 0 || c.Counts <= c.Max) && c.Counts <= c.Has && (c.Missing == 0 || c.Counts+c.Missing == c.Min)
			if c.Within == "" {
				parts += c.Counts
			}
		}
		if !limits || len(r.Categories) > 0 && was.Undecided == 0 && parts != was.Counts || was.Counts > was.AtBest || was.FurtherAtBest > was.Further {
			t.Fatalf("the parts of %+v", was)
		}
		needed := was.needs()
		for n, c := range needed {
			now := r.at(append(slices.Clone(credits), needed[:n+1]...), 0)
			if before := r.at(append(slices.Clone(credits), needed[:n]...), 0); now.Further != before.Further-c.Amount {
				t.Fatalf("%+v closed %s by something else than itself, to %s", c, before.Further, now.Further)
			}
		}
		if now := r.at(append(slices.Clone(credits), needed...), 0); was.Undecided == 0 && !now.Complete() {
			t.Fatalf("%+v completes %+v to %+v", needed, was, now)
		}
	})
}

// needs is a way to complete what is short, innermost categories first.
func (s Standing) needs() []Credit {
	if s.Undecided > 0 {
		return nil
	}
	var all []Credit
	left, b := s.Further, Rule{Categories: limitsOf(s)}.book()
	for n, c := range s.Categories {
		b.own[n] = c.Has
		for m, other := range s.Categories {
			if b.parent[m] == n {
				b.own[n] -= other.Counts
			}
		}
	}
	for n := len(s.Categories) - 1; n >= 0; n-- {
		_, counts, _ := b.counts()
		if short := s.Categories[n].Min - counts[n]; short > 0 {
			b.own[n] += short
			left -= short
			all = append(all, Credit{s.Categories[n].ID, short, "2028-01-01"})
		}
	}
	for ; left > 0; left-- {
		all = append(all, Credit{b.roomy(), 1, "2028-01-01"})
	}
	return all
}

// roomy is a category in which one more would count; it is added there.
func (b *book) roomy() string {
	for n, l := range b.limits {
		was := b.total()
		b.own[n]++
		if b.total() > was {
			return l.ID
		}
		b.own[n]--
	}
	return ""
}

func limitsOf(s Standing) []Limit {
	var limits []Limit
	for _, c := range s.Categories {
		limits = append(limits, c.Limit)
	}
	return limits
}

// FuzzPeriods: whatever is written for a day, nothing panics, and what comes out are
// days.
func FuzzPeriods(f *testing.F) {
	f.Add("2027-05-08", "2029-12-31")
	f.Add("9999-12-31", "0000-01-01")
	f.Add("", "x")
	c, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, day, ends string) {
		for _, one := range c.Certifications {
			r := one.Facts.Renewal
			for _, p := range []Period{{day, ends}, {ends, day}} {
				if third := p.Part(1, 3); third != "" && !p.Has(third) {
					t.Errorf("a third of %+v is over on %s", p, third)
				}
				s := r.Rule().Standing(p, day, []Credit{{"leadership", 100, ends}, {"", int2amount(len(day)), day}}, 100)
				if s.Behind(p, ends) && !s.Known {
					t.Errorf("behind what nobody knows: %+v", s)
				}
			}
			r.Period(day)
			r.After(ends)
			r.Begun(ends)
			r.GraceEnds(ends)
			r.ApplyOn(ends)
		}
	})
}

func int2amount(n int) Amount { return Amount(n*37 - 100) }

// TestStandingOfMany adds up a thousand credits.
func TestStandingOfMany(t *testing.T) {
	r := find(t, "pmp").Facts.Renewal.Rule()
	rnd := rand.New(rand.NewSource(6))
	sides := []string{"working", "power", "business", "giving"}
	var credits []Credit
	sums := map[string]Amount{}
	for range 1000 {
		c := Credit{sides[rnd.Intn(len(sides))], Amount(rnd.Intn(10)), "2028-05-05"}
		credits, sums[c.Category] = append(credits, c), sums[c.Category]+c.Amount
	}
	s := r.at(credits, 0)
	if want := sums["working"] + sums["power"] + sums["business"] + min(sums["giving"], 2500); s.Counts != want {
		t.Errorf("%s count, want %s", s.Counts, want)
	}
}
