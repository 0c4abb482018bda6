package exam

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/group"
)

// follow looks at the countdown to an exam whenever it says so, and answers with
// the steps that it came upon, and when by the person's clock.
func follow(e Exam, p group.Reminded, from time.Time) (told []string) {
	p.Now = from
	for range 20 {
		r := reach(e, p)
		if r.name != "" && (len(told) == 0 || told[len(told)-1][:3] != (r.name + "  ")[:3]) {
			told = append(told, fmt.Sprintf("%-4s %s", r.name, p.Now.In(location(p.Reminder.Zone)).Format("2006-01-02 15:04")))
		}
		if r.next.IsZero() {
			return told
		}
		p.Now = r.next
	}
	return append(told, "it never ends")
}

func TestCountdown(t *testing.T) {
	entered := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	wants := group.Reminded{Reminder: group.Reminder{Minute: 7 * 60, Zone: "America/Chicago", Since: entered}}
	quiet := func(from, until int) group.Reminded {
		p := wants
		p.Wishes = group.Wishes{QuietFrom: from, QuietUntil: until}
		return p
	}
	lives := func(zone string) group.Reminded {
		p := wants
		p.Reminder.Zone = zone
		return p
	}
	for _, row := range []struct {
		name     string
		from, to string
		p        group.Reminded
		want     []string
	}{
		{"a day", "2027-05-08", "2027-05-08", wants,
			[]string{"60   2027-03-09 07:00", "30   2027-04-08 07:00", "14   2027-04-24 07:00", "7    2027-05-01 07:00", "wish 2027-05-07 18:00"}},
		{"a window", "2027-05-01", "2027-05-15", wants,
			[]string{"60   2027-03-02 07:00", "30   2027-04-01 07:00", "14   2027-04-17 07:00", "7    2027-04-24 07:00", "wish 2027-04-30 18:00"}},
		{"soon", "2026-12-01", "2026-12-01", wants, []string{"7    2026-11-24 07:00", "wish 2026-11-30 18:00"}},
		{"tomorrow", "2026-11-24", "2026-11-24", wants, []string{"wish 2026-11-23 18:00"}},
		{"today", "2026-11-23", "2026-11-23", wants, nil},
		{"moved west", "2026-12-01", "2026-12-01", lives("Pacific/Honolulu"), []string{"7    2026-11-24 07:00", "wish 2026-11-30 18:00"}},
		{"moved east", "2026-12-01", "2026-12-01", lives("Pacific/Auckland"), []string{"7    2026-11-24 07:00", "wish 2026-11-30 18:00"}},
		{"quiet evenings", "2026-12-01", "2026-12-01", quiet(17*60, 20*60), []string{"7    2026-11-24 07:00", "wish 2026-11-30 20:00"}},
		{"quiet nights", "2026-12-01", "2026-12-01", quiet(17*60, 8*60), []string{"7    2026-11-24 08:00", "wish 2026-11-30 16:59"}},
	} {
		e := Exam{From: row.from, To: row.to, Zone: "America/Chicago", EnteredAt: entered}
		if diff := cmp.Diff(row.want, follow(e, row.p, entered)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

// Each step that was wanted in time comes once, on its own local day; those before
// don't.
func TestEachStepOnItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 2*365*24*60).Draw(t, "now")) * time.Minute)
		day := now.In(location(zone)).AddDate(0, 0, rapid.IntRange(1, 120).Draw(t, "ahead"))
		e := Exam{From: day.Format(time.DateOnly), To: day.Format(time.DateOnly), Zone: zone, EnteredAt: now}
		p := group.Reminded{Reminder: group.Reminder{Minute: rapid.IntRange(0, 24*60-1).Draw(t, "minute"), Zone: zone,
			Since: now.Add(time.Duration(rapid.IntRange(-40, 40).Draw(t, "since")) * 24 * time.Hour)}}
		since := now
		if p.Since().After(since) {
			since = p.Since()
		}
		var want []string
		for _, days := range []int{60, 30, 14, 7} {
			y, m, d := day.Date()
			at := time.Date(y, m, d-days, 0, p.Reminder.Minute, 0, 0, location(zone))
			if p.At(at.Format(time.DateOnly)).Before(since) {
				continue
			}
			want = append(want, fmt.Sprint(days))
		}
		y, m, d := day.Date()
		if !time.Date(y, m, d-1, 18, 0, 0, 0, location(zone)).Before(since) {
			want = append(want, "wish")
		}
		var got []string
		for _, told := range follow(e, p, now) {
			var name, on, at string
			if _, err := fmt.Sscan(told, &name, &on, &at); err != nil {
				t.Fatal(told, err)
			}
			got = append(got, name)
			var days int
			if _, err := fmt.Sscan(name, &days); err != nil {
				days = 1
			}
			if own := day.AddDate(0, 0, -days).Format(time.DateOnly); on != own {
				t.Fatalf("%s is told on %s, its day is %s", name, on, own)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
	})
}
