package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// tabled imports one question as a table, and returns the letters of its key, or
// why it was left out.
func tabled(t *testing.T, answer string, options ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"question", "answer", "a", "b", "c", "d", "e"}
	if err := w.WriteAll([][]string{head[:2+len(options)], append([]string{"What current flows?", answer}, options...)}); err != nil {
		t.Fatal(err)
	}
	return keyOf(t, "t.csv", b.Bytes())
}

func keyOf(t *testing.T, name string, data []byte) string {
	t.Helper()
	r, err := exchange.Import(context.Background(), name, data, anything())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Outcomes) != 1 {
		t.Fatalf("%d questions", len(r.Outcomes))
	}
	o := r.Outcomes[0]
	if o.Status == exchange.Refused {
		return o.Place + ": " + strings.Join(o.Notes, " ")
	}
	return strings.Join(o.Item.Answer, "")
}

// A table's answer is what it says or the question stays out: nothing is guessed
// from words that happen to be letters or numbers.
func TestKeysOfTables(t *testing.T) {
	amperes := []string{"1 A", "2 A", "3 A", "4 A"}
	hard := strings.Split(strings.ReplaceAll(strings.Join(amperes, "|"), " ", "\u00a0"), "|")
	mixed := []string{"2\u2009A", "3 A", "1 A", "4 A"}
	words := []string{"fuse", "relay", "a slow fuse", "none"}
	for _, test := range []struct {
		name, answer string
		options      []string
		want         string // letters, or a part of the reason
	}{
		{"a text", "2 A", amperes, "b"},
		{"a text, spaces that don't break in the options", "2 A", hard, "b"},
		{"a text, a space that doesn't break in the answer", "2\u00a0A", amperes, "b"},
		{"a text, several spaces and one that nobody sees", " 2 \u3000A\u200b", amperes, "b"},
		{"a text in other letters", "2 a", mixed, "a"},
		{"other letters of two options", "1 ma", []string{"1 mA", "1 MA", "1 A"}, "names no option"},
		{"exactly one of two that differ in letters", "1 MA", []string{"1 mA", "1 MA", "1 A"}, "b"},
		{"no option's text", "5 A", amperes, `line 2: the answer "5 A" names no option`},
		{"number and letter", "2 B", amperes, "names no option"},
		{"letter and text", "b) 2 A", amperes, "names no option"},
		{"letters and a number", "a, 2", words, "names no option"},
		{"a letter and a text", "a | relay", words, "names no option"},
		{"words of a text that isn't there", "fuse relay", words, "names no option"},
		{"a number that isn't there", "7", amperes, "names no option"},
		{"a fraction", "1/2", words, "names no option"},
		{"a point first", ".2", amperes, "names no option"},
		{"a decimal comma", "1,2", []string{"1.2 A", "1.5 A", "2 A"}, "names no option"},
		{"a number that is another's text", "3", []string{"2", "3", "4", "5"}, "the text of option B and the number of option C"},
		{"a letter that is another's text", "a", []string{"c", "a", "b"}, "the text of option B and the letter of option A"},
		{"a list with a number that is another's text", "2, 4", []string{"2", "3", "x", "y"}, "the text of option A and the number of option B"},
		{"a number that is its own text", "2", []string{"1", "2", "3"}, "b"},
		{"a letter", "B", amperes, "b"},
		{"a letter with a bracket", "(b)", amperes, "b"},
		{"a number", "2", amperes, "b"},
		{"a named letter", "Option B", amperes, "b"},
		{"a named number", "option 2", amperes, "b"},
		{"letters with spaces", "a c", amperes, "ac"},
		{"letters with commas", "A, C", amperes, "ac"},
		{"letters with bars", "A | C", amperes, "ac"},
		{"letters with other signs", "A; C & D", amperes, "acd"},
		{"numbers with commas", "1, 3", amperes, "ac"},
		{"numbers with spaces", "1 3", amperes, "ac"},
		{"texts with bars", "Fuse | a slow fuse", words, "ac"},
		{"texts with commas", "fuse, relay", words, "ab"},
	} {
		got := tabled(t, test.answer, test.options...)
		if got != test.want && (len(test.want) < 6 || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q of %q is %q, not %q", test.name, test.answer, test.options, got, test.want)
		}
	}
}

// Options whose texts are letters come back from our own tables with the key that
// they had.
func TestKeysOfOwnTables(t *testing.T) {
	bank := quizzes.Bank{ID: "x", Title: "x", Certification: "cbet", Outline: "cbet-2025", Items: []quizzes.Item{{
		ID: "x-letters-1", Type: quizzes.Single, Domain: "cbet.it", Stem: "Which drive is it?", Answer: []string{"a"},
		Options: []quizzes.Option{{ID: "a", Text: "c", Why: "It is."}, {ID: "b", Text: "a", Why: "It isn't."}, {ID: "c", Text: "b", Why: "It isn't."}},
	}}}
	for _, format := range []exchange.Format{exchange.CSV, exchange.AnkiText} {
		out, err := exchange.Export(bank, format)
		if err != nil {
			t.Fatal(err)
		}
		if got := keyOf(t, "x"+format.Ending(), out.Data); got != "a" {
			t.Errorf("%s: the key is %q, not a", format, got)
		}
	}
}

// What the other formats say is the key isn't guessed at either.
func TestKeysOfOthers(t *testing.T) {
	truth := func(a, b string) string {
		return `<quiz><question type="truefalse"><questiontext><text>Is it?</text></questiontext><answer fraction="100"><text>` + a +
			`</text></answer><answer fraction="0"><text>` + b + `</text></answer></question></quiz>`
	}
	for _, test := range []struct{ name, file, text, want string }{
		{"a number in JSON counts from 0", "q.json", `[{"question":"Is it?","options":["w","x","y","z"],"answer":2}]`, "c"},
		{"so do several", "q.json", `[{"question":"Is it?","options":["w","x","y","z"],"answer":[0,2]}]`, "ac"},
		{"a number in JSON that is a value", "q.json", `[{"question":"Is it?","options":[1,2,3,4],"answer":2}]`, "the text of option B"},
		{"texts in JSON", "q.json", `[{"question":"Is it?","options":["one fuse","two","three"],"answer":["one fuse","three"]}]`, "ac"},
		{"Moodle, false", "q.xml", truth("false", "true"), "b"},
		{"Moodle, false in HTML", "q.xml", truth("&lt;p&gt;False&lt;/p&gt;", "&lt;p&gt;True&lt;/p&gt;"), "b"},
		{"Moodle, neither", "q.xml", truth("faux", "vrai"), `"faux" is neither true nor false`},
		{"Aiken", "q.txt", "Is it?\nA) no\nB) yes\nANSWER: B\n", "b"},
		{"Aiken, a letter twice", "q.txt", "Is it?\nA) no\nB) yes\nB) perhaps\nANSWER: B\n", "stands before several"},
		{"Anki's text", "q.txt", "#separator:tab\n#html:false\n#columns:question\ta\tb\tc\tanswer\nIs it?\t2\u00a0A\t3 A\t1 A\t2 a\n", "a"},
		{"Anki's text, no option", "q.txt", "#separator:tab\n#html:false\n#columns:question\ta\tb\tc\tanswer\nIs it?\t2 A\t3 A\t1 A\t2 B\n", "names no option"},
	} {
		if got := keyOf(t, test.file, []byte(test.text)); got != test.want && (len(test.want) < 6 || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q, not %q", test.name, got, test.want)
		}
	}
}
