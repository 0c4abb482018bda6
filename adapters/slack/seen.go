package slack

import (
	"context"
	"encoding/json"
	"time"
)

const (
	eventKept   = 24 * time.Hour         // for which events and messages are known: Slack sends some again hours later
	requestKept = 15 * time.Minute       // for which signed requests are known: longer than their signatures hold
	seenTime    = 700 * time.Millisecond // for the shelf to say whether something came before
)

// arrived hands on what Slack sent, once: it may send the same event again over
// another connection, to another copy of the program, or after a restart. It
// returns at once. Slack's own count of attempts says nothing here: what it sends
// for the third time may come for the first.
func (a *Adapter) arrived(e envelope) {
	k := knownBy(e)
	if k.here != "" && a.recent.Seen(k.here) {
		e.ack(nil)
		return
	}
	if k.shelf == "" {
		a.takes(e)
		return
	}
	check := func(ctx context.Context) {
		if a.before(ctx, k.shelf, k.keep) {
			e.ack(nil)
			return
		}
		a.takes(e)
	}
	if k.order != "" {
		a.inLine(k.order, check)
		return
	}
	a.life.Background(check)
}

// marks are what tells an envelope from others, whichever way it comes.
type marks struct {
	here  string // in the memory of this copy of the program; "" where nothing does
	shelf string // for all copies, and the next start; "" where it needn't
	keep  time.Duration
	order string // the workspace in which it has to come after what came before it; "" for no order
}

// knownBy is how to know an envelope again.
func knownBy(e envelope) marks {
	var p struct {
		Event   string `json:"event_id"`
		Team    string `json:"team_id"`
		Trigger string `json:"trigger_id"`
		Inner   struct {
			Type string `json:"type"`
			Kind string `json:"channel_type"`
		} `json:"event"`
	}
	_ = json.Unmarshal(e.payload, &p) // as far as it can be read
	if e.kind != kindEvent {
		// Slack doesn't send again what people do; only somebody who has recorded a
		// request does, and to another copy of the program perhaps.
		m := marks{shelf: e.once, keep: requestKept}
		if p.Trigger != "" {
			m.here = "slack/trigger/" + p.Trigger
		}
		return m
	}
	if p.Event == "" {
		return marks{}
	}
	m := marks{here: "slack/event/" + p.Event, shelf: "slack/event/" + p.Event, keep: eventKept}
	switch p.Inner.Type {
	case "user_change":
		m.shelf = "" // it does the same however often it comes, and comes often
	case "message":
		if p.Inner.Kind != "im" {
			m.shelf = "" // what people say to each other, and the bot's own posts: there are many
		}
	case "app_mention", "app_home_opened":
	default: // what becomes of places
		m.order = p.Team
	}
	return m
}

// before records an identifier on the shelf and reports whether it was there.
// Where that isn't known, a second time does less harm than none.
func (a *Adapter) before(ctx context.Context, id string, keep time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, seenTime)
	defer cancel()
	seen, err := a.config.Shelf.Seen(ctx, id, keep)
	if err != nil {
		a.log.Error("what Slack sent is not recorded", "err", err)
	}
	return seen
}

// saidBefore records a message that somebody wrote to the bot and reports whether
// it came before as another event: a message that mentions the bot is two, in a
// shared channel it comes from each workspace, and one gesture has been seen to
// make two messages with one client_msg_id. That is looked at first, and what is
// known by it is not recorded otherwise, so that of two copies one is taken.
func (a *Adapter) saidBefore(ctx context.Context, team, channel, ts, clientID string) bool {
	ids := []string{"slack/message/" + team + "/" + channel + "/" + ts}
	if clientID != "" {
		ids = []string{"slack/message/" + clientID, ids[0]}
	}
	for _, id := range ids {
		if a.recent.Seen(id) || a.before(ctx, id, eventKept) {
			return true
		}
	}
	return false
}
