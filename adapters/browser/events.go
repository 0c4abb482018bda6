package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

// How often an open connection looks at the clock while it moves and while it
// stands; the latter also shows intermediaries that the connection lives.
const (
	movingPulse   = 300 * time.Millisecond
	standingPulse = 15 * time.Second
)

// entryEvent tells a page of one entry that is new, edited or deleted.
type entryEvent struct {
	Number  int64  `json:"number"`
	Deleted bool   `json:"deleted,omitempty"`
	HTML    string `json:"html,omitempty"`
	Say     string `json:"say,omitempty"` // for screen readers
	Mine    bool   `json:"mine,omitempty"`
}

// listener is one open page's connection.
type listener struct {
	*site
	w       http.ResponseWriter
	flush   func() error
	me      person
	ch      bot.ChannelID
	changed int64 // the last change sent
	places  string
	clock   clockView
}

// mark names a change of this file, for pages to continue from.
func (a *Adapter) mark(changed int64) string { return fmt.Sprintf("%s-%d", a.store.id, changed) }

// serveEvents pushes what changes in the place that a page shows, from the
// change that the page names (Last-Event-ID after a cut, else since).
func (s *site) serveEvents(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(time.Time{}); err != nil {
		s.log.Debug("server keeps its write deadline for events", "err", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	l := &listener{site: s, w: w, flush: control.Flush, me: s.who(r)}
	l.ch = s.where(r, l.me)
	since := r.Header.Get("Last-Event-ID")
	if since == "" {
		since = r.FormValue("since")
	}
	ctx := r.Context()
	if !l.resume(ctx, since) {
		l.send("reload", "", struct{}{}) //nolint:errcheck // the page is gone or asks again
		return
	}
	for {
		changed := s.news.wait()
		if err := l.update(ctx); err != nil {
			if ctx.Err() == nil {
				s.log.Debug("page left", "err", err)
			}
			return
		}
		pulse := standingPulse
		if l.clock.Moving {
			pulse = movingPulse
		}
		timer := time.NewTimer(pulse)
		select {
		case <-ctx.Done():
		case <-s.done:
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			return
		default:
		}
	}
}

// resume reads the mark that a page continues from; false when it is of another
// file, or from a future that a restored file doesn't have.
func (l *listener) resume(ctx context.Context, since string) bool {
	last, err := l.store.lastChange(ctx)
	if err != nil {
		return false
	}
	if since == "" {
		l.changed = last
		return true
	}
	id, digits, _ := strings.Cut(since, "-")
	n, err := strconv.ParseInt(digits, 10, 64)
	l.changed = n
	return err == nil && id == l.store.id && n <= last
}

// update sends what the page doesn't have yet.
func (l *listener) update(ctx context.Context) error {
	for {
		entries, err := l.store.since(ctx, l.ch, l.me.user(), l.changed)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := l.sendEntry(ctx, e); err != nil {
				return err
			}
			l.changed = e.changed
		}
		if len(entries) == 0 {
			break
		}
	}
	places, err := l.viewPlaces(ctx, l.me, l.ch)
	if err != nil {
		return err
	}
	html, err := l.render("places", places)
	if err != nil {
		return err
	}
	if html != l.places {
		if err := l.send("places", "", map[string]any{"html": html, "unread": places.Unread, "closed": places.closed()}); err != nil {
			return err
		}
		l.places = html
	}
	if clock := l.viewClock(ctx, l.me); clock != nil && *clock != l.clock {
		if err := l.send("clock", "", clock); err != nil {
			return err
		}
		l.clock = *clock
	}
	if _, err := fmt.Fprint(l.w, ": here\n\n"); err != nil {
		return err
	}
	return l.flush()
}

// closed reports whether the bot is out of the channel that is shown.
func (v placesView) closed() bool {
	for _, c := range v.Channels {
		if c.Current {
			return c.Closed
		}
		for _, t := range c.Threads {
			if t.Current {
				return c.Closed
			}
		}
	}
	return false
}

func (l *listener) sendEntry(ctx context.Context, e entry) error {
	event := entryEvent{Number: e.number, Deleted: e.deleted, Mine: e.author == l.me.user()}
	if !e.deleted {
		v, err := l.viewEntry(ctx, l.me, e)
		if err != nil {
			return err
		}
		if event.HTML, err = l.render("entry", v); err != nil {
			return err
		}
		event.Say = notice(e)
	}
	return l.send("entry", l.mark(e.changed), event)
}

// send writes one event; JSON has no line breaks, so it is one data line.
func (l *listener) send(event, id string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if id != "" {
		if _, err := fmt.Fprintf(l.w, "id: %s\n", id); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(l.w, "event: %s\ndata: %s\n\n", event, b); err != nil {
		return err
	}
	return l.flush()
}
