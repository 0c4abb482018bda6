package practice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/bot/practice/itemstats"
	"studyhall/quizzes"
)

// What each half chose is told of options that five people chose, and of what is
// left if those are five: nobody is known by what they alone chose.
func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name   string
		all    []int // who chose a, b, …
		strong []int // of them in the stronger half
		want   string
	}{
		{"all large", []int{8, 6, 6}, []int{7, 2, 1}, "A 7 and 1, B 2 and 4, C 1 and 5"},
		{"a small one goes with the next", []int{15, 2, 6, 1}, []int{11, 0, 1, 0}, "A 11 and 4, the rest 1 and 8"},
		{"small ones that are enough together", []int{15, 3, 3, 0}, []int{11, 0, 0, 0}, "A 11 and 4, the rest 0 and 6"},
		{"one alone", []int{23, 1}, []int{12, 0}, ""},
		{"nobody else", []int{24, 0}, []int{12, 0}, "A 12 and 12"},
		{"all small", []int{4, 4, 4, 4, 4}, []int{2, 2, 2, 2, 2}, ""},
		{"too few answers", []int{10, 9}, []int{5, 5}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f ItemFigures
			strong := 0
			for n := range tt.all {
				f.Answers += tt.all[n]
				strong += tt.strong[n]
			}
			for n := range tt.all {
				f.Item.Options = append(f.Item.Options, quizzes.Option{ID: string(rune('a' + n))})
				f.Options = append(f.Options, itemstats.Option{Share: itemstats.Share{Count: tt.all[n], Of: f.Answers},
					Strong: itemstats.Share{Count: tt.strong[n], Of: strong}})
			}
			if got := strings.Join(f.split(), ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A time is told from ten answers on, five at a time, without whoever was away.
func TestTimesOf(t *testing.T) {
	var all []time.Duration
	var told []int
	for n := range 21 {
		all = append(all, time.Duration(n+1)*time.Second)
		if n == 3 {
			all = append(all, time.Hour)
		}
		if median, ok := timesOf(all); ok {
			told = append(told, int(median.Seconds()))
		}
	}
	if want := []int{6, 6, 6, 6, 6, 8, 8, 8, 8, 8, 11, 11}; !slices.Equal(told, want) {
		t.Errorf("from the tenth on %v, want %v", told, want)
	}
	if signed(-0.001) != "+0.00" || signed(-0.05) != "−0.05" || signed(0.345) != "+0.34" && signed(0.345) != "+0.35" {
		t.Errorf("%s, %s, %s", signed(-0.001), signed(-0.05), signed(0.345))
	}
}
