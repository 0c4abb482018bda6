package scalemodel

import (
	"cmp"
	"slices"
	"time"
)

// sum puts the day's result together.
func (w *world) sum() {
	r := &w.r
	r.Plan, r.Refused = w.p, len(w.refused)
	from := 0
	for n, at := range w.refused {
		for w.refused[from] < at-10*time.Minute {
			from++
		}
		r.WorstTen = max(r.WorstTen, n-from+1)
	}
	for on := range w.late {
		slices.Sort(w.late[on])
		slices.Sort(w.closed[on])
		r.Last[on], r.Ninety[on], r.Median[on] = part(w.late[on], 1), part(w.late[on], 0.99), part(w.late[on], 0.5)
		r.Closed[on] = part(w.closed[on], 1)
	}
	slices.Sort(w.waits)
	r.Waited = [3]time.Duration{part(w.waits, 0.5), part(w.waits, 0.99), part(w.waits, 1)}
	for _, n := range w.minutes {
		r.Peak = max(r.Peak, float64(n)/60)
	}
	for _, z := range w.p.Zones {
		if found := w.zones[z.Name]; found != nil {
			r.ByZone = append(r.ByZone, *found)
		}
	}
	slices.SortFunc(r.ByZone, func(a, b ZoneResult) int {
		return cmp.Or(-cmp.Compare(a.Groups, b.Groups), cmp.Compare(a.Zone, b.Zone))
	})
	for _, c := range w.copies {
		r.AppBusy = max(r.AppBusy, c.busiest())
		r.AppTime += c.total
	}
	r.SQLBusy, r.SQLTime = w.store.busiest(), w.store.total
	c := w.p.Costs
	r.Transactions = int64(r.Posts)*int64(c.PostTx) + int64(r.Answers)*int64(c.AnswerTx)
	r.WAL = int64(r.Posts)*int64(c.PostWAL) + int64(r.Answers)*int64(c.AnswerWAL)
}

// part is the value below which that share of sorted ones is.
func part(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(float64(len(sorted)-1)*share)]
}

// Enough is the fewest copies, from those of the plan on, with which in every minute the copies' processors
// are at most half busy and 99 of 100 presses are answered within a second, and
// the day with them. An error says what is wrong with the plan, or that so many
// copies as most are not enough.
func Enough(p Plan, most int) (Result, bool, error) {
	for ; ; p.Copies++ {
		r, err := Simulate(p)
		if err != nil {
			return r, false, err
		}
		if r.AppBusy <= 0.5 && r.Waited[1] <= time.Second {
			return r, true, nil
		}
		if p.Copies >= most {
			return r, false, nil
		}
	}
}

// Cost is what a day of machines costs: every copy, the database and one that
// stands by for it, at a price for one processor for one hour. Disks and traffic
// are not in it.
func (r Result) Cost(perHour float64) float64 {
	cores := r.Plan.Copies*r.Plan.CopyCores + 2*r.Plan.StoreCores
	return 24 * float64(cores) * perHour
}
