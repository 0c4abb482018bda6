package bot

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits that every message, form and command keeps, each the least that the
// named platform allows or that people can take in. Lengths are in characters.
const (
	LimitMessage      = 1900      // a whole message in words: Discord, content 2,000 with room for markup
	LimitNotice       = 150       // Message.Text beside a card: phones' notifications
	LimitTitle        = 80        // Card.Title: Slack header 150; phones show about 60
	LimitRows         = 5         // rows of controls: Discord, 5 action rows
	LimitRow          = 5         // controls in a row: Discord, 5 buttons an action row
	LimitLabel        = 24        // Button and Link labels: Slack shows about 30, Discord on phones about 34
	LimitAccessible   = 75        // Button.Accessible: Slack, accessibility_label 75
	LimitPath         = 70        // an action's path: Discord, custom_id 100 with room for a delivery's key
	LimitKey          = 25        // Message.Key: Discord, nonce 25
	LimitURL          = 512       // Link.URL: Discord, button URL 512
	LimitOptions      = 25        // options of a menu or field: Discord, select 25
	LimitOptionLabel  = 75        // Option.Label: Slack, option text 75
	LimitOptionValue  = 75        // Option.Value: Slack, older option values 75
	LimitPlaceholder  = 100       // Menu and Field placeholders: Discord, text input 100
	LimitFacts        = 10        // Card.Facts: Slack, section fields 10
	LimitFact         = 500       // a fact's label and value: Slack, section field 2,000
	LimitTableRows    = 20        // rows of a table: what a phone shows
	LimitTableColumns = 5         // columns of a table: what a phone shows
	LimitAlt          = 1000      // Image.Alt: Discord, attachment description 1,024
	LimitFile         = 8_000_000 // bytes of an image or file: Discord, 10 MiB an attachment
	LimitFiles        = 5         // files of a message: Discord, 10 attachments
	LimitFormTitle    = 24        // Form.Title and Submit: Slack, modal title 24
	LimitFields       = 5         // fields of a form: Discord, 5 top-level components
	LimitFieldLabel   = 45        // Field.Label: Discord, label text 45
	LimitHelp         = 100       // Field.Help and Command.Help: Discord, descriptions 100
	LimitCommandName  = 32        // Command.Name: Discord, 32
	LimitLine         = 3000      // what a person types into a command or field: Slack, plain_text_input 3,000
	LimitSuggestions  = 25        // suggestions: Discord, autocomplete 25
)

// Validate reports everything in the message that some platform would refuse.
func (m Message) Validate() error {
	c := &checker{}
	c.atMost("key", m.Key, LimitKey)
	if strings.Contains(m.Key, "~") {
		c.fail("key %q: a tilde, which sets keys apart from paths", m.Key)
	}
	if m.Card == nil {
		c.atMost("text", m.Text.Plain(), LimitMessage)
		if strings.TrimSpace(m.Text.Plain()) == "" {
			c.fail("text: empty message")
		}
	} else {
		c.atMost("text", m.Text.Plain(), LimitNotice)
		c.card(m.Card)
	}
	if len(m.Files) > LimitFiles {
		c.fail("files: %d, at most %d", len(m.Files), LimitFiles)
	}
	for i, f := range m.Files {
		if f.Name == "" || len(f.Data) == 0 || len(f.Data) > LimitFile {
			c.fail("file %d: needs a name and 1 to %d bytes", i, LimitFile)
		}
	}
	return errors.Join(c.faults...)
}

// Validate reports everything in the form that some platform would refuse.
func (f Form) Validate() error {
	c := &checker{}
	c.present("title", f.Title, LimitFormTitle)
	c.atMost("submit", f.Submit, LimitFormTitle)
	c.path("action", f.Action)
	c.atMost("intro", f.Intro.Plain(), LimitMessage)
	c.fields(f.Fields)
	return errors.Join(c.faults...)
}

// Validate reports everything in the command that some platform would refuse.
func (cmd Command) Validate() error {
	c := &checker{}
	c.present("name", cmd.Name, LimitCommandName)
	if !cmd.Message && strings.Trim(cmd.Name, "abcdefghijklmnopqrstuvwxyz-") != "" {
		c.fail("name %q: lower-case letters and hyphens only", cmd.Name)
	}
	c.present("help", cmd.Help, LimitHelp)
	c.atMost("page", cmd.Page, LimitLabel)
	c.fields(cmd.Fields)
	return errors.Join(c.faults...)
}

type checker struct{ faults []error }

func (c *checker) fail(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

func (c *checker) atMost(what, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		c.fail("%s: %d characters, at most %d", what, n, limit)
	}
}

func (c *checker) present(what, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		c.fail("%s: empty", what)
	}
	c.atMost(what, s, limit)
}

func (c *checker) path(what, path string) {
	c.present(what, path, LimitPath)
	if strings.ContainsAny(path, " ~?\n\t") && !strings.HasPrefix(path, sayPath) {
		c.fail("%s %q: a space, tilde or question mark in a path", what, path)
	}
}

func (c *checker) card(card *Card) {
	c.atMost("card", card.Plain(), LimitMessage)
	c.atMost("title", card.Title.Plain(), LimitTitle)
	if strings.TrimSpace(card.Title.Plain()+card.Body.Plain()) == "" {
		c.fail("card: neither title nor body")
	}
	if t := card.Table; t != nil {
		c.table(t)
	}
	if i := card.Image; i != nil {
		c.present("image alt", i.Alt, LimitAlt)
		if i.Name == "" || len(i.Data) == 0 || len(i.Data) > LimitFile {
			c.fail("image: needs a name and 1 to %d bytes", LimitFile)
		}
	}
	if len(card.Facts) > LimitFacts {
		c.fail("facts: %d, at most %d", len(card.Facts), LimitFacts)
	}
	for _, f := range card.Facts {
		c.atMost("fact", f.Label.Plain()+f.Value.Plain(), LimitFact)
	}
	c.controls(card.Controls)
}

func (c *checker) table(t *Table) {
	if len(t.Rows) == 0 || len(t.Rows) > LimitTableRows || len(t.Header) == 0 || len(t.Header) > LimitTableColumns {
		c.fail("table: 1 to %d rows of 1 to %d columns", LimitTableRows, LimitTableColumns)
	}
	for i, row := range t.Rows {
		if len(row) != len(t.Header) {
			c.fail("table row %d: %d cells for %d columns", i, len(row), len(t.Header))
		}
	}
}

func (c *checker) controls(rows []Row) {
	if len(rows) > LimitRows {
		c.fail("controls: %d rows, at most %d", len(rows), LimitRows)
	}
	var seen []string
	primaries := 0
	once := func(path string) {
		if slices.Contains(seen, path) {
			c.fail("action %q: twice in one card", path)
		}
		seen = append(seen, path)
	}
	for _, row := range rows {
		if len(row) == 0 || len(row) > LimitRow {
			c.fail("row: 1 to %d controls", LimitRow)
		}
		for _, control := range row {
			switch v := control.(type) {
			case Button:
				c.present("button label", v.Label, LimitLabel)
				c.atMost("accessible label", v.Accessible, LimitAccessible)
				c.path("button action", v.Action)
				once(v.Action)
				if v.Style == Primary {
					primaries++
				}
			case Link:
				c.present("link label", v.Label, LimitLabel)
				c.link(v.URL)
			case Menu:
				if len(row) != 1 {
					c.fail("menu: alone in its row")
				}
				c.present("menu placeholder", v.Placeholder, LimitPlaceholder)
				c.path("menu action", v.Action)
				once(v.Action)
				c.options(v.Options)
				for _, o := range v.Options {
					c.atMost("menu path", v.Action+"/"+o.Value, LimitPath)
				}
			default:
				c.fail("control: %T is none", control)
			}
		}
	}
	if primaries > 1 {
		c.fail("controls: %d primary buttons, at most one", primaries)
	}
}

func (c *checker) link(address string) {
	c.present("link", address, LimitURL)
	if u, err := url.Parse(address); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		c.fail("link %q: not an http address", address)
	}
}

func (c *checker) options(options []Option) {
	if len(options) == 0 || len(options) > LimitOptions {
		c.fail("options: %d, 1 to %d", len(options), LimitOptions)
	}
	var seen []string
	for _, o := range options {
		c.present("option label", o.Label, LimitOptionLabel)
		c.present("option value", o.Value, LimitOptionValue)
		if slices.Contains(seen, o.Value) {
			c.fail("option value %q: twice", o.Value)
		}
		seen = append(seen, o.Value)
	}
}

// marked reports labels that say that their field may stay empty.
func marked(label string) bool {
	label = strings.ToLower(label)
	return strings.Contains(label, "if you like") || strings.Contains(label, "optional")
}

func (c *checker) fields(fields []Field) {
	if len(fields) > LimitFields {
		c.fail("fields: %d, at most %d", len(fields), LimitFields)
	}
	var seen []string
	for _, f := range fields {
		c.present("field name", f.Name, LimitCommandName)
		if strings.Trim(f.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			c.fail("field name %q: lower-case letters, digits, hyphens and underscores only", f.Name)
		}
		c.present("field label", f.Label, LimitFieldLabel)
		if !f.Required && marked(f.Label) {
			c.fail("field label %q: every platform says by itself that a field may stay empty", f.Label)
		}
		c.atMost("field help", f.Help, LimitHelp)
		c.atMost("field placeholder", f.Placeholder, LimitPlaceholder)
		if slices.Contains(seen, f.Name) {
			c.fail("field %q: twice", f.Name)
		}
		seen = append(seen, f.Name)
		if f.Kind == OneOf || f.Kind == AnyOf {
			if f.Suggest == "" || len(f.Options) > 0 {
				c.options(f.Options)
			}
		} else if len(f.Options) > 0 {
			c.fail("field %q: options on a kind that has none", f.Name)
		}
		for _, v := range f.Initial {
			c.atMost("field initial value", v, LimitLine)
		}
	}
}
