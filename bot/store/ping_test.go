package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// A question pings in one channel: the oldest in the role's space that gets it.
func TestPinged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		begin(t, s, "g") // in fake:g
		begin(t, s, "h")
		track := details(t, s, "g").First().ID
		for n, ch := range []string{"fake:second", "other:place"} {
			space := "fake:space"
			if n == 1 {
				space = "other:space"
			}
			must(t, s.Do(t.Context(), `INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ('`+ch+`', '`+space+`', 'g', 9000000000000)`))
		}
		pings := func(what string, want map[string]bot.AudienceID) {
			t.Helper()
			for _, ch := range []string{"fake:g", "fake:second", "other:place"} {
				if got, err := s.Pinged(t.Context(), schedule.Delivery{Group: "g", Target: ch}, track); err != nil || got != want[ch] {
					t.Errorf("%s: in %s %q, %v; want %q", what, ch, got, err, want[ch])
				}
			}
			if got, err := s.Pinged(t.Context(), schedule.Delivery{Group: "h", Target: "fake:h"}, track); err != nil || got != "" {
				t.Errorf("%s: in another group %q, %v", what, got, err)
			}
		}
		pings("at first", nil)
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Ping, h.PingSpace = "fake:techs", "fake:space" }, sunday()))
		pings("chosen", map[string]bot.AudienceID{"fake:g": "fake:techs"})
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Pin = true }, sunday()))
		pings("another habit", map[string]bot.AudienceID{"fake:g": "fake:techs"})
		must(t, s.Do(t.Context(), `INSERT INTO muted (channel_id, track_id) VALUES ('fake:g', '`+track+`')`))
		pings("not posted in the first", map[string]bot.AudienceID{"fake:second": "fake:techs"})
		must(t, s.ChannelGone(t.Context(), "", "fake:second", sunday()))
		pings("nowhere left", nil)
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Ping, h.PingSpace = "other:crew", "other:space" }, sunday()))
		pings("elsewhere", map[string]bot.AudienceID{"other:place": "other:crew"})
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Ping, h.PingSpace = "", "" }, sunday()))
		pings("nobody", nil)
	})
}

// TestLookWants is what doctor learns of pins and pings.
func TestLookWants(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url, store.Options{})
		begin(t, s, "g")
		begin(t, s, "h")
		must(t, s.Do(t.Context(), `INSERT INTO channels (id, space_id, group_id, bound_at) VALUES ('other:place', 'other:space', 'g', 9000000000000)`))
		must(t, s.ChangeHabits(t.Context(), "g", func(h *group.Habits) { h.Pin, h.Ping, h.PingSpace = true, "other:crew", "other:space" }, sunday()))
		want := []store.Wants{{Channel: "fake:g", Pin: true}, {Channel: "other:place", Pin: true, Ping: "other:crew"}}
		if diff := cmp.Diff(want, looks(t, url, sunday()).Wants); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}
