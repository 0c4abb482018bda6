package group_test

import (
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// Where the platform can neither pin nor ping, neither is offered, and a path that
// says so all the same changes nothing.
func TestPinsAndPingsNotOffered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorldOn(t, s, time.Minute, func(f *bottest.Fake) bot.Adapter {
			return struct {
				bot.Adapter
				bot.Channeler
				bot.Profiler
			}{f, f, f}
		})
		id := w.begin("a")
		press := func(path string, values bot.Values) bot.Response {
			return w.bot.Handle(t.Context(), bot.Interaction{ID: path, User: w.fake.UserID("maria"), Space: w.fake.Space(),
				Channel: w.fake.ChannelID("a"), Action: group.PathGroup(id) + path, Values: values})
		}
		for _, path := range []string{"/weeks", "/choose/pin"} {
			r := press(path, nil)
			if r.Reply == nil {
				t.Fatalf("%s: %+v", path, r)
			}
			wants(t, "the settings", bottest.MessageText(*r.Reply), "Weeks and seasons")
			lacks(t, "the settings", bottest.MessageText(*r.Reply), "Pin", "Role")
		}
		if r := press("/ping/choose", nil); r.Form != nil {
			t.Errorf("a form opened: %+v", r.Form)
		}
		press("/ping/set", bot.Values{"role": {"fake:techs"}})
		press("/choose/pin/on", nil)
		if got := w.details(id).Habits; got.Ping != "" || got.Pin {
			t.Errorf("it is kept: %+v", got)
		}
	})
}

// Only organisers choose, and only a role of the platform, in the group's space.
func TestPingRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		w.say("dana", "a", "/study") // no organiser
		for _, test := range []struct {
			name, user, role string
			space            bot.SpaceID
		}{
			{"by a member", "dana", "fake:techs", w.fake.Space()},
			{"another platform's", "maria", "other:techs", w.fake.Space()},
			{"nothing", "maria", "", w.fake.Space()},
			{"not a role", "maria", "fake:nobody", w.fake.Space()},
			{"everybody", "maria", "fake:everyone", w.fake.Space()},
			{"from a place that isn't the group's", "maria", "fake:techs", "fake:elsewhere"},
			{"in private", "maria", "fake:techs", ""},
		} {
			w.bot.Handle(t.Context(), bot.Interaction{ID: test.name, User: w.fake.UserID(test.user), Space: test.space,
				Channel: w.fake.ChannelID("a"), Action: group.PathGroup(id) + "/ping/set", Values: bot.Values{"role": {test.role}}})
			if got := w.details(id).Habits.Ping; got != "" {
				t.Errorf("%s: %q is to be pinged", test.name, got)
			}
		}
	})
}
