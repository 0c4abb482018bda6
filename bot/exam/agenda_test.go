package exam

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

func zones() []string {
	return []string{"America/New_York", "Europe/London", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe",
		"Asia/Kathmandu", "Asia/Tehran", "America/Sao_Paulo", "Pacific/Honolulu", "Pacific/Kiritimati"}
}

func studying(zone, from, to string, minute int) group.Details {
	expr := fmt.Sprintf("%d %d * * 1-5", minute%60, minute/60)
	return group.Details{Group: group.Group{ID: "g", Zone: zone, State: group.Running}, Tracks: []group.Studied{{
		Track:    group.Track{ID: "t", Group: "g", Certification: "cbet", Outline: "cbet-2025", WindowFrom: from, WindowTo: to},
		Schedule: schedule.Recurring{ID: "s", Group: "g", Track: "t", Expr: expr, Zone: zone}}}}
}

// life is a group over time as the engine and the database treat its calendar.
type life struct {
	a       Agenda
	due     schedule.Due
	waiting bool
	told    []Step
}

func begin(d group.Details, c cert.Catalogue) *life {
	return &life{a: Agenda{Group: d, Catalogue: c, Shared: map[string][]string{}, Told: map[string]string{}, Over: map[string]bool{}}}
}

// plan is what any change of the group does.
func (l *life) plan(now time.Time) {
	planned := ""
	if l.waiting {
		if planned = l.due.Occurrence; !l.due.Until.After(now) {
			l.a.Over[planned] = true
		}
	}
	l.due, l.waiting = l.a.Next(now, planned)
}

// until lets the engine do what falls due up to an instant; at is when it looks,
// which is later while the program is down.
func (l *life) until(at time.Time, down bool) {
	for l.waiting && !l.due.At.After(at) {
		now := l.due.At
		if down {
			now = at
		}
		day := l.due.Occurrence
		if now.Before(l.due.Until) {
			for _, s := range l.a.On(day) {
				l.told = append(l.told, s)
				l.a.Told[s.ID()] = now.In(l.a.Group.Group.Location()).Format(time.DateOnly)
			}
		}
		l.a.Over[day] = true
		l.due, l.waiting = l.a.After(day)
	}
}

// TestAgendaOfAnyLife: over windows that move, zones and question times that
// change, pauses and a program that is down, each step is told at most once and on
// its local day; undisturbed, all of them are told.
func TestAgendaOfAnyLife(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		windows := [][2]string{{"2027-05-01", "2027-05-15"}, {"2027-11-01", "2027-11-15"}, {"2028-05-01", "2028-05-15"}, {"", ""}}
		w := rapid.SampledFrom(windows).Draw(t, "window")
		l := begin(studying(zone, w[0], w[1], rapid.IntRange(0, 24*60-1).Draw(t, "time")), catalogue)
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "begin")) * time.Minute)
		start := now
		l.plan(now)
		disturbed := false
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			now = now.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "later")) * time.Minute)
			down := rapid.IntRange(0, 3).Draw(t, "down") == 0
			disturbed = true
			l.until(now, down)
			track := &l.a.Group.Tracks[0]
			switch rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				l.a.Group.Group.Zone = rapid.SampledFrom(zones()).Draw(t, "zone")
			case 1:
				w := rapid.SampledFrom(windows).Draw(t, "window")
				track.WindowFrom, track.WindowTo, track.Deadline = w[0], w[1], ""
			case 2:
				track.Schedule.Expr = fmt.Sprintf("0 %d * * *", rapid.IntRange(0, 23).Draw(t, "hour"))
			case 3:
				l.a.Group.Group.State = rapid.SampledFrom([]group.State{group.Running, group.Paused, group.Ended}).Draw(t, "state")
			case 4:
				track.Deadline = now.AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "deadline")).Format(time.DateOnly)
			case 5:
				var days []string
				for range rapid.IntRange(0, 8).Draw(t, "shared") {
					days = append(days, now.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "ahead")).Format(time.DateOnly))
				}
				slices.Sort(days)
				l.a.Shared["t"] = days
			}
			l.plan(now)
		}
		end := now.AddDate(3, 0, 0)
		l.until(end, false)
		seen, days := map[string]bool{}, map[string]int{}
		for _, s := range l.told {
			if seen[s.ID()] {
				t.Fatalf("%s was told twice", s.ID())
			}
			seen[s.ID()] = true
			if told := l.a.Told[s.ID()]; told != s.Day {
				t.Fatalf("%s of %s was told on %s", s.ID(), s.Day, told)
			}
			days[s.Day]++
		}
		if disturbed || w[0] == "" {
			return
		}
		for _, s := range l.a.windowSteps(l.a.Group.Tracks[0]) {
			due, _ := l.a.due(s.Day)
			if due.At.After(start) && !seen[s.ID()] {
				t.Fatalf("%s was never told, of a group that began %s", s.ID(), start)
			}
			if !due.At.After(start) && seen[s.ID()] {
				t.Fatalf("%s was told to a group that began only %s", s.ID(), start)
			}
		}
	})
}

// TestSharedDatesAreFewPosts: of however many dates, a step comes once in sixty
// days, so that dates of one month make four posts at most.
func TestSharedDatesAreFewPosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(studying("America/Chicago", "", "", 7*60), cert.Catalogue{})
		now := time.Date(2027, 1, 4, 12, 0, 0, 0, time.UTC)
		first := now.AddDate(0, 0, rapid.IntRange(1, 120).Draw(t, "first"))
		var days []string
		l.plan(now)
		for range rapid.IntRange(1, 8).Draw(t, "people") { // each shares theirs at some time before
			days = append(days, first.AddDate(0, 0, rapid.IntRange(0, 14).Draw(t, "day")).Format(time.DateOnly))
			slices.Sort(days)
			l.a.Shared["t"] = slices.Clone(days)
			l.plan(now)
			now = now.Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(t, "later")) * time.Minute)
			l.until(now, false)
		}
		l.until(first.AddDate(0, 3, 0), false)
		posts := map[string]bool{}
		for _, s := range l.told {
			posts[s.Day] = true
		}
		if len(posts) > 4 {
			t.Fatalf("%d posts: %v", len(posts), l.told)
		}
	})
}

// TestAgendaSteps has one group's whole season.
func TestAgendaSteps(t *testing.T) {
	d := studying("America/Chicago", "2027-05-01", "2027-05-15", 7*60)
	d.Tracks[0].Deadline = "2027-04-15"
	for _, c := range []struct {
		name string
		set  func(h *group.Habits)
		want string
	}{
		{"usual", func(*group.Habits) {}, "03-02 window/60 03-16 deadline/30 04-01 window/30 04-01 deadline/14 04-12 deadline/3 04-24 window/7 04-30 window/1 05-15 last/0"},
		{"line", func(h *group.Habits) { h.Countdown = group.LineCountdown }, "03-16 deadline/30 04-01 deadline/14 04-12 deadline/3 05-15 last/0"},
		{"off", func(h *group.Habits) { h.Countdown, h.NoDeadlines = group.NoCountdown, true }, "05-15 last/0"},
		{"other days", func(h *group.Habits) { h.Countdown, h.NoDeadlines = "45, 1", true }, "03-17 window/45 04-30 window/1 05-15 last/0"},
		{"keep going", func(h *group.Habits) { h.NoDeadlines, h.KeepGoing = true, true }, "03-02 window/60 04-01 window/30 04-24 window/7 04-30 window/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := d
			c.set(&d.Habits)
			catalogue, err := cert.Load()
			if err != nil {
				t.Fatal(err)
			}
			l := begin(d, catalogue)
			l.plan(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
			l.until(time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC), false)
			var got []string
			for _, s := range l.told {
				got = append(got, fmt.Sprintf("%s %s/%d", s.Day[5:], s.Kind, s.Days))
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("told\n%s, want\n%s", text, c.want)
			}
		})
	}
}

// TestOutlineEnds: whoever studies an outline that ends hears of it ninety days
// before, or on the day after they began to study it.
func TestOutlineEnds(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, began, want string }{
		{"in time", "2026-11-23", "2027-03-14"},
		{"late", "2027-05-03", "2027-05-04"},
		{"over", "2027-09-06", "2027-09-07"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := studying("America/Chicago", "", "", 7*60)
			d.Tracks[0].Certification, d.Tracks[0].Outline = "security_plus", "security_plus-701"
			l := begin(d, catalogue)
			began, err := time.Parse(time.DateOnly, c.began)
			if err != nil {
				t.Fatal(err)
			}
			l.plan(began.Add(18 * time.Hour))
			l.until(began.AddDate(2, 0, 0), false)
			if len(l.told) != 1 || l.told[0].Kind != OutlineEnd || l.told[0].Day != c.want {
				t.Errorf("told %v, want it once, on %s", l.told, c.want)
			}
		})
	}
}
