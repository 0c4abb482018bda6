package renewal

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// holder is a credential of the embedded catalogue that runs from 9 May 2027.
func holder(t testing.TB, certification string) held {
	t.Helper()
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Catalogue: c})
	return s.held(Credential{ID: "c", Member: "m", Certification: certification, State: Full, EarnedOn: "2027-05-09", Cycle: Cycle{ID: "y", Credential: "c"}})
}

func TestCheckRefusesWhatCannotBe(t *testing.T) {
	good := Credit{What: "course", Amount: 200, Day: "2027-06-01"}
	for _, tt := range []struct {
		name  string
		with  func(h *held, x *Credit)
		field string
		words string // part of what is said
	}{
		{"all well", func(*held, *Credit) {}, "", ""},
		{"nothing", func(_ *held, x *Credit) { x.Amount = 0 }, fieldAmount, "above zero"},
		{"negative", func(_ *held, x *Credit) { x.Amount = -100 }, fieldAmount, "above zero"},
		{"ten times what is asked for", func(_ *held, x *Credit) { x.Amount = 30000 }, "", ""},
		{"more than that", func(_ *held, x *Credit) { x.Amount = 30001 }, fieldAmount, "far more"},
		{"an unknown category", func(_ *held, x *Credit) { x.Category = "naps" }, fieldCategory, "no such category"},
		{"tomorrow", func(_ *held, x *Credit) { x.Day = "2027-06-16" }, fieldDay, "still to come"},
		{"today", func(_ *held, x *Credit) { x.Day = "2027-06-15" }, "", ""},
		{"before it was earned", func(_ *held, x *Credit) { x.Day = "2027-05-08" }, fieldDay, "before your period"},
		{"before the period", func(h *held, _ *Credit) { h.Cycle.From = "2027-06-02" }, fieldDay, "before your period"},
		{"on the last day", func(h *held, _ *Credit) { h.Cycle.Until = "2027-06-01" }, "", ""},
		{"after the last day", func(h *held, _ *Credit) { h.Cycle.Until = "2027-05-31" }, fieldDay, "after the end"},
		{"a century ago", func(h *held, x *Credit) { h.EarnedOn, x.Day = "", "1927-06-01" }, fieldDay, "60 years"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, x := holder(t, "cbet"), good
			tt.with(&h, &x)
			field, words := h.check(x, "2027-06-15")
			if field != tt.field || !strings.Contains(words.Plain(), tt.words) || (words == "") != (tt.field == "") {
				t.Errorf("%q in %q, want %q in %q", words, field, tt.words, tt.field)
			}
		})
	}
	// Where nobody knows what is asked for, only what nobody can mean is refused.
	h := holder(t, "clrt")
	if _, words := h.check(Credit{What: "x", Amount: maxLoose, Day: "2027-06-01"}, "2027-06-15"); words != "" {
		t.Error(words)
	}
	if field, _ := h.check(Credit{What: "x", Amount: maxLoose + 1, Day: "2027-06-01"}, "2027-06-15"); field != fieldAmount {
		t.Error("more than 1,000 at once is taken")
	}
}

// The unit of every certification is read as it is written, one or several, and
// time never passes for it.
func TestEveryUnitIsRead(t *testing.T) {
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, units := New(Config{Catalogue: c}), 0
	for _, cc := range c.Certifications {
		h := s.held(Credential{Certification: cc.ID, State: Full})
		for _, amount := range []cert.Amount{100, 250} {
			written := unitWords(amount, h.unit)
			e := ParseEntry(written+" course", day())
			if e.Amount != amount || !h.fits(e.Unit) || e.What != "course" {
				t.Errorf("%s: %q is read as %+v", cc.Short, written, e)
			}
		}
		if h.unit != "" {
			units++
			for _, other := range []string{"hours", "minutes", "days"} {
				if h.fits(other) {
					t.Errorf("%s counts in %s, and takes %s", cc.Short, h.unit, other)
				}
			}
		}
	}
	if units < 8 {
		t.Errorf("only %d certifications have a unit", units)
	}
}

// Whatever is logged for whichever certification, every page keeps the limits of a
// message, and never claims more than what counts.
func TestPagesHold(t *testing.T) {
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Catalogue: c})
	rapid.Check(t, func(t *rapid.T) {
		cc := rapid.SampledFrom(c.Certifications).Draw(t, "certification")
		date := func(what string) string {
			return rapid.SampledFrom([]string{"", "2024-02-29", "2026-12-31", "2027-05-09", "2029-12-31", "2031-01-01"}).Draw(t, what)
		}
		h := s.held(Credential{ID: "abcdefghijklmnop", Certification: cc.ID, State: rapid.SampledFrom([]State{Full, Candidate, Lapsed}).Draw(t, "state"),
			EarnedOn: date("earned"), Cycle: Cycle{ID: "qrstuvwxyzabcdef", From: date("from"), Until: date("until")}})
		kinds := []string{""}
		for _, l := range cc.Facts.Renewal.Rule().Categories {
			kinds = append(kinds, l.ID)
		}
		var credits []Credit
		for range rapid.IntRange(0, 8).Draw(t, "credits") {
			credits = append(credits, Credit{Amount: cert.Amount(rapid.IntRange(1, 5000).Draw(t, "amount")), Category: rapid.SampledFrom(kinds).Draw(t, "category"),
				Day: date("day")})
		}
		today := rapid.SampledFrom([]string{"2026-11-23", "2027-05-09", "2029-11-30", "2030-02-01", "2035-01-01"}).Draw(t, "today")
		st := h.status(h.Cycle, credits, today)
		for _, card := range []*bot.Card{
			{Title: h.wordsGap(st, today), Body: bot.Join("\n\n", h.wordsCounts(st, today)...)},
			{Title: h.title(), Body: lines(h.wordsLine(st, today), h.wordsHeld(), h.wordsEnding(today), h.wordsSum(st), h.wordsPeriod(st, today), h.wordsCounted())},
		} {
			if err := (message(card)).Validate(); err != nil {
				t.Fatal(err)
			}
			// A date that nobody entered is never told as one.
			if words := card.Plain(); h.Cycle.Until == "" && st.Known && st.Period.Ends != h.EarnedOn && strings.Contains(words, dayWords(st.Period.Ends)) && !strings.Contains(words, "about") {
				t.Fatalf("a worked-out date is told as sure:\n%s", words)
			}
		}
	})
}

// After a renewal the day of the exam tells nothing of the period any more: without
// dates nobody knows when it ends, and nothing lies outside of it.
func TestLaterPeriodIsNotGuessed(t *testing.T) {
	h := holder(t, "cbet")
	h.Cycle.Later = true
	st := h.status(h.Cycle, []Credit{{Amount: 200, Day: "2031-06-01"}}, "2031-06-15")
	if st.Known || st.Outside > 0 || st.AtBest != 200 {
		t.Errorf("a later period without dates: %+v", st)
	}
	if words := h.wordsPeriod(st, "2031-06-15").Plain(); words != "Expiry to confirm: enter the date on your certificate." {
		t.Error(words)
	}
	h.Cycle.From = "2030-01-01"
	if st = h.status(h.Cycle, nil, "2031-06-15"); !st.Known || st.Period.Ends != "2032-12-31" {
		t.Errorf("from its first day on: %+v", st)
	}
}

func TestTimeLeft(t *testing.T) {
	for _, tt := range []struct{ today, day, want string }{
		{"2029-06-30", "2029-12-31", "in 6 months"},
		{"2029-06-20", "2029-12-31", "in 6 months"},
		{"2029-12-31", "2029-12-31", "today"},
		{"2029-12-30", "2029-12-31", "in 1 day"},
		{"2029-11-06", "2029-12-31", "in 55 days"},
		{"2029-11-05", "2029-12-31", "in 8 weeks"},
		{"2030-01-01", "2029-12-31", ""},
		{"2027-02-28", "2030-02-28", "in 36 months"},
	} {
		if got := timeLeft(tt.today, tt.day); got != tt.want {
			t.Errorf("from %s to %s: %q, want %q", tt.today, tt.day, got, tt.want)
		}
	}
}

// What is typed into the amount is read, or refused in words.
func TestFilledIn(t *testing.T) {
	who := group.Acting{Member: "m", Now: day()}
	for _, tt := range []struct {
		amount, what, date string
		want               cert.Amount
		field              string
	}{
		{"2", "course", "", 200, ""},
		{"2 CEU", "course", "2027-05-08", 200, ""},
		{"1,5", " a  course ", "8 May 2027", 150, ""},
		{"2 hours", "course", "", 0, fieldAmount},
		{"-2", "course", "", 0, fieldAmount},
		{"two", "course", "", 0, fieldAmount},
		{"2", " ", "", 0, fieldWhat},
		{"2", "course", "soon", 0, fieldDay},
		{"2", "course", "2027-13-01", 0, fieldDay},
	} {
		i := bot.Interaction{Values: bot.Values{fieldAmount: {tt.amount}, fieldWhat: {tt.what}, fieldDay: {tt.date}}}
		h := holder(t, "cbet")
		h.EarnedOn = ""
		x, fault := h.filledIn(i, who)
		if tt.field != "" {
			if fault[tt.field] == "" {
				t.Errorf("%q %q %q: %v, want a fault of %q", tt.amount, tt.what, tt.date, fault, tt.field)
			}
			continue
		}
		if fault != nil || x.Amount != tt.want || strings.Contains(x.What, "  ") || x.Day != "2027-05-08" {
			t.Errorf("%q %q %q: %+v, %v", tt.amount, tt.what, tt.date, x, fault)
		}
	}
}
