package practice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/bot/practice/itemstats"
	"studyhall/quizzes"
)

// Whose answers statistics are about.
type StatisticsOf struct {
	Group         string // "": of all groups
	Certification string // "": of all certifications
}

// A FirstAnswer is the first that somebody gave to an item, as it is graded today.
type FirstAnswer struct {
	Member  string
	Item    string // identifier of the item, the same in all its versions
	Version string // the version by which it is graded, which a group's correction may have replaced
	Options string // identifiers of the chosen options, separated by spaces; "" if typed
	Verdict Verdict
	Took    time.Duration // since the same session's answer before; 0 if nobody knows
}

// StatisticsStore is what item statistics need of the database.
type StatisticsStore interface {
	// FirstAnswers visits first answers to items: to questions of the day that are
	// closed, caught up or not, and in sessions. Void ones, which no key could be
	// right about, are left out, and those of who knew the question before.
	FirstAnswers(ctx context.Context, of StatisticsOf, visit func(FirstAnswer) error) error
	// ItemVersion reads an item as it was asked.
	ItemVersion(ctx context.Context, version string) (quizzes.Item, error)
}

// An ItemStatistic is what people's answers say about one version of an item, or,
// of a computed item, about all its draws together.
type ItemStatistic struct {
	Item    quizzes.Item
	Version string // "" of a computed item
	itemstats.Statistic
}

// thinkingTime is the longest that somebody is believed to think about a question;
// after more they have been away.
const thinkingTime = 10 * time.Minute

// ItemStatistics says how good questions are by how they were answered, for those
// who look after them. Nobody's name or ability is in it. Those with the gravest
// flags come first, then those with most answers.
func ItemStatistics(ctx context.Context, s StatisticsStore, of StatisticsOf) ([]ItemStatistic, error) {
	c := newCounting(s)
	if err := s.FirstAnswers(ctx, of, func(a FirstAnswer) error { return c.add(ctx, a) }); err != nil {
		return nil, err
	}
	return c.analysed(), nil
}

// counting turns answers into places in lists.
type counting struct {
	store    StatisticsStore
	all      []ItemStatistic
	items    []itemstats.Item
	answers  []itemstats.Answer
	places   map[string]int // of versions and computed items, in items
	people   map[string]int
	versions map[string]int // of versions that were read, in items
}

func newCounting(s StatisticsStore) counting {
	return counting{store: s, places: map[string]int{}, people: map[string]int{}, versions: map[string]int{}}
}

// analysed is what the answers say, by need.
func (c *counting) analysed() []ItemStatistic {
	stats := itemstats.Analyse(c.items, c.answers)
	for n := range stats {
		c.all[n].Statistic = stats[n]
	}
	slices.SortStableFunc(c.all, byNeed)
	return c.all
}

func (c *counting) add(ctx context.Context, a FirstAnswer) error {
	place, err := c.placeOf(ctx, a.Version)
	if err == nil {
		c.give(place, a)
	}
	return err
}

// placeOf is where answers to an item version are counted.
func (c *counting) placeOf(ctx context.Context, version string) (int, error) {
	place, known := c.versions[version]
	if !known {
		item, err := c.store.ItemVersion(ctx, version)
		if err != nil {
			return 0, err
		}
		place = c.place(item, version)
		c.versions[version] = place
	}
	return place, nil
}

// give counts an answer.
func (c *counting) give(place int, a FirstAnswer) {
	person, known := c.people[a.Member]
	if !known {
		person = len(c.people)
		c.people[a.Member] = person
	}
	answer := itemstats.Answer{Person: person, Item: place, Option: -1, Right: a.Verdict == Right}
	if c.items[place].Options > 0 {
		answer.Option = slices.IndexFunc(c.all[place].Item.Options, func(o quizzes.Option) bool { return o.ID == a.Options })
	}
	if a.Took > 0 && a.Took <= thinkingTime {
		answer.Seconds = a.Took.Seconds()
	}
	c.answers = append(c.answers, answer)
}

// place is where an item's answers are counted. The draws of a computed item have
// other numbers each, and so other options: they are counted together without.
// Where several options are chosen at once, none is chosen by itself.
func (c *counting) place(item quizzes.Item, version string) int {
	key, s, options := version, ItemStatistic{Item: item, Version: version}, itemstats.Item{Key: -1}
	if item.Computed {
		key, s.Version = "computed "+item.ID, ""
	} else if item.Type != quizzes.Multiple {
		options.Options = len(item.Options)
		if len(item.Answer) == 1 && len(item.Also) == 0 {
			options.Key = slices.IndexFunc(item.Options, func(o quizzes.Option) bool { return o.ID == item.Answer[0] })
		}
	}
	place, known := c.places[key]
	if !known {
		place = len(c.all)
		c.places[key] = place
		c.all, c.items = append(c.all, s), append(c.items, options)
	}
	return place
}

var gravest = []itemstats.Kind{itemstats.KeyLooksWrong, itemstats.Backwards, itemstats.Blunt, itemstats.TooHard, itemstats.TooEasy, itemstats.Unused}

// byNeed orders items by how much they need somebody's eye.
func byNeed(a, b ItemStatistic) int {
	need := func(s ItemStatistic) int {
		if len(s.Flags) == 0 {
			return len(gravest)
		}
		return slices.Index(gravest, s.Flags[0].Kind)
	}
	if d := need(a) - need(b); d != 0 {
		return d
	}
	if d := b.Answers - a.Answers; d != 0 {
		return d
	}
	return strings.Compare(a.Item.ID, b.Item.ID)
}

// FlagWords say what to look into, a sentence each.
func (s ItemStatistic) FlagWords() (words []string) {
	letter := func(option int) string { return strings.ToUpper(s.Item.Options[option].ID) }
	for _, f := range s.Flags {
		switch f.Kind {
		case itemstats.KeyLooksWrong:
			words = append(words, fmt.Sprintf("Most strong members choose %s: is the key right?", letter(f.Option)))
		case itemstats.Backwards:
			words = append(words, "Strong members get it wrong more often than others: is the key right, or the question unclear?")
		case itemstats.Blunt:
			words = append(words, "Strong and weak members do equally well: is it unclear, or a guess?")
		case itemstats.TooHard:
			words = append(words, "Fewer than one in three get it right.")
		case itemstats.TooEasy:
			words = append(words, "Nearly everybody gets it right.")
		case itemstats.Unused:
			words = append(words, fmt.Sprintf("Hardly anybody chooses %s: is there a more tempting mistake?", letter(f.Option)))
		}
	}
	return words
}
