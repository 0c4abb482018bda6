package cert

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T) Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, id string) Certification {
	t.Helper()
	c, ok := load(t).Find(id)
	if !ok {
		t.Fatalf("%s is missing", id)
	}
	return c
}

// TestCatalogueFollowsItsSchema holds what comes with the program to the schema
// that operators' files are checked with.
func TestCatalogueFollowsItsSchema(t *testing.T) {
	root, err := readEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range differences(root) {
		t.Error(f)
	}
	entries, err := embedded.ReadDir("catalogue")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(load(t).Certifications), len(entries)-1; got != want {
		t.Errorf("%d certifications of %d files are listed in index.yaml", got, want)
	}
}

func TestEveryCertificationOfTheIssue(t *testing.T) {
	want := []string{"cbet", "cabt", "chtm", "pmp", "cres", "cce", "clrt", "cphq", "chop", "hcispp", "security_plus", "network_plus", "chfm", "cpsm"}
	var got []string
	for _, c := range load(t).Certifications {
		got = append(got, c.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("certifications (-want +got):\n%s", diff)
	}
}

// TestEveryFactIsSourced: what is shown names its source, tier and day; what nobody
// knows is recorded as that; nothing from memory is shown.
func TestEveryFactIsSourced(t *testing.T) {
	tiers := []string{Official, SecondHand, ThirdParty}
	always := []string{"name", "issuer", "url", "status", "suits", "eligibility", "delivery", "windows", "renewal.renews", "renewal.years", "fees.0"}
	asExam := []string{"areas", "weights", "scored", "pass"}
	for _, c := range load(t).Certifications {
		paths := map[string]bool{}
		for _, f := range c.All() {
			paths[f.Path] = true
			e := f.Evidence
			if e.Shown() == NotVerified {
				if e.Confidence == Confirmed {
					t.Errorf("%s %s: confirmed and not shown", c.ID, f.Path)
				}
				if words := f.Words(c.URL); !strings.HasSuffix(words, "not verified; ask the issuer: "+c.URL) {
					t.Errorf("%s %s shows %q", c.ID, f.Path, words)
				}
				continue
			}
			if e.Confidence != Confirmed || len(e.Sources) == 0 || e.Checked == "" {
				t.Errorf("%s %s: %+v", c.ID, f.Path, e)
			}
			for _, s := range e.Sources {
				if s.Title == "" || !slices.Contains(tiers, s.Tier) || s.Checked == "" {
					t.Errorf("%s %s: source %+v", c.ID, f.Path, s)
				}
			}
			if f.Text() == "" {
				t.Errorf("%s %s has no words", c.ID, f.Path)
			}
		}
		asked := slices.Clone(always)
		for _, o := range c.Outlines {
			for _, key := range asExam {
				asked = append(asked, "outlines."+o.ID+"."+key)
			}
		}
		for _, path := range asked {
			if !paths[path] {
				t.Errorf("%s says nothing of %s, not even that it is unknown", c.ID, path)
			}
		}
	}
}

// TestNotices: whoever sees a certification sees whose it is, and that we are not
// the owner.
func TestNotices(t *testing.T) {
	for _, c := range load(t).Certifications {
		if !strings.HasPrefix(c.NotAffiliated, "Not affiliated with ") || !strings.Contains(c.Trademark(), c.NotAffiliated) || !strings.Contains(c.Trademark(), c.Short) {
			t.Errorf("%s: %q", c.ID, c.Trademark())
		}
	}
	if got := find(t, "cbet").Trademark(); got != "CBET is a name of its issuer, used here only to say which exam is meant. Not affiliated with AAMI." {
		t.Errorf("CBET: %q", got)
	}
}

func TestStatusOn(t *testing.T) {
	tests := []struct {
		name, certification, day string
		want                     State
		goal                     bool
	}{
		{"its end is announced", "hcispp", "2026-11-30", Ending, false},
		{"from its last day on", "hcispp", "2026-12-01", Inactive, false},
		{"and later", "hcispp", "2030-01-01", Inactive, false},
		{"active", "cbet", "2026-12-01", Active, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := find(t, tt.certification)
			if got := c.StatusOn(day(tt.day)); got != tt.want || c.IsGoal(day(tt.day)) != tt.goal {
				t.Errorf("%s, a goal: %v; want %s, %v", got, c.IsGoal(day(tt.day)), tt.want, tt.goal)
			}
		})
	}
}

// TestOutlinesInForce: while a new version begins both hold; the new one is
// suggested when somebody has seen it begin, or when the old one is over.
func TestOutlinesInForce(t *testing.T) {
	tests := []struct {
		name, certification, day, current string
		inForce                           []string
	}{
		{"before both", "security_plus", "2023-11-06", "security_plus-701", nil},
		{"the old one alone", "security_plus", "2026-11-16", "security_plus-701", []string{"security_plus-701"}},
		{"announced only", "security_plus", "2026-11-17", "security_plus-701", []string{"security_plus-701", "security_plus-801"}},
		{"the last day of the old one", "security_plus", "2027-06-11", "security_plus-701", []string{"security_plus-701", "security_plus-801"}},
		{"the day after", "security_plus", "2027-06-12", "security_plus-801", []string{"security_plus-801"}},
		{"PMP before July 2026", "pmp", "2026-07-08", "pmp-2026", nil},
		{"PMP since July 2026", "pmp", "2026-07-09", "pmp-2026", []string{"pmp-2026"}},
		{"CBET since June 2025", "cbet", "2025-06-01", "cbet-2025", []string{"cbet-2025"}},
		{"CRES since June 2025", "cres", "2025-06-01", "cres-2025", []string{"cres-2025"}},
		{"always", "chtm", "2000-01-01", "chtm-2026", []string{"chtm-2026"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := find(t, tt.certification)
			var ids []string
			for _, o := range c.InForce(day(tt.day)) {
				ids = append(ids, o.ID)
			}
			if diff := cmp.Diff(tt.inForce, ids); diff != "" {
				t.Errorf("in force (-want +got):\n%s", diff)
			}
			if got := c.Current(day(tt.day)).ID; got != tt.current {
				t.Errorf("current %s, want %s", got, tt.current)
			}
		})
	}
	if got := (Certification{}).Current(day("2026-11-22")); got.ID != "" {
		t.Errorf("without outlines: %v", got)
	}
}

func TestDeadline(t *testing.T) {
	cbet := find(t, "cbet")
	windows := cbet.Upcoming(day("2026-10-01"), 2)
	d, ok := cbet.Deadline(windows[0])
	if want := (Deadline{Window: "2026-11-01", ApplyBy: "2026-10-16", LateUntil: "2026-10-23"}); !ok || d != want {
		t.Errorf("November 2026: %+v, %v", d, ok)
	}
	if d, ok := cbet.Deadline(windows[1]); ok {
		t.Errorf("a deadline for May 2027 that nobody has confirmed: %+v", d)
	}
	if _, ok := find(t, "pmp").Deadline(windows[0]); ok {
		t.Error("a deadline without windows")
	}
}

// TestCandidates: only two exams are known to be open to people who complete the
// experience afterwards, and both say so from a source.
func TestCandidates(t *testing.T) {
	got := map[string]int{}
	for _, c := range load(t).Certifications {
		if f := c.Facts.Candidate; f.Known() {
			if f.Shown() == NotVerified {
				t.Errorf("%s: %+v", c.ID, f)
			}
			got[c.ID] = f.Value
		}
	}
	if diff := cmp.Diff(map[string]int{"cbet": 5, "cres": 5}, got); diff != "" {
		t.Errorf("years (-want +got):\n%s", diff)
	}
}

// TestRenewalFacts are the rules that renewal is worked out by.
func TestRenewalFacts(t *testing.T) {
	tests := []struct {
		id              string
		years, required int
		unit            string
		categories      string
		grace           string
	}{
		{"cbet", 3, 30, "CEU", "Further certifications (at most 15); Leadership roles (at most 15); Developing educational content; Professional development; College or university courses; Work experience", "3 months, for 100 USD"},
		{"pmp", 3, 60, "PDU", "Education (at least 35); Ways of Working (at least 8); Power Skills (at least 8); Business Acumen (at least 8); Giving Back (at most 25)", "12 months"},
		{"cphq", 2, 30, "CE hour", "Approved by NAHQ (at least 8); NAHQ Professional Assessment (at least 2); Other continuing education", "30 days"},
		{"security_plus", 3, 50, "CEU", "", "none"},
		{"network_plus", 3, 30, "CEU", "", "none"},
		{"chfm", 3, 45, "contact hour", "", "29 days, for 50 USD"},
		{"cpsm", 3, 60, "CEH", "Education (at least 40); Professional contributions (at most 20)", "12 months"},
		{"hcispp", 3, 60, "CPE", "Group A (at least 45); Group B (at most 15)", "90 days"},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			r := find(t, tt.id).Facts.Renewal
			if r.Years.Value != tt.years || r.Required.Value != tt.required || r.Unit.Value != tt.unit {
				t.Errorf("%d %s in %d years", r.Required.Value, r.Unit.Value, r.Years.Value)
			}
			if got := Text(r.Categories.Value); got != tt.categories {
				t.Errorf("categories %q", got)
			}
			if got := r.Grace.Value.String(); !strings.HasPrefix(got, tt.grace) {
				t.Errorf("grace %q, want %q", got, tt.grace)
			}
		})
	}
	if r := find(t, "cabt").Facts.Renewal; r.Renews.Value || !r.Renews.Confirmed() || r.Years.Value != 5 {
		t.Errorf("CABT runs out after 5 years: %+v", r)
	}
	if r := find(t, "network_plus").Facts.Renewal; !slices.Contains(r.RenewedBy.Value, "security_plus") {
		t.Error("CompTIA Security+ renews CompTIA Network+")
	}
}

func TestPolicies(t *testing.T) {
	c := load(t)
	for id, want := range map[string]bool{"security_plus": true, "network_plus": true, "cbet": false, "pmp": false} {
		if got := c.ComputedOnly(id); got != want {
			t.Errorf("%s: computed only %v, want %v", id, got, want)
		}
	}
	for id, want := range map[string]int{"cbet": 3, "pmp": 4, "network_plus": 4} {
		if got := len(c.PoliciesOf(id)); got != want {
			t.Errorf("%s: %d policies, want %d", id, got, want)
		}
	}
	for _, p := range c.Policies {
		if p.Rule.Shown() == NotVerified || p.Rule.Value == "" || p.Effect == "" {
			t.Errorf("policy %s: %+v", p.ID, p)
		}
	}
}
