package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
)

type (
	formView struct {
		bot.Form
		Message  bot.MessageID // whose control opened it
		Channel  bot.ChannelID
		Fields   []fieldView
		HasFile  bool
		Payloads []payloadView
	}
	fieldView struct {
		bot.Field
		ID      string
		Widget  string // line, area, number, date, time, check, select, radios, checks, combo, file
		Value   string
		Options []optionView
	}
	optionView struct {
		bot.Option
		ID       string
		Selected bool
	}
	payloadView struct {
		Name, ID string
		JSON     string
		Fault    string // instead of JSON
	}
)

// radioLimit is how many choices are shown all at once instead of in a menu.
const radioLimit = 4

func (s *site) viewForm(f bot.Form, ch bot.ChannelID, message bot.MessageID) formView {
	v := formView{Form: f, Message: message, Channel: ch}
	if v.Submit == "" {
		v.Submit = "Send"
	}
	for n, field := range f.Fields {
		v.Fields = append(v.Fields, s.viewField(field, n))
		v.HasFile = v.HasFile || field.Kind == bot.FileField
	}
	for n, r := range s.renderers {
		if r.Form != nil {
			b, err := r.Form(f)
			v.Payloads = append(v.Payloads, viewPayload(r.Name, fmt.Sprintf("form-payload-%d", n), b, err))
		}
	}
	return v
}

func (s *site) viewField(f bot.Field, n int) fieldView {
	v := fieldView{Field: f, ID: fmt.Sprintf("field-%d", n)}
	if len(f.Initial) > 0 {
		v.Value = f.Initial[0]
	}
	options := f.Options
	switch f.Kind {
	case bot.Paragraph:
		v.Widget = "area"
	case bot.Number:
		v.Widget = "number"
	case bot.Date:
		v.Widget = "date"
	case bot.Time:
		v.Widget = "time"
	case bot.Bool:
		v.Widget = "check"
	case bot.FileField:
		v.Widget = "file"
	case bot.Person:
		v.Widget, options = "select", s.personOptions()
	case bot.Channel:
		v.Widget, options = "select", s.channelOptions()
	case bot.OneOf:
		v.Widget = "select"
		if len(options) <= radioLimit {
			v.Widget = "radios"
		}
	case bot.AnyOf:
		v.Widget = "checks"
	default:
		v.Widget = "line"
	}
	if f.Suggest != "" && (v.Widget == "line" || len(options) == 0) {
		v.Widget = "combo"
	}
	for m, o := range options {
		v.Options = append(v.Options, optionView{o, fmt.Sprintf("%s-%d", v.ID, m), slices.Contains(f.Initial, o.Value)})
	}
	return v
}

func (s *site) personOptions() []bot.Option {
	var out []bot.Option
	for _, p := range s.everybody() {
		out = append(out, bot.Option{Label: p.Name, Value: string(p.user())})
	}
	return out
}

func (s *site) channelOptions() []bot.Option {
	var out []bot.Option
	for _, c := range s.channelNames() {
		out = append(out, bot.Option{Label: "#" + c, Value: string(channelID(c))})
	}
	return out
}

// viewPayload lays out a payload for reading.
func viewPayload(name, id string, b []byte, err error) payloadView {
	v := payloadView{Name: name, ID: id}
	if err != nil {
		v.Fault = "This can't be shown on " + name + ": " + err.Error()
		return v
	}
	var decoded any
	if json.Unmarshal(b, &decoded) != nil {
		v.JSON = string(b)
		return v
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if encoder.Encode(json.RawMessage(b)) != nil {
		v.JSON = string(b)
		return v
	}
	v.JSON = out.String()
	return v
}

// payloads renders a message of the bot as the other platforms get it.
func (s *site) payloads(ctx context.Context, p person, id bot.MessageID) ([]payloadView, error) {
	e, ok, err := s.visible(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if !ok || e.author != "" {
		return nil, errNotThere
	}
	var out []payloadView
	for n, r := range s.renderers {
		b, err := r.Message(e.message)
		out = append(out, viewPayload(r.Name, fmt.Sprintf("payload-%d", n), b, err))
	}
	return out, nil
}
