package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/quizzes"
	"studyhall/quizzes/exchange"
)

// outline is what the banks of these tests are held to.
func outline() []quizzes.Outline {
	return []quizzes.Outline{{Certification: "cbet", ID: "cbet-2025", Domains: []string{"cbet.safety", "cbet.it"}}}
}

// awkward are signs and words that mean something to some format.
var awkward = []string{
	"a", "b", "the", "Earth", "=", "~", "#", "{", "}", ":", "::", `\`, `\n`, "<b>", "</p>", "&amp;", "&", "<", ">", `"`, "'", "%50%", "*", "[html]", "|",
	",", ";", "->", "µ", "Ω", "é", "中", "🙂", "A)", "A. b", "ANSWER: C", "//", "$x$", "$CATEGORY:", "{{c1::x}}", "sep=;", "\u00a0", "1.10", "null", "-", "# no", "]]>", "<![CDATA[", "@@PLUGINFILE@@/x.png", "Source: y",
}

// text draws a text of so many words at most, in one line or several.
func text(t *rapid.T, label string, words int, lines bool) string {
	gaps := []string{" ", "", " "}
	if lines {
		gaps = append(gaps, "\n", "\n\n")
	}
	var b strings.Builder
	for range rapid.IntRange(1, words).Draw(t, label+" words") {
		b.WriteString(rapid.SampledFrom(awkward).Draw(t, label))
		b.WriteString(rapid.SampledFrom(gaps).Draw(t, label+" gap"))
	}
	s := strings.Trim(b.String(), " \n\u00a0")
	return s + rapid.SampledFrom([]string{"?", "x", "7", "Ω"}).Draw(t, label+" end")
}

// drawn draws a question of any type, whole or as a draft has it.
func drawn(t *rapid.T, n int, draft, pictured bool) quizzes.Item {
	i := quizzes.Item{
		ID: fmt.Sprintf("cbet-q%d-%s", n, rapid.StringMatching(`[a-z0-9]{1,8}`).Draw(t, "id")), Domain: rapid.SampledFrom(outline()[0].Domains).Draw(t, "domain"),
		Type: rapid.SampledFrom([]string{quizzes.Single, quizzes.Single, quizzes.Multiple, quizzes.TrueFalse, quizzes.Numeric, quizzes.Short}).Draw(t, "type"),
		Stem: fmt.Sprintf("No. %d ", n) + text(t, "stem", 12, true), Level: "recall", Difficulty: "hard", Explanation: text(t, "explanation", 8, true),
		Source: quizzes.Source{Title: text(t, "source", 4, false), URL: "https://example.org/a?b=c&d={e}", Checked: "2026-11-22"}, Computed: rapid.Bool().Draw(t, "computed"),
	}
	why := func(k int) string { return fmt.Sprintf("%s %d", text(t, "why", 6, false), k) }
	switch i.Type {
	case quizzes.TrueFalse:
		i.Options = []quizzes.Option{{ID: "a", Text: "True", Why: why(0)}, {ID: "b", Text: "False", Why: why(1)}}
		i.Answer = []string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "right")}
	case quizzes.Numeric:
		i.Answer = []string{rapid.SampledFrom([]string{"4.7 kΩ", "-12.5", "1/3", "120 mmHg", "0.000001 F", "3e5 Hz", "42", "5 %", "1 1/2 h"}).Draw(t, "number")}
		i.Tolerance = rapid.SampledFrom([]string{"", "5 %", "0.25"}).Draw(t, "tolerance")
	case quizzes.Short:
		i.Answer = []string{"line isolation monitor"}
		if rapid.Bool().Draw(t, "more") {
			i.Accept, i.Reject = []string{"LIM", text(t, "accept", 3, false) + " one"}, []string{"line isolation transformer", text(t, "reject", 3, false) + " two"}
		}
	default:
		count := rapid.IntRange(3, 5).Draw(t, "options")
		for k := range count {
			id := string(rune('a' + k))
			i.Options = append(i.Options, quizzes.Option{ID: id, Text: fmt.Sprintf("%s no. %d", text(t, "option", 3, false), k), Why: why(k)})
		}
		i.Answer = []string{"a", "c"}[:map[string]int{quizzes.Single: 1, quizzes.Multiple: 2}[i.Type]]
		if i.Type == quizzes.Single {
			i.Answer = []string{i.Options[rapid.IntRange(0, count-1).Draw(t, "right")].ID}
		}
	}
	if pictured && rapid.Bool().Draw(t, "picture") {
		shade := uint8(rapid.IntRange(0, 3).Draw(t, "shade"))
		i.Image = &quizzes.Image{File: fmt.Sprintf("drawn-%d.png", shade), Alt: "Two wires & a <lamp> in a drawing", Data: dot(shade), Type: "png"}
	}
	if draft && rapid.Bool().Draw(t, "bare") {
		i.Level, i.Difficulty, i.Explanation, i.Source = "", "", "", quizzes.Source{Title: i.Source.Title}
		for k := range i.Options {
			i.Options[k].Why = ""
		}
	}
	return i
}

// dot is a small picture.
func dot(shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	m.SetGray(1, 1, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// folder is the files of an export, as they would lie beside each other.
func folder(files map[string][]byte) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	return fsys
}

// load checks and loads the banks that came of an import, as the program would.
func load(t interface {
	Helper()
	Fatalf(string, ...any)
}, r exchange.Result) []quizzes.Bank {
	t.Helper()
	banks, problems := quizzes.Load(folder(r.Files()), outline())
	for _, p := range problems {
		if !p.Warning {
			t.Fatalf("what was imported can't be loaded: %s", p)
		}
	}
	return banks
}

// A format's test says what the format can't carry: changed makes of a question
// what should come back, ok is false where nothing should.
type carried struct {
	format   exchange.Format
	pictures bool
	changed  func(i quizzes.Item) (back quizzes.Item, ok bool)
}

func whole(i quizzes.Item) (quizzes.Item, bool) { return i, true }

func formats() []carried {
	return []carried{
		{exchange.YAML, true, whole},
		{exchange.JSON, true, whole},
		{exchange.CSV, true, whole},
		{exchange.GIFT, true, func(i quizzes.Item) (quizzes.Item, bool) {
			i.Image = nil
			return i, !signs(i, "*", "->")
		}},
		{exchange.Aiken, false, func(i quizzes.Item) (quizzes.Item, bool) {
			if i.Typed() || i.Type == quizzes.Multiple {
				return i, false
			}
			b := quizzes.Item{Type: i.Type, Stem: strings.Join(strings.Fields(i.Stem), " "), Answer: i.Answer, Domain: "cbet.it", Source: quizzes.Source{Title: "imported from f.txt"}}
			for _, o := range i.Options {
				b.Options = append(b.Options, quizzes.Option{ID: o.ID, Text: o.Text})
			}
			return b, true
		}},
		{exchange.MoodleXML, true, func(i quizzes.Item) (quizzes.Item, bool) { return i, !signs(i, "*") }},
		{exchange.QTI12, true, whole},
		{exchange.QTI21, true, whole},
		{exchange.QTI22, true, whole},
		{exchange.QTI30, true, whole},
		{exchange.Anki, true, whole},
		{exchange.AnkiText, true, func(i quizzes.Item) (quizzes.Item, bool) {
			i.Image = nil
			return i, true
		}},
	}
}

// signs reports whether a typed answer has one of the signs.
func signs(i quizzes.Item, signs ...string) bool {
	for _, s := range signs {
		if i.Type == quizzes.Short && strings.Contains(strings.Join(append(i.Accept, i.Reject...), "\n"), s) {
			return true
		}
	}
	return false
}

// TestRoundTrips is that what a format can carry comes back as it was.
func TestRoundTrips(t *testing.T) {
	for _, f := range formats() {
		t.Run(string(f.format), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, f) })
		})
	}
}

func roundTrip(t *rapid.T, f carried) {
	bank := quizzes.Bank{ID: "cbet-drawn", Title: "Drawn & <checked>", Certification: "cbet", Outline: "cbet-2025", Draft: rapid.Bool().Draw(t, "draft")}
	for n := range rapid.IntRange(1, 3).Draw(t, "questions") {
		bank.Items = append(bank.Items, drawn(t, n, bank.Draft, f.pictures))
	}
	if first, err := exchange.Export(bank, exchange.YAML); err != nil {
		t.Fatal(err)
	} else if _, problems := quizzes.Load(folder(first.All()), outline()); quizzes.Faulty(problems) {
		t.Skip("not a bank", problems[0])
	}
	var want []quizzes.Item
	for _, i := range bank.Items {
		if i, ok := f.changed(i); ok {
			want = append(want, i)
		}
	}
	out, err := exchange.Export(bank, f.format)
	if len(want) == 0 {
		if err == nil {
			t.Fatal("there is nothing to export, and no error")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := exchange.Import(context.Background(), "f.txt", out.Data, exchange.Options{
		Certification: "cbet", Outline: "cbet-2025", Domain: "cbet.it", Domains: outline()[0].Domains, Folder: folder(out.All()),
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.Data)
	}
	if r.Format != f.format {
		t.Fatalf("taken for %s", r.Format)
	}
	var got []quizzes.Item
	for _, b := range load(t, r) {
		for _, i := range b.Items {
			got = append(got, bare(i, f.format == exchange.Aiken))
		}
	}
	for n := range want {
		want[n] = bare(want[n], f.format == exchange.Aiken)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("changed on the way (-want +got):\n%s\n%s\n%v", diff, out.Data, r.Outcomes)
	}
}

// bare is a question without what isn't its own.
func bare(i quizzes.Item, unnamed bool) quizzes.Item {
	i.Line = 0
	if unnamed {
		i.ID = ""
	}
	if i.Image != nil {
		i.Image = &quizzes.Image{File: i.Image.File, Alt: i.Image.Alt, Data: i.Image.Data}
	}
	if len(i.Options) == 0 {
		i.Options = nil
	}
	return i
}
