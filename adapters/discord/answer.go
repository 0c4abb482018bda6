package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// Discord takes an interaction back that isn't answered within 3 seconds; the
// way here and the way back are part of them.
const (
	patience = 1800 * time.Millisecond // before an answer is promised
	ackTime  = 3 * time.Second         // for the first answer
	memoTime = time.Minute             // for which what Discord said is remembered
)

// atOnce is how many interactions are worked on at once, as the core has it. The
// others wait in the line, where they take little memory.
const atOnce = 256

// receive takes an interaction as it came and returns at once.
func (a *Adapter) receive(raw []byte) {
	r, d, err := readInteraction(raw)
	if err != nil {
		a.log.Warn("interaction not understood", "err", err)
		return
	}
	a.take(r, d)
}

// take has an interaction answered.
func (a *Adapter) take(r received, d receivedData) {
	if r.Type < receivedCommand || r.Type > receivedForm || a.recent.Seen(r.ID) {
		return
	}
	if r.Member != nil && r.Guild != "" {
		a.members.Put(r.Guild+"/"+r.User.ID, r.Member.profile(), memoTime)
	}
	a.remember(r, d)
	ok, full := a.crowd.Enter(r.User.ID)
	if full {
		a.log.Error("too much at once, an interaction was left out")
		return
	}
	if !ok {
		a.life.Background(func(ctx context.Context) { a.refuseFlood(ctx, r) })
		return
	}
	leave := func() { a.crowd.Leave(r.User.ID) }
	// What can be answered with suggestions or a form alone can't be promised.
	form, again := formButton(d.CustomID)
	if again = again && r.Type == receivedPress; again || r.Type == receivedTyping {
		a.life.Background(func(ctx context.Context) {
			defer leave()
			if again {
				a.converse(r, d).reopen(ctx, form)
			} else {
				a.complete(ctx, r, d)
			}
		})
		return
	}
	c := a.converse(r, d)
	a.line.Take(adapterkit.Task{Due: r.at.Add(patience), Late: c.promise, Work: c.serve, Done: leave})
}

// refuseFlood answers one interaction too many.
func (a *Adapter) refuseFlood(ctx context.Context, r received) {
	if r.Type == receivedTyping {
		return // the client shows nothing, and asks again at the next letter
	}
	c := &conversation{Adapter: a, received: r}
	c.whisper(ctx, wordsFlood)
}

// complete answers what somebody is typing into an option.
func (a *Adapter) complete(ctx context.Context, r received, d receivedData) {
	c := a.used(d)
	i := r.interaction()
	i.Command = c.Name
	i.Values, _ = arguments(c.Fields, d.Options)
	var all []bot.Option
	if path, typed, ok := completing(c, d.Options); ok {
		i.Action = path
		all = a.core.Complete(ctx, i, typed)
	}
	body, err := suggestionsBody(all)
	if err == nil {
		err = a.callback(ctx, r, body, nil)
	}
	if err != nil {
		a.log.Info("suggestions not shown", "interaction", i, "err", err)
	}
}

// converse begins the answering of an interaction.
func (a *Adapter) converse(r received, d receivedData) *conversation {
	c := &conversation{Adapter: a, received: r, customID: d.CustomID}
	if r.Type == receivedCommand {
		c.private = a.used(d).Private
	}
	c.i, c.sent = a.done(r, d)
	return c
}

// serve has an interaction answered. If the core is late, an answer is promised
// meanwhile, unless it was: for a command with the visibility that the answer will
// have, for a control or form without showing anything.
func (c *conversation) serve(ctx context.Context) {
	if c.Type == receivedForm {
		c.opened(ctx, &c.i)
	}
	if c.shown {
		c.keep(ctx, c.ask(ctx, c.i, c.Guild, c.sent))
		return
	}
	answered := make(chan bot.Response, 1)
	i := c.i
	c.life.Background(func(ctx context.Context) { answered <- c.ask(ctx, i, c.Guild, c.sent) })
	timer := time.NewTimer(patience - min(time.Since(c.at), patience))
	defer timer.Stop()
	select {
	case response := <-answered:
		c.answer(ctx, response)
		return
	case <-timer.C:
	}
	c.promise(ctx)
	select {
	case response := <-answered:
		c.keep(ctx, response)
	case <-ctx.Done():
		c.log.Error("interaction not answered", "interaction", c.i, "err", ctx.Err())
	}
}

// ask has the core answer, with the files that were sent. The server is the one
// where it was asked, or "".
func (a *Adapter) ask(ctx context.Context, i bot.Interaction, server string, files []upload) bot.Response {
	for _, f := range files {
		file, err := a.fetch(ctx, f)
		if err != nil {
			a.log.Warn("file not read", "interaction", i, "err", err)
			return bot.Whisper(bot.Message{Text: wordsUnread(err, f.most)})
		}
		i.Files = append(i.Files, file)
	}
	a.acted(ctx, server)
	return a.core.Handle(ctx, i)
}

// wordsUnread says why a file couldn't be read.
func wordsUnread(err error, most int) bot.Text {
	if errors.Is(err, adapterkit.ErrLarge) {
		return bot.Textf(wordsLargeFile, adapterkit.Megabytes(most))
	}
	return wordsUnreadFile
}

// callback sends the first answer to an interaction. A second copy is refused,
// so that it may be repeated.
func (a *Adapter) callback(ctx context.Context, r received, body []byte, files []bot.File) error {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	err := a.rest.do(ctx, call{method: http.MethodPost, route: "/interactions/*/*/callback", args: []string{r.ID, r.Token},
		body: body, files: files, token: true, again: true}, nil)
	if err == nil {
		a.meter.Acknowledged(name, time.Since(r.at))
	}
	return err
}

// conversation is the answering of one interaction.
type conversation struct {
	*Adapter
	received
	i        bot.Interaction
	sent     []upload  // files, in fields of a command or form
	customID string    // of the control or form that was used
	private  bool      // the answer to the command is a whisper
	form     *keptForm // that was sent
	again    bool      // it was found faulty before
	unsure   bool      // the first answer may have arrived
	shown    bool      // a promise shows that an answer is coming, and to whom
}

// begin sends the first answer. Whether one of unknown outcome arrived is looked
// up. A failure is logged, and reported for what can be done another way.
func (c *conversation) begin(ctx context.Context, body []byte, files []bot.File, err error) bool {
	if err == nil {
		err = c.callback(ctx, c.received, body, files)
	}
	switch {
	case err == nil, codeOf(err) == codeAnswered: // an earlier attempt had arrived
		return true
	case codeOf(err) == codeUnknownCallback:
		c.log.Warn("an answer came too late", "interaction", c.i, "after", time.Since(c.at))
	default:
		if unknown(err) {
			looked := c.rest.do(ctx, c.original(http.MethodGet), nil)
			if looked == nil {
				return true
			}
			c.unsure = codeOf(looked) == 0
		}
		c.log.Error("interaction not answered", "interaction", c.i, "err", err)
	}
	return false
}

// unknown reports whether a request that ended so may have arrived.
func unknown(err error) bool {
	return err != nil && !errors.As(err, new(*refusal)) && !errors.As(err, new(*tooMany)) && !errors.As(err, new(*notSent))
}

// whisper answers with words that only the person sees.
func (c *conversation) whisper(ctx context.Context, words bot.Text) {
	body, err := answerBody(bot.Message{Text: words}, true)
	c.begin(ctx, body, nil, err)
}

// answer shows the response of a core that was in time.
func (c *conversation) answer(ctx context.Context, r bot.Response) {
	r = c.prepared(ctx, r)
	switch {
	case r.Form != nil:
		body, err := formBody(c.completable(*r.Form), c.ID)
		c.begin(ctx, body, nil, err)
	case r.Edit != nil:
		body, err := updateBody(*r.Edit)
		if !c.begin(ctx, body, files(*r.Edit), err) {
			c.fallBack(ctx, r)
			return
		}
		if r.Reply != nil {
			c.follow(ctx, *r.Reply, r.Private)
		}
	case r.Reply != nil:
		body, err := answerBody(*r.Reply, r.Private)
		if !c.begin(ctx, body, files(*r.Reply), err) {
			c.fallBack(ctx, r)
		}
	default:
		c.promise(ctx)
		c.nothing(ctx)
	}
}

// prepared turns a response into what this interaction can be answered with.
func (c *conversation) prepared(ctx context.Context, r bot.Response) bot.Response {
	if len(r.Invalid) > 0 {
		return c.faults(ctx, r.Invalid)
	}
	if c.form != nil { // it was taken
		if err := c.shelf.Delete(ctx, formPath, c.formKey(c.form.ID)); err != nil {
			c.log.Warn("form still kept", "err", err)
		}
	}
	if r.Form != nil {
		kept := c.keepForm(ctx, *r.Form)
		if late := c.shown || c.Type == receivedForm; late {
			r.Reply, r.Private = &bot.Message{Text: wordsOldForm}, true
			if kept {
				r.Reply = openButton(wordsLate, labelOpen, c.ID)
			}
			r.Form = nil
		}
	}
	if r.Edit == nil {
		return r
	}
	if f := c.form; f != nil && f.Message != "" && !f.Whisper && (c.Message == nil || f.Message != messageID(c.ChannelID, c.Message.ID)) {
		// The form was opened again from a whisper: what is to change is the
		// message that it was first opened from.
		if err := c.Edit(ctx, f.Message, *r.Edit); err != nil {
			c.log.Warn("message not edited", "interaction", c.i, "err", err)
		}
		r.Edit = nil
	}
	if c.Message == nil && r.Edit != nil { // nothing to replace: the person still gets the answer
		if r.Reply == nil {
			r.Reply, r.Private = r.Edit, true
		}
		r.Edit = nil
	}
	return r
}

// promise acknowledges without an answer yet.
func (c *conversation) promise(ctx context.Context) {
	update := c.Message != nil
	if c.Type == receivedForm && !update {
		c.private = true
	}
	body, err := deferBody(c.private, update)
	c.begin(ctx, body, nil, err)
	c.shown = true
}

// keep shows the response of a core that was late.
func (c *conversation) keep(ctx context.Context, r bot.Response) {
	r = c.prepared(ctx, r)
	if c.Message != nil { // the promise showed nothing
		if r.Edit != nil && !c.editOriginal(ctx, *r.Edit) {
			c.fallBack(ctx, bot.Response{Edit: r.Edit})
		}
		if r.Reply != nil && !c.follow(ctx, *r.Reply, r.Private) {
			c.fallBack(ctx, bot.Response{Reply: r.Reply, Private: r.Private})
		}
		return
	}
	switch {
	case r.Reply == nil:
		c.nothing(ctx)
	case r.Private == c.private:
		if !c.editOriginal(ctx, *r.Reply) {
			c.fallBack(ctx, r)
		}
	default: // a further message would take the promise's place, and be seen by the same people
		if !c.nothing(ctx) && r.Private {
			c.log.Error("answer not shown, since everybody would see it", "interaction", c.i)
			return
		}
		if !c.follow(ctx, *r.Reply, r.Private) {
			c.fallBack(ctx, r)
		}
	}
}

// nothing removes a promise that nothing follows, and reports whether none is
// left. One that showed nothing needs no removal.
func (c *conversation) nothing(ctx context.Context) bool {
	if c.Message != nil {
		return true
	}
	err := c.rest.do(ctx, c.original(http.MethodDelete), nil)
	if err != nil && codeOf(err) != codeUnknownMessage {
		c.log.Warn("promise not removed", "interaction", c.i, "err", err)
		return false
	}
	return true
}

func (c *conversation) original(method string) call {
	return call{method: method, route: "/webhooks/*/*/messages/@original", args: []string{c.application(), c.Token}, token: true}
}

func (c *conversation) application() string {
	if c.Application != "" {
		return c.Application
	}
	return c.app
}

// editOriginal replaces the promise, or the message whose control was used.
func (c *conversation) editOriginal(ctx context.Context, m bot.Message) bool {
	request := c.original(http.MethodPatch)
	var err error
	if request.body, err = Edit(m); err == nil {
		request.files = files(m)
		err = c.rest.do(ctx, request, nil)
	}
	return c.worked(err)
}

// follow sends a further message. It has no nonce, so it is never repeated.
func (c *conversation) follow(ctx context.Context, m bot.Message, private bool) bool {
	body, err := followBody(m, private)
	if err == nil {
		err = c.rest.do(ctx, call{method: http.MethodPost, route: "/webhooks/*/*", args: []string{c.application(), c.Token},
			body: body, files: files(m), token: true}, nil)
	}
	return c.worked(err)
}

// worked logs a failure of a later answer. An unknown outcome counts as done:
// another copy would be worse.
func (c *conversation) worked(err error) bool {
	if err == nil {
		return true
	}
	c.log.Warn("answer not shown", "interaction", c.i, "code", codeOf(err), "err", err)
	switch codeOf(err) {
	case codeUnknownWebhook, codeTokenExpired, codeUnknownCallback, codeUnknownMessage:
		return false
	}
	return true
}

// fallBack shows to everybody what was for everybody, without the interaction's
// token, unless it may have arrived. What is for one person can't be shown then; it
// can be called up again.
func (c *conversation) fallBack(ctx context.Context, r bot.Response) {
	var err error
	if r.Edit != nil && c.Message != nil && !c.whispered() {
		err = c.Edit(ctx, c.i.Message, *r.Edit)
	}
	if r.Reply != nil && !r.Private && err == nil && !c.unsure {
		_, err = c.Send(ctx, c.i.Channel, *r.Reply)
	}
	if err != nil {
		c.log.Warn("answer not shown", "interaction", c.i, "err", err)
	}
}

// faults whispers what is wrong with a sent form, with a button that opens it
// again as it was filled in.
func (c *conversation) faults(ctx context.Context, invalid map[string]string) bot.Response {
	if c.form == nil {
		return bot.Whisper(bot.Message{Text: wordsOldForm})
	}
	c.form.Values, c.form.Again = c.i.Values, true
	text := wordsFaults
	if whole := invalid[""]; whole != "" {
		text += bot.Textf("\n%s", whole)
	}
	for _, f := range c.form.Form.Fields {
		if fault := invalid[f.Name]; fault != "" {
			text += bot.Textf("\n%s: %s", f.Label, fault)
		}
	}
	if err := c.putForm(ctx, *c.form); err != nil {
		c.log.Error("form not kept", "err", err)
		return bot.Whisper(bot.Message{Text: wordsOldForm})
	}
	m := openButton(text, labelFix, c.form.ID)
	if c.again && c.whispered() {
		return bot.Response{Edit: m}
	}
	return bot.Response{Reply: m, Private: true}
}

// openButton is a whisper with a button that opens a kept form.
func openButton(words bot.Text, label, id string) *bot.Message {
	return &bot.Message{Card: &bot.Card{Body: words, Controls: []bot.Row{{
		bot.Button{Label: label, Action: formPath + id, Style: bot.Primary}}}}}
}

// followBody is the body of a further answer: a whisper when private.
func followBody(m bot.Message, private bool) ([]byte, error) {
	out, err := render(m)
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	if private {
		out.Flags |= flagEphemeral
	}
	return encode(out)
}
