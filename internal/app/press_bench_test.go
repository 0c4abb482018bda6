package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
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

// crowd is a running program with a group that many people answer in.
type crowd struct {
	b       *testing.B
	app     *App
	fake    *bottest.Fake
	group   string
	rounds  int
	waits   []time.Duration
	commits int64
}

func newCrowd(b *testing.B, database string) *crowd {
	ctx := b.Context()
	fake := bottest.NewFake(time.Now)
	a, err := New(ctx, Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Database: database, Timing: schedule.LocalTiming(),
		Banks:    os.DirFS("testdata/banks"), // every question has letters
		Adapters: func(bot.Shelf, *Clock) ([]bot.Adapter, error) { return []bot.Adapter{fake}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	go fake.Run(running, a.Bot)
	b.Cleanup(func() {
		stop()
		a.Close()
	})
	c := &crowd{b: b, app: a, fake: fake}
	fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago"})
	for _, err := range []error{
		fake.WaitRunning(ctx), fake.Say(ctx, "maria", "", "/group"), fake.Press(ctx, "maria", "Set up", ""),
		fake.Submit(ctx, "maria", nil), fake.Press(ctx, "maria", "Start", ""), a.Engine.Drain(ctx),
	} {
		if err != nil {
			b.Fatal(err)
		}
	}
	g, ok, err := a.Store.GroupIn(ctx, fake.ChannelID(bottest.Main))
	if err != nil || !ok {
		b.Fatal(ok, err)
	}
	c.group = g.ID
	return c
}

// question posts one more and gives the path of its first letter.
func (c *crowd) question() string {
	c.b.Helper()
	c.rounds++
	if _, err := c.app.Store.PostNow(c.b.Context(), c.group, "", fmt.Sprint("bench", c.rounds), time.Now()); err != nil {
		c.b.Fatal(err)
	}
	if err := c.app.Engine.Drain(c.b.Context()); err != nil {
		c.b.Fatal(err)
	}
	return newestAnswer(c.b, c.fake)
}

// press lets everybody press at the same instant and returns what each waited.
func (c *crowd) press(path string) []time.Duration {
	took := make([]time.Duration, pressers)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(pressers)
	for n := range pressers {
		done.Go(func() {
			i := bot.Interaction{
				ID: fmt.Sprintf("press-%d-%d", c.rounds, n), User: bot.UserID(fmt.Sprintf("fake:p%d", n)),
				Name: fmt.Sprint("Person ", n), Space: c.fake.Space(), Channel: c.fake.ChannelID(bottest.Main), Action: path,
			}
			ready.Done()
			<-start
			begin := time.Now()
			r := c.app.Bot.Handle(c.b.Context(), i)
			took[n] = time.Since(begin)
			if r.Reply == nil || !graded(r.Reply.Card.Plain()) {
				c.b.Errorf("press answered %+v", r)
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return took
}

func graded(plain string) bool {
	return strings.HasPrefix(plain, "Right.") || strings.HasPrefix(plain, "The answer is")
}

func benchmarkPresses(b *testing.B, database string) {
	c := newCrowd(b, database)
	c.press(c.question()) // everybody joins
	measured := 0
	for b.Loop() {
		b.StopTimer()
		path := c.question()
		before := c.app.Store.Stats().Commits
		b.StartTimer()
		c.waits = append(c.waits, c.press(path)...)
		b.StopTimer()
		c.commits += c.app.Store.Stats().Commits - before
		measured++
		b.StartTimer()
	}
	slices.Sort(c.waits)
	b.ReportMetric(float64(c.commits)/float64(measured), "commits/1000")
	b.ReportMetric(float64(c.waits[len(c.waits)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(c.waits[len(c.waits)*99/100].Microseconds())/1000, "ms-p99")
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
