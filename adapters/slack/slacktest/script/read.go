package script

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// formButton begins the action_id of a button that opens a form.
const formButton = "slack/form/"

// follow takes what appeared, and presses the buttons that stand for forms; it
// reports whether there were any.
func (d *Driver) follow(ctx context.Context) (followed bool, err error) {
	for _, e := range d.server.Seen() {
		action, ok := isFormButton(e.Message)
		if !ok || e.Kind == slacktest.Deleted {
			d.see(e)
			continue
		}
		d.mu.Lock()
		d.buttons[e.Message.TS] = true
		d.mu.Unlock()
		who := e.To()
		if who == nil {
			who = d.directly(e.Channel)
		}
		i, err := who.Press(e.Message, action)
		if err != nil {
			return true, err
		}
		if err := i.Wait(ctx); err != nil {
			return true, err
		}
		followed = true
	}
	return followed, nil
}

// isFormButton finds the button of a message for one person that opens a form.
func isFormButton(m slacktest.Message) (action string, ok bool) {
	for _, b := range m.Blocks {
		for _, e := range b.Elements {
			if strings.HasPrefix(e.ActionID, formButton) {
				return e.ActionID, true
			}
		}
	}
	return "", false
}

// see keeps what appeared as scripts see it.
func (d *Driver) see(e slacktest.Seen) {
	s := bottest.Seen{Kind: d.kind(e), Channel: d.shown(e.Channel)}
	if s.Kind == "" {
		return
	}
	m := e.Message
	if m.TS != "" {
		d.notes(e)
		s.Key = key(m)
		s.ID, s.Text = d.id(m), d.text(m)
		if title := d.threadOf(m.Thread); title != "" {
			s.Channel = title
		}
	}
	to := e.To()
	if to == nil {
		to = d.directly(e.Channel)
	}
	if to != nil {
		s.To = d.nameOf(to)
		if d.hands(to, m) {
			return
		}
		s.Text = d.withFiles(to, s.Text)
	}
	switch {
	case s.Kind == bottest.Form:
		s.Text = d.formText(e.View, e.Errors)
	case e.Kind == slacktest.Pinned:
		s.Text, _, _ = strings.Cut(s.Text, "\n")
	case e.Kind == slacktest.Failed:
		s.Text = "Slack: the app didn't answer."
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, s)
}

// filesSent is the line of a whisper whose files stand in the conversation with the
// bot, since whispers hold none.
const filesSent = "The file is in your messages with me.\n"

// hands remembers files that came by themselves, for the words that speak of them.
func (d *Driver) hands(to *slacktest.Person, m slacktest.Message) bool {
	if len(m.Files) == 0 || len(m.Blocks) > 0 || m.Text != "" {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handed[to] = append(d.handed[to], m.Files...)
	return true
}

// withFiles gives words that speak of files with these.
func (d *Driver) withFiles(to *slacktest.Person, text string) string {
	before, after, ok := strings.Cut(text, filesSent)
	if !ok {
		return text
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	text = before + after
	for _, name := range d.handed[to] {
		text += "\nFile: " + name
	}
	delete(d.handed, to)
	return text
}

// notes keeps what a notification says.
func (d *Driver) notes(e slacktest.Seen) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case e.Kind != slacktest.Posted:
	case e.To() == nil:
		d.posted = append(d.posted, e.Message.Text)
	default:
		d.whispers = append(d.whispers, e.Message.Text)
	}
}

// id is the identifier that the adapter gives a message.
func (d *Driver) id(m slacktest.Message) bot.MessageID {
	place := m.Channel.ID
	if m.Thread != "" {
		place += "~" + m.Thread
	}
	return bot.MessageID("slack:" + d.workspace.ID + "/" + place + "/" + m.TS)
}

// key is the key of the delivery that a message is, "" for an answer.
func key(m slacktest.Message) string {
	var meta struct {
		Payload struct {
			Key string `json:"key"`
		} `json:"event_payload"`
	}
	if json.Unmarshal(m.Metadata, &meta) != nil {
		return ""
	}
	return meta.Payload.Key
}

// kind is how something appears; "" for what is no news to a script.
func (d *Driver) kind(e slacktest.Seen) bottest.Kind {
	m := e.Message
	switch e.Kind {
	case slacktest.Posted:
		switch {
		case m.Author != d.workspace.Bot():
			return ""
		case e.To() != nil:
			return bottest.Whisper
		case d.directly(e.Channel) == nil:
			return bottest.Post
		case key(m) == "": // an answer, where everything is private
			return bottest.Whisper
		}
		return bottest.Direct
	case slacktest.Edited:
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.buttons[m.TS] { // only now it says something
			delete(d.buttons, m.TS)
			return bottest.Whisper
		}
		if d.outside[m.Channel] && m.To == nil { // elsewhere a bot that was thrown out can edit nothing
			return ""
		}
		return bottest.Edit
	case slacktest.Deleted:
		d.mu.Lock()
		defer d.mu.Unlock()
		if m.Author != d.workspace.Bot() || d.buttons[m.TS] {
			return ""
		}
		return bottest.Delete
	case slacktest.Pinned:
		if m.Pinned {
			return bottest.Pin
		}
		return bottest.Unpin
	case slacktest.ViewOpened, slacktest.ViewChanged, slacktest.Marked:
		if e.View.Type == "modal" {
			return bottest.Form
		}
	case slacktest.Failed:
		return bottest.Whisper
	}
	return ""
}

// directly is whose private conversation a channel is, or nil.
func (d *Driver) directly(c *slacktest.Channel) *slacktest.Person {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		if p.Direct() == c {
			return p
		}
	}
	return nil
}

func (d *Driver) nameOf(p *slacktest.Person) string {
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
func (d *Driver) shown(c *slacktest.Channel) string {
	if c == nil {
		return ""
	}
	if p := d.directly(c); p != nil {
		return bottest.Private + d.nameOf(p)
	}
	return c.Name
}

// threadOf is the title of the thread that begins at a timestamp, or "".
func (d *Driver) threadOf(ts string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.threads[ts]
}

// text is a message as [bottest.MessageText] gives it.
func (d *Driver) text(m slacktest.Message) string {
	var lines []string
	for _, b := range m.Blocks {
		lines = append(lines, d.lines(b)...)
	}
	if len(m.Blocks) == 0 {
		lines = append(lines, inWords(unescaped.Replace(m.Text)))
	}
	for _, f := range m.Files {
		lines = append(lines, "File: "+f)
	}
	return strings.Join(lines, "\n")
}

var unescaped = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// lines are a block as a person reads it.
func (d *Driver) lines(b slacktest.Block) []string {
	switch b.Type {
	case "header", "section":
		return []string{inWords(b.Text.Text)}
	case "image":
		return []string{b.AltText}
	case "table":
		return d.table(b.Rows)
	case "rich_text":
		return []string{inWords(d.joined(b.Elements, ""))}
	case "context":
		return []string{inWords(d.joined(b.Elements, " "))}
	case "actions":
		var labels []string
		for _, e := range b.Elements {
			labels = append(labels, controlText(e))
		}
		return []string{strings.Join(labels, " ")}
	}
	return nil
}

func controlText(e slacktest.Element) string {
	if e.Type == "button" {
		return "[" + e.Text.Text + "]"
	}
	var options []string
	for _, o := range e.Options {
		options = append(options, o.Text.Text)
	}
	return "[" + e.Placeholder.Text + ": " + strings.Join(options, " | ") + "]"
}

// table is a table as those read it who have no tables.
func (d *Driver) table(rows [][]slacktest.Element) []string {
	var t bot.Table
	for i, row := range rows {
		var cells []bot.Text
		for _, cell := range row {
			cells = append(cells, bot.Text(strings.TrimSpace(inWords(d.joined([]slacktest.Element{cell}, "")))))
		}
		if i == 0 {
			t.Header = cells
		} else {
			t.Rows = append(t.Rows, cells)
		}
	}
	var lines []string
	for _, l := range t.Lines() {
		lines = append(lines, l.Plain())
	}
	return lines
}

// joined are elements one after another. Parts of a small line stand apart, but
// not from a full stop.
func (d *Driver) joined(elements []slacktest.Element, apart string) string {
	var b strings.Builder
	for i, e := range elements {
		s := d.element(e)
		if i > 0 && s != "" && !strings.ContainsRune(".,;:)", rune(s[0])) {
			s = apart + s
		}
		b.WriteString(s)
	}
	return b.String()
}

// element is a part of rich text, or of a small line.
func (d *Driver) element(e slacktest.Element) string {
	switch e.Type {
	case "user":
		return d.called(e.UserID)
	case "usergroup":
		return d.workspace.Handle(e.GroupID)
	case "date":
		return instant(e.Timestamp, e.Fallback)
	case "mrkdwn":
		return d.token(e.Text.Text)
	}
	return e.Text.Text + e.AltText + d.joined(e.Elements, "")
}

var (
	userToken = regexp.MustCompile(`^<@(\w+)>$`)
	dateToken = regexp.MustCompile(`^<!date\^(\d+)\^[^|]+\|([^>]*)>$`)
)

// token is a piece of Slack's notation. Any other is given as it is.
func (d *Driver) token(s string) string {
	if m := userToken.FindStringSubmatch(s); m != nil {
		return d.called(m[1])
	}
	if m := dateToken.FindStringSubmatch(s); m != nil {
		if unix, err := strconv.ParseInt(m[1], 10, 64); err == nil {
			return instant(unix, unescaped.Replace(m[2]))
		}
	}
	return s
}

// called is somebody's name.
func (d *Driver) called(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.people {
		if p.ID == id {
			return p.Name
		}
	}
	return "<@" + id + ">"
}

// instant is a time as the group reads it, which are the words beside the instant
// for those whose app can't show it; words that tell no such time anywhere are
// given with the instant.
func instant(unix int64, words string) string {
	const week = 7 * 24 * time.Hour
	said, err := time.Parse("Mon 3:04 PM", words)
	at := time.Unix(unix, 0).UTC()
	if err == nil {
		day := slices.Index(days, words[:3]) // of which time.Parse makes nothing
		clock := time.Duration(day)*24*time.Hour + time.Duration(said.Hour())*time.Hour + time.Duration(said.Minute())*time.Minute
		utc := time.Duration(at.Weekday())*24*time.Hour + time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
		ahead := (clock - utc + week) % week
		if east := ahead <= 14*time.Hour; (east || ahead >= week-12*time.Hour) && ahead%(15*time.Minute) == 0 {
			return words
		}
	}
	return "<" + at.Format(time.RFC3339) + " " + words + ">"
}

var days = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

var scriptWords = strings.NewReplacer("Slack says I'm not in that channel.", "The fake platform says I'm not in that channel any more.", "Slack says", "The fake platform says", "Slack", "Fake",
	"/studyhall ", "/", // before commands that the manifest doesn't declare
	"add people to the user group @shy", "let anyone mention the role")

// inWords gives what Slack is called, and does, in the words of scripts.
func inWords(s string) string { return scriptWords.Replace(s) }
