package board

import (
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// How few names a board has.
const (
	placesFrom = 5  // active people from whom on there are places
	namesMost  = 10 // names on a board
	crowd      = 50 // people on one place from whom on they are counted and not named
)

// Tally is how many people have so many points in a period.
type Tally struct{ Points, People int }

// Ranking is the order of a period. Equal points share a place, and the next
// place follows on: 1, 2, 2, 3.
type Ranking struct {
	Active int     // people with points, those without a place included
	places []Tally // the first place first
}

// Rank orders a period. unplaced are the points of those who take no place:
// hidden people and mentors, who are among the tallies too.
func Rank(all []Tally, unplaced []int) Ranking {
	people := map[int]int{}
	r := Ranking{}
	for _, t := range all {
		if t.Points > 0 {
			people[t.Points] += t.People
			r.Active += t.People
		}
	}
	for _, points := range unplaced {
		if points > 0 {
			people[points]--
		}
	}
	for points, n := range people {
		if n > 0 {
			r.places = append(r.places, Tally{points, n})
		}
	}
	slices.SortFunc(r.places, func(a, b Tally) int { return cmp.Compare(b.Points, a.Points) })
	return r
}

// Shown is how many places a board shows: few, so that nobody is shown as last.
func (r Ranking) Shown() int {
	shown := 0
	switch {
	case r.Active < placesFrom:
	case r.Active < 12:
		shown = 3
	case r.Active < 30:
		shown = 5
	default:
		shown = 10
	}
	shown = min(shown, len(r.places))
	names := 0
	for n, t := range r.places[:shown] {
		if names += t.People; names >= namesMost {
			return n + 1
		}
	}
	return shown
}

// Named is from how many points on people are named on the board; ok is false
// when nobody is.
func (r Ranking) Named() (points int, ok bool) {
	for _, t := range r.places[:r.Shown()] {
		if t.People <= crowd {
			points, ok = t.Points, true
		}
	}
	return points, ok
}

// Place is the place that so many points have.
func (r Ranking) Place(points int) int {
	n := 0
	for n < len(r.places) && r.places[n].Points > points {
		n++
	}
	return n + 1
}

// Next is how many points the next place has; ok is false for the first.
func (r Ranking) Next(points int) (next int, ok bool) {
	n := r.Place(points) - 1
	if n == 0 {
		return 0, false
	}
	return r.places[n-1].Points, true
}

// Entry is a member on a board.
type Entry struct {
	Member string
	Name   string
	Points int
}

// Row is one place as a board shows it.
type Row struct {
	Place   int      `json:"place"`
	Points  int      `json:"points"`
	People  int      `json:"people"`  // on this place
	Members []string `json:"members"` // those to be named, by name
}

// Rows are the places that a board shows, with at most ten names in all.
// entries are those that [Ranking.Named] asks for.
func (r Ranking) Rows(entries []Entry) []Row {
	byPoints := map[int][]Entry{}
	for _, e := range entries {
		byPoints[e.Points] = append(byPoints[e.Points], e)
	}
	left := namesMost
	var rows []Row
	for n, t := range r.places[:r.Shown()] {
		row := Row{Place: n + 1, Points: t.Points, People: t.People}
		if t.People <= crowd {
			here := byPoints[t.Points]
			sortByName(here)
			for _, e := range here[:min(left, len(here))] {
				row.Members = append(row.Members, e.Member)
				left--
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// sortByName puts people into alphabetical order, as readers of any language
// would look them up; people of one name keep an order.
func sortByName(entries []Entry) {
	alphabet := collate.New(language.Und)
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(alphabet.CompareString(a.Name, b.Name), cmp.Compare(a.Member, b.Member))
	})
}
