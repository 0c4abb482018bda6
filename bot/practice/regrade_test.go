package practice_test

import (
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot/practice"
)

var verdicts = []practice.Verdict{practice.Wrong, practice.Partly, practice.Right}

func points(g practice.Grade) int {
	return practice.Answer{Verdict: g.Verdict, Credit: g.Credit}.Points()
}

// Whatever corrections follow one another, an answer earns what the best of the
// keys it has seen gives it, statistics know the newest alone, and the same
// correction again changes nothing.
func TestBetterOfTwoKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		verdict := func(of string) practice.Verdict { return rapid.SampledFrom(verdicts).Draw(t, of) }
		first := verdict("first key")
		grade := practice.Grade{Verdict: first}
		best := points(grade)
		for range rapid.IntRange(1, 5).Draw(t, "corrections") {
			now, void := verdict("new key"), rapid.IntRange(0, 5).Draw(t, "void") == 0
			before := points(grade)
			grade = grade.Regraded(now, void)
			best = max(best, points(practice.Grade{Verdict: now}))
			if void {
				best, now = practice.PointsRight, practice.Right
			}
			switch again := grade.Regraded(now, void); {
			case points(grade) < before:
				t.Fatalf("%+v: fell from %d to %d points", grade, before, points(grade))
			case points(grade) != best:
				t.Fatalf("%+v: %d points, want %d", grade, points(grade), best)
			case grade.Verdict != now:
				t.Fatalf("%+v: statistics say %s, the newest key %s", grade, grade.Verdict, now)
			case void != (grade.Credit == practice.VoidCredit):
				t.Fatalf("%+v: void is %v", grade, void)
			case again != grade:
				t.Fatalf("%+v: again makes it %+v", grade, again)
			}
		}
	})
}

// An answer that was caught up earns its point, and no correction changes that.
func TestCaughtUpKeepsItsPoint(t *testing.T) {
	for _, was := range verdicts {
		for _, now := range verdicts {
			g := practice.Grade{Verdict: was}.Regraded(now, false)
			if got := (practice.Answer{Verdict: g.Verdict, Credit: g.Credit, CaughtUp: true}).Points(); got != practice.PointsCaughtUp {
				t.Errorf("%s, then %s: %d points, want %d", was, now, got, practice.PointsCaughtUp)
			}
		}
	}
}
