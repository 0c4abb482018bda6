package slack

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"studyhall/bot"
)

// Slack shows an error for a form that isn't answered within 3 seconds, and opens
// no form later than that; the way here and the way back are part of them.
const (
	patience = 2 * time.Second         // for the answer to a sent form
	openTime = 2900 * time.Millisecond // after which nothing can be opened any more
	viewTime = 10 * time.Second        // for a request about a view
	// pictureTime is for a picture to be there, before the words that say the same
	// take its place.
	pictureTime = 15 * time.Second
	// turnPause is between an acknowledgement that changes a view and a request
	// that changes it, since they go different ways.
	turnPause = 500 * time.Millisecond
)

// A response_url takes so many messages for so long:
// docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is a response_url.
type hook struct {
	URL   string `json:"url,omitempty"`
	Used  int    `json:"used,omitempty"`
	Until int64  `json:"until,omitempty"` // Unix seconds
}

func (h hook) usable(now time.Time) bool {
	return h.URL != "" && h.Used < hookUses && now.Unix() < h.Until
}

// errNoHook is that there is no response_url, or none any more.
var errNoHook = errors.New("no response_url that works")

// exchange is the answering of one thing that somebody did.
type exchange struct {
	*Adapter
	received
	i      bot.Interaction
	shows  string    // the modal that shows what is for the person; "" for none
	top    string    // the view that was opened last
	opened bool      // its trigger was used
	turned time.Time // when the acknowledgement had a form turn into that modal
}

// exchange begins the answering.
func (a *Adapter) exchange(r received, i bot.Interaction) *exchange {
	return &exchange{Adapter: a, received: r, i: i, shows: r.modal()}
}

// serve has somebody answered who used a command or a control.
func (a *Adapter) serve(ctx context.Context, r received) {
	i, _, ok := done(r)
	if !ok {
		return
	}
	c := a.exchange(r, i)
	if id, ok := formButton(i.Action); ok {
		c.reopen(ctx, id)
		return
	}
	a.acted(ctx, r.team)
	c.answer(ctx, a.core.Handle(ctx, i))
	a.touch(r)
}

// refuseFlood answers one thing too many.
func (a *Adapter) refuseFlood(ctx context.Context, r received) {
	if a.leaveOut(r) {
		return
	}
	a.exchange(r, r.interaction()).tell(ctx, wordsFlood)
}

// leaveOut acknowledges what isn't worked on. A form stays open and says so; a menu
// asks again at the next letter. It reports whether that tells the person all.
func (a *Adapter) leaveOut(r received) bool {
	switch {
	case r.Type == typedLetters:
		r.ack([]byte(noOptions))
	case r.Type == sentForm && r.View != nil:
		return a.exchange(r, r.interaction()).fault(map[string]string{"": wordsFlood.Plain()})
	default:
		r.ack(nil)
		return false
	}
	return true
}

// answer shows a response.
func (c *exchange) answer(ctx context.Context, r bot.Response) {
	if r.Form != nil {
		c.openKept(ctx, c.newForm(r))
	}
	c.show(ctx, r)
}

// show shows what of a response is a message.
func (c *exchange) show(ctx context.Context, r bot.Response) {
	if r.Edit != nil && c.i.Message == "" { // nothing to replace: the person still gets the answer
		if r.Reply == nil {
			r.Reply, r.Private = r.Edit, true
		}
		r.Edit = nil
	}
	if r.Edit != nil {
		c.edit(ctx, *r.Edit)
	}
	switch {
	case r.Reply == nil:
	case r.Private || c.onPage(): // nobody else is there
		c.whisper(ctx, *r.Reply)
	default:
		c.say(ctx, *r.Reply)
	}
}

// edit replaces the message whose control was used, for everybody who sees it.
func (c *exchange) edit(ctx context.Context, m bot.Message) {
	if c.shows != "" {
		c.whisper(ctx, m)
		return
	}
	if !c.i.Whisper {
		if err := c.Edit(ctx, c.i.Message, m); err != nil {
			c.log.Warn("message not edited", "interaction", c.i, "err", err)
			if c.direct() { // it is the answer, and nobody else sees it
				c.whisper(ctx, m)
			}
		}
		return
	}
	err := c.respond(ctx, m, true, true)
	if unknown(err) { // the same again changes nothing
		err = c.respond(ctx, m, true, true)
	}
	if err != nil && !unknown(err) { // it can't be replaced any more, so it is said again below
		c.whisper(ctx, m)
	} else if err != nil {
		c.log.Warn("whisper perhaps not replaced", "interaction", c.i, "err", err)
	}
}

// unknown reports whether a request that ended so may have arrived.
func unknown(err error) bool {
	return err != nil && !errors.As(err, new(*refusal)) && !errors.As(err, new(*tooMany)) && !errors.As(err, new(*notSent)) &&
		!errors.Is(err, errNoHook) && !errors.As(err, new(*faulty))
}

// tell whispers words of our own.
func (c *exchange) tell(ctx context.Context, words bot.Text) {
	c.whisper(ctx, bot.Message{Text: words})
}

// whisper shows a message to the person alone: in the modal that is open, in a
// modal over the home page, or as a whisper. A message that breaks Slack's limits
// is our fault, and said to be.
func (c *exchange) whisper(ctx context.Context, m bot.Message) {
	err := c.whispered(ctx, m)
	if errors.As(err, new(*faulty)) {
		c.broken(ctx, err)
	} else if err != nil {
		c.log.Warn("answer not shown", "interaction", c.i, "err", err)
	}
}

// broken says that what should be shown can't be, by our own fault.
func (c *exchange) broken(ctx context.Context, err error) {
	code := rand.Text()[:4]
	c.log.Error("answer not shown", "code", code, "interaction", c.i, "err", err)
	if err := c.whispered(ctx, bot.Message{Text: wordsBroken(code)}); err != nil {
		c.log.Warn("answer not shown", "interaction", c.i, "err", err)
	}
}

// whispered does what whisper says. After an outcome that isn't known nothing is
// tried another way: a copy would be worse.
func (c *exchange) whispered(ctx context.Context, m bot.Message) error {
	if len(m.Files) > 0 {
		m = c.handed(ctx, m)
	}
	if c.shows != "" {
		err := c.updateModal(ctx, m)
		if codeOf(err) != "not_found" {
			return err
		}
		c.shows = "" // it was closed meanwhile
		return c.ephemeral(ctx, m)
	}
	if c.onPage() {
		err := c.openModal(ctx, m)
		if err == nil || unknown(err) {
			return err
		}
		return c.ephemeral(ctx, m)
	}
	err := c.respond(ctx, m, true, false)
	if err == nil || unknown(err) || errors.As(err, new(*faulty)) {
		return err
	}
	if err = c.ephemeral(ctx, m); codeOf(err) != "" && !c.direct() {
		c.elsewhere(ctx)
	}
	return err
}

// elsewhere tells somebody who can't be answered where they wrote how to go on. It
// is no whisper, so it says nothing else.
func (c *exchange) elsewhere(ctx context.Context) {
	direct, err := c.Direct(ctx, c.i.User)
	if err == nil {
		_, err = c.Send(ctx, direct, bot.Message{Text: wordsElsewhere})
	}
	if err != nil {
		c.log.Warn("person not told", "interaction", c.i, "err", err)
	}
}

// respond posts to the response_url, as long as that works.
func (c *exchange) respond(ctx context.Context, m bot.Message, private, replace bool) error {
	if !c.hook.usable(c.config.Now()) {
		return errNoHook
	}
	return c.pictured(ctx, m, func(image string) error {
		body, err := fits(responseBody(c.place.id(), m, private, replace, image))
		if err != nil {
			return err
		}
		err = c.rest.hook(ctx, c.hook.URL, body)
		if err == nil || unknown(err) {
			c.hook.Used++
		}
		return err
	})
}

// pictured shows a message with its picture, or if that can't be uploaded with the
// words that say the same.
func (c *exchange) pictured(ctx context.Context, m bot.Message, show func(image string) error) error {
	if m.Card == nil || m.Card.Image == nil {
		return show("")
	}
	tried := false
	soon, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	err := c.withImage(soon, c.team, m, func(image string) error {
		tried = true
		return show(image)
	})
	if err == nil || tried && !noFile(err) {
		return err
	}
	c.log.Warn("picture not shown", "interaction", c.i, "err", err)
	return show("")
}

// ephemeral whispers without a response_url: where it was done, or in the
// conversation with the bot.
func (c *exchange) ephemeral(ctx context.Context, m bot.Message) error {
	where := c.place
	if where.channel == "" {
		direct, err := c.Direct(ctx, c.i.User)
		if err != nil {
			return err
		}
		if where, err = parseChannel(direct); err != nil {
			return err
		}
	}
	return c.pictured(ctx, m, func(image string) error {
		body, err := fits(ephemeralBody(where.id(), c.i.User, m, image))
		if err != nil {
			return err
		}
		return c.rest.do(ctx, call{team: where.team, method: "chat.postEphemeral", body: body, urgent: true}, nil)
	})
}

// handed gives files to the person, since whispers hold none: they stand in their
// conversation with the bot, and the message says so.
func (c *exchange) handed(ctx context.Context, m bot.Message) bot.Message {
	words := wordsFileSent
	if err := c.hand(ctx, m.Files); err != nil {
		c.log.Warn("file not sent", "interaction", c.i, "err", err)
		words = wordsNoFile
		if no, ok := errors.AsType[*bot.DeliveryError](err); ok {
			words = wordsNotSent(no.Cause, no.Fix)
		}
	}
	m.Files = nil
	if m.Card == nil {
		m.Card = &bot.Card{Body: m.Text}
	} else {
		m.Card = new(*m.Card)
	}
	m.Card.Footer = bot.Join("\n", words, m.Card.Footer)
	return m
}

func (c *exchange) hand(ctx context.Context, files []bot.File) error {
	direct, err := c.Direct(ctx, c.i.User)
	if err != nil {
		return err
	}
	p, err := parseChannel(direct)
	if err != nil {
		return err
	}
	return deliveryFault(c.share(ctx, p, files), "")
}

// say posts a message for everybody where it was done. Where the bot may not post,
// a command's answer is shown by Slack itself, and else the person learns what to
// do.
func (c *exchange) say(ctx context.Context, m bot.Message) {
	_, err := c.Send(ctx, c.place.id(), m)
	if err == nil {
		return
	}
	no, definite := errors.AsType[*bot.DeliveryError](err)
	if definite && no.Kind == bot.Refused && len(m.Files) == 0 {
		if err := c.respond(ctx, m, false, false); err == nil || unknown(err) {
			return
		}
	}
	c.log.Warn("answer not posted", "interaction", c.i, "err", err)
	if definite {
		c.tell(ctx, wordsNotPosted(no.Cause, no.Fix))
	}
}

// faulty is a body that Slack would refuse.
type faulty struct{ err error }

func (f *faulty) Error() string { return "a body that breaks Slack's limits: " + f.err.Error() }
func (f *faulty) Unwrap() error { return f.err }

// fits holds a body to Slack's limits before it is sent.
func fits(body []byte, err error) ([]byte, error) {
	if err == nil {
		err = errors.Join(Check(body)...)
	}
	if err != nil {
		return nil, &faulty{err}
	}
	return body, nil
}
