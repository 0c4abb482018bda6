package slack

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// seenShelf is a shelf in memory for what came before, and for leases.
type seenShelf struct {
	mu     sync.Mutex
	ids    map[string]time.Time
	leases map[string]string
	until  map[string]time.Time
	fails  error
}

func newSeenShelf() *seenShelf {
	return &seenShelf{ids: map[string]time.Time{}, leases: map[string]string{}, until: map[string]time.Time{}}
}

func (*seenShelf) Put(context.Context, string, string, []byte, time.Duration) error { return nil }
func (*seenShelf) Get(context.Context, string, string) ([]byte, bool, error)        { return nil, false, nil }
func (*seenShelf) Delete(context.Context, string, string) error                     { return nil }

func (s *seenShelf) Seen(_ context.Context, id string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return false, s.fails
	}
	if time.Now().Before(s.ids[id]) {
		return true, nil
	}
	s.ids[id] = time.Now().Add(ttl)
	return false, nil
}

func (s *seenShelf) Lease(_ context.Context, name, holder string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leases[name] != holder && time.Now().Before(s.until[name]) {
		return false, nil
	}
	s.leases[name], s.until[name] = holder, time.Now().Add(ttl)
	return true, nil
}

// transport is the adapter on a Slack in memory, as far as things come to it:
// what comes is taken by the test.
type transport struct {
	t     *testing.T
	slack *slacktest.Server
	shelf *seenShelf
	a     *Adapter
	team  *slacktest.Workspace
	study *slacktest.Channel
	ann   *slacktest.Person
	end   func() error // ends the adapter and returns what Run did
	core  bot.Core     // answers what is taken; nil: the test takes it

	mu     sync.Mutex
	taken  []string         // what came: commands' words, types of interactions and of events
	answer func(e envelope) // acknowledges; nil: at once, without an answer
}

// arrivals is a Slack in memory with one workspace, and no adapter yet.
func arrivals(t *testing.T, o slacktest.Options) *transport {
	t.Helper()
	w := &transport{t: t, slack: slacktest.New(t, o), shelf: newSeenShelf()}
	w.team = w.slack.Workspace("Biomed")
	w.study, w.ann = w.team.Channel("cbet-study"), w.team.Person("ann")
	w.study.Join(w.ann)
	return w
}

// config connects the adapter to the Slack in memory.
func (w *transport) config() Config {
	return Config{
		BotToken: w.team.Token(), AppToken: w.slack.AppToken(), API: w.slack.URL(), Shelf: w.shelf, Dial: w.slack.Dial,
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
	}
}

// run starts an adapter; it ends with the test at the latest.
func (w *transport) run(c Config) {
	w.t.Helper()
	a, err := New(discarded(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	var core bot.Core = bot.New(discarded())
	if a.takes = w.take; w.core != nil {
		core, a.takes = w.core, a.take
	}
	w.a = a
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, core) }()
	w.end = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	w.t.Cleanup(func() { w.end() })
}

// connected starts an adapter and waits until it is connected.
func (w *transport) connected() {
	w.t.Helper()
	synctest.Wait() // an earlier one may have to be gone first
	w.run(w.config())
	if err := w.slack.Await(w.t.Context(), w.slack.Connected); err != nil {
		w.t.Fatal(err)
	}
	w.study.Invite()
	synctest.Wait()
	w.came()
}

func (w *transport) take(e envelope) {
	var p struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Event struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"event"`
	}
	if err := json.Unmarshal(e.payload, &p); err != nil {
		w.t.Errorf("what is taken can't be read: %v", err)
	}
	what := map[string]string{kindCommand: p.Text, kindInteraction: p.Type, kindEvent: p.Event.Type}[e.kind]
	if p.Event.Type == "message" {
		what = p.Event.Text
	}
	w.mu.Lock()
	w.taken = append(w.taken, what)
	answer := w.answer
	w.mu.Unlock()
	if answer == nil {
		e.ack(nil)
		return
	}
	answer(e)
}

// answers has what comes be acknowledged by f.
func (w *transport) answers(f func(envelope)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = f
}

// came is what was taken since the last call, sorted.
func (w *transport) came() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.taken
	w.taken = nil
	slices.Sort(out)
	return out
}

// bubbled runs a test in which time passes by itself when nobody has anything to do.
func bubbled(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}

// TestSocketsRecover has a connection that works fail in every way. People who do
// something meanwhile are answered where the failure shows in time, what they
// write comes in any case, and the connection works again within the time stated.
func TestSocketsRecover(t *testing.T) {
	drop := (*slacktest.Server).Drop
	refuse := func(n int, f slacktest.Fault) func(*slacktest.Server) {
		return func(s *slacktest.Server) { s.Inject(n, slacktest.ConnectionsOpen, f); s.Drop() }
	}
	open := func(n int, f slacktest.SocketFault) func(*slacktest.Server) {
		return func(s *slacktest.Server) { s.Open(n, f); s.Drop() }
	}
	for _, test := range []struct {
		name   string
		fail   func(*slacktest.Server)
		lost   bool          // what people do meanwhile may get no answer
		opened int           // connections, with the first
		within time.Duration // until it works again
	}{
		{"warned of its end", (*slacktest.Server).Refresh, false, 2, 0},
		{"ended in order", (*slacktest.Server).RefreshNow, true, 2, time.Second},
		{"dropped", drop, true, 2, time.Second},
		{"silent", (*slacktest.Server).HalfOpen, true, 2, socketSilence + time.Second},
		{"switched off for a moment", func(s *slacktest.Server) { s.Disable(true); s.Disable(false) }, true, 2, connectAway + time.Second},
		{"dropped, then no PING", open(1, slacktest.NoPing()), true, 3, time.Second},
		{"dropped, then refused", open(2, slacktest.Refuse(404)), true, 2, 5 * time.Second},
		{"dropped, then no greeting", open(1, slacktest.NoHello()), true, 3, connectTime + 5*time.Second},
		{"dropped, then ended at once", open(2, slacktest.DisconnectAtOnce("refresh_requested")), true, 4, 5 * time.Second},
		{"dropped, then one too many", open(1, slacktest.DisconnectAtOnce("too_many_websockets")), true, 3, connectAway + 5*time.Second},
		{"dropped, then a page of errors", refuse(2, slacktest.StatusBefore(502)), true, 2, 5 * time.Second},
		{"dropped, then cut", refuse(2, slacktest.CutBefore()), true, 2, 5 * time.Second},
		{"dropped, then cut after it was done", refuse(2, slacktest.CutAfter()), true, 2, 5 * time.Second},
		{"dropped, then half an answer", refuse(2, slacktest.Truncated()), true, 2, 5 * time.Second},
		{"dropped, then a fault of Slack's", refuse(2, slacktest.Refused("internal_error")), true, 2, 5 * time.Second},
		{"dropped, then slow", refuse(1, slacktest.Delay(5*time.Second)), true, 2, 6 * time.Second},
		{"dropped, then limited", refuse(1, slacktest.Limited(40*time.Second)), true, 2, 45 * time.Second},
		{"dropped, then new fields", refuse(1, slacktest.UnknownFields()), true, 2, time.Second},
	} {
		bubbled(t, test.name, func(t *testing.T) {
			w := arrivals(t, slacktest.Options{SameSocket: true})
			w.connected()
			time.Sleep(time.Hour)
			test.fail(w.slack)
			i, err := w.ann.Command(w.study, "/study", "meanwhile")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.ann.Write(w.study, "@studyhall while away"); err != nil {
				t.Fatal(err)
			}
			if err := i.Wait(t.Context()); err != nil && !test.lost {
				t.Errorf("what happened meanwhile: %v", err)
			}
			time.Sleep(test.within)
			i, err = w.ann.Command(w.study, "/study", "later")
			if err != nil {
				t.Fatal(err)
			}
			if err := i.Wait(t.Context()); err != nil {
				t.Errorf("%s later: %v; %+v", test.within, err, w.slack.Counts())
			}
			time.Sleep(7 * time.Minute) // for what Slack sends again
			c := w.slack.Counts()
			if c.Sockets != 1 || c.Connections != test.opened {
				t.Errorf("%d connections, of %d that were opened", c.Sockets, c.Connections)
			}
			if c.Dropped > 0 || c.Late > 0 || c.Misplaced > 0 || !w.slack.Idle() {
				t.Errorf("not everything came: %+v", c)
			}
			got := slices.DeleteFunc(w.came(), func(s string) bool { return s == "meanwhile" })
			if diff := cmp.Diff([]string{"<@" + w.team.Bot().ID + "> while away", "app_mention", "later"}, got); diff != "" {
				t.Errorf("what came: want -, got +:\n%s", diff)
			}
			if state, ok := w.a.Connection(); state != "connected" || !ok {
				t.Errorf("state %q, %t", state, ok)
			}
		})
	}
}

func discarded() *slog.Logger { return slog.New(slog.DiscardHandler) }
