package scalemodel

import (
	"container/heap"
	"time"
)

// clock lets what was planned happen, in the order of time and, at one instant,
// in the order in which it was planned.
type clock struct {
	now    time.Duration
	events events
	seq    int
}

type event struct {
	at  time.Duration
	seq int
	do  func()
}

// after plans something; what would be in the past is now.
func (c *clock) after(d time.Duration, do func()) {
	c.seq++
	heap.Push(&c.events, event{c.now + max(d, 0), c.seq, do})
}

// run lets everything happen.
func (c *clock) run() {
	for len(c.events) > 0 {
		e := heap.Pop(&c.events).(event)
		c.now = e.at
		e.do()
	}
}

// events is a heap.
type events []event

// Len is part of [heap.Interface].
func (e events) Len() int { return len(e) }

// Less is part of [heap.Interface].
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}

// Swap is part of [heap.Interface].
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push is part of [heap.Interface].
func (e *events) Push(x any) { *e = append(*e, x.(event)) }

// Pop is part of [heap.Interface].
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return x
}

// queue is first in, first out.
type queue[T any] struct {
	all  []T
	head int
}

func (q *queue[T]) put(x T) { q.all = append(q.all, x) }

func (q *queue[T]) len() int { return len(q.all) - q.head }

func (q *queue[T]) take() T {
	x := q.all[q.head]
	var none T
	q.all[q.head] = none
	if q.head++; q.head > 1024 && q.head*2 > len(q.all) {
		q.all, q.head = append([]T(nil), q.all[q.head:]...), 0
	}
	return x
}

// station is some processors with one row of work before them.
type station struct {
	clock   *clock
	servers int
	at      int // work in hand
	waiting queue[work]
	total   time.Duration
	minutes map[int]time.Duration // of processors, by the minute in which the work began
}

type work struct {
	cost time.Duration
	done func()
}

func newStation(c *clock, servers int) *station {
	return &station{clock: c, servers: servers, minutes: map[int]time.Duration{}}
}

// do puts work into the row; done is called when it is done.
func (s *station) do(cost time.Duration, done func()) {
	s.waiting.put(work{cost, done})
	s.begin()
}

func (s *station) begin() {
	for s.at < s.servers && s.waiting.len() > 0 {
		w := s.waiting.take()
		s.at++
		s.total += w.cost
		s.minutes[int(s.clock.now/time.Minute)] += w.cost
		s.clock.after(w.cost, func() {
			s.at--
			w.done()
			s.begin()
		})
	}
}

// busiest is the largest share of its processors that a minute took.
func (s *station) busiest() float64 {
	var most time.Duration
	for _, d := range s.minutes {
		most = max(most, d)
	}
	return most.Seconds() / 60 / float64(s.servers)
}

// pace lets one thing through at a time, and a number at once after a pause.
type pace struct {
	every time.Duration
	burst int
	next  time.Duration
	held  time.Duration // until when nothing goes, since a platform said so
}

// reserve is how long to wait for the next place.
func (p *pace) reserve(now time.Duration) time.Duration {
	p.next = max(p.next, now-time.Duration(p.burst-1)*p.every)
	wait := max(p.next-now, 0)
	p.next += p.every
	return wait
}
