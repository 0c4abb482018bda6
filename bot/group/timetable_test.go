package group

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot/schedule"
)

func TestTimes(t *testing.T) {
	tests := []struct {
		typed string
		want  string // as a field shows them; "" if it is refused
		says  string // part of the refusal
	}{
		{"07:00", "07:00", ""},
		{"7", "07:00", ""},
		{"7:30", "07:30", ""},
		{"0730", "07:30", ""},
		{"7.30", "07:30", ""},
		{"7 am", "07:00", ""},
		{"7:15pm", "19:15", ""},
		{"7 p.m.", "19:00", ""},
		{"12 am", "00:00", ""},
		{"12 pm", "12:00", ""},
		{"17:00, 07:00 and 12:00", "07:00, 12:00, 17:00", ""},
		{"07:00 12:00", "07:00, 12:00", ""},
		{"7 am & 5 pm", "07:00, 17:00", ""},
		{"07:00, 7 am", "07:00", ""},
		{"", "", "can't read"},
		{"noonish", "", "can't read"},
		{"every morning at 7", "", "can't read"},
		{"24:00", "", "isn't a time"},
		{"07:60", "", "isn't a time"},
		{"13 pm", "", "isn't a time"},
		{"0 am", "", "isn't a time"},
		{"7, 8, 9, 10", "", "At most three"},
		{"07:00, 12:30", "", "same minutes"},
		{"-7:00", "", "can't read"},
		{"07:00; DROP TABLE groups", "", "can't read"},
		{strings.Repeat("7 ", 1500), "07:00", ""},
	}
	for _, tt := range tests {
		minutes, problem := times(tt.typed)
		if got := (timetable{minutes: minutes}).typed(); got != tt.want || !strings.Contains(problem, tt.says) || (problem == "") != (tt.says == "") {
			t.Errorf("times(%.30q) = %q, %q, want %q, …%s…", tt.typed, got, problem, tt.want, tt.says)
		}
	}
}

// TestTimetableExpr holds that every timetable is a schedule the engine takes,
// and is read back from it as it was.
func TestTimetableExpr(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 59).Draw(t, "minute")
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, maxPerDay, rapid.ID[int]).Draw(t, "hours")
		days := rapid.SliceOfNDistinct(rapid.SampledFrom(week()), 1, 7, rapid.ID[time.Weekday]).Draw(t, "days")
		slices.Sort(hours)
		var want timetable
		for _, h := range hours {
			want.minutes = append(want.minutes, h*60+minute)
		}
		for _, d := range week() {
			if slices.Contains(days, d) {
				want.days = append(want.days, d)
			}
		}
		if _, err := schedule.ParseExpr(want.expr(), time.Hour); err != nil {
			t.Fatalf("%q: %v", want.expr(), err)
		}
		if got := timetableOf(want.expr()); !slices.Equal(got.minutes, want.minutes) || !slices.Equal(got.days, want.days) {
			t.Fatalf("%q read as %v, want %v", want.expr(), got, want)
		}
		if minutes, problem := times(want.typed()); problem != "" || !slices.Equal(minutes, want.minutes) {
			t.Fatalf("%q read as %v, %q", want.typed(), minutes, problem)
		}
	})
}

func TestTimetableOfWhatWeDontWrite(t *testing.T) {
	for _, expr := range []string{"", "x", "0 7 * * fri", "*/5 * * * *", "0 7 1 * *", "0 7 * 5 1-5", "0 */2 * * *"} {
		if got := timetableOf(expr); got.expr() != "0 7 * * 1-5" {
			t.Errorf("timetableOf(%q) = %q, want the default", expr, got.expr())
		}
	}
}

func TestTimetableInWords(t *testing.T) {
	tests := []struct{ expr, want string }{
		{"0 7 * * 1-5", "7:00 AM, Monday to Friday"},
		{"30 7,12,17 * * *", "7:30 AM, 12:30 PM and 5:30 PM, every day"},
		{"5 0 * * 1,3,0", "12:05 AM, Monday, Wednesday and Sunday"},
		{"0 18 * * 6", "6:00 PM, Saturday"},
	}
	for _, tt := range tests {
		if got := timetableOf(tt.expr).String(); got != tt.want {
			t.Errorf("%q in words: %q, want %q", tt.expr, got, tt.want)
		}
	}
}

func TestGroupName(t *testing.T) {
	tests := []struct{ channel, want string }{
		{"#cbet-study", "CBET study group"},
		{"#biomed", "Biomed study group"},
		{"#study-group-cbet", "Study group CBET"},
		{"#night_shift_crew", "Night shift crew"},
		{"this channel", "CBET study group"},
		{"#", "CBET study group"},
		{"#" + strings.Repeat("long-", 30), "Long" + strings.Repeat(" long", 9) + "…"},
	}
	for _, tt := range tests {
		if got := groupName(tt.channel, "CBET"); got != tt.want {
			t.Errorf("groupName(%q) = %q, want %q", tt.channel, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"silent", wordsSilent(5).Plain(), "Five questions went by without an answer, so I've stopped. Nothing is lost."},
		{"silent, other limit", wordsSilent(12).Plain(), "12 questions went by without an answer, so I've stopped. Nothing is lost."},
		{"low", wordsLow(10, defaultTimetable()).Plain(), "10 unseen questions left: about two weeks. After that old ones come again."},
		{"low, one", wordsLow(1, defaultTimetable()).Plain(), "1 unseen question left: less than a week. After that old ones come again."},
		{"none left", wordsLow(0, defaultTimetable()).Plain(), "No unseen questions are left. From now on old ones come again, those seen longest ago first."},
		{"fix", wordsFix("open #x and type /invite @Studyhall", "Try now").Plain(), "To fix it: open #x and type /invite @Studyhall, then press Try now."},
		{"no fix known", wordsFix("", "Try now").Plain(), "When it is mended, press Try now."},
		{"initials", stop("Maria G. and Lee T."), "Maria G. and Lee T."},
		{"window", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, in 22 weeks"},
		{"window near", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2027, 4, 21, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, in 10 days"},
		{"window open", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2027, 5, 2, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, open until Sat 15 May"},
		{"window over", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2027, 5, 16, 7, 0, 0, 0, time.UTC)).Plain(), ""},
		{"no window", wordsWindow(Track{}, time.Date(2027, 5, 16, 7, 0, 0, 0, time.UTC)).Plain(), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
