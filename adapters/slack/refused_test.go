package slack

import (
	"strings"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// TestWhereTheBotMayNot has what somebody does where the bot isn't, or may not
// post, be answered all the same, or the person told what to do.
func TestWhereTheBotMayNot(t *testing.T) {
	m := says("words")
	public, private := bot.Response{Reply: &m}, bot.Whisper(m)
	command := func(s *stage) { s.acked(s.ann.Command(s.study, "/studyhall", "board")) }
	for _, test := range []struct {
		name     string
		before   func(*stage)
		does     func(*stage)
		response bot.Response
		want     string
	}{
		{"not a member, for one", func(s *stage) { s.study.Remove(nil) }, command, private, "posted whisper: words"},
		{"not a member, for all", func(s *stage) { s.study.Remove(nil) }, command, public, "posted: words"},
		{"restricted, for all", func(s *stage) { s.study.Restrict("restricted_action") }, command, public, "posted: words"},
		{"a mention where posting is restricted", func(s *stage) { s.study.Restrict("restricted_action") }, func(s *stage) {
			if _, err := s.ann.Write(s.study, "@studyhall board"); err != nil {
				s.t.Fatal(err)
			}
		}, public, "posted: <@BOT> board\nposted: " + string(wordsElsewhere)},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				test.before(s)
				s.settle()
				s.ann.Sees()
				s.always(test.response)
				test.does(s)
				s.after(time.Minute)
				s.seen(s.ann, test.want)
			})
		})
	}
}

// TestArchivedChannel has a press on a card in an archived channel be answered to
// the person, and the card stay as it is.
func TestArchivedChannel(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		card := s.post(says("card", pressing("A", "a")), "")
		s.study.Archive(true)
		s.settle()
		s.ann.Sees()
		s.always(bot.Response{Edit: new(says("new")), Reply: new(says("counted")), Private: true})
		s.acked(s.ann.Press(card, "A"))
		s.after(time.Minute)
		s.seen(s.ann, "posted whisper: counted")
		if words := s.study.Messages()[0].Words(); words != "card" {
			t.Errorf("the card says %q", words)
		}
	})
}

// TestDeactivated has what somebody did just before their account was closed do no
// harm.
func TestDeactivated(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.openHome()
		s.answers(func(bot.Interaction) bot.Response {
			time.Sleep(time.Second)
			return bot.Whisper(says("done"))
		})
		if _, err := s.ann.Write(s.study, "@studyhall board"); err != nil {
			t.Fatal(err)
		}
		s.ann.Deactivate()
		s.after(time.Minute)
		if n := s.a.Busy(); n != 0 {
			t.Errorf("%d are still answered", n)
		}
		s.acked(s.bob.Command(s.study, "/study", ""))
		s.after(2 * time.Second)
		if got := s.sees(s.bob); !strings.Contains(got, "posted whisper: done") {
			t.Errorf("bob sees %s", got)
		}
	})
}

// TestSixthUpdate has a whisper that was changed as often as its response_url
// allows be said anew, and one whose time is over as well.
func TestSixthUpdate(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(says("old", pressing("A", "a"))))
		i := s.acked(s.ann.Command(s.study, "/studyhall", "exam"))
		s.always(bot.Response{Form: &asks})
		s.acked(s.ann.Press(i.Messages()[0], "A"))
		s.ann.Sees()
		// Each form leads to the next, all for the one whisper.
		for n := range 7 {
			s.answers(func(i bot.Interaction) bot.Response {
				return bot.Response{Edit: new(says(bot.Textf("step %d", n))), Form: &asks}
			})
			s.acked(s.ann.Submit(s.ann.Views()[0], filled))
			s.after(2 * time.Second)
			kind := "edited"
			if n >= hookUses {
				kind = "posted whisper"
			}
			if got := s.sees(s.ann); !strings.Contains(got, kind+": step ") || strings.Count(got, "step ") != 1 {
				t.Errorf("step %d: ann sees %s", n, got)
			}
		}
		s.refused("")
	})
}

// TestUsedElsewhere has a response_url that works no longer, for whatever reason,
// keep nobody from the answer.
func TestUsedElsewhere(t *testing.T) {
	for _, code := range []string{"used_url", "expired_url", "cannot find what you want"} {
		t.Run(code, func(t *testing.T) {
			onStage(t, slacktest.Options{UsedURL: code}, func(s *stage) {
				s.slack.Inject(1, slacktest.ResponseURL, slacktest.StatusBefore(404))
				s.always(bot.Whisper(says("done")))
				s.acked(s.ann.Command(s.study, "/study", ""))
				s.after(time.Minute)
				s.seen(s.ann, "posted whisper: done")
			})
		})
	}
}

// TestLines has an answer be there once, whatever becomes of the requests.
func TestLines(t *testing.T) {
	for _, test := range []struct {
		name  string
		times int
		fault slacktest.Fault
		edit  bool
		want  string
	}{
		{"a cut line, after", 1, slacktest.CutAfter(), false, "posted whisper: done"},
		{"a page, after", 1, slacktest.StatusAfter(502), false, "posted whisper: done"},
		{"too many", 1, slacktest.Limited(2 * time.Second), false, "posted whisper: done"},
		{"an edit and a cut line, after", 1, slacktest.CutAfter(), true, "edited: done\nedited: done"},
		{"an edit and a cut line, before", 1, slacktest.CutBefore(), true, "edited: done"},
		{"an edit and a page, before", 1, slacktest.StatusBefore(502), true, "edited: done"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.always(bot.Whisper(says("old", pressing("A", "a"))))
				i := s.acked(s.ann.Command(s.study, "/study", ""))
				s.ann.Sees()
				s.slack.Inject(test.times, slacktest.ResponseURL, test.fault)
				if test.edit {
					s.always(bot.Response{Edit: new(says("done"))})
				} else {
					s.always(bot.Whisper(says("done")))
				}
				s.acked(s.ann.Press(i.Messages()[0], "A"))
				s.after(time.Minute)
				s.seen(s.ann, test.want)
			})
		})
	}
}

// TestOurOwnLimits has an answer that breaks Slack's limits be said to be our
// fault, with a code that is in the log.
func TestOurOwnLimits(t *testing.T) {
	long := bot.Message{Card: &bot.Card{Body: "x"}}
	for range 60 {
		long.Card.Controls = append(long.Card.Controls, bot.Row{pressing("Go", "go")})
	}
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.always(bot.Whisper(long))
		s.acked(s.ann.Command(s.study, "/study", ""))
		s.after(time.Minute)
		got := s.sees(s.ann)
		words, code, _ := strings.Cut(got, "code ")
		if !strings.HasPrefix(words, "posted whisper: I couldn't show you the answer") || !strings.Contains(s.log.String(), "code="+strings.TrimSuffix(code, ".")) {
			t.Errorf("ann sees %s", got)
		}
		s.refused("")
	})
}

// TestSharedChannel has somebody of another workspace press and write in a channel
// that is shared, and be answered there.
func TestSharedChannel(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		s.study.Share()
		eve := s.slack.Elsewhere("Vendor").Person("eve")
		s.study.Join(eve)
		s.always(bot.Whisper(says("counted")))
		card := s.post(says("card", pressing("A", "a")), "")
		eve.Sees()
		s.acked(eve.Press(card, "A"))
		s.seen(eve, "posted whisper: counted")
		took := s.core.heard()[0]
		if took.User != userID(s.team.ID, eve.ID) || took.Space != spaceID(s.team.ID) {
			t.Errorf("the core heard %+v", took)
		}
		if _, err := eve.Write(s.study, "@studyhall board"); err != nil {
			t.Fatal(err)
		}
		s.settle()
		s.seen(eve, "posted: <@BOT> board\nposted whisper: counted")
		s.seen(s.bob, "posted: card [A]\nposted: <@BOT> board")

		s.always(bot.Response{Form: &asks})
		s.acked(eve.Press(card, "A"))
		eve.Sees()
		s.always(bot.Whisper(says("noted")))
		s.acked(eve.Submit(eve.Views()[0], filled))
		s.seen(eve, "closed\nposted whisper: noted")
		all := s.core.heard()
		if sent, pressed := all[len(all)-1], all[len(all)-2]; sent.User != took.User || sent.Channel != took.Channel || sent.Message != pressed.Message {
			t.Errorf("the form came from %+v, the press from %+v", sent, pressed)
		}
	})
}

// TestNoPings has what people wrote notify nobody, wherever it is shown.
func TestNoPings(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		hostile := bot.Message{Text: bot.Textf("%s", "<!channel> <@"+s.bob.ID+"> & co"), Card: says(bot.Textf("%s", "<!here> @channel <@"+s.bob.ID+">")).Card}
		s.core.home = func(bot.UserID) []bot.Card { return []bot.Card{*hostile.Card} }
		for _, r := range []bot.Response{bot.Whisper(hostile), {Reply: &hostile}} {
			s.always(r)
			s.acked(s.ann.Command(s.study, "/study", ""))
		}
		s.openHome()
		if n := s.bob.Pings(); n != 0 {
			t.Errorf("bob was notified %d times", n)
		}
		if words := s.study.Messages()[0].Words(); words != "<!here> @channel <@"+s.bob.ID+">" {
			t.Errorf("it reads %q", words)
		}
	})
}
