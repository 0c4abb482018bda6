package discord

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

const (
	maxRadio      = 10 // Discord, radio group 2 to 10 options
	maxCheckboxes = 10 // Discord, checkbox group 1 to 10 options
)

// Types of channels that a channel field offers: text and announcements.
const (
	channelText         = 0
	channelAnnouncement = 5
)

// Styles of text inputs.
const (
	inputLine      = 1
	inputParagraph = 2
)

type modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// form turns a form into a modal. The path is the custom_id; a field is a label
// around an input whose custom_id is the field's kind, a slash and its name, and
// the bound of a file that has one.
// Modals have no words on the button that sends them, so Submit is left out,
// and nothing that completes what is typed, so a field with Suggest is a text
// input (see [Adapter.completable]). Dates, times and zones are text inputs that show an example.
//
// Discord takes five components in all. The introduction is one of them; in a
// form of five fields it moves, shortened, to the first field without a help of
// its own, or is left out.
func form(f bot.Form) modal {
	m := modal{CustomID: f.Action, Title: f.Title}
	intro := f.Intro
	spill := ""
	if len(f.Fields) >= limitModalComponents {
		spill, intro = shortened(oneLine(intro).Plain(), limitDescription), ""
	}
	if strings.TrimSpace(intro.Plain()) != "" {
		m.Components = append(m.Components, component{Type: textDisplay, Content: writer{}.text(intro, true)})
	}
	for _, field := range f.Fields {
		in := input(field)
		in.CustomID = kindWord(field.Kind) + "/" + field.Name
		if bound := adapterkit.BoundWord(field); bound != "" {
			in.CustomID += "/" + bound
		}
		l := component{Type: label, Label: field.Label, Description: field.Help, Component: &in}
		if l.Description == "" {
			l.Description, spill = spill, ""
		}
		m.Components = append(m.Components, l)
	}
	return m
}

// kindWord is the word for a kind of field in an input's custom_id, which says
// what a value in a sent modal means.
func kindWord(k bot.FieldKind) string {
	switch k {
	case bot.Paragraph:
		return "paragraph"
	case bot.Number:
		return "number"
	case bot.Date:
		return "date"
	case bot.Time:
		return "time"
	case bot.Zone:
		return "zone"
	case bot.Bool:
		return "bool"
	case bot.Person:
		return "person"
	case bot.Channel:
		return "channel"
	case bot.OneOf:
		return "one"
	case bot.AnyOf:
		return "any"
	case bot.FileField:
		return "file"
	case bot.AudienceField:
		return "role"
	default:
		return "line"
	}
}

// input is the component for a field.
func input(f bot.Field) component {
	first := bot.Values{f.Name: f.Initial}.Get(f.Name)
	required := f.Required
	switch {
	case f.Kind == bot.Bool:
		return component{Type: checkbox, Default: first == "true"}
	case f.Kind == bot.FileField:
		one := 1
		return component{Type: fileUpload, Required: &required, MaxValues: &one}
	case f.Kind == bot.Person || f.Kind == bot.Channel || f.Kind == bot.AudienceField:
		return place(f, first)
	case (f.Kind == bot.OneOf || f.Kind == bot.AnyOf) && len(f.Options) > 0:
		return choose(f)
	}
	c := component{Type: textInput, Style: inputLine, Required: &required, Value: first, Placeholder: f.Placeholder}
	if f.Kind == bot.Paragraph {
		c.Style = inputParagraph
	}
	if f.Kind == bot.Line || f.Kind == bot.Paragraph {
		c.MinLength, c.MaxLength = f.Min, min(f.Max, limitInput)
	}
	if c.Placeholder == "" {
		c.Placeholder = example(f.Kind)
	}
	return c
}

// example is what an empty text input shows for kinds that have no input here.
func example(k bot.FieldKind) string {
	switch k {
	case bot.Date:
		return "Such as 8 May 2027"
	case bot.Time:
		return "Such as 7:00 AM"
	case bot.Zone:
		return "A city near you, such as Chicago"
	case bot.Number:
		return "A number, such as 2 or 2.5"
	}
	return ""
}

func place(f bot.Field, first string) component {
	required := f.Required
	c := component{Type: userSelect, Required: &required, Placeholder: f.Placeholder}
	kind := "user"
	switch f.Kind {
	case bot.AudienceField:
		c.Type, kind = roleSelect, "role"
	case bot.Channel:
		c.Type, kind = channelSelect, "channel"
		c.ChannelTypes = []int{channelText, channelAnnouncement}
	}
	if id, err := snowflake(first); err == nil {
		c.DefaultValues = []defaultValue{{ID: id, Type: kind}}
	}
	return c
}

// choose shows every option at a glance where Discord allows as many, otherwise
// a menu.
func choose(f bot.Field) component {
	required, n := f.Required, len(f.Options)
	if f.Kind == bot.OneOf {
		initial := f.Initial[:min(len(f.Initial), 1)]
		c := component{Type: radioGroup, Required: &required, Options: options(f.Options, initial)}
		if n < 2 || n > maxRadio {
			c.Type, c.Placeholder = stringSelect, f.Placeholder
		}
		return c
	}
	most := n
	if f.Max > 0 {
		most = min(n, f.Max)
	}
	least := min(f.Min, most)
	if required {
		least = max(least, 1)
	}
	c := component{Type: checkboxGroup, Required: &required, MinValues: &least, MaxValues: &most, Options: options(f.Options, f.Initial)}
	if n > maxCheckboxes {
		c.Type, c.Placeholder = stringSelect, f.Placeholder
	}
	return c
}

func shortened(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// sentComponent is a component of a sent modal: a label with an input, or words.
// A checkbox's value is true or false, a group's or select's are in values.
type sentComponent struct {
	Type      int             `json:"type"`
	CustomID  string          `json:"custom_id"`
	Value     json.RawMessage `json:"value"`
	Values    []string        `json:"values"`
	Component *sentComponent  `json:"component"`
}

// sentFile is a file that somebody sent with a form.
type sentFile struct {
	ID   string
	Most int // bytes that it may have
}

// submitted reads a sent modal: values by field name, and the uploaded files,
// which have yet to be fetched. What was left empty is absent.
func submitted(components []sentComponent) (values bot.Values, uploads []sentFile) {
	values = bot.Values{}
	for _, c := range components {
		if c.Component == nil {
			continue
		}
		kind, field, ok := strings.Cut(c.Component.CustomID, "/")
		if !ok {
			continue
		}
		all := c.Component.Values
		if s := scalar(c.Component.Value); s != "" {
			all = append(all, s)
		}
		if kind == kindWord(bot.FileField) {
			_, bound, _ := strings.Cut(field, "/")
			for _, id := range all {
				uploads = append(uploads, sentFile{id, adapterkit.BoundOf(bound)})
			}
			continue
		}
		for _, s := range all {
			values[field] = append(values[field], normal(kind, s))
		}
	}
	return values, uploads
}

// scalar is a JSON string's text, a number's digits, or "true" or "false".
func scalar(raw json.RawMessage) string {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch s := v.(type) {
	case string:
		return s
	case bool:
		return strconv.FormatBool(s)
	case float64:
		return string(raw)
	}
	return ""
}

// normal puts a value into the form that its kind of field names. A date or
// time that cannot be read stays as it was typed, for the feature to ask again.
func normal(kind, s string) string {
	switch kind {
	case kindWord(bot.Person), kindWord(bot.Channel), kindWord(bot.AudienceField):
		return name + ":" + s
	case kindWord(bot.Date):
		return reformatted(s, time.DateOnly, time.DateOnly, "2 Jan 2006", "2 January 2006", "Mon 2 Jan 2006",
			"Monday 2 January 2006", "Jan 2 2006", "January 2 2006", "Jan 2, 2006", "January 2, 2006")
	case kindWord(bot.Time):
		return reformatted(s, "15:04", "15:04", "15.04", "3:04 PM", "3:04PM", "3 PM", "3PM")
	case kindWord(bot.Number):
		return strings.TrimSpace(s)
	}
	return s
}

// reformatted is s in the wanted layout if it is written in one of the layouts,
// else s as it is.
func reformatted(s, want string, layouts ...string) string {
	for _, l := range layouts {
		typed := strings.TrimSpace(s)
		if strings.HasSuffix(l, "PM") { // the library wants them as the layout has them
			typed = strings.ToUpper(typed)
		}
		if t, err := time.Parse(l, typed); err == nil {
			return t.Format(want)
		}
	}
	return s
}
