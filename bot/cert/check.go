package cert

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// limitShort is how long an area's short name may be, in characters, so that a
// card's title with it stays one line on a phone.
const limitShort = 24

// checker finds what is wrong with a document.
type checker struct {
	d      *document
	faults []fault
}

func (c *checker) fault(what string, path ...string) {
	c.faults = append(c.faults, fault{path, what})
}

func (c *checker) check() {
	c.day(c.d.AsOf, "as_of")
	for key, s := range c.d.Sources {
		c.source(s, "sources", key)
	}
	for i := range c.d.Policies {
		c.settle(reflect.ValueOf(&c.d.Policies[i]).Elem(), "policies", strconv.Itoa(i))
	}
	seen := map[string]bool{}
	for i := range c.d.Certifications {
		at := []string{"certifications", strconv.Itoa(i)}
		c.settle(reflect.ValueOf(&c.d.Certifications[i]).Elem(), at...)
		c.certification(c.d.Certifications[i], seen, at)
	}
	known := func(id string) bool {
		return slices.ContainsFunc(c.d.Certifications, func(cc Certification) bool { return cc.ID == id })
	}
	for i, cc := range c.d.Certifications {
		for _, id := range cc.Facts.Renewal.RenewedBy.Value {
			if !known(id) || id == cc.ID {
				c.fault(fmt.Sprintf("%q is no other certification of the catalogue", id), "certifications", strconv.Itoa(i), "renewal", "renewed_by")
			}
		}
	}
	for i, p := range c.d.Policies {
		for _, id := range p.Applies {
			if !known(id) {
				c.fault(fmt.Sprintf("%q is no certification of the catalogue", id), "policies", strconv.Itoa(i), "applies")
			}
		}
	}
}

// under is a path one or more steps further down.
func under(at []string, steps ...string) []string { return append(slices.Clone(at), steps...) }

func (c *checker) source(s Source, at ...string) {
	if s.Title == "" {
		c.fault("a source needs a title", at...)
	}
	if !slices.Contains([]string{Official, SecondHand, ThirdParty, Operator}, s.Tier) {
		c.fault(fmt.Sprintf("there is no tier %q of sources; use official, second_hand or third_party", s.Tier), under(at, "tier")...)
	}
	if s.Tier != Operator {
		c.day(s.Checked, under(at, "checked")...)
	}
}

// day finds fault with what is no day.
func (c *checker) day(s string, at ...string) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.fault(fmt.Sprintf("%q is no day; write it as 2026-11-22", s), at...)
	}
}

// once finds fault with an identifier that is empty or was seen before.
func (c *checker) once(id string, seen map[string]bool, at ...string) {
	if id == "" || seen[id] {
		c.fault(fmt.Sprintf("the identifier %q is empty or used twice", id), at...)
	}
	seen[id] = true
}

func (c *checker) certification(cc Certification, seen map[string]bool, at []string) {
	c.once(cc.ID, seen, under(at, "id")...)
	for _, need := range []struct {
		key string
		ok  bool
	}{
		{"short", cc.Short != ""}, {"issuer_short", cc.IssuerShort != ""}, {"not_affiliated", cc.NotAffiliated != ""},
		{"name", cc.Facts.Name.Confirmed() && cc.Facts.Name.Value != ""}, {"issuer", cc.Facts.Issuer.Confirmed() && cc.Facts.Issuer.Value != ""},
		{"url", strings.HasPrefix(cc.Facts.URL.Value, "https://")}, {"status", cc.Facts.Status.Confirmed()}, {"outlines", len(cc.Outlines) > 0},
	} {
		if !need.ok {
			c.fault("every certification needs "+need.key+", confirmed by a source where it is a fact", under(at, need.key)...)
		}
	}
	c.status(cc.Facts.Status.Value, under(at, "status", "value"))
	c.windows(cc.Facts, at)
	c.fees(cc.Facts.Fees, under(at, "fees"))
	c.renewal(cc.Facts.Renewal, under(at, "renewal"))
	from := ""
	for i, o := range cc.Outlines {
		to := under(at, "outlines", strconv.Itoa(i))
		c.once(o.ID, seen, under(to, "id")...)
		c.outline(o, to)
		if day := o.Facts.From.Value.Day; day < from {
			c.fault("the outlines should stand oldest first", under(to, "from")...)
		} else {
			from = day
		}
	}
}

func (c *checker) status(s Status, at []string) {
	if s.State != Active && s.State != Inactive {
		c.fault(fmt.Sprintf("there is no state %q; use active or inactive, and inactive_from for an end ahead", s.State), at...)
	}
	if s.InactiveFrom != "" {
		c.day(s.InactiveFrom, under(at, "inactive_from")...)
	}
}

func (c *checker) windows(f Facts, at []string) {
	if w := f.Windows.Value; f.Windows.given {
		kinds := 0
		for _, is := range []bool{w.AnyTime, len(w.Yearly) > 0, w.Arrangement != ""} {
			if is {
				kinds++
			}
		}
		if kinds != 1 {
			c.fault("give one of any_time, yearly and arrangement", under(at, "windows", "value")...)
		}
		for i, y := range w.Yearly {
			if _, err := y.in(2027); err != nil {
				c.fault(fmt.Sprintf("%s to %s are no days of a year; write them as 05-01 and 05-15", y.From, y.To), under(at, "windows", "value", "yearly", strconv.Itoa(i))...)
			}
		}
	}
	for i, d := range f.Deadlines.Value {
		to := under(at, "deadlines", "value", strconv.Itoa(i))
		c.day(d.Window, under(to, "window")...)
		c.day(d.ApplyBy, under(to, "apply_by")...)
		if d.LateUntil != "" {
			c.day(d.LateUntil, under(to, "late_until")...)
		}
		if d.ApplyBy > d.Window || d.LateUntil != "" && (d.LateUntil < d.ApplyBy || d.LateUntil > d.Window) {
			c.fault("apply_by, late_until and window should follow each other in time", to...)
		}
		spans := func(y YearlySpan) bool {
			return len(d.Window) == len(time.DateOnly) && y.From == d.Window[len("2006-"):]
		}
		if !slices.ContainsFunc(f.Windows.Value.Yearly, spans) {
			c.fault(d.Window+" is not the first day of a window", under(to, "window")...)
		}
	}
}

func (c *checker) fees(fees []Fact[Fee], at []string) {
	for i, f := range fees {
		to, v := under(at, strconv.Itoa(i)), f.Value
		switch {
		case v.For == "":
			c.fault("say with for: what is paid for", to...)
		case f.Confirmed() && (v.Amount <= 0 || v.UpTo != 0 && v.UpTo <= v.Amount):
			c.fault(fmt.Sprintf("an amount of %d up to %d can't be", v.Amount, v.UpTo), to...)
		case f.Confirmed() && len(v.Currency) != 3:
			c.fault(fmt.Sprintf("%q is no currency; write USD", v.Currency), to...)
		}
	}
}

func (c *checker) outline(o Outline, at []string) {
	f := o.Facts
	if f.From.Value.Day != "" {
		c.day(f.From.Value.Day, under(at, "from", "value", "day")...)
	}
	if f.Until.Value != "" {
		c.day(f.Until.Value, under(at, "until", "value")...)
		if f.Until.Value < f.From.Value.Day {
			c.fault("the outline ends before it begins", under(at, "until", "value")...)
		}
	}
	c.areas(f, under(at, "areas"))
	for _, n := range []struct {
		key   string
		value int
	}{{"questions", f.Questions.Value}, {"scored", f.Scored.Value}, {"minutes", f.Minutes.Value}} {
		if n.value < 0 {
			c.fault(fmt.Sprintf("%d %s can't be", n.value, n.key), under(at, n.key)...)
		}
	}
	if f.Scored.Value > f.Questions.Value {
		c.fault("more questions count than there are", under(at, "scored")...)
	}
	seen := map[string]bool{}
	for i, p := range f.Parts.Value {
		c.once(p.ID, seen, under(at, "parts", "value", strconv.Itoa(i))...)
		if p.Questions < 0 || p.Minutes < 0 || p.Name == "" {
			c.fault("a part needs a name, and no number below 0", under(at, "parts", "value", strconv.Itoa(i))...)
		}
	}
}

func (c *checker) areas(f OutlineFacts, at []string) {
	areas := f.Areas.Value
	if len(areas) == 0 {
		c.fault("an outline needs areas", at...)
	}
	sum, weighted, seen := 0.0, f.Weights.Value == Published, map[string]bool{}
	for i, d := range areas {
		to := under(at, "value", strconv.Itoa(i))
		c.once(d.ID, seen, to...)
		if d.Name == "" {
			c.fault("an area needs a name", to...)
		}
		if n := utf8.RuneCountInString(d.Short); n == 0 || n > limitShort {
			c.fault(fmt.Sprintf("the short name of %s has %d characters, not 1 to %d", d.ID, n, limitShort), to...)
		}
		if d.Weight < 0 || weighted != (d.Weight > 0) {
			c.fault(fmt.Sprintf("%s has the weight %v; give every area its weight and weights the value published, or neither", d.ID, d.Weight), to...)
		}
		sum += d.Weight
	}
	// Weights have one decimal at most; floating point has its own.
	if weighted && math.Abs(sum-100) > 0.01 {
		c.fault(fmt.Sprintf("the weights add up to %v, not 100", math.Round(sum*10)/10), at...)
	}
	if weighted && !f.Weights.Confirmed() {
		c.fault("weights are used only if they were seen in a source", at...)
	}
}

func (c *checker) renewal(r Renewal, at []string) {
	if r.Years.given && (r.Years.Value < 1 || r.Years.Value > 20) {
		c.fault(fmt.Sprintf("a period of %d years can't be", r.Years.Value), under(at, "years")...)
	}
	if r.Required.Value < 0 || r.Yearly.Value < 0 || r.CarryOver.Value < 0 {
		c.fault("no amount can be below 0", under(at, "required")...)
	}
	c.fees(r.Fees, under(at, "fees"))
	seen := map[string]bool{}
	for _, category := range r.Categories.Value {
		c.once(category.ID, seen, under(at, "categories")...)
	}
	least, most, endless, before := 0, 0, false, map[string]bool{}
	for i, category := range r.Categories.Value {
		to := under(at, "categories", "value", strconv.Itoa(i))
		if category.Within == "" {
			least, most = least+category.Min, most+category.Max
			endless = endless || category.Max < max(1, category.Min)
		}
		switch {
		case category.Name == "":
			c.fault("a category needs a name", to...)
		case category.Min < 0 || category.Max < 0 || category.Max > 0 && category.Max < category.Min:
			c.fault(fmt.Sprintf("at least %d and at most %d can't be", category.Min, category.Max), to...)
		case category.Within != "" && (!seen[category.Within] || category.Within == category.ID):
			c.fault(fmt.Sprintf("it lies within %q, which is no other category", category.Within), to...)
		case category.Within != "" && !before[category.Within]:
			c.fault(fmt.Sprintf("%q, within which it lies, should stand before it", category.Within), to...)
		}
		before[category.ID] = true
	}
	if r.Required.Confirmed() && least > r.Required.Value {
		c.fault(fmt.Sprintf("the categories ask for %d together, and only %d are required", least, r.Required.Value), under(at, "categories")...)
	}
	if r.Required.Confirmed() && !endless && most > 0 && most < r.Required.Value {
		c.fault(fmt.Sprintf("the categories allow %d together, and %d are required", most, r.Required.Value), under(at, "categories")...)
	}
	if g := r.Grace.Value; g.Days < 0 || g.Months < 0 {
		c.fault("a grace period can't be below 0", under(at, "grace")...)
	}
}
