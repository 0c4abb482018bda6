package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

const (
	findPage  = 200              // messages asked for at once
	findPages = 100              // asked for in one search; the next goes on there
	findKept  = 10 * time.Minute // for which it is remembered how far a search came
	clockSkew = 5 * time.Minute  // between Slack's clock and ours: as much as signatures allow
	seenKept  = 24 * time.Hour   // for which it is remembered which posts Slack has told of
)

// found is a message of a channel, as far as it says what key it was sent with.
type found struct {
	TS       string   `json:"ts"`
	User     string   `json:"user"`
	Bot      string   `json:"bot_id"`
	Metadata metadata `json:"metadata"`
}

// key is the key with which a workspace's bot sent the message, or "". Other apps
// can write the same metadata.
func (m found) key(w workspace) string {
	if !w.wrote(m.User, m.Bot) || m.Metadata.EventType != eventType {
		return ""
	}
	return m.Metadata.EventPayload.Key
}

// wrote reports whether a message is by the workspace's bot.
func (w workspace) wrote(user, bot string) bool {
	return user != "" && user == w.BotUser || bot != "" && bot == w.BotID
}

// search is how far one through a channel's messages has come.
type search struct {
	oldest string // of all that is looked for
	cursor string // of the next page
	newest string // message that was looked at
	again  bool   // it was interrupted, and more may have been written since it began
	last   bool   // it looks at that
	found  []string
}

// Find gives the messages that were sent with a key, by the metadata of those in
// the channel or thread. In a channel where more was written since than can be
// looked through in the caller's time, it fails, and the next search goes on where
// this one ended. Where Slack lets the bot look at history once a minute, what it
// told of the bot's own posts counts instead.
func (a *Adapter) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	p, err := parseChannel(ch)
	if err != nil || key == "" {
		return nil, ourFault(err)
	}
	w, err := a.rest.teams.of(ctx, p.team)
	if err != nil {
		return nil, deliveryFault(beforehand(err), "")
	}
	if p, err = a.readable(ctx, w, p); errors.Is(err, errNoConversation) {
		return a.unreadable(err)
	} else if err != nil {
		return nil, err
	}
	all, err := a.look(ctx, w, p, key, since.Add(-clockSkew))
	if err != nil {
		if told := a.told.of(p, key); len(told) > 0 {
			all, err = told, nil
		}
	}
	switch {
	case codeOf(err) == codeScope:
		return a.unreadable(err)
	case err != nil:
		return nil, a.explained(ctx, p, err)
	}
	slices.Sort(all)
	var out []bot.MessageID
	for _, ts := range slices.Compact(all) {
		out = append(out, p.message(ts))
	}
	return out, nil
}

// unreadable is the outcome of looking where the bot may not. The operator has
// chosen whether a post that may be there is sent again.
func (a *Adapter) unreadable(err error) ([]bot.MessageID, error) {
	if a.config.Again {
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %w", bot.ErrUnreadable, err)
}

// errNoConversation is that a post went to a person, and not known where to.
var errNoConversation = errors.New("the conversation with a person isn't known")

// readable is the place whose history holds what was posted to p: that of a person
// is a conversation, which Direct may not have been allowed to open.
func (a *Adapter) readable(ctx context.Context, w workspace, p place) (place, error) {
	if !p.person() {
		return p, nil
	}
	ch, ok, err := a.config.Shelf.Get(ctx, directSpace, directKey(w, p.channel))
	if err == nil && !ok {
		err = errNoConversation
	}
	p.channel = string(ch)
	return p, err
}

// look goes through a place's messages.
func (a *Adapter) look(ctx context.Context, w workspace, p place, key string, since time.Time) ([]string, error) {
	so := search{oldest: timestamp(since)}
	name := fmt.Sprint(p.id(), " ", key, " ", so.oldest)
	if earlier, ok := a.searches.Get(name); ok {
		so = earlier
		so.again = so.newest != "" && !so.last
	}
	for range findPages {
		var page struct {
			Messages []found `json:"messages"`
			More     bool    `json:"has_more"`
			About    struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := a.rest.do(ctx, so.page(p), &page); err != nil {
			if codeOf(err) == "invalid_cursor" {
				so.cursor = ""
			}
			a.searches.Put(name, so, findKept)
			return nil, err
		}
		for _, m := range page.Messages {
			if m.key(w) == key && isTimestamp(m.TS) {
				so.found = append(slices.Clip(so.found), m.TS)
			}
			so.newest = max(so.newest, m.TS)
		}
		so.cursor = page.About.Cursor
		switch {
		case page.More && so.cursor != "":
		case so.again: // what was written since the search began
			so.oldest, so.again, so.last = so.newest, false, true
		default:
			a.searches.Forget(name)
			return so.found, nil
		}
	}
	a.searches.Put(name, so, findKept)
	return nil, errors.New("not every message is looked through yet")
}

// page asks for the next page of a place's messages.
func (so search) page(p place) call {
	form := url.Values{
		"channel": {p.channel}, "oldest": {so.oldest}, "limit": {strconv.Itoa(findPage)}, "include_all_metadata": {"true"},
	}
	if so.cursor != "" {
		form.Set("cursor", so.cursor)
	}
	q := call{team: p.team, method: "conversations.history", form: form, patience: postPatience, again: true}
	if p.thread != "" {
		q.method = "conversations.replies"
		form.Set("ts", p.thread)
	}
	return q
}

// timestamp is an instant as Slack names messages.
func timestamp(t time.Time) string {
	return fmt.Sprintf("%010d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// tellings are the posts of our own that Slack told of, by place and key.
type tellings struct {
	mu   sync.Mutex
	memo *adapterkit.Memo[[]string]
}

func newTellings() *tellings { return &tellings{memo: adapterkit.NewMemo[[]string]()} }

func (ts *tellings) of(p place, key string) []string {
	all, _ := ts.memo.Get(p.key() + "/" + key)
	return slices.Clone(all)
}

// posted takes note of a post of our own that Slack tells of, with its key.
func (a *Adapter) posted(team, channel, ts, key string) {
	if key == "" || !isTimestamp(ts) {
		return
	}
	a.told.mu.Lock()
	defer a.told.mu.Unlock()
	p := place{team: team, channel: channel}
	if all := a.told.of(p, key); !slices.Contains(all, ts) {
		a.told.memo.Put(p.key()+"/"+key, append(all, ts), seenKept)
	}
}
