package practice

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// KindMock is the kind of due thing that ends a mock exam when its time is over;
// its subject is the session.
const KindMock = "mock-end"

const (
	// shortMock is how many questions a short mock exam has.
	shortMock = 30
	// leastMock is how many half an exam has at least: fewer are practice.
	leastMock = 10
)

// Mock is one member's mock exam: a session whose answers can change until its
// end, and get no verdict before. Its clock stands still while it is paused.
type Mock struct {
	Session
	Limit   time.Duration // the time allowed; 0: no time runs
	Left    time.Duration // of it, when the clock last stood still
	Since   time.Time     // since when the clock runs; zero while it stands still
	Place   int           // of the question that the person is at
	RanOut  bool          // it ended because the time did
	EndedAt time.Time
}

// MockStatus is what became of an answer in a mock exam.
type MockStatus int

// What can become of an answer in a mock exam.
const (
	MockRecorded MockStatus = iota // until it is changed
	MockPaused                     // the clock stands still
	MockOver                       // the exam has ended
)

// MockStore is what mock exams keep. A member has one open mock exam a track.
type MockStore interface {
	// StartMock writes a mock exam whose clock runs from now on, and plans its
	// end. If one is open already it writes nothing and reports false.
	StartMock(ctx context.Context, m Mock, items []SessionItem, now time.Time) (bool, error)
	// LatestMock is the newest of a member on a track, open or ended.
	LatestMock(ctx context.Context, trackID, memberID string) (m Mock, ok bool, err error)
	// Mock reads a mock exam of the account's member; ok is false if there is
	// none of theirs.
	Mock(ctx context.Context, id string, account bot.UserID) (m Mock, ok bool, err error)
	// AnswerMock records an answer in place of an earlier one. An exam whose time
	// is over ends instead.
	AnswerMock(ctx context.Context, id string, place int, a Answer) (MockStatus, error)
	// MoveMock records where the person is in an open exam.
	MoveMock(ctx context.Context, id string, place int) error
	// PauseMock stops the clock of a running exam; ResumeMock lets it run on.
	PauseMock(ctx context.Context, id string, now time.Time) error
	ResumeMock(ctx context.Context, id string, now time.Time) error
	// FinishMock ends an exam: what was answered becomes answers and earns what
	// practice earns. It reports false if it had ended.
	FinishMock(ctx context.Context, id string, now time.Time) (bool, error)
	// ExpireMock takes the due thing and ends the exam.
	ExpireMock(ctx context.Context, d schedule.Due, now time.Time) error
}

// Running reports whether the exam's clock runs, or would if it had one.
func (m Mock) Running() bool { return !m.Ended && !m.Since.IsZero() }

// Deadline is when a running exam's time is over; ok is false for one whose time
// doesn't run.
func (m Mock) Deadline() (at time.Time, ok bool) {
	if !m.Running() || m.Limit == 0 {
		return time.Time{}, false
	}
	return m.Since.Add(m.Left), true
}

// LeftAt is how much of the time allowed is left at an instant.
func (m Mock) LeftAt(now time.Time) time.Duration {
	if at, ok := m.Deadline(); ok {
		return max(0, at.Sub(now))
	}
	return m.Left
}

// counted is the session without what is open in a group of the member: their
// answer there is still to come.
func (m Mock) counted() Session {
	s := m.Session
	s.Questions = slices.DeleteFunc(slices.Clone(s.Questions), func(q SessionQuestion) bool { return q.Held })
	return s
}

// missed are the counted questions that were not answered right.
func (m Mock) missed() []SessionQuestion {
	return slices.DeleteFunc(m.counted().Questions, func(q SessionQuestion) bool { return q.Answered && q.Answer.Verdict == Right })
}

// mockSizes are how many questions each kind of mock exam has where so many can
// be asked: as many as the exam, half of that, and a short one.
func mockSizes(exam cert.Exam, free int) []int {
	full := free
	if exam.Questions > 0 {
		full = min(exam.Questions, free)
	}
	sizes := []int{full}
	for _, n := range []int{full / 2, shortMock} {
		if n >= leastMock && n < full && !slices.Contains(sizes, n) {
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// mockTime is the time for n questions, as the exam allows for all of its own,
// in whole minutes; 0 if that is not known.
func mockTime(exam cert.Exam, n int) time.Duration {
	if exam.Questions <= 0 || exam.Minutes <= 0 {
		return 0
	}
	return time.Duration((exam.Minutes*n+exam.Questions-1)/exam.Questions) * time.Minute
}

// quotas is how many of n questions each area gets, as the outline weighs them
// and as far as there are so many.
func quotas(free map[string][]entry, o cert.Outline, n int, seed string) map[string]int {
	quota, left := map[string]int{}, map[string][]entry{}
	for area, pool := range free {
		left[area] = pool
	}
	for taken := 0; taken < n && len(left) > 0; {
		area := furthestBehind(left, o, quota, seed)
		if quota[area] == len(free[area]) {
			delete(left, area)
			continue
		}
		quota[area]++
		taken++
	}
	return quota
}

// scarce are the areas that get at least one question less than the outline
// gives them, because there are no more.
func scarce(quota map[string]int, o cert.Outline) []cert.Domain {
	n := 0
	for _, k := range quota {
		n += k
	}
	return slices.DeleteFunc(slices.Clone(o.Domains), func(d cert.Domain) bool {
		return float64(quota[d.ID]) > o.Share(d.ID)*float64(n)-1
	})
}

// freeItems are the items that can be asked in a mock exam now, by area: those
// that aren't open in a group of the member, those not met before first, then
// those met longest ago.
func (s *Service) freeItems(ctx context.Context, t group.Track, member, seed string) (map[string][]entry, int, error) {
	open, err := s.Store.OpenItems(ctx, member)
	if err != nil {
		return nil, 0, err
	}
	void, err := s.Store.VoidItems(ctx, t.Group)
	if err != nil {
		return nil, 0, err
	}
	maps.Copy(open, useless(s.Library.of(t.Certification).byID, void))
	recent, err := s.Store.Recent(ctx, t.Group, member, looksBack)
	if err != nil {
		return nil, 0, err
	}
	all, err := s.Store.MetAll(ctx, member)
	if err != nil {
		return nil, 0, err
	}
	if t, err = s.narrow(ctx, t, member); err != nil {
		return nil, 0, err
	}
	latest, met := latestOf(recent), map[string]bool{}
	for item := range strings.FieldsSeq(all) {
		met[item] = true
	}
	byArea, n := map[string][]entry{}, 0
	for area, pool := range s.pool(t).areas {
		free := slices.DeleteFunc(slices.Clone(pool), func(e entry) bool { return open[e.item.ID] })
		slices.SortStableFunc(free, func(a, b entry) int {
			if met[a.item.ID] != met[b.item.ID] {
				if met[a.item.ID] {
					return 1
				}
				return -1
			}
			return cmp.Or(latest[a.item.ID].At.Compare(latest[b.item.ID].At), compareSeeded(seed, a.item.ID, b.item.ID))
		})
		if len(free) > 0 {
			byArea[area], n = free, n+len(free)
		}
	}
	return byArea, n, nil
}

// pickMock chooses n items of those that are free, in an order of chance.
func pickMock(free map[string][]entry, o cert.Outline, n int, seed string) []entry {
	var chosen []entry
	for area, k := range quotas(free, o, n, seed) {
		chosen = append(chosen, free[area][:k]...)
	}
	slices.SortFunc(chosen, func(a, b entry) int { return compareSeeded(seed+" order", a.item.ID, b.item.ID) })
	return chosen
}

// wilson is the range in which the share of right answers to questions like
// these probably lies, when right of n were right: Wilson's score interval for
// 95 %, from E. B. Wilson, "Probable Inference, the Law of Succession, and
// Statistical Inference", Journal of the American Statistical Association 22
// (1927), pages 209 to 212. Unlike the usual formula it stays between 0 and 1
// and holds for few answers.
func wilson(right, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	const z = 1.959964 // of the normal distribution, 2.5 % on either side
	share, size := float64(right)/float64(n), float64(n)
	middle := (share + z*z/(2*size)) / (1 + z*z/size)
	reach := z / (1 + z*z/size) * math.Sqrt(share*(1-share)/size+z*z/(4*size*size))
	return max(0, min(share, middle-reach)), min(1, max(share, middle+reach))
}

// outOfHundred is the interval in whole numbers, rounded outwards.
func outOfHundred(right, n int) (low, high int) {
	const slip = 1e-9 // of arithmetic, which must not widen a whole number
	l, h := wilson(right, n)
	return int(math.Floor(100*l + slip)), int(math.Ceil(100*h - slip))
}

// mockEnd ends an exam whose time is over.
func (s *Service) mockEnd(ctx context.Context, d schedule.Due) error {
	return s.Store.ExpireMock(ctx, d, s.Now())
}
