package script

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// Types of components: docs.discord.com/developers/components/reference.
const (
	typeButton   = 2
	typeText     = 10
	typeCheckbox = 23
)

const linePinned = 6 // type of the message that says who pinned what

const (
	formButton = "discord/form/" // begins the custom_id of a button that opens a form
	sayButton  = "say/"          // and of one that stands for the answer to typed words
	showLabel  = "Show me"
)

// follow takes what appeared, and presses the buttons that stand for forms.
func (d *Driver) follow(ctx context.Context) error {
	for {
		var buttons []discordtest.Message
		for _, e := range d.server.Seen() {
			if isFormButton(e.Message) && e.Kind != discordtest.Deleted {
				buttons = append(buttons, e.Message)
				words := d.plain(e.Message.Content, d.zoneOf(e.Channel))
				d.mu.Lock()
				d.buttons[e.Message.ID], d.faults[e.Message.To.ID] = true, words
				d.edits[e.Message.ID] = d.private[e.Message.To.ID]
				d.mu.Unlock()
				continue
			}
			d.see(e)
		}
		if len(buttons) == 0 {
			return nil
		}
		for _, m := range buttons {
			i, err := m.To.Press(m, m.Labels()[0])
			if err != nil {
				return err
			}
			if err := i.Wait(ctx); err != nil {
				return err
			}
		}
	}
}

func standsForAnswer(m discordtest.Message) bool {
	b, ok := m.Find(showLabel)
	return ok && strings.HasPrefix(b.CustomID, sayButton)
}

func isFormButton(m discordtest.Message) bool {
	found := false
	discordtest.Each(m.Components, func(c discordtest.Component) { found = found || strings.HasPrefix(c.CustomID, formButton) })
	return found && m.To != nil
}

// see keeps what appeared as scripts see it.
func (d *Driver) see(e discordtest.Seen) {
	m := e.Message
	if m.Type == linePinned { // Discord's own words, which the adapter removes
		return
	}
	s := bottest.Seen{Channel: d.shown(e.Channel), Key: m.Nonce}
	if m.ID != "" {
		s.ID = bot.MessageID("discord:" + m.Channel.ID + "/" + m.ID)
		s.Text = d.text(m)
	}
	to := e.To()
	if to == nil {
		to = d.directly(e.Channel)
	}
	if to != nil {
		s.To = d.nameOf(to)
	}
	switch e.Kind {
	case discordtest.Posted, discordtest.Edited:
		if s.Kind = d.kind(e); s.Kind == "" {
			return
		}
	case discordtest.Deleted:
		if d.loading[m.ID] {
			return
		}
		s.Kind = bottest.Delete
	case discordtest.Pinned:
		s.Kind = bottest.Unpin
		if m.Pinned {
			s.Kind = bottest.Pin
		}
		s.Text, _, _ = strings.Cut(s.Text, "\n")
	case discordtest.ThreadStarted:
		s.Kind, s.Channel = bottest.Thread, d.shown(m.Channel)
		s.Text = e.Channel.Name
		if m.Thread != nil {
			s.Text = m.Thread.Name
		}
	case discordtest.ModalOpened:
		s.Kind, s.Text = bottest.Form, d.formText(e.Modal, d.faults[e.To().ID])
		delete(d.faults, e.To().ID)
	default:
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, s)
}

// kind is how a message appears; "" for those that are no news to a script.
func (d *Driver) kind(e discordtest.Seen) bottest.Kind {
	m := e.Message
	kind := bottest.Post
	switch {
	case m.Author != nil && m.Author.Name != "studyhall":
		return ""
	case e.To() == nil && standsForAnswer(m):
		return ""
	case m.Loading:
		d.loading[m.ID] = true
		return ""
	case e.To() != nil:
		kind = bottest.Whisper
	case d.directly(e.Channel) != nil:
		kind = bottest.Direct
	}
	if e.Kind == discordtest.Edited {
		if d.loading[m.ID] || d.buttons[m.ID] { // only now it says something
			if d.edits[m.ID] {
				kind = bottest.Edit
			}
			delete(d.loading, m.ID)
			delete(d.buttons, m.ID)
			delete(d.edits, m.ID)
			return kind
		}
		return bottest.Edit
	}
	return kind
}

// directly is whose private conversation a channel is, or nil.
func (d *Driver) directly(c *discordtest.Channel) *discordtest.Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		if p.Direct() == c {
			return p
		}
	}
	return nil
}

func (d *Driver) nameOf(p *discordtest.Person) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, q := range d.people {
		if p == q {
			return name
		}
	}
	return p.Name
}

// shown is a channel as scripts name it.
func (d *Driver) shown(c *discordtest.Channel) string {
	if c == nil {
		return ""
	}
	d.mu.Lock()
	for name, q := range d.channels {
		if c == q {
			d.mu.Unlock()
			return name
		}
	}
	d.mu.Unlock()
	if p := d.directly(c); p != nil {
		return bottest.Private + d.nameOf(p)
	}
	return c.Name
}

var (
	lineMark  = regexp.MustCompile(`(?m)^(### |-# )`)
	factLabel = regexp.MustCompile(`(?m)^\*\*((?:[^\\*\n]|\\.)+)\*\*`)
	tailLine  = regexp.MustCompile(`(?m)^(?:\*\*(?:[^\\*\n]|\\.)+\*\*|-# )`)
	timeToken = regexp.MustCompile(`<t:(\d+):F>`)
	roleToken = regexp.MustCompile(`<@&(\d+)>`)
	userToken = regexp.MustCompile(`<@(\d+)>`)
	escaped   = regexp.MustCompile("\\\\([\\\\*_~`|<>\\[#+.:@-])")
	fixRole   = regexp.MustCompile(`open the server's settings, then Roles, then \w+, and switch on: Allow anyone to @mention this role`)
	fixWords  = regexp.MustCompile(`open (#[\w-]+)'s settings, then Permissions, and allow Studyhall: ` + permission + `(?:, ` + permission + `)*`)
)

// permission is one of Discord's names.
const permission = `(?:View Channel|Send Messages(?: in Threads)?|Attach Files|Read Message History)`

const (
	refusedHere   = "Discord doesn't let me see that channel any more."
	refusedScript = "The fake platform says I'm not in that channel any more."
)

// plain is Markdown as a person reads it.
func (d *Driver) plain(markdown string, zone *time.Location) string {
	s := factLabel.ReplaceAllString(lineMark.ReplaceAllString(markdown, ""), "$1")
	s = timeToken.ReplaceAllStringFunc(s, func(token string) string {
		unix, err := strconv.ParseInt(timeToken.FindStringSubmatch(token)[1], 10, 64)
		if err != nil {
			return token
		}
		return time.Unix(unix, 0).In(zone).Format("Mon 3:04 PM")
	})
	s = userToken.ReplaceAllStringFunc(s, func(token string) string {
		id := userToken.FindStringSubmatch(token)[1]
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, p := range d.people {
			if p.ID == id {
				return p.Name
			}
		}
		return token
	})
	s = roleToken.ReplaceAllStringFunc(s, func(token string) string {
		return d.entity("role", roleToken.FindStringSubmatch(token)[1])
	})
	s = escaped.ReplaceAllString(s, "$1")
	s = strings.ReplaceAll(strings.ReplaceAll(s, refusedHere, refusedScript), "Discord", "Fake")
	s = fixRole.ReplaceAllString(s, "let anyone mention the role")
	return fixWords.ReplaceAllString(s, "open $1 and type /invite @Studyhall")
}

// text is a message as [bottest.MessageText] gives it.
func (d *Driver) text(m discordtest.Message) string {
	var pictures, lines []string
	for _, a := range m.Attachments {
		if a.Description != "" {
			pictures = append(pictures, a.Description)
		}
	}
	content, zone := m.Content, d.zoneOf(m.Channel)
	if len(pictures) > 0 { // before the facts and the small lines
		at := len(content)
		if tail := tailLine.FindStringIndex(content); tail != nil {
			at = tail[0]
		}
		lines = append(lines, d.plain(strings.TrimRight(content[:at], "\n"), zone))
		lines = append(lines, pictures...)
		content = content[at:]
	}
	if content != "" {
		lines = append(lines, d.plain(content, zone))
	}
	for _, row := range m.Components {
		var labels []string
		for _, c := range row.Components {
			if c.Type == typeButton {
				labels = append(labels, "["+c.Label+"]")
				continue
			}
			var options []string
			for _, o := range c.Options {
				options = append(options, o.Label)
			}
			labels = append(labels, "["+c.Placeholder+": "+strings.Join(options, " | ")+"]")
		}
		lines = append(lines, strings.Join(labels, " "))
	}
	for _, a := range m.Attachments {
		if a.Description == "" {
			lines = append(lines, "File: "+a.Filename)
		}
	}
	return strings.Join(lines, "\n")
}
