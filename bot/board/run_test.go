package board

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// monday is when the first question of a history was posted.
func monday() time.Time { return time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC) }

// history makes one question a day of letters: answered in time, caught up,
// missed, excused and missed, open. A digit repeats the letter before it.
func history(letters string) (questions []Question, end time.Time) {
	var all []byte
	for i := 0; i < len(letters); i++ {
		n := 0
		for ; i < len(letters) && letters[i] >= '0' && letters[i] <= '9'; i++ {
			n = 10*n + int(letters[i]-'0')
		}
		if i < len(letters) {
			all = append(all, []byte(strings.Repeat(string(letters[i]), max(1, n)))...)
		}
	}
	for n, letter := range all {
		posted := monday().AddDate(0, 0, n)
		q := Question{Number: n + 1, Day: posted.Format(time.DateOnly), Closed: posted.AddDate(0, 0, 1)}
		switch letter {
		case 'a':
			q.Answered = posted.Add(time.Hour)
		case 'c':
			q.Answered = q.Closed.AddDate(0, 0, 6)
		case 'x':
			q.Excused = true
		case 'o':
			q.Closed = time.Time{}
		}
		questions = append(questions, q)
	}
	return questions, monday().AddDate(0, 0, len(all))
}

func TestRuns(t *testing.T) {
	const long = 30 * 24 * time.Hour // everything has been decided
	for _, test := range []struct {
		name    string
		letters string // "5a" is aaaaa
		after   time.Duration
		length  int
		best    int
		spare   int
		covered int // days that the newest result mentions
		ended   bool
	}{
		{"nobody yet", "", long, 0, 0, 2, 0, false},
		{"missed before the first answer", "mmma", long, 1, 1, 2, 0, false},
		{"three in a row", "3a", long, 3, 3, 2, 0, false},
		{"an open question says nothing", "3ao", long, 3, 3, 2, 0, false},
		{"a closed one can be caught up for a week", "3am2a", 0, 5, 5, 2, 0, false},
		{"caught up", "3ac2a", long, 6, 6, 2, 0, false},
		{"a spare day is used", "3am8a", long, 11, 11, 1, 1, false},
		{"two spare days are used", "3amam9a", long, 13, 13, 0, 0, false},
		{"both on the way to one result", "3amm8ma", long, 1, 3, 2, 0, true},
		{"a third miss ends it", "3ammm2a", long, 2, 3, 2, 0, false},
		{"the end shows with the next result", "3ammm7xa", long, 1, 3, 2, 0, true},
		{"twenty in a row earn a spare day", "20a", long, 20, 20, 3, 0, false},
		{"never more than three", "60a", long, 60, 60, 3, 0, false},
		{"earned again after one was used", "20am20a", long, 40, 40, 3, 0, false},
		{"four misses with three spare days", "20ammmma", long, 1, 20, 2, 0, false},
		{"excused misses are none", "3a9x2a", long, 5, 5, 2, 0, false},
		{"only what is a week closed is missed", "3ammm", 5 * 24 * time.Hour, 3, 3, 1, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			questions, end := history(test.letters)
			r, _ := Run{}.Follow(questions, end.Add(test.after))
			covered, ended := r.News()
			if r.Length != test.length || r.Best != test.best || r.Spare() != test.spare {
				t.Errorf("length %d, best %d, %d spare; want %d, %d, %d", r.Length, r.Best, r.Spare(), test.length, test.best, test.spare)
			}
			if len(covered) != test.covered || ended != test.ended {
				t.Errorf("mentions %v and an end %v, want %d days and %v", covered, ended, test.covered, test.ended)
			}
		})
	}
}

// One spare day covers every question of its day.
func TestASpareDayIsADay(t *testing.T) {
	questions, _ := history("3am")
	for n := range 3 {
		q := questions[3]
		q.Number += n + 1
		questions = append(questions, q)
	}
	r, _ := Run{}.Follow(questions, monday().AddDate(0, 1, 0))
	if r.Length != 3 || r.Spare() != 1 {
		t.Errorf("after a day with four missed questions: %d in a row, %d spare; want 3, 1", r.Length, r.Spare())
	}
}

// Monday's question, answered on Tuesday at 3 AM in another zone, is Monday's.
func TestRunsKnowNoZones(t *testing.T) {
	questions, end := history("5a")
	questions[0].Answered = questions[0].Closed.Add(-4 * time.Hour).In(time.FixedZone("elsewhere", 14*3600))
	if r, _ := (Run{}).Follow(questions, end); r.Length != 5 {
		t.Errorf("%d in a row, want 5", r.Length)
	}
}

// A spare day is mentioned with the next result, and once.
func TestSpareDaysAreMentionedOnce(t *testing.T) {
	questions, _ := history("3am10a")
	day := questions[3].Day
	covered := questions[3].Closed.Add(7 * 24 * time.Hour)
	mentioned := 0
	for n := 4; n < len(questions); n++ {
		r, _ := Run{}.Follow(questions[:n+1], questions[n].Answered)
		days, _ := r.News()
		if slices.Contains(days, day) {
			mentioned++
			if before := questions[n-1].Answered; before.After(covered) || questions[n].Answered.Before(covered) {
				t.Errorf("mentioned with the answer of %v; it was used at %v", questions[n].Answered, covered)
			}
		}
	}
	if mentioned != 1 {
		t.Errorf("mentioned %d times, want once", mentioned)
	}
}

// drawHistory draws a history with up to three questions a day, and an instant.
func drawHistory(t *rapid.T) (questions []Question, now time.Time) {
	at := monday()
	for n := range rapid.IntRange(0, 120).Draw(t, "questions") {
		if rapid.IntRange(0, 2).Draw(t, "gap") > 0 {
			at = at.AddDate(0, 0, rapid.IntRange(1, 4).Draw(t, "days"))
		}
		q := Question{Number: n + 1, Day: at.Format(time.DateOnly), Closed: at.AddDate(0, 0, 1), Excused: rapid.IntRange(0, 9).Draw(t, "excused") == 0}
		switch rapid.IntRange(0, 9).Draw(t, "fate") {
		case 0, 1:
		case 2:
			q.Answered = q.Closed.Add(time.Duration(rapid.IntRange(0, 167).Draw(t, "hours late")) * time.Hour)
		default:
			q.Answered = at.Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hours")) * time.Hour)
		}
		questions = append(questions, q)
	}
	return questions, at.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "later"))
}

// seen is a history as it looked at an instant.
func seen(questions []Question, now time.Time) []Question {
	var all []Question
	for _, q := range questions {
		if opened := q.Closed.AddDate(0, 0, -1); opened.After(now) {
			break
		}
		if q.Closed.After(now) {
			q.Closed = time.Time{}
		}
		if q.Answered.After(now) {
			q.Answered = time.Time{}
		}
		all = append(all, q)
	}
	return all
}

// To follow on from any settled runs gives the same as to follow everything.
func TestRunsCanBeFollowedInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		questions, end := drawHistory(t)
		kept := Run{}
		for now := monday(); !now.After(end); now = now.AddDate(0, 0, rapid.IntRange(1, 15).Draw(t, "step")) {
			whole, _ := Run{}.Follow(seen(questions, now), now)
			part, settled := kept.Follow(seen(questions, now), now)
			whole.Through, part.Through = 0, 0
			if got, want := fmt.Sprintf("%+v", part), fmt.Sprintf("%+v", whole); got != want {
				t.Fatalf("at %v, from question %d:\n got %s\nwant %s", now, kept.Through, got, want)
			}
			kept = settled
		}
	})
}

func TestRunsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		questions, now := drawHistory(t)
		questions = seen(questions, now)
		r, _ := Run{}.Follow(questions, now)
		answered, missed := 0, map[string]bool{}
		for _, q := range questions {
			switch {
			case !q.Answered.IsZero():
				answered++
			case answered > 0 && !q.Excused:
				missed[q.Day] = true
			}
		}
		if r.Length > r.Best || r.Best > answered || r.Spare() < 0 || r.Spare() > 3 {
			t.Fatalf("%d answered: length %d, best %d, %d spare", answered, r.Length, r.Best, r.Spare())
		}
		if len(missed) <= 2 && r.Length != answered {
			t.Fatalf("%d days missed in all and %d of %d in a row", len(missed), r.Length, answered)
		}
		// Where a question is neither missed nor answered, it could as well not be there.
		var rest []Question
		for _, q := range questions {
			pending := q.Closed.IsZero() || now.Before(q.Closed.Add(7*24*time.Hour))
			if !q.Answered.IsZero() || !q.Excused && !pending {
				rest = append(rest, q)
			}
		}
		if without, _ := (Run{}).Follow(rest, now); without.Length != r.Length || without.Spare() != r.Spare() {
			t.Fatalf("without what does not count %d in a row, %d spare; with it %d, %d", without.Length, without.Spare(), r.Length, r.Spare())
		}
	})
}
