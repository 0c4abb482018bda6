package bottest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
)

func TestMatches(t *testing.T) {
	tests := []struct {
		name, pattern, text string
		want                bool
	}{
		{"equal", "Right. B", "Right. B", true},
		{"the whole text is meant", "Right.", "Right. B", false},
		{"also at its start", "B", "Right. B", false},
		{"anything after", "Right. …", "Right. B\nmore", true},
		{"anything is also nothing", "Right. …", "Right.", true},
		{"anything between, over lines", "A … [B] [C]", "A\nb\n[B] [C]", true},
		{"anything inside a word", "in 4… days", "in 42 days", true},
		{"anything keeps what follows", "A … Z", "A B", false},
		{"a space matches a line break", "A B", "A\nB", true},
		{"a line break matches no space", "A\nB", "A B", false},
		{"lines in order", "A\n…\nC", "A\nB\nC", true},
		{"empty lines do not matter", "A\nB", "A\n\n  B  \n", true},
		{"nothing is special", "8 (of) 11? [A].*", "8 (of) 11? [A].*", true},
		{"a dot is a dot", "A.", "AB", false},
		{"empty", "", "", true},
		{"empty is not anything", "", "A", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := matches(tt.pattern, tt.text); got != tt.want {
				t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, script := range map[string]string{
		"no verb":              "ann\n",
		"an unknown verb":      "ann dances\n",
		"the bot acts":         "bot presses Start\n",
		"a pair without equal": "ann submits what\n",
		"a wrong zone":         "person ann: Ann · Mars/North\n",
		"a lost continuation":  "# note\n  more\n",
	} {
		t.Run(name, func(t *testing.T) {
			if steps, err := parse(script); err == nil {
				t.Errorf("parse(%q) = %+v, want an error", script, steps)
			}
		})
	}
}

func TestParseKeepsEveryLine(t *testing.T) {
	const script = "# note\n\nann in #other: two\n  lines\nbot to ann: a\n  b\n"
	steps, err := parse(script)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.raw...)
	}
	want := []string{"# note", "", "ann in #other: two", "  lines", "bot to ann: a", "  b"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if got := steps[2]; got.person != "ann" || got.channel != "other" || got.words != "two\nlines" {
		t.Errorf("step = %+v, want ann in other saying two lines", got)
	}
}

func TestSplitOutsideQuotes(t *testing.T) {
	got := splitOutsideQuotes(`a=1; b="x; y"; c=`)
	if diff := cmp.Diff([]string{"a=1", ` b="x; y"`, " c="}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Edits of one message come in their order; those of different messages need not.
func TestFindEdits(t *testing.T) {
	edit := func(id bot.MessageID, text string) Seen {
		return Seen{Kind: Edit, Channel: Main, ID: id, Text: text}
	}
	r := &runner{unseen: []Seen{
		edit("1", "one"), edit("2", "two"), {Kind: Post, Channel: Main, ID: "4", Text: "three"}, {Kind: Post, Channel: Main, ID: "5", Text: "four"},
		edit("1", "one, closed"), {Kind: Edit, Channel: "other", ID: "3", Text: "elsewhere"},
	}}
	for name, tt := range map[string]struct {
		kind  Kind
		words string
		want  int
	}{
		"the first one":                         {Edit, "one", 0},
		"of another message":                    {Edit, "two", 1},
		"of the same message it is too early":   {Edit, "one, closed", 0},
		"in another channel, which isn't meant": {Edit, "elsewhere", 0},
		"a post":                                {Post, "three", 2},
		"a later post is too early":             {Post, "four", 2},
		"nothing of the kind":                   {Pin, "one", -1},
	} {
		if got := r.find(step{kind: stepExpect, seen: tt.kind, words: tt.words}); got != tt.want {
			t.Errorf("%s: found at %d, want %d", name, got, tt.want)
		}
	}
}
