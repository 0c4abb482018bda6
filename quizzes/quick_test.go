package quizzes

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"
)

// held compares what the quick reader makes of a file, if it can read it, with what
// the library does: the bank, and every node with its place.
func held(t *testing.T, text string) (read bool) {
	t.Helper()
	root, ok := new(quick).read([]byte(text))
	bank, streamed := new(quick).stream("f", []byte(text))
	if streamed && !ok {
		t.Fatalf("it can be read question by question, and not whole:\n%s", text)
	}
	if !ok {
		return false
	}
	d := newDocument("f")
	if d.readSlowly([]byte(text)); d.root == nil || len(d.problems) > 0 {
		t.Fatalf("the library refuses what was read: %v\n%s", d.problems, text)
	}
	d.decode()
	if diff := cmp.Diff(d.bank, bank, cmpopts.IgnoreUnexported(Family{}), cmpopts.EquateEmpty()); streamed && diff != "" {
		t.Fatalf("the quick reader differs (-library +quick):\n%s\n%s", diff, text)
	}
	if diff := unlike(d.root, root); diff != "" {
		t.Fatalf("the quick reader's nodes differ: %s\n%s", diff, text)
	}
	return true
}

// unlike is how a node of the quick reader differs from the library's.
func unlike(library, quick *yaml.Node) string {
	brief := func(n *yaml.Node) string {
		return fmt.Sprintf("%d %q %d:%d %d", n.Kind, n.Value, n.Line, n.Column, len(n.Content))
	}
	switch {
	case brief(library) != brief(quick):
		return fmt.Sprintf("the library has %s, and it has %s", brief(library), brief(quick))
	case library.LineComment != "":
		return "it passes over the comment " + library.LineComment
	}
	for n := range library.Content {
		if diff := unlike(library.Content[n], quick.Content[n]); diff != "" {
			return diff
		}
	}
	return ""
}

// FuzzQuick holds the quick reader to the YAML library: what it reads, the
// library reads as the same.
func FuzzQuick(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/*/*.yaml", "banks/*/computed.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatal(pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data[:min(len(data), 4000)]))
		}
	}
	for _, row := range quickRows {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) { held(t, text) })
}

// quickRows are parts of a bank; read says whether the quick reader does it
// itself.
var quickRows = []struct {
	name, text string
	read       bool
}{
	{"words", "bank: a b  \ntitle: 'it''s'\noutline: \"a \\\"b\\\" \\\\ c\"\n", true},
	{"comments on lines of their own", "# one\nbank: a\n\n  # two\nitems:\n  # three\n  - id: a\n    # four\n    stem: b\n# five\n", true},
	{"list as far out as its key", "items:\n- id: a\n  stem: b\n- id: c\nbank: x\n", true},
	{"folded text", "items:\n  - id: a\n    stem: >-\n      one\n      two: # three\n\n\n      - four\n\n    level: x\n", true},
	{"folded text at the end", "items:\n  - stem: >-\n      one\n\n\n", true},
	{"lists in lists", "items:\n  - id: a\n    options:\n      - id: a\n        text: b\n      - {id: b, text: \"c, d\", why: e f}\n    answer: [a, \"b\", 'c']\n    accept:\n      - one\n      - \"two\"\n    source:\n      title: x\n", true},
	{"unlike letters", "title: µ 10 × 10³ “so” 👩‍⚕️\nbank: Ω: x\n", false},
	{"a key twice", "bank: a\nbank: b\n", false},
	{"a comment behind a text", "bank: a # b\n", false},
	{"a text of two lines", "bank: a\n  b\n", false},
	{"a quoted text of two lines", "bank: \"a\n  b\"\n", false},
	{"other escapes", "bank: \"a\\tb\"\n", false},
	{"text that keeps its lines", "bank: |-\n  a\n  b\n", false},
	{"lines further in", "bank: >-\n  a\n    b\n", false},
	{"nothing", "bank:\ntitle: a\n", false},
	{"an anchor", "bank: &a b\n", false},
	{"a tag", "bank: !!str b\n", false},
	{"two documents", "bank: a\n---\nbank: b\n", false},
	{"no end of line", "bank: a", false},
	{"ends of lines as in DOS", "bank: a\r\n", false},
	{"a tab", "bank: a\tb\n", false},
	{"a map behind a colon", "bank: a: b\n", false},
	{"brackets that stay open", "bank: [a,\n  b]\n", false},
	{"a list within a line of a list", "items:\n  - - a\n", false},
	{"odd indentation", "items:\n  - id: a\n   stem: b\n", false},
	{"deeper than a bank is", strings.Repeat("items: [", 1) + strings.Repeat("[", 20) + "a" + strings.Repeat("]", 21) + "\n", false},
}

func TestQuick(t *testing.T) {
	for _, row := range quickRows {
		t.Run(row.name, func(t *testing.T) {
			if read := held(t, row.text); read != row.read {
				t.Fatalf("read: got %t, want %t", read, row.read)
			}
		})
	}
}

// TestQuickChanged changes banks a little in many ways. What the quick reader
// still reads, the library reads as the same.
func TestQuickChanged(t *testing.T) {
	bank, err := fs.ReadFile(Embedded(), "banks/cbet/computed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(bank[:bytes.Index(bank, []byte("- id: cbet-c-power"))]) // the beginning, with everything that banks have
	for _, row := range quickRows {
		if row.read {
			text += "\x00" + row.text
		}
	}
	pieces := []string{" ", "  ", "\n", "\n\n", "\n  ", ":", ": ", "- ", "-", "#", " #", "\"", "'", "''", "\\", "[", "]", "{", "}", ",", ", ", "?", "&", "*", "!", "|", ">-", ">-\n", "a", "a: b\n", "1", "é", "\u00a0", "~", "---\n", "...\n", "%", "@", "<<: ", "=", "\u3000"}
	chance := rand.New(rand.NewPCG(1, 2))
	read := 0
	for _, bank := range strings.Split(text, "\x00") {
		for range 2000 {
			changed := bank
			for range 1 + chance.IntN(2) {
				at := chance.IntN(len(changed))
				end := min(len(changed), at+chance.IntN(4))
				changed = changed[:at] + pieces[chance.IntN(len(pieces))] + changed[end:]
			}
			if held(t, changed) {
				read++
			}
		}
	}
	if read < 1250 {
		t.Errorf("%d changed banks were read; that shows little", read)
	}
}

// TestStart keeps the banks that come with the program cheap to read. A file that
// the quick reader leaves to the library is no fault; many would be felt.
func TestStart(t *testing.T) {
	const most = 25_000_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := LoadUndrawn(Embedded()); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	var slow []string
	if err := walk(Embedded(), func(name string, data []byte, err error) error {
		if _, ok := new(quick).read(data); !ok {
			slow = append(slow, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	taken := after.TotalAlloc - before.TotalAlloc
	t.Logf("%.1f MB; left to the library: %v", float64(taken)/1e6, slow)
	if taken > most && !raceEnabled { // which takes twice as much
		t.Errorf("reading the banks takes %.1f MB, more than %d: write these as other banks are written, see quick.go: %v", float64(taken)/1e6, most/1_000_000, slow)
	}
}
