package killtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot/store/storetest"
)

const (
	patient = 4 * time.Minute // the longest a loaded machine may take for what is done at once
	answers = 5 * time.Second // what the platforms give the program to answer
)

// kind is how the program runs.
type kind struct {
	engine   string
	copies   int
	overHTTP bool // platforms post to a balancer in front of the copies; else sockets
}

// world is a Slack and a Discord with study groups, some of them on both, and the
// program under fire.
type world struct {
	t    *testing.T
	kind kind
	seed uint64
	env  []string // of the program, beside what every one has

	dir, database string
	disk          *disk // that can be full; nil: there is none

	slack   *slacktest.Server
	discord *discordtest.Server
	towns   []*town
	bots    map[*slacktest.Person]bool // of all workspaces

	moving sync.Mutex
	shift  atomic.Int64 // nanoseconds that the machine's clock is ahead, and the platforms' with it
	extra  atomic.Int64 // and that the time of groups is ahead of that

	copies []*server
	turn   atomic.Int64 // of the balancer
	groups []*study
	places map[string]*place // by the channel's identifier
	board  *sights
	book   *book
	gaps   []span // while nobody ran
	began  time.Time
	rested time.Time // when everything was done that was due

	plan func(seed uint64, n int) life // of the n-th life

	ctx    context.Context // ends with the first fault of the program
	cancel context.CancelFunc
	once   sync.Once

	tally tally
}

// tally is what happened.
type tally struct {
	sync.Mutex
	atPoint                                                  map[string]int
	elsewhere, frozen, jumps, leaps, faults, full, own, wait int
	longest                                                  time.Duration // until all was there again
}

// span is a stretch of groups' time.
type span struct{ from, to time.Time }

// newWorld starts nothing yet. It begins on Monday, 4 January 2027, a while after
// midnight UTC.
func newWorld(t *testing.T, binary string, k kind, groups int, seed uint64, env ...string) *world {
	t.Helper()
	w := &world{
		t: t, kind: k, seed: seed, env: env, dir: folder(t), places: map[string]*place{}, board: newSights(), book: newBook(), plan: planLife,
		tally: tally{atPoint: map[string]int{}},
	}
	w.ctx, w.cancel = context.WithCancel(t.Context())
	w.extra.Store(int64(time.Until(time.Date(2027, 1, 4, 0, 40, 0, 0, time.UTC))))
	w.began = w.domain()
	w.platforms((groups + perTown - 1) / perTown)
	w.database = storetest.URL(t, k.engine)
	if k.engine == storetest.SQLite { // as durable as it is in earnest
		w.disk = mount(t)
		file := filepath.Join(w.dir, "study.db")
		if w.disk != nil {
			file = filepath.Join(w.disk.dir, "study.db")
		}
		w.database = "sqlite:" + file
	}
	for n := range k.copies {
		w.copies = append(w.copies, newServer(t, binary, w.dir, n, w.environment()))
	}
	w.setClocks()
	t.Cleanup(func() {
		w.cancel()
		for n, c := range w.copies {
			c.kill()
			if t.Failed() {
				t.Logf("seed %d; the end of the log of copy %d:\n%s", seed, n, tail(c.log.Name()))
			}
			c.log.Close()
		}
	})
	w.install()
	w.settle(groups)
	return w
}

// folder is where logs are: below the folder that STUDYHALL_KILL_DIR names, where
// they stay, or in one that goes away with the test.
func folder(t *testing.T) string {
	kept := os.Getenv("STUDYHALL_KILL_DIR")
	if kept == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(kept, strings.NewReplacer("/", "_", ",", "").Replace(t.Name())+"_")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// platforms makes the two platforms. Limits are lifted, or a life that is a
// thousand times as fast would wait for them; 429s come as faults. Discord forgets
// a nonce before a lease is over, or it would hide what the program gets wrong; but not
// within one request, which the adapter repeats because of the nonce.
func (w *world) platforms(towns int) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: w.dial}}
	s := slacktest.Options{TCP: true, Now: w.now, Patience: answers, Limits: slacktest.Unlimited(), Seed: w.seed, HTTP: client}
	d := discordtest.Options{
		TCP: true, Now: w.now, Patience: answers, Limits: discordtest.Unlimited(), Global: 1_000_000, Invalid: 10_000_000,
		OldEdits: 1_000_000, Identifies: 1_000_000, Conversations: 1_000_000, IdentifyGap: time.Nanosecond, NonceWindow: request + time.Second, Schema: "-", HTTP: client,
	}
	if w.kind.overHTTP {
		const at = "http://" + site + "/slack/"
		s.Requests = slacktest.Requests{Events: at + "events", Commands: at + "commands", Interactions: at + "interactions"}
		d.Interactions = "http://" + site + "/discord/interactions"
	}
	w.slack, w.discord = slacktest.New(w.t, s), discordtest.New(w.t, d)
	for n := range towns {
		w.towns = append(w.towns, w.town(n))
	}
}

// environment is what every copy of the program is told.
func (w *world) environment() []string {
	env := append([]string{
		timing(), "STUDYHALL_TAKEOVER=" + takeover.String(), "DATABASE_URL=" + w.database,
		"DISCORD_TOKEN=" + w.discord.Token(), "DISCORD_API_URL=" + w.discord.URL(), "SLACK_BOT_TOKEN=" + w.towns[0].work.Token(), "SLACK_API_URL=" + w.slack.URL(),
	}, w.env...)
	if len(w.towns) > 1 {
		env = append(env, "SLACK_CLIENT_ID="+w.slack.ClientID(), "SLACK_CLIENT_SECRET="+w.slack.ClientSecret(), "SECRET_KEY="+strings.Repeat("key", 16))
	}
	if env = append(env, "PUBLIC_URL=https://"+site); w.kind.overHTTP {
		return append(env, "DISCORD_PUBLIC_KEY="+w.discord.PublicKey(), "SLACK_SIGNING_SECRET="+w.slack.SigningSecret())
	}
	return append(env, "SLACK_APP_TOKEN="+w.slack.AppToken())
}

// now is what the clocks of the machine and of the platforms show, and domain the
// time of groups.
func (w *world) now() time.Time    { return time.Now().Add(time.Duration(w.shift.Load())) }
func (w *world) domain() time.Time { return w.now().Add(time.Duration(w.extra.Load())) }

// moveDomain lets groups' time go on to an instant.
func (w *world) moveDomain(to time.Time) {
	w.moving.Lock()
	w.extra.Store(int64(to.Sub(w.now())))
	w.moving.Unlock()
	w.setClocks()
}

// moveMachine moves everybody's clocks, and not the time of groups: what somebody
// with a wrong clock holds until later is free then.
func (w *world) moveMachine(by time.Duration) {
	w.moving.Lock()
	w.shift.Add(int64(by))
	w.extra.Add(-int64(by))
	w.moving.Unlock()
	w.setClocks()
}

func (w *world) setClocks() {
	for _, c := range w.copies {
		w.setClock(c)
	}
}

func (w *world) setClock(c *server) {
	w.moving.Lock()
	defer w.moving.Unlock()
	if err := c.setClock(time.Duration(w.shift.Load()), time.Duration(w.extra.Load())); err != nil {
		w.fail("move a clock: %v", err)
	}
}

// dial is the balancer: it reaches the copies one after another, whichever listen.
func (w *world) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	for range w.copies {
		at := w.copies[int(w.turn.Add(1))%len(w.copies)].where()
		if at == "" {
			continue
		}
		if c, err := (&net.Dialer{}).DialContext(ctx, network, at); err == nil {
			return c, nil
		}
	}
	return nil, errors.New("no copy of the program listens")
}

// fail ends the run. It may be called from anywhere.
func (w *world) fail(format string, args ...any) {
	w.once.Do(func() {
		w.t.Errorf(format, args...)
		w.cancel()
	})
}

// count changes the tally.
func (w *world) count(do func(*tally)) {
	w.tally.Lock()
	defer w.tally.Unlock()
	do(&w.tally)
}

// live has one copy live and die as planned.
func (w *world) live(c *server, p life) {
	c.setSkew(p.skew)
	w.setClock(c)
	if err := c.start(p.killAt()); err != nil {
		w.fail("start: %v", err)
		return
	}
	if p.jump != 0 {
		w.jump(c, p)
	}
	moment := p.after
	if p.point != "" {
		moment = p.fuse
	}
	stopped := false
	for end := time.Now().Add(moment); c.alive() && w.ctx.Err() == nil && time.Now().Before(end) && !stopped; {
		select {
		case <-c.dead:
		case <-time.After(20 * time.Millisecond):
			stopped = p.stop && p.point != "" && c.frozen()
		}
	}
	reached := !c.alive()
	if p.stop && c.alive() {
		c.signal(syscall.SIGSTOP)
		w.pause(lease + grace + time.Second)
		c.signal(syscall.SIGCONT)
		w.count(func(t *tally) { t.frozen++ })
		reached = stopped
		w.pause(p.after)
	}
	c.kill()
	if err := c.died(); err != nil {
		if w.disk == nil || !w.disk.wasFull() { // that no program can start on
			w.fail("%v", err)
		}
		w.count(func(t *tally) { t.own++ })
		return
	}
	w.count(func(t *tally) {
		if reached {
			t.atPoint[p.point]++
		} else {
			t.elsewhere++
		}
	})
}

// jump has a copy's clock be wrong for a second.
func (w *world) jump(c *server, p life) {
	w.pause(p.after)
	c.setSkew(p.skew + p.jump)
	w.setClock(c)
	w.pause(time.Second)
	c.setSkew(p.skew)
	w.setClock(c)
	w.count(func(t *tally) { t.jumps++ })
}

// pause waits, no longer than the run lasts.
func (w *world) pause(d time.Duration) {
	select {
	case <-w.ctx.Done():
	case <-time.After(d):
	}
}

// connected reports whether the program would hear of a press there.
func (w *world) connected(p *place) bool {
	if w.kind.overHTTP {
		for _, c := range w.copies {
			if c.where() != "" {
				return true
			}
		}
		return false
	}
	if p.slack != nil {
		return w.slack.Connected()
	}
	return w.discord.Connected()
}

// up starts every copy for as long as it is let, with right clocks.
func (w *world) up() {
	for _, c := range w.copies {
		c.setSkew(0)
		w.setClock(c)
		if err := c.start(""); err != nil || !c.alive() {
			w.fail("start: %v, alive: %t; the log ends\n%s", err, c.alive(), tail(c.log.Name()))
		}
	}
}

// down kills every copy.
func (w *world) down() {
	for _, c := range w.copies {
		c.kill()
		if err := c.died(); err != nil {
			w.fail("%v", err)
		}
	}
}

// await waits until something holds of the world, and fails with what is missing.
func (w *world) await(most time.Duration, missing func() []string) time.Duration {
	began := time.Now()
	for w.ctx.Err() == nil {
		left := missing()
		if len(left) == 0 {
			return time.Since(began)
		}
		if time.Since(began) > most {
			w.fail("after %s: %d things are missing: %v", most, len(left), left[:min(len(left), 8)])
		}
		w.pause(50 * time.Millisecond)
	}
	return 0
}

// reach waits until the program hears of what people do.
func (w *world) reach() {
	w.await(patient, func() []string {
		var all []string
		if w.kind.overHTTP {
			if err := w.slack.Verify(); err != nil {
				all = append(all, fmt.Sprint("Slack: ", err))
			}
			if err := w.discord.Ping(); err != nil {
				all = append(all, fmt.Sprint("Discord: ", err))
			}
			return all
		}
		if !w.slack.Connected() || !w.discord.Connected() {
			all = append(all, "a connection")
		}
		return all
	})
}
