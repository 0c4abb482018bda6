package papers

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/exam"
	"studyhall/bot/renewal"
)

// foreignCalendar is a calendar as somebody else's program reads it.
type foreignCalendar struct {
	Name   string
	Events []foreignEvent
}

type foreignEvent struct {
	UID, Title, Note, From, Until, Class string
	Stamp                                int64 // UTC milliseconds
}

// TestForeignReader has ical.js read calendars of odd words and of every certification,
// each as it is at two times: it finds the same days and words, and the same
// identifiers.
func TestForeignReader(t *testing.T) {
	script := os.Getenv("STUDYHALL_ICALJS")
	if script == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_ICALJS is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_ICALJS is not set; see oracles/README.md")
	}
	dir := t.TempDir()
	var args []string
	var want []foreignCalendar
	for n, c := range foreignCalendars(t) {
		for turn := range 2 {
			at := asOf().Add(time.Duration(turn) * 36 * time.Hour)
			body, err := iCalendar(c.name, c.events, at)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, fmt.Sprintf("%d-%d.ics", n, turn))
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
			want = append(want, expected(t, c.name, c.events, at))
		}
	}
	out, err := exec.CommandContext(t.Context(), "node", append([]string{script}, args...)...).Output()
	if err != nil {
		if e, ok := err.(*exec.ExitError); ok {
			t.Fatalf("%v: %s", err, e.Stderr)
		}
		t.Fatal(err)
	}
	var got []foreignCalendar
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	t.Logf("%d calendars read back", len(got))
}

type namedEvents struct {
	name   string
	events []Event
}

// foreignCalendars are calendars of odd words, and of every certification.
func foreignCalendars(t *testing.T) []namedEvents {
	all := []namedEvents{{name: "Without dates"}}
	odd := []string{`a; b, c \ d : e "f"`, "two\nlines", `\n is no line`, strings.Repeat("long ", 60), strings.Repeat("😀", 50), strings.Repeat("ü", 74), "日本語の試験",
		"BEGIN:VEVENT\nUID:forged", "a\r\nDTSTART:20200101T000000Z", " begins with a space", "ends; with,"}
	one := namedEvents{name: `Biomed; study, "group" \ 😀`}
	for n, words := range odd {
		from := time.Date(2028, 2, 27+n, 0, 0, 0, 0, time.UTC)
		one.events = append(one.events, Event{UID: uid("exam", fmt.Sprint(n)), Title: words, Note: words + words, From: from.Format(time.DateOnly), To: from.AddDate(0, 0, n).Format(time.DateOnly)})
	}
	all = append(all, one)
	for _, c := range catalogue(t).Certifications {
		e := exam.Exam{ID: "e", Certification: c.ID, From: "2026-11-05", To: "2026-11-05", State: exam.Planned}
		held := renewal.Credential{ID: "c", Certification: c.ID, State: renewal.Full, EarnedOn: "2026-02-28", Cycle: renewal.Cycle{ID: "y"}}
		confirmed := held
		confirmed.Cycle = renewal.Cycle{ID: "z", Until: "2028-02-29"}
		all = append(all, namedEvents{c.Short, ownDates(catalogue(t), []exam.Exam{e}, []renewal.Credential{held, confirmed}, issuersDay)})
	}
	return all
}

// expected is what a reader has to find.
func expected(t *testing.T, name string, events []Event, at time.Time) foreignCalendar {
	t.Helper()
	plain := func(s string) string {
		return strings.ReplaceAll(bot.Typed(s).Plain(), "\r\n", "\n")
	}
	want := foreignCalendar{Name: plain(name), Events: []foreignEvent{}}
	for _, e := range events {
		to, err := time.Parse(time.DateOnly, e.To)
		if err != nil {
			t.Fatal(err)
		}
		want.Events = append(want.Events, foreignEvent{UID: e.UID, Title: plain(e.Title), Note: plain(e.Note), From: e.From,
			Until: to.AddDate(0, 0, 1).Format(time.DateOnly), Class: "PRIVATE", Stamp: at.UnixMilli()})
	}
	return want
}
