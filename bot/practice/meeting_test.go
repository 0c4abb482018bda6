package practice

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// missedStore knows what was missed and what is open.
type missedStore struct {
	Store
	missed []MissedRound
	open   map[string]bool
}

func (m missedStore) MissedRounds(context.Context, string, int) ([]MissedRound, error) {
	return m.missed, nil
}
func (m missedStore) VoidItems(context.Context, string) ([]VoidItem, error)       { return nil, nil }
func (m missedStore) GroupItems(context.Context, string) (map[string]bool, error) { return m.open, nil }

func missedItem(id string) quizzes.Item {
	return quizzes.Item{ID: id, Type: quizzes.Single, Domain: "cbet.safety", Stem: "Is 1 < 2 & 3?", Answer: []string{"b"},
		Explanation: "Counted.", Source: quizzes.Source{Title: "A book"},
		Options: []quizzes.Option{{ID: "a", Text: "<b>No</b>", Why: "It is."}, {ID: "b", Text: "Yes", Why: "It is."}}}
}

func meetingService(t *testing.T, open map[string]bool, missed ...MissedRound) *Service {
	t.Helper()
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Store: missedStore{missed: missed, open: open}, Catalogue: catalogue, Library: NewLibrary(nil),
		Now: func() time.Time { return time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC) }})
}

func TestMeeting(t *testing.T) {
	now := time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC)
	round := func(id string, right, answered, days int) MissedRound {
		return MissedRound{Round: id, Item: missedItem(id), Right: right, Answered: answered, ClosedAt: now.AddDate(0, 0, -days)}
	}
	again := round("a2", 4, 9, 1)
	again.Item = missedItem("a")
	for _, tt := range []struct {
		name   string
		open   string
		missed []MissedRound
		want   string
	}{
		{"nothing", "", nil, ""},
		{"most missed first", "", []MissedRound{round("a", 4, 9, 1), round("b", 1, 9, 100), round("c", 2, 9, 1)}, "b c a"},
		{"filled from the last four weeks", "", []MissedRound{round("a", 6, 9, 29), round("b", 8, 9, 1), round("c", 7, 9, 1), round("d", 1, 9, 90)}, "d c b"},
		{"five at most", "", []MissedRound{round("a", 1, 9, 1), round("b", 2, 9, 1), round("c", 3, 9, 1), round("d", 4, 9, 1), round("e", 5, 9, 1), round("f", 6, 9, 1)}, "a b c d e"},
		{"an item once, at its worst", "", []MissedRound{again, round("a", 3, 9, 20)}, "a"},
		{"not what is open again", "b", []MissedRound{round("a", 4, 9, 1), round("b", 1, 9, 1)}, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := meetingService(t, map[string]bool{tt.open: true}, tt.missed...)
			p, err := s.meeting(t.Context(), group.Track{Certification: "cbet"})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, q := range p.questions {
				got = append(got, q.entry.item.ID)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}

// The page is one file that loads nothing, with each heading named once, and
// what the bank says stands in it as words.
func TestMeetingPage(t *testing.T) {
	s := meetingService(t, nil)
	e := entry{item: missedItem("a")}
	e.item.Image = &quizzes.Image{Alt: "A scope & a probe", Data: []byte("\x89PNG\r\n\x1a\n")}
	numeric := entry{item: quizzes.Item{ID: "n", Type: quizzes.Numeric, Domain: "cbet.it", Stem: "How many?", Answer: []string{"4.7 kΩ"}, Explanation: "So.", Source: quizzes.Source{Title: "B"}}}
	o, _ := s.Catalogue.Find("cbet")
	page, err := s.meetingHTML(t.Context(), group.Group{Name: `The "Tuesday" <group>`, Zone: "America/Chicago"}, group.Track{Certification: "cbet", Outline: o.Outlines[0].ID},
		pack{[]packed{{e, MissedRound{Right: 1, Answered: 9}}, {numeric, MissedRound{Right: 3, Answered: 9}}}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if got := strings.Count(text, `<img src="data:image/png;base64,iVBORw0KGgo=" alt="A scope &amp; a probe">`); got != 1 {
		t.Errorf("the picture is there %d times", got)
	}
	text = strings.ReplaceAll(text, "src=\"data:image/png;base64,", "")
	for _, want := range []string{`<html lang="en">`, "Tuesday", "Is 1 &lt; 2 &amp; 3?", "A. &lt;b&gt;No&lt;/b&gt;", "1. B, Yes · one to discuss", "2. 4.7 kΩ<",
		"1 of 9 were right", "Source: A book", "Notes:", "break-before: page", o.NotAffiliated, "Tue 24 November 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"src=", "href=", "http", "url(", "@import", "<script", "<b>", "ZgotmplZ"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for n := range 2 {
		for _, part := range []string{"q", "a"} {
			if id := fmt.Sprintf(`id="%s%d"`, part, n+1); strings.Count(text, id) != 1 {
				t.Errorf("%s is there %d times", id, strings.Count(text, id))
			}
		}
	}
}
