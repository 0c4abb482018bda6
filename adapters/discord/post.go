package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/bot"
)

const (
	directGap   = time.Second      // between opening two private conversations
	directBurst = 5                // that may be opened at once after a pause
	directKept  = time.Hour        // for which an opened one is remembered here
	findPage    = 100              // messages asked for at once
	findPages   = 100              // asked for in one search; the next goes on there
	findKept    = 10 * time.Minute // for which it is remembered how far a search came
	clockSkew   = 30 * time.Second // between Discord's clock and ours
	discordZero = 1420070400000    // milliseconds since 1970 at which identifiers begin
	threadIdle  = 4320             // minutes after which a thread is put away: three days
	threadName  = 100              // characters
)

const (
	directSpace   = "discord/direct"    // of the shelf: private conversations by person
	directShelved = 30 * 24 * time.Hour // for which one is kept there
)

// Send posts a message. Within a few minutes Discord drops a second copy with
// the same key, so that a post with a key is tried again when its outcome is
// unknown.
func (a *Adapter) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	channel, err := snowflake(ch)
	if err != nil {
		return "", ourFault(err)
	}
	body, err := Payload(m)
	if err != nil {
		return "", ourFault(err)
	}
	var posted struct {
		ID string `json:"id"`
	}
	err = a.rest.do(ctx, call{method: http.MethodPost, route: "/channels/*/messages", args: []string{channel},
		body: body, files: files(m), again: m.Key != "", posts: true}, &posted)
	if err != nil {
		return "", a.explained(ctx, ch, err)
	}
	if !isSnowflake(posted.ID) {
		return "", errors.New("no message is named for a post")
	}
	return messageID(channel, posted.ID), nil
}

// ourFault is a message that can't be sent as it is.
func ourFault(err error) error {
	return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsOurLimit, Fix: fixOurLimit, Err: err}
}

// explained is an error of a request to a channel, with the permission that is
// missing, if one is.
func (a *Adapter) explained(ctx context.Context, ch bot.ChannelID, err error) error {
	switch codeOf(err) {
	case codeNoPermission:
		if known, ok := errors.AsType[*bot.DeliveryError](a.Check(ctx, ch)); ok && known.Kind == bot.Refused {
			known.Err = err
			return known
		}
	case codeNoAccess:
		return a.unseen(ch, err)
	}
	return deliveryFault(err)
}

// unseen is the error of a channel that the bot doesn't see, by the name that it
// last had.
func (a *Adapter) unseen(ch bot.ChannelID, err error) error {
	id, _ := snowflake(ch)
	return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsNoAccess, Err: err,
		Fix: fixPermissions(a.channels.Last(id).Name, "View Channel", "Send Messages")}
}

// Edit replaces a posted message. One in a thread that was put away is edited
// after the thread has been brought back.
func (a *Adapter) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	channel, message, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	body, err := Edit(m)
	if err != nil {
		return ourFault(err)
	}
	request := call{method: http.MethodPatch, route: "/channels/*/messages/*", args: []string{channel, message}, body: body, files: files(m)}
	err = a.rest.do(ctx, request, nil)
	if codeOf(err) == codeArchived {
		back := call{method: http.MethodPatch, route: "/channels/*", args: []string{channel}, body: []byte(`{"archived":false}`)}
		if a.rest.do(ctx, back, nil) == nil {
			err = a.rest.do(ctx, request, nil)
		}
	}
	return a.explained(ctx, channelID(channel), err)
}

// Direct is the private conversation with a person. New ones are opened one at a
// time and not many at once, for which Discord shuts bots out.
func (a *Adapter) Direct(ctx context.Context, user bot.UserID) (bot.ChannelID, error) {
	person, err := snowflake(user)
	if err != nil {
		return "", ourFault(err)
	}
	if ch, ok := a.directs.Get(person); ok {
		return channelID(ch), nil
	}
	if ch, ok, err := a.shelf.Get(ctx, directSpace, person); err == nil && ok && isSnowflake(string(ch)) {
		a.directs.Put(person, string(ch), directKept)
		return channelID(string(ch)), nil
	}
	if err := a.openings.Take(ctx); err != nil {
		return "", deliveryFault(&notSent{err})
	}
	defer a.openings.Give()
	wait := time.Until(a.opened)
	if wait > requestTime { // Discord has had enough; others wait for the turn
		return "", deliveryFault(&tooMany{after: wait})
	}
	if err := sleep(ctx, wait); err != nil {
		return "", deliveryFault(err)
	}
	if now := time.Now(); a.opened.Before(now.Add(-directBurst * directGap)) {
		a.opened = now.Add(-directBurst * directGap)
	}
	a.opened = a.opened.Add(directGap)
	body, err := encode(map[string]string{"recipient_id": person})
	if err != nil {
		return "", ourFault(err)
	}
	var opened struct {
		ID string `json:"id"`
	}
	err = a.rest.do(ctx, call{method: http.MethodPost, route: "/users/@me/channels", body: body, again: true}, &opened)
	if codeOf(err) == codeFastDirects {
		a.opened = time.Now().Add(directPause)
	}
	if err != nil {
		return "", deliveryFault(err)
	}
	if !isSnowflake(opened.ID) {
		return "", errors.New("no conversation is named")
	}
	a.directs.Put(person, opened.ID, directKept)
	if err := a.shelf.Put(ctx, directSpace, person, []byte(opened.ID), directShelved); err != nil {
		a.log.Warn("conversation not remembered", "err", err) // it is asked for again
	}
	return channelID(opened.ID), nil
}

// found is a message of a channel, as far as it says what key it was sent with.
type found struct {
	ID         string          `json:"id"`
	Nonce      json.RawMessage `json:"nonce"`
	Author     account         `json:"author"`
	Components []struct {
		Components []struct {
			CustomID string `json:"custom_id"`
		} `json:"components"`
	} `json:"components"`
}

func (f found) has(key string) bool {
	if scalar(f.Nonce) == key {
		return true
	}
	for _, row := range f.Components {
		for _, c := range row.Components {
			if _, k := pressed(c.CustomID, nil); k == key {
				return true
			}
		}
	}
	return false
}

// search is how far one through a channel's messages has come.
type search struct {
	after int64 // the identifier of the last message that was looked at
	found []bot.MessageID
}

// Find gives the messages that were sent with a key: those with a control that
// holds it, and those whose nonce Discord still knows. In a channel where more was
// written since than can be looked through in the caller's time, it fails, and the
// next search goes on where this one ended.
func (a *Adapter) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	channel, err := snowflake(ch)
	if err != nil || key == "" {
		return nil, ourFault(err)
	}
	if err := a.WaitReady(ctx); err != nil { // before that we don't know our own messages
		return nil, err
	}
	so := search{after: firstID(since.Add(-clockSkew))}
	name := fmt.Sprint(channel, " ", key, " ", so.after)
	if earlier, ok := a.searches.Get(name); ok {
		so = earlier
	}
	for range findPages {
		var page []found
		err := a.rest.do(ctx, call{method: http.MethodGet, route: "/channels/*/messages", args: []string{channel},
			query: url.Values{"after": {strconv.FormatInt(so.after, 10)}, "limit": {strconv.Itoa(findPage)}}}, &page)
		if err != nil {
			a.searches.Put(name, so, findKept)
			return nil, a.explained(ctx, ch, err)
		}
		for _, m := range slices.Backward(page) { // newest first
			if m.Author.ID == a.self && m.has(key) {
				so.found = append(slices.Clip(so.found), messageID(channel, m.ID))
			}
			if n, err := strconv.ParseInt(m.ID, 10, 64); err == nil {
				so.after = max(so.after, n)
			}
		}
		if len(page) < findPage {
			a.searches.Forget(name)
			return so.found, nil
		}
	}
	a.searches.Put(name, so, findKept)
	return nil, errors.New("not every message is looked through yet")
}

// firstID is the smallest identifier of what Discord makes at t.
func firstID(t time.Time) int64 { return max(t.UnixMilli()-discordZero, 0) << 22 }

// Delete removes one of the bot's own messages.
func (a *Adapter) Delete(ctx context.Context, id bot.MessageID) error {
	channel, message, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	err = a.rest.do(ctx, call{method: http.MethodDelete, route: "/channels/*/messages/*", args: []string{channel, message}}, nil)
	return deliveryFault(err)
}

// Thread opens the thread of a message, or finds the one that there is: it has
// the message's own identifier.
func (a *Adapter) Thread(ctx context.Context, id bot.MessageID, title string) (bot.ChannelID, error) {
	channel, message, err := parseMessage(id)
	if err != nil {
		return "", ourFault(err)
	}
	title = shortened(strings.Join(strings.Fields(title), " "), threadName)
	if title == "" {
		title = "…"
	}
	body, err := encode(map[string]any{"name": title, "auto_archive_duration": threadIdle})
	if err != nil {
		return "", ourFault(err)
	}
	err = a.rest.do(ctx, call{method: http.MethodPost, route: "/channels/*/messages/*/threads", args: []string{channel, message}, body: body, again: true}, nil)
	if err != nil && codeOf(err) != codeHasThread {
		return "", a.explained(ctx, channelID(channel), err)
	}
	return channelID(message), nil
}
