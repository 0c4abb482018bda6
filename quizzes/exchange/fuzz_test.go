package exchange_test

import (
	"context"
	"errors"
	"testing"

	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// fuzz feeds an importer with whatever comes. What comes in must be loadable,
// and everything must be accounted for.
func fuzz(f *testing.F, format exchange.Format) {
	why := func(s string) quizzes.Option { return quizzes.Option{Why: s} }
	bank := quizzes.Bank{ID: "cbet-seed", Title: "Seed", Certification: "cbet", Outline: "cbet-2025", Items: []quizzes.Item{
		{ID: "cbet-one", Type: quizzes.Single, Stem: "Which & <one>?", Domain: "cbet.it", Level: "recall", Difficulty: "easy", Explanation: "So.\nThus.", Source: quizzes.Source{Title: "A book", URL: "https://example.org", Checked: "2026-11-23"},
			Options: []quizzes.Option{{ID: "a", Text: "One", Why: why("x").Why}, {ID: "b", Text: "Two = 2", Why: "y"}}, Answer: []string{"b"}},
		{ID: "cbet-two", Type: quizzes.Numeric, Stem: "How many?", Domain: "cbet.it", Answer: []string{"4.7 kΩ"}, Tolerance: "5 %", Source: quizzes.Source{Title: "A book"}},
		{ID: "cbet-three", Type: quizzes.Short, Stem: "What?", Domain: "cbet.it", Answer: []string{"earth"}, Accept: []string{"ground"}, Reject: []string{"fire"}, Source: quizzes.Source{Title: "A book"}},
		{ID: "cbet-four", Type: quizzes.Multiple, Stem: "Which two?", Domain: "cbet.it", Options: []quizzes.Option{{ID: "a", Text: "A b"}, {ID: "b", Text: "C d"}, {ID: "c", Text: "E f"}}, Answer: []string{"a", "c"}, Source: quizzes.Source{Title: "A book"}},
		{ID: "cbet-five", Type: quizzes.TrueFalse, Stem: "Is it?", Domain: "cbet.it", Options: []quizzes.Option{{ID: "a", Text: "True"}, {ID: "b", Text: "False"}}, Answer: []string{"b"}, Source: quizzes.Source{Title: "A book"}},
	}, Draft: true}
	out, err := exchange.Export(bank, format)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(out.Data)
	f.Add(out.Data[:len(out.Data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		o := anything()
		o.From = format
		r, err := exchange.Import(context.Background(), "f", data, o)
		if err != nil {
			if _, ok := errors.AsType[*exchange.Error](err); !ok {
				t.Fatalf("got %v, which is no Error", err)
			}
			return
		}
		items := 0
		for _, b := range load(t, r) {
			items += len(b.Items)
		}
		if kept := len(r.Outcomes) - r.Count(exchange.Refused); kept != items {
			t.Fatalf("%d questions are said to come in, and %d do", kept, items)
		}
		for _, o := range r.Outcomes {
			if o.Place == "" || o.Status == exchange.Imported != (len(o.Notes) == 0) || o.Status == exchange.Refused != (o.ID == "") {
				t.Errorf("bad outcome %+v", o)
			}
		}
	})
}

func FuzzYAML(f *testing.F)     { fuzz(f, exchange.YAML) }
func FuzzJSON(f *testing.F)     { fuzz(f, exchange.JSON) }
func FuzzCSV(f *testing.F)      { fuzz(f, exchange.CSV) }
func FuzzGIFT(f *testing.F)     { fuzz(f, exchange.GIFT) }
func FuzzAiken(f *testing.F)    { fuzz(f, exchange.Aiken) }
func FuzzMoodle(f *testing.F)   { fuzz(f, exchange.MoodleXML) }
func FuzzQTI12(f *testing.F)    { fuzz(f, exchange.QTI12) }
func FuzzQTI21(f *testing.F)    { fuzz(f, exchange.QTI21) }
func FuzzQTI30(f *testing.F)    { fuzz(f, exchange.QTI30) }
func FuzzAnki(f *testing.F)     { fuzz(f, exchange.Anki) }
func FuzzAnkiText(f *testing.F) { fuzz(f, exchange.AnkiText) }
func FuzzQuizlet(f *testing.F)  { fuzz(f, exchange.Quizlet) }

// FuzzDetect is that no bytes bring the guess of a format down.
func FuzzDetect(f *testing.F) {
	f.Add("f.csv", []byte("sep=;\nstem;answer\n"))
	f.Add("f", []byte("[markdown]Who?{=a}"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		format, err := exchange.Detect(name, data)
		if _, ok := errors.AsType[*exchange.Error](err); err != nil && !ok || err == nil && format == "" {
			t.Errorf("got %q and %v", format, err)
		}
	})
}
