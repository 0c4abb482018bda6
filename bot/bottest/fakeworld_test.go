package bottest_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// world is the smallest program: a snack list on a Fake, posted every day at 07:00.
type world struct {
	fake *bottest.Fake
	end  func()

	mu    sync.Mutex
	time  time.Time
	days  int
	count map[string]int // what the program keeps over a restart
}

func newWorld(t *testing.T) bottest.World {
	w := &world{time: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), count: map[string]int{}}
	w.fake = bottest.NewFake(w.Now)
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) Driver() bottest.Driver { return w.fake }
func (w *world) Zone() *time.Location   { return time.UTC }

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) Next(context.Context) (time.Time, bool) {
	now := w.Now()
	at := time.Date(now.Year(), now.Month(), now.Day(), 7, 0, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, true
}

func (w *world) Advance(ctx context.Context, to time.Time) error {
	for {
		at, _ := w.Next(ctx)
		if at.After(to) {
			w.mu.Lock()
			w.time = to
			w.mu.Unlock()
			return nil
		}
		w.mu.Lock()
		w.time, w.days = at, w.days+1
		w.mu.Unlock()
		_, err := w.fake.Send(ctx, w.fake.ChannelID(""), w.card("Snacks, day "+strconv.Itoa(w.days)))
		var refused *bot.DeliveryError
		if err != nil && !errors.As(err, &refused) {
			return err
		}
	}
}

func (w *world) Start(ctx context.Context) error {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	b := w.bot()
	go func() {
		defer close(done)
		_ = w.fake.Run(running, b)
	}()
	w.end = func() { cancel(); <-done }
	return w.fake.WaitRunning(ctx)
}

func (w *world) Stop(context.Context) error { w.end(); return nil }

func (w *world) Restart(ctx context.Context) error { w.end(); return w.Start(ctx) }

func (w *world) card(title string) bot.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bot.Message{Text: "Snacks", Card: &bot.Card{
		Title: bot.Text(title),
		Body:  bot.Textf("Apples %d\n\nNuts %d", w.count["apples"], w.count["nuts"]),
		Controls: []bot.Row{
			{bot.Button{Label: "Apples", Action: "take/apples"}, bot.Button{Label: "Order", Action: "order"}},
			{bot.Menu{Placeholder: "Other", Action: "take", Options: []bot.Option{{Label: "100 % nuts", Value: "nuts"}}}},
		},
	}}
}

func (w *world) bot() *bot.Bot {
	b := bot.New(slog.New(slog.DiscardHandler))
	b.Command(bot.Command{Name: "snacks", Help: "The snack list", Fields: []bot.Field{{Name: "kind", Label: "Kind", Suggest: "kinds"}}},
		func(context.Context, bot.Interaction) (bot.Response, error) {
			m := w.card("Snacks")
			return bot.Response{Reply: &m}, nil
		})
	b.Command(bot.Command{Name: "Quote it", Help: "Quote a message", Message: true},
		func(_ context.Context, i bot.Interaction) (bot.Response, error) {
			return bot.Whisper(bot.Message{Text: bot.Textf("%s wrote: %s", i.Target.Author, i.Target.Text)}), nil
		})
	b.Action("take/{what}", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		w.mu.Lock()
		w.count[i.Arg("what")]++
		w.mu.Unlock()
		m := w.card("Snacks")
		return bot.Response{Edit: &m, Private: true, Reply: &bot.Message{Text: bot.Textf("Enjoy, %s.", i.Name)}}, nil
	})
	kinds := []bot.Option{{Label: "Sweet", Value: "s"}, {Label: "Salty", Value: "t"}}
	b.Action("order", func(context.Context, bot.Interaction) (bot.Response, error) {
		return bot.Response{Form: &bot.Form{Title: "Order", Submit: "Send", Action: "ordered", Intro: "Until noon.", Fields: []bot.Field{
			{Name: "what", Label: "What", Required: true},
			{Name: "kind", Label: "Kind", Kind: bot.OneOf, Options: kinds, Initial: []string{"s"}},
			{Name: "for", Label: "For whom", Kind: bot.Person, Suggest: ""},
			{Name: "where", Label: "Where", Kind: bot.OneOf, Suggest: "kinds"},
		}}}, nil
	})
	b.Action("ordered", func(_ context.Context, i bot.Interaction) (bot.Response, error) {
		if i.Values.Get("what") == "soup" {
			return bot.Response{Invalid: map[string]string{"what": "No soup today.", "": "Nothing was ordered."}}, nil
		}
		return bot.Whisper(bot.Message{Text: bot.Textf("%s, %s, %s, %s; message %v", i.Values.Get("what"), i.Values.Get("kind"), i.Values.Get("for"), i.Values.Get("where"), i.Message != "")}), nil
	})
	b.Suggest("kinds", func(context.Context, bot.Interaction, string) ([]bot.Option, error) { return kinds, nil })
	return b
}
