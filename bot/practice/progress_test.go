package practice

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/quizzes"
)

func chicago(t *testing.T) *time.Location {
	t.Helper()
	loc, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func twoAreas() cert.Outline {
	return cert.Outline{Domains: []cert.Domain{
		{ID: "safety", Name: "Safety", Short: "Safety", Weight: 40},
		{ID: "it", Name: "Healthcare information technology", Short: "Healthcare IT", Weight: 60},
	}}
}

// answersAt are n answers of a verdict at an instant.
func answersAt(at time.Time, n int, v Verdict) (all []Graded) {
	for range n {
		all = append(all, Graded{At: at, Verdict: v})
	}
	return all
}

func TestProgressWords(t *testing.T) {
	loc := chicago(t)
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, loc) // a Wednesday
	week := func(n int) time.Time { return now.AddDate(0, 0, -7*n) }
	for _, row := range []struct {
		name   string
		counts []AreaCount
		graded []Graded
		want   string
		label  string
	}{
		{"nothing yet", nil, nil, "Answer 10 questions and I can say something useful.", "Practise 5"},
		{"too few", []AreaCount{{Domain: "it", Questions: 4, Right: 1}}, answersAt(now, 4, Wrong),
			"Answer 10 questions and I can say something useful. 4 so far.", "Practise 5"},
		{"enough in all, not in one area", []AreaCount{{Domain: "it", Questions: 6, Right: 3}, {Domain: "safety", Questions: 5, Right: 5}}, answersAt(now, 11, Right),
			"11 questions answered, 8 right.\nBy area I can tell from 10 answers on different questions.\nEach question counts once, as you answered it last.\n\n" +
				"Since Mon 23 Nov: 11 answers, 11 right", "Practise 5"},
		{"a percentage from 20 on", []AreaCount{{Domain: "it", Questions: 48, Right: 21}, {Domain: "safety", Questions: 19, Right: 19}}, append(answersAt(now, 1, Wrong), answersAt(week(2), 9, Right)...),
			"67 questions answered, 40 right (60 %).\nSafety: 19 of 19 right\nHealthcare IT: 21 of 48 right (44 %)\n" +
				"Each question counts once, as you answered it last.\n\nSince Mon 23 Nov: 1 answer\nWeek of Mon 9 Nov: 9 answers\n\n" +
				"Worth practising next: Healthcare IT.", "Practise Healthcare IT"},
		{"nothing is weak", []AreaCount{{Domain: "it", Questions: 10, Right: 10}}, answersAt(week(1), 10, Right),
			"10 questions answered, 10 right.\nHealthcare IT: 10 of 10 right\nNot enough answers yet: Safety.\n" +
				"Each question counts once, as you answered it last.\n\nWeek of Mon 16 Nov: 10 answers, 10 right", "Practise 5"},
		{"counted in parts", []AreaCount{{Domain: "it", Questions: 6, Right: 1}, {Domain: "it", Item: "x", Questions: 1, Right: 1}, {Domain: "it", Item: "y", Questions: 4}}, nil,
			"11 questions answered, 2 right.\nHealthcare IT: 2 of 11 right\nNot enough answers yet: Safety.\nEach question counts once, as you answered it last.\n\nWorth practising next: Healthcare IT.", "Practise Healthcare IT"},
		{"an area the outline has lost counts in all", []AreaCount{{Domain: "it", Questions: 5, Right: 5}, {Domain: "gone", Questions: 6, Right: 0}}, nil,
			"11 questions answered, 5 right.\nBy area I can tell from 10 answers on different questions.\nEach question counts once, as you answered it last.", "Practise 5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := &Service{Config: Config{Library: NewLibrary([]quizzes.Bank{{Certification: "cbet", Items: []quizzes.Item{{Domain: "it"}}}}),
				Catalogue: cert.Catalogue{Certifications: []cert.Certification{{ID: "cbet", Outlines: []cert.Outline{withID(twoAreas())}}}}}}
			track := group.Track{Certification: "cbet", Outline: "o"}
			p := progress(track, twoAreas(), row.counts, row.graded, mondayOf(now, loc), loc)
			card := s.progressCard(group.Group{ID: "g"}, p)
			if diff := cmp.Diff(row.want, card.Body.Plain()); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			if got := card.Controls[0].Plain(); got[1:1+len(row.label)] != row.label {
				t.Errorf("controls %s, want %q first", got, row.label)
			}
		})
	}
}

func withID(o cert.Outline) cert.Outline {
	o.ID = "o"
	return o
}

// Weeks are those of the group's clock, also when it changes between them.
func TestProgressWeeks(t *testing.T) {
	loc := chicago(t)
	now := time.Date(2026, 11, 4, 12, 0, 0, 0, loc) // clocks went back on Sunday 1 November
	monday := mondayOf(now, loc)
	if monday.Date() != "2026-11-02" {
		t.Fatalf("Monday is %s", monday)
	}
	graded := []Graded{
		{time.Date(2026, 10, 26, 0, 0, 0, 0, loc), Right},   // the first instant of its week
		{time.Date(2026, 11, 1, 23, 59, 59, 0, loc), Wrong}, // the last, an hour later than seven days
		{time.Date(2026, 11, 2, 0, 0, 0, 0, loc), Right},
		{time.Date(2026, 9, 20, 0, 0, 0, 0, loc), Right}, // too long ago
	}
	got := progress(group.Track{}, twoAreas(), nil, graded, monday, loc).Weeks
	want := []WeekProgress{
		{From: time.Date(2026, 11, 2, 0, 0, 0, 0, loc), Running: true, Answers: 1, Right: 1},
		{From: time.Date(2026, 10, 26, 0, 0, 0, 0, loc), Answers: 2, Right: 1},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("weeks (-want +got):\n%s", diff)
	}
	for _, day := range []string{"2026-11-02", "2026-11-05", "2026-11-08"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", day+" 23:30", loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := mondayOf(at, loc).String(); got != "2026-11-02T00:00" {
			t.Errorf("%s is in the week of %s", day, got)
		}
	}
}
