package memory

import (
	"encoding/json"
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var begin = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// near allows for ts-fsrs rounding to eight places at each step.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-6*max(1, math.Abs(want)) }

// The days and the last state are those of npm ts-fsrs 4.7.1.
func TestVectors(t *testing.T) {
	for _, test := range []struct {
		name       string
		ratings    []Rating
		pauses     []int // days until the next answer; nil: as many as it said
		days       []int
		stability  float64
		difficulty float64
		lapses     int
	}{
		{"right each time", []Rating{3, 3, 3, 3, 3, 3}, nil, []int{3, 11, 35, 101, 269, 669}, 669.30934162, 5.23553542, 0},
		{"missed first", []Rating{1, 3, 3, 3, 3}, nil, []int{1, 3, 7, 18, 43}, 42.84052385, 7.12234721, 0},
		{"missed after long", []Rating{3, 3, 3, 3, 1, 3, 3}, nil, []int{3, 11, 35, 101, 6, 16, 41}, 40.76793673, 6.74530931, 1},
		{"missed again and again", []Rating{1, 1, 1, 1, 1}, nil, []int{1, 1, 1, 1, 1}, 0.16478772, 9.35105013, 4},
		{"hard and easy", []Rating{2, 4, 2, 4, 3}, nil, []int{2, 14, 20, 113, 276}, 275.78281968, 5.97054922, 0},
		{"at once", []Rating{3, 3, 1, 3}, []int{0, 0, 0, 0}, []int{3, 4, 1, 3}, 0.85040189, 6.77416379, 1},
		{"long overdue", []Rating{1, 3, 1, 3}, []int{400, 400, 400, 0}, []int{1, 13, 8, 102}, 101.90360026, 8.04822548, 1},
		{"early", []Rating{3, 3, 3, 3}, []int{1, 1, 1, 1}, []int{3, 6, 8, 11}, 10.88158648, 5.25416538, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var m Memory
			at := begin
			for n, r := range test.ratings {
				m = m.Review(r, at)
				if want := at.Add(time.Duration(test.days[n]) * day); !m.Due.Equal(want) || !m.Last.Equal(at) || m.Reviews != n+1 {
					t.Errorf("answer %d: due %v, last %v, %d answers; want due %v", n+1, m.Due, m.Last, m.Reviews, want)
				}
				if at = m.Due; test.pauses != nil {
					at = m.Last.Add(time.Duration(test.pauses[n]) * day)
				}
			}
			if !near(m.Stability, test.stability) || !near(m.Difficulty, test.difficulty) || m.Lapses != test.lapses {
				t.Errorf("got %+v, want stability %v, difficulty %v, %d lapses", m, test.stability, test.difficulty, test.lapses)
			}
		})
	}
}

// TestOracle comes to the same as ts-fsrs for the histories that oracles/fsrs.mjs wrote.
func TestOracle(t *testing.T) {
	path := os.Getenv("STUDYHALL_FSRS")
	if path == "" {
		if os.Getenv("STUDYHALL_REQUIRE_ORACLES") != "" {
			t.Fatal("STUDYHALL_FSRS is not set; see oracles/README.md")
		}
		t.Skip("STUDYHALL_FSRS is not set; see oracles/README.md")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		Version   string
		Histories [][]struct {
			Rating                                Rating
			At, Due                               int64
			Lapses                                int
			Stability, Difficulty, Retrievability float64
		}
	}
	if err := json.Unmarshal(data, &oracle); err != nil {
		t.Fatal(err)
	}
	if len(oracle.Histories) < 1000 {
		t.Fatalf("%d histories by %q", len(oracle.Histories), oracle.Version)
	}
	for n, history := range oracle.Histories {
		var m Memory
		for k, want := range history {
			at := time.UnixMilli(want.At).UTC()
			m = m.Review(want.Rating, at)
			if m.Due.UnixMilli() != want.Due || m.Lapses != want.Lapses || !near(m.Stability, want.Stability) || !near(m.Difficulty, want.Difficulty) {
				t.Fatalf("history %d, answer %d: got %+v, want %+v", n, k+1, m, want)
			}
			if got := m.Retrievability(at.Add(5 * day)); !near(got, want.Retrievability) {
				t.Fatalf("history %d, answer %d: retrievability %v, want %v", n, k+1, got, want.Retrievability)
			}
		}
	}
	t.Logf("%d histories are as by %s", len(oracle.Histories), oracle.Version)
}

func TestRetrievability(t *testing.T) {
	m := Memory{}.Review(Good, begin)
	for _, test := range []struct {
		name string
		m    Memory
		at   time.Time
		want float64
	}{
		{"never answered", Memory{}, begin, 0},
		{"just now", m, begin, 1},
		{"before the answer", m, begin.Add(-day), 1},
		{"after its stability", m, begin.Add(time.Duration(m.Stability * float64(day))), 0.9},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.m.Retrievability(test.at); math.Abs(got-test.want) > 1e-9 {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Half an hour short of a day is a day, and an evening after its morning none.
func TestDaysAreRounded(t *testing.T) {
	m := Memory{}.Review(Good, begin)
	for _, test := range []struct {
		name  string
		after time.Duration
		days  int
	}{
		{"the same evening", 11 * time.Hour, 0},
		{"a little earlier the next day", 23*time.Hour + 30*time.Minute, 1},
		{"a little later the next day", 25 * time.Hour, 1},
		{"two days and a morning", 59 * time.Hour, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, want := m.Review(Good, begin.Add(test.after)), m.Review(Good, begin.Add(time.Duration(test.days)*day))
			if got.Stability != want.Stability || !got.Due.Equal(want.Due.Add(test.after-time.Duration(test.days)*day)) {
				t.Errorf("got %+v, want as after %d days: %+v", got, test.days, want)
			}
		})
	}
}

// What cannot be reckoned with is treated as never answered.
func TestBadMemories(t *testing.T) {
	fresh := Memory{}.Review(Good, begin)
	for _, test := range []struct {
		name string
		m    Memory
	}{
		{"no stability", Memory{Reviews: 3, Difficulty: 5, Last: begin}},
		{"negative stability", Memory{Reviews: 3, Stability: -1, Difficulty: 5, Last: begin}},
		{"not a number", Memory{Reviews: 3, Stability: math.NaN(), Difficulty: math.NaN(), Last: begin}},
		{"without end", Memory{Reviews: 3, Stability: math.Inf(1), Difficulty: 5, Last: begin}},
		{"no difficulty", Memory{Reviews: 3, Stability: 4, Last: begin}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.m.Review(Good, begin); got != fresh {
				t.Errorf("got %+v, want %+v", got, fresh)
			}
			if r := test.m.Retrievability(begin); r != 0 {
				t.Errorf("retrievability %v", r)
			}
		})
	}
	for _, r := range []Rating{0, -1, 5, 100} {
		if got := fresh.Review(r, begin.Add(day)); got != fresh {
			t.Errorf("rating %d changes the memory to %+v", r, got)
		}
	}
}

// Whatever is answered whenever, clocks that go back included, the values stay
// such that they can be reckoned with.
func TestReviewStaysSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m Memory
		at := begin
		for range rapid.IntRange(1, 40).Draw(t, "answers") {
			at = at.Add(time.Duration(rapid.Int64Range(-3000*int64(day), 3000*int64(day)).Draw(t, "pause")))
			before, r := m, Rating(rapid.IntRange(1, 4).Draw(t, "rating"))
			m = m.Review(r, at)
			days := m.Due.Sub(m.Last).Hours() / 24
			switch chance := m.Retrievability(at.Add(day)); {
			case !m.known():
				t.Fatalf("%+v cannot be reckoned with", m)
			case m.Last.Before(before.Last):
				t.Fatalf("last went back from %v to %v", before.Last, m.Last)
			case days < 1 || days > 36500 || days != math.Trunc(days):
				t.Fatalf("due after %v days", days)
			case chance <= 0 || chance > 1:
				t.Fatalf("retrievability %v", chance)
			case m.Reviews != before.Reviews+1:
				t.Fatalf("%d answers after %d", m.Reviews, before.Reviews)
			case r != Again && before.Reviews > 0 && m.Stability < before.Stability:
				t.Fatalf("stability fell from %v to %v by a right answer", before.Stability, m.Stability)
			case r == Again && before.Reviews > 0 && m.Stability > before.Stability:
				t.Fatalf("stability rose from %v to %v by a miss", before.Stability, m.Stability)
			}
		}
	})
}

// The library's scheduler writes to itself; ours is one for each call.
func TestReviewAtOnce(t *testing.T) {
	want := Memory{}.Review(Again, begin).Review(Good, begin.Add(day))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := (Memory{}).Review(Again, begin).Review(Good, begin.Add(day)); got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkReview(b *testing.B) {
	m := Memory{}.Review(Good, begin)
	for b.Loop() {
		m.Review(Good, m.Due)
	}
}
