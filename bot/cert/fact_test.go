package cert

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShown(t *testing.T) {
	source := func(tier string, year int) []Source { return []Source{{Title: "T", Tier: tier, Year: year}} }
	tests := []struct {
		name  string
		e     Evidence
		shown Shown
		words string
	}{
		{"the issuer says so", Evidence{given: true, Confidence: Confirmed, Sources: source(Official, 0), Checked: "2026-11-22"}, Plainly, "165"},
		{"whoever runs the program says so", Evidence{given: true, Confidence: Confirmed, Sources: source(Operator, 0), Checked: "2026-11-22"}, Plainly, "165"},
		{"the issuer said so lately", Evidence{given: true, Confidence: Confirmed, Sources: source(Official, 2024), Checked: "2026-11-22"}, Plainly, "165"},
		{"the issuer said so years ago", Evidence{given: true, Confidence: Confirmed, Sources: source(Official, 2023), Checked: "2026-11-22"}, Reported,
			"165 (reported in 2023; check with the issuer: https://x.org)"},
		{"copied", Evidence{given: true, Confidence: Confirmed, Sources: source(SecondHand, 0), Checked: "2026-11-22"}, Reported, "165 (reported; check with the issuer: https://x.org)"},
		{"others say so", Evidence{given: true, Confidence: Confirmed, Sources: source(ThirdParty, 2026), Checked: "2026-11-22"}, Reported,
			"165 (reported in 2026; check with the issuer: https://x.org)"},
		{"the first source counts", Evidence{given: true, Confidence: Confirmed, Sources: append(source(ThirdParty, 0), source(Official, 0)...), Checked: "2026-11-22"}, Reported,
			"165 (reported; check with the issuer: https://x.org)"},
		{"from memory", Evidence{given: true, Confidence: Memory, Checked: "2026-11-22"}, NotVerified, "not verified; ask the issuer: https://x.org"},
		{"unknown", Evidence{Confidence: Unknown, Checked: "2026-11-22"}, NotVerified, "not verified; ask the issuer: https://x.org"},
		{"a source and no value", Evidence{Confidence: Confirmed, Sources: source(Official, 0), Checked: "2026-11-22"}, NotVerified, "not verified; ask the issuer: https://x.org"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.e.Shown(); got != tt.shown {
				t.Errorf("shown %s, want %s", got, tt.shown)
			}
			if got := tt.e.Words("165", "https://x.org"); got != tt.words {
				t.Errorf("got %q, want %q", got, tt.words)
			}
		})
	}
}

func TestOutdated(t *testing.T) {
	confirmed := Evidence{given: true, Confidence: Confirmed, Sources: []Source{{Tier: Official}}, Checked: "2024-02-29"}
	tests := []struct {
		name string
		e    Evidence
		day  string
		want bool
	}{
		{"a year to the day", confirmed, "2025-03-01", false},
		{"a day more", confirmed, "2025-03-02", true},
		{"not shown", Evidence{given: true, Confidence: Memory, Checked: "2020-01-01"}, "2025-03-02", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.e.Outdated(day(tt.day)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	c, err := Override("x.yaml", []byte("certifications: [{id: cbet, delivery: {checked: 2020-02-03}, windows: {checked: 2020-02-04}}]"))
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := c.Find("cbet")
	var paths []string
	for _, f := range cbet.Outdated(day("2021-02-04")) {
		paths = append(paths, f.Path)
	}
	if diff := cmp.Diff([]string{"delivery"}, paths); diff != "" {
		t.Errorf("older than a year (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"a day", "2027-06-11", "11 June 2027"},
		{"words", "at a center", "at a center"},
		{"no", false, "no"},
		{"ways", []string{"a degree", "4 years"}, "a degree; or 4 years"},
		{"an end ahead", Status{State: Active, InactiveFrom: "2026-12-01"}, "active, and inactive from 1 December 2026"},
		{"windows", Windows{Yearly: []YearlySpan{{"05-01", "05-15"}, {"12-20", "01-05"}}}, "1 May to 15 May and 20 December to 5 January"},
		{"arranged", Windows{Arrangement: "by arrangement"}, "by arrangement"},
		{"a deadline", []Deadline{{"2026-11-01", "2026-10-16", ""}}, "for the window from 1 November 2026: apply by 16 October 2026"},
		{"a range", Fee{For: "exam", Amount: 420, UpTo: 500, Currency: "USD"}, "exam: 420 to 500 USD"},
		{"a yearly fee", Fee{For: "renewal", Who: "nonmember", Amount: 50, Currency: "USD", Per: "year", Year: 2026}, "renewal, not a member: 50 USD a year (2026)"},
		{"announced", Start{Day: "2026-11-17", Announced: true}, "announced for 17 November 2026"},
		{"weights", NotPublished, "not published"},
		{"parts", []Part{{Name: "Written", Questions: 150, Minutes: 180}, {Name: "Oral"}}, "Written: 150 questions, 180 minutes; Oral"},
		{"both limits", []Category{{Name: "A", Min: 2, Max: 5}}, "A (at least 2, at most 5)"},
		{"beginning", BeginsOnDay, "on the day of certification"},
		{"end", EndsOnDay, "on the anniversary of certification"},
		{"before", Before{Days: 120}, "120 days before the end of the period"},
		{"grace", Grace{Months: 1, Days: 15, Then: "Then it is over."}, "1 month and 15 days. Then it is over."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Text(tt.value); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
