package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"studyhall/quizzes"
)

// giftBase begins the signs that stand for escaped ones while a text is taken
// apart. They are in a plane that is nobody's.
const giftBase = 0x10FF00

// protect puts every escaped sign where nothing looks for it.
func protect(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	escaped := false
	for _, r := range s {
		switch {
		case escaped && r == 'n':
			b.WriteRune(giftBase + '\n')
		case escaped && strings.ContainsRune(`~=#{}:\]`, r):
			b.WriteRune(giftBase + r)
		case escaped:
			b.WriteRune('\\')
			b.WriteRune(r)
		case r != '\\':
			b.WriteRune(r)
		}
		escaped = !escaped && r == '\\'
	}
	if escaped {
		b.WriteByte('\\')
	}
	return b.String()
}

// reveal is the reverse of protect.
func reveal(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r > giftBase && r < giftBase+128 {
			return r - giftBase
		}
		return r
	}, s))
}

var (
	giftID     = regexp.MustCompile(`\[id:([^\]\n]{1,200})\]`)
	giftTag    = regexp.MustCompile(`\[tag:([^\]\n]{1,400})\]`)
	giftFormat = regexp.MustCompile(`^\s*\[(html|moodle|plain|markdown)\]`)
	giftWeight = regexp.MustCompile(`^\s*%(-?[0-9]{1,3}(?:\.[0-9]*)?)%`)
)

// readGIFT reads Moodle's text format: blocks of lines between empty ones.
func readGIFT(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	var block []string
	var comments strings.Builder
	start := 0
	finish := func() error {
		defer func() { block = nil }()
		if len(block) == 0 {
			return nil
		}
		q := giftQuestion(strings.Join(block, "\n"), comments.String())
		comments.Reset()
		q.place = place("line", start)
		return in.add(q)
	}
	line := 0
	for raw := range strings.Lines(text) {
		line++
		switch s := strings.TrimSpace(raw); {
		case s == "":
			if err := finish(); err != nil {
				return err
			}
		case strings.HasPrefix(s, "//"):
			if comments.Len() < 10_000 {
				comments.WriteString(s + "\n")
			}
		case strings.HasPrefix(s, "$CATEGORY:"):
			if len(in.notes) == 0 {
				in.note("categories are not kept")
			}
		default:
			if len(block) == 0 {
				start = line
			}
			block = append(block, s)
		}
	}
	return finish()
}

// giftQuestion reads one block.
func giftQuestion(block, comments string) *question {
	q, tags := &question{}, tagged{}
	for _, m := range giftTag.FindAllStringSubmatch(protect(comments), -1) {
		q.tag(tags, reveal(m[1]))
	}
	s := protect(block)
	if rest, ok := strings.CutPrefix(s, "::"); ok {
		if name, after, ok := strings.Cut(rest, "::"); ok {
			q.name, s = reveal(name), after
		}
	}
	if m := giftID.FindStringSubmatch(comments); m != nil {
		q.setID(m[1], q.domain != "")
	}
	format := "moodle"
	if m := giftFormat.FindStringSubmatch(s); m != nil {
		format, s = m[1], s[len(m[0]):]
	}
	open, shut := strings.IndexByte(s, '{'), strings.LastIndexByte(s, '}')
	if open < 0 || shut < open {
		q.stem = q.gift(s, format)
		q.refuse("it has no answers in braces")
		return q
	}
	before, inside, after := s[:open], strings.TrimSpace(s[open+1:shut]), strings.TrimSpace(s[shut+1:])
	stem := strings.TrimSpace(before)
	if strings.ContainsFunc(after, func(r rune) bool {
		return r == giftBase+'=' || strings.ContainsRune("%°", r) || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r > 127
	}) {
		stem += " _____ " + after // a word is missing in the middle
	} else if after == "." && !strings.HasSuffix(stem, "?") && !strings.HasSuffix(stem, ".") {
		stem += " _____."
	}
	q.stem = q.gift(stem, format)
	if answers, general, ok := strings.Cut(inside, "####"); ok {
		q.explanation = q.gift(general, format)
		inside = strings.TrimSpace(answers)
	}
	q.unexplain()
	q.giftAnswers(inside, format)
	q.finish(tags)
	return q
}

// gift is the text of a part, in the format that it or its question names.
func (q *question) gift(s, format string) string {
	if m := giftFormat.FindStringSubmatch(s); m != nil {
		format, s = m[1], s[len(m[0]):]
	}
	s = reveal(s)
	switch {
	case format == "html":
		return q.html(s)
	case format == "moodle":
		return q.plain(s)
	}
	return s
}

// giftAnswers reads what stands between the braces.
func (q *question) giftAnswers(s, format string) {
	truth, feedback, _ := strings.Cut(s, "#")
	switch strings.ToUpper(strings.TrimSpace(truth)) {
	case "T", "TRUE", "F", "FALSE":
		yes := strings.ToUpper(strings.TrimSpace(truth))[0] == 'T'
		wrong, right, _ := strings.Cut(feedback, "#")
		q.kind = quizzes.TrueFalse
		q.choices = []choice{{"True", q.gift(right, format), yes}, {"False", q.gift(wrong, format), !yes}}
		if !yes {
			q.choices[0].why, q.choices[1].why = q.choices[1].why, q.choices[0].why
		}
		return
	}
	switch {
	case s == "":
		q.refuse("it is an essay; nothing can be right or wrong")
	case s[0] == '#':
		q.giftNumber(s[1:], format)
	case strings.Contains(s, "~"):
		q.giftChoices(s, format)
	case strings.Contains(s, "=") && strings.Contains(s, "->"):
		q.refuse("it is a matching question")
	case strings.Contains(s, "="):
		q.giftShort(s, format)
	default:
		q.refuse("what stands in its braces can't be read")
	}
}

// An entry is one answer: its credit in percent, its text and its feedback.
type entry struct {
	sign           byte // = or ~
	credit         float64
	text, feedback string
}

func entries(s string) (all []entry) {
	for s != "" {
		n := strings.IndexAny(s, "=~")
		if n < 0 {
			return all
		}
		e := entry{sign: s[n]}
		s = s[n+1:]
		if n = strings.IndexAny(s, "=~"); n < 0 {
			n = len(s)
		}
		e.text, s = s[:n], s[n:]
		if e.sign == '=' {
			e.credit = 100
		}
		if m := giftWeight.FindStringSubmatch(e.text); m != nil {
			if c, err := strconv.ParseFloat(m[1], 64); err == nil {
				e.credit, e.text = c, e.text[len(m[0]):]
			}
		}
		e.text, e.feedback, _ = strings.Cut(e.text, "#")
		all = append(all, e)
	}
	return all
}

func (q *question) giftChoices(s, format string) {
	var credit []float64
	equals := false
	for _, e := range entries(s) {
		q.choices = append(q.choices, choice{text: q.gift(e.text, format), why: q.gift(e.feedback, format)})
		credit = append(credit, e.credit)
		equals = equals || e.sign == '='
		if len(credit) > 50 {
			break // refused for their number anyway
		}
	}
	q.weigh(credit, equals)
}

func (q *question) giftShort(s, format string) {
	for _, e := range entries(s) {
		text := q.gift(e.text, format)
		if e.feedback != "" {
			q.lose("what is said about single answers")
		}
		q.pattern(text, e.credit)
	}
}

// pattern takes up one answer that is typed, of Moodle's: an asterisk stands for
// anything there, unless it has a backslash.
func (q *question) pattern(text string, credit float64) {
	switch {
	case strings.TrimSpace(text) == "*":
		q.lose("the answer *, for everything else")
	case strings.Contains(strings.ReplaceAll(text, `\*`, ""), "*"):
		q.lose("the answer %q, which is a pattern", clip(text, 40))
	default:
		q.word(strings.ReplaceAll(text, `\*`, "*"), credit)
	}
}

// word takes up one answer that is typed, by the credit that it earns.
func (q *question) word(text string, credit float64) {
	switch {
	case credit >= 99.9 && q.answer == "":
		q.answer = text
	case credit >= 99.9:
		q.accept = append(q.accept, text)
	case credit > 0:
		q.lose("part of the credit for %q", clip(text, 40))
	default:
		q.reject = append(q.reject, text)
	}
}

func (q *question) giftNumber(s, format string) {
	one := s
	if strings.Contains(s, "=") {
		best := entry{credit: -1}
		for n, e := range entries(s) {
			if n > 0 {
				q.lose("other answers than the first")
			}
			if e.credit > best.credit {
				best = e
			}
		}
		one = best.text + "#" + best.feedback
	}
	value, feedback, _ := strings.Cut(one, "#")
	value = strings.Trim(reveal(value), "~ ") // a stray sign stands in Moodle's own example
	if text := q.gift(feedback, format); text != "" && q.explanation == "" {
		q.explanation = text
	} else if text != "" {
		q.lose("what is said about single answers")
	}
	if from, to, ok := strings.Cut(value, ".."); ok {
		q.between(from, to)
		return
	}
	value, tolerance, _ := strings.Cut(value, ":")
	q.numeric(value, tolerance)
}

// giftEscaped is text in which nothing means anything to GIFT.
func giftEscaped(s string) string {
	return giftSigns.Replace(s)
}

var giftSigns = strings.NewReplacer(`\`, `\\`, "~", `\~`, "=", `\=`, "#", `\#`, "{", `\{`, "}", `\}`, ":", `\:`, "\n", `\n`)

// giftPart is the text of an answer or of feedback.
func giftPart(s string) string {
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "%") {
		return "[plain]" + giftEscaped(s)
	}
	return giftEscaped(s)
}

// writeGIFT writes a bank for Moodle and what else reads GIFT.
func writeGIFT(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	b.WriteString("// " + clip(bank.Title, mostTitle) + "\n$CATEGORY: " + bank.ID + "\n")
	for _, i := range bank.Items {
		answers, why := giftOf(i)
		if why != "" {
			out.refuse(i, why)
			continue
		}
		var lost []string
		if i.Image != nil {
			lost = append(lost, "the picture "+i.Image.File)
		}
		out.note(i, lost...)
		b.WriteString("\n// [id:" + i.ID + "]")
		for _, t := range tagsOf(i) {
			b.WriteString(" [tag:" + strings.ReplaceAll(strings.ReplaceAll(t, `\`, `\\`), "]", `\]`) + "]")
		}
		b.WriteString("\n::" + i.ID + "::[plain]" + giftEscaped(i.Stem) + "{" + answers)
		if e := explained(i); e != "" {
			b.WriteString("\n\t####" + giftPart(e))
		}
		b.WriteString("\n}\n")
	}
	out.Data = []byte(b.String())
	return nil
}

// giftOf is what stands between the braces, or why nothing can.
func giftOf(i quizzes.Item) (answers, why string) {
	var b strings.Builder
	feedback := func(s string) {
		if s != "" {
			b.WriteString("#" + giftPart(s))
		}
	}
	switch i.Type {
	case quizzes.Numeric:
		value, tolerance, err := i.Number()
		if err != nil {
			return "", "its answer is no number"
		}
		return "#" + decimal(value) + ":" + decimal(tolerance), ""
	case quizzes.Short:
		for _, a := range append(append([]string{}, i.Answer...), i.Accept...) {
			if strings.Contains(a, "->") || strings.Contains(a, "*") {
				return "", "its answer has a sign that means something else in GIFT: -> or *"
			}
			b.WriteString("\n\t=" + giftPart(a))
		}
		for _, r := range i.Reject {
			if strings.Contains(r, "->") || strings.Contains(r, "*") {
				return "", "its answer has a sign that means something else in GIFT: -> or *"
			}
			b.WriteString("\n\t=%0%" + giftPart(r))
		}
		return b.String(), ""
	case quizzes.TrueFalse:
		right, wrong := i.Options[0].Why, i.Options[1].Why
		word := "TRUE"
		if i.RightOption("b") {
			word, right, wrong = "FALSE", wrong, right
		}
		b.WriteString(word)
		if right+wrong != "" {
			b.WriteString("#" + giftPart(wrong))
			feedback(right)
		}
		return b.String(), ""
	}
	for _, o := range i.Options {
		switch {
		case !i.RightOption(o.ID) && i.Type == quizzes.Multiple:
			b.WriteString("\n\t~%-" + share(len(i.Answer)) + "%")
		case !i.RightOption(o.ID):
			b.WriteString("\n\t~")
		case i.Type == quizzes.Multiple:
			b.WriteString("\n\t~%" + share(len(i.Answer)) + "%")
		default:
			b.WriteString("\n\t=")
		}
		b.WriteString(giftPart(o.Text))
		feedback(o.Why)
	}
	return b.String(), ""
}

// share is the credit of one of so many right options, as Moodle has it.
func share(n int) string {
	switch n {
	case 2:
		return "50"
	case 3:
		return "33.33333"
	case 4:
		return "25"
	}
	return "100"
}
