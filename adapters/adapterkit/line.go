package adapterkit

import (
	"context"
	"sync"
	"time"
)

// lineLate is how many are told at once that it takes longer.
const lineLate = 64

// Line has what people do worked on in the order in which it came, so many at
// once. What waits takes no more memory than what it says itself: no goroutine
// waits with it, so that a rush of thousands is held in a few megabytes.
type Line struct {
	life *Life
	most int // worked on at once

	mu      sync.Mutex
	working int
	telling int
	told    queue // they know that it takes longer, and are the next
	late    queue // they are to be told
	waiting queue
	alarm   *time.Timer // for the first that waits; nil: none is set
}

// Task is one thing to be worked on.
type Task struct {
	// Due is when whoever waits has waited too long to be told nothing; without
	// Late it is not looked at. Those who come later are due later.
	Due  time.Time
	Late func(context.Context) // tells them; it has returned before Work is called
	Work func(context.Context)
	Done func() // what ends with it, even where Work panics; nil: nothing
}

// NewLine works on so many at once, each in the background of life.
func NewLine(life *Life, most int) *Line { return &Line{life: life, most: most} }

// Take has t worked on when it is its turn, and returns at once.
func (l *Line) Take(t Task) {
	l.life.working.Begin() // what waits is under way, too
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.working < l.most {
		l.work(t)
		return
	}
	l.waiting.push(t)
	l.watch()
}

// work begins to work on one, whose place goes to the next one afterwards.
func (l *Line) work(t Task) {
	l.working++
	l.life.Background(func(ctx context.Context) {
		defer l.life.working.End()
		defer l.leave()
		if t.Done != nil {
			defer t.Done()
		}
		t.Work(ctx)
	})
}

// leave gives a place to the next.
func (l *Line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.working--
	l.next()
}

// next begins to work on whoever waits longest, while there is a place.
func (l *Line) next() {
	for _, q := range []*queue{&l.told, &l.late, &l.waiting} {
		for l.working < l.most && q.len() > 0 {
			l.work(q.pop())
		}
	}
}

// watch sets the alarm for the first who waits.
func (l *Line) watch() {
	if l.alarm == nil && l.waiting.len() > 0 && l.waiting.first().Late != nil {
		l.alarm = time.AfterFunc(time.Until(l.waiting.first().Due), l.tell)
	}
}

// tell has those told who have waited too long.
func (l *Line) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alarm = nil
	now := time.Now()
	for l.waiting.len() > 0 && l.waiting.first().Late != nil && !l.waiting.first().Due.After(now) {
		l.late.push(l.waiting.pop())
	}
	for l.telling < lineLate && l.late.len() > 0 {
		l.telling++
		l.tellOne(l.late.pop())
	}
	l.watch()
}

// tellOne tells one after the other, as long as there are any.
func (l *Line) tellOne(t Task) {
	l.life.Background(func(ctx context.Context) {
		defer l.toldOne(t)
		t.Late(ctx)
	})
}

// toldOne has somebody who was told worked on next, and goes on to tell others.
func (l *Line) toldOne(t Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told.push(t)
	l.next()
	if l.late.len() > 0 {
		l.tellOne(l.late.pop())
		return
	}
	l.telling--
}

// queue is tasks in their order.
type queue struct {
	tasks []Task
	gone  int // of the front
}

func (q *queue) len() int     { return len(q.tasks) - q.gone }
func (q *queue) first() *Task { return &q.tasks[q.gone] }
func (q *queue) push(t Task)  { q.tasks = append(q.tasks, t) }

// pop takes the first one; what it held is free at once.
func (q *queue) pop() Task {
	t := q.tasks[q.gone]
	q.tasks[q.gone] = Task{}
	if q.gone++; q.gone*2 >= len(q.tasks) { // each is moved once at most for each that was taken
		n := copy(q.tasks, q.tasks[q.gone:])
		clear(q.tasks[n:])
		q.tasks, q.gone = q.tasks[:n], 0
	}
	return t
}
