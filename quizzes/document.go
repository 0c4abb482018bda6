package quizzes

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is one bank file on its way through the checks. Its YAML nodes are
// kept to the end, so that every problem can name its place.
type document struct {
	bank     Bank
	root     *yaml.Node // nil when the file could not be read as YAML
	problems []Problem
	places   map[string]bool // paths that have a fault, so that one mistake is told once
	folder   fs.FS           // where the file lies, for its pictures; nil where that is not known
	more     int             // problems beyond maxProblems, counted only
}

func newDocument(name string) *document {
	return &document{bank: Bank{File: name}, places: map[string]bool{}}
}

// fault records a problem of the value at path.
func (d *document) fault(path []string, what, fix string) {
	d.places[strings.Join(path, "/")] = true
	d.add(d.locate(path), path, what, fix, false)
}

// warn records a problem that does not keep the bank from being used.
func (d *document) warn(path []string, what, fix string) {
	d.add(d.locate(path), path, what, fix, true)
}

// faulty reports whether exactly this value has a fault already.
func (d *document) faulty(path []string) bool { return d.places[strings.Join(path, "/")] }

func (d *document) add(n *yaml.Node, path []string, what, fix string, warning bool) {
	p := Problem{File: d.bank.File, Path: pathString(path), What: what, Fix: fix, Warning: warning}
	if n != nil {
		p.Line, p.Col = n.Line, n.Column
	}
	d.addProblem(p)
}

func (d *document) addProblem(p Problem) {
	if len(d.problems) >= maxProblems {
		d.more++
		// The first problems are shown; a fault must not hide behind warnings.
		if !p.Warning && !Faulty(d.problems) {
			d.problems[maxProblems-1] = p
		}
		return
	}
	d.problems = append(d.problems, p)
}

// finish returns the problems in file order, the last of them a count where
// there were too many to tell.
func (d *document) finish() []Problem {
	inOrder(d.problems)
	if d.more > 0 {
		d.problems = append(d.problems, Problem{
			File: d.bank.File, Warning: true,
			What: fmt.Sprintf("%d more problems are not shown", d.more),
			Fix:  "mend the ones above first",
		})
		d.more = 0
	}
	return d.problems
}

// locate finds the node at path; where the path leaves the file (a missing
// key), the deepest node on the way.
func (d *document) locate(path []string) *yaml.Node {
	n := d.root
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// child returns the value under a key or index, or nil.
func child(n *yaml.Node, step string) *yaml.Node {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		if _, v := entry(n, step); v != nil {
			return v
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// entry returns the first key of a mapping that is spelled so, and its value.
func entry(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// to builds a path of keys and indexes.
func to(steps ...any) []string {
	p := make([]string, len(steps))
	for i, s := range steps {
		p[i] = fmt.Sprint(s)
	}
	return p
}

// with returns path extended by steps, never sharing memory with it.
func with(base []string, steps ...any) []string {
	return append(slices.Clone(base), to(steps...)...)
}

// pathString spells a path as items[3].options[1].text.
func pathString(p []string) string {
	var b strings.Builder
	for _, step := range p {
		if _, err := strconv.Atoi(step); err == nil {
			b.WriteString("[" + step + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

// decode fills the bank from the nodes. Scalars keep their spelling; what has
// the wrong kind is left empty, which the checks report.
func (d *document) decode() {
	nodes := sequence(d.root, "items")
	items := make([]Item, len(nodes))
	for i, n := range nodes {
		items[i] = decodeItem(n)
	}
	d.bank = decodeBank(d.bank.File, d.root, items)
}

func decodeBank(file string, root *yaml.Node, items []Item) Bank {
	return Bank{
		ID:            scalar(root, "bank"),
		Title:         scalar(root, "title"),
		Certification: scalar(root, "certification"),
		Outline:       scalar(root, "outline"),
		Draft:         child(root, "draft") != nil,
		Items:         items,
		File:          file,
	}
}

func decodeItem(n *yaml.Node) Item {
	i := Item{
		ID:          scalar(n, "id"),
		Type:        scalar(n, "type"),
		Domain:      scalar(n, "domain"),
		Level:       scalar(n, "level"),
		Difficulty:  scalar(n, "difficulty"),
		Stem:        scalar(n, "stem"),
		Explanation: scalar(n, "explanation"),
		Line:        n.Line,
	}
	if i.Type == "" {
		i.Type = Single
	}
	if a := scalar(n, "answer"); a != "" {
		i.Answer = []string{a}
	} else if child(n, "answer") != nil {
		i.Answer = texts(n, "answer")
	}
	i.Accept, i.Reject = texts(n, "accept"), texts(n, "reject")
	i.Computed = scalar(n, "computed") == "true"
	i.Tolerance, i.Unit = scalar(n, "tolerance"), scalar(n, "unit")
	options := sequence(n, "options")
	i.Options = make([]Option, len(options))
	for k, o := range options {
		i.Options[k] = Option{ID: scalar(o, "id"), Text: scalar(o, "text"), Why: scalar(o, "why")}
	}
	if s := child(n, "image"); s != nil {
		i.Image = &Image{File: scalar(s, "file"), Alt: scalar(s, "alt")}
	}
	if s := child(n, "source"); s != nil {
		i.Source = Source{Title: scalar(s, "title"), URL: scalar(s, "url"), Checked: scalar(s, "checked")}
	}
	i.Family = decodeFamily(n, i)
	return i
}

// scalar returns the text under a key exactly as written, without quotes; ""
// where there is none. YAML's opinion of its type (null, number, date) is not
// asked: only the nodes still have the spelling.
func scalar(n *yaml.Node, key string) string {
	if v := child(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// texts returns the scalars of the list under a key, nil where there is none.
func texts(n *yaml.Node, key string) (all []string) {
	for _, v := range sequence(n, key) {
		if v.Kind == yaml.ScalarNode {
			all = append(all, v.Value)
		}
	}
	return all
}

func sequence(n *yaml.Node, key string) []*yaml.Node {
	if v := child(n, key); v != nil && v.Kind == yaml.SequenceNode {
		return v.Content
	}
	return nil
}

// value turns nodes into what the JSON Schema library checks: maps, lists and,
// for every scalar, its text.
func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			if _, twice := m[n.Content[i].Value]; !twice {
				m[n.Content[i].Value] = value(n.Content[i+1])
			}
		}
		return m
	case yaml.SequenceNode:
		l := make([]any, len(n.Content))
		for i, c := range n.Content {
			l[i] = value(c)
		}
		return l
	}
	return n.Value
}
