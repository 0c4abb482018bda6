package slacktest

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Args are the values of a form's fields by label, block_id or action_id:
// strings, numbers, *Person, *Channel, [File], time.Time, lists of strings or of
// people, nil for none.
type Args map[string]any

// Surface is where controls stand: a [Message] or a [View].
type Surface interface {
	// source is the message or the view.
	source() (*message, *view)
}

// Command uses a slash command, such as "/studyhall", with what is typed after it.
// "@ann" and "#general" become mentions as the manifest says.
func (p *Person) Command(c *Channel, command, words string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.writes(c); err != nil {
		return nil, err
	}
	for _, one := range s.app.Features.Commands {
		if one.Command != command || !c.at.installed || c.at != p.at {
			continue
		}
		if one.Escape {
			words, _ = p.compose(c.at, words, true)
		}
		i := p.ask(ofCommand, c, nil, nil)
		i.send(object{
			"token": s.app.verify, "team_id": p.at.ID, "team_domain": p.at.domain, "channel_id": c.ID, "channel_name": c.called(),
			"user_id": p.ID, "user_name": slug(p.Name), "command": command, "text": words, "api_app_id": s.app.id,
			"is_enterprise_install": "false", "response_url": i.ResponseURL(), "trigger_id": i.trigger,
		})
		return i, nil
	}
	return nil, fmt.Errorf("%s is not a valid command", command)
}

// writes is an error if a person can't write to a channel.
func (p *Person) writes(c *Channel) error {
	switch {
	case p.gone || !c.has(p):
		return fmt.Errorf("%s is not in #%s", p.Name, c.Name)
	case c.with != nil && !c.at.installed:
		return errors.New("the app is not installed")
	case c.archived || c.gone:
		return fmt.Errorf("#%s is closed", c.Name)
	case c.with != nil && !p.s.messages():
		return errors.New("sending messages to this app has been turned off")
	}
	return nil
}

// reference is how people write mentions in a composer.
var reference = regexp.MustCompile(`[@#][\w.-]+`)

// compose is what a person's app sends for words: escaped, with mentions. In a
// command mentions have names.
func (p *Person) compose(w *Workspace, words string, named bool) (sent string, elements []any) {
	var b strings.Builder
	plain := func(s string) {
		if s != "" {
			b.WriteString(typed(s))
			elements = append(elements, object{"type": "text", "text": s})
		}
	}
	last := 0
	for _, at := range reference.FindAllStringIndex(words, -1) {
		name := words[at[0]+1 : at[1]]
		id, label := p.refers(w, words[at[0]], name)
		if id == "" {
			continue
		}
		plain(words[last:at[0]])
		if last = at[1]; named {
			label = "|" + label
		} else {
			label = ""
		}
		b.WriteString("<" + words[at[0]:at[0]+1] + id + label + ">")
		if words[at[0]] == '@' {
			elements = append(elements, object{"type": "user", "user_id": id})
		} else {
			elements = append(elements, object{"type": "channel", "channel_id": id})
		}
	}
	plain(words[last:])
	return b.String(), elements
}

// refers is whom or what a mention means.
func (p *Person) refers(w *Workspace, sign byte, name string) (id, label string) {
	if sign == '@' {
		for _, q := range w.members {
			if q.Name == name || slug(q.Name) == name {
				return q.ID, slug(q.Name)
			}
		}
		return "", ""
	}
	for _, c := range w.places {
		if c.Name == name && c.with == nil && c.sees(p) {
			if c.private {
				return c.ID, ""
			}
			return c.ID, c.Name
		}
	}
	return "", ""
}

// Write posts a message. "@studyhall" mentions the bot.
func (p *Person) Write(c *Channel, words string) (Message, error) { return p.write(c, words, "") }

// Reply posts a message in the thread of another.
func (p *Person) Reply(m Message, words string) (Message, error) {
	return p.write(m.Channel, words, either(m.Thread, m.TS))
}

func (p *Person) write(c *Channel, words, thread string) (Message, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.writes(c); err != nil {
		return Message{}, err
	}
	sent, elements := p.compose(c.at, words, false)
	blocks := []any{object{"type": "rich_text", "block_id": s.secret(5), "elements": []any{object{"type": "rich_text_section", "elements": elements}}}}
	m := s.post(c, p, nil, draft{text: sent, blocks: clone(blocks)})
	m.client = s.uuid()
	m.under(thread)
	s.announce(m)
	return m.view(), nil
}

// Press presses a button, by its words, its action_id or its accessibility_label.
func (p *Person) Press(on Surface, button string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := p.control(on, button, func(kind string) bool { return kind == "button" })
	if err != nil {
		return nil, err
	}
	if link := text(h.element, "url"); link != "" {
		s.notice("a button that leads to %s asks the bot, too", link)
	}
	return p.act(on, h, nil)
}

// PressAs presses a button that isn't there, as an older version of the message
// may have had it: a value under an action_id.
func (p *Person) PressAs(on Surface, actionID, value string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.reaches(on); err != nil {
		return nil, err
	}
	e := object{"type": "button", "action_id": actionID, "value": value, "text": object{"type": "plain_text", "text": actionID, "emoji": true}}
	return p.act(on, held{block: object{"block_id": "gone"}, element: e}, nil)
}

// Select chooses in a menu, in radio buttons, checkboxes or pickers, found by
// placeholder, action_id, block_id or, for "", as the only one. Options are named
// by label or value.
func (p *Person) Select(on Surface, menu string, value any) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := p.control(on, menu, func(kind string) bool { key, _ := slot(kind); return key != "" })
	if err != nil {
		return nil, err
	}
	chosen, err := p.enter(h.element, value)
	if err != nil {
		return nil, fmt.Errorf("menu %q: %w", menu, err)
	}
	return p.act(on, h, chosen)
}

// Suggest types into a menu that asks the bot for its options.
func (p *Person) Suggest(on Surface, menu, typed string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := p.control(on, menu, func(kind string) bool { return strings.HasSuffix(kind, "external_select") })
	if err != nil {
		return nil, err
	}
	least, ok := integer(h.element["min_query_length"])
	if !ok {
		least = 3
	}
	if int64(len([]rune(typed))) < least {
		return nil, fmt.Errorf("the menu asks from %d letters on", least)
	}
	m, v := on.source()
	i := p.ask(ofSuggest, channelOf(m, v), m, v)
	i.action = text(h.element, "action_id")
	payload := i.base()
	payload["action_id"], payload["block_id"], payload["value"] = i.action, text(h.block, "block_id"), typed
	payload["container"] = container(m, v)
	if m != nil && m.only == nil {
		payload["message"] = m.json(true)
	}
	i.send(payload)
	return i, nil
}

func channelOf(m *message, v *view) *Channel {
	if m != nil {
		return m.channel
	}
	return v.channel
}

func container(m *message, v *view) object {
	if m == nil {
		return object{"type": "view", "view_id": v.id}
	}
	out := object{"type": "message", "message_ts": m.ts, "channel_id": m.channel.ID, "is_ephemeral": m.only != nil}
	if m.thread != "" {
		out["thread_ts"] = m.thread
	}
	return out
}

// reaches is an error if a person doesn't have a message or view before them.
func (p *Person) reaches(on Surface) error {
	m, v := on.source()
	switch {
	case p.gone:
		return fmt.Errorf("%s is deactivated", p.Name)
	case m == nil && v == nil:
		return errors.New("there is nothing")
	case m != nil && (m.gone || m.only != nil && m.only != p || !m.channel.sees(p)):
		return fmt.Errorf("%s doesn't see that message", p.Name)
	case v != nil && (v.person != p || !v.open || v.kind == inModal && p.stack[len(p.stack)-1] != v):
		return fmt.Errorf("%s doesn't see that view", p.Name)
	case m != nil && !m.channel.at.installed || v != nil && !v.at.installed:
		return errors.New("the app is not installed any more")
	}
	return nil
}

// control is an element that a person can use.
func (p *Person) control(on Surface, name string, kind func(string) bool) (held, error) {
	if err := p.reaches(on); err != nil {
		return held{}, err
	}
	m, v := on.source()
	var blocks []any
	if m != nil {
		blocks = m.blocks
	} else {
		blocks = v.blocks
	}
	var labels []string
	for _, h := range elementsOf(blocks) {
		if !kind(text(h.element, "type")) {
			continue
		}
		if name == "" || h.named(name) {
			return h, nil
		}
		labels = append(labels, either(text(child(h.element, "text"), "text"), text(h.element, "action_id")))
	}
	return held{}, fmt.Errorf("no %q among %q", name, labels)
}

// act tells the bot that a control was used. The caller holds the lock.
func (p *Person) act(on Surface, h held, chosen object) (*Interaction, error) {
	s := p.s
	m, v := on.source()
	id, block := text(h.element, "action_id"), text(h.block, "block_id")
	action := object{"action_id": id, "block_id": block, "action_ts": stamp(s.now()), "type": h.element["type"]}
	for _, key := range []string{"text", "value", "style", "accessibility_label", "placeholder", "url"} {
		if h.element[key] != nil {
			action[key] = h.element[key]
		}
	}
	maps.Copy(action, chosen)
	i := p.ask(ofAction, channelOf(m, v), m, v)
	var state object
	if m != nil {
		state = values(m.blocks)
	} else {
		state = v.state
	}
	if in, ok := state[block].(object); ok && chosen != nil {
		in[id] = chosen
	}
	payload := i.base()
	payload["actions"], payload["container"] = []any{action}, container(m, v)
	if m != nil {
		payload["state"] = object{"values": state}
		if m.only == nil {
			payload["message"] = m.json(true)
		}
	}
	i.send(payload)
	return i, nil
}

// Submit fills in the form on top and sends it. Fields without a value keep what
// they show. An error is what the person's app would say.
func (p *Person) Submit(f View, fields Args) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.reaches(f); err != nil {
		return nil, err
	}
	v := f.v
	if v.kind != inModal || v.body["submit"] == nil {
		return nil, errors.New("the view has nothing to send")
	}
	used := map[string]bool{}
	state := clone(v.state)
	for _, h := range elementsOf(v.blocks) {
		in, ok := state[text(h.block, "block_id")].(object)
		id := text(h.element, "action_id")
		if !ok || in[id] == nil {
			continue
		}
		for name, value := range fields {
			if !h.named(name) {
				continue
			}
			filled, err := p.enter(h.element, value)
			if err != nil {
				return nil, fmt.Errorf("field %q: %w", name, err)
			}
			in[id], used[name] = filled, true
		}
		if h.input && !truth(h.block, "optional") && empty(in[id].(object)) {
			return nil, fmt.Errorf("field %q: please complete this required field", h.label)
		}
	}
	for name := range fields {
		if !used[name] {
			return nil, fmt.Errorf("the form has no field %q", name)
		}
	}
	v.state = state
	i := p.ask(ofSubmit, v.channel, nil, v)
	payload := i.base()
	payload["response_urls"] = []any{}
	i.send(payload)
	return i, nil
}

// Close closes the form on top, or with all those below it. The bot hears of it
// where the view says so; nil is an interaction that it doesn't.
func (p *Person) Close(f View, all bool) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := p.reaches(f); err != nil {
		return nil, err
	}
	var i *Interaction
	if truth(f.v.body, "notify_on_close") {
		i = p.ask(ofClose, f.v.channel, nil, f.v)
		payload := i.base()
		payload["is_cleared"] = all
		i.send(payload)
	}
	if p.closeTop(); all || truth(f.v.body, "clear_on_close") {
		p.closeAll()
	}
	s.tell()
	return i, nil
}

// Shortcut uses a message shortcut of the manifest, by its name.
func (p *Person) Shortcut(on Message, name string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	callback, err := p.shortcut("message", name)
	if err != nil {
		return nil, err
	}
	m := on.m
	if m == nil || m.gone || m.only != nil || !m.channel.sees(p) {
		return nil, fmt.Errorf("%s doesn't see that message", p.Name)
	}
	i := p.ask(ofMessage, m.channel, m, nil)
	payload := i.base()
	payload["callback_id"], payload["message_ts"], payload["message"], payload["action_ts"] = callback, m.ts, m.json(true), stamp(s.now())
	i.send(payload)
	return i, nil
}

// Global uses a global shortcut of the manifest, by its name.
func (p *Person) Global(name string) (*Interaction, error) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	callback, err := p.shortcut("global", name)
	if err != nil {
		return nil, err
	}
	i := p.ask(ofGlobal, nil, nil, nil)
	payload := i.base()
	payload["callback_id"], payload["action_ts"] = callback, stamp(s.now())
	i.send(payload)
	return i, nil
}

func (p *Person) shortcut(kind, name string) (callback string, err error) {
	for _, one := range p.s.app.Features.Shortcuts {
		if one.Type == kind && one.Name == name && p.at.installed && !p.gone {
			return one.Callback, nil
		}
	}
	return "", fmt.Errorf("there is no shortcut %q", name)
}

// OpenHome opens the application's home page.
func (p *Person) OpenHome() { p.visit("home") }

// OpenMessages opens the conversation with the application.
func (p *Person) OpenMessages() { p.visit("messages") }

func (p *Person) visit(tab string) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	e := object{"type": "app_home_opened", "user": p.ID, "channel": p.conversation().ID, "tab": tab}
	if p.home != nil && tab == "home" {
		e["view"] = p.home.json()
	}
	s.event(p.at, nil, e)
	s.tell()
}

// Reload starts the person's app again: whispers are gone.
func (p *Person) Reload() {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.places {
		c.all = slices.DeleteFunc(c.all, func(m *message) bool {
			m.gone = m.gone || m.only == p
			return m.only == p
		})
	}
}
