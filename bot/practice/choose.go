package practice

import (
	"cmp"
	"hash/fnv"
	"slices"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// repeatDistance is how many questions lie at least between two postings of one
// item in a track: twelve weeks of weekdays, or half of a smaller bank.
const repeatDistance = 60

// index finds the items of one certification, or the computed ones among them.
type index struct {
	name   string  // unlike that of any other index, of another edition too
	items  []entry // in the order of the banks
	byID   map[string]entry
	place  map[string]int     // a number for each item
	areas  map[string][]entry // by area of the outline
	places map[string][]int   // the numbers of the items of areas
}

// entry is an item with the bank it is from.
type entry struct {
	item     quizzes.Item
	bank     string
	imported bool // of the group's own: it came in a file
}

// snapshot is the entry as what asks about a track keeps it. The numbers of a
// computed item are those that belong to what asks, such as a session.
func (e entry) snapshot(t group.Track, asker string) SessionItem {
	version, snapshot := e.item.Drawn(asker).Version()
	return SessionItem{Item: e.item.ID, Version: version, Snapshot: snapshot, Bank: e.bank, Certification: t.Certification}
}

// add puts an item into the index of its certification.
func add(all map[string]index, certification, name string, e entry) {
	x, ok := all[certification]
	if !ok {
		x = index{name: name, byID: map[string]entry{}, place: map[string]int{}, areas: map[string][]entry{}, places: map[string][]int{}}
	}
	x.add(e)
	all[certification] = x
}

func (x *index) add(e entry) {
	x.items = append(x.items, e)
	x.byID[e.item.ID], x.place[e.item.ID] = e, len(x.place)
	x.areas[e.item.Domain] = append(x.areas[e.item.Domain], e)
	x.places[e.item.Domain] = append(x.places[e.item.Domain], x.place[e.item.ID])
}

// choice is a chosen item and the reasons, for the operator's log.
type choice struct {
	entry
	deficit    float64 // how many questions its area is behind its share of the outline
	candidates int     // items of the area that could be asked
	met        int     // members who have answered it already
	repeat     bool    // it was posted before, long enough ago
	unseen     int     // items never posted, this one included
	chosen     Chosen
}

// lean is what a choice leans to.
type lean struct {
	Theme
	due bool // this question should be of the theme; otherwise it should not
}

// choose picks the item for the question with a number: from the area that is
// furthest behind its share of the outline, never posted before if any such area
// has one, of what members wrote before other questions, the one that the fewest members have met; seed settles ties.
// ok is false when there is nothing to ask.
func choose(pool []entry, outline cert.Outline, uses map[string]Use, byDomain map[string]int, number int, seed string) (c choice, ok bool) {
	return chooseFor(lean{}, pool, outline, uses, byDomain, number, seed)
}

// chooseFor is choose for a week with a theme: from the theme's area when such a
// question is due, from others when not, as far as they have any; for review,
// what was missed most.
func chooseFor(l lean, pool []entry, outline cert.Outline, uses map[string]Use, byDomain map[string]int, number int, seed string) (c choice, ok bool) {
	distance := min(repeatDistance, len(pool)/2)
	unseen := 0
	fresh, repeats := map[string][]entry{}, map[string][]entry{}
	for _, e := range pool {
		use := uses[e.item.ID]
		switch {
		case use.Posted == 0:
			unseen++
			fresh[e.item.Domain] = append(fresh[e.item.Domain], e)
		case number-use.Last > distance:
			repeats[e.item.Domain] = append(repeats[e.item.Domain], e)
		}
	}
	byArea := notBefore(fresh)
	if len(byArea) == 0 {
		byArea = repeats
	}
	if len(byArea) == 0 {
		return choice{}, false
	}
	c = choice{unseen: unseen, repeat: len(fresh) == 0}
	if l.Review && l.due {
		if again, ok := mostMissed(pool, uses, number, min(reviewRest, distance), seed); ok {
			c.entry, c.repeat, c.chosen, c.met = again, true, ForReview, uses[again.item.ID].Met
			return c, true
		}
	}
	var area string
	switch _, there := byArea[l.Area]; {
	case there && l.due:
		area, c.chosen = l.Area, ForTheme
	case there && len(byArea) > 1:
		delete(byArea, l.Area)
		fallthrough
	default:
		area = furthestBehind(byArea, outline, byDomain, seed)
	}
	c.deficit, c.candidates = deficit(area, outline, byDomain), len(byArea[area])
	c.entry = slices.MinFunc(byArea[area], func(a, b entry) int {
		ua, ub := uses[a.item.ID], uses[b.item.ID]
		if ua.Met != ub.Met {
			return ua.Met - ub.Met
		}
		if ua.Last != ub.Last {
			return ua.Last - ub.Last
		}
		return compareSeeded(seed, a.item.ID, b.item.ID)
	})
	c.met = uses[c.item.ID].Met
	return c, true
}

// mostMissed is the item with the smallest share of right answers among those
// that were answered, not always right, and posted long enough ago; of equal
// ones, that which the fewest members have met.
func mostMissed(pool []entry, uses map[string]Use, number, rest int, seed string) (entry, bool) {
	missed := func(e entry) bool {
		u := uses[e.item.ID]
		return u.Posted > 0 && u.Right < u.Answered && number-u.Last > rest
	}
	var found entry
	ok := false
	for _, e := range pool {
		if !missed(e) {
			continue
		}
		ue, uf := uses[e.item.ID], uses[found.item.ID]
		// One more of each keeps a single answer from looking like a group's.
		worse := cmp.Compare((ue.Right+1)*(uf.Answered+2), (uf.Right+1)*(ue.Answered+2))
		if !ok || cmp.Or(worse, cmp.Compare(ue.Met, uf.Met), compareSeeded(seed, e.item.ID, found.item.ID)) < 0 {
			found, ok = e, true
		}
	}
	return found, ok
}

// furthestBehind is the area with items whose share of the questions so far is
// furthest below the outline's.
func furthestBehind(byArea map[string][]entry, outline cert.Outline, byDomain map[string]int, seed string) string {
	areas := make([]string, 0, len(byArea))
	for a := range byArea {
		areas = append(areas, a)
	}
	return slices.MaxFunc(areas, func(a, b string) int {
		da, db := deficit(a, outline, byDomain), deficit(b, outline, byDomain)
		switch {
		case da < db:
			return -1
		case da > db:
			return 1
		}
		return compareSeeded(seed, a, b)
	})
}

// deficit is how many questions an area is short of its weight when one more is posted.
func deficit(area string, outline cert.Outline, byDomain map[string]int) float64 {
	total := 0
	for _, n := range byDomain {
		total += n
	}
	return outline.Share(area)*float64(total+1) - float64(byDomain[area])
}

// compareSeeded orders two identifiers by chance that a seed repeats.
func compareSeeded(seed, a, b string) int {
	ha, hb := seeded(seed, a), seeded(seed, b)
	switch {
	case ha < hb:
		return -1
	case ha > hb:
		return 1
	}
	return 0
}

func seeded(seed, id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(seed))
	h.Write([]byte{0})
	h.Write([]byte(id))
	x := h.Sum64() // FNV's high bits follow its input; this spreads them
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}
