package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/practice"
	"studyhall/bot/practice/itemstats"
	"studyhall/quizzes"
)

// A question's figures are said in words that a person can act on.
func TestStatText(t *testing.T) {
	share := func(count, of int, low, high float64) itemstats.Share {
		return itemstats.Share{Count: count, Of: of, Low: low, High: high}
	}
	i := practice.ItemStatistic{
		Item: quizzes.Item{ID: "cbet-x", Stem: "Which?", Answer: []string{"a"}, Options: []quizzes.Option{{ID: "a", Text: "One"}, {ID: "b", Text: "Two"}}},
		Statistic: itemstats.Statistic{
			Answers: 60, Shown: true, Facility: share(12, 60, 0.118, 0.318),
			Discrimination: itemstats.Correlation{Known: true, Value: -0.31, Low: -0.52, High: -0.06},
			Options:        []itemstats.Option{{Share: share(12, 60, 0, 1), Strong: share(2, 30, 0, 1)}, {Share: share(48, 60, 0, 1), Strong: share(28, 30, 0, 1)}},
			Times:          40, Quartiles: [3]float64{11, 19, 32},
			Flags: []itemstats.Flag{{Kind: itemstats.KeyLooksWrong, Option: 1}, {Kind: itemstats.TooHard, Option: -1}},
		},
	}
	want := `cbet-x  Which?
  right: 20 % (12 to 32 %) of 60 answers
  strong and weak members: -0.31 (-0.52 to -0.06); above 0.2 is good
  * A  20 % chose it, 7 % of the stronger half: One
    B  80 % chose it, 93 % of the stronger half: Two
  time: half take 11 to 32 seconds, the middle one 19
  > Most strong members choose B: is the key right?
  > Fewer than one in three get it right.

`
	if diff := cmp.Diff(want, statText(i)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	row := newStatRow(i)
	if row.Facility.Value != 0.2 || len(row.Options) != 2 || !row.Options[0].Right || row.Options[1].Right || len(row.Flags) != 2 {
		t.Errorf("got %+v", row)
	}
	few := newStatRow(practice.ItemStatistic{Item: i.Item, Statistic: itemstats.Statistic{Answers: 3}})
	if few.Facility != nil || few.Options != nil || few.Discrimination != nil || few.Difficulty != nil {
		t.Errorf("few answers say %+v", few)
	}
}
