package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// mark finds the right options: by their text, or else by letters, or by numbers.
// What could mean one option as well as another is refused: a wrong key looks like
// any other. In our own tables a letter is a letter, whatever the options say.
func (q *question) mark(answer string, own bool) {
	if strings.TrimSpace(answer) == "" {
		return
	}
	shown := clip(fmt.Sprintf("%q", clip(answer, 100)), 60)
	k := q.keys()
	parts, signs := k.signs(answer)
	if own && signs != nil && unicode.IsLetter(firstOf(parts[0])) {
		q.right(signs)
		return
	}
	whole, texts := k.text(answer), k.texts(answer)
	switch {
	case whole >= 0 && (len(signs) != 1 || signs[0] == whole):
		q.right([]int{whole})
	case signs != nil:
		for n, part := range parts {
			if other := k.text(part); other >= 0 && other != signs[n] {
				kind := "number"
				if unicode.IsLetter(firstOf(part)) {
					kind = "letter"
				}
				q.refuse("the answer %s can be read in two ways: %s is the text of option %s and the %s of option %s", shown,
					clip(fmt.Sprintf("%q", part), 20), strings.ToUpper(letterOf(other)), kind, strings.ToUpper(letterOf(signs[n])))
				return
			}
		}
		q.right(signs)
	case texts != nil:
		q.right(texts)
	default:
		q.refuse("the answer %s names no option", shown)
	}
}

func (q *question) right(all []int) {
	for _, n := range all {
		q.choices[n].right = true
	}
}

// keys are the texts of options, as they are compared.
type keys []string

func (q *question) keys() (k keys) {
	for _, c := range q.choices {
		k = append(k, sameText(c.text))
	}
	return k
}

// sameText is a text as two are compared: without signs that nobody sees, and
// with one plain space for whatever white space there is.
func sameText(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if odd(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)), " ")
}

// text is the option whose text this is, -1 for none and for several. Capital
// letters count only where there is an option that has them too: 1 mA is not 1 MA.
func (k keys) text(s string) int {
	s = sameText(s)
	if s == "" {
		return -1
	}
	for _, same := range []func(string) bool{
		func(text string) bool { return text == s },
		func(text string) bool { return strings.EqualFold(text, s) },
	} {
		found := -1
		for n, text := range k {
			if !same(text) {
				continue
			}
			if found >= 0 {
				return -1
			}
			found = n
		}
		if found >= 0 {
			return found
		}
	}
	return -1
}

// texts are the options whose texts stand in a list with bars, semicolons or
// commas between; nil if any part is no option's text.
func (k keys) texts(answer string) (all []int) {
	for _, parts := range [][]string{splitCell(answer), strings.Split(answer, ";"), strings.Split(answer, ",")} {
		if len(parts) < 2 || len(parts) > len(k) {
			continue
		}
		all = nil
		for _, part := range parts {
			if n := k.text(part); n >= 0 {
				all = append(all, n)
			}
		}
		if len(all) == len(parts) {
			return all
		}
	}
	return nil
}

var (
	signName = regexp.MustCompile(`(?i)^\s*(?:option|choice|answer)\s*(\S+)\s*$`)
	signOf   = regexp.MustCompile(`^\(?([A-Ha-h]|[0-9]{1,2})[).:]*$`)
)

// signs are the options that letters name, or that numbers do, and the parts of
// the answer in which they stand. They are nil if any part is something else, or if
// an option begins like that: "1,5" is no list where an option is 1.5 A.
func (k keys) signs(answer string) (parts []string, all []int) {
	if m := signName.FindStringSubmatch(answer); m != nil {
		answer = m[1]
	}
	between := ",;|"
	if !strings.ContainsAny(answer, "0123456789") { // 1/2 is a half
		between += "/&"
	}
	list := strings.FieldsFunc(sameText(answer), func(r rune) bool { return r == ' ' || strings.ContainsRune(between, r) })
	if len(list) > len(k) {
		return nil, nil
	}
	numbers := 0
	for _, part := range list {
		m := signOf.FindStringSubmatch(part)
		if m == nil {
			return nil, nil
		}
		n := strings.Index("abcdefgh", strings.ToLower(m[1]))
		if n < 0 {
			n = number(m[1]) - 1
			numbers++
		}
		if n < 0 || n >= len(k) {
			return nil, nil
		}
		parts, all = append(parts, m[1]), append(all, n)
	}
	if numbers > 0 && numbers < len(all) || numbers > 1 && k.begins(answer) {
		return nil, nil
	}
	return parts, all
}

// begins reports whether an option begins with an answer, or with it as a number
// that has a point for its comma.
func (k keys) begins(answer string) bool {
	answer = sameText(answer)
	return slices.ContainsFunc(k, func(text string) bool {
		return strings.HasPrefix(text, answer) || strings.HasPrefix(text, strings.Replace(answer, ",", ".", 1))
	})
}

func firstOf(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
