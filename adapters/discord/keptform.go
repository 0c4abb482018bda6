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
// open a form late.
type keptForm struct {
	Form    bot.Form
	Values  bot.Values    // filled in already
	Message bot.MessageID // from which it was first opened, or ""
	Whisper bool          // one person sees that message
	Again   bool          // it was found faulty before
}

// formButton is the form's action, if the custom_id is that of such a button.
func formButton(id string) (action string, ok bool) {
	path, _ := pressed(id, nil)
	return strings.CutPrefix(path, formPath)
}

func (c *conversation) formKey(action string) string { return c.User.ID + " " + action }

func (c *conversation) putForm(ctx context.Context, f keptForm) error {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	value, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return c.shelf.Put(ctx, formPath, c.formKey(f.Form.Action), value, formTime)
}

// keepForm keeps a form that is about to open. It works without: then faults
// can't be mended in place.
func (c *conversation) keepForm(ctx context.Context, f bot.Form) bool {
	err := c.putForm(ctx, keptForm{Form: f, Message: c.i.Message, Whisper: c.i.Whisper})
	if err != nil {
		c.log.Error("form not kept", "err", err)
	}
	return err == nil
}

func (c *conversation) getForm(ctx context.Context, action string) *keptForm {
	ctx, cancel := context.WithTimeout(ctx, shelfTime)
	defer cancel()
	value, ok, err := c.shelf.Get(ctx, formPath, c.formKey(action))
	if err != nil {
		c.log.Error("form not read", "err", err)
	}
	var f keptForm
	if err != nil || !ok || json.Unmarshal(value, &f) != nil {
		return nil
	}
	return &f
}

// opened completes the interaction of a sent form with where the form came from.
func (c *conversation) opened(ctx context.Context, i *bot.Interaction) {
	c.form = c.getForm(ctx, i.Action)
	if c.form == nil {
		return
	}
	c.again = c.form.Again
	i.Message, i.Whisper = c.form.Message, c.form.Whisper
}

// reopen opens a kept form as it was filled in.
func (c *conversation) reopen(ctx context.Context, action string) {
	f := c.getForm(ctx, action)
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
	body, err := FormPayload(c.completable(form))
	c.begin(ctx, body, nil, err)
}
