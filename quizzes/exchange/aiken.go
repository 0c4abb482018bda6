package exchange

import (
	"regexp"
	"strings"

	"studyhall/quizzes"
)

var (
	aikenOption = regexp.MustCompile(`^\s*([A-Z])[.)]\s*(.*)$`)
	aikenAnswer = regexp.MustCompile(`(?i)^\s*ANSWER\s*:\s*(.*)$`)
)

// readAiken reads questions of one right option: lines of the question, lines
// that begin with a letter and a bracket, and ANSWER: with a letter.
func readAiken(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	q, line := &question{}, 0
	var letters []string
	finish := func(why string) error {
		if q.place == "" {
			return nil
		}
		if why != "" {
			q.refuse("%s", why)
		}
		err := in.add(q)
		q, letters = &question{}, nil
		return err
	}
	for raw := range strings.Lines(text) {
		line++
		s := strings.TrimSpace(raw)
		if s == "" {
			continue
		}
		if q.place == "" {
			q.place = place("line", line)
		}
		if m := aikenAnswer.FindStringSubmatch(s); m != nil {
			q.aikenKey(letters, strings.TrimSpace(m[1]))
			if err := finish(""); err != nil {
				return err
			}
			continue
		}
		if m := aikenOption.FindStringSubmatch(s); m != nil && (m[1] == string(rune('A'+len(letters))) || len(letters) > 0) {
			letters = append(letters, m[1])
			q.choices = append(q.choices, choice{text: m[2]})
			continue
		}
		if len(letters) > 0 { // the next question, and no ANSWER came
			if err := finish("no line with ANSWER: follows its options"); err != nil {
				return err
			}
			q.place = place("line", line)
		}
		if q.stem != "" {
			q.stem += "\n"
		}
		if len(q.stem) < 100_000 { // longer than any question, and each line is copied
			q.stem += s
		}
	}
	return finish("no line with ANSWER: follows it")
}

// aikenKey marks the right option.
func (q *question) aikenKey(letters []string, key string) {
	if q.stem == "" {
		q.refuse("no question comes before its options")
	}
	if len(key) == 0 {
		q.refuse("ANSWER: names no option")
		return
	}
	found := -1
	for n, l := range letters {
		if l != strings.ToUpper(strings.TrimRight(key, ".)")) {
			continue
		}
		if found >= 0 {
			q.refuse("the answer %s stands before several of its options", l)
			return
		}
		found = n
	}
	if found >= 0 {
		q.choices[found].right = true
		return
	}
	q.refuse("the answer %q is not among its options", clip(key, 40))
}

// writeAiken writes the questions of a bank that have one right option, which is
// all that the format knows.
func writeAiken(bank quizzes.Bank, out *Exported) error {
	var b strings.Builder
	one := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, i := range bank.Items {
		if i.Typed() || i.Type == quizzes.Multiple || len(i.Answer) != 1 {
			out.refuse(i, "Aiken has only questions with one right option")
			continue
		}
		stem := one(i.Stem)
		if aikenOption.MatchString(stem) || aikenAnswer.MatchString(stem) {
			out.refuse(i, "its question would be taken for an option")
			continue
		}
		lost := []string{"everything but the question, its options and the right one"}
		if stem != i.Stem {
			lost = append(lost, "line breaks and several spaces in a row")
		}
		if i.Image != nil {
			lost = append(lost, "the picture "+i.Image.File)
		}
		out.note(i, lost...)
		b.WriteString(stem + "\n")
		right := ""
		for n, o := range i.Options {
			letter := string(rune('A' + n))
			b.WriteString(letter + ") " + o.Text + "\n")
			if i.RightOption(o.ID) {
				right = letter
			}
		}
		b.WriteString("ANSWER: " + right + "\n\n")
	}
	out.Data = []byte(b.String())
	return nil
}
