package practice

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/quizzes"
)

// leaningTo is somebody who has chosen areas of one certification.
type leaningTo []string

func (l leaningTo) Leaning(_ context.Context, member, certification string) ([]string, error) {
	if member != "m" || certification != "c" {
		return nil, nil
	}
	return l, nil
}

// Whoever has chosen areas gets at least three of five of what is new to them from
// there, while there is any; a topic goes before that, and so does nothing else.
func TestPracticeLeansToChosenAreas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOutline(t)
		var pool []entry
		for _, d := range o.Domains {
			for i := range 40 {
				pool = append(pool, entry{item: quizzes.Item{ID: fmt.Sprintf("%s-%d", d.ID, i), Domain: d.ID}})
			}
		}
		lean := map[string]bool{}
		var chosen leaningTo
		for range rapid.IntRange(1, 3).Draw(t, "chosen areas") {
			id := rapid.SampledFrom(o.Domains).Draw(t, "area").ID
			chosen, lean[id] = append(chosen, id), true
		}
		chosen = append(chosen, "an area of another outline")
		n := rapid.SampledFrom([]int{5, 10, 20}).Draw(t, "n")
		theme := rapid.SampledFrom(append([]cert.Domain{{}}, o.Domains...)).Draw(t, "theme").ID
		s := picking(o, pool, &past{})
		s.Lean(chosen)
		all, err := s.pickSession(t.Context(), groupOf(), track(o), theme, "m", "", "seed", n)
		if err != nil || len(all) != n {
			t.Fatalf("%d chosen, want %d (%v)", len(all), n, err)
		}
		from := 0
		for _, c := range all {
			if lean[c.item.Domain] {
				from++
			}
		}
		if 5*from < 3*n {
			t.Fatalf("%d of %d from %v", from, n, chosen)
		}
		topic := rapid.SampledFrom(o.Domains).Draw(t, "topic").ID
		all, err = s.pickSession(t.Context(), groupOf(), track(o), theme, "m", topic, "seed", n)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.item.Domain != topic {
				t.Fatalf("%s, asked for the topic %s", c.item.ID, topic)
			}
		}
	})
}

// Of what was met before, chosen areas come back more often than others.
func TestChosenAreasComeBackMoreOften(t *testing.T) {
	o := cert.Outline{ID: "o", Domains: []cert.Domain{{ID: "a", Weight: 50}, {ID: "b", Weight: 50}}}
	var pool []entry
	p := &past{open: map[string]bool{}}
	for _, d := range o.Domains {
		for i := range 20 {
			id := fmt.Sprintf("%s-%d", d.ID, i)
			pool = append(pool, entry{item: quizzes.Item{ID: id, Domain: d.ID}})
			p.recent = append(p.recent, Past{Item: id, Verdict: Right, At: pickedAt.AddDate(0, 0, -2)})
		}
	}
	s := picking(o, pool, p)
	s.Lean(leaningTo{"b"})
	chosen, err := s.pickSession(t.Context(), groupOf(), track(o), "", "m", "", "seed", 20)
	if err != nil {
		t.Fatal(err)
	}
	from := 0
	for _, c := range chosen {
		if c.item.Domain == "b" {
			from++
		}
	}
	if from != 15 {
		t.Errorf("%d of 20 from the chosen area, want three of four", from)
	}
}
