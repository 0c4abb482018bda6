package cert

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPeriods reckons periods as the issuers' documents in the catalogue say.
func TestPeriods(t *testing.T) {
	for _, tt := range []struct {
		name, id, day  string
		want           Period
		apply, graceTo string
	}{
		// NAHQ: from 1 January after certification to 31 December of the second year;
		// handed in from 1 July, and in January at the latest (30 days).
		{"NAHQ", "cphq", "2027-05-08", Period{"2028-01-01", "2029-12-31"}, "2029-07-01", "2030-01-30"},
		{"NAHQ on New Year's Eve", "cphq", "2027-12-31", Period{"2028-01-01", "2029-12-31"}, "2029-07-01", "2030-01-30"},
		{"NAHQ on New Year's Day", "cphq", "2028-01-01", Period{"2029-01-01", "2030-12-31"}, "2030-07-01", "2031-01-30"},
		// AAMI, notice on the grace period: late renewal from 1 January to 31 March of
		// the year after the end. From when it counts is not known: the earliest end.
		{"AAMI in spring", "cbet", "2027-05-08", Period{"2027-05-08", "2029-12-31"}, "", "2030-03-31"},
		{"AAMI in autumn", "cres", "2026-11-10", Period{"2026-11-10", "2028-12-31"}, "", "2029-03-31"},
		{"AAMI on New Year's Eve", "chtm", "2026-12-31", Period{"2026-12-31", "2029-12-31"}, "", "2030-03-31"},
		// AAMI: five years, and then CABT is over.
		{"CABT", "cabt", "2027-02-28", Period{"2027-02-28", "2032-02-28"}, "", ""},
		// AHA: within the last year; under 30 days late.
		{"AHA", "chfm", "2027-05-08", Period{"2027-05-08", "2030-05-08"}, "2029-05-09", "2030-06-06"},
		// ISM: no earlier than 120 days before the end, and a year after it.
		{"ISM", "cpsm", "2027-05-08", Period{"2027-05-08", "2030-05-08"}, "2030-01-08", "2031-05-08"},
		// CompTIA: none. PMI: only from memory, so nothing.
		{"CompTIA", "security_plus", "2028-02-29", Period{"2028-02-29", "2031-02-28"}, "", ""},
		{"PMI", "pmp", "2027-05-08", Period{"2027-05-08", "2030-05-08"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := find(t, tt.id).Facts.Renewal
			got, ok := r.Period(tt.day)
			if diff := cmp.Diff(tt.want, got); !ok || diff != "" {
				t.Fatalf("period, %t (-want +got):\n%s", ok, diff)
			}
			if apply, _ := r.ApplyOn(got.Ends); apply != tt.apply {
				t.Errorf("to be handed in from %q, want %q", apply, tt.apply)
			}
			if grace, _ := r.GraceEnds(got.Ends); grace != tt.graceTo {
				t.Errorf("grace to %q, want %q", grace, tt.graceTo)
			}
		})
	}
	for _, tt := range []struct{ id, day string }{{"cce", "2027-05-08"}, {"clrt", "2027-05-08"}, {"cbet", "8 May"}, {"cbet", ""}} {
		r := find(t, tt.id).Facts.Renewal
		if p, ok := r.Period(tt.day); ok {
			t.Errorf("%s from %q: %+v; nobody knows", tt.id, tt.day, p)
		}
		if p, ok := r.After(tt.day); ok && tt.id != "cbet" {
			t.Errorf("%s after %q: %+v; nobody knows", tt.id, tt.day, p)
		}
	}
}

func TestPeriodAfter(t *testing.T) {
	for _, tt := range []struct {
		id, ends string
		want     Period
		begun    string
	}{
		{"cbet", "2029-12-31", Period{"2030-01-01", "2032-12-31"}, "2027-01-01"},
		{"cphq", "2029-12-31", Period{"2030-01-01", "2031-12-31"}, "2028-01-01"},
		{"chfm", "2030-05-08", Period{"2030-05-09", "2033-05-08"}, "2027-05-08"},
		{"security_plus", "2031-02-28", Period{"2031-03-01", "2034-02-28"}, "2028-02-28"},
	} {
		r := find(t, tt.id).Facts.Renewal
		if got, ok := r.After(tt.ends); !ok || got != tt.want {
			t.Errorf("%s after %s: %+v, want %+v", tt.id, tt.ends, got, tt.want)
		}
		if got, ok := r.Begun(tt.ends); !ok || got != tt.begun {
			t.Errorf("%s that ends on %s began on %s, want %s", tt.id, tt.ends, got, tt.begun)
		}
	}
}

// TestRunning works out what isn't entered of a period, and nothing else.
func TestRunning(t *testing.T) {
	for _, tt := range []struct {
		name, id            string
		earned, from, until string
		want                Period
		ok                  bool
	}{
		{"only when it was earned", "cbet", "2027-05-08", "", "", Period{"2027-05-08", "2029-12-31"}, true},
		{"as on the certificate", "cbet", "2027-05-08", "", "2029-12-31", Period{"2027-05-08", "2029-12-31"}, true},
		{"the certificate gives more time", "cbet", "2027-05-08", "", "2030-12-31", Period{"2027-05-08", "2030-12-31"}, true},
		{"earned long ago", "cbet", "2015-05-08", "", "2029-12-31", Period{"2027-01-01", "2029-12-31"}, true},
		{"the day isn't known", "cbet", "", "", "2029-12-31", Period{"2027-01-01", "2029-12-31"}, true},
		{"both days entered", "cbet", "2015-05-08", "2027-03-01", "2029-12-31", Period{"2027-03-01", "2029-12-31"}, true},
		{"a new period without its end", "cphq", "2015-05-08", "2030-01-01", "", Period{"2030-01-01", "2031-12-31"}, true},
		{"earned again", "cphq", "2027-05-08", "2027-05-08", "", Period{"2028-01-01", "2029-12-31"}, true},
		{"from the midst of a year", "cbet", "2015-05-08", "2027-03-01", "", Period{"2027-03-01", "2029-12-31"}, true},
		{"from New Year", "cphq", "2027-05-08", "", "2029-12-31", Period{"2028-01-01", "2029-12-31"}, true},
		{"a second period of the same day", "chfm", "2027-05-08", "", "2033-05-08", Period{"2030-05-08", "2033-05-08"}, true},
		{"nobody knows how long", "cce", "2027-05-08", "", "2029-12-31", Period{"", "2029-12-31"}, true},
		{"nothing known", "cce", "2027-05-08", "", "", Period{}, false},
		{"nothing entered", "cbet", "", "", "", Period{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := find(t, tt.id).Facts.Renewal.Running(tt.earned, tt.from, tt.until)
			if got != tt.want || ok != tt.ok {
				t.Errorf("%+v, %t; want %+v, %t", got, ok, tt.want, tt.ok)
			}
		})
	}
}

// What is known from memory only is not reckoned with.
func TestPeriodsRestOnSources(t *testing.T) {
	known := Evidence{Confidence: Confirmed, Sources: []Source{{Tier: Official}}, given: true}
	memory := Evidence{Confidence: Memory, given: true}
	r := Renewal{Years: Fact[int]{3, known}, Begins: Fact[Begin]{BeginsOnYear, memory}, Ends: Fact[End]{EndsOnYear, memory}}
	if p, ok := r.Period("2027-05-08"); !ok || p != (Period{"2027-05-08", "2030-05-08"}) {
		t.Errorf("%+v, %t", p, ok)
	}
}

func TestRenews(t *testing.T) {
	c := load(t)
	var got []string
	for _, one := range c.Renews("security_plus") {
		got = append(got, one.ID)
	}
	if diff := cmp.Diff([]string{"network_plus"}, got); diff != "" {
		t.Errorf("CompTIA Security+ renews (-want +got):\n%s", diff)
	}
	if got := c.Renews("network_plus"); len(got) > 0 {
		t.Errorf("CompTIA Network+ renews %d others", len(got))
	}
}

// TestPeriodsHold: a period begins no earlier than its holder was certified, is never
// longer than its years from there, and the next begins the day after.
func TestPeriodsHold(t *testing.T) {
	known := Evidence{Confidence: Confirmed, Sources: []Source{{Tier: Official}}, given: true}
	rapid.Check(t, func(t *rapid.T) {
		r := Renewal{
			Years:     Fact[int]{rapid.IntRange(1, 6).Draw(t, "years"), known},
			Begins:    Fact[Begin]{Value: rapid.SampledFrom([]Begin{"", BeginsOnDay, BeginsOnYear}).Draw(t, "begins"), Evidence: known},
			Ends:      Fact[End]{Value: rapid.SampledFrom([]End{"", EndsOnDay, EndsOnYear}).Draw(t, "ends"), Evidence: known},
			Grace:     Fact[Grace]{Grace{Months: rapid.IntRange(0, 12).Draw(t, "months"), Days: rapid.IntRange(1, 60).Draw(t, "days")}, known},
			ApplyFrom: Fact[Before]{Before{Months: rapid.IntRange(0, 11).Draw(t, "before"), Days: rapid.IntRange(0, 25).Draw(t, "and")}, known},
		}
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 3000).Draw(t, "day"))
		p, ok := r.Period(day.Format(time.DateOnly))
		if !ok || p.Begins < day.Format(time.DateOnly) || p.Ends <= p.Begins {
			t.Fatalf("certified on %s: %+v, %t", day.Format(time.DateOnly), p, ok)
		}
		begins, n := p.days()
		if ends := begins.AddDate(0, 0, n-1); ends.After(begins.AddDate(r.Years.Value, 0, 0)) || ends.Before(begins.AddDate(r.Years.Value-1, 0, 0).AddDate(0, 0, -1)) {
			t.Fatalf("%+v is no period of %d years", p, r.Years.Value)
		}
		if r.Ends.Value == EndsOnYear && p.Ends[len("2006"):] != "-12-31" {
			t.Fatalf("%+v doesn't end with a year", p)
		}
		next, _ := r.After(p.Ends)
		if begins, _ := next.days(); begins.AddDate(0, 0, -1).Format(time.DateOnly) != p.Ends {
			t.Fatalf("after %+v comes %+v", p, next)
		}
		if begun, _ := r.Begun(next.Ends); r.Ends.Value == EndsOnYear && begun != next.Begins {
			t.Fatalf("%+v is said to have begun on %s", next, begun)
		}
		grace, _ := r.GraceEnds(p.Ends)
		if apply, ok := r.ApplyOn(p.Ends); grace <= p.Ends || ok && apply > p.Ends {
			t.Fatalf("%+v: handed in from %s to %s", p, apply, grace)
		}
		if third, all := p.Part(1, 3), p.Part(3, 3); !p.Has(third) || p.Has(all) || p.Part(0, 3) != p.Begins {
			t.Fatalf("%+v: a third is over on %s, all of it on %s", p, third, all)
		}
	})
}
