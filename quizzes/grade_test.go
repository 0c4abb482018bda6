package quizzes_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"studyhall/quizzes"
)

// labelled is one typed answer with what a fair examiner makes of it.
type labelled struct {
	line  int
	item  quizzes.Item
	text  string
	label string
}

// answers reads testdata/answers.txt.
func answers(t testing.TB) (all []labelled) {
	t.Helper()
	data, err := os.ReadFile("testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	var item quizzes.Item
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if head, ok := strings.CutPrefix(line, "== "); ok {
			kind, answer, _ := strings.Cut(head, ": ")
			item = typedItem(kind, answer)
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok && !strings.Contains(key, "\t") {
			switch key {
			case "tolerance":
				item.Tolerance = value
			case "unit":
				item.Unit = value
			case "accept":
				item.Accept = strings.Split(value, ", ")
			case "reject":
				item.Reject = strings.Split(value, ", ")
			default:
				t.Fatalf("line %d: key %q", n+1, key)
			}
			continue
		}
		label, text, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		all = append(all, labelled{n + 1, item, plain, label})
	}
	return all
}

// typedItem is an item of a type with an answer, its choices separated by spaces.
func typedItem(kind, answer string) quizzes.Item {
	item := quizzes.Item{ID: "item", Type: kind, Stem: "Which?", Answer: []string{answer}}
	switch kind {
	case quizzes.Single, quizzes.Multiple:
		item.Answer = strings.Fields(answer)
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			item.Options = append(item.Options, quizzes.Option{ID: id, Text: "Option " + id})
		}
	case quizzes.TrueFalse:
		item.Options = []quizzes.Option{{ID: "a", Text: "True"}, {ID: "b", Text: "False"}}
	}
	return item
}

// outcome is what becomes of a response: a verdict, unread, or a broken item.
func outcome(item quizzes.Item, text string) (string, error) {
	r := quizzes.Response{Text: text}
	if !item.Typed() {
		r = quizzes.Response{Options: strings.Fields(text)}
	}
	v, err := quizzes.Grade(item, r)
	if _, ok := errors.AsType[*quizzes.Unreadable](err); ok {
		return "unread", nil
	}
	return string(v), err
}

// knownRejects are right answers that are not taken: words for numbers, other
// words than the author listed, two numbers in one. Nothing wrong may be taken.
const knownRejects = 19

func TestLabelledAnswers(t *testing.T) {
	var accepts, rejects, other int
	all := answers(t)
	for _, l := range all {
		got, err := outcome(l.item, l.text)
		if err != nil {
			t.Fatalf("line %d: %v", l.line, err)
		}
		switch {
		case got == l.label:
		case got == "right" || got == "partly" && l.label != "right":
			accepts++
			t.Errorf("line %d: FALSE ACCEPT of %q for %s %q: %s, should be %s", l.line, l.text, l.item.Type, l.item.Answer, got, l.label)
		case l.label == "right" || l.label == "partly":
			rejects++
			t.Logf("line %d: false reject of %q for %s %q: %s, should be %s", l.line, l.text, l.item.Type, l.item.Answer, got, l.label)
		default: // wrong or unread for the other: it never counts as right
			other++
			t.Errorf("line %d: %q for %s %q: %s, should be %s", l.line, l.text, l.item.Type, l.item.Answer, got, l.label)
		}
	}
	t.Logf("%d labelled answers: %d false accepts, %d false rejects", len(all), accepts, rejects)
	if len(all) < 300 {
		t.Errorf("%d labelled answers, want at least 300", len(all))
	}
	if rejects != knownRejects {
		t.Errorf("%d false rejects, known are %d", rejects, knownRejects)
	}
}
