package board

import (
	"strings"
	"testing"
)

func TestShownName(t *testing.T) {
	for _, row := range []struct {
		name string
		n    Naming
		want string
	}{
		{"one's own", Naming{Own: "Dana R."}, "Dana R."},
		{"another", Naming{Own: "Dana R.", Board: "Sparky"}, "Sparky"},
		{"from the right, so that points stay behind it", Naming{Own: "דנה"}, "דנה\u200e"},
		{"from the right, marked already", Naming{Board: "دانة\u200e"}, "دانة\u200e"},
		{"both ways", Naming{Own: "דנה R."}, "דנה R.\u200e"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.n.Shown(); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestDrawn(t *testing.T) {
	for _, row := range []struct {
		name, in string
		want     bool
	}{
		{"letters", "Ω", true},
		{"a picture", "🔧", true},
		{"nothing", "", false},
		{"joiners only", "\u200b\u200d\u2060", false},
		{"spaces", "\u00a0\u2003", false},
		{"marks on nothing", "\u0301\u0301", false},
		{"letters that stand for nothing", "\u3164\uffa0\u2800", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.ContainsFunc(row.in, drawn); got != row.want {
				t.Errorf("%q: %v, want %v", row.in, got, row.want)
			}
		})
	}
}
