package board

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lastWeek is the example week: message 4 without the theme.
func lastWeek() (post, map[string]Naming) {
	names := map[string]Naming{}
	for id, name := range map[string]string{
		"ana": "Ana L.", "dana": "Dana R.", "lee": "Lee T.", "marcus": "Marcus W.", "priya": "Priya S.", "tom": "Tom B.",
	} {
		names[id] = Naming{Own: name}
	}
	return post{Sections: []section{{
		Track: "track", Short: "CBET", Answers: 47, People: 11, Right: 32, Active: 11,
		Rows: []Row{
			{Place: 1, Points: 18, People: 1, Members: []string{"dana"}},
			{Place: 2, Points: 16, People: 2, Members: []string{"lee", "priya"}},
			{Place: 3, Points: 14, People: 1, Members: []string{"marcus"}},
		},
		Complete: []string{"ana", "dana", "lee", "priya", "tom"}, Improved: []string{"ana"},
		Run: 41, Runners: 1, Longest: []string{"lee"},
		Toughest: &Asked{Round: "round", LocalDay: "2026-11-19", Answered: 9, Right: 3}, Area: "Electronics",
		Window: "May window opens in 22 weeks.",
	}}}, names
}

const lastWeekWords = `CBET: last week together
47 answers from 11 of you, 32 right (68 %).

1. Dana R., 18 points
2. Lee T. and Priya S., 16
3. Marcus W., 14
Everything answered: Ana L., Dana R., Lee T., Priya S., Tom B.
Most improved: Ana L.
Longest run: Lee T., 41 questions

Toughest: Thursday's on Electronics, 3 of 9 right.
May window opens in 22 weeks.
Same points share a place. The new week started just now.
[My week] [Toughest question]`

func TestWeeklyPost(t *testing.T) {
	p, names := lastWeek()
	m := p.message(names, 3, completeMost)
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := m.Card.Plain(); got != lastWeekWords {
		t.Errorf("got:\n%s\nwant:\n%s", got, lastWeekWords)
	}
	if got, want := m.Text.Plain(), "CBET, last week together: 47 answers, 32 right."; got != want {
		t.Errorf("notification %q, want %q", got, want)
	}
}

// Each certification has its buttons; more than two share what is left of two rows.
func TestWeeklyPostButtons(t *testing.T) {
	whole := section{Track: "t", Toughest: &Asked{Round: "round", Answered: 9, Right: 3}, Practise: "quiz/g/theme/a1"}
	var p post
	for _, test := range []struct{ short, want string }{
		{"CBET", "[My week] [Toughest question] [Practise the theme]"},
		{"CHTM", "[My CBET week] [Toughest CBET question] [Practise the CBET theme]\n[My CHTM week] [Toughest CHTM question] [Practise the CHTM theme]"},
		{"PMP", "[My CBET week] [Toughest CBET question] [Practise the CBET theme]\n[My CHTM week] [Toughest CHTM question] [Practise the CHTM theme] [My PMP week]"},
		{"CABT", "[My CBET week] [Toughest CBET question] [Practise the CBET theme]\n[My CHTM week] [Toughest CHTM question] [Practise the CHTM theme] [My PMP week] [My CABT week]"},
		{"CRES", "[My CBET week] [Toughest CBET question] [Practise the CBET theme]\n[My CHTM week] [Toughest CHTM question] [Practise the CHTM theme] [My PMP week] [My CABT week]"},
	} {
		whole.Short = test.short
		p.Sections = append(p.Sections, whole)
		t.Run(fmt.Sprint(len(p.Sections)), func(t *testing.T) {
			var rows []string
			for _, row := range p.message(nil, 3, completeMost).Card.Controls {
				rows = append(rows, row.Plain())
			}
			if got := strings.Join(rows, "\n"); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// Below the minimum counts there is no number, and without places nobody is named.
func TestWeeklyPostOfFew(t *testing.T) {
	for _, test := range []struct {
		name string
		part section
		want string
	}{
		{"three people", section{Answers: 15, People: 3, Right: 9}, "15 answers from 3 of you."},
		{"one person", section{Answers: 1, People: 1, Right: 1}, "1 answer from 1 of you."},
		{"five answers", section{Answers: 5, People: 5, Right: 2}, "5 answers from 5 of you, 2 right."},
		{"nineteen", section{Answers: 19, People: 5, Right: 2}, "19 answers from 5 of you, 2 right."},
		{"twenty", section{Answers: 20, People: 5, Right: 13}, "20 answers from 5 of you, 13 right (65 %)."},
		{"a thousand", section{Answers: 1012, People: 1000, Right: 1012}, "1,012 answers from 1,000 of you, 1,012 right (100 %)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.part.Track, test.part.Short = "track", "CBET"
			m := post{Sections: []section{test.part}}.message(nil, 3, completeMost)
			if got := m.Card.Body.Plain(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err := m.Validate(); err != nil {
				t.Error(err)
			}
			if right := strings.Contains(m.Text.Plain(), "right"); right != (test.part.People >= 5) {
				t.Errorf("notification %q", m.Text.Plain())
			}
		})
	}
}

// Whoever hides between the end of the week and the post is not in it.
func TestWeeklyPostKeepsHidden(t *testing.T) {
	p, names := lastWeek()
	for _, id := range []string{"dana", "lee"} {
		names[id] = Naming{Own: names[id].Own, Hidden: true}
	}
	plain := p.message(names, 3, completeMost).Card.Plain()
	for _, name := range []string{"Dana", "Lee"} {
		if strings.Contains(plain, name) {
			t.Errorf("names %s:\n%s", name, plain)
		}
	}
	if !strings.Contains(plain, "Longest run: 41 questions") {
		t.Errorf("the longest run is not there without its name:\n%s", plain)
	}
}

// However many and however long the names, the post can be posted.
func TestWeeklyPostFits(t *testing.T) {
	names := map[string]Naming{}
	var ids []string
	for n := range completeMost {
		id := fmt.Sprint("m", n)
		ids = append(ids, id)
		names[id] = Naming{Own: strings.Repeat("ä", 38) + fmt.Sprint(n)}
	}
	p, _ := lastWeek()
	part := p.Sections[0]
	part.Rows = []Row{{Place: 1, Points: 18, People: 30, Members: ids[:10]}}
	part.Complete, part.More, part.Improved, part.Longest = ids, 4000, ids[:2], ids[:2]
	var all post
	for n := range 3 {
		part.Track, part.Short = fmt.Sprint("track", n), fmt.Sprint("CERT", n)
		part.Toughest = &Asked{Round: fmt.Sprint("round", n), LocalDay: "2026-11-19", Answered: 9, Right: 3}
		all.Sections = append(all.Sections, part)
		if err := all.fitting(names, 3).Validate(); err != nil {
			t.Errorf("%d sections: %v", n+1, err)
		}
	}
}

func TestToughest(t *testing.T) {
	all := []Asked{
		{Round: "few", Answered: 4, Right: 0}, {Round: "all right", Answered: 9, Right: 9},
		{Round: "half", Answered: 10, Right: 5}, {Round: "third", Answered: 9, Right: 3},
	}
	if got := toughest(all); got == nil || got.Round != "third" {
		t.Errorf("toughest is %v, want the one with 3 of 9 right", got)
	}
	if got := toughest(all[:2]); got != nil {
		t.Errorf("toughest is %v, want none", got)
	}
}

func TestImproved(t *testing.T) {
	usual := []Sum{{4, 5}, {4, 5}, {4, 5}, {4, 5}}
	short := usual[:3]
	part := func(name string, points int, before []Sum) Part {
		return Part{Member: name, Name: name, Points: points, Before: before}
	}
	podium := []Part{part("x", 15, usual), part("y", 14, usual), part("z", 13, usual)}
	hidden, mentor := part("hidden", 12, usual), part("mentor", 12, usual)
	hidden.Hidden, mentor.Mentor = true, true
	for _, test := range []struct {
		name    string
		members []Part
		want    []string
	}{
		{"the largest rise", []Part{part("a", 9, usual), part("b", 8, usual)}, []string{"a"}},
		{"two share it, by name", []Part{part("b", 9, usual), part("a", 9, usual)}, []string{"a", "b"}},
		{"three are nobody", []Part{part("a", 9, usual), part("b", 9, usual), part("c", 9, usual)}, nil},
		{"four weeks are needed", []Part{part("a", 9, short)}, nil},
		{"no rise", []Part{part("a", 4, usual), part("b", 2, usual)}, nil},
		{"hidden people and mentors are left out", []Part{hidden, mentor, part("a", 5, usual)}, []string{"a"}},
		{"nobody of the first three places", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			members := append(slices.Clone(podium), test.members...)
			var all []Tally
			for _, m := range members {
				all = append(all, Tally{m.Points, 1})
			}
			if got := improved(members, Rank(all, nil)); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	var members []Part
	for n := range 30 {
		members = append(members, Part{Member: fmt.Sprint(n), Name: fmt.Sprintf("P%02d", 29-n), Complete: true, Hidden: n == 29})
	}
	members = append(members, Part{Member: "x", Name: "A"})
	who, more := complete(members)
	if len(who) != completeMost || who[0] != "28" || more != 9 {
		t.Errorf("named %v and %d more, want twenty from P01 on and 9", who, more)
	}
}

func TestLongest(t *testing.T) {
	runs := map[string]Run{"a": {Length: 3}, "b": {Length: 3}, "c": {Length: 1}}
	if who, people, length := longest(runs); !slices.Equal(who, []string{"a", "b"}) || people != 2 || length != 3 {
		t.Errorf("longest: %v, %d people, %d", who, people, length)
	}
	runs["c"] = Run{Length: 3}
	if who, people, length := longest(runs); who != nil || people != 3 || length != 3 {
		t.Errorf("longest of three: %v, %d people, %d", who, people, length)
	}
	if _, _, length := longest(map[string]Run{"a": {Length: 1}}); length != 0 {
		t.Errorf("a run of one is told")
	}
}
