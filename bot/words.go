package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What all features share when they put sentences together.

// Join puts texts together with something between them. Empty ones are left out.
func Join(between string, texts ...Text) Text {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, string(t))
		}
	}
	return Text(strings.Join(kept, between))
}

// Clip shortens what people or platforms named to so many characters, of which an
// ellipsis is the last.
func Clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}

// List is words as a sentence has them, with "and" or "or" before the last:
// "A", "A and B", "A, B and C".
func List(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// And is [List] with "and".
func And(words []string) string { return List(words, "and") }

// Thousands is a number as people read it: "1,012".
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Count is a number with its noun: "1 answer", "1,012 answers".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Lowered is a sentence as the part of one: its first letter is small.
func Lowered(t Text) Text {
	_, size := utf8.DecodeRuneInString(string(t))
	return Text(strings.ToLower(string(t[:size]))) + t[size:]
}

// Stop ends a sentence whose last word may be an initial: "Lee T."
func Stop(sentence string) string { return strings.TrimRight(sentence, ".") + "." }
