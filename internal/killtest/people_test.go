package killtest

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"studyhall/bot"
)

// press is one person's wish to answer a question.
type press struct {
	card    card
	who     int    // of the people there
	letter  string // or True or False, that is pressed
	account bot.UserID
	round   string
}

func (p press) key() string { return p.round + " " + string(p.account) }

// book is what people pressed and what they were told, by round and account: the
// options that they pressed, and those that they were told count.
type book struct {
	mu          sync.Mutex
	tried, told map[string][]string
	right       map[string]bool // whether they were told that it is right
	presses     int
	unanswered  int // presses that nothing came of
	never       int // people who were told nothing until the question closed, or the run ended
	waiting     atomic.Int64
}

func newBook() *book {
	return &book{tried: map[string][]string{}, told: map[string][]string{}, right: map[string]bool{}}
}

func (b *book) try(p press, option string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.presses++
	if k := p.key(); !slices.Contains(b.tried[k], option) {
		b.tried[k] = append(b.tried[k], option)
	}
}

func (b *book) tell(p press, option string, right bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := p.key()
	if !slices.Contains(b.told[k], option) {
		b.told[k] = append(b.told[k], option)
	}
	b.right[k] = right
}

func (b *book) missed(forGood bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if forGood {
		b.never++
	} else {
		b.unanswered++
	}
}

var told = regexp.MustCompile(`(Right\. ([A-E]|True|False)\b|You chose ([A-E]|True|False)\b)`)

// toldOf is the letter that a result says was chosen.
func toldOf(text string) (string, bool) {
	m := told.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	return m[2] + m[3], true
}

// members is how many people of each platform are in a group's channel and answer;
// about two thirds of them each question.
const members = 6

// wishes are the presses that a question brings about. Nothing but the seed and
// the question decide who answers what.
func (w *world) wishes(c card) (all []press) {
	round, options := c.round()
	if round == "" {
		return nil
	}
	letters := slices.Sorted(maps.Keys(options))
	from := spread(w.seed, c.place.study.id, c.place.slack != nil) % crowded
	for i := range members {
		die := spread(w.seed, c.place.study.id, c.number(), c.place.slack != nil, i)
		if die%3 == 0 && i > 0 { // the first always answers, or the group would rest some day
			continue
		}
		p := press{card: c, who: (from + i*3) % crowded, round: round}
		p.account = c.place.account(p.who)
		p.letter = letters[die/3%len(letters)]
		all = append(all, p)
		if die%7 == 0 { // changes their mind; the first answer counts
			p.letter = letters[die/5%len(letters)]
			all = append(all, p)
		}
	}
	return all
}

// people answer what is asked until the run ends.
func (w *world) people() {
	wishes := make(chan press, 100_000)
	var working sync.WaitGroup
	for range max(10, len(w.groups)/4) {
		working.Go(func() {
			for {
				select {
				case <-w.ctx.Done():
					return
				case p := <-wishes:
					w.answer(p)
					w.book.waiting.Add(-1)
				}
			}
		})
	}
	for w.ctx.Err() == nil {
		for _, c := range w.board.take() {
			for _, p := range w.wishes(c) {
				w.book.waiting.Add(1)
				wishes <- p
			}
		}
		w.pause(40 * time.Millisecond)
	}
	working.Wait()
}

// answer has somebody press until they are told what counts, or it is too late.
func (w *world) answer(p press) {
	_, options := p.card.round()
	for range 60 {
		for !w.connected(p.card.place) && w.ctx.Err() == nil {
			w.pause(100 * time.Millisecond)
		}
		if w.ctx.Err() != nil {
			return
		}
		w.book.try(p, options[p.letter])
		text, gone := w.pressed(p)
		if letter, ok := toldOf(text); ok {
			w.book.tell(p, options[letter], strings.Contains(text, "Right."))
			return
		}
		if gone || strings.Contains(text, "is closed") {
			w.book.missed(true)
			return
		}
		w.book.missed(false)
		w.pause(200 * time.Millisecond)
	}
	w.book.missed(true)
}

// pressed is what somebody reads who presses once. Gone is a button that isn't
// there any more.
func (w *world) pressed(p press) (text string, gone bool) {
	ctx, cancel := context.WithTimeout(w.ctx, answers+2*time.Second)
	defer cancel()
	if p.card.place.slack != nil {
		i, err := p.card.place.town.slack[p.who].Press(p.card.slack, p.card.labels[p.letter])
		if err != nil {
			return "", true
		}
		if i.Wait(ctx) != nil {
			return "", false
		}
		w.slack.Await(ctx, func() bool { // the result follows the acknowledgement
			text = ""
			for _, m := range i.Messages() {
				text += m.Words() + "\n"
			}
			return text != ""
		})
		return text, false
	}
	i, err := p.card.place.town.discord[p.who].Press(p.card.discord, p.letter)
	if err != nil {
		return "", true
	}
	if i.Wait(ctx) != nil {
		return "", false
	}
	m := i.Reply()
	if later := i.Followups(); len(later) > 0 {
		m = later[len(later)-1]
	}
	return m.Text(), false
}
