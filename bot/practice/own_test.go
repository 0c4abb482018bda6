package practice

import (
	"context"
	"testing"

	"studyhall/bot/group"
	"studyhall/quizzes"
)

// owns is a database that has a group's own items, and counts who asks.
type owns struct {
	Store
	items map[string][]OwnItem
	asked int
}

func (o *owns) OwnItems(_ context.Context, track string) ([]OwnItem, error) {
	o.asked++
	return o.items[track], nil
}

// A group's own items are asked in that group alone; others' draws and the banks
// stay as they were, and nothing is read before something changed.
func TestOwnItemsAreTheGroups(t *testing.T) {
	item := func(id string) quizzes.Item { return quizzes.Item{ID: id, Domain: "area"} }
	library := NewLibrary([]quizzes.Bank{{ID: "b", Certification: "c", Items: []quizzes.Item{item("b1"), item("b2")}}})
	kept := &owns{items: map[string][]OwnItem{"t": {{Item: item(OwnID("one"))}}}}
	s := New(Config{Library: library, Store: kept})
	count := func(track group.Track) int {
		t.Helper()
		x, err := s.items(t.Context(), track)
		if err != nil || len(x.byID) != len(x.items) || len(x.areas["area"]) != len(x.items) || len(x.places["area"]) != len(x.items) {
			t.Fatalf("%+v, %v", x, err)
		}
		return len(x.items)
	}
	none, own := group.Track{ID: "u", Certification: "c"}, group.Track{ID: "t", Certification: "c", Own: 1}
	if n := count(none); n != 2 || kept.asked != 0 {
		t.Errorf("a group without has %d, and the database was asked %d times", n, kept.asked)
	}
	if n := count(own) + count(own); n != 6 || kept.asked != 1 {
		t.Errorf("a group with one has %d in two looks, and the database was asked %d times, want once", n, kept.asked)
	}
	kept.items["t"] = append(kept.items["t"], OwnItem{Item: item(OwnID("two"))})
	own.Own++
	if n := count(own); n != 4 {
		t.Errorf("after a change it has %d, want 4", n)
	}
	if n := count(none); n != 2 {
		t.Errorf("the banks have %d now, want 2", n)
	}
	if _, ok := OwnOf("own-one"); ok {
		t.Error("an item of a bank passes for a group's own")
	}
}

// What members wrote is asked before anything of banks or files that was never posted.
func TestOwnItemsComeFirst(t *testing.T) {
	fresh := map[string][]entry{
		"a": {{item: quizzes.Item{ID: "b1"}, bank: "b"}},
		"b": {{item: quizzes.Item{ID: "b2"}, bank: "b"}, {item: quizzes.Item{ID: OwnID("x")}, bank: OwnBank}},
		"c": {{item: quizzes.Item{ID: OwnID("y")}, bank: OwnBank, imported: true}},
	}
	if got := notBefore(fresh); len(got) != 1 || len(got["b"]) != 1 || got["b"][0].item.ID != "own.x" {
		t.Errorf("%v", got)
	}
	delete(fresh, "b")
	if got := notBefore(fresh); len(got) != 2 || len(got["c"]) != 1 || got["a"][0].item.ID != "b1" {
		t.Errorf("%v", got)
	}
}
