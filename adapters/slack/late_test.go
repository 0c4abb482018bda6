package slack

import (
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// TestMissedAcknowledgement has forms be acknowledged before their answers are
// there, as a socket does by itself after a while: every answer is shown another way.
func TestMissedAcknowledgement(t *testing.T) {
	next := bot.Form{Title: "More", Submit: "Send", Action: "exam/more", Fields: []bot.Field{{Name: "why", Label: "Why"}}}
	m := says("done")
	invalid := bot.Response{Invalid: map[string]string{"day": "Too early."}}
	faults := string(wordsFaults) + " / Day: Too early. [Fix it]"
	const soon = 100 * time.Millisecond
	home := map[bool]string{true: "\nhome: |page [Go]"}
	for _, test := range []struct {
		name     string
		page     bool
		response bot.Response
		takes    time.Duration
		want     string
	}{
		{"nothing", false, bot.Response{}, soon, "closed"},
		{"for one", false, bot.Whisper(m), soon, "closed\nposted whisper: done"},
		{"faults", false, invalid, soon, "closed\nposted whisper: " + faults},
		{"another form", false, bot.Response{Form: &next}, soon, "closed\nview: More|Why"},
		{"on a page", true, bot.Whisper(m), soon, "closed\nview: Studyhall|done"},
		{"on a page, late", true, bot.Whisper(m), 2500 * time.Millisecond, "closed\nview: Studyhall|done"},
		{"on a page, faults", true, invalid, soon, "closed\nview: Studyhall|" + faults},
		{"on a page, another form", true, bot.Response{Form: &next}, soon, "closed\nview: More|Why"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				f := s.openForm(test.page)
				take := s.a.takes
				s.a.takes = func(e envelope) {
					e.ack(nil)
					take(e)
				}
				s.submitted(f, test.takes, test.response)
				s.seen(s.ann, test.want+home[test.page])
				s.refused("")
			})
		})
	}
}

// TestSlowStore has the store take long to say whether a form came before, and to
// keep the next one, and the core be just in time or just too late for Slack.
func TestSlowStore(t *testing.T) {
	next := bot.Form{Title: "More", Submit: "Send", Action: "exam/more", Fields: []bot.Field{{Name: "why", Label: "Why"}}}
	m := says("done")
	invalid := bot.Response{Invalid: map[string]string{"day": "Too early."}}
	faults := string(wordsFaults) + " / Day: Too early. [Fix it]"
	const (
		justInTime = patience - seenTime - 50*time.Millisecond
		justLate   = answerTime - seenTime + 50*time.Millisecond
		moment     = "changed: Studyhall|" + string(wordsMoment) + "\n"
	)
	home := map[bool]string{true: "\nhome: |page [Go]"}
	for _, test := range []struct {
		name     string
		page     bool
		response bot.Response
		takes    time.Duration
		want     string
	}{
		{"faults, in time", false, invalid, justInTime, "marked day=Too early."},
		{"faults, late", false, invalid, justLate, "closed\nposted whisper: " + faults},
		{"another form, in time", false, bot.Response{Form: &next}, justInTime, "changed: More|Why"},
		{"another form, late", false, bot.Response{Form: &next}, justLate, "closed\nview: More|Why"},
		{"on a page, in time", true, bot.Whisper(m), justInTime, "changed: Studyhall|done"},
		{"on a page, late", true, bot.Whisper(m), justLate, moment + "changed: Studyhall|done"},
		{"on a page, faults, late", true, invalid, justLate, moment + "changed: Studyhall|" + faults},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				s.a.config.Shelf = &memoryShelf{slow: 600 * time.Millisecond}
				f := s.openForm(test.page)
				s.submitted(f, test.takes, test.response)
				s.seen(s.ann, test.want+home[test.page])
				s.refused("")
			})
		})
	}
}

// TestSlowNames has the names for the next form come after the acknowledgement: a
// button opens the form, with what belongs to it.
func TestSlowNames(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		f := s.openForm(false)
		s.slack.Inject(-1, slacktest.UsergroupsList, slacktest.Delay(3*time.Second))
		s.submitted(f, patience-50*time.Millisecond, bot.Response{Form: &bot.Form{Title: "Who", Submit: "Send", Action: "exam/who",
			Fields: []bot.Field{{Name: "role", Label: "Role", Kind: bot.AudienceField, Initial: []string{string(audienceID(s.team.ID, "S1"))}}}}})
		s.seen(s.ann, "closed\nposted whisper: "+string(wordsLate)+" [Open the form]")
		s.slack.Heal()
		all := s.ann.Messages(s.study)
		s.acked(s.ann.Press(all[len(all)-1], labelOpen))
		s.seen(s.ann, "view: Who|Role")
		s.refused("")
	})
}

// openForm has ann open a form, from a card in the channel or from her home page.
func (s *stage) openForm(page bool) slacktest.View {
	s.t.Helper()
	if !page {
		return s.opensSoon(func() (*slacktest.Interaction, error) {
			return s.ann.Press(s.post(says("card", pressing("A", "a")), ""), "A")
		})
	}
	s.core.home = func(bot.UserID) []bot.Card { return []bot.Card{*says("page", pressing("Go", "go")).Card} }
	s.ann.OpenHome()
	s.after(5 * time.Second)
	v, ok := s.ann.Home()
	if !ok {
		s.t.Fatal("no home page")
	}
	return s.opensSoon(func() (*slacktest.Interaction, error) { return s.ann.Press(v, "Go") })
}

// opensSoon is opens for a store that is slow.
func (s *stage) opensSoon(press func() (*slacktest.Interaction, error)) slacktest.View {
	s.t.Helper()
	s.always(bot.Response{Form: &asks})
	s.acked(press())
	s.after(5 * time.Second)
	views := s.ann.Views()
	if len(views) == 0 {
		s.t.Fatal("no form")
	}
	s.ann.Sees()
	return views[len(views)-1]
}

// submitted has ann send a form, and waits for everything that follows.
func (s *stage) submitted(f slacktest.View, takes time.Duration, r bot.Response) {
	s.t.Helper()
	s.answers(func(bot.Interaction) bot.Response {
		time.Sleep(takes)
		return r
	})
	i, err := s.ann.Submit(f, filled)
	if err != nil {
		s.t.Fatal(err)
	}
	s.after(10 * time.Second)
	if !i.Acked() || i.Latency() > answerTime {
		s.t.Errorf("acknowledged after %s", i.Latency())
	}
}
