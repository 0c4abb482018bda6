package practice

import (
	"context"
	"testing"
	"time"

	"studyhall/bot/group"
)

// severalStore is a group that studies several certifications, with a member's
// newest mock exam on each.
type severalStore struct {
	Store
	tracks []group.Track
	mocks  map[string]Mock
}

func (s severalStore) PracticeTracks(context.Context, string, string) ([]group.Track, error) {
	return s.tracks, nil
}

func (s severalStore) LatestMock(_ context.Context, trackID, _ string) (Mock, bool, error) {
	m, ok := s.mocks[trackID]
	return m, ok, nil
}

func twoTracks() []group.Track {
	return []group.Track{{ID: "t1", Group: "g", Certification: "cbet"}, {ID: "t2", Group: "g", Certification: "chtm"}}
}

// A mock exam is found from the study page whatever was practised since.
func TestStudyPageLeadsToEveryMockExam(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	open := func(id string) Mock { return Mock{Session: Session{ID: id}, Since: now} }
	ended := func(id string, ago time.Duration) Mock {
		return Mock{Session: Session{ID: id, Ended: true}, EndedAt: now.Add(-ago), RanOut: true}
	}
	for _, tt := range []struct {
		name  string
		mocks map[string]Mock
		want  string // action; "" for nothing
	}{
		{"none", nil, ""},
		{"open on the other one", map[string]Mock{"t2": open("b")}, "sitting/b"},
		{"open on the other one, a result on this", map[string]Mock{"t1": ended("a", time.Hour), "t2": open("b")}, "sitting/b"},
		{"open on this one, a result on the other", map[string]Mock{"t1": open("a"), "t2": ended("b", time.Hour)}, "sitting/a"},
		{"time ran out on the other one", map[string]Mock{"t2": ended("b", time.Hour)}, "sitting/b"},
		{"the newer result", map[string]Mock{"t1": ended("a", 2*time.Hour), "t2": ended("b", time.Hour)}, "sitting/b"},
		{"too long ago", map[string]Mock{"t1": ended("a", mockShownFor+time.Hour)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &Service{Config: Config{Store: severalStore{tracks: twoTracks(), mocks: tt.mocks}, Now: func() time.Time { return now }}}
			part, err := s.mockPart(t.Context(), group.Group{ID: "g", Zone: "UTC"}, group.Member{ID: "m"})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, b := range part.Actions {
				got += b.Action
			}
			if got != tt.want {
				t.Errorf("leads to %q, want %q", got, tt.want)
			}
		})
	}
}

// A match is about its certification, not about what a group studies first.
func TestMatchTrack(t *testing.T) {
	s := &Service{Config: Config{Store: severalStore{tracks: twoTracks()}}}
	for _, tt := range []struct{ certification, want string }{{"chtm", "t2"}, {"cbet", "t1"}, {"pmp", ""}} {
		got, ok, err := s.matchTrack(t.Context(), Match{Certification: tt.certification}, "g")
		if err != nil || got.ID != tt.want || ok != (tt.want != "") {
			t.Errorf("match about %s: track %q, %v, %v; want %q", tt.certification, got.ID, ok, err, tt.want)
		}
	}
}
