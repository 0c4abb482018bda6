package quizzes

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxQuestion bounds stem, options and a picture's words together, in characters,
// so that a card with everything around it stays within what every platform shows.
const maxQuestion = 900

// maxOptions is how many choices a question may have, as in the schema.
const maxOptions = 5

// checkItems is what no schema can say about the questions of one bank.
func (d *document) checkItems() {
	d.checkText(to("title"), d.bank.Title, false)
	d.checkDraft()
	first, families := map[string]int{}, 0
	for i, item := range d.bank.Items {
		at := to("items", i)
		if item.Family != nil {
			if families++; families == mostFamilies+1 {
				d.fault(with(at, "parameters"), fmt.Sprintf("are in more than %d questions of this bank", mostFamilies), "split the bank")
			}
		}
		if line, twice := first[item.ID]; twice && item.ID != "" {
			d.fault(with(at, "id"), fmt.Sprintf("the id %s is already used on line %d", item.ID, line), "give this question an id of its own")
		} else {
			first[item.ID] = item.Line
		}
		d.checkItem(at, item)
	}
}

// checkDraft says how much of a draft is still to be done.
func (d *document) checkDraft() {
	open := 0
	for _, i := range d.bank.Items {
		if i.Level == "" || i.Difficulty == "" || i.Explanation == "" || i.Source.URL == "" || i.Source.Checked == "" ||
			slices.ContainsFunc(i.Options, func(o Option) bool { return o.Why == "" }) {
			open++
		}
	}
	switch {
	case !d.bank.Draft:
	case open == 0:
		d.warn(to("draft"), "nothing is missing any more", "delete the line, so that the bank is checked like any other")
	default:
		d.warn(to("draft"), fmt.Sprintf("%d of %d questions lack a reason, their level, their source or the like", open, len(d.bank.Items)),
			"fill them in; without this line, every missing part is named with its place")
	}
}

func (d *document) checkItem(at []string, item Item) {
	size := utf8.RuneCountInString(item.Stem)
	d.checkText(with(at, "stem"), item.Stem, true)
	for k, o := range item.Options {
		size += utf8.RuneCountInString(o.Text)
		d.checkText(with(at, "options", k, "text"), o.Text, false)
		d.checkText(with(at, "options", k, "why"), o.Why, false)
		d.checkReference(with(at, "options", k, "text"), o.Text)
	}
	parts, shorter := "stem and options", "the stem or the options"
	if item.Image != nil {
		parts, shorter = "stem, options and the picture's words", "them"
		size += utf8.RuneCountInString(item.Image.Alt)
		d.checkPicture(with(at, "image"), item)
	}
	d.checkText(with(at, "explanation"), item.Explanation, true)
	d.checkText(with(at, "source", "title"), item.Source.Title, false)
	if size > maxQuestion && item.Family == nil && !d.faulty(with(at, "stem")) {
		d.fault(with(at, "stem"), fmt.Sprintf("%s have %d characters together; at most %d fit", parts, size, maxQuestion), "shorten "+shorter)
	}
	d.checkSource(at, item.Source)
	d.checkType(at, item)
}

// checkOptions looks at ids, answer, equal texts and a telling length.
func (d *document) checkOptions(at []string, item Item) {
	var ids []string
	ordered, known := true, len(item.Options) > 0
	for k, o := range item.Options {
		ids = append(ids, o.ID)
		ordered = ordered && o.ID == string(rune('a'+k))
		known = known && o.ID != "" && !d.faulty(with(at, "options", k, "id"))
	}
	if known && !ordered {
		d.fault(with(at, "options"), "the option ids are "+strings.Join(ids, ", "), "they must run a, b, c, … in the order shown, without gaps")
	}
	answer := with(at, "answer")
	for _, a := range item.Answer {
		if known && !d.faulty(answer) && !slices.Contains(ids, a) {
			d.fault(answer, fmt.Sprintf("the answer %q is not among the options %s", a, strings.Join(ids, ", ")), "give the id of the right option")
		}
	}
	if len(item.Options) > maxOptions {
		return // told by the schema; comparing thousands with each other would take long
	}
	for k, o := range item.Options {
		for _, e := range item.Options[:k] {
			d.checkEqual(with(at, "options", k, "text"), e, o)
		}
	}
	if len(item.Answer) == 1 {
		d.checkLength(at, item)
	}
}

// checkEqual compares two option texts as a reader would.
func (d *document) checkEqual(at []string, a, b Option) {
	if a.Text == "" || b.Text == "" || d.faulty(at) {
		return
	}
	space := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	switch {
	case norm.NFC.String(space(a.Text)) == norm.NFC.String(space(b.Text)):
		d.fault(at, fmt.Sprintf("says the same as option %s", a.ID), "every option must differ from the others")
	case fold(a.Text) != fold(b.Text):
	case utf8.RuneCountInString(b.Text) <= 4 || strings.ContainsFunc(b.Text, unicode.IsDigit):
		// 10 mW and 10 MW, m and M, 10² and 102: a fair question may turn on it.
		d.warn(at, fmt.Sprintf("differs from option %s only in capitals, spacing or raised figures", a.ID), "make sure that this is what the question asks")
	default:
		d.fault(at, fmt.Sprintf("differs from option %s only in capitals or spacing", a.ID), "every option must say something else")
	}
}

// fold strips everything that a hurried reader may overlook.
func fold(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), "")
}

// checkReference refuses options that speak of other options.
func (d *document) checkReference(at []string, text string) {
	s := strings.ToLower(strings.Join(strings.Fields(text), " "))
	switch {
	case ofTheAbove.MatchString(s) && d.bank.Draft: // other people's questions; ours don't have them
		d.warn(at, quote(text)+" tests reading, not knowledge", "write an option that stands on its own")
	case ofTheAbove.MatchString(s):
		d.fault(at, quote(text)+" is not allowed", "write an option that stands on its own; such options test reading, not knowledge")
	case letters.MatchString(s):
		d.warn(at, quote(text)+" seems to speak of other options", "write an option that stands on its own")
	}
}

// checkLength warns when the right option gives itself away.
func (d *document) checkLength(at []string, item Item) {
	const clear = 10 // characters; below that nobody sees a difference
	right, other, place := 0, 0, 0
	for k, o := range item.Options {
		n := utf8.RuneCountInString(o.Text)
		if slices.Contains(item.Answer, o.ID) {
			right, place = max(right, n), k
		} else {
			other = max(other, n)
		}
	}
	if other > 0 && 2*right > 3*other && right-other >= clear {
		d.warn(with(at, "options", place, "text"), fmt.Sprintf("the right option is clearly the longest (%d characters, the next %d)", right, other), "shorten it or lengthen the others: length gives the answer away")
	}
}

func (d *document) checkSource(at []string, s Source) {
	place := with(at, "source", "url")
	if s.URL != "" && !d.faulty(place) {
		u, err := url.Parse(s.URL)
		if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(s.URL, unsafe) {
			d.fault(place, quote(s.URL)+" is no web address", hint(place))
		}
	}
	place = with(at, "source", "checked")
	if s.Checked != "" && !d.faulty(place) {
		if _, err := time.Parse(time.DateOnly, s.Checked); err != nil {
			d.fault(place, quote(s.Checked)+" is no day of the calendar", hint(place))
		}
	}
}

// unsafe reports characters that have no place in an address.
func unsafe(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || invisible(r) }

// invisible reports characters that change how text is shown without being
// seen: direction marks, zero-width spaces, soft hyphens. Joiners are allowed,
// emoji and several scripts need them.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

// checkText looks at the characters and words of one text that people see.
// Only stem and explanation may have line breaks.
func (d *document) checkText(at []string, text string, lines bool) {
	if text == "" || d.faulty(at) {
		return
	}
	for _, r := range text {
		switch {
		case r == '\n' && lines:
		case r == '\n':
			d.fault(at, "has a line break", "write it as one line")
			return
		case r == '\t':
			d.fault(at, "has a tab", "use spaces")
			return
		case unicode.IsControl(r) || invisible(r):
			d.fault(at, fmt.Sprintf("has the invisible character U+%04X", r), "delete it, or type the text again")
			return
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		d.fault(at, "is empty", hint(at))
		return
	case strings.TrimSpace(text) != text:
		d.fault(at, "begins or ends with a space or line break", "remove it; for long text write >- instead of > or |")
		return
	}
	if m := recalled(text); m != "" {
		d.warn(at, "speaks of a real exam ("+quote(m)+")", "a question that somebody remembers from an exam must not be here; otherwise say it differently")
	}
	if n := d.locate(at); n != nil && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 && n.LineComment != "" {
		d.warn(at, "the words after # are a comment and are not shown ("+quote(n.LineComment)+")", `put the whole text in "double quotes" if they belong to it`)
	}
}

// recalled returns the words that claim a question comes from a real exam, or "".
func recalled(text string) string {
	// The expression takes long, and whatever it finds has one of these words.
	lower := strings.ToLower(text)
	if !slices.ContainsFunc([]string{"exam", "test", "dump", "certification", "cbet", "remembered"}, func(w string) bool { return strings.Contains(lower, w) }) {
		return ""
	}
	return examWords.FindString(text)
}

// Compiled once; a compiled expression never changes.
var (
	ofTheAbove = regexp.MustCompile(`\b(all|none|any|neither|both) of (the )?(above|below|others?|other options|options|answers|these)\b`)
	letters    = regexp.MustCompile(`^(only |both )?[a-e] (and|&|or) [a-e]( only)?\.?$`)
	examWords  = regexp.MustCompile(`(?i)\b(` +
		`(real|actual|live|official|past|genuine) (exam|test|certification|cbet)s?( exam)? (question|item)s?|` +
		`(brain|exam|test) ?dumps?|dumpsarena|examtopics|` +
		`(appeared|was|were|asked|seen|came up|saw (it|this)) (on|in) (the|my|an|our|last year'?s) (real |actual |official )?(exam|test)\b|` +
		`from (the|my|an) (real|actual|live|last|recent) (exam|test)|` +
		`remembered (question|item)s?)`)
)
