package papers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

func asOf() time.Time { return time.Date(2027, 3, 1, 15, 4, 5, 0, time.UTC) }

// lines is events as one reads them.
func eventLines(all []Event) string {
	var text []string
	for _, e := range all {
		days := e.From
		if e.To != e.From {
			days += " to " + e.To
		}
		text = append(text, fmt.Sprintf("%s: %s (%s) %s", days, e.Title, e.Note, e.UID))
	}
	return strings.Join(text, "\n")
}

func TestOwnDates(t *testing.T) {
	known := func(c cert.Certification, w cert.Window) (lastDay, bool) {
		if c.ID == "cbet" && w.Name() == "May 2027" {
			return lastDay{"2027-04-17", "2027-04-24", "AAMI, About ACI, checked 1 Mar 2027"}, true
		}
		return lastDay{}, false
	}
	exams := []exam.Exam{
		{ID: "a", Certification: "cbet", From: "2027-05-08", To: "2027-05-08", State: exam.Planned},
		{ID: "b", Certification: "cpsm", Part: "integration", From: "2027-06-01", To: "2027-06-30", State: exam.Failed},
		{ID: "c", Certification: "cabt", From: "2026-06-01", To: "2026-06-01", State: exam.Passed},
	}
	credentials := []renewal.Credential{
		{ID: "x", Certification: "cphq", State: renewal.Full, EarnedOn: "2026-03-01", Cycle: renewal.Cycle{ID: "y", Until: "2028-12-31"}},
		{ID: "z", Certification: "cbet", State: renewal.Full, EarnedOn: "2026-05-08", Cycle: renewal.Cycle{ID: "w"}},
		{ID: "v", Certification: "pmp", State: renewal.Lapsed, EarnedOn: "2020-05-08", Cycle: renewal.Cycle{ID: "u"}},
	}
	want := `2026-06-01: CABT exam (As you entered it.) exam-c@studyhall
2027-04-17: CBET: last day to apply (AAMI, About ACI, checked 1 Mar 2027. Check with AAMI.) apply-a@studyhall
2027-04-24: CBET: last day to apply late, for a fee (AAMI, About ACI, checked 1 Mar 2027. Check with AAMI.) late-a@studyhall
2027-05-08: CBET exam (As you entered it.) exam-a@studyhall
2027-06-01 to 2027-06-30: CPSM exam window, Supply Management Integration (As you entered it.) exam-b@studyhall
2028-07-01: CPHQ: renewal can be handed in (NAHQ, CPHQ recertification, checked 22 Nov 2026.) renew-y@studyhall
2028-12-31: About: CBET: renewal period ends (Worked out by a rule: AAMI, Maintain your certification, checked 22 Nov 2026. The date on your certificate decides.) period-w@studyhall
2028-12-31: CPHQ: renewal period ends (The date you entered from your certificate.) period-y@studyhall`
	got := eventLines(ownDates(catalogue(t), exams, credentials, known))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
	// An outcome leaves no mark.
	exams[0].State = exam.Planned
	planned := ownDates(catalogue(t), exams[:1], nil, func(cert.Certification, cert.Window) (lastDay, bool) { return lastDay{}, false })
	for _, state := range []exam.State{exam.Waiting, exam.Passed, exam.Failed, exam.Closed} {
		exams[0].State = state
		if diff := cmp.Diff(planned, ownDates(catalogue(t), exams[:1], nil, known)); diff != "" {
			t.Errorf("%s shows (-want +got):\n%s", state, diff)
		}
	}
}

func TestGroupDates(t *testing.T) {
	d := group.Details{Group: group.Group{ID: "g", Name: "Biomed; <study>"}, Tracks: []group.Studied{
		{Track: group.Track{ID: "t", Certification: "cbet", WindowFrom: "2026-11-01", WindowTo: "2026-11-15"}},
		{Track: group.Track{ID: "u", Certification: "pmp"}},
	}}
	shared := []SharedDay{{"cbet", "2026-11-08", 2}, {"pmp", "2027-01-08", 1}}
	want := `2026-10-16: CBET: last day to apply (AAMI, About ACI, checked 22 Nov 2026. Check with AAMI.) apply-t-2026-11-01@studyhall
2026-10-23: CBET: last day to apply late, for a fee (AAMI, About ACI, checked 22 Nov 2026. Check with AAMI.) late-t-2026-11-01@studyhall
2026-11-01 to 2026-11-15: CBET exam window (Biomed; <study>.) window-t-2026-11-01@studyhall
2026-11-08: CBET exam: 2 of you (Biomed; <study>. Good luck!) shared-g-cbet-2026-11-08@studyhall
2027-01-08: PMP exam: 1 of you (Biomed; <study>. Good luck!) shared-g-pmp-2027-01-08@studyhall`
	if diff := cmp.Diff(want, eventLines(groupDates(catalogue(t), d, shared, issuersDay))); diff != "" {
		t.Errorf("dates (-want +got):\n%s", diff)
	}
}

// An organiser's date holds where the issuer's isn't known, for the very window, and
// says whose it is.
func TestDaysOfGroups(t *testing.T) {
	d := group.Details{Tracks: []group.Studied{
		{Track: group.Track{ID: "t", Certification: "cbet", WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, Deadline: "2027-04-10"},
		{Track: group.Track{ID: "u", Certification: "cbet", WindowFrom: "2026-11-01", WindowTo: "2026-11-15"}, Deadline: "2026-10-01"},
	}}
	c := find(t, "cbet")
	for _, tt := range []struct{ name, from, to, want string }{
		{"an organiser's", "2027-05-01", "2027-05-15", "2027-04-10, Entered by your organiser"},
		{"the issuer's goes before", "2026-11-01", "2026-11-15", "2026-10-16, AAMI, About ACI, checked 22 Nov 2026"},
		{"nobody's", "2027-11-01", "2027-11-15", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _ := cert.ParseWindow(tt.from, tt.to)
			last, ok := daysOfGroups(group.Details{}, d)(c, w)
			got := ""
			if ok {
				got = last.Day + ", " + last.Source
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestICalendar(t *testing.T) {
	body, err := iCalendar("Studyhall", []Event{{UID: "exam-a@studyhall", Title: "CBET exam; part 1, \\ π", Note: "Line one\nline two " + strings.Repeat("ü", 60), From: "2028-02-29", To: "2028-02-29"}}, asOf())
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Studyhall//Dates//EN
CALSCALE:GREGORIAN
NAME:Studyhall
X-WR-CALNAME:Studyhall
X-PUBLISHED-TTL:PT12H
REFRESH-INTERVAL;VALUE=DURATION:PT12H
BEGIN:VEVENT
UID:exam-a@studyhall
DTSTAMP:20270301T150405Z
DTSTART;VALUE=DATE:20280229
DTEND;VALUE=DATE:20280301
SUMMARY:CBET exam\; part 1\, \\ π
DESCRIPTION:Line one\nline two
  üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü
 üüüüüüüüüüüüüüüüüüüüüüüü
CLASS:PRIVATE
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Errorf("calendar (-want +got):\n%s", diff)
	}
}

// someEvents are events with whatever people type.
func someEvents(t *rapid.T) []Event {
	n := rapid.IntRange(0, 12).Draw(t, "n")
	var all []Event
	for i := range n {
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "from"))
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ ;,:\\n"ü😀\r\nA-Za-z]{0,200}`))
		all = append(all, Event{UID: uid("exam", fmt.Sprint("id", i)), Title: typed.Draw(t, "title"), Note: typed.Draw(t, "note"),
			From: from.Format(time.DateOnly), To: from.AddDate(0, 0, rapid.IntRange(0, 40).Draw(t, "days")).Format(time.DateOnly)})
	}
	return all
}

// Whatever is typed, lines are short and end as they should, there is an event for
// each, and nothing that is typed makes a line of its own.
func TestICalendarKeepsItsForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := someEvents(t)
		body, err := iCalendar(rapid.String().Draw(t, "name"), events, asOf())
		if err != nil {
			t.Fatal(err)
		}
		text := string(body)
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "\r\n") {
			t.Fatalf("lines end otherwise: %q", text)
		}
		for line := range strings.SplitSeq(text, "\r\n") {
			if len(line) > 75 {
				t.Fatalf("%d octets: %q", len(line), line)
			}
		}
		unfolded := strings.ReplaceAll(text, "\r\n ", "")
		for _, count := range []string{"BEGIN:VEVENT\r\n", "END:VEVENT\r\n", "\r\nUID:", "\r\nSUMMARY:", "\r\nDTSTART;VALUE=DATE:", "\r\nDTEND;VALUE=DATE:"} {
			if got := strings.Count(unfolded, count); got != len(events) {
				t.Fatalf("%q is there %d times, want %d:\n%s", count, got, len(events), text)
			}
		}
		if names := strings.Count(unfolded, "\r\n"); names != 9+10*len(events) {
			t.Fatalf("%d lines, want %d:\n%s", names, 9+10*len(events), unfolded)
		}
	})
}

// The version of dates changes exactly when they do.
func TestVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someEvents(t), someEvents(t)
		if same := version("n", a) == version("n", b); same != cmp.Equal(a, b) {
			t.Fatalf("the same version: %v, for\n%v\n%v", same, a, b)
		}
	})
}
