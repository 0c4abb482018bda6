package practice

import (
	"testing"
	"time"

	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

func TestClosing(t *testing.T) {
	chicago, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		w, err := schedule.ParseWall(s)
		if err != nil {
			t.Fatal(err)
		}
		return schedule.Resolve(w, chicago)
	}
	const weekdays, daily3 = "0 7 * * 1-5", "0 7,12,17 * * *"
	tests := []struct {
		name, expr, planned, posted string
		open                        group.StaysOpen
		state                       group.State
		want                        string
	}{
		{"until the next one", weekdays, "2026-11-23T07:00", "2026-11-23T07:00", group.UntilNext, group.Running, "2026-11-24T07:00"},
		{"a few seconds late is on time", weekdays, "2026-11-23T07:00", "2026-11-23T07:03", group.UntilNext, group.Running, "2026-11-24T07:00"},
		{"Friday's stays open to Monday", weekdays, "2026-11-27T07:00", "2026-11-27T07:00", group.UntilNext, group.Running, "2026-11-30T07:00"},
		{"posted at 10:00, 21 hours left", weekdays, "2026-11-23T07:00", "2026-11-23T10:00", group.UntilNext, group.Running, "2026-11-24T07:00"},
		{"posted at 12:00 keeps its 20 hours", weekdays, "2026-11-23T07:00", "2026-11-23T12:00", group.UntilNext, group.Running, "2026-11-25T07:00"},
		{"Friday's, posted in the evening: no later than 3 days", weekdays, "2026-11-27T07:00", "2026-11-27T18:00", group.UntilNext, group.Running, "2026-11-30T07:00"},
		{"Friday's, posted at noon on Saturday", weekdays, "2026-11-27T07:00", "2026-11-28T12:00", group.UntilNext, group.Running, "2026-11-30T07:00"},
		{"weekly questions close after 3 days", "0 7 * * 1", "2026-11-23T07:00", "2026-11-23T07:00", group.UntilNext, group.Running, "2026-11-26T07:00"},
		{"three a day: 20 hours on", daily3, "2026-11-23T07:00", "2026-11-23T07:00", group.UntilNext, group.Running, "2026-11-24T07:00"},
		{"three a day, noon's", daily3, "2026-11-23T12:00", "2026-11-23T12:00", group.UntilNext, group.Running, "2026-11-24T12:00"},
		{"rotating shifts", weekdays, "2026-11-23T07:00", "2026-11-23T07:00", group.ThreeDays, group.Running, "2026-11-26T07:00"},
		{"rotating shifts, posted late", weekdays, "2026-11-23T07:00", "2026-11-23T09:30", group.ThreeDays, group.Running, "2026-11-26T09:30"},
		{"rotating shifts over a clock change keep local time", weekdays, "2026-10-30T07:00", "2026-10-30T07:00", group.ThreeDays, group.Running, "2026-11-02T07:00"},
		{"the shorter night of spring still gives 20 hours", "0 7 * * *", "2027-03-13T07:00", "2027-03-13T07:00", group.UntilNext, group.Running, "2027-03-14T07:00"},
		{"paused meanwhile", weekdays, "2026-11-23T07:00", "2026-11-23T07:00", group.UntilNext, group.Paused, "2026-11-26T07:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := Plan{
				Schedule: schedule.Recurring{ID: "s", Group: "g", Kind: group.KindQuestion, Expr: tt.expr, Zone: "America/Chicago"},
				Group:    group.Group{Zone: "America/Chicago", StaysOpen: tt.open, State: tt.state},
			}
			planned, posted := at(tt.planned), at(tt.posted)
			closes, latest, err := closing(plan, planned, posted, posted.Sub(planned) > onTime)
			if err != nil {
				t.Fatal(err)
			}
			if want := at(tt.want); !closes.Equal(want) {
				t.Errorf("closes %s, want %s", closes.In(chicago), want.In(chicago))
			}
			if open := closes.Sub(posted); open < leastOpen || closes.After(latest) {
				t.Errorf("open for %s, latest %s", open, latest.In(chicago))
			}
		})
	}
}

func TestCountShown(t *testing.T) {
	var shown []int
	for n := range 31 {
		if CountShown(n) {
			shown = append(shown, n)
		}
	}
	want := []int{1, 2, 3, 5, 8, 10, 15, 20, 25, 30}
	if len(shown) != len(want) {
		t.Fatalf("shown at %v, want %v", shown, want)
	}
	for i := range want {
		if shown[i] != want[i] {
			t.Fatalf("shown at %v, want %v", shown, want)
		}
	}
}

func TestPoints(t *testing.T) {
	tests := []struct {
		name string
		a    Answer
		want int
	}{
		{"right", Answer{Verdict: Right}, 3},
		{"wrong", Answer{Verdict: Wrong}, 1},
		{"caught up, right", Answer{Verdict: Right, CaughtUp: true}, 1},
		{"caught up, wrong", Answer{Verdict: Wrong, CaughtUp: true}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.a.Points(); got != tt.want {
				t.Errorf("got %d points, want %d", got, tt.want)
			}
		})
	}
}
