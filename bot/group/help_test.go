package group

import "testing"

func TestUnknownWords(t *testing.T) {
	tests := []struct {
		line            string
		help, elsewhere bool
	}{
		{"", true, false},
		{"  ", true, false},
		{"?", true, false},
		{"help", true, false},
		{"/help", true, false},
		{"HELP me, please", true, false},
		{"hi", true, false},
		{"Hello!", true, false},
		{"@Studyhall", true, false},
		{"@Studyhall help", true, false},
		{"What is this?", true, false},
		{"what’s this", true, false},
		{"How does this work", true, false},
		{"quiz", false, false},
		{"/quiz 5", false, false},
		{"Board", false, false},
		{"leaderboard", false, false},
		{"/exam set CBET 8 May", false, true},
		{"@Studyhall cert credit 2 CEU", false, true},
		{"history", false, false},
		{"quizzical", false, false},
		{"the help", false, false},
		{"xyzzy", false, false},
	}
	for _, tt := range tests {
		said := plainWords(tt.line)
		if help, other := asksForHelp(said), elsewhere(said); help != tt.help || other != tt.elsewhere {
			t.Errorf("%q: asks for help %v, is of another version %v, want %v, %v", tt.line, help, other, tt.help, tt.elsewhere)
		}
	}
}
