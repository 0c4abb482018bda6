package quizzes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing wrong with a bank, in words for the person who wrote
// the questions. Unless it is a warning, the bank is not used until it is
// mended.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"` // 1 for the first; 0 where the whole file is meant
	Col     int    `json:"col,omitempty"`  // in characters, 1 for the first
	Path    string `json:"path,omitempty"` // such as items[3].options[1].text, counted from 0
	What    string `json:"what"`           // what is wrong
	Fix     string `json:"fix,omitempty"`  // how to mend it
	Warning bool   `json:"warning,omitempty"`
}

// String returns the problem on one line:
// file:line:col: path: what is wrong; how to mend it.
// A warning has "warning: " before the path.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, max(p.Col, 1))
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Faulty reports whether any of the problems is more than a warning.
func Faulty(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// inOrder sorts problems as a reader of the file meets them.
func inOrder(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}

// quote shows text from a bank inside a message: one line, not too long.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// list joins words as "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
