package quizzes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"studyhall/quizzes"
)

// FuzzParse makes sure that no file brings the program down, that every
// problem has its place and its cure, and that what passes without a fault can
// be asked, stored and read back unchanged.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good(f)))
	seeds, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(seeds, "testdata/families/good.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		bank, problems := quizzes.Parse("f", data)
		count := strings.Count(string(data), "\n") + 1
		for _, p := range problems {
			if p.What == "" || p.Fix == "" || p.Line < 0 || p.Line > count || strings.ContainsAny(p.String(), "\n\r") || !utf8.ValidString(p.String()) {
				t.Errorf("bad problem %#v", p)
			}
		}
		if quizzes.Faulty(problems) {
			return
		}
		if bank.ID == "" || len(bank.Items) == 0 {
			t.Errorf("a bank without id or questions has no fault: %#v", bank)
		}
		for _, item := range bank.Items {
			id, snapshot := item.Version()
			back, err := quizzes.FromSnapshot(snapshot)
			if err != nil {
				t.Fatal(err)
			}
			back.Line = item.Line
			if diff := cmp.Diff(item, back, cmpopts.IgnoreFields(quizzes.Item{}, "Family")); diff != "" {
				t.Errorf("item changed by its snapshot (-before +after):\n%s", diff)
			}
			if again, _ := back.Version(); again != id {
				t.Errorf("version id: got %s after reading back, want %s", again, id)
			}
		}
	})
}
