package exchange

import (
	"bytes"
	"slices"
	"strings"

	"studyhall/quizzes"
)

// Exported is a bank in another format.
type Exported struct {
	Format   Format            `json:"format"`
	Name     string            `json:"name"` // a name for the file: the bank's id and the format's ending
	Data     []byte            `json:"-"`
	Files    map[string][]byte `json:"-"`         // pictures, by the name they have beside it
	Outcomes []Outcome         `json:"questions"` // what each question lost on the way, in the bank's order
}

// Ending is how the names of a format's files end.
func (f Format) Ending() string {
	switch f {
	case GIFT:
		return ".gift.txt"
	case Aiken:
		return ".aiken.txt"
	case MoodleXML:
		return ".xml"
	case QTI12, QTI21, QTI22, QTI30:
		return "." + string(f) + ".zip"
	case Anki:
		return ".apkg"
	case AnkiText:
		return ".anki.txt"
	case Quizlet:
		return ".quizlet.txt"
	}
	return "." + string(f)
}

// FormatOf is the format that the name of a file to be written asks for; YAML
// where it asks for none.
func FormatOf(name string) Format {
	name = strings.ToLower(name)
	switch {
	case strings.HasSuffix(name, ".gift"):
		return GIFT
	case strings.HasSuffix(name, ".aiken"):
		return Aiken
	}
	for _, f := range Formats() {
		if strings.HasSuffix(name, f.Ending()) {
			return f
		}
	}
	return YAML
}

// Binary reports whether the bytes are no text.
func (e Exported) Binary() bool { return bytes.HasPrefix(e.Data, []byte("PK")) }

// Export writes a bank in a format. A question that the format can't carry is
// left out, and what it can't carry of others too; the outcomes say so. It is an
// error if there is no such format to export to, or nothing is left.
func Export(bank quizzes.Bank, to Format) (Exported, error) {
	out := Exported{Format: to, Name: bank.ID + to.Ending(), Files: map[string][]byte{}}
	write := exporters(to)
	if write == nil {
		return out, refusef("I can't write the format %q; it may be %s.", to, formatList())
	}
	if err := write(bank, &out); err != nil {
		return out, err
	}
	if !slices.ContainsFunc(out.Outcomes, func(o Outcome) bool { return o.Status != Refused }) {
		return out, refusef("%s can carry none of the questions of %s.", to, bank.ID)
	}
	return out, nil
}

func exporters(f Format) func(quizzes.Bank, *Exported) error {
	switch f {
	case YAML:
		return writeYAML
	case JSON:
		return writeJSON
	case CSV:
		return writeCSV
	case GIFT:
		return writeGIFT
	case Aiken:
		return writeAiken
	case MoodleXML:
		return writeMoodle
	case QTI12:
		return writeQTI12
	case QTI21, QTI22, QTI30:
		return writeQTI
	case Anki:
		return writeAnki
	case AnkiText:
		return writeAnkiText
	case Quizlet:
		return writeQuizlet
	}
	return nil
}

// note records what a question lost, nothing for one that is whole.
func (e *Exported) note(i quizzes.Item, lost ...string) {
	if i.Family != nil {
		lost = append(lost, lostNumbers)
	}
	o := Outcome{Place: i.ID, ID: i.ID, Status: Imported, Stem: clip(i.Stem, 70), Notes: lost}
	if len(lost) > 0 {
		o.Status = Loss
	}
	e.Outcomes = append(e.Outcomes, o)
}

// lostNumbers is what is lost of a question that is drawn anew each time.
const lostNumbers = "its other numbers: one draw of it is a question like any other"

// refuse records that a question is left out.
func (e *Exported) refuse(i quizzes.Item, why string) {
	e.Outcomes = append(e.Outcomes, Outcome{Place: i.ID, ID: i.ID, Status: Refused, Stem: clip(i.Stem, 70), Notes: []string{why}})
}

// beside puts a question's picture beside the file.
func (e *Exported) beside(i quizzes.Item) {
	if i.Image != nil {
		e.Files[i.Image.File] = i.Image.Data
	}
}

// writeYAML writes a bank as our banks are written.
func writeYAML(bank quizzes.Bank, out *Exported) error {
	var b bytes.Buffer
	writeHead(&b, bank, bank.Draft)
	for _, i := range bank.Items {
		var lack []string
		if bank.Draft {
			lack = lacks(i)
		}
		writeItem(&b, i, lack)
		out.beside(i)
		out.note(i)
	}
	out.Data = b.Bytes()
	return nil
}

// explained is a question's explanation with its source in a last line, as it is
// carried where a format has no place for a source.
func explained(i quizzes.Item) string {
	s := i.Explanation
	if i.Source.Title == "" {
		return s
	}
	if s != "" {
		s += "\n"
	}
	s += sourceWord + i.Source.Title
	if i.Source.URL != "" {
		s += " <" + i.Source.URL + ">"
	}
	if i.Source.Checked != "" {
		s += " (checked " + i.Source.Checked + ")"
	}
	return s
}

const sourceWord = "Source: "

// unexplain takes the line with the source off an explanation.
func (q *question) unexplain() {
	from := strings.LastIndex(q.explanation, "\n"+sourceWord) + 1
	if from == 0 && !strings.HasPrefix(q.explanation, sourceWord) {
		return
	}
	line := q.explanation[from+len(sourceWord):]
	if strings.Contains(line, "\n") || q.source.Title != "" {
		return
	}
	if n := strings.LastIndex(line, " (checked "); n > 0 && strings.HasSuffix(line, ")") {
		q.source.Checked, line = line[n+len(" (checked "):len(line)-1], line[:n]
	}
	if n := strings.LastIndex(line, " <http"); n > 0 && strings.HasSuffix(line, ">") {
		q.source.URL, line = line[n+2:len(line)-1], line[:n]
	}
	q.source.Title, q.explanation = line, strings.TrimSpace(q.explanation[:from])
}
