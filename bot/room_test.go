package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// TestARushIsWorkedOnInTurn has far more people press than are worked on at once:
// all are answered, those of another platform don't wait for them, and who has gone
// holds no place.
func TestARushIsWorkedOnInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const presses, most = 3000, 256
		b := bot.New(slog.New(slog.DiscardHandler))
		b.Add(bottest.NewFake(time.Now))
		b.Add(bottest.NewFakeNamed("harbor", time.Now))
		var working, highest, done atomic.Int64
		release := make(chan struct{})
		b.Action("slow/{n}", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			if n := working.Add(1); n > highest.Load() {
				highest.Store(n)
			}
			<-release
			working.Add(-1)
			done.Add(1)
			return bot.Whisper(bot.Message{Text: "Done."}), nil
		})
		b.Action("quick", func(context.Context, bot.Interaction) (bot.Response, error) {
			return bot.Whisper(bot.Message{Text: "Done."}), nil
		})
		gone, leave := context.WithCancel(t.Context())
		press := func(ctx context.Context, adapter, action string) bot.Response {
			return b.Handle(ctx, bot.Interaction{ID: bot.NewID(), User: bot.UserID(adapter + ":ann"), Action: action})
		}
		for n := range presses {
			ctx := t.Context()
			if n%3 == 2 {
				ctx = gone
			}
			go press(ctx, "fake", fmt.Sprint("slow/", n))
		}
		synctest.Wait()
		if n := working.Load(); n != most {
			t.Fatalf("%d are worked on at once, want %d", n, most)
		}
		if r := press(t.Context(), "harbor", "quick"); r.Reply == nil || r.Reply.Text.Plain() != "Done." {
			t.Errorf("another platform waits, or is told %+v", r)
		}
		leave()
		synctest.Wait()
		close(release)
		synctest.Wait()
		if r := press(t.Context(), "fake", "quick"); r.Reply == nil || r.Reply.Text.Plain() != "Done." {
			t.Errorf("afterwards somebody is told %+v", r)
		}
		if n := done.Load(); n < presses*2/3 || n > presses*2/3+most || highest.Load() > most {
			t.Errorf("%d of %d were answered, %d at once", n, presses, highest.Load())
		}
	})
}
