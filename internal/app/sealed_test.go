package app

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"studyhall/bot/bottest"
	"studyhall/quizzes"
)

// While a group keeps its results for the closing, not even the export of somebody's
// own data tells how the answer was graded; afterwards it does.
func TestExportKeepsResultsForTheClosing(t *testing.T) {
	synctest.Test(t, testExportKeepsResultsForTheClosing)
}

func testExportKeepsResultsForTheClosing(t *testing.T) {
	w := twoGroups(t)
	tuesday := func() {
		t.Helper()
		next, ok := w.Next(t.Context())
		if !ok {
			t.Fatal("nothing is due")
		}
		if err := w.Advance(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		w.Driver().See(t.Context())
	}
	type told struct {
		Verdict string
		Gained  int
	}
	tells := func() (got []told) {
		t.Helper()
		w.sees(t, "dana", bottest.Main, "/study my data", "press Export my data")
		messages := w.fake.Messages()
		for n := len(messages) - 1; n >= 0 && got == nil; n-- {
			for _, f := range messages[n].Latest().Files {
				var export struct{ Answers []told }
				if err := json.Unmarshal(f.Data, &export); err != nil {
					t.Fatal(err)
				}
				got = export.Answers
			}
		}
		return got
	}
	w.sees(t, "maria", bottest.Main, "/group", "press More", "press Weeks and seasons", "press Results", "press At closing")
	tuesday()
	w.sees(t, "dana", bottest.Main, "press A")
	if got := tells(); len(got) != 2 || got[1] != (told{}) {
		t.Errorf("while the question is open the export has %v", got)
	}
	tuesday()
	if got := tells(); len(got) != 2 || got[1] != (told{Verdict: "wrong"}) {
		t.Errorf("after closing the export has %v", got)
	}
	// Nor does what a correction gives tell it.
	w.sees(t, "dana", bottest.Main, "press A")
	r, err := correcter{driver{bottest.NewTogether(w.fake), w}, w}.asked(t.Context(), bottest.Main, 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.running().Practice.Regrade(t.Context(), r.Group, r.ItemVersion, quizzes.Correction{Keys: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	if got := tells(); len(got) != 3 || got[2] != (told{}) {
		t.Errorf("while the corrected question is open the export has %v", got)
	}
	tuesday()
	if got := tells(); len(got) != 3 || got[2] != (told{"right", 2}) {
		t.Errorf("after closing the corrected question the export has %v", got)
	}
}
