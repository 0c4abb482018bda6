package practice_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/bot/practice"
	"studyhall/quizzes"
)

// answered is a database with answers and items.
type answered struct {
	answers []practice.FirstAnswer
	items   map[string]quizzes.Item
	read    int
}

func (a *answered) FirstAnswers(_ context.Context, _ practice.StatisticsOf, see func(practice.FirstAnswer) error) error {
	for _, one := range a.answers {
		if err := see(one); err != nil {
			return err
		}
	}
	return nil
}

func (a *answered) ItemVersion(_ context.Context, version string) (quizzes.Item, error) {
	a.read++
	return a.items[version], nil
}

// Items are counted by version, computed ones over all their draws; the one whose
// key looks wrong comes first, in words; each version is read once.
func TestItemStatistics(t *testing.T) {
	lettered := func(id, key string, computed bool) quizzes.Item {
		i := quizzes.Item{ID: id, Stem: "Which?", Answer: []string{key}, Computed: computed}
		for _, o := range []string{"a", "b", "c"} {
			i.Options = append(i.Options, quizzes.Option{ID: o, Text: o})
		}
		return i
	}
	a := &answered{items: map[string]quizzes.Item{"d1": lettered("drawn", "a", true), "d2": lettered("drawn", "b", true), "w": lettered("wrong", "c", false)}}
	for n := range 25 {
		a.items[fmt.Sprint("v", n)] = lettered(fmt.Sprint("item", n), "a", false)
	}
	give := func(member int, version, option string, took time.Duration) {
		item := a.items[version]
		verdict := practice.Wrong
		if item.RightOption(option) {
			verdict = practice.Right
		}
		a.answers = append(a.answers, practice.FirstAnswer{Member: fmt.Sprint(member), Item: item.ID, Version: version, Options: option, Verdict: verdict, Took: took})
	}
	for m := range 60 {
		for n := range 25 { // the higher the number, the more able
			option := "b"
			if (m*7+n*11)%60 < m {
				option = "a"
			}
			give(m, fmt.Sprint("v", n), option, 30*time.Second)
		}
		option := "b" // which the key calls wrong
		if m < 15 {
			option = "c"
		}
		give(m, "w", option, time.Hour) // they were away
		give(m, fmt.Sprint("d", m%2+1), "a", 0)
	}
	all, err := practice.ItemStatistics(t.Context(), a, practice.StatisticsOf{})
	if err != nil || len(all) != 27 {
		t.Fatal(len(all), err)
	}
	if words := strings.Join(all[0].FlagWords(), " "); all[0].Item.ID != "wrong" || !strings.Contains(words, "Most strong members choose B: is the key right?") {
		t.Errorf("first comes %s: %s", all[0].Item.ID, words)
	}
	if all[0].Times != 0 {
		t.Errorf("%d times of people who were away", all[0].Times)
	}
	for _, i := range all {
		switch i.Item.ID {
		case "drawn":
			if i.Answers != 60 || i.Facility.Count != 30 || i.Options != nil || i.Version != "" {
				t.Errorf("the computed item: %+v", i)
			}
		case "item0":
			if i.Times != 60 || i.Quartiles[1] != 30 {
				t.Errorf("times %d, %v", i.Times, i.Quartiles)
			}
		}
	}
	if a.read != len(a.items) {
		t.Errorf("%d items read, of %d", a.read, len(a.items))
	}
}
