package practice

import (
	"strconv"
	"sync/atomic"

	"studyhall/quizzes"
)

// Library is the items that can be asked, by certification. Banks that are read
// again take the place of all of them at once, while others read; see [Service.Use].
type Library struct {
	now atomic.Pointer[edition]
}

// edition is the items of banks that were read together. It never changes.
type edition struct {
	number   int
	index    map[string]index
	computed map[string]index  // of computed items alone
	pictures map[string][]byte // by hash
}

// NewLibrary collects the items of banks.
func NewLibrary(banks []quizzes.Bank) *Library {
	l := &Library{}
	l.now.Store(newEdition(banks, 1))
	return l
}

func newEdition(banks []quizzes.Bank, number int) *edition {
	x := &edition{number: number, index: map[string]index{}, computed: map[string]index{}, pictures: map[string][]byte{}}
	of := " " + strconv.Itoa(number)
	for _, b := range banks {
		for _, i := range b.Items {
			e := entry{item: i, bank: b.ID}
			add(x.index, b.Certification, b.Certification+of, e)
			if i.Computed {
				add(x.computed, b.Certification, b.Certification+of+" computed", e)
			}
			if i.Image != nil {
				x.pictures[i.Image.Hash] = i.Image.Data
			}
		}
	}
	return x
}

// edition is the one that is asked from now. What belongs together reads it once.
func (l *Library) edition() *edition { return l.now.Load() }

// of is the items of a certification.
func (l *Library) of(certification string) index { return l.edition().index[certification] }

// computedOf is the computed ones among them.
func (l *Library) computedOf(certification string) index { return l.edition().computed[certification] }

// Len is how many items there are for a certification.
func (l *Library) Len(certification string) int { return len(l.of(certification).items) }

// Computed is how many of them are computed.
func (l *Library) Computed(certification string) int { return len(l.computedOf(certification).items) }

// has reports whether an item can be asked in any certification.
func (l *Library) has(item string) bool {
	for _, x := range l.edition().index {
		if _, ok := x.byID[item]; ok {
			return true
		}
	}
	return false
}
