package schedule_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/bot/schedule"
)

func at(t *testing.T, zone, local string) time.Time {
	t.Helper()
	loc, err := schedule.LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	wall, err := schedule.ParseWall(local)
	if err != nil {
		t.Fatal(err)
	}
	return schedule.Resolve(wall, loc)
}

func TestRecurringAfter(t *testing.T) {
	tests := []struct {
		name, expr, zone string
		after            string // local
		occurrence       string
		until            string // occurrence that follows, local
	}{
		{"weekdays", "0 7 * * 1-5", "America/Chicago", "2026-11-20T07:00", "2026-11-23T07:00", "2026-11-24T07:00"},
		{"a minute before", "0 7 * * *", "America/Chicago", "2026-11-20T06:59", "2026-11-20T07:00", "2026-11-21T07:00"},
		{"in the gap", "30 2 * * *", "America/New_York", "2026-03-07T12:00", "2026-03-08T02:30", "2026-03-09T02:30"},
		{"in the repeated hour", "30 1 * * *", "America/New_York", "2026-10-31T12:00", "2026-11-01T01:30", "2026-11-02T01:30"},
		{"after the repeated hour's first", "30 1 * * *", "America/New_York", "2026-11-01T01:30", "2026-11-02T01:30", "2026-11-03T01:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := schedule.Recurring{ID: "s", Group: "g", Kind: "question", Expr: test.expr, Zone: test.zone}
			d, err := r.After(at(t, test.zone, test.after), schedule.RankOpen)
			if err != nil {
				t.Fatal(err)
			}
			want := schedule.Due{Kind: "question", Subject: "s", Occurrence: test.occurrence, Lane: schedule.Lane("g"),
				Rank: schedule.RankOpen, At: at(t, test.zone, test.occurrence), Until: at(t, test.zone, test.until)}
			d.At, d.Until, want.At, want.Until = d.At.UTC(), d.Until.UTC(), want.At.UTC(), want.Until.UTC()
			if d != want {
				t.Errorf("got %+v, want %+v", d, want)
			}
		})
	}
}

// After an edit no local date gets a second daily, unless the expression has several.
func TestRecurringAfterEdit(t *testing.T) {
	const zone = "America/Chicago"
	tests := []struct {
		name, expr string
		now, last  string // local; last "" is none
		want       string
	}{
		{"later the same day, had one", "0 17 * * *", "2026-11-23T09:00", "2026-11-23T07:00", "2026-11-24T17:00"},
		{"earlier time, had one", "0 6 * * *", "2026-11-23T09:00", "2026-11-23T07:00", "2026-11-24T06:00"},
		{"later the same day, had none", "0 17 * * *", "2026-11-23T09:00", "2026-11-22T07:00", "2026-11-23T17:00"},
		{"never had one", "0 17 * * *", "2026-11-23T09:00", "", "2026-11-23T17:00"},
		{"several a day, had one", "0 7,12,17 * * *", "2026-11-23T09:00", "2026-11-23T07:00", "2026-11-23T12:00"},
		{"several a day, the last of them", "0 7,17 * * *", "2026-11-23T16:59", "2026-11-23T07:00", "2026-11-23T17:00"},
		{"Friday had one, weekdays", "0 17 * * 1-5", "2026-11-27T09:00", "2026-11-27T07:00", "2026-11-30T17:00"},
		{"one day of the week, had one", "0 17 * * 1", "2026-11-23T09:00", "2026-11-23T07:00", "2026-11-30T17:00"},
		{"same time again at once", "0 7 * * *", "2026-11-23T07:00", "2026-11-23T07:00", "2026-11-24T07:00"},
		{"last one is ahead of the clock", "0 17 * * *", "2026-11-23T06:00", "2026-11-23T07:00", "2026-11-24T17:00"},
		{"on the day clocks go back", "30 1 * * *", "2026-11-01T00:10", "2026-11-01T00:05", "2026-11-02T01:30"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var last schedule.Wall
			if test.last != "" {
				var err error
				if last, err = schedule.ParseWall(test.last); err != nil {
					t.Fatal(err)
				}
			}
			r := schedule.Recurring{ID: "s", Group: "g", Kind: "question", Expr: test.expr, Zone: zone}
			d, err := r.AfterEdit(at(t, zone, test.now), last, schedule.RankOpen)
			if err != nil {
				t.Fatal(err)
			}
			if d.Occurrence != test.want || !d.At.Equal(at(t, zone, test.want)) {
				t.Errorf("next is %s at %s, want %s", d.Occurrence, d.At, test.want)
			}
			if !d.Until.After(d.At) {
				t.Errorf("to be done until %s, want later than %s", d.Until, d.At)
			}
		})
	}
}

// Another zone: the first occurrence after now by the new clock.
func TestRecurringInAnotherZone(t *testing.T) {
	now := at(t, "America/Chicago", "2026-11-23T09:00")
	for zone, want := range map[string]string{
		"Pacific/Auckland":    "2026-11-24T07:00", // it is 4 AM there
		"Europe/Berlin":       "2026-11-24T07:00", // it is 4 PM
		"America/Los_Angeles": "2026-11-24T07:00", // it is 7 AM exactly
		"Pacific/Honolulu":    "2026-11-23T07:00", // it is 5 AM
	} {
		r := schedule.Recurring{ID: "s", Group: "g", Kind: "question", Expr: "0 7 * * *", Zone: zone}
		d, err := r.After(now, schedule.RankOpen)
		if err != nil {
			t.Fatal(err)
		}
		if d.Occurrence != want || !d.At.After(now) {
			t.Errorf("%s: next is %s at %s, want %s", zone, d.Occurrence, d.At, want)
		}
	}
}

func TestRecurringFaults(t *testing.T) {
	for _, test := range []struct{ name, expr, zone, want string }{
		{"expression", "0 7 * *", "UTC", "five"},
		{"zone", "0 7 * * *", "America/Chicgo", "Chicgo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := schedule.Recurring{ID: "s", Expr: test.expr, Zone: test.zone}
			_, err1 := r.After(time.Now(), 0)
			_, err2 := r.AfterEdit(time.Now(), schedule.Wall{}, 0)
			_, err3 := r.Upcoming(time.Now(), 1)
			for _, err := range []error{err1, err2, err3} {
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "schedule s") {
					t.Errorf("got %v, want an error that names the schedule and %q", err, test.want)
				}
			}
		})
	}
}

// daily is a feature with a schedule: each occurrence plans the next, done or skipped.
func daily(w *world, e *schedule.Engine, r schedule.Recurring) {
	next := func(ctx context.Context, d schedule.Due, state string, also ...any) error {
		following, err := r.After(d.At, schedule.RankOpen)
		if err != nil {
			return err
		}
		return w.take(ctx, d, state, append(also, following)...)
	}
	e.Register(schedule.Kind{
		Name: r.Kind,
		Fire: func(ctx context.Context, d schedule.Due) error {
			note := w.note(d, d.At)
			note.Key, note.Ref = d.Occurrence, d.Occurrence
			return next(ctx, d, "done", note)
		},
		Skip: func(ctx context.Context, d schedule.Due) error { return next(ctx, d, "skipped") },
	})
}

// What is missed while the bot is down, or when its clock jumps: the newest is
// posted, each other one is recorded as skipped, and nothing comes twice.
func TestCatchUp(t *testing.T) {
	const start = "2026-10-30T06:59" // clocks go back on 1 November
	tests := []struct {
		name    string
		down    time.Duration // or a jump of the clock
		posted  []string      // then
		skipped string
	}{
		{"a minute", time.Minute, []string{"2026-10-30T07:00"}, ""},
		{"three hours", 3 * time.Hour, []string{"2026-10-30T07:00"}, ""},
		{"a day less a minute", 24 * time.Hour, []string{"2026-10-30T07:00"}, ""},
		{"a day", 24*time.Hour + time.Minute, []string{"2026-10-31T07:00"}, "2026-10-30T07:00"},
		{"three days, an hour longer than usual", 73*time.Hour + 2*time.Minute, []string{"2026-11-02T07:00"}, "2026-10-30T07:00\n2026-10-31T07:00\n2026-11-01T07:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := schedule.Recurring{ID: "a/daily", Group: "a", Kind: "daily", Expr: "0 7 * * *", Zone: "America/New_York"}
				w.skew.Store(int64(time.Until(at(t, r.Zone, start))))
				e := w.copy()
				daily(w, e, r)
				first, err := r.After(w.now(), schedule.RankOpen)
				if err != nil {
					t.Fatal(err)
				}
				w.plan(first)
				w.drain(e)
				w.wantShown("a")

				w.skew.Add(int64(test.down))
				w.drain(e)
				w.wantShown("a", test.posted...)
				if got := w.ask(`SELECT occurrence FROM due WHERE state = 'skipped' ORDER BY occurrence`); got != test.skipped {
					t.Errorf("skipped:\n%s\nwant:\n%s", got, test.skipped)
				}
				// The clock set back, and forward again, repeats nothing.
				for _, jump := range []time.Duration{-time.Hour, time.Hour, -25 * time.Hour, 25 * time.Hour} {
					w.skew.Add(int64(jump))
					w.drain(e)
				}
				w.wantShown("a", test.posted...)
				if got := w.ask(`SELECT COUNT(*) FROM due WHERE state = 'waiting'`); got != "1" {
					t.Errorf("%s occurrences planned, want 1", got)
				}
			})
		})
	}
}

// A clock that jumps forward by an hour or a day posts each occurrence once.
func TestClockSteps(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := schedule.Recurring{ID: "a/daily", Group: "a", Kind: "daily", Expr: "0 */6 * * *", Zone: "Pacific/Chatham"}
		w.skew.Store(int64(time.Until(at(t, r.Zone, "2026-09-25T05:00"))))
		e := w.copy()
		daily(w, e, r)
		first, err := r.After(w.now(), schedule.RankOpen)
		if err != nil {
			t.Fatal(err)
		}
		w.plan(first)
		steps := []time.Duration{time.Hour, time.Hour, -time.Hour, 24 * time.Hour, -time.Hour, 30 * time.Minute, 24 * time.Hour, -24 * time.Hour, 48 * time.Hour}
		for range 3 {
			for _, step := range steps {
				w.skew.Add(int64(step))
				w.drain(e)
			}
		}
		shown := w.shown("a")
		if len(shown) < 5 || !slices.IsSorted(shown) || len(slices.Compact(slices.Clone(shown))) != len(shown) {
			t.Errorf("posted %q, want some, in order and none twice", shown)
		}
		upcoming, err := r.Upcoming(first.At.Add(-time.Second), 200)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, o := range upcoming {
			if !o.At.After(w.now()) {
				want = append(want, o.Wall.String())
			}
		}
		got = strings.Split(w.ask(`SELECT occurrence FROM due WHERE state <> 'waiting' ORDER BY occurrence`), "\n")
		if !slices.Equal(got, want) {
			t.Errorf("posted or skipped %q, want every occurrence: %q", got, want)
		}
	})
}

// On dates that are left out nothing happens, and what comes before them lasts
// until what comes after.
func TestRecurringWithoutDates(t *testing.T) {
	const zone = "America/Chicago"
	r := schedule.Recurring{ID: "s", Group: "g", Kind: "question", Expr: "0 7,12 * * 1-5", Zone: zone,
		Without: []string{"2026-11-24", "2026-11-26", "2026-11-27"}}
	for _, row := range []struct{ name, after, want, until string }{
		{"the day before", "2026-11-23T07:00", "2026-11-23T12:00", "2026-11-25T07:00"},
		{"into the day", "2026-11-23T12:00", "2026-11-25T07:00", "2026-11-25T12:00"},
		{"on the day", "2026-11-24T07:00", "2026-11-25T07:00", "2026-11-25T12:00"},
		{"several and a weekend", "2026-11-25T12:00", "2026-11-30T07:00", "2026-11-30T12:00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, err := r.After(at(t, zone, row.after), schedule.RankOpen)
			if err != nil || d.Occurrence != row.want || !d.Until.Equal(at(t, zone, row.until)) {
				t.Errorf("got %s until %s (%v), want %s until %s", d.Occurrence, d.Until, err, row.want, row.until)
			}
		})
	}
	last, err := schedule.ParseWall("2026-11-23T12:00")
	if err != nil {
		t.Fatal(err)
	}
	if d, err := r.AfterEdit(at(t, zone, "2026-11-23T18:00"), last, schedule.RankOpen); err != nil || d.Occurrence != "2026-11-25T07:00" {
		t.Errorf("after an edit: %s, %v", d.Occurrence, err)
	}
	all, err := r.Upcoming(at(t, zone, "2026-11-23T07:00"), 4)
	var got []string
	for _, o := range all {
		got = append(got, o.Wall.String())
	}
	if want := "2026-11-23T12:00 2026-11-25T07:00 2026-11-25T12:00 2026-11-30T07:00"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("upcoming: %v (%v), want %s", got, err, want)
	}
}
