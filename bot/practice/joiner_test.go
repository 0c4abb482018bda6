package practice

import (
	"testing"
	"time"

	"studyhall/bot/group"
)

func TestSeasonWords(t *testing.T) {
	loc := chicago(t)
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 4, 38, 0, 0, loc) }
	for _, row := range []struct {
		name     string
		now      time.Time
		from, to string
		want     string
	}{
		{"the first question", day(11, 23), "2027-05-01", "2027-05-15", "Week 1 of 23. "},
		{"the Sunday after", day(11, 29), "2027-05-01", "2027-05-15", "Week 1 of 23. "},
		{"the second Monday", day(11, 30), "2027-05-01", "2027-05-15", "Week 2 of 23. "},
		{"over a change of clocks", time.Date(2027, 3, 15, 0, 0, 0, 0, loc), "2027-05-01", "2027-05-15", "Week 17 of 23. "},
		{"the window's week", time.Date(2027, 5, 1, 0, 0, 0, 0, loc), "2027-05-01", "2027-05-15", "Week 23 of 23. "},
		{"after it has opened", time.Date(2027, 5, 3, 0, 0, 0, 0, loc), "2027-05-01", "2027-05-15", "Week 24. "},
		{"no window", day(12, 28), "", "", "Week 6. "},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := group.Group{Zone: "America/Chicago", StartedAt: day(11, 22)}
			if got := seasonWords(g, group.Track{WindowFrom: row.from, WindowTo: row.to}, day(11, 23), row.now); got.Plain() != row.want {
				t.Errorf("%q, want %q", got.Plain(), row.want)
			}
		})
	}
}
