package cert

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Amount is an amount of credit, in hundredths of the issuer's unit.
type Amount int

// whole is one of the issuer's unit.
const whole Amount = 100

// String is the amount in words: "2", "1.5", "0.25".
func (a Amount) String() string {
	sign := ""
	if a < 0 {
		sign, a = "-", -a
	}
	text := fmt.Sprintf("%s%d.%02d", sign, a/whole, a%whole)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// Credit is one credited activity.
type Credit struct {
	Category string // "" for one that is to be decided later
	Amount   Amount
	Day      string // 2006-01-02
}

// Rule is what a renewal asks for, of what is known of it.
type Rule struct {
	Required   Amount // in a period; 0 if it is not known
	Yearly     Amount // at least in every year of it
	CarryOver  Amount // at most into the next period
	Categories []Limit
}

// Limit is what a rule says of one category.
type Limit struct {
	ID, Name string
	Within   string // the category it belongs to; "" for none
	Min      Amount // at least in a period
	Max      Amount // at most that counts; 0 for all
}

// Rule is what can be reckoned with: facts that may be shown, and no others.
func (r Renewal) Rule() Rule {
	var rule Rule
	if r.Required.Shown() != NotVerified {
		rule.Required = Amount(r.Required.Value) * whole
	}
	if r.Yearly.Shown() != NotVerified {
		rule.Yearly = Amount(r.Yearly.Value) * whole
	}
	if r.CarryOver.Shown() != NotVerified {
		rule.CarryOver = Amount(r.CarryOver.Value) * whole
	}
	if r.Categories.Shown() != NotVerified {
		for _, c := range r.Categories.Value {
			rule.Categories = append(rule.Categories, Limit{ID: c.ID, Name: c.Name, Within: c.Within, Min: Amount(c.Min) * whole, Max: Amount(c.Max) * whole})
		}
	}
	return rule
}

// Standing is how far a renewal has come on a day.
//
// Of credits whose category is to be decided later it is not known whether they
// count, so there are two of each figure: what is certain wherever they end up, and
// what is possible if they are placed as well as can be, be it in parts.
type Standing struct {
	Known     bool   // what is required is known; without it nothing is said of a gap
	Required  Amount // in the period
	Counts    Amount // what counts for certain
	AtBest    Amount // what may count
	Undecided Amount // entered, and in no category yet
	Lost      Amount // entered in categories, and beyond their limits
	Outside   Amount // entered, and of days outside the period
	Carried   Amount // from the period before
	Over      Amount // what may be carried into the next period

	Further       Amount // the smallest further amount that completes it for certain; 0 if it is complete
	FurtherAtBest Amount // the smallest that may complete it

	Categories []CategoryStanding // in the order of the rule
	Years      []YearStanding     // where the rule asks for something in every year
}

// CategoryStanding is how far one category has come, without what is undecided.
type CategoryStanding struct {
	Limit
	Has     Amount // entered in it, and counting in those within it
	Counts  Amount // what counts of it
	Missing Amount // to its minimum
	Room    Amount // what more of it would count, here and in those it lies within; below 0 if there is no limit
}

// YearStanding is how far one year of a period has come.
type YearStanding struct {
	Period
	Entered Amount
	Missing Amount
	Past    bool // nothing can be added any more
}

// Full reports whether more in a category won't count.
func (c CategoryStanding) Full() bool { return c.Room == 0 && c.Missing == 0 }

// Complete reports whether nothing is left to collect, for certain.
func (s Standing) Complete() bool {
	short := func(y YearStanding) bool { return y.Past && y.Missing > 0 }
	return s.Known && s.Further == 0 && !slices.ContainsFunc(s.Years, short)
}

// Standing is how far a renewal has come on a day, 2006-01-02, with what was entered
// up to then and carried over from the period before. A category that the rule
// doesn't know is one to be decided.
func (r Rule) Standing(p Period, day string, credits []Credit, carried Amount) Standing {
	s := Standing{Known: r.Required > 0, Required: r.Required, Carried: max(0, min(carried, r.CarryOver))}
	b := r.book()
	b.loose = s.Carried
	for _, c := range credits {
		at := b.find(c.Category)
		switch {
		case c.Amount <= 0 || c.Day > day:
		case !p.Has(c.Day):
			s.Outside += c.Amount
		case at >= 0:
			b.own[at] += c.Amount
		case len(r.Categories) > 0:
			s.Undecided += c.Amount
		default:
			b.loose += c.Amount
		}
	}
	s.Categories = b.standings()
	s.figures(b)
	s.years(r, p, day, credits)
	if s.Complete() {
		s.Over = max(0, min(r.CarryOver, s.Counts-s.Carried-r.Required))
	}
	return s
}

// figures works out what counts and what is missing, at worst and at best.
//
// What counts is concave in what is placed where, and what is missing is convex: so
// the worst places for what is undecided are all of it in one category. At best
// every part of it is part of what is missing anyway.
func (s *Standing) figures(b *book) {
	s.Counts, s.Further = b.total(), b.further(s.Required)
	s.Lost = b.entered() - s.Counts
	s.AtBest, s.FurtherAtBest = s.Counts+s.Undecided, max(0, s.Further-s.Undecided)
	if s.Undecided == 0 {
		return
	}
	if room, limited := s.room(); limited {
		s.AtBest = s.Counts + min(s.Undecided, room)
	}
	counts, further := s.AtBest, s.FurtherAtBest
	for n := range b.limits {
		b.own[n] += s.Undecided
		counts, further = min(counts, b.total()), max(further, b.further(s.Required))
		b.own[n] -= s.Undecided
	}
	s.Counts, s.Further = counts, further
}

// room is how much more can count; limited is false if there is no end to it.
func (s *Standing) room() (room Amount, limited bool) {
	for _, c := range s.Categories {
		if c.Within != "" {
			continue
		}
		if c.Room < 0 {
			return 0, false
		}
		room += c.Room
	}
	return room, true
}

// years works out what is missing of every year. Further amounts can lie in the
// years that are left, and close what is missing of the period as well.
func (s *Standing) years(r Rule, p Period, day string, credits []Credit) {
	begins, days := p.days()
	if r.Yearly <= 0 || days == 0 {
		return
	}
	ahead := Amount(0)
	for n := 0; ; n++ {
		y := YearStanding{Period: Period{
			Begins: addMonths(begins, 12*n).Format(time.DateOnly),
			Ends:   min(p.Ends, addMonths(begins, 12*(n+1)).AddDate(0, 0, -1).Format(time.DateOnly)),
		}}
		if y.Begins > p.Ends {
			break
		}
		for _, c := range credits {
			if c.Amount > 0 && c.Day <= day && y.Has(c.Day) {
				y.Entered += c.Amount
			}
		}
		y.Missing, y.Past = max(0, r.Yearly-y.Entered), y.Ends < day
		if !y.Past {
			ahead += y.Missing
		}
		s.Years = append(s.Years, y)
	}
	s.Further, s.FurtherAtBest = max(s.Further, ahead), max(s.FurtherAtBest, ahead)
}

// Behind reports whether less is certain on a day than an even pace would have
// brought by its beginning.
func (s Standing) Behind(p Period, day string) bool {
	begins, days := p.days()
	on, err := time.Parse(time.DateOnly, day)
	if err != nil || days == 0 || !s.Known {
		return false
	}
	gone := min(max(0, int(on.Sub(begins)/(24*time.Hour))), days)
	return int(s.Required-s.Further)*days < int(s.Required)*gone
}

// book is what was entered where.
type book struct {
	limits []Limit
	parent []int // of each category; below 0: none
	own    []Amount
	loose  Amount // in no category, and counting in full
}

// book is an empty book for a rule. A category can only lie within one that stands
// before it, so that none lies within itself.
func (r Rule) book() *book {
	b := &book{limits: r.Categories, parent: make([]int, len(r.Categories)), own: make([]Amount, len(r.Categories))}
	for n, l := range r.Categories {
		b.parent[n] = slices.IndexFunc(r.Categories[:n], func(other Limit) bool { return other.ID == l.Within })
	}
	return b
}

func (b *book) find(category string) int {
	return slices.IndexFunc(b.limits, func(l Limit) bool { return l.ID == category })
}

func (b *book) entered() Amount {
	sum := b.loose
	for _, own := range b.own {
		sum += own
	}
	return sum
}

// counts is what was entered in each category and those within it, and what of
// that counts.
func (b *book) counts() (has, counts []Amount, total Amount) {
	has, counts, total = slices.Clone(b.own), make([]Amount, len(b.own)), b.loose
	for n := len(b.limits) - 1; n >= 0; n-- {
		counts[n] = b.limits[n].cap(has[n])
		if up := b.parent[n]; up >= 0 {
			has[up] += counts[n]
		} else {
			total += counts[n]
		}
	}
	return has, counts, total
}

func (b *book) total() Amount {
	_, _, total := b.counts()
	return total
}

// further is the smallest amount that has to be added. What a category is short of
// can only be added in it or within it, so it is added first, innermost first; what
// is then missing in all can be added wherever there is room.
func (b *book) further(required Amount) Amount {
	has, total, added := slices.Clone(b.own), b.loose, Amount(0)
	for n := len(b.limits) - 1; n >= 0; n-- {
		counts := b.limits[n].cap(has[n])
		short := max(0, b.limits[n].Min-counts)
		added += short
		if up := b.parent[n]; up >= 0 {
			has[up] += counts + short
		} else {
			total += counts + short
		}
	}
	return added + max(0, required-total)
}

func (b *book) standings() []CategoryStanding {
	has, counts, _ := b.counts()
	all := make([]CategoryStanding, len(b.limits))
	for n, l := range b.limits {
		room := Amount(-1)
		if l.Max > 0 {
			room = max(0, l.Max-has[n])
		}
		if up := b.parent[n]; up >= 0 && all[up].Room >= 0 && (room < 0 || all[up].Room < room) {
			room = all[up].Room
		}
		all[n] = CategoryStanding{Limit: l, Has: has[n], Counts: counts[n], Missing: max(0, l.Min-counts[n]), Room: room}
	}
	return all
}

// cap is what of an amount counts in a category.
func (l Limit) cap(a Amount) Amount {
	if l.Max > 0 {
		return min(a, l.Max)
	}
	return a
}
