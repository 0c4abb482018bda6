package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"studyhall/quizzes"
)

// fileItem is a question in a JSON file; its keys are those of the YAML.
type fileItem struct {
	ID          string       `json:"id"`
	Type        string       `json:"type,omitempty"`
	Domain      string       `json:"domain,omitempty"`
	Level       string       `json:"level,omitempty"`
	Difficulty  string       `json:"difficulty,omitempty"`
	Stem        string       `json:"stem"`
	Image       *fileImage   `json:"image,omitempty"`
	Options     []fileOption `json:"options,omitempty"`
	Answer      any          `json:"answer"`
	Accept      []string     `json:"accept,omitempty"`
	Reject      []string     `json:"reject,omitempty"`
	Tolerance   string       `json:"tolerance,omitempty"`
	Unit        string       `json:"unit,omitempty"`
	Computed    any          `json:"computed,omitempty"`
	Explanation string       `json:"explanation,omitempty"`
	Source      fileSource   `json:"source"`
}

type fileImage struct {
	File string `json:"file"`
	Alt  string `json:"alt"`
}

type fileOption struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Why  string `json:"why,omitempty"`
}

type fileSource struct {
	Title   string `json:"title,omitempty"`
	URL     string `json:"url,omitempty"`
	Checked string `json:"checked,omitempty"`
}

type fileBank struct {
	Bank          string            `json:"bank"`
	Title         string            `json:"title"`
	Certification string            `json:"certification"`
	Outline       string            `json:"outline"`
	Draft         any               `json:"draft,omitempty"`
	Items         []json.RawMessage `json:"items"`
}

// readJSON reads a bank in our keys, or a list of questions in anybody's.
func readJSON(in *input) error {
	text, err := in.text()
	if err != nil {
		return err
	}
	var bank fileBank
	err = json.Unmarshal([]byte(text), &bank)
	if broken, ok := err.(*json.SyntaxError); ok {
		line := 1 + strings.Count(text[:min(int(broken.Offset), len(text))], "\n")
		return refusef("This is no JSON at line %d: %v.", line, broken)
	}
	if err == nil && bank.Bank != "" && len(bank.Items) > 0 {
		in.bank, in.title, in.certification, in.outline = bank.Bank, bank.Title, bank.Certification, bank.Outline
		for n, raw := range bank.Items {
			if err := in.add(in.ownJSON(raw, n)); err != nil {
				return err
			}
		}
		return nil
	}
	return in.foreignJSON([]byte(text))
}

// ownJSON is a question in our keys.
func (in *input) ownJSON(raw json.RawMessage, n int) *question {
	var f fileItem
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if err != nil && strings.Contains(err.Error(), "unknown field") {
		f = fileItem{}
		if json.Unmarshal(raw, &f) == nil {
			q := in.fromFile(f)
			q.place = place("question", n+1)
			q.lose("%s", strings.TrimPrefix(err.Error(), "json: "))
			return q
		}
	}
	q := in.fromFile(f)
	q.place = place("question", n+1)
	if err != nil {
		q.refuse("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return q
}

func (in *input) fromFile(f fileItem) *question {
	i := quizzes.Item{
		ID: f.ID, Type: f.Type, Domain: f.Domain, Level: f.Level, Difficulty: f.Difficulty, Stem: f.Stem,
		Accept: f.Accept, Reject: f.Reject, Tolerance: f.Tolerance, Unit: f.Unit, Explanation: f.Explanation,
		Computed: fmt.Sprint(f.Computed) == "true",
		Source:   quizzes.Source{Title: f.Source.Title, URL: f.Source.URL, Checked: f.Source.Checked},
	}
	if i.Type == "" {
		i.Type = quizzes.Single
	}
	if f.Image != nil {
		i.Image = &quizzes.Image{File: f.Image.File, Alt: f.Image.Alt}
	}
	for _, o := range f.Options {
		i.Options = append(i.Options, quizzes.Option{ID: o.ID, Text: o.Text, Why: o.Why})
	}
	switch a := f.Answer.(type) {
	case string:
		i.Answer = []string{a}
	case []any:
		for _, one := range a {
			i.Answer = append(i.Answer, fmt.Sprint(one))
		}
	}
	q := fromItem(i)
	in.beside(q)
	return q
}

// foreignJSON looks for a list of objects that have a question each.
func (in *input) foreignJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // numbers as they are written
	var top any
	if err := d.Decode(&top); err != nil {
		return refusef("This is no JSON: %v.", err)
	}
	list, ok := top.([]any)
	if object, is := top.(map[string]any); is {
		for _, key := range []string{"questions", "items", "results", "data", "cards"} {
			if list, ok = object[key].([]any); ok {
				break
			}
		}
	}
	if !ok {
		return refusef("This JSON has no list of questions.")
	}
	for n, one := range list {
		q := &question{}
		if object, is := one.(map[string]any); is {
			q = in.object(object)
		} else {
			q.refuse("it is no object with keys")
		}
		q.place = place("question", n+1)
		if err := in.add(q); err != nil {
			return err
		}
	}
	return nil
}

// object is a question in anybody's keys.
func (in *input) object(object map[string]any) *question {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	row := make([]string, len(names))
	given := "" // the answer, if it is numbers
	for n, name := range names {
		row[n] = cellOf(object[name])
		if aliases(strings.ToLower(name)) == "answer" && hasOptions(object) {
			if value, ok := counted(object[name]); ok {
				given, row[n] = row[n], value
			}
		}
	}
	t, ok := newTable(names)
	if !ok {
		q := &question{}
		q.refuse("none of its keys is the question")
		return q
	}
	t.own, t.letters = false, false
	q := t.question(row, in)
	k, values := q.keys(), splitCell(given)
	for _, value := range values[:min(len(values), len(k))] {
		if n := k.text(value); n >= 0 && n != number(value) {
			q.refuse("the answer %s can be read in two ways: it is the text of option %s, and programs count options from 0", value, strings.ToUpper(letterOf(n)))
		}
	}
	return q
}

// counted is the cell for an answer of numbers by which a program counts options:
// from 0, where people count from 1.
func counted(answer any) (cell string, ok bool) {
	list, is := answer.([]any)
	if !is {
		list = []any{answer}
	}
	var all []string
	for _, one := range list {
		value, ok := one.(json.Number)
		if !ok || number(value.String()) < 0 {
			return "", false
		}
		all = append(all, fmt.Sprint(number(value.String())+1))
	}
	return joinCell(all), len(all) > 0
}

func hasOptions(object map[string]any) bool {
	for name, value := range object {
		if _, list := value.([]any); list && aliases(strings.ToLower(name)) == "options" {
			return true
		}
	}
	return false
}

// cellOf is a value as a cell of a table.
func cellOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var all []string
		for _, one := range v {
			if object, ok := one.(map[string]any); ok {
				one = object["text"]
			}
			all = append(all, cellOf(one))
		}
		return joinCell(all)
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, cellOf(v[key]))
		}
		return joinCell(all)
	}
	return fmt.Sprint(v)
}

// writeJSON writes a bank in the keys of the YAML.
func writeJSON(bank quizzes.Bank, out *Exported) error {
	f := fileBank{Bank: bank.ID, Title: bank.Title, Certification: bank.Certification, Outline: bank.Outline}
	if bank.Draft {
		f.Draft = true
	}
	for _, i := range bank.Items {
		raw, err := marshal(toFile(i))
		if err != nil {
			return fmt.Errorf("write question %s: %w", i.ID, err)
		}
		f.Items = append(f.Items, raw)
		out.beside(i)
		out.note(i)
	}
	data, err := marshal(f)
	if err != nil {
		return fmt.Errorf("write bank: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return fmt.Errorf("write bank: %w", err)
	}
	out.Data = b.Bytes()
	return nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

func toFile(i quizzes.Item) fileItem {
	f := fileItem{
		ID: i.ID, Type: i.Type, Domain: i.Domain, Level: i.Level, Difficulty: i.Difficulty, Stem: i.Stem,
		Accept: i.Accept, Reject: i.Reject, Tolerance: i.Tolerance, Unit: i.Unit, Explanation: i.Explanation,
		Source: fileSource{i.Source.Title, i.Source.URL, i.Source.Checked}, Answer: strings.Join(i.Answer, " "),
	}
	if i.Type == quizzes.Multiple {
		f.Answer = i.Answer
	}
	if i.Computed {
		f.Computed = true
	}
	if i.Image != nil {
		f.Image = &fileImage{i.Image.File, i.Image.Alt}
	}
	for _, o := range i.Options {
		f.Options = append(f.Options, fileOption{o.ID, o.Text, o.Why})
	}
	return f
}

var pictureSpelling = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,54}\.(png|jpg|jpeg)$`)

const mostPicture = 1_000_000 // bytes, as the checker has it

// beside reads a question's picture from the folder of its file.
func (in *input) beside(q *question) {
	if q.image == nil || len(q.image.Data) > 0 {
		return
	}
	name := q.image.File
	if in.folder == nil || !pictureSpelling.MatchString(name) {
		q.lose("the picture %s: it isn't beside the file", clip(fmt.Sprintf("%q", name), 60))
		q.image = nil
		return
	}
	info, err := fs.Stat(in.folder, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostPicture {
		q.lose("the picture %s: it isn't beside the file, or is too large", clip(fmt.Sprintf("%q", name), 60))
		q.image = nil
		return
	}
	if q.image.Data, err = fs.ReadFile(in.folder, name); err != nil {
		q.lose("the picture %s: it can't be read", clip(fmt.Sprintf("%q", name), 60))
		q.image = nil
	}
}
