package renewal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"studyhall/bot/cert"
	"studyhall/bot/group"
)

func catalogue(t *testing.T) cert.Catalogue {
	t.Helper()
	c, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// told is what somebody is told of a credential, day by day around 9 AM by their
// clock: the day and the headline.
func told(t *testing.T, c Credential, credits []Credit, since, from, to string) (all []string) {
	t.Helper()
	in, ok := catalogue(t).Find(c.Certification)
	if !ok {
		t.Fatalf("no %s", c.Certification)
	}
	p := group.Reminded{Reminder: group.Reminder{Minute: 9 * 60, Zone: "America/Chicago", Since: at(t, since)}}
	before := map[string]bool{}
	for day := from; day <= to; day = addDays(day, 1) {
		p.Now = p.At(day)
		var entered []Credit
		for _, x := range credits {
			if x.Day < day {
				x.EnteredAt = at(t, x.Day)
				entered = append(entered, x)
			}
		}
		h, ok := newHolding(c, in, entered, p.Today())
		var note group.Note
		if !ok || !h.look(p, &note) {
			continue
		}
		fresh := slices.ContainsFunc(note.Steps, func(s string) bool { return !before[s] })
		for _, s := range note.Steps {
			before[s] = true
		}
		if fresh {
			title, _ := wordsTold([]holding{h})
			if note.First {
				title = "first: " + title
			}
			all = append(all, day+" "+string(title))
		}
	}
	return all
}

func at(t *testing.T, day string) time.Time {
	t.Helper()
	if day == "" {
		return time.Time{}
	}
	on, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return on.Add(12 * time.Hour)
}

func credits(all string) (credits []Credit) {
	for one := range strings.SplitSeq(all, ", ") {
		var x Credit
		if n, _ := fmt.Sscan(one, &x.Day, &x.Category, &x.Amount); n == 3 {
			if x.Category == "later" {
				x.Category = ""
			}
			credits = append(credits, x)
		}
	}
	return credits
}

// TestSteps is what people are told over the years, day by day.
func TestSteps(t *testing.T) {
	cbet := Credential{ID: "c", Certification: "cbet", State: Full, EarnedOn: "2027-01-01", Cycle: Cycle{ID: "y", From: "2027-01-01", Until: "2029-12-31"}}
	of := func(certification, until string) func(Credential) Credential {
		return func(c Credential) Credential {
			c.Certification, c.Cycle.From, c.Cycle.Until = certification, "", until
			return c
		}
	}
	for _, tt := range []struct {
		name    string
		c       func(Credential) Credential
		credits string
		since   string
		want    []string
	}{
		{name: "nothing entered", want: []string{
			"2028-01-01 CBET renewal: 30 CEU to go in 23 months",
			"2028-12-31 CBET renewal: 30 CEU to go in 12 months",
			"2029-06-30 CBET renewal: 30 CEU to go in 6 months",
			"2029-09-30 CBET renewal: 30 CEU to go in 3 months",
			"2029-10-31 CBET renewal: 30 CEU to go in 2 months",
			"2029-11-30 CBET renewal: 30 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 30 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 30 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "on pace until the last year", credits: "2027-12-01 courses 1000, 2028-12-01 development 1200, 2029-10-15 courses 800", want: []string{
			"2028-12-31 CBET renewal: 8 CEU to go in 12 months",
			"2029-06-30 CBET renewal: 8 CEU to go in 6 months",
			"2029-09-30 CBET renewal: 8 CEU to go in 3 months",
			"2029-11-30 CBET renewal: all 30 CEU are there; it ends in 31 days",
			"2029-12-24 first: CBET renewal: all 30 CEU are there; it ends in 7 days",
			"2029-12-31 first: CBET renewal: all 30 CEU are there; it ends today",
			"2030-02-14 CBET renewal: all 30 CEU are there; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: all 30 CEU are there; grace ends Sun 31 Mar 2030",
		}},
		{name: "leadership nearly full", credits: "2027-06-01 leadership 1300, 2028-06-01 development 1000", want: []string{
			"2028-01-01 CBET renewal: 17 CEU to go in 23 months",
			"2028-12-31 CBET renewal: 7 CEU to go in 12 months",
			"2029-06-30 CBET renewal: 7 CEU to go in 6 months",
			"2029-09-30 CBET renewal: 7 CEU to go in 3 months",
			"2029-10-31 CBET renewal: 7 CEU to go in 2 months",
			"2029-11-30 CBET renewal: 7 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 7 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 7 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 7 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 7 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "all of it early", credits: "2027-06-01 courses 3000", want: []string{
			"2029-09-30 CBET renewal: all 30 CEU are there; it ends in 3 months",
			"2029-11-30 CBET renewal: all 30 CEU are there; it ends in 31 days",
			"2029-12-24 first: CBET renewal: all 30 CEU are there; it ends in 7 days",
			"2029-12-31 first: CBET renewal: all 30 CEU are there; it ends today",
			"2030-02-14 CBET renewal: all 30 CEU are there; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: all 30 CEU are there; grace ends Sun 31 Mar 2030",
		}},
		{name: "undecided may be leadership", credits: "2027-06-01 leadership 1500, 2028-06-01 courses 1200, 2029-05-01 later 300", want: []string{
			"2028-01-01 CBET renewal: 15 CEU to go in 23 months",
			"2028-12-31 CBET renewal: 3 CEU to go in 12 months",
			"2029-06-30 CBET renewal: 3 CEU to go in 6 months",
			"2029-09-30 CBET renewal: 3 CEU to go in 3 months",
			"2029-10-31 CBET renewal: 3 CEU to go in 2 months",
			"2029-11-30 CBET renewal: 3 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 3 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 3 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 3 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 3 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "wanted late", since: "2029-10-15", want: []string{
			"2029-10-31 CBET renewal: 30 CEU to go in 2 months",
			"2029-11-30 CBET renewal: 30 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 30 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 30 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "entered late", c: func(c Credential) Credential { c.Cycle.DatedAt = at(t, "2029-12-20"); return c }, want: []string{
			"2029-12-24 first: CBET renewal: 30 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 30 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "only guessed", c: of("cbet", ""), want: []string{
			"2028-01-01 CBET renewal: 30 CEU to go in about 23 months",
			"2028-12-31 CBET renewal: 30 CEU to go in about 12 months",
			"2029-06-30 CBET renewal: 30 CEU to go in about 6 months",
		}},
		{name: "snoozed", c: func(c Credential) Credential { c.Snoozed = "2029-11-05"; return c }, want: []string{
			"2029-11-05 CBET renewal: 30 CEU to go in 56 days",
			"2029-11-30 CBET renewal: 30 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 30 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 30 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "snoozed before anything", c: func(c Credential) Credential { c.Snoozed = "2027-05-01"; return c }, want: []string{
			"2028-01-01 CBET renewal: 30 CEU to go in 23 months",
			"2028-12-31 CBET renewal: 30 CEU to go in 12 months",
			"2029-06-30 CBET renewal: 30 CEU to go in 6 months",
			"2029-09-30 CBET renewal: 30 CEU to go in 3 months",
			"2029-10-31 CBET renewal: 30 CEU to go in 2 months",
			"2029-11-30 CBET renewal: 30 CEU to go in 31 days",
			"2029-12-24 first: CBET renewal: 30 CEU to go in 7 days",
			"2029-12-31 first: CBET renewal: 30 CEU to go; it ends today",
			"2030-02-14 CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
			"2030-03-31 first: CBET renewal: 30 CEU to go; grace ends Sun 31 Mar 2030",
		}},
		{name: "CABT runs out", c: of("cabt", "2029-12-31"), want: []string{
			"2028-12-31 CABT runs out in 12 months",
			"2029-06-30 CABT runs out in 6 months",
			"2029-09-30 CABT runs out in 3 months",
			"2029-10-31 CABT runs out in 2 months",
			"2029-11-30 CABT runs out in 31 days",
			"2029-12-24 first: CABT runs out in 7 days",
			"2029-12-31 first: CABT runs out today",
		}},
		{name: "CPHQ in two years", c: of("cphq", "2029-12-31"), credits: "2028-02-01 other 3000", want: []string{
			"2028-12-31 CPHQ renewal: 10 CE hours to go in 12 months",
			"2029-06-30 CPHQ renewal: 10 CE hours to go in 6 months",
			"2029-09-30 CPHQ renewal: 10 CE hours to go in 3 months",
			"2029-10-31 CPHQ renewal: 10 CE hours to go in 2 months",
			"2029-11-30 CPHQ renewal: 10 CE hours to go in 31 days",
			"2029-12-24 first: CPHQ renewal: 10 CE hours to go in 7 days",
			"2029-12-31 first: CPHQ renewal: 10 CE hours to go; it ends today",
			"2030-01-15 CPHQ renewal: 10 CE hours to go; grace ends Wed 30 Jan 2030",
			"2030-01-30 first: CPHQ renewal: 10 CE hours to go; grace ends Wed 30 Jan 2030",
		}},
		{name: "CPHQ done", c: of("cphq", "2029-12-31"), credits: "2028-02-01 other 2000, 2028-02-01 approved 800, 2028-02-01 assessment 200", want: []string{
			"2029-07-01 CPHQ renewal: all 30 CE hours are there; it ends in 5 months",
			"2029-11-30 CPHQ renewal: all 30 CE hours are there; it ends in 31 days",
			"2029-12-24 first: CPHQ renewal: all 30 CE hours are there; it ends in 7 days",
			"2029-12-31 first: CPHQ renewal: all 30 CE hours are there; it ends today",
			"2030-01-15 CPHQ renewal: all 30 CE hours are there; grace ends Wed 30 Jan 2030",
			"2030-01-30 first: CPHQ renewal: all 30 CE hours are there; grace ends Wed 30 Jan 2030",
		}},
		{name: "Security+ and its fee", c: of("security_plus", "2029-06-30"), credits: "2027-02-01 later 5000", want: []string{
			"2027-12-01 CompTIA Security+: the fee of this year",
			"2028-12-01 CompTIA Security+: the fee of this year",
			"2029-03-30 CompTIA Security+ renewal: all 50 CEU are there; it ends in 3 months",
			"2029-05-30 CompTIA Security+ renewal: all 50 CEU are there; it ends in 31 days",
			"2029-06-23 first: CompTIA Security+ renewal: all 50 CEU are there; it ends in 7 days",
			"2029-06-30 first: CompTIA Security+ renewal: all 50 CEU are there; it ends today",
		}},
		{name: "nobody knows how much CCE asks", c: of("cce", "2029-12-31"), want: []string{
			"2028-12-31 CCE: it ends in 12 months",
			"2029-06-30 CCE: it ends in 6 months",
			"2029-09-30 CCE: it ends in 3 months",
			"2029-10-31 CCE: it ends in 2 months",
			"2029-11-30 CCE: it ends in 31 days",
			"2029-12-24 first: CCE: it ends in 7 days",
			"2029-12-31 first: CCE: it ends today",
		}},
		{name: "HCISPP has ended", c: of("hcispp", "2029-12-31"), want: []string{
			"2028-12-31 HCISPP: it ends in 12 months",
			"2029-06-30 HCISPP: it ends in 6 months",
			"2029-09-30 HCISPP: it ends in 3 months",
			"2029-10-31 HCISPP: it ends in 2 months",
			"2029-11-30 HCISPP: it ends in 31 days",
			"2029-12-24 first: HCISPP: it ends in 7 days",
			"2029-12-31 first: HCISPP: it ends today",
		}},
		{name: "a candidate", c: func(c Credential) Credential { c.State = Candidate; return c }, want: []string{
			"2028-12-31 CBET: it ends in 12 months",
			"2029-06-30 CBET: it ends in 6 months",
			"2029-09-30 CBET: it ends in 3 months",
			"2029-10-31 CBET: it ends in 2 months",
			"2029-11-30 CBET: it ends in 31 days",
			"2029-12-24 first: CBET: it ends in 7 days",
			"2029-12-31 first: CBET: it ends today",
		}},
		{name: "lapsed", c: func(c Credential) Credential { c.State = Lapsed; return c }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cbet
			if tt.c != nil {
				c = tt.c(c)
			}
			got := told(t, c, credits(tt.credits), tt.since, "2027-01-02", "2030-06-01")
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNoteWords is what notes say, in full.
func TestNoteWords(t *testing.T) {
	for _, tt := range []struct {
		name, certification, until, today, credits string
		state                                      State
		want                                       string
	}{
		{name: "as in the specification", certification: "cbet", until: "2029-12-31", today: "2029-06-30", credits: "2027-06-01 leadership 1500, 2028-06-01 development 700", want: "" +
			"CBET renewal: 8 CEU to go in 6 months\n" +
			"You have 22 of 30. Leadership roles are full (15 of 15), so more of those won't count.\n" +
			"What still counts: the other five categories. Further certifications: up to 15.\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered. To hand in: The CEU journal online, with documents; AAMI reviews it before the fee can be paid. Leave a month for that.\n" +
			"Rule: AAMI, checked 22 Nov 2026. Questions answered here are not CEU."},
		{name: "limits and minima", certification: "pmp", until: "2029-12-31", today: "2029-06-30", credits: "2027-06-01 giving 2600, 2028-06-01 working 1000, 2028-06-01 later 150", want: "" +
			"PMP renewal: 25 PDU to go in 6 months\n" +
			"You have 35 of 60. 1.5 PDU have no category yet; once they have one it may be 36.5. Giving Back is full (25 of 25), so more of it won't count.\n" +
			"What still counts: Education. Needed among it: Education 25, Power Skills 8, Business Acumen 8. What is in Education counts there as well.\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered.\n" +
			"Rule: as reported, checked 22 Nov 2026. Questions answered here are not PDU. Check with PMI: https://www.pmi.org/certifications/project-management-pmp"},
		{name: "nobody entered the end", certification: "cbet", today: "2029-06-30", credits: "2027-06-01 certifications 1000", want: "" +
			"CBET renewal: 20 CEU to go in about 6 months\n" +
			"You have 10 of 30.\n" +
			"All categories still count. Further certifications: up to 5. Leadership roles: up to 15.\n" +
			"Your period ends about December 2029, as far as AAMI's rule tells. Enter the date on your certificate: nearer notes come only then. To hand in: The CEU journal online, with documents; AAMI reviews it before the fee can be paid. Leave a month for that.\n" +
			"Rule: AAMI, checked 22 Nov 2026. Questions answered here are not CEU."},
		{name: "complete", certification: "chfm", until: "2029-12-31", today: "2029-01-02", credits: "2027-06-01 later 4500", want: "" +
			"CHFM renewal: all 45 contact hours are there; it ends in 11 months\n" +
			"You have 45 of 45.\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered. You can hand it in now.\n" +
			"Rule: AHA, checked 22 Nov 2026. Questions answered here are not contact hours."},
		{name: "the last days", certification: "cphq", until: "2029-12-31", today: "2029-12-24", credits: "2028-06-01 approved 800, 2028-06-01 other 2150", want: "" +
			"CPHQ renewal: 2 CE hours to go in 7 days\n" +
			"You have 29.5 of 30.\n" +
			"Needed among it: NAHQ Professional Assessment 2.\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered.\n" +
			"Grace period: 30 days. January is for entering hours and paying; the hours must be of the period itself.\n" +
			"Rule: NAHQ, checked 22 Nov 2026. Questions answered here are not CE hours."},
		{name: "in the grace period", certification: "cbet", until: "2029-12-31", today: "2030-02-14", credits: "2028-06-01 courses 2900", want: "" +
			"CBET renewal: 1 CEU to go; grace ends Sun 31 Mar 2030\n" +
			"You have 29 of 30.\n" +
			"Your period ended Mon 31 Dec 2029, the date you entered. What you did by then can still be logged.\n" +
			"Grace period: 3 months, for 100 USD. Late renewal from 1 January to 31 March; on 1 April the certification is revoked and the exam has to be passed again. (reported in 2018; check with the issuer: https://www.aami.org/training/about-aci)\n" +
			"Rule: AAMI, checked 22 Nov 2026. Questions answered here are not CEU."},
		{name: "it runs out", certification: "cabt", until: "2029-12-31", today: "2029-06-30", want: "" +
			"CABT runs out in 6 months\n" +
			"It can't be renewed. Ways on: pass the exam again; or go on to CBET or CRES.\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered."},
		{name: "not verified", certification: "cce", until: "2029-12-31", today: "2029-06-30", want: "" +
			"CCE: it ends in 6 months\n" +
			"How much HTCC asks for isn't verified here. Please check with HTCC: https://accenet.org\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered."},
		{name: "ended by its issuer", certification: "hcispp", until: "2029-12-31", today: "2029-06-30", want: "" +
			"HCISPP: it ends in 6 months\n" +
			"ISC2 has ended this certification. What becomes of those who hold it, please ask there: https://www.isc2.org/certifications/hcispp\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered."},
		{name: "a candidate", certification: "cres", until: "2029-12-31", today: "2029-06-30", state: Candidate, want: "" +
			"CRES: it ends in 6 months\n" +
			"You noted candidate status. What AAMI asks for then isn't verified here; please check: https://www.aami.org/training/about-aci\n" +
			"Your period ends Mon 31 Dec 2029, the date you entered."},
		{name: "a fee of every year", certification: "security_plus", until: "2029-12-31", today: "2028-12-05", want: "" +
			"CompTIA Security+: the fee of this year\n" +
			"Fee for renewal: 50 USD a year (reported in 2026; check with the issuer: https://www.comptia.org/en-us/certifications/security/). This year of your period ends about Sun 31 Dec 2028. If it's paid, nothing is left to do."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, _ := catalogue(t).Find(tt.certification)
			c := Credential{ID: "c", State: cmp.Or(tt.state, Full), EarnedOn: "2027-01-01", Cycle: Cycle{ID: "y", Until: tt.until}}
			h, ok := newHolding(c, in, credits(tt.credits), tt.today)
			if !ok {
				t.Fatal("nothing is known")
			}
			var note group.Note
			h.look(group.Reminded{Now: at(t, tt.today).Add(12 * time.Hour), Reminder: group.Reminder{Minute: 540, Zone: "UTC"}}, &note)
			title, lines := wordsTold([]holding{h})
			got := string(title)
			for _, line := range lines {
				got += "\n" + string(line)
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("note (-want +got):\n%s\n%s", diff, got)
			}
		})
	}
}
