package browser

import (
	"context"
	"fmt"

	"studyhall/bot"
)

// Hand does what one of the chat's people does, without a page. A demonstration
// whose group has a history uses it, so that the history is what the program made
// of it.
type Hand struct {
	site *site
	who  person
}

// Post is a message as a person sees it.
type Post struct {
	ID      bot.MessageID
	Private bool // that person alone sees it
	Message bot.Message
}

// Hand is that of the person with an identifier. What is done by it is answered
// by core.
func (a *Adapter) Hand(core bot.Core, id string) (Hand, error) {
	p, ok := a.person(id)
	if !ok {
		return Hand{}, fmt.Errorf("nobody in the chat is called %q", id)
	}
	return Hand{&site{Adapter: a, core: core}, p}, nil
}

// Channel is a channel's identifier.
func (h Hand) Channel(name string) bot.ChannelID { return channelID(name) }

// Say types into a channel, and returns what the bot answers.
func (h Hand) Say(ctx context.Context, ch bot.ChannelID, text string) (Post, bot.Response, error) {
	return answered(h.site.say(ctx, h.who, ch, text))
}

// Press presses a control of a message.
func (h Hand) Press(ctx context.Context, id bot.MessageID, action string) (Post, bot.Response, error) {
	post, r, err := answered(h.site.press(ctx, h.who, id, action))
	if r.Edit != nil {
		post = Post{ID: id, Private: true, Message: *r.Edit}
	}
	return post, r, err
}

// Submit sends a form that a control of a message opened, or with "" a command.
func (h Hand) Submit(ctx context.Context, ch bot.ChannelID, id bot.MessageID, action string, values bot.Values) (Post, bot.Response, error) {
	sent := submission{channel: ch, message: id, action: action, values: values}
	post, r, err := answered(h.site.submit(ctx, h.who, sent))
	if r.Edit != nil {
		post = Post{ID: id, Private: true, Message: *r.Edit}
	}
	return post, r, err
}

func answered(o outcome, err error) (Post, bot.Response, error) {
	if err != nil || o.Response.Reply == nil {
		return Post{}, o.Response, err
	}
	return Post{ID: o.Reply, Private: o.Response.Private, Message: *o.Response.Reply}, o.Response, nil
}

// See is the last messages that the person sees in a channel, oldest first.
func (h Hand) See(ctx context.Context, ch bot.ChannelID, n int) ([]Post, error) {
	entries, _, err := h.site.store.last(ctx, ch, h.who.user(), n)
	if err != nil {
		return nil, err
	}
	var posts []Post
	for _, e := range entries {
		if e.author == "" {
			posts = append(posts, Post{ID: e.id(), Private: e.reader != "", Message: e.message})
		}
	}
	return posts, nil
}

// Tidy removes what only one person sees, and the commands typed to get it, as
// platforms do when their pages are loaded again; everybody has read the rest.
// No page may be open meanwhile: it would not be told.
func (a *Adapter) Tidy(ctx context.Context) error {
	if err := a.store.forgetWhispers(ctx); err != nil {
		return err
	}
	for _, p := range a.everybody() {
		if err := a.store.markAllSeen(ctx, p.user()); err != nil {
			return err
		}
	}
	return nil
}
