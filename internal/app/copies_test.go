package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"studyhall/bot"
	"studyhall/bot/bottest"
	"studyhall/bot/group"
	"studyhall/bot/store"
	"studyhall/bot/store/storetest/pgtest"
)

// balancer hands each request to the next copy of the program that is up.
type balancer struct {
	mu     sync.Mutex
	copies []http.Handler // nil while one is down
	next   int
	served []int // requests by copy
}

// up says that a copy answers from now on; nil, that it doesn't.
func (b *balancer) up(n int, h http.Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.copies) <= n {
		b.copies, b.served = append(b.copies, nil), append(b.served, 0)
	}
	b.copies[n] = h
}

// pick is the next copy, nil if none is up.
func (b *balancer) pick() http.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.copies {
		n := b.next % len(b.copies)
		b.next++
		if h := b.copies[n]; h != nil {
			b.served[n]++
			return h
		}
	}
	return nil
}

// RoundTrip is a request to the program's address, without a socket.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	h := b.pick()
	if h == nil {
		return nil, fmt.Errorf("nobody listens")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, received(r))
	return w.Result(), nil
}

// received is a client's request as a server has it: its own, with a body always.
func received(r *http.Request) *http.Request {
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

// balanced is the fake of a real platform that sends over HTTP to several copies.
type balanced interface {
	realPlatform
	balance() *balancer
	// another is platforms for one more copy, and what says how busy it is.
	another(shelf bot.Shelf) (adapter bot.Adapter, ready func(context.Context) error, err error)
}

// more starts so many copies of the program beside the first, on its database.
func (w *world) more(copies int) {
	w.t.Helper()
	for n := range copies {
		w.t.Cleanup(w.another(n + 1))
	}
}

// another starts one copy beside the first. It stops it again, gracefully.
func (w *world) another(n int) (stop func()) {
	w.t.Helper()
	side := w.real.(balanced)
	var ready func(context.Context) error
	a, err := New(w.t.Context(), Options{
		Log: w.log, Version: "test", Database: w.database, UnsafeStore: true, Banks: w.banks, Timing: w.timing, Real: w.wall,
		NewID:     func() string { return fmt.Sprintf("id%06d", w.ids.Add(1)) },
		NewCode:   func() string { return fmt.Sprintf("k7qdm4xp%d", 2221+w.codes.Add(1)) },
		NewInvite: func() group.Code { return group.Code(fmt.Sprintf("K7%03dZTN9M", w.invites.Add(1))) },
		NewToken:  func() string { return fmt.Sprintf("ADDRESSMADEFORATEST%03d", w.tokens.Add(1)) },
		PublicURL: w.public,
		Clock:     func(context.Context, *store.Store) (*Clock, error) { return realClock(w.Now), nil },
		Adapters: func(shelf bot.Shelf, _ *Clock) ([]bot.Adapter, error) {
			one, wait, err := side.another(shelf)
			ready = wait
			return []bot.Adapter{one}, err
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	if err := ready(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	side.balance().up(n, a.Handler())
	return sync.OnceFunc(func() {
		side.balance().up(n, nil)
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
		if err := a.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

// severalScripts are played by three copies: those in which forms, whispers,
// corrections, settings, live rounds, notes and other spaces meet, a sample of all.
func severalScripts(t *testing.T, platform string) []string {
	t.Helper()
	chosen := map[string]string{
		"slack":   "daily-question group-organise link live-round board-week quiz-practice study-page",
		"discord": "group-set-up catch-up-two exam-passes-share-a-post reminders theme match-result weekly-two",
	}[platform]
	var files []string
	for _, name := range strings.Fields(chosen) {
		files = append(files, filepath.Join("testdata", "scripts", name+".txt"))
	}
	return files
}

// TestConversationsOnSeveralCopies plays scripts with three copies of the program
// on one PostgreSQL database, each request going to the next copy: what people see
// is the same as with one.
func TestConversationsOnSeveralCopies(t *testing.T) {
	for _, platform := range []string{"slack", "discord"} {
		for n, file := range severalScripts(t, platform) {
			if less && n%3 != 0 {
				continue // not much of it is another path
			}
			t.Run(platform+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				url := pgtest.URL(t)
				synctest.Test(t, func(t *testing.T) {
					w := severalWorld(t, platform, url, 3)
					bottest.RunScript(t, file, unkept{w})
					b := w.real.(balanced).balance()
					for n, served := range b.served {
						if served == 0 {
							t.Errorf("copy %d of %d was asked for nothing: %v", n+1, len(b.served), b.served)
						}
					}
				})
			})
		}
	}
}

// severalWorld is the whole program on a platform that sends over HTTP, so many
// times, on one database.
func severalWorld(t *testing.T, platform, url string, copies int) *world {
	t.Helper()
	var w *world
	if platform == "slack" {
		w = stoppedSlackWorld(t, true)
	} else {
		w = stoppedDiscordWorld(t, true)
		w.patient() // what another copy has in hand is waited for
	}
	w.database = url
	w.begin()
	w.more(copies - 1)
	return w
}
