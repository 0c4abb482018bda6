package group

import (
	"testing"
	"time"

	"studyhall/bot"
)

func TestNextClock(t *testing.T) {
	denver := Group{Zone: "America/Denver"}.Location()
	for _, row := range []struct {
		name   string
		after  string // in Denver
		minute int
		quiet  [2]int
		want   string
	}{
		{"later today", "2026-11-24 01:00", 180, [2]int{}, "2026-11-24 03:00"},
		{"exactly now is tomorrow", "2026-11-24 03:00", 180, [2]int{}, "2026-11-25 03:00"},
		{"tomorrow", "2026-11-24 04:00", 180, [2]int{}, "2026-11-25 03:00"},
		{"over the end of a month", "2026-11-30 12:00", 0, [2]int{}, "2026-12-01 00:00"},
		{"when clocks go forward", "2027-03-14 01:00", 150, [2]int{}, "2027-03-14 03:00"},
		{"when clocks go back", "2026-10-31 12:00", 90, [2]int{}, "2026-11-01 01:30"},
		{"in quiet hours", "2026-11-24 01:00", 180, [2]int{60, 360}, "2026-11-24 06:00"},
		{"in quiet hours over midnight", "2026-11-24 12:00", 23 * 60, [2]int{22 * 60, 6 * 60}, "2026-11-25 06:00"},
		{"after midnight in them", "2026-11-24 00:10", 60, [2]int{22 * 60, 6 * 60}, "2026-11-24 06:00"},
		{"at their end", "2026-11-24 00:10", 360, [2]int{22 * 60, 6 * 60}, "2026-11-24 06:00"},
		{"outside them", "2026-11-24 00:10", 7 * 60, [2]int{22 * 60, 6 * 60}, "2026-11-24 07:00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			after, err := time.ParseInLocation("2006-01-02 15:04", row.after, denver)
			if err != nil {
				t.Fatal(err)
			}
			w := Wishes{QuietFrom: row.quiet[0], QuietUntil: row.quiet[1]}
			if got := nextClock(after, awake(w, row.minute), denver).Format("2006-01-02 15:04"); got != row.want {
				t.Errorf("next %s, want %s", got, row.want)
			}
		})
	}
}

func TestClockWords(t *testing.T) {
	for minute, want := range map[int]string{0: "12 AM", 180: "3 AM", 210: "3:30 AM", 12 * 60: "12 PM", 23*60 + 59: "11:59 PM"} {
		if got := clockWords(minute); got != want {
			t.Errorf("minute %d is %q, want %q", minute, got, want)
		}
	}
}

// A note's message is the same for everybody and everything.
func TestNoteSaysNothing(t *testing.T) {
	for _, kind := range []string{"open", "reviews"} {
		m := noteMessage(kind)
		if m.Text != wordsNote {
			t.Errorf("%s: the notification says %q", kind, m.Text)
		}
		if got, want := m.Card.Plain(), wordsNote.Plain()+"\n[Open]"; got != want {
			t.Errorf("%s: the message says %q, want %q", kind, got, want)
		}
		if got := m.Card.Controls[0][0].(bot.Button).Action; got != "note/"+kind {
			t.Errorf("%s: the path is %q", kind, got)
		}
	}
}
