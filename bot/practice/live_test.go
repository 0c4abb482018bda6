package practice

import (
	"strings"
	"testing"

	"studyhall/bot"
)

func tallies(spec string) []LiveTally {
	var all []LiveTally
	for one := range strings.FieldsSeq(spec) {
		name, right, _ := strings.Cut(one, "=")
		right, knew := strings.CutSuffix(right, "*") // one of them was to a question of their own
		t := LiveTally{Member: name, Name: strings.TrimPrefix(name, "-"), Unplaced: strings.HasPrefix(name, "-")}
		for _, digit := range right {
			t.Right = 10*t.Right + int(digit-'0')
		}
		if t.Placing = t.Right; knew {
			t.Placing--
		}
		all = append(all, t)
	}
	return all
}

func TestLiveLeaders(t *testing.T) {
	for _, tt := range []struct{ name, tallies, want string }{
		{"nobody", "", ""},
		{"too few to name anybody", "Ana=9 Ben=8 Cy=7 Di=1", ""},
		{"places follow on", "Ana=9 Ben=8 Cy=8 Di=7 Ed=1", "1. Ana, 9 right|2. Ben and Cy, 8 right|3. Di, 7 right"},
		{"nobody is named as last", "Ana=9 Ben=8 Cy=1 Di=1 Ed=1", "1. Ana, 9 right|2. Ben, 8 right"},
		{"equals share the first place", "Ed=3 Ana=3 Cy=3 Di=3 Ben=3", "1. Ana, Ben, Cy, Di and Ed, 3 right"},
		{"nothing right yet", "Ana=0 Ben=0 Cy=0 Di=0 Ed=0", ""},
		{"hidden people take no place", "-Ana=9 Ben=8 Cy=7 Di=6 Ed=1", "1. Ben, 8 right|2. Cy, 7 right|3. Di, 6 right"},
		{"a question of their own counts for no place", "Ana=9* Ben=8 Cy=7* Di=2 Ed=1*", "1. Ana and Ben, 8 right|2. Cy, 6 right|3. Di, 2 right"},
		{"ten names at most", "A=9 B=9 C=8 D=8 E=8 F=8 G=8 H=8 I=8 J=8 K=8 L=1", "1. A and B, 9 right|2. 9 people, 8 right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := bot.Join("|", liveLeaders(tallies(tt.tallies))...); got != bot.Text(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLiveEndingsSayWhy(t *testing.T) {
	for _, e := range []LiveEnding{LiveSilence, LiveStopped, LiveGroup, LiveUnsent, LiveLate} {
		if len(e.words()) != 1 {
			t.Errorf("%s: %v, want a sentence", e, e.words())
		}
	}
	if w := LiveAll.words(); len(w) != 0 {
		t.Errorf("after the last question: %v, want nothing", w)
	}
}
