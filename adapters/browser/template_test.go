package browser

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLinked is which words of a text a press opens.
func TestLinked(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []piece
	}{
		{"none", "Check with AAMI: aami.org", []piece{{Words: "Check with AAMI: aami.org"}}},
		{"at the end", "ask AAMI: https://www.aami.org/training", []piece{{Words: "ask AAMI: "}, {Words: "https://www.aami.org/training", URL: "https://www.aami.org/training"}}},
		{"in a sentence", "See https://a.example/x?y=1, please.", []piece{{Words: "See "}, {Words: "https://a.example/x?y=1", URL: "https://a.example/x?y=1"}, {Words: ", please."}}},
		{"in brackets", "(http://a.example)", []piece{{Words: "("}, {Words: "http://a.example", URL: "http://a.example"}, {Words: ")"}}},
		{"two lines", "https://a.example\nhttps://b.example", []piece{{Words: "https://a.example", URL: "https://a.example"}, {Words: "\n"}, {Words: "https://b.example", URL: "https://b.example"}}},
		{"no host", "https:// is a scheme", []piece{{Words: "https://"}, {Words: " is a scheme"}}},
		{"another scheme", "javascript:alert(1)", []piece{{Words: "javascript:alert(1)"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := linked(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("linked(%q) (-want +got):\n%s", tt.text, diff)
			}
			var all strings.Builder
			for _, p := range got {
				all.WriteString(p.Words)
			}
			if all.String() != tt.text {
				t.Errorf("linked(%q) says %q", tt.text, all.String())
			}
		})
	}
}
