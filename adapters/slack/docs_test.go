package slack

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestScopesInDocuments has each scope in the documents as the table has it, and
// no other.
func TestScopesInDocuments(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `[a-z_]+:?[a-z]*`( \\\\\\*)? \\|.*$")
	var want []string
	for _, s := range Scopes() {
		star := ` \*`
		if s.Least {
			star = ""
		}
		want = append(want, fmt.Sprintf("| `%s`%s | %s | %s |", s.Name, star, s.Why, s.Without))
	}
	for _, name := range []string{"slack.md", "for-your-it.md"} {
		if got := row.FindAllString(document(t, name), -1); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("docs/%s has\n%s\nand should have\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestFindingsInDocuments has everything that docs/slack.md explains be something
// that the doctor says.
func TestFindingsInDocuments(t *testing.T) {
	var said strings.Builder
	for _, name := range []string{"inspect.go", "inspect_place.go", "setup.go", "slack_words.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(source)
	}
	_, section, _ := strings.Cut(document(t, "slack.md"), "## When something is wrong")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section, -1)
	if len(rows) < 10 {
		t.Fatalf("only %d rows", len(rows))
	}
	for _, row := range rows {
		for part := range strings.SplitSeq(row[1], "…") {
			if !strings.Contains(said.String(), strings.TrimSpace(part)) {
				t.Errorf("the doctor doesn't say %q", part)
			}
		}
	}
}
