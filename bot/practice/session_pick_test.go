package practice

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// past is a store that knows what a member answered, newest first.
type past struct {
	Store
	recent []Past
	open   map[string]bool
	asked  int // times it was asked about items
}

func (p *past) Recent(_ context.Context, _, _ string, n int) ([]Past, error) {
	return p.recent[:min(n, len(p.recent))], nil
}

func (p *past) VoidItems(context.Context, string) ([]VoidItem, error) { return nil, nil }

func (p *past) SettleMemories(context.Context, string, string) error { return nil }

func (p *past) Missed(_ context.Context, _, _ string, skip, n int) ([]Recall, error) {
	var missed []Recall
	for _, r := range p.recalls() {
		if r.Missed > 0 {
			missed = append(missed, r)
		}
	}
	slices.SortFunc(missed, func(a, b Recall) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Item, b.Item)) })
	missed = missed[min(skip, len(missed)):]
	return missed[:min(n, len(missed))], nil
}

// recalls are the memories of the items, worked out from all answers.
func (p *past) recalls() map[string]Recall {
	given := map[string][]Given{}
	for _, a := range slices.Backward(p.recent) {
		given[a.Item] = append(given[a.Item], Given{Verdict: a.Verdict, At: a.At})
	}
	all := map[string]Recall{}
	for item, answers := range given {
		all[item] = Remember(item, answers)
	}
	return all
}

// dueAt reports whether a memory is to be reviewed at an instant.
func (r Recall) dueAt(at time.Time) bool {
	return r.Missed > 0 && !r.ready(groupOf().Location()).After(at)
}

func (p *past) OpenItems(context.Context, string) (map[string]bool, error) { return p.open, nil }

func (p *past) met() map[string]bool {
	p.asked++
	met := map[string]bool{}
	for _, a := range p.recent {
		met[a.Item] = true
	}
	return met
}

func (p *past) Met(_ context.Context, _ string, items []string) (map[string]bool, error) {
	if len(items) > MetAtOnce {
		return nil, fmt.Errorf("%d items at once", len(items))
	}
	met := p.met()
	for item := range met {
		if !slices.Contains(items, item) {
			delete(met, item)
		}
	}
	return met, nil
}

func (p *past) MetAll(context.Context, string) (string, error) {
	var all []string
	for _, a := range p.recent {
		all = append(all, a.Item)
	}
	return strings.Join(all, " "), p.err()
}

func (p *past) err() error { p.asked++; return nil }

var pickedAt = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// picking is a service with a pool and what a member did with it.
func picking(o cert.Outline, pool []entry, p *past) *Service {
	var items []quizzes.Item
	for _, e := range pool {
		items = append(items, e.item)
	}
	return New(Config{
		Store:     p,
		Catalogue: cert.Catalogue{Certifications: []cert.Certification{{ID: "c", Outlines: []cert.Outline{o}}}},
		Library:   NewLibrary([]quizzes.Bank{{Certification: "c", Items: items}}),
		Now:       func() time.Time { return pickedAt },
	})
}

func track(o cert.Outline) group.Track {
	return group.Track{ID: "t", Group: "g", Certification: "c", Outline: o.ID}
}

func drawPast(t *rapid.T, pool []entry) *past {
	p := &past{open: map[string]bool{}}
	at := pickedAt
	for range rapid.IntRange(0, 3*len(pool)).Draw(t, "answers") {
		at = at.Add(-time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)
		verdict := rapid.SampledFrom([]Verdict{Right, Right, Wrong, Partly}).Draw(t, "verdict")
		p.recent = append(p.recent, Past{Item: rapid.SampledFrom(pool).Draw(t, "item").item.ID, Verdict: verdict, At: at})
	}
	for range rapid.IntRange(0, 3).Draw(t, "open") {
		p.open[rapid.SampledFrom(pool).Draw(t, "open item").item.ID] = true
	}
	return p
}

func TestPickSession(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		pool := drawPool(t, o)
		p := drawPast(t, pool)
		topic := ""
		if rapid.Bool().Draw(t, "has a topic") {
			topic = rapid.SampledFrom(o.Domains).Draw(t, "topic").ID
		}
		n := rapid.SampledFrom([]int{5, 10, 20}).Draw(t, "n")
		seed := rapid.String().Draw(t, "seed")
		chosen, err := picking(o, pool, p).pickSession(t.Context(), groupOf(), track(o), "", "m", topic, seed, n)
		if err != nil {
			t.Fatal(err)
		}
		free := 0
		for _, e := range pool {
			if !p.open[e.item.ID] && (topic == "" || e.item.Domain == topic) {
				free++
			}
		}
		if len(chosen) != min(n, free) {
			t.Fatalf("%d chosen, want %d of %d that can be asked", len(chosen), n, free)
		}
		recalls, met, seen := p.recalls(), p.met(), map[string]bool{}
		rank := map[Reason]int{Missed: 0, Unseen: 1, Weak: 2, Again: 2}
		for i, c := range chosen {
			id := c.item.ID
			switch {
			case seen[id]:
				t.Fatalf("%s comes twice", id)
			case p.open[id]:
				t.Fatalf("%s is open in the group", id)
			case topic != "" && c.item.Domain != topic:
				t.Fatalf("%s is not about %s", id, topic)
			case i > 0 && rank[c.reason] < rank[chosen[i-1].reason]:
				t.Fatalf("%s (%s) comes after %s", id, c.reason, chosen[i-1].reason)
			case c.reason == Missed && !recalls[id].dueAt(pickedAt):
				t.Fatalf("%s is called missed: %+v", id, recalls[id])
			case i > 0 && c.reason == Missed && recalls[id].Due.Before(recalls[chosen[i-1].item.ID].Due):
				t.Fatalf("%s has been due for longer than %s", id, chosen[i-1].item.ID)
			case c.reason == Unseen && met[id], c.reason != Unseen && !met[id]:
				t.Fatalf("%s is called %s, met is %v", id, c.reason, met[id])
			}
			seen[id] = true
		}
		for _, e := range pool { // nothing better was left out
			if recalls[e.item.ID].dueAt(pickedAt) && !seen[e.item.ID] && !p.open[e.item.ID] && (topic == "" || e.item.Domain == topic) &&
				slices.ContainsFunc(chosen, func(c picked) bool { return c.reason != Missed }) {
				t.Fatalf("%s is due and left out", e.item.ID)
			}
		}
		again, err := picking(o, pool, p).pickSession(t.Context(), groupOf(), track(o), "", "m", topic, seed, n)
		if err != nil || !slices.EqualFunc(chosen, again, func(a, b picked) bool { return a.item.ID == b.item.ID }) {
			t.Fatalf("chosen again from the same seed, it differs (%v)", err)
		}
	})
}

func TestPickSessionFollowsTheWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		var pool []entry
		for _, d := range o.Domains {
			for i := range 60 {
				pool = append(pool, entry{item: quizzes.Item{ID: fmt.Sprintf("%s-%d", d.ID, i), Domain: d.ID}})
			}
		}
		chosen, err := picking(o, pool, &past{}).pickSession(t.Context(), groupOf(), track(o), "", "m", "", "seed", 20)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, c := range chosen {
			count[c.item.Domain]++
		}
		for _, d := range o.Domains {
			if want := 20 * o.Share(d.ID); math.Abs(float64(count[d.ID])-want) > float64(len(o.Domains)) {
				t.Fatalf("area %s with weight %v got %d of 20", d.ID, d.Weight, count[d.ID])
			}
		}
	})
}

func TestWeakAreasComeMoreOften(t *testing.T) {
	o := cert.Outline{ID: "o", Domains: []cert.Domain{{ID: "strong", Weight: 50}, {ID: "weak", Weight: 50}}}
	var pool []entry
	p := &past{open: map[string]bool{}}
	for _, d := range o.Domains {
		for i := range 15 {
			id := fmt.Sprintf("%s-%d", d.ID, i)
			pool = append(pool, entry{item: quizzes.Item{ID: id, Domain: d.ID}})
			// All were right lately, but of the weak ones most only the second time and not long ago.
			v := Right
			if d.ID == "weak" && i < 10 {
				v = Wrong
				p.open[id] = true // what was missed is not on offer here
			}
			p.recent = append(p.recent, Past{Item: id, Verdict: v, At: pickedAt.AddDate(0, 0, -2)})
		}
	}
	chosen, err := picking(o, pool, p).pickSession(t.Context(), groupOf(), track(o), "", "m", "", "seed", 5)
	if err != nil {
		t.Fatal(err)
	}
	weak := 0
	for _, c := range chosen {
		if want := map[string]Reason{"weak": Weak, "strong": Again}[c.item.Domain]; c.reason != want {
			t.Errorf("%s is chosen as %s, want %s", c.item.ID, c.reason, want)
		}
		if c.item.Domain == "weak" {
			weak++
		}
	}
	if weak < 3 {
		t.Errorf("%d of 5 from the weak area, want most", weak)
	}
}

// An area of which almost all is met is not asked about item by item for ever.
func TestSearchGivesUpAskingPiecemeal(t *testing.T) {
	o := cert.Outline{ID: "o", Domains: []cert.Domain{{ID: "a", Weight: 100}}}
	var pool []entry
	p := &past{}
	for i := range 5000 {
		id := fmt.Sprint("a-", i)
		pool = append(pool, entry{item: quizzes.Item{ID: id, Domain: "a"}})
		if i != 4321 {
			p.recent = append(p.recent, Past{Item: id, Verdict: Right, At: pickedAt.AddDate(0, 0, -2)})
		}
	}
	chosen, err := picking(o, pool, p).pickSession(t.Context(), groupOf(), track(o), "", "m", "", "seed", 5)
	if err != nil || len(chosen) != 5 || chosen[0].item.ID != "a-4321" || chosen[0].reason != Unseen {
		t.Errorf("chosen %v (%v), want the one unseen first", chosen, err)
	}
	if p.asked > 10 {
		t.Errorf("asked %d times", p.asked)
	}
}

func TestSearchMeetsEveryPlaceOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := make([]entry, rapid.IntRange(1, 300).Draw(t, "size"))
		s, seen := newSearch(pool, nil, rapid.String().Draw(t, "seed")), map[int]bool{}
		for n, ok := s.next(); ok; n, ok = s.next() {
			if seen[n] {
				t.Fatalf("%d comes twice", n)
			}
			seen[n] = true
		}
		if len(seen) != len(pool) {
			t.Fatalf("%d of %d places were met", len(seen), len(pool))
		}
	})
}
