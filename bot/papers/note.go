package papers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/exam"
	"studyhall/bot/group"
)

// NoteKind is which of the two notes for an employer is meant.
type NoteKind string

// The notes.
const (
	Before NoteKind = "before" // asks for support
	After  NoteKind = "after"  // says what was taken and what it cost
)

// Ask is what somebody asks their employer for.
type Ask string

// What can be asked for.
const (
	AskBoth Ask = "both"
	AskFee  Ask = "fee"
	AskTime Ask = "time"
)

// Draft is what a member chose for a note. The note itself is written from facts
// each time, until they change its words.
type Draft struct {
	Member, Certification string
	Kind                  NoteKind
	Ask                   Ask    // of the note before
	NeededOn              string // by when an answer is needed, 2006-01-02; "" if that is open
	Result                bool   // of the note after: it says that the exam was passed
	Words                 string // the member's own; "" while it is written from facts
	ChangedAt             time.Time
}

const (
	maxWords    = 2900 // characters of a note, which a form can hold
	notedCosts  = 15   // expenses that a note lists one by one
	notedNames  = 600  // characters of the names of receipts
	shownOfNote = 1300 // characters of a note on a card
)

// facts is what a note is written from.
type facts struct {
	certification cert.Certification
	exams         []exam.Exam // of the certification, the one that begins first first
	spent         []Expense
	deadline      func(cert.Window) (lastDay, bool)
	today         string // the person's local date
}

// lastDay is by when one has to apply for a window, where that is known.
type lastDay struct {
	Day, Late string // 2006-01-02; Late "" for none
	Source    string // who says so, in words
}

// gather reads what a note is written from.
func (s *Service) gather(ctx context.Context, who group.Acting, c cert.Certification) (f facts, err error) {
	f = facts{certification: c, today: who.Today()}
	if f.spent, err = s.Store.Expenses(ctx, who.Member, c.ID); err != nil {
		return facts{}, err
	}
	all, err := s.Store.Exams(ctx, who.Member)
	if err != nil {
		return facts{}, err
	}
	for _, e := range all {
		if e.Certification == c.ID {
			f.exams = append(f.exams, e)
		}
	}
	known, err := s.known(ctx, who.Member)
	f.deadline = func(w cert.Window) (lastDay, bool) { return known(c, w) }
	return f, err
}

// issuersDay is the last day to apply that the issuer published, if it is verified.
func issuersDay(c cert.Certification, w cert.Window) (lastDay, bool) {
	d, ok := c.Deadline(w)
	if !ok || c.Facts.Deadlines.Shown() != cert.Plainly {
		return lastDay{}, false
	}
	return lastDay{d.ApplyBy, d.LateUntil, wordsSource(c.Facts.Deadlines.Evidence)}, true
}

// text is the note: the member's own words, or what it is by the facts.
func (f facts) text(d Draft) string {
	switch {
	case d.Words != "":
		return d.Words
	case d.Kind == After:
		return f.after(d)
	}
	return f.before(d)
}

// before asks for support: what it is, why the employer gains, when, what it costs,
// what is asked for, and by when. There are no figures but those with a source.
func (f facts) before(d Draft) string {
	c := f.certification
	ahead := slices.DeleteFunc(slices.Clone(f.exams), func(e exam.Exam) bool { return e.State != exam.Planned || e.To < f.today })
	when, window := f.when(ahead)
	var costs []string
	for _, line := range costLines(c, "exam", "application", "") {
		costs = append(costs, "- "+line)
	}
	needed := d.NeededOn
	if last, ok := f.deadline(window); ok && needed == "" && last.Day > f.today {
		needed = last.Day
	}
	by := "Date needed: to be agreed."
	if needed != "" {
		by = fmt.Sprintf("I need an answer by %s.", dayWords(needed))
	}
	return strings.Join([]string{
		fmt.Sprintf("I would like to earn %s, a certification of %s.", named(c), c.Issuer),
		noteGains,
		when,
		"Cost:\n" + strings.Join(costs, "\n"),
		noteAsks(d.Ask) + " " + by,
	}, "\n\n")
}

// when says when the exam is and by when one has to apply; without a date of the
// person's, when it is given next.
func (f facts) when(ahead []exam.Exam) (words string, window cert.Window) {
	c := f.certification
	var all []string
	for _, e := range ahead {
		window = e.Window()
		all = append(all, fmt.Sprintf("Exam%s: %s.", partOf(c, e), daysOf(e)))
	}
	today, _ := time.Parse(time.DateOnly, f.today)
	if len(all) == 0 {
		next := c.Upcoming(today, 1)
		switch {
		case len(next) > 0:
			window = next[0]
			all = append(all, fmt.Sprintf("Exam: no date chosen yet. The next window is %s.", window))
		case c.Facts.Windows.Shown() != cert.NotVerified && c.Windows.String() != "":
			all = append(all, fmt.Sprintf("Exam: no date chosen yet. It is given %s (%s).", c.Windows, wordsHeard(c.Facts.Windows.Evidence, c.IssuerShort)))
		default:
			all = append(all, "Exam: no date chosen yet.")
		}
	}
	given := issuersWindow(c, window)
	if len(c.Upcoming(today, 1)) > 0 && c.Facts.Windows.Shown() != cert.NotVerified {
		all = append(all, fmt.Sprintf("Source of the windows: %s.", wordsHeard(c.Facts.Windows.Evidence, c.IssuerShort)))
	}
	switch last, ok := f.deadline(given); {
	case ok && last.Late != "":
		all = append(all, fmt.Sprintf("Application deadline: %s, late until %s (%s).", dayWords(last.Day), dayWords(last.Late), last.Source))
	case ok:
		all = append(all, fmt.Sprintf("Application deadline: %s (%s).", dayWords(last.Day), last.Source))
	default:
		all = append(all, fmt.Sprintf("Application deadline: %s%s.", wordsToConfirm, c.IssuerShort))
	}
	return strings.Join(all, " "), given
}

// issuersWindow is the window of the issuer in which a date or window lies, or what
// it was.
func issuersWindow(c cert.Certification, w cert.Window) cert.Window {
	for _, given := range c.Upcoming(w.From, 1) {
		if !given.From.After(w.From) && !given.To.Before(w.To) {
			return given
		}
	}
	return w
}

// after says what was taken and when, and what was paid; the result only if the
// person wants it there.
func (f facts) after(d Draft) string {
	c := f.certification
	taken := slices.DeleteFunc(slices.Clone(f.exams), func(e exam.Exam) bool {
		return e.State == exam.Closed || e.State == exam.Planned && e.To >= f.today
	})
	var all []string
	for _, e := range taken {
		preposition := " on "
		if !e.Dated() {
			preposition = " in the window "
		}
		all = append(all, fmt.Sprintf("I took the %s exam%s%s%s.", c.Short, partOf(c, e), preposition, daysOf(e)))
	}
	if len(all) == 0 {
		all = append(all, fmt.Sprintf("I took the %s exam. (Please fill in when.)", c.Short))
	}
	first := strings.Join(all, " ") + fmt.Sprintf(" It is for %s, a certification of %s.", c.Name, c.Issuer)
	if d.Result && f.passed() {
		first += " I passed."
	}
	return strings.Join(append([]string{first}, f.paid()...), "\n\n")
}

// passed reports whether the person said so of every part whose end they entered;
// a later try makes up for an earlier one.
func (f facts) passed() bool {
	parts := map[string]bool{}
	for _, e := range f.exams {
		switch e.State {
		case exam.Passed:
			parts[e.Part] = true
		case exam.Failed:
			if !parts[e.Part] {
				parts[e.Part] = false // known, and not passed so far
			}
		case exam.Waiting:
			return false
		}
	}
	for _, passed := range parts {
		if !passed {
			return false
		}
	}
	return len(parts) > 0
}

// paid is what a person entered as paid, with the names of receipts.
func (f facts) paid() []string {
	if len(f.spent) == 0 {
		return []string{"What I paid: (please fill in)", "Receipts attached: (please fill in)", noteThanks}
	}
	spent := slices.Clone(f.spent)
	slices.Reverse(spent) // oldest first
	amounts, rest := []Amount{}, []Amount{}
	list, names := []string{"What I paid:"}, []string{}
	for n, e := range spent {
		amounts = append(amounts, e.Amount)
		if n < notedCosts {
			list = append(list, fmt.Sprintf("- %s: %s, %s", e.What, e.Amount, dayWords(e.Day)))
		} else {
			rest = append(rest, e.Amount)
		}
		if e.Receipt != "" && !slices.Contains(names, e.Receipt) {
			names = append(names, e.Receipt)
		}
	}
	if len(rest) > 0 {
		list = append(list, fmt.Sprintf("- %s more: %s", bot.Count(len(rest), "entry", "entries"), sumWords(rest)))
	}
	list = append(list, "Together: "+sumWords(amounts)+".")
	return []string{strings.Join(list, "\n"), receipts(names), fmt.Sprintf(noteRepay, sumWords(amounts)) + " " + noteThanks}
}

// receipts names the files, as many as there is room for.
func receipts(names []string) string {
	if len(names) == 0 {
		return "Receipts attached: (please name them)"
	}
	length, n := 0, 0
	for n < len(names) && length+len(names[n]) < notedNames {
		length += len(names[n]) + 2
		n++
	}
	text := "Receipts attached: " + strings.Join(names[:n], ", ")
	if n < len(names) {
		text += fmt.Sprintf(" and %d more", len(names)-n)
	}
	return text + "."
}

// sumWords is what amounts come to, each currency by itself.
func sumWords(all []Amount) string {
	var sums []string
	for _, a := range Sums(all) {
		sums = append(sums, a.String())
	}
	return bot.And(sums)
}

// named is a certification's name with its short one: "Certified Biomedical
// Equipment Technician (CBET)".
func named(c cert.Certification) string {
	if c.Name == c.Short || c.Name == "" {
		return c.Short
	}
	return c.Name + " (" + c.Short + ")"
}

// partOf names the part of an exam that is sat in parts, with a comma before it.
func partOf(c cert.Certification, e exam.Exam) string {
	if e.Part == "" {
		return ""
	}
	for _, o := range c.Outlines {
		for _, p := range o.Facts.Parts.Value {
			if p.ID == e.Part {
				return ", " + p.Name
			}
		}
	}
	return ", " + e.Part
}

// daysOf is an exam's day or window in words.
func daysOf(e exam.Exam) string {
	if e.Dated() {
		return dayWords(e.From)
	}
	return e.Window().String()
}
