package quizzes

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// maxShort is how many bytes a typed term may have.
const maxShort = 400

// gradeShort compares typed words with the answers of an item.
func gradeShort(item Item, text string) (Verdict, error) {
	if len(text) > maxShort {
		return "", &Unreadable{Reason: "That is longer than I can read.", Example: "one word or a few"}
	}
	got := foldWords(text)
	if !strings.ContainsFunc(got, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) }) {
		return "", &Unreadable{Reason: "There are no words in that.", Example: Example(item)}
	}
	accepted := slices.Concat(item.Answer, item.Accept)
	given := []string{got}
	if bare, ok := withoutArticle(got); ok {
		given = append(given, bare)
	}
	for _, g := range given {
		if slices.ContainsFunc(accepted, func(a string) bool { return foldWords(a) == g }) {
			return Right, nil
		}
	}
	for _, g := range given {
		if slices.ContainsFunc(item.Reject, func(r string) bool { return foldWords(r) == g }) {
			return Wrong, nil
		}
	}
	for _, g := range given {
		if slices.ContainsFunc(accepted, func(a string) bool { return slip(g, a, item.Reject) }) {
			return Right, nil
		}
	}
	return Wrong, nil
}

// foldWords is text as it is compared: without accents on Latin and Greek
// letters, capitals, width, punctuation and doubled spaces. Other scripts keep
// their marks, which are letters there, and + # . / stay, for C, C++ and C# are
// three things.
func foldWords(s string) string {
	s = strings.ReplaceAll(strings.Map(plainLetter, s), "&", " and ")
	var b strings.Builder
	var base rune
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			if unicode.In(base, unicode.Latin, unicode.Greek) {
				continue
			}
		} else {
			base = r
		}
		b.WriteRune(r)
	}
	s = cases.Fold().String(width.Fold.String(norm.NFKC.String(b.String())))
	b.Reset()
	for _, r := range s {
		switch {
		case letterPairs[r] != "":
			b.WriteString(letterPairs[r])
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r), unicode.IsSymbol(r), strings.ContainsRune("+#./%", r):
			b.WriteRune(r)
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r) && !unicode.IsSpace(r), r == '\'':
		default:
			b.WriteByte(' ')
		}
	}
	var words []string
	for _, w := range strings.Fields(b.String()) {
		if initials.MatchString(w) {
			w = strings.ReplaceAll(w, ".", "") // L.I.M.
		}
		if w = strings.TrimRight(w, "."); w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

var (
	initials = regexp.MustCompile(`^(\pL\.)+\pL?$`)
	gaps     = regexp.MustCompile(`(\d) (\d)`)
)

// joined takes the gaps out of folded words, but for those between digits.
func joined(s string) string {
	return strings.ReplaceAll(gaps.ReplaceAllString(s, "${1}_$2"), " ", "")
}

// letterPairs are letters that have no accent to take off.
var letterPairs = map[rune]string{'ł': "l", 'ø': "o", 'đ': "d", 'ı': "i", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ð': "d", 'þ': "th"}

// plainLetter keeps signs whose compatible form would be something else.
func plainLetter(r rune) rune {
	switch r {
	case '’', '‘', 'ʼ', '´', '`':
		return '\''
	case 'µ':
		return 'μ'
	}
	return r
}

// withoutArticle takes a leading article off what was typed. Answers keep
// theirs: an A wave is not a wave.
func withoutArticle(s string) (string, bool) {
	for _, a := range []string{"the ", "an ", "a "} {
		if rest, ok := strings.CutPrefix(s, a); ok {
			return rest, true
		}
	}
	return s, false
}

// slip reports whether folded words are an answer with a small slip of the
// finger: each word within its tolerance, two slips in all, and nearer to the
// answer than to anything that is wrong.
func slip(got, answer string, reject []string) bool {
	want := foldWords(answer)
	g, w := strings.Fields(got), strings.Fields(want)
	if len(g) != len(w) {
		// ground-wire, groundwire: the same letters, otherwise parted.
		return joined(got) == joined(want) &&
			!slices.ContainsFunc(reject, func(r string) bool { return joined(foldWords(r)) == joined(got) })
	}
	written := strings.Fields(answer)
	total := 0
	for n := range g {
		if g[n] == w[n] {
			continue
		}
		d := distance(g[n], w[n])
		if d > slipsAllowed(w[n]) || d == 2 && !sameEnd(g[n], w[n]) || len(written) == len(w) && acronym(written[n]) || !sameScript(g[n], w[n]) || contrast(g[n], w[n]) {
			return false
		}
		total += d
	}
	if total > 2 {
		return false
	}
	for _, r := range reject {
		wrong := foldWords(r)
		if distance(want, wrong) <= 2 || distance(got, wrong) <= max(total, 1) {
			return false
		}
	}
	return true
}

// slipsAllowed is how many slips of the finger a word may have: none in short
// ones, in numbers, or in scripts where one sign is a whole syllable or word.
func slipsAllowed(word string) int {
	for _, r := range word {
		if !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic) {
			return 0
		}
	}
	switch n := utf8.RuneCountInString(word); {
	case n <= 4:
		return 0
	case n <= 9:
		return 1
	}
	return 2
}

// acronym reports whether a word as its author wrote it has several capitals,
// and so is one where every letter counts.
func acronym(word string) bool {
	capitals := 0
	for _, r := range word {
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	return capitals >= 2
}

// sameEnd reports whether the last two letters agree: where they don't, two
// slips make another word of the same root, as in hypertension, hypertensive.
func sameEnd(a, b string) bool {
	last := func(s string) string { r := []rune(s); return string(r[max(0, len(r)-2):]) }
	return last(a) == last(b)
}

func sameScript(a, b string) bool {
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic} {
		in := func(s string) bool {
			return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(script, r) })
		}
		if in(a) != in(b) {
			return false
		}
	}
	return true
}

// distance counts slips: a letter too many, too few or wrong, and two
// neighbours in the wrong order.
func distance(a, b string) int {
	d := levenshtein.ComputeDistance(a, b)
	if d == 2 && swapped([]rune(a), []rune(b)) {
		return 1
	}
	return d
}

func swapped(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for n := range a {
		if a[n] != b[n] {
			return n+1 < len(a) && a[n] == b[n+1] && a[n+1] == b[n] && slices.Equal(a[n+2:], b[n+2:])
		}
	}
	return false
}

// contrast reports whether two words differ in a way that slips don't: in the
// first letter, or in a syllable that turns the meaning round.
func contrast(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	other, _ := utf8.DecodeRuneInString(b)
	if first != other {
		return true
	}
	for _, pair := range turning {
		for _, side := range [][2]string{{pair[0], pair[1]}, {pair[1], pair[0]}} {
			if strings.Contains(a, side[0]) && !strings.Contains(a, side[1]) && strings.Contains(b, side[1]) && !strings.Contains(b, side[0]) {
				return true
			}
		}
	}
	return false
}

// turning are parts of words of which one slip makes the opposite or a neighbour.
var turning = [][2]string{
	{"hyper", "hypo"}, {"abduc", "adduc"}, {"inter", "intra"}, {"endo", "ecto"}, {"endo", "exo"}, {"macro", "micro"},
	{"milli", "micro"}, {"ante", "anti"}, {"super", "supra"}, {"pre", "pro"}, {"ium", "eum"}, {"ite", "ate"}, {"ite", "ide"},
	{"ate", "ide"}, {"ase", "ose"}, {"phas", "phag"}, {"tri", "bi"},
}
