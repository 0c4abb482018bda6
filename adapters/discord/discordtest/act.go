package discordtest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Args are values by name: strings, numbers, booleans, *Person, *Channel, [File],
// lists of strings.
type Args map[string]any

// File is a file that a person sends.
type File struct {
	Name string
	Type string // such as "image/png"
	Data []byte
}

// Command uses a command that is registered. Words after its name are
// subcommands ("group add").
func (p *Person) Command(c *Channel, name string, args Args) (*Interaction, error) {
	return p.command(c, name, args, "", "")
}

// Complete types into an option of a command, and asks for suggestions.
func (p *Person) Complete(c *Channel, command, option, typed string, args Args) (*Interaction, error) {
	return p.command(c, command, args, option, typed)
}

func (p *Person) command(c *Channel, name string, args Args, focused, typed string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	words := strings.Fields(name)
	found, err := p.usable(c, commandChat, words[0])
	if err != nil {
		return nil, err
	}
	b := &arguments{s: s, p: p, channel: c, resolved: object{}, focused: focused, typed: typed}
	options, err := b.nested(found, words[1:], args)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	kind := askCommand
	if focused != "" {
		kind = askAutocomplete
	}
	data := object{"id": found["id"], "name": found["name"], "type": commandChat}
	if len(options) > 0 {
		data["options"] = options
	}
	if len(b.resolved) > 0 {
		data["resolved"] = b.resolved
	}
	if has(found, "guild_id") {
		data["guild_id"] = found["guild_id"]
	}
	return p.ask(kind, c, data, nil), nil
}

// usable is a command that a person finds in a channel.
func (p *Person) usable(c *Channel, kind int, name string) (object, error) {
	if !c.sees(p) {
		return nil, fmt.Errorf("%s doesn't see #%s", p.Name, c.Name)
	}
	if c.guild != nil && c.guild.gone && !p.brings {
		return nil, fmt.Errorf("the bot is not in %s", c.guild.Name)
	}
	scope, where := "", 1
	if c.guild != nil {
		scope, where = c.guild.ID, 0
	}
	for _, all := range [][]object{p.s.commands[scope], p.s.commands[""]} {
		for _, o := range all {
			switch {
			case commandType(o) != kind || text(o, "name") != name:
			case has(o, "contexts") && !slices.ContainsFunc(list(o, "contexts"), func(v any) bool { n, _ := integer(v); return int(n) == where }):
			case !p.permitted(c, o):
				return nil, fmt.Errorf("%s may not use %q", p.Name, name)
			default:
				return o, nil
			}
		}
	}
	return nil, fmt.Errorf("there is no command %q here", name)
}

// permitted holds somebody to a command's default_member_permissions.
func (p *Person) permitted(c *Channel, o object) bool {
	need, limited := o["default_member_permissions"].(string)
	if !limited || c.guild == nil {
		return true
	}
	var rights uint64
	if _, err := fmt.Sscan(need, &rights); err != nil {
		return false
	}
	mine := c.guild.rightsOf(p)
	return mine == everything || rights != 0 && mine&rights == rights
}

// Shortcut uses a message command on a message.
func (p *Person) Shortcut(m Message, name string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	on, err := p.message(m)
	if err != nil {
		return nil, err
	}
	found, err := p.usable(on.channel, commandMessage, name)
	if err != nil {
		return nil, err
	}
	return p.ask(askCommand, on.channel, object{
		"id": found["id"], "name": name, "type": commandMessage, "target_id": on.id,
		"resolved": object{"messages": object{on.id: on.json(false)}},
	}, nil), nil
}

// message is a message that a person sees now.
func (p *Person) message(m Message) (*message, error) {
	if m.Channel == nil {
		return nil, errors.New("no message")
	}
	on := m.Channel.byID[m.ID]
	if on == nil || on.only != nil && on.only != p || !m.Channel.sees(p) {
		return nil, fmt.Errorf("%s doesn't see message %s", p.Name, m.ID)
	}
	return on, nil
}

// Press presses a button, by its label or custom_id.
func (p *Person) Press(m Message, button string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	on, err := p.message(m)
	if err != nil {
		return nil, err
	}
	b, ok := on.view().Find(button)
	switch {
	case !ok || b.Type != componentButton:
		return nil, fmt.Errorf("no button %q on %q", button, on.view().Text())
	case b.Disabled:
		return nil, fmt.Errorf("button %q is disabled", button)
	case b.CustomID == "":
		return nil, fmt.Errorf("button %q leads to %s", button, b.URL)
	}
	return p.ask(askComponent, on.channel, object{"custom_id": b.CustomID, "component_type": componentButton, "id": b.ID}, on), nil
}

// PressAs presses a control that isn't there, as somebody with a forged client
// would: Discord passes on only those of the message, so this tests the worst.
func (p *Person) PressAs(m Message, customID string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	on, err := p.message(m)
	if err != nil {
		return nil, err
	}
	return p.ask(askComponent, on.channel, object{"custom_id": customID, "component_type": componentButton, "id": 1}, on), nil
}

// Select chooses in a menu, which is found by custom_id, placeholder or, for "",
// as the only one. Options are named by label or value, people and channels by
// identifier.
func (p *Person) Select(m Message, menu string, values ...string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	on, err := p.message(m)
	if err != nil {
		return nil, err
	}
	var found *Component
	Each(on.view().Components, func(c Component) {
		if isSelect(c.Type) && (menu == "" || menu == c.CustomID || menu == c.Placeholder) {
			found = &c
		}
	})
	if found == nil || found.Disabled {
		return nil, fmt.Errorf("no menu %q on %q", menu, on.view().Text())
	}
	b := &arguments{s: s, p: p, channel: on.channel, resolved: object{}}
	chosen, err := b.choose(*found, values)
	if err != nil {
		return nil, fmt.Errorf("menu %q: %w", menu, err)
	}
	data := object{"custom_id": found.CustomID, "component_type": found.Type, "values": chosen, "id": found.ID}
	if len(b.resolved) > 0 {
		data["resolved"] = b.resolved
	}
	return p.ask(askComponent, on.channel, data, on), nil
}

// Submit sends a form that is open for the person, on one device or another. Values are by label or
// custom_id; other fields keep what the form shows.
func (p *Person) Submit(f Modal, values Args) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Opened == nil || f.Opened.Who != p || f.Opened.modal == nil || f.Opened.sent {
		return nil, fmt.Errorf("the form %q is not open for %s", f.Title, p.Name)
	}
	b := &arguments{s: s, p: p, channel: f.Opened.Channel, resolved: object{}, used: map[string]bool{}}
	sent, err := b.fields(f.Components, values)
	if err != nil {
		return nil, fmt.Errorf("form %q: %w", f.Title, err)
	}
	for name := range values {
		if !b.used[name] {
			return nil, fmt.Errorf("form %q has no field %q", f.Title, name)
		}
	}
	data := object{"custom_id": f.CustomID, "components": sent}
	if len(b.resolved) > 0 {
		data["resolved"] = b.resolved
	}
	f.Opened.sent = true
	if p.modal != nil && p.modal.Opened == f.Opened {
		p.modal = nil
	}
	return p.ask(askModal, f.Opened.Channel, data, f.Opened.source), nil
}

// Dismiss closes the form that is open for the person, unsent.
func (p *Person) Dismiss() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.modal = nil
}

// Write posts a message. Only the words of direct messages and of those that
// mention the bot reach it, without a privileged intent.
func (p *Person) Write(c *Channel, words string, files ...File) (Message, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	need := SendMessages
	if c.thread() {
		need = SendInThreads
	}
	if c.gone || c.rightsOf(p)&need == 0 {
		return Message{}, fmt.Errorf("%s may not write to #%s", p.Name, c.Name)
	}
	sent := map[string]upload{}
	for i, f := range files {
		sent[fmt.Sprint(i)] = upload{f.Name, f.Type, f.Data}
	}
	m := s.post(draft{channel: c, author: p, body: object{"content": words}, files: sent})
	s.announce(m, "MESSAGE_CREATE")
	return m.view(), nil
}

// ask makes an interaction and tells the bot. The caller holds the lock.
func (p *Person) ask(kind int, c *Channel, data object, source *message) *Interaction {
	s := p.s
	i := &Interaction{
		s: s, ID: s.snowflake(), Who: p, Channel: c, kind: kind, source: source, created: s.now(), acked: -1,
	}
	i.alone = c.guild != nil && c.guild.gone
	i.Token = "aW50ZXJhY3Rpb246" + i.ID + ":" + hash(Route(i.ID)) + hash(Route("t"+i.ID))
	i.payload, i.shortcut = encode(s.interaction(i, data)), has(data, "target_id")
	s.byID[i.ID], s.asked[i.Token] = i, i
	i.timer = time.AfterFunc(s.patience(), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		i.expire()
	})
	times := 1
	if s.duplicates > 0 {
		s.duplicates--
		times = 2
	}
	for range times {
		if s.o.Interactions != "" {
			s.deliver(i)
		} else {
			s.dispatch(c.guild, intentAlways, "INTERACTION_CREATE", i.payload)
		}
	}
	s.tell()
	return i
}

// interaction is what the bot is told.
func (s *Server) interaction(i *Interaction, data object) object {
	c, p := i.Channel, i.Who
	out := object{
		"id": i.ID, "application_id": s.bot.ID, "type": i.kind, "token": i.Token, "version": 1, "data": data, "channel_id": c.ID,
		"channel": c.partial(p), "app_permissions": bits(c.rightsOf(s.bot)), "entitlements": []any{}, "entitlement_sku_ids": []any{},
		"attachment_size_limit": maxFile, "context": 1, "authorizing_integration_owners": object{"0": "0"},
	}
	if p.locale != "" {
		out["locale"] = p.locale
	}
	if c.guild == nil {
		out["user"] = p.user()
	} else {
		member := c.guild.full(p)
		member["permissions"] = bits(c.rightsOf(p))
		out["member"], out["guild_id"], out["guild_locale"] = member, c.guild.ID, "en-US"
		out["guild"] = object{"id": c.guild.ID, "locale": "en-US", "features": []any{}}
		out["context"], out["authorizing_integration_owners"] = 0, object{"0": c.guild.ID}
		if i.alone {
			out["authorizing_integration_owners"] = object{"1": p.ID}
		}
	}
	if i.source != nil {
		out["message"] = i.source.json(false)
	}
	return out
}

// Again sends the interaction once more, as it was.
func (i *Interaction) Again() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.s.o.Interactions != "" {
		i.s.deliver(i)
		return
	}
	i.s.dispatch(i.Channel.guild, intentAlways, "INTERACTION_CREATE", i.payload)
}

// okStatus reports whether an HTTP answer took an interaction.
func okStatus(status int) bool { return status == http.StatusOK || status == http.StatusAccepted }
