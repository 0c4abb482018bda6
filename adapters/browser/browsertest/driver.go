// Package browsertest acts as the people in a browser chat, through its HTTP
// handler and without a socket, so that conversation scripts run on it.
package browsertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// Driver is a [bottest.Driver] over a chat without a token. It outlives the
// chat: after a restart give it the new one with [Driver.Connect].
type Driver struct {
	mu       sync.Mutex
	chat     *browser.Adapter
	handler  http.Handler // nil while no bot runs
	people   map[string]bot.Profile
	channels []string
	blocking map[bot.ChannelID]bool // private conversations whose people take no messages
	unsaid   []string
	forms    map[string]*openForm
	threads  map[bot.ChannelID]string // title
	seen     []bottest.Seen
}

var _ bottest.Driver = (*Driver)(nil)

// openForm is a form on a person's screen, where it came from, and what was
// last suggested for its fields.
type openForm struct {
	form    form
	channel string
	message string
	faults  map[string]string
	offered []option
}

// errNotRunning is what acting is answered with while no bot runs.
var errNotRunning = errors.New("the bot does not answer: it is not running")

// New makes a driver; connect it before use, and have it served.
func New() *Driver {
	return &Driver{people: map[string]bot.Profile{}, forms: map[string]*openForm{}, threads: map[bot.ChannelID]string{}, blocking: map[bot.ChannelID]bool{}}
}

// Name begins the identifiers of the platform.
func (d *Driver) Name() string { return browser.Name }

// Connect has the driver use a chat from now on, with the people and channels that
// there are. Connect it before the bot runs, which may post at once.
func (d *Driver) Connect(chat *browser.Adapter) error {
	chat.Watch(d.changed)
	d.mu.Lock()
	people, channels := maps.Clone(d.people), d.channels
	d.chat, d.handler = chat, nil
	d.mu.Unlock()
	for _, name := range channels {
		if err := chat.AddChannel(name); err != nil {
			return err
		}
	}
	for name, p := range people {
		if err := d.enter(name, p); err != nil {
			return err
		}
	}
	return nil
}

// Serve has the driver ask a handler of the connected chat from now on. Nil: no bot
// runs.
func (d *Driver) Serve(handler http.Handler) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handler = handler
}

// Person makes or changes a person.
func (d *Driver) Person(name string, p bot.Profile) {
	if err := d.enter(name, p); err != nil {
		panic(err) // a script with a name or zone that can't be
	}
}

func (d *Driver) enter(name string, p bot.Profile) error {
	d.mu.Lock()
	chat := d.chat
	d.mu.Unlock()
	if err := chat.AddPerson(browser.Person{ID: name, Name: p.Name, Zone: p.Zone, Administrator: p.Administrator}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.people[name] = p
	return nil
}

// known makes a person on first use.
func (d *Driver) known(name string) error {
	d.mu.Lock()
	_, ok := d.people[name]
	d.mu.Unlock()
	if ok || name == "" {
		return nil
	}
	return d.enter(name, bot.Profile{Name: strings.ToUpper(name[:1]) + name[1:]})
}

// place is a channel's identifier, for a person; the channel is made on first use.
func (d *Driver) place(person, channel string) (string, error) {
	if channel == bottest.Private {
		return browser.Name + ":d/" + person, nil
	}
	channel = cmp.Or(channel, bottest.Main)
	d.mu.Lock()
	chat := d.chat
	if !slices.Contains(d.channels, channel) {
		d.channels = append(d.channels, channel)
	}
	d.mu.Unlock()
	return browser.Name + ":c/" + channel, chat.AddChannel(channel)
}

// Say sends text to the bot.
func (d *Driver) Say(ctx context.Context, person, channel, text string) error {
	if channel != bottest.Private && !strings.HasPrefix(text, "/") {
		text = "@Studyhall " + text
	}
	return d.typed(ctx, person, channel, text)
}

// Write posts a person's message that is not for the bot.
func (d *Driver) Write(ctx context.Context, person, channel, text string) error {
	return d.typed(ctx, person, channel, text)
}

func (d *Driver) typed(ctx context.Context, person, channel, text string) error {
	if err := d.known(person); err != nil {
		return err
	}
	place, err := d.place(person, channel)
	if err != nil {
		return err
	}
	return d.act(ctx, person, "say", nil, map[string]any{"as": person, "channel": place, "text": text})
}

// Use uses a message shortcut.
func (d *Driver) Use(ctx context.Context, person, shortcut, on string) error {
	s, err := d.state(ctx, person)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Commands, func(c command) bool { return c.Message && c.Name == shortcut }) {
		return fmt.Errorf("no message shortcut %q", shortcut)
	}
	m, ok := s.newest(on, func(message) bool { return true })
	if !ok {
		return fmt.Errorf("%s sees no message that begins %q", person, on)
	}
	return d.act(ctx, person, "use", nil, map[string]any{"as": person, "channel": m.Channel, "message": m.ID, "shortcut": shortcut})
}

// Press presses a button or chooses a menu option.
func (d *Driver) Press(ctx context.Context, person, label, on string) error {
	s, err := d.state(ctx, person)
	if err != nil {
		return err
	}
	m, ok := s.newest(on, func(m message) bool { return m.Actions[label] != "" })
	switch {
	case !ok && on == "":
		return fmt.Errorf("%s sees no %q to press", person, label)
	case !ok:
		return fmt.Errorf("%s sees no %q to press on a message that begins %q", person, label, on)
	}
	return d.act(ctx, person, "press", nil, map[string]any{"as": person, "channel": m.Channel, "message": m.ID, "action": m.Actions[label]})
}

// Submit sends the open form.
func (d *Driver) Submit(ctx context.Context, person string, values map[string]string) error {
	d.mu.Lock()
	open := d.forms[person]
	d.mu.Unlock()
	if open == nil {
		return fmt.Errorf("no form is open for %s", person)
	}
	filled, files := map[string][]string{}, map[string]string{}
	for _, f := range open.form.Fields {
		filled[f.Name] = slices.Clone(f.Initial)
	}
	for key, v := range values {
		f, ok := fieldOf(open.form.Fields, key)
		if !ok {
			return fmt.Errorf("the form %q has no field %q", open.form.Title, key)
		}
		if f.Kind == bot.FileField {
			files[f.Name] = v
			continue
		}
		entered, err := d.entered(person, open, f, v)
		if err != nil {
			return err
		}
		filled[f.Name] = entered
	}
	for _, f := range open.form.Fields {
		if f.Required && f.Kind != bot.FileField && strings.Join(filled[f.Name], "") == "" {
			return fmt.Errorf("the form %q cannot be sent: %q is empty", open.form.Title, f.Label)
		}
	}
	sent := map[string]any{"as": person, "channel": open.channel, "message": open.message, "action": open.form.Action, "values": filled}
	if len(files) == 0 {
		return d.act(ctx, person, "submit", open, sent)
	}
	return d.upload(ctx, person, open, sent, filled, files)
}

// entered is what a field holds after a person entered v.
func (d *Driver) entered(person string, open *openForm, f field, v string) ([]string, error) {
	if v == "" {
		return nil, nil
	}
	switch f.Kind {
	case bot.Person:
		return []string{browser.Name + ":u/" + v}, d.known(v)
	case bot.Channel:
		place, err := d.place(person, v)
		return []string{place}, err
	case bot.AudienceField:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.unsaid = append(d.unsaid, fmt.Sprintf("%s: %s=%s", person, strings.ToLower(f.Label), v))
		return []string{browser.Name + ":" + v}, nil
	case bot.OneOf, bot.AnyOf:
	default:
		return []string{v}, nil
	}
	labels := []string{v}
	if f.Kind == bot.AnyOf {
		labels = strings.Split(v, ", ")
	}
	options := slices.Concat(f.Options, open.offered)
	var values []string
	for _, label := range labels {
		at := slices.IndexFunc(options, func(o option) bool { return strings.EqualFold(o.Label, label) || strings.EqualFold(o.Value, label) })
		if at < 0 {
			return nil, fmt.Errorf("%q offers no %q", f.Label, label)
		}
		values = append(values, options[at].Value)
	}
	return values, nil
}

// Complete types into a field of the open form or of a command.
func (d *Driver) Complete(ctx context.Context, person, name, typed string) ([]string, error) {
	if err := d.known(person); err != nil {
		return nil, err
	}
	d.mu.Lock()
	open := d.forms[person]
	d.mu.Unlock()
	place, err := d.place(person, "")
	if err != nil {
		return nil, err
	}
	query := url.Values{"as": {person}, "text": {typed}, "in": {place}}
	var fields []field
	if word, rest, ok := strings.Cut(name, " "); ok {
		s, err := d.state(ctx, person)
		if err != nil {
			return nil, err
		}
		for _, c := range s.Commands {
			if c.Name == word {
				fields, name, open = c.Fields, rest, nil
			}
		}
	}
	if open != nil {
		fields = open.form.Fields
		query.Set("in", open.channel)
		query.Set("message", open.message)
	}
	f, ok := fieldOf(fields, name)
	if !ok || f.Suggest == "" {
		return nil, fmt.Errorf("no field %q that is completed", name)
	}
	query.Set("path", f.Suggest)
	var found struct{ Items []option }
	if err := d.request(httptest.NewRequestWithContext(ctx, "GET", "/api/suggest?"+query.Encode(), nil), &found); err != nil {
		return nil, err
	}
	labels := []string{}
	for _, o := range found.Items {
		labels = append(labels, o.Label)
	}
	if open != nil {
		open.offered = found.Items
	}
	return labels, nil
}

// Refuse removes the bot from a channel as the channel's menu does, or lets it back
// in. Nobody can shut the bot out of a private conversation here, see [Driver.Blocks].
func (d *Driver) Refuse(channel string, on bool) {
	if err := d.refuse(channel, on); err != nil {
		panic(err) // a script with a channel that can't be
	}
}

func (d *Driver) refuse(channel string, on bool) error {
	if person, ok := strings.CutPrefix(channel, bottest.Private); ok {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.blocking[bot.ChannelID(browser.Name+":d/"+person)] = on
		if on {
			d.unsaid = append(d.unsaid, "channel #"+channel+" refuses")
		}
		return nil
	}
	place, err := d.place("", channel)
	if err != nil {
		return err
	}
	const somebody = "ann" // any page has the menu
	if err := d.known(somebody); err != nil {
		return err
	}
	return d.post(context.Background(), "member", map[string]any{"as": somebody, "channel": place, "on": strconv.FormatBool(!on)}, &struct{}{})
}

// Blocks reports whether a script has the platform refuse posts to a private
// conversation. The chat has nothing for it: whoever runs the script refuses them in
// its place, so that what the bot makes of it is played all the same.
func (d *Driver) Blocks(ch bot.ChannelID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.blocking[ch]
}

// Unsaid is what people could not do here as scripts have it, in order.
func (d *Driver) Unsaid() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.unsaid)
}

// See is everything that appeared or changed since the last call.
func (d *Driver) See(context.Context) []bottest.Seen {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen
	d.seen = nil
	return seen
}

// changed is told of everything that becomes visible.
func (d *Driver) changed(c browser.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Author != "" && c.Kind != browser.ThreadOpened {
		return // what people write is no news to a script
	}
	s := bottest.Seen{Channel: d.shown(c.Channel), Text: inWords(bottest.MessageText(c.Message)), ID: c.ID, Key: c.Message.Key}
	private, direct := strings.CutPrefix(string(c.Channel), browser.Name+":d/")
	if direct {
		s.To = private
	}
	if c.Reader != "" {
		s.To = strings.TrimPrefix(string(c.Reader), browser.Name+":u/")
	}
	switch c.Kind {
	case browser.Edited:
		s.Kind = bottest.Edit
	case browser.Deleted:
		s.Kind = bottest.Delete
	case browser.Pinned, browser.Unpinned:
		s.Kind = bottest.Unpin
		if c.Kind == browser.Pinned {
			s.Kind = bottest.Pin
		}
		s.Text, _, _ = strings.Cut(s.Text, "\n")
	case browser.ThreadOpened:
		s.Kind, s.Text, s.Key = bottest.Thread, c.Title, ""
		d.threads[bot.ChannelID(strings.Replace(string(c.ID), ":m/", ":t/", 1))] = c.Title
	default:
		switch {
		case c.Reader != "":
			s.Kind = bottest.Whisper
		case direct:
			s.Kind = bottest.Direct
		default:
			s.Kind = bottest.Post
		}
	}
	d.seen = append(d.seen, s)
}

// shown is a place as scripts name it. The caller holds mu.
func (d *Driver) shown(ch bot.ChannelID) string {
	if title, ok := d.threads[ch]; ok {
		return title
	}
	name := strings.TrimPrefix(string(ch), browser.Name+":")
	if person, ok := strings.CutPrefix(name, "d/"); ok {
		return bottest.Private + person
	}
	return strings.TrimPrefix(name, "c/")
}
