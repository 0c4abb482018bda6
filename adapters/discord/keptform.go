package discord

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"studyhall/bot"
)

// formPath begins the custom_id of buttons that open a kept form. No feature's
// path begins like this.
const formPath = "discord/form/"

const (
	formTime  = time.Hour // for which a form is kept
	shelfTime = 700 * time.Millisecond
)

// keptForm is a form that was opened, kept on the shelf because Discord sends
// back no more than what was filled in, and can neither mark a field as wrong nor
// open a form late. One person may have the same form open twice, on two devices
// or from two messages; so each is kept by the interaction that opened it first.
type keptForm struct {
	ID      string `json:"-"` // of that interaction
	Form    bot.Form
	Values  bot.Values    // filled in already
	Message bot.MessageID // from which it was first opened, or ""
	Whisper bool          // one person sees that message
	Again   bool          // it was found faulty before
}

// formButton is which form the button with that custom_id opens, if it is such a
// button.
func formButton(customID string) (id string, ok bool) {
	path, _ := pressed(customID, nil)
	return strings.CutPrefix(path, formPath)
}

// formKey has nobody open another person's form.
func (c *conversation) formKey(id string) string { return c.User.ID + " " + id }

// formBody opens a form whose custom_id says which kept form it is.
func formBody(f bot.Form, id string) ([]byte, error) {
	m := form(f)
	var err error
	if m.CustomID, err = customID(f.Action, id); err != nil {
		return nil, err
	}
	return encode(callback{callbackModal, m})
}

func (c *conversation) putForm(ctx context.Context, f keptForm) error {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	value, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return c.shelf.Put(ctx, formPath, c.formKey(f.ID), value, formTime)
}

// keepForm keeps a form that is about to open. It works without: then faults
// can't be mended in place.
func (c *conversation) keepForm(ctx context.Context, f bot.Form) bool {
	err := c.putForm(ctx, keptForm{ID: c.ID, Form: f, Message: c.i.Message, Whisper: c.i.Whisper})
	if err != nil {
		c.log.Error("form not kept", "err", err)
	}
	return err == nil
}

func (c *conversation) getForm(ctx context.Context, id string) *keptForm {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	value, ok, err := c.shelf.Get(ctx, formPath, c.formKey(id))
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

// opened completes the interaction of a sent form with where the form came from.
func (c *conversation) opened(ctx context.Context, i *bot.Interaction) {
	_, id := pressed(c.customID, nil)
	c.form = c.getForm(ctx, id)
	if c.form == nil {
		return
	}
	c.again = c.form.Again
	i.Message, i.Whisper = c.form.Message, c.form.Whisper
}

// reopen opens a kept form as it was filled in.
func (c *conversation) reopen(ctx context.Context, id string) {
	f := c.getForm(ctx, id)
	if f == nil {
		c.whisper(ctx, wordsOldForm)
		return
	}
	form := f.Form
	form.Fields = append([]bot.Field{}, form.Fields...)
	for n, field := range form.Fields {
		if f.Values != nil {
			form.Fields[n].Initial = f.Values[field.Name]
		}
	}
	body, err := formBody(c.completable(form), id)
	c.begin(ctx, body, nil, err)
}
