package cert

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// operatorKey names the source of facts that the operator's file gives without one.
const operatorKey = "operator"

// Bounds on the operator's file, so that a broken one costs little.
const (
	maxFile     = 1 << 20 // bytes
	maxDepth    = 12
	maxProblems = 20
)

// Problem is something wrong with the operator's file.
type Problem struct {
	File string
	Line int // from 1
	What string
}

// String is the place and what is wrong there.
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What) }

// OverrideError is everything that keeps the operator's file from being used.
type OverrideError struct{ Problems []Problem }

// Error is a line for each problem.
func (e *OverrideError) Error() string {
	var lines []string
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// readOverride reads an ordinary file, up to one byte more than it may have.
func readOverride(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not an ordinary file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// Override is the embedded catalogue with the changes of an operator's file, whose
// name is for errors. Keys that the file has replace those of the catalogue;
// certifications and outlines are found by their identifiers, and new ones are
// added. A fact with a value replaces the one there was with its evidence; one
// without changes only what is said of it, such as the day on which it was checked.
func Override(name string, data []byte) (Catalogue, error) {
	root, err := readEmbedded()
	if err != nil {
		return Catalogue{}, fmt.Errorf("certification catalogue: %w", err)
	}
	o := override{file: name, root: root, own: map[*yaml.Node]bool{}}
	if o.merge(data); len(o.problems) == 0 {
		o.checkSchema()
	}
	var c Catalogue
	if len(o.problems) == 0 {
		var faults []fault
		c, faults = decode(root)
		for _, f := range faults {
			o.problem(o.line(f.path), f.Error())
		}
	}
	if len(o.problems) > 0 {
		return Catalogue{}, &OverrideError{Problems: o.sorted()}
	}
	return c, nil
}

// override is an operator's file on its way into the catalogue.
type override struct {
	file     string
	root     *yaml.Node          // of the catalogue, changed
	top      *yaml.Node          // of the operator's file
	own      map[*yaml.Node]bool // nodes that are the operator's
	problems []Problem
}

func (o *override) problem(line int, what string) {
	p := Problem{o.file, max(line, 1), what}
	if len(o.problems) < maxProblems && !slices.Contains(o.problems, p) {
		o.problems = append(o.problems, p)
	}
}

func (o *override) sorted() []Problem {
	slices.SortStableFunc(o.problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, cmp.Compare(a.What, b.What)) })
	return o.problems
}

func (o *override) merge(data []byte) {
	if len(data) > maxFile {
		o.problem(1, fmt.Sprintf("the file is larger than %d bytes", maxFile))
		return
	}
	top, err := parse(data)
	if err != nil {
		o.problem(syntaxLine(data, err), cause(err))
		return
	}
	if o.top = top; top.Kind != yaml.MappingNode {
		o.problem(top.Line, "begin with certifications:; docs/certifications.md has an example")
		return
	}
	o.claim(top, 0)
	for i := 0; i+1 < len(top.Content); i += 2 {
		if key := top.Content[i]; key.Value != "certifications" && key.Value != "sources" {
			o.problem(key.Line, fmt.Sprintf("unknown key %q; the keys here are certifications and sources", key.Value))
		}
	}
	if s := child(child(top, "sources"), operatorKey); s != nil {
		o.problem(s.Line, "the source operator stands for this file; choose another key")
	}
	if len(o.problems) == 0 {
		o.into(o.root, top)
	}
}

// claim notes which nodes are the operator's, and refuses what has no place in the
// file though it is YAML.
func (o *override) claim(n *yaml.Node, depth int) {
	o.own[n] = true
	switch {
	case depth > maxDepth:
		o.problem(n.Line, "lists or keys are nested too deeply")
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		o.problem(n.Line, `anchors (&name) and aliases (*name) are not allowed; text that begins so goes in "double quotes"`)
		return
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if line, twice := seen[key.Value]; twice {
				o.problem(key.Line, fmt.Sprintf("the key %q was already given on line %d", key.Value, line))
			}
			seen[key.Value] = key.Line
		}
	}
	for _, c := range n.Content {
		o.claim(c, depth+1)
	}
}

// into changes a node of the catalogue as the operator's node says. What doesn't
// fit is taken over too: the check of the whole tells, with its line.
func (o *override) into(base, own *yaml.Node) {
	for i := 0; i+1 < len(own.Content); i += 2 {
		key, value := own.Content[i], own.Content[i+1]
		at := keyAt(base, key.Value)
		if at < 0 {
			o.signBelow(value)
			base.Content = append(base.Content, key, value)
			continue
		}
		switch before := base.Content[at+1]; {
		case before.Kind != value.Kind || value.Kind == yaml.ScalarNode || isFact(value):
			o.signBelow(value)
			base.Content[at+1] = value
		case value.Kind == yaml.MappingNode:
			o.into(before, value)
		case key.Value == "certifications" || key.Value == "outlines":
			o.items(before, value)
		default:
			o.signBelow(value)
			base.Content[at+1] = value
		}
	}
}

// keyAt is where a mapping has a key, or -1.
func keyAt(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// items changes those of a list that have the same identifier, and adds the others.
func (o *override) items(base, own *yaml.Node) {
	for _, item := range own.Content {
		id := child(item, "id")
		i := slices.IndexFunc(base.Content, func(n *yaml.Node) bool {
			have := child(n, "id")
			return id != nil && have != nil && have.Value == id.Value
		})
		if i < 0 || item.Kind != yaml.MappingNode {
			o.signBelow(item)
			base.Content = append(base.Content, item)
			continue
		}
		o.into(base.Content[i], item)
	}
}

// isFact reports whether a node gives a fact its value.
func isFact(n *yaml.Node) bool { return n.Kind == yaml.MappingNode && child(n, "value") != nil }

// sign names the operator as the source of a fact that names none and doesn't say
// how sure it is.
func (o *override) sign(n *yaml.Node) {
	if child(n, "by") != nil || child(n, "confidence") != nil {
		return
	}
	scalar := func(s string) *yaml.Node {
		c := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Line: n.Line, Column: n.Column}
		o.own[c] = true
		return c
	}
	by := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line, Content: []*yaml.Node{scalar(operatorKey)}}
	o.own[by] = true
	n.Content = append(n.Content, scalar("by"), by)
}

// signBelow signs every fact in what is taken over as a whole.
func (o *override) signBelow(n *yaml.Node) {
	if isFact(n) {
		o.sign(n)
		return
	}
	for _, c := range n.Content {
		o.signBelow(c)
	}
}

// line is where in the operator's file the cause of a fault is: at the last of its
// nodes on the way to the place, else at the first that lies nearest to it.
func (o *override) line(path []string) int {
	line, n := 0, o.root
	way := []*yaml.Node{n}
	for _, s := range path {
		if n = child(n, s); n == nil {
			break
		}
		if way = append(way, n); o.own[n] {
			line = n.Line
		}
	}
	for i := len(way) - 1; i >= 0 && line == 0; i-- {
		line = o.below(way[i])
	}
	return line
}

func (o *override) below(n *yaml.Node) int {
	if o.own[n] && n.Line > 0 {
		return n.Line
	}
	for _, c := range n.Content {
		if line := o.below(c); line > 0 {
			return line
		}
	}
	return 0
}

var (
	errEmpty  = errors.New("the file is empty")
	errSecond = errors.New("a second document begins; keep one a file")
)

// parse decodes the only document of a file.
func parse(data []byte) (root *yaml.Node, err error) {
	// The library has panics for states it believes impossible; a file must not
	// bring the program down.
	defer func() {
		if recover() != nil {
			root, err = nil, errors.New("this is not valid YAML")
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errEmpty
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, errSecond
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, errEmpty
	}
	return doc.Content[0], nil
}

// syntaxLine is the line of a fault in what is no YAML. The library often names that
// of the enclosing block, far above. It reads strictly forward, though, so the
// shortest beginning that fails in the same way ends at the fault, or where the
// reader first could notice it.
func syntaxLine(data []byte, err error) int {
	lines := bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	want := cause(err)
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, err := parse(bytes.Join(lines[:i+1], nil))
		return err != nil && cause(err) == want
	})
}

// cause is an error without the library's name and its unreliable line.
func cause(err error) string { return libraryPlace.ReplaceAllString(err.Error(), "") }

var libraryPlace = regexp.MustCompile(`^(yaml: )?(line \d+: )?`)

// child is the value under a key or at a place of a list, or nil.
func child(n *yaml.Node, step string) *yaml.Node {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		if i := keyAt(n, step); i >= 0 {
			return n.Content[i+1]
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
