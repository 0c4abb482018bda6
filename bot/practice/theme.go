package practice

import (
	"slices"
	"time"

	"studyhall/bot/cert"
)

const (
	// reviewWeeks are the weeks before an exam window that go back over things.
	reviewWeeks = 3
	// longestCycle is the most weeks after which themes begin anew where there is
	// no window to plan up to.
	longestCycle = 52
	// reviewRest is how many questions lie at least between a question and its
	// coming back for review.
	reviewRest = 15
)

// Theme is what a week is about. The zero value is no theme.
type Theme struct {
	Area   string // of the outline
	Review bool   // it goes back over what was missed
}

// None reports whether there is no theme.
func (t Theme) None() bool { return t == Theme{} }

// Season is what themes are planned by.
type Season struct {
	First  time.Time   // the local date on which the season began
	Window cert.Window // of the exam; zero: none
	Later  bool        // there was a season before it, which it begins by going back over
}

// PlanTheme is the theme of the week that begins on a local date. Areas follow
// the outline's weights over the weeks up to the window, each within rounding of
// its share; the last three weeks before it and its own are review. Without a
// window ahead, areas come round again and again by their weights. It depends on
// nothing else, so that a restart changes nothing, and a window that moves
// changes the weeks from then on.
func PlanTheme(o cert.Outline, s Season, week time.Time) Theme {
	if len(o.Domains) == 0 {
		return Theme{}
	}
	at := max(0, weeksBetween(s.First, week))
	n := cycle(o)
	if !s.Window.From.IsZero() && !week.After(s.Window.To) {
		left, all := weeksBetween(week, s.Window.From), weeksBetween(s.First, s.Window.From)
		if left < reviewWeeks {
			return Theme{Review: true}
		}
		at, n = max(0, all-left), max(all, left)-reviewWeeks+1
	}
	if s.Later {
		if at == 0 {
			return Theme{Review: true}
		}
		at, n = at-1, max(n-1, 1)
		if s.Window.From.IsZero() {
			n = cycle(o)
		}
	}
	return Theme{Area: o.Domains[themes(o, n)[at%n]].ID}
}

// weeksBetween is how many whole weeks lie between two dates, rounded down.
func weeksBetween(from, to time.Time) int {
	days := int(to.Sub(from) / (24 * time.Hour))
	if days < 0 {
		return -((-days + 6) / 7)
	}
	return days / 7
}

// cycle is in how many weeks every area of an outline gets one of its own.
func cycle(o cert.Outline) int {
	n := len(o.Domains)
	for _, d := range o.Domains {
		if share := o.Share(d.ID); share > 0 {
			n = max(n, int(1/share+0.999))
		}
	}
	return min(n, longestCycle)
}

// themes spreads n weeks over the areas of an outline: how many each gets is its
// share, rounded so that all add up to n, and they lie as far apart as they can.
// It gives the areas' places in the outline.
func themes(o cert.Outline, n int) []int {
	quota := make([]float64, len(o.Domains))
	left := make([]int, len(o.Domains))
	total, sum := 0, 0.0
	for i, d := range o.Domains {
		sum += o.Share(d.ID)
		quota[i] = o.Share(d.ID) * float64(n)
		left[i] = int(quota[i] + 1e-9)
		total += left[i]
	}
	if sum <= 0 {
		return make([]int, n)
	}
	byRest := make([]int, len(o.Domains))
	for i := range byRest {
		byRest[i] = i
	}
	slices.SortStableFunc(byRest, func(a, b int) int {
		ra, rb := quota[a]-float64(left[a]), quota[b]-float64(left[b])
		switch {
		case ra > rb+1e-9:
			return -1
		case rb > ra+1e-9:
			return 1
		}
		return 0
	})
	for i := 0; total < n; i, total = i+1, total+1 {
		left[byRest[i%len(byRest)]]++
	}
	return spread(quota, left)
}

// spread puts areas in an order in which each is about evenly spaced: every time
// the one that is furthest behind.
func spread(quota []float64, left []int) []int {
	n := 0
	for _, k := range left {
		n += k
	}
	var order []int
	given := make([]float64, len(left))
	for at := range n {
		best := -1
		for i := range left {
			if left[i] == 0 {
				continue
			}
			if best < 0 || behind(quota, given, i, at, n) > behind(quota, given, best, at, n)+1e-9 {
				best = i
			}
		}
		left[best]--
		given[best]++
		order = append(order, best)
	}
	return order
}

// behind is how many weeks an area is short of its share after so many.
func behind(quota, given []float64, i, at, n int) float64 {
	return quota[i]*float64(at+1)/float64(n) - given[i]
}

// Chosen is why an item was chosen for a question.
type Chosen string

// The reasons.
const (
	ForWeights Chosen = ""       // its area was furthest behind its share of the outline
	ForTheme   Chosen = "theme"  // it is of the week's theme
	ForReview  Chosen = "review" // it was missed before
)
