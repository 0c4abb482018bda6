package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/practice"
	"studyhall/bot/store"
	"studyhall/quizzes"
)

// numbered are n items of which a is right: "item-0", "item-1" and so on.
func numbered(prefix string, n int) (items []quizzes.Item) {
	for k := range n {
		items = append(items, thisOrThat(fmt.Sprint(prefix, k)))
	}
	return items
}

// questionsOf are items as a session asks them, and what is kept of them.
func questionsOf(reason practice.Reason, items ...quizzes.Item) (asked []practice.SessionQuestion, kept []practice.SessionItem) {
	for n, item := range items {
		version, snapshot := item.Version()
		kept = append(kept, practice.SessionItem{Item: item.ID, Version: version, Snapshot: snapshot, Bank: "bank", Certification: "cbet"})
		asked = append(asked, practice.SessionQuestion{Place: n + 1, Item: item.ID, Domain: item.Domain, ItemVersion: version, Reason: reason})
	}
	return asked, kept
}

// tally runs do as [atOnce] does and counts what came of it.
func tally[T comparable](t *testing.T, do func(n int) (T, error)) map[T]int {
	t.Helper()
	var mu sync.Mutex
	got := map[T]int{}
	atOnce(t, func(n int) error {
		v, err := do(n)
		mu.Lock()
		defer mu.Unlock()
		got[v]++
		return err
	})
	return got
}

// there is what a store's method finds; without it the test ends.
func there[T any](v T, ok bool, err error) func(t *testing.T, what string) T {
	return func(t *testing.T, what string) T {
		t.Helper()
		if err != nil || !ok {
			t.Fatalf("%s: %v, %v", what, ok, err)
		}
		return v
	}
}

// life is what a group's history by chance happens to.
type life struct {
	t     *rapid.T
	test  *testing.T
	s     *store.Store
	group string
	now   time.Time
	ids   int
}

// id makes an identifier that no other group has.
func (l *life) id(kind string) string {
	l.ids++
	return fmt.Sprintf("%s-%s%d", l.group, kind, l.ids)
}

func (l *life) must(doing string, err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatalf("%s: %v", doing, err)
	}
}

// step is something that may happen, with its name for the log.
type step struct {
	name string
	do   func()
}

// span is the least and the most of something.
type span struct{ least, most int }

// goOn lets so many of the steps happen, so many hours after each other, and calls
// after with the number of each from 0.
func (l *life) goOn(many, hours span, steps []step, after func(n int)) {
	for n := range rapid.IntRange(many.least, many.most).Draw(l.t, "steps") {
		l.now = l.now.Add(time.Duration(rapid.IntRange(hours.least, hours.most).Draw(l.t, "hours")) * time.Hour)
		next := steps[rapid.IntRange(0, len(steps)-1).Draw(l.t, "op")]
		l.t.Log(next.name, l.now.Format(time.RFC3339))
		next.do()
		after(n)
	}
}
