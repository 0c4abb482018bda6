package discord

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"studyhall/adapters/adaptertest"
)

// TestDrawings draws messages as they are sent, for docs/discord.md: with -update
// it writes the pictures. They are our own drawings of words and buttons and
// look like no particular program.
func TestDrawings(t *testing.T) {
	pictures := map[string]string{"01-daily-question": "discord-question.svg", "02-result-wrong": "discord-result.svg"}
	for _, c := range adaptertest.Cards() {
		file, ok := pictures[c.Name]
		if !ok {
			continue
		}
		delete(pictures, c.Name)
		body, err := Payload(c.Message)
		if err != nil {
			t.Fatal(err)
		}
		got, err := drawing(body)
		if err != nil {
			t.Fatal(err)
		}
		adaptertest.Drawn(t, *update, file, got)
	}
	for name := range pictures {
		t.Errorf("there is no card %s", name)
	}
}

var moment = regexp.MustCompile(`<t:(\d+):[a-zA-Z]>`)

// drawing is a message as an SVG: what is written, and the buttons under it.
func drawing(body []byte) (string, error) {
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return "", err
	}
	content := moment.ReplaceAllStringFunc(m.Content, func(s string) string {
		at, _ := strconv.ParseInt(moment.FindStringSubmatch(s)[1], 10, 64)
		return adaptertest.Moment(at)
	})
	content = strings.NewReplacer(`\`, "", "**", "").Replace(content)
	d := adaptertest.NewDrawing("Studyhall")
	for line := range strings.SplitSeq(content, "\n") {
		switch {
		case strings.HasPrefix(line, "### "):
			d.Title(line[4:])
		case strings.HasPrefix(line, "-# "):
			d.Small(line[3:])
		default:
			d.Text(line)
		}
	}
	for _, row := range m.Components {
		var buttons []adaptertest.Button
		for _, c := range row.Components {
			buttons = append(buttons, adaptertest.Button{Label: c.Label, Primary: c.Style == stylePrimary})
		}
		d.Buttons(buttons)
	}
	return d.SVG(), nil
}
