package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/web"
	"studyhall/quizzes"
)

// crashPoints is where the program dies in the simulation, and how likely each
// time it passes there, in percent.
func crashPoints() map[string]int {
	return map[string]int{
		"due/claimed": 6, "due/fired": 6,
		"deliver/claimed": 8, "deliver/send": 8, "deliver/sent": 10, "deliver/marked": 8,
		"deliver/reconciled": 30, "deliver/found": 80,
		"edit/claimed": 4, "edit/send": 4, "edit/sent": 4, "edit/marked": 4,
		"pin/claimed": 4, "pin/send": 4, "pin/sent": 6, "pin/marked": 4,
	}
}

// simulation is the whole program over a SQLite file and a platform that both
// outlive it, for months of virtual time, with people who answer. It keeps its
// own books of what people were promised.
type simulation struct {
	t        *testing.T
	database string
	db       *sql.DB // beside the program, to look
	fake     *bottest.Fake
	lie      string // what the platform gets wrong, in controls
	calm     bool   // nothing goes wrong, and nobody answers

	catalogue cert.Catalogue
	library   *practice.Library
	start     time.Time
	groups    []simGroup
	app       *App
	life      *life

	mu        sync.Mutex
	chance    *rand.Rand
	crashes   map[string]int
	ids       int
	confirmed map[string]map[string]bool // by round and person: answered right
}

// simGroup is a group with a daily question and six people.
type simGroup struct {
	schedule schedule.Recurring
	channel  bot.ChannelID
	zone     *time.Location
}

// life is one incarnation of the program.
type life struct {
	dead   atomic.Bool
	died   chan struct{} // closed at its death
	buried chan struct{} // closed when its store is
}

// trace kills the program at a point, by chance. What runs into a point after
// its death goes no further until the store is closed, so that nothing later
// is on record.
func (s *simulation) trace(l *life) func(string) {
	return func(point string) {
		if !s.calm && s.happens(crashPoints()[point]) && l.dead.CompareAndSwap(false, true) {
			s.mu.Lock()
			s.crashes[point]++
			s.mu.Unlock()
			close(l.died)
		}
		if l.dead.Load() {
			<-l.buried
		}
	}
}

// happens is true so many times of a hundred.
func (s *simulation) happens(percent int) bool { return s.below(100) < percent }

func (s *simulation) below(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chance.IntN(n)
}

func (s *simulation) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return fmt.Sprintf("id%d", s.ids)
}

// mortal is the platform as one incarnation reaches it: nothing from the dead
// arrives.
type mortal struct {
	*bottest.Fake
	s    *simulation
	life *life
}

var errDead = errors.New("the program is dead")

func (m mortal) Send(ctx context.Context, ch bot.ChannelID, msg bot.Message) (bot.MessageID, error) {
	if m.life.dead.Load() {
		return "", errDead
	}
	if m.s.lie == "swallow a post" && m.s.happens(20) {
		return bot.MessageID(string(ch) + "/swallowed"), nil
	}
	return m.Fake.Send(ctx, ch, msg)
}

func (m mortal) Edit(ctx context.Context, id bot.MessageID, msg bot.Message) error {
	if m.life.dead.Load() {
		return errDead
	}
	if m.s.lie == "swallow an edit" && m.s.happens(60) {
		return nil
	}
	return m.Fake.Edit(ctx, id, msg)
}

func (m mortal) Delete(ctx context.Context, id bot.MessageID) error {
	if m.life.dead.Load() {
		return errDead
	}
	return m.Fake.Delete(ctx, id)
}

func (m mortal) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	if m.life.dead.Load() {
		return errDead
	}
	if m.s.lie == "swallow a pin" && m.s.happens(50) {
		return nil
	}
	return m.Fake.Pin(ctx, id, pinned)
}

func (m mortal) Direct(ctx context.Context, user bot.UserID) (bot.ChannelID, error) {
	if m.life.dead.Load() {
		return "", errDead
	}
	return m.Fake.Direct(ctx, user)
}

func (m mortal) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	if m.life.dead.Load() {
		return nil, errDead
	}
	if m.s.lie == "find nothing" {
		return nil, nil
	}
	return m.Fake.Find(ctx, ch, key, since)
}

// trouble is what platforms do: lose answers, limit, and take their time.
func (s *simulation) trouble(ctx context.Context, c bottest.Call) bottest.Fault {
	if s.calm || !slices.Contains([]bottest.Kind{bottest.Post, bottest.Edit, bottest.Pin, bottest.Unpin}, c.Op) {
		return bottest.Fault{}
	}
	hidden := time.Duration(s.below(9)) * time.Second
	switch n := s.below(100); {
	case n < 3:
		return bottest.Fault{After: errors.New("connection cut"), Hide: hidden}
	case n < 5:
		return bottest.Fault{Before: errors.New("connection cut")}
	case n < 7:
		return bottest.Fault{Before: &bot.DeliveryError{Kind: bot.Limited, After: 5 * time.Second, Cause: "Too many."}}
	case n < 10:
		select {
		case <-time.After(time.Duration(s.below(9)) * time.Second):
		case <-ctx.Done():
		}
	}
	return bottest.Fault{Hide: hidden}
}

// newSimulation starts groups in zones; call it inside a bubble.
func newSimulation(t *testing.T, seed uint64, lie string, zones ...string) *simulation {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.db")
	s := &simulation{
		t: t, database: "sqlite:" + path, lie: lie, chance: rand.New(rand.NewPCG(seed, 1)),
		crashes: map[string]int{}, confirmed: map[string]map[string]bool{},
	}
	var err error
	if s.catalogue, err = cert.Load(); err != nil {
		t.Fatal(err)
	}
	banks, err := quizzes.LoadTrusted(quizzes.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	s.library = practice.NewLibrary(banks)
	// A month before most clock changes of spring or autumn, wherever that is.
	time.Sleep(time.Until(time.Date(2026, 9, 5, 3, 0, 0, 0, time.UTC)))
	s.start = time.Now()
	s.fake = bottest.NewFake(time.Now)
	s.fake.Hook(s.trouble)
	s.born()
	t.Cleanup(func() { s.app.Close() })
	if s.db, err = sql.Open("sqlite", "file:"+path+"?mode=rw&_pragma=busy_timeout(10000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	for n, zone := range zones {
		s.found(n, zone)
	}
	return s
}

// born starts the program as [New] does, with what never changes read already.
func (s *simulation) born() {
	s.t.Helper()
	l := &life{died: make(chan struct{}), buried: make(chan struct{})}
	o := Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Timing: schedule.DefaultTiming(), Real: time.Now, NewID: s.newID,
		Trace:    s.trace(l),
		Adapters: func(bot.Shelf, *Clock) ([]bot.Adapter, error) { return []bot.Adapter{mortal{s.fake, s, l}}, nil },
	}
	a := &App{log: o.Log, Bot: bot.New(o.Log), Clock: realClock(o.Real), Metrics: web.NewMetrics(o.Version)}
	var err error
	if a.Store, err = store.Open(s.t.Context(), o.Log, s.database, store.Options{Real: o.Real, Unsafe: true}); err != nil {
		s.t.Fatal(err)
	}
	if err := a.connect(o); err != nil {
		s.t.Fatal(err)
	}
	a.features(o, s.catalogue, s.library)
	s.app, s.life = a, l
}

// die ends the program where it stands.
func (s *simulation) die() {
	s.life.dead.Store(true)
	if err := s.app.Close(); err != nil {
		s.t.Error(err)
	}
	close(s.life.buried)
}

// found starts a group with a question at 7:00, or where its zone is stranger
// in the hour that clocks jump over.
func (s *simulation) found(n int, zone string) {
	s.t.Helper()
	loc, err := schedule.LoadZone(zone)
	if err != nil {
		s.t.Fatal(err)
	}
	expr := map[string]string{"Pacific/Chatham": "0 3 * * *", "America/Santiago": "30 0 * * *"}[zone]
	if expr == "" {
		expr = "0 7 * * *"
	}
	id, channel := fmt.Sprint("g", n), s.fake.ChannelID(fmt.Sprint("channel", n))
	c := s.catalogue.Certifications[0]
	setup := group.Setup{
		ID: id, User: s.fake.UserID("maria"), Name: "Maria", Space: s.fake.Space(), Channel: channel, GroupName: id,
		Certification: c.ID, Outline: c.Current(time.Now()).ID, Expr: expr, Zone: zone, StaysOpen: group.UntilNext, CreatedAt: time.Now(),
	}
	outcome, err := s.app.Store.StartGroup(s.t.Context(), group.Start{
		Setup: setup, Member: s.newID(), Track: s.newID(), Schedule: s.newID(), Now: time.Now(),
		Welcome: schedule.Delivery{Key: s.newID(), Kind: "welcome", Ref: id, Group: id, Target: string(channel), At: time.Now()},
	})
	if err != nil || outcome != group.Started {
		s.t.Fatalf("group not started: %v, %v", outcome, err)
	}
	if err := s.app.Store.ChangeHabits(s.t.Context(), id, func(h *group.Habits) { h.Pin = true }, time.Now()); err != nil {
		s.t.Fatal(err)
	}
	s.groups = append(s.groups, simGroup{setup.Recurring("", id, ""), channel, loc})
}

// drain works until nothing is left to do or the program dies; then it starts
// again after a while.
func (s *simulation) drain() {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.app.Engine.Drain(s.t.Context()) }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Error(err)
		}
	case <-s.life.died:
		s.die()
		<-done
		s.rebirth()
	}
}

// rebirth starts the dead program, mostly soon and sometimes after hours.
func (s *simulation) rebirth() {
	down := time.Duration(s.below(4000)) * time.Millisecond
	if s.happens(5) {
		down = time.Duration(s.below(300)) * time.Minute
	}
	time.Sleep(down)
	s.born()
}

// run plays days of virtual time.
func (s *simulation) run(days int) {
	s.t.Helper()
	end := s.start.AddDate(0, 0, days)
	people := time.Now()
	for time.Now().Before(end) {
		s.drain()
		if now := time.Now(); !s.calm && !now.Before(people) {
			people = now.Add(time.Duration(200+s.below(200)) * time.Minute)
			s.answer()
		}
		time.Sleep(time.Until(s.next(slices.MinFunc([]time.Time{people, end}, time.Time.Compare))))
	}
	s.calm = true
	for range 20 { // whatever waits for a retry or another look
		s.drain()
		time.Sleep(30 * time.Second)
	}
}

// next is when the program has something to do again, at the latest when told.
func (s *simulation) next(latest time.Time) time.Time {
	s.t.Helper()
	var at sql.NullInt64
	err := s.db.QueryRowContext(s.t.Context(), `SELECT MIN(t) FROM (
		SELECT MIN(MAX(at, run_at)) AS t FROM due WHERE state = 'waiting'
		UNION ALL SELECT MIN(run_at) FROM deliveries WHERE state = 'waiting'
		UNION ALL SELECT MIN(MAX(edit_at, edit_run)) FROM deliveries WHERE state = 'sent' AND shown < wanted
		UNION ALL SELECT MIN(pin_run) FROM deliveries WHERE state = 'sent' AND pin_shown <> pin_wanted
		UNION ALL SELECT MIN(check_at) FROM deliveries WHERE check_at > 0)`).Scan(&at)
	if err != nil {
		s.t.Fatal(err)
	}
	next := latest
	if t := time.UnixMilli(at.Int64); at.Valid && t.Before(next) {
		next = t
	}
	if soon := time.Now().Add(500 * time.Millisecond); next.Before(soon) {
		return soon
	}
	return next
}

// press is one person's answer to a question.
type press struct {
	person, round, option string
	message               bot.MessageID
	channel               bot.ChannelID
}

// answer lets about half the people answer what is open to them, at once. The
// program may die meanwhile; who got no answer presses again when it is back.
func (s *simulation) answer() {
	s.t.Helper()
	var presses []press
	for _, p := range s.posts() {
		for n := range 6 {
			person := fmt.Sprintf("%sp%d", channelName(p.channel), n)
			if _, done := s.confirmed[p.round][person]; len(p.options) > 0 && !done && s.happens(50) {
				option := p.options[spread(p.round+person)%len(p.options)]
				presses = append(presses, press{person, p.round, option, p.id, p.channel})
			}
		}
	}
	for len(presses) > 0 {
		killer := len(presses)
		if s.happens(5) {
			killer = s.below(len(presses))
		}
		left := make([]bool, len(presses))
		var pressing sync.WaitGroup
		for n, p := range presses {
			pressing.Go(func() {
				left[n] = !s.press(p, p.option)
				if n == killer && s.life.dead.CompareAndSwap(false, true) {
					s.app.Close()
				}
			})
		}
		pressing.Wait()
		var again []press
		for n, p := range presses {
			if left[n] {
				again = append(again, p)
			}
		}
		if s.life.dead.Load() {
			s.die()
			s.crashes["a press"]++
			s.born()
		} else if len(again) > 0 {
			s.t.Fatalf("%d of %d presses got no answer from a living program", len(again), len(presses))
		}
		presses = again
	}
}

// press presses a button and reports whether the person was told the result.
// Some press another one as well, which must not count.
func (s *simulation) press(p press, option string) bool {
	r := s.app.Bot.Handle(s.t.Context(), bot.Interaction{
		ID: s.newID(), User: s.fake.UserID(p.person), Space: s.fake.Space(), Name: p.person,
		Channel: p.channel, Message: p.message, Action: "answer/" + p.round + "/" + option,
	})
	if s.life.dead.Load() || r.Reply == nil {
		return false
	}
	text := bottest.MessageText(*r.Reply)
	if strings.HasPrefix(text, "This question is closed") {
		return true // the program was down when it should have shown that
	}
	right := strings.HasPrefix(text, "Right.")
	if !right && !strings.HasPrefix(text, "The answer is") {
		return false
	}
	s.mu.Lock()
	if s.confirmed[p.round] == nil {
		s.confirmed[p.round] = map[string]bool{}
	}
	before, told := s.confirmed[p.round][p.person]
	s.confirmed[p.round][p.person] = right
	s.mu.Unlock()
	if told && before != right {
		s.t.Errorf("%s was told right=%t and then right=%t", p.person, before, right)
	}
	if !told && s.happens(10) {
		s.press(p, map[bool]string{true: "b", false: "a"}[option == "a"])
	}
	if s.lie == "forget an answer" && s.happens(50) {
		if _, err := s.db.ExecContext(s.t.Context(), `DELETE FROM answers WHERE round_id = $1 AND member_id =
			(SELECT member_id FROM accounts WHERE id = $2)`, p.round, string(s.fake.UserID(p.person))); err != nil {
			s.t.Error(err)
		}
	}
	return true
}

// spread is a number that a text always gives.
func spread(text string) int {
	h := fnv.New32a()
	io.WriteString(h, text)
	return int(h.Sum32() >> 8)
}

func channelName(ch bot.ChannelID) string { return strings.TrimPrefix(string(ch), "fake:") }
