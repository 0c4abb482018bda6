package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"studyhall/bot"
)

// limitAck is less than the bytes of an acknowledgement that Slack drops without a
// word (20 KB).
const limitAck = 19_000

// errMissed is an answer for which nobody waits any more: the form was acknowledged
// before it, and has closed.
var errMissed = errors.New("the acknowledgement was gone before the answer")

// submit has a sent form answered. The answer is the acknowledgement; if the core
// is late, the form closes, or asks for a moment, and the answer follows.
func (a *Adapter) submit(ctx context.Context, r received) {
	i, files, ok := done(r)
	if !ok {
		r.ack(nil)
		return
	}
	c := a.exchange(r, i)
	answered := make(chan bot.Response, 1)
	a.life.Background(func(ctx context.Context) { answered <- c.ask(ctx, files) })
	timer := time.NewTimer(patience - min(time.Since(r.at), patience))
	defer timer.Stop()
	select {
	case response := <-answered:
		c.settle(ctx, response)
	case <-timer.C:
		c.postpone()
		select {
		case response := <-answered:
			c.keep(ctx, response)
		case <-ctx.Done():
			a.log.Error("form not answered", "interaction", i, "err", ctx.Err())
		}
	}
	a.touch(r)
}

// ask has the core answer, with the files that were sent.
func (c *exchange) ask(ctx context.Context, files []sentFile) bot.Response {
	i := c.i
	for _, f := range files {
		file, err := c.fetch(ctx, c.team, f)
		if err != nil {
			c.log.Warn("file not read", "interaction", i, "err", err)
			return bot.Whisper(bot.Message{Text: wordsUnread(err, f.Most)})
		}
		i.Files = append(i.Files, file)
	}
	c.acted(ctx, c.team)
	return c.core.Handle(ctx, i)
}

// settle answers a form in time.
func (c *exchange) settle(ctx context.Context, r bot.Response) {
	switch {
	case len(r.Invalid) > 0:
		if !c.fault(r.Invalid) {
			c.mend(ctx, r.Invalid)
		}
		return
	case r.Form != nil:
		c.next(ctx, r)
	case c.from.Page && c.shows == "" && (r.Reply != nil || r.Edit != nil):
		c.turn(ctx, r)
		c.dropForm(ctx)
		return
	default:
		c.ack(nil)
	}
	c.show(ctx, r)
	c.dropForm(ctx)
}

// postpone closes a form whose answer follows. Where nothing else could show that,
// the form stays and asks for a moment, if it hasn't closed already.
func (c *exchange) postpone() {
	if !c.from.Page || c.shows != "" {
		c.ack(nil)
		return
	}
	view, err := momentBody(c.team)
	if err == nil {
		err = c.ackView(view)
	}
	switch {
	case err == nil:
		c.shows, c.turned = c.View.ID, time.Now()
	case !errors.Is(err, errMissed):
		c.log.Error("form not answered", "interaction", c.i, "err", err)
		c.ack(nil)
	}
}

// turn has a form over a home page turn into its answer, which nothing else could
// show.
func (c *exchange) turn(ctx context.Context, r bot.Response) {
	m := r.Reply
	if m == nil {
		m = r.Edit
	}
	if len(m.Files) == 0 && (m.Card == nil || m.Card.Image == nil) {
		if view, err := c.modalBody(*m, ""); err == nil && len(view) <= limitAck && c.ackView(view) == nil {
			return
		}
	}
	c.postpone()
	c.whisper(ctx, *m)
}

// ackView has the form turn into another view; errMissed if it has closed already.
func (c *exchange) ackView(view []byte) error {
	body, err := encode(struct {
		Action string          `json:"response_action"`
		View   json.RawMessage `json:"view"`
	}{"update", view})
	if err == nil && !c.ack(body) {
		err = errMissed
	}
	return err
}

// next has the form turn into the one that follows it.
func (c *exchange) next(ctx context.Context, r bot.Response) {
	kept := c.newForm(r)
	view, err := fits(viewBody(c.named(ctx, kept.Form), kept.From))
	long := len(view) > limitAck
	if err == nil && !long {
		err = c.ackView(view)
	}
	if errors.Is(err, errMissed) {
		c.openKept(ctx, kept)
		return
	}
	if err != nil || long {
		c.ack(nil)
	}
	// It is kept after the acknowledgement, which has no time for that.
	lost := c.putForm(ctx, kept)
	if lost != nil {
		c.log.Error("form not kept", "err", lost)
	}
	switch {
	case err != nil:
		c.broken(ctx, err)
	case long && lost != nil:
		c.tell(ctx, wordsOldForm)
	case long:
		c.whisper(ctx, *openButton(wordsNext, labelOpen, kept.ID))
	}
}

// keep shows the answer to a form that has closed meanwhile.
func (c *exchange) keep(ctx context.Context, r bot.Response) {
	if len(r.Invalid) > 0 {
		c.mend(ctx, r.Invalid)
		return
	}
	c.answer(ctx, r)
	c.dropForm(ctx)
}

// fault shows in the form what is wrong with it. A form without fields has no place
// for that and closes, and one that has closed already shows nothing; then fault
// reports false.
func (c *exchange) fault(invalid map[string]string) bool {
	body, err := errorsBody(invalid, c.View.inputs())
	return c.ack(body) && err == nil
}

// mend whispers what is wrong with a form that has closed, with a button that
// opens it again as it was filled in.
func (c *exchange) mend(ctx context.Context, invalid map[string]string) {
	kept := c.getForm(ctx, c.from.Form)
	if kept == nil {
		c.tell(ctx, wordsOldForm)
		return
	}
	kept.Values = c.i.Values
	text := wordsFaults
	if whole := invalid[""]; whole != "" {
		text += bot.Textf("\n%s", whole)
	}
	for _, f := range kept.Form.Fields {
		if fault := invalid[f.Name]; fault != "" {
			text += bot.Textf("\n%s: %s", f.Label, fault)
		}
	}
	if err := c.putForm(ctx, *kept); err != nil {
		c.log.Error("form not kept", "err", err)
		c.tell(ctx, wordsOldForm)
		return
	}
	c.whisper(ctx, *openButton(text, labelFix, kept.ID))
}
