package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"studyhall/adapters/discord"
	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// rally is the whole program with many groups, each in a server of its own on
// one Discord with its usual limits, that all ask at 07:00.
type rally struct {
	t      testing.TB
	d      *discordtest.Server
	app    *App
	places []*discordtest.Channel
	zone   *time.Location
	ahead  atomic.Int64 // nanoseconds that everybody's clock is ahead
}

// now is what everybody's clock shows.
func (r *rally) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

// newRally starts so many groups on Monday, 4 January 2027, before the first
// question of the day.
func newRally(t testing.TB, groups int, unsafe bool) *rally {
	t.Helper()
	zone, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	r := &rally{t: t, zone: zone}
	r.until(r.morning(0).Add(-time.Hour))
	r.d = discordtest.New(t, discordtest.Options{Schema: "-", Now: r.now, IdentifyGap: time.Nanosecond})
	r.app, err = New(t.Context(), Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Database: "sqlite:" + filepath.Join(t.TempDir(), "rally.db"),
		Banks: os.DirFS("testdata/banks"), Timing: schedule.DefaultTiming(), Real: r.now, UnsafeStore: unsafe,
		Adapters: func(shelf bot.Shelf, _ *Clock) ([]bot.Adapter, error) {
			a, err := discord.New(slog.New(slog.DiscardHandler), discord.Config{Token: r.d.Token(), API: r.d.URL(), Dial: r.d.Dial, Shelf: shelf, Now: r.now})
			return []bot.Adapter{a}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range groups {
		r.found(n)
	}
	r.d.Inject(-1, discordtest.CreateMessage, discordtest.Delay(distance))
	r.d.Inject(-1, discordtest.EditMessage, discordtest.Delay(distance))
	return r
}

// found starts a group.
func (r *rally) found(n int) {
	r.t.Helper()
	server := r.d.Guild(fmt.Sprint("server ", n))
	place := server.Channel("study")
	r.places = append(r.places, place)
	id, channel := fmt.Sprint("g", n), "discord:"+place.ID
	setup := group.Setup{
		ID: id, User: bot.UserID(fmt.Sprint("discord:", 1000+n)), Name: "Maria", Space: bot.SpaceID("discord:" + server.ID), Channel: bot.ChannelID(channel),
		GroupName: id, Certification: "cbet", Outline: "cbet-2025", Expr: "0 7 * * 1-5", Zone: r.zone.String(), StaysOpen: group.UntilNext, CreatedAt: r.now(),
	}
	outcome, err := r.app.Store.StartGroup(r.t.Context(), group.Start{
		Setup: setup, Member: id + "m", Track: id + "t", Schedule: id + "s", Now: r.now(),
		Welcome: schedule.Delivery{Key: id + "w", Kind: "welcome", Ref: id, Group: id, Target: channel, At: r.now()},
	})
	if err != nil || outcome != group.Started {
		r.t.Fatalf("group not started: %v, %v", outcome, err)
	}
}

// run runs the program until the test ends or stop is called.
func (r *rally) run() (stop func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.app.Run(ctx) }()
	if err := r.d.Await(r.t.Context(), r.d.Connected); err != nil {
		r.t.Fatal(err)
	}
	return func() {
		r.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
		if err := r.app.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// morning is the question time of the n-th day.
func (r *rally) morning(n int) time.Time { return time.Date(2027, 1, 4+n, 7, 0, 0, 0, r.zone) }

// until moves everybody's clock.
func (r *rally) until(at time.Time) { r.ahead.Add(int64(at.Sub(r.now()))) }

// posted waits until Discord has taken so many posts and edits, since it began.
func (r *rally) posted(posts, edits int) {
	r.t.Helper()
	for range 3000 {
		c := r.d.Counts()
		if c.Requests[discordtest.CreateMessage] >= posts && c.Requests[discordtest.EditMessage] >= edits {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c := r.d.Counts()
	r.t.Fatalf("%d posts and %d edits, want %d and %d", c.Requests[discordtest.CreateMessage], c.Requests[discordtest.EditMessage], posts, edits)
}

// day lets the n-th morning come, and says how long after it the last group had
// its question, and the last card of the day before was closed.
func (r *rally) day(n int) (asked, closed time.Duration) {
	r.t.Helper()
	groups, at := len(r.places), r.morning(n)
	r.until(at.Add(-5 * time.Second))
	r.posted((n+2)*groups, n*groups) // the first were greetings
	time.Sleep(2 * time.Second)      // what was asked is done
	for _, place := range r.places {
		var questions []discordtest.Message
		for _, m := range place.Messages() {
			if strings.Contains(m.Text(), "CBET question ") {
				questions = append(questions, m)
			}
		}
		if len(questions) != n+1 {
			r.t.Fatalf("a channel has %d questions on day %d", len(questions), n)
		}
		asked = max(asked, questions[n].Created.Sub(at))
		if n > 0 {
			old := questions[n-1]
			if first, _, _ := strings.Cut(old.Text(), "\n"); !strings.Contains(first, "closed") {
				r.t.Errorf("yesterday's question is not closed: %q", first)
			}
			closed = max(closed, old.EditedAt.Sub(at))
		}
	}
	return asked, closed
}

// TestManyGroupsAtOnce has many groups' questions due at one minute, and the day
// after their closings, too. Discord allows 50 requests a second, and the
// adapter keeps to 45; the whole program keeps up with those.
func TestManyGroupsAtOnce(t *testing.T) {
	groups := 200
	if raceEnabled {
		groups = 40
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRally(t, groups, true)
		stop := r.run()
		r.posted(groups, 0)
		const allowed = 45 // requests a second
		for n := range 2 {
			asked, closed := r.day(n)
			t.Logf("day %d: the last question after %s, the last closing after %s", n, asked, closed)
			if best := time.Duration((n+1)*groups) * time.Second / allowed; max(asked, closed) > best+2*time.Second {
				t.Errorf("day %d took %s, at %d requests a second it takes %s", n, max(asked, closed), allowed, best)
			}
		}
		if c := r.d.Counts(); c.Limited > 0 {
			t.Errorf("%d refused as too many", c.Limited)
		}
		stop()
	})
}

// BenchmarkThousandGroups is the same with 1,000 groups, in real time and with
// the database in a file as durable as ever. It reports when the last group had
// its question and the last card of the day before was closed.
func BenchmarkThousandGroups(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		r := newRally(b, 1000, false)
		stop := r.run()
		r.posted(1000, 0)
		b.StartTimer()
		first, _ := r.day(0)
		asked, closed := r.day(1)
		b.StopTimer()
		b.ReportMetric(first.Seconds(), "s-first-asked")
		b.ReportMetric(asked.Seconds(), "s-then-asked")
		b.ReportMetric(closed.Seconds(), "s-then-closed")
		b.ReportMetric(float64(r.d.Counts().Limited), "429s")
		stop()
		b.StartTimer()
	}
}
