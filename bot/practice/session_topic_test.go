package practice

import (
	"strings"
	"testing"

	"studyhall/bot/cert"
	"studyhall/bot/group"
)

func groupOf() group.Group { return group.Group{ID: "g", Zone: "America/Chicago"} }

func TestFindTopics(t *testing.T) {
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	cbet, _ := catalogue.Find("cbet")
	o := cbet.Outlines[0]
	tests := []struct{ typed, want string }{
		{"safety", "cbet.safety"},
		{"SAFETY", "cbet.safety"},
		{"public safety", "cbet.safety"},
		{"saf", "cbet.safety"},
		{"saftey", "cbet.safety"},
		{"cbet.safety", "cbet.safety"},
		{"electronics please", "cbet.electronics"},
		{"electroncs", "cbet.electronics"},
		{"electricity", "cbet.electronics"},
		{"IT", "cbet.it"},
		{"healthcare it", "cbet.it"},
		{"information technology", "cbet.it"},
		{"anatomy", "cbet.anatomy"},
		{"anatomy & physiology", "cbet.anatomy"},
		{"problem solving", "cbet.problem"},
		{"troubleshooting", ""},
		{"healthcare", "cbet.safety cbet.function cbet.problem cbet.it"},
		{"quantum", ""},
		{"review", ""},
		{"mock exam", ""},
		{strings.Repeat("a", 100), ""},
		{"", "all"},
		{"start", "all"},
		{"CBET", "all"},
		{"all of it?", "cbet.it"},
		{"!!!", "all"},
	}
	for _, tt := range tests {
		areas, all := findTopics(o, "CBET", tt.typed)
		var ids []string
		for _, a := range areas {
			ids = append(ids, a.ID)
		}
		got := strings.Join(ids, " ")
		if all {
			got = "all"
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.typed, got, tt.want)
		}
	}
}

func TestRecalledExam(t *testing.T) {
	for typed, want := range map[string]bool{
		"real questions": true, "got the real questions?": true, "real exam": true, "actual exam questions": true, "Official Questions": true,
		"exam dumps": true, "braindump": true, "dump": true, "leaked": true, "past papers": true, "questions from the exam": true,
		"questions from my last exam": true, "the real ones": true, "recalled items": true, "answers from the test": true,
		"mock exam": false, "safety": false, "exam": false, "real-time clocks": false, "questions about electronics": false,
		"live round": false, "review": false, "officials": false, "dumping syndrome": false, "true or false": false, "real power": false,
		"leakage current": false, "leak test": false,
	} {
		if got := recalledExam.MatchString(typed); got != want {
			t.Errorf("%q: %v, want %v", typed, got, want)
		}
	}
}
