package quizzes_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"studyhall/quizzes"
)

// TestEmbeddedBanks checks every question that comes with the program. If it
// fails after you added a question, the messages say where and how to mend it.
func TestEmbeddedBanks(t *testing.T) {
	banks, problems := quizzes.Load(quizzes.Embedded(), catalogue(t))
	for _, p := range problems {
		if p.Warning {
			t.Log(p)
		} else {
			t.Error(p)
		}
	}
	count := 0
	for _, b := range banks {
		count += len(b.Items)
		if got, want := path.Base(path.Dir(b.File)), b.Certification; got != want {
			t.Errorf("%s: lies in the folder %s; move it to banks/%s", b.File, got, want)
		}
	}
	if count == 0 {
		t.Error("no embedded bank is free of faults")
	}
	if t.Failed() {
		return
	}
	trusted, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(banks, trusted, cmpopts.IgnoreFields(quizzes.Item{}, "Family")); diff != "" {
		t.Errorf("LoadTrusted differs from Load (-Load +LoadTrusted):\n%s", diff)
	}
	undrawn, err := quizzes.LoadUndrawn(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range undrawn {
		for n, i := range b.Items {
			if i.Family != nil && (!i.Computed || i.Draw != nil) {
				t.Errorf("%s: computed %t, with the draw %v", i.ID, i.Computed, i.Draw)
			}
			b.Items[n] = i.First()
		}
	}
	if diff := cmp.Diff(banks, undrawn, cmpopts.IgnoreFields(quizzes.Item{}, "Family")); diff != "" {
		t.Errorf("what LoadUndrawn reads is drawn otherwise than by Load (-Load +LoadUndrawn):\n%s", diff)
	}
	t.Logf("%d banks, %d questions", len(banks), count)
}

func good(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// replaced returns the sample bank with pairs of text replaced.
func replaced(t testing.TB, pairs ...string) string {
	t.Helper()
	s := good(t)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("testdata/good.yaml has no %q", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return s
}

func TestParse(t *testing.T) {
	got, problems := quizzes.Parse("good.yaml", []byte(good(t)))
	if len(problems) > 0 {
		t.Fatalf("problems of a good bank:\n%s", lines(problems))
	}
	want := quizzes.Bank{
		ID: "cbet-sample", Title: "CBET practice: a sample", Certification: "cbet", Outline: "cbet-2025", File: "good.yaml",
		Items: []quizzes.Item{{
			ID: "cbet-ground-wire", Type: quizzes.Single, Domain: "cbet.safety", Level: "recall", Difficulty: "easy",
			Stem: "Which conductor of a power cord carries fault current away from the chassis?",
			Options: []quizzes.Option{
				{ID: "a", Text: "The ground wire", Why: "The ground wire bonds the chassis to earth."},
				{ID: "b", Text: "The neutral wire", Why: "The neutral wire carries the current of normal use."},
				{ID: "c", Text: "The hot wire", Why: "The hot wire brings the current in."},
			},
			Answer:      []string{"a"},
			Explanation: "The ground wire gives fault current a low-resistance path, so that the breaker opens.",
			Source:      quizzes.Source{Title: "NFPA 99-2012, chapter 10", URL: "https://www.nfpa.org/99", Checked: "2026-11-22"},
			Line:        6,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parsed bank (-want +got):\n%s", diff)
	}
}

// TestScalarsSurvive has what YAML readers like to rewrite or drop. An answer
// may be exactly that text.
func TestScalarsSurvive(t *testing.T) {
	for _, text := range []string{
		"1.10", "010", "no", "Yes", "null", "NULL", "~", "undefined", "0x1F", "0o17", "0b11",
		"12e03", ".5", "5.", "1_000", "1,000", "+5", "-0", ".inf", ".NaN", "true", "off", "y", "N",
		"2026-01-01", "2026-01-01T00:00:00Z", "12:30", "190:20:30", "=", "<<", "1.0", "00", "1e3",
		"0.1 µA", "10 Ω ± 5 %", "a, b", "µ", "-5 °C",
	} {
		for _, style := range []string{"%s", `"%s"`, "'%s'", ">-\n          %s"} {
			written := fmt.Sprintf(style, text)
			t.Run(written, func(t *testing.T) {
				bank, problems := quizzes.Parse("bank.yaml", []byte(replaced(t, `"The hot wire"`, written)))
				if len(problems) > 0 {
					t.Errorf("problems:\n%s", lines(problems))
				}
				if got := bank.Items[0].Options[2].Text; got != text {
					t.Errorf("option text written as %s: got %q, want %q", written, got, text)
				}
			})
		}
	}
}

func TestWindowsLineEndsMakeNoDifference(t *testing.T) {
	text := replaced(t, "stem: >-\n", "stem: |-\n      Read this.\n")
	unix, problems := quizzes.Parse("bank.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("problems with LF:\n%s", lines(problems))
	}
	windows, problems := quizzes.Parse("bank.yaml", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if len(problems) > 0 {
		t.Fatalf("problems with CR LF:\n%s", lines(problems))
	}
	if diff := cmp.Diff(unix, windows); diff != "" {
		t.Errorf("bank with LF and with CR LF (-LF +CRLF):\n%s", diff)
	}
}

// TestBounds has files that are too large to keep as examples.
func TestBounds(t *testing.T) {
	item := good(t)[strings.Index(good(t), "  - id: cbet"):]
	var many strings.Builder
	many.WriteString(good(t))
	for i := range 2000 {
		fmt.Fprintf(&many, "  - id: q-%d\n", i)
	}
	for _, row := range []struct{ name, data, want string }{
		{"too many bytes", good(t) + strings.Repeat("#", 1<<20), "bank.yaml: the file has"},
		{"too many questions", many.String(), "bank.yaml:6:3: items: has 2001 questions; at most 2000"},
		{"too many entries", "items: [" + strings.Repeat("[],", 200_000) + "]", "the file has too many entries"},
		{"deep brackets", strings.Repeat("[", 500_000), "bank.yaml:1:1: this is not valid YAML (exceeded max depth"},
		{"closed deep brackets", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested too deeply"},
		{"deep lists", strings.Repeat("- ", 5000) + "x", "nested too deeply"},
		{"many options", replaced(t, "    answer: a", strings.Repeat("      - {id: c, text: x, why: y}\n", 20_000)+"    answer: a"), "has too many entries (20003); at most 5"},
		{"alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\nitems: [*b,*b]\n", "anchors (&name) and aliases (*name) are not allowed"},
		{"fault far down", strings.Repeat(item, 1) + strings.Repeat("# x\n", 20_000) + "a: b: c\n", ":20024:1: this line stands to the left"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, problems := quizzes.Parse("bank.yaml", []byte(row.data))
			if !quizzes.Faulty(problems) {
				t.Fatalf("no fault was found, want %q", row.want)
			}
			if len(problems) > 201 {
				t.Errorf("got %d problems, want at most 200 and their count", len(problems))
			}
			if got := lines(problems); !strings.Contains(got, row.want) {
				t.Errorf("problems do not contain %q:\n%.500s", row.want, got)
			}
		})
	}
}

// TestManyProblems makes sure that faults are not crowded out by warnings.
func TestManyProblems(t *testing.T) {
	item := good(t)[strings.Index(good(t), "  - id: cbet"):]
	var b strings.Builder
	b.WriteString(good(t))
	for i := range 300 {
		s := strings.Replace(item, "cbet-ground-wire", fmt.Sprintf("q-%d", i), 1)
		s = strings.Replace(s, `"The hot wire"`, `"Both A and B"`, 1)
		if i == 299 {
			s = strings.Replace(s, "cbet.safety", "cbet.safetey", 1)
		}
		b.WriteString(s)
	}
	_, problems := quizzes.Lint([]quizzes.File{{Name: "bank.yaml", Data: []byte(b.String())}}, outlines())
	if !quizzes.Faulty(problems) {
		t.Error("the one fault among 300 warnings is not shown")
	}
	last := problems[len(problems)-1].String()
	if want := "bank.yaml: warning: 101 more problems are not shown; mend the ones above first"; last != want {
		t.Errorf("last problem: got %q, want %q", last, want)
	}
}

func TestLoad(t *testing.T) {
	other := replaced(t, "cbet-sample", "cbet-other", "- id: cbet-ground-wire", "- id: cbet-other-wire")
	fsys := fstest.MapFS{
		"cbet/a.yaml":          {Data: []byte("items: [")},
		"cbet/b.yaml":          {Data: []byte(good(t))},
		"cbet/c.yml":           {Data: []byte(good(t))},
		"cbet/d.yaml":          {Data: []byte(replaced(t, "cbet-sample", "cbet-d", "answer: a", "answer: e"))},
		"cbet/e.yaml":          {Data: []byte(other)},
		"cbet/f.yaml":          {Data: []byte(good(t))},
		"cbet/notes.txt":       {Data: []byte("not a bank")},
		"cbet/pipe.yaml":       {Mode: fs.ModeNamedPipe},
		"..data/again.yaml":    {Data: []byte(good(t))},
		"cbet/.hidden.yaml":    {Data: []byte("x")},
		"cbet/deep/down/g.txt": {Data: []byte("x")},
	}
	banks, problems := quizzes.Load(fsys, outlines())
	want := []string{
		`cbet/a.yaml:1:1: a bracket [ or { is not closed, or a text is missing; put text that has brackets or commas in "double quotes" (the fault is on this line or just above it)`,
		`cbet/c.yml: the name ends in .yml or in capitals and would be passed over; rename the file to end in .yaml`,
		`cbet/d.yaml:6:9: items[0].id: the id cbet-ground-wire is already used at cbet/b.yaml:6; give this question an id of its own`,
		`cbet/d.yaml:22:13: items[0].answer: the answer "e" is not among the options a, b, c; give the id of the right option`,
		`cbet/f.yaml:1:7: bank: the bank id cbet-sample is already used in cbet/b.yaml; choose another id; a file adds a bank and cannot replace one`,
		`cbet/f.yaml:6:9: items[0].id: the id cbet-ground-wire is already used at cbet/b.yaml:6; give this question an id of its own`,
		`cbet/pipe.yaml: cannot be read: it is not an ordinary file; check that it exists and that the program may read it`,
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(lines(problems)), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"cbet/b.yaml", "cbet/e.yaml"}, files(banks)); diff != "" {
		t.Errorf("usable banks (-want +got):\n%s", diff)
	}
}

func files(banks []quizzes.Bank) []string {
	var names []string
	for _, b := range banks {
		names = append(names, b.File)
	}
	return names
}

func TestLoadDirs(t *testing.T) {
	embedded := fstest.MapFS{"banks/cbet/a.yaml": {Data: []byte(good(t))}}
	own := replaced(t, "cbet-sample", "our-own", "- id: cbet-ground-wire", "- id: our-ground-wire")
	for _, row := range []struct {
		name     string
		embedded fs.FS
		files    map[string]string // nil: no folder is given
		banks    []string
		problems string
	}{
		{name: "no folder", embedded: embedded, banks: []string{"banks/cbet/a.yaml"}},
		{
			name: "a folder adds banks", embedded: embedded, files: map[string]string{"own.yaml": own},
			banks: []string{"banks/cbet/a.yaml", "DIR/own.yaml"},
		},
		{
			name: "same bank id", embedded: embedded,
			files:    map[string]string{"own.yaml": replaced(t, "- id: cbet-ground-wire", "- id: our-ground-wire")},
			banks:    []string{"banks/cbet/a.yaml"},
			problems: "DIR/own.yaml:1:7: bank: the bank id cbet-sample is already used in banks/cbet/a.yaml; choose another id; a file adds a bank and cannot replace one\n",
		},
		{
			name: "same question id", embedded: embedded,
			files: map[string]string{"own.yaml": replaced(t, "cbet-sample", "our-own"), "z.yaml": replaced(t, "cbet-sample", "our-z")},
			banks: []string{"banks/cbet/a.yaml"},
			problems: "DIR/own.yaml:6:9: items[0].id: the id cbet-ground-wire is already used at banks/cbet/a.yaml:6; give this question an id of its own\n" +
				"DIR/z.yaml:6:9: items[0].id: the id cbet-ground-wire is already used at banks/cbet/a.yaml:6; give this question an id of its own\n",
		},
		{
			name: "empty folder", embedded: embedded, files: map[string]string{},
			banks:    []string{"banks/cbet/a.yaml"},
			problems: "DIR: warning: the folder has no file that ends in .yaml; put banks there, or point BANKS_DIR elsewhere\n",
		},
		{
			name: "broken embedded bank", embedded: fstest.MapFS{"banks/cbet/a.yaml": {Data: []byte("[")}},
			files: map[string]string{"own.yaml": own}, banks: []string{"DIR/own.yaml"},
			problems: "embedded banks: decode bank: banks/cbet/a.yaml:1:1:",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := ""
			if row.files != nil {
				dir = t.TempDir()
			}
			for name, data := range row.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			banks, problems := quizzes.LoadDirs(outlines(), row.embedded, dir)
			strip := func(s string) string {
				if dir == "" {
					return s
				}
				return strings.ReplaceAll(s, dir, "DIR")
			}
			var names []string
			for _, name := range files(banks) {
				names = append(names, filepath.ToSlash(strip(name)))
			}
			if diff := cmp.Diff(row.banks, names); diff != "" {
				t.Errorf("banks (-want +got):\n%s", diff)
			}
			got := filepath.ToSlash(strip(lines(problems)))
			if row.problems == "" && got != "" || !strings.HasPrefix(got, row.problems) {
				t.Errorf("problems: got\n%s\nwant\n%s", got, row.problems)
			}
		})
	}
}

func TestLoadDirsWithoutSuchAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "absent")
	_, problems := quizzes.LoadDirs(outlines(), fstest.MapFS{}, dir)
	if want := dir + ": there is no such file or folder; check the path\n"; lines(problems) != want {
		t.Errorf("problems: got %q, want %q", lines(problems), want)
	}
}

func TestLoadTrusted(t *testing.T) {
	for _, row := range []struct{ name, data, want string }{
		{"not YAML", "items: [", "decode bank: x.yaml:1:1:"},
		{"no bank", "[]", "decode bank: x.yaml has no id"},
		{"answer that is no option", replaced(t, "answer: a", "answer: e"), `decode bank: x.yaml:6: item cbet-ground-wire: answer "e" is not among its options`},
		{"no stem", replaced(t, "stem: >-", "steam: >-"), "decode bank: x.yaml:6: item cbet-ground-wire lacks its stem, options or answer"},
		{"no question id", replaced(t, "id: cbet-ground-wire", "idd: x"), "decode bank: x.yaml:6: item without an id"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := quizzes.LoadTrusted(fstest.MapFS{"x.yaml": {Data: []byte(row.data)}})
			if err == nil || !strings.HasPrefix(err.Error(), row.want) {
				t.Errorf("error: got %v, want %q…", err, row.want)
			}
		})
	}
}

func TestNoOutlineMeansNoBank(t *testing.T) {
	banks, problems := quizzes.Lint([]quizzes.File{{Name: "a.yaml", Data: []byte(good(t))}}, nil)
	want := "a.yaml:3:16: certification: \"cbet\" is not in the catalogue; the catalogue is empty\n"
	if got := lines(problems); got != want || len(banks) != 0 {
		t.Errorf("got %d banks and %q, want none and %q", len(banks), got, want)
	}
}
