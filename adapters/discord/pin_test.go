package discord_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// TestPins pins and unpins a post, twice like once. The line that Discord posts
// about it goes again where the bot may see it; every other message stays. After
// an error of unknown outcome, another try brings what is wanted.
func TestPins(t *testing.T) {
	const list discordtest.Route = "GET /channels/{channel}/messages"
	for _, test := range []struct {
		name  string
		act   func(t *testing.T, w *world, id bot.MessageID)
		fails bool // the first time
		lines int  // of Discord's that stay
	}{
		{"as ever", func(*testing.T, *world, bot.MessageID) {}, false, 0},
		{"pinned already", func(t *testing.T, w *world, id bot.MessageID) { must(t, w.adapter.Pin(t.Context(), id, true)) }, false, 0},
		{"where it may not read", func(_ *testing.T, w *world, _ bot.MessageID) { w.study.Deny(discordtest.ReadMessageHistory) }, false, 1},
		{"the answer is lost", func(_ *testing.T, w *world, _ bot.MessageID) {
			w.discord.Inject(-1, discordtest.Pin, discordtest.StatusAfter(502))
		}, true, 0},
		{"the look at the channel fails", func(_ *testing.T, w *world, _ bot.MessageID) {
			w.discord.Inject(-1, list, discordtest.StatusBefore(502))
		}, true, 0},
		{"the look at the channel is refused", func(_ *testing.T, w *world, _ bot.MessageID) {
			w.discord.Inject(-1, list, discordtest.Refused(403, 50013))
		}, false, 1},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			w.study.Allow(discordtest.PinMessages)
			id, err := w.adapter.Send(t.Context(), place(w.study), card("CBET question 1", letters))
			must(t, err)
			if _, err := w.adapter.Send(t.Context(), place(w.study), card("Something else")); err != nil {
				t.Fatal(err)
			}
			test.act(t, w, id)
			if err := w.adapter.Pin(t.Context(), id, true); (err != nil) != test.fails {
				t.Errorf("pin: %v, want an error: %t", err, test.fails)
			}
			if test.fails {
				w.discord.Heal()
				time.Sleep(time.Minute)
				must(t, w.adapter.Pin(t.Context(), id, true))
			}
			look := func(pinned bool) {
				t.Helper()
				lines, others := 0, 0
				for _, m := range w.study.Messages() {
					if m.Type == 6 {
						lines++
					} else {
						others++
					}
				}
				if lines != test.lines || others != 2 || w.study.Messages()[0].Pinned != pinned {
					t.Errorf("%d lines about a pin and %d other messages, pinned: %t", lines, others, w.study.Messages()[0].Pinned)
				}
			}
			look(true)
			must(t, w.adapter.Pin(t.Context(), id, false))
			must(t, w.adapter.Pin(t.Context(), id, false))
			look(false)
		})
	}
}

// TestPinsRefused names what mends it, as Discord's menus do.
func TestPinsRefused(t *testing.T) {
	for _, test := range []struct {
		name string
		act  func(w *world)
		kind bot.DeliveryFailure
		says string
	}{
		{"without the permission", func(*world) {}, bot.Refused, "open #cbet-study's settings, then Permissions, and allow Studyhall: Pin Messages"},
		{"250 pins", func(w *world) { w.discord.Inject(1, discordtest.Pin, discordtest.Refused(400, 30003)) }, bot.Refused, "unpin some old messages"},
		{"the channel isn't seen", func(w *world) { w.study.Deny(discordtest.ViewChannel) }, bot.Refused, "View Channel"},
		{"too many at once", func(w *world) {
			w.discord.Inject(1, discordtest.Pin, discordtest.Limited(discordtest.ScopeShared, time.Minute))
		}, bot.Limited, ""},
		{"the message is gone", func(w *world) { w.discord.Inject(1, discordtest.Pin, discordtest.Refused(404, 10008)) }, bot.Gone, ""},
	} {
		bubble(t, test.name, func(t *testing.T) {
			w := newWorld(t, discordtest.Options{})
			w.connected()
			id, err := w.adapter.Send(t.Context(), place(w.study), card("CBET question 1", letters))
			must(t, err)
			test.act(w)
			fault, known := errors.AsType[*bot.DeliveryError](w.adapter.Pin(t.Context(), id, true))
			if !known || fault.Kind != test.kind || !strings.Contains(fault.Fix, test.says) {
				t.Errorf("got %v, want kind %d and %q", fault, test.kind, test.says)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
