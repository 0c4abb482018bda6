package cert

import (
	"math"
	"strings"
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCatalogueLoads(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	cbet, ok := c.Find("cbet")
	if !ok {
		t.Fatal("CBET is missing")
	}
	if o := cbet.Current(day("2026-11-22")); o.ID != "cbet-2025" || len(o.Domains) != 6 {
		t.Errorf("current outline = %s with %d areas, want cbet-2025 with 6", o.ID, len(o.Domains))
	}
	if _, ok := c.Find("nonsense"); ok {
		t.Error("found a certification that doesn't exist")
	}
}

// TestShares holds that each area of each outline gets its weight or, where none
// is published, as much as the others.
func TestShares(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		certification string
		areas         int
		weighted      bool
		area          string
		share         float64
	}{
		{"cbet", 6, true, "cbet.function", 0.30},
		{"cabt", 6, false, "cabt.reasoning", 1.0 / 6},
		{"chtm", 2, false, "chtm.personnel", 0.5},
		{"pmp", 3, true, "pmp.process", 0.41},
	}
	if len(tests) != len(c.Certifications) {
		t.Errorf("%d certifications are tested of %d", len(tests), len(c.Certifications))
	}
	for _, tt := range tests {
		t.Run(tt.certification, func(t *testing.T) {
			cc, _ := c.Find(tt.certification)
			o := cc.Current(day("2026-11-22"))
			if len(o.Domains) != tt.areas || o.Weighted() != tt.weighted || o.Share(tt.area) != tt.share {
				t.Errorf("%d areas, weighted %v, %s gets %v", len(o.Domains), o.Weighted(), tt.area, o.Share(tt.area))
			}
			sum := 0.0
			for _, d := range o.Domains {
				sum += o.Share(d.ID)
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("shares add up to %v", sum)
			}
			if o.Share("elsewhere") != 0 {
				t.Error("an area of another outline has a share")
			}
		})
	}
}

func TestNotice(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"chtm": "Not affiliated with AAMI.",
		"pmp":  "PMP is a registered mark of the Project Management Institute, Inc. Not affiliated with PMI.",
	} {
		if cc, _ := c.Find(id); cc.Notice() != want {
			t.Errorf("%s: %q, want %q", id, cc.Notice(), want)
		}
	}
}

func TestReadRefusesFaults(t *testing.T) {
	const good = `certifications:
  - id: x
    outlines:
      - id: x-1
        source: {title: "T", url: "https://example.org", tier: official, checked: 2026-11-22}
        domains:
          - {id: x.a, name: A, short: A, weight: 60}
          - {id: x.b, name: B, short: B, weight: 40}
    windows:
      source: {title: "T", url: "https://example.org", tier: official, checked: 2026-11-22}
      any_time: true
`
	if _, err := read([]byte(good)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"a sum other than 100", "weight: 40", "weight: 39", "weights add up to 99"},
		{"one area without a weight", ", weight: 40", "", "x.b has the weight 0"},
		{"a weight below nothing", "weight: 40", "weight: -40", "x.b has the weight -40"},
		{"an area twice", "id: x.b", "id: x.a", `identifier "x.a" is empty or used twice`},
		{"a long short name", "short: B", "short: Medical devices in patient care", "short name of x.b has 31 characters"},
		{"no short name", "short: B, ", "", "short name of x.b has 0 characters"},
		{"an outline twice", "id: x-1", "id: x", `identifier "x" is empty or used twice`},
		{"windows and any time", "any_time: true", "any_time: true\n      yearly: [{from: 05-01, to: 05-15}]", "windows of x: either"},
		{"neither", "any_time: true", "any_time: false", "windows of x: either"},
		{"no such day", "any_time: true", "yearly: [{from: 02-30, to: 03-02}]", "day out of range"},
		{"an unknown tier", "tier: official", "tier: hearsay", `of the tier "hearsay"`},
		{"no source", `title: "T", `, "", "lacks its title"},
		{"no date of a check", ", checked: 2026-11-22", "", "cannot parse"},
		{"a length without a source", "        domains:", "        exam: {questions: 50, minutes: 60}\n        domains:", "a source lacks its title"},
		{"a length below nothing", "        domains:", "        exam: {questions: -1}\n        domains:", "an exam of -1 questions"},
		{"an unknown key", "any_time", "anytime", "field anytime not found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read([]byte(strings.ReplaceAll(good, tt.old, tt.new)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want …%s…", err, tt.want)
			}
		})
	}
	bare := strings.NewReplacer(", weight: 60", "", ", weight: 40", "").Replace(good)
	c, err := read([]byte(bare))
	if err != nil || c.Certifications[0].Outlines[0].Weighted() {
		t.Errorf("without weights: %v", err)
	}
}

func TestAnyTime(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, cc := range c.Certifications {
		if got := len(cc.Upcoming(day("2026-11-22"), 3)); (got == 0) != cc.Windows.AnyTime {
			t.Errorf("%s: at any time is %v, with %d windows ahead", cc.ID, cc.Windows.AnyTime, got)
		}
	}
}

func TestUpcomingWindows(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := c.Find("cbet")
	tests := []struct{ name, day, first, second string }{
		{"after November's", "2026-11-23", "1 to 15 May 2027", "1 to 15 November 2027"},
		{"inside a window", "2026-11-15", "1 to 15 November 2026", "1 to 15 May 2027"},
		{"the day after", "2026-11-16", "1 to 15 May 2027", "1 to 15 November 2027"},
		{"new year", "2027-01-01", "1 to 15 May 2027", "1 to 15 November 2027"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cbet.Upcoming(day(tt.day), 2)
			if w[0].String() != tt.first || w[1].String() != tt.second {
				t.Errorf("got %s, %s; want %s, %s", w[0], w[1], tt.first, tt.second)
			}
		})
	}
}

func TestWindowUntil(t *testing.T) {
	w, ok := ParseWindow("2027-05-01", "2027-05-15")
	if !ok {
		t.Fatal("window not read")
	}
	tests := []struct{ name, day, want string }{
		{"the specification's example", "2026-11-23", "May window opens in 22 weeks."},
		{"eight weeks", "2027-03-06", "May window opens in 8 weeks."},
		{"below eight weeks", "2027-03-07", "May window opens in 55 days."},
		{"tomorrow", "2027-04-30", "May window opens tomorrow."},
		{"first day", "2027-05-01", "The May window is open until Sat 15 May."},
		{"last day", "2027-05-15", "The May window is open until Sat 15 May."},
		{"over", "2027-05-16", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.Until(day(tt.day)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if _, ok := ParseWindow("", ""); ok {
		t.Error("an unset window was read")
	}
}

// TestExamLengths are facts that mock exams are cut by; each has its source.
func TestExamLengths(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][2]int{"cbet": {165, 180}, "cabt": {100, 120}, "chtm": {100, 120}, "pmp": {180, 240}} {
		cc, _ := c.Find(id)
		e := cc.Current(day("2026-11-22")).Exam
		if e.Questions != want[0] || e.Minutes != want[1] || e.Source.Tier == "" || e.Source.Checked == "" {
			t.Errorf("%s: %+v, want %d questions in %d minutes, with a source", id, e, want[0], want[1])
		}
	}
}
