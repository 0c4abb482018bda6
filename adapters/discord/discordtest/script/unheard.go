package script

import (
	"context"
	"fmt"
	"slices"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot/bottest"
)

// Deaf has the driver know that the bot hears no words, as over HTTP. Words are
// still written, and nothing may answer them. Then people use the command of the
// same words, or the one that is named in place of words that are no command's;
// without one, what was said is unheard, see [bottest.ErrUnheard].
func (d *Driver) Deaf(instead map[string]string) { d.deaf = instead }

// Unheard are the words that nobody could say as a command, in order.
func (d *Driver) Unheard() []string { return slices.Clone(d.unheard) }

// notHeard writes words that can't reach the bot, and uses their command.
func (d *Driver) notHeard(ctx context.Context, person, channel, words string) error {
	p, place := d.person(person), d.channel(person, channel)
	if err := d.settle(ctx); err != nil {
		return err
	}
	before := len(d.sights())
	if _, err := p.Write(place, d.mentioning(channel, words)); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if appeared := d.sights()[before:]; len(appeared) > 0 {
		return fmt.Errorf("the bot can't hear %q, and %v appeared", words, appeared)
	}
	line, ok := d.deaf[words]
	if !ok {
		line = words
	}
	commands, err := d.running()
	if err != nil {
		return err
	}
	name, args, ok := command(commands, line)
	if !ok {
		d.unheard = append(d.unheard, words)
		return bottest.ErrUnheard
	}
	return d.acts(ctx, person, func() (*discordtest.Interaction, error) { return p.Command(place, name, args) })
}

// sights is what appeared and was not asked for yet.
func (d *Driver) sights() []bottest.Seen {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.seen)
}
