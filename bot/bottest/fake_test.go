package bottest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// The Fake has every power that adapters commonly have.
var _ interface {
	bot.Adapter
	bot.Finder
	bot.Profiler
	bot.Checker
	bot.Channeler
	bot.Threader
	bot.Pinner
	bot.Audiencer
	bot.Deleter
	bottest.Driver
} = (*bottest.Fake)(nil)

var errCut = errors.New("connection cut")

// newFake is a platform whose clock the test moves.
func newFake() (fake *bottest.Fake, forward func(time.Duration)) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	fake = bottest.NewFake(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	})
	return fake, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
}

func TestFakeSendFaults(t *testing.T) {
	limited := &bot.DeliveryError{Kind: bot.Limited, After: time.Minute, Cause: "Too many."}
	tests := []struct {
		name   string
		fault  bottest.Fault
		refuse bool
		want   bot.DeliveryFailure
		known  bool // the error tells the outcome
		posted int
	}{
		{name: "before", fault: bottest.Fault{Before: limited}, want: bot.Limited, known: true},
		{name: "before, unknown outcome", fault: bottest.Fault{Before: errCut}},
		{name: "after", fault: bottest.Fault{After: errCut}, posted: 1},
		{name: "refused", refuse: true, want: bot.Refused, known: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, _ := newFake()
			fake.Refuse("", tt.refuse)
			fake.Next(tt.fault)
			_, err := fake.Send(t.Context(), fake.ChannelID(""), bot.Message{Text: "hi", Key: "k"})
			var d *bot.DeliveryError
			if err == nil || errors.As(err, &d) != tt.known {
				t.Fatalf("error = %v, want one whose outcome is known: %v", err, tt.known)
			}
			if tt.known && d.Kind != tt.want {
				t.Errorf("kind = %v, want %v", d.Kind, tt.want)
			}
			if got := len(fake.WithKey("k")); got != tt.posted {
				t.Errorf("%d messages, want %d", got, tt.posted)
			}
			fake.Refuse("", false)
			if _, err := fake.Send(t.Context(), fake.ChannelID(""), bot.Message{Text: "hi", Key: "k"}); err != nil {
				t.Errorf("the next send: %v", err)
			}
			if got := len(fake.WithKey("k")); got != tt.posted+1 {
				t.Errorf("%d messages after another send of the key, want %d", got, tt.posted+1)
			}
		})
	}
}

func TestFakeFind(t *testing.T) {
	fake, forward := newFake()
	ch, start := fake.ChannelID(""), time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	send := func(key string) bot.MessageID {
		t.Helper()
		id, err := fake.Send(t.Context(), ch, bot.Message{Text: "hi", Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	find := func(since time.Time, want ...bot.MessageID) {
		t.Helper()
		got, err := fake.Find(t.Context(), ch, "k", since)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
	}
	first := send("k")
	send("other")
	fake.Next(bottest.Fault{Hide: time.Minute})
	hidden := send("k")
	find(start, first)
	forward(time.Minute)
	find(start, first, hidden)
	late := send("k")
	find(start, first, hidden, late)
	find(start.Add(time.Second), late)
	if err := fake.Delete(t.Context(), hidden); err != nil {
		t.Fatal(err)
	}
	find(start, first, late)
}

func TestFakeHookDelaysAndEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := bottest.NewFake(time.Now)
		fake.Hook(func(ctx context.Context, c bottest.Call) bottest.Fault {
			select {
			case <-ctx.Done():
			case <-time.After(time.Minute):
			}
			return bottest.Fault{}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := fake.Send(ctx, fake.ChannelID(""), bot.Message{Text: "hi"})
		if !errors.Is(err, context.DeadlineExceeded) || len(fake.Messages()) != 0 {
			t.Errorf("error %v with %d messages, want a deadline and none", err, len(fake.Messages()))
		}
		start := time.Now()
		if _, err := fake.Send(t.Context(), fake.ChannelID(""), bot.Message{Text: "hi"}); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != time.Minute {
			t.Errorf("took %v, want a minute", got)
		}
	})
}

func TestFakeKeepsMessagesOverRestart(t *testing.T) {
	w := newWorld(t).(*world)
	if err := w.fake.Say(t.Context(), "ann", "", "/snacks"); err != nil {
		t.Fatal(err)
	}
	if err := w.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.Press(t.Context(), "ann", "Apples", "Snacks"); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.Redeliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.count["apples"]; got != 2 {
		t.Errorf("%d apples after a press delivered twice, want 2", got)
	}
	if got := len(w.fake.Messages()[0].Versions); got != 3 {
		t.Errorf("%d versions of the card, want 3", got)
	}
}

func TestFakeChangesOnlyWhatItMay(t *testing.T) {
	w := newWorld(t).(*world)
	ctx, fake := t.Context(), w.fake
	for _, err := range []error{
		fake.Say(ctx, "ann", "", "/snacks"), fake.Press(ctx, "ann", "Apples", ""), fake.Write(ctx, "ben", "", "hello"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	card, whisper, others := fake.Messages()[0].ID, fake.Messages()[1].ID, fake.Messages()[2].ID
	for _, id := range []bot.MessageID{whisper, others, "fake:none/1"} {
		var d *bot.DeliveryError
		if err := fake.Edit(ctx, id, bot.Message{Text: "new"}); !errors.As(err, &d) || d.Kind != bot.Gone {
			t.Errorf("editing %s: %v, want it gone", id, err)
		}
	}
	thread, err := fake.Thread(ctx, card, "About snacks")
	if err != nil {
		t.Fatal(err)
	}
	fake.See(ctx)
	if _, err := fake.Send(ctx, thread, bot.Message{Text: "inside"}); err != nil {
		t.Fatal(err)
	}
	if err := fake.Pin(ctx, card, true); err != nil || !fake.Messages()[0].Pinned {
		t.Errorf("pin: %v, pinned %v", err, fake.Messages()[0].Pinned)
	}
	want := []bottest.Seen{{Kind: bottest.Post, Channel: "About snacks", Text: "inside", ID: "fake:cbet-study/1/thread/4", Message: &bot.Message{Text: "inside"}},
		{Kind: bottest.Pin, Channel: bottest.Main, Text: "Snacks", ID: card}}
	if diff := cmp.Diff(want, fake.See(ctx)); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if err := fake.Delete(ctx, card); err != nil {
		t.Fatal(err)
	}
	if err := fake.Press(ctx, "ann", "Apples", ""); err == nil {
		t.Error("a deleted card was pressed")
	}
}

func TestFakePowersCanBeTakenAway(t *testing.T) {
	fake, _ := newFake()
	b := bot.New(slog.New(slog.DiscardHandler))
	b.Add(struct {
		bot.Adapter
		bot.Profiler
	}{fake, fake})
	fake.Person("dana", bot.Profile{Name: "Dana R.", Zone: "America/Denver", Administrator: true})
	if b.CanFind(fake.ChannelID("")) {
		t.Error("CanFind = true without a Finder")
	}
	if got := b.ChannelName(t.Context(), fake.ChannelID("")); got != "this channel" {
		t.Errorf("ChannelName = %q without a Channeler", got)
	}
	if got := b.Profile(t.Context(), fake.Space(), fake.UserID("dana")); got.Name != "Dana R." || !got.Administrator {
		t.Errorf("Profile = %+v, want Dana's", got)
	}
}

func TestFakeAtOnce(t *testing.T) {
	w := newWorld(t).(*world)
	if err := w.fake.Say(t.Context(), "ann", "", "/snacks"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			if err := w.fake.Press(t.Context(), fmt.Sprintf("p%d", n), "Apples", ""); err != nil {
				t.Error(err)
			}
			w.fake.See(t.Context())
		})
	}
	all.Wait()
	if got := len(w.fake.Messages()); got != 51 || w.count["apples"] != 50 {
		t.Errorf("%d messages and %d apples, want 51 and 50", got, w.count["apples"])
	}
}
