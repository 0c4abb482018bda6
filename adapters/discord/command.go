package discord

import (
	"encoding/json"

	"studyhall/bot"
)

// Types of commands and of their options:
// docs.discord.com/developers/interactions/application-commands.
const (
	commandChat    = 1
	commandMessage = 3

	optionString     = 3
	optionBool       = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionNumber     = 10
	optionAttachment = 11
)

// command is what is registered. Nothing hides it from people who manage no
// server, since organisers need not; the core asks who may do what.
type command struct {
	Type             int             `json:"type"`
	Name             string          `json:"name"`
	Description      string          `json:"description,omitempty"`
	Contexts         []int           `json:"contexts"`
	IntegrationTypes []int           `json:"integration_types"`
	Options          []commandOption `json:"options,omitempty"`
}

type commandOption struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	MinLength    int      `json:"min_length,omitempty"`
	MaxLength    int      `json:"max_length,omitempty"`
	MinValue     *int     `json:"min_value,omitempty"`
	MaxValue     *int     `json:"max_value,omitempty"`
	ChannelTypes []int    `json:"channel_types,omitempty"`
	Choices      []choice `json:"choices,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func choices(all []bot.Option) []choice {
	out := []choice{}
	for _, o := range all {
		out = append(out, choice{o.Label, o.Value})
	}
	return out
}

// CommandPayload is one command as it is registered.
func CommandPayload(c bot.Command) ([]byte, error) { return encode(registration(c)) }

// commandsBody registers all commands at once, replacing those there are.
func commandsBody(all []bot.Command) ([]byte, error) {
	out := []command{}
	for _, c := range all {
		out = append(out, registration(c))
	}
	return encode(out)
}

func registration(c bot.Command) command {
	out := command{
		Type: commandChat, Name: c.Name, Description: c.Help,
		Contexts:         []int{0, 1}, // servers and conversations with the bot
		IntegrationTypes: []int{0},    // installed in a server
	}
	if c.Message {
		out.Type, out.Description = commandMessage, ""
		return out
	}
	for _, required := range []bool{true, false} { // Discord wants required options first
		for _, f := range c.Fields {
			if f.Required == required {
				out.Options = append(out.Options, commandField(f))
			}
		}
	}
	return out
}

func commandField(f bot.Field) commandOption {
	o := commandOption{Type: optionString, Name: f.Name, Description: f.Help, Required: f.Required}
	if o.Description == "" {
		o.Description = f.Label
	}
	switch f.Kind {
	case bot.Bool:
		o.Type = optionBool
		return o
	case bot.Person:
		o.Type = optionUser
		return o
	case bot.Channel:
		o.Type, o.ChannelTypes = optionChannel, []int{channelText, channelAnnouncement}
		return o
	case bot.AudienceField:
		o.Type = optionRole
		return o
	case bot.FileField:
		o.Type = optionAttachment
		return o
	case bot.Number:
		o.Type = optionNumber
		if f.Min != 0 {
			o.MinValue = &f.Min
		}
		if f.Max != 0 {
			o.MaxValue = &f.Max
		}
		return o
	case bot.Line, bot.Paragraph:
		o.MinLength, o.MaxLength = f.Min, min(f.Max, limitOptionLength)
	}
	switch {
	case f.Kind == bot.AnyOf: // several at once can only be typed
	case len(f.Options) > 0:
		o.Choices = choices(f.Options)
	default:
		o.Autocomplete = f.Suggest != ""
	}
	return o
}

// sentOption is an option of a command that was used. The focused one is being
// typed, and is to be completed.
type sentOption struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
}

// arguments reads a command's options: values by field name, and the
// identifiers of attachments, which have yet to be fetched.
func arguments(fields []bot.Field, sent []sentOption) (values bot.Values, uploads []string) {
	values = bot.Values{}
	for _, o := range sent {
		s := scalar(o.Value)
		if s == "" {
			continue
		}
		if o.Type == optionAttachment {
			uploads = append(uploads, s)
			continue
		}
		for _, f := range fields {
			if f.Name == o.Name {
				values[o.Name] = []string{normal(kindWord(f.Kind), s)}
			}
		}
	}
	return values, uploads
}

// completing is the path of the suggester for the option being typed, and what
// has been typed so far.
func completing(c bot.Command, sent []sentOption) (path, typed string, ok bool) {
	for _, o := range sent {
		for _, f := range c.Fields {
			if o.Focused && f.Name == o.Name && f.Suggest != "" {
				return f.Suggest, scalar(o.Value), true
			}
		}
	}
	return "", "", false
}
