package quizzes

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A quick reader reads banks as they are usually written: block mappings and
// lists, text plain or in quotes on one line, text folded after >-, and {…} and
// […] on one line. It takes a small part of the time and memory of the YAML
// library; texts are parts of the file. Of everything else (comments at the end of
// lines, escapes but \" and \\, anchors, tags, keys given twice, faults) it says
// that it can't read the file, and the library does. FuzzQuick holds it to the
// library.
type quick struct {
	text  string // what is left, from the beginning of a line or behind what was read of it
	line  int    // of its first line, from 1
	col   int    // where the next node begins, from 1, in characters
	depth int
	nodes []*yaml.Node // made so far
	used  int          // of them
	item  func(*yaml.Node)
}

// stream reads a whole bank, without its families settled and its pictures; false
// if only the library can tell what is in the file. The nodes of one question are
// used again for the next.
func (q *quick) stream(name string, data []byte) (Bank, bool) {
	var items []Item
	q.item = func(n *yaml.Node) { items = append(items, decodeItem(n)) }
	root, ok := q.read(data)
	if !ok {
		return Bank{}, false
	}
	return decodeBank(name, root, items), true
}

// read reads a file. The list of its items is empty if q.item takes them.
func (q *quick) read(data []byte) (root *yaml.Node, ok bool) {
	if len(data) == 0 || len(data) > MostBytes || data[len(data)-1] != '\n' {
		return nil, false
	}
	q.text, q.line, q.depth, q.used = string(data), 1, 0, 0
	for _, r := range q.text {
		switch {
		case r == '\n', r >= ' ' && r < 0x7f, r >= 0xa0 && r < '\u2028', r > '\u2029' && r < 0xd800, r >= 0x10000:
		default: // rare, or not allowed
			return nil, false
		}
	}
	root, ok = q.mapping(0, false)
	return root, ok && q.text == "" && q.used <= maxNodes
}

// node is a node for what begins here.
func (q *quick) node(kind yaml.Kind, value string) *yaml.Node {
	if q.used == len(q.nodes) {
		slab := make([]yaml.Node, min(max(16, q.used), 512))
		for i := range slab {
			q.nodes = append(q.nodes, &slab[i])
		}
	}
	n := q.nodes[q.used]
	q.used++
	n.Kind, n.Value, n.Line, n.Column, n.Content = kind, value, q.line, q.col, n.Content[:0]
	return n
}

// deeper goes into a list or mapping; false where a bank has none any more.
func (q *quick) deeper() bool {
	q.depth++
	return q.depth < maxDepth
}

// next goes to the next line that is neither empty nor a comment, and returns how
// far it is indented; -1 at the end, and -2 for what is not understood.
func (q *quick) next() int {
	for q.text != "" {
		indent := len(q.text) - len(strings.TrimLeft(q.text, " "))
		switch rest := q.text[indent:]; {
		case rest[0] == '#', rest[0] == '\n' && indent == 0:
			q.take()
		case rest[0] == '\n':
			return -2
		default:
			return indent
		}
	}
	return -1
}

// take takes a line, without its end.
func (q *quick) take() string {
	line, rest, _ := strings.Cut(q.text, "\n")
	q.text, q.line = rest, q.line+1
	return line
}

// mapping reads keys at an indentation. If begun, the first of them stands behind
// the dash of a list, and the text begins with it.
func (q *quick) mapping(indent int, begun bool) (*yaml.Node, bool) {
	if q.col = indent + 1; !begun && q.depth == 0 && q.next() != indent {
		return nil, false
	}
	n := q.node(yaml.MappingNode, "")
	if !q.deeper() {
		return nil, false
	}
	defer func() { q.depth-- }()
	for {
		if !begun {
			switch at := q.next(); {
			case at == indent:
				q.text = q.text[indent:]
			case at == -2 || at > indent:
				return nil, false
			default:
				return n, len(n.Content) > 0
			}
		}
		begun = false
		key, rest, ok := cutKey(q.text)
		if !ok || twice(n, key) {
			return nil, false
		}
		q.col = indent + 1
		n.Content = append(n.Content, q.node(yaml.ScalarNode, key))
		q.text, q.col = rest, q.col+len(key)+1
		value, ok := q.value(indent, q.depth == 1 && key == "items" && q.item != nil)
		if !ok {
			return nil, false
		}
		n.Content = append(n.Content, value)
	}
}

// cutKey takes a word of small letters and its colon.
func cutKey(text string) (key, rest string, ok bool) {
	n := 0
	for n < len(text) && (text[n] >= 'a' && text[n] <= 'z' || text[n] == '_') {
		n++
	}
	if n == 0 || n+1 >= len(text) || text[n] != ':' || text[n+1] != ' ' && text[n+1] != '\n' {
		return "", "", false
	}
	return text[:n], text[n+1:], true
}

func twice(n *yaml.Node, key string) bool {
	first, _ := entry(n, key)
	return first != nil
}

// value reads what belongs to a key at an indentation, from behind its colon.
func (q *quick) value(indent int, items bool) (*yaml.Node, bool) {
	line, rest, _ := strings.Cut(q.text, "\n")
	q.col += len(line) - len(strings.TrimLeft(line, " "))
	switch line = strings.Trim(line, " "); {
	case line == "":
		q.text, q.line = rest, q.line+1
		switch at := q.next(); {
		case at < indent:
			return nil, false
		case strings.HasPrefix(q.text[at:], "- "):
			return q.list(at, items)
		case at > indent && !items:
			return q.mapping(at, false)
		}
		return nil, false
	case items:
		return nil, false
	case line == ">-":
		q.text, q.line = rest, q.line+1
		return q.folded(indent)
	}
	return q.inline(line, rest, indent)
}

// inline reads a value that is the rest of a line.
func (q *quick) inline(line, rest string, indent int) (*yaml.Node, bool) {
	f := flow{q: q, text: line, whole: line, col: q.col}
	n, ok := f.value(false)
	if !ok || f.text != "" {
		return nil, false
	}
	q.text, q.line = rest, q.line+1
	// What is indented further would be more of the same text.
	at := q.next()
	return n, at >= -1 && at <= indent
}

// list reads entries at an indentation. Each of the bank's items goes to q.item,
// and its nodes are used again.
func (q *quick) list(indent int, items bool) (*yaml.Node, bool) {
	q.col = indent + 1
	n := q.node(yaml.SequenceNode, "")
	if !q.deeper() {
		return nil, false
	}
	defer func() { q.depth-- }()
	for {
		at := q.next()
		if at != indent || !strings.HasPrefix(q.text[at:], "- ") {
			return n, at != -2 && at <= indent
		}
		q.text = q.text[at+1:]
		inner := len(q.text) - len(strings.TrimLeft(q.text, " "))
		q.text = q.text[inner:]
		before := q.used
		var entry *yaml.Node
		ok := false
		if _, _, mapped := cutKey(q.text); mapped {
			entry, ok = q.mapping(indent+1+inner, true)
		} else if !items {
			line, rest, _ := strings.Cut(q.text, "\n")
			q.col = indent + 1 + inner + 1
			entry, ok = q.inline(strings.Trim(line, " "), rest, indent)
		}
		switch {
		case !ok:
			return nil, false
		case items:
			q.item(entry)
			q.used = before
		default:
			n.Content = append(n.Content, entry)
		}
	}
}

// folded reads text after >-: lines become one, an empty line a line break.
func (q *quick) folded(outer int) (*yaml.Node, bool) {
	n := q.node(yaml.ScalarNode, "")
	n.Line--
	var lines [16]string
	parts, size, indent := lines[:0], 0, -1
	for q.text != "" {
		at := len(q.text) - len(strings.TrimLeft(q.text, " "))
		if q.text[at] == '\n' {
			if at > 0 || indent < 0 {
				return nil, false
			}
			q.take()
			parts = append(parts, "")
			continue
		}
		if indent < 0 {
			indent = at
		}
		if at < indent || at <= outer {
			break
		}
		line := q.take()[indent:]
		if at > indent || line[len(line)-1] == ' ' {
			return nil, false
		}
		parts, size = append(parts, line), size+len(line)+1
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	if len(parts) == 0 {
		return nil, false
	}
	var b strings.Builder
	b.Grow(size)
	for k, part := range parts {
		switch {
		case part == "":
			b.WriteByte('\n')
		case k > 0 && parts[k-1] != "":
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	n.Value = b.String()
	return n, true
}

// flow reads values of one line.
type flow struct {
	q     *quick
	text  string // what is left
	whole string
	col   int // of the beginning
}

// node is a node for what begins here.
func (f *flow) node(kind yaml.Kind, value string) *yaml.Node {
	f.q.col = f.col + utf8.RuneCountInString(f.whole[:len(f.whole)-len(f.text)])
	return f.q.node(kind, value)
}

// value reads one value, inside brackets or not.
func (f *flow) value(inside bool) (*yaml.Node, bool) {
	if f.text == "" {
		return nil, false
	}
	switch f.text[0] {
	case '"':
		return f.double()
	case '\'':
		return f.single()
	case '[':
		return f.many(yaml.SequenceNode, ']')
	case '{':
		return f.many(yaml.MappingNode, '}')
	}
	return f.plain(inside)
}

// many reads what stands in brackets.
func (f *flow) many(kind yaml.Kind, end byte) (*yaml.Node, bool) {
	n := f.node(kind, "")
	if !f.q.deeper() {
		return nil, false
	}
	defer func() { f.q.depth-- }()
	for f.text = f.text[1:]; ; {
		f.space()
		if kind == yaml.MappingNode {
			key, rest, ok := cutKey(f.text)
			if !ok || twice(n, key) {
				return nil, false
			}
			n.Content = append(n.Content, f.node(yaml.ScalarNode, key))
			f.text = rest
			f.space()
		}
		v, ok := f.value(true)
		if !ok {
			return nil, false
		}
		n.Content = append(n.Content, v)
		f.space()
		switch {
		case f.text == "":
			return nil, false
		case f.text[0] == end:
			f.text = f.text[1:]
			return n, true
		case f.text[0] != ',':
			return nil, false
		}
		f.text = f.text[1:]
	}
}

func (f *flow) space() { f.text = strings.TrimLeft(f.text, " ") }

// double reads text in double quotes.
func (f *flow) double() (*yaml.Node, bool) {
	escaped := false
	for k := 1; k < len(f.text); k++ {
		switch f.text[k] {
		case '\\':
			if k++; k == len(f.text) || f.text[k] != '"' && f.text[k] != '\\' {
				return nil, false
			}
			escaped = true
		case '"':
			text := f.text[1:k]
			if escaped {
				text = unescape.Replace(text)
			}
			n := f.node(yaml.ScalarNode, text)
			f.text = f.text[k+1:]
			return n, true
		}
	}
	return nil, false
}

var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

// single reads text in single quotes.
func (f *flow) single() (*yaml.Node, bool) {
	for k := 1; k < len(f.text); k++ {
		switch {
		case f.text[k] != '\'':
		case k+1 < len(f.text) && f.text[k+1] == '\'':
			k++
		default:
			n := f.node(yaml.ScalarNode, strings.ReplaceAll(f.text[1:k], "''", "'"))
			f.text = f.text[k+1:]
			return n, true
		}
	}
	return nil, false
}

// plain reads text without quotes, which begins with a letter or a digit, or a minus
// before one.
func (f *flow) plain(inside bool) (*yaml.Node, bool) {
	c := f.text[0]
	if c == '-' && len(f.text) > 1 {
		c = f.text[1]
	}
	if c < utf8.RuneSelf && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
		return nil, false
	}
	end := len(f.text)
	if inside {
		if end = strings.IndexAny(f.text, ",[]{}"); end < 0 {
			return nil, false
		}
	}
	text := f.text[:end]
	if strings.Contains(text, ": ") || strings.HasSuffix(text, ":") || strings.Contains(text, " #") || inside && strings.ContainsAny(text, ":?") {
		return nil, false
	}
	n := f.node(yaml.ScalarNode, strings.TrimRight(text, " "))
	f.text = f.text[end:]
	return n, true
}
