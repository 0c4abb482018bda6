package practice

import (
	"os"
	"testing"

	"studyhall/bot/group"
	"studyhall/quizzes"
)

// families are two computed items.
func families(t *testing.T) []quizzes.Item {
	t.Helper()
	data, err := os.ReadFile("../../quizzes/testdata/families/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bank, problems := quizzes.Parse("good.yaml", data)
	if quizzes.Faulty(problems) {
		t.Fatal(problems)
	}
	return bank.Items
}

// What asks decides on the numbers: the same one gets the same, others get others.
func TestSnapshotsOfFamilies(t *testing.T) {
	e := entry{item: families(t)[0], bank: "bank"}
	versions := map[string]bool{}
	for _, asker := range []string{"session-1", "session-2", "session-3", "session-4"} {
		item := e.snapshot(group.Track{Certification: "cbet"}, asker)
		versions[item.Version] = true
		if again := e.snapshot(group.Track{Certification: "cbet"}, asker); again.Version != item.Version {
			t.Errorf("%s was given %s and then %s", asker, item.Version, again.Version)
		}
		back, err := quizzes.FromSnapshot(item.Snapshot)
		if err != nil || item.Item != e.item.ID || back.Draw == nil {
			t.Errorf("%s: %+v, %v", asker, back, err)
		}
	}
	if len(versions) < 3 {
		t.Errorf("four sessions have %d kinds of numbers", len(versions))
	}
}

// A withdrawn question keeps its family from being asked until the family changes.
func TestVoidDraws(t *testing.T) {
	all := families(t)
	byID := map[string]entry{all[0].ID: {item: all[0]}, all[1].ID: {item: all[1]}}
	drawn := all[0].Drawn("some round")
	version, _ := drawn.Version()
	before := *drawn.Draw
	before.Family = "another definition"
	for _, tt := range []struct {
		name string
		void VoidItem
		want bool
	}{
		{"a draw of the family as it is", VoidItem{all[0].ID, version, drawn.Draw}, true},
		{"a draw of it before it changed", VoidItem{all[0].ID, version, &before}, false},
		{"a plain question that had the id", VoidItem{all[0].ID, version, nil}, false},
		{"one that the banks have no more", VoidItem{"gone", version, drawn.Draw}, false},
	} {
		if got := useless(byID, []VoidItem{tt.void}); got[all[0].ID] != tt.want || got[all[1].ID] {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
