package quality

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"studyhall/quizzes"
)

// RecordFile is the file beside banks that says who found what in their questions.
// Each question of a folder that has one must be in it.
const RecordFile = "quality.tsv"

// What came of somebody's solving a question who saw neither its key nor its
// reasons.
const (
	Agreed   = "agreed"   // they found the key
	Repaired = "repaired" // they didn't, or found a flaw; it was changed, and then somebody else found the key
)

// A Record says that a question was solved, and what was found.
type Record struct {
	Item    string
	Version string // which was solved, see [VersionOf]
	On      string // day, YYYY-MM-DD
	Verdict string // [Agreed] or [Repaired]
	Note    string // what was changed; "allow RULE: reason" lets a rule's finding stand
	Line    int
}

// VersionOf names what a solver saw of a question. Another is needed after every
// change to its words, options or key; a new day of checking its source is none.
// Of a computed question it names the family, of which the solver saw the first draw.
func VersionOf(i quizzes.Item) string {
	if i.Family != nil && i.Draw != nil {
		return i.Draw.Family
	}
	i.Source.Checked = ""
	version, _ := i.Version()
	return version
}

// recordHead is a record file's first line.
const recordHead = "item\tversion\tsolved\tverdict\tnote"

// ParseRecords reads a record file; what is wrong with it comes as problems.
func ParseRecords(name string, data []byte) (all []Record, problems []quizzes.Problem) {
	fault := func(line int, what, fix string) {
		problems = append(problems, quizzes.Problem{File: name, Line: line, Col: 1, What: what, Fix: fix})
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"), "\n")
	if lines[0] != recordHead {
		fault(1, "the first line is not the head of a record", "write item, version, solved, verdict and note, with tabs between")
		return nil, problems
	}
	seen := map[string]int{}
	for n, line := range lines[1:] {
		n += 2
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			fault(n, fmt.Sprintf("has %d fields", len(f)), "write item, version, solved, verdict and note, with tabs between")
			continue
		}
		r := Record{Item: f[0], Version: f[1], On: f[2], Verdict: f[3], Note: f[4], Line: n}
		if _, err := time.Parse(time.DateOnly, r.On); err != nil {
			fault(n, fmt.Sprintf("%q is no day", r.On), "write it like 2026-11-23")
			continue
		}
		if r.Verdict != Agreed && r.Verdict != Repaired {
			fault(n, fmt.Sprintf("%q is no verdict", r.Verdict), "write agreed or repaired")
			continue
		}
		if before, twice := seen[r.Item]; twice {
			fault(n, fmt.Sprintf("%s stands in line %d already", r.Item, before), "keep the later solving")
			continue
		}
		seen[r.Item] = n
		all = append(all, r)
	}
	return all, problems
}

// FormatRecords writes a record file, in the order of the items' names.
func FormatRecords(all []Record) []byte {
	var b strings.Builder
	b.WriteString(recordHead + "\n")
	all = slices.SortedFunc(slices.Values(all), func(a, b Record) int { return strings.Compare(a.Item, b.Item) })
	plain := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	for _, r := range all {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", r.Item, r.Version, r.On, r.Verdict, plain.Replace(r.Note))
	}
	return []byte(b.String())
}

// allowed finds the rules that a note lets stand, each with a reason.
var allowed = regexp.MustCompile(`allow ([a-z-]+): [^;]{3,}`)

// A Folder is banks that lie together, with the record beside them.
type Folder struct {
	Name    string
	Banks   []quizzes.Bank
	Kept    bool // it has a record
	Own     bool // it comes with the program, so it has to have one
	Records []Record
}

// Folders sorts banks by the folders in which they lie, and reads the records
// there. Open is the file system of a folder, by its name; nil has no record.
func Folders(banks []quizzes.Bank, open func(folder string) fs.FS) (all []Folder, problems []quizzes.Problem) {
	place := map[string]int{}
	for _, b := range banks {
		name := path.Dir(strings.ReplaceAll(b.File, `\`, "/"))
		n, known := place[name]
		if !known {
			n = len(all)
			place[name] = n
			f := Folder{Name: name}
			if fsys := open(name); fsys != nil {
				if data, err := fs.ReadFile(fsys, RecordFile); err == nil {
					var more []quizzes.Problem
					f.Kept = true
					f.Records, more = ParseRecords(path.Join(name, RecordFile), data)
					problems = append(problems, more...)
				}
			}
			all = append(all, f)
		}
		all[n].Banks = append(all[n].Banks, b)
	}
	return all, problems
}

// Judge holds folders to the rules and to their records: what a rule finds is a
// warning, unless the record allows it; a question that nobody has solved as it is
// now is a fault, and so is a folder of the program's own without a record.
func Judge(folders []Folder, today time.Time) (problems []quizzes.Problem) {
	var banks []quizzes.Bank
	records := map[string]Record{}
	for _, f := range folders {
		banks = append(banks, f.Banks...)
		for _, r := range f.Records {
			records[r.Item] = r
		}
	}
	for _, f := range Review(banks, today) {
		if !records[f.Item].allows(f.Rule) {
			problems = append(problems, f.Problem())
		}
	}
	for _, f := range folders {
		switch {
		case f.Kept:
			problems = append(problems, f.unsolved()...)
		case f.Own && slices.ContainsFunc(f.Banks, func(b quizzes.Bank) bool { return !b.Draft }):
			problems = append(problems, quizzes.Problem{File: path.Join(f.Name, RecordFile), What: "there is no record of who solved these questions",
				Fix: "bring it back, or have somebody solve them, see docs/question-quality.md"})
		}
	}
	return problems
}

// allows reports whether a note gives a reason to let a rule's finding stand.
func (r Record) allows(rule string) bool {
	for _, m := range allowed.FindAllStringSubmatch(r.Note, -1) {
		if m[1] == rule {
			return true
		}
	}
	return false
}

func (f Folder) unsolved() (problems []quizzes.Problem) {
	records := map[string]Record{}
	for _, r := range f.Records {
		records[r.Item] = r
	}
	for _, b := range f.Banks {
		for _, i := range b.Items {
			r, known := records[i.ID]
			delete(records, i.ID)
			what := ""
			switch {
			case !known:
				what = "nobody has solved it without its answer"
			case r.Version != VersionOf(i):
				what = "it was changed after it was solved on " + r.On
			default:
				continue
			}
			problems = append(problems, quizzes.Problem{File: b.File, Line: i.Line, Col: 1, Path: i.ID, What: what,
				Fix: "have somebody solve it, see docs/question-quality.md"})
		}
	}
	for _, r := range f.Records {
		if _, left := records[r.Item]; left {
			problems = append(problems, quizzes.Problem{File: path.Join(f.Name, RecordFile), Line: r.Line, Col: 1,
				What: fmt.Sprintf("there is no question %s", r.Item), Fix: "remove the line", Warning: true})
		}
	}
	return problems
}
