package cert

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Text is a fact's value in words, however sure it is; [Evidence.Words] says how it
// may be shown.
func (n Named) Text() string { return Text(n.Value) }

// Words is a fact as it may be shown, with the issuer's address where people should
// ask there. A fee that isn't verified still says what it is for.
func (n Named) Words(issuer string) string {
	words := n.Evidence.Words(n.Text(), issuer)
	if fee, ok := n.Value.(Fee); ok && n.Evidence.Shown() == NotVerified {
		return Fee{For: fee.For, Who: fee.Who}.String() + ": " + words
	}
	return words
}

// Words is a rule as it may be shown, with the issuer's address where people should
// ask there, where it is from, and how our questions were made.
func (p Policy) Words(issuer string) string {
	words := p.Rule.Words(strings.TrimRight(p.Rule.Value, "."), issuer) + "."
	if p.Rule.Shown() != NotVerified {
		s := p.Rule.Sources[0]
		words += " From: " + s.Title + ", checked " + Text(p.Rule.Checked) + "."
	}
	if p.Made != "" {
		words += " How the questions here were made: " + p.Made
	}
	return words
}

// Text is the value of a fact in words.
func Text(value any) string {
	switch v := value.(type) {
	case string:
		if day, err := time.Parse(time.DateOnly, v); err == nil {
			return day.Format("2 January 2006")
		}
		return v
	case int:
		return strconv.Itoa(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []string:
		return strings.Join(v, "; or ")
	case []Deadline:
		return each(v, Deadline.String)
	case []Part:
		return each(v, Part.String)
	case []Category:
		return each(v, Category.String)
	case []Domain:
		return each(v, func(d Domain) string { return d.Name })
	}
	return fmt.Sprint(value)
}

func each[T any](all []T, words func(T) string) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = words(one)
	}
	return strings.Join(texts, "; ")
}

// String is the status in words: "active, and inactive from 1 December 2026".
func (s Status) String() string {
	if s.InactiveFrom == "" || s.State == Inactive {
		return string(s.State)
	}
	return string(s.State) + ", and inactive from " + Text(s.InactiveFrom)
}

// String is the windows in words: "1 May to 15 May and 1 November to 15 November".
func (w Windows) String() string {
	if w.AnyTime {
		return "at any time"
	}
	var spans []string
	for _, y := range w.Yearly {
		if in, err := y.in(2027); err == nil {
			spans = append(spans, in.From.Format("2 January")+" to "+in.To.Format("2 January"))
		}
	}
	if len(spans) > 0 {
		return strings.Join(spans, " and ")
	}
	return w.Arrangement
}

// String is the deadline in words.
func (d Deadline) String() string {
	text := fmt.Sprintf("for the window from %s: apply by %s", Text(d.Window), Text(d.ApplyBy))
	if d.LateUntil != "" {
		text += ", late until " + Text(d.LateUntil)
	}
	return text
}

// String is the fee in words: "exam, member: 519 USD (2026)".
func (f Fee) String() string {
	text := f.For
	switch f.Who {
	case "member":
		text += ", member"
	case "nonmember":
		text += ", not a member"
	}
	if f.Amount == 0 {
		return text
	}
	text += ": " + f.price()
	if f.Year > 0 {
		text += fmt.Sprintf(" (%d)", f.Year)
	}
	return text
}

func (f Fee) price() string {
	text := strconv.Itoa(f.Amount)
	if f.UpTo > 0 {
		text += " to " + strconv.Itoa(f.UpTo)
	}
	text += " " + f.Currency
	if f.Per != "" {
		text += " a " + f.Per
	}
	return text
}

// String is the start in words.
func (s Start) String() string {
	if s.Announced {
		return "announced for " + Text(s.Day)
	}
	return Text(s.Day)
}

// String is the kind of weights in words.
func (w Weights) String() string { return strings.ReplaceAll(string(w), "_", " ") }

// String is the part in words: "Written exam: 150 questions, 180 minutes".
func (p Part) String() string {
	var facts []string
	if p.Questions > 0 {
		facts = append(facts, fmt.Sprintf("%d questions", p.Questions))
	}
	if p.Minutes > 0 {
		facts = append(facts, fmt.Sprintf("%d minutes", p.Minutes))
	}
	if len(facts) == 0 {
		return p.Name
	}
	return p.Name + ": " + strings.Join(facts, ", ")
}

// String is the category in words: "Leadership roles (at most 15)".
func (c Category) String() string {
	switch {
	case c.Min > 0 && c.Max > 0:
		return fmt.Sprintf("%s (at least %d, at most %d)", c.Name, c.Min, c.Max)
	case c.Min > 0:
		return fmt.Sprintf("%s (at least %d)", c.Name, c.Min)
	case c.Max > 0:
		return fmt.Sprintf("%s (at most %d)", c.Name, c.Max)
	}
	return c.Name
}

// String is where a period begins, in words.
func (b Begin) String() string {
	if b == BeginsOnYear {
		return "on 1 January after certification"
	}
	return "on the day of certification"
}

// String is where a period ends, in words.
func (e End) String() string {
	if e == EndsOnYear {
		return "on 31 December"
	}
	return "on the anniversary of certification"
}

// String is from when on a renewal can be handed in, in words.
func (b Before) String() string { return span(b.Months, b.Days) + " before the end of the period" }

// String is the grace period in words.
func (g Grace) String() string {
	text := "none"
	if g.Months > 0 || g.Days > 0 {
		text = span(g.Months, g.Days)
	}
	if g.Fee.Amount > 0 {
		text += ", for " + g.Fee.price()
	}
	if g.Then != "" {
		text += ". " + g.Then
	}
	return text
}

func span(months, days int) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{months, "month"}, {days, "day"}} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.noun)
		case p.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.noun))
		}
	}
	return strings.Join(parts, " and ")
}

// String says how a fact is shown: "plainly", "reported" or "not verified".
func (s Shown) String() string {
	switch s {
	case Plainly:
		return "plainly"
	case Reported:
		return "reported"
	}
	return "not verified"
}

// String says where a fact is from and when that was checked.
func (s Source) String() string {
	text := s.Title
	if s.URL != "" {
		text += ", " + s.URL
	}
	text += " (" + strings.ReplaceAll(s.Tier, "_", " ") + ")"
	if s.Checked != "" {
		text += ", checked on " + s.Checked
	}
	return text
}
