package slack

import (
	"context"
	"errors"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

const (
	// postPatience is how long a post waits for a limit before it is put off, so that
	// a workspace at its limit holds up nobody who writes to others.
	postPatience  = 2 * time.Second
	directKept    = time.Hour           // for which a private conversation is remembered here, and an account taken to be open
	directSpace   = "slack/direct"      // of the shelf: private conversations by person, to look for posts there
	leftSpace     = "slack/left"        // of the shelf: conversations with people whose accounts were closed lately
	directShelved = 30 * 24 * time.Hour // for which one is kept there
)

// memory is what an adapter remembers of people and places.
type memory struct {
	channels *adapterkit.Memo[conversation]
	people   *adapterkit.Memo[bot.Profile]
	handles  *adapterkit.Memo[string]  // of people who did something, should Slack say no more of them
	directs  *adapterkit.Memo[string]  // private conversations by person
	images   *adapterkit.Memo[picture] // by their content
	searches *adapterkit.Memo[search]
	groups   *adapterkit.Memo[[]userGroup] // by workspace
	told     *tellings
}

func newMemory() memory {
	return memory{
		channels: adapterkit.NewMemo[conversation](), people: adapterkit.NewMemo[bot.Profile](), handles: adapterkit.NewMemo[string](),
		directs: adapterkit.NewMemo[string](), images: adapterkit.NewMemo[picture](),
		searches: adapterkit.NewMemo[search](), groups: adapterkit.NewMemo[[]userGroup](), told: newTellings(),
	}
}

// written is the answer of methods that write a message.
type written struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// Send posts a message, with its key in the metadata. It is never repeated where
// it may have arrived.
func (a *Adapter) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	p, err := parseChannel(ch)
	if err != nil {
		return "", ourFault(err)
	}
	var posted written
	err = a.withImage(ctx, p.team, m, func(image string) error {
		body, err := checked(postBody(ch, m, image))
		if err != nil {
			return err
		}
		return a.rest.do(ctx, call{team: p.team, method: "chat.postMessage", body: body, place: p.channel, patience: postPatience}, &posted)
	})
	if err != nil {
		return "", a.explained(ctx, p, err)
	}
	if !isTimestamp(posted.TS) {
		return "", errors.New("no message is named for a post")
	}
	if isID(posted.Channel) {
		a.wentTo(ctx, p, posted.Channel)
		p.channel = posted.Channel
	}
	if len(m.Files) > 0 {
		if err := a.share(ctx, p, m.Files); err != nil {
			a.log.Warn("files of a post not shared", "channel", ch, "err", err)
		}
	}
	return p.message(posted.TS), nil
}

// wentTo takes note of where a post is: one to a person is in their conversation,
// which has to be known to look there later.
func (a *Adapter) wentTo(ctx context.Context, p place, channel string) {
	if !p.person() || channel == p.channel {
		return
	}
	w, err := a.rest.teams.of(ctx, p.team)
	if err == nil {
		err = a.config.Shelf.Put(ctx, directSpace, directKey(w, p.channel), []byte(channel), directShelved)
	}
	if err != nil {
		a.log.Warn("conversation not remembered", "err", err)
	}
}

// directKey is what the conversation of a workspace's bot with a person is kept
// under.
func directKey(w workspace, person string) string {
	return w.Team + "/" + w.BotUser + "/" + person
}

// checked is a body that Slack's limits allow.
func checked(body []byte, err error) ([]byte, error) {
	if err == nil {
		err = errors.Join(Check(body)...)
	}
	if err != nil {
		return nil, ourFault(err)
	}
	return body, nil
}

// Edit replaces a posted message.
func (a *Adapter) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	p, _, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	err = a.withImage(ctx, p.team, m, func(image string) error {
		body, err := checked(updateBody(id, m, image))
		if err != nil {
			return err
		}
		return a.rest.do(ctx, call{team: p.team, method: "chat.update", body: body, patience: postPatience}, nil)
	})
	return a.explained(ctx, p, err)
}

// explained is an error of a request to a channel, by the name that people know.
func (a *Adapter) explained(ctx context.Context, p place, err error) error {
	no, ok := errors.AsType[*refusal](err)
	if !ok {
		return deliveryFault(err, "")
	}
	if p.private() && no.Code == "channel_not_found" {
		return &bot.DeliveryError{Kind: bot.Gone, Cause: wordsNoDirect, Fix: fixNoDirect, Err: err}
	}
	name := a.channels.Last(p.key()).Name
	if name == "" && !p.private() && !tokenRefused(no.Code) {
		c, _ := a.conversation(ctx, p, false) // without its name the sentence is good enough
		name = c.Name
	}
	if name != "" {
		name = "#" + name
	}
	return deliveryFault(err, name)
}

// Direct is the private conversation with a person. Where Slack doesn't let the
// bot open one, a post to the person does. That it succeeds says that the account
// is open, so Slack is asked again every hour: what the shelf holds would say so of
// one that was closed since.
func (a *Adapter) Direct(ctx context.Context, user bot.UserID) (bot.ChannelID, error) {
	team, person, err := parseUser(user)
	if err != nil {
		return "", ourFault(err)
	}
	w, err := a.rest.teams.of(ctx, team)
	if err != nil {
		return "", deliveryFault(beforehand(err), "")
	}
	key := directKey(w, person)
	if ch, ok := a.directs.Get(key); ok && !a.hasLeft(ctx, key) {
		return place{team: team, channel: ch}.id(), nil
	}
	body, err := encode(map[string]string{"users": person})
	if err != nil {
		return "", ourFault(err)
	}
	var opened struct {
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
	}
	err = a.rest.do(ctx, call{team: team, method: "conversations.open", body: body, patience: postPatience, again: true}, &opened)
	switch {
	case codeOf(err) == codeScope:
		a.directs.Put(key, person, directKept)
		return place{team: team, channel: person}.id(), nil
	case err != nil:
		return "", deliveryFault(beforehand(err), "")
	case !isID(opened.Channel.ID):
		return "", deliveryFault(&notSent{errors.New("no conversation is named")}, "")
	}
	a.directs.Put(key, opened.Channel.ID, directKept)
	if err := a.config.Shelf.Put(ctx, directSpace, key, []byte(opened.Channel.ID), directShelved); err != nil {
		a.log.Warn("conversation not remembered", "err", err) // it is looked up only where none may be opened
	}
	return place{team: team, channel: opened.Channel.ID}.id(), nil
}

// beforehand is the error of what precedes a post: whatever became of it, nothing
// was posted.
func beforehand(err error) error {
	_, no := errors.AsType[*refusal](err)
	_, limited := errors.AsType[*tooMany](err)
	_, known := errors.AsType[*bot.DeliveryError](err)
	if err == nil || no || limited || known {
		return err
	}
	return &notSent{err}
}

// Delete removes one of the bot's own messages.
func (a *Adapter) Delete(ctx context.Context, id bot.MessageID) error {
	p, ts, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	body, err := encode(map[string]string{"channel": p.channel, "ts": ts})
	if err != nil {
		return ourFault(err)
	}
	return a.explained(ctx, p, a.rest.do(ctx, call{team: p.team, method: "chat.delete", body: body, patience: postPatience}, nil))
}

// Pin pins or unpins a message. What is so already is no error.
func (a *Adapter) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	p, ts, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	method, already := "pins.add", "already_pinned"
	if !pinned {
		method, already = "pins.remove", "no_pin"
	}
	body, err := encode(map[string]string{"channel": p.channel, "timestamp": ts})
	if err != nil {
		return ourFault(err)
	}
	err = a.rest.do(ctx, call{team: p.team, method: method, body: body, patience: postPatience}, nil)
	if codeOf(err) == already {
		return nil
	}
	return a.explained(ctx, p, err)
}

// Thread is the thread under a message, or the one that it is in. It need not be
// opened: the first reply does that.
func (a *Adapter) Thread(_ context.Context, id bot.MessageID, _ string) (bot.ChannelID, error) {
	p, ts, err := parseMessage(id)
	if err != nil {
		return "", ourFault(err)
	}
	if p.thread == "" {
		p.thread = ts
	}
	return p.id(), nil
}
