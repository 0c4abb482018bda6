package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
)

// stage is a workspace in memory with two people, and an adapter whose core says
// what the test wants. It stands in a synctest bubble.
type stage struct {
	t        *testing.T
	ctx      context.Context
	slack    *slacktest.Server
	team     *slacktest.Workspace
	study    *slacktest.Channel
	ann, bob *slacktest.Person
	a        *Adapter
	core     *scripted
	log      *bytes.Buffer
}

// scripted is a core that answers as it is told.
type scripted struct {
	mu       sync.Mutex
	answer   func(bot.Interaction) bot.Response
	home     func(bot.UserID) []bot.Card
	offered  []bot.Option
	took     []bot.Interaction
	asked    []bot.Interaction // for suggestions
	notices  []bot.Notice
	homes    int
	commands []bot.Command
}

func (c *scripted) Commands() []bot.Command { return c.commands }

func (c *scripted) Handle(_ context.Context, i bot.Interaction) bot.Response {
	c.mu.Lock()
	c.took = append(c.took, i)
	answer := c.answer
	c.mu.Unlock()
	if answer == nil {
		return bot.Response{}
	}
	return answer(i)
}

func (c *scripted) Complete(_ context.Context, i bot.Interaction, typed string) []bot.Option {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, i)
	var out []bot.Option
	for _, o := range c.offered {
		if strings.HasPrefix(o.Label, typed) {
			out = append(out, o)
		}
	}
	return out
}

func (c *scripted) HomeOf(_ context.Context, user bot.UserID) []bot.Card {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.homes++
	if c.home == nil {
		return nil
	}
	return c.home(user)
}

func (c *scripted) Notice(_ context.Context, n bot.Notice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notices = append(c.notices, n)
}

// heard are the interactions that came so far.
func (c *scripted) heard() []bot.Interaction {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]bot.Interaction{}, c.took...)
}

// postman hands the adapter what Slack posts, as requests whose signature is right.
type postman struct{ a *Adapter }

func (l *postman) RoundTrip(q *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	e := envelope{kind: kindEvent, payload: raw, came: time.Now()}
	if q.URL.Path != "/events" {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, err
		}
		e.once = "slack/request/" + q.Header.Get("X-Slack-Signature")
		if e.kind, e.payload = kindInteraction, []byte(form.Get("payload")); q.URL.Path == "/commands" {
			fields := map[string]string{}
			for key := range form {
				fields[key] = form.Get(key)
			}
			e.kind = kindCommand
			if e.payload, err = json.Marshal(fields); err != nil {
				return nil, err
			}
		}
	}
	e.answers = wantsAnswer(e.kind, e.payload)
	out := httptest.NewRecorder()
	l.a.answer(out, q, e)
	return out.Result(), q.Context().Err()
}

// noted is a log that several write to.
type noted struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (n *noted) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.to.Write(p)
}

// onStage runs a test on a stage of its own.
func onStage(t *testing.T, options slacktest.Options, test func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &postman{}
		options.Requests = slacktest.Requests{Events: "http://bot.test/events", Commands: "http://bot.test/commands", Interactions: "http://bot.test/interactions"}
		options.HTTP = &http.Client{Transport: l}
		s := &stage{t: t, ctx: t.Context(), slack: slacktest.New(t, options), core: &scripted{}, log: &bytes.Buffer{}}
		s.team = s.slack.Workspace("Biomed")
		s.study = s.team.Channel("cbet-study")
		s.ann, s.bob = s.team.Person("ann"), s.team.Person("bob")
		s.study.Join(s.ann, s.bob)
		s.a = newStaged(t, s)
		l.a = s.a
		s.study.Invite()
		synctest.Wait()
		s.slack.Seen()
		s.ann.Sees()
		s.bob.Sees()
		s.core.mu.Lock()
		s.core.notices = nil
		s.core.mu.Unlock()
		test(s)
		synctest.Wait()
		if err := s.a.Close(); err != nil {
			t.Error(err)
		}
		s.a.rest.http.CloseIdleConnections()
		for _, n := range s.slack.Notices() {
			t.Errorf("Slack tolerates in silence: %s", n)
		}
		if t.Failed() {
			t.Logf("log:\n%s", s.log)
		}
	})
}

// settle waits until nothing happens any more, or time has to pass.
func (s *stage) settle() { synctest.Wait() }

// after lets time pass.
func (s *stage) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *stage) answers(f func(bot.Interaction) bot.Response) {
	s.core.mu.Lock()
	defer s.core.mu.Unlock()
	s.core.answer = f
}

// always has the core answer everything with a response.
func (s *stage) always(r bot.Response) { s.answers(func(bot.Interaction) bot.Response { return r }) }

// must is the interaction that somebody made, once it has settled.
func (s *stage) must(i *slacktest.Interaction, err error) *slacktest.Interaction {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.settle()
	return i
}

// acked is must of an interaction that was acknowledged in time.
func (s *stage) acked(i *slacktest.Interaction, err error) *slacktest.Interaction {
	s.t.Helper()
	s.must(i, err)
	if err := i.Wait(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
	return i
}

// post posts a card of the bot to the channel, in a thread if one is given.
func (s *stage) post(m bot.Message, thread string) slacktest.Message {
	s.t.Helper()
	ch := place{team: s.team.ID, channel: s.study.ID, thread: thread}.id()
	if _, err := s.a.Send(s.ctx, ch, m); err != nil {
		s.t.Fatal(err)
	}
	all := s.study.Messages()
	return all[len(all)-1]
}

// sees are what somebody could see since the last call, in few words: "whisper:
// words [labels]".
func (s *stage) sees(p *slacktest.Person) string {
	var lines []string
	for _, e := range p.Sees() {
		lines = append(lines, seenLine(e))
	}
	return strings.Join(lines, "\n")
}

// seen holds what somebody could see since the last call to what is expected.
func (s *stage) seen(p *slacktest.Person, want string) {
	s.t.Helper()
	got := strings.Split(strings.ReplaceAll(s.sees(p), s.team.Bot().ID, "BOT"), "\n")
	all := strings.Split(want, "\n")
	slices.Sort(got) // an acknowledgement and what follows it go different ways
	slices.Sort(all)
	if diff := cmp.Diff(all, got); diff != "" {
		s.t.Errorf("%s sees (-want +got):\n%s", p.Name, diff)
	}
}

// refused holds what Slack refused to what is expected: codes, each once.
func (s *stage) refused(want string) {
	s.t.Helper()
	codes := map[string]string{}
	for _, r := range s.slack.Refusals() {
		codes[string(r.Method)+" "+r.Code] = ""
	}
	if diff := cmp.Diff(want, strings.Join(sorted(codes), ", ")); diff != "" {
		s.t.Errorf("Slack refused (-want +got):\n%s", diff)
	}
}

func seenLine(e slacktest.Seen) string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	words, labels := e.Message.Words(), e.Message.Labels()
	if e.View.ID != "" {
		words, labels = e.View.Title+"|"+e.View.Words(), e.View.Labels()
	}
	if e.Kind == slacktest.Posted && e.To() != nil {
		b.WriteString(" whisper")
	}
	if e.Message.Thread != "" {
		b.WriteString(" in thread")
	}
	for _, f := range sorted(e.Errors) {
		b.WriteString(" " + f + "=" + e.Errors[f])
	}
	if e.Kind != slacktest.Marked && e.Kind != slacktest.Failed && e.Kind != slacktest.ViewClosed {
		b.WriteString(": " + strings.ReplaceAll(words, "\n", " / "))
		for _, l := range labels {
			b.WriteString(" [" + l + "]")
		}
	}
	return b.String()
}

func newStaged(t *testing.T, s *stage) *Adapter {
	t.Helper()
	config := Config{BotToken: s.team.Token(), SigningSecret: s.slack.SigningSecret(), API: s.slack.URL(), Dial: s.slack.Dial, Shelf: &memoryShelf{},
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
	a, err := New(slog.New(slog.NewTextHandler(&noted{to: s.log}, nil)), config)
	if err != nil {
		t.Fatal(err)
	}
	a.core = s.core
	if err := a.spaces.learn(s.ctx); err != nil {
		t.Fatal(err)
	}
	a.life.Ready()
	return a
}

// memoryShelf is a [bot.Shelf] in memory.
type memoryShelf struct {
	mu   sync.Mutex
	kept map[string][]byte
	slow time.Duration // every answer takes so long
	err  error
}

func (m *memoryShelf) wait(ctx context.Context) error {
	if m.slow > 0 {
		select {
		case <-time.After(m.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return m.err
}

func (m *memoryShelf) Put(ctx context.Context, space, key string, value []byte, _ time.Duration) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[space+"\x00"+key] = bytes.Clone(value)
	return nil
}

func (m *memoryShelf) Get(ctx context.Context, space, key string) ([]byte, bool, error) {
	if err := m.wait(ctx); err != nil {
		return nil, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kept[space+"\x00"+key]
	return bytes.Clone(v), ok, nil
}

func (m *memoryShelf) Delete(ctx context.Context, space, key string) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, space+"\x00"+key)
	return nil
}

func (m *memoryShelf) Seen(ctx context.Context, id string, ttl time.Duration) (bool, error) {
	_, ok, err := m.Get(ctx, "seen", id)
	if err == nil {
		err = m.Put(ctx, "seen", id, nil, ttl)
	}
	return ok, err
}

func (m *memoryShelf) Lease(ctx context.Context, _, _ string, _ time.Duration) (bool, error) {
	return true, m.wait(ctx)
}
