package group

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"studyhall/bot"
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
		{"7 AM and Noonish", "", `"7 AM and Noonish"`}, // as it was typed
		{"13 PM", "", `"13 PM"`},
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

// TestStaysOpen holds that what is promised about "until the next one opens" is
// what closes a question: the first slot at least 20 hours later, within three days.
func TestStaysOpen(t *testing.T) {
	const twenty = "at least 20 hours, until the first question after that opens"
	tests := []struct{ name, expr, want string }{
		{"weekdays", "0 7 * * 1-5", "until the next one opens"},
		{"every day", "0 7 * * *", "until the next one opens"},
		{"Monday and Thursday", "0 7 * * 1,4", "until the next one opens, but at most three days"},
		{"Saturday", "0 7 * * 6", "until the next one opens, but at most three days"},
		{"every third day at most", "0 7 * * 1,3,5", "until the next one opens"},
		{"twice a day", "0 7,12 * * 1-5", twenty},
		{"three times a day", "30 6,12,18 * * *", twenty},
		{"twice a day, twice a week", "0 7,12 * * 2,4", twenty + ", but at most three days"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := staysOpen(UntilNext, timetableOf(tt.expr)); got != tt.want {
				t.Errorf("stays open %s, want %s", got, tt.want)
			}
			if got := staysOpen(ThreeDays, timetableOf(tt.expr)); got != "for three days" {
				t.Errorf("rotating shifts: stays open %s", got)
			}
		})
	}
}

func TestTimeField(t *testing.T) {
	tests := []struct {
		expr, label, help, initial string
		kind                       bot.FieldKind
	}{
		{"0 7 * * 1-5", "Question time", "Monday to Friday", "07:00", bot.Time},
		{"0 7 * * 6", "Question time", "Saturday", "07:00", bot.Time},
		{"0 7,17 * * 1,3", "Question times", "Monday and Wednesday", "07:00, 17:00", bot.Line},
	}
	for _, tt := range tests {
		f := timeField(timetableOf(tt.expr))
		if f.Label != tt.label || f.Help != tt.help || f.Initial[0] != tt.initial || f.Kind != tt.kind {
			t.Errorf("%s: %+v", tt.expr, f)
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
		{"#études-cbet", "Études CBET study group"},
		{"#مجموعة-cbet", "مجموعة CBET study group"},
		{"#⚡-shift", "⚡ shift study group"},
		{"#e\u0301tudes", "E\u0301tudes study group"},
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
		{"window", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, in 22 weeks"},
		{"window near", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2027, 4, 21, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, in 10 days"},
		{"window tomorrow", wordsWindow(Track{WindowFrom: "2027-05-01", WindowTo: "2027-05-15"}, time.Date(2027, 4, 30, 7, 0, 0, 0, time.UTC)).Plain(), "Exam: May 2027 window, tomorrow"},
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
