package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// mockOf begins a mock exam of n questions, with half an hour's time.
func mockOf(t *testing.T, s *store.Store, group, person, id string, n int, limit time.Duration, at time.Time) bool {
	t.Helper()
	m := practice.Mock{Limit: limit, Session: practice.Session{ID: id, Group: group, Track: "track-" + group, Member: "member-" + person, Asked: n}}
	questions, items := questionsOf(practice.Unseen, numbered("item-", n)...)
	m.Questions = questions
	started, err := s.StartMock(t.Context(), m, items, at)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	return started
}

func mustMock(t *testing.T, s *store.Store, id, person string) practice.Mock {
	t.Helper()
	return there(s.Mock(t.Context(), id, bot.UserID("fake:"+person)))(t, "mock exam "+id+" of "+person)
}

func mustAnswerMock(t *testing.T, s *store.Store, id string, place int, a practice.Answer, want practice.MockStatus) {
	t.Helper()
	if got, err := s.AnswerMock(t.Context(), id, place, a); err != nil || got != want {
		t.Fatalf("answer %s to question %d: status %v, %v; want %v", a.ID, place, got, err, want)
	}
}

// practisedAnswers is how many count for practice points, of sessions that ended
// within a day after sunday.
func practisedAnswers(t *testing.T, s *store.Store, person string) int {
	t.Helper()
	n, err := s.PracticeAnswers(t.Context(), "track-g", "member-"+person, sunday(), sunday().AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneOpenMockExam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		began := tally(t, func(n int) (bool, error) {
			return mockOf(t, s, "g", "dana", fmt.Sprint("m", n), 5, 30*time.Minute, sunday()), nil
		})
		if began[true] != 1 {
			t.Errorf("%d devices at once began %d mock exams, want one", writers, began[true])
		}
		m, ok, err := s.LatestMock(t.Context(), "track-g", "member-dana")
		if err != nil || !ok || m.Ended || len(m.Questions) != 5 || m.Place != 1 {
			t.Fatalf("latest: %+v, %v, %v", m, ok, err)
		}
		if at, runs := m.Deadline(); !runs || !at.Equal(sunday().Add(30*time.Minute)) {
			t.Errorf("its time is over at %v, %v", at, runs)
		}
		if _, started := sessionOf(t, s, "g", "dana", "practice", 5, sunday()); !started {
			t.Error("beside a mock exam no practice can begin")
		}
		if _, ok, err := s.Session(t.Context(), m.ID, "fake:dana"); ok || err != nil {
			t.Errorf("a mock exam is read as practice, which tells verdicts: %v, %v", ok, err)
		}
		for _, person := range []string{"maria", "nobody"} {
			if _, ok, err := s.Mock(t.Context(), m.ID, bot.UserID("fake:"+person)); ok || err != nil {
				t.Errorf("%s reads dana's mock exam: %v, %v", person, ok, err)
			}
		}
	})
}

// Answers may change until the end, become answers there, and count once.
func TestMockAnswersCountAtTheEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		mockOf(t, s, "g", "dana", "m", 12, 30*time.Minute, sunday())
		at := sunday().Add(time.Minute)
		for place := 1; place <= 11; place++ {
			wrong := practised(fmt.Sprint("first-", place), at)
			wrong.Option, wrong.Verdict = "b", practice.Wrong
			mustAnswerMock(t, s, "m", place, wrong, practice.MockRecorded)
		}
		mustAnswerMock(t, s, "m", 3, practised("second", at.Add(time.Second)), practice.MockRecorded)
		mustAnswerMock(t, s, "m", 3, practised("late delivery of an earlier press", at.Add(-time.Second)), practice.MockRecorded)
		if past, err := s.Recent(t.Context(), "g", "member-dana", 50); err != nil || len(past) != 0 {
			t.Errorf("before the end %d answers count (%v)", len(past), err)
		}
		if m := mustMock(t, s, "m", "dana"); m.Questions[2].Answer.ID != "second" || m.Questions[11].Answered {
			t.Errorf("question 3 has the answer %+v, question 12 %v", m.Questions[2].Answer, m.Questions[11].Answered)
		}
		ends := tally(t, func(int) (bool, error) { return s.FinishMock(t.Context(), "m", at.Add(time.Minute)) })[true]
		past, err := s.Recent(t.Context(), "g", "member-dana", 50)
		if err != nil || len(past) != 11 || ends != 1 {
			t.Errorf("after %d ends %d answers (%v), want 11 after one", ends, len(past), err)
		}
		if n := practisedAnswers(t, s, "dana"); n != 11 {
			t.Errorf("%d practice answers, want 11", n)
		}
		if got := sheet(t, s, "g", "dana", firstWeek()); got.Points != 1 {
			t.Errorf("%d points for 11 practice questions, want 1", got.Points)
		}
		mustAnswerMock(t, s, "m", 12, practised("too late", at.Add(time.Hour)), practice.MockOver)
		if m := mustMock(t, s, "m", "dana"); !m.Ended || m.Questions[11].Answered || m.RanOut || !m.EndedAt.Equal(at.Add(time.Minute)) || m.Left != 28*time.Minute {
			t.Errorf("ended %v at %v with %v left, ran out %v, question 12 answered %v", m.Ended, m.EndedAt, m.Left, m.RanOut, m.Questions[11].Answered)
		}
		if !mockOf(t, s, "g", "dana", "next", 3, 0, at.Add(2*time.Hour)) {
			t.Error("after the end no new one could begin")
		}
	})
}

// Answers and the end at the same instant: what was told recorded counts.
func TestAnswersWhileAMockExamEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		total := 0
		for try := range 8 {
			id := fmt.Sprint("m", try)
			mockOf(t, s, "g", "dana", id, writers+1, time.Hour, sunday())
			got := tally(t, func(n int) (practice.MockStatus, error) {
				if n == 0 {
					_, err := s.FinishMock(t.Context(), id, sunday().Add(time.Minute))
					return -1, err
				}
				return s.AnswerMock(t.Context(), id, n, practised(fmt.Sprintf("%s-%d", id, n), sunday().Add(time.Second)))
			})
			if got[practice.MockRecorded]+got[practice.MockOver] != writers-1 {
				t.Errorf("statuses %v", got)
			}
			total += got[practice.MockRecorded]
			if n := practisedAnswers(t, s, "dana"); n != total {
				t.Fatalf("%d told recorded in all, %d count", total, n)
			}
		}
	})
}

func TestMockClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		ends := func() (schedule.Due, bool) {
			t.Helper()
			d, ok, err := s.WaitingDue(t.Context(), practice.KindMock, "m")
			if err != nil {
				t.Fatal(err)
			}
			return d, ok
		}
		try := func(change func() error) {
			t.Helper()
			if err := change(); err != nil {
				t.Fatal(err)
			}
		}
		start := sunday()
		mockOf(t, s, "g", "dana", "m", 4, 30*time.Minute, start)
		early, _ := ends()
		try(func() error { return s.PauseMock(t.Context(), "m", start.Add(10*time.Minute)) })
		try(func() error { return s.PauseMock(t.Context(), "m", start.Add(15*time.Minute)) })
		if _, ok := ends(); ok {
			t.Error("a paused exam has an end")
		}
		if m := mustMock(t, s, "m", "dana"); m.Running() || m.LeftAt(start.Add(time.Hour)) != 20*time.Minute {
			t.Errorf("paused: runs %v, %v left", m.Running(), m.LeftAt(start.Add(time.Hour)))
		}
		mustAnswerMock(t, s, "m", 1, practised("paused", start.Add(20*time.Minute)), practice.MockPaused)
		if err := s.ExpireMock(t.Context(), early, early.At); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("the end before the pause still ends it: %v", err)
		}
		later := start.AddDate(0, 0, 3)
		try(func() error { return s.ResumeMock(t.Context(), "m", later) })
		try(func() error { return s.ResumeMock(t.Context(), "m", later.Add(5*time.Minute)) })
		due, ok := ends()
		if !ok || !due.At.Equal(later.Add(20*time.Minute)) {
			t.Fatalf("after the pause it ends at %v, %v", due.At, ok)
		}
		mustAnswerMock(t, s, "m", 1, practised("in time", later.Add(20*time.Minute-time.Millisecond)), practice.MockRecorded)
		mustAnswerMock(t, s, "m", 2, practised("late", later.Add(20*time.Minute)), practice.MockOver)
		if err := s.ExpireMock(t.Context(), due, due.At); !errors.Is(err, schedule.ErrTaken) {
			t.Errorf("a press after the time had ended it, and it ends again: %v", err)
		}
		m := mustMock(t, s, "m", "dana")
		if !m.Ended || !m.RanOut || !m.EndedAt.Equal(due.At) || m.Left != 0 || !m.Questions[0].Answered || m.Questions[1].Answered {
			t.Errorf("ended %v by time %v at %v, %v left, answered %v and %v", m.Ended, m.RanOut, m.EndedAt, m.Left, m.Questions[0].Answered, m.Questions[1].Answered)
		}
		try(func() error { return s.ResumeMock(t.Context(), "m", later) })
		if mustMock(t, s, "m", "dana").Running() {
			t.Error("it runs after its end")
		}
		mockOf(t, s, "g", "dana", "other", 2, time.Minute, later.Add(time.Hour))
		other, _, err := s.WaitingDue(t.Context(), practice.KindMock, "other")
		try(func() error { return errors.Join(err, s.ExpireMock(t.Context(), other, other.At.Add(48*time.Hour))) })
		if m := mustMock(t, s, "other", "dana"); !m.RanOut || !m.EndedAt.Equal(other.At) {
			t.Errorf("after two days in which nothing ran it ended at %v, by time %v", m.EndedAt, m.RanOut)
		}
		mockOf(t, s, "g", "dana", "untimed", 2, 0, later.Add(time.Hour))
		if _, ok, err := s.WaitingDue(t.Context(), practice.KindMock, "untimed"); ok || err != nil {
			t.Errorf("an exam without a timer has an end: %v", err)
		}
		mustAnswerMock(t, s, "untimed", 1, practised("a month later", later.AddDate(0, 1, 0)), practice.MockRecorded)
	})
}

// A question that is open in the member's group when the exam ends is left out
// for good: neither counted nor among what was met.
func TestMockLeavesOutOpenQuestions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		mockOf(t, s, "g", "dana", "before", 1, 0, sunday())
		if mustMock(t, s, "before", "dana").Questions[0].Held {
			t.Error("a question that nobody posted is held")
		}
		if _, err := s.FinishMock(t.Context(), "before", sunday()); err != nil {
			t.Fatal(err)
		}
		r := asked(t, s, "g", "r1", sunday())
		m := practice.Mock{Session: practice.Session{ID: "m", Group: "g", Track: "track-g", Member: "member-dana", Questions: []practice.SessionQuestion{
			{Place: 1, Item: r.Item.ID, Domain: "cbet.safety", ItemVersion: r.ItemVersion, Reason: practice.Unseen},
		}}}
		if _, err := s.StartMock(t.Context(), m, nil, sunday()); err != nil {
			t.Fatal(err)
		}
		mustAnswerMock(t, s, "m", 1, practised("a", sunday()), practice.MockRecorded)
		if !mustMock(t, s, "m", "dana").Questions[0].Held {
			t.Error("today's question is not held")
		}
		if _, err := s.FinishMock(t.Context(), "m", sunday()); err != nil {
			t.Fatal(err)
		}
		closed(t, s, r)
		if !mustMock(t, s, "m", "dana").Questions[0].Held {
			t.Error("what was left out counts once the question has closed")
		}
		if met, err := s.Met(t.Context(), "member-dana", []string{r.Item.ID}); err != nil || met[r.Item.ID] || practisedAnswers(t, s, "dana") != 0 {
			t.Errorf("it was met: %v (%v), %d practice answers", met, err, practisedAnswers(t, s, "dana"))
		}
	})
}

// TestMockHistory plays exams by chance against a plain model of one.
func TestMockHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		rng := rand.New(rand.NewPCG(3, 4))
		now, counted := sunday(), 0
		for exam := range 6 {
			id, chosen := fmt.Sprint("m", exam), map[int]string{}
			limit := time.Duration(rng.IntN(3)) * 10 * time.Minute
			mockOf(t, s, "g", "dana", id, 6, limit, now)
			left, runs, over := limit, true, false
			for step := range 25 {
				pass := time.Duration(rng.IntN(90)) * time.Second
				now = now.Add(pass)
				if runs && limit > 0 && !over {
					if left -= pass; left <= 0 {
						over = true
					}
				}
				var err error
				switch rng.IntN(5) {
				case 0:
					if err = s.PauseMock(t.Context(), id, now); !over {
						runs = false
					}
				case 1:
					if err = s.ResumeMock(t.Context(), id, now); !over {
						runs = true
					}
				default:
					place, a := 1+rng.IntN(6), practised(fmt.Sprintf("%s-%d", id, step), now)
					want := practice.MockRecorded
					switch {
					case over:
						want = practice.MockOver
					case !runs:
						want = practice.MockPaused
					default:
						chosen[place] = a.ID
					}
					mustAnswerMock(t, s, id, place, a, want)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.FinishMock(t.Context(), id, now); err != nil {
				t.Fatal(err)
			}
			m := mustMock(t, s, id, "dana")
			for _, q := range m.Questions {
				if q.Answer.ID != chosen[q.Place] {
					t.Errorf("%s, question %d: %q counts, want %q", id, q.Place, q.Answer.ID, chosen[q.Place])
				}
			}
			if counted += len(chosen); m.RanOut != over {
				t.Errorf("%s: ran out %v, want %v", id, m.RanOut, over)
			}
		}
		if n := practisedAnswers(t, s, "dana"); n != counted {
			t.Errorf("%d practice answers, want %d", n, counted)
		}
	})
}

// A question that is corrected in the middle of an exam, or after it, is graded
// by its new key; a void one takes any answer.
func TestMockFollowsCorrections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		join(t, s, "g", "dana")
		mockOf(t, s, "g", "dana", "m", 4, 0, sunday())
		items := numbered("item-", 4)
		choose := func(place int, option string, v practice.Verdict) {
			t.Helper()
			a := practised(fmt.Sprint("answer-", place), sunday())
			a.Option, a.Verdict = option, v
			mustAnswerMock(t, s, "m", place, a, practice.MockRecorded)
		}
		choose(1, "b", practice.Wrong)
		choose(2, "a", practice.Right)
		choose(3, "b", practice.Wrong)
		choose(4, "b", practice.Wrong)
		regrade(t, s, "g", items[0], quizzes.Correction{Keys: []string{"b"}}, sunday())
		regrade(t, s, "g", items[3], quizzes.Correction{Void: true}, sunday())
		if m := mustMock(t, s, "m", "dana"); m.Questions[0].ItemVersion == m.Questions[2].ItemVersion || m.Questions[0].Answer.ID != "answer-1" {
			t.Errorf("the corrected question is asked as version %s", m.Questions[0].ItemVersion)
		}
		if _, err := s.FinishMock(t.Context(), "m", sunday().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		verdicts := func(want ...practice.Verdict) {
			t.Helper()
			for k, q := range mustMock(t, s, "m", "dana").Questions {
				if q.Answer.Verdict != want[k] {
					t.Errorf("question %d is %s, want %s", k+1, q.Answer.Verdict, want[k])
				}
			}
		}
		verdicts(practice.Right, practice.Right, practice.Wrong, practice.Right)
		regrade(t, s, "g", items[2], quizzes.Correction{Keys: []string{"a", "b"}}, sunday().Add(time.Hour))
		verdicts(practice.Right, practice.Right, practice.Right, practice.Right)
	})
}
