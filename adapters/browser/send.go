package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"studyhall/bot"
)

var (
	_ bot.Adapter   = (*Adapter)(nil)
	_ bot.Finder    = (*Adapter)(nil)
	_ bot.Profiler  = (*Adapter)(nil)
	_ bot.Checker   = (*Adapter)(nil)
	_ bot.Channeler = (*Adapter)(nil)
	_ bot.Placer    = (*Adapter)(nil)
	_ bot.Threader  = (*Adapter)(nil)
	_ bot.Pinner    = (*Adapter)(nil)
	_ bot.Deleter   = (*Adapter)(nil)
	_ bot.Router    = (*Adapter)(nil)
)

// Send posts a message, which is on the disk when Send returns. The same key
// sent twice is posted twice, as the big platforms do.
func (a *Adapter) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	if err := a.Check(ctx, ch); err != nil {
		return "", err
	}
	return a.post(ctx, entry{channel: ch, message: m})
}

// post keeps an entry and tells the open pages.
func (a *Adapter) post(ctx context.Context, e entry) (bot.MessageID, error) {
	e.at = a.now()
	err := a.written(func() (c Change, ok bool, err error) {
		e.number, err = a.store.add(ctx, e, a.wall())
		return e.change(Posted), err == nil, err
	})
	if err != nil {
		return "", err
	}
	return e.id(), nil
}

// change describes an entry for a watcher.
func (e entry) change(kind ChangeKind) Change {
	return Change{Kind: kind, Channel: e.channel, ID: e.id(), Author: e.author, Reader: e.reader, Message: e.message}
}

// Edit replaces a message, also a whisper.
func (a *Adapter) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	return a.changed(ctx, id, func(e entry) (Change, bool, error) {
		ok, err := a.store.edit(ctx, e.number, m)
		e.message = m
		return e.change(Edited), ok, err
	})
}

// Delete removes a message of the bot.
func (a *Adapter) Delete(ctx context.Context, id bot.MessageID) error {
	return a.changed(ctx, id, func(e entry) (Change, bool, error) {
		ok, err := a.store.remove(ctx, e.number)
		return e.change(Deleted), ok, err
	})
}

// Pin shows a message at the top of its channel, or no longer.
func (a *Adapter) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	e, err := a.own(ctx, id)
	if err != nil {
		return err
	}
	kind := Unpinned
	if pinned {
		kind = Pinned
	}
	return a.written(func() (Change, bool, error) {
		ok, err := a.store.pin(ctx, e.number, pinned)
		return e.change(kind), ok, err
	})
}

func (a *Adapter) changed(ctx context.Context, id bot.MessageID, change func(e entry) (Change, bool, error)) error {
	e, err := a.own(ctx, id)
	if err != nil {
		return err
	}
	done := false
	err = a.written(func() (Change, bool, error) {
		c, ok, err := change(e)
		done = ok
		return c, ok, err
	})
	if err == nil && !done {
		return gone(id)
	}
	return err
}

// own finds a message of the bot in a place where it may still change it.
func (a *Adapter) own(ctx context.Context, id bot.MessageID) (entry, error) {
	if err := ctx.Err(); err != nil {
		return entry{}, notSent(err)
	}
	number, _ := messageNumber(id)
	e, ok, err := a.store.get(ctx, number)
	if err != nil {
		return entry{}, err
	}
	if !ok || e.author != "" {
		return entry{}, gone(id)
	}
	return e, a.Check(ctx, e.channel)
}

func gone(id bot.MessageID) error {
	return &bot.DeliveryError{Kind: bot.Gone, Cause: "That message is no longer there.", Fix: "post it again", Err: fmt.Errorf("no message %q", id)}
}

func notSent(err error) error {
	return &bot.DeliveryError{Kind: bot.NotSent, Cause: "There was no time left to post it.", Fix: "try again", Err: err}
}

// Direct is the private conversation of the bot with a person.
func (a *Adapter) Direct(_ context.Context, user bot.UserID) (bot.ChannelID, error) {
	p, ok := a.person(string(user))
	if !ok {
		return "", &bot.DeliveryError{Kind: bot.Gone, Cause: "That person is no longer here.",
			Fix: "nothing needs to be done", Err: fmt.Errorf("no person %q", user)}
	}
	return directID(p.ID), nil
}

// Find lists the posted messages with a key. The instant may be the bot's
// clock's or the machine's.
func (a *Adapter) Find(ctx context.Context, ch bot.ChannelID, key string, since time.Time) ([]bot.MessageID, error) {
	found, err := a.store.find(ctx, ch, key, since)
	if err != nil {
		return nil, err
	}
	var ids []bot.MessageID
	for _, e := range found {
		ids = append(ids, e.id())
	}
	return ids, nil
}

// Profile is what the configuration says of a person.
func (a *Adapter) Profile(_ context.Context, _ bot.SpaceID, user bot.UserID) (bot.Profile, error) {
	p, ok := a.person(string(user))
	if !ok {
		return bot.Profile{}, fmt.Errorf("no person %q", user)
	}
	return bot.Profile{Name: p.Name, Zone: p.Zone, Administrator: p.Administrator}, nil
}

// Check refuses channels that don't exist or that the bot was removed from.
func (a *Adapter) Check(ctx context.Context, ch bot.ChannelID) error {
	if err := ctx.Err(); err != nil {
		return notSent(err)
	}
	name, ok, err := a.place(ctx, ch)
	if err != nil {
		return err
	}
	if !ok {
		return &bot.DeliveryError{Kind: bot.Refused, Cause: "That channel is no longer there.",
			Fix: "choose another channel", Err: fmt.Errorf("no channel %q", ch)}
	}
	root, err := a.root(ctx, ch)
	if err != nil {
		return err
	}
	closed, err := a.store.isClosed(ctx, root)
	if err != nil {
		return err
	}
	if closed {
		return &bot.DeliveryError{Kind: bot.Refused, Cause: "That channel no longer has me in it.",
			Fix: fmt.Sprintf("open %s here, press “Channel menu” at the top and then “%s”", name, inviteLabel)}
	}
	return nil
}

// The labels by which people remove the bot from a channel and let it back in.
const (
	removeLabel = "Remove the bot from this channel"
	inviteLabel = "Invite the bot back"
)

// ChannelName is the name with its leading #, or a thread's title. Private
// conversations have none.
func (a *Adapter) ChannelName(ctx context.Context, ch bot.ChannelID) (string, error) {
	name, ok, err := a.place(ctx, ch)
	if err == nil && (!ok || strings.HasPrefix(string(ch), directPrefix)) {
		err = fmt.Errorf("channel %q has no name", ch)
	}
	return name, err
}

// Place is the one space there is.
func (a *Adapter) Place(ctx context.Context, ch bot.ChannelID) (bot.Place, error) {
	_, ok, err := a.place(ctx, ch)
	if err == nil && !ok {
		err = fmt.Errorf("no channel %q", ch)
	}
	return bot.Place{Space: hall}, err
}

// place is what the page calls a channel, private conversation or thread; false
// if there is none of that identifier.
func (a *Adapter) place(ctx context.Context, ch bot.ChannelID) (string, bool, error) {
	if name, ok := strings.CutPrefix(string(ch), channelPrefix); ok {
		return "#" + name, a.hasChannel(name), nil
	}
	if name, ok := strings.CutPrefix(string(ch), directPrefix); ok {
		_, ok := a.person(name)
		return botName, ok, nil
	}
	t, ok, err := a.threadOf(ctx, ch)
	return t.title, ok, err
}

// Thread opens the conversation under a message, or finds the one there is.
func (a *Adapter) Thread(ctx context.Context, id bot.MessageID, title string) (bot.ChannelID, error) {
	number, _ := messageNumber(id)
	e, ok, err := a.store.get(ctx, number)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", gone(id)
	}
	t := thread{message: number, channel: e.channel, title: string(bot.Typed(title))}
	err = a.written(func() (Change, bool, error) {
		c := e.change(ThreadOpened)
		c.Title = t.title
		opened, err := a.store.openThread(ctx, t)
		return c, opened, err
	})
	if err != nil {
		return "", err
	}
	return threadID(number), nil
}

func (a *Adapter) threadOf(ctx context.Context, ch bot.ChannelID) (thread, bool, error) {
	digits, ok := strings.CutPrefix(string(ch), threadPrefix)
	if !ok {
		return thread{}, false, nil
	}
	number, ok := messageNumber(bot.MessageID(messagePrefix + digits))
	if !ok {
		return thread{}, false, nil
	}
	return a.store.thread(ctx, number)
}

// root is the channel or private conversation in which a thread hangs; any
// other place is its own root.
func (a *Adapter) root(ctx context.Context, ch bot.ChannelID) (bot.ChannelID, error) {
	for range 10 { // threads in threads are not offered, yet possible
		t, ok, err := a.threadOf(ctx, ch)
		if err != nil || !ok {
			return ch, err
		}
		ch = t.channel
	}
	return ch, nil
}

// mayRead tells whether a person sees a place at all.
func (a *Adapter) mayRead(ctx context.Context, p person, ch bot.ChannelID) (bool, error) {
	if _, ok, err := a.place(ctx, ch); err != nil || !ok {
		return false, err
	}
	root, err := a.root(ctx, ch)
	if err != nil {
		return false, err
	}
	return !strings.HasPrefix(string(root), directPrefix) || root == directID(p.ID), nil
}

// visible finds a message that a person may see.
func (a *Adapter) visible(ctx context.Context, p person, id bot.MessageID) (entry, bool, error) {
	number, ok := messageNumber(id)
	if !ok {
		return entry{}, false, nil
	}
	e, ok, err := a.store.get(ctx, number)
	if err != nil || !ok || (e.reader != "" && e.reader != p.user()) {
		return entry{}, false, err
	}
	if ok, err = a.mayRead(ctx, p, e.channel); err != nil || !ok {
		return entry{}, false, err
	}
	return e, true, nil
}
