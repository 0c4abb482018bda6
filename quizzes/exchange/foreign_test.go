package exchange_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// foreign is a question as somebody else's program reads it.
type foreign struct {
	Name, Stem, Note string
	Options          []foreignOption
	Right, Wrong     []string
	Value, Tolerance float64
	Picture          bool
}

type foreignOption struct {
	Text, Why string
	Right     bool
}

// TestForeignReaders has other people's programs read what is exported: the banks
// that come with the program, and questions full of signs that mean something to a
// format. They find the same questions with the same right answers.
func TestForeignReaders(t *testing.T) {
	script := os.Getenv("STUDYHALL_EXPORTS")
	if script == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_EXPORTS is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_EXPORTS is not set; see oracles/README.md")
	}
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	banks = append(banks, awkwardBank())
	dir := t.TempDir()
	want := map[string][]foreign{}
	for _, f := range []exchange.Format{exchange.GIFT, exchange.Anki, exchange.QTI12, exchange.QTI21, exchange.QTI22, exchange.QTI30, exchange.MoodleXML} {
		if f != exchange.GIFT && f != exchange.Anki {
			if err := os.Mkdir(filepath.Join(dir, string(f)), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for _, bank := range banks {
			switch f {
			case exchange.GIFT:
				bank.Items = slices.DeleteFunc(slices.Clone(bank.Items), arrowed)
			case exchange.QTI21, exchange.QTI22: // turning one into 3.0 takes a twentieth of a second
				if bank.Items = everyTenth(bank.Items); len(bank.Items) == 0 {
					continue
				}
			}
			left := handOver(t, dir, bank, f)
			for _, i := range bank.Items {
				if !left[i.ID] {
					want[string(f)] = append(want[string(f)], asForeign(i, f))
				}
			}
		}
	}
	out, err := exec.CommandContext(t.Context(), "node", script, dir).Output()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("%v: %s", err, e.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	var got map[string][]foreign
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	byName := cmpopts.SortSlices(func(a, b foreign) bool { return a.Name < b.Name })
	near := cmp.Comparer(func(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) })
	for f, questions := range want {
		for n := range got[f] {
			got[f][n].tidy()
		}
		if diff := cmp.Diff(questions, got[f], byName, near, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s read back (-want +got):\n%s", f, diff)
		}
		t.Logf("%s: %d questions read back", f, len(got[f]))
	}
}

// awkwardBank is questions of all types, as the tests of round trips draw them.
func awkwardBank() quizzes.Bank {
	bank := quizzes.Bank{ID: "drawn", Title: "Drawn & <checked>", Certification: "cbet", Outline: "cbet-2025"}
	for n := range 60 {
		bank.Items = append(bank.Items, rapid.Custom(func(t *rapid.T) quizzes.Item { return drawn(t, n, false, true) }).Example(n))
	}
	return bank
}

// arrowed reports questions that gift-pegjs takes for pairs to be matched: those
// whose first option is right and has an arrow. Moodle, whose format it is, sees the
// wrong options behind it.
func arrowed(i quizzes.Item) bool {
	return len(i.Options) > 0 && i.RightOption("a") && strings.Contains(i.Options[0].Text, "->")
}

// everyTenth is a part of the questions, and all of those that are drawn.
func everyTenth(items []quizzes.Item) (some []quizzes.Item) {
	for n, i := range items {
		if n%10 == 0 || strings.HasPrefix(i.ID, "cbet-q") {
			some = append(some, i)
		}
	}
	return some
}

// handOver writes a bank where the readers look for it, and returns the questions
// that the format can't carry.
func handOver(t *testing.T, dir string, bank quizzes.Bank, f exchange.Format) (left map[string]bool) {
	t.Helper()
	out, err := exchange.Export(bank, f)
	if err != nil {
		t.Fatal(err)
	}
	left = map[string]bool{}
	for _, o := range out.Outcomes {
		left[o.ID] = o.Status == exchange.Refused
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	switch f {
	case exchange.GIFT, exchange.Anki:
		write(bank.ID+f.Ending(), out.Data)
		return left
	case exchange.MoodleXML:
		write(string(f)+"/"+bank.ID+".xml", out.Data)
		return left
	}
	z, err := zip.NewReader(bytes.NewReader(out.Data), int64(len(out.Data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range z.File {
		if path.Ext(file.Name) != ".xml" || file.Name == "imsmanifest.xml" {
			continue
		}
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		write(string(f)+"/"+path.Base(file.Name), data)
	}
	return left
}

// asForeign is what a reader has to find.
func asForeign(i quizzes.Item, f exchange.Format) foreign {
	q := foreign{Name: i.ID, Stem: i.Stem, Note: i.Explanation}
	for _, o := range i.Options {
		q.Options = append(q.Options, foreignOption{o.Text, o.Why, i.RightOption(o.ID)})
	}
	switch {
	case i.Type == quizzes.Short, i.Type == quizzes.Numeric && f == exchange.Anki:
		q.Right, q.Wrong = append(append(q.Right, i.Answer...), i.Accept...), i.Reject
	case i.Type == quizzes.Numeric:
		value, tolerance, err := i.Number()
		if err != nil {
			panic(fmt.Sprint(i.ID, err))
		}
		q.Value, _ = value.Float64()
		q.Tolerance, _ = tolerance.Float64()
	}
	q.Picture = i.Image != nil && f == exchange.Anki
	q.tidy()
	return q
}

// tidy takes away what says nothing: how lines are broken, and the source behind
// an explanation.
func (q *foreign) tidy() {
	plain := func(s *string) { *s = strings.Join(strings.Fields(*s), " ") }
	plain(&q.Stem)
	plain(&q.Note)
	q.Note, _, _ = strings.Cut(q.Note, " Source: ")
	for n := range q.Options {
		plain(&q.Options[n].Text)
		plain(&q.Options[n].Why)
	}
	for _, list := range [][]string{q.Right, q.Wrong} {
		for n := range list {
			plain(&list[n])
		}
	}
}
