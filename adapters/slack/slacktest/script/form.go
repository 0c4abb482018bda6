package script

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot/bottest"
)

// formText is a form as [bottest.FormText] gives it, with what stands in red
// beside its fields, by block_id.
func (d *Driver) formText(f slacktest.View, faults map[string]string) string {
	state := stateOf(f)
	var intro []string
	var fields []bottest.FormField
	for _, b := range f.Blocks {
		if b.Type != "input" {
			intro = append(intro, d.lines(b)...)
			continue
		}
		fields = append(fields, bottest.FormField{Label: b.Label.Text, Value: d.shows(b, state), Fault: inWords(faults[b.BlockID])})
	}
	return bottest.FormText(f.Title, strings.Join(intro, "\n"), fields)
}

// entry is what a field holds, of whatever type it is.
type entry struct {
	Type                 string
	Value                string
	SelectedDate         string             `json:"selected_date"`
	SelectedTime         string             `json:"selected_time"`
	SelectedOption       slacktest.Choice   `json:"selected_option"`
	SelectedOptions      []slacktest.Choice `json:"selected_options"`
	SelectedUser         string             `json:"selected_user"`
	SelectedConversation string             `json:"selected_conversation"`
}

// stateOf is what the fields of a form hold now, by block_id and action_id.
func stateOf(f slacktest.View) map[string]map[string]entry {
	var raw struct {
		State struct {
			Values map[string]map[string]entry `json:"values"`
		} `json:"state"`
	}
	if err := json.Unmarshal(f.Raw, &raw); err != nil {
		return nil
	}
	return raw.State.Values
}

// shows is what a person sees in a field.
func (d *Driver) shows(b slacktest.Block, state map[string]map[string]entry) string {
	e := state[b.BlockID][b.Element.ActionID]
	if b.Element.ActionID == "bool" {
		return map[bool]string{true: "true"}[len(e.SelectedOptions) > 0]
	}
	var labels []string
	for _, o := range e.SelectedOptions {
		labels = append(labels, o.Text.Text)
	}
	if len(labels) > 0 {
		return strings.Join(labels, ", ")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		if p.ID == e.SelectedUser {
			return p.Name
		}
	}
	for name, c := range d.channels {
		if c.ID == e.SelectedConversation {
			return "#" + name
		}
	}
	for _, s := range []string{e.Value, e.SelectedDate, e.SelectedTime, e.SelectedOption.Text.Text} {
		if s != "" {
			return s
		}
	}
	return ""
}

// open is the form on top of a person's screen.
func (d *Driver) open(person string) (slacktest.View, bool) {
	all := d.person(person).Views()
	if len(all) == 0 {
		return slacktest.View{}, false
	}
	return all[len(all)-1], true
}

// Submit sends the open form.
func (d *Driver) Submit(ctx context.Context, person string, values map[string]string) error {
	f, open := d.open(person)
	if !open {
		return fmt.Errorf("no form is open for %s", person)
	}
	args := slacktest.Args{}
	for key, v := range values {
		b, ok := input(f, key)
		if !ok {
			return fmt.Errorf("the form %q has no field %q", f.Title, key)
		}
		if v == "" && !b.Optional {
			return fmt.Errorf("the form %q cannot be sent: %q is empty", f.Title, b.Label.Text)
		}
		entered, err := d.entered(ctx, person, f, b, v)
		if err != nil {
			return err
		}
		args[b.BlockID] = entered
	}
	return d.acts(ctx, person, func(p *slacktest.Person) (*slacktest.Interaction, error) { return p.Submit(f, args) })
}

// input finds a field by its label or its name.
func input(f slacktest.View, key string) (slacktest.Block, bool) {
	i := slices.IndexFunc(f.Blocks, func(b slacktest.Block) bool {
		return b.Type == "input" && (strings.EqualFold(b.Label.Text, key) || strings.EqualFold(b.BlockID, key))
	})
	if i < 0 {
		return slacktest.Block{}, false
	}
	return f.Blocks[i], true
}

// groupField begins the action_id of a field for a user group.
const groupField = "group:"

// clocks are how scripts write times of day.
var clocks = []string{"15:04", "3:04 pm", "3 pm"}

// entered is what a person does to a field to give it a value.
func (d *Driver) entered(ctx context.Context, person string, f slacktest.View, b slacktest.Block, v string) (any, error) {
	if v == "" {
		return nil, nil
	}
	what := fmt.Sprintf("%s: %s=%s", person, strings.ToLower(b.Label.Text), v)
	switch b.Element.Type {
	case "users_select":
		return d.person(v), nil
	case "conversations_select":
		return d.channel("", v), nil
	case "file_input":
		file, data := bottest.Uploaded(b.BlockID, v)
		return slacktest.File{Name: file, Data: data}, nil
	case "timepicker":
		for _, clock := range clocks {
			if at, err := time.Parse(clock, strings.ToLower(v)); err == nil {
				return at.Format("15:04"), nil
			}
		}
		return nil, d.cannot(what, bottest.ErrNotEnterable)
	case "number_input":
		if outside(f, b, v) {
			return nil, d.cannot(what, bottest.ErrNotEnterable)
		}
		return v, nil
	case "external_select":
		if strings.HasPrefix(b.Element.ActionID, groupField) {
			if v == "everyone" { // which is no user group
				return nil, d.cannot(what, bottest.ErrNotEnterable)
			}
			v = "@" + v
		}
		return d.suggested(ctx, person, f, b, v)
	}
	if b.Element.ActionID == "bool" {
		if v == "true" {
			return []string{"true"}, nil
		}
		return nil, nil
	}
	if len(b.Element.Options) == 0 {
		return v, nil
	}
	return chosen(b, v)
}

// chosen are the values of options by their labels, or values.
func chosen(b slacktest.Block, v string) (any, error) {
	several := b.Element.Type == "checkboxes" || strings.HasPrefix(b.Element.Type, "multi_")
	wanted := []string{v}
	if several {
		wanted = strings.Split(v, ", ")
	}
	var all []string
	for _, w := range wanted {
		i := slices.IndexFunc(b.Element.Options, func(o slacktest.Choice) bool {
			return strings.EqualFold(o.Text.Text, w) || strings.EqualFold(o.Value, w)
		})
		if i < 0 {
			return nil, fmt.Errorf("%q offers no %q", b.Label.Text, w)
		}
		all = append(all, b.Element.Options[i].Value)
	}
	if several {
		return all, nil
	}
	return all[0], nil
}

// suggested is what a person chooses of what comes while they type.
func (d *Driver) suggested(ctx context.Context, person string, f slacktest.View, b slacktest.Block, typed string) (any, error) {
	choices, err := d.suggestions(ctx, person, f, b, typed)
	if err != nil {
		return nil, err
	}
	for _, c := range choices {
		if strings.EqualFold(c.Text.Text, typed) || strings.EqualFold(c.Value, typed) {
			return c.Value, nil
		}
	}
	return nil, fmt.Errorf("%q offers no %q", b.Label.Text, typed)
}

func (d *Driver) suggestions(ctx context.Context, person string, f slacktest.View, b slacktest.Block, typed string) ([]slacktest.Choice, error) {
	var asked *slacktest.Interaction
	err := d.acts(ctx, person, func(p *slacktest.Person) (i *slacktest.Interaction, err error) {
		asked, err = p.Suggest(f, b.BlockID, typed)
		return asked, err
	})
	if err != nil {
		return nil, err
	}
	return asked.Choices(), nil
}

// outside reports whether a number is none that the field takes.
func outside(f slacktest.View, b slacktest.Block, v string) bool {
	var raw struct {
		Blocks []struct {
			BlockID string `json:"block_id"`
			Element struct {
				Least *json.Number `json:"min_value"`
				Most  *json.Number `json:"max_value"`
			} `json:"element"`
		} `json:"blocks"`
	}
	n, err := json.Number(v).Int64()
	if err != nil || json.Unmarshal(f.Raw, &raw) != nil {
		return true
	}
	for _, one := range raw.Blocks {
		if one.BlockID != b.BlockID {
			continue
		}
		if least := one.Element.Least; least != nil {
			if at, err := least.Int64(); err == nil && n < at {
				return true
			}
		}
		if most := one.Element.Most; most != nil {
			if at, err := most.Int64(); err == nil && n > at {
				return true
			}
		}
	}
	return false
}

// Complete types into a field of the open form. Slack completes nothing in
// commands.
func (d *Driver) Complete(ctx context.Context, person, field, typed string) ([]string, error) {
	if err := d.running(); err != nil {
		return nil, err
	}
	f, open := d.open(person)
	b, ok := input(f, field)
	if !open || !ok {
		return nil, d.cannot(fmt.Sprintf("%s: /%s %s", person, field, typed), bottest.ErrUnheard)
	}
	choices, err := d.suggestions(ctx, person, f, b, typed)
	if err != nil {
		return nil, err
	}
	labels := []string{}
	for _, c := range choices {
		if c.Text.Text != strings.TrimSpace(typed) { // which a field for any words offers, too
			labels = append(labels, c.Text.Text)
		}
	}
	return labels, nil
}
