package practice

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	// looksBack is how many of a member's newest answers say which areas are weak.
	looksBack = 400
	// figureFrom is how many different questions of an area somebody has
	// answered before a figure about it means anything.
	figureFrom = 10
	// leanTimes is how much more an area that the member has chosen is worth
	// practising again than others.
	leanTimes = 3
	// patience is how often in a row an area is searched for a question that the
	// member hasn't met before all that they have met is read.
	patience = 2
)

// picked is a chosen item and why.
type picked struct {
	entry
	reason Reason
}

// picker chooses the items of one session.
type picker struct {
	store   Store
	ctx     context.Context
	index   index
	outline cert.Outline
	member  string
	topic   string
	theme   string   // area of the week
	lean    []string // areas that the member wants more of
	seed    string
	now     time.Time
	keep    func(known []bool)

	open   map[string]bool    // not to be given away
	recent []Past             // newest first
	latest map[string]Past    // of each item among them
	figure map[string]figure  // of each area among them
	known  []bool             // by place in the index: certainly met; nil while nothing is known
	fully  bool               // known is complete
	areas  map[string]*search // of what wasn't met, by area
	lately bool               // what was met means among the newest answers: what wasn't met is not used up yet
	chosen []picked
	taken  map[string]bool
}

// figure is how often an area's questions were right the last time.
type figure struct{ right, answered int }

// pickSession chooses n items for a member: what was missed and is due for
// review, the longest due first; then what the member has not met, in the
// proportions of the outline; then what was met before, more from areas that are weak; and only
// if nothing else is left, what was answered just now. It may find fewer. In a week
// about an area, the theme, two of five of what the member has not met are from there;
// of areas that the member has chosen to practise, three of five are. In the last
// three weeks before the member's own exam, what was met before comes ahead of what
// was not.
func (s *Service) pickSession(ctx context.Context, g group.Group, t group.Track, theme, member, topic, seed string, n int) ([]picked, error) {
	pool, err := s.items(ctx, t)
	if err != nil {
		return nil, err
	}
	p := &picker{
		theme: theme,
		store: s.Store, ctx: ctx, index: pool, outline: s.outline(t),
		member: member, topic: topic, seed: seed, now: s.Now(), taken: map[string]bool{},
	}
	if topic == "" {
		lean, err := s.leanings.Leaning(ctx, member, t.Certification)
		if err != nil {
			return nil, err
		}
		p.lean = lean
	}
	key := p.index.name + " " + member
	if known, ok := s.met.get(key); ok && len(known) == len(p.index.place) {
		p.known = known
	}
	p.keep = func(known []bool) { s.met.put(key, known) }
	if err := p.read(t.Group); err != nil {
		return nil, err
	}
	missed, err := s.reviews(ctx, reviewing{group: g, track: t, member: member, topic: topic, now: p.now, most: n, open: p.open})
	if err != nil {
		return nil, err
	}
	p.missed(missed.due)
	near, err := s.near(ctx, g, t, member)
	if err != nil {
		return nil, err
	}
	if near {
		p.lately = true
		p.weak(n, false)
		p.lately = false
	}
	if err := p.unseen(n); err != nil {
		return nil, err
	}
	p.weak(n, false)
	p.weak(n, true)
	return p.chosen, nil
}

// read loads what the member answered lately and what is open.
func (p *picker) read(groupID string) (err error) {
	if p.open, err = p.store.OpenItems(p.ctx, p.member); err != nil {
		return err
	}
	void, err := p.store.VoidItems(p.ctx, groupID)
	if err != nil {
		return err
	}
	maps.Copy(p.open, useless(p.index.byID, void))
	if p.recent, err = p.store.Recent(p.ctx, groupID, p.member, looksBack); err != nil {
		return err
	}
	p.latest, p.figure = latestOf(p.recent), figuresOf(p.recent, p.index)
	p.areas = map[string]*search{}
	for area, pool := range p.index.areas {
		if p.topic == "" || p.topic == area {
			p.areas[area] = newSearch(pool, p.index.places[area], p.seed)
		}
	}
	return nil
}

func latestOf(recent []Past) map[string]Past {
	latest := map[string]Past{}
	for _, past := range recent {
		if _, newer := latest[past.Item]; !newer {
			latest[past.Item] = past
		}
	}
	return latest
}

// figuresOf counts for each area its questions and those right the last time.
func figuresOf(recent []Past, x index) map[string]figure {
	figures := map[string]figure{}
	for item, past := range latestOf(recent) {
		e, ok := x.byID[item]
		if !ok {
			continue
		}
		f := figures[e.item.Domain]
		f.answered++
		if past.Verdict == Right {
			f.right++
		}
		figures[e.item.Domain] = f
	}
	return figures
}

// free reports whether an item can be chosen now.
func (p *picker) free(e *entry) bool {
	return !p.taken[e.item.ID] && !p.open[e.item.ID] && (p.topic == "" || p.topic == e.item.Domain)
}

// resting reports whether it was answered just now.
func (p *picker) resting(item string) bool {
	past, ok := p.latest[item]
	return ok && past.At.After(p.now.Add(-restsFor))
}

func (p *picker) take(e entry, r Reason) {
	p.taken[e.item.ID] = true
	p.chosen = append(p.chosen, picked{e, r})
}

func (p *picker) missed(due []Recall) {
	for _, r := range due {
		p.take(p.index.byID[r.Item], Missed)
	}
}

// search goes through the items of an area in an order of its own.
type search struct {
	pool  []entry
	place []int // of the pool's items in the index
	at    int   // how many were looked at
	start int
	step  int
	found []int // looked at, and not met
	vain  int   // looks in a row that found nothing
}

func newSearch(pool []entry, place []int, seed string) *search {
	h := seeded(seed, "order")
	s := &search{pool: pool, place: place, start: int(h % uint64(len(pool))), step: 1}
	for step := int(h>>32) % len(pool); step > 1; step-- { // one that meets every place
		if gcd(step, len(pool)) == 1 {
			s.step = step
			break
		}
	}
	return s
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// next is the number in the pool of the next item in the search's order.
func (s *search) next() (n int, ok bool) {
	if s.at == len(s.pool) {
		return 0, false
	}
	n = (s.start + s.at*s.step) % len(s.pool)
	s.at++
	return n, true
}

// unseen fills up with what the member has not met: each time from the area
// that is furthest behind its share of the outline.
func (p *picker) unseen(n int) error {
	byDomain := map[string]int{}
	for area, f := range p.figure {
		byDomain[area] = f.answered
	}
	for _, c := range p.chosen {
		byDomain[c.item.Domain]++
	}
	left := map[string][]entry{}
	for area, s := range p.areas {
		left[area] = s.pool
	}
	for themed, leant := 0, 0; len(p.chosen) < n && len(left) > 0; {
		area := furthestBehind(left, p.outline, byDomain, p.seed)
		if wanted := p.wanted(left); len(wanted) > 0 && 5*leant < 3*n {
			area = furthestBehind(wanted, p.outline, byDomain, p.seed)
			leant++
		} else if _, there := left[p.theme]; there && 5*themed < 2*n {
			area = p.theme
			themed++
		}
		e, ok, err := p.fresh(p.areas[area])
		if err != nil {
			return err
		}
		if !ok {
			delete(left, area)
			continue
		}
		byDomain[area]++
		p.take(e, Unseen)
	}
	return nil
}

// wanted are those of some areas that the member has chosen to practise.
func (p *picker) wanted(left map[string][]entry) map[string][]entry {
	wanted := map[string][]entry{}
	for _, area := range p.lean {
		if pool, ok := left[area]; ok {
			wanted[area] = pool
		}
	}
	return wanted
}

// fresh is the next item of an area that the member has not met.
func (p *picker) fresh(s *search) (entry, bool, error) {
	for {
		for len(s.found) > 0 {
			e := &s.pool[s.found[0]]
			if s.found = s.found[1:]; p.free(e) {
				return *e, true, nil
			}
		}
		if s.vain == patience && !p.fully {
			if err := p.readMet(); err != nil {
				return entry{}, false, err
			}
		}
		more, err := p.look(s)
		if err != nil || !more {
			return entry{}, false, err
		}
	}
}

// look finds out about the next items of a search which of them the member has
// not met. It reports false at the end.
func (p *picker) look(s *search) (bool, error) {
	var ids []string
	var looked []int
	for len(looked) < MetAtOnce {
		n, ok := s.next()
		if !ok {
			break
		}
		if p.known == nil || !p.known[s.place[n]] {
			ids, looked = append(ids, s.pool[n].item.ID), append(looked, n)
		}
	}
	if len(looked) == 0 {
		return false, nil
	}
	met := map[string]bool{}
	if !p.fully {
		var err error
		if met, err = p.store.Met(p.ctx, p.member, ids); err != nil {
			return false, err
		}
	}
	for n, id := range ids {
		if !met[id] {
			s.found = append(s.found, looked[n])
		}
	}
	if s.vain++; len(s.found) > 0 {
		s.vain = 0
	}
	return true, nil
}

// readMet reads everything that the member has met. It is kept for the next
// time: what was met stays met.
func (p *picker) readMet() error {
	all, err := p.store.MetAll(p.ctx, p.member)
	if err != nil {
		return err
	}
	p.known, p.fully = make([]bool, len(p.index.place)), true
	for item := range strings.FieldsSeq(all) {
		if n, ok := p.index.place[item]; ok {
			p.known[n] = true
		}
	}
	p.keep(p.known)
	return nil
}

// weak fills up with what was met before: the more from an area the larger its
// share of the outline and of wrong answers, and what was answered longest ago
// first. Resting ones are taken only on request.
func (p *picker) weak(n int, resting bool) {
	areas, count := slices.Sorted(maps.Keys(p.areas)), map[string]int{}
	again := map[string]*search{}
	for len(p.chosen) < n && len(areas) > 0 {
		area := slices.MaxFunc(areas, func(a, b string) int {
			wa, wb := p.weight(a)/float64(1+count[a]), p.weight(b)/float64(1+count[b])
			return cmp.Or(cmp.Compare(wa, wb), compareSeeded(p.seed, a, b))
		})
		if again[area] == nil {
			again[area] = newSearch(p.index.areas[area], p.index.places[area], p.seed)
		}
		e, ok := p.oldest(area, again[area], resting)
		if !ok {
			areas = slices.DeleteFunc(areas, func(a string) bool { return a == area })
			continue
		}
		reason := Again
		if p.figure[area].weak() {
			reason = Weak
		}
		p.take(e, reason)
		count[area]++
	}
}

// oldest is an item of an area that was answered before the newest answers that
// were read, else the one among those that was answered first.
func (p *picker) oldest(area string, s *search, resting bool) (oldest entry, ok bool) {
	for n, more := s.next(); !resting && !p.lately && more; n, more = s.next() {
		e := &s.pool[n]
		if _, known := p.latest[e.item.ID]; !known && p.free(e) {
			return *e, true
		}
	}
	for item, past := range p.latest {
		e, known := p.index.byID[item]
		if !known || e.item.Domain != area || !p.free(&e) || p.resting(item) != resting {
			continue
		}
		if !ok || cmp.Or(past.At.Compare(p.latest[oldest.item.ID].At), strings.Compare(item, oldest.item.ID)) < 0 {
			oldest, ok = e, true
		}
	}
	return oldest, ok
}

// weight is how much an area is worth practising again.
func (p *picker) weight(area string) float64 {
	f, times := p.figure[area], 1.0
	if slices.Contains(p.lean, area) {
		times = leanTimes
	}
	return times * (p.outline.Share(area) + 0.01) * float64(f.answered-f.right+1) / float64(f.answered+2)
}

// weak reports whether enough answers say that an area is.
func (f figure) weak() bool { return f.answered >= figureFrom && 3*f.right < 2*f.answered }
