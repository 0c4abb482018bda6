package discord_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
)

// heap is what is in use after everything that nobody needs was thrown away.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestManyChannelsAtOnce has a thousand channels due at one minute, each in a
// server of its own, over as many senders as the engine has. Discord allows 50
// requests a second; the adapter keeps to 45, and to those it keeps up.
func TestManyChannelsAtOnce(t *testing.T) {
	channels := 1000
	if raceEnabled {
		channels = 300
	}
	const (
		senders = 16 // as schedule.DefaultTiming has it
		allowed = 45 // requests a second
	)
	bubble(t, fmt.Sprint(channels), func(t *testing.T) {
		w := newWorld(t, discordtest.Options{})
		var places []bot.ChannelID
		for n := range channels {
			places = append(places, place(w.discord.Guild(fmt.Sprint("server", n)).Channel("study")))
		}
		w.connected()
		w.discord.Inject(-1, discordtest.CreateMessage, discordtest.Delay(60*time.Millisecond))
		time.Sleep(time.Minute) // the registration is over
		began := time.Now()
		due := make(chan int)
		var working sync.WaitGroup
		for range senders {
			working.Go(func() {
				for n := range due {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					m := card("A question", letters)
					m.Key = fmt.Sprint("key", n)
					if _, err := w.adapter.Send(ctx, places[n], m); err != nil {
						t.Errorf("channel %d: %v", n, err)
					}
					cancel()
				}
			})
		}
		for n := range channels {
			due <- n
		}
		close(due)
		working.Wait()
		took, best := time.Since(began), time.Duration(channels)*time.Second/allowed
		counts := w.discord.Counts()
		if counts.Limited > 0 {
			t.Errorf("%d refused as too many", counts.Limited)
		}
		for n := range channels {
			if got := counts.Posts[fmt.Sprint("key", n)]; got != 1 {
				t.Errorf("channel %d has %d posts", n, got)
			}
		}
		if took > best+time.Second {
			t.Errorf("%d posts took %s, at %d a second they take %s", channels, took, allowed, best)
		}
		t.Logf("%d posts in %s: %.1f a second", channels, took, float64(channels)/took.Seconds())
	})
}

// BenchmarkFiftyThousand reports what 50,000 interactions leave behind.
func BenchmarkFiftyThousand(b *testing.B) {
	const many = 50_000
	for b.Loop() {
		w, stop := benchWorld(b, discordtest.Options{Schema: "-", Limits: discordtest.Unlimited()})
		w.press(b, 25_000) // identifiers that came before are remembered up to a number
		before, goroutines := heap(), runtime.NumGoroutine()
		began := time.Now()
		w.press(b, many)
		b.ReportMetric(float64(time.Since(began).Microseconds())/many, "µs/interaction")
		grown, more := heap()-before, runtime.NumGoroutine()-goroutines
		b.ReportMetric(float64(grown)/many, "B-left/interaction")
		b.ReportMetric(float64(more), "goroutines-left")
		if grown > 100*many || more > 50 {
			b.Errorf("%d bytes and %d goroutines more after %d interactions", grown, more, many)
		}
		stop()
	}
}

// BenchmarkManyServers reports the memory of the adapter in 2,500 servers, on
// the two shards that they take, each with 50 channels, where somebody used a
// command in each.
func BenchmarkManyServers(b *testing.B) {
	const servers = 2500
	for b.Loop() {
		d := discordtest.New(b, discordtest.Options{Schema: "-", Shards: 2, IdentifyGap: time.Nanosecond, Limits: discordtest.Unlimited()})
		var studies []*discordtest.Channel
		ann := d.Person("ann")
		for n := range servers {
			g := d.Guild(fmt.Sprint("server", n))
			g.Join(ann)
			for k := range 50 {
				g.Channel(fmt.Sprint("channel", k))
			}
			studies = append(studies, g.Channel("study"))
		}
		d.Forget()
		before := heap()
		w := &world{discord: d, shelf: newShelf()}
		stop := w.run(b)
		w.settled(b, ann, studies)
		for n, study := range studies {
			w.use(b, ann, study)
			if n%100 == 0 {
				d.Forget()
			}
		}
		d.Forget()
		grown := heap() - before
		b.ReportMetric(float64(grown)/(1<<20), "MB")
		b.ReportMetric(float64(grown)/servers, "B/server")
		if grown > 100<<20 {
			b.Errorf("%d bytes", grown)
		}
		stop()
	}
}

// benchWorld is a world whose adapter runs in real time.
func benchWorld(b *testing.B, o discordtest.Options) (*world, func()) {
	b.Helper()
	w := &world{discord: discordtest.New(b, o), shelf: newShelf()}
	w.server = w.discord.Guild("Biomed")
	w.study, w.ann = w.server.Channel("cbet-study"), w.discord.Person("Ann P.")
	w.server.Join(w.ann)
	return w, w.run(b)
}

// run starts the adapter; what it returns ends it.
func (w *world) run(b *testing.B) (stop func()) {
	b.Helper()
	a, err := discord.New(slog.New(slog.DiscardHandler), w.config())
	if err != nil {
		b.Fatal(err)
	}
	w.adapter = a
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, w.testBot()) }()
	waiting, done := context.WithTimeout(b.Context(), time.Minute)
	defer done()
	if err := w.discord.Await(waiting, func() bool { return w.discord.Connected() && len(w.discord.Commands(nil)) > 0 }); err != nil {
		b.Fatal(err)
	}
	return func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	}
}

// press uses a command that many times.
func (w *world) press(b *testing.B, many int) {
	b.Helper()
	for n := range many {
		w.use(b, w.ann, w.study)
		if n%200 == 0 {
			w.discord.Forget()
		}
	}
	w.discord.Forget()
	w.mu.Lock()
	w.done = nil
	w.mu.Unlock()
}

// settled waits until both shards have heard of all their servers and answer.
func (w *world) settled(b *testing.B, p *discordtest.Person, places []*discordtest.Channel) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := w.discord.Await(ctx, func() bool { return w.discord.Counts().Sessions == 2 }); err != nil {
		b.Fatal(err)
	}
	for n := 0; n < 4 && ctx.Err() == nil; {
		if w.tried(p, places[n]) == nil {
			n++
		}
	}
}

// use has somebody use a command, and waits for the answer.
func (w *world) use(b *testing.B, p *discordtest.Person, where *discordtest.Channel) {
	b.Helper()
	if err := w.tried(p, where); err != nil {
		b.Fatal(err)
	}
}

func (w *world) tried(p *discordtest.Person, where *discordtest.Channel) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	i, err := p.Command(where, "study", nil)
	if err != nil {
		return err
	}
	return i.Wait(ctx)
}
