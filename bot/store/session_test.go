package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
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

// sessionParts are a session of n questions, and the questions.
func sessionParts(group, id string, n int) (practice.Session, []practice.SessionItem) {
	p := practice.Session{Kind: practice.Practising, ID: id, Group: group, Track: "track-" + group, Asked: n}
	questions, items := questionsOf(practice.Unseen, numbered("item-", n)...)
	p.Questions = questions
	return p, items
}

// sessionOf begins a session of n questions for a member.
func sessionOf(t *testing.T, s *store.Store, group, person, id string, n int, at time.Time) (practice.Session, bool) {
	t.Helper()
	p, items := sessionParts(group, id, n)
	p.Member = "member-" + person
	started, err := s.StartSession(t.Context(), p, items, at)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	return p, started
}

func practised(id string, at time.Time) practice.Answer {
	return practice.Answer{ID: id, Option: "a", Verdict: practice.Right, At: at, Interaction: id}
}

func mustSession(t *testing.T, s *store.Store, id, person string) practice.Session {
	t.Helper()
	return there(s.Session(t.Context(), id, bot.UserID("fake:"+person)))(t, "session "+id+" of "+person)
}

func TestOneOpenSessionPerMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		began := tally(t, func(n int) (bool, error) {
			_, started := sessionOf(t, s, "g", "dana", fmt.Sprint("s", n), 5, sunday())
			return started, nil
		})
		if began[true] != 1 {
			t.Errorf("%d devices at once began %d sessions, want one", writers, began[true])
		}
		if _, started := sessionOf(t, s, "g", "lee", "lees", 5, sunday()); !started {
			t.Error("another member could not begin")
		}
		open, ok, err := s.OpenSession(t.Context(), "track-g", "member-dana", practice.Practising)
		if err != nil || !ok || len(open.Questions) != 5 || open.Ended {
			t.Fatalf("open session: %+v, %v, %v", open, ok, err)
		}
		if ended, err := s.EndSession(t.Context(), open.ID, sunday()); err != nil || !ended {
			t.Errorf("end: %v, %v", ended, err)
		}
		if ended, err := s.EndSession(t.Context(), open.ID, sunday()); err != nil || ended {
			t.Errorf("end again: %v, %v", ended, err)
		}
		if _, started := sessionOf(t, s, "g", "dana", "second", 5, sunday()); !started {
			t.Error("after the end no new one could begin")
		}
	})
}

func TestTwoDevicesCountAQuestionOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		sessionOf(t, s, "g", "dana", "s", 3, sunday())
		for place := 1; place <= 3; place++ {
			var mu sync.Mutex
			recorded, counts := 0, map[string]bool{}
			atOnce(t, func(n int) error {
				status, a, err := s.AnswerSession(t.Context(), "s", place, practised(fmt.Sprintf("a-%d-%d", place, n), sunday()))
				mu.Lock()
				defer mu.Unlock()
				counts[a.ID] = true
				switch status {
				case practice.SessionRecorded:
					recorded++
				case practice.SessionAlready:
				default:
					t.Errorf("status %v", status)
				}
				return err
			})
			if recorded != 1 || len(counts) != 1 {
				t.Errorf("question %d: %d recorded, %d different answers count", place, recorded, len(counts))
			}
		}
		p := mustSession(t, s, "s", "dana")
		if !p.Ended {
			t.Error("all is answered and the session is open")
		}
		n, err := s.PracticeAnswers(t.Context(), "track-g", "member-dana", sunday(), sunday().Add(time.Second))
		if err != nil || n != 3 {
			t.Errorf("%d practice answers (%v), want 3", n, err)
		}
	})
}

// Answers and the end at the same instant: what was told recorded is counted.
func TestAnswersWhileASessionEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		for try := range 10 {
			id := fmt.Sprint("s", try)
			sessionOf(t, s, "g", "dana", id, writers+2, sunday())
			got := tally(t, func(n int) (practice.SessionStatus, error) {
				if n == 0 {
					_, err := s.EndSession(t.Context(), id, sunday().Add(time.Duration(try)*time.Hour))
					return -1, err
				}
				status, _, err := s.AnswerSession(t.Context(), id, n, practised(fmt.Sprintf("%s-%d", id, n), sunday()))
				return status, err
			})
			recorded := got[practice.SessionRecorded]
			if recorded+got[practice.SessionOver] != writers-1 {
				t.Errorf("statuses %v", got)
			}
			p, answered := mustSession(t, s, id, "dana"), 0
			for _, q := range p.Questions {
				if q.Answered {
					answered++
				}
			}
			from := sunday().Add(time.Duration(try) * time.Hour)
			n, err := s.PracticeAnswers(t.Context(), "track-g", "member-dana", from, from.Add(time.Hour))
			if err != nil || !p.Ended || answered != recorded || n != recorded {
				t.Fatalf("%d told recorded, %d kept, %d count (%v), ended %v", recorded, answered, n, err, p.Ended)
			}
		}
	})
}

func TestSessionsBelongToTheirMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		begin(t, s, "h")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		sessionOf(t, s, "g", "dana", "s", 2, sunday())
		for _, person := range []string{"lee", "maria", "nobody"} {
			if _, ok, err := s.Session(t.Context(), "s", bot.UserID("fake:"+person)); ok || err != nil {
				t.Errorf("%s reads dana's session: %v, %v", person, ok, err)
			}
		}
		if _, ok, err := s.Session(t.Context(), "none", "fake:dana"); ok || err != nil {
			t.Errorf("a session that is none: %v, %v", ok, err)
		}
		if status, _, err := s.AnswerSession(t.Context(), "s", 7, practised("x", sunday())); err != nil || status != practice.SessionOver {
			t.Errorf("an answer to a place that is none: %v, %v", status, err)
		}
	})
}

func TestIdleSessionsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		sessionOf(t, s, "g", "dana", "s", 3, sunday())
		idle := schedule.Due{Kind: practice.KindIdle, Subject: "s", Occurrence: "end", At: sunday().Add(practice.IdleFor)}
		if _, _, err := s.AnswerSession(t.Context(), "s", 1, practised("a", sunday().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if err := s.ExpireSession(t.Context(), idle, idle.At); err == nil || !strings.Contains(err.Error(), schedule.ErrTaken.Error()) {
			t.Errorf("it ended though it was answered an hour later: %v", err)
		}
		idle.At = idle.At.Add(time.Hour)
		if err := s.ExpireSession(t.Context(), idle, idle.At); err != nil {
			t.Error(err)
		}
		if p := mustSession(t, s, "s", "dana"); !p.Ended {
			t.Error("it did not end")
		}
		if status, _, err := s.AnswerSession(t.Context(), "s", 2, practised("b", idle.At)); err != nil || status != practice.SessionOver {
			t.Errorf("an answer after the end: %v, %v", status, err)
		}
		if status, a, err := s.AnswerSession(t.Context(), "s", 1, practised("c", idle.At)); err != nil || status != practice.SessionAlready || a.ID != "a" {
			t.Errorf("an earlier answer after the end: %v, %q, %v", status, a.ID, err)
		}
	})
}

// A question that is open in one of the member's groups is held back until it
// was answered there or has closed.
func TestOpenQuestionsAreHeld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		r := asked(t, s, "g", "r1", sunday())
		open, err := s.OpenItems(t.Context(), "member-dana")
		if err != nil || !open[r.Item.ID] || len(open) != 1 {
			t.Errorf("open items %v (%v), want %s", open, err, r.Item.ID)
		}
		p := practice.Session{Kind: practice.Practising, ID: "s", Group: "g", Track: "track-g", Member: "member-dana", Questions: []practice.SessionQuestion{
			{Place: 1, Item: r.Item.ID, Domain: "cbet.safety", ItemVersion: r.ItemVersion, Reason: practice.Unseen},
		}}
		if _, err := s.StartSession(t.Context(), p, nil, sunday()); err != nil {
			t.Fatal(err)
		}
		if !mustSession(t, s, "s", "dana").Questions[0].Held {
			t.Error("today's question is not held back")
		}
		if _, err := s.Answer(t.Context(), answer(r, "dana", 1, sunday()), false); err != nil {
			t.Fatal(err)
		}
		if mustSession(t, s, "s", "dana").Questions[0].Held {
			t.Error("it is held back though it was answered")
		}
	})
}

func TestTypedAnswersAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		join(t, s, "g", "lee")
		r := asked(t, s, "g", "r1", sunday())
		typed := answer(r, "dana", 1, sunday())
		typed.Option, typed.Raw, typed.Verdict = "", "4,7 kΩ", practice.Partly
		if _, err := s.Answer(t.Context(), typed, false); err != nil {
			t.Fatal(err)
		}
		several := answer(r, "lee", 2, sunday())
		several.Option = "a c"
		if _, err := s.Answer(t.Context(), several, false); err != nil {
			t.Fatal(err)
		}
		got, ok, err := s.AnswerOf(t.Context(), r.ID, "member-dana")
		if err != nil || !ok || got.Raw != "4,7 kΩ" || got.Option != "" {
			t.Errorf("kept %+v (%v, %v)", got, ok, err)
		}
		spread, err := s.Spread(t.Context(), r.ID)
		if diff := cmp.Diff(map[string]int{"partly": 1, "a c": 1}, spread); err != nil || diff != "" {
			t.Errorf("spread (-want +got): %s%v", diff, err)
		}
	})
}

// What counts for practice points equals a recount of the answers, after any
// history of sessions, answers and ends.
func TestPracticeAnswersEqualARecount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		people := []string{"ann", "ben", "cleo"}
		for _, p := range people {
			join(t, s, "g", p)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		now, want := sunday(), map[string]int{}
		open := map[string]string{}
		for step := range 200 {
			now = now.Add(time.Duration(rng.IntN(90)) * time.Minute)
			person := people[rng.IntN(len(people))]
			id := open[person]
			switch {
			case id == "":
				id = fmt.Sprint("s", step)
				sessionOf(t, s, "g", person, id, 1+rng.IntN(6), now)
				open[person] = id
			case rng.IntN(6) == 0:
				if _, err := s.EndSession(t.Context(), id, now); err != nil {
					t.Fatal(err)
				}
				open[person] = ""
			default:
				p := mustSession(t, s, id, person)
				place := 1 + rng.IntN(len(p.Questions))
				if _, _, err := s.AnswerSession(t.Context(), id, place, practised(fmt.Sprint("a", step), now)); err != nil {
					t.Fatal(err)
				}
			}
			if id := open[person]; id != "" && mustSession(t, s, id, person).Ended {
				open[person] = ""
			}
			if open[person] == "" {
				p, n := mustSession(t, s, id, person), 0
				for _, q := range p.Questions {
					if q.Answered {
						n++
					}
				}
				want["member-"+person] += n
			}
		}
		got, err := s.PracticeByMember(t.Context(), "track-g", sunday(), now.Add(time.Hour))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("practice answers (-recounted +told): %s%v", diff, err)
		}
		for _, p := range people {
			n, err := s.PracticeAnswers(t.Context(), "track-g", "member-"+p, sunday(), now.Add(time.Hour))
			if err != nil || n != want["member-"+p] {
				t.Errorf("%s: %d (%v), want %d", p, n, err, want["member-"+p])
			}
		}
	})
}

func TestSessionPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		asked(t, s, "g", "r1", sunday())
		ctx, now := t.Context(), sunday().Add(time.Hour)
		storetest.QueryPlans(t, s, nil, func() {
			check := func(_ any, err error) {
				t.Helper()
				if err != nil {
					t.Error(err)
				}
			}
			sessionOf(t, s, "g", "dana", "s", 3, now)
			check(s.PracticeTracks(ctx, "g", "member-dana"))
			_, _, err := s.Track(ctx, "track-g")
			check(nil, err)
			check(s.TracksNear(ctx, "fake:dana", "fake:g"))
			check(s.TracksNear(ctx, "fake:dana", "fake:elsewhere"))
			check(s.Recent(ctx, "g", "member-dana", 10))
			check(s.Met(ctx, "member-dana", []string{"a", "b"}))
			check(s.MetAll(ctx, "member-dana"))
			check(s.OpenItems(ctx, "member-dana"))
			_, _, err = s.OpenSession(ctx, "track-g", "member-dana", practice.Practising)
			check(nil, err)
			_, _, err = s.Session(ctx, "s", "fake:dana")
			check(nil, err)
			version, _ := thisOrThat("item-0").Version()
			check(s.ItemVersion(ctx, version))
			_, _, err = s.AnswerSession(ctx, "s", 1, practised("a", now))
			check(nil, err)
			_, _, err = s.AnswerSession(ctx, "s", 1, practised("b", now))
			check(nil, err)
			check(nil, s.ExpireSession(ctx, schedule.Due{Kind: practice.KindIdle, Subject: "s", Occurrence: "end", At: now.Add(practice.IdleFor)}, now))
			check(s.EndSession(ctx, "s", now))
		})
	})
}
