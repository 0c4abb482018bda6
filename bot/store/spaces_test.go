package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

const goodCode = group.Code("K7QMA4ZTN9")

func invited(t *testing.T, s *store.Store, id string, c group.Code) {
	t.Helper()
	if err := s.MakeInvite(t.Context(), group.Invite{Code: c, Group: id, Member: "member-" + id, Now: sunday(), EndsAt: sunday().Add(24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
}

// spaceJoining is an administrator elsewhere who lets a group in.
func spaceJoining(c group.Code, person string, ch bot.ChannelID) group.SpaceJoining {
	return group.SpaceJoining{Code: c, Account: bot.UserID("harbor:" + person), Channel: ch, Space: "harbor:space", Now: sunday(),
		Welcome: func(g string) schedule.Delivery {
			return schedule.Delivery{Key: "welcome-" + string(ch), Kind: "welcome", Ref: g, Group: g, Target: string(ch), Rank: schedule.RankSumUp, At: sunday()}
		}}
}

func TestCodeWorksOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		invited(t, s, "g", goodCode)
		var mu sync.Mutex
		outcomes := map[group.InviteOutcome]int{}
		atOnce(t, func(n int) error {
			_, outcome, err := s.JoinSpace(t.Context(), spaceJoining(goodCode, fmt.Sprint("pat", n), bot.ChannelID(fmt.Sprint("harbor:c", n))))
			mu.Lock()
			defer mu.Unlock()
			outcomes[outcome]++
			return err
		})
		if diff := cmp.Diff(map[group.InviteOutcome]int{group.InviteGood: 1, group.InviteUsed: writers - 1}, outcomes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		d := details(t, s, "g")
		if len(d.Channels) != 2 || d.Channels[0].Guest || !d.Channels[1].Guest || d.Channels[1].Space != "harbor:space" {
			t.Errorf("channels %+v, want the group's own and one guest", d.Channels)
		}
	})
}

func TestCodeRefused(t *testing.T) {
	late := sunday().Add(24 * time.Hour)
	tests := []struct {
		name string
		code group.Code
		now  time.Time
		prep func(t *testing.T, s *store.Store)
		want group.InviteOutcome
	}{
		{"right", goodCode, late.Add(-time.Millisecond), nil, group.InviteGood},
		{"unknown", "AAAAABBBBB", sunday(), nil, group.InviteWrong},
		{"half right", "K7QMA4ZTN8", sunday(), nil, group.InviteWrong},
		{"a day old", goodCode, late, nil, group.InviteEnded},
		{"replaced", goodCode, sunday(), func(t *testing.T, s *store.Store) { invited(t, s, "g", "ZZZZZ4ZTN9") }, group.InviteWrong},
		{"of a group that has ended", goodCode, sunday(), func(t *testing.T, s *store.Store) {
			if ok, err := s.StopGroup(t.Context(), "g", group.Ended, group.ByOrganiser, sunday()); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}, group.InviteOver},
		{"in another group's channel", goodCode, sunday(), func(t *testing.T, s *store.Store) {
			st := plan("other", "harbor:pat", "harbor:c")
			st.Setup.Space = "harbor:space"
			if _, err := s.StartGroup(t.Context(), st); err != nil {
				t.Fatal(err)
			}
		}, group.InviteElsewhere},
		{"guessed at by many", goodCode, sunday(), func(t *testing.T, s *store.Store) {
			for n := range 5 {
				if _, o, err := s.Invited(t.Context(), group.Code(fmt.Sprintf("K7QMA0000%d", n)), bot.UserID(fmt.Sprint("harbor:x", n)), sunday()); err != nil || o != group.InviteWrong {
					t.Fatal(o, err)
				}
			}
		}, group.InviteEnded},
		{"after ten wrong ones", goodCode, sunday(), func(t *testing.T, s *store.Store) {
			for n := range 10 {
				if _, o, err := s.Invited(t.Context(), group.Code(fmt.Sprintf("0000%d00000", n)), "harbor:pat", sunday()); err != nil || o != group.InviteWrong {
					t.Fatal(o, err)
				}
			}
		}, group.InviteTooMany},
		{"an hour after ten wrong ones", goodCode, sunday().Add(time.Hour), func(t *testing.T, s *store.Store) {
			for n := range 10 {
				if _, _, err := s.Invited(t.Context(), group.Code(fmt.Sprintf("0000%d00000", n)), "harbor:pat", sunday()); err != nil {
					t.Fatal(err)
				}
			}
		}, group.InviteGood},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				begin(t, s, "g")
				invited(t, s, "g", goodCode)
				if tt.prep != nil {
					tt.prep(t, s)
				}
				j := spaceJoining(tt.code, "pat", "harbor:c")
				j.Now = tt.now
				_, outcome, err := s.JoinSpace(t.Context(), j)
				if err != nil || outcome != tt.want {
					t.Errorf("outcome %d, want %d (%v)", outcome, tt.want, err)
				}
				want := 1
				if tt.want == group.InviteGood {
					want = 2
				}
				if d := details(t, s, "g"); len(d.Channels) != want {
					t.Errorf("channels: %+v, want %d", d.Channels, want)
				}
			})
		})
	}
}

func TestTakeOutChannels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		for _, ch := range []bot.ChannelID{"fake:two", "fake:three"} {
			if o, err := s.BindChannel(t.Context(), "g", group.Channel{ID: ch, Space: "fake:space"}, sunday()); err != nil || o != group.Bound {
				t.Fatal(o, err)
			}
		}
		if o, err := s.BindChannel(t.Context(), "g", group.Channel{ID: "fake:two", Space: "fake:space"}, sunday()); err != nil || o != group.BoundBefore {
			t.Errorf("the same channel twice: %v, %v", o, err)
		}
		all := details(t, s, "g").Channels
		var mu sync.Mutex
		outcomes := map[group.UnbindOutcome]int{}
		atOnce(t, func(n int) error {
			o, err := s.UnbindChannel(t.Context(), "g", all[n%3].ID, false, sunday())
			mu.Lock()
			defer mu.Unlock()
			outcomes[o]++
			return err
		})
		d := details(t, s, "g")
		if len(d.Channels) != 1 || outcomes[group.Unbound] != 2 || d.Group.State != group.Running {
			t.Errorf("three channels taken out by %d organisers at once: %v, left %+v", writers, outcomes, d.Channels)
		}
		// Administrators may take the last one out: the group waits for another.
		last := d.Channels[0].ID
		planned(t, s, "g", "r1", sunday())
		if o, err := s.UnbindChannel(t.Context(), "g", last, true, sunday()); err != nil || o != group.Unbound {
			t.Fatal(o, err)
		}
		if d := details(t, s, "g"); len(d.Channels) != 0 || d.Group.Pause != group.NoChannel {
			t.Errorf("without a channel: %+v, %s", d.Channels, d.Group.Pause)
		}
		if o, err := s.BindChannel(t.Context(), "g", group.Channel{ID: "fake:new", Space: "fake:space"}, sunday()); err != nil || o != group.Bound {
			t.Fatal(o, err)
		}
		if d := details(t, s, "g"); d.Group.State != group.Running || d.Next().IsZero() {
			t.Errorf("with a channel again: %s, next %v", d.Group.State, d.Next())
		}
	})
}

// A space that goes leaves the group's other one running.
func TestOneSpaceGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g")
		invited(t, s, "g", goodCode)
		if _, o, err := s.JoinSpace(t.Context(), spaceJoining(goodCode, "pat", "harbor:c")); err != nil || o != group.InviteGood {
			t.Fatal(o, err)
		}
		if err := s.ChannelGone(t.Context(), "fake:space", "", sunday()); err != nil {
			t.Fatal(err)
		}
		d := details(t, s, "g")
		if d.Group.State != group.Running || !d.Channels[0].Gone || d.Channels[1].Gone {
			t.Errorf("one space has gone: %s, %+v", d.Group.State, d.Channels)
		}
		p, ok, err := s.QuestionPlan(t.Context(), d.First().Schedule.ID)
		if diff := cmp.Diff([]bot.ChannelID{"harbor:c"}, p.Channels); err != nil || !ok || diff != "" {
			t.Errorf("posts in (-want +got):\n%s (%v)", diff, err)
		}
		m, ok, err := s.JoinGroup(t.Context(), group.Joining{Group: "g", Account: "harbor:lou", Space: "harbor:space", Channel: "harbor:c",
			Name: "Lou", Member: "member-lou", Now: sunday()})
		if err != nil || !ok || m.Member.Role != group.Plain {
			t.Errorf("somebody joins there: %+v, %v, %v", m, ok, err)
		}
	})
}

func TestParseCode(t *testing.T) {
	for typed, want := range map[string]group.Code{
		"K7QMA-4ZTN9": goodCode, "k7qma4ztn9": goodCode, " K7QMA 4ZTN9 ": goodCode, "k7oo1 ztn9l": "K7001ZTN91",
		"": "", "K7QMA-4ZTN": "", "K7QMA-4ZTN99": "", "K7QMA-4ZTN!": "", "K7QMA-4ZTNU": "", "ÄÄÄÄÄÄÄÄÄÄ": "",
	} {
		got, ok := group.ParseCode(typed)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v, want %q", typed, got, ok, want)
		}
	}
	seen := map[group.Code]bool{}
	for range 1000 {
		c := group.NewCode()
		if back, ok := group.ParseCode(c.String()); !ok || back != c || seen[c] {
			t.Fatalf("code %q comes back as %q, %v; seen %v", c, back, ok, seen[c])
		}
		seen[c] = true
	}
}
