package group

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/cert"
)

// studies is a store that knows what a group studies.
type studies struct {
	Store
	tracks []Track
}

func (s studies) SeasonFacts(context.Context, string) (SeasonFacts, error) {
	return SeasonFacts{Tracks: s.tracks}, nil
}

// Whoever starts the next season long after the last gets the windows that are
// ahead then.
func TestWindowsAhead(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, _ := catalogue.Find("cbet")
	tracks := []Track{{ID: "t", Certification: c.ID, Outline: c.Outlines[0].ID}}
	s := &Service{c: Config{Store: studies{tracks: tracks}, Catalogue: catalogue}}
	season := Season{SeasonData: SeasonData{Next: "May", Windows: map[string]Window{"t": {"2027-05-01", "2027-05-15"}}}}
	for _, row := range []struct {
		name, day, next string
		window          Window
	}{
		{"soon", "2026-12-07", "May", Window{"2027-05-01", "2027-05-15"}},
		{"on its last day", "2027-05-15", "May", Window{"2027-05-01", "2027-05-15"}},
		{"when it is over", "2027-05-17", "November", Window{"2027-11-01", "2027-11-15"}},
		{"a year later", "2027-11-22", "May", Window{"2028-05-01", "2028-05-15"}},
	} {
		day, err := time.Parse(time.DateOnly, row.day)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.ahead(t.Context(), season, day)
		want := season
		want.Next, want.Windows = row.next, map[string]Window{"t": row.window}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s (-want +got):\n%s%v", row.name, diff, err)
		}
	}
}

// A season in which nobody answered is over without a count of nothing.
func TestWrapUpWords(t *testing.T) {
	for _, row := range []struct {
		data SeasonData
		want bot.Text
	}{
		{SeasonData{Name: "November", Next: "May", Weeks: 23, Answers: 1012, Areas: 6, All: 6},
			"November season: 23 weeks, 1,012 answers, all 6 areas. Good luck to everyone waiting for a result. Who's in for May?"},
		{SeasonData{Name: "November", Next: "May", All: 6},
			"November season is over. Good luck to everyone waiting for a result. Who's in for May?"},
		{SeasonData{}, "This season is over. Good luck to everyone waiting for a result. Who's in for the next season?"},
	} {
		if got := wordsWrapUp(row.data); got != row.want {
			t.Errorf("%+v: %q, want %q", row.data, got, row.want)
		}
	}
}
