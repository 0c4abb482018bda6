package exchange

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"studyhall/quizzes"
)

// A question is what an importer read, before it is held to our rules.
type question struct {
	place   string
	id      string // an id of ours, which it keeps; "" for none
	name    string // what the file calls it, "" for nothing
	kind    string // "" is found out from the rest
	stem    string
	choices []choice
	answer  string // of what is typed
	accept  []string
	reject  []string

	tolerance, unit           string
	explanation               string
	domain, level, difficulty string
	computed                  bool
	source                    quizzes.Source
	image                     *quizzes.Image

	lost    []string
	refused string
}

type choice struct {
	text, why string
	right     bool
}

// lose notes what doesn't come along, once.
func (q *question) lose(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if !slices.Contains(q.lost, what) && len(q.lost) < 20 {
		q.lost = append(q.lost, what)
	}
}

// refuse says why the question can't come in; the first reason stays.
func (q *question) refuse(format string, args ...any) {
	if q.refused == "" {
		q.refused = fmt.Sprintf(format, args...)
	}
}

// plain is text out of something that may be HTML.
func (q *question) plain(s string) string {
	if !looksHTML(s) {
		return s
	}
	return q.html(s)
}

// html is text out of HTML. Pictures that it shows are lost, unless somebody
// took them up before.
func (q *question) html(s string) string {
	text, lost, images := fromHTML(s)
	for _, what := range lost {
		q.lose("%s", what)
	}
	for _, i := range images {
		q.lose("the picture %s", clip(pictureName(i), 60))
	}
	return text
}

func pictureName(i shown) string {
	switch {
	case i.alt != "":
		return fmt.Sprintf("%q", i.alt)
	case strings.HasPrefix(i.src, "data:"):
		return "in the text"
	}
	return fmt.Sprintf("%q", i.src)
}

// Bounds of a bank, as its schema has them.
const (
	mostStem        = 900
	mostOption      = 75
	mostOptions     = 5
	mostWhy         = 300
	mostExplanation = 400
	mostTitle       = 120
	mostAnswers     = 20
	mostRight       = 4
)

// item makes one of our questions of it, without its id. What it can't bear is
// in lost and refused.
func (q *question) item(o Options) quizzes.Item {
	q.tidyAll()
	i := quizzes.Item{Type: q.kind, Stem: q.stem, Computed: q.computed, Source: q.source, Image: q.image}
	if q.stem == "" {
		q.refuse("there is no question in it")
	}
	if len(q.choices) > 0 {
		q.chosen(&i)
	} else {
		q.typed(&i)
	}
	i.Explanation = q.shorten(q.explanation, mostExplanation, "the explanation")
	i.Domain = q.area(o)
	i.Level = q.oneOf(q.level, o.Level, "level", "recall", "application", "analysis")
	i.Difficulty = q.oneOf(q.difficulty, o.Difficulty, "difficulty", "easy", "medium", "hard")
	if i.Source.Title == "" {
		url, day := i.Source.URL, i.Source.Checked
		if i.Source = o.Source; url != "" {
			i.Source.URL, i.Source.Checked = url, day
		}
	}
	i.Source.Title = q.shorten(i.Source.Title, mostTitle, "the name of the source")
	return i
}

// tidyAll takes out of every text what no text of ours may have.
func (q *question) tidyAll() {
	q.stem, q.explanation = q.tidy(q.stem, true), q.tidy(q.explanation, true)
	for n := range q.choices {
		q.choices[n].text, q.choices[n].why = q.tidy(q.choices[n].text, false), q.tidy(q.choices[n].why, false)
	}
	q.answer = q.tidy(q.answer, false)
	for _, list := range [][]string{q.accept, q.reject} {
		for n := range list {
			list[n] = q.tidy(list[n], false)
		}
	}
	empty := func(s string) bool { return s == "" }
	q.accept, q.reject = slices.DeleteFunc(q.accept, empty), slices.DeleteFunc(q.reject, empty)
	q.source.Title = q.tidy(q.source.Title, false)
	q.tolerance, q.unit = q.tidy(q.tolerance, false), q.tidy(q.unit, false)
}

// tidy takes out tabs and signs that nobody sees, and line breaks unless lines
// may have them.
func (q *question) tidy(s string, lines bool) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || odd(r) }) {
		return strings.TrimSpace(s)
	}
	hidden := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n', r == '\t', r == '\r', r == '\f', r == '\u2028', r == '\u2029':
			return ' '
		case odd(r):
			hidden = true
			return -1
		}
		return r
	}, lineEnds(s))
	if hidden {
		q.lose("signs that nobody sees")
	}
	return strings.TrimSpace(s)
}

// odd reports signs that the checker refuses in a text.
func odd(r rune) bool {
	return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' || r == '\u2028' || r == '\u2029'
}

// shorten cuts what is too long at the end of a sentence, or of a word.
func (q *question) shorten(s string, most int, what string) string {
	n := utf8.RuneCountInString(s)
	if n <= most {
		return s
	}
	r := []rune(s)[:most-1]
	cut := string(r)
	if end := strings.LastIndexAny(cut, ".!?"); end > len(cut)/2 {
		cut = cut[:end+1]
	} else {
		if end := strings.LastIndexByte(cut, ' '); end > len(cut)/2 {
			cut = cut[:end]
		}
		cut = strings.TrimSpace(cut) + "…"
	}
	q.lose("the end of %s (%d of %d characters stay)", what, utf8.RuneCountInString(cut), n)
	return cut
}

// chosen fills in options and answer.
func (q *question) chosen(i *quizzes.Item) {
	if n := len(q.choices); n < 2 || n > mostOptions {
		q.refuse("it has %d options; 2 to %d are possible", n, mostOptions)
		return
	}
	right := 0
	for n, c := range q.choices {
		if c.text == "" {
			q.refuse("option %s is empty", letterOf(n))
		}
		if c.right {
			right++
		}
	}
	switch {
	case right == 0:
		q.refuse("it names no right answer")
	case right == len(q.choices):
		q.refuse("every option is right")
	case right > mostRight:
		q.refuse("%d options are right; at most %d can be", right, mostRight)
	}
	if q.kind == quizzes.Single && right > 1 {
		q.refuse("%d options are each right by themselves; one can be, or several together", right)
	}
	i.Type = quizzes.Single
	if right > 1 || q.kind == quizzes.Multiple {
		i.Type = quizzes.Multiple
		if right < 2 {
			i.Type = quizzes.Single
			q.lose("that several options could be chosen: one is right")
		}
	}
	if i.Type == quizzes.Single && q.kind != quizzes.Single && q.trueFalse() {
		i.Type = quizzes.TrueFalse
	}
	q.long(i)
	for n, c := range q.choices {
		id := letterOf(n)
		i.Options = append(i.Options, quizzes.Option{ID: id, Text: c.text, Why: q.shorten(c.why, mostWhy, "the reason of option "+id)})
		if c.right {
			i.Answer = append(i.Answer, id)
		}
	}
}

func letterOf(n int) string { return string(rune('a' + n)) }

// trueFalse recognises the two options True and False, and puts them as we have them.
func (q *question) trueFalse() bool {
	if len(q.choices) != 2 {
		return false
	}
	word := func(n int, w string) bool { return strings.EqualFold(strings.Trim(q.choices[n].text, ". "), w) }
	if word(0, "false") && word(1, "true") {
		slices.Reverse(q.choices)
	}
	if !word(0, "true") || !word(1, "false") {
		return false
	}
	q.choices[0].text, q.choices[1].text = "True", "False"
	return true
}

// long moves options that fit on no button into the question.
func (q *question) long(i *quizzes.Item) {
	if !slices.ContainsFunc(q.choices, func(c choice) bool { return utf8.RuneCountInString(c.text) > mostOption }) {
		return
	}
	var b strings.Builder
	b.WriteString(i.Stem + "\n")
	for n, c := range q.choices {
		letter := strings.ToUpper(letterOf(n))
		fmt.Fprintf(&b, "\n%s. %s", letter, c.text)
		q.choices[n].text = letter
	}
	i.Stem = b.String()
	q.lose("options of more than %d characters as buttons: they stand in the question, and the buttons have letters", mostOption)
}

// typed fills in what is to be typed.
func (q *question) typed(i *quizzes.Item) {
	if q.answer == "" {
		q.refuse("it names no right answer")
		return
	}
	if n := utf8.RuneCountInString(q.answer); n > mostOption {
		q.refuse("its answer has %d characters; what is to be typed has at most %d", n, mostOption)
		return
	}
	if i.Type != quizzes.Numeric {
		i.Type = quizzes.Short
	}
	i.Answer = []string{q.answer}
	if i.Type == quizzes.Numeric {
		i.Tolerance, i.Unit = q.tolerance, q.unit
		if len(q.accept)+len(q.reject) > 0 {
			q.lose("other answers than the first")
		}
		return
	}
	fits := func(list []string, what string) []string {
		kept := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return utf8.RuneCountInString(s) > mostOption })
		if len(kept) > mostAnswers {
			kept = kept[:mostAnswers]
		}
		if len(kept) < len(list) {
			q.lose("%d of the %s", len(list)-len(kept), what)
		}
		return kept
	}
	i.Accept, i.Reject = fits(q.accept, "other right answers"), fits(q.reject, "wrong answers")
}

var (
	areaSpelling = regexp.MustCompile(`^[a-z0-9._-]{1,60}$`)
	idSpelling   = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
)

// area is the area of the outline that the question is in, "" if nobody says.
func (q *question) area(o Options) string {
	named := strings.ToLower(strings.TrimSpace(q.domain))
	if named == "" {
		return o.Domain
	}
	for _, d := range o.Domains {
		if d == named || strings.HasSuffix(d, "."+named) {
			return d
		}
	}
	if len(o.Domains) == 0 && areaSpelling.MatchString(named) {
		return named
	}
	q.lose("the area %s, which the outline doesn't have", clip(fmt.Sprintf("%q", q.domain), 60))
	return o.Domain
}

// oneOf is one of the known words, or the default.
func (q *question) oneOf(given, otherwise, what string, known ...string) string {
	word := strings.ToLower(strings.TrimSpace(given))
	switch {
	case word == "":
		return otherwise
	case slices.Contains(known, word):
		return word
	}
	q.lose("the %s %s, which isn't one of ours", what, clip(fmt.Sprintf("%q", given), 60))
	return otherwise
}

// clip shortens what is shown of a text.
func clip(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}

// slug is a text as a part of an id: small letters, digits and hyphens.
func slug(s string, most int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= most {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// digest is a short name for texts, the same for the same ones.
func digest(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:%s", len(p), p)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum.Sum(nil)))[:10]
}
