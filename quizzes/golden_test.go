package quizzes_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/quizzes"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// outlines is a copy of what the catalogue says of certifications with banks, so
// that checking questions needs nothing but this package.
func outlines() []quizzes.Outline {
	return []quizzes.Outline{
		{Certification: "cbet", ID: "cbet-2025", Domains: []string{
			"cbet.anatomy", "cbet.safety", "cbet.electronics", "cbet.function", "cbet.problem", "cbet.it",
		}},
		{Certification: "cabt", ID: "cabt-2026", Domains: []string{
			"cabt.anatomy", "cabt.devices", "cabt.safety", "cabt.electronics", "cabt.reasoning", "cabt.it",
		}},
		{Certification: "chtm", ID: "chtm-2026", Domains: []string{"chtm.operations", "chtm.personnel"}},
		{Certification: "pmp", ID: "pmp-2026", Domains: []string{"pmp.people", "pmp.process", "pmp.business"}},
	}
}

// TestFaults holds what is said about each malformed bank in testdata/faults
// to the golden file beside it. go test ./quizzes -run TestFaults -update
// rewrites them; read the difference before you commit it.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no faulty banks found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := quizzes.Lint([]quizzes.File{{Name: filepath.Base(file), Data: data, Folder: os.DirFS(filepath.Dir(file))}}, outlines())
			if len(problems) == 0 {
				t.Fatalf("%s: no problem was found", file)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := lines(problems)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("problems of %s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func lines(problems []quizzes.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}
