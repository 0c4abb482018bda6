package practice

import (
	"bytes"
	"strings"
	"testing"

	"studyhall/bot"
)

func TestMatchLines(t *testing.T) {
	m := Match{Size: 10, Host: MatchSide{"h", "CBET Tuesday"}, Guest: MatchSide{"g", "CBET Friday"}}
	for _, tt := range []struct {
		name        string
		host, guest MatchFigures
		want        string
	}{
		{"both enough", MatchFigures{9, 67}, MatchFigures{5, 50}, "CBET Tuesday: 7.4 of 10 right, 9 people|CBET Friday: 10.0 of 10 right, 5 people"},
		{"one too few", MatchFigures{9, 67}, MatchFigures{4, 1}, "Both together: 5.2 of 10 right, 13 people."},
		{"both few, together enough", MatchFigures{4, 4}, MatchFigures{1, 1}, "Both together: 1.0 of 10 right, 5 people."},
		{"one alone", MatchFigures{5, 31}, MatchFigures{}, "Both together: 6.2 of 10 right, 5 people."},
		{"too few", MatchFigures{2, 20}, MatchFigures{2, 1}, string(matchFewWords)},
		{"nobody", MatchFigures{}, MatchFigures{}, string(matchFewWords)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines, footer := matchLines(m, map[string]MatchFigures{"h": tt.host, "g": tt.guest})
			if got := bot.Join("|", lines...); got != bot.Text(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if few := tt.want == string(matchFewWords); few != (footer == "") {
				t.Errorf("the footer is %q", footer)
			}
		})
	}
}

func TestReadCode(t *testing.T) {
	for _, tt := range []struct{ name, typed, want string }{
		{"as shown", "K7QD-M4XP-2222", "K7QDM4XP2222"},
		{"small, with spaces", " k7qd m4xp 2222\n", "K7QDM4XP2222"},
		{"digits that are letters", "01-8", "OIB"},
		{"too long", strings.Repeat("A", 100), "AAAAAAAAAAAA"},
		{"nothing", "- -", ""},
		{"other scripts", "ΑΒΓ漢字", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := readCode(tt.typed); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	a, b := matchCodeOf("K7QDM4XP2222"), matchCodeOf("K7QDM4XQ2222")
	if a.Selector != "2222" || b.Selector != "2222" || bytes.Equal(a.Secret, b.Secret) || bytes.Contains(a.Secret, []byte("K7QD")) {
		t.Errorf("codes are kept as %+v and %+v", a, b)
	}
	if got := dashed("K7QDM4XP2222"); got != "K7QD-M4XP-2222" {
		t.Errorf("shown as %s", got)
	}
	matchCodeOf("") // what can't be a code still finds nothing
}
