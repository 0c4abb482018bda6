package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// opens has ann get a form by a press on a card, and gives its view.
func (s *stage) opens(f bot.Form) slacktest.View {
	s.t.Helper()
	s.always(bot.Response{Form: &f})
	s.acked(s.ann.Press(s.post(says("card", pressing("A", "a")), ""), "A"))
	views := s.ann.Views()
	if len(views) == 0 {
		s.t.Fatal("no form")
	}
	s.ann.Sees()
	return views[len(views)-1]
}

var filled = slacktest.Args{"Day": "2027-05-08", "Note": "so <!channel> & so"}

// TestSentForms has a form answered in each way, in time and late.
func TestSentForms(t *testing.T) {
	next := bot.Form{Title: "More", Submit: "Send", Action: "exam/more", Fields: []bot.Field{{Name: "why", Label: "Why"}}}
	m := says("done")
	public, edit := bot.Response{Reply: &m}, bot.Response{Edit: &m}
	invalid := bot.Response{Invalid: map[string]string{"day": "Too early.", "": "Not yet."}}
	const late = 2500 * time.Millisecond
	for _, test := range []struct {
		name     string
		response bot.Response
		takes    time.Duration
		want     string
	}{
		{"nothing", bot.Response{}, 0, "closed"},
		{"for one", bot.Whisper(m), 0, "closed\nposted whisper: done"},
		{"for all", public, 0, "closed\nposted: done"},
		{"an edit", edit, 0, "closed\nedited: done"},
		{"faults", invalid, 0, "marked day=Not yet. Too early."},
		{"another form", bot.Response{Form: &next}, 0, "changed: More|Why"},
		{"nothing, late", bot.Response{}, late, "closed"},
		{"for one, late", bot.Whisper(m), late, "closed\nposted whisper: done"},
		{"for all, late", public, late, "closed\nposted: done"},
		{"an edit, late", edit, late, "closed\nedited: done"},
		{"faults, late", invalid, late, "closed\nposted whisper: " + string(wordsFaults) + " / Not yet. / Day: Too early. [Fix it]"},
		{"another form, late", bot.Response{Form: &next}, late, "closed\nview: More|Why"},
		{"another form, much later", bot.Response{Form: &next}, 4 * time.Second, "closed\nposted whisper: " + string(wordsLate) + " [Open the form]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				f := s.opens(asks)
				s.answers(func(bot.Interaction) bot.Response {
					time.Sleep(test.takes)
					return test.response
				})
				i, err := s.ann.Submit(f, filled)
				if err != nil {
					t.Fatal(err)
				}
				s.after(10 * time.Second)
				if !i.Acked() || i.Latency() > patience+100*time.Millisecond {
					t.Errorf("acknowledged after %s", i.Latency())
				}
				s.seen(s.ann, test.want)
				s.refused("")
				took := s.core.heard()[1]
				want := bot.Values{"day": {"2027-05-08"}, "note": {"so <!channel> & so"}}
				if diff := cmp.Diff(want, took.Values); diff != "" || took.Action != "exam/save" {
					t.Errorf("%s with (-want +got):\n%s", took.Action, diff)
				}
				if pressed := s.core.heard()[0]; took.Message != pressed.Message || took.Channel != pressed.Channel || took.Whisper {
					t.Errorf("the form came from %v, the press from %v", took, pressed)
				}
			})
		})
	}
}

// TestFormsOfWhispers has what a form changes be the whisper from which it was
// opened.
func TestFormsOfWhispers(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("old", pressing("A", "a"))))
		i := s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
		s.always(bot.Response{Form: &asks})
		s.acked(s.ann.Press(i.Messages()[0], "A"))
		s.ann.Sees()
		s.answers(func(i bot.Interaction) bot.Response { return bot.InPlace(i, says("new")) })
		s.acked(s.ann.Submit(s.ann.Views()[0], filled))
		s.seen(s.ann, "closed\nedited: new")
		s.refused("")
	})
	t.Run("half an hour later", func(t *testing.T) {
		onStage(t, slacktest.Options{}, func(s *stage) {
			s.always(bot.Whisper(says("old", pressing("A", "a"))))
			i := s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			s.always(bot.Response{Form: &asks})
			s.acked(s.ann.Press(i.Messages()[0], "A"))
			s.ann.Sees()
			s.after(31 * time.Minute)
			s.answers(func(i bot.Interaction) bot.Response { return bot.InPlace(i, says("new")) })
			s.acked(s.ann.Submit(s.ann.Views()[0], filled))
			s.seen(s.ann, "closed\nposted whisper: new")
			s.refused("")
		})
	})
}

// TestFormsTooLate has a form that can't be opened any more be opened by a button,
// with what belongs to it.
func TestFormsTooLate(t *testing.T) {
	open := "posted whisper: " + string(wordsLate) + " [Open the form]"
	for _, test := range []struct {
		name string
		does func(*stage)
	}{
		{"a slow core", func(s *stage) {
			s.answers(func(bot.Interaction) bot.Response {
				time.Sleep(4 * time.Second)
				return bot.Response{Form: &asks}
			})
			s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			s.after(5 * time.Second)
		}},
		{"a slow way", func(s *stage) {
			s.slack.Inject(1, slacktest.ViewsOpen, slacktest.Delay(3100*time.Millisecond))
			s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			s.after(5 * time.Second)
		}},
		{"an expired trigger", func(s *stage) {
			s.answers(func(bot.Interaction) bot.Response {
				time.Sleep(time.Second)
				return bot.Response{Form: &asks}
			})
			i := s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			i.Expire()
			s.after(5 * time.Second)
		}},
		{"too many forms", func(s *stage) {
			s.slack.Inject(1, slacktest.ViewsOpen, slacktest.Limited(30*time.Second))
			s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			s.after(5 * time.Second)
		}},
		{"a cut line", func(s *stage) {
			s.slack.Inject(-1, slacktest.ViewsOpen, slacktest.CutBefore())
			s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
			s.after(5 * time.Second)
			s.slack.Heal()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.always(bot.Response{Form: &asks})
				test.does(s)
				s.seen(s.ann, open)
				s.slack.Refusals()
				all := s.ann.Messages(s.study)
				s.after(40 * time.Second) // the limit is over, and the first response_url is used once
				s.acked(s.ann.Press(all[len(all)-1], labelOpen))
				s.seen(s.ann, "view: When|Day / Note")
				s.always(bot.Whisper(says("done")))
				s.acked(s.ann.Submit(s.ann.Views()[0], filled))
				s.seen(s.ann, "closed\nposted whisper: done")
				if n := len(s.core.heard()); n != 2 {
					t.Errorf("the core was asked %d times, want 2", n)
				}
				s.seen(s.bob, "")
			})
		})
	}
}

// TestFixing has a form that was found faulty after it closed be opened as it was
// filled in, by whom it belongs to.
func TestFixing(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		f := s.opens(asks)
		s.answers(func(bot.Interaction) bot.Response {
			time.Sleep(2500 * time.Millisecond)
			return bot.Response{Invalid: map[string]string{"day": "Too early."}}
		})
		if _, err := s.ann.Submit(f, filled); err != nil {
			t.Fatal(err)
		}
		s.after(5 * time.Second)
		all := s.ann.Messages(s.study)
		whisper := all[len(all)-1]
		s.ann.Sees()
		s.acked(s.ann.Press(whisper, "Fix it"))
		again := s.ann.Views()[0]
		if !strings.Contains(string(again.Raw), "2027-05-08") || !strings.Contains(string(again.Raw), "so <!channel> & so") {
			t.Errorf("what was filled in is lost: %s", again.Raw)
		}
		s.always(bot.Response{Edit: new(says("changed"))})
		s.ann.Sees()
		s.acked(s.ann.Submit(again, nil))
		s.seen(s.ann, "closed\nedited: changed") // the card, not the whisper
		// Nobody opens somebody else's form.
		action := whisper.Blocks[len(whisper.Blocks)-1].Elements[0].ActionID
		s.bob.Sees()
		s.acked(s.bob.PressAs(s.study.Messages()[0], action, ""))
		s.seen(s.bob, "posted whisper: "+string(wordsOldForm))
		s.refused("")
	})
}

// TestFormWithoutFields has what is wrong with a form that only asks for a yes be
// whispered, since it has no place for that.
func TestFormWithoutFields(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		f := s.opens(bot.Form{Title: "Sure", Submit: "Yes", Action: "sure", Intro: "Really?"})
		s.always(bot.Response{Invalid: map[string]string{"": "Not now."}})
		s.acked(s.ann.Submit(f, nil))
		s.seen(s.ann, "closed\nposted whisper: "+string(wordsFaults)+" / Not now. [Fix it]")
		s.refused("")
	})
}

// TestShelfFails has forms work when nothing can be kept.
func TestShelfFails(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.a.config.Shelf = &memoryShelf{slow: time.Hour}
		f := s.openForm(false)
		s.answers(func(bot.Interaction) bot.Response {
			time.Sleep(2500 * time.Millisecond)
			return bot.Response{Invalid: map[string]string{"day": "Too early."}}
		})
		if _, err := s.ann.Submit(f, filled); err != nil {
			t.Fatal(err)
		}
		s.after(10 * time.Second)
		s.seen(s.ann, "closed\nposted whisper: "+string(wordsOldForm))
		s.refused("")
	})
}
