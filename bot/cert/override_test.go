package cert

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ours is a file with a bit of everything: facts that change, one that was only
// checked again, an outline and a certification that are new.
const ours = `sources:
  letter: {title: "Letter from AAMI", tier: official, checked: 2027-01-20}
certifications:
  - id: cbet
    issuer_short: ACI
    fees:
      - {value: {for: exam, amount: 450, currency: USD, year: 2027}, by: [letter]}
    deadlines:
      value: [{window: 2027-05-01, apply_by: 2027-04-16}]
      checked: 2027-01-21
    delivery: {checked: 2027-01-22}
    renewal:
      years: {value: 4, by: [letter], note: as of 2027}
    outlines:
      - id: cbet-2025
        minutes: {value: 200, checked: 2027-01-22}
      - id: cbet-2028
        note: draft
        from: {value: {day: 2028-01-01, announced: true}, by: [letter]}
        areas: {value: [{id: cbet.all, name: Everything, short: Everything}], by: [letter]}
  - id: own
    short: OWN
    issuer_short: Us
    not_affiliated: Not affiliated with anybody.
    name: {value: Our own certificate, checked: 2027-01-20}
    issuer: {value: Our hospital, checked: 2027-01-20}
    url: {value: "https://example.org", checked: 2027-01-20}
    status: {value: {state: active}, checked: 2027-01-20}
    windows: {value: {any_time: true}, checked: 2027-01-20}
    outlines:
      - id: own-1
        note: ours
        areas:
          value:
            - {id: own.a, name: First, short: First, weight: 62.5}
            - {id: own.b, name: Second, short: Second, weight: 37.5}
          checked: 2027-01-20
        weights: {value: published, checked: 2027-01-20}
`

func TestOverride(t *testing.T) {
	before := load(t)
	c, err := Override("ours.yaml", []byte(ours))
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := c.Find("cbet")
	outline, _ := cbet.Outline("cbet-2025")
	own, ok := c.Find("own")
	if !ok || len(c.Certifications) != len(before.Certifications)+1 {
		t.Fatalf("%d certifications, the new one is there: %v", len(c.Certifications), ok)
	}
	d, ok := cbet.Deadline(cbet.Upcoming(day("2027-01-21"), 1)[0])
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"a plain field", cbet.IssuerShort, "ACI"},
		{"a fee", Text(cbet.Facts.Fees[0].Value), "exam: 450 USD (2027)"},
		{"a list is replaced", len(cbet.Facts.Fees), 1},
		{"a fact has its new source", cbet.Facts.Fees[0].Sources[0].Title, "Letter from AAMI"},
		{"a deadline", d, Deadline{Window: "2027-05-01", ApplyBy: "2027-04-16"}},
		{"the deadline is known", ok, true},
		{"entered without a source", cbet.Facts.Deadlines.Sources[0].Tier, Operator},
		{"on that day", cbet.Facts.Deadlines.Checked, "2027-01-21"},
		{"shown plainly", cbet.Facts.Deadlines.Shown(), Plainly},
		{"checked again: the day", cbet.Facts.Delivery.Checked, "2027-01-22"},
		{"checked again: the value", cbet.Facts.Delivery.Value, "on a computer at a test center, closed book"},
		{"checked again: the source", cbet.Facts.Delivery.Sources[0].Title, "AAMI, About ACI"},
		{"within the renewal", cbet.Facts.Renewal.Years.Value, 4},
		{"the rest of the renewal", cbet.Facts.Renewal.Required.Value, 30},
		{"within an outline", outline.Exam.Minutes, 200},
		{"the rest of the outline", outline.Exam.Questions, 165},
		{"a new outline", len(cbet.Outlines), 2},
		{"a new certification", own.Notice(), "Not affiliated with anybody."},
		{"its weights", own.Outlines[0].Share("own.a"), 0.625},
		{"its windows", own.Windows.AnyTime, true},
	} {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", check.name, diff)
		}
	}
	if diff := cmp.Diff(texts(before, "pmp"), texts(c, "pmp")); diff != "" {
		t.Errorf("what the file doesn't name has changed:\n%s", diff)
	}
	again := load(t)
	if diff := cmp.Diff(texts(before, "cbet"), texts(again, "cbet")); diff != "" {
		t.Errorf("what comes with the program has changed:\n%s", diff)
	}
}

// texts is everything about a certification as it is shown.
func texts(c Catalogue, id string) (all []string) {
	cc, _ := c.Find(id)
	for _, f := range cc.All() {
		all = append(all, f.Path+": "+f.Words(cc.URL)+", "+f.Evidence.Checked)
	}
	return all
}

// TestBrokenOverrides: nothing of a broken file is used, and every fault has its line.
func TestBrokenOverrides(t *testing.T) {
	const long = "certifications:\n  - id: cbet\n    short: "
	tests := []struct {
		name string
		data string
		want string // the problems, a line each
	}{
		{"empty", "", "x.yaml:1: the file is empty"},
		{"only a comment", "# nothing yet\n", "x.yaml:1: the file is empty"},
		{"no YAML", "certifications:\n  - id: [cbet\n", "x.yaml:2: did not find expected ',' or ']'"},
		{"text alone", "hello", "x.yaml:1: begin with certifications:; docs/certifications.md has an example"},
		{"two documents", "certifications: []\n---\nsources: {}\n", "x.yaml:2: a second document begins; keep one a file"},
		{"an unknown key", "certs:\n  - id: cbet\n", `x.yaml:1: unknown key "certs"; the keys here are certifications and sources`},
		{"a key twice", "certifications:\n  - id: cbet\n    short: A\n    short: B\n", `x.yaml:4: the key "short" was already given on line 3`},
		{"an alias", "certifications:\n  - &a\n    id: cbet\n  - *a\n",
			"x.yaml:2: anchors (&name) and aliases (*name) are not allowed; text that begins so goes in \"double quotes\"\nx.yaml:4: anchors (&name) and aliases (*name) are not allowed; text that begins so goes in \"double quotes\""},
		{"text for a list", "certifications: cbet\n", "x.yaml:1: certifications: should be a list and is text"},
		{"text for a certification", "certifications:\n  - cbet\n", "x.yaml:2: certifications[14]: should be a group of keys and is text"},
		{"no identifier", "certifications:\n  - short: X\n", "x.yaml:2: certifications[14]: lacks id"},
		{"a field that nobody knows", "certifications:\n  - id: cbet\n    color: red\n", "x.yaml:3: certifications[0].color: this key is not known here"},
		{"a value without its fact", "certifications:\n  - id: cbet\n    delivery: at home\n", "x.yaml:3: certifications[0].delivery: should be a group of keys and is text"},
		{"text for a number", "certifications:\n  - id: cbet\n    outlines:\n      - id: cbet-2025\n        minutes: {value: three hours, checked: 2027-01-01}\n",
			"x.yaml:5: certifications[0].outlines[0].minutes.value: should be a whole number and is text"},
		{"entered on no day", "certifications:\n  - id: cbet\n    delivery:\n      value: at home\n",
			"x.yaml:4: certifications[0].delivery: say with checked: on which day somebody looked, such as 2026-11-22"},
		{"no such day", "certifications:\n  - id: cbet\n    delivery: {value: at home, checked: 2027-02-30}\n",
			`x.yaml:3: certifications[0].delivery: checked: "2027-02-30" is no day; write it as 2026-11-22`},
		{"no such source", "certifications:\n  - id: cbet\n    delivery: {value: at home, by: [rumour]}\n", `x.yaml:3: certifications[0].delivery: there is no source "rumour"`},
		{"our own source", "sources:\n  operator: {title: T, tier: official, checked: 2027-01-01}\n", "x.yaml:2: the source operator stands for this file; choose another key"},
		{"hearsay", "sources:\n  pub: {title: T, tier: hearsay, checked: 2027-01-01}\n", "x.yaml:2: sources.pub.tier: value must be one of 'official', 'second_hand', 'third_party'"},
		{"weights of 99", "certifications:\n  - id: pmp\n    outlines:\n      - id: pmp-2026\n        areas:\n          checked: 2027-01-01\n          value:\n" +
			"            - {id: pmp.a, name: A, short: A, weight: 50}\n            - {id: pmp.b, name: B, short: B, weight: 49}\n",
			"x.yaml:6: certifications[3].outlines[0].areas: the weights add up to 99, not 100"},
		{"one weight only", "certifications:\n  - id: pmp\n    outlines:\n      - id: pmp-2026\n        areas:\n          checked: 2027-01-01\n          value:\n" +
			"            - {id: pmp.a, name: A, short: A, weight: 100}\n            - {id: pmp.b, name: B, short: B}\n",
			"x.yaml:9: certifications[3].outlines[0].areas.value[1]: pmp.b has the weight 0; give every area its weight and weights the value published, or neither"},
		{"an area twice", "certifications:\n  - id: cabt\n    outlines:\n      - id: cabt-2026\n        areas:\n          checked: 2027-01-01\n          value:\n" +
			"            - {id: a, name: A, short: A}\n            - {id: a, name: B, short: B}\n",
			`x.yaml:9: certifications[1].outlines[0].areas.value[1]: the identifier "a" is empty or used twice`},
		{"an outline of another", "certifications:\n  - id: cabt\n    outlines:\n      - id: cbet-2025\n        areas: {checked: 2027-01-01, value: [{id: a, name: A, short: A}]}\n",
			`x.yaml:4: certifications[1].outlines[1].id: the identifier "cbet-2025" is empty or used twice`},
		{"an outline without areas", "certifications:\n  - id: cabt\n    outlines:\n      - id: cabt-2030\n",
			"x.yaml:4: certifications[1].outlines[1].areas: an outline needs areas"},
		{"windows of two kinds", "certifications:\n  - id: cbet\n    windows:\n      value: {any_time: true, arrangement: by telephone}\n      checked: 2027-01-01\n",
			"x.yaml:2: certifications[0].deadlines.value[0].window: 2026-05-01 is not the first day of a window\n" +
				"x.yaml:2: certifications[0].deadlines.value[1].window: 2026-11-01 is not the first day of a window\n" +
				"x.yaml:4: certifications[0].windows.value: give one of any_time, yearly and arrangement"},
		{"a deadline for no window", "certifications:\n  - id: cbet\n    deadlines:\n      value: [{window: 2027-05-02, apply_by: 2027-04-16}]\n      checked: 2027-01-01\n",
			"x.yaml:4: certifications[0].deadlines.value[0].window: 2027-05-02 is not the first day of a window"},
		{"a deadline after the window", "certifications:\n  - id: cbet\n    deadlines:\n      value: [{window: 2027-05-01, apply_by: 2027-05-16}]\n      checked: 2027-01-01\n",
			"x.yaml:4: certifications[0].deadlines.value[0]: apply_by, late_until and window should follow each other in time"},
		{"a fee below nothing", "certifications:\n  - id: cbet\n    fees:\n      - {value: {for: exam, amount: -5, currency: USD}, checked: 2027-01-01}\n",
			"x.yaml:4: certifications[0].fees[0].value.amount: minimum: got -5, want 0"},
		{"a fee of nothing", "certifications:\n  - id: cbet\n    fees:\n      - {value: {for: exam, currency: USD}, checked: 2027-01-01}\n",
			"x.yaml:4: certifications[0].fees[0]: an amount of 0 up to 0 can't be"},
		{"more than required", "certifications:\n  - id: pmp\n    renewal:\n      required: {value: 20, checked: 2027-01-01}\n",
			"x.yaml:4: certifications[3].renewal.categories: the categories ask for 35 together, and only 20 are required"},
		{"limits crossed", "certifications:\n  - id: cbet\n    renewal:\n      categories:\n        checked: 2027-01-01\n        value:\n          - {id: a, name: A, min: 5, max: 2}\n",
			"x.yaml:7: certifications[0].renewal.categories.value[0]: at least 5 and at most 2 can't be"},
		{"within nothing", "certifications:\n  - id: cbet\n    renewal:\n      categories: {checked: 2027-01-01, value: [{id: a, name: A, within: b}]}\n",
			`x.yaml:4: certifications[0].renewal.categories.value[0]: it lies within "b", which is no other category`},
		{"within one after it", "certifications:\n  - id: cbet\n    renewal:\n      categories: {checked: 2027-01-01, value: [{id: a, name: A, within: b}, {id: b, name: B}]}\n",
			`x.yaml:4: certifications[0].renewal.categories.value[0]: "b", within which it lies, should stand before it`},
		{"less allowed than required", "certifications:\n  - id: cbet\n    renewal:\n      categories: {checked: 2027-01-01, value: [{id: a, name: A, max: 10}, {id: b, name: B, max: 10}]}\n",
			`x.yaml:4: certifications[0].renewal.categories: the categories allow 20 together, and 30 are required`},
		{"a long period", "certifications:\n  - id: cbet\n    renewal:\n      years: {value: 300, checked: 2027-01-01}\n",
			"x.yaml:4: certifications[0].renewal.years: a period of 300 years can't be"},
		{"renewed by itself", "certifications:\n  - id: cbet\n    renewal:\n      renewed_by: {value: [cbet], checked: 2027-01-01}\n",
			`x.yaml:4: certifications[0].renewal.renewed_by: "cbet" is no other certification of the catalogue`},
		{"an unfinished certification", "certifications:\n  - id: own\n    short: OWN\n",
			"x.yaml:2: certifications[14].issuer: every certification needs issuer, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].issuer_short: every certification needs issuer_short, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].name: every certification needs name, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].not_affiliated: every certification needs not_affiliated, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].outlines: every certification needs outlines, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].status.value: there is no state \"\"; use active or inactive, and inactive_from for an end ahead\n" +
				"x.yaml:2: certifications[14].status: every certification needs status, confirmed by a source where it is a fact\n" +
				"x.yaml:2: certifications[14].url: every certification needs url, confirmed by a source where it is a fact"},
		{"too deep", "certifications: " + strings.Repeat("[", 20) + strings.Repeat("]", 20), "x.yaml:1: lists or keys are nested too deeply"},
		{"too large", strings.Repeat("#", maxFile+1), "x.yaml:1: the file is larger than 1048576 bytes"},
		{"a long name", long + strings.Repeat("X", 25) + "\n", "x.yaml:3: certifications[0].short: maxLength: got 25, want 24"},
		{"one fault of several facts", ours + "  - id: chtm\n    short: \"\"\n", "x.yaml:40: certifications[2].short: minLength: got 0, want 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Override("x.yaml", []byte(tt.data))
			fault, ok := errors.AsType[*OverrideError](err)
			if !ok || len(c.Certifications) > 0 {
				t.Fatalf("%d certifications, error %v", len(c.Certifications), err)
			}
			if diff := cmp.Diff(tt.want, fault.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDocumentedOverride: the file that the document shows can be used.
func TestDocumentedOverride(t *testing.T) {
	text, err := os.ReadFile("../../docs/certifications.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the document shows no file")
	}
	c, err := Override("certifications.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := c.Find("cbet")
	if _, ok := cbet.Deadline(cbet.Upcoming(day("2027-01-20"), 1)[0]); !ok || len(cbet.Facts.Fees) != 2 {
		t.Errorf("fees %v, a deadline: %v", cbet.Facts.Fees, ok)
	}
}

func TestLoadFile(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "certs.yaml")
	if err := os.WriteFile(name, []byte(ours), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := LoadFile(name); err != nil || len(c.Certifications) != 15 {
		t.Errorf("%d certifications, %v", len(c.Certifications), err)
	}
	if c, err := LoadFile(""); err != nil || len(c.Certifications) != 14 {
		t.Errorf("without a file: %d certifications, %v", len(c.Certifications), err)
	}
	for _, bad := range []string{folder, filepath.Join(folder, "none.yaml")} {
		if _, err := LoadFile(bad); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// TestOverrideNeverPanics gives it pieces of a good file, cut and put together
// anyhow: all or nothing comes of it, and every fault names a line of the file.
func TestOverrideNeverPanics(t *testing.T) {
	lines := strings.SplitAfter(ours, "\n")
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 12).Draw(t, "lines") {
			b.WriteString(rapid.SampledFrom(lines).Draw(t, "line"))
		}
		c, err := Override("x.yaml", []byte(b.String()))
		fault, ok := errors.AsType[*OverrideError](err)
		if err == nil && len(c.Certifications) < 14 || err != nil && (!ok || len(fault.Problems) == 0 || len(c.Certifications) > 0) {
			t.Fatalf("%d certifications, %v", len(c.Certifications), err)
		}
		if !ok {
			return
		}
		for _, p := range fault.Problems {
			if p.Line < 1 || p.Line > strings.Count(b.String(), "\n")+1 || p.What == "" {
				t.Fatalf("problem %v", p)
			}
		}
	})
}
