package app

import (
	"strings"
	"testing"

	"studyhall/bot/exam"
)

// Nobody reaches somebody else's exam, nor shares their own with a group that isn't
// theirs.
func TestForgedExams(t *testing.T) {
	a := newAddressed(t)
	a.does("dana", "first", "exam")
	a.does("eve", "first", "exam")
	e := a.sits("dana", "2026-11-22")
	second, _, err := a.running().Store.GroupIn(t.Context(), a.fake.ChannelID("second"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"exam/of/ID", "exam/of/ID/move", "exam/of/ID/save", "exam/of/ID/clear", "exam/of/ID/share", "exam/of/ID/share/" + second.ID + "/on",
		"outcome/ID", "outcome/ID/passed", "outcome/ID/passed/set", "outcome/ID/not", "outcome/ID/waiting", "outcome/ID/moved", "outcome/ID/closed",
		"outcome/ID/later", "outcome/ID/areas", "outcome/ID/areas/set", "pass/ID", "pass/ID/keep", "pass/ID/tell", "pass/ID/tell/" + second.ID,
		"pass/ID/tell/" + second.ID + "/words", "pass/ID/tell/" + second.ID + "/post", "pass/ID/stay/" + second.ID, "pass/ID/rest"} {
		if told := a.does("eve", "first", strings.ReplaceAll(path, "ID", e.ID)); !strings.Contains(told, "don't know that exam") || strings.Contains(told, "CBET") {
			t.Errorf("%s of somebody else: %s", path, told)
		}
	}
	for _, how := range []string{"on", "off", "maybe"} {
		if told := a.does("dana", "first", "exam/of/"+e.ID+"/share/"+second.ID+"/"+how); !strings.Contains(told, "Nothing was changed") {
			t.Errorf("shared %s with a group that isn't hers: %s", how, told)
		}
	}
	kept, _, err := a.running().Store.Exam(t.Context(), e.ID)
	if err != nil || kept.State != exam.Planned || len(kept.Shared) > 0 {
		t.Errorf("after all that %+v, %v", kept, err)
	}
}

// An exam for what the catalogue has no more stays its person's to see, to clear
// and to stop sharing.
func TestExamOutsideOfCatalogue(t *testing.T) {
	a := newAddressed(t)
	a.does("dana", "first", "exam")
	h, _, err := a.running().Store.Holdings(t.Context(), a.fake.UserID("dana"))
	if err != nil {
		t.Fatal(err)
	}
	g, _, err := a.running().Store.GroupIn(t.Context(), a.fake.ChannelID("first"))
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := a.running().Store.SetExam(t.Context(), exam.Exam{ID: "left", Member: h.Member, Certification: "left", From: "2027-05-08", To: "2027-05-08", Zone: "UTC"}, a.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ path, want string }{
		{"exam/of/left", "Sat 8 May 2027"},
		{"exam/of/left/share/" + g.ID + "/on", "sees the date now"},
		{"exam/of/left/share", "Sharing left"},
		{"exam/of/left/share/" + g.ID + "/off", "doesn't see the date any more"},
		{"exam/of/left/move", "can't be moved here"},
		{"exam/of/left/clear", "Cleared"},
	} {
		if told := a.does("dana", "first", step.path); !strings.Contains(told, step.want) {
			t.Errorf("%s: %s, want %q", step.path, told, step.want)
		}
	}
	if _, ok, err := a.running().Store.Exam(t.Context(), e.ID); ok || err != nil {
		t.Errorf("cleared, and still there: %v, %v", ok, err)
	}
}
