package schedule_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest"
)

// world is one database and one platform, on which copies of the engine run, in
// a bubble with a clock of its own. It is also the feature whose things fall
// due: a due thing of kind "note" posts a delivery of that kind to the channel
// named in its subject ("channel/what"), and its text is what [world.write] says.
type world struct {
	t    *testing.T
	url  string
	db   *sql.DB // the feature's own way to the database
	fake *platform
	bot  *bot.Bot
	skew atomic.Int64 // domain time minus real time, in nanoseconds

	mu    sync.Mutex
	texts map[string]string // by delivery's reference
	fired []string          // subjects, in order of being taken
	tries map[string]int    // calls of Fire by subject
	fails map[string]error  // what Fire gives for a subject
}

// bubble runs a test on a world of each engine.
func bubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, url)) })
	})
}

// onSQLite is bubble for tests of what has nothing to do with the database.
func onSQLite(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	url := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	storetest.OpenURL(t, url, store.Options{}) // migrates
	w := &world{t: t, url: url, texts: map[string]string{}, tries: map[string]int{}, fails: map[string]error{}}
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)"
	}
	var err error
	if w.db, err = sql.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	w.db.SetMaxOpenConns(1)
	t.Cleanup(func() { w.db.Close() })
	w.fake = &platform{Fake: bottest.NewFake(w.now)}
	w.bot = bot.New(quiet())
	w.bot.Add(w.fake)
	w.exec(`INSERT INTO groups (id, name, zone, state, stays_open, created_at) VALUES ('g', 'G', 'UTC', 'running', 'next', 1)`)
	return w
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.skew.Load())) }

// copy is one more copy of the program on the same database and platform.
func (w *world) copy(changes ...func(c *schedule.Config)) *schedule.Engine {
	w.t.Helper()
	c := schedule.Config{
		Log: quiet(), Store: storetest.OpenURL(w.t, w.url, store.Options{}), Platform: w.bot,
		Adapters: []string{"fake"}, Now: w.now, Real: time.Now, Timing: schedule.DefaultTiming(),
	}
	for _, change := range changes {
		change(&c)
	}
	e := schedule.NewEngine(c)
	e.Register(schedule.Kind{Name: "note", Fire: w.fire, Render: w.render})
	return e
}

// run runs an engine until the returned function, or the test, ends it.
func (w *world) run(e *schedule.Engine) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	stop = func() { cancel(); running.Wait() }
	w.t.Cleanup(stop)
	return stop
}

func (w *world) drain(e *schedule.Engine) {
	w.t.Helper()
	if err := e.Drain(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// fire is the feature: it takes the due thing and owes what follows from it, in
// one transaction.
func (w *world) fire(ctx context.Context, d schedule.Due) error {
	w.mu.Lock()
	w.tries[d.Subject]++
	err := w.fails[d.Subject]
	w.mu.Unlock()
	if errors.Is(err, errPanic) {
		panic("the feature has a fault")
	}
	if err != nil {
		return err
	}
	return w.take(ctx, d, "done", w.note(d, d.At))
}

var errPanic = errors.New("panic instead")

// note is the delivery that follows from a due thing.
func (w *world) note(d schedule.Due, at time.Time) schedule.Delivery {
	channel, _, _ := strings.Cut(d.Subject, "/")
	key := strings.ReplaceAll(d.Subject, "/", "-") + "-" + d.Occurrence
	return schedule.Delivery{Key: key[:min(len(key), 25)], Kind: "note", Ref: d.Subject, Group: "g", Target: "fake:" + channel, Rank: d.Rank, At: at}
}

// take ends a due thing with what follows from it; [schedule.ErrTaken] if it
// isn't waiting any more.
func (w *world) take(ctx context.Context, d schedule.Due, state string, follows ...any) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	result, err := tx.ExecContext(ctx, `UPDATE due SET state = $4 WHERE kind = $1 AND subject = $2 AND occurrence = $3 AND state = 'waiting'`,
		d.Kind, d.Subject, d.Occurrence, state)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, schedule.ErrTaken)
	}
	for _, f := range follows {
		if err := insert(ctx, tx, f); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fired = append(w.fired, d.Subject)
	return nil
}

type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// insert plans a due thing or owes a delivery.
func insert(ctx context.Context, db executor, row any) error {
	milli := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.UnixMilli()
	}
	var err error
	switch d := row.(type) {
	case schedule.Due:
		_, err = db.ExecContext(ctx, `INSERT INTO due (kind, subject, occurrence, lane, rank, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			d.Kind, d.Subject, d.Occurrence, d.Lane, d.Rank, milli(d.At), milli(d.Until))
	case schedule.Delivery:
		_, err = db.ExecContext(ctx, `INSERT INTO deliveries (id, kind, ref, group_id, adapter, target, person, rank, at, until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			d.Key, d.Kind, d.Ref, d.Group, d.Adapter(), d.Target, d.Person, d.Rank, milli(d.At), milli(d.Until))
	default:
		err = fmt.Errorf("%T is neither", row)
	}
	return err
}

// plan makes notes due: of a lane each unless they name one.
func (w *world) plan(due ...schedule.Due) {
	w.t.Helper()
	for _, d := range due {
		d.Kind = cmpOr(d.Kind, "note")
		d.Occurrence = cmpOr(d.Occurrence, "x")
		d.Lane = cmpOr(d.Lane, d.Subject)
		if d.At.IsZero() {
			d.At = w.now()
		}
		if err := insert(w.t.Context(), w.db, d); err != nil {
			w.t.Fatal(err)
		}
	}
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// owe owes a note to a channel or, by "@ann", a person.
func (w *world) owe(key, channel string, changes ...func(d *schedule.Delivery)) {
	w.t.Helper()
	d := schedule.Delivery{Key: key, Kind: "note", Ref: key, Group: "g", Target: "fake:" + channel, At: w.now()}
	if person, ok := strings.CutPrefix(channel, "@"); ok {
		d.Target, d.Person = "fake:"+person, true
	}
	for _, change := range changes {
		change(&d)
	}
	if err := insert(w.t.Context(), w.db, d); err != nil {
		w.t.Fatal(err)
	}
}

// write changes what the posts of a reference should show, at an instant.
func (w *world) write(ref, text string, at time.Time) {
	w.t.Helper()
	w.mu.Lock()
	w.texts[ref] = text
	w.mu.Unlock()
	w.exec(`UPDATE deliveries SET wanted = wanted + 1, edit_at = $2 WHERE ref = $1`, ref, at.UnixMilli())
}

func (w *world) render(_ context.Context, d schedule.Delivery) (bot.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bot.Message{Text: bot.Text(cmpOr(w.texts[d.Ref], d.Ref))}, nil
}

func (w *world) exec(text string, args ...any) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), text, args...); err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
}

// ask reads one row of one or more columns, as text with spaces between.
func (w *world) ask(text string, args ...any) string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), text, args...)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]string, len(columns))
		to := make([]any, len(columns))
		for i := range cells {
			to[i] = &cells[i]
		}
		if err := rows.Scan(to...); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}

// taken is the subjects of due things that were done, in order.
func (w *world) taken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.fired)
}

// tried is how often a due thing was begun.
func (w *world) tried(subject string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tries[subject]
}

// fail makes a due thing fail from now on; nil ends that.
func (w *world) fail(subject string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails[subject] = err
}

// state is a delivery's.
func (w *world) state(key string) string {
	w.t.Helper()
	return w.ask(`SELECT state FROM deliveries WHERE id = $1`, key)
}

func (w *world) wantState(key, want string) {
	w.t.Helper()
	if got := w.state(key); got != want {
		w.t.Errorf("delivery %s is %s (%s), want %s", key, got, w.ask(`SELECT reason FROM deliveries WHERE id = $1`, key), want)
	}
}

// shown is what stands in a channel now, oldest first.
func (w *world) shown(channel string) []string {
	var texts []string
	for _, r := range w.fake.Messages() {
		if r.Channel == bot.ChannelID("fake:"+channel) && !r.Deleted {
			texts = append(texts, r.Text())
		}
	}
	return texts
}

func (w *world) wantShown(channel string, want ...string) {
	w.t.Helper()
	if got := w.shown(channel); !slices.Equal(got, want) {
		w.t.Errorf("#%s shows %q, want %q", channel, got, want)
	}
}

// recorded checks that the one message with a key is the one on record.
func (w *world) recorded(key string) {
	w.t.Helper()
	found := w.fake.WithKey(key)
	if len(found) != 1 {
		w.t.Errorf("%d messages with key %s at rest, want 1", len(found), key)
		return
	}
	if got := w.ask(`SELECT message FROM deliveries WHERE id = $1`, key); got != string(found[0].ID) {
		w.t.Errorf("message %q is on record for %s, but %q is there", got, key, found[0].ID)
	}
}

// brokenStore gives no due things while it is down.
type brokenStore struct {
	schedule.Store
	down  atomic.Bool
	asked atomic.Int64
}

func (s *brokenStore) ClaimDue(ctx context.Context, now, real, lease time.Time, n int) ([]schedule.Due, error) {
	if s.down.Load() {
		s.asked.Add(1)
		return nil, errors.New("the database is down")
	}
	return s.Store.ClaimDue(ctx, now, real, lease, n)
}

// noChecks never looks again for a second copy.
type noChecks struct{ schedule.Store }

func (noChecks) ClaimChecks(context.Context, string, time.Time, time.Time, int) ([]schedule.Delivery, error) {
	return nil, nil
}
