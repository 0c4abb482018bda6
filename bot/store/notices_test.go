package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// told takes the notices that are due and says their occurrences.
func told(t *testing.T, s *store.Store, at time.Time) string {
	t.Helper()
	due, err := s.ClaimDue(t.Context(), at, at, at, 20)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, d := range due {
		if d.Kind != "notice" {
			continue
		}
		all = append(all, d.Occurrence)
		if err := s.TellNotice(t.Context(), d, nil, at); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(all, " ")
}

func TestNoticeOnceACauseAndAgainAfterADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		now := sunday()
		park := func(at time.Time, cause string) {
			t.Helper()
			claimed, err := s.ClaimDeliveries(t.Context(), "fake", at, at.Add(time.Minute), 10)
			if err != nil || len(claimed) != 1 {
				t.Fatalf("claimed %v, %v", claimed, err)
			}
			if err := s.ParkDelivery(t.Context(), claimed[0], at, schedule.Refusal{Cause: cause, Fix: "let me in"}); err != nil {
				t.Fatal(err)
			}
		}
		check := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: told %q, want %q", what, got, want)
			}
		}
		park(now, "No.")
		check("at once", told(t, s, now), "tell")
		check("a moment later", told(t, s, now.Add(time.Hour)), "")
		check("after a day", told(t, s, now.Add(group.TellAgainAfter)), "again")
		check("after three", told(t, s, now.Add(72*time.Hour)), "")
		open, err := s.Notices(t.Context(), "g1")
		if err != nil || len(open) != 1 || open[0].Data.Problem != "No." || open[0].Kind != group.NoticeParked {
			t.Errorf("open notices %+v, %v", open, err)
		}

		// Trying again closes it, so that the same cause is told anew.
		if n, err := s.Unpark(t.Context(), "g1", now.Add(73*time.Hour)); err != nil || n != 1 {
			t.Errorf("unparked %d, %v", n, err)
		}
		if open, err := s.Notices(t.Context(), "g1"); err != nil || len(open) != 0 {
			t.Errorf("open notices after Try now: %+v, %v", open, err)
		}
		park(now.Add(74*time.Hour), "No.")
		check("refused again", told(t, s, now.Add(74*time.Hour)), "tell")
	})
}

func TestRebindTakesWaitingPostsAlong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g1")
		begin(t, s, "g2")
		now := sunday()
		if outcome, err := s.Rebind(t.Context(), group.Binding{Group: "g1", From: "fake:g1", To: "fake:g2", Space: "fake:space"}, now); err != nil || outcome != group.BoundElsewhere {
			t.Errorf("to another group's channel: %v, %v", outcome, err)
		}
		if outcome, err := s.Rebind(t.Context(), group.Binding{Group: "g1", From: "fake:g2", To: "fake:new", Space: "fake:space"}, now); err != nil || outcome != group.NotBound {
			t.Errorf("from another group's channel: %v, %v", outcome, err)
		}
		if outcome, err := s.Rebind(t.Context(), group.Binding{Group: "g1", From: "fake:g1", To: "fake:new"}, now); err != nil || outcome != group.Bound {
			t.Errorf("to a free channel: %v, %v", outcome, err)
		}
		d, ok, err := s.Delivery(t.Context(), "welcome-g1")
		if err != nil || !ok || d.Target != "fake:new" || d.State != schedule.Waiting {
			t.Errorf("the waiting post: %+v, %v, %v", d, ok, err)
		}
		if got := details(t, s, "g1").Channels; !cmp.Equal(got, []group.Channel{{ID: "fake:new", Space: "fake:space"}}) {
			t.Errorf("channels %v", got)
		}
	})
}

func TestLostChannel(t *testing.T) {
	tests := []struct {
		name string
		back func(t *testing.T, s *store.Store, at time.Time)
	}{
		{"is there again", func(t *testing.T, s *store.Store, at time.Time) {
			if err := s.ChannelBack(t.Context(), "fake:g1", at); err != nil {
				t.Error(err)
			}
		}},
		{"has another in its place", func(t *testing.T, s *store.Store, at time.Time) {
			if outcome, err := s.Rebind(t.Context(), group.Binding{Group: "g1", From: "fake:g1", To: "fake:new"}, at); err != nil || outcome != group.Bound {
				t.Errorf("rebind: %v, %v", outcome, err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g1")
				now := sunday()
				for _, lost := range []struct {
					space bot.SpaceID
					ch    bot.ChannelID
				}{{"fake:space", ""}, {"", "fake:g1"}} { // told twice, of the space and of the channel
					if err := s.ChannelGone(t.Context(), lost.space, lost.ch, now); err != nil {
						t.Fatal(err)
					}
				}
				if got := told(t, s, now); got != "tell" {
					t.Errorf("told %q", got)
				}
				d := details(t, s, "g1")
				if d.Group.State != group.Paused || d.Group.Pause != group.NoChannel || !d.Channels[0].Gone || !d.Next().IsZero() {
					t.Errorf("without a channel: %+v", d)
				}
				for space, want := range map[bot.SpaceID][]bot.ChannelID{"fake:space": {"fake:g1"}, "fake:other": nil} {
					if gone, err := s.GoneChannels(t.Context(), space); err != nil || !slices.Equal(gone, want) {
						t.Errorf("gone in %s: %v, %v, want %v", space, gone, err, want)
					}
				}
				tt.back(t, s, now.Add(time.Hour))
				if gone, err := s.GoneChannels(t.Context(), "fake:space"); err != nil || len(gone) > 0 {
					t.Errorf("still gone: %v, %v", gone, err)
				}
				d = details(t, s, "g1")
				if d.Group.State != group.Running || d.Channels[0].Gone || d.Next().IsZero() {
					t.Errorf("with a channel again: %+v", d)
				}
				if open, err := s.Notices(t.Context(), "g1"); err != nil || len(open) != 0 {
					t.Errorf("open notices %+v, %v", open, err)
				}
			})
		})
	}
}
