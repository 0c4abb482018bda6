package browser

import (
	"encoding/json"
	"fmt"

	"studyhall/bot"
)

// A message is kept as JSON. Controls are an interface in package bot, so the
// file names their kind by the one field that is set.
type (
	wireMessage struct {
		Text  bot.Text   `json:"text,omitempty"`
		Card  *wireCard  `json:"card,omitempty"`
		Files []bot.File `json:"files,omitempty"`
	}
	wireCard struct {
		Title    bot.Text        `json:"title,omitempty"`
		Body     bot.Text        `json:"body,omitempty"`
		Table    *bot.Table      `json:"table,omitempty"`
		Image    *bot.Image      `json:"image,omitempty"`
		Facts    []bot.Fact      `json:"facts,omitempty"`
		Footer   bot.Text        `json:"footer,omitempty"`
		Tone     bot.Tone        `json:"tone,omitempty"`
		Controls [][]wireControl `json:"controls,omitempty"`
	}
	wireControl struct {
		Button *bot.Button `json:"button,omitempty"`
		Menu   *bot.Menu   `json:"menu,omitempty"`
		Link   *bot.Link   `json:"link,omitempty"`
	}
)

func encodeMessage(m bot.Message) (string, error) {
	w := wireMessage{Text: m.Text, Files: m.Files}
	if c := m.Card; c != nil {
		w.Card = &wireCard{Title: c.Title, Body: c.Body, Table: c.Table, Image: c.Image,
			Facts: c.Facts, Footer: c.Footer, Tone: c.Tone}
		for _, row := range c.Controls {
			var out []wireControl
			for _, control := range row {
				switch v := control.(type) {
				case bot.Button:
					out = append(out, wireControl{Button: &v})
				case bot.Menu:
					out = append(out, wireControl{Menu: &v})
				case bot.Link:
					out = append(out, wireControl{Link: &v})
				default:
					return "", fmt.Errorf("control of unknown kind %T", control)
				}
			}
			w.Card.Controls = append(w.Card.Controls, out)
		}
	}
	b, err := json.Marshal(w)
	return string(b), err
}

func decodeMessage(body string) (bot.Message, error) {
	var w wireMessage
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		return bot.Message{}, fmt.Errorf("read message: %w", err)
	}
	m := bot.Message{Text: w.Text, Files: w.Files}
	if c := w.Card; c != nil {
		m.Card = &bot.Card{Title: c.Title, Body: c.Body, Table: c.Table, Image: c.Image,
			Facts: c.Facts, Footer: c.Footer, Tone: c.Tone}
		for _, row := range c.Controls {
			var out bot.Row
			for _, control := range row {
				switch {
				case control.Button != nil:
					out = append(out, *control.Button)
				case control.Menu != nil:
					out = append(out, *control.Menu)
				case control.Link != nil:
					out = append(out, *control.Link)
				}
			}
			m.Card.Controls = append(m.Card.Controls, out)
		}
	}
	return m, nil
}

// plain is a message in words.
func plain(m bot.Message) string {
	if m.Card != nil {
		return m.Card.Plain()
	}
	return m.Text.Plain()
}
