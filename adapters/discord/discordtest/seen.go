package discordtest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Kind says what appeared.
type Kind string

// Kinds of what people see.
const (
	Posted        Kind = "posted" // a message, or a whisper to one person
	Edited        Kind = "edited"
	Deleted       Kind = "deleted"
	Pinned        Kind = "pinned" // or no longer
	ThreadStarted Kind = "thread"
	ModalOpened   Kind = "modal"
	Failed        Kind = "failed" // "This interaction failed"
)

// Seen is one thing that appeared.
type Seen struct {
	Kind    Kind
	Channel *Channel
	Message Message
	Modal   Modal
	Pinged  []*Person // who was notified

	to *Person
}

// To is who alone sees it; nil for everybody in the channel.
func (s Seen) To() *Person { return s.to }

// Message is a message as it was at some moment.
type Message struct {
	ID          string
	Channel     *Channel
	Author      *Person
	Content     string
	Embeds      []json.RawMessage
	Components  []Component
	Attachments []Attachment
	Flags       int
	Type        int  // 0 for what somebody wrote, 6 for the line about a pin, 20 for answers to commands
	Ephemeral   bool // only [Message.To] sees it
	To          *Person
	Pinned      bool
	Loading     bool // "studyhall is thinking…"
	Nonce       string
	Created     time.Time
	EditedAt    time.Time // zero if it never was
	Thread      *Channel
	Raw         json.RawMessage // as the API writes it
}

// Attachment is a file of a message.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	Description string `json:"description"`
}

// Component is a component of a message or modal.
type Component struct {
	Type        int         `json:"type"`
	ID          int         `json:"id"`
	CustomID    string      `json:"custom_id"`
	Style       int         `json:"style"`
	Label       string      `json:"label"`
	Description string      `json:"description"`
	Content     string      `json:"content"`
	URL         string      `json:"url"`
	Disabled    bool        `json:"disabled"`
	Placeholder string      `json:"placeholder"`
	Value       string      `json:"value"`
	Default     bool        `json:"default"`
	Required    *bool       `json:"required"`
	MinValues   *int        `json:"min_values"`
	MaxValues   *int        `json:"max_values"`
	MinLength   int         `json:"min_length"`
	MaxLength   int         `json:"max_length"`
	Options     []Choice    `json:"options"`
	Components  []Component `json:"components"`
	Component   *Component  `json:"component"`
	Accessory   *Component  `json:"accessory"`

	DefaultValues []struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"default_values"`
}

// Choice is an option of a menu, or a suggestion; those have a Name.
type Choice struct {
	Name        string `json:"name"`
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Default     bool   `json:"default"`
}

// Modal is a form that is open for one person.
type Modal struct {
	CustomID   string
	Title      string
	Components []Component
	Opened     *Interaction // that opened it
}

// view is the message as it is now.
func (m *message) view() Message {
	raw := encode(m.json(false))
	var decoded struct {
		Content     string
		Embeds      []json.RawMessage
		Components  []Component
		Attachments []Attachment
		Flags       int
		Type        int
	}
	if err := json.Unmarshal(raw, &decoded); err != nil {
		m.channel.s.t.Errorf("discordtest: a message that nobody can read: %v\n%s", err, raw)
	}
	return Message{
		ID: m.id, Channel: m.channel, Author: m.author, Content: decoded.Content, Embeds: decoded.Embeds, Components: decoded.Components,
		Attachments: decoded.Attachments, Flags: decoded.Flags, Type: decoded.Type, Ephemeral: m.only != nil, To: m.only, Pinned: m.pinned,
		Loading: decoded.Flags&flagLoading != 0, Nonce: nonceText(m.nonce), Created: m.created, EditedAt: m.edited, Thread: m.thread, Raw: raw,
	}
}

func viewOf(m *message) Message {
	if m == nil {
		return Message{}
	}
	return m.view()
}

func modalOf(i *Interaction, data object) Modal {
	m := Modal{CustomID: text(data, "custom_id"), Title: text(data, "title"), Opened: i}
	components, last := clone(list(data, "components")), 0
	for _, c := range objects(components) {
		complete(c, &last)
	}
	if err := json.Unmarshal(encode(components), &m.Components); err != nil {
		i.s.t.Errorf("discordtest: a modal that nobody can read: %v", err)
	}
	return m
}

// choicesOf reads suggestions; values may be numbers.
func choicesOf(all []any) []Choice {
	out := []Choice{}
	for _, c := range objects(all) {
		value := text(c, "value")
		if n, isNumber := c["value"].(json.Number); isNumber {
			value = n.String()
		}
		out = append(out, Choice{Name: text(c, "name"), Value: value})
	}
	return out
}

// Each goes through components, those inside others too.
func Each(all []Component, f func(Component)) {
	for _, c := range all {
		f(c)
		Each(c.Components, f)
		if c.Component != nil {
			Each([]Component{*c.Component}, f)
		}
		if c.Accessory != nil {
			Each([]Component{*c.Accessory}, f)
		}
	}
}

// Find is the button or menu of that label, custom_id or placeholder.
func (m Message) Find(name string) (Component, bool) {
	var found *Component
	Each(m.Components, func(c Component) {
		if found == nil && (c.Type == componentButton || isSelect(c.Type)) && slices.Contains([]string{c.CustomID, c.Label, c.Placeholder}, name) {
			found = &c
		}
	})
	if found == nil {
		return Component{}, false
	}
	return *found, true
}

// Labels are the labels of the buttons, in order.
func (m Message) Labels() []string {
	var all []string
	Each(m.Components, func(c Component) {
		if c.Type == componentButton {
			all = append(all, c.Label)
		}
	})
	return all
}

// Text is all words of the message but its controls'.
func (m Message) Text() string {
	words := []string{m.Content}
	Each(m.Components, func(c Component) {
		if c.Type == componentText {
			words = append(words, c.Content)
		}
	})
	return strings.Trim(strings.Join(words, "\n"), "\n")
}

// show adds to the log. The caller holds the lock.
func (s *Server) show(e Seen) { s.log = append(s.log, e) }

// Seen is what anybody could see since the last call, in order.
func (s *Server) Seen() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.log[s.seen:])
	s.seen = len(s.log)
	return out
}

// Sees is what this person could see since the last call, in order.
func (p *Person) Sees() []Seen {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var out []Seen
	for _, e := range p.s.log[p.seen:] {
		if e.to == p || e.to == nil && e.Channel.sees(p) {
			out = append(out, e)
		}
	}
	p.seen = len(p.s.log)
	return out
}

// Messages are the messages of the channel as everybody sees them, oldest first.
func (c *Channel) Messages() []Message { return c.messages(nil) }

// Messages are the messages of a channel as this person sees them, with whispers.
func (p *Person) Messages(c *Channel) []Message { return c.messages(p) }

func (c *Channel) messages(p *Person) []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var out []Message
	for _, m := range c.all {
		if m.only == nil || m.only == p {
			out = append(out, m.view())
		}
	}
	return out
}

// Modal is the form that is open for the person.
func (p *Person) Modal() (Modal, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.modal == nil {
		return Modal{}, false
	}
	return *p.modal, true
}
