package store

import (
	"strconv"
	"strings"
)

// bare is a statement for SQLite with ? instead of $1, $2, … where these come in
// order and once each. They mean the same; but whenever a numbered one is bound,
// SQLite looks through all of them, and the statements that write many rows have
// thousands.
func bare(text string) string {
	var b strings.Builder
	rest, n, quotes := text, 0, 0
	for {
		before, after, ok := strings.Cut(rest, "$")
		b.WriteString(before)
		quotes += strings.Count(before, "'")
		if !ok {
			return b.String()
		}
		n++
		number := strconv.Itoa(n)
		after, ok = strings.CutPrefix(after, number)
		if !ok || after != "" && '0' <= after[0] && after[0] <= '9' || quotes%2 != 0 {
			return text // another one, or within a text
		}
		b.WriteByte('?')
		rest = after
	}
}
