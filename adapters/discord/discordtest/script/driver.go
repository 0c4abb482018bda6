// Package script acts as the people on a [discordtest.Server], so that
// conversation scripts run through the Discord adapter.
//
// It does what a person would: where Discord can't mark what is wrong in a form,
// or open a form late, the adapter whispers a button that opens it; the driver
// presses that button and shows a script the form instead of the whisper. What
// Discord words differently (times in the reader's zone, names of people, why a
// post is refused) is given in the scripts' words.
package script

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// Driver is a [bottest.Driver] on one server.
type Driver struct {
	server *discordtest.Server
	guild  *discordtest.Guild
	zone   *time.Location

	mu       sync.Mutex
	commands func() []bot.Command // nil while no bot runs
	busy     func() int
	people   map[string]*discordtest.Person
	profiles map[string]bot.Profile
	channels map[string]*discordtest.Channel
	roles    map[string]*discordtest.Role
	loading  map[string]bool                         // promises that show nothing yet, by message
	buttons  map[string]bool                         // whispers that only hold the button of a form
	faults   map[string]string                       // what a whisper says is wrong with a form, by person
	private  map[string]bool                         // people whose last press was on a message that only they see
	zones    map[*discordtest.Channel]*time.Location // of those who used channels first
	shows    map[string]bool                         // buttons that stood for an answer
	edits    map[string]bool                         // button whispers whose replacement scripts see as an edit
	opening  map[string]act                          // what people did last, which may have opened a form
	deaf     map[string]string                       // see [Driver.Deaf]; nil: the bot hears
	unheard  []string
	seen     []bottest.Seen
}

var _ bottest.Driver = (*Driver)(nil)

// settleTime is how long the bot may take to finish what people made it do.
const settleTime = 20 * time.Second

// New makes a driver; times are shown in zone.
func New(server *discordtest.Server, zone *time.Location) *Driver {
	return &Driver{
		server: server, guild: server.Guild("Biomed"), zone: zone,
		people: map[string]*discordtest.Person{}, profiles: map[string]bot.Profile{}, channels: map[string]*discordtest.Channel{}, roles: map[string]*discordtest.Role{},
		loading: map[string]bool{}, buttons: map[string]bool{}, faults: map[string]string{}, private: map[string]bool{}, edits: map[string]bool{}, shows: map[string]bool{}, zones: map[*discordtest.Channel]*time.Location{},
		opening: map[string]act{},
	}
}

// Name begins the identifiers of the platform.
func (d *Driver) Name() string { return "discord" }

// Connect has the driver know the commands of the bot that now runs, and how
// many interactions it is answering. Nil: no bot runs.
func (d *Driver) Connect(commands func() []bot.Command, busy func() int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commands, d.busy = commands, busy
}

// Zone is the zone of the person with that identifier, as the script says it:
// Discord itself knows none.
func (d *Driver) Zone(user bot.UserID) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, p := range d.people {
		if bot.UserID("discord:"+p.ID) == user {
			return d.profiles[name].Zone
		}
	}
	return ""
}

// Person makes or changes a person.
func (d *Driver) Person(name string, p bot.Profile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who := d.people[name]
	if who == nil || d.profiles[name].Name != p.Name {
		who = d.server.Person(p.Name)
		d.people[name] = who
		d.guild.Join(who)
	}
	if p.Administrator {
		d.guild.Grant(who, discordtest.ManageGuild)
	}
	d.profiles[name] = p
}

// person is somebody, made on first use.
func (d *Driver) person(name string) *discordtest.Person {
	d.mu.Lock()
	p := d.people[name]
	d.mu.Unlock()
	if p == nil {
		d.Person(name, bot.Profile{Name: strings.ToUpper(name[:1]) + name[1:]})
		return d.person(name)
	}
	return p
}

// channel is a place for a person, made on first use.
func (d *Driver) channel(person, name string) *discordtest.Channel {
	if name == bottest.Private {
		return d.person(person).Direct()
	}
	name = cmp.Or(name, bottest.Main)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channels[name] == nil {
		d.channels[name] = d.guild.Channel(name)
		d.channels[name].Allow(discordtest.PinMessages)
	}
	return d.channels[name]
}

// role is a role of the server, made on first use; as on the other fakes nobody
// may mention "shy", and there is none that begins with "no".
func (d *Driver) role(name string) *discordtest.Role {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.roles[name] == nil {
		if name == "everyone" {
			d.roles[name] = d.guild.Everyone()
		} else {
			d.roles[name] = d.guild.Role(name, name != "shy")
		}
	}
	return d.roles[name]
}

// errNotRunning is what acting is answered with while no bot runs.
var errNotRunning = errors.New("the bot does not answer: it is not running")

func (d *Driver) running() ([]bot.Command, error) {
	d.mu.Lock()
	commands := d.commands
	d.mu.Unlock()
	if commands == nil {
		return nil, errNotRunning
	}
	return commands(), nil
}

// Say uses a slash command, with what follows its name as options. What a
// command has no option for, and all other words, are typed: in a channel after a
// mention of the bot.
func (d *Driver) Say(ctx context.Context, person, channel, text string) error {
	commands, err := d.running()
	if err != nil {
		return err
	}
	line, ok := strings.CutPrefix(text, "/")
	if !ok {
		return d.typed(ctx, person, channel, strings.TrimSpace(strings.TrimPrefix(text, "@Studyhall")))
	}
	name, args, ok := command(commands, line)
	if !ok {
		return d.typed(ctx, person, channel, line)
	}
	d.pressing(person, false)
	place := d.channel(person, channel)
	d.settling(person, place)
	return d.acts(ctx, person, func() (*discordtest.Interaction, error) { return d.person(person).Command(place, name, args) })
}

// command is a line as a command with options; false if Discord offers none for
// that.
func command(commands []bot.Command, line string) (name string, args discordtest.Args, ok bool) {
	word, rest, _ := strings.Cut(line, " ")
	// Discord knows a command by one name only.
	i := slices.IndexFunc(commands, func(c bot.Command) bool {
		return !c.Message && (c.Name == word || slices.Contains(c.Aliases, word))
	})
	if i < 0 {
		return "", nil, false
	}
	values, unknown := commands[i].Arguments(rest)
	args = discordtest.Args{}
	for field, v := range values {
		args[field] = v[0]
	}
	return commands[i].Name, args, len(unknown) == 0 && offered(commands[i], values)
}

// offered reports whether every choice is one of those that Discord offers.
func offered(c bot.Command, values bot.Values) bool {
	for _, f := range c.Fields {
		v := values.Get(f.Name)
		if v != "" && f.Kind == bot.OneOf && len(f.Options) > 0 && !slices.ContainsFunc(f.Options, func(o bot.Option) bool { return o.Value == v }) {
			return false
		}
	}
	return true
}

// typed writes words for the bot, and presses the button that it answers with.
func (d *Driver) typed(ctx context.Context, person, channel, words string) error {
	p, place := d.person(person), d.channel(person, channel)
	d.settling(person, place)
	d.pressing(person, false)
	if d.deaf != nil {
		return d.notHeard(ctx, person, channel, words)
	}
	asked, err := p.Write(place, d.mentioning(channel, words))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	var answer discordtest.Message
	err = d.server.Await(ctx, func() bool {
		for _, m := range p.Messages(place) {
			if b, ok := m.Find(showLabel); ok && strings.HasPrefix(b.CustomID, sayButton) && m.Created.Compare(asked.Created) >= 0 && !d.used(m.ID) {
				answer = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("no answer to %q: %w", words, err)
	}
	return d.done(ctx)(p.Press(answer, showLabel))
}

// mentioning is how words are written to the bot.
func (d *Driver) mentioning(channel, words string) string {
	if channel == bottest.Private {
		return words
	}
	return "<@" + d.server.Application() + "> " + words
}

// used reports whether a button that stands for an answer has been pressed, and
// remembers that it has.
func (d *Driver) used(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.shows[id]
	d.shows[id] = true
	return was
}

// done waits until what somebody did is answered.
func (d *Driver) done(ctx context.Context) func(*discordtest.Interaction, error) error {
	return func(i *discordtest.Interaction, err error) error {
		if err != nil {
			return err
		}
		if err := i.Wait(ctx); err != nil {
			return err
		}
		return d.settle(ctx)
	}
}

// settle waits until the bot has nothing left to answer, and follows the
// buttons that stand for forms.
func (d *Driver) settle(ctx context.Context) error {
	d.mu.Lock()
	busy := d.busy
	d.mu.Unlock()
	if busy == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	for busy() > 0 || !d.server.Idle() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the bot is still busy: %w", ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
	return d.follow(ctx)
}

// Write posts a person's message that is not for the bot.
func (d *Driver) Write(_ context.Context, person, channel, text string) error {
	_, err := d.person(person).Write(d.channel(person, channel), text)
	return err
}

// Use uses a message shortcut.
func (d *Driver) Use(ctx context.Context, person, shortcut, on string) error {
	if _, err := d.running(); err != nil {
		return err
	}
	p := d.person(person)
	m, ok := d.newest(p, on, func(discordtest.Message) bool { return true })
	if !ok {
		return fmt.Errorf("%s sees no message that begins %q", person, on)
	}
	return d.done(ctx)(p.Shortcut(m, shortcut))
}

// Press presses a button or chooses a menu option.
func (d *Driver) Press(ctx context.Context, person, label, on string) error {
	if _, err := d.running(); err != nil {
		return err
	}
	p, menu := d.person(person), ""
	m, ok := d.newest(p, on, func(m discordtest.Message) bool {
		found := false
		menu = ""
		discordtest.Each(m.Components, func(c discordtest.Component) {
			if found {
				return
			}
			if found = c.Type == typeButton && c.Label == label; found {
				return
			}
			if found = slices.ContainsFunc(c.Options, func(o discordtest.Choice) bool { return o.Label == label }); found {
				menu = c.CustomID
			}
		})
		return found
	})
	switch {
	case !ok && on == "":
		return fmt.Errorf("%s sees no %q to press", person, label)
	case !ok:
		return fmt.Errorf("%s sees no %q to press on a message that begins %q", person, label, on)
	}
	d.pressing(person, m.To != nil || m.Channel == p.Direct())
	return d.acts(ctx, person, func() (*discordtest.Interaction, error) {
		if menu != "" {
			return p.Select(m, menu, label)
		}
		return p.Press(m, label)
	})
}

// pressing remembers whether what a person uses is on a message that only they
// see, in which an answer would appear.
func (d *Driver) pressing(person string, private bool) {
	p := d.person(person)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.private[p.ID] = private
}

// settling remembers the zone of whoever uses a channel first, who sets up the
// group: a script's times are in the group's zone, Discord's in each reader's.
func (d *Driver) settling(person string, place *discordtest.Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.zones[place] != nil {
		return
	}
	d.zones[place] = d.zone
	if zone, err := time.LoadLocation(d.profiles[person].Zone); err == nil && d.profiles[person].Zone != "" {
		d.zones[place] = zone
	}
}

// zoneOf is the zone for times in a channel.
func (d *Driver) zoneOf(place *discordtest.Channel) *time.Location {
	d.mu.Lock()
	defer d.mu.Unlock()
	if zone := d.zones[place]; zone != nil {
		return zone
	}
	return d.zone
}

// newest is the newest message that a person sees, whose first line begins with
// on, and for which has is true.
func (d *Driver) newest(p *discordtest.Person, on string, has func(discordtest.Message) bool) (discordtest.Message, bool) {
	d.mu.Lock()
	places := []*discordtest.Channel{p.Direct()}
	for _, c := range d.channels {
		places = append(append(places, c), c.Threads()...)
	}
	d.mu.Unlock()
	var all []discordtest.Message
	for _, c := range places {
		all = append(all, p.Messages(c)...)
	}
	slices.SortFunc(all, func(a, b discordtest.Message) int { // newest first
		return cmp.Or(cmp.Compare(len(b.ID), len(a.ID)), cmp.Compare(b.ID, a.ID))
	})
	for _, m := range all {
		if !m.Loading && strings.HasPrefix(d.text(m), on) && has(m) {
			return m, true
		}
	}
	return discordtest.Message{}, false
}

// Refuse takes the right to see a channel from the bot, or gives it back.
func (d *Driver) Refuse(channel string, on bool) {
	if person, direct := strings.CutPrefix(channel, bottest.Private); direct {
		d.person(person).Block(on)
		return
	}
	c := d.channel("", channel)
	if on {
		c.Deny(discordtest.ViewChannel)
		return
	}
	c.Allow(discordtest.ViewChannel)
}

// See is everything that appeared or changed since the last call.
func (d *Driver) See(ctx context.Context) []bottest.Seen {
	if err := d.settle(ctx); err != nil {
		return []bottest.Seen{{Kind: bottest.Post, Channel: bottest.Main, Text: err.Error()}}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen
	d.seen = nil
	return seen
}
