package discord

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"studyhall/bot"
)

// Types of components: docs.discord.com/developers/components/reference.
const (
	actionRow     = 1
	button        = 2
	stringSelect  = 3
	textInput     = 4
	userSelect    = 5
	roleSelect    = 6
	channelSelect = 8
	textDisplay   = 10
	label         = 18
	fileUpload    = 19
	radioGroup    = 21
	checkboxGroup = 22
	checkbox      = 23
)

// Styles of buttons. Choices of equal rank are secondary, as Discord's button
// guidelines ask.
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
	styleLink      = 5
)

// Flags of messages.
const (
	flagSuppressEmbeds = 1 << 2 // no previews of addresses
	flagEphemeral      = 1 << 6 // only the person sees it
)

// message holds the fields that every body of a message has. Components and
// attachments are sent when empty too: an edit thereby removes the old ones.
type message struct {
	Content         string          `json:"content"`
	Components      []component     `json:"components"`
	Attachments     []attachment    `json:"attachments"`
	AllowedMentions allowedMentions `json:"allowed_mentions"`
	Flags           int             `json:"flags"`
	Nonce           string          `json:"nonce,omitempty"`
	EnforceNonce    bool            `json:"enforce_nonce,omitempty"`
}

type component struct {
	Type          int            `json:"type"`
	CustomID      string         `json:"custom_id,omitempty"`
	Style         int            `json:"style,omitempty"`
	Label         string         `json:"label,omitempty"`
	Description   string         `json:"description,omitempty"`
	URL           string         `json:"url,omitempty"`
	Content       string         `json:"content,omitempty"`
	Placeholder   string         `json:"placeholder,omitempty"`
	Value         string         `json:"value,omitempty"`
	Default       bool           `json:"default,omitempty"`
	Required      *bool          `json:"required,omitempty"`
	MinValues     *int           `json:"min_values,omitempty"`
	MaxValues     *int           `json:"max_values,omitempty"`
	MinLength     int            `json:"min_length,omitempty"`
	MaxLength     int            `json:"max_length,omitempty"`
	ChannelTypes  []int          `json:"channel_types,omitempty"`
	DefaultValues []defaultValue `json:"default_values,omitempty"`
	Options       []option       `json:"options,omitempty"`
	Components    []component    `json:"components,omitempty"`
	Component     *component     `json:"component,omitempty"`
}

type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

type defaultValue struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// attachment describes the file that is sent as files[ID] beside the JSON.
type attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
}

type allowedMentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles,omitempty"` // one, when a question is posted to people who want that
}

// render turns a message into Discord's. The key stands in the first custom_id.
func render(m bot.Message) (message, error) {
	out := message{
		Components:      []component{},
		Attachments:     []attachment{},
		AllowedMentions: allowedMentions{Parse: []string{}, Users: []string{}},
		Flags:           flagSuppressEmbeds,
	}
	var words bool
	var err error
	if out.Content, words, err = content(m); err != nil {
		return message{}, err
	}
	if role, err := snowflake(m.Ping); err == nil { // no other platform's
		out.AllowedMentions.Roles = []string{role}
	}
	if !words {
		out.AllowedMentions.Users = mentioned(texts(m)...)
	}
	for _, f := range files(m) {
		description := ""
		if m.Card != nil && m.Card.Image != nil && len(out.Attachments) == 0 {
			description = m.Card.Image.Alt
		}
		out.Attachments = append(out.Attachments, attachment{strconv.Itoa(len(out.Attachments)), f.Name, description})
	}
	if m.Card == nil {
		return out, nil
	}
	key := m.Key
	for _, row := range m.Card.Controls {
		r, used, err := controls(row, key)
		if err != nil {
			return message{}, err
		}
		if used {
			key = ""
		}
		out.Components = append(out.Components, r)
	}
	return out, nil
}

// files are what is sent beside the JSON, in the order of its attachments: the
// card's image, then the files.
func files(m bot.Message) []bot.File {
	var all []bot.File
	if m.Card != nil && m.Card.Image != nil {
		all = append(all, bot.File{Name: m.Card.Image.Name, Data: m.Card.Image.Data})
	}
	return append(all, m.Files...)
}

// texts are all texts that a message shows.
func texts(m bot.Message) []bot.Text {
	if m.Card == nil {
		return []bot.Text{m.Text}
	}
	c := m.Card
	all := []bot.Text{c.Title, c.Body}
	if c.Table != nil {
		all = append(all, c.Table.Lines()...)
	}
	for _, f := range c.Facts {
		all = append(all, f.Label, f.Value)
	}
	return append(all, c.Footer)
}

// content is a message's text: with escapes, or in wide forms if that is too
// long, or in wide forms and words only, which for a valid message always fits.
func content(m bot.Message) (text string, inWords bool, err error) {
	for _, w := range []writer{{}, {wide: true}, {wide: true, words: true}} {
		text = w.content(m) + pingLine(m)
		if utf8.RuneCountInString(text) <= limitContent {
			return text, w.words, nil
		}
	}
	return "", false, fmt.Errorf("a message of %d characters, Discord takes %d", utf8.RuneCountInString(text), limitContent)
}

// pingLine is the last line of a post that notifies a role.
func pingLine(m bot.Message) string {
	role, err := snowflake(m.Ping)
	if err != nil {
		return ""
	}
	return "\n<@&" + role + ">"
}

func (w writer) content(m bot.Message) string {
	if m.Card == nil {
		return w.text(m.Text, true)
	}
	c := m.Card
	var lines []string
	// decorated writes a line after a mark of our own, which words do without.
	decorated := func(mark string, t bot.Text) {
		if strings.TrimSpace(t.Plain()) == "" {
			return
		}
		if w.words {
			mark = ""
		}
		lines = append(lines, mark+w.text(t, true))
	}
	decorated("### ", oneLine(c.Title))
	decorated("", c.Body)
	if c.Table != nil {
		for _, l := range c.Table.Lines() {
			decorated("", oneLine(l))
		}
	}
	for _, f := range c.Facts {
		lines = append(lines, w.fact(f))
	}
	for line := range strings.SplitSeq(string(c.Footer), "\n") {
		decorated("-# ", bot.Text(line))
	}
	return strings.Join(lines, "\n")
}

// fact writes the colon through the writer as well: after "a:b" it would end the
// name of an emoji.
func (w writer) fact(f bot.Fact) string {
	l, v := strings.TrimSpace(w.text(oneLine(f.Label)+":", true)), w.text(f.Value, false)
	if w.words {
		return l + " " + v
	}
	return "**" + l + "** " + v
}

// controls makes one row; used says whether a custom_id in it holds the key.
func controls(row bot.Row, key string) (out component, used bool, err error) {
	out = component{Type: actionRow}
	id := func(path string) string {
		s, e := customID(path, key)
		if e != nil {
			err = e
		}
		used, key = true, ""
		return s
	}
	for _, control := range row {
		switch c := control.(type) {
		case bot.Button:
			style := styleSecondary
			switch c.Style {
			case bot.Primary:
				style = stylePrimary
			case bot.Danger:
				style = styleDanger
			}
			out.Components = append(out.Components, component{Type: button, Style: style, Label: c.Label, CustomID: id(c.Action)})
		case bot.Link:
			out.Components = append(out.Components, component{Type: button, Style: styleLink, Label: c.Label, URL: c.URL})
		case bot.Menu:
			out.Components = append(out.Components, component{Type: stringSelect, CustomID: id(c.Action), Placeholder: c.Placeholder, Options: options(c.Options, nil)})
		}
	}
	return out, used, err
}

func options(all []bot.Option, initial []string) []option {
	var out []option
	for _, o := range all {
		chosen := false
		for _, v := range initial {
			chosen = chosen || o.Value == v
		}
		out = append(out, option{Label: o.Label, Value: o.Value, Default: chosen})
	}
	return out
}
