package discord_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

func place(c *discordtest.Channel) bot.ChannelID { return bot.ChannelID("discord:" + c.ID) }

// TestSend posts under every failure. A post with a key is there once, however
// often it was tried; what is not known to have failed is not called a failure.
func TestSend(t *testing.T) {
	for _, test := range []struct {
		name   string
		fail   func(w *world)
		known  bool // the outcome is told
		kind   bot.DeliveryFailure
		posted int
		says   string // in the cause or the fix
	}{
		{"as usual", func(*world) {}, true, -1, 1, ""},
		{"cut before", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.CutBefore()) }, true, -1, 1, ""},
		{"cut after", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.CutAfter()) }, true, -1, 1, ""},
		{"broken before", func(w *world) { w.discord.Inject(2, discordtest.CreateMessage, discordtest.StatusBefore(502)) }, true, -1, 1, ""},
		{"broken after", func(w *world) { w.discord.Inject(2, discordtest.CreateMessage, discordtest.StatusAfter(500)) }, true, -1, 1, ""},
		{"broken after, for long", func(w *world) { w.discord.Inject(-1, discordtest.CreateMessage, discordtest.StatusAfter(503)) }, false, 0, 1, ""},
		{"slow", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.DelayAfter(30*time.Second)) }, false, 0, 1, ""},
		{"limited a little", func(w *world) {
			w.discord.Inject(1, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeUser, 2*time.Second))
		}, true, -1, 1, ""},
		{"limited, shared", func(w *world) {
			w.discord.Inject(1, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeShared, time.Minute))
		}, true, bot.Limited, 0, ""},
		{"limited for all", func(w *world) {
			w.discord.Inject(1, discordtest.CreateMessage, discordtest.Limited(discordtest.ScopeGlobal, time.Minute))
		}, true, bot.Limited, 0, ""},
		{"shut out", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.Cloudflare(time.Hour)) }, true, bot.Limited, 0, ""},
		{"answer compressed", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.Gzip()) }, true, -1, 1, ""},
		{"answered a byte a second", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.SlowBody()) }, false, 0, 1, ""},
		{"answered by a clock of yesterday", func(w *world) { w.discord.Inject(-1, discordtest.Any, discordtest.SkewedDate(-24*time.Hour)) }, true, -1, 1, ""},
		{"unknown fields", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.UnknownFields()) }, true, -1, 1, ""},
		{"unknown components", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.UnknownComponents()) }, true, -1, 1, ""},
		{"forbidden by what stands in between", func(w *world) { w.discord.Inject(1, discordtest.CreateMessage, discordtest.StatusBefore(403)) }, true, -1, 1, ""},
		{"not found by what stands in between, for long", func(w *world) { w.discord.Inject(-1, discordtest.CreateMessage, discordtest.StatusBefore(404)) }, false, 0, 0, ""},
		{"may not write", func(w *world) { w.study.Deny(discordtest.SendMessages) }, true, bot.Refused, 0, "allow Studyhall: Send Messages"},
		{"may not see", func(w *world) { w.study.Deny(discordtest.ViewChannel) }, true, bot.Refused, 0, "View Channel"},
		{"no channel", func(w *world) { w.study.Delete() }, true, bot.Refused, 0, "no more"},
		{"cut after, then refused", func(w *world) {
			w.discord.Inject(1, discordtest.CreateMessage, discordtest.CutAfter())
			w.discord.Inject(1, discordtest.CreateMessage, discordtest.Refused(403, 50013))
		}, false, 0, 1, ""},
		{"thrown out", func(w *world) { w.server.Remove() }, true, bot.Refused, 0, ""},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			test.fail(w)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			m := card("A question", letters)
			m.Key = "key1"
			id, err := w.adapter.Send(ctx, place(w.study), m)
			fault, known := errors.AsType[*bot.DeliveryError](err)
			switch {
			case test.known && test.kind < 0 && (err != nil || !strings.HasPrefix(string(id), string(place(w.study))+"/")):
				t.Errorf("got %q, %v", id, err)
			case test.known && test.kind >= 0 && (!known || fault.Kind != test.kind || !strings.Contains(fault.Cause+" "+fault.Fix, test.says)):
				t.Errorf("got %v, want kind %d and %q", err, test.kind, test.says)
			case test.kind == bot.Limited && test.known && fault.All != strings.Contains("limited for all, shut out", test.name):
				t.Errorf("it holds for everything: %t", fault.All)
			case !test.known && (err == nil || known):
				t.Errorf("got %q, %v, want that nobody knows", id, err)
			}
			if got := len(w.study.Messages()); got != test.posted {
				t.Errorf("%d messages, want %d", got, test.posted)
			}
		})
	}
}

// TestSendWithoutKey posts what can't be told from a second copy: it is never
// tried again after an unknown outcome.
func TestSendWithoutKey(t *testing.T) {
	bubble(t, "cut after", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		w.discord.Inject(1, discordtest.CreateMessage, discordtest.CutAfter())
		_, err := w.adapter.Send(t.Context(), place(w.study), card("Once"))
		if _, known := kindOf(err); err == nil || known {
			t.Errorf("got %v, want an unknown outcome", err)
		}
		if got := len(w.study.Messages()); got != 1 {
			t.Errorf("%d messages, want 1", got)
		}
	})
}

// TestFind finds what was posted, by the control that holds the key, long after
// Discord has forgotten the nonce.
func TestFind(t *testing.T) {
	bubble(t, "find", func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))) // identifiers hold the time since 2015
		w := newWorld(t, discordtest.Options{Limits: discordtest.Unlimited()})
		w.connected()
		since := time.Now()
		m := card("A question", letters)
		m.Key = "key1"
		id, err := w.adapter.Send(t.Context(), place(w.study), m)
		if err != nil {
			t.Fatal(err)
		}
		for range 120 { // more than a page of other people's messages, and of our own
			if _, err := w.ann.Write(w.study, "hello"); err != nil {
				t.Fatal(err)
			}
		}
		other := card("Another", letters)
		other.Key = "key2"
		if _, err := w.adapter.Send(t.Context(), place(w.study), other); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		found, err := w.adapter.Find(t.Context(), place(w.study), "key1", since)
		if err != nil || !slices.Equal(found, []bot.MessageID{id}) {
			t.Errorf("found %v, %v, want %v", found, err, id)
		}
		if found, err := w.adapter.Find(t.Context(), place(w.study), "key3", since); err != nil || len(found) > 0 {
			t.Errorf("found %v, %v, want none", found, err)
		}
		if found, err := w.adapter.Find(t.Context(), place(w.study), "key1", time.Now()); err != nil || len(found) > 0 {
			t.Errorf("later found %v, %v, want none", found, err)
		}
	})
}

// TestFindInABusyChannel looks for a post after which people wrote thousands of
// messages: at Discord's pace that takes longer than one search may, and the next
// goes on where it ended.
func TestFindInABusyChannel(t *testing.T) {
	bubble(t, "busy", func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)))
		w := newWorld(t, discordtest.Options{})
		w.connected()
		since := time.Now()
		write := func(n int) {
			for range n {
				if _, err := w.ann.Write(w.study, "hello"); err != nil {
					t.Fatal(err)
				}
			}
		}
		write(1500)
		m := card("A question", letters)
		m.Key = "key1"
		id, err := w.adapter.Send(t.Context(), place(w.study), m)
		if err != nil {
			t.Fatal(err)
		}
		write(1500)
		time.Sleep(time.Hour)
		searches := 0
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			found, err := w.adapter.Find(ctx, place(w.study), "key1", since)
			cancel()
			if searches++; err == nil {
				if !slices.Equal(found, []bot.MessageID{id}) {
					t.Errorf("found %v, want %v", found, id)
				}
				break
			}
			if searches > 10 {
				t.Fatalf("search %d: %v", searches, err)
			}
			time.Sleep(10 * time.Second)
		}
		if asked := w.discord.Counts().Requests[discordtest.ListMessages]; asked > 31+searches || searches < 2 {
			t.Errorf("%d pages were asked for in %d searches, want each of 31 once, and again only what was cut short", asked, searches)
		}
		if found, err := w.adapter.Find(t.Context(), place(w.study), "key1", time.Now()); err != nil || len(found) > 0 {
			t.Errorf("later found %v, %v, want none", found, err)
		}
	})
}

// TestFindBeforeReady looks for a post before the adapter knows who it is: that
// nothing was found would have it posted again.
func TestFindBeforeReady(t *testing.T) {
	bubble(t, "not ready", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		m := card("A question", letters)
		m.Key = "key1"
		if _, err := w.adapter.Send(t.Context(), place(w.study), m); err != nil {
			t.Fatal(err)
		}
		a, err := discord.New(slog.New(slog.DiscardHandler), w.config())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if found, err := a.Find(ctx, place(w.study), "key1", time.Now().Add(-time.Minute)); err == nil {
			t.Errorf("found %v, want an error", found)
		}
	})
}

// TestPosted changes, discusses and removes a post.
func TestPosted(t *testing.T) {
	bubble(t, "posted", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		picture := card("With a picture", letters)
		picture.Card.Image = &bot.Image{Name: "bars.png", Data: []byte("png"), Alt: "B was chosen by seven"}
		id, err := w.adapter.Send(ctx, place(w.study), picture)
		must(err)
		m := w.study.Messages()[0]
		if len(m.Attachments) != 1 || m.Attachments[0].Description != "B was chosen by seven" || m.Attachments[0].Size != 3 {
			t.Errorf("attachments: %v", m.Attachments)
		}
		must(w.adapter.Edit(ctx, id, card("Closed")))
		if m := w.study.Messages()[0]; m.Text() != "Closed" || len(m.Labels()) > 0 || len(m.Attachments) > 0 {
			t.Errorf("edited it shows %q, %v, %v", m.Text(), m.Labels(), m.Attachments)
		}
		thread, err := w.adapter.Thread(ctx, id, "CBET question 1")
		must(err)
		again, err := w.adapter.Thread(ctx, id, "CBET question 1")
		must(err)
		if thread != again {
			t.Errorf("a second thread: %s, %s", thread, again)
		}
		inside, err := w.adapter.Send(ctx, thread, card("Discuss"))
		must(err)
		w.study.Threads()[0].Archive(false)
		must(w.adapter.Edit(ctx, inside, card("Changed in a thread that was put away")))
		w.study.Threads()[0].Archive(true)
		if _, err := w.adapter.Send(ctx, thread, card("x")); err == nil {
			t.Error("a locked thread takes a post")
		}
		must(w.adapter.Delete(ctx, id))
		if kind, ok := kindOf(w.adapter.Edit(ctx, id, card("x"))); !ok || kind != bot.Gone {
			t.Errorf("editing what is gone: %v", kind)
		}
	})
}

// TestDirect writes to people privately.
func TestDirect(t *testing.T) {
	bubble(t, "direct", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		user := bot.UserID("discord:" + w.ann.ID)
		ch, err := w.adapter.Direct(t.Context(), user)
		if err != nil || ch != place(w.ann.Direct()) {
			t.Fatalf("got %s, %v", ch, err)
		}
		if _, err := w.adapter.Send(t.Context(), ch, card("A note you asked for is ready.")); err != nil {
			t.Fatal(err)
		}
		w.ann.Block(true)
		if kind, ok := kindOf(second(w.adapter.Send(t.Context(), ch, card("x")))); !ok || kind != bot.Gone {
			t.Errorf("to somebody who takes none: %v", kind)
		}
		began := time.Now()
		for range 20 {
			p := w.discord.Person("somebody")
			w.server.Join(p)
			if _, err := w.adapter.Direct(t.Context(), bot.UserID("discord:"+p.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 13*time.Second {
			t.Errorf("20 conversations were opened in %s, faster than Discord likes", took)
		}
	})
}

func second[A any](_ A, err error) error { return err }

// TestPlaces asks what Discord knows of people and places.
func TestPlaces(t *testing.T) {
	bubble(t, "places", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		ctx, space := t.Context(), bot.SpaceID("discord:"+w.server.ID)
		lee := w.discord.Person("Lee T.")
		w.server.Join(lee)
		w.server.Grant(lee, discordtest.ManageGuild)
		for p, want := range map[*discordtest.Person]bot.Profile{
			w.ann: {Name: "Ann P."}, lee: {Name: "Lee T.", Administrator: true},
		} {
			if got, err := w.adapter.Profile(ctx, space, bot.UserID("discord:"+p.ID)); err != nil || got != want {
				t.Errorf("profile %v, %v, want %v", got, err, want)
			}
		}
		if got, err := w.adapter.ChannelName(ctx, place(w.study)); err != nil || got != "#cbet-study" {
			t.Errorf("name %q, %v", got, err)
		}
		if got, err := w.adapter.Place(ctx, place(w.study)); err != nil || got != (bot.Place{Space: space, Name: "Biomed"}) {
			t.Errorf("place %v, %v", got, err)
		}
		if err := w.adapter.Check(ctx, place(w.study)); err != nil {
			t.Errorf("check: %v", err)
		}
		w.study.Deny(discordtest.SendMessages | discordtest.AttachFiles)
		fault, _ := errors.AsType[*bot.DeliveryError](w.adapter.Check(ctx, place(w.study)))
		if fault == nil || fault.Fix != "open #cbet-study's settings, then Permissions, and allow Studyhall: Send Messages, Attach Files" {
			t.Errorf("check: %v", fault)
		}
	})
}

// TestFanOut has many channels due at once: as fast as the overall limit allows,
// and hardly anything refused.
func TestFanOut(t *testing.T) {
	bubble(t, "300 channels", func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		w.connected()
		var all []*discordtest.Channel
		for range 300 {
			all = append(all, w.server.Channel("study"))
		}
		began := time.Now()
		errs := make(chan error, len(all))
		for _, c := range all {
			go func() {
				m := card("A question", letters)
				m.Key = c.ID
				_, err := w.adapter.Send(t.Context(), place(c), m)
				errs <- err
			}()
		}
		for range all {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took > 9*time.Second {
			t.Errorf("it took %s, 300 at 45 a second take 7", took)
		}
		if c := w.discord.Counts(); c.Limited > 0 {
			t.Errorf("%d requests were refused as too many", c.Limited)
		}
	})
}
