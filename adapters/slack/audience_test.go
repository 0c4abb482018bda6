package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// TestAudience asks about user groups, and notifies one.
func TestAudience(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		techs, empty, old := s.team.Group("techs", s.ann), s.team.Group("empty"), s.team.Group("old", s.ann)
		old.Disable(true)
		here := place{team: s.team.ID, channel: s.study.ID}.id()
		id := func(g *slacktest.Group) bot.AudienceID { return audienceID(s.team.ID, g.ID) }
		for _, test := range []struct {
			name string
			who  bot.AudienceID
			in   bot.ChannelID
			want bot.Audience
			ok   bool
		}{
			{"with people", id(techs), here, bot.Audience{Name: "@techs"}, true},
			{"without", id(empty), here, bot.Audience{Name: "@empty", Fix: "add people to the user group @empty"}, true},
			{"switched off", id(old), here, bot.Audience{Name: "@old", Fix: "switch the user group @old on again"}, true},
			{"none", audienceID(s.team.ID, "S0"), here, bot.Audience{}, false},
			{"of another workspace", audienceID("T9", techs.ID), here, bot.Audience{}, false},
			{"in a conversation", id(techs), place{team: s.team.ID, channel: s.ann.Direct().ID}.id(), bot.Audience{}, false},
			{"of another platform", "discord:1", here, bot.Audience{}, false},
			{"everybody", audienceID(s.team.ID, "channel"), here, bot.Audience{}, false},
		} {
			if got, err := s.a.Audience(s.ctx, test.in, test.who); got != test.want || (err == nil) != test.ok {
				t.Errorf("%s: got %+v, %v", test.name, got, err)
			}
		}
		if n := s.slack.Counts().Requests[slacktest.UsergroupsList]; n != 1 {
			t.Errorf("asked %d times within a minute", n)
		}
		m := says("new", pressing("A", "a"))
		m.Ping = id(techs)
		post := s.post(m, "")
		if s.ann.Pings() != 1 || s.bob.Pings() != 0 {
			t.Errorf("ann was notified %d times, bob %d", s.ann.Pings(), s.bob.Pings())
		}
		if last := post.Blocks[len(post.Blocks)-1]; last.Type != "actions" {
			t.Errorf("the controls stand above who is notified: %s", post.Raw)
		}
		m.Ping = "slack:T9/S1"
		if post := s.post(m, ""); strings.Contains(string(post.Raw), "usergroup") {
			t.Errorf("a user group of another workspace: %s", post.Raw)
		}
		s.team.Grant("chat:write")
		time.Sleep(memoTime + time.Second)
		if got, err := s.a.Audience(s.ctx, here, id(techs)); err == nil {
			t.Errorf("without the scope: %+v", got)
		}
	})
}

// TestAudienceField fills in a field for a user group.
func TestAudienceField(t *testing.T) {
	asksFor := func(first bot.AudienceID) bot.Form {
		f := bot.Field{Name: "role", Label: "Role", Kind: bot.AudienceField, Required: true}
		if first != "" {
			f.Initial = []string{string(first)}
		}
		return bot.Form{Title: "Role", Submit: "Save", Action: "role/set", Fields: []bot.Field{f}}
	}
	onStage(t, slacktest.Options{}, func(s *stage) {
		techs, nights := s.team.Group("techs", s.ann), s.team.Group("night-techs", s.bob)
		s.team.Group("old").Disable(true)
		f := s.opens(asksFor(audienceID(s.team.ID, techs.ID)))
		if shown := f.Blocks[0].Element.InitialOption.Text.Text; shown != "@techs" {
			t.Errorf("it begins with %q", shown)
		}
		offers := func(typed string, want ...string) {
			t.Helper()
			i := s.acked(s.ann.Suggest(f, "role", typed))
			var got []string
			for _, c := range i.Choices() {
				got = append(got, c.Text.Text)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", typed, diff)
			}
		}
		offers("", "@techs", "@night-techs")
		offers("old")
		offers("Night", "@night-techs")
		s.always(bot.Response{})
		s.acked(s.ann.Submit(f, slacktest.Args{"role": "@night-techs"}))
		took := s.core.heard()
		if got, want := took[len(took)-1].Values.Get("role"), string(audienceID(s.team.ID, nights.ID)); got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
		if f = s.opens(asksFor("slack:T9/S1")); f.Blocks[0].Element.InitialOption.Text.Text != "" {
			t.Errorf("one that isn't there is shown: %s", f.Raw)
		}
		s.slack.Inject(-1, slacktest.UsergroupsList, slacktest.Refused("missing_scope"))
		time.Sleep(memoTime + time.Second)
		offers("")
	})
}
