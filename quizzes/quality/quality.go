// Package quality looks for what makes a well-formed question a bad one: words
// that give the answer away, options that overlap, banks in which the longest
// option is right too often. What a person has to judge (is the key right, is a
// wrong option one that people would choose) it can't see; records of people's
// reviews are kept beside the banks, see [Records].
//
// The rules are those of T. M. Haladyna, S. M. Downing and M. C. Rodriguez, A
// Review of Multiple-Choice Item-Writing Guidelines for Classroom Assessment,
// Applied Measurement in Education 15 (2002), here HDR with the number of the
// guideline, and of the National Board of Medical Examiners, NBME Item-Writing
// Guide (2021), here NBME, with the name of the flaw.
package quality

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"studyhall/quizzes"
)

// A Rule is one thing that is looked for.
type Rule struct {
	ID     string // such as "negative-stem", by which a record may allow it
	Source string // who says so, and where
	About  string // what is wrong with it, in a sentence
}

// A Finding is one question, or one bank, that a rule doesn't like.
type Finding struct {
	Rule string
	File string // the bank's
	Line int    // of the question; 1 of a bank
	Item string // "" where a whole bank is meant
	What string
	Fix  string
}

// Problem is the finding as a warning about a bank.
func (f Finding) Problem() quizzes.Problem {
	return quizzes.Problem{File: f.File, Line: f.Line, Col: 1, Path: f.Item, What: fmt.Sprintf("%s (%s)", f.What, f.Rule), Fix: f.Fix, Warning: true}
}

// itemRule looks at one question.
type itemRule struct {
	Rule
	look func(i quizzes.Item) (what, fix string) // what is "" where nothing is wrong
}

// bankRule looks at all questions of a bank.
type bankRule struct {
	Rule
	look func(items []quizzes.Item) (what, fix string)
}

// Rules are all that is looked for, by [Review] and while a bank is read.
func Rules() (all []Rule) {
	for _, r := range itemRules {
		all = append(all, r.Rule)
	}
	for _, r := range bankRules {
		all = append(all, r.Rule)
	}
	return append(all, nearDuplicate, staleSource)
}

// Review holds banks to all rules. Today is the day by which a source is old.
// Findings come in the order of the banks and their questions.
func Review(banks []quizzes.Bank, today time.Time) []Finding {
	var all []Finding
	for _, b := range banks {
		for _, r := range bankRules {
			if what, fix := r.look(b.Items); what != "" {
				all = append(all, Finding{Rule: r.ID, File: b.File, Line: 1, What: what, Fix: fix})
			}
		}
		for _, i := range b.Items {
			for _, r := range itemRules {
				if what, fix := r.look(i); what != "" {
					all = append(all, Finding{Rule: r.ID, File: b.File, Line: i.Line, Item: i.ID, What: what, Fix: fix})
				}
			}
			if f, stale := checkedLongAgo(b, i, today); stale {
				all = append(all, f)
			}
		}
	}
	all = append(all, duplicates(banks)...)
	place := map[string]int{}
	for n, b := range banks {
		place[b.File] = n
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(place[a.File], place[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return all
}

var staleSource = Rule{"stale-source", "ours: rules and editions change", "The source was last looked at more than two years ago."}

// sourceAge is how long a look at a source is good for.
const sourceAge = 2 * 365 * 24 * time.Hour

func checkedLongAgo(b quizzes.Bank, i quizzes.Item, today time.Time) (Finding, bool) {
	on, err := time.Parse(time.DateOnly, i.Source.Checked)
	if err != nil || today.Sub(on) <= sourceAge {
		return Finding{}, false
	}
	return Finding{Rule: staleSource.ID, File: b.File, Line: i.Line, Item: i.ID,
		What: "the source was last looked at on " + i.Source.Checked,
		Fix:  "look again whether the question is still right, and write today's date"}, true
}
