package quizzes_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/quizzes"
)

// shippedFamilies are those of the banks that come with the program, by id.
func shippedFamilies(t testing.TB) map[string]quizzes.Item {
	t.Helper()
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]quizzes.Item{}
	for _, b := range banks {
		for _, i := range b.Items {
			if i.Family != nil {
				all[i.ID] = i
			}
		}
	}
	return all
}

func goodFamilies(t testing.TB) []quizzes.Item {
	t.Helper()
	data, err := os.ReadFile("testdata/families/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bank, problems := quizzes.Parse("good.yaml", data)
	if quizzes.Faulty(problems) {
		t.Fatal(problems)
	}
	return bank.Items
}

// TestDrawn: a seed always makes the same question, most seeds make another one,
// and the question is one like any other, with the family's id.
func TestDrawn(t *testing.T) {
	for _, item := range goodFamilies(t) {
		versions := map[string]bool{}
		rapid.Check(t, func(t *rapid.T) {
			seed := rapid.String().Draw(t, "seed")
			drawn := item.Drawn(seed)
			id, snapshot := drawn.Version()
			versions[id] = true
			if again, _ := item.Drawn(seed).Version(); again != id {
				t.Fatalf("the seed %q made %s and then %s", seed, id, again)
			}
			back, err := quizzes.FromSnapshot(snapshot)
			back.Line = drawn.Line
			if diff := cmp.Diff(drawn, back); diff != "" || err != nil {
				t.Fatalf("changed by its snapshot: %v\n%s", err, diff)
			}
			if drawn.ID != item.ID || drawn.Family != nil || !drawn.Computed || drawn.Draw == nil || back.Drawn("other").Stem != drawn.Stem {
				t.Fatalf("drawn: %+v", drawn)
			}
			if !item.Still(id, drawn.Draw) {
				t.Fatalf("%s is not taken for a draw of its family", id)
			}
			right := quizzes.Response{Options: drawn.Answer}
			if drawn.Typed() {
				right = quizzes.Response{Text: drawn.Answer[0]}
			}
			if v, err := quizzes.Grade(drawn, right); v != quizzes.Right || err != nil {
				t.Fatalf("its own answer %v is %s, %v", drawn.Answer, v, err)
			}
		})
		if len(versions) < 20 {
			t.Errorf("%s: 100 seeds made %d questions", item.ID, len(versions))
		}
	}
}

// TestStill: a change of the family or of a plain question is told from none.
func TestStill(t *testing.T) {
	families := goodFamilies(t)
	drawn := families[0].Drawn("x")
	version, _ := drawn.Version()
	if families[1].Still(version, drawn.Draw) || families[0].Still(version, nil) {
		t.Error("what is no draw of the family was taken for one")
	}
	changed, problems := quizzes.Parse("changed.yaml", []byte(`bank: c
title: "C"
certification: cbet
outline: cbet-2025
items:
  - id: sample-ohm
    type: numeric
    domain: cbet.it
    level: recall
    difficulty: easy
    parameters: [{name: v, from: 1, to: 20, step: 1}]
    stem: "What is {v}?"
    answer: "{v}"
    explanation: "It is {v}."
    source: {title: "A book", url: "https://example.org/", checked: 2026-11-22}
`))
	if quizzes.Faulty(problems) {
		t.Fatal(problems)
	}
	if changed.Items[0].Still(version, drawn.Draw) {
		t.Error("a draw of the family before its change was taken for one of it now")
	}
	plain := drawn
	plain.Draw = nil
	version, _ = plain.Version()
	if !plain.Still(version, nil) || plain.Still("other", nil) {
		t.Error("a plain question is known by its version alone")
	}
}

// BenchmarkDrawn is one question made from its family.
func BenchmarkDrawn(b *testing.B) {
	item := goodFamilies(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		item.Drawn("seed")
	}
}
