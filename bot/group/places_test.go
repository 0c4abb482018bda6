package group_test

import (
	"fmt"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// answered makes a member who has answered so many questions.
func (w *world) answered(person, channel string, n int) {
	w.t.Helper()
	w.say(person, channel, "/study")
	m, err := w.store.Memberships(w.t.Context(), w.fake.UserID(person))
	if err != nil || len(m) != 1 {
		w.t.Fatalf("memberships: %v, %v", m, err)
	}
	w.answer(m[0].Group.ID, w.fake.UserID(person), n)
}

// TestTakeOverByAnAdministrator is acceptance check 18: the last organiser's
// account is closed; posting goes on, taking over works, notes are not lost.
func TestTakeOverByAnAdministrator(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		lacks(t, "while maria can be reached", w.say("root", "a", "/group"), "Take over")
		w.shut("maria", true)
		w.fake.Refuse("a", true)
		if err := w.fake.Notify(t.Context(), bot.Notice{Kind: bot.ChannelGone, Channel: w.fake.ChannelID("a")}); err != nil {
			t.Fatal(err)
		}
		lacks(t, "nobody is left to be told", w.seen(), "direct")
		w.fake.Refuse("a", false)
		if err := w.fake.Notify(t.Context(), bot.Notice{Kind: bot.Welcomed, Channel: w.fake.ChannelID("a")}); err != nil {
			t.Fatal(err)
		}
		w.fake.Refuse("a", true)
		if d := w.details(id); d.Group.State != group.Running || d.Next().IsZero() {
			t.Errorf("posting doesn't go on: %+v", d)
		}
		if err := w.store.ChannelGone(t.Context(), "", w.fake.ChannelID("a"), w.clock()); err != nil {
			t.Fatal(err)
		}
		w.drain()
		page := w.say("root", "a", "/group")
		wants(t, "an administrator's page", page, "Nobody who organises this group can be reached", "The channel of the A study group is gone", "[Take over]")
		wants(t, "taken over", w.press("root", "Take over"), "You organise the A study group now")
		wants(t, "the note that reached nobody", w.press("root", "Group page"), "The channel of the A study group is gone", "Organiser: Root (you)", "[Use another channel]")
		if d := w.details(id); len(d.Organisers) != 1 || d.Organisers[0].Name != "Root" {
			t.Errorf("organisers %+v", d.Organisers)
		}
		w.shut("maria", false)
		wants(t, "maria comes back", w.say("maria", "a", "/group pause"), "Only organisers", "Root")
	})
}

// TestClosedAccountIsFoundWhenSomebodyAsks: nothing was ever sent to the
// organiser, so only looking tells that the account is closed.
func TestClosedAccountIsFoundWhenSomebodyAsks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.begin("a")
		w.shut("maria", true)
		wants(t, "an administrator asks", w.say("root", "a", "/group"), "[Take over]")
		wants(t, "on the study page too", w.say("root", "a", "/study"), "[Take over]")
		w.shut("maria", false)
		w.say("maria", "a", "/study") // the account acts, so it is open
		lacks(t, "after it was reopened", w.say("root", "a", "/group"), "Take over")
	})
}

func TestTakeOverByAMember(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		w.answered("lee", "a", 20)
		w.answered("ann", "a", 5)
		lacks(t, "while maria can be reached", w.say("lee", "a", "/group"), "Offer to organise")
		w.shut("maria", true)
		lacks(t, "on the day on which maria was seen", w.say("lee", "a", "/group"), "Offer to organise")
		w.later(24 * time.Hour)
		wants(t, "a member of long standing", w.say("lee", "a", "/group"), "After 7 days without objection", "[Offer to organise]")
		lacks(t, "a new member", w.say("ann", "a", "/group"), "Offer to organise")
		wants(t, "offered", w.press("lee", "Offer to organise"), "On Mon 30 Nov 2026 the group is yours if nobody objects.")
		wants(t, "everybody's study page", w.say("ann", "a", "/study"), "Lee offers to organise this group", "[Object]")
		wants(t, "own study page", w.say("lee", "a", "/study"), "You've offered to organise this group", "[Withdraw]")
		wants(t, "objected", w.press("ann", "Object"), "Nobody is told who objected")
		wants(t, "offered again", words(w.act("lee", "a", "group/"+id+"/stepup", nil)), "Somebody objected to this not long ago")

		w.answered("tom", "a", 40)
		w.say("tom", "a", "/group")
		w.press("tom", "Offer to organise")
		w.later(7*24*time.Hour - time.Minute)
		if d := w.details(id); d.Organisers[0].Name != "Maria G." {
			t.Errorf("too early: %+v", d.Organisers)
		}
		w.later(time.Minute)
		if d := w.details(id); len(d.Organisers) != 1 || d.Organisers[0].Name != "Tom" {
			t.Errorf("after seven days: %+v", d.Organisers)
		}
	})
}

// TestSpaceThere has the bot be in a space from which it had gone, without anybody
// having said that it came back.
func TestSpaceThere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		hear := func(kind bot.NoticeKind) group.State {
			t.Helper()
			if err := w.fake.Notify(t.Context(), bot.Notice{Kind: kind, Space: w.fake.Space()}); err != nil {
				t.Fatal(err)
			}
			return w.details(id).Group.State
		}
		if got := hear(bot.SpaceThere); got != group.Running {
			t.Errorf("nothing was gone: %s", got)
		}
		hear(bot.SpaceGone)
		w.fake.Refuse("a", true)
		if got := hear(bot.SpaceThere); got != group.Paused {
			t.Errorf("its channel is not there: %s", got)
		}
		w.fake.Refuse("a", false)
		if got := hear(bot.SpaceThere); got != group.Running {
			t.Errorf("its channel is there again: %s", got)
		}
		w.act("maria", "a", "group/"+id+"/pause", nil)
		if got := hear(bot.SpaceThere); got != group.Paused {
			t.Errorf("paused by somebody: %s", got)
		}
	})
}

func TestPlaces(t *testing.T) {
	tests := []struct {
		name   string
		notice bot.Notice
		told   string // what maria is told
		state  group.State
		in     bot.ChannelID
	}{
		{"channel gone", bot.Notice{Kind: bot.ChannelGone, Channel: "fake:a"}, "The channel of the A study group is gone", group.Paused, "fake:a"},
		{"space gone", bot.Notice{Kind: bot.SpaceGone, Space: "fake:space"}, "The channel of the A study group is gone", group.Paused, "fake:a"},
		{"channel moved", bot.Notice{Kind: bot.ChannelMoved, Channel: "fake:a", Moved: "fake:z"}, "", group.Running, "fake:z"},
		{"channel moved to another group's", bot.Notice{Kind: bot.ChannelMoved, Channel: "fake:a", Moved: "fake:b"}, "", group.Running, "fake:a"},
		{"welcomed", bot.Notice{Kind: bot.Welcomed, Channel: "fake:a"}, "", group.Running, "fake:a"},
		{"somebody else's channel", bot.Notice{Kind: bot.ChannelGone, Channel: "fake:x"}, "", group.Running, "fake:a"},
	}
	each(t, func(t *testing.T, w *world) {
		for n, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				a, b := fmt.Sprint("a", n), fmt.Sprint("b", n)
				swap := func(ch bot.ChannelID) bot.ChannelID {
					switch ch {
					case "fake:a":
						return w.fake.ChannelID(a)
					case "fake:b":
						return w.fake.ChannelID(b)
					}
					return ch
				}
				w.t = t
				id := w.begin(a)
				w.begin(b)
				notice := tt.notice
				notice.Channel, notice.Moved = swap(notice.Channel), swap(notice.Moved)
				if err := w.fake.Notify(t.Context(), notice); err != nil {
					t.Fatal(err)
				}
				seen := w.seen()
				if tt.told == "" {
					lacks(t, "told", seen, "direct")
				} else {
					wants(t, "told", seen, fmt.Sprintf("direct maria: The channel of the A%d study group is gone", n), "[Use another channel]",
						"Without a channel, everything about the group is erased after 90 days.")
				}
				if d := w.details(id); d.Group.State != tt.state || d.Channels[0].ID != swap(tt.in) {
					t.Errorf("state %s in %v, want %s in %s", d.Group.State, d.Channels, tt.state, swap(tt.in))
				}
				if tt.state == group.Paused {
					wants(t, "resumed without a channel", words(w.act("maria", "x", "group/"+id+"/resume", nil)), "The group's channel is gone")
					w.act("maria", "x", "group/"+id+"/channel/set", bot.Values{"channel": {"fake:new" + a}})
					if d := w.details(id); d.Group.State != group.Running {
						t.Errorf("with another channel it is %s", d.Group.State)
					}
				}
			})
		}
	})
}
