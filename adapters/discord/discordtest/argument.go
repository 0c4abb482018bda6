package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// arguments turns a test's values into what a person's app sends.
type arguments struct {
	s        *Server
	p        *Person
	channel  *Channel
	resolved object
	focused  string // the option being typed into
	typed    string
	used     map[string]bool
}

// nested goes down to the subcommand that words name.
func (a *arguments) nested(o object, words []string, args Args) ([]any, error) {
	options := objects(list(o, "options"))
	if len(words) == 0 {
		if len(options) > 0 && number(options[0], "type") <= optionGroup {
			return nil, errors.New("has subcommands, and can't be used itself")
		}
		return a.options(options, args)
	}
	for _, sub := range options {
		if text(sub, "name") == words[0] && number(sub, "type") <= optionGroup {
			inner, err := a.nested(sub, words[1:], args)
			return []any{object{"name": words[0], "type": sub["type"], "options": inner}}, err
		}
	}
	return nil, fmt.Errorf("has no subcommand %q", words[0])
}

// options are the values of a command's options.
func (a *arguments) options(all []object, args Args) ([]any, error) {
	out := []any{}
	names := map[string]bool{}
	for _, o := range all {
		name := text(o, "name")
		names[name] = true
		if name == a.focused {
			if !truth(o, "autocomplete") {
				return nil, fmt.Errorf("option %q suggests nothing", name)
			}
			out = append(out, object{"name": name, "type": o["type"], "value": a.typed, "focused": true})
			continue
		}
		v, given := args[name]
		if !given {
			if truth(o, "required") && a.focused == "" {
				return nil, fmt.Errorf("option %q is required", name)
			}
			continue
		}
		value, err := a.option(o, v)
		if err != nil {
			return nil, fmt.Errorf("option %q: %w", name, err)
		}
		out = append(out, object{"name": name, "type": o["type"], "value": value})
	}
	for name := range args {
		if !names[name] {
			return nil, fmt.Errorf("there is no option %q", name)
		}
	}
	if a.focused != "" && !names[a.focused] {
		return nil, fmt.Errorf("there is no option %q", a.focused)
	}
	return out, nil
}

// option is one value, as the app lets it through.
func (a *arguments) option(o object, v any) (any, error) {
	switch kind := number(o, "type"); kind {
	case optionString:
		return a.words(o, fmt.Sprint(v))
	case optionInteger, optionNumber:
		return numeric(o, v, kind == optionInteger)
	case optionBool:
		if b, isBool := v.(bool); isBool {
			return b, nil
		}
		return strconv.ParseBool(fmt.Sprint(v))
	case optionAttachment:
		f, isFile := v.(File)
		if !isFile {
			return nil, errors.New("wants a File")
		}
		return a.upload(f), nil
	default:
		return a.entity(kind, v, list(o, "channel_types"))
	}
}

// words is a text, or the value of the choice that it names.
func (a *arguments) words(o object, s string) (any, error) {
	choices := objects(list(o, "choices"))
	for _, c := range choices {
		if text(c, "name") == s || text(c, "value") == s {
			return c["value"], nil
		}
	}
	n := utf8.RuneCountInString(s)
	most := 6000
	if has(o, "max_length") {
		most = number(o, "max_length")
	}
	switch {
	case len(choices) > 0:
		return nil, fmt.Errorf("%q is no choice", s)
	case n < number(o, "min_length") || n > most || n == 0:
		return nil, fmt.Errorf("%d characters, from %d to %d", n, number(o, "min_length"), most)
	}
	return s, nil
}

func numeric(o object, v any, whole bool) (any, error) {
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil || whole && n != float64(int64(n)) {
		return nil, fmt.Errorf("%v is no number", v)
	}
	for key, sign := range map[string]float64{"min_value": -1, "max_value": 1} {
		if limit, isNumber := o[key].(json.Number); isNumber {
			if most, _ := limit.Float64(); sign*n > sign*most {
				return nil, fmt.Errorf("%v is beyond %s %s", v, key, limit)
			}
		}
	}
	if whole {
		return int64(n), nil
	}
	return n, nil
}

// entity is a person, a channel or a role, which is put among the resolved.
func (a *arguments) entity(kind int, v any, types []any) (any, error) {
	put := func(section, id string, data object) {
		all, _ := a.resolved[section].(object)
		if all == nil {
			all = object{}
			a.resolved[section] = all
		}
		all[id] = data
	}
	switch who := v.(type) {
	case *Person:
		if kind == optionChannel {
			return nil, errors.New("wants a channel")
		}
		put("users", who.ID, who.user())
		if g := a.channel.guild; g != nil && g.members[who] != nil {
			m := g.members[who].json()
			m["permissions"] = bits(a.channel.rightsOf(who))
			put("members", who.ID, m)
		}
		return who.ID, nil
	case *Channel:
		fits := len(types) == 0 || slices.ContainsFunc(types, func(t any) bool { n, _ := integer(t); return int(n) == who.kind })
		if kind == optionUser || !fits || !who.sees(a.p) {
			return nil, fmt.Errorf("can't choose #%s here", who.Name)
		}
		put("channels", who.ID, who.partial(a.p))
		return who.ID, nil
	case *Role:
		r := a.channel.guild.roleBy(who.ID)
		if r == nil {
			return nil, fmt.Errorf("no role %s here", who.Name)
		}
		put("roles", who.ID, r)
		return who.ID, nil
	}
	return nil, fmt.Errorf("%v is neither a person, a channel nor a role", v)
}

// upload keeps a file that somebody sends, and gives its identifier.
func (a *arguments) upload(f File) string {
	id := a.s.snowflake()
	u := upload{f.Name, f.Type, f.Data}
	url := a.s.keep(a.channel.ID, id, u)
	all, _ := a.resolved["attachments"].(object)
	if all == nil {
		all = object{}
		a.resolved["attachments"] = all
	}
	all[id] = object{
		"id": id, "filename": f.Name, "size": len(f.Data), "url": url, "proxy_url": url, "content_type": f.Type, "ephemeral": true,
	}
	return id
}

// choose checks what was chosen in a menu.
func (a *arguments) choose(c Component, names []string) ([]any, error) {
	least, most := 1, 1
	if c.MinValues != nil {
		least = *c.MinValues
	}
	if c.MaxValues != nil {
		most = *c.MaxValues
	}
	if c.Required != nil && !*c.Required {
		least = 0
	}
	if len(names) < least || len(names) > most {
		return nil, fmt.Errorf("%d chosen, from %d to %d", len(names), least, most)
	}
	out := []any{}
	for _, name := range names {
		id, err := a.chosen(c, name)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

func (a *arguments) chosen(c Component, name string) (any, error) {
	if c.Type == componentRoles {
		return a.entity(optionRole, &Role{ID: name, Name: name}, nil)
	}
	if c.Type == componentUsers || c.Type == componentChannels {
		if p := a.s.people[name]; p != nil && c.Type == componentUsers {
			return a.entity(optionUser, p, nil)
		}
		if place := a.s.places[name]; place != nil && c.Type == componentChannels {
			return a.entity(optionChannel, place, nil)
		}
		return nil, fmt.Errorf("%q can't be chosen", name)
	}
	for _, o := range c.Options {
		if o.Label == name || o.Value == name {
			return o.Value, nil
		}
	}
	return nil, fmt.Errorf("no option %q", name)
}

// fields are the components of a sent form.
func (a *arguments) fields(all []Component, values Args) ([]any, error) {
	out := []any{}
	for _, c := range all {
		switch c.Type {
		case componentText:
			out = append(out, object{"type": c.Type, "id": c.ID})
			continue
		case componentRow:
			inner, err := a.fields(c.Components, values)
			if err != nil {
				return nil, err
			}
			out = append(out, object{"type": componentRow, "id": c.ID, "components": inner})
			continue
		}
		label, in := c.Label, c
		if c.Component != nil {
			in = *c.Component
		}
		v, given := values[label]
		a.used[label] = a.used[label] || given
		if !given {
			v, given = values[in.CustomID]
			a.used[in.CustomID] = a.used[in.CustomID] || given
		}
		sent, err := a.field(in, v, given)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", label+in.CustomID, err)
		}
		if c.Type == componentLabel {
			sent = object{"type": componentLabel, "id": c.ID, "component": sent}
		}
		out = append(out, sent)
	}
	return out, nil
}

// field is one input of a sent form.
func (a *arguments) field(c Component, v any, given bool) (object, error) {
	out := object{"type": c.Type, "id": c.ID, "custom_id": c.CustomID}
	needed := c.Required == nil || *c.Required
	switch c.Type {
	case componentInput:
		s := c.Value
		if given {
			s = fmt.Sprint(v)
		}
		n := utf8.RuneCountInString(s)
		switch {
		case n == 0 && !needed:
		case n == 0 || n < c.MinLength || c.MaxLength > 0 && n > c.MaxLength || n > 4000 || c.Style == 1 && strings.Contains(s, "\n"):
			return nil, fmt.Errorf("%q doesn't fit", s)
		}
		out["value"] = s
		return out, nil
	case componentCheck:
		out["value"] = c.Default
		if given {
			out["value"] = fmt.Sprint(v) == "true"
		}
		return out, nil
	case componentUpload:
		return out, a.files(c, out, v, given, needed)
	}
	names := initial(c)
	if given {
		names = namesOf(v)
	}
	if len(names) == 0 && !needed {
		out["values"] = []any{}
		if c.Type == componentRadio {
			delete(out, "values")
			out["value"] = nil
		}
		return out, nil
	}
	chosen, err := a.choose(c, names)
	if err != nil {
		return nil, err
	}
	out["values"] = chosen
	if c.Type == componentRadio {
		delete(out, "values")
		out["value"] = chosen[0]
	}
	return out, nil
}

func (a *arguments) files(c Component, out object, v any, given, needed bool) error {
	ids := []any{}
	if f, isFile := v.(File); given && isFile {
		ids = append(ids, a.upload(f))
	} else if given {
		return errors.New("wants a File")
	}
	if len(ids) == 0 && needed {
		return errors.New("a file is required")
	}
	out["values"] = ids
	return nil
}

// initial is what a menu in a form shows at first.
func initial(c Component) []string {
	var names []string
	for _, o := range c.Options {
		if o.Default {
			names = append(names, o.Value)
		}
	}
	for _, d := range c.DefaultValues {
		names = append(names, d.ID)
	}
	return names
}

func namesOf(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case *Person:
		return []string{v.ID}
	case *Channel:
		return []string{v.ID}
	case *Role:
		return []string{v.ID}
	}
	if s := fmt.Sprint(v); s != "" {
		return []string{s}
	}
	return nil
}
