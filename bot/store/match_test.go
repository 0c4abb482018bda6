package store_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

func matchCode(g, selector, secret string, at time.Time) practice.MatchCode {
	sum := sha256.Sum256([]byte(secret))
	return practice.MatchCode{Selector: selector, Secret: sum[:], Group: g, Account: "fake:maria", EndsAt: at.Add(practice.MatchCodeFor)}
}

func enter(t *testing.T, s *store.Store, g, selector, secret, id string, at time.Time) practice.MatchEntry {
	t.Helper()
	entry, _, err := s.EnterMatchCode(t.Context(), matchCode(g, selector, secret, at), id, at)
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

func makeCode(t *testing.T, s *store.Store, g, selector string, at time.Time) {
	t.Helper()
	if ok, err := s.MakeMatchCode(t.Context(), matchCode(g, selector, "secret", at), at); err != nil || !ok {
		t.Fatalf("make a code: %v, %v", ok, err)
	}
}

func keys(prefix string) func() string {
	n := 0
	return func() string { n++; return fmt.Sprint(prefix, n) }
}

// matchRuns lets host and guest have a match of n questions.
func matchRuns(t *testing.T, s *store.Store, id string, n int) {
	t.Helper()
	makeCode(t, s, "host", "2222", sunday())
	if e := enter(t, s, "guest", "2222", "secret", id, sunday()); e != practice.MatchCodeFits {
		t.Fatalf("enter: %v", e)
	}
	ask := schedule.Delivery{Key: "ask-" + id, Kind: practice.KindMatch, Ref: id + "/host/asked", Group: "host", Target: "fake:maria", Person: true, At: sunday()}
	if ok, err := s.AskMatch(t.Context(), id, "guest", ask, sunday()); err != nil || !ok {
		t.Fatalf("ask: %v, %v", ok, err)
	}
	if ok, err := s.StartMatch(t.Context(), id, "host", liveItems(n), keys("play-"), sunday()); err != nil || !ok {
		t.Fatalf("start: %v, %v", ok, err)
	}
}

func mustMatch(t *testing.T, s *store.Store, id string) practice.Match {
	t.Helper()
	return there(s.Match(t.Context(), id))(t, "match "+id)
}

func TestMatchCodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		begin(t, s, "third")
		other := plan("other", "fake:maria", "fake:other")
		other.Setup.Certification, other.Setup.Outline = "chtm", "chtm-2025"
		if _, err := s.StartGroup(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		makeCode(t, s, "host", "1111", sunday())
		makeCode(t, s, "host", "2222", sunday())
		if ok, err := s.MakeMatchCode(t.Context(), matchCode("guest", "2222", "other", sunday()), sunday()); err != nil || ok {
			t.Errorf("a taken selector was given again: %v, %v", ok, err)
		}
		for _, tt := range []struct {
			name, group, selector, secret string
			after                         time.Duration
			want                          practice.MatchEntry
		}{
			{"an earlier code of the group", "guest", "1111", "secret", 0, practice.MatchCodeWrong},
			{"not the secret", "guest", "2222", "Secret", 0, practice.MatchCodeWrong},
			{"nothing", "guest", "", "", 0, practice.MatchCodeWrong},
			{"too old", "third", "2222", "secret", practice.MatchCodeFor, practice.MatchCodeWrong},
			{"one's own", "host", "2222", "secret", 0, practice.MatchCodeOwn},
			{"another certification", "other", "2222", "secret", 0, practice.MatchOtherExam},
			{"it fits", "guest", "2222", "secret", time.Hour, practice.MatchCodeFits},
			{"only once", "third", "2222", "secret", time.Hour, practice.MatchCodeWrong},
		} {
			if got := enter(t, s, tt.group, tt.selector, tt.secret, "m-"+tt.group, sunday().Add(tt.after)); got != tt.want {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
		m := mustMatch(t, s, "m-guest")
		if m.State != practice.MatchFound || m.Host.Group != "host" || m.Guest.Group != "guest" || m.Account != "fake:maria" || m.Certification != "cbet" {
			t.Errorf("the match is %+v", m)
		}
		makeCode(t, s, "third", "3333", sunday())
		if got := enter(t, s, "guest", "3333", "secret", "m2", sunday().Add(time.Hour)); got != practice.MatchBusy {
			t.Errorf("a second match at once: %v", got)
		}
	})
}

// After five wrong codes a group waits, and a code that was missed five times is
// no more, whoever enters it.
func TestMatchCodeTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, g := range []string{"host", "a", "b", "c"} {
			begin(t, s, g)
		}
		makeCode(t, s, "host", "2222", sunday())
		entries := tally(t, func(n int) (practice.MatchEntry, error) {
			entry, _, err := s.EnterMatchCode(t.Context(), matchCode("a", "2222", fmt.Sprint("wrong", n), sunday()), fmt.Sprint("m", n), sunday())
			return entry, err
		})
		if want := map[practice.MatchEntry]int{practice.MatchCodeWrong: practice.MatchTries, practice.MatchCodeTooMany: writers - practice.MatchTries}; !cmp.Equal(entries, want) {
			t.Errorf("%d wrong codes at once: %v, want %v", writers, entries, want)
		}
		if got := enter(t, s, "a", "2222", "secret", "m", sunday().Add(time.Minute)); got != practice.MatchCodeTooMany {
			t.Errorf("the right one a minute later: %v", got)
		}
		if got := enter(t, s, "b", "2222", "secret", "m", sunday()); got != practice.MatchCodeWrong {
			t.Errorf("another group, with a code missed too often: %v", got)
		}
		makeCode(t, s, "host", "3333", sunday().Add(practice.MatchTriesIn))
		if got := enter(t, s, "a", "3333", "secret", "m", sunday().Add(practice.MatchTriesIn)); got != practice.MatchCodeFits {
			t.Errorf("an hour later: %v", got)
		}
	})
}

// One code entered by several at once makes one match, and several organisers
// who accept it start it once.
func TestMatchStartsOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		for n := range writers {
			begin(t, s, fmt.Sprint("g", n))
		}
		makeCode(t, s, "host", "2222", sunday())
		var mu sync.Mutex
		found := ""
		atOnce(t, func(n int) error {
			entry, m, err := s.EnterMatchCode(t.Context(), matchCode(fmt.Sprint("g", n), "2222", "secret", sunday()), fmt.Sprint("m", n), sunday())
			mu.Lock()
			defer mu.Unlock()
			if entry == practice.MatchCodeFits {
				if found != "" {
					t.Errorf("%s and %s have the code", found, m.ID)
				}
				found = m.ID
			}
			return err
		})
		m := mustMatch(t, s, found)
		for _, g := range []string{"host", "g0", "nowhere"} {
			if g == m.Guest.Group {
				continue
			}
			if ok, err := s.AskMatch(t.Context(), m.ID, g, schedule.Delivery{}, sunday()); err != nil || ok {
				t.Errorf("%s agrees for the guest: %v, %v", g, ok, err)
			}
		}
		if ok, err := s.StartMatch(t.Context(), m.ID, "host", liveItems(2), keys("x"), sunday()); err != nil || ok {
			t.Errorf("it starts before the guest agreed: %v, %v", ok, err)
		}
		ask := schedule.Delivery{Key: "ask", Kind: practice.KindMatch, Ref: m.ID + "/host/asked", Group: "host", Target: "fake:maria", Person: true, At: sunday()}
		if ok, err := s.AskMatch(t.Context(), m.ID, m.Guest.Group, ask, sunday()); err != nil || !ok {
			t.Fatalf("ask: %v, %v", ok, err)
		}
		if ok, err := s.StartMatch(t.Context(), m.ID, m.Guest.Group, liveItems(2), keys("x"), sunday()); err != nil || ok {
			t.Errorf("the guest accepts for the host: %v, %v", ok, err)
		}
		started := 0
		atOnce(t, func(n int) error {
			ok, err := s.StartMatch(t.Context(), m.ID, "host", liveItems(2), keys(fmt.Sprint("key", n, "-")), sunday())
			mu.Lock()
			defer mu.Unlock()
			if ok {
				started++
			}
			return err
		})
		if started != 1 {
			t.Errorf("started %d times", started)
		}
		for _, g := range []string{"host", m.Guest.Group} {
			if items, err := s.GroupItems(t.Context(), g); err != nil || !items["live-0"] || !items["live-1"] {
				t.Errorf("%s may give away its match: %v (%v)", g, items, err)
			}
		}
	})
}

// Two devices begin one session; somebody in both groups plays for one; figures
// count those who answered everything.
func TestMatchPlay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		join(t, s, "host", "dana")
		join(t, s, "guest", "dana")
		join(t, s, "guest", "lee")
		matchRuns(t, s, "m", 2)
		var mu sync.Mutex
		sessions := map[string]string{}
		atOnce(t, func(n int) error {
			g := []string{"host", "guest"}[n%2]
			p, ok, err := s.PlayMatch(t.Context(), "m", g, "fake:dana", fmt.Sprint("s", n), sunday())
			mu.Lock()
			defer mu.Unlock()
			if ok {
				sessions[p.ID] = p.Group
			}
			return err
		})
		if len(sessions) != 1 {
			t.Fatalf("dana plays in %v", sessions)
		}
		p, ok, err := s.PlayMatch(t.Context(), "m", "guest", "fake:lee", "lees", sunday())
		if err != nil || !ok || len(p.Questions) != 2 {
			t.Fatalf("lee: %+v, %v, %v", p, ok, err)
		}
		for _, tt := range []struct {
			name, match, group string
			account            bot.UserID
		}{
			{"a group of others", "m", "host", "fake:lee"}, {"no such match", "x", "guest", "fake:lee"},
			{"no such group", "m", "x", "fake:lee"}, {"a stranger", "m", "guest", "fake:tom"},
		} {
			if _, ok, err := s.PlayMatch(t.Context(), tt.match, tt.group, tt.account, "forged", sunday()); err != nil || ok {
				t.Errorf("%s: %v, %v", tt.name, ok, err)
			}
		}
		for dana, g := range sessions {
			for place := 1; place <= 2; place++ {
				if _, _, err := s.AnswerSession(t.Context(), dana, place, practised(fmt.Sprint("d", place), sunday())); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := s.AnswerSession(t.Context(), "lees", 1, practised("l1", sunday())); err != nil {
				t.Fatal(err)
			}
			if got, err := s.MatchFigures(t.Context(), "m"); err != nil || !cmp.Equal(got, map[string]practice.MatchFigures{g: {People: 1, Right: 2}}) {
				t.Errorf("figures %v (%v), want dana's for %s only", got, err, g)
			}
		}
		if n, err := s.MatchPlayed(t.Context(), "m", "member-lee"); err != nil || n != 1 {
			t.Errorf("lee has answered %d (%v), want 1", n, err)
		}
		if h, err := s.MemberHistory(t.Context(), "guest", "track-guest", "member-lee"); err != nil || h.WeekPoints != 0 {
			t.Errorf("it earned %d points (%v)", h.WeekPoints, err)
		}
	})
}

func TestMatchEnds(t *testing.T) {
	end := sunday().Add(practice.MatchFor)
	for _, tt := range []struct {
		name  string
		end   func(t *testing.T, s *store.Store) error
		state practice.MatchState
		posts bool
	}{
		{"a week later", func(t *testing.T, s *store.Store) error {
			return s.EndMatch(t.Context(), schedule.Due{Kind: practice.KindMatch, Subject: "m", Occurrence: "end", At: end}, keys("end-"), end)
		}, practice.MatchEnded, true},
		{"the host calls it off", func(t *testing.T, s *store.Store) error {
			_, err := s.DropMatch(t.Context(), "m", "host", sunday())
			return err
		}, practice.MatchCancelled, false},
		{"the guest calls it off", func(t *testing.T, s *store.Store) error {
			_, err := s.DropMatch(t.Context(), "m", "guest", sunday())
			return err
		}, practice.MatchCancelled, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "host")
				begin(t, s, "guest")
				join(t, s, "guest", "lee")
				matchRuns(t, s, "m", 2)
				if _, ok, err := s.PlayMatch(t.Context(), "m", "guest", "fake:lee", "lees", sunday()); err != nil || !ok {
					t.Fatal(ok, err)
				}
				if ok, err := s.DropMatch(t.Context(), "m", "elsewhere", sunday()); err != nil || ok {
					t.Errorf("another group calls it off: %v, %v", ok, err)
				}
				if err := tt.end(t, s); err != nil {
					t.Fatal(err)
				}
				if m := mustMatch(t, s, "m"); m.State != tt.state {
					t.Errorf("it is %s, want %s", m.State, tt.state)
				}
				for _, key := range []string{"end-1", "end-2"} {
					if _, ok, err := s.Delivery(t.Context(), key); err != nil || ok != tt.posts {
						t.Errorf("post %s: %v (%v), want %v", key, ok, err, tt.posts)
					}
				}
				if status, _, err := s.AnswerSession(t.Context(), "lees", 1, practised("late", end)); err != nil || status != practice.SessionOver {
					t.Errorf("an answer after the end: %v, %v", status, err)
				}
				if ok, err := s.DropMatch(t.Context(), "m", "host", end); err != nil || ok {
					t.Errorf("it ends again: %v, %v", ok, err)
				}
				again := schedule.Due{Kind: practice.KindMatch, Subject: "m", Occurrence: "end", At: end}
				if err := s.EndMatch(t.Context(), again, keys("again-"), end); !errors.Is(err, schedule.ErrTaken) {
					t.Errorf("its due thing is still there: %v", err)
				}
				if _, ok, err := s.MatchOf(t.Context(), "guest", end); err != nil || ok {
					t.Errorf("the group still has a match: %v, %v", ok, err)
				}
			})
		})
	}
}

// What is missed in a match comes back in reviews from its answer on, and not
// only with the last one.
func TestMatchAnswersAreRemembered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		join(t, s, "guest", "lee")
		matchRuns(t, s, "m", 3)
		if _, ok, err := s.PlayMatch(t.Context(), "m", "guest", "fake:lee", "lees", sunday()); err != nil || !ok {
			t.Fatal(ok, err)
		}
		for place := 1; place <= 2; place++ {
			a := practised(fmt.Sprint("l", place), sunday())
			a.Verdict = practice.Wrong
			if _, _, err := s.AnswerSession(t.Context(), "lees", place, a); err != nil {
				t.Fatal(err)
			}
			if r, ok, err := s.Recall(t.Context(), "track-guest", "member-lee", fmt.Sprint("live-", place-1)); err != nil || !ok || r.Missed != 1 {
				t.Errorf("question %d: %+v, %v, %v", place, r, ok, err)
			}
		}
	})
}

// Whoever begins to play while the match ends has no part that stays open: beside
// one, the next match could not be played.
func TestNobodyBeginsAfterTheEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		for n := range writers {
			join(t, s, "guest", fmt.Sprint("p", n))
		}
		matchRuns(t, s, "m", 2)
		atOnce(t, func(n int) error {
			if n == writers/2 {
				_, err := s.DropMatch(t.Context(), "m", "host", sunday())
				return err
			}
			_, _, err := s.PlayMatch(t.Context(), "m", "guest", bot.UserID(fmt.Sprint("fake:p", n)), fmt.Sprint("s", n), sunday())
			return err
		})
		for n := range writers {
			if p, open, err := s.OpenSession(t.Context(), "track-guest", fmt.Sprint("member-p", n), "match"); err != nil || open {
				t.Errorf("a part is still open: %+v, %v", p, err)
			}
		}
	})
}

// Groups that study several certifications play for one that both study.
func TestMatchOfSeveral(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		added(t, s, addition("host", "chtm", 1))
		for _, g := range []struct{ id, certification string }{{"guest", "pmp"}, {"other", "pmp"}} {
			p := plan(g.id, "fake:maria", bot.ChannelID("fake:"+g.id))
			p.Setup.Certification, p.Setup.Outline = g.certification, g.certification+"-2025"
			if _, err := s.StartGroup(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		added(t, s, addition("guest", "chtm", 1))
		added(t, s, addition("guest", "cbet", 2))
		join(t, s, "guest", "lee")
		makeCode(t, s, "host", "2222", sunday())
		if got := enter(t, s, "other", "2222", "secret", "m2", sunday()); got != practice.MatchOtherExam {
			t.Errorf("a group that studies something else: %v", got)
		}
		matchRuns(t, s, "m", 2)
		if m := mustMatch(t, s, "m"); m.Certification != "chtm" {
			t.Errorf("the match is about %s, want chtm: the first that both study", m.Certification)
		}
		p, ok, err := s.PlayMatch(t.Context(), "m", "guest", "fake:lee", "lees", sunday())
		if err != nil || !ok || p.Track != "track-guest-chtm-1" {
			t.Errorf("lee plays on %q, %v, %v; want on the guest's chtm", p.Track, ok, err)
		}
	})
}

// Practice keeps the questions of a match back from whoever has still to play them.
func TestMatchQuestionsAreKeptBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "host")
		begin(t, s, "guest")
		join(t, s, "host", "dana")
		join(t, s, "guest", "lee")
		matchRuns(t, s, "m", 2)
		if _, ok, err := s.PlayMatch(t.Context(), "m", "guest", "fake:lee", "lees", sunday()); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, _, err := s.AnswerSession(t.Context(), "lees", 1, practised("l1", sunday())); err != nil {
			t.Fatal(err)
		}
		kept := func(person string, want map[string]bool) {
			t.Helper()
			got, err := s.OpenItems(t.Context(), "member-"+person)
			if err != nil || !cmp.Equal(got, want) {
				t.Errorf("kept back from %s: %v (%v), want %v", person, got, err, want)
			}
		}
		storetest.QueryPlans(t, s, []string{"matches", "match_items", "match_players", "answers", "rounds", "memberships"}, func() {
			kept("dana", map[string]bool{"live-0": true, "live-1": true})
		})
		kept("lee", map[string]bool{"live-1": true})
		if _, err := s.DropMatch(t.Context(), "m", "host", sunday()); err != nil {
			t.Fatal(err)
		}
		kept("dana", map[string]bool{})
	})
}
