package bot

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// splitLine cuts typed text into words. Quotes of any usual kind keep spaces;
// an unclosed quote reaches to the end.
func splitLine(line string) []string {
	var words []string
	var word strings.Builder
	inWord, closing := false, rune(0)
	flush := func() {
		if inWord {
			words = append(words, word.String())
			word.Reset()
			inWord = false
		}
	}
	for _, r := range line {
		switch {
		case closing != 0 && r == closing:
			closing = 0
		case closing != 0:
			word.WriteRune(r)
		case r == '"' || r == '“' || r == '„' || (r == '\'' && !inWord):
			inWord = true
			closing = map[rune]rune{'"': '"', '“': '”', '„': '“', '\'': '\''}[r]
		case unicode.IsSpace(r):
			flush()
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	flush()
	return words
}

// Arguments reads what was typed after the command's name as values of its
// fields, as [Bot.Handle] does with a Line; unknown holds the words for which no
// field is left.
func (c Command) Arguments(line string) (values Values, unknown []string) {
	return parseArguments(splitLine(line), c.Fields)
}

// parseArguments reads words as values of a command's fields: "name=value" or
// "name:value" by field name, otherwise the label or value of an option,
// otherwise text for the first line field without a value. unknown holds the
// words for which no field is left.
func parseArguments(words []string, fields []Field) (values Values, unknown []string) {
	values = Values{}
	var rest []string
	for len(words) > 0 {
		if f, first, ok := assignment(words[0], fields); ok {
			v, n := assigned(f, first, words[1:], fields, values)
			values[f.Name] = []string{v}
			words = words[1+n:]
			continue
		}
		if f, v, n := leadingOption(words, fields, values); n > 0 {
			values[f.Name] = []string{v}
			words = words[n:]
			continue
		}
		rest, words = append(rest, words[0]), words[1:]
	}
	if len(rest) == 0 {
		return values, nil
	}
	for _, f := range fields {
		if _, set := values[f.Name]; !set && takesText(f.Kind) && (f.After == "" || anyIs(values, f.After)) {
			values[f.Name] = []string{strings.Join(rest, " ")}
			return values, nil
		}
	}
	return values, rest
}

// anyIs reports whether any field has a value.
func anyIs(values Values, v string) bool {
	for _, all := range values {
		if slices.Contains(all, v) {
			return true
		}
	}
	return false
}

func takesText(k FieldKind) bool {
	return k != OneOf && k != AnyOf && k != Bool && k != FileField
}

// assignment reads "name=value" for a field whose name it is, forgiving case.
func assignment(word string, fields []Field) (Field, string, bool) {
	i := strings.IndexAny(word, "=:")
	if i <= 0 {
		return Field{}, "", false
	}
	for _, f := range fields {
		if strings.EqualFold(f.Name, word[:i]) {
			return f, word[i+1:], true
		}
	}
	return Field{}, "", false
}

// assigned is the value that "name=first" gives a field, and how many of the
// following words belong to it: the longest run that names an option
// ("topic: public safety"), or else everything up to the next assignment or
// another field's option ("log: 2 CEU course"). What was quoted stands alone.
func assigned(f Field, first string, following []string, fields []Field, values Values) (value string, n int) {
	reach := slices.IndexFunc(following, func(w string) bool { _, _, ok := assignment(w, fields); return ok })
	if reach < 0 {
		reach = len(following)
	}
	if strings.ContainsFunc(first, unicode.IsSpace) {
		reach = 0
	} else if first == "" && reach > 1 && strings.ContainsFunc(following[0], unicode.IsSpace) {
		reach = 1
	}
	for n := min(reach, longestOption); n >= 0; n-- {
		text := strings.TrimSpace(first + " " + strings.Join(following[:n], " "))
		if v, ok := chosen(f, text); ok {
			return v, n
		}
	}
	others := slices.DeleteFunc(slices.Clone(fields), func(o Field) bool { return o.Name == f.Name })
	for n := range reach {
		if _, _, option := leadingOption(following[n:reach], others, values); option > 0 {
			reach = n
			break
		}
	}
	if f.Kind == Number || f.Kind == Bool || f.Kind == Person || f.Kind == Channel { // one word
		if reach = min(reach, 1); first != "" {
			reach = 0
		}
	}
	return strings.TrimSpace(first + " " + strings.Join(following[:reach], " ")), reach
}

// chosen is the value of the option that text names by label or value.
func chosen(f Field, text string) (string, bool) {
	for _, o := range f.Options {
		if strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) {
			return o.Value, true
		}
	}
	return "", false
}

// longestOption is how many words of a line are tried as one option's label.
const longestOption = 6

// leadingOption finds the longest run of words that names an option of a field
// without a value, and how many words it took.
func leadingOption(words []string, fields []Field, values Values) (Field, string, int) {
	for n := min(len(words), longestOption); n > 0; n-- {
		text := strings.Join(words[:n], " ")
		for _, f := range fields {
			if _, set := values[f.Name]; set {
				continue
			}
			if v, ok := chosen(f, text); ok {
				return f, v, n
			}
		}
	}
	return Field{}, "", 0
}

// nearest is the candidate within two edits of word (one for short words), else
// the only one that word is a part of ("data" of "my data"), or "".
func nearest(word string, candidates []string) string {
	best, bestDistance := "", 3
	word = strings.ToLower(word)
	if len([]rune(word)) > 40 {
		return ""
	}
	if len([]rune(word)) < 5 {
		bestDistance = 2
	}
	sorted := slices.Sorted(slices.Values(candidates))
	for _, c := range sorted {
		if d := levenshtein.ComputeDistance(word, strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range sorted {
		if slices.Contains(strings.Fields(strings.ToLower(c)), word) {
			if best != "" {
				return ""
			}
			best = c
		}
	}
	return best
}
