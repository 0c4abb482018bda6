package bot

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitLine(t *testing.T) {
	tests := []struct {
		name, line string
		want       []string
	}{
		{"nothing", "  ", nil},
		{"words", " a\tb\n c ", []string{"a", "b", "c"}},
		{"double quotes", `topic="public safety" 5`, []string{"topic=public safety", "5"}},
		{"curly quotes", "“a b” „c d“", []string{"a b", "c d"}},
		{"single quotes", "'a b' c", []string{"a b", "c"}},
		{"an apostrophe", "what's up", []string{"what's", "up"}},
		{"an unclosed quote", `a "b c`, []string{"a", "b c"}},
		{"an empty quote", `a ""`, []string{"a", ""}},
		{"a quote inside another", `"it's 'so'"`, []string{"it's 'so'"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, splitLine(tt.line)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
		})
	}
}

// quizFields has a choice, a choice with labels of several words, a number and text.
var quizFields = []Field{
	{Name: "what", Label: "What", Kind: OneOf, Options: []Option{{"Practice", "p"}, {"Mock exam", "mock"}, {"Mock", "m"}}},
	{Name: "topic", Label: "Topic", Kind: OneOf, Options: []Option{{"Public safety", "ps"}, {"Healthcare IT", "it"}}},
	{Name: "count", Label: "How many", Kind: OneOf, Options: []Option{{"5", "5"}, {"10", "10"}}},
	{Name: "log", Label: "Log", Kind: Line},
	{Name: "note", Label: "Note", Kind: Line},
}

func TestParseArguments(t *testing.T) {
	sized := []Field{{Name: "size", Label: "Size", Kind: Number}, {Name: "note", Label: "Note"}}
	tests := []struct {
		name, line string
		fields     []Field
		want       Values
		unknown    []string
	}{
		{"nothing", "", quizFields, Values{}, nil},
		{"a label", "practice", quizFields, Values{"what": {"p"}}, nil},
		{"a value", "MOCK", quizFields, Values{"what": {"mock"}}, nil},
		{"a label of two words", "mock exam 10", quizFields, Values{"what": {"mock"}, "count": {"10"}}, nil},
		{"name=value", "topic=it", quizFields, Values{"topic": {"it"}}, nil},
		{"name=label in another case", "TOPIC=PUBLIC SAFETY", quizFields, Values{"topic": {"ps"}}, nil},
		{"quoted", `topic="public safety" 5`, quizFields, Values{"topic": {"ps"}, "count": {"5"}}, nil},
		{"name: label of two words", "topic: public safety 5", quizFields, Values{"topic": {"ps"}, "count": {"5"}}, nil},
		{"name:label of two words", "topic:healthcare it count:10", quizFields, Values{"topic": {"it"}, "count": {"10"}}, nil},
		{"name: text", "log: 2 CEU ventilator course yesterday", quizFields, Values{"log": {"2 CEU ventilator course yesterday"}}, nil},
		{"text until the next name", "log: 2 CEU note: paid by me", quizFields, Values{"log": {"2 CEU"}, "note": {"paid by me"}}, nil},
		{"text until another field's option", "log:night course 5", quizFields, Values{"log": {"night course"}, "count": {"5"}}, nil},
		{"quoted text stands alone", `log="2 CEU" paid`, quizFields, Values{"log": {"2 CEU"}, "note": {"paid"}}, nil},
		{"quoted text after a space", `log: "2 CEU" paid`, quizFields, Values{"log": {"2 CEU"}, "note": {"paid"}}, nil},
		{"text without a name", "2 CEU today", quizFields, Values{"log": {"2 CEU today"}}, nil},
		{"a clock is no name", "at 07:00", quizFields, Values{"log": {"at 07:00"}}, nil},
		{"an address is no name", "https://a.example/?x=1", quizFields, Values{"log": {"https://a.example/?x=1"}}, nil},
		{"a name without a value", "topic:", quizFields, Values{"topic": {""}}, nil},
		{"a wrong value is kept for the check", "topic=cooking", quizFields, Values{"topic": {"cooking"}}, nil},
		{"a label with a word that is another field's option", "when: last 5 weeks", []Field{
			{Name: "when", Label: "When", Kind: OneOf, Options: []Option{{"Last 5 weeks", "5w"}}}, quizFields[2],
		}, Values{"when": {"5w"}}, nil},
		{"a wrong value of two words", "topic: public saftey 5", quizFields, Values{"topic": {"public saftey"}, "count": {"5"}}, nil},
		{"a number is one word", "size: 3 courses", sized, Values{"size": {"3"}, "note": {"courses"}}, nil},
		{"a number after its name", "size=3 courses", sized, Values{"size": {"3"}, "note": {"courses"}}, nil},
		{"an option twice goes on as text", "5 10", quizFields[:3], Values{"count": {"5"}}, []string{"10"}},
		{"unknown words", "soup now", quizFields[:3], Values{}, []string{"soup", "now"}},
		{"a command without fields", "soup", nil, Values{}, []string{"soup"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, unknown := parseArguments(splitLine(tt.line), tt.fields)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unknown, unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`topic: "public safety" count=5 what's up`)
	f.Add("“ log:=: mock exam mock")
	f.Fuzz(func(t *testing.T, line string) {
		words := splitLine(line)
		values, unknown := parseArguments(words, quizFields)
		if len(unknown) > 0 && (values["log"] == nil || values["note"] == nil) {
			t.Errorf("%q: %q is unknown although there was room for text", line, unknown)
		}
		taken := 0
		for name, v := range values {
			if _, ok := fieldNamed(name); !ok || len(v) != 1 {
				t.Errorf("%q: value %q for field %q", line, v, name)
			}
			taken += len(strings.Fields(v[0]))
		}
		if most := len(strings.Fields(line)) + 2*len(words); taken > most {
			t.Errorf("%q: %d words out of %d", line, taken, most)
		}
	})
}

func fieldNamed(name string) (Field, bool) {
	for _, f := range quizFields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func TestNearest(t *testing.T) {
	names := []string{"quiz", "study", "board", "exam", "Mock exam"}
	tests := []struct{ name, word, want string }{
		{"one letter off", "quix", "quiz"},
		{"two letters off in a long word", "stduy", "study"},
		{"two letters off in a short word", "quxx", ""},
		{"case", "QUIS", "quiz"},
		{"several words", "mok exam", "Mock exam"},
		{"far away", "weather", ""},
		{"nothing", "", ""},
		{"very long", strings.Repeat("quiz", 1000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearest(tt.word, names); got != tt.want {
				t.Errorf("nearest(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}
