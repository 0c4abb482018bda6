package slack

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
)

// formPath begins the action of buttons that open a kept form. No feature's path
// begins like this.
const formPath = "slack/form/"

const (
	formTime  = time.Hour // for which a form is kept
	shelfTime = 700 * time.Millisecond
)

// keptForm is a form that was opened, or could not be opened in time. It is kept
// on the shelf, since Slack sends back no more than what was filled in.
type keptForm struct {
	ID     string `json:"-"`
	Form   bot.Form
	Values bot.Values // filled in already
	From   origin
}

// formButton is which form the button with that action opens, if it is such a button.
func formButton(action string) (id string, ok bool) { return strings.CutPrefix(action, formPath) }

// filled is the form with what was filled in already.
func (f keptForm) filled() bot.Form {
	form := f.Form
	form.Fields = slices.Clone(form.Fields)
	for n, field := range form.Fields {
		if f.Values != nil {
			form.Fields[n].Initial = f.Values[field.Name]
		}
	}
	return form
}

// formKey has nobody open another person's form.
func (c *exchange) formKey(id string) string { return c.team + "/" + c.user + " " + id }

func (c *exchange) putForm(ctx context.Context, f keptForm) error {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	value, err := json.Marshal(f)
	if err != nil {
		return err
	}
	key := c.formKey(f.ID)
	return c.config.Shelf.Put(ctx, formPath, key, c.forms.seal(formPath+key, value), formTime)
}

// dropForm forgets the form that was sent and taken: what it held is for nobody any
// more.
func (c *exchange) dropForm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	if c.from.Form == "" {
		return
	}
	if err := c.config.Shelf.Delete(ctx, formPath, c.formKey(c.from.Form)); err != nil {
		c.log.Warn("form still kept", "err", err)
	}
}

func (c *exchange) getForm(ctx context.Context, id string) *keptForm {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	key := c.formKey(id)
	sealed, ok, err := c.config.Shelf.Get(ctx, formPath, key)
	var value []byte
	if err == nil && ok {
		value, _, err = c.forms.open(formPath+key, sealed)
	}
	if err != nil {
		c.log.Error("form not read", "err", err)
	}
	var f keptForm
	if err != nil || !ok || json.Unmarshal(value, &f) != nil {
		return nil
	}
	f.ID = id
	return &f
}

// newForm is the form of a response that is about to open, with where its answers
// go. What else the response shows uses the response_url, too.
func (c *exchange) newForm(r bot.Response) keptForm {
	kept := keptForm{ID: bot.NewID(), Form: *r.Form}
	if c.Type == sentForm { // one form leads to another
		kept.From = c.from
	} else {
		kept.From = origin{Message: c.i.Message, Whisper: c.i.Whisper, Page: c.onPage(), View: c.shows}
		if c.place.channel != "" {
			kept.From.Channel = c.place.id()
		}
	}
	kept.From.Hook, kept.From.Form = c.hook, kept.ID
	if r.Edit != nil && c.i.Whisper {
		kept.From.Hook.Used++
	}
	if r.Reply != nil && r.Private {
		kept.From.Hook.Used++
	}
	return kept
}

func (c *exchange) openKept(ctx context.Context, f keptForm) {
	view, err := fits(viewBody(c.named(ctx, f.filled()), f.From))
	if err == nil {
		err = c.openView(ctx, view)
	}
	// It is kept after it has opened: whoever waits for it has no time for that.
	lost := c.putForm(ctx, f)
	if lost != nil {
		c.log.Error("form not kept", "err", lost)
	}
	switch {
	case err == nil:
	case errors.As(err, new(*faulty)):
		c.broken(ctx, err)
	case codeOf(err) == codeScope: // Slack wants one for a form only where it asks for a file
		c.log.Warn("form not opened", "interaction", c.i, "err", err)
		c.tell(ctx, wordsNoFiles)
	case lost != nil:
		c.tell(ctx, wordsOldForm)
	default:
		c.log.Info("form not opened, a button does", "interaction", c.i, "err", err)
		c.whisper(ctx, *openButton(wordsLate, labelOpen, f.ID))
	}
}

// reopen opens a kept form as it was filled in.
func (c *exchange) reopen(ctx context.Context, id string) {
	f := c.getForm(ctx, id)
	if f == nil {
		c.tell(ctx, wordsOldForm)
		return
	}
	from := &f.From
	from.Page, from.View = from.Page || c.onPage(), c.shows
	if !from.Hook.usable(c.config.Now()) { // then the answer comes where the button is
		if from.Whisper {
			from.Message, from.Whisper = "", false
		}
		from.Hook = c.hook
	}
	c.openKept(ctx, *f)
}

// openButton is a message with a button that opens a kept form.
func openButton(words bot.Text, label, id string) *bot.Message {
	return &bot.Message{Card: &bot.Card{Body: words, Controls: []bot.Row{{
		bot.Button{Label: label, Action: formPath + id, Style: bot.Primary}}}}}
}
