package exchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"studyhall/quizzes"
)

// readAnkiText reads the text that Anki exports: lines that begin with # say how
// the rest is to be read.
func readAnkiText(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	comma, kind, html := '\t', ankiType{}, false
	skip := map[int]bool{}
	guid, lines := -1, 0
	for strings.HasPrefix(text, "#") {
		line, rest, _ := strings.Cut(text, "\n")
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		text, lines = rest, lines+1
		n := number(strings.TrimSpace(value)) - 1
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "separator":
			if sign := Separator(strings.TrimSpace(value)); utf8.RuneCountInString(sign) == 1 {
				comma, _ = utf8.DecodeRuneInString(sign)
			} else if n, ok := map[string]rune{"pipe": '|', "colon": ':', "space": ' '}[strings.ToLower(sign)]; ok {
				comma = n
			}
		case "html":
			html = strings.TrimSpace(value) == "true"
		case "columns":
			kind.fields = strings.Split(value, string(comma))
		case "guid column":
			guid = n
			skip[n] = true
		case "notetype column", "deck column", "tags column":
			skip[n] = true
		}
	}
	if comma == '"' || comma == '\n' || comma == '\r' || comma == utf8.RuneError {
		return refusef("The cards can't be read with %q between their sides.", comma)
	}
	r := rows(text, comma, true)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return refusef("The cards can't be read any further at line %d: %v.", broken.Line+lines, broken.Err)
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if err := in.ankiRow(row, kind, skip, guid, html, place("line", line+lines)); err != nil {
			return err
		}
	}
}

func (in *input) ankiRow(row []string, kind ankiType, skip map[int]bool, guid int, html bool, at string) error {
	name := ""
	var fields, names []string
	for n, cell := range row {
		if n == guid {
			name = cell
		}
		if skip[n] {
			continue
		}
		if !html {
			cell = htmlLines(cell)
		}
		fields = append(fields, cell)
		if n < len(kind.fields) {
			names = append(names, kind.fields[n])
		}
	}
	if len(fields) == 0 || strings.TrimSpace(strings.Join(fields, "")) == "" {
		return nil
	}
	for _, q := range cardQuestions(in, ankiType{fields: names}, name, fields, inline) {
		q.place = at
		if err := in.add(q); err != nil {
			return err
		}
	}
	return nil
}

// writeAnkiText writes a bank as text for Anki's own import.
func writeAnkiText(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	b.WriteString("#separator:tab\n#html:true\n#columns:" + strings.Join(Columns(), "\t") + "\n")
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	for _, i := range bank.Items {
		var lost []string
		if i.Image != nil {
			lost = append(lost, "the picture "+i.Image.File)
			i.Image = nil
		}
		out.note(i, lost...)
		if err := w.Write(cardRow(i)); err != nil {
			return fmt.Errorf("write cards: %w", err)
		}
	}
	w.Flush()
	out.Data = []byte(b.String())
	return w.Error()
}

// readQuizlet reads pairs: two sides with a sign between them, and another sign
// between pairs. The side that asks is the one that ends in a question mark, or
// else the longer one.
func readQuizlet(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	term, card := in.options.Term, in.options.Card
	if term == "" {
		term = "\t"
		if !strings.Contains(text, term) {
			for _, other := range []string{" - ", ";", ","} {
				if strings.Contains(text, other) {
					term = other
					break
				}
			}
		}
	}
	if card == "" {
		card = "\n"
	}
	n := 0
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, card)
		if strings.TrimSpace(one) == "" {
			continue
		}
		n++
		left, right, ok := strings.Cut(one, term)
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		q := &question{place: place("card", n), stem: right, answer: left}
		if strings.HasSuffix(left, "?") || !strings.HasSuffix(right, "?") && utf8.RuneCountInString(left) > utf8.RuneCountInString(right) {
			q.stem, q.answer = left, right
		}
		if !ok {
			q.stem = left
			q.refuse("it has one side: %s doesn't stand in it", strconv.Quote(term))
		}
		if err := in.add(q); err != nil {
			return err
		}
	}
	return nil
}

// writeQuizlet writes questions as pairs, with a tab between the sides.
func writeQuizlet(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	one := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, i := range bank.Items {
		stem, answer := one(i.Stem), strings.Join(i.Answer, " ")
		if !i.Typed() {
			var right []string
			for _, o := range i.Options {
				if i.Type != quizzes.TrueFalse {
					stem += " " + strings.ToUpper(o.ID) + ". " + one(o.Text)
				}
				if i.RightOption(o.ID) {
					right = append(right, one(o.Text))
				}
			}
			answer = strings.Join(right, "; ")
		}
		out.note(i, "everything but the question and the answer")
		b.WriteString(stem + "\t" + one(answer) + "\n")
	}
	out.Data = []byte(b.String())
	return nil
}
