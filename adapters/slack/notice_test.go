package slack

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// TestNotices has the core told what happens to channels.
func TestNotices(t *testing.T) {
	for _, test := range []struct {
		name string
		does func(*stage)
		want func(space bot.SpaceID, ch bot.ChannelID) []bot.Notice
	}{
		{"invited again", func(s *stage) { s.study.Remove(nil); s.settle(); s.study.Invite() }, func(space bot.SpaceID, ch bot.ChannelID) []bot.Notice {
			return []bot.Notice{{Kind: bot.ChannelGone, Space: space, Channel: ch}, {Kind: bot.Welcomed, Space: space, Channel: ch}}
		}},
		{"archived and back", func(s *stage) { s.study.Archive(true); s.settle(); s.study.Archive(false) }, func(space bot.SpaceID, ch bot.ChannelID) []bot.Notice {
			return []bot.Notice{{Kind: bot.ChannelGone, Space: space, Channel: ch}, {Kind: bot.Welcomed, Space: space, Channel: ch}}
		}},
		{"deleted", func(s *stage) { s.study.Delete() }, func(space bot.SpaceID, ch bot.ChannelID) []bot.Notice {
			return []bot.Notice{{Kind: bot.ChannelGone, Space: space, Channel: ch}}
		}},
		{"somebody else comes and goes", func(s *stage) { s.study.Remove(s.bob); s.settle(); s.study.Join(s.bob) }, func(bot.SpaceID, bot.ChannelID) []bot.Notice { return nil }},
		{"renamed", func(s *stage) { s.study.Rename("cres-study") }, func(bot.SpaceID, bot.ChannelID) []bot.Notice { return nil }},
		{"nobody knows", func(s *stage) { s.team.Event(map[string]any{"type": "hologram_shown", "channel": s.study.ID}) }, func(bot.SpaceID, bot.ChannelID) []bot.Notice { return nil }},
		{"used", func(s *stage) {
			s.acked(s.ann.Command(s.study, "/study", ""))
			s.acked(s.ann.Command(s.study, "/study", ""))
		}, func(space bot.SpaceID, _ bot.ChannelID) []bot.Notice {
			return []bot.Notice{{Kind: bot.SpaceThere, Space: space}}
		}},
		{"used a minute later", func(s *stage) {
			s.acked(s.ann.Command(s.study, "/study", ""))
			s.after(61 * time.Second)
			s.acked(s.ann.Command(s.study, "/study", ""))
		}, func(space bot.SpaceID, _ bot.ChannelID) []bot.Notice {
			return []bot.Notice{{Kind: bot.SpaceThere, Space: space}, {Kind: bot.SpaceThere, Space: space}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, slacktest.Options{}, func(s *stage) {
				space, ch := spaceID(s.team.ID), place{team: s.team.ID, channel: s.study.ID}.id()
				test.does(s)
				s.settle()
				got := s.core.notices
				var last []bot.Notice // what is told twice in a row counts once
				for _, n := range got {
					if n.Kind == bot.SpaceThere || len(last) == 0 || last[len(last)-1] != n {
						last = append(last, n)
					}
				}
				if diff := cmp.Diff(test.want(space, ch), last); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// TestClosedAccount has Slack tell that an account was closed or otherwise changed
// whose owner was written to before. Only in the first case it is asked again.
func TestClosedAccount(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		ann, bob := userID(s.team.ID, s.ann.ID), userID(s.team.ID, s.bob.ID)
		for _, user := range []bot.UserID{ann, bob} {
			if _, err := s.a.Direct(s.ctx, user); err != nil {
				t.Fatal(err)
			}
		}
		s.ann.Deactivate()
		for p, deleted := range map[*slacktest.Person]bool{s.ann: true, s.bob: false} {
			s.team.Event(map[string]any{"type": "user_change", "user": map[string]any{"id": p.ID, "team_id": s.team.ID, "name": p.Name, "deleted": deleted}})
		}
		s.settle()
		if fault, ok := errors.AsType[*bot.DeliveryError](second(s.a.Direct(s.ctx, ann))); !ok || fault.Kind != bot.Gone {
			t.Errorf("the closed account: %v", fault)
		}
		before := s.slack.Counts().Requests[slacktest.ConversationsOpen]
		if _, err := s.a.Direct(s.ctx, bob); err != nil || s.slack.Counts().Requests[slacktest.ConversationsOpen] != before {
			t.Errorf("the other account: %v, after %d requests", err, before)
		}
	})
}

// TestClosedAccountOfAnotherCopy has one copy of the program hear that an account
// was closed, and the others not take it to be open.
func TestClosedAccountOfAnotherCopy(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		other := newStaged(t, s)
		other.config.Shelf = s.a.config.Shelf
		ann := userID(s.team.ID, s.ann.ID)
		if _, err := other.Direct(s.ctx, ann); err != nil {
			t.Fatal(err)
		}
		before := s.slack.Counts().Requests[slacktest.ConversationsOpen]
		if _, err := other.Direct(s.ctx, ann); err != nil || s.slack.Counts().Requests[slacktest.ConversationsOpen] != before {
			t.Errorf("an open account: %v, and Slack was asked again", err)
		}
		s.ann.Deactivate()
		s.team.Event(map[string]any{"type": "user_change", "user": map[string]any{"id": s.ann.ID, "team_id": s.team.ID, "name": s.ann.Name, "deleted": true}})
		s.settle()
		if fault, ok := errors.AsType[*bot.DeliveryError](second(other.Direct(s.ctx, ann))); !ok || fault.Kind != bot.Gone {
			t.Errorf("the closed account: %v", fault)
		}
	})
}

// TestMovedChannel has the core told where a channel is now.
func TestMovedChannel(t *testing.T) {
	onStage(t, slacktest.Options{}, func(s *stage) {
		old := place{team: s.team.ID, channel: s.study.ID}.id()
		s.study.Move()
		s.settle()
		want := []bot.Notice{{Kind: bot.ChannelMoved, Space: spaceID(s.team.ID), Channel: old, Moved: place{team: s.team.ID, channel: s.study.ID}.id()}}
		if diff := cmp.Diff(want, s.core.notices); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
