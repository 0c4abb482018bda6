package script

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/bottest"
)

// act is something a person does that the bot answers.
type act func() (*discordtest.Interaction, error)

// acts does something, waits for the answer, and remembers what was done: it may
// have opened a form.
func (d *Driver) acts(ctx context.Context, person string, do act) error {
	d.mu.Lock()
	d.opening[person] = do
	d.mu.Unlock()
	return d.done(ctx)(do())
}

// elsewhere finds the option of a command that a field says to complete it by.
var elsewhere = regexp.MustCompile(`/([a-z]+) ([a-z]+):`)

// Complete types into an option of a command. Discord's forms complete nothing;
// where a field of one names such an option, the person closes the form, types
// there, and opens the form again.
func (d *Driver) Complete(ctx context.Context, person, field, typed string) ([]string, error) {
	if _, err := d.running(); err != nil {
		return nil, err
	}
	p := d.person(person)
	if f, open := p.Modal(); open {
		for _, top := range f.Components {
			if _, label, ok := input(f, field); !ok || label != top.Label {
				continue
			}
			found := elsewhere.FindStringSubmatch(top.Description)
			if found == nil {
				return nil, fmt.Errorf("field %q of a form: it says %q, and Discord completes options of commands only", field, top.Description)
			}
			p.Dismiss()
			labels, err := d.completed(ctx, person, found[1], found[2], typed)
			if err != nil {
				return nil, err
			}
			return labels, d.openAgain(ctx, person, f)
		}
	}
	command, option, ok := strings.Cut(field, " ")
	if !ok {
		return nil, fmt.Errorf("field %q: no form with it is open, and it is no option of a command", field)
	}
	return d.completed(ctx, person, command, option, typed)
}

// completed are the labels that Discord shows under an option.
func (d *Driver) completed(ctx context.Context, person, command, option, typed string) ([]string, error) {
	i, err := d.person(person).Complete(d.channel(person, ""), command, option, typed, nil)
	if err := d.done(ctx)(i, err); err != nil {
		return nil, err
	}
	labels := []string{}
	for _, c := range i.Choices() {
		labels = append(labels, c.Name)
	}
	return labels, nil
}

// openAgain does once more what opened a form. That the same form appears is no
// news to a script.
func (d *Driver) openAgain(ctx context.Context, person string, closed discordtest.Modal) error {
	d.mu.Lock()
	do, before := d.opening[person], len(d.seen)
	d.mu.Unlock()
	if do == nil {
		return fmt.Errorf("%s can't open the form %q again", person, closed.Title)
	}
	if err := d.done(ctx)(do()); err != nil {
		return err
	}
	d.mu.Lock()
	appeared := d.seen[before:]
	d.seen = d.seen[:before:before]
	d.mu.Unlock()
	if want := d.formText(closed, ""); len(appeared) != 1 || appeared[0].Kind != bottest.Form || appeared[0].Text != want {
		return fmt.Errorf("the form %q should open again, and %v appeared", closed.Title, appeared)
	}
	return nil
}
