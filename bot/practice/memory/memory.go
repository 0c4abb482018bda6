// Package memory tells when somebody who answered a question should meet it
// again, by FSRS-5 with its published weights: a model of forgetting, in which a
// question's stability grows with each right answer in time and falls with a
// miss. It is pure arithmetic; package practice decides what counts as an answer.
package memory

import (
	"math"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v3"
)

const (
	day = 24 * time.Hour
	// Stability stays between these, in days, as in ts-fsrs; FSRS's own formulas
	// know no end.
	leastStability = 0.01
	mostStability  = 36500
)

// Rating is how well somebody knew a question.
type Rating int

// The ratings of FSRS. Studyhall itself gives Again and Good: a quiz cannot see
// whether a right answer was hard or easy.
const (
	Again Rating = iota + 1 // not known
	Hard
	Good
	Easy
)

// Memory is one person's memory of one question. The zero value is that of a
// question never answered.
type Memory struct {
	Stability  float64   // days until the chance of knowing it has fallen to 90 %
	Difficulty float64   // from 1, easy, to 10
	Reviews    int       // answers so far
	Lapses     int       // misses after the first answer
	Last       time.Time // when it was last answered
	Due        time.Time // when the chance falls to 90 %: whole days after Last, at least one
}

// known reports whether the values can be reckoned with. Whatever can't is
// treated as never answered, for FSRS would make NaN of it.
func (m Memory) known() bool {
	return m.Reviews > 0 && m.Stability > 0 && !math.IsInf(m.Stability, 0) && m.Difficulty >= 1 && m.Difficulty <= 10
}

// Review is the memory after an answer at an instant. The time since the last
// answer counts in whole days, the nearest ones. An instant before the last
// answer counts as that of the last answer; a rating that is none changes nothing.
func (m Memory) Review(r Rating, at time.Time) Memory {
	if r < Again || r > Easy {
		return m
	}
	card := fsrs.NewCard()
	if m.known() {
		if at.Before(m.Last) { // FSRS would count 2^64 days
			at = m.Last
		}
		// FSRS would round 23 hours down to no day at all, in which nothing can be
		// remembered: whoever reviews each morning a little earlier would stand still.
		days := at.Sub(m.Last).Round(day)
		card = fsrs.Card{
			State: fsrs.Review, Stability: m.Stability, Difficulty: m.Difficulty,
			Reps: uint64(m.Reviews), Lapses: uint64(max(m.Lapses, 0)), LastReview: at.Add(-days),
		}
	}
	card = scheduler().Next(card, at, fsrs.Rating(r)).Card
	return Memory{
		Stability: min(max(card.Stability, leastStability), mostStability), Difficulty: card.Difficulty,
		Reviews: int(card.Reps), Lapses: int(card.Lapses), Last: at, Due: card.Due,
	}
}

// Retrievability is the chance of knowing the answer at an instant, from 0 to 1;
// 0 of what was never answered.
func (m Memory) Retrievability(at time.Time) float64 {
	if !m.known() {
		return 0
	}
	if at.Before(m.Last) {
		at = m.Last
	}
	return scheduler().GetRetrievability(fsrs.Card{State: fsrs.Review, Stability: m.Stability, LastReview: m.Last}, at)
}

// scheduler is a new one for each call, for the library's writes to itself. It
// has no steps of minutes: nobody answers the same question twice on one day.
func scheduler() *fsrs.FSRS {
	p := fsrs.DefaultParam()
	p.EnableShortTerm = false
	return fsrs.NewFSRS(p)
}
