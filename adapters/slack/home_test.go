package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// opened has ann open her home page, and gives it.
func (s *stage) openHome() slacktest.View {
	s.t.Helper()
	s.ann.OpenHome()
	s.settle()
	v, ok := s.ann.Home()
	if !ok {
		s.t.Fatal("no home page")
	}
	s.ann.Sees()
	return v
}

// counted has the home page say how often something was done.
func (s *stage) counted() {
	s.core.home = func(bot.UserID) []bot.Card {
		return []bot.Card{*says(bot.Textf("done %d", len(s.core.took)), pressing("Go", "go")).Card}
	}
}

// TestHome has the page be published when it is opened, and after what its owner
// did anywhere, for a day.
func TestHome(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.counted()
		s.acked(s.ann.Command(s.study, "/study", ""))
		if _, ok := s.ann.Home(); ok {
			t.Error("a page was published that nobody opened")
		}
		s.ann.OpenHome()
		s.settle()
		s.seen(s.ann, "home: |done 1 [Go]")
		s.after(5 * time.Second)
		s.acked(s.ann.Command(s.study, "/study", ""))
		s.seen(s.ann, "home: |done 2 [Go]")
		s.acked(s.bob.Command(s.study, "/study", ""))
		s.seen(s.ann, "")
		s.ann.OpenMessages()
		s.settle()
		s.seen(s.ann, "")
		s.after(25 * time.Hour)
		s.acked(s.ann.Command(s.study, "/study", ""))
		s.seen(s.ann, "")
		s.refused("")
	})
}

// TestHomeIsThrottled has a page that changes often be published now and then, at
// last with what there is.
func TestHomeIsThrottled(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.counted()
		s.openHome()
		for range 30 {
			s.acked(s.ann.Command(s.study, "/study", ""))
			s.after(100 * time.Millisecond)
		}
		s.after(10 * time.Second)
		if n := s.slack.Counts().Requests[slacktest.ViewsPublish]; n < 2 || n > 4 {
			t.Errorf("published %d times", n)
		}
		if v, _ := s.ann.Home(); v.Words() != "done 30" {
			t.Errorf("at last it says %q", v.Words())
		}
		s.slack.Inject(1, slacktest.ViewsPublish, slacktest.Limited(30*time.Second))
		s.acked(s.ann.Command(s.study, "/study", ""))
		s.after(time.Minute)
		if v, _ := s.ann.Home(); v.Words() != "done 31" {
			t.Errorf("after a limit it says %q", v.Words())
		}
	})
}

// TestEmptyHome has a page without anything say what to do, and one with too much
// show what comes first.
func TestEmptyHome(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.ann.OpenHome()
		s.settle()
		s.seen(s.ann, "home: |"+string(titleEmptyHome)+" / "+string(wordsEmptyHome))
		s.core.home = func(bot.UserID) []bot.Card {
			var all []bot.Card
			for n := range 60 {
				all = append(all, *says(bot.Textf("card %d", n), pressing("Go", fmt.Sprint("go/", n))).Card)
			}
			return all
		}
		s.after(5 * time.Second)
		if v := s.openHome(); len(v.Blocks) > 100 || len(v.Blocks) < 90 {
			t.Errorf("%d blocks", len(v.Blocks))
		}
		s.refused("")
	})
}

// TestAnswersOnHome has what is for the person stand in a modal over the page, and
// what is done there replace it.
func TestAnswersOnHome(t *testing.T) {
	m := says("page two", pressing("On", "on"))
	for _, test := range []struct {
		name     string
		response bot.Response
	}{
		{"for one", bot.Whisper(m)}, {"for all", bot.Response{Reply: &m}}, {"an edit", bot.Response{Edit: &m}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.counted()
				v := s.openHome()
				s.after(5 * time.Second)
				s.always(test.response)
				s.acked(s.ann.Press(v, "Go"))
				s.after(4 * time.Second)
				s.seen(s.ann, "view: Studyhall|page two [On]\nhome: |done 1 [Go]")
				took := s.core.heard()[0]
				if !took.Direct || took.Message != "" || took.Action != "go" || took.User != userID(s.team.ID, s.ann.ID) {
					t.Errorf("the core heard %+v", took)
				}
				s.answers(func(i bot.Interaction) bot.Response { return bot.InPlace(i, says("page three")) })
				s.acked(s.ann.Press(s.ann.Views()[0], "On"))
				s.after(4 * time.Second)
				s.seen(s.ann, "changed: Studyhall|page three\nhome: |done 2 [Go]")
				s.refused("")
			})
		})
	}
}

// TestFormsOnHome has forms over the page, and over a modal, be answered where
// they were opened.
func TestFormsOnHome(t *testing.T) {
	invalid := bot.Response{Invalid: map[string]string{"day": "Too early."}}
	for _, test := range []struct {
		name  string
		modal bool
		takes time.Duration
		says  bot.Response
		want  string
	}{
		{"from the page", false, 0, bot.Whisper(says("done")), "changed: Studyhall|done"},
		{"from the page, late", false, 2500 * time.Millisecond, bot.Whisper(says("done")), "changed: Studyhall|One moment. The answer comes here.\nchanged: Studyhall|done"},
		{"from the page, nothing", false, 0, bot.Response{}, "closed"},
		{"from the page, faults", false, 0, invalid, "marked day=Too early."},
		{"from the page, faults, late", false, 2500 * time.Millisecond, invalid,
			"changed: Studyhall|One moment. The answer comes here.\nchanged: Studyhall|" + string(wordsFaults) + " / Day: Too early. [Fix it]"},
		{"from a modal", true, 0, bot.Whisper(says("done")), "closed\nchanged: Studyhall|done"},
		{"from a modal, late", true, 2500 * time.Millisecond, bot.Whisper(says("done")), "closed\nchanged: Studyhall|done"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.core.home = func(bot.UserID) []bot.Card { return []bot.Card{*says("page", pressing("Go", "go")).Card} }
				v := s.openHome()
				if test.modal {
					s.always(bot.Whisper(says("modal", pressing("On", "on"))))
					s.acked(s.ann.Press(v, "Go"))
					s.always(bot.Response{Form: &asks})
					s.acked(s.ann.Press(s.ann.Views()[0], "On"))
				} else {
					s.always(bot.Response{Form: &asks})
					s.acked(s.ann.Press(v, "Go"))
				}
				s.after(5 * time.Second)
				s.ann.Sees()
				s.answers(func(bot.Interaction) bot.Response {
					time.Sleep(test.takes)
					return test.says
				})
				views := s.ann.Views()
				if _, err := s.ann.Submit(views[len(views)-1], filled); err != nil {
					t.Fatal(err)
				}
				s.after(10 * time.Second)
				s.seen(s.ann, test.want+"\nhome: |page [Go]")
				if v := s.ann.Views(); len(v) > 0 && strings.HasPrefix(v[len(v)-1].Words(), "One moment") {
					t.Error("the form still asks for a moment")
				}
				s.refused("")
			})
		})
	}
}

// TestHomeOfAnotherCopy has a page that was opened through one copy of the program
// be published by another, to which the next thing comes that its owner does.
func TestHomeOfAnotherCopy(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		said := bot.Text("one")
		s.core.home = func(bot.UserID) []bot.Card { return []bot.Card{{Body: said}} }
		s.openHome()
		other := newStaged(t, s)
		other.config.Shelf = s.a.config.Shelf
		said = "two"
		other.refresh(s.team.ID, s.ann.ID)
		other.refresh(s.team.ID, s.bob.ID)
		s.after(10 * time.Second)
		if v, _ := s.ann.Home(); v.Words() != "two" {
			t.Errorf("the page says %q", v.Words())
		}
		if _, ok := s.bob.Home(); ok {
			t.Error("a page was published that nobody opened")
		}
		s.after(25 * time.Hour)
		said = "three"
		other.refresh(s.team.ID, s.ann.ID)
		s.after(10 * time.Second)
		if v, _ := s.ann.Home(); v.Words() != "two" {
			t.Errorf("a day later the page says %q", v.Words())
		}
	})
}
