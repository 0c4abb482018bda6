package quizzes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Bounds of one bank. Whoever writes one keeps to them.
const (
	MostBytes = 1 << 20 // of its file
	MostItems = 2000
)

// More bounds on one file, so that a hostile or broken one costs little.
const (
	maxDepth    = 8       // a text in an option lies 5 deep
	maxNodes    = 150_000 // 2000 items of 5 options have 142,000 keys and values
	maxProblems = 200
)

// read turns a file into nodes. It returns nil and has recorded why when the
// file is no YAML that could be a bank.
func (d *document) read(data []byte) {
	if len(data) > MostBytes {
		d.addProblem(Problem{
			File: d.bank.File, What: fmt.Sprintf("the file has %d bytes; at most %d (1 MiB) are read", len(data), MostBytes),
			Fix: "split it into several banks",
		})
		return
	}
	if root, ok := new(quick).read(data); ok {
		d.root = root // and it has nothing that the walker would refuse
		return
	}
	d.readSlowly(data)
}

// readSlowly has the YAML library read a file.
func (d *document) readSlowly(data []byte) {
	if !d.readable(data) {
		return
	}
	root, err := firstDocument(data)
	if err != nil {
		d.syntax(data, err)
		return
	}
	if root == nil {
		d.addProblem(Problem{
			File: d.bank.File, What: "the file is empty",
			Fix: "begin with bank:, title:, certification:, outline: and items:; docs/question-banks.md has an example",
		})
		return
	}
	w := walker{d: d}
	w.walk(root)
	if !w.stop {
		d.root = root
	}
}

// readable checks the characters of the file before YAML does, because it can
// name the place and the cause.
func (d *document) readable(data []byte) bool {
	at := func(line, col int, what, fix string) {
		d.addProblem(Problem{File: d.bank.File, Line: line, Col: col, What: what, Fix: fix})
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		at(1, 1, "the file begins with an invisible byte order mark", "save it as UTF-8 without BOM")
		return false
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		at(1, 1, "the file is saved as UTF-16", "save it as UTF-8 without BOM")
		return false
	}
	line, col, indent := 1, 1, true
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			at(line, col, fmt.Sprintf("the byte 0x%02X is not UTF-8 text", data[i]), "save the file as UTF-8 (not Latin-1 or Windows-1252)")
		case r == '\t' && indent:
			at(line, col, "a tab stands in the indentation, which YAML does not allow", "use spaces; most editors can convert the whole file")
			indent = false // once per line is enough
		case r == '\t' || r == '\n' || r == '\r' && i+1 < len(data) && data[i+1] == '\n':
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029':
			at(line, col, fmt.Sprintf("the invisible control character U+%04X stands here", r), "delete it, or type the text again")
		}
		if r == '\n' {
			line, col, indent = line+1, 1, true
		} else {
			col++
			indent = indent && r == ' '
		}
		i += size
	}
	return len(d.problems) == 0
}

var (
	errSecond = errors.New("second document")
	// errReader stands for a panic of the YAML library, which has some for
	// states it believes impossible. A file must not bring the program down.
	errReader = errors.New("the YAML reader gave up")
)

// firstDocument decodes the only document of a file; nil without error where
// there is none.
func firstDocument(data []byte) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			root, err = nil, errReader
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		return nil, errSecond
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	root = doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Value == "" {
		return nil, nil
	}
	return root, nil
}

// syntax reports a file that is no YAML. The library's line is often that of
// the enclosing block and may be far above the fault. Scanning is strictly
// forward, though, so the shortest beginning of the file that fails in the same
// way ends at the fault, or where the reader first could notice it.
func (d *document) syntax(data []byte, err error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	if n := len(lines); n > 1 && len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	want := syntaxMessage(err)
	ends := make([]int, len(lines))
	for i, end := 0, 0; i < len(lines); i++ {
		end += len(lines[i])
		ends[i] = end
	}
	n := sort.Search(len(lines)-1, func(i int) bool {
		_, err := firstDocument(data[:ends[i]])
		return err != nil && syntaxMessage(err) == want
	})
	what, fix := syntaxWords(want)
	if open := openQuote(lines[:n]); open > 0 && strings.Contains(want, "expected key") {
		fix = fmt.Sprintf(`a "quote" that is not closed on line %d may be the cause; %s`, open, fix)
	}
	d.addProblem(Problem{
		File: d.bank.File, Line: n + 1, Col: 1 + len(lines[n]) - len(bytes.TrimLeft(lines[n], " ")),
		What: what, Fix: fix + " (the fault is on this line or just above it)",
	})
}

// openQuote returns the number of the last line with an odd count of double
// quotes, 0 if there is none. A forgotten closing quote swallows lines up to
// the next quote, and the reader stumbles only there.
func openQuote(lines [][]byte) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if (bytes.Count(lines[i], []byte(`"`))-bytes.Count(lines[i], []byte(`\"`)))%2 != 0 {
			return i + 1
		}
	}
	return 0
}

// syntaxMessage returns the library's message without its unreliable line.
func syntaxMessage(err error) string {
	return libraryPlace.ReplaceAllString(err.Error(), "")
}

var libraryPlace = regexp.MustCompile(`^(yaml: )?(line \d+: )?`)

// syntaxWords says in plain words what the YAML library means.
func syntaxWords(message string) (what, fix string) {
	for _, w := range []struct{ has, what, fix string }{
		{errSecond.Error(), "a second document begins in this file (a line ---)", "keep one bank a file and delete the line"},
		{"mapping values are not allowed", "a colon followed by a space stands in text without quotes, or a line is indented too far", `put the text in "double quotes"`},
		{"did not find expected key", "this line does not fit the ones above: it is indented differently, or text goes on after a closing quote", `line keys up with spaces; inside "double quotes" write a quote as \"`},
		{"did not find expected '-'", "this line does not fit the list above", "begin each entry with - and line the entries up"},
		{"block sequence entries are not allowed", "a list entry (-) stands where none can", "put the list on its own lines below its key, indented"},
		{"could not find expected ':'", "a key without a colon, or a text that runs over several lines without quotes", "write key: value, and put long text after >-"},
		{"found unexpected end of stream", "a quote or bracket that is opened here is never closed", "close it"},
		{"cannot start any token", "text without quotes cannot begin with this character", `put the text in "double quotes"`},
		{"unknown escape character", `a backslash in "double quotes" is followed by a character that makes no sense there`, `write \\ for a backslash, or use 'single quotes'`},
		{"expected alphabetic or numeric", "text without quotes cannot begin with & or *", `put the text in "double quotes"`},
		{"unknown anchor", "text without quotes cannot begin with *", `put the text in "double quotes"`},
		{"expected ',' or", "a bracket [ or { is opened and not closed, or text without quotes begins with one", `put the text in "double quotes"`},
		{"expected node content", "a bracket [ or { is not closed, or a text is missing", `put text that has brackets or commas in "double quotes"`},
		{"expected <document start>", "this line stands to the left of all the others, or after the end of the file's list", "line it up with the keys it belongs to"},
		{"cannot decode", "a !! tag stands before a value that does not fit it", `delete the tag and put the text in "double quotes"`},
	} {
		if strings.Contains(message, w.has) {
			return w.what, w.fix
		}
	}
	return "this is not valid YAML (" + message + ")", `check the indentation, and put text with special characters in "double quotes"`
}

// A walker refuses what is valid YAML and has no place in a bank.
type walker struct {
	d     *document
	at    []string // path of the node being looked at
	nodes int
	stop  bool // the nodes must not be used further
}

func (w *walker) walk(n *yaml.Node) {
	if w.nodes++; w.nodes > maxNodes {
		w.at = nil
		w.fatal(n, "the file has too many entries", "split it into several banks")
		return
	}
	if len(w.at) >= maxDepth {
		w.fatal(n, "lists or keys are nested too deeply", "a bank has items, an item has options, an option has text: nothing lies deeper")
		return
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		w.fatal(n, "anchors (&name) and aliases (*name) are not allowed", `write the value out; text that begins with & or * goes in "double quotes"`)
		return
	}
	if n.Style&yaml.TaggedStyle != 0 {
		w.d.add(n, w.at, "tags ("+quote(n.Tag)+") are not allowed", `delete it; text that begins with ! goes in "double quotes"`, false)
	}
	switch n.Kind {
	case yaml.MappingNode:
		w.mapping(n)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			w.enter(strconv.Itoa(i), c)
		}
	}
}

// enter walks a child under its key or index.
func (w *walker) enter(step string, n *yaml.Node) {
	if w.stop {
		return
	}
	w.at = append(w.at, step)
	w.walk(n)
	if !w.stop {
		w.at = w.at[:len(w.at)-1]
	}
}

func (w *walker) mapping(n *yaml.Node) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content) && !w.stop; i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			w.fatal(key, "a key must be a plain word", `put text that begins with [ or { in "double quotes"`)
			return
		}
		if line, twice := first[key.Value]; twice {
			w.d.add(key, with(w.at, key.Value), fmt.Sprintf("the key %s was already given on line %d", quote(key.Value), line), "keep one of the two", false)
		} else {
			first[key.Value] = key.Line
		}
		w.enter(key.Value, n.Content[i+1])
	}
}

func (w *walker) fatal(n *yaml.Node, what, fix string) {
	w.stop = true
	w.d.add(n, w.at, what, fix, false)
}
