package discord

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"studyhall/bot"
)

const (
	typePinned  = 6  // of a message that says who pinned what; Discord posts it by itself
	noticesRead = 20 // newest messages among which that of a pin is looked for
)

// Pin pins or unpins a message, for which Discord wants the permission Pin
// Messages. The line that Discord posts under a pin is removed again: it is the
// bot's own message, and says nothing that the question doesn't.
func (a *Adapter) Pin(ctx context.Context, id bot.MessageID, pinned bool) error {
	channel, message, err := parseMessage(id)
	if err != nil {
		return ourFault(err)
	}
	method := http.MethodPut
	if !pinned {
		method = http.MethodDelete
	}
	err = a.rest.do(ctx, call{method: method, route: "/channels/*/messages/pins/*", args: []string{channel, message}}, nil)
	if err != nil {
		return a.unpinnable(ctx, channelID(channel), err)
	}
	if !pinned {
		return nil
	}
	return a.hush(ctx, channel, message)
}

// unpinnable is the error of a pin that was refused.
func (a *Adapter) unpinnable(ctx context.Context, ch bot.ChannelID, err error) error {
	switch codeOf(err) {
	case codeNoPermission:
		c, _ := a.channel(ctx, ch, false) // without its name the sentence is good enough
		return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsNoPin, Fix: fixPermissions(c.Name, namePins), Err: err}
	case codePinsFull:
		return &bot.DeliveryError{Kind: bot.Refused, Cause: wordsPinsFull, Fix: fixPinsFull, Err: err}
	}
	return a.explained(ctx, ch, err)
}

// hush removes what Discord said about a pin. Where the bot may not read, or
// people wrote a lot meanwhile, the line stays. An outcome that isn't known is an
// error, so that the pin is made again, which changes nothing, and this too.
func (a *Adapter) hush(ctx context.Context, channel, message string) error {
	if err := a.WaitReady(ctx); err != nil { // before that we don't know our own messages
		return err
	}
	var newest []struct {
		ID        string  `json:"id"`
		Type      int     `json:"type"`
		Author    account `json:"author"`
		Reference struct {
			Message string `json:"message_id"`
		} `json:"message_reference"`
	}
	err := a.rest.do(ctx, call{method: http.MethodGet, route: "/channels/*/messages", args: []string{channel},
		query: url.Values{"limit": {strconv.Itoa(noticesRead)}}}, &newest)
	for _, m := range newest {
		if err == nil && m.Type == typePinned && m.Author.ID == a.self && m.Reference.Message == message {
			err = a.rest.do(ctx, call{method: http.MethodDelete, route: "/channels/*/messages/*", args: []string{channel, m.ID}}, nil)
		}
	}
	err = deliveryFault(err)
	if known, ok := errors.AsType[*bot.DeliveryError](err); ok && (known.Kind == bot.Refused || known.Kind == bot.Gone) {
		a.log.Info("the line about a pin stays", "channel", channel, "err", known.Err)
		return nil
	}
	return err
}
