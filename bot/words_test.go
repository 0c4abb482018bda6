package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSharedWords(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"texts, the empty ones left out", string(Join(" · ", "a", "", "b")), "a · b"},
		{"no texts", string(Join("\n", "", "")), ""},
		{"what fits", Clip("Straße", 6), "Straße"},
		{"what doesn't", Clip("Straßen", 6), "Straß…"},
		{"no space before the ellipsis", Clip("one two", 5), "one…"},
		{"one word", And([]string{"A"}), "A"},
		{"two", And([]string{"A", "B"}), "A and B"},
		{"three", List([]string{"A", "B", "C"}, "or"), "A, B or C"},
		{"none", And(nil), ""},
		{"one thing", Count(1, "person", "people"), "1 person"},
		{"no things", Count(0, "person", "people"), "0 people"},
		{"many things", Count(1012, "person", "people"), "1,012 people"},
		{"a million", Thousands(1234567), "1,234,567"},
		{"three digits", Thousands(999), "999"},
		{"a sentence", Stop("Lee"), "Lee."},
		{"a sentence in another", string(Lowered("Today's question")), "today's question"},
		{"not only in English", string(Lowered("Übung")), "übung"},
		{"no sentence", string(Lowered("")), ""},
		{"an initial", Stop("Maria G. and Lee T."), "Maria G. and Lee T."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestClipFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, most := rapid.String().Draw(t, "text"), rapid.IntRange(1, 40).Draw(t, "most")
		got := Clip(s, most)
		if n := utf8.RuneCountInString(got); n > most {
			t.Errorf("Clip(%q, %d) has %d characters", s, most, n)
		}
		if kept, cut := strings.CutSuffix(got, "…"); got != s && (!cut || !strings.Contains(s, kept)) {
			t.Errorf("Clip(%q, %d) = %q", s, most, got)
		}
	})
}
