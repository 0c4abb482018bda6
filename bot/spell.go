package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spelled is a message with commands as people type them where the adapter is a
// [Speller]. Where that would make it too long, it stays as it is.
func (b *Bot) spelled(adapter string, m Message) Message {
	s, ok := b.adapters[adapter].(Speller)
	if !ok {
		return m
	}
	out := b.speller(s).message(m)
	if out.Validate() != nil {
		return m
	}
	return out
}

// respelled is the same of an answer.
func (b *Bot) respelled(adapter string, r Response) Response {
	s, ok := b.adapters[adapter].(Speller)
	if !ok {
		return r
	}
	sp, out := b.speller(s), r
	for _, m := range []**Message{&out.Reply, &out.Edit} {
		if *m != nil {
			again := sp.message(**m)
			*m = &again
		}
	}
	if r.Form != nil {
		form := sp.form(*r.Form)
		out.Form = &form
	}
	if r.Invalid != nil {
		out.Invalid = map[string]string{}
		for name, words := range r.Invalid {
			out.Invalid[name] = sp.words(words)
		}
	}
	if out.validate() != nil {
		return r
	}
	return out
}

// speller writes commands as a platform's people type them.
type speller struct {
	known map[string]bool // commands by name
	spell func(command string) string
}

func (b *Bot) speller(s Speller) speller {
	known := map[string]bool{}
	for _, r := range b.commands {
		known[r.command.Name] = !r.command.Message
	}
	return speller{known, s.Spell}
}

// words are text in which a slash and a command's name, on their own, are as
// people type them.
func (s speller) words(text string) string {
	if !strings.Contains(text, "/") {
		return text
	}
	var out strings.Builder
	before := ' '
	for i := 0; i < len(text); {
		name := ""
		if text[i] == '/' && opens(before) {
			name = commandAt(text[i+1:])
		}
		if s.known[name] {
			out.WriteString(s.spell(name))
			i += 1 + len(name)
			before = 'x'
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		out.WriteString(text[i : i+size])
		i += size
		before = r
	}
	return out.String()
}

// opens reports whether a command may follow a character.
func opens(before rune) bool {
	return unicode.IsSpace(before) || strings.ContainsRune("(“\"‘'", before)
}

// commandAt is the name at the beginning of a text, or "" where it goes on as a
// path does.
func commandAt(text string) string {
	name, rest := text, ""
	if i := strings.IndexFunc(text, func(r rune) bool { return r < 'a' || r > 'z' }); i >= 0 {
		name, rest = text[:i], text[i:]
	}
	if next, _ := utf8.DecodeRuneInString(rest); rest != "" && (next == '/' || next == '-' || next == '_' || unicode.IsLetter(next) || unicode.IsDigit(next)) {
		return ""
	}
	return name
}

func (s speller) text(t Text) Text { return Text(s.words(string(t))) }

func (s speller) message(m Message) Message {
	m.Text = s.text(m.Text)
	if m.Card != nil {
		card := s.card(*m.Card)
		m.Card = &card
	}
	return m
}

// card is a copy: others may hold the card.
func (s speller) card(c Card) Card {
	c.Title, c.Body, c.Footer = s.text(c.Title), s.text(c.Body), s.text(c.Footer)
	facts := make([]Fact, len(c.Facts))
	for n, f := range c.Facts {
		facts[n] = Fact{s.text(f.Label), s.text(f.Value)}
	}
	if len(facts) > 0 {
		c.Facts = facts
	}
	return c
}

func (s speller) form(f Form) Form {
	f.Intro = s.text(f.Intro)
	fields := make([]Field, len(f.Fields))
	for n, field := range f.Fields {
		field.Help, field.Placeholder = s.words(field.Help), s.words(field.Placeholder)
		fields[n] = field
	}
	f.Fields = fields
	return f
}
