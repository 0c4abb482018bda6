package practice

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// TestWilson has the values of other programs: R's binom.wilson and Wilson's
// closed form for none and all.
func TestWilson(t *testing.T) {
	for _, tt := range []struct {
		right, n  int
		low, high float64
	}{
		{8, 10, 0.4901625, 0.9433178},
		{0, 10, 0, 0.2775328},
		{10, 10, 0.7224672, 1},
		{50, 100, 0.4038315, 0.5961685},
		{0, 0, 0, 1},
	} {
		low, high := wilson(tt.right, tt.n)
		if math.Abs(low-tt.low) > 1e-6 || math.Abs(high-tt.high) > 1e-6 {
			t.Errorf("%d of %d: %.7f to %.7f, want %.7f to %.7f", tt.right, tt.n, low, high, tt.low, tt.high)
		}
	}
	if low, high := outOfHundred(47, 66); low != 59 || high != 81 {
		t.Errorf("47 of 66 is between %d and %d of 100, want 59 and 81", low, high)
	}
}

// TestWilsonHolds: the share lies within, more answers narrow it, right and wrong
// are alike, and its ends solve the equation they come from.
func TestWilsonHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		right := rapid.IntRange(0, n).Draw(t, "right")
		low, high := wilson(right, n)
		share := float64(right) / float64(n)
		if low < 0 || high > 1 || low > share || high < share || low >= high {
			t.Fatalf("%d of %d: %v to %v", right, n, low, high)
		}
		for _, end := range []float64{low, high} {
			if reach := 1.959964 * math.Sqrt(end*(1-end)/float64(n)); end > 0 && end < 1 && math.Abs(math.Abs(share-end)-reach) > 1e-9 {
				t.Fatalf("%d of %d: from the end %v the share is %v away, want %v", right, n, end, math.Abs(share-end), reach)
			}
		}
		if l, h := wilson(n-right, n); math.Abs(l-(1-high)) > 1e-12 || math.Abs(h-(1-low)) > 1e-12 {
			t.Fatalf("%d of %d wrong: %v to %v, right %v to %v", right, n, l, h, low, high)
		}
		if l, h := wilson(2*right, 2*n); h-l >= high-low {
			t.Fatalf("twice the answers of %d of %d widen it: %v, before %v", right, n, h-l, high-low)
		}
		if a, b := outOfHundred(right, n); float64(a) > 100*low+1e-6 || float64(b) < 100*high-1e-6 || a < 0 || b > 100 {
			t.Fatalf("%v to %v becomes %d to %d", low, high, a, b)
		}
	})
}

func TestMockLengths(t *testing.T) {
	cbet := cert.Exam{Questions: 165, Minutes: 180}
	for _, tt := range []struct {
		name  string
		exam  cert.Exam
		free  int
		sizes []int
		time  time.Duration // of the longest
	}{
		{"more questions than the exam has", cbet, 400, []int{165, 82, 30}, 3 * time.Hour},
		{"fewer", cbet, 66, []int{66, 33, 30}, 72 * time.Minute},
		{"half is the short one", cbet, 60, []int{60, 30}, 66 * time.Minute},
		{"as few as the short one", cbet, 30, []int{30, 15}, 33 * time.Minute},
		{"too few to halve", cbet, 19, []int{19}, 21 * time.Minute},
		{"one", cbet, 1, []int{1}, 2 * time.Minute},
		{"a length that nobody knows", cert.Exam{}, 70, []int{70, 35, 30}, 0},
		{"a time that nobody knows", cert.Exam{Questions: 50}, 70, []int{50, 25, 30}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sizes := mockSizes(tt.exam, tt.free)
			if diff := cmp.Diff(tt.sizes, sizes); diff != "" {
				t.Errorf("lengths (-want +got):\n%s", diff)
			}
			if got := mockTime(tt.exam, sizes[0]); got != tt.time {
				t.Errorf("time %v, want %v", got, tt.time)
			}
		})
	}
}

// TestMockFollowsTheOutline: an exam has as many questions as asked where there
// are so many, none twice, and no area is a whole question short of its weight
// that isn't used up and named.
func TestMockFollowsTheOutline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := cert.Outline{}
		free, total, rest := map[string][]entry{}, 0, 100
		areas := rapid.IntRange(1, 7).Draw(t, "areas")
		weighted := rapid.Bool().Draw(t, "weighted")
		for k := range areas {
			d := cert.Domain{ID: fmt.Sprint("area-", k), Short: fmt.Sprint("Area ", k)}
			if weighted {
				weight := rest
				if k < areas-1 {
					weight = rapid.IntRange(1, rest-(areas-1-k)).Draw(t, "weight")
				}
				rest -= weight
				d.Weight = float64(weight)
			}
			o.Domains = append(o.Domains, d)
			for n := range rapid.IntRange(0, 60).Draw(t, "items") {
				free[d.ID] = append(free[d.ID], entry{item: quizzes.Item{ID: fmt.Sprintf("%s-%d", d.ID, n), Domain: d.ID}})
				total++
			}
			if len(free[d.ID]) == 0 {
				delete(free, d.ID)
			}
		}
		n := rapid.IntRange(1, 120).Draw(t, "n")
		chosen := pickMock(free, o, n, "seed")
		quota, seen := map[string]int{}, map[string]bool{}
		for _, e := range chosen {
			if seen[e.item.ID] {
				t.Fatalf("%s comes twice", e.item.ID)
			}
			seen[e.item.ID] = true
			quota[e.item.Domain]++
		}
		if len(chosen) != min(n, total) {
			t.Fatalf("%d questions of %d, asked for %d", len(chosen), total, n)
		}
		for _, d := range scarce(quota, o) {
			if quota[d.ID] < len(free[d.ID]) {
				t.Fatalf("%s has %d of %d questions and is called too few; all: %v", d.ID, quota[d.ID], len(free[d.ID]), quota)
			}
		}
	})
}

func TestMockWords(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "less than a minute"}, {59 * time.Second, "less than a minute"}, {time.Minute, "1 min"}, {61 * time.Second, "2 min"},
		{59 * time.Minute, "59 min"}, {time.Hour, "1 h"}, {90*time.Minute + time.Millisecond, "1 h 31 min"}, {3 * time.Hour, "3 h"},
	} {
		if got := minutes(tt.d).Plain(); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.d, got, tt.want)
		}
	}
	for want, all := range map[string][]int{
		"":                  nil,
		"4":                 {4},
		"1, 2":              {1, 2},
		"1 to 3":            {1, 2, 3},
		"3, 7, 12 to 20":    {3, 7, 12, 13, 14, 15, 16, 17, 18, 19, 20},
		"1, 2, 4, 5, 9, 11": {1, 2, 4, 5, 9, 11},
	} {
		if got := numberRuns(all); got != want {
			t.Errorf("%v is %q, want %q", all, got, want)
		}
	}
	if got := lengthWords(cert.Exam{}, 30).Plain(); got != "I don't know how long the real exam is; the bank has 30 questions." {
		t.Errorf("an unknown length: %q", got)
	}
	if got := lengthWords(cert.Exam{Questions: 50}, 30).Plain(); got != "The real exam has 50 questions; I don't know its time. The bank has 30." {
		t.Errorf("an unknown time: %q", got)
	}
	o := cert.Outline{Domains: []cert.Domain{{ID: "a", Short: "Safety", Weight: 50}, {ID: "b", Short: "IT", Weight: 50}}}
	if got := weighting(map[string]int{"a": 8, "b": 2}, o).Plain(); got != "with too few on IT to be weighted as the outline" {
		t.Errorf("a scarce area: %q", got)
	}
}

// TestMockFigures: an area stands alone from 10 answers on, has a percentage from
// 20, and is otherwise counted with the other small ones, if they have 10.
func TestMockFigures(t *testing.T) {
	s := New(Config{Catalogue: cert.Catalogue{Certifications: []cert.Certification{{ID: "x", Short: "X", Outlines: []cert.Outline{{ID: "x-1", Domains: []cert.Domain{
		{ID: "a", Short: "Alpha"}, {ID: "b", Short: "Beta"}, {ID: "c", Short: "Gamma"},
	}}}}}}})
	track := group.Track{Certification: "x", Outline: "x-1"}
	exam := func(counts map[string][3]int) (p Session) { // right, wrong, not answered
		for _, area := range []string{"a", "b", "c"} {
			for verdict, n := range counts[area] {
				for range n {
					q := SessionQuestion{Place: len(p.Questions) + 1, Domain: area, Answered: verdict < 2, Answer: Answer{Verdict: Right}}
					if verdict == 1 {
						q.Answer.Verdict = Wrong
					}
					p.Questions = append(p.Questions, q)
				}
			}
		}
		return p
	}
	for _, tt := range []struct {
		name   string
		counts map[string][3]int
		want   []string
	}{
		{"few answers", map[string][3]int{"a": {5, 4, 0}, "b": {9, 0, 9}}, []string{"No area has 10 answers, so there is no figure for areas."}},
		{"an area with enough", map[string][3]int{"a": {6, 4, 2}, "b": {3, 1, 0}}, []string{"Alpha: 6 of 12 right", "An area stands alone from 10 answers on."}},
		{"with a percentage", map[string][3]int{"a": {15, 5, 0}}, []string{"Alpha: 15 of 20 right (75 %)"}},
		{"small ones together", map[string][3]int{"a": {10, 0, 0}, "b": {4, 2, 0}, "c": {1, 4, 1}},
			[]string{"Alpha: 10 of 10 right", "Beta and Gamma together: 5 of 12 right", "An area stands alone from 10 answers on."}},
		{"small ones too small together", map[string][3]int{"a": {10, 0, 0}, "b": {4, 2, 0}, "c": {1, 1, 0}},
			[]string{"Alpha: 10 of 10 right", "An area stands alone from 10 answers on."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, line := range s.mockAreas(track, exam(tt.counts)) {
				got = append(got, line.Plain())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
	if got := mockReach(15, 30, 19).Plain(); got != "With fewer than 20 answers I can say no more than this count." {
		t.Errorf("19 answers: %q", got)
	}
}
