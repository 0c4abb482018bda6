package practice

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
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

// LiveSpread is that nobody answered.
func (s severalStore) LiveSpread(context.Context, string, int) (map[string]int, error) {
	return nil, nil
}

// When the next question of a live round can't be posted, the card before it says
// that this was all.
func TestLastLiveCardSaysSo(t *testing.T) {
	item := quizzes.Item{ID: "x", Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a"}, Explanation: "This.",
		Options: []quizzes.Option{{ID: "a", Text: "This"}, {ID: "b", Text: "That"}}}
	s := &Service{Config: Config{Store: severalStore{}, Catalogue: cert.Catalogue{}}}
	for _, tt := range []struct {
		name  string
		at    int // of the round
		why   LiveEnding
		words bool
	}{
		{"the next one was never posted", 2, LiveUnsent, true},
		{"the next one was stopped", 2, LiveStopped, false},
		{"this one was stopped", 1, LiveStopped, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := s.liveClosedCard(t.Context(), Live{ID: "l", Place: tt.at, Size: 3, Ending: tt.why}, LiveQuestion{Live: "l", Place: 1, Item: item, State: LiveClosed})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(m.Card.Footer.Plain(), liveStopWordsEnd.Plain()); got != tt.words {
				t.Errorf("footer %q", m.Card.Footer.Plain())
			}
		})
	}
}

// Whoever presses what is settled already is led on.
func TestMatchRefusalLeadsOn(t *testing.T) {
	for _, words := range []bot.Text{matchOverAsk, matchNoneWords} {
		refusal, ok := errors.AsType[*bot.Error](matchRefusal("g", words))
		if !ok || refusal.Text != words || refusal.Card == nil || len(refusal.Card.Controls) == 0 {
			t.Fatalf("%q: %+v", words.Plain(), refusal)
		}
		m := bot.Message{Card: refusal.Card}
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
	}
}
