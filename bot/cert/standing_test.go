package cert

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStandingOfIssuers works examples from the issuers' rules. The rules are those
// of the catalogue, whose entries name the documents.
func TestStandingOfIssuers(t *testing.T) {
	for _, tt := range []struct {
		name, id string
		credits  string // "category amount" each, in hundredths
		want     string
	}{
		// AAMI, "Maintain your certification": 30 CEU in three years, six categories,
		// at most 15 from further certifications and at most 15 from leadership.
		{"AAMI: nothing yet", "cbet", "", "0 of 30, 30 to go"},
		{"AAMI: both limits reached are enough", "cbet", "certifications 1500, leadership 1500", "30 of 30, 0 to go"},
		{"AAMI: leadership over its limit", "cbet", "leadership 1900, courses 700", "22 of 30, 8 to go, 4 lost"},
		{"AAMI: a category without a limit", "cbet", "development 3100", "31 of 30, 0 to go"},
		{"AAMI: an HTM certification is 5, another 2", "cbet", "certifications 500, certifications 200", "7 of 30, 23 to go"},
		{"AAMI: to be decided, and it fits anywhere", "cbet", "development 2000, later 400", "24 of 30, 6 to go"},
		{"AAMI: to be decided, and it may be leadership", "cbet", "leadership 1400, courses 1200, later 400", "27 of 30 (up to 30), 3 to go (at best 0)"},
		{"AAMI: a category of another issuer is to be decided", "cbet", "leadership 1500, giving 400", "15 of 30 (up to 19), 15 to go (at best 11)"},
		// PMI CCR: 60 PDU in three years, at least 35 education, of which at least 8
		// on each side of the Talent Triangle; at most 25 giving back.
		{"PMI: the example of the guides", "pmp", "working 1100, power 1200, business 1200, giving 2500", "60 of 60, 0 to go"},
		{"PMI: giving back stops at 25", "pmp", "giving 4000", "25 of 60, 35 to go, 15 lost"},
		{"PMI: one side only", "pmp", "working 6000", "60 of 60, 16 to go"},
		{"PMI: two sides short, education full", "pmp", "working 3500, power 300, giving 2500", "63 of 60, 13 to go"},
		{"PMI: education without a side", "pmp", "education 3500, giving 2500", "60 of 60, 24 to go"},
		{"PMI: to be decided counts for nothing that it may miss", "pmp", "working 2700, power 800, giving 2000, later 800", "60 of 60 (up to 63), 8 to go (at best 0)"},
		// CompTIA CE: 50 for Security+, 30 for Network+, no categories.
		{"CompTIA Security+", "security_plus", "later 4950", "49.5 of 50, 0.5 to go"},
		{"CompTIA Network+", "network_plus", "later 3000", "30 of 30, 0 to go"},
		// NAHQ, CPHQ recertification: 30 in two years, at least 8 of them approved, and
		// the Professional Assessment, which counts 2.
		{"NAHQ: enough hours of the wrong kind", "cphq", "other 3000", "30 of 30, 10 to go"},
		{"NAHQ: as asked", "cphq", "approved 800, assessment 200, other 2000", "30 of 30, 0 to go"},
		{"NAHQ: the assessment is missing", "cphq", "approved 3000", "30 of 30, 2 to go"},
		// AHA: 45 contact hours in three years. Limits of its categories were not seen.
		{"AHA", "chfm", "later 4425", "44.25 of 45, 0.75 to go"},
		// ISM: 60 CEH in three years, at least two thirds educational, at most one third
		// professional contributions.
		{"ISM: two thirds and one third", "cpsm", "education 4000, contributions 2000", "60 of 60, 0 to go"},
		{"ISM: contributions over a third", "cpsm", "education 3900, contributions 2500", "59 of 60, 1 to go, 5 lost"},
		// ISC2, before the end of HCISPP was announced: 60 CPE, 45 of them of group A.
		{"ISC2", "hcispp", "group_a 4000, group_b 1500", "55 of 60, 5 to go"},
		// Nobody here knows what CCE asks for.
		{"not known", "cce", "later 1000", "10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var credits []Credit
			for one := range strings.SplitSeq(tt.credits, ", ") {
				var c Credit
				if n, _ := fmt.Sscan(one, &c.Category, &c.Amount); n == 2 {
					c.Day = "2027-06-01"
					credits = append(credits, c)
				}
			}
			r := find(t, tt.id).Facts.Renewal.Rule()
			s := r.Standing(Period{"2027-01-01", "2029-12-31"}, "2028-01-01", credits, 0)
			if got := sketch(s); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func sketch(s Standing) string {
	text := s.Counts.String()
	if !s.Known {
		return text
	}
	text += " of " + s.Required.String()
	if s.AtBest != s.Counts {
		text += fmt.Sprintf(" (up to %s)", s.AtBest)
	}
	text += fmt.Sprintf(", %s to go", s.Further)
	if s.FurtherAtBest != s.Further {
		text += fmt.Sprintf(" (at best %s)", s.FurtherAtBest)
	}
	if s.Lost > 0 {
		text += fmt.Sprintf(", %s lost", s.Lost)
	}
	return text
}

func TestStandingByCategory(t *testing.T) {
	r := find(t, "pmp").Facts.Renewal.Rule()
	s := r.Standing(Period{"2027-01-01", "2029-12-31"}, "2028-01-01", []Credit{
		{"working", 1000, "2027-02-01"}, {"education", 500, "2027-02-01"}, {"giving", 2600, "2027-02-01"},
	}, 0)
	var got []string
	for _, c := range s.Categories {
		room := "any"
		if c.Room >= 0 {
			room = c.Room.String()
		}
		got = append(got, fmt.Sprintf("%s: has %s, counts %s, missing %s, room %s, full %t", c.ID, c.Has, c.Counts, c.Missing, room, c.Full()))
	}
	want := []string{
		"education: has 15, counts 15, missing 20, room any, full false",
		"working: has 10, counts 10, missing 0, room any, full false",
		"power: has 0, counts 0, missing 8, room any, full false",
		"business: has 0, counts 0, missing 8, room any, full false",
		"giving: has 26, counts 25, missing 0, room 0, full true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
}

// TestStandingByTime: what lies outside the period doesn't count, nor what is yet to
// come, and what was carried over does, up to what may be.
func TestStandingByTime(t *testing.T) {
	r := Rule{Required: 3000, CarryOver: 500}
	p := Period{"2027-01-01", "2029-12-31"}
	for _, tt := range []struct {
		name    string
		credits []Credit
		carried Amount
		want    Standing
	}{
		{"first and last day", []Credit{{"", 100, "2027-01-01"}, {"", 200, "2029-12-31"}}, 0,
			Standing{Known: true, Required: 3000, Counts: 300, AtBest: 300, Further: 2700, FurtherAtBest: 2700}},
		{"before and after", []Credit{{"", 100, "2026-12-31"}, {"", 200, "2030-01-01"}}, 0,
			Standing{Known: true, Required: 3000, Outside: 300, Further: 3000, FurtherAtBest: 3000}},
		{"yet to come", []Credit{{"", 100, "2030-01-03"}}, 0,
			Standing{Known: true, Required: 3000, Further: 3000, FurtherAtBest: 3000}},
		{"carried over", nil, 900,
			Standing{Known: true, Required: 3000, Counts: 500, AtBest: 500, Carried: 500, Further: 2500, FurtherAtBest: 2500}},
		{"to carry on", []Credit{{"", 3200, "2027-03-01"}}, 0,
			Standing{Known: true, Required: 3000, Counts: 3200, AtBest: 3200, Over: 200}},
		{"what was carried over isn't carried again", []Credit{{"", 3200, "2027-03-01"}}, 500,
			Standing{Known: true, Required: 3000, Counts: 3700, AtBest: 3700, Carried: 500, Over: 200}},
		{"no more than may be", []Credit{{"", 9900, "2027-03-01"}}, 0,
			Standing{Known: true, Required: 3000, Counts: 9900, AtBest: 9900, Over: 500}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := r.Standing(p, "2030-01-02", tt.credits, tt.carried)
			got.Categories = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("standing (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStandingByYear: ISC2's and others' yearly minimum. A past year that is short
// stays short, whatever is added.
func TestStandingByYear(t *testing.T) {
	r := Rule{Required: 6000, Yearly: 2000}
	p := Period{"2026-06-15", "2029-06-14"}
	s := r.Standing(p, "2027-07-01", []Credit{{"", 1500, "2027-06-14"}, {"", 4100, "2027-06-15"}}, 0)
	want := []YearStanding{
		{Period: Period{"2026-06-15", "2027-06-14"}, Entered: 1500, Missing: 500, Past: true},
		{Period: Period{"2027-06-15", "2028-06-14"}, Entered: 4100},
		{Period: Period{"2028-06-15", "2029-06-14"}, Missing: 2000},
	}
	if diff := cmp.Diff(want, s.Years); diff != "" {
		t.Errorf("years (-want +got):\n%s", diff)
	}
	if s.Further != 2000 || s.Complete() {
		t.Errorf("%s to go, complete %t; want the 20 of the last year", s.Further, s.Complete())
	}
	full := r.Standing(p, "2029-01-01", []Credit{{"", 1500, "2027-06-14"}, {"", 4100, "2027-06-15"}, {"", 2000, "2028-06-15"}}, 0)
	if full.Further != 0 || full.Complete() {
		t.Errorf("%s to go, complete %t; nothing further mends the first year", full.Further, full.Complete())
	}
}

func TestBehind(t *testing.T) {
	r, p := Rule{Required: 3000}, Period{"2027-01-01", "2029-12-31"}
	third, twoThirds := p.Part(1, 3), p.Part(2, 3)
	if third != "2028-01-01" || twoThirds != "2028-12-31" {
		t.Fatalf("thirds of %+v are over on %s and %s", p, third, twoThirds)
	}
	for _, tt := range []struct {
		day  string
		has  Amount
		want bool
	}{
		{p.Begins, 0, false},
		{third, 999, true}, // 365 of 1096 days: 999.08 hundredths
		{third, 1000, false},
		{twoThirds, 1998, true},
		{twoThirds, 1999, false},
		{"2029-12-31", 2997, true},
		{"2031-01-01", 2999, true},
		{"2031-01-01", 3000, false},
		{"nonsense", 0, false},
	} {
		s := r.Standing(p, "2027-06-01", []Credit{{"", tt.has, "2027-06-01"}}, 0)
		if got := s.Behind(p, tt.day); got != tt.want {
			t.Errorf("%s on %s: behind %t, want %t", tt.has, tt.day, got, tt.want)
		}
	}
	if s := (Rule{}).Standing(p, third, nil, 0); s.Behind(p, third) || s.Complete() {
		t.Error("without a requirement nobody is behind or done")
	}
}

// TestStandingWithoutEndlessRoom: where every category has a limit, not all of what is
// undecided may count, at best either.
func TestStandingWithoutEndlessRoom(t *testing.T) {
	r := Rule{Required: 1000, Categories: []Limit{{ID: "a", Max: 600}, {ID: "b", Max: 600}}}
	got := sketch(r.at([]Credit{{"a", 500, "2028-01-01"}, {"", 900, "2028-01-01"}}, 0))
	if want := "6 of 10 (up to 12), 4 to go (at best 0)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAmount(t *testing.T) {
	for a, want := range map[Amount]string{0: "0", 100: "1", 150: "1.5", 25: "0.25", 5: "0.05", 3000: "30", 1005: "10.05", -150: "-1.5"} {
		if got := a.String(); got != want {
			t.Errorf("%d hundredths are %q, want %q", int(a), got, want)
		}
	}
}
