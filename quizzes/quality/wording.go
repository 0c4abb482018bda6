package quality

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"studyhall/quizzes"
)

var itemRules = []itemRule{
	{Rule{"negative-stem", "HDR 17, NBME negative phrasing", "A question that asks for the exception is misread when NOT isn't emphasised."}, negative},
	{Rule{"absolute-cue", "HDR 28a, NBME absolute terms", "Always, never, in all cases, or none twice, stand in wrong options only; people learn to avoid them."}, absolute},
	{Rule{"clang-cue", "HDR 28b, NBME word repeats", "Words of the stem that only the right option has give it away."}, clang},
	{Rule{"grammar-cue", "HDR 28d, NBME grammatical cues", "An option that doesn't follow from the stem, or is written unlike the others, is known by its form."}, grammar},
	{Rule{"numeric-order", "HDR 21, NBME numeric data not stated consistently", "Numbers out of order make people search, and hint."}, order},
	{Rule{"overlap", "HDR 22, NBME overlapping options", "If one range lies in another, both can be right."}, overlapping},
	{Rule{"same-value", "HDR 19", "Two options are the same amount in other units."}, sameValue},
	{Rule{"mixed-options", "HDR 23, NBME heterogeneous options", "One option is of another kind than all others."}, mixed},
	{Rule{"long-sentence", "HDR 13 and 16, NBME long, complex stems", "Nobody remembers the beginning of a sentence of more than 35 words."}, long},
	{Rule{"reading-level", "HDR 8; R. Flesch and J. P. Kincaid (1975)", "A long stem reads harder than the fifteenth year of school."}, level},
	{Rule{"bare-unit", "HDR 14; ours: a number typed without a unit is read in the answer's, without its prefix", "The stem asks for one unit, and a bare number is read in another."}, bareUnit},
}

// lastSentence is the sentence that asks.
func lastSentence(stem string) string {
	all := sentences(stem)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// sentenceEnd is a mark with a space and the beginning of the next sentence
// behind it; "0.5 A" and "e.g. this" end nothing.
var sentenceEnd = regexp.MustCompile(`[.?!:;]["')\]]?\s+(?:["'(\[]?)[\p{Lu}\d]`)

func sentences(text string) (all []string) {
	text = strings.TrimSpace(text)
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			break
		}
		_, last := utf8.DecodeLastRuneInString(text[:at[1]])
		end := at[1] - last
		all = append(all, strings.TrimSpace(text[:end]))
		text = text[end:]
	}
	if text != "" {
		all = append(all, text)
	}
	return all
}

var (
	turnedRound = regexp.MustCompile(`(?i)\b(?:which|what|who)(?: [\w'-]+){0,5} (?:is|are|was|were|does|do|did|should|would|must|can|could|may|will) (?:\w+ly )?(?:not|never)\b|` +
		`\b(?:which|what|who)(?: [\w'-]+){0,3} (?:is|are) (?:the )?(?:least (?:likely|appropriate|useful|suitable|effective|important)|incorrect|false|untrue|wrong)\b|\bexcept\b`)
	emphasised = regexp.MustCompile(`\b(?:NOT|CANNOT|NEVER|EXCEPT|LEAST|INCORRECT|FALSE|UNTRUE|WRONG)\b|\b[A-Z]+N['’]T\b`)

	phrase   = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}'’-]*|[,;:()"]`)
	asking   = regexp.MustCompile(`^(?:which|what|who|whom)$`)
	verb     = regexp.MustCompile(`^(?:is|are|was|were|has|have|had|does|do|did|should|would|must|can|could|may|might|shall|will)$`)
	verbNot  = regexp.MustCompile(`^(?:\p{L}+n['’]t|cannot)$`)
	otherOne = regexp.MustCompile(`^(?:that|whose|where|when|if|because|since|although|while|unless|as|than|and|or|but|to|[,;:()"])$`) // begins another clause
)

func negative(i quizzes.Item) (what, fix string) {
	last := lastSentence(i.Stem)
	for _, asks := range sentences(i.Stem) {
		if asks != last && !strings.HasSuffix(asks, "?") {
			continue
		}
		if (turnedRound.MatchString(asks) || negated(asks)) && !emphasised.MatchString(asks) {
			return "asks for the exception", "ask for what is right, or write NOT in capitals"
		}
	}
	return "", ""
}

// negated reports whether the verb of the clause that asks has a not, however far
// behind it: "which step must a technician not take". One behind another verb, or
// in another clause, is about something else: "which step if it does not start".
func negated(asks string) bool {
	open, verbs := false, 0
	for _, w := range phrase.FindAllString(strings.ToLower(asks), -1) {
		switch {
		case asking.MatchString(w):
			open, verbs = true, 0
		case !open:
		case otherOne.MatchString(w):
			open = false
		case verbNot.MatchString(w):
			if verbs == 0 {
				return true
			}
			open = false
		case verb.MatchString(w):
			verbs++
		case (w == "not" || w == "never") && verbs == 1:
			return true
		}
	}
	return false
}

// absoluteWords are cues in any one wrong option, twiceAbsolute in two of them.
// docs/question-quality.md says why only, all, every and must are neither.
var (
	absoluteWords = regexp.MustCompile(`(?i)\b(?:always|never|absolutely|completely|entirely|totally|impossible|guaranteed|invariably|without exception|` +
		`under (?:any|no) circumstances|no matter|at all times|every time|in (?:all|every) cases?)\b`)
	twiceAbsolute = regexp.MustCompile(`(?i)\bnone\b`)
)

func absolute(i quizzes.Item) (what, fix string) {
	what, fix = cue(i, absoluteWords, 1)
	if what == "" {
		what, fix = cue(i, twiceAbsolute, 2)
	}
	return what, fix
}

// cue finds words that stand in at least so many wrong options and in no right one.
func cue(i quizzes.Item, words *regexp.Regexp, least int) (what, fix string) {
	var right, wrong []string
	for _, o := range i.Options {
		word := words.FindString(o.Text)
		switch {
		case word == "" || len(i.Options) < 3:
		case i.RightOption(o.ID):
			right = append(right, word)
		default:
			wrong = append(wrong, word)
		}
	}
	if len(wrong) >= least && len(right) == 0 {
		return fmt.Sprintf("%q stands in wrong options only", strings.ToLower(wrong[0])), "say it without, or have it in the right option too"
	}
	return "", ""
}

// word is a word of letters; hyphens join.
var word = regexp.MustCompile(`\p{L}[\p{L}\p{N}'’-]*`)

// stems are the words of a text that carry meaning, without endings.
func stems(text string) map[string]string {
	all := map[string]string{}
	for _, w := range word.FindAllString(strings.ToLower(text), -1) {
		if utf8.RuneCountInString(w) >= 5 && !small[w] {
			r := []rune(w)
			all[string(r[:min(len(r), 6)])] = w
		}
	}
	return all
}

var small = map[string]bool{"which": true, "there": true, "their": true, "these": true, "those": true, "where": true, "would": true, "should": true,
	"could": true, "about": true, "after": true, "before": true, "between": true, "other": true, "because": true, "while": true, "being": true,
	"every": true, "under": true, "first": true, "still": true, "through": true, "until": true, "within": true, "without": true, "against": true}

func clang(i quizzes.Item) (what, fix string) {
	if len(i.Options) < 3 || i.Type == quizzes.Multiple {
		return "", ""
	}
	asked := stems(i.Stem)
	var shared []string
	others := map[string]bool{}
	for _, o := range i.Options {
		for s, w := range stems(o.Text) {
			switch _, in := asked[s]; {
			case !in:
			case i.RightOption(o.ID):
				shared = append(shared, w)
			default:
				others[s] = true
			}
		}
	}
	if len(shared) >= 2 && len(others) == 0 {
		slices.Sort(shared)
		return fmt.Sprintf("the right option repeats %q and %q of the stem, no other option does", shared[0], shared[1]), "use other words in it, or the same ones in a wrong option"
	}
	return "", ""
}

func grammar(i quizzes.Item) (what, fix string) {
	stem := strings.TrimSpace(i.Stem)
	if len(i.Options) > 0 && regexp.MustCompile(`(?i)\ban?\W*$`).MatchString(stem) {
		return "the stem ends with an article, which fits only some options", "ask a whole question"
	}
	if len(i.Options) < 3 || i.Type == quizzes.Multiple {
		return "", ""
	}
	for _, form := range []struct {
		name string
		has  func(string) bool
	}{
		{"ends with a full stop", func(s string) bool { return strings.HasSuffix(s, ".") }},
		{"begins with a capital letter", func(s string) bool { r, _ := utf8.DecodeRuneInString(s); return unicode.IsUpper(r) }},
	} {
		key, others := false, 0
		for _, o := range i.Options {
			r, _ := utf8.DecodeRuneInString(o.Text)
			if !unicode.IsLetter(r) {
				key, others = false, len(i.Options)
				break
			}
			if i.RightOption(o.ID) {
				key = form.has(o.Text)
			} else if form.has(o.Text) {
				others++
			}
		}
		if key && others == 0 {
			return "only the right option " + form.name, "write all options alike"
		}
	}
	return "", ""
}

// mostWords is how long a sentence may be. Plain-language guidelines ask for 15 to
// 20 on average (plainlanguage.gov).
const mostWords = 35

func long(i quizzes.Item) (what, fix string) {
	for _, s := range sentences(i.Stem) {
		if n := len(strings.Fields(s)); n > mostWords {
			return fmt.Sprintf("a sentence of the stem has %d words", n), "make two of it"
		}
	}
	return "", ""
}

// hardestGrade is the year of school that may be needed, for stems of at least
// shortStem words: in shorter ones the terms of the trade decide the figure.
const (
	hardestGrade = 15
	shortStem    = 20
)

func level(i quizzes.Item) (what, fix string) {
	if g := grade(i.Stem); g > hardestGrade && len(strings.Fields(i.Stem)) >= shortStem {
		return fmt.Sprintf("reads like school year %.0f", g), "use shorter sentences and plainer words"
	}
	return "", ""
}

// grade is the Flesch-Kincaid grade: 0.39 × words a sentence + 11.8 × syllables a
// word − 15.59. Names, abbreviations and numbers count as one syllable: they are
// the words of the trade.
func grade(text string) float64 {
	words, spoken, all := 0, 0, max(1, len(sentences(text)))
	for _, w := range word.FindAllString(text, -1) {
		words++
		spoken += syllables(w)
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(all) + 11.8*float64(spoken)/float64(words) - 15.59
}

// syllables counts groups of vowels, without a silent e at the end.
func syllables(w string) int {
	if strings.ToUpper(w) == w {
		return 1
	}
	w = strings.ToLower(w)
	n, before := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouy", r)
		if vowel && !before {
			n++
		}
		before = vowel
	}
	if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
		n--
	}
	return max(1, n)
}
