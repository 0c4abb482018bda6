package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// offered is the path of the offer that somebody was sent.
func (w *world) offered(person string) string {
	w.t.Helper()
	for _, r := range w.fake.Messages() {
		if r.Channel != w.fake.DirectID(person) {
			continue
		}
		for _, row := range r.Latest().Card.Controls {
			for _, c := range row {
				if b, ok := c.(bot.Button); ok && strings.HasPrefix(b.Action, "offer/") {
					return strings.TrimSuffix(b.Action, "/accept")
				}
			}
		}
	}
	w.t.Fatalf("%s got no offer", person)
	return ""
}

func TestTheGiverIsTold(t *testing.T) {
	tests := []struct{ name, button, answer, told, people, waits string }{
		{"added", "Add an organiser", "accept", "accepted and organises the A%d study group with you now.",
			"Lee became an organiser, asked by Maria G.", "organise it too. No answer yet."},
		{"not added", "Add an organiser", "decline", "would rather not organise the A%d study group.",
			"", "organise it too. No answer yet."},
		{"handed over", "Hand over", "accept", "accepted and organises the A%d study group now. You're a member",
			"Maria G. handed over to Lee.", "take over from them. No answer yet."},
		{"not handed over", "Hand over", "decline", "would rather not organise the A%d study group.",
			"", "take over from them. No answer yet."},
	}
	each(t, func(t *testing.T, w *world) {
		for n, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				w.t = t
				channel, lee := fmt.Sprint("a", n), fmt.Sprint("lee", n)
				w.fake.Person(lee, bot.Profile{Name: "Lee"})
				w.begin(channel)
				w.invite("ann", channel)
				w.say("maria", channel, "/group people")
				w.press("maria", tt.button)
				lacks(t, "right after asking", w.submit("maria", map[string]string{"who?": lee}), "No answer yet")
				day := w.clock().Format("Mon 2 Jan")
				wants(t, "while it waits", w.say("ann", channel, "/group people"), day+": Maria G. asked Lee to "+tt.waits)
				path := w.offered(lee)
				w.act(lee, channel, path+"/"+tt.answer, nil)
				told := w.seen()
				wants(t, "told", told, fmt.Sprintf("direct maria: Lee "+tt.told, n))
				lacks(t, "told", told, "direct ann")
				w.act(lee, channel, path+"/"+tt.answer, nil)
				lacks(t, "pressed twice", w.seen(), "direct")
				page := w.say("ann", channel, "/group people")
				lacks(t, "afterwards", page, "No answer yet")
				if tt.people == "" {
					lacks(t, "who declined stands nowhere", page, "Lee")
				} else {
					wants(t, "afterwards", page, day+": "+tt.people)
				}
				w.later(15 * 24 * time.Hour)
				lacks(t, "after two weeks", w.say("ann", channel, "/group people"), day)
			})
		}
	})
}

// TestAClosedGiverIsNotTold: there is nobody to tell, and nothing to retry.
func TestAClosedGiverIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.begin("a")
		w.say("maria", "a", "/group people")
		w.press("maria", "Add an organiser")
		w.submit("maria", map[string]string{"who?": "lee"})
		if err := w.store.AccountSeen(t.Context(), w.fake.UserID("maria"), false, w.clock()); err != nil {
			t.Fatal(err)
		}
		lacks(t, "accepted", w.press("lee", "Accept"), "direct")
	})
}

// TestNoticesPassAPlatformThatHangs holds that a platform which says nothing of
// the organisers' accounts keeps no note from being sent.
func TestNoticesPassAPlatformThatHangs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorldWith(t, s, time.Millisecond)
		id := w.begin("a")
		w.invite("lee", "a")
		w.hang("maria", 1)
		w.hang("lee", 1)
		if err := w.fake.Notify(t.Context(), bot.Notice{Kind: bot.ChannelGone, Channel: w.fake.ChannelID("a")}); err != nil {
			t.Fatal(err)
		}
		wants(t, "told", w.seen(), "direct maria: The channel of the A study group is gone", "direct lee: The channel of the A study group is gone")
		for _, o := range w.details(id).Organisers {
			if !o.Reachable() {
				t.Errorf("%s is taken to be closed", o.Name)
			}
		}
	})
}

// steppedUp is a group of maria's, whose account was found closed, and that a
// member has offered to take over.
func (w *world) steppedUp(channel, member string) (id string) {
	w.t.Helper()
	w.shut("maria", false)
	w.hang("maria", 0)
	id = w.begin(channel)
	w.answered(member, channel, 20)
	w.shut("maria", true)
	if err := w.store.AccountSeen(w.t.Context(), w.fake.UserID("maria"), false, w.clock()); err != nil {
		w.t.Fatal(err)
	}
	w.say(member, channel, "/group")
	w.press(member, "Offer to organise")
	return id
}

func TestEndOfAnOfferToTakeOver(t *testing.T) {
	tests := []struct {
		name   string
		before func(w *world, id string)
		want   string // who organises after seven days
		after  string // and a day later
	}{
		{"nothing happened", func(*world, string) {}, "Lee", "Lee"},
		{"the account was opened again", func(w *world, _ string) { w.shut("maria", false) }, "Maria G.", "Maria G."},
		{"the organiser answered", func(w *world, id string) { w.answer(id, w.fake.UserID("maria"), 1) }, "Maria G.", "Maria G."},
		{"the organiser acted", func(w *world, id string) { w.act("maria", "x", "group/"+id, nil) }, "Maria G.", "Maria G."},
		{"the platform says nothing", func(w *world, _ string) { w.hang("maria", 1000) }, "Maria G.", "Lee"},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorldWith(t, s, 100*time.Millisecond)
		for n, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				w.t = t
				member := fmt.Sprint("lee", n)
				w.fake.Person(member, bot.Profile{Name: "Lee"})
				id := w.steppedUp(fmt.Sprint("a", n), member)
				tt.before(w, id)
				organiser := func(when, want string) {
					t.Helper()
					if d := w.details(id); len(d.Organisers) != 1 || d.Organisers[0].Name != want {
						t.Errorf("%s: %+v, want %s", when, d.Organisers, want)
					}
				}
				w.later(7 * 24 * time.Hour)
				organiser("after seven days", tt.want)
				w.later(24 * time.Hour)
				if err := w.e.Settle(t.Context()); err != nil { // what is tried again waits in real time
					t.Fatal(err)
				}
				organiser("a day later", tt.after)
			})
		}
	})
}

// TestWhoReopens holds who may set up a group again after its season.
func TestWhoReopens(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.begin("a")
		w.say("ann", "a", "/study")
		wants(t, "while it runs", words(w.act("root", "a", "group/"+id+"/setup", nil)), "Only organisers of the A study group")
		end := func() {
			t.Helper()
			wants(t, "asked", words(w.act("maria", "a", "group/"+id+"/end", nil)), "End the season of the A study group?", "[Keep the group] [End the season]")
			wants(t, "ended", words(w.act("maria", "a", "group/"+id+"/end/yes", nil)), "The season of the A study group is over", "[Set up again]")
		}
		end()
		wants(t, "a member", words(w.act("ann", "a", "group/"+id+"/setup", nil)), "Only organisers of the A study group")
		wants(t, "an administrator elsewhere", words(w.act("root", "x", "group/"+id+"/setup", nil)), "a group you're not in")
		w.say("root", "a", "/group set up")
		w.press("root", "Set up again")
		w.submit("root", nil)
		w.say("maria", "a", "/group set up")
		w.submit("maria", nil)
		w.press("maria", "Start")
		wants(t, "an administrator who was slower", w.press("root", "Start"), "Only organisers of the A study group")
		if d := w.details(id); d.Group.State != group.Running || len(d.Organisers) != 1 {
			t.Errorf("%s, organised by %+v", d.Group.State, d.Organisers)
		}
		end()
		w.say("root", "a", "/group")
		w.press("root", "Set up again")
		w.submit("root", nil)
		wants(t, "an administrator", w.press("root", "Start"), "The A study group has started")
		if d := w.details(id); d.Group.State != group.Running || len(d.Organisers) != 2 {
			t.Errorf("%s, organised by %+v", d.Group.State, d.Organisers)
		}
	})
}
