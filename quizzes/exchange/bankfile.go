package exchange

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"studyhall/quizzes"
)

// writeHead writes the beginning of a bank as YAML, up to its first question.
func writeHead(b *bytes.Buffer, bank quizzes.Bank, draft bool) {
	b.WriteString("bank: " + bank.ID + "\ntitle: " + quoted(bank.Title) + "\ncertification: " + bank.Certification + "\noutline: " + bank.Outline + "\n")
	if draft {
		b.WriteString("draft: true\n")
	}
	b.WriteString("items:\n")
}

// writeItem writes a question as YAML. What it lacks is named in a comment, and
// its keys are left out.
func writeItem(b *bytes.Buffer, i quizzes.Item, lack []string) {
	line := func(indent, key, value string) {
		if value != "" {
			b.WriteString(indent + key + ": " + value + "\n")
		}
	}
	text := func(indent, key, value string) {
		if value != "" {
			line(indent, key, quoted(value))
		}
	}
	b.WriteString("  - id: " + i.ID + "\n")
	if len(lack) > 0 {
		b.WriteString("    # still missing: " + strings.Join(lack, "; ") + "\n")
	}
	const in = "    "
	if i.Type != quizzes.Single {
		line(in, "type", i.Type)
	}
	line(in, "domain", i.Domain)
	line(in, "level", i.Level)
	line(in, "difficulty", i.Difficulty)
	text(in, "stem", i.Stem)
	if i.Image != nil {
		b.WriteString(in + "image:\n")
		line(in+"  ", "file", i.Image.File)
		text(in+"  ", "alt", i.Image.Alt)
	}
	if len(i.Options) > 0 {
		b.WriteString(in + "options:\n")
	}
	for _, o := range i.Options {
		b.WriteString(in + "  - id: " + o.ID + "\n")
		text(in+"    ", "text", o.Text)
		text(in+"    ", "why", o.Why)
	}
	switch {
	case i.Type == quizzes.Multiple:
		line(in, "answer", "["+strings.Join(i.Answer, ", ")+"]")
	case i.Typed():
		text(in, "answer", strings.Join(i.Answer, " "))
	default:
		line(in, "answer", strings.Join(i.Answer, " "))
	}
	list(b, in+"accept", i.Accept)
	list(b, in+"reject", i.Reject)
	text(in, "tolerance", i.Tolerance)
	text(in, "unit", i.Unit)
	if i.Computed {
		line(in, "computed", "true")
	}
	text(in, "explanation", i.Explanation)
	b.WriteString(in + "source:\n")
	text(in+"  ", "title", i.Source.Title)
	text(in+"  ", "url", i.Source.URL)
	line(in+"  ", "checked", i.Source.Checked)
}

func list(b *bytes.Buffer, key string, values []string) {
	if len(values) == 0 {
		return
	}
	all := make([]string, len(values))
	for n, v := range values {
		all[n] = quoted(v)
	}
	b.WriteString(key + ": [" + strings.Join(all, ", ") + "]\n")
}

// quoted is a text in double quotes as YAML and JSON both read it.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // text always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// readYAML reads one of our banks. What its checker refuses is refused with the
// same words; a file that is no bank at all can't be read.
func readYAML(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	bank, problems := quizzes.Parse(in.name, []byte(text))
	if len(bank.Items) == 0 && len(problems) > 0 {
		return refusef("%s", problems[0])
	}
	in.bank, in.title, in.certification, in.outline = bank.ID, bank.Title, bank.Certification, bank.Outline
	extra := unknownKeys(problems)
	for n, item := range bank.Items {
		q := fromItem(item)
		q.place = place("line", item.Line)
		for _, what := range extra[n] {
			q.lose("%s", what)
		}
		in.beside(q)
		if err := in.add(q); err != nil {
			return err
		}
	}
	return nil
}

var itemPath = regexp.MustCompile(`^items\[(\d+)\]`)

// unknownKeys are the keys of each question that the format doesn't have.
func unknownKeys(problems []quizzes.Problem) map[int][]string {
	all := map[int][]string{}
	for _, p := range problems {
		m := itemPath.FindStringSubmatch(p.Path)
		if m == nil || !strings.HasPrefix(p.What, "unknown key ") && !strings.HasPrefix(p.What, "the key ") {
			continue
		}
		if strings.HasSuffix(p.What, " is missing") {
			continue
		}
		all[number(m[1])] = append(all[number(m[1])], p.What)
	}
	return all
}

// fromItem is one of our questions as if it had been read somewhere.
func fromItem(i quizzes.Item) *question {
	q := &question{
		id: i.ID, kind: i.Type, stem: i.Stem, accept: i.Accept, reject: i.Reject, tolerance: i.Tolerance, unit: i.Unit,
		explanation: i.Explanation, domain: i.Domain, level: i.Level, difficulty: i.Difficulty, computed: i.Computed, source: i.Source, image: i.Image,
	}
	if i.Family != nil {
		q.lose("%s", lostNumbers)
	}
	if i.Typed() {
		if len(i.Answer) == 1 {
			q.answer = i.Answer[0]
		}
		return q
	}
	known := map[string]bool{}
	for _, o := range i.Options {
		known[o.ID] = true
	}
	for _, a := range i.Answer {
		if !known[a] {
			q.refuse("answer: the answer %q is not among the options", clip(a, 40))
		}
		known[a] = true
	}
	for _, o := range i.Options {
		right := false
		for _, a := range i.Answer {
			right = right || a == o.ID
		}
		q.choices = append(q.choices, choice{o.Text, o.Why, right})
	}
	if len(q.choices) == 0 {
		q.refuse("it has no options")
	}
	return q
}
