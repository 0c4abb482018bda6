package quality

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"studyhall/quizzes"
)

var bankRules = []bankRule{
	{Rule{"key-position", "HDR 20, NBME position of the key", "Where one letter is right too often or too rarely, guessing pays."}, positions},
	{Rule{"longest-key", "HDR 24, NBME long correct answer", "Where the longest option is right too often, people learn to choose it."}, longest},
}

// fewItems is from how many questions on a bank is judged as a whole.
const fewItems = 12

// lettered are the questions with one right option of four, which the rules for
// whole banks compare. Computed ones are others each time.
func lettered(items []quizzes.Item) (all []quizzes.Item) {
	for _, i := range items {
		if i.Family == nil && (i.Type == quizzes.Single || i.Type == "") && len(i.Options) == 4 && len(i.Answer) == 1 {
			all = append(all, i)
		}
	}
	return all
}

// mostRight and leastRight are the shares of a letter between which a bank's keys
// should be. A quarter is even; banks are small.
const (
	mostRight  = 0.45
	leastRight = 0.08
)

func positions(items []quizzes.Item) (what, fix string) {
	all := lettered(items)
	for n := 0; n < len(all); n++ { // numbers stand in their order, which leaves no choice
		if _, numbers := comparable(all[n]); numbers {
			all = slices.Delete(all, n, n+1)
			n--
		}
	}
	if len(all) < fewItems {
		return "", ""
	}
	right := map[string]int{}
	for _, i := range all {
		right[i.Answer[0]]++
	}
	for _, letter := range []string{"a", "b", "c", "d"} {
		if share := float64(right[letter]) / float64(len(all)); share > mostRight || share < leastRight {
			return fmt.Sprintf("%s is right in %d of %d questions", strings.ToUpper(letter), right[letter], len(all)), "move some right options to other places"
		}
	}
	return "", ""
}

// longestShare is how often the longest option may be the right one.
const longestShare = 0.4

func longest(items []quizzes.Item) (what, fix string) {
	all, count := lettered(items), 0
	for _, i := range all {
		key, other := 0, 0
		for _, o := range i.Options {
			n := utf8.RuneCountInString(o.Text)
			if i.RightOption(o.ID) {
				key = n
			} else {
				other = max(other, n)
			}
		}
		if key > other {
			count++
		}
	}
	if len(all) >= fewItems && float64(count) > longestShare*float64(len(all)) {
		return fmt.Sprintf("the longest option is right in %d of %d questions", count, len(all)), "shorten right options, or lengthen wrong ones"
	}
	return "", ""
}

var nearDuplicate = Rule{"near-duplicate", "HDR 1 and 2: each item about something of its own", "Two questions ask the same in nearly the same words."}

// alike is the share of common words from which two questions are near-duplicates:
// the common ones of their stems and right options, of all that either has.
const alike = 0.65

// duplicates finds questions that are nearly the same, over all banks.
func duplicates(banks []quizzes.Bank) (all []Finding) {
	type asked struct {
		bank  quizzes.Bank
		item  quizzes.Item
		words []int32 // sorted
	}
	var every []asked
	known := map[string]int32{}
	holders := map[int32][]int{} // of each word, the questions that have it
	for _, b := range banks {
		for _, i := range b.Items {
			words := wordsOf(gist(i), known)
			n := len(every)
			every = append(every, asked{b, i, words})
			for _, w := range words {
				holders[w] = append(holders[w], n)
			}
		}
	}
	for n, a := range every {
		common := map[int]int{}
		for _, w := range a.words {
			if len(holders[w]) > len(every)/10+2 {
				continue // in so many that it says nothing
			}
			for _, m := range holders[w] {
				if m < n {
					common[m]++
				}
			}
		}
		for m, c := range common {
			b := every[m]
			if c*3 < min(len(a.words), len(b.words)) {
				continue
			}
			if share := jaccard(a.words, b.words); share >= alike {
				all = append(all, Finding{Rule: nearDuplicate.ID, File: a.bank.File, Line: a.item.Line, Item: a.item.ID,
					What: fmt.Sprintf("is nearly the same as %s (%.0f %% of the words)", b.item.ID, 100*share), Fix: "remove one, or ask something else"})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return strings.Compare(a.What, b.What) })
	return all
}

// gist is what of a question is compared with others: its stem and right options.
func gist(i quizzes.Item) string {
	text := i.Stem
	for _, o := range i.Options {
		if i.RightOption(o.ID) {
			text += " " + o.Text
		}
	}
	if i.Typed() {
		text += " " + strings.Join(i.Answer, " ")
	}
	return text
}

// Nearest is the question among others that a new one is most like, and how many
// percent of the words they share; ok is false where none is a near-duplicate.
func Nearest(item quizzes.Item, others []quizzes.Item) (like quizzes.Item, percent int, ok bool) {
	return NewLikeness(others).Nearest(item)
}

// Likeness finds near-duplicates of many questions among the same others. It is
// not for several goroutines at once.
type Likeness struct {
	known  map[string]int32
	others []quizzes.Item
	words  [][]int32 // of each
}

// NewLikeness prepares the others.
func NewLikeness(others []quizzes.Item) *Likeness {
	l := &Likeness{known: map[string]int32{}}
	for _, o := range others {
		l.Add(o)
	}
	return l
}

// Add has one more be among the others.
func (l *Likeness) Add(other quizzes.Item) {
	l.others, l.words = append(l.others, other), append(l.words, wordsOf(gist(other), l.known))
}

// Nearest is as the function of that name says.
func (l *Likeness) Nearest(item quizzes.Item) (like quizzes.Item, percent int, ok bool) {
	best := alike
	words := wordsOf(gist(item), l.known)
	for n, o := range l.others {
		if share := jaccard(words, l.words[n]); share >= best && o.ID != item.ID {
			like, percent, best, ok = o, int(100*share), share, true
		}
	}
	return like, percent, ok
}

func wordsOf(text string, known map[string]int32) (all []int32) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n\t.,;:!?()[]\"'“”’", r) }) {
		id, ok := known[w]
		if !ok {
			id = int32(len(known))
			known[w] = id
		}
		all = append(all, id)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// jaccard is the share of common words among all.
func jaccard(a, b []int32) float64 {
	common, n, m := 0, 0, 0
	for n < len(a) && m < len(b) {
		switch {
		case a[n] == b[m]:
			common, n, m = common+1, n+1, m+1
		case a[n] < b[m]:
			n++
		default:
			m++
		}
	}
	if len(a)+len(b) == 0 {
		return 0
	}
	return float64(common) / float64(len(a)+len(b)-common)
}
