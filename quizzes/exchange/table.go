package exchange

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"studyhall/quizzes"
)

// Columns are the columns of our own tables, in order: of CSV, and of cards
// that are written for another program.
func Columns() []string {
	return []string{
		"id", "type", "domain", "level", "difficulty", "stem",
		"option a", "why a", "option b", "why b", "option c", "why c", "option d", "why d", "option e", "why e",
		"answer", "accept", "reject", "tolerance", "unit", "computed", "explanation",
		"source title", "source url", "source checked", "image", "image alt",
	}
}

// A table is rows of cells under names of columns; it makes questions of rows,
// whoever wrote them.
type table struct {
	columns []string // ours, "" where a column isn't known
	own     bool     // the names are ours, so texts are plain
	letters bool     // the names are ours, so keys are letters
	html    bool     // every cell is HTML
	load    pictures // of HTML
}

// aliases are other people's names of our columns, without capitals, spaces and signs.
func aliases(name string) string {
	switch name {
	case "id", "questionid", "identifier", "guid", "number", "no":
		return "id"
	case "type", "questiontype", "kind":
		return "type"
	case "domain", "category", "area", "topic", "subject", "section", "chapter":
		return "domain"
	case "level", "bloom", "bloomlevel", "cognitivelevel":
		return "level"
	case "difficulty":
		return "difficulty"
	case "stem", "question", "questiontext", "questions", "prompt", "front", "term", "problem", "text":
		return "stem"
	case "answer", "correct", "correctanswer", "correctanswers", "correctoption", "answers", "rightanswer", "key", "answerkey", "solution", "back", "definition", "response":
		return "answer"
	case "accept", "alternatives", "alsocorrect", "synonyms":
		return "accept"
	case "reject":
		return "reject"
	case "wrong", "incorrectanswers", "distractors", "wronganswers":
		return "wrong"
	case "tolerance", "margin", "accuracy":
		return "tolerance"
	case "unit", "units":
		return "unit"
	case "computed":
		return "computed"
	case "explanation", "rationale", "feedback", "generalfeedback", "extra", "backextra", "comment", "reason", "why":
		return "explanation"
	case "sourcetitle", "source", "reference", "ref", "citation":
		return "source title"
	case "sourceurl", "url", "link":
		return "source url"
	case "sourcechecked", "checked":
		return "source checked"
	case "image", "picture", "imagefile":
		return "image"
	case "imagealt", "alt", "alttext":
		return "image alt"
	case "options", "choices", "answeroptions":
		return "options"
	}
	for _, prefix := range []string{"option", "choice", "answeroption", "answer", "whyoption", "why", "feedback", "rationale", ""} {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || len(rest) != 1 {
			continue
		}
		n := strings.Index("abcdefgh", rest)
		if n < 0 && prefix != "" {
			n = strings.Index("12345678", rest)
		}
		switch {
		case n < 0:
		case prefix == "option", prefix == "choice", prefix == "answer", prefix == "answeroption", prefix == "":
			return "option " + letterOf(n)
		default:
			return "why " + letterOf(n)
		}
	}
	return ""
}

// newTable recognises the names of columns; ok is false where none holds a question.
func newTable(names []string) (t table, ok bool) {
	ours := Columns()
	t.own = true
	for _, name := range names {
		simple := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, name)
		column := ""
		if len(simple) < 40 {
			column = aliases(simple)
		}
		if slices.Contains(t.columns, column) {
			column = ""
		}
		t.columns = append(t.columns, column)
		t.own = t.own && slices.Contains(ours, name)
	}
	t.own = t.own && slices.Contains(names, "type") && slices.Contains(names, "source title")
	t.letters = t.own
	return t, slices.Contains(t.columns, "stem")
}

// question makes a question of a row.
func (t table) question(row []string, in *input) *question {
	q := &question{}
	options, whys := make([]string, 8), make([]string, 8)
	var answer, packed, wrong, file, alt string
	for n, cell := range row {
		if n >= len(t.columns) || cell == "" {
			continue
		}
		cell = t.cell(in, q, cell)
		column := t.columns[n]
		switch column {
		case "answer":
			answer = cell
		case "options":
			packed = cell
		case "wrong":
			wrong = cell
		case "image":
			file = cell
		case "image alt":
			alt = cell
		default:
			if letter, ok := strings.CutPrefix(column, "option "); ok {
				options[letter[0]-'a'] = cell
			} else if letter, ok := strings.CutPrefix(column, "why "); ok {
				whys[letter[0]-'a'] = cell
			} else {
				q.set(column, cell)
			}
		}
	}
	if file != "" {
		q.image = &quizzes.Image{File: file, Alt: alt}
		in.beside(q)
	}
	if packed != "" {
		copy(options, splitCell(packed))
	}
	q.tell(options, whys, answer, splitCell(wrong), t.letters)
	return q
}

// cell is the text of a cell.
func (t table) cell(in *input, q *question, s string) string {
	switch {
	case t.own:
		return s
	case t.html:
		return in.illustrated(q, s, t.load)
	}
	return q.plain(s)
}

// set fills in what needs no other cell.
func (q *question) set(column, cell string) {
	switch column {
	case "id":
		q.setID(cell, false)
	case "type":
		q.kind = kindOf(cell)
		if q.kind == "" {
			q.lose("the type %s, which isn't one of ours", clip(fmt.Sprintf("%q", cell), 40))
		}
	case "domain":
		q.domain = cell
	case "level":
		q.level = cell
	case "difficulty":
		q.difficulty = cell
	case "stem":
		q.stem = cell
	case "accept":
		q.accept = splitCell(cell)
	case "reject":
		q.reject = splitCell(cell)
	case "tolerance":
		q.tolerance = cell
	case "unit":
		q.unit = cell
	case "computed":
		q.computed = strings.EqualFold(cell, "true") || strings.EqualFold(cell, "yes")
	case "explanation":
		q.explanation = cell
	case "source title":
		q.source.Title = cell
	case "source url":
		q.setURL(cell)
	case "source checked":
		q.source.Checked = cell
	}
}

// setURL takes an address that is one.
func (q *question) setURL(s string) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		q.source.URL = s
		return
	}
	q.lose("the address %s", clip(fmt.Sprintf("%q", s), 60))
}

// kindOf reads other people's names of types.
func kindOf(s string) string {
	switch strings.ToLower(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }), "")) {
	case "single", "multiplechoice", "mc", "mcq", "singlechoice", "singleanswer", "multichoice":
		return quizzes.Single
	case "multiple", "multipleanswer", "multipleanswers", "multipleresponse", "ma", "checkbox", "multiselect":
		return quizzes.Multiple
	case "truefalse", "tf", "boolean":
		return quizzes.TrueFalse
	case "numeric", "numerical", "number", "num":
		return quizzes.Numeric
	case "short", "shortanswer", "fillintheblank", "fib", "text", "sa":
		return quizzes.Short
	}
	return ""
}

// tell makes choices, or what is to be typed, of the cells of a row; letters says
// that a key can be nothing else.
func (q *question) tell(options, whys []string, answer string, wrong []string, letters bool) {
	last := len(options)
	for last > 0 && options[last-1] == "" {
		last--
	}
	if len(wrong) > 0 && last == 0 { // the right one and the wrong ones
		q.choices = append(q.choices, choice{text: answer, right: answer != ""})
		for _, w := range wrong {
			q.choices = append(q.choices, choice{text: w})
		}
		slices.SortStableFunc(q.choices, func(a, b choice) int { return strings.Compare(a.text, b.text) }) // or the right one came first
		return
	}
	if last == 0 && q.kind == quizzes.TrueFalse {
		yes := slices.Contains([]string{"true", "t", "yes", "1"}, strings.ToLower(strings.TrimSpace(answer)))
		no := slices.Contains([]string{"false", "f", "no", "0"}, strings.ToLower(strings.TrimSpace(answer)))
		q.choices = []choice{{"True", whys[0], yes}, {"False", whys[1], no}}
		return
	}
	if last == 0 || q.kind == quizzes.Numeric || q.kind == quizzes.Short {
		q.answer = answer
		return
	}
	for n := range last {
		q.choices = append(q.choices, choice{text: options[n], why: whys[n]})
	}
	q.mark(answer, letters)
	if q.kind == quizzes.Single && rights(q.choices) > 1 {
		q.kind = quizzes.Multiple
	}
}

func rights(choices []choice) (n int) {
	for _, c := range choices {
		if c.right {
			n++
		}
	}
	return n
}

// splitCell takes apart a cell of several texts: a | b, with \| for the sign itself.
func splitCell(s string) (all []string) {
	if s == "" {
		return nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '|' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '|':
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(all, strings.TrimSpace(b.String()))
}

func joinCell(all []string) string {
	escaped := make([]string, len(all))
	for n, s := range all {
		escaped[n] = strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "|", `\|`)
	}
	return strings.Join(escaped, " | ")
}

// tableRow is one of our questions under [Columns].
func tableRow(i quizzes.Item) []string {
	row := []string{i.ID, i.Type, i.Domain, i.Level, i.Difficulty, i.Stem}
	for n := range mostOptions {
		if n < len(i.Options) {
			row = append(row, i.Options[n].Text, i.Options[n].Why)
		} else {
			row = append(row, "", "")
		}
	}
	computed, file, alt := "", "", ""
	if i.Computed {
		computed = "true"
	}
	if i.Image != nil {
		file, alt = i.Image.File, i.Image.Alt
	}
	return append(row, strings.Join(i.Answer, " "), joinCell(i.Accept), joinCell(i.Reject), i.Tolerance, i.Unit, computed,
		i.Explanation, i.Source.Title, i.Source.URL, i.Source.Checked, file, alt)
}
