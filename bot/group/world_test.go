package group_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
	"studyhall/quizzes"
)

// world is groups on a real store and the fake platform, with questions that are
// taken and never posted.
type world struct {
	t     *testing.T
	fake  *bottest.Fake
	bot   *bot.Bot
	store *store.Store
	s     *group.Service
	e     *schedule.Engine

	mu     sync.Mutex
	now    time.Time
	closed map[string]bool // people whose account is closed
	hangs  map[string]int  // about whom the platform says nothing: so many times
}

type questions struct{}

func (questions) Sample(string, string) (bot.Text, bool) { return "Which? A. This B. That", true }
func (questions) Figures(context.Context, string) (group.Figures, error) {
	return group.Figures{Posted: 3, Recent: 2, Active: 2, Unseen: 40}, nil
}
func (questions) Waiting(context.Context, string, string) (int, int, error) { return 1, 2, nil }

// newWorld begins on Sunday 22 November 2026, 4:38 AM in Chicago.
func newWorld(t *testing.T, st *store.Store) *world {
	t.Helper()
	return newWorldWith(t, st, time.Minute)
}

// newWorldWith also says how long a platform may take to tell of an account.
func newWorldWith(t *testing.T, st *store.Store, patience time.Duration) *world {
	t.Helper()
	return newWorldOn(t, st, patience, func(f *bottest.Fake) bot.Adapter { return f })
}

// newWorldOn also says which of its powers the platform has.
func newWorldOn(t *testing.T, st *store.Store, patience time.Duration, powers func(f *bottest.Fake) bot.Adapter) *world {
	t.Helper()
	w := &world{t: t, store: st, now: time.Date(2026, 11, 22, 10, 38, 0, 0, time.UTC), closed: map[string]bool{}, hangs: map[string]int{}}
	log := slog.New(slog.DiscardHandler)
	w.fake = bottest.NewFake(w.clock)
	w.fake.Hook(func(ctx context.Context, c bottest.Call) bottest.Fault {
		person, _ := strings.CutPrefix(string(c.Channel), "fake:@")
		if c.Op != bottest.Direct {
			return bottest.Fault{}
		}
		closed, hangs := w.account(person)
		if hangs {
			<-ctx.Done()
			return bottest.Fault{Before: ctx.Err()}
		}
		if closed {
			return bottest.Fault{Before: &bot.DeliveryError{Kind: bot.Gone, Cause: "The account is closed."}}
		}
		return bottest.Fault{}
	})
	w.bot = bot.New(log)
	w.bot.Add(powers(w.fake))
	catalogue, err := cert.Load()
	if err != nil {
		t.Fatal(err)
	}
	w.e = schedule.NewEngine(schedule.Config{Log: log, Store: st, Platform: w.bot, Adapters: []string{"fake"},
		Now: w.clock, Real: time.Now, Timing: schedule.LocalTiming()})
	w.s = group.New(log, group.Config{Store: st, Bot: w.bot, Catalogue: catalogue, Now: w.clock, NewID: bot.NewID, Wake: w.e.Wake, Patience: patience})
	w.s.Ask(questions{})
	w.s.Register()
	for _, k := range w.s.Kinds() {
		w.e.Register(k)
	}
	w.e.Register(schedule.Kind{Name: group.KindQuestion, Fire: func(ctx context.Context, d schedule.Due) error {
		return st.SkipDue(ctx, d, w.clock(), "not in this test")
	}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.fake.Run(ctx, w.bot); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	if err := w.fake.WaitRunning(ctx); err != nil {
		t.Fatal(err)
	}
	w.fake.Person("maria", bot.Profile{Name: "Maria G.", Zone: "America/Chicago"})
	w.fake.Person("root", bot.Profile{Name: "Root", Administrator: true})
	return w
}

// each runs a test in a world on each engine.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newWorld(t, s)) })
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// later moves the clock and does what is due then.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	w.drain()
}

func (w *world) drain() {
	w.t.Helper()
	if err := w.e.Drain(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) shut(person string, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed[person] = closed
}

// account is what the platform says of somebody's account, if anything.
func (w *world) account(person string) (closed, hangs bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if hangs = w.hangs[person] > 0; hangs {
		w.hangs[person]--
	}
	return w.closed[person], hangs
}

// hang has the platform say nothing of somebody's account so many times.
func (w *world) hang(person string, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangs[person] = times
}

// seen is what appeared since the last look, in words.
func (w *world) seen() string {
	w.t.Helper()
	w.drain()
	var all []string
	for _, s := range w.fake.See(w.t.Context()) {
		all = append(all, string(s.Kind)+" "+s.To+": "+s.Text)
	}
	return strings.Join(all, "\n---\n")
}

func (w *world) say(person, channel, text string) string {
	w.t.Helper()
	if err := w.fake.Say(w.t.Context(), person, channel, text); err != nil {
		w.t.Fatalf("%s says %q: %v", person, text, err)
	}
	return w.seen()
}

func (w *world) press(person, label string) string {
	w.t.Helper()
	if err := w.fake.Press(w.t.Context(), person, label, ""); err != nil {
		w.t.Fatalf("%s presses %q: %v", person, label, err)
	}
	return w.seen()
}

func (w *world) submit(person string, values map[string]string) string {
	w.t.Helper()
	if err := w.fake.Submit(w.t.Context(), person, values); err != nil {
		w.t.Fatalf("%s submits: %v", person, err)
	}
	return w.seen()
}

// act presses a control that the person was never shown.
func (w *world) act(person, channel, action string, values bot.Values) bot.Response {
	w.t.Helper()
	r := w.bot.Handle(w.t.Context(), bot.Interaction{
		ID: bot.NewID(), User: w.fake.UserID(person), Space: w.fake.Space(), Channel: w.fake.ChannelID(channel),
		Action: action, Values: values,
	})
	w.drain()
	return r
}

// words is a response in words.
func words(r bot.Response) string {
	switch {
	case r.Reply != nil:
		return bottest.MessageText(*r.Reply)
	case r.Edit != nil:
		return bottest.MessageText(*r.Edit)
	case r.Form != nil:
		return "form: " + r.Form.Title
	}
	return ""
}

// invite makes somebody an organiser of the group in a channel.
func (w *world) invite(person, channel string) {
	w.t.Helper()
	w.say("maria", channel, "/group people")
	w.press("maria", "Add an organiser")
	w.submit("maria", map[string]string{"who?": person})
	w.press(person, "Accept")
}

// begin sets up a group in a channel and gives its identifier.
func (w *world) begin(channel string) string {
	w.t.Helper()
	w.say("maria", channel, "/group set up")
	w.submit("maria", nil)
	w.press("maria", "Start")
	g, ok, err := w.store.GroupIn(w.t.Context(), w.fake.ChannelID(channel))
	if err != nil || !ok {
		w.t.Fatalf("no group in #%s: %v", channel, err)
	}
	return g.ID
}

func (w *world) details(id string) group.Details {
	w.t.Helper()
	d, ok, err := w.store.Details(w.t.Context(), id)
	if err != nil || !ok {
		w.t.Fatalf("details: %v, %v", ok, err)
	}
	return d
}

// wants fails unless text has every part.
func wants(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s: no %q in\n%s", what, p, text)
		}
	}
}

// lacks fails if text has any part.
func lacks(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%s: %q in\n%s", what, p, text)
		}
	}
}

// answer has a member answer so many questions.
func (w *world) answer(id string, account bot.UserID, n int) {
	w.t.Helper()
	ctx, now, year := w.t.Context(), w.clock(), w.clock().AddDate(1, 0, 0)
	item := quizzes.Item{ID: "cbet-x", Domain: "cbet.safety", Stem: "Which?", Answer: []string{"a"},
		Options: []quizzes.Option{{ID: "a", Text: "This"}, {ID: "b", Text: "That"}}}
	version, snapshot := item.Version()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for range n {
		token := bot.NewID()
		_, err := w.store.PostNow(ctx, id, "", token, now)
		must(err)
		due, err := w.store.ClaimDue(ctx, now, time.Now(), time.Now().Add(time.Minute), 1)
		must(err)
		r := practice.Round{ID: token, Group: id, Track: w.details(id).First().ID, Item: item, ItemVersion: version, LocalDay: "2026-11-22", PlannedAt: now}
		must(w.store.PostRound(ctx, due[0], practice.Posting{Round: r, Snapshot: snapshot, Low: -1}, now))
		d := w.details(id)
		must(w.store.OpenRound(ctx, practice.Opening{Round: token, Plan: practice.Plan{Group: d.Group, Schedule: d.First().Schedule}, At: now, Closes: year, Latest: year}))
		_, err = w.store.Answer(ctx, practice.Answer{ID: token, Round: token, Group: id, Track: r.Track, Account: account, Item: item.ID,
			ItemVersion: version, Option: "a", Verdict: practice.Right, At: now, Interaction: token}, false)
		must(err)
	}
}
