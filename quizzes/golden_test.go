package quizzes_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"studyhall/quizzes"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// outlines is a copy of what the catalogue says of some certifications.
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

// catalogue is what the catalogue says of all outlines, read from its files, since
// this package knows none.
func catalogue(t testing.TB) (all []quizzes.Outline) {
	t.Helper()
	files, err := filepath.Glob("../bot/cert/catalogue/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue found: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			ID       string
			Outlines []struct {
				ID    string
				Areas struct{ Value []struct{ ID string } }
			}
		}
		if err := yaml.Unmarshal(data, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, o := range c.Outlines {
			outline := quizzes.Outline{Certification: c.ID, ID: o.ID}
			for _, area := range o.Areas.Value {
				outline.Domains = append(outline.Domains, area.ID)
			}
			all = append(all, outline)
		}
	}
	return all
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
