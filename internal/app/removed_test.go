package app

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
	"studyhall/bot/group"
)

// removed is a group on Discord whose server has just thrown the bot out.
func removed(t *testing.T) (w *world, server *discordtest.Guild, study *discordtest.Channel, id string) {
	t.Helper()
	w = newDiscordWorld(t, false)
	server, study, id = begun(t, w)
	server.Remove()
	time.Sleep(time.Minute)
	w.state(t, id, "after the removal", group.Paused)
	return w, server, study, id
}

// begun is a group on Discord.
func begun(t *testing.T, w *world) (server *discordtest.Guild, study *discordtest.Channel, id string) {
	t.Helper()
	d := w.real.(*discordSide)
	server = d.server.Guild("Biomed")
	study = server.Channel("cbet-study")
	maria := d.server.Person("Maria G.")
	server.Join(maria)
	server.Grant(maria, discordtest.ManageGuild)
	setUp(t.Context(), t, maria, study)
	return server, study, w.group(t, study).ID
}

// state checks whether a group runs.
func (w *world) state(t *testing.T, id, when string, want group.State) {
	t.Helper()
	if d, ok, err := w.running().Store.Details(t.Context(), id); err != nil || !ok || d.Group.State != want {
		t.Errorf("%s: %s, %v, %v; want %s", when, d.Group.State, ok, err, want)
	}
}

// restarted ends the program and starts it again.
func (w *world) restarted(t *testing.T) {
	t.Helper()
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

// group is the group in a channel.
func (w *world) group(t *testing.T, ch *discordtest.Channel) group.Group {
	t.Helper()
	g, ok, err := w.running().Store.GroupIn(context.Background(), bot.ChannelID("discord:"+ch.ID))
	if err != nil || !ok {
		t.Fatalf("no group in %s: %v", ch.Name, err)
	}
	return g
}

// TestRemovedBot throws the bot out: what it knows is kept for 90 days.
func TestRemovedBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _, id := removed(t)
		there := func(after time.Duration) bool {
			if err := w.Advance(t.Context(), w.Now().Add(after)); err != nil {
				t.Fatal(err)
			}
			_, ok, err := w.running().Store.Details(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !there(89 * 24 * time.Hour) {
			t.Error("the group is forgotten after 89 days")
		}
		if there(2 * 24 * time.Hour) {
			t.Error("the group is known after 91 days")
		}
	})
}

// TestInvitedAgainUnheard throws the bot out and invites it again while the
// program doesn't run: it goes on where it was as soon as the program is back, and
// is not forgotten.
func TestInvitedAgainUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, server, study, id := removed(t)
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.Invite()
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if g := w.group(t, study); g.ID != id || g.State != group.Running {
			t.Errorf("a minute after the start: %+v", g)
		}
		if err := w.Advance(t.Context(), w.Now().Add(91*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if g := w.group(t, study); g.ID != id {
			t.Errorf("after 91 days: %+v", g)
		}
	})
}

// TestInvitedAgainUnanswered has Discord not say, when the program starts again,
// whether the channel is back: before the group would be forgotten it is asked once
// more.
func TestInvitedAgainUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, server, study, id := removed(t)
		d := w.real.(*discordSide)
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.Invite()
		d.server.Inject(-1, "GET /channels/{channel}", discordtest.StatusBefore(503))
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		w.state(t, id, "unanswered", group.Paused)
		d.server.Heal()
		if err := w.Advance(t.Context(), w.Now().Add(91*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if g := w.group(t, study); g.ID != id || g.State != group.Running {
			t.Errorf("after 91 days: %+v", g)
		}
	})
}

// TestDeletedChannelStaysGone deletes a group's channel: that the bot is in the
// server when the program starts again brings nothing back.
func TestDeletedChannelStaysGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDiscordWorld(t, false)
		server, study, id := begun(t, w)
		study.Delete()
		time.Sleep(time.Minute)
		w.restarted(t)
		w.state(t, id, "its channel is deleted", group.Paused)
		server.Outage(true)
		server.Outage(false)
		time.Sleep(time.Minute)
		w.state(t, id, "after an outage", group.Paused)
	})
}

// TestInvitedAgainOverHTTP has a removal on record, and the bot invited again where
// only what people do says so: the first of it has the group go on.
func TestInvitedAgainOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDiscordWorld(t, true)
		server, study, id := begun(t, w)
		if err := w.running().Store.ChannelGone(t.Context(), bot.SpaceID("discord:"+server.ID), "", w.Now()); err != nil {
			t.Fatal(err)
		}
		w.state(t, id, "removed", group.Paused)
		time.Sleep(time.Hour)
		other := server.Channel("lounge")
		ann := w.real.(*discordSide).server.Person("Ann P.")
		server.Join(ann)
		for _, ch := range []*discordtest.Channel{other, study} {
			i, err := ann.Command(ch, "study", nil)
			if err == nil {
				err = i.Wait(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			w.state(t, id, "somebody acted in "+ch.Name, group.Running)
		}
	})
}

// TestRemovedDuringAnOutage has the 90 days end while Discord doesn't say whether
// the bot is back: the group is forgotten only when it does.
func TestRemovedDuringAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _, id := removed(t)
		d := w.real.(*discordSide)
		d.server.Inject(1_000_000, discordtest.Any, discordtest.StatusBefore(503))
		known := func() bool {
			if err := w.Advance(t.Context(), w.Now().Add(91*24*time.Hour)); err != nil {
				t.Fatal(err)
			}
			_, ok, err := w.running().Store.Details(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !known() {
			t.Error("the group is forgotten without an answer")
		}
		d.server.Heal()
		time.Sleep(10 * time.Minute)
		if known() {
			t.Error("the group is known 182 days after the removal")
		}
	})
}

// TestRemovedAndInvitedAgain throws the bot out and invites it again.
func TestRemovedAndInvitedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, server, study, id := removed(t)
		if err := w.Advance(t.Context(), w.Now().Add(30*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		before := len(study.Messages())
		server.Invite()
		time.Sleep(time.Minute)
		if g := w.group(t, study); g.ID != id || g.State != group.Running {
			t.Errorf("after the invitation: %+v", g)
		}
		if err := w.Advance(t.Context(), w.Now().Add(4*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if all := study.Messages(); len(all) <= before || !strings.Contains(all[len(all)-1].Text(), "CBET") {
			t.Errorf("no question came: %d messages, before %d", len(all), before)
		}
		if err := w.Advance(t.Context(), w.Now().Add(90*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if g := w.group(t, study); g.ID != id {
			t.Error("the group was forgotten")
		}
	})
}
