package practice

import (
	"context"
	"fmt"
	"slices"
	"time"

	"studyhall/bot/practice/itemstats"
	"studyhall/quizzes"
)

// What a group's own answers say about its questions, for its organisers. Counted
// are answers in time to closed postings, which the closed card counts, too: what
// organisers read never tells more of one person than everybody in the channel
// can see, however often they look.

const (
	// figuredPostings and figuredAnswers bound what is counted: the newest postings
	// of a group, whole ones.
	figuredPostings = 500
	figuredAnswers  = 250_000
	// figuresFrom is how many people a posting must add to a question's figures, and
	// how many it must leave out if it leaves out any: the difference between two
	// looks, or between the figures and a card, is never about fewer.
	figuresFrom = countsFrom
	// splitFrom is from how many answers on it is told apart what the stronger half
	// chose.
	splitFrom = itemstats.MinDiscrimination
)

// MinCounted is how many people must have answered a posting before anybody is told
// how.
const MinCounted = countsFrom

// A ClosedPosting is a closed round as figures need it.
type ClosedPosting struct {
	Round    string
	Track    string
	Number   int
	Original string // the item version as its bank has it
	Version  string // by which its answers are graded
	Answered int    // answers in time
}

// FiguresStore is what figures about a group's questions need of the database.
type FiguresStore interface {
	// FiguresMark is another text whenever a question of the group has closed or was
	// corrected.
	FiguresMark(ctx context.Context, groupID string) (string, error)
	// ClosedPostings are up to n of a group's newest closed rounds, newest first,
	// without those that were taken back.
	ClosedPostings(ctx context.Context, groupID string, n int) ([]ClosedPosting, error)
	// AnsweredInTime visits the answers in time to rounds, one round after the other
	// in their order. Item and Version are left empty, and times.
	AnsweredInTime(ctx context.Context, rounds []string, visit func(round string, a FirstAnswer) error) error
	// TimesPractised is how long members of a group thought about an item version
	// when they first practised it, or about an item in all its versions where the
	// version is "": since the answer before in the same session, in the order of
	// the answers, up to n of them.
	TimesPractised(ctx context.Context, groupID, item, version string, n int) ([]time.Duration, error)
	// HeldFrom reports whether a member is still to answer a question, or may change
	// their answer; of nobody, whether anybody could be.
	HeldFrom(ctx context.Context, groupID, item, memberID string) (bool, error)
	// Judged are the item versions, as banks have them, about which a group's
	// organisers are to decide, or have decided anything but another key, and those
	// that the host retired for all.
	Judged(ctx context.Context, groupID string) ([]VoidItem, error)
}

// ItemFigures is what a group's answers say about one of its questions.
type ItemFigures struct {
	ItemStatistic
	Last ClosedPosting // the newest one counted
}

// GroupFigures are the figures of each question that a group was asked, those that
// need somebody's eye most first. They come from its newest closed postings, and
// from no more answers than figuredAnswers.
func GroupFigures(ctx context.Context, s interface {
	FiguresStore
	StatisticsStore
}, groupID string) ([]ItemFigures, error) {
	postings, err := s.ClosedPostings(ctx, groupID, figuredPostings)
	if err != nil {
		return nil, err
	}
	answers, n := 0, 0
	for ; n < len(postings) && answers+postings[n].Answered <= figuredAnswers; n++ {
		answers += postings[n].Answered
	}
	postings = postings[:n]
	slices.Reverse(postings) // what somebody answered first counts
	c := closedCount{counting: newCounting(s), rounds: map[string]int{}, counted: map[int]map[string]bool{}, last: map[string]ClosedPosting{}}
	ids := make([]string, len(postings))
	for n, p := range postings {
		if c.rounds[p.Round], err = c.placeOf(ctx, p.Version); err != nil {
			return nil, err
		}
		ids[n] = p.Round
		c.last[c.key(c.rounds[p.Round])] = p
	}
	if err := s.AnsweredInTime(ctx, ids, c.see); err != nil {
		return nil, err
	}
	c.flush()
	stats := c.analysed()
	all := make([]ItemFigures, len(stats))
	for n, one := range stats {
		all[n] = ItemFigures{ItemStatistic: one, Last: c.last[figuresKey(one.Item, one.Version)]}
	}
	return all, nil
}

// figuresKey is under which an item's figures are found: draws of a computed item
// are counted together.
func figuresKey(item quizzes.Item, version string) string {
	if item.Computed {
		return "computed " + item.ID
	}
	return version
}

// closedCount takes what people answered to closed postings, a posting at a time.
type closedCount struct {
	counting
	rounds  map[string]int           // where the answers to each are counted
	counted map[int]map[string]bool  // who is counted already, by item
	last    map[string]ClosedPosting // by figuresKey
	round   string                   // being read
	given   []FirstAnswer            // to it
}

func (c *closedCount) key(place int) string {
	return figuresKey(c.all[place].Item, c.all[place].Version)
}

func (c *closedCount) see(round string, a FirstAnswer) error {
	if round != c.round {
		c.flush()
		c.round = round
	}
	c.given = append(c.given, a)
	return nil
}

// flush counts the answers of a posting by those who are not counted yet. If it
// would add too few of them, or leave out too few others, it counts nobody.
func (c *closedCount) flush() {
	if len(c.given) == 0 {
		return
	}
	place := c.rounds[c.round]
	before := c.counted[place]
	if before == nil {
		before = map[string]bool{}
		c.counted[place] = before
	}
	fresh := slices.DeleteFunc(c.given, func(a FirstAnswer) bool { return before[a.Member] })
	if rest := len(c.given) - len(fresh); len(fresh) >= figuresFrom && (rest == 0 || rest >= figuresFrom) {
		for _, a := range fresh {
			before[a.Member] = true
			c.give(place, a)
		}
	}
	c.given = c.given[:0]
}

// timesOf are the seconds that people took to answer a question in practice; nil
// where too few did. Only a whole number of hands is counted, so that no single
// person's time can be read off a difference.
func timesOf(all []time.Duration) (median time.Duration, ok bool) {
	all = slices.DeleteFunc(slices.Clone(all), func(d time.Duration) bool { return d <= 0 || d > thinkingTime })
	all = all[:len(all)-len(all)%figuresFrom]
	if len(all) < itemstats.MinTimes {
		return 0, false
	}
	slices.Sort(all)
	return all[len(all)/2], true
}

// groupFigures are the figures of a group's questions, worked out once for as long as
// nothing closes or is corrected there. One group's are worked out at a time.
func (s *Service) groupFigures(ctx context.Context, groupID string) (figuresOfGroup, error) {
	mark, err := s.Store.FiguresMark(ctx, groupID)
	if err != nil {
		return figuresOfGroup{}, err
	}
	if known, ok := s.figured.get(groupID); ok && known.mark == mark {
		return known, nil
	}
	s.figuring.Lock()
	defer s.figuring.Unlock()
	if known, ok := s.figured.get(groupID); ok && known.mark == mark { // by somebody who was faster
		return known, nil
	}
	all, err := GroupFigures(ctx, s.Store, groupID)
	if err != nil {
		return figuresOfGroup{}, fmt.Errorf("work out figures of %s: %w", groupID, err)
	}
	f := figuresOfGroup{mark: mark, all: all, places: map[string]int{}}
	for n, one := range all {
		f.places[figuresKey(one.Item, one.Version)] = n
	}
	s.figured.put(groupID, f)
	return f, nil
}

// figuresOfGroup are a group's figures as they are kept in memory.
type figuresOfGroup struct {
	mark   string
	all    []ItemFigures
	places map[string]int // by figuresKey
}

// of is the figures of an item version; nothing is Shown where there are too few
// answers.
func (f figuresOfGroup) of(item quizzes.Item, version string) (ItemFigures, bool) {
	n, ok := f.places[figuresKey(item, version)]
	if !ok {
		return ItemFigures{}, false
	}
	return f.all[n], true
}
