package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrUnreadable is why a [Finder] finds nothing in a channel whose messages the
// platform doesn't let the bot read.
var ErrUnreadable = errors.New("messages can't be read there")

// Add makes an adapter's channels and people reachable. Two adapters of one
// name are a programmer's error and panic.
func (b *Bot) Add(a Adapter) {
	if _, ok := b.adapters[a.Name()]; ok {
		panic(fmt.Sprintf("bot: adapter %q is added twice", a.Name()))
	}
	b.adapters[a.Name()], b.rooms[a.Name()] = a, make(room, mostAtOnce)
}

// power finds the adapter of an identifier and asserts a power of it.
func power[P any, ID ~string](b *Bot, id ID) (P, bool) {
	p, ok := b.adapters[AdapterOf(id)].(P)
	return p, ok
}

// notConnected is what becomes of a message to a platform that isn't connected.
func notConnected[ID ~string](id ID) error {
	return &DeliveryError{
		Kind:  NotSent,
		Cause: "The bot is not connected to that platform just now.",
		Fix:   "ask whoever runs the bot to check its settings",
		Err:   fmt.Errorf("no adapter %q", AdapterOf(id)),
	}
}

// Send posts a message; see [Adapter].
func (b *Bot) Send(ctx context.Context, ch ChannelID, m Message) (MessageID, error) {
	a, ok := power[Adapter](b, ch)
	if !ok {
		return "", notConnected(ch)
	}
	if err := m.Validate(); err != nil {
		return "", &DeliveryError{Kind: Refused, Cause: "The message broke one of our own limits.", Fix: "report this to the bot's authors", Err: err}
	}
	if _, ok := a.(Audiencer); !ok || AdapterOf(m.Ping) != AdapterOf(ch) {
		m.Ping = ""
	}
	return a.Send(ctx, ch, b.spelled(a.Name(), m))
}

// Edit replaces a posted message; see [Adapter].
func (b *Bot) Edit(ctx context.Context, id MessageID, m Message) error {
	a, ok := power[Adapter](b, id)
	if !ok {
		return notConnected(id)
	}
	if err := m.Validate(); err != nil {
		return &DeliveryError{Kind: Refused, Cause: "The message broke one of our own limits.", Fix: "report this to the bot's authors", Err: err}
	}
	m.Ping = ""
	return a.Edit(ctx, id, b.spelled(a.Name(), m))
}

// Direct opens the private conversation with a person; see [Adapter].
func (b *Bot) Direct(ctx context.Context, user UserID) (ChannelID, error) {
	a, ok := power[Adapter](b, user)
	if !ok {
		return "", notConnected(user)
	}
	return a.Direct(ctx, user)
}

// CanFind reports whether messages in the channel can be found by their key.
func (b *Bot) CanFind(ch ChannelID) bool {
	_, ok := power[Finder](b, ch)
	return ok
}

// Find looks for messages with a key; see [Finder].
func (b *Bot) Find(ctx context.Context, ch ChannelID, key string, since time.Time) ([]MessageID, error) {
	f, ok := power[Finder](b, ch)
	if !ok {
		return nil, fmt.Errorf("adapter %q cannot find messages", AdapterOf(ch))
	}
	return f.Find(ctx, ch, key, since)
}

// Delete removes one of the bot's own messages where the platform can.
func (b *Bot) Delete(ctx context.Context, id MessageID) error {
	d, ok := power[Deleter](b, id)
	if !ok {
		return nil
	}
	return d.Delete(ctx, id)
}

// Pin pins one of the bot's own messages, or unpins it, where the platform can;
// see [Pinner].
func (b *Bot) Pin(ctx context.Context, id MessageID, pinned bool) error {
	if _, ok := power[Adapter](b, id); !ok {
		return notConnected(id)
	}
	p, ok := power[Pinner](b, id)
	if !ok {
		return nil
	}
	return p.Pin(ctx, id, pinned)
}

// CanPin reports whether messages in the channel can be pinned.
func (b *Bot) CanPin(ch ChannelID) bool {
	_, ok := power[Pinner](b, ch)
	return ok
}

// CanPing reports whether posts in the channel can notify sets of people.
func (b *Bot) CanPing(ch ChannelID) bool {
	_, ok := power[Audiencer](b, ch)
	return ok
}

// Audience tells about a set of people; see [Audiencer].
func (b *Bot) Audience(ctx context.Context, ch ChannelID, id AudienceID) (Audience, error) {
	a, ok := power[Audiencer](b, ch)
	if !ok || AdapterOf(id) != AdapterOf(ch) {
		return Audience{}, fmt.Errorf("%q can't be notified in %s", id, ch)
	}
	about, err := a.Audience(ctx, ch, id)
	about.Name = string(Typed(about.Name))
	return about, err
}

// Thread opens the conversation under a message, or finds the one there is; ok is
// false where the platform has none.
func (b *Bot) Thread(ctx context.Context, id MessageID, title string) (ch ChannelID, ok bool, err error) {
	t, ok := power[Threader](b, id)
	if !ok {
		return "", false, nil
	}
	ch, err = t.Thread(ctx, id, title)
	return ch, err == nil, err
}

// Check tells whether a channel can be posted to; nil where the platform can't tell.
func (b *Bot) Check(ctx context.Context, ch ChannelID) error {
	if _, ok := power[Adapter](b, ch); !ok {
		return notConnected(ch)
	}
	c, ok := power[Checker](b, ch)
	if !ok {
		return nil
	}
	return c.Check(ctx, ch)
}

// CanCheck reports whether the platform of a channel tells if it can be posted to.
func (b *Bot) CanCheck(ch ChannelID) bool {
	_, ok := power[Checker](b, ch)
	return ok
}

// Profile is what the platform knows of a person; empty where it can't tell or fails.
func (b *Bot) Profile(ctx context.Context, space SpaceID, user UserID) Profile {
	p, ok := power[Profiler](b, user)
	if !ok {
		return Profile{}
	}
	profile, err := p.Profile(ctx, space, user)
	if err != nil {
		b.log.Warn("profile not read", "user", user, "err", err)
		return Profile{}
	}
	profile.Name, profile.Zone = string(Typed(profile.Name)), string(Typed(profile.Zone))
	return profile
}

// ThisChannel is what a channel is called whose name the platform doesn't tell. It
// is right only for who is in it.
const ThisChannel = "this channel"

// ChannelName is what people call a channel, or [ThisChannel].
func (b *Bot) ChannelName(ctx context.Context, ch ChannelID) string {
	if c, ok := power[Channeler](b, ch); ok {
		if name, err := c.ChannelName(ctx, ch); err == nil && name != "" {
			return string(Typed(name))
		}
	}
	return ThisChannel
}

// Place is where a channel is; ok is false where the platform can't tell, or
// does not know the channel.
func (b *Bot) Place(ctx context.Context, ch ChannelID) (p Place, ok bool) {
	placer, ok := power[Placer](b, ch)
	if !ok {
		return Place{}, false
	}
	p, err := placer.Place(ctx, ch)
	if err != nil {
		b.log.Warn("place not read", "channel", ch, "err", err)
		return Place{}, false
	}
	p.Name = string(Typed(p.Name))
	return p, true
}

// CanPlace reports whether the platform of a channel knows where its channels are.
func (b *Bot) CanPlace(ch ChannelID) bool {
	_, ok := power[Placer](b, ch)
	return ok
}
