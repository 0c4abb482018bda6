package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Discord's limits, in characters or in items, from docs.discord.com/developers:
// resources/message, components/reference and interactions/application-commands.
const (
	limitContent         = 2000 // content of a bot's message; the published schema allows 4,000
	limitNonce           = 25   // nonce
	limitRows            = 5    // action rows of a message
	limitButtons         = 5    // buttons of a row
	limitCustomID        = 100  // custom_id
	limitButtonLabel     = 80   // label of a button
	limitURL             = 512  // address of a link button
	limitOptions         = 25   // options of a select, choices of an option, suggestions
	limitOptionText      = 100  // label, value and description of an option
	limitPlaceholder     = 150  // placeholder of a select
	limitAttachments     = 10   // attachments of a message
	limitAlt             = 1024 // description of an attachment
	limitMentions        = 100  // users of allowed_mentions
	limitModalTitle      = 45   // title of a modal
	limitModalComponents = 5    // components of a modal; the published schema allows 40
	limitLabel           = 45   // label of an input
	limitDescription     = 100  // description of a label, an option or a command
	limitTextDisplay     = 4000 // words in a modal
	limitInput           = 4000 // value and max_length of a text input
	limitInputHint       = 100  // placeholder of a text input
	limitOptionLength    = 6000 // max_length of a command's option
	limitCommandName     = 32   // name of a command or option
	limitCommandSize     = 8000 // names, descriptions and values of a command together
)

// commandName is what a typed command or an option may be called.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Check reports what Discord would refuse in a body, though its published schema
// allows it, and some of what the schema forbids too. The body is a message, a
// callback, or a command or a list of them.
func Check(body []byte) []error {
	c := &checker{seen: map[string]bool{}}
	var shape map[string]json.RawMessage
	if err := json.Unmarshal(body, &shape); err != nil {
		var list []json.RawMessage
		if err := json.Unmarshal(body, &list); err != nil {
			return []error{fmt.Errorf("neither an object nor a list: %w", err)}
		}
		for _, one := range list {
			c.command(one)
		}
		return c.faults
	}
	switch {
	case shape["name"] != nil:
		c.command(body)
	case shape["content"] != nil:
		c.message(body)
	case shape["type"] != nil:
		c.callback(body)
	default:
		c.fail("", "neither a message, a callback nor a command")
	}
	return c.faults
}

type checker struct {
	faults []error
	seen   map[string]bool // custom_ids, or names of commands
}

func (c *checker) fail(at, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

func (c *checker) length(at, s string, least, most int) {
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.fail(at, "%d characters, from %d to %d", n, least, most)
	}
}

func (c *checker) count(at string, n, least, most int) {
	if n < least || n > most {
		c.fail(at, "%d, from %d to %d", n, least, most)
	}
}

// once reports an identifier that is used twice in one message or modal.
func (c *checker) once(at, id string) {
	c.length(at+"/custom_id", id, 1, limitCustomID)
	if c.seen[id] {
		c.fail(at+"/custom_id", "%q twice", id)
	}
	c.seen[id] = true
}

// strictly decodes what Discord knows and reports any other field: Discord
// ignores those, so that a misspelt one would go unnoticed.
func (c *checker) strictly(at string, data []byte, v any) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		c.fail(at, "%v", err)
	}
}

func (c *checker) callback(data []byte) {
	var cb struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	c.strictly("", data, &cb)
	switch cb.Type {
	case callbackMessage, callbackUpdate:
		c.message(cb.Data)
		var m message
		if json.Unmarshal(cb.Data, &m) == nil && (m.Nonce != "" || m.EnforceNonce) {
			c.fail("/data/nonce", "callbacks know no nonce")
		}
	case callbackDeferred:
		var d struct {
			Flags int `json:"flags"`
		}
		c.strictly("/data", cb.Data, &d)
		if d.Flags&^flagEphemeral != 0 {
			c.fail("/data/flags", "%d: a promise can be nothing but a whisper", d.Flags)
		}
	case callbackDeferredUpdate:
	case callbackAutocomplete:
		var d struct {
			Choices []choice `json:"choices"`
		}
		c.strictly("/data", cb.Data, &d)
		c.choices("/data", d.Choices)
	case callbackModal:
		c.modal(cb.Data)
	default:
		c.fail("/type", "%d is none of ours", cb.Type)
	}
}

// roles holds a message to what may notify a role: one, which it names, and only
// in a new post, which is the only message with a key.
func (c *checker) roles(m message) {
	const at = "/allowed_mentions/roles"
	c.count(at, len(m.AllowedMentions.Roles), 0, 1)
	for _, r := range m.AllowedMentions.Roles {
		if !strings.HasSuffix(m.Content, "\n<@&"+r+">") {
			c.fail(at, "%q is not mentioned at the end", r)
		}
		if m.Nonce == "" {
			c.fail(at, "only a new post notifies a role")
		}
	}
}

func (c *checker) message(data []byte) {
	var m message
	c.strictly("", data, &m)
	c.length("/content", m.Content, 0, limitContent)
	c.length("/nonce", m.Nonce, 0, limitNonce)
	if strings.TrimSpace(m.Content) == "" && len(m.Attachments) == 0 {
		c.fail("/content", "an empty message (50006)")
	}
	if m.EnforceNonce != (m.Nonce != "") {
		c.fail("/enforce_nonce", "goes with a nonce")
	}
	if m.Flags&^(flagSuppressEmbeds|flagEphemeral) != 0 {
		c.fail("/flags", "%d: content goes with none but 4 and 64", m.Flags)
	}
	if m.AllowedMentions.Parse == nil || len(m.AllowedMentions.Parse) > 0 {
		c.fail("/allowed_mentions/parse", "must be an empty list, or everybody may be notified")
	}
	c.count("/allowed_mentions/users", len(m.AllowedMentions.Users), 0, limitMentions)
	for _, u := range m.AllowedMentions.Users {
		if !strings.Contains(m.Content, "<@"+u+">") {
			c.fail("/allowed_mentions/users", "%q is not mentioned", u)
		}
	}
	c.roles(m)
	c.count("/attachments", len(m.Attachments), 0, limitAttachments)
	ids := map[string]bool{}
	for i, a := range m.Attachments {
		at := fmt.Sprintf("/attachments/%d", i)
		c.length(at+"/filename", a.Filename, 1, limitAlt)
		c.length(at+"/description", a.Description, 0, limitAlt)
		if ids[a.ID] {
			c.fail(at+"/id", "%q twice", a.ID)
		}
		ids[a.ID] = true
	}
	c.count("/components", len(m.Components), 0, limitRows)
	for i, row := range m.Components {
		c.row(fmt.Sprintf("/components/%d", i), row)
	}
}

func (c *checker) row(at string, row component) {
	if row.Type != actionRow {
		c.fail(at, "type %d in place of a row", row.Type)
	}
	most := limitButtons
	if slices.ContainsFunc(row.Components, func(e component) bool { return e.Type == stringSelect }) {
		most = 1
	}
	c.count(at, len(row.Components), 1, most)
	for i, e := range row.Components {
		in := fmt.Sprintf("%s/components/%d", at, i)
		switch e.Type {
		case button:
			c.button(in, e)
		case stringSelect:
			c.once(in, e.CustomID)
			c.selection(in, e, limitOptions)
		default:
			c.fail(in, "type %d in a row", e.Type)
		}
	}
}

func (c *checker) button(at string, b component) {
	c.length(at+"/label", b.Label, 1, limitButtonLabel)
	switch b.Style {
	case stylePrimary, styleSecondary, styleDanger:
		c.once(at, b.CustomID)
		if b.URL != "" {
			c.fail(at+"/url", "an address on a button that is no link")
		}
	case styleLink:
		c.length(at+"/url", b.URL, 1, limitURL)
		if b.CustomID != "" {
			c.fail(at+"/custom_id", "on a link")
		}
	default:
		c.fail(at+"/style", "%d is none of ours", b.Style)
	}
}

// selection checks options and how many of them may be chosen.
func (c *checker) selection(at string, s component, most int) {
	c.length(at+"/placeholder", s.Placeholder, 0, limitPlaceholder)
	c.count(at+"/options", len(s.Options), 1, most)
	values, defaults := map[string]bool{}, 0
	for i, o := range s.Options {
		in := fmt.Sprintf("%s/options/%d", at, i)
		c.length(in+"/label", o.Label, 1, limitOptionText)
		c.length(in+"/value", o.Value, 1, limitOptionText)
		if values[o.Value] {
			c.fail(in+"/value", "%q twice", o.Value)
		}
		values[o.Value] = true
		if o.Default {
			defaults++
		}
	}
	least, atMost := 0, 1
	if s.MinValues != nil {
		least = *s.MinValues
	}
	if s.MaxValues != nil {
		atMost = *s.MaxValues
	}
	if least > atMost || atMost > len(s.Options) {
		c.fail(at, "choose %d to %d of %d", least, atMost, len(s.Options))
	}
	if defaults > atMost {
		c.fail(at, "%d chosen at first, at most %d", defaults, atMost)
	}
	if s.Required != nil && *s.Required && s.MinValues != nil && least == 0 {
		c.fail(at+"/min_values", "0 though required")
	}
}

func (c *checker) modal(data []byte) {
	var m modal
	c.strictly("/data", data, &m)
	c.length("/data/title", m.Title, 1, limitModalTitle)
	c.length("/data/custom_id", m.CustomID, 1, limitCustomID)
	c.count("/data/components", len(m.Components), 1, limitModalComponents)
	for i, top := range m.Components {
		at := fmt.Sprintf("/data/components/%d", i)
		switch top.Type {
		case textDisplay:
			c.length(at+"/content", top.Content, 1, limitTextDisplay)
		case label:
			c.length(at+"/label", top.Label, 1, limitLabel)
			c.length(at+"/description", top.Description, 0, limitDescription)
			if top.Component == nil {
				c.fail(at, "a label of nothing")
				continue
			}
			c.input(at+"/component", *top.Component)
		default:
			c.fail(at, "type %d in a modal", top.Type)
		}
	}
}

func (c *checker) input(at string, in component) {
	c.once(at, in.CustomID)
	if in.Label != "" {
		c.fail(at+"/label", "the label stands around the input")
	}
	switch in.Type {
	case textInput:
		if in.Style != inputLine && in.Style != inputParagraph {
			c.fail(at+"/style", "%d", in.Style)
		}
		c.length(at+"/value", in.Value, 0, limitInput)
		c.length(at+"/placeholder", in.Placeholder, 0, limitInputHint)
		c.count(at+"/max_length", in.MaxLength, 0, limitInput)
		if in.MaxLength > 0 && in.MinLength > in.MaxLength {
			c.fail(at, "%d to %d characters", in.MinLength, in.MaxLength)
		}
	case stringSelect:
		c.selection(at, in, limitOptions)
	case radioGroup:
		c.selection(at, in, maxRadio)
		c.count(at+"/options", len(in.Options), 2, maxRadio)
	case checkboxGroup:
		c.selection(at, in, maxCheckboxes)
	case userSelect, roleSelect, channelSelect, fileUpload, checkbox:
	default:
		c.fail(at, "type %d in a label", in.Type)
	}
}

func (c *checker) command(data []byte) {
	var cmd command
	c.strictly("", data, &cmd)
	at := "/" + cmd.Name
	c.length(at+"/name", cmd.Name, 1, limitCommandName)
	if key := fmt.Sprint(cmd.Type, " ", cmd.Name); c.seen[key] {
		c.fail(at+"/name", "registered twice")
	} else {
		c.seen[key] = true
	}
	if cmd.Type == commandMessage {
		if cmd.Description != "" || len(cmd.Options) > 0 {
			c.fail(at, "a shortcut has neither description nor options")
		}
		return
	}
	c.name(at, cmd.Name)
	c.length(at+"/description", cmd.Description, 1, limitDescription)
	c.count(at+"/options", len(cmd.Options), 0, limitOptions)
	size := utf8.RuneCountInString(cmd.Name + cmd.Description)
	names, optional := map[string]bool{}, false
	for _, o := range cmd.Options {
		in := at + "/" + o.Name
		c.name(in, o.Name)
		c.length(in+"/description", o.Description, 1, limitDescription)
		size += utf8.RuneCountInString(o.Name + o.Description)
		if names[o.Name] {
			c.fail(in, "twice")
		}
		names[o.Name] = true
		if o.Required && optional {
			c.fail(in, "required after an optional one")
		}
		optional = optional || !o.Required
		if o.Autocomplete && len(o.Choices) > 0 {
			c.fail(in, "both choices and autocomplete")
		}
		c.choices(in, o.Choices)
		for _, ch := range o.Choices {
			size += utf8.RuneCountInString(ch.Name + ch.Value)
		}
	}
	c.count(at, size, 1, limitCommandSize)
}

func (c *checker) name(at, name string) {
	if !commandName.MatchString(name) || strings.ToLower(name) != name {
		c.fail(at+"/name", "%q: lower-case letters, digits, - and _ only", name)
	}
}

func (c *checker) choices(at string, all []choice) {
	c.count(at+"/choices", len(all), 0, limitOptions)
	names := map[string]bool{}
	for _, ch := range all {
		c.length(at+"/choices/name", ch.Name, 1, limitOptionText)
		c.length(at+"/choices/value", ch.Value, 1, limitOptionText)
		if names[ch.Name] {
			c.fail(at+"/choices", "%q twice", ch.Name)
		}
		names[ch.Name] = true
	}
}
