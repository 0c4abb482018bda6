package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
	"studyhall/bot/store/storetest"
)

// BenchmarkPresses is what 1,000 people pressing a letter at the same instant
// wait for: from the press to the private result, the answer durable in between.
// It reports the commits they took and the 50th and 99th percentile of a wait.
func BenchmarkPresses(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchmarkPresses(b, "sqlite:"+filepath.Join(b.TempDir(), "presses.db"))
	})
	b.Run("postgres", func(b *testing.B) {
		benchmarkPresses(b, storetest.URL(b, "postgres"))
	})
}

const pressers = 1000

func benchmarkPresses(b *testing.B, database string) {
	ctx := b.Context()
	fake := bottest.NewFake(time.Now)
	a, err := New(ctx, Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Database: database, Timing: schedule.LocalTiming(),
		Adapters: func(bot.Shelf, *Clock) ([]bot.Adapter, error) { return []bot.Adapter{fake}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	running, stop := context.WithCancel(ctx)
	defer stop()
	go fake.Run(running, a.Bot)
	if err := fake.WaitRunning(ctx); err != nil {
		b.Fatal(err)
	}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago"})
	must(fake.Say(ctx, "maria", "", "/group"))
	must(fake.Press(ctx, "maria", "Set up", ""))
	must(fake.Submit(ctx, "maria", nil))
	must(fake.Press(ctx, "maria", "Start", ""))
	must(a.Engine.Drain(ctx))
	channel := fake.ChannelID(bottest.Main)
	g, ok, err := a.Store.GroupIn(ctx, channel)
	if err != nil || !ok {
		b.Fatal(ok, err)
	}

	var waits []time.Duration
	commits := int64(0)
	round := 0
	everybody := func(measure bool) {
		round++
		if _, err := a.Store.PostNow(ctx, g.ID, fmt.Sprint("bench", round), time.Now()); err != nil {
			b.Fatal(err)
		}
		must(a.Engine.Drain(ctx))
		path := newestAnswer(b, fake)
		took := make([]time.Duration, pressers)
		before := a.Store.Stats().Commits
		var ready, done sync.WaitGroup
		start := make(chan struct{})
		ready.Add(pressers)
		for n := range pressers {
			done.Go(func() {
				i := bot.Interaction{
					ID: fmt.Sprintf("press-%d-%d", round, n), User: bot.UserID(fmt.Sprintf("fake:p%d", n)),
					Name: fmt.Sprint("Person ", n), Space: fake.Space(), Channel: channel, Action: path,
				}
				ready.Done()
				<-start
				begin := time.Now()
				r := a.Bot.Handle(ctx, i)
				took[n] = time.Since(begin)
				if r.Reply == nil || !(strings.HasPrefix(r.Reply.Card.Plain(), "Right.") || strings.HasPrefix(r.Reply.Card.Plain(), "The answer is")) {
					b.Errorf("press answered %+v", r)
				}
			})
		}
		ready.Wait()
		if measure {
			b.StartTimer()
		}
		close(start)
		done.Wait()
		if measure {
			b.StopTimer()
			waits = append(waits, took...)
			commits += a.Store.Stats().Commits - before
		}
	}
	everybody(false) // everybody joins
	b.ResetTimer()
	b.StopTimer()
	for b.Loop() {
		everybody(true)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(commits)/float64(round-1), "commits/1000")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms-p99")
}

// newestAnswer is the path of the first letter under the newest question.
func newestAnswer(b *testing.B, fake *bottest.Fake) string {
	records := fake.Messages()
	for i := len(records) - 1; i >= 0; i-- {
		m := records[i].Latest()
		if m.Card == nil {
			continue
		}
		for _, row := range m.Card.Controls {
			if first, ok := row[0].(bot.Button); ok && strings.HasPrefix(first.Action, "answer/") {
				return first.Action
			}
		}
	}
	b.Fatal("no question was posted")
	return ""
}
