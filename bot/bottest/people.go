package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"studyhall/bot"
)

// openForm is a form on a person's screen and the interaction that opened it.
type openForm struct {
	form   bot.Form
	opener bot.Interaction
	faults map[string]string
}

// errNoAnswer is what a person is told while no bot runs.
var errNoAnswer = errors.New("the bot does not answer: it is not running")

// Person makes or changes a person.
func (f *Fake) Person(name string, p bot.Profile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people[name] = p
}

// profile is a person's profile, made on first use. The caller holds mu.
func (f *Fake) profile(person string) bot.Profile {
	p, ok := f.people[person]
	if !ok && person != "" {
		p = bot.Profile{Name: strings.ToUpper(person[:1]) + person[1:]}
		f.people[person] = p
	}
	return p
}

// Refuse makes the platform refuse the bot's posts to a channel, or stops that.
func (f *Fake) Refuse(channel string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.channels[channelName(f.ChannelID(channel))] = on
}

// See is everything that appeared or changed since the last call.
func (f *Fake) See(context.Context) []Seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

// Say sends text to the bot.
func (f *Fake) Say(ctx context.Context, person, channel, text string) error {
	i := f.interaction(person, channel)
	if command, ok := strings.CutPrefix(text, "/"); ok {
		i.Command, i.Line, _ = strings.Cut(command, " ")
	} else {
		i.Line = text
	}
	return f.deliver(ctx, i, person, nil)
}

// Write posts a person's message that is not for the bot.
func (f *Fake) Write(_ context.Context, person, channel, text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.post(f.ChannelID(channel), Record{Author: person}, bot.Message{Text: bot.Typed(text)})
	return nil
}

// Use uses a message shortcut.
func (f *Fake) Use(ctx context.Context, person, shortcut, on string) error {
	core, err := f.answering()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(core.Commands(), func(c bot.Command) bool { return c.Message && c.Name == shortcut }) {
		return fmt.Errorf("no message shortcut %q", shortcut)
	}
	r, ok := f.newest(person, on, func(Record) bool { return true })
	if !ok {
		return fmt.Errorf("%s sees no message that begins %q", person, on)
	}
	i := f.interaction(person, channelName(r.Channel))
	i.Command = shortcut
	i.Target = &bot.Target{Message: r.ID, Text: r.Text()}
	if r.Author != "" {
		i.Target.Author = f.UserID(r.Author)
	}
	return f.deliver(ctx, i, person, nil)
}

// Press presses a button or chooses a menu option.
func (f *Fake) Press(ctx context.Context, person, label, on string) error {
	var action string
	r, ok := f.newest(person, on, func(r Record) (has bool) {
		action, has = actionOf(r.Latest(), label)
		return has
	})
	if !ok {
		return fmt.Errorf("%s sees no %q to press%s", person, label, onWhat(on))
	}
	i := f.interaction(person, channelName(r.Channel))
	i.Message, i.Action, i.Whisper = r.ID, action, r.To != ""
	return f.deliver(ctx, i, person, nil)
}

func onWhat(on string) string {
	if on == "" {
		return ""
	}
	return fmt.Sprintf(" on a message that begins %q", on)
}

// newest is the newest message that a person sees, whose first line begins with
// on, and for which has is true.
func (f *Fake) newest(person, on string, has func(Record) bool) (Record, bool) {
	for _, r := range slices.Backward(f.Messages()) {
		if !r.Deleted && (r.To == "" || r.To == person) && strings.HasPrefix(r.Text(), on) && has(r) {
			return r, true
		}
	}
	return Record{}, false
}

// actionOf is the path of the button or menu option of that label.
func actionOf(m bot.Message, label string) (string, bool) {
	if m.Card == nil {
		return "", false
	}
	for _, row := range m.Card.Controls {
		for _, control := range row {
			switch c := control.(type) {
			case bot.Button:
				if c.Label == label {
					return c.Action, true
				}
			case bot.Menu:
				for _, o := range c.Options {
					if o.Label == label {
						return c.Action + "/" + o.Value, true
					}
				}
			}
		}
	}
	return "", false
}

// Submit sends the open form.
func (f *Fake) Submit(ctx context.Context, person string, values map[string]string) error {
	f.mu.Lock()
	open := f.forms[person]
	f.mu.Unlock()
	if open == nil {
		return fmt.Errorf("no form is open for %s", person)
	}
	i := open.opener
	i.ID, i.Command, i.Line, i.Action = f.nextID(), "", "", open.form.Action
	i.Values, i.Files = bot.Values{}, nil
	for _, field := range open.form.Fields {
		i.Values[field.Name] = slices.Clone(field.Initial)
	}
	for key, v := range values {
		field, ok := fieldOf(open.form.Fields, key)
		if !ok {
			return fmt.Errorf("the form %q has no field %q", open.form.Title, key)
		}
		if field.Kind == bot.FileField {
			name, data := Uploaded(field.Name, v)
			i.Files = append(i.Files, bot.File{Name: name, MIME: "text/plain", Data: data})
			continue
		}
		entered, err := f.enter(person, field, v)
		if err != nil {
			return err
		}
		i.Values[field.Name] = entered
	}
	for _, field := range open.form.Fields {
		if field.Required && i.Values.Get(field.Name) == "" && field.Kind != bot.FileField {
			return fmt.Errorf("the form %q cannot be sent: %q is empty", open.form.Title, field.Label)
		}
	}
	return f.deliver(ctx, i, person, open)
}

func fieldOf(fields []bot.Field, key string) (bot.Field, bool) {
	for _, field := range fields {
		if strings.EqualFold(field.Label, key) || strings.EqualFold(field.Name, key) {
			return field, true
		}
	}
	return bot.Field{}, false
}

// enter is what a field holds after a person entered v.
func (f *Fake) enter(person string, field bot.Field, v string) ([]string, error) {
	if v == "" {
		return nil, nil
	}
	switch field.Kind {
	case bot.Person:
		return []string{string(f.UserID(v))}, nil
	case bot.Channel:
		return []string{string(f.ChannelID(v))}, nil
	case bot.AudienceField:
		return []string{f.name + ":" + v}, nil
	case bot.OneOf, bot.AnyOf:
	default:
		return []string{v}, nil
	}
	f.mu.Lock()
	options := slices.Concat(field.Options, f.offered[person])
	f.mu.Unlock()
	labels := []string{v}
	if field.Kind == bot.AnyOf {
		labels = strings.Split(v, ", ")
	}
	var entered []string
	for _, label := range labels {
		at := slices.IndexFunc(options, func(o bot.Option) bool {
			return strings.EqualFold(o.Label, label) || strings.EqualFold(o.Value, label)
		})
		if at < 0 {
			return nil, fmt.Errorf("%q offers no %q", field.Label, label)
		}
		entered = append(entered, options[at].Value)
	}
	return entered, nil
}

// Complete types into a field of the open form or of a command.
func (f *Fake) Complete(ctx context.Context, person, field, typed string) ([]string, error) {
	core, err := f.answering()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	open := f.forms[person]
	f.mu.Unlock()
	i, fields, name := f.interaction(person, ""), []bot.Field(nil), field
	if command, rest, ok := strings.Cut(field, " "); ok {
		for _, c := range core.Commands() {
			if c.Name == command {
				fields, name, i.Command = c.Fields, rest, command
			}
		}
	}
	if fields == nil && open != nil {
		i, fields = open.opener, open.form.Fields
	}
	target, ok := fieldOf(fields, name)
	if !ok || target.Suggest == "" {
		return nil, fmt.Errorf("no field %q that is completed", field)
	}
	i.ID, i.Action = f.nextID(), target.Suggest
	options := core.Complete(ctx, i, typed)
	f.mu.Lock()
	f.offered[person] = options
	f.mu.Unlock()
	labels := make([]string, len(options))
	for n, o := range options {
		labels[n] = o.Label
	}
	return labels, nil
}

// Redeliver repeats the last interaction with its identifier, as platforms do
// when an acknowledgement got lost.
func (f *Fake) Redeliver(ctx context.Context) error {
	f.mu.Lock()
	last := f.last
	f.mu.Unlock()
	if last == nil {
		return errors.New("nothing to deliver again")
	}
	return last(ctx)
}

// Notify tells the bot what happened to a place.
func (f *Fake) Notify(ctx context.Context, n bot.Notice) error {
	core, err := f.answering()
	if err != nil {
		return err
	}
	core.Notice(ctx, n)
	return nil
}

func (f *Fake) answering() (bot.Core, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.core == nil {
		return nil, errNoAnswer
	}
	return f.core, nil
}

func (f *Fake) nextID() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events++
	return fmt.Sprintf("%s-%d", f.name, f.events)
}

// interaction begins an interaction of a person in a channel.
func (f *Fake) interaction(person, channel string) bot.Interaction {
	i := bot.Interaction{ID: f.nextID(), User: f.UserID(person), Space: f.Space(), Channel: f.ChannelID(channel)}
	if channel == Private {
		i.Channel = f.DirectID(person)
	}
	i.Direct = personOf(i.Channel) != ""
	f.mu.Lock()
	defer f.mu.Unlock()
	i.Name = f.profile(person).Name
	return i
}

// deliver gives an interaction to the bot and does what it answers; sent is the
// form it comes from, if any.
func (f *Fake) deliver(ctx context.Context, i bot.Interaction, person string, sent *openForm) error {
	core, err := f.answering()
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.last = func(ctx context.Context) error { return f.deliver(ctx, i, person, sent) }
	f.mu.Unlock()
	r := core.Handle(ctx, i)

	f.mu.Lock()
	defer f.mu.Unlock()
	if sent != nil && f.forms[person] == sent {
		delete(f.forms, person)
	}
	if len(r.Invalid) > 0 {
		if sent == nil {
			return errors.New("the bot found faults in a form that was not sent")
		}
		again := openForm{form: sent.form, opener: sent.opener, faults: r.Invalid}
		again.form.Fields = slices.Clone(sent.form.Fields)
		for n := range again.form.Fields {
			again.form.Fields[n].Initial = i.Values[again.form.Fields[n].Name]
		}
		f.open(person, &again)
	}
	if r.Edit != nil {
		pressed := f.message(i.Message)
		if pressed == nil || pressed.Deleted {
			return errors.New("the bot edits the message that was pressed, but there is none")
		}
		pressed.Versions = append(pressed.Versions, *r.Edit)
		f.show(Edit, pressed)
	}
	if r.Reply != nil {
		reply := Record{Key: r.Reply.Key, To: personOf(i.Channel)}
		if r.Private {
			reply.Whisper, reply.To = true, person
		}
		f.post(i.Channel, reply, *r.Reply)
	}
	if r.Form != nil {
		f.open(person, &openForm{form: *r.Form, opener: i})
	}
	return nil
}

// open puts a form on a person's screen. The caller holds mu.
func (f *Fake) open(person string, o *openForm) {
	f.forms[person] = o
	f.offered[person] = nil
	var fields []FormField
	for _, field := range o.form.Fields {
		shown := make([]string, len(field.Initial))
		for n, v := range field.Initial {
			shown[n] = f.shownValue(field, v)
		}
		fields = append(fields, FormField{Label: field.Label, Value: strings.Join(shown, ", "), Fault: o.faults[field.Name]})
	}
	intro := o.form.Intro.Plain()
	if whole := o.faults[""]; whole != "" {
		intro = strings.TrimSpace(whole + "\n" + intro)
	}
	form := o.form
	f.seen = append(f.seen, Seen{Kind: Form, To: person, Channel: f.shownChannel(o.opener.Channel), Text: FormText(form.Title, intro, fields), Form: &form})
}

// shownValue is how a field shows a value. The caller holds mu.
func (f *Fake) shownValue(field bot.Field, v string) string {
	for _, o := range field.Options {
		if o.Value == v {
			return o.Label
		}
	}
	switch field.Kind {
	case bot.Person:
		return f.profile(nameIn(bot.UserID(v))).Name
	case bot.Channel:
		return "#" + f.shownChannel(bot.ChannelID(v))
	case bot.AudienceField:
		return "@" + nameIn(bot.AudienceID(v))
	}
	return v
}
