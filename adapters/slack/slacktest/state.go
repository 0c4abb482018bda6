package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// held is an element of a block.
type held struct {
	block   object
	element object
	label   string
	input   bool
}

// elementsOf are the controls and fields of blocks, in order.
func elementsOf(blocks []any) []held {
	var out []held
	for _, b := range objects(blocks) {
		switch text(b, "type") {
		case "section":
			if e := child(b, "accessory"); e != nil {
				out = append(out, held{b, e, "", false})
			}
		case "actions":
			for _, e := range objects(list(b, "elements")) {
				out = append(out, held{b, e, "", false})
			}
		case "input":
			out = append(out, held{b, child(b, "element"), text(child(b, "label"), "text"), true})
		}
	}
	return out
}

// named reports whether people or tests call an element so.
func (h held) named(name string) bool {
	e := h.element
	return slices.Contains([]string{
		h.label, text(e, "action_id"), text(child(e, "text"), "text"), text(child(e, "placeholder"), "text"), text(e, "accessibility_label"),
		text(h.block, "block_id"),
	}, name) && name != ""
}

// slot is where a kind of element holds its value, and whether there are several.
// It is "" for elements that hold none.
func slot(kind string) (key string, several bool) {
	switch kind {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		return "value", false
	case "datepicker":
		return "selected_date", false
	case "timepicker":
		return "selected_time", false
	case "datetimepicker":
		return "selected_date_time", false
	case "static_select", "external_select", "radio_buttons", "overflow":
		return "selected_option", false
	case "checkboxes", "multi_static_select", "multi_external_select":
		return "selected_options", true
	case "file_input":
		return "files", true
	}
	for _, noun := range []string{"user", "conversation", "channel"} {
		switch kind {
		case noun + "s_select":
			return "selected_" + noun, false
		case "multi_" + noun + "s_select":
			return "selected_" + noun + "s", true
		}
	}
	return "", false
}

// values is the state of blocks as they begin.
func values(blocks []any) object {
	out := object{}
	for _, h := range elementsOf(blocks) {
		key, several := slot(text(h.element, "type"))
		if key == "" || text(h.element, "type") == "overflow" {
			continue
		}
		initial, given := h.element["initial_"+strings.TrimPrefix(key, "selected_")]
		if !given && several {
			initial = []any{}
		}
		id := text(h.block, "block_id")
		if out[id] == nil {
			out[id] = object{}
		}
		out[id].(object)[text(h.element, "action_id")] = object{"type": h.element["type"], key: clone(initial)}
	}
	return out
}

// enter is the state of an element after somebody has filled it in, as far as
// their app lets them.
func (p *Person) enter(e object, v any) (object, error) {
	kind := text(e, "type")
	key, several := slot(kind)
	out := object{"type": kind}
	if key == "" {
		return nil, fmt.Errorf("a %s takes no value", kind)
	}
	if v == nil || v == "" {
		out[key] = nil
		if several {
			out[key] = []any{}
		}
		return out, nil
	}
	if !several {
		one, err := p.pick(e, v)
		out[key] = one
		return out, err
	}
	var all []any
	for _, one := range each(v) {
		picked, err := p.pick(e, one)
		if err != nil {
			return nil, err
		}
		all = append(all, picked)
	}
	if most, ok := integer(e["max_selected_items"]); ok && int64(len(all)) > most {
		return nil, fmt.Errorf("takes %d at most", most)
	}
	if most, ok := integer(e["max_files"]); ok && int64(len(all)) > most {
		return nil, fmt.Errorf("takes %d files at most", most)
	}
	out[key] = all
	return out, nil
}

// each are the parts of a value for several.
func each(v any) []any {
	var out []any
	switch v := v.(type) {
	case []string:
		for _, s := range v {
			out = append(out, s)
		}
	case []*Person:
		for _, s := range v {
			out = append(out, s)
		}
	default:
		out = []any{v}
	}
	return out
}

// pick is one value as payloads have it.
func (p *Person) pick(e object, v any) (any, error) {
	s := fmt.Sprint(v)
	kind := strings.TrimPrefix(text(e, "type"), "multi_")
	switch kind {
	case "plain_text_input", "email_text_input", "url_text_input":
		return typedText(e, s)
	case "number_input":
		return typedNumber(e, s)
	case "datepicker":
		_, err := time.Parse(time.DateOnly, s)
		return s, err
	case "timepicker":
		_, err := time.Parse("15:04", s)
		return s, err
	case "datetimepicker":
		at, ok := v.(time.Time)
		if !ok {
			return nil, errors.New("wants a time")
		}
		return json.Number(fmt.Sprint(at.Unix())), nil
	case "file_input":
		f, ok := v.(File)
		if !ok {
			return nil, errors.New("wants a file")
		}
		return p.attach(f).json(p.s), nil
	case "users_select":
		who, ok := v.(*Person)
		if !ok || who.at != p.at || who.gone {
			return nil, errors.New("wants a person of the workspace")
		}
		return who.ID, nil
	case "conversations_select", "channels_select":
		c, ok := v.(*Channel)
		if !ok || !c.sees(p) {
			return nil, errors.New("wants a channel that the person sees")
		}
		return c.ID, nil
	case "external_select":
		for _, c := range p.offered[text(e, "action_id")] {
			if c.Value == s || c.Text.Text == s {
				return c.json(), nil
			}
		}
		return nil, fmt.Errorf("%q was not suggested", s)
	}
	all := list(e, "options")
	for _, g := range objects(list(e, "option_groups")) {
		all = append(all, list(g, "options")...)
	}
	for _, o := range objects(all) {
		if text(o, "value") == s || text(child(o, "text"), "text") == s {
			return clone(o), nil
		}
	}
	return nil, fmt.Errorf("has no option %q", s)
}

func typedText(e object, s string) (any, error) {
	n := int64(utf8.RuneCountInString(s))
	if least, ok := integer(e["min_length"]); ok && n < least {
		return nil, fmt.Errorf("wants %d characters at least", least)
	}
	most, ok := integer(e["max_length"])
	if !ok {
		most = 3000
	}
	if n > most {
		return nil, fmt.Errorf("takes %d characters at most", most)
	}
	if text(e, "type") == "email_text_input" && !strings.Contains(s, "@") || text(e, "type") == "url_text_input" && !strings.Contains(s, "://") {
		return nil, errors.New("wants another form")
	}
	return s, nil
}

func typedNumber(e object, s string) (any, error) {
	n, ok := new(big.Rat).SetString(s)
	if !ok || !regexp.MustCompile(decimal).MatchString(s) || !truth(e, "is_decimal_allowed") && !n.IsInt() {
		return nil, errors.New("wants a number")
	}
	if least, ok := new(big.Rat).SetString(text(e, "min_value")); ok && n.Cmp(least) < 0 {
		return nil, fmt.Errorf("wants %s at least", text(e, "min_value"))
	}
	if most, ok := new(big.Rat).SetString(text(e, "max_value")); ok && n.Cmp(most) > 0 {
		return nil, fmt.Errorf("takes %s at most", text(e, "max_value"))
	}
	return s, nil
}

// File is a file that a person sends.
type File struct {
	Name string
	Data []byte
}

// attach uploads a person's file.
func (p *Person) attach(f File) *file {
	s := p.s
	out := &file{id: s.id("F"), w: p.at, name: f.Name, size: int64(len(f.Data)), data: f.Data, stored: true, done: s.now()}
	s.files[out.id] = out
	return out
}

// empty reports whether a field has no value.
func empty(state object) bool {
	for key, v := range state {
		if key == "type" {
			continue
		}
		all, isList := v.([]any)
		return v == nil || v == "" || isList && len(all) == 0
	}
	return true
}
