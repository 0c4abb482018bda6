package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// due is a post that is due in one of many channels.
type due struct {
	team    *slacktest.Workspace
	channel *slacktest.Channel
	done    time.Duration // after the beginning
	asked   int
}

// fanOut delivers with as many senders as the engine has, in order; what Slack has
// too much of comes back when it says, as the engine has it.
func (w *posts) fanOut(t *testing.T, all []*due) (took time.Duration) {
	t.Helper()
	const senders = 16 // as schedule.DefaultTiming has it
	began := time.Now()
	queue := make(chan *due, len(all))
	for _, d := range all {
		queue <- d
	}
	var working sync.WaitGroup
	working.Add(len(all))
	for range senders {
		go func() {
			for d := range queue {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				m := question("A question")
				m.Key = d.channel.ID
				d.asked++
				_, err := w.a.Send(ctx, place{team: d.team.ID, channel: d.channel.ID}.id(), m)
				cancel()
				if fault, ok := errors.AsType[*bot.DeliveryError](err); ok && fault.Kind == bot.Limited {
					time.AfterFunc(fault.After, func() { queue <- d })
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", d.channel.ID, err)
				}
				d.done = time.Since(began)
				working.Done()
			}
		}()
	}
	working.Wait()
	close(queue)
	return time.Since(began)
}

// workspacesWith makes workspaces with channels, the bot in each.
func (w *posts) workspacesWith(channels ...int) [][]*due {
	var out [][]*due
	for n, many := range channels {
		team := w.Workspace(fmt.Sprint("team", n))
		w.teams.all[team.ID] = team
		var all []*due
		for range many {
			c := team.Channel("study")
			c.Invite()
			all = append(all, &due{team: team, channel: c})
		}
		out = append(out, all)
	}
	return out
}

// TestManyChannelsAtOnce has a thousand channels in 50 workspaces due at one minute.
func TestManyChannelsAtOnce(t *testing.T) {
	workspaces := 50
	if raceEnabled {
		workspaces = 12
	}
	inSlack(t, "50 workspaces", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.Inject(-1, slacktest.PostMessage, slacktest.Delay(60*time.Millisecond))
		channels := make([]int, workspaces)
		for n := range channels {
			channels[n] = 20
		}
		var all []*due
		for _, team := range w.workspacesWith(channels...) {
			all = append(all, team...)
		}
		took := w.fanOut(t, all)
		counts := w.Counts()
		if counts.Limited > 0 {
			t.Errorf("%d refused as too many", counts.Limited)
		}
		for n, d := range all {
			if got := len(d.channel.Messages()); got != 1 {
				t.Errorf("channel %d has %d posts", n, got)
			}
			if late := d.done - time.Duration(n/16+2)*60*time.Millisecond; late > time.Second {
				t.Errorf("channel %d is there %s after its turn", n, late)
			}
		}
		t.Logf("%d posts in %s: %.0f a second", len(all), took, float64(len(all))/took.Seconds())
	})
}

// TestOneWorkspaceTooMany has one workspace with more posts due than Slack takes
// in a minute, before those of others: they don't wait for it.
func TestOneWorkspaceTooMany(t *testing.T) {
	many := 600
	if raceEnabled {
		many = 400
	}
	inSlack(t, "600 in one", slacktest.Options{}, func(t *testing.T, w *posts) {
		w.Inject(-1, slacktest.PostMessage, slacktest.Delay(60*time.Millisecond))
		teams := w.workspacesWith(many, 5, 5, 5, 5)
		var all []*due
		for _, team := range teams {
			all = append(all, team...)
		}
		took := w.fanOut(t, all)
		if n := w.Counts().Limited; n > 0 {
			t.Errorf("%d refused as too many", n)
		}
		first := time.Duration(0)
		for _, team := range teams[1:] {
			for _, d := range team {
				first = max(first, d.done)
			}
		}
		asked := 0
		for _, d := range teams[0] {
			if asked += d.asked; len(d.channel.Messages()) != 1 {
				t.Errorf("%s has %d posts", d.channel.ID, len(d.channel.Messages()))
			}
		}
		if first > 15*time.Second {
			t.Errorf("the others are there after %s", first)
		}
		if asked > 2*many {
			t.Errorf("%d attempts for %d posts", asked, many)
		}
		if best := time.Duration(many-240) * time.Second / 4; took > best+20*time.Second {
			t.Errorf("it took %s, at Slack's pace that is %s", took, best)
		}
		t.Logf("the others after %s, all after %s; %d attempts for %d", first, took, asked, many)
	})
}

// canned answers every method, so that nothing but the adapter takes memory.
type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	const body = `{"ok":true,"channel":%s,"ts":"1795435200.000100","user":{"id":"U1","team_id":"T1","real_name":"Ann P.","tz":"America/Chicago"},` +
		`"upload_url":"https://files.slack.test/upload","file_id":"F1"}`
	channel := `"C1"`
	if strings.HasSuffix(r.URL.Path, "conversations.info") || strings.HasSuffix(r.URL.Path, "conversations.open") {
		channel = `{"id":"C1","name":"cbet-study","is_member":true}`
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(fmt.Sprintf(body, channel))), Request: r}, nil
}

// heapNow is what is in use after everything that nobody needs was thrown away.
func heapNow() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkManyChannels reports what a post costs, and how far from one another those
// are that are due at once in 1,000 channels of 50 workspaces.
func BenchmarkManyChannels(b *testing.B) {
	const teams, channels, senders = 50, 20, 16
	for b.Loop() {
		a := onCanned(b, teams)
		began := time.Now()
		queue := make(chan bot.ChannelID)
		var working sync.WaitGroup
		for range senders {
			working.Go(func() {
				for ch := range queue {
					if _, err := a.Send(b.Context(), ch, question("A question")); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for n := range teams * channels {
			queue <- place{team: fmt.Sprint("T", n%teams), channel: fmt.Sprint("C", n/teams)}.id()
		}
		close(queue)
		working.Wait()
		took := time.Since(began)
		b.ReportMetric(float64(took.Microseconds())/(teams*channels), "µs/post")
		b.ReportMetric(float64(teams*channels)/took.Seconds(), "posts/s")
	}
}

// onCanned is an adapter that knows workspaces, and whose calls cost nothing.
func onCanned(b *testing.B, teams int) *Adapter {
	b.Helper()
	a, err := New(slog.New(slog.DiscardHandler), Config{BotToken: "xoxb-1234567890", AppToken: "xapp-1234567890", Shelf: &drawers{}})
	if err != nil {
		b.Fatal(err)
	}
	a.rest.http.Transport = canned{}
	for n := range teams {
		team := fmt.Sprint("T", n)
		a.spaces.known.put(installation{workspace: workspace{Team: team, Name: "Biomed", BotUser: "U0", BotID: "B0", Scopes: granular()}, Token: "xoxb-" + team}, 0)
	}
	return a
}

// BenchmarkManyWorkspaces reports the memory of the adapter in 500 workspaces with
// 20 channels each, after a post with a picture in every channel, and with 20
// people of each who were written to.
func BenchmarkManyWorkspaces(b *testing.B) {
	const teams, channels, most = 500, 20, 150 << 20
	for b.Loop() {
		before := heapNow()
		a := onCanned(b, 0)
		began := time.Now()
		for n := range teams {
			team := fmt.Sprint("T", n)
			a.spaces.known.put(installation{workspace: workspace{Team: team, Name: "Biomed", BotUser: "U0", BotID: "B0", Scopes: granular()}, Token: "xoxb-" + team}, 0)
			for k := range channels {
				p := place{team: team, channel: fmt.Sprint("C", k)}
				user := userID(team, fmt.Sprint("U", k))
				_, err := a.Send(b.Context(), p.id(), illustrated(bot.Text(team)))
				_, err2 := a.Profile(b.Context(), spaceID(team), user)
				_, err3 := a.Direct(b.Context(), user)
				if err := errors.Join(err, err2, err3, a.Check(b.Context(), p.id())); err != nil {
					b.Fatal(err)
				}
				a.posted(team, p.channel, "1795435200.000100", fmt.Sprint("key", k))
			}
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/(teams*channels), "µs/channel")
		grown := heapNow() - before
		b.ReportMetric(float64(grown)/(1<<20), "MB")
		b.ReportMetric(float64(grown)/teams, "B/workspace")
		if grown > most {
			b.Errorf("%d bytes", grown)
		}
		runtime.KeepAlive(a)
	}
}

// granular are the names of all scopes.
func granular() []string {
	var all []string
	for _, s := range Scopes() {
		all = append(all, s.Name)
	}
	return all
}
