package script

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/bottest"
)

// mostFields is how many components a modal takes. In one of as many fields the
// words above them, which are sentences, may have become the description of the
// first.
const mostFields = 5

// formText is a modal as [bottest.FormText] gives it, with what was said to be
// wrong with it: after the first line, a line or more for each field, by its
// label, and before those for the whole.
func (d *Driver) formText(f discordtest.Modal, said string) string {
	labels, intro, spilled := []string{}, "", ""
	for _, top := range f.Components {
		if top.Type == typeText {
			intro = d.plain(top.Content, d.zoneOf(f.Opened.Channel))
			continue
		}
		labels = append(labels, top.Label)
		if len(labels) == 1 && strings.HasSuffix(top.Description, ".") {
			spilled = top.Description
		}
	}
	if len(labels) == mostFields {
		intro = spilled
	}
	wrong, at := map[string]string{}, ""
	for _, line := range strings.Split(said, "\n")[min(1, strings.Count(said, "\n")):] {
		if label, fault, ok := strings.Cut(line, ": "); ok && slices.Contains(labels, label) {
			at, line = label, fault
		}
		wrong[at] = strings.TrimSpace(wrong[at] + "\n" + line)
	}
	var fields []bottest.FormField
	for _, top := range f.Components {
		if top.Component != nil {
			fields = append(fields, bottest.FormField{Label: top.Label, Value: d.value(*top.Component), Fault: wrong[top.Label]})
		}
	}
	if said != "" {
		intro = strings.TrimSpace(wrong[""] + "\n" + intro)
	}
	return bottest.FormText(f.Title, intro, fields)
}

// value is what an input shows.
func (d *Driver) value(in discordtest.Component) string {
	if in.Type == typeCheckbox {
		return map[bool]string{true: "true"}[in.Default]
	}
	shown := []string{}
	for _, o := range in.Options {
		if o.Default {
			shown = append(shown, o.Label)
		}
	}
	for _, v := range in.DefaultValues {
		shown = append(shown, d.entity(v.Type, v.ID))
	}
	if len(shown) > 0 {
		return strings.Join(shown, ", ")
	}
	return in.Value
}

// entity is what people call a person or a channel.
func (d *Driver) entity(kind, id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if kind == "channel" {
		for name, c := range d.channels {
			if c.ID == id {
				return "#" + name
			}
		}
	}
	for _, r := range d.roles {
		if r.ID == id {
			return "@" + r.Name
		}
	}
	for _, p := range d.people {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

// Submit sends the open form.
func (d *Driver) Submit(ctx context.Context, person string, values map[string]string) error {
	p := d.person(person)
	f, open := p.Modal()
	if !open {
		return fmt.Errorf("no form is open for %s", person)
	}
	args := discordtest.Args{}
	for key, v := range values {
		in, label, ok := input(f, key)
		if !ok {
			return fmt.Errorf("the form %q has no field %q", f.Title, key)
		}
		entered, err := d.entered(in, label, v)
		if err != nil {
			return err
		}
		args[in.CustomID] = entered
		if empty := v == ""; empty && (in.Required == nil || *in.Required) && in.Type != typeCheckbox {
			return fmt.Errorf("the form %q cannot be sent: %q is empty", f.Title, label)
		}
	}
	return d.done(ctx)(p.Submit(f, args))
}

// input finds a field by its label or its name.
func input(f discordtest.Modal, key string) (in discordtest.Component, label string, ok bool) {
	for _, top := range f.Components {
		if top.Component == nil {
			continue
		}
		_, name, _ := strings.Cut(top.Component.CustomID, "/")
		name, _, _ = strings.Cut(name, "/")
		if strings.EqualFold(top.Label, key) || strings.EqualFold(name, key) {
			return *top.Component, top.Label, true
		}
	}
	return discordtest.Component{}, "", false
}

// entered is what a person does to a field to give it a value.
func (d *Driver) entered(in discordtest.Component, label, v string) (any, error) {
	kind, name, _ := strings.Cut(in.CustomID, "/")
	name, _, _ = strings.Cut(name, "/")
	switch kind {
	case "person":
		return d.person(v), nil
	case "channel":
		return d.channel("", v), nil
	case "role":
		return d.role(v), nil
	case "file":
		file, data := bottest.Uploaded(name, v)
		return discordtest.File{Name: file, Type: "text/plain", Data: data}, nil
	case "bool":
		return v == "true", nil
	}
	if len(in.Options) == 0 {
		return v, nil
	}
	wanted := []string{}
	if v != "" {
		wanted = []string{v}
		if kind == "any" {
			wanted = strings.Split(v, ", ")
		}
	}
	chosen := []string{}
	for _, w := range wanted {
		at := slices.IndexFunc(in.Options, func(o discordtest.Choice) bool { return strings.EqualFold(o.Label, w) || strings.EqualFold(o.Value, w) })
		if at < 0 {
			return nil, fmt.Errorf("%q offers no %q", label, w)
		}
		chosen = append(chosen, in.Options[at].Value)
	}
	return chosen, nil
}
