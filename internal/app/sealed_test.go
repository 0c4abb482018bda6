package app

import (
	"encoding/json"
	"testing"

	"studyhall/bot/bottest"
)

// While a group keeps its results for the closing, not even the export of somebody's
// own data tells how the answer was graded; afterwards it does.
func TestExportKeepsResultsForTheClosing(t *testing.T) {
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
	verdicts := func() (got []string) {
		t.Helper()
		w.sees(t, "dana", bottest.Main, "/study my data", "press Export my data")
		messages := w.fake.Messages()
		for n := len(messages) - 1; n >= 0 && got == nil; n-- {
			for _, f := range messages[n].Latest().Files {
				var export struct{ Answers []struct{ Verdict string } }
				if err := json.Unmarshal(f.Data, &export); err != nil {
					t.Fatal(err)
				}
				for _, a := range export.Answers {
					got = append(got, a.Verdict)
				}
			}
		}
		return got
	}
	w.sees(t, "maria", bottest.Main, "/group", "press More", "press Weeks and seasons", "press Results", "press At closing")
	tuesday()
	w.sees(t, "dana", bottest.Main, "press A")
	if got := verdicts(); len(got) != 2 || got[1] != "" {
		t.Errorf("while the question is open the export has %q", got)
	}
	tuesday()
	if got := verdicts(); len(got) != 2 || got[1] != "wrong" {
		t.Errorf("after closing the export has %q", got)
	}
}
