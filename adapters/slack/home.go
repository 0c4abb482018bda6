package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"studyhall/bot"
)

const (
	homeTime  = 24 * time.Hour  // after it was opened, for which a page is kept up to date
	homeTold  = time.Hour       // after which other copies of the program are told again that a page was opened
	homePause = 3 * time.Second // between two publications of one page
	homesMost = 20_000          // pages kept up to date
	homeSpace = "slack/home"    // of the shelf: who looked at their page through another copy of the program
)

// home is a person's page.
type home struct {
	team, user string
	opened     time.Time
	told       time.Time // when other copies of the program were last told
	next       time.Time // before which it isn't published again
	busy       bool      // it is being published
	stale      bool      // something may have changed since
}

// homes are the pages of those who looked at theirs within the last day.
type homes struct {
	mu  sync.Mutex
	all map[string]*home
}

// look notes that somebody has their page before them, and reports whether that is
// news: other copies of the program may not know.
func (h *homes) look(team, user string, now time.Time) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := team + "/" + user
	if one := h.all[key]; one != nil {
		if news = now.Sub(one.told) > homeTold; news {
			one.told = now
		}
		one.opened = now
		return news
	}
	if len(h.all) >= homesMost {
		h.sweep(now)
	}
	h.all[key] = &home{team: team, user: user, opened: now, told: now}
	return true
}

// knows reports whether somebody looked at their page lately, as far as this copy
// of the program knows.
func (h *homes) knows(team, user string, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.all[team+"/"+user]
	return one != nil && now.Sub(one.opened) <= homeTime
}

// sweep makes room: who looked long ago goes, and if nobody did, whoever comes first.
func (h *homes) sweep(now time.Time) {
	for key, one := range h.all {
		if !one.busy && now.Sub(one.opened) > homeTime {
			delete(h.all, key)
		}
	}
	for key, one := range h.all {
		if len(h.all) < homesMost {
			return
		}
		if !one.busy {
			delete(h.all, key)
		}
	}
}

// change notes that a page may have changed, and gives it to who is to publish it.
func (h *homes) change(team, user string, now time.Time) *home {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.all[team+"/"+user]
	if one == nil || now.Sub(one.opened) > homeTime {
		return nil
	}
	one.stale = true
	if one.busy {
		return nil
	}
	one.busy = true
	return one
}

// begin is how long to wait before the page is published again.
func (h *homes) wait(one *home, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return one.next.Sub(now)
}

// fresh notes that what changes from now on is not on the page.
func (h *homes) fresh(one *home) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one.stale = false
}

// end notes that the page was published, or what kept it from that, and reports
// whether it has to be done again.
func (h *homes) end(one *home, next time.Time, again bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	one.next, one.stale = next, one.stale || again
	one.busy = one.stale
	return one.busy
}

// leave gives up a page that could not be published in time.
func (h *homes) leave(one *home) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one.busy = false
}

// touch has the page of somebody who did something show what came of it.
func (a *Adapter) touch(r received) {
	if r.onPage() {
		a.looks(r.team, r.user)
	}
	a.refresh(r.team, r.user)
}

// overHTTP reports whether Slack posts what people do, so that it may come to any
// copy of the program.
func (a *Adapter) overHTTP() bool { return a.config.AppToken == "" }

// looks notes that somebody has their page before them. Over HTTP the next thing
// they do may come to another copy of the program, so the shelf is told.
func (a *Adapter) looks(team, user string) {
	if !a.homes.look(team, user, time.Now()) || !a.overHTTP() {
		return
	}
	a.life.Background(func(ctx context.Context) {
		at := []byte(time.Now().UTC().Format(time.RFC3339))
		if err := a.config.Shelf.Put(ctx, homeSpace, team+"/"+user, at, homeTime); err != nil {
			a.log.Warn("other copies don't know of an open home page", "err", err)
		}
	})
}

// looked asks the shelf whether somebody looked at their page through another copy
// of the program, and notes it.
func (a *Adapter) looked(ctx context.Context, team, user string) bool {
	value, ok, err := a.config.Shelf.Get(ctx, homeSpace, team+"/"+user)
	if err != nil {
		a.log.Warn("open home page not looked for", "err", err)
	}
	at, unread := time.Parse(time.RFC3339, string(value))
	if !ok || unread != nil || time.Since(at) > homeTime {
		return false
	}
	a.homes.look(team, user, at)
	return true
}

// refresh publishes somebody's page, soon, if they have looked at it lately.
func (a *Adapter) refresh(team, user string) {
	if a.overHTTP() && !a.homes.knows(team, user, time.Now()) {
		a.life.Background(func(ctx context.Context) {
			if !a.looked(ctx, team, user) {
				return
			}
			if one := a.homes.change(team, user, time.Now()); one != nil {
				a.publish(ctx, one)
			}
		})
		return
	}
	if one := a.homes.change(team, user, time.Now()); one != nil {
		a.life.Background(func(ctx context.Context) { a.publish(ctx, one) })
	}
}

// publish publishes a page until it shows what there is: one at a time, so that
// the last one counts.
func (a *Adapter) publish(ctx context.Context, one *home) {
	published := false
	defer func() {
		if !published {
			a.homes.leave(one)
		}
	}()
	for {
		if wait := a.homes.wait(one, time.Now()); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-a.life.Ending(): // no more time to be considerate
				timer.Stop()
			case <-ctx.Done():
				timer.Stop()
				return
			}
		}
		a.homes.fresh(one)
		user := userID(one.team, one.user)
		err := a.KeepHome(ctx, user, a.core.HomeOf(ctx, user))
		pause, again := homePause, false
		if later, ok := errors.AsType[*tooMany](err); ok {
			pause, again = max(pause, later.after), true
		} else if err != nil {
			a.log.Warn("home page not published", "user", user, "err", err)
		}
		if !a.homes.end(one, time.Now().Add(pause), again) {
			published = true // from here on it is somebody else's
			return
		}
	}
}

// KeepHome implements [bot.HomeKeeper]: it publishes a person's page.
func (a *Adapter) KeepHome(ctx context.Context, user bot.UserID, cards []bot.Card) error {
	team, id, err := parseUser(user)
	if err != nil {
		return fmt.Errorf("keep a home page: %w", err)
	}
	if len(cards) == 0 {
		cards = []bot.Card{{Title: titleEmptyHome, Body: wordsEmptyHome}}
	}
	view, err := fits(homeBody(team, cards))
	for err != nil && len(cards) > 1 { // a page has room for 100 blocks: what comes last is left out
		cards = cards[:len(cards)-1]
		view, err = fits(homeBody(team, cards))
	}
	if err != nil {
		return fmt.Errorf("keep a home page: %w", err)
	}
	body, err := encode(struct {
		User string          `json:"user_id"`
		View json.RawMessage `json:"view"`
	}{id, view})
	if err != nil {
		return fmt.Errorf("keep a home page: %w", err)
	}
	return a.rest.do(ctx, call{team: team, method: "views.publish", body: body, again: true}, nil)
}
