package slack

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// A home page has no place for whispers. What is for the person stands in a modal
// over it, whose controls work like those of a whisper: answers replace it.

// modalView is the modal that shows a message over a home page.
func modalView(team string, m bot.Message, image string, from origin) slack.ModalViewRequest {
	from.Page = true
	v := slack.ModalViewRequest{Type: slack.VTModal, Title: plain(modalTitle), Close: plain(labelClose), PrivateMetadata: encodeOrigin(from)}
	if m.Card == nil {
		v.Blocks.BlockSet = []slack.Block{section(writer{team}.rich(m.Text, nil))}
	} else {
		v.Blocks.BlockSet = writer{team}.card(m.Card, inView, image)
	}
	return v
}

// momentBody is what a form turns into while its answer takes long.
func momentBody(team string) ([]byte, error) {
	return fits(encode(modalView(team, bot.Message{Text: wordsMoment}, "", origin{})))
}

func (c *exchange) modalBody(m bot.Message, image string) ([]byte, error) {
	var from origin
	if c.place.channel != "" {
		from.Channel = c.place.id()
	}
	return fits(encode(modalView(c.team, m, image, from)))
}

// openModal shows a message over the home page.
func (c *exchange) openModal(ctx context.Context, m bot.Message) error {
	if m.Card != nil && m.Card.Image != nil { // the upload may outlast the trigger
		body, err := c.modalBody(bot.Message{Text: wordsMoment}, "")
		if err == nil {
			err = c.openView(ctx, body)
		}
		if err != nil {
			return err
		}
		c.shows = c.top
		return c.updateModal(ctx, m)
	}
	body, err := c.modalBody(m, "")
	if err != nil {
		return err
	}
	return c.openView(ctx, body)
}

// updateModal shows a message in the modal that is open.
func (c *exchange) updateModal(ctx context.Context, m bot.Message) error {
	if !adapterkit.Pause(ctx, time.Until(c.turned.Add(turnPause))) {
		return ctx.Err()
	}
	return c.pictured(ctx, m, func(image string) error {
		view, err := c.modalBody(m, image)
		if err != nil {
			return err
		}
		body, err := encode(struct {
			View json.RawMessage `json:"view"`
			ID   string          `json:"view_id"`
		}{view, c.shows})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, viewTime)
		defer cancel()
		return c.rest.do(ctx, call{team: c.team, method: "views.update", body: body, urgent: true, again: true}, nil)
	})
}

// openView opens a view with the interaction's trigger, which works once and for 3
// seconds: over the modal that is open, if there is one.
func (c *exchange) openView(ctx context.Context, view []byte) error {
	left := openTime - time.Since(c.at)
	if c.Trigger == "" || c.opened || left <= 0 {
		return &refusal{Method: "views.open", Code: "expired_trigger_id"}
	}
	body, err := encode(struct {
		View    json.RawMessage `json:"view"`
		Trigger string          `json:"trigger_id"`
	}{view, c.Trigger})
	if err != nil {
		return err
	}
	method := "views.open"
	if c.shows != "" {
		method = "views.push"
	}
	ctx, cancel := context.WithTimeout(ctx, viewTime)
	defer cancel()
	var opened struct {
		View struct {
			ID string `json:"id"`
		} `json:"view"`
	}
	err = c.rest.do(ctx, call{team: c.team, method: method, body: body, urgent: true, patience: left}, &opened)
	c.opened = err == nil || unknown(err)
	if err == nil && isID(opened.View.ID) {
		c.top = opened.View.ID
	}
	return err
}
