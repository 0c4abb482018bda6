package quizzes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Correction is what is found to be right about an item whose key was wrong.
type Correction struct {
	// Keys are the right answers, each right by itself: the id of an option; of
	// [Multiple], ids separated by spaces; or what is to be typed.
	Keys []string
	// Tolerance replaces that of a [Numeric] item; "" keeps it.
	Tolerance string
	// Explanation replaces the item's; "" keeps it, but for a void item.
	Explanation string
	// Void says that nothing can be right or wrong; there are no Keys then.
	Void bool
}

// Corrected is the item with another key. The result is an item of its own, with
// a version of its own; corrections are made to the item as it was written, not
// to a corrected one. What was written about an option that is right now and was
// wrong, or the reverse, is left out: it argues for the wrong key. Unless the
// result can be asked and graded it is an error.
func (i Item) Corrected(c Correction) (Item, error) {
	before := i
	i.Also, i.Void = nil, c.Void
	if c.Void || c.Explanation != "" {
		i.Explanation = c.Explanation
	}
	if c.Void {
		if len(c.Keys) > 0 {
			return Item{}, errors.New("a void item has no key")
		}
		return i, nil
	}
	keys, err := i.keysOf(c)
	if err != nil {
		return Item{}, err
	}
	i.Answer, i.Also = keys[0], keys[1:]
	if len(i.Also) == 0 {
		i.Also = nil
	}
	if c.Tolerance != "" {
		i.Tolerance = c.Tolerance
	}
	i.Options = slices.Clone(i.Options)
	for n, o := range i.Options {
		if i.RightOption(o.ID) != before.RightOption(o.ID) {
			i.Options[n].Why = ""
		}
	}
	if i.Type == Short { // what was accepted beside the earlier key belongs to it
		i.Accept = nil
		i.Reject = slices.DeleteFunc(slices.Clone(i.Reject), func(r string) bool {
			return slices.ContainsFunc(keys, func(k []string) bool { return foldWords(k[0]) == foldWords(r) })
		})
	}
	return i, i.usable()
}

// Explained is the item with another explanation, and the keys that it has.
func (i Item) Explained(why string) Item {
	i.Explanation = why
	return i
}

// GradesLike reports whether every answer to the item has the verdict that it has to
// another version of it: they differ in their reasons and explanations alone.
func (i Item) GradesLike(other Item) bool {
	a, _ := i.keyAlone().Version()
	b, _ := other.keyAlone().Version()
	return a == b
}

func (i Item) keyAlone() Item {
	i.Explanation = ""
	i.Options = slices.Clone(i.Options)
	for n := range i.Options {
		i.Options[n].Why = ""
	}
	return i
}

// keysOf are the keys of a correction, each once.
func (i Item) keysOf(c Correction) (keys [][]string, err error) {
	for _, k := range c.Keys {
		key := []string{strings.TrimSpace(k)}
		if !i.Typed() {
			key = slices.Compact(slices.Sorted(slices.Values(strings.Fields(k))))
		}
		if len(key) == 0 || key[0] == "" {
			return nil, errors.New("a key is empty")
		}
		if len(key) > 1 && i.Type != Multiple {
			return nil, fmt.Errorf("key %q: only one choice can be right", k)
		}
		if !slices.ContainsFunc(keys, func(have []string) bool { return slices.Equal(have, key) }) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("a correction needs a key, or to be void")
	}
	return keys, nil
}

// Keys are the right answers: Answer, and after a correction perhaps others.
func (i Item) Keys() [][]string { return append([][]string{i.Answer}, i.Also...) }

// RightOption reports whether an option is right, or belongs to what is.
func (i Item) RightOption(id string) bool {
	return slices.ContainsFunc(i.Keys(), func(k []string) bool { return slices.Contains(k, id) })
}

// Better reports whether a verdict is better than another.
func (v Verdict) Better(than Verdict) bool { return rank(v) > rank(than) }

func rank(v Verdict) int { return slices.Index([]Verdict{Wrong, Partly, Right}, v) }

// gradeVoid takes any answer for right.
func gradeVoid(item Item, response Response) (Verdict, error) {
	if !item.Typed() {
		if _, err := gradeChoices(item, response.Options); err != nil {
			return "", err
		}
	} else if strings.TrimSpace(response.Text) == "" {
		return "", &Unreadable{Reason: "Nothing was typed.", Example: Example(item)}
	}
	return Right, nil
}
