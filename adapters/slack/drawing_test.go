package slack

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"studyhall/adapters/adaptertest"
	"studyhall/bot"
)

// TestDrawings draws messages and a page as they are sent, for docs/slack.md: with
// -update it writes the pictures.
func TestDrawings(t *testing.T) {
	pictures := map[string]string{"01-daily-question": "slack-question.svg", "02-result-wrong": "slack-result.svg", "11b-study-page": "slack-home.svg"}
	for _, c := range adaptertest.Cards() {
		file, ok := pictures[c.Name]
		if !ok {
			continue
		}
		delete(pictures, c.Name)
		body, err := Payload(c.Message)
		if file == "slack-home.svg" {
			body, err = homeBody("T1", []bot.Card{*c.Message.Card})
		}
		if err != nil {
			t.Fatal(err)
		}
		adaptertest.Drawn(t, *update, file, drawn(t, body))
	}
	for name := range pictures {
		t.Errorf("there is no card %s", name)
	}
}

// drawnObject is a block, an element or a text object.
type drawnObject struct {
	Type      string          `json:"type"`
	Text      json.RawMessage `json:"text"` // a string or an object
	Timestamp int64           `json:"timestamp"`
	Style     json.RawMessage `json:"style"` // a string of buttons
	Elements  []drawnObject   `json:"elements"`
}

var drawnDate = regexp.MustCompile(`<!date\^(\d+)\^[^>]*>`)

// words are those of a text, of an object with one, or of what is in it.
func (o drawnObject) words() string {
	var text string
	var inner drawnObject
	switch {
	case o.Type == "date":
		return adaptertest.Moment(o.Timestamp)
	case json.Unmarshal(o.Text, &text) == nil:
		return drawnDate.ReplaceAllStringFunc(text, func(s string) string {
			at, _ := strconv.ParseInt(drawnDate.FindStringSubmatch(s)[1], 10, 64)
			return adaptertest.Moment(at)
		})
	case json.Unmarshal(o.Text, &inner) == nil:
		return inner.words()
	}
	var all []string
	for _, e := range o.Elements {
		all = append(all, e.words())
	}
	between := ""
	if o.Type == "context" {
		between = " "
	}
	return strings.Join(all, between)
}

// drawn is a message or a page as an SVG.
func drawn(t *testing.T, body []byte) string {
	t.Helper()
	var m struct {
		Blocks []drawnObject `json:"blocks"`
		View   *struct {
			Blocks []drawnObject `json:"blocks"`
		} `json:"view"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	if m.View != nil {
		m.Blocks = m.View.Blocks
	}
	d := adaptertest.NewDrawing("Studyhall")
	for _, b := range m.Blocks {
		switch b.Type {
		case "header":
			d.Title(b.words())
		case "rich_text", "section":
			d.Text(b.words())
		case "context":
			d.Small(b.words())
		case "actions":
			var row []adaptertest.Button
			for _, e := range b.Elements {
				if e.Type != "button" {
					t.Fatalf("nobody draws a %s yet", e.Type)
				}
				row = append(row, adaptertest.Button{Label: e.words(), Primary: string(e.Style) == `"primary"`})
			}
			d.Buttons(row)
		case "divider":
		default:
			t.Fatalf("nobody draws a %s yet", b.Type)
		}
	}
	return d.SVG()
}
