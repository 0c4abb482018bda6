package slacktest

import (
	"bytes"
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
	ViewOpened    Kind = "view"
	ViewChanged   Kind = "changed"
	ViewClosed    Kind = "closed"
	Marked        Kind = "marked" // what is wrong stands beside a form's fields
	HomePublished Kind = "home"
	Failed        Kind = "failed" // an error, or a warning sign
)

// Seen is one thing that appeared.
type Seen struct {
	Kind    Kind
	Channel *Channel // nil on a home page
	Message Message
	View    View
	Errors  map[string]string // by block_id
	Pinged  []*Person         // who was notified

	to *Person
}

// To is who alone sees it; nil for everybody in the channel.
func (s Seen) To() *Person { return s.to }

// Message is a message as it was at some moment.
type Message struct {
	TS       string
	Channel  *Channel
	Author   *Person
	To       *Person // who alone sees it; nil for everybody
	Text     string  // what notifications and screen readers say
	Blocks   []Block
	Metadata json.RawMessage // null where there is none
	Thread   string          // timestamp of the thread's beginning, "" outside of threads
	Also     bool            // a reply that the channel shows, too
	Files    []string        // titles
	Pinned   bool
	Edited   bool
	Created  time.Time
	Raw      json.RawMessage // as methods write it

	m *message
}

func (m Message) source() (*message, *view) { return m.m, nil }

// View is a modal or a home page as it was at some moment.
type View struct {
	ID         string
	Type       string // "modal" or "home"
	CallbackID string
	Title      string
	Submit     string
	Private    string // private_metadata
	Hash       string
	Blocks     []Block
	Raw        json.RawMessage // as methods write it

	v *view
}

func (v View) source() (*message, *view) { return nil, v.v }

// Text is a text object; a plain string is read as one, too.
type Text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// UnmarshalJSON reads an object or a string.
func (t *Text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		return json.Unmarshal(data, &t.Text)
	}
	type same Text
	return json.Unmarshal(data, (*same)(t))
}

// Block is a block of a message or view.
type Block struct {
	Type      string      `json:"type"`
	BlockID   string      `json:"block_id"`
	Text      Text        `json:"text"`
	Fields    []Text      `json:"fields"`
	Title     Text        `json:"title"`
	Label     Text        `json:"label"`
	Hint      Text        `json:"hint"`
	Optional  bool        `json:"optional"`
	AltText   string      `json:"alt_text"`
	ImageURL  string      `json:"image_url"`
	SlackFile SlackFile   `json:"slack_file"`
	Element   Element     `json:"element"`
	Accessory Element     `json:"accessory"`
	Elements  []Element   `json:"elements"`
	Rows      [][]Element `json:"rows"`
}

// SlackFile is an image that was uploaded.
type SlackFile struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// Element is an element of a block: a control, a field, or a part of rich text.
type Element struct {
	Type          string    `json:"type"`
	ActionID      string    `json:"action_id"`
	Text          Text      `json:"text"`
	Value         string    `json:"value"`
	URL           string    `json:"url"`
	Style         any       `json:"style"`
	Accessible    string    `json:"accessibility_label"`
	Placeholder   Text      `json:"placeholder"`
	Options       []Choice  `json:"options"`
	InitialOption Choice    `json:"initial_option"`
	InitialValue  string    `json:"initial_value"`
	AltText       string    `json:"alt_text"`
	Elements      []Element `json:"elements"` // of rich text
	UserID        string    `json:"user_id"`
	GroupID       string    `json:"usergroup_id"`
	ChannelID     string    `json:"channel_id"`
	Timestamp     int64     `json:"timestamp"`
	Format        string    `json:"format"`
	Fallback      string    `json:"fallback"`
}

// Choice is an option of a menu.
type Choice struct {
	Text        Text   `json:"text"`
	Value       string `json:"value"`
	Description Text   `json:"description"`
}

// json is an option as payloads have it.
func (c Choice) json() object {
	out := object{"text": object{"type": "plain_text", "text": c.Text.Text, "emoji": true}, "value": c.Value}
	if c.Description.Text != "" {
		out["description"] = object{"type": "plain_text", "text": c.Description.Text, "emoji": true}
	}
	return out
}

// choicesOf are the suggestions of an answer, those of groups one after another.
func choicesOf(o object) []Choice {
	all := list(o, "options")
	for _, g := range objects(list(o, "option_groups")) {
		all = append(all, list(g, "options")...)
	}
	out := []Choice{}
	if err := json.Unmarshal(encode(all), &out); err != nil || out == nil {
		return []Choice{}
	}
	return out
}

// view is the message as it is now.
func (m *message) view() Message {
	out := Message{
		TS: m.ts, Channel: m.channel, Author: m.author, To: m.only, Text: m.text, Metadata: encode(m.meta), Thread: m.thread, Also: m.cast,
		Pinned: m.pinned, Edited: m.edited != "", Created: m.created, Raw: encode(m.json(true)), m: m,
	}
	for _, f := range m.files {
		out.Files = append(out.Files, either(f.title, f.name))
	}
	out.Blocks = m.s.blocksOf(m.blocks)
	return out
}

// view is the view as it is now.
func (v *view) view() View {
	return View{
		ID: v.id, Type: v.kind, CallbackID: text(v.body, "callback_id"), Title: text(child(v.body, "title"), "text"), Hash: v.hash,
		Submit: text(child(v.body, "submit"), "text"), Private: text(v.body, "private_metadata"), Blocks: v.s.blocksOf(v.blocks),
		Raw: encode(v.json()), v: v,
	}
}

func (s *Server) blocksOf(blocks []any) []Block {
	var out []Block
	if err := json.Unmarshal(encode(blocks), &out); err != nil {
		s.t.Errorf("slacktest: blocks that nobody can read: %v\n%s", err, encode(blocks))
	}
	return out
}

// Labels are the words of the buttons, in order.
func (m Message) Labels() []string { return labels(m.Blocks) }

// Labels are the words of the buttons, in order.
func (v View) Labels() []string { return labels(v.Blocks) }

func labels(blocks []Block) []string {
	var out []string
	for _, b := range blocks {
		for _, e := range append(slices.Clone(b.Elements), b.Accessory) {
			if e.Type == "button" {
				out = append(out, e.Text.Text)
			}
		}
	}
	return out
}

// Words are what a person reads of the blocks, or else of the text, but not of
// the controls.
func (m Message) Words() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	return wordsOf(m.Blocks)
}

// Words are what a person reads of the blocks, but not of the controls.
func (v View) Words() string { return wordsOf(v.Blocks) }

func wordsOf(blocks []Block) string {
	var lines []string
	add := func(s string) {
		if s = strings.Trim(s, "\n"); s != "" {
			lines = append(lines, s)
		}
	}
	for _, b := range blocks {
		add(b.Text.Text)
		add(b.Title.Text)
		add(b.Label.Text)
		add(b.Hint.Text)
		add(b.AltText)
		for _, f := range b.Fields {
			add(f.Text)
		}
		for _, e := range b.Elements {
			if b.Type != "actions" {
				add(e.words())
			}
		}
		for _, row := range b.Rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = cell.words()
			}
			add(strings.Join(cells, " | "))
		}
	}
	return strings.Join(lines, "\n")
}

// words are what a person reads of a part of rich text.
func (e Element) words() string {
	var b strings.Builder
	switch e.Type {
	case "user":
		b.WriteString("<@" + e.UserID + ">")
	case "channel":
		b.WriteString("<#" + e.ChannelID + ">")
	case "date":
		b.WriteString(e.Fallback)
	case "link":
		b.WriteString(either(e.Text.Text, e.URL))
	default:
		b.WriteString(e.Text.Text + e.AltText)
	}
	for _, inner := range e.Elements {
		b.WriteString(inner.words())
	}
	return b.String()
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

// Views are the forms that are open for the person, the one on top last.
func (p *Person) Views() []View {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var out []View
	for _, v := range p.stack {
		out = append(out, v.view())
	}
	return out
}

// Home is the person's home page, if it was published.
func (p *Person) Home() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.home == nil {
		return View{}, false
	}
	return p.home.view(), true
}
