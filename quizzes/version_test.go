package quizzes_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/quizzes"
)

func sample() quizzes.Item {
	return quizzes.Item{
		ID: "cbet-watt", Type: quizzes.Single, Domain: "cbet.electronics", Level: "recall", Difficulty: "easy",
		Stem:        "Which is <more> & which is less?",
		Options:     []quizzes.Option{{ID: "a", Text: "010", Why: "Yes."}, {ID: "b", Text: "1.10", Why: "No."}},
		Answer:      []string{"a"},
		Explanation: "Because.",
		Source:      quizzes.Source{Title: "A book", URL: "https://example.org", Checked: "2026-11-22"},
		Line:        7,
	}
}

// TestVersionIsPermanent holds the spelling of snapshots: stored answers refer
// to these ids. If it fails, mend the code and not the test.
func TestVersionIsPermanent(t *testing.T) {
	id, snapshot := sample().Version()
	const want = `{"id":"cbet-watt","type":"single","domain":"cbet.electronics","level":"recall","difficulty":"easy",` +
		`"stem":"Which is <more> & which is less?","options":[{"id":"a","text":"010","why":"Yes."},{"id":"b","text":"1.10","why":"No."}],` +
		`"answer":["a"],"explanation":"Because.","source":{"title":"A book","url":"https://example.org","checked":"2026-11-22"}}`
	if string(snapshot) != want {
		t.Errorf("snapshot:\n got %s\nwant %s", snapshot, want)
	}
	if want := "cigx5yhiknuk4fkptrfc"; id != want {
		t.Errorf("version id: got %s, want %s", id, want)
	}
}

func TestVersion(t *testing.T) {
	original, _ := sample().Version()
	for _, row := range []struct {
		name   string
		change func(*quizzes.Item)
		same   bool
	}{
		{"another line", func(i *quizzes.Item) { i.Line = 99 }, true},
		{"the default type left out", func(i *quizzes.Item) { i.Type = "" }, true},
		{"another stem", func(i *quizzes.Item) { i.Stem += "?" }, false},
		{"another answer", func(i *quizzes.Item) { i.Answer = []string{"b"} }, false},
		{"another option text", func(i *quizzes.Item) { i.Options[1].Text = "1.1" }, false},
		{"another rationale", func(i *quizzes.Item) { i.Options[1].Why = "Never." }, false},
		{"another area", func(i *quizzes.Item) { i.Domain = "cbet.it" }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			item := sample()
			row.change(&item)
			id, _ := item.Version()
			if (id == original) != row.same {
				t.Errorf("version id %s, original %s: want same = %v", id, original, row.same)
			}
		})
	}
}

// TestVersionsOfTypedItemsArePermanent is the same for what other types add: it
// stands behind everything that single has, and only where it is used.
func TestVersionsOfTypedItemsArePermanent(t *testing.T) {
	numeric := sample()
	numeric.Type, numeric.Options, numeric.Answer, numeric.Tolerance, numeric.Unit = quizzes.Numeric, nil, []string{"4.7 kΩ"}, "5 %", "kΩ"
	short := sample()
	short.Type, short.Options, short.Answer = quizzes.Short, nil, []string{"ground wire"}
	short.Accept, short.Reject = []string{"earth wire"}, []string{"hot wire"}
	multiple := sample()
	multiple.Type, multiple.Answer = quizzes.Multiple, []string{"a", "b"}
	tests := []struct {
		item         quizzes.Item
		id, has, not string
	}{
		{numeric, "iyro5543xh5z6wzdwmy2", `"options":[],"answer":["4.7 kΩ"],"explanation":"Because.","source":{"title":"A book","url":"https://example.org","checked":"2026-11-22"},"tolerance":"5 %","unit":"kΩ"}`, "accept"},
		{short, "6k23sreig3akqwu6ysql", `"answer":["ground wire"],"explanation":"Because.","source":{"title":"A book","url":"https://example.org","checked":"2026-11-22"},"accept":["earth wire"],"reject":["hot wire"]}`, "tolerance"},
		{multiple, "auqd3aawm4ec7ls5xrvg", `"answer":["a","b"],"explanation"`, "accept"},
	}
	for _, tt := range tests {
		t.Run(tt.item.Type, func(t *testing.T) {
			id, snapshot := tt.item.Version()
			if id != tt.id || !strings.Contains(string(snapshot), tt.has) || strings.Contains(string(snapshot), tt.not) {
				t.Errorf("id %s of %s\nwant %s with %s, without %s", id, snapshot, tt.id, tt.has, tt.not)
			}
			back, err := quizzes.FromSnapshot(snapshot)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := back.Version(); again != id {
				t.Errorf("id after reading back: %s, want %s", again, id)
			}
		})
	}
}

func TestFromSnapshot(t *testing.T) {
	want := sample()
	_, snapshot := want.Version()
	got, err := quizzes.FromSnapshot(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	want.Line = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("item from its snapshot (-want +got):\n%s", diff)
	}
	for _, row := range []struct{ name, snapshot, want string }{
		{"no JSON", "{", "read item snapshot: unexpected end"},
		{"no id", "{}", "read item snapshot: item without an id"},
		{"no stem", `{"id":"x"}`, "read item snapshot: item x lacks its stem"},
		{"answer that is no option", strings.Replace(string(snapshot), `"answer":["a"]`, `"answer":["c"]`, 1), `read item snapshot: item cbet-watt: answer "c" is not`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := quizzes.FromSnapshot([]byte(row.snapshot)); err == nil || !strings.HasPrefix(err.Error(), row.want) {
				t.Errorf("error: got %v, want %q…", err, row.want)
			}
		})
	}
}

// TestKeysInMessages makes sure that the keys which messages suggest are those
// of the schema: a file without any key names them all.
func TestKeysInMessages(t *testing.T) {
	var schema struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(quizzes.Schema()), &schema); err != nil {
		t.Fatal(err)
	}
	at := map[string]map[string]any{
		"":                    schema.Properties,
		"items[0]":            schema.Defs["item"].Properties,
		"items[0].options[0]": schema.Defs["option"].Properties,
		"items[0].source":     schema.Defs["source"].Properties,
	}
	_, problems := quizzes.Parse("bank.yaml", []byte("zzzzzz: x\nitems: [{zzzzzz: x, options: [{zzzzzz: x}], source: {zzzzzz: x}}]\n"))
	seen := 0
	for _, p := range problems {
		named, ok := strings.CutPrefix(p.Fix, "the keys here are ")
		if !ok {
			continue
		}
		seen++
		got := strings.Split(named, ", ")
		slices.Sort(got)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(at[p.Path])), got); diff != "" {
			t.Errorf("keys named at %q (-schema +message):\n%s", p.Path, diff)
		}
	}
	if seen != len(at) {
		t.Errorf("unknown keys were told at %d places, want %d", seen, len(at))
	}
}

// TestComputedVersion: a computed question is another version than one that isn't,
// and those that never were keep theirs.
func TestComputedVersion(t *testing.T) {
	bank := "bank: c\ntitle: C\ncertification: cbet\noutline: cbet-2025\nitems:\n- id: c-one\n  domain: cbet.it\n  level: recall\n  difficulty: easy\n%s" +
		"  stem: How many?\n  options:\n  - {id: a, text: One, why: No.}\n  - {id: b, text: Two, why: Yes.}\n  answer: b\n  explanation: So.\n" +
		"  source: {title: T, url: \"https://example.org\", checked: 2026-11-22}\n"
	for _, tt := range []struct {
		line     string
		computed bool
		fault    bool
	}{{"", false, false}, {"  computed: true\n", true, false}, {"  computed: false\n", false, false}, {"  computed: yes\n", false, true}, {"  computed: [true]\n", false, true}} {
		got, problems := quizzes.Parse("c.yaml", []byte(fmt.Sprintf(bank, tt.line)))
		if quizzes.Faulty(problems) != tt.fault {
			t.Errorf("%q: %v, want a fault: %t", tt.line, problems, tt.fault)
		}
		if tt.fault {
			continue
		}
		item := got.Items[0]
		_, snapshot := item.Version()
		back, err := quizzes.FromSnapshot(snapshot)
		if err != nil || item.Computed != tt.computed || back.Computed != tt.computed || strings.Contains(string(snapshot), "computed") != tt.computed {
			t.Errorf("%q: computed %t, read back %t, %v\n%s", tt.line, item.Computed, back.Computed, err, snapshot)
		}
	}
}
