package killtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/schedule"
	"studyhall/bot/store/storetest"
)

// What schedule.DefaultTiming gives an attempt, and what the gateway's lease lasts.
const (
	attempt = 80 * time.Second // until another may post what this one had in hand: lease and grace
	patient = 60 * time.Second // the longest a loaded machine may take for what is done at once
)

// TestServeKills kills serve on a Discord in memory STUDYHALL_KILLS times
// (default 2) on each engine, and a quarter as often over HTTP, at named and
// random points, while five people answer in three channels. Days go by while
// the program is dead, or minutes, or nothing at all. Afterwards what stands in
// the channels is compared with the schedule and with what people were told.
// STUDYHALL_KILL_SEED replays the same choices.
func TestServeKills(t *testing.T) {
	kills, seed := int(number(t, "STUDYHALL_KILLS", 2)), uint64(number(t, "STUDYHALL_KILL_SEED", time.Now().Unix()))
	binary := build(t)
	for n, test := range []struct {
		name, engine string
		overHTTP     bool
		kills        int
	}{
		{"gateway on sqlite", storetest.SQLite, false, kills},
		{"gateway on postgres", storetest.Postgres, false, kills},
		{"http on sqlite", storetest.SQLite, true, max(kills/4, 1)},
		{"http on postgres", storetest.Postgres, true, max(kills/4, 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, binary, test.engine, test.overHTTP, seed+uint64(n))
			w.run(test.kills)
		})
	}
}

// town is a server on Discord with three study groups, and serve under fire.
type town struct {
	*server
	t         *testing.T
	d         *discordtest.Server
	ahead     atomic.Int64 // nanoseconds that everybody's clock is ahead of the machine's
	overHTTP  bool
	chance    *rand.Rand
	zone      *time.Location
	began     time.Time
	places    []*discordtest.Channel
	people    []*discordtest.Person
	pressed   []pressed
	calmest   time.Duration // the longest that it took until all was there again
	elsewhere int
	atPoint   map[string]int
}

// now is what everybody's clock shows.
func (w *town) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// newTown starts nothing yet. It begins on Monday, 4 January 2027, before the
// first question of the day.
func newTown(t *testing.T, binary, engine string, overHTTP bool, seed uint64) *town {
	t.Helper()
	dir := t.TempDir()
	log, err := os.Create(filepath.Join(dir, "program.log"))
	if err != nil {
		t.Fatal(err)
	}
	zone, err := schedule.LoadZone("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{
		t: t, overHTTP: overHTTP, chance: rand.New(rand.NewPCG(seed, 2)), zone: zone, atPoint: map[string]int{},
		server: &server{t: t, binary: binary, dir: dir, log: log},
	}
	w.ahead.Store(int64(time.Until(time.Date(2027, 1, 4, 5, 0, 0, 0, zone))))
	o := discordtest.Options{TCP: true, Now: w.now}
	if overHTTP {
		o.Interactions = "http://studyhall.test/discord/interactions"
		o.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: w.dial}}
	}
	w.d = discordtest.New(t, o)
	// Discord has done what it was asked a while before it says so.
	for _, r := range []discordtest.Route{discordtest.CreateMessage, discordtest.EditMessage, discordtest.Callback} {
		w.d.Inject(-1, r, discordtest.DelayAfter(60*time.Millisecond))
	}
	database := storetest.URL(t, engine)
	if engine == storetest.SQLite {
		database = "sqlite:" + filepath.Join(dir, "study.db") // as durable as it is in earnest
	}
	w.env = []string{"DISCORD_TOKEN=" + w.d.Token(), "DISCORD_API_URL=" + w.d.URL(), "DATABASE_URL=" + database}
	if overHTTP {
		w.env = append(w.env, "DISCORD_PUBLIC_KEY="+w.d.PublicKey(), "PUBLIC_URL=http://studyhall.test")
	}
	t.Cleanup(func() {
		if w.alive() {
			w.kill()
		}
		if t.Failed() {
			t.Logf("seed %d; the end of the program's log:\n%s", seed, tail(log.Name()))
		}
		log.Close()
	})
	return w
}

// dial reaches the program wherever it listens now.
func (w *town) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, w.where())
}

// run kills the program so many times.
func (w *town) run(kills int) {
	w.setUp()
	point := ""
	for n := range kills {
		fresh := w.leap(point)
		killAt := ""
		if next := afterDoubt[point]; next != "" && w.chance.IntN(2) == 0 {
			point, killAt = next, next+":1"
		} else if point = ""; n%4 != 3 {
			first := 0
			if !fresh { // then nothing is posted, but cards change with the answers
				first = slices.Index(points, "edit/claimed")
			}
			point = points[first+w.chance.IntN(len(points)-first)]
			killAt = fmt.Sprintf("%s:%d", point, 1+w.chance.IntN(3))
		}
		w.live(point, killAt)
		if n%10 == 9 {
			w.calm()
		}
	}
	if kills >= 50 {
		w.atOnce()
	}
	w.calm()
	w.t.Logf("kills at named points %v, at other moments %d; all was there at most %s after a start",
		w.atPoint, w.elsewhere, w.calmest.Round(time.Millisecond))
	w.check()
}

// leap lets time go by while the program is dead: to the next question's
// instant, or just past it, once all questions so far are there; so long that
// nobody holds anything any more; longer than Discord knows a nonce; or not at
// all. It reports whether there is something to post then.
func (w *town) leap(point string) bool {
	by := func(least, most time.Duration) {
		w.ahead.Add(int64(least + time.Duration(w.chance.Int64N(int64(most-least)))))
	}
	roll := w.chance.IntN(10)
	next := w.next().Sub(w.now())
	switch doubt := afterDoubt[point] != ""; {
	case !doubt && roll < 7 && len(w.missing()) == 0:
		if roll < 4 {
			by(next-2*time.Second, next-500*time.Millisecond) // it falls due while the program runs
		} else {
			by(next+time.Minute, next+3*time.Hour) // the program was down then
		}
		return true
	case next < 2*time.Hour: // the next question would take the place of one that is missing
	case roll < 6:
		by(attempt, attempt+time.Minute)
	case roll < 9:
		by(4*time.Minute, 15*time.Minute)
	}
	return len(w.missing()) > 0
}

// live runs the program until it dies at the point, or is killed. Who sees an
// open question answers it, and some answer again.
func (w *town) live(point, killAt string) {
	patience := 4 * time.Second // the point may not be passed that often
	if killAt == "" {
		patience = time.Duration(100+w.chance.IntN(2000)) * time.Millisecond
	}
	w.start(killAt, patience, time.Duration(w.ahead.Load()))
	for w.alive() {
		if w.connected() {
			w.press()
		}
		select {
		case <-w.dead:
		case <-time.After(150 * time.Millisecond):
		}
	}
	w.died()
	if w.fuse.Stop() {
		w.atPoint[point]++
	} else {
		w.elsewhere++
	}
}

// connected reports whether the program would hear of a press.
func (w *town) connected() bool {
	return w.alive() && w.where() != "" && (w.overHTTP || w.d.Connected())
}

// up starts the program for as long as it is let.
func (w *town) up() {
	w.t.Helper()
	w.start("", 0, time.Duration(w.ahead.Load()))
	if !w.alive() {
		w.t.Fatal("the program died by itself")
	}
}

// calm starts the program when nobody holds anything any more, waits until all
// that was due is there and shows what it should, and lets everybody answer:
// each is told a result. Whoever got no answer before presses again here.
func (w *town) calm() {
	w.t.Helper()
	w.ahead.Add(int64(attempt))
	w.up()
	took := w.whole(patient)
	w.calmest = max(w.calmest, took)
	for _, place := range w.places {
		asked := questions(place)
		for n, who := range w.people {
			letter := string("ABCD"[n%4])
			if len(asked) == 0 {
				continue
			}
			q := asked[len(asked)-1]
			if _, ok := q.Find(letter); !ok {
				continue // typed
			}
			p := pressed{nil, who, place, numberOnDiscord(q), letter}
			p.i = w.again(func() (*discordtest.Interaction, error) { return who.Press(q, letter) })
			if _, ok := w.told(p); !ok {
				w.t.Errorf("question %s in #%s: %s pressed and got %q", p.number, place.Name, who.Name, words(p.i))
			}
			w.pressed = append(w.pressed, p)
		}
	}
	w.kill()
	w.died()
}

// whole waits until every question that is due is there and all but the newest
// are closed, and says how long that took.
func (w *town) whole(most time.Duration) time.Duration {
	w.t.Helper()
	began := time.Now()
	for {
		missing := append(w.missing(), w.unclosed()...)
		if len(missing) == 0 && w.connected() {
			return time.Since(began)
		}
		if time.Since(began) > most || !w.alive() {
			w.t.Fatalf("after %s, connected: %t: %s", time.Since(began), w.connected(), strings.Join(missing, ", "))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// atOnce kills the program with a post in hand and starts it again at the same
// instant: the post is taken over when its lease is over, and not before.
func (w *town) atOnce() {
	w.t.Helper()
	w.calm()
	w.ahead.Add(int64(w.next().Sub(w.now()) - time.Second))
	w.live("deliver/send", "deliver/send:1")
	w.up()
	took := w.whole(attempt + patient)
	w.t.Logf("restarted at once, all was there after %s", took.Round(time.Second))
	w.kill()
	w.died()
}

// next is the next question's instant.
func (w *town) next() time.Time {
	for now, n := w.now(), 0; ; n++ {
		if at := w.morning(w.began, n); at.After(now) {
			return at
		}
	}
}

// morning is the n-th weekday morning after an instant.
func (w *town) morning(after time.Time, n int) time.Time {
	for day := after.In(w.zone); ; day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), 7, 0, 0, 0, w.zone)
		if at.After(after) && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			if n--; n < 0 {
				return at
			}
		}
	}
}

// due is how many questions each channel should have.
func (w *town) due() int {
	n := 0
	for now := w.now(); !w.morning(w.began, n).After(now); n++ {
	}
	return n
}

var onDiscord = regexp.MustCompile(`(?m)^(?:### )?CBET question (\d+) ·`)
