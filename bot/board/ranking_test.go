package board

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"studyhall/bot/practice"
)

// people are members with points: "Dana 18, Lee 16*" — a star takes no place.
func people(t *testing.T, words string) (all []Tally, unplaced []int, entries []Entry) {
	t.Helper()
	for n, word := range strings.Split(words, ", ") {
		var e Entry
		if _, err := fmt.Sscanf(strings.TrimSuffix(word, "*"), "%s %d", &e.Name, &e.Points); err != nil {
			t.Fatal(err)
		}
		e.Member = fmt.Sprintf("m%d", n)
		all = append(all, Tally{e.Points, 1})
		if strings.HasSuffix(word, "*") {
			unplaced = append(unplaced, e.Points)
		} else {
			entries = append(entries, e)
		}
	}
	return all, unplaced, entries
}

func shown(r Ranking, entries []Entry) string {
	names := map[string]string{}
	for _, e := range entries {
		names[e.Member] = e.Name
	}
	var lines []string
	for _, row := range r.Rows(entries) {
		var who []string
		for _, m := range row.Members {
			who = append(who, names[m])
		}
		lines = append(lines, fmt.Sprintf("%d %s %d", row.Place, named(who, row.People-len(row.Members)), row.Points))
	}
	return strings.Join(lines, "; ")
}

func TestRows(t *testing.T) {
	crowded := "Zoe 3"
	for n := range 60 {
		crowded += fmt.Sprintf(", P%02d 9", n)
	}
	for _, test := range []struct{ name, people, want string }{
		{"four are too few", "A 4, B 3, C 2, D 1", ""},
		{"places 1 to 3 for five", "A 5, B 4, C 3, D 2, E 1", "1 A 5; 2 B 4; 3 C 3"},
		{"1, 2, 2, 3", "Dana 18, Priya 16, Lee 16, Marcus 14, Tom 7", "1 Dana 18; 2 Lee and Priya 16; 3 Marcus 14"},
		{"names by alphabet, whatever their case and marks", "ömer 5, Oslo 5, anna 5, Åke 5, Zoe 1", "1 Åke, anna, ömer and Oslo 5; 2 Zoe 1"},
		{"hidden people and mentors take no place", "Dana 18*, Priya 16, Lee 16*, Marcus 14, Tom 7", "1 Priya 16; 2 Marcus 14; 3 Tom 7"},
		{"everybody hidden", "A 5*, B 4*, C 3*, D 2*, E 1*", ""},
		{"five places from twelve", "A 12, B 11, C 10, D 9, E 8, F 7, G 6, H 5, I 4, J 3, K 2, L 1", "1 A 12; 2 B 11; 3 C 10; 4 D 9; 5 E 8"},
		{"at most ten names", "A 9, B 9, C 9, D 9, E 9, F 9, G 9, H 9, I 9, J 9, K 9, L 9, M 8",
			"1 A, B, C, D, E, F, G, H, I, J and 2 more 9"},
		{"a crowd is counted", crowded, "1 60 more 9"},
		{"nobody", "A 0, B 0, C 0, D 0, E 0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			all, unplaced, entries := people(t, test.people)
			if got := shown(Rank(all, unplaced), entries); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// The order is checked against the plainest way to work it out.
func TestRanking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Tally
		var unplaced, placed []int
		active := 0
		for range rapid.IntRange(0, 80).Draw(t, "people") {
			points := rapid.IntRange(0, 25).Draw(t, "points")
			all = append(all, Tally{points, 1})
			if points > 0 {
				active++
			}
			if rapid.Bool().Draw(t, "placed") {
				placed = append(placed, points)
			} else {
				unplaced = append(unplaced, points)
			}
		}
		placed = slices.DeleteFunc(placed, func(p int) bool { return p == 0 })
		slices.Sort(placed)
		distinct := slices.Compact(slices.Clone(placed))
		r := Rank(all, unplaced)
		if r.Active != active {
			t.Fatalf("%d active, want %d", r.Active, active)
		}
		for _, points := range distinct {
			place := 1
			next := 0
			for _, other := range slices.Backward(distinct) {
				if other > points {
					place, next = place+1, other
				}
			}
			if got := r.Place(points); got != place {
				t.Fatalf("%d points: place %d, want %d", points, got, place)
			}
			if got, ok := r.Next(points); ok != (place > 1) || got != next {
				t.Fatalf("after %d points comes %d, %v; want %d", points, got, ok, next)
			}
		}
		if most := map[bool]int{true: 10, false: 5}[active >= 30]; r.Shown() > most || active < 12 && r.Shown() > 3 || active < 5 && r.Shown() > 0 {
			t.Fatalf("%d places of %d active people are shown", r.Shown(), active)
		}
	})
}

func TestPoints(t *testing.T) {
	for _, test := range []struct {
		verdict  practice.Verdict
		caughtUp bool
		want     int
	}{
		{practice.Right, false, 3}, {practice.Partly, false, 2}, {practice.Wrong, false, 1},
		{practice.Right, true, 1}, {practice.Partly, true, 1}, {practice.Wrong, true, 1},
	} {
		if got := (practice.Answer{Verdict: test.verdict, CaughtUp: test.caughtUp}).Points(); got != test.want {
			t.Errorf("%s, caught up %v: %d points, want %d", test.verdict, test.caughtUp, got, test.want)
		}
	}
	for _, test := range []struct{ before, more, want int }{
		{0, 9, 0}, {0, 10, 1}, {9, 1, 1}, {5, 20, 2}, {0, 50, 5}, {0, 500, 5}, {45, 20, 1}, {50, 100, 0},
	} {
		if got := Practised(test.before, test.more); got != test.want {
			t.Errorf("%d practice questions after %d: %d points, want %d", test.more, test.before, got, test.want)
		}
	}
}

func TestUsualWeek(t *testing.T) {
	week := func(points, answers int) Sum { return Sum{points, answers} }
	for _, test := range []struct {
		name   string
		before []Sum
		least  int
		want   int
		ok     bool
	}{
		{"none", nil, 2, 0, false},
		{"one is too few", []Sum{week(9, 5)}, 2, 0, false},
		{"two", []Sum{week(9, 5), week(6, 5)}, 2, 8, true},
		{"weeks with few answers are none", []Sum{week(9, 5), week(1, 1), week(7, 3)}, 2, 8, true},
		{"the newest four", []Sum{week(1, 5), week(2, 5), week(3, 5), week(4, 5), week(100, 5)}, 4, 3, true},
		{"four are wanted", []Sum{week(1, 5), week(2, 5), week(3, 5)}, 4, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, ok := Usual(test.before, test.least); got != test.want || ok != test.ok {
				t.Errorf("%d, %v; want %d, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestWeeklyExpr(t *testing.T) {
	for questions, want := range map[string]string{
		"0 7 * * 1-5": "0 7 * * 1", "30 6,12,17 * * *": "30 6 * * 1", "15 22 * * 2,4": "15 22 * * 1", "*/5 * * * *": "0 7 * * 1", "": "0 7 * * 1",
	} {
		if got := WeeklyExpr(questions); got != want {
			t.Errorf("weeks of %q begin at %q, want %q", questions, got, want)
		}
	}
}
