package suggest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"studyhall/bot"
	"studyhall/quizzes"
)

// filled is a form as somebody fills it in, with some fields otherwise.
func filled(other map[string]string) bot.Values {
	v := bot.Values{
		fieldQuestion: {"Which word begins with C?"}, fieldRight: {"Coca"}, fieldWrong: {"Delta\nEcho"},
		fieldWhy: {"It begins with C.\nThe alphabet, letter 3 https://example.com/a?b=1"},
	}
	for name, text := range other {
		v[name] = []string{text}
	}
	return v
}

func TestRead(t *testing.T) {
	long := strings.Repeat("x", 76)
	for _, row := range []struct {
		name  string
		other map[string]string
		wrong []string // fields that are refused
	}{
		{"a question", nil, nil},
		{"one wrong answer", map[string]string{fieldWrong: "Delta"}, nil},
		{"four wrong answers", map[string]string{fieldWrong: "B\nC1\nD\nE"}, nil},
		{"empty lines and space around", map[string]string{fieldWrong: "\n  Delta \n\n Echo\t\n"}, nil},
		{"nothing", map[string]string{fieldQuestion: " ", fieldRight: "", fieldWrong: "\n", fieldWhy: ""}, []string{fieldQuestion, fieldRight, fieldWhy, fieldWrong}},
		{"five wrong answers", map[string]string{fieldWrong: "B\nC1\nD\nE\nF"}, []string{fieldWrong}},
		{"a long right answer", map[string]string{fieldRight: long}, []string{fieldRight}},
		{"a long wrong answer", map[string]string{fieldWrong: long}, []string{fieldWrong}},
		{"the right answer among the wrong ones", map[string]string{fieldWrong: "Delta\nCoca"}, []string{fieldWrong}},
		{"no source", map[string]string{fieldWhy: "It begins with C."}, []string{fieldWhy}},
		{"a long explanation", map[string]string{fieldWhy: strings.Repeat("x ", 300) + "\nThe alphabet"}, []string{fieldWhy}},
		{"a long question", map[string]string{fieldQuestion: strings.Repeat("word ", 200)}, []string{fieldQuestion}},
		{"out of an exam", map[string]string{fieldQuestion: "What was asked in the actual exam?"}, []string{fieldQuestion}},
		{"an invisible character", map[string]string{fieldQuestion: "Which word\u00ad begins with C?"}, []string{fieldQuestion}},
	} {
		t.Run(row.name, func(t *testing.T) {
			item, invalid := read("0one", filled(row.other))
			if got := slices.Sorted(maps.Keys(invalid)); !slices.Equal(got, row.wrong) {
				t.Fatalf("refused are %v, want %v", invalid, row.wrong)
			}
			if len(invalid) > 0 {
				return
			}
			right, wrong := answersOf(item)
			want := strings.Fields(filled(row.other).Get(fieldWrong))
			slices.Sort(wrong)
			slices.Sort(want)
			if right != "Coca" || !slices.Equal(wrong, want) {
				t.Errorf("right is %q, wrong are %q, want Coca and %q", right, wrong, want)
			}
			if item.Source.URL != "https://example.com/a?b=1" || item.Source.Title != "The alphabet, letter 3" {
				t.Errorf("the source is %+v", item.Source)
			}
		})
	}
}

// What is shown to be changed is what was typed, and comes back as it was.
func TestReadBack(t *testing.T) {
	item, invalid := read("0one", filled(nil))
	if len(invalid) > 0 {
		t.Fatal(invalid)
	}
	shown := bot.Values{}
	for _, f := range itemFields(item) {
		shown[f.Name] = f.Initial
	}
	again, invalid := read("0one", shown)
	a, _ := item.Version()
	if b, _ := again.Version(); a != b || len(invalid) > 0 {
		t.Errorf("%+v\nbecame %+v (%v)", item, again, invalid)
	}
}

// The file is a draft that the checker of banks takes, by identifiers that no item
// in the database has.
func TestFileIsABank(t *testing.T) {
	item, _ := read("0one", filled(nil))
	item.Domain = "cbet.safety"
	bank := quizzes.Bank{ID: "own-cbet-track", Title: "Night crew: \"own\" questions", Certification: "cbet", Outline: "cbet-2025", Items: []quizzes.Item{item}}
	file, err := export(bank)
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := quizzes.Parse(file.Name, file.Data); quizzes.Faulty(problems) {
		t.Fatalf("%v\n%s", problems, file.Data)
	}
	banks, problems := quizzes.Lint([]quizzes.File{{Name: file.Name, Data: file.Data}},
		[]quizzes.Outline{{Certification: "cbet", ID: "cbet-2025", Domains: []string{"cbet.safety"}}})
	if len(banks) != 1 || quizzes.Faulty(problems) || !banks[0].Draft {
		t.Fatalf("%v\n%s", problems, file.Data)
	}
	got := banks[0].Items[0]
	if got.ID != "own-0one" || item.ID != "own.0one" {
		t.Errorf("identifiers are %s in the file and %s in the group", got.ID, item.ID)
	}
	got.ID, got.Line, item.Line = item.ID, 0, 0
	a, _ := item.Version()
	if b, _ := got.Version(); a != b {
		t.Errorf("%+v\nis %+v in the file", item, got)
	}
}
