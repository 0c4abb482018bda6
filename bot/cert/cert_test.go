package cert

import (
	"math"
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
		{"cres", 6, false, "cres.it", 1.0 / 6},
		{"cce", 8, false, "cce.tech_mgmt", 1.0 / 8},
		{"clrt", 9, false, "clrt.optics", 1.0 / 9},
		{"cphq", 7, true, "cphq.leadership", 0.152},
		{"chop", 8, false, "chop.quality", 1.0 / 8},
		{"hcispp", 7, false, "hcispp.risk", 1.0 / 7},
		{"security_plus", 5, true, "security_plus.operations", 0.28},
		{"network_plus", 5, true, "network_plus.security", 0.14},
		{"chfm", 5, false, "chfm.finance", 1.0 / 5},
		{"cpsm", 3, false, "cpsm.core", 1.0 / 3},
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

func TestAnyTime(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, cc := range c.Certifications {
		if got := len(cc.Upcoming(day("2026-11-22"), 3)); (got > 0) != (len(cc.Windows.Yearly) > 0) || got > 0 && cc.Windows.AnyTime {
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
	for id, want := range map[string][2]int{
		"cbet": {165, 180}, "cabt": {100, 120}, "chtm": {100, 120}, "pmp": {180, 240}, "cce": {150, 180}, "clrt": {155, 240}, "cphq": {140, 180},
		"security_plus": {90, 90}, "network_plus": {90, 90}, "chfm": {110, 120},
		"cres": {}, "chop": {}, "hcispp": {}, "cpsm": {}, // from memory, unknown, or in parts
	} {
		cc, _ := c.Find(id)
		e := cc.Current(day("2026-11-22")).Exam
		if e.Questions != want[0] || e.Minutes != want[1] || (want[0] > 0) != (e.Source.Tier != "" && e.Source.Checked != "") {
			t.Errorf("%s: %+v, want %d questions in %d minutes, with a source", id, e, want[0], want[1])
		}
	}
}
