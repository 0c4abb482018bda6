package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"studyhall/bot"
	"studyhall/bot/store"
	"studyhall/bot/web"
)

// wrote has transactions counted.
func wrote(m *web.Metrics) func(store.WriteKind, time.Duration, error) {
	return func(kind store.WriteKind, took time.Duration, err error) {
		m.Wrote(string(kind), took, errors.Is(err, store.ErrStorage))
	}
}

// watch has the figures read that are not counted as things happen.
func (a *App) watch() {
	var names []string
	for _, adapter := range a.adapters {
		names = append(names, adapter.Name())
	}
	a.Metrics.Expect(names...)
	a.Metrics.Watch(names, a.standing)
}

// standing is how things stand now.
func (a *App) standing(ctx context.Context) (s web.Standing, err error) {
	s.Connected = map[string]bool{}
	for _, adapter := range a.adapters {
		r, ok := adapter.(bot.Reporter)
		s.Connected[adapter.Name()] = true
		if ok {
			_, s.Connected[adapter.Name()] = r.Connection()
		}
	}
	if looked, ok := a.Engine.Looked(); ok {
		s.Looked = max(a.Engine.Real().Sub(looked), time.Millisecond)
	}
	now := a.Clock.Now()
	b, err := a.Store.Backlog(ctx, now)
	if err != nil {
		a.log.WarnContext(ctx, "what waits can't be counted", "err", err)
		return s, err
	}
	one := func(p store.Pile) web.Pile {
		pile := web.Pile{Count: p.Count}
		if !p.Since.IsZero() {
			pile.Age = max(0, now.Sub(p.Since))
		}
		return pile
	}
	all := func(piles map[string]store.Pile) map[string]web.Pile {
		out := map[string]web.Pile{}
		for platform, p := range piles {
			out[platform] = one(p)
		}
		return out
	}
	s.Overdue, s.Waiting, s.Behind = one(b.Overdue), all(b.Waiting), all(b.Behind)
	s.Refused, s.Unsent, s.Unpinned = all(b.Refused), all(b.Unsent), all(b.Unpinned)
	return s, nil
}

// checks are what must work for the program to be ready.
func (a *App) checks() *web.Checks {
	all := []web.Check{
		{Name: "program", State: func() (string, bool) {
			if a.stopping.Load() {
				return "stopping", false
			}
			return "running", true
		}},
		{Name: "database", Run: a.Store.Writable},
		{Name: "migrations", State: func() (string, bool) { // no store is open without
			return fmt.Sprintf("schema %d", a.Store.Level()), true
		}},
	}
	for _, adapter := range a.adapters {
		if r, ok := adapter.(bot.Reporter); ok {
			all = append(all, web.Check{Name: adapter.Name(), State: r.Connection})
		}
	}
	return web.NewChecks(a.log, all...)
}

// operations serves what is for those who look after the program.
func (a *App) operations(mux *http.ServeMux) {
	health := web.Health(a.Checks)
	mux.Handle("GET /healthz", health)
	mux.Handle("GET /readyz", health)
	mux.Handle("GET /metrics", a.Metrics.Handler(a.log, web.Guard{Token: a.metricsToken.Reveal()}))
}

// watched is a logger whose warnings are counted.
func watched(log *slog.Logger, m *web.Metrics) *slog.Logger {
	return slog.New(m.CountLines(log.Handler()))
}
