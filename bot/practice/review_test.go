package practice

import (
	"testing"
	"time"

	"studyhall/bot"
)

func TestRemember(t *testing.T) {
	begin := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	at := func(days int) time.Time { return begin.AddDate(0, 0, days) }
	for _, tt := range []struct {
		name    string
		answers []Given
		missed  int
		row     int
		due     int // days after the first answer
		leech   bool
	}{
		{"right at once", []Given{{Right, true, at(0)}}, 0, 1, 3, false},
		{"missed in the channel: three days", []Given{{Wrong, true, at(0)}}, 1, 0, 3, false},
		{"missed in private: the next day", []Given{{Wrong, false, at(0)}}, 1, 0, 1, false},
		{"partly right is missed", []Given{{Partly, false, at(0)}}, 1, 0, 1, false},
		{"known after a miss", []Given{{Wrong, false, at(0)}, {Right, false, at(1)}}, 1, 1, 4, false},
		{"missed in private after the channel", []Given{{Wrong, true, at(0)}, {Wrong, false, at(3)}}, 2, 0, 4, false},
		{"missed again and again", []Given{{Wrong, false, at(0)}, {Wrong, false, at(1)}, {Wrong, false, at(2)}, {Partly, false, at(3)}}, 4, 0, 4, true},
		{"then known once", []Given{{Wrong, false, at(0)}, {Wrong, false, at(1)}, {Wrong, false, at(2)}, {Wrong, false, at(3)}, {Right, false, at(4)}}, 4, 1, 7, true},
		{"then known twice", []Given{{Wrong, false, at(0)}, {Wrong, false, at(1)}, {Wrong, false, at(2)}, {Wrong, false, at(3)},
			{Right, false, at(4)}, {Right, false, at(7)}}, 4, 2, 10, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Remember("item", tt.answers)
			if r.Missed != tt.missed || r.Row != tt.row || !r.Due.Equal(at(tt.due)) || r.leech() != tt.leech {
				t.Errorf("missed %d, %d in a row, due %v, leech %v; want %d, %d, %v, %v",
					r.Missed, r.Row, r.Due, r.leech(), tt.missed, tt.row, at(tt.due), tt.leech)
			}
		})
	}
}

// What is due on a day can be asked from its first minute on, but not on the
// heels of the last answer.
func TestReady(t *testing.T) {
	loc := groupOf().Location()
	local := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, loc) }
	for _, tt := range []struct {
		name     string
		answered time.Time
		want     time.Time
	}{
		{"answered in the morning", local(23, 7), local(24, 0)},
		{"answered late in the evening", local(23, 23), local(24, 11)},
		{"answered at night", local(24, 3), local(25, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Remember("item", []Given{{Wrong, false, tt.answered}})
			if got := r.ready(loc); !got.Equal(tt.want) {
				t.Errorf("ready at %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDayWords(t *testing.T) {
	loc := groupOf().Location()
	now := time.Date(2026, 11, 23, 23, 30, 0, 0, loc)
	for _, tt := range []struct {
		name string
		at   time.Time
		want bot.Text
	}{
		{"within the day", now.Add(10 * time.Minute), "later today"},
		{"after midnight", now.Add(time.Hour), "tomorrow"},
		{"a weekday", now.AddDate(0, 0, 3), "on Thu"},
		{"the same weekday has its date", now.AddDate(0, 0, 7), "on Mon 30 Nov"},
		{"across the change of clocks", now.AddDate(0, 0, 150), "on Thu 22 Apr"},
		{"far away has its year", now.AddDate(1, 0, 0), "on Tue 23 Nov 2027"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := dayWords(now, tt.at, loc); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
