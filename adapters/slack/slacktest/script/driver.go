// Package script acts as the people in a workspace of a [slacktest.Server], so
// that conversation scripts run through the Slack adapter.
//
// It does what a person would: commands that the manifest doesn't declare are
// typed after "/studyhall"; in threads, where Slack takes no commands, they are
// words after a mention; where the adapter whispers a button because a form can't
// open by itself, the driver presses it and shows a script the form instead. What
// Slack says in its own way (times in the reader's zone, names of people, why a
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

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// Driver is a [bottest.Driver] in one workspace.
type Driver struct {
	server    *slacktest.Server
	workspace *slacktest.Workspace

	mu               sync.Mutex
	busy             func() int // nil while no bot runs
	people           map[string]*slacktest.Person
	channels         map[string]*slacktest.Channel
	threads          map[string]string              // titles of threads, by the timestamp of their beginning
	buttons          map[string]bool                // whispers that only hold the button of a form, by timestamp
	handed           map[*slacktest.Person][]string // names of files that were sent to somebody and not yet spoken of
	outside          map[*slacktest.Channel]bool    // channels that the bot was thrown out of
	unsaid           []string
	posted, whispers []string // texts of messages, as they appeared
	seen             []bottest.Seen
}

var _ bottest.Driver = (*Driver)(nil)

// settleTime is how long the bot may take to finish what people made it do.
const settleTime = 20 * time.Second

// prefix is the command under which all others are reached.
const prefix = "studyhall"

// declared are the commands that the manifest has, beside [prefix].
func declared(command string) bool { return command == "study" || command == "quiz" }

// New makes a driver. As on the other fakes of platforms posts can't notify "shy",
// which is a user group without people here.
func New(server *slacktest.Server, workspace *slacktest.Workspace) *Driver {
	workspace.Group("techs", workspace.Person("Tech"))
	workspace.Group("shy")
	return &Driver{
		server: server, workspace: workspace,
		people: map[string]*slacktest.Person{}, channels: map[string]*slacktest.Channel{}, threads: map[string]string{}, buttons: map[string]bool{},
		outside: map[*slacktest.Channel]bool{}, handed: map[*slacktest.Person][]string{},
	}
}

// Name begins the identifiers of the platform.
func (d *Driver) Name() string { return "slack" }

// Connect has the driver know how many interactions the bot that now runs is
// answering. Nil: no bot runs.
func (d *Driver) Connect(busy func() int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.busy = busy
}

// Threaded has the driver know that the bot talks in a thread from now on. On
// Slack one has no title and appears with its first message; scripts see it as
// the bot opens it.
func (d *Driver) Threaded(message bot.MessageID, title string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := string(message[strings.LastIndexByte(string(message), '/')+1:])
	if d.threads[at] != "" {
		return
	}
	d.threads[at] = title
	s := bottest.Seen{Kind: bottest.Thread, Text: title, ID: message}
	for name, c := range d.channels {
		if strings.Contains(string(message), "/"+c.ID+"/") {
			s.Channel = name
		}
	}
	d.seen = append(d.seen, s)
}

// Person makes or changes a person, who is in all channels.
func (d *Driver) Person(name string, p bot.Profile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who := d.people[name]
	if who == nil {
		who = d.workspace.Person(p.Name)
		d.people[name] = who
		for _, c := range d.channels {
			c.Join(who)
		}
	}
	if who.Name != p.Name {
		who.Rename(p.Name)
	}
	who.Zone(p.Zone)
	who.Admin(p.Administrator)
}

// person is somebody, made on first use.
func (d *Driver) person(name string) *slacktest.Person {
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
func (d *Driver) channel(person, name string) *slacktest.Channel {
	if name == bottest.Private {
		return d.person(person).Direct()
	}
	name = cmp.Or(name, bottest.Main)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.channels[name] == nil {
		c := d.workspace.Channel(name)
		for _, p := range d.people {
			c.Join(p)
		}
		c.Invite()
		d.channels[name] = c
	}
	return d.channels[name]
}

// errNotRunning is what acting is answered with while no bot runs.
var errNotRunning = errors.New("the bot does not answer: it is not running")

func (d *Driver) running() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy == nil {
		return errNotRunning
	}
	return nil
}

// Say uses a slash command. Other words are typed: in a channel after a mention
// of the bot, and so are commands in a thread.
func (d *Driver) Say(ctx context.Context, person, channel, text string) error {
	if err := d.running(); err != nil {
		return err
	}
	line, ok := strings.CutPrefix(text, "/")
	if begun, inThread := d.beginning(channel); inThread {
		return d.typed(ctx, person, func(p *slacktest.Person) error {
			_, err := p.Reply(begun, d.mention()+strings.TrimSpace(strings.TrimPrefix(line, "@Studyhall")))
			return err
		})
	}
	place := d.channel(person, channel)
	if !ok {
		words := strings.TrimSpace(strings.TrimPrefix(text, "@Studyhall"))
		if channel != bottest.Private {
			words = d.mention() + words
		}
		return d.typed(ctx, person, func(p *slacktest.Person) error {
			_, err := p.Write(place, words)
			return err
		})
	}
	command, rest, _ := strings.Cut(line, " ")
	if !declared(command) {
		command, rest = prefix, line
	}
	return d.acts(ctx, person, func(p *slacktest.Person) (*slacktest.Interaction, error) { return p.Command(place, "/"+command, rest) })
}

func (d *Driver) mention() string { return "@" + d.workspace.Bot().Name + " " }

// beginning is the message under which the thread of a title is.
func (d *Driver) beginning(title string) (slacktest.Message, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for at, name := range d.threads {
		for _, c := range d.channels {
			for _, m := range c.Messages() {
				if name == title && m.TS == at {
					return m, true
				}
			}
		}
	}
	return slacktest.Message{}, false
}

// typed writes words for the bot, and waits until it has answered.
func (d *Driver) typed(ctx context.Context, person string, write func(*slacktest.Person) error) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	before := d.sights()
	if err := write(d.person(person)); err != nil {
		return err
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	if d.sights() == before {
		return errors.New("no answer to what was written")
	}
	return nil
}

// sights is how much appeared and was not asked for yet.
func (d *Driver) sights() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.seen)
}

// acts does something and waits until it is answered.
func (d *Driver) acts(ctx context.Context, person string, do func(*slacktest.Person) (*slacktest.Interaction, error)) error {
	i, err := do(d.person(person))
	if err != nil {
		return err
	}
	if err := i.Wait(ctx); err != nil {
		return err
	}
	return d.settle(ctx)
}

// settle waits until the bot has nothing left to answer, and follows the buttons
// that stand for forms.
func (d *Driver) settle(ctx context.Context) error {
	d.mu.Lock()
	busy := d.busy
	d.mu.Unlock()
	if busy == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	for {
		for again := true; again; again = busy() > 0 || !d.server.Idle() {
			select { // also before it is looked at: what is acknowledged may not have been begun
			case <-ctx.Done():
				return fmt.Errorf("the bot is still busy: %w", ctx.Err())
			case <-time.After(time.Millisecond):
			}
		}
		if followed, err := d.follow(ctx); !followed || err != nil {
			return err
		}
	}
}

// Write posts a person's message that is not for the bot.
func (d *Driver) Write(_ context.Context, person, channel, text string) error {
	_, err := d.person(person).Write(d.channel(person, channel), text)
	return err
}

// Use uses a message shortcut.
func (d *Driver) Use(ctx context.Context, person, shortcut, on string) error {
	if err := d.running(); err != nil {
		return err
	}
	m, ok := d.newest(d.person(person), on, func(slacktest.Message) bool { return true })
	if !ok {
		return fmt.Errorf("%s sees no message that begins %q", person, on)
	}
	return d.acts(ctx, person, func(p *slacktest.Person) (*slacktest.Interaction, error) { return p.Shortcut(m, shortcut) })
}

// Press presses a button or chooses a menu option.
func (d *Driver) Press(ctx context.Context, person, label, on string) error {
	if err := d.running(); err != nil {
		return err
	}
	var use slacktest.Element
	m, ok := d.newest(d.person(person), on, func(m slacktest.Message) (found bool) {
		use, found = control(m.Blocks, label)
		return found
	})
	switch {
	case !ok && on == "":
		return fmt.Errorf("%s sees no %q to press", person, label)
	case !ok:
		return fmt.Errorf("%s sees no %q to press on a message that begins %q", person, label, on)
	}
	return d.acts(ctx, person, func(p *slacktest.Person) (*slacktest.Interaction, error) {
		if use.Type == "button" {
			return p.Press(m, use.ActionID)
		}
		return p.Select(m, use.ActionID, label)
	})
}

// control is the button of that label, or the menu with an option of it.
func control(blocks []slacktest.Block, label string) (slacktest.Element, bool) {
	for _, b := range blocks {
		if b.Type != "actions" {
			continue
		}
		for _, e := range b.Elements {
			if e.Type == "button" && e.Text.Text == label || slices.ContainsFunc(e.Options, func(o slacktest.Choice) bool { return o.Text.Text == label }) {
				return e, true
			}
		}
	}
	return slacktest.Element{}, false
}

// newest is the newest message that a person sees, whose first line begins with
// on, and for which has is true.
func (d *Driver) newest(p *slacktest.Person, on string, has func(slacktest.Message) bool) (slacktest.Message, bool) {
	d.mu.Lock()
	places := []*slacktest.Channel{p.Direct()}
	for _, c := range d.channels {
		places = append(places, c)
	}
	d.mu.Unlock()
	var all []slacktest.Message
	for _, c := range places {
		all = append(all, p.Messages(c)...)
	}
	slices.SortFunc(all, func(a, b slacktest.Message) int { return strings.Compare(b.TS, a.TS) }) // newest first
	for _, m := range all {
		if strings.HasPrefix(d.text(m), on) && has(m) {
			return m, true
		}
	}
	return slacktest.Message{}, false
}

// Refuse has the bot thrown out of a channel, or invited again, and nobody tells
// it; in a private conversation posts are forbidden to it.
func (d *Driver) Refuse(channel string, on bool) {
	if person, direct := strings.CutPrefix(channel, bottest.Private); direct {
		d.person(person).Direct().Restrict(map[bool]string{true: "restricted_action"}[on])
		return
	}
	c := d.channel("", channel)
	d.mu.Lock()
	d.outside[c] = on
	d.mu.Unlock()
	d.server.Lose(func() {
		if on {
			c.Remove(nil)
		} else {
			c.Invite()
		}
	})
}

// Unsaid is what people could not do here as scripts have it, in order: words in
// options that Slack doesn't complete, and values that its fields don't take.
func (d *Driver) Unsaid() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.unsaid)
}

// Notified is what notifications said so far: the text of messages as they were
// posted, and for itself that of whispers, which notify nobody.
func (d *Driver) Notified() (posts, whispers []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.posted), slices.Clone(d.whispers)
}

// cannot remembers what a person can't do here.
func (d *Driver) cannot(what string, err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsaid = append(d.unsaid, what)
	return fmt.Errorf("%s: %w", what, err)
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
