// Package example gives the demonstration a group with a past: twelve invented
// people who have studied for six weeks. None of it is written by hand: they
// press, type and practise in the browser chat while its clock runs through those
// weeks, and everything the group has is what the program made of it.
package example

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/quizzes"
)

// Weeks is how long the group has been there.
const Weeks = 6

// Program is the program in which the group lives.
type Program struct {
	Chat *browser.Adapter
	Core bot.Core
	// Items are the questions it may ask, for the people to know their answers.
	Items []quizzes.Item
	// Advance moves the clock forward, as in [browser.Clock].
	Advance func(ctx context.Context, to time.Time) error
}

// Begin is when the group's past begins if it is now now: a Sunday afternoon.
func Begin(now time.Time) time.Time {
	zone := location("America/Chicago")
	now = now.In(zone)
	sunday := now.Day() - int(now.Weekday())
	return time.Date(now.Year(), now.Month(), sunday-7*Weeks, 14, 0, 0, 0, zone)
}

// location is a zone of a member; the program has them all inside.
func location(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return l
}

// visit is one look of a member into the chat.
type visit struct {
	at   time.Time
	who  member
	week int
}

// Live lets the group live from begin until now. The clock has to stand at begin,
// and afterwards stands at now. The same begin and now give the same past, as far
// as the program does.
func Live(ctx context.Context, p Program, begin, now time.Time) error {
	l := life{Program: p, chance: rand.New(rand.NewPCG(20261122, 7)), stems: map[string]quizzes.Item{}}
	for _, i := range p.Items {
		l.stems[bot.Typed(i.Stem).Plain()] = i
	}
	if err := l.found(ctx); err != nil {
		return fmt.Errorf("set up the example group: %w", err)
	}
	for _, v := range l.visits(begin, now) {
		if err := p.Advance(ctx, v.at); err != nil {
			return err
		}
		if err := l.visit(ctx, v); err != nil {
			return fmt.Errorf("%s, %s: %w", v.who.ID, v.at.Format(time.RFC3339), err)
		}
	}
	if err := p.Advance(ctx, now); err != nil {
		return err
	}
	// Platforms forget what only one person saw; so does this one.
	return p.Chat.Tidy(ctx)
}

// visits are everybody's looks at every day, in order of time.
func (l *life) visits(begin, now time.Time) []visit {
	var all []visit
	for _, m := range members() {
		zone := location(m.Zone)
		first := begin.In(zone)
		for day := 1; ; day++ {
			at := time.Date(first.Year(), first.Month(), first.Day()+day, m.hour, m.minute, 0, 0, zone)
			at = at.Add(time.Duration(l.chance.IntN(40)-20) * time.Minute)
			if !at.Before(now) {
				break
			}
			if weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday; weekend && l.chance.Float64() > 0.2 {
				continue
			}
			if m.ID == members()[0].ID && at.After(newest(now)) {
				continue // the newest question is left to whoever tries the demonstration
			}
			if week := (day - 1) / 7; week >= m.joins && (m.leaves == 0 || week <= m.leaves) {
				all = append(all, visit{at, m, week})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b visit) int { return a.at.Compare(b.at) })
	return all
}

// newest is when the last question before an instant came: at 7 on a weekday
// where the group is.
func newest(now time.Time) time.Time {
	at := now.In(location("America/Chicago"))
	at = time.Date(at.Year(), at.Month(), at.Day(), 7, 0, 0, 0, at.Location())
	for at.After(now) || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, -1)
	}
	return at
}
