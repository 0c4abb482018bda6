// Package exchange brings questions in from other programs' files and hands ours
// out to them: our own YAML and JSON, CSV, GIFT, Aiken, Moodle XML, QTI, Anki
// and Quizlet. docs/import-export.md says for people what each format carries.
//
// [Import] takes bytes and says of every question in them what became of it; it
// writes nothing. [Result.Files] are the banks as files, and [Write] puts files
// into a folder, all or none. [Export] is the way back. Whatever the bytes are,
// they are read in bounded time and memory, and nothing in them is run.
package exchange

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"studyhall/quizzes"
)

// A Format is a kind of file with questions.
type Format string

// The formats. QTI packages and single items have the same format; which one a
// file is shows in its bytes.
const (
	YAML      Format = "yaml"
	JSON      Format = "json"
	CSV       Format = "csv"
	GIFT      Format = "gift"
	Aiken     Format = "aiken"
	MoodleXML Format = "moodle"
	QTI12     Format = "qti12"
	QTI21     Format = "qti21"
	QTI22     Format = "qti22"
	QTI30     Format = "qti30"
	Anki      Format = "anki"
	AnkiText  Format = "ankitext"
	Quizlet   Format = "quizlet"
)

// Formats are all formats, in the order in which they are explained.
func Formats() []Format {
	return []Format{YAML, JSON, CSV, GIFT, Aiken, MoodleXML, QTI12, QTI21, QTI22, QTI30, Anki, AnkiText, Quizlet}
}

// Name is what people call a format.
func (f Format) Name() string {
	switch f {
	case Aiken:
		return "Aiken"
	case MoodleXML:
		return "Moodle XML"
	case QTI12:
		return "QTI 1.2"
	case QTI21:
		return "QTI 2.1"
	case QTI22:
		return "QTI 2.2"
	case QTI30:
		return "QTI 3.0"
	case Anki:
		return "an Anki package"
	case AnkiText:
		return "Anki text"
	case Quizlet:
		return "Quizlet text"
	}
	return strings.ToUpper(string(f))
}

// A Status is what became of one question.
type Status string

// What can become of a question.
const (
	Imported Status = "imported" // whole
	Loss     Status = "loss"     // without something, which the notes name
	Refused  Status = "refused"  // not at all; the notes say why
)

// An Outcome is what became of one question of a file.
type Outcome struct {
	Place  string   `json:"place"` // where it stands, in the file's own terms: "line 12", "card 5"
	Status Status   `json:"status"`
	ID     string   `json:"id,omitempty"`    // the id it has now; "" if it was refused
	Stem   string   `json:"stem,omitempty"`  // how it begins
	Notes  []string `json:"notes,omitempty"` // what was lost, or why it was refused

	Item *quizzes.Item `json:"-"` // as it came in, with no area where nobody names one; nil if it was refused
}

// String is what became of the question, in one line without its words.
func (o Outcome) String() string {
	switch o.Status {
	case Refused:
		return o.Place + ": left out: " + strings.Join(o.Notes, "; ")
	case Loss:
		return o.Place + ": without " + strings.Join(o.Notes, "; ")
	}
	return o.Place + ": whole"
}

// Bounds hold what is read to less than this package's own bounds, for a program
// that does other work meanwhile. What is 0 has the package's own.
type Bounds struct {
	Questions int   // of a file
	Unpacked  int64 // bytes that an archive unpacks to, all in all
	Nodes     int   // parts of an XML document
}

// Options say how to read a file, and what its questions are where it doesn't.
type Options struct {
	From          Format // "" is found out from the bytes
	Bank          string // id of the new bank; "" is made from the file's name
	Title         string // its name for people; "" likewise
	Certification string // catalogue id; "" takes the file's
	Outline       string // outline version; "" takes the file's
	Domains       []string
	Domain        string         // area of questions that name none
	Level         string         // likewise
	Difficulty    string         // likewise
	Source        quizzes.Source // of questions that name none; its Title is made from the file's name where it is ""
	Folder        fs.FS          // where the file lies, for pictures beside it; nil where that is not known
	// Term and Card separate the halves of a card and the cards of a text of
	// pairs; "" finds them out.
	Term, Card string
	Bounds     Bounds
	// Taken says where an id is in use already, "" where it isn't; nil knows of none.
	Taken func(id string) string
	// Progress is told, now and then, how many of all questions are done; nil
	// tells nobody. It is called by one goroutine.
	Progress func(done, all int)
}

// A Result is what a file held.
type Result struct {
	Format   Format    `json:"format"`
	Notes    []string  `json:"notes,omitempty"` // about the file as a whole
	Outcomes []Outcome `json:"questions"`       // in the order of the file
	Missing  []string  `json:"missing,omitempty"`
	Banks    []Bank    `json:"banks"`
}

// A Bank is a bank that came of an import: more than one where a file has more
// questions than a bank may.
type Bank struct {
	ID    string            `json:"id"`
	Items int               `json:"items"` // how many
	Draft bool              `json:"draft"` // some questions lack what a finished bank has
	Data  []byte            `json:"-"`     // as YAML
	Files map[string][]byte `json:"-"`     // pictures, by the name they have beside it
}

// Count is how many questions have a status.
func (r Result) Count(s Status) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Status == s {
			n++
		}
	}
	return n
}

// An Error says in one sentence why a file can't be read at all. It is written
// for the person whose file it is.
type Error struct{ text, cause string }

func (e *Error) Error() string { return e.text }

// Cause is the sentence without what it quotes of the file, for logs.
func (e *Error) Cause() string { return e.cause }

func refusef(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...), format} }

// Bounds on what is read.
const (
	maxText      = 32 << 20 // bytes of a text file
	maxQuestions = 100_000  // questions of one file
)

// within is a bound that somebody set, or the package's own if that is less.
func within[N int | int64](set, own N) N {
	if set > 0 {
		return min(set, own)
	}
	return own
}

// MaxFile is how many bytes a file may have; [Import] refuses a longer one.
const MaxFile = maxArchive

// Separator is a sign between cards or their sides, which may be written \t, \n
// or with its name.
func Separator(s string) string {
	switch strings.ToLower(s) {
	case "tab":
		return "\t"
	case "comma":
		return ","
	case "semicolon":
		return ";"
	case "newline":
		return "\n"
	}
	return strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(s)
}

// Import reads the questions of a file. An [*Error] says that the file as a
// whole can't be read; the only other error is the context's. What is wrong with
// one question is in its [Outcome] and keeps no other from being imported.
//
// Questions that lack what our banks have (reasons, level, source and so on) come
// into a draft: a bank that says of itself that it isn't finished.
func Import(ctx context.Context, name string, data []byte, o Options) (Result, error) {
	result := Result{Format: o.From}
	var err error
	if result.Format == "" {
		if result.Format, err = detect(name, data, o.Bounds); err != nil {
			return result, err
		}
	}
	read := importers(result.Format)
	if read == nil {
		return result, refusef("I don't know the format %q; it may be %s.", o.From, formatList())
	}
	in := &input{ctx: ctx, name: name, data: data, options: o, folder: o.Folder}
	if err := read(in); err != nil {
		return result, err
	}
	if err := ctx.Err(); err != nil {
		return result, err
	}
	if len(in.questions) == 0 {
		return result, refusef("There is no question in this file.%s", hintFor(result.Format))
	}
	result.Notes = in.notes
	err = in.settle(&result)
	return result, err
}

func hintFor(f Format) string {
	return fmt.Sprintf(" I read it as %s; if it is something else, say which format it has.", f)
}

func formatList() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// importers is what reads a format; nil where nothing does.
func importers(f Format) func(*input) error {
	switch f {
	case YAML:
		return readYAML
	case JSON:
		return readJSON
	case CSV:
		return readCSV
	case GIFT:
		return readGIFT
	case Aiken:
		return readAiken
	case MoodleXML:
		return readMoodle
	case QTI12, QTI21, QTI22, QTI30:
		return readQTI
	case Anki:
		return readAnki
	case AnkiText:
		return readAnkiText
	case Quizlet:
		return readQuizlet
	}
	return nil
}

// An input is a file on its way in.
type input struct {
	ctx       context.Context
	name      string
	data      []byte
	options   Options
	folder    fs.FS
	notes     []string
	pictures  int // that were looked at
	questions []*question
	// What the file itself says of its bank; options go first.
	bank, title, certification, outline string
}

// add takes a question up.
func (in *input) add(q *question) error {
	if most := within(in.options.Bounds.Questions, maxQuestions); len(in.questions) >= most {
		return refusef("The file has more than %d questions; split it.", most)
	}
	in.questions = append(in.questions, q)
	if len(in.questions)%1000 == 0 {
		return in.ctx.Err()
	}
	return nil
}

func (in *input) note(format string, args ...any) {
	in.notes = append(in.notes, fmt.Sprintf(format, args...))
}

// text is the file as text.
func (in *input) text() (string, error) {
	if len(in.data) > maxText {
		return "", refusef("The file has %d bytes; at most %d of text are read. Split it.", len(in.data), maxText)
	}
	text, note, err := decodeText(in.data)
	if err != nil {
		return "", err
	}
	if note != "" {
		in.note("%s", note)
	}
	return text, nil
}
