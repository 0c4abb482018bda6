package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

const (
	maxRadio      = 5  // more options than these are quicker to find in a menu
	maxRadioLabel = 40 // characters; longer labels wrap on phones
	maxCheckboxes = 10 // Slack, checkboxes 10
)

// origin is where the control that opened a view was, kept in the view's
// private_metadata and given back when the form is sent.
type origin struct {
	Channel bot.ChannelID `json:"channel,omitempty"`
	Message bot.MessageID `json:"message,omitempty"`
	Whisper bool          `json:"whisper,omitempty"` // only this person sees that message
	Hook    hook          `json:"hook,omitzero"`     // for whispers there
	Page    bool          `json:"page,omitempty"`    // it was a home page, or what that opened
	View    string        `json:"view,omitempty"`    // the modal under the form
	Form    string        `json:"form,omitempty"`    // under which the form is kept
}

// view is the modal of a form. The path is the callback_id. Each field is a
// block whose block_id is the field's name, which errors name as well; the
// element's action_id is the field's kind, and a colon and the path of the
// suggester where there is one, or the bound of a file that has one.
func view(f bot.Form, from origin) slack.ModalViewRequest {
	submit := f.Submit
	if submit == "" {
		submit = "Send"
	}
	v := slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(f.Title), Submit: plain(submit), Close: plain("Cancel"),
		CallbackID: f.Action,
	}
	if from != (origin{}) {
		v.PrivateMetadata = encodeOrigin(from)
	}
	if intro := section(writer{}.rich(f.Intro, nil)); intro != nil {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, intro)
	}
	for _, field := range f.Fields {
		b := slack.NewInputBlock(field.Name, plain(field.Label), plain(field.Help), element(field))
		// A tick that must be set would be no choice.
		b.Optional = !field.Required || field.Kind == bot.Bool
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, b)
	}
	return v
}

func encodeOrigin(from origin) string {
	data, err := json.Marshal(from)
	if err != nil { // strings and numbers can always be encoded
		return ""
	}
	return string(data)
}

func decodeOrigin(privateMetadata string) (origin, error) {
	var from origin
	if privateMetadata == "" {
		return from, nil
	}
	if err := json.Unmarshal([]byte(privateMetadata), &from); err != nil {
		return origin{}, fmt.Errorf("read a form's origin: %w", err)
	}
	return from, nil
}

// viewBody is the view for views.open, opened from a place.
func viewBody(f bot.Form, from origin) ([]byte, error) { return encode(view(f, from)) }

// kindWord is the word for a kind of field in an element's action_id, which
// says what a value in a sent form means.
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
	case bot.AudienceField:
		return "group"
	case bot.OneOf:
		return "one"
	case bot.AnyOf:
		return "any"
	case bot.FileField:
		return "file"
	default:
		return "line"
	}
}

// element is the input for a field.
func element(f bot.Field) slack.BlockElement {
	id, hint := kindWord(f.Kind), plain(f.Placeholder)
	first := bot.Values{f.Name: f.Initial}.Get(f.Name)
	if f.Suggest != "" && f.Kind != bot.AnyOf && len(f.Options) == 0 {
		return external(f, id+":"+f.Suggest, first)
	}
	switch f.Kind {
	case bot.Number:
		e := slack.NewNumberInputBlockElement(hint, id, true).WithInitialValue(first)
		if f.Min != 0 {
			e.MinValue = strconv.Itoa(f.Min)
		}
		if f.Max != 0 {
			e.MaxValue = strconv.Itoa(f.Max)
		}
		return e
	case bot.Date:
		e := slack.NewDatePickerBlockElement(id)
		e.Placeholder, e.InitialDate = hint, first
		return e
	case bot.Time:
		e := slack.NewTimePickerBlockElement(id)
		e.Placeholder, e.InitialTime = hint, first
		return e
	case bot.Bool:
		yes := slack.NewOptionBlockObject("true", plain("Yes"), nil)
		e := slack.NewCheckboxGroupsBlockElement(id, yes)
		if first == "true" {
			e.InitialOptions = append(e.InitialOptions, yes)
		}
		return e
	case bot.Person:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, hint, id)
		if _, user, err := parseUser(bot.UserID(first)); err == nil {
			e.InitialUser = user
		}
		return e
	case bot.Channel:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, hint, id)
		e.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
		if p, err := parseChannel(bot.ChannelID(first)); err == nil {
			e.InitialConversation = p.channel
		}
		return e
	case bot.AudienceField:
		return groupMenu(f, id)
	case bot.OneOf:
		return one(f, id, first)
	case bot.AnyOf:
		return anyOf(f, id)
	case bot.FileField:
		if bound := adapterkit.BoundWord(f); bound != "" {
			id += ":" + bound
		}
		return slack.NewFileInputBlockElement(id).WithMaxFiles(1)
	}
	return &slack.PlainTextInputBlockElement{
		Type: slack.METPlainTextInput, ActionID: id, Placeholder: hint, InitialValue: first,
		Multiline: f.Kind == bot.Paragraph, MinLength: f.Min, MaxLength: min(max(f.Max, 0), limitInput),
	}
}

// external is a menu that asks the suggester for its options.
func external(f bot.Field, id, first string) slack.BlockElement {
	atOnce := 0 // offer something before anything is typed
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain(f.Placeholder), id)
	e.MinQueryLength = &atOnce
	if first != "" {
		e.InitialOption = slack.NewOptionBlockObject(cut(first, limitOptionValue), plain(shortened(first, limitOptionText)), nil)
	}
	return e
}

// one is a choice of one: radio buttons where they show everything at a glance,
// otherwise a menu. Radio buttons cannot be cleared, so what may stay empty is a menu.
func one(f bot.Field, id, first string) slack.BlockElement {
	all := options(f.Options)
	var initial *slack.OptionBlockObject
	glance := f.Required && len(all) <= maxRadio
	for i, o := range f.Options {
		glance = glance && utf8.RuneCountInString(o.Label) <= maxRadioLabel
		if o.Value == first && first != "" {
			initial = all[i]
		}
	}
	if glance {
		e := slack.NewRadioButtonsBlockElement(id, all...)
		e.InitialOption = initial
		return e
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(f.Placeholder), id, all...)
	e.InitialOption = initial
	return e
}

// anyOf is a choice of several. Only the menu can hold people to a maximum; who
// receives the form checks the count anyway.
func anyOf(f bot.Field, id string) slack.BlockElement {
	all := options(f.Options)
	var initial []*slack.OptionBlockObject
	for i, o := range f.Options {
		for _, v := range f.Initial {
			if o.Value == v {
				initial = append(initial, all[i])
			}
		}
	}
	if len(all) <= maxCheckboxes {
		e := slack.NewCheckboxGroupsBlockElement(id, all...)
		e.InitialOptions = initial
		return e
	}
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain(f.Placeholder), id, all...)
	e.InitialOptions = initial
	if f.Max > 0 {
		e.MaxSelectedItems = &f.Max
	}
	return e
}

// cut is at most the first limit characters.
func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit])
	}
	return s
}

// shortened is s, or its beginning and an ellipsis, in at most limit characters.
func shortened(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// sentFile is a file that somebody sent with a form.
type sentFile struct {
	slack.File
	Most int // bytes that it may have
}

// submitted reads the state of a sent view: values by field name, and files,
// which have yet to be fetched. What was left empty is absent, except a tick,
// which is "true" or "false".
func submitted(team string, state slack.ViewState) (values bot.Values, files []sentFile) {
	values = bot.Values{}
	for field, elements := range state.Values {
		for id, a := range elements {
			kind, more, _ := strings.Cut(id, ":")
			switch v := value(team, a); {
			case kind == kindWord(bot.Bool):
				values[field] = []string{strconv.FormatBool(len(a.SelectedOptions) > 0)}
			case len(v) > 0:
				values[field] = v
			}
			for _, f := range a.Files {
				files = append(files, sentFile{f, adapterkit.BoundOf(more)})
			}
		}
	}
	return values, files
}

// value is what one element holds, in the form that its kind of field names.
func value(team string, a slack.BlockAction) []string {
	switch {
	case a.SelectedUser != "":
		return []string{string(userID(team, a.SelectedUser))}
	case a.SelectedConversation != "":
		return []string{string(place{team: team, channel: a.SelectedConversation}.id())}
	case len(a.SelectedOptions) > 0:
		var all []string
		for _, o := range a.SelectedOptions {
			all = append(all, o.Value)
		}
		return all
	}
	for _, s := range []string{a.Value, a.SelectedOption.Value, a.SelectedDate, a.SelectedTime} {
		if s != "" {
			return []string{s}
		}
	}
	return nil
}

// errorsBody answers a sent form with what is wrong, by field name. Slack shows
// errors at input blocks only, so what concerns the whole form, and what names
// no field of the view, stands at the first one.
func errorsBody(invalid map[string]string, fields []string) ([]byte, error) {
	if len(fields) == 0 {
		return nil, fmt.Errorf("a form without fields has no place for an error")
	}
	shown := map[string]string{}
	for _, f := range fields {
		if text := invalid[f]; text != "" {
			shown[f] = text
		}
	}
	var first []string
	for _, f := range slices.Sorted(maps.Keys(invalid)) { // "" comes first
		if text := invalid[f]; text != "" && !slices.Contains(fields, f) {
			first = append(first, text)
		}
	}
	if own := shown[fields[0]]; own != "" {
		first = append(first, own)
	}
	if len(first) > 0 {
		shown[fields[0]] = strings.Join(first, " ")
	}
	return encode(slack.NewErrorsViewSubmissionResponse(shown))
}
