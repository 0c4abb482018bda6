package scalemodel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Result is what came of a day.
type Result struct {
	Plan     Plan
	Posts    int // questions posted, of as many groups
	Answers  int
	Edits    int // requests that changed a post
	Refused  int // requests that a platform refused as too many
	WorstTen int // the most of those in any ten minutes

	ByZone  []ZoneResult
	Last    [2]time.Duration // from 07:00 until the last group had its question, by platform
	Ninety  [2]time.Duration // until 99 of 100 had
	Median  [2]time.Duration
	Closed  [2]time.Duration // until the last card of the day before was closed
	Waited  [3]time.Duration // for the result of a press: half, 99 of 100, and all
	Peak    float64          // answers a second, in the busiest minute
	AppBusy float64          // share of the copies' processors in the busiest minute
	SQLBusy float64          // and of the database's
	AppTime time.Duration    // processor time of the day
	SQLTime time.Duration

	Transactions int64
	WAL          int64 // bytes
}

// ZoneResult is the morning of one zone.
type ZoneResult struct {
	Zone   string
	Groups int
	Last   time.Duration
}

// world is a day under way.
type world struct {
	clock
	p      Plan
	chance *rand.Rand
	copies []*station
	next   int // copy that the next press goes to
	store  *station
	due    queue[*group]
	firing int
	lanes  []*lane
	slack  []*space
	apps   []*app

	late    [2][]time.Duration
	closed  [2][]time.Duration
	waits   []time.Duration
	minutes map[int]int // answers by minute
	zones   map[string]*ZoneResult
	refused []time.Duration
	r       Result
}

// group is one with a question a day.
type group struct {
	zone     string
	platform Platform
	at       time.Duration // 07:00, after midnight UTC of the day
	people   int
	space    *space // on Slack
	app      *app   // on Discord
	answered int
	shown    time.Duration // when its card's count was last refreshed
	planned  bool          // a refresh is planned
}

// Simulate lets a day pass. An error says what is wrong with the plan.
func Simulate(p Plan) (Result, error) {
	if err := p.check(); err != nil {
		return Result{}, err
	}
	w := &world{p: p, chance: rand.New(rand.NewPCG(p.Seed, 0x73747564796861)), minutes: map[int]int{}, zones: map[string]*ZoneResult{}}
	w.store = newStation(&w.clock, p.StoreCores)
	for range p.Copies {
		w.copies = append(w.copies, newStation(&w.clock, p.CopyCores))
	}
	w.platforms()
	groups, err := w.found()
	if err != nil {
		return Result{}, err
	}
	for _, g := range groups {
		w.after(g.at, func() {
			w.due.put(g)
			w.fire()
		})
	}
	w.run()
	w.sum()
	return w.r, nil
}

// found makes the groups.
func (w *world) found() ([]*group, error) {
	p := w.p
	var cumulated []float64
	var mornings []time.Duration
	var sum float64
	midnight := time.Date(p.Day.Year(), p.Day.Month(), p.Day.Day(), 0, 0, 0, 0, time.UTC)
	for _, z := range p.Zones {
		zone, err := time.LoadLocation(z.Name)
		if err != nil {
			return nil, fmt.Errorf("zone %q: %w", z.Name, err)
		}
		morning := time.Date(p.Day.Year(), p.Day.Month(), p.Day.Day(), 7, 0, 0, 0, zone).Sub(midnight)
		mornings = append(mornings, (morning+24*time.Hour)%(24*time.Hour))
		sum += z.Share
		cumulated = append(cumulated, sum)
	}
	var all []*group
	for n := range p.Groups {
		z, x := 0, w.chance.Float64()*sum
		for z < len(cumulated)-1 && x >= cumulated[z] {
			z++
		}
		g := &group{zone: p.Zones[z].Name, at: mornings[z], people: w.size(), shown: -time.Hour}
		if w.chance.Float64() < p.OnSlack {
			g.platform, g.space = Slack, w.workspace(n)
		} else {
			g.platform, g.app = Discord, w.apps[n%len(w.apps)]
		}
		if w.zones[g.zone] == nil {
			w.zones[g.zone] = &ZoneResult{Zone: g.zone}
		}
		w.zones[g.zone].Groups++
		all = append(all, g)
	}
	return all, nil
}

// size is how many members a group has.
func (w *world) size() int {
	return max(1, int(math.Round(w.p.People*math.Exp(w.p.Spread*w.chance.NormFloat64()))))
}

// workspace is where the n-th group is: the largest is filled first, and a new one
// begins as often as there are groups in one on average.
func (w *world) workspace(n int) *space {
	if len(w.slack) == 0 || n >= w.p.Largest && w.chance.Float64() < 1/w.p.PerSpace {
		w.slack = append(w.slack, newSpace())
	}
	return w.slack[len(w.slack)-1]
}

// fire takes due things in hand: what closes and what opens, in one go.
func (w *world) fire() {
	for w.firing < w.p.Firing*w.p.Copies && w.due.len() > 0 {
		g := w.due.take()
		w.firing++
		w.work(w.p.Costs.PostApp, w.p.Costs.PostStore, func() {
			w.firing--
			if !w.p.First {
				w.lane(g, true).add(&sending{group: g, closing: true})
			}
			w.lane(g, false).add(&sending{group: g})
			w.fire()
		})
	}
}

// work is that of a copy, then that of the database, then a commit.
func (w *world) work(app, sql time.Duration, done func()) {
	c := w.copies[w.next%len(w.copies)]
	w.next++
	c.do(app, func() {
		w.store.do(sql, func() { w.after(w.p.Costs.Commit, done) })
	})
}

// posted has people see a question and answer it.
func (w *world) posted(g *group) {
	w.r.Posts++
	w.late[g.platform] = append(w.late[g.platform], w.now-g.at)
	w.zones[g.zone].Last = max(w.zones[g.zone].Last, w.now-g.at)
	for range g.people {
		if w.chance.Float64() >= w.p.Answering {
			continue
		}
		mean := w.p.Later
		if w.chance.Float64() < w.p.Eager {
			mean = w.p.Soon
		}
		if wait := time.Duration(w.chance.ExpFloat64() * float64(mean)); wait < 23*time.Hour {
			w.after(wait, func() { w.pressed(g) })
		}
	}
}

// pressed is one answer.
func (w *world) pressed(g *group) {
	began := w.now
	w.work(w.p.Costs.AnswerApp, w.p.Costs.AnswerSQL, func() {
		w.r.Answers++
		w.waits = append(w.waits, w.now-began)
		w.minutes[int(w.now/time.Minute)]++
		g.answered++
		if shows(g.answered) && !g.planned {
			g.planned = true
			w.after(max(0, g.shown+w.countPace(g)-w.now), func() {
				g.planned, g.shown = false, w.now
				w.work(w.p.Costs.EditApp, w.p.Costs.EditStore, func() { w.lane(g, true).add(&sending{group: g, count: true}) })
			})
		}
	})
}

// shows is when a card's count is refreshed: at 1, 2, 3, 5, 8 answers and then
// every 5, as the program has it.
func shows(answered int) bool {
	switch answered {
	case 1, 2, 3, 5, 8:
		return true
	}
	return answered > 8 && answered%5 == 0
}

// countPace is the least time between two refreshes of a card: none in its first
// hour, then ten minutes.
func (w *world) countPace(g *group) time.Duration {
	if w.now-g.at < time.Hour {
		return 0
	}
	return 10 * time.Minute
}
