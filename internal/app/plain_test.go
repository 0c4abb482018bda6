package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"studyhall/adapters/discord"
	"studyhall/bot"
)

// plainWords are a message without its controls, its colour and its picture, as
// the bot made it and as Discord shows it.
func plainWords(m bot.Message) (ours, discords string, err error) {
	bare := *m.Card
	bare.Controls, bare.Image, bare.Tone = nil, nil, bot.Neutral
	body, err := discord.Payload(bot.Message{Text: m.Text, Card: &bare})
	if err != nil {
		return "", "", err
	}
	var sent struct {
		Content string `json:"content"`
	}
	err = json.Unmarshal(body, &sent)
	return bare.Plain(), sent.Content, err
}

var (
	// lettered is a choice that stands for a line of the words.
	lettered = regexp.MustCompile(`^([A-Z])(?:\. (.*))?$`)
	// judged begins a result, and verdict says what is right and what was chosen.
	judged  = regexp.MustCompile(`^(Right|Partly right|Not right|Wrong|The answer is)\b`)
	verdict = regexp.MustCompile(`^(Right\. \S|(Partly right\. )?The answer is \S.*\. You (chose|wrote) \S)`)
	// answered is the answer on a closed card: of letters, of several, typed, or none any more.
	answered = regexp.MustCompile(`(?m) · the answer\b| · right\b|^The answer: \S|was taken back`)
	// named is a control that words tell people to press now.
	named = regexp.MustCompile(`(?:then p|\bP)ress ([A-Z][a-z]+(?: [a-z]+){0,3})`)
)

// understood says what of a message is lost on whoever has its words only
// (acceptance 19): the options of a question, how an answer was graded, or what
// can be done next. The last is said by the labels, which are read as words.
func understood(m bot.Message) error {
	ours, discords, err := plainWords(m)
	if err != nil {
		return err
	}
	var labels []string
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("as plain text: "+format, args...))
	}
	for _, row := range m.Card.Controls {
		for _, control := range row {
			switch c := control.(type) {
			case bot.Button:
				labels = append(labels, c.Label)
			case bot.Link:
				labels = append(labels, c.Label)
			case bot.Menu:
				labels = append(labels, c.Placeholder)
				for _, o := range c.Options {
					labels = append(labels, o.Label)
				}
			}
		}
	}
	for n, label := range labels {
		if slices.Contains(labels[:n], label) {
			fault("%q is offered twice", label)
		}
		choice := lettered.FindStringSubmatch(label)
		if choice == nil {
			continue
		}
		line := choice[1] + ". " + strings.TrimSuffix(choice[2], "…")
		for where, words := range map[string]string{"in the words": ours, "on Discord": strings.ReplaceAll(discords, `\`, "")} {
			if !strings.Contains("\n"+words, "\n"+strings.ReplaceAll(line, `\`, "")) {
				fault("option %q is not %s: %q", line, where, words)
			}
		}
	}
	for _, told := range named.FindAllStringSubmatch(ours, -1) {
		if strings.Contains(told[1], " there") {
			continue // on a message elsewhere
		}
		if !slices.ContainsFunc(labels, func(label string) bool { return strings.HasPrefix(told[1], label) }) {
			fault("it says to press %q, which is not there", told[1])
		}
	}
	if strings.HasSuffix(m.Card.Title.Plain(), " · closed") && !answered.MatchString(ours) {
		fault("a closed question doesn't say its answer")
	}
	if title := m.Card.Title.Plain(); judged.MatchString(title) && (!verdict.MatchString(title) || m.Card.Body == "") {
		fault("a result doesn't say what was right, and why: %q", title)
	}
	if strings.TrimSpace(ours) == "" || strings.TrimSpace(discords) == "" {
		fault("it has no words")
	}
	if i := m.Card.Image; i != nil && len(strings.Fields(i.Alt)) < 3 {
		fault("the picture says %q", i.Alt)
	}
	return errors.Join(faults...)
}

// coloured holds that no two messages of a script differ by their colour alone,
// and that a colour which praises an answer stands beside a verdict in words.
func (w *world) coloured(m bot.Message) error {
	ours, _, err := plainWords(m)
	if err != nil {
		return err
	}
	if w.tones == nil {
		w.tones = map[string]bot.Tone{}
	}
	if before, ok := w.tones[ours]; ok && before != m.Card.Tone {
		return fmt.Errorf("the same words in another colour: %q", ours)
	}
	w.tones[ours] = m.Card.Tone
	return nil
}

// Acceptance 19 is held for everything that is said in the scripts, see hear;
// this is what would be found.
func TestUnderstood(t *testing.T) {
	question := bot.Text("Which?\nA. One\nB. Two")
	letters := bot.Row{bot.Button{Label: "A", Action: "a"}, bot.Button{Label: "B", Action: "b"}}
	menu := func(options ...bot.Option) bot.Row {
		return bot.Row{bot.Menu{Placeholder: "Choose", Action: "m", Options: options}}
	}
	for _, test := range []struct {
		name string
		card bot.Card
		want string // "" for none
	}{
		{"a question", bot.Card{Body: question, Controls: []bot.Row{letters}}, ""},
		{"an option missing", bot.Card{Body: "Which?\nA. One", Controls: []bot.Row{letters}}, "B. "},
		{"options in a menu", bot.Card{Body: question, Controls: []bot.Row{menu(bot.Option{Label: "A. One", Value: "a"})}}, ""},
		{"a clipped option", bot.Card{Body: "Which?\nA. One and more", Controls: []bot.Row{menu(bot.Option{Label: "A. One an…", Value: "a"})}}, ""},
		{"options only in a menu", bot.Card{Body: "Which?", Controls: []bot.Row{menu(bot.Option{Label: "A. One", Value: "a"})}}, "A. One"},
		{"another text in the menu", bot.Card{Body: question, Controls: []bot.Row{menu(bot.Option{Label: "A. Two", Value: "a"})}}, "A. Two"},
		{"a step that is named", bot.Card{Body: "Press Resume to go on.", Controls: []bot.Row{{bot.Button{Label: "Resume", Action: "r"}}}}, ""},
		{"a step that is not there", bot.Card{Body: "Press Resume to go on.", Controls: []bot.Row{{bot.Button{Label: "Back", Action: "r"}}}}, "Resume"},
		{"two alike", bot.Card{Body: "Which?", Controls: []bot.Row{{bot.Button{Label: "Open", Action: "1"}, bot.Button{Label: "Open", Action: "2"}}}}, "twice"},
		{"a result", bot.Card{Title: "The answer is B, Two. You chose A. +1", Body: "Two is more.", Controls: []bot.Row{{bot.Button{Label: "Next", Action: "n"}}}}, ""},
		{"a result that only judges", bot.Card{Title: "Not right", Body: "Two is more.", Controls: []bot.Row{{bot.Button{Label: "Next", Action: "n"}}}}, "what was right"},
		{"a result without a reason", bot.Card{Title: "Right. B, Two. +3", Controls: []bot.Row{{bot.Button{Label: "Next", Action: "n"}}}}, "and why"},
		{"closed without its answer", bot.Card{Title: "CBET question 1 · closed", Body: question, Controls: []bot.Row{{bot.Button{Label: "My answer", Action: "m"}}}}, "its answer"},
		{"only a picture", bot.Card{Image: &bot.Image{Name: "a.png", Alt: "Bars by area and week"}, Controls: []bot.Row{{bot.Button{Label: "Next", Action: "n"}}}}, "no words"},
		{"a picture without words", bot.Card{Body: "Your week", Image: &bot.Image{Name: "a.png", Alt: "chart"}, Controls: []bot.Row{{bot.Button{Label: "Next", Action: "n"}}}}, "picture"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := understood(bot.Message{Text: "A note", Card: &test.card})
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	w := &world{}
	right := func(tone bot.Tone) bot.Message {
		return bot.Message{Text: "A note", Card: &bot.Card{Title: "Right. B, Two.", Tone: tone}}
	}
	if err := errors.Join(w.coloured(right(bot.Good)), w.coloured(right(bot.Good))); err != nil {
		t.Errorf("the same message twice: %v", err)
	}
	if err := w.coloured(right(bot.Neutral)); err == nil {
		t.Error("the same words in two colours: no error")
	}
}
