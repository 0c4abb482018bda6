package quizzes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/quizzes"
)

func TestCorrected(t *testing.T) {
	voltage := typedItem(quizzes.Numeric, "5 V")
	voltage.Tolerance = "1 %"
	monitor := typedItem(quizzes.Short, "line isolation monitor")
	monitor.Accept, monitor.Reject = []string{"LIM"}, []string{"ground fault interrupter", "isolation transformer"}
	tests := []struct {
		name string
		item quizzes.Item
		c    quizzes.Correction
		want string // verdicts of what was answered, "answer: verdict; …", or the error
	}{
		{"another key", typedItem(quizzes.Single, "b"), quizzes.Correction{Keys: []string{"c"}}, "b: wrong; c: right; a: wrong"},
		{"two keys", typedItem(quizzes.Single, "b"), quizzes.Correction{Keys: []string{"b", "c", "b"}}, "b: right; c: right; a: wrong"},
		{"true and false", typedItem(quizzes.TrueFalse, "a"), quizzes.Correction{Keys: []string{"a", "b"}}, "a: right; b: right"},
		{"other choices", typedItem(quizzes.Multiple, "a b"), quizzes.Correction{Keys: []string{"c b"}}, "b c: right; a b: partly; a: wrong; a d: wrong"},
		{"choices either way", typedItem(quizzes.Multiple, "a b"), quizzes.Correction{Keys: []string{"a b", "a c"}}, "a b: right; a c: right; b c: partly; d: wrong"},
		{"another number", voltage, quizzes.Correction{Keys: []string{"6 V"}}, "6 V: right; 5 V: wrong; 6.03 V: right"},
		{"two numbers, less exact", voltage, quizzes.Correction{Keys: []string{"5 V", "6 V"}, Tolerance: "5 %"}, "5.2 V: right; 6.2 V: right; 5.5 V: wrong"},
		{"a number in another unit", voltage, quizzes.Correction{Keys: []string{"5 A"}}, "5 A: right; 5 V: unreadable"},
		{"words, one of them wrong before", monitor, quizzes.Correction{Keys: []string{"LIM", "ground fault interrupter"}},
			"lim: right; ground fault interrupter: right; line isolation monitor: wrong; isolation transformer: wrong"},
		{"void", typedItem(quizzes.Single, "b"), quizzes.Correction{Void: true}, "a: right; b: right; z: unreadable"},
		{"void and typed", voltage, quizzes.Correction{Void: true}, "5 V: right; no idea: right"},
		{"no key", typedItem(quizzes.Single, "b"), quizzes.Correction{}, "needs a key"},
		{"an empty key", typedItem(quizzes.Single, "b"), quizzes.Correction{Keys: []string{" "}}, "empty"},
		{"an option that is none", typedItem(quizzes.Single, "b"), quizzes.Correction{Keys: []string{"b", "z"}}, "not among its options"},
		{"two choices at once where one is right", typedItem(quizzes.Single, "b"), quizzes.Correction{Keys: []string{"a b"}}, "only one choice"},
		{"void with a key", typedItem(quizzes.Single, "b"), quizzes.Correction{Void: true, Keys: []string{"b"}}, "no key"},
		{"a number that is none", voltage, quizzes.Correction{Keys: []string{"many"}}, "many"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := tt.item.Version()
			item, err := tt.item.Corrected(tt.c)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error %v, want one with %q", err, tt.want)
				}
				return
			}
			var got []string
			for _, line := range strings.Split(tt.want, "; ") {
				text, _, _ := strings.Cut(line, ": ")
				verdict, err := quizzes.Grade(item, quizzes.Response{Text: text, Options: strings.Fields(text)})
				if err != nil {
					verdict = "unreadable"
				}
				got = append(got, text+": "+string(verdict))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("graded (-want +got):\n%s", diff)
			}
			version, snapshot := item.Version()
			if version == before {
				t.Error("the corrected item has the version of the wrong one")
			}
			again, err := quizzes.FromSnapshot(snapshot)
			if same, _ := again.Version(); err != nil || same != version {
				t.Errorf("from its snapshot it is version %s, want %s (%v)", same, version, err)
			}
			if now, _ := tt.item.Version(); now != before {
				t.Error("correcting changed the original")
			}
		})
	}
}

// An item's version must not change because items can be corrected now.
func TestUncorrectedSnapshot(t *testing.T) {
	_, snapshot := typedItem(quizzes.Single, "b").Version()
	if s := string(snapshot); strings.Contains(s, "also") || strings.Contains(s, "void") {
		t.Errorf("the snapshot mentions corrections: %s", s)
	}
}
