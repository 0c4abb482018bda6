package group

import (
	"strconv"
	"strings"
	"testing"

	"studyhall/bot"
)

func TestLayOut(t *testing.T) {
	for _, row := range []struct {
		name           string
		actions, pages int
		want           string
	}{
		{"few of both", 2, 3, "a1 a2 | p1 p2 p3"},
		{"nothing to do", 0, 3, "p1 p2 p3"},
		{"more pages than fit", 3, 7, "a1 a2 a3 p6 p7 | p1 p2 p3 p4 p5"},
		{"more to do than fits", 6, 4, "a1 a2 a3 a4 a5 | p1 p2 p3 p4 a6"},
		{"more of both", 6, 6, "a1 a2 a3 a4 a5 | p1 p2 p3 p4 p5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			of := func(letter string, n int) (all []bot.Control) {
				for k := range n {
					label := letter + strconv.Itoa(k+1)
					all = append(all, bot.Button{Label: label, Action: label, Style: bot.Primary})
				}
				return all
			}
			var got []string
			standing := 0
			for _, r := range layOut(of("a", row.actions), of("p", row.pages)) {
				var labels []string
				for _, c := range r {
					b := c.(bot.Button)
					labels = append(labels, b.Label)
					if b.Style == bot.Primary {
						standing++
					}
				}
				got = append(got, strings.Join(labels, " "))
			}
			if got := strings.Join(got, " | "); got != row.want {
				t.Errorf("rows %q, want %q", got, row.want)
			}
			if standing > 1 {
				t.Errorf("%d buttons stand out", standing)
			}
		})
	}
}
