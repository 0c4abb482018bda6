package board

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// A figure about an area needs three questions, twenty answers and five people.
func TestAreasOfAReport(t *testing.T) {
	o := cert.Outline{Domains: []cert.Domain{{ID: "a", Short: "Safety"}, {ID: "b", Short: "IT"}}}
	of := func(facts ...AreaFacts) []bot.Text {
		for n := range facts {
			facts[n].Track = "t"
		}
		return areaLines("CBET", o, "t", facts, false)
	}
	for _, row := range []struct {
		name  string
		facts []AreaFacts
		want  []bot.Text
	}{
		{"nothing yet", nil, []bot.Text{"Areas met: 0 of 2."}},
		{"too few answers", []AreaFacts{{Domain: "a", Questions: 3, Different: 3, Answers: 19, Right: 9, People: 5}}, []bot.Text{"Areas met: 1 of 2.", "Safety: 3 questions."}},
		{"too few people", []AreaFacts{{Domain: "a", Questions: 9, Different: 9, Answers: 36, Right: 9, People: 4}}, []bot.Text{"Areas met: 1 of 2.", "Safety: 9 questions."}},
		{"too few questions", []AreaFacts{{Domain: "a", Questions: 1, Different: 2, Answers: 36, Right: 9, People: 20}}, []bot.Text{"Areas met: 1 of 2.", "Safety: 1 question."}},
		{"enough", []AreaFacts{{Domain: "b", Questions: 16, Different: 4, Answers: 48, Right: 21, People: 12}, {Domain: "a", Questions: 1}},
			[]bot.Text{"Areas met: all 2.", "Safety: 1 question.", "IT: 16 questions; in 28 days 21 of 48 right (44 %)."}},
		{"another outline's area", []AreaFacts{{Domain: "x", Questions: 3}}, []bot.Text{"Areas met: 0 of 2."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, of(row.facts...)); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// Below the least counts no line has a count of right answers.
func TestReportsKeepFewPrivate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := AreaFacts{Track: "t", Domain: "a", Questions: rapid.IntRange(0, 9).Draw(t, "questions"), Different: rapid.IntRange(0, 9).Draw(t, "different"),
			Answers: rapid.IntRange(0, 60).Draw(t, "answers"), People: rapid.IntRange(0, 9).Draw(t, "people")}
		a.Right = rapid.IntRange(0, a.Answers).Draw(t, "right")
		text := ""
		for _, line := range areaLines("CBET", cert.Outline{Domains: []cert.Domain{{ID: "a", Short: "Safety"}}}, "t", []AreaFacts{a}, true) {
			text += string(line) + "\n"
		}
		enough := a.Questions > 0 && a.Different >= 3 && a.Answers >= 20 && a.People >= 5
		if strings.Contains(text, "right") != enough {
			t.Fatalf("%+v: %s", a, text)
		}
	})
}

// A report fits into a message, however much there is to say.
func TestReportFits(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := ReportFacts{Active: 40, Questions: 900, Answers: 40000}
	for _, c := range catalogue.Certifications {
		track := group.Track{ID: c.ID, Certification: c.ID, Outline: c.Outlines[0].ID}
		f.Tracks = append(f.Tracks, track)
		for _, d := range c.Outlines[0].Domains {
			f.Areas = append(f.Areas, AreaFacts{Track: c.ID, Domain: d.ID, Questions: 90, Different: 90, Answers: 4000, Right: 2100, People: 40})
		}
		for n := range 30 {
			f.Named = append(f.Named, Naming{Own: fmt.Sprintf("A rather long name of somebody %08d", n)})
		}
		s := &Service{Config: Config{Catalogue: catalogue}}
		m := bot.Message{Card: &bot.Card{Title: "Team report of the group", Footer: wordsReportEnd, Body: s.reportBody(f, nil, func(body bot.Text) bool {
			return bot.Message{Card: &bot.Card{Title: "Team report of the group", Footer: wordsReportEnd, Body: body}}.Validate() == nil
		})}}
		if err := m.Validate(); err != nil {
			t.Errorf("%d certifications: %v", len(f.Tracks), err)
		}
		if got := string(m.Card.Body); !strings.Contains(got, "Asked to be named: ") || !strings.Contains(got, "40 people active") {
			t.Errorf("%d certifications: %s", len(f.Tracks), got)
		}
	}
}
