package renewal

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/cert"
)

// day is Saturday 8 May 2027.
func day() time.Time { return time.Date(2027, 5, 8, 15, 0, 0, 0, time.UTC) }

func TestParseEntry(t *testing.T) {
	for _, tt := range []struct {
		line string
		want Entry
	}{
		{"2 CEU ventilator course yesterday", Entry{What: "ventilator course", Amount: 200, Unit: "ceu", Day: "2027-05-07"}},
		{"ventilator course 1.5 CEU 3 May", Entry{What: "ventilator course", Amount: 150, Unit: "ceu", Day: "2027-05-03"}},
		{"yesterday 2 ceus AAMI webinar", Entry{What: "AAMI webinar", Amount: 200, Unit: "ceus", Day: "2027-05-07"}},
		{"2ceus webinar", Entry{What: "webinar", Amount: 200, Unit: "ceus"}},
		{"CEUs: 2 webinar, today", Entry{What: "webinar", Amount: 200, Unit: "ceus", Day: "2027-05-08"}},
		{"webinar - 0,25 ceu, on 3 May.", Entry{What: "webinar", Amount: 25, Unit: "ceu", Day: "2027-05-03"}},
		{".5 PDU reading 2026-12-31", Entry{What: "reading", Amount: 50, Unit: "pdu", Day: "2026-12-31"}},
		{"3 CE hours seminar last friday", Entry{What: "seminar", Amount: 300, Unit: "ce hours", Day: "2027-05-07"}},
		{"1 contact hour, May 3rd, 2026 fire doors", Entry{What: "fire doors", Amount: 100, Unit: "contact hour", Day: "2026-05-03"}},
		{"8 hour course 0.8 CEU", Entry{What: "8 hour course", Amount: 80, Unit: "ceu"}},
		{"2 day seminar, 1.5 CEU, 3 May", Entry{What: "2 day seminar", Amount: 150, Unit: "ceu", Day: "2027-05-03"}},
		{"3 hours ventilator course", Entry{What: "ventilator course", Amount: 300, Unit: "hours"}},
		{"ventilator course 2", Entry{What: "ventilator course", Amount: 200}},
		{"2 ventilator course", Entry{What: "ventilator course", Amount: 200}},
		{"ISO 13485 course", Entry{What: "ISO 13485 course"}},
		{"course 13485", Entry{What: "course 13485"}},
		{"ISO 13485 course 2 CEU 3 May 2027", Entry{What: "ISO 13485 course", Amount: 200, Unit: "ceu", Day: "2027-05-03"}},
		{"ventilator course", Entry{What: "ventilator course"}},
		{"3 May ventilator course", Entry{What: "ventilator course", Day: "2027-05-03"}},
		{"9 May course 2 CEU", Entry{What: "course", Amount: 200, Unit: "ceu", Day: "2026-05-09"}},    // the last one there was
		{"2 CEU course tomorrow", Entry{What: "course", Amount: 200, Unit: "ceu", Day: "2027-05-09"}}, // refused, as are other days to come
		{"2 CEU course next Saturday", Entry{What: "course", Amount: 200, Unit: "ceu", Day: "2027-05-15"}},
		{"next Sunday 2 CEU course", Entry{What: "course", Amount: 200, Unit: "ceu", Day: "2027-05-09"}},
		{"2 CEU course 3 days ago", Entry{What: "course", Amount: 200, Unit: "ceu", Day: "2027-05-05"}},
		{"a week ago 2 CEU 3 day course", Entry{What: "3 day course", Amount: 200, Unit: "ceu", Day: "2027-05-01"}},
		{"29 Feb course 1 CEU", Entry{What: "course", Amount: 100, Unit: "ceu", Day: "2024-02-29"}},
		{"Monday rounds 1 CEU", Entry{What: "rounds", Amount: 100, Unit: "ceu", Day: "2027-05-03"}},
		{"the Monday rounds 1 CEU", Entry{What: "the Monday rounds", Amount: 100, Unit: "ceu"}},
		{"1 CEU rounds on Monday", Entry{What: "rounds", Amount: 100, Unit: "ceu", Day: "2027-05-03"}},
		{"1 CEU rounds Saturday", Entry{What: "rounds", Amount: 100, Unit: "ceu", Day: "2027-05-08"}},
		{"1 CEU rounds last Saturday", Entry{What: "rounds", Amount: 100, Unit: "ceu", Day: "2027-05-01"}},
		{"1 CEU course 5/3", Entry{What: "course", Amount: 100, Unit: "ceu", Fault: TwoDates, Dates: []string{"2027-03-05", "2027-05-03"}}},
		{"1 CEU course 24/4/2027", Entry{What: "course", Amount: 100, Unit: "ceu", Day: "2027-04-24"}},
		{"1 CEU A/C and 50/60 Hz", Entry{What: "A/C and 50/60 Hz", Amount: 100, Unit: "ceu"}},
		{"1 CEU course 31 April", Entry{What: "course", Amount: 100, Unit: "ceu", Fault: NoDate}},
		{"1 CEU course 3 May 4 May", Entry{What: "course 4 May", Amount: 100, Unit: "ceu", Day: "2027-05-03", Fault: Several}},
		{"-2 CEU course", Entry{What: "course", Unit: "ceu", Fault: Negative}},
		{"0 CEU course", Entry{What: "course", Unit: "ceu", Fault: TooFine}},
		{"1.125 CEU course", Entry{What: "course", Unit: "ceu", Fault: TooFine}},
		{"99999999 CEU course", Entry{What: "course", Unit: "ceu", Fault: TooFine}},
		{"2 CEU course 3 CEU", Entry{What: "2 CEU course 3 CEU", Unit: "ceu", Fault: Several}},
		{"", Entry{}},
	} {
		t.Run(tt.line, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ParseEntry(tt.line, day())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// However the four parts of a line are ordered, the same is read.
func TestParseEntryInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := cert.Amount(rapid.IntRange(1, 99999).Draw(t, "amount"))
		number := amount.String()
		if rapid.Bool().Draw(t, "comma") {
			number = strings.Replace(number, ".", ",", 1)
		}
		unit := rapid.SampledFrom([]string{"CEU", "ceus", "PDUs", "contact hours", "CE hour", "CEH", "hours"}).Draw(t, "unit")
		on := day().AddDate(0, 0, -rapid.IntRange(0, 300).Draw(t, "ago"))
		written := on.Format(rapid.SampledFrom([]string{"2 Jan 2006", "Jan 2, 2006", "2006-01-02", "2 January 2006", "2 Jan", "January 2"}).Draw(t, "layout"))
		what := rapid.SampledFrom([]string{"ventilator course", "AAMI webinar", "reading a paper on pumps", "NFPA seminar"}).Draw(t, "what")
		parts := rapid.Permutation([]string{number + " " + unit, written, what}).Draw(t, "order")
		want := Entry{What: what, Amount: amount, Unit: strings.ToLower(unit), Day: on.Format(time.DateOnly)}
		if diff := cmp.Diff(want, ParseEntry(strings.Join(parts, " "), day())); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", strings.Join(parts, " "), diff)
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	for _, line := range []string{"2 CEU ventilator course yesterday", "5/3 1,5 ceus", "on last Monday 2", "31 Feb 0 CEU", "May 3, 2027 -1h", "CEU: 2 2 CEU", "1/2/3/4 .", "٣ CEU"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		e := ParseEntry(line, day())
		if e.Amount < 0 || e.Amount >= 100*10_000_000 {
			t.Errorf("amount %d", e.Amount)
		}
		if e.Amount > 0 && (e.Fault == Negative || e.Fault == TooFine) {
			t.Errorf("a faulty amount is kept: %+v", e)
		}
		for _, d := range append(slices.Clone(e.Dates), e.Day) {
			if d == "" {
				continue
			}
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				t.Errorf("date %q", d)
			}
		}
		if (e.Fault == TwoDates) != (len(e.Dates) == 2) && len(e.Dates) > 0 && e.Fault == NoFault {
			t.Errorf("%+v", e)
		}
		for _, w := range strings.Fields(e.What) { // what it was is part of what was typed
			if !strings.Contains(line, w) {
				t.Errorf("%q isn't in the line", w)
			}
		}
	})
}

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]cert.Amount{"2": 200, "2.5": 250, " 2,25 ": 225, "0.01": 1, ".5": 50, "1234567": 123456700,
		"": -1, ".": -1, "2.": -1, "1.234": -1, "1,012": -1, "-2": -1, "+2": -1, "2 CEU": -1, "1e3": -1, "12345678": -1, "٣": -1, "1.2.3": -1} {
		got, ok := ParseAmount(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}
