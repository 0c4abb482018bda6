package slacktest

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	longText = 4000   // characters of text that chat.update and chat.postEphemeral take
	mostChar = 40_000 // of those that chat.postMessage keeps
)

// message is a message in a channel. Its fields are the server's lock's.
type message struct {
	s       *Server
	channel *Channel
	author  *Person
	only    *Person // who alone sees it
	ts      string
	at      int64 // ts in microseconds
	thread  string
	cast    bool // a reply that the channel shows, too
	text    string
	blocks  []any
	meta    object
	files   []*file
	edited  string
	pinned  bool
	gone    bool
	client  string // client_msg_id
	created time.Time
}

// draft is what a message is made of.
type draft struct {
	text   string
	blocks []any
	meta   object
}

// draft reads what methods that write messages take.
func (s *Server) draft(r object, most int, out *outcome) (draft, *failure) {
	d := draft{text: text(r, "text")}
	if r["attachments"] != nil {
		s.notice("attachments are not kept here")
	}
	if markdown := text(r, "markdown_text"); markdown != "" {
		if d.text != "" || len(list(r, "blocks")) > 0 {
			return d, refuse("markdown_text_conflict")
		}
		d.text = markdown
	}
	if v, given := r["blocks"]; given && v != nil && v != "" {
		blocks, fail := s.checkBlocks(v)
		if fail != nil {
			return d, fail
		}
		d.blocks = blocks
	}
	if v, given := r["metadata"]; given && v != nil && v != "" {
		meta, fail := s.metadata(v)
		if fail != nil {
			return d, fail
		}
		d.meta = meta
	}
	switch n := utf8.RuneCountInString(d.text); {
	case n > most && most == mostChar:
		d.text = string([]rune(d.text)[:most])
		out.warn = append(out.warn, "message_truncated")
	case n > most:
		return d, refuse("msg_too_long")
	}
	if strings.TrimSpace(d.text) == "" {
		if len(d.blocks) == 0 {
			return d, refuse("no_text")
		}
		s.notice("a message has blocks and no text, which notifications show")
		out.warn = append(out.warn, "missing_text_in_message")
	}
	d.text = escaped(d.text)
	return d, nil
}

// metadata checks a message's metadata.
func (s *Server) metadata(v any) (object, *failure) {
	o, ok := v.(object)
	if ok && len(o) == 0 {
		return o, nil
	}
	_, payload := o["event_payload"].(object)
	if !ok || text(o, "event_type") == "" || !payload || len(o) != 2 {
		return nil, refuse("invalid_metadata_format")
	}
	if len(encode(o)) > s.o.Metadata {
		return nil, refuse("metadata_too_large")
	}
	return o, nil
}

// post makes a message. The caller holds the lock.
func (s *Server) post(c *Channel, author, only *Person, d draft) *message {
	at := max(s.now().UnixMicro(), c.last+1)
	c.last = at
	m := &message{
		s: s, channel: c, author: author, only: only, at: at, ts: stamp(time.UnixMicro(at)), text: d.text, blocks: d.blocks,
		created: s.now(),
	}
	if len(d.meta) > 0 {
		m.meta = d.meta
	}
	c.all = append(c.all, m)
	if only == nil {
		c.byTS[m.ts] = m
	}
	return m
}

// announce shows a new message to people and to the bot. The caller holds the
// lock.
func (s *Server) announce(m *message) {
	seen := Seen{Kind: Posted, Channel: m.channel, Message: m.view(), to: m.only}
	for _, p := range m.mentioned() {
		p.pings++
		seen.Pinged = append(seen.Pinged, p)
	}
	s.show(seen)
	if m.only == nil {
		s.messageEvents(m)
	}
	s.tell()
}

// mention is what notifies people in mrkdwn.
var mention = regexp.MustCompile(`<(@[UW]\w+|!here|!channel|!everyone)(?:\|[^>]*)?>`)

// mentioned are the people that a message notifies: by its text, which
// notifications show, and by its blocks.
func (m *message) mentioned() []*Person {
	var out []*Person
	add := func(p *Person) {
		if p != nil && p != m.author && !p.bot && !slices.Contains(out, p) && m.channel.has(p) && (m.only == nil || m.only == p) {
			out = append(out, p)
		}
	}
	everybody := func() {
		for _, p := range m.channel.members {
			add(p)
		}
	}
	find := func(s string) {
		for _, one := range mention.FindAllStringSubmatch(s, -1) {
			if one[1][0] == '@' {
				add(m.s.people[one[1][1:]])
			} else {
				everybody()
			}
		}
	}
	find(m.text)
	everyObject(m.blocks, func(o object) {
		switch text(o, "type") {
		case "mrkdwn":
			find(text(o, "text"))
		case "user":
			add(m.s.people[text(o, "user_id")])
		case "usergroup":
			if g := m.channel.at.group(text(o, "usergroup_id")); g != nil {
				for _, p := range g.members {
					add(p)
				}
			}
		case "broadcast":
			everybody()
		}
	})
	return out
}

// edit changes a message. The caller holds the lock.
func (s *Server) edit(m *message, d draft, keepBlocks bool) {
	before := m.json(true)
	m.text = d.text
	if !keepBlocks {
		m.blocks = d.blocks
	}
	if d.meta != nil {
		m.meta = d.meta
		if len(d.meta) == 0 {
			m.meta = nil
		}
	}
	m.edited = stamp(s.now())
	s.show(Seen{Kind: Edited, Channel: m.channel, Message: m.view(), to: m.only})
	if m.only == nil {
		s.messageEvent(m, object{"subtype": "message_changed", "hidden": true, "message": m.json(true), "previous_message": before})
	}
	s.tell()
}

// unpost deletes a message. The caller holds the lock.
func (s *Server) unpost(m *message) {
	m.gone = true
	m.channel.all = slices.DeleteFunc(m.channel.all, func(o *message) bool { return o == m })
	delete(m.channel.byTS, m.ts)
	m.channel.threads[m.thread] = slices.DeleteFunc(m.channel.threads[m.thread], func(o *message) bool { return o == m })
	m.channel.pins = slices.DeleteFunc(m.channel.pins, func(o *message) bool { return o == m })
	s.show(Seen{Kind: Deleted, Channel: m.channel, Message: m.view(), to: m.only})
	if m.only == nil {
		s.messageEvent(m, object{"subtype": "message_deleted", "hidden": true, "deleted_ts": m.ts, "previous_message": m.json(true)})
	}
	s.tell()
}

// find is a message that everybody sees, by its timestamp.
func (c *Channel) find(ts string) *message { return c.byTS[ts] }

// under puts a message into the thread that begins at a timestamp, "" for none.
func (m *message) under(thread string) {
	if m.thread = thread; thread != "" && m.only == nil {
		m.channel.threads[thread] = append(m.channel.threads[thread], m)
	}
}

// replies are the messages of the thread that begins at a timestamp, without it.
func (c *Channel) replies(ts string) []*message { return c.threads[ts] }

// json is a message as methods and events write it; of metadata, without all,
// only the type is told.
func (m *message) json(all bool) object {
	out := object{"type": "message", "user": m.author.ID, "text": m.text, "ts": m.ts, "team": m.author.at.ID}
	if m.channel.shared {
		out["user_team"], out["source_team"] = m.author.at.ID, m.author.at.ID
	}
	if m.author.bot {
		w := m.author.at
		out["bot_id"], out["app_id"] = w.botID, m.s.app.id
		out["bot_profile"] = object{
			"id": w.botID, "app_id": m.s.app.id, "user_id": w.bot.ID, "name": w.bot.Name, "deleted": false, "updated": m.channel.created.Unix(),
			"icons": object{"image_36": "https://a.slack-edge.com/80588/img/plugins/app/bot_36.png"}, "team_id": w.ID,
		}
		if m.s.o.BotMessage {
			out["subtype"] = "bot_message"
			delete(out, "user")
		}
	} else {
		out["client_msg_id"] = m.client
	}
	if m.blocks != nil {
		out["blocks"] = clone(m.blocks)
	}
	if m.meta != nil {
		out["metadata"] = object{"event_type": m.meta["event_type"]}
		if all {
			out["metadata"] = clone(m.meta)
		}
	}
	if m.edited != "" {
		out["edited"] = object{"user": m.author.ID, "ts": m.edited}
	}
	if len(m.files) > 0 {
		var files []any
		for _, f := range m.files {
			files = append(files, f.json(m.s))
		}
		out["files"], out["upload"] = files, false
	}
	if m.pinned {
		out["pinned_to"] = []any{m.channel.ID}
	}
	m.threadJSON(out)
	return out
}

// threadJSON adds what is said of threads.
func (m *message) threadJSON(out object) {
	if m.thread != "" {
		out["thread_ts"] = m.thread
		if parent := m.channel.find(m.thread); parent != nil {
			out["parent_user_id"] = parent.author.ID
		}
		if m.cast {
			out["subtype"] = "thread_broadcast"
		}
		return
	}
	replies := m.channel.replies(m.ts)
	if len(replies) == 0 || m.only != nil {
		return
	}
	users := []any{}
	for _, r := range replies {
		if !slices.Contains(users, any(r.author.ID)) {
			users = append(users, r.author.ID)
		}
	}
	out["thread_ts"], out["reply_count"], out["reply_users_count"] = m.ts, len(replies), len(users)
	out["reply_users"], out["latest_reply"], out["is_locked"], out["subscribed"] = users, replies[len(replies)-1].ts, false, false
}
