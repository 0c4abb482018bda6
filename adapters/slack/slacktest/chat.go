package slacktest

import (
	"slices"
	"strings"
)

// target is the channel in which the bot wants to write. An identifier of a
// person is their conversation.
func (r *request) target(s *Server) (*Channel, *failure) {
	id := r.text("channel")
	c := s.places[id]
	if p := s.people[id]; p != nil && p.at == r.w && !p.bot {
		if p.gone {
			return nil, refuse("channel_not_found")
		}
		c = p.conversation()
	}
	if c == nil || c.at != r.w || c.gone || c.private && !c.has(r.w.bot) {
		return nil, refuse("channel_not_found")
	}
	switch {
	case c.archived:
		return nil, refuse("is_archived")
	case c.with != nil && !s.messages():
		return nil, refuse("messages_tab_disabled")
	case !c.has(r.w.bot) && !r.may("chat:write.public"):
		return nil, refuse("not_in_channel")
	case c.muted != "":
		return nil, refuse(c.muted)
	}
	return c, nil
}

// messages reports whether people may write to the application.
func (s *Server) messages() bool {
	on := s.app.Features.Home.Messages
	return on == nil || *on
}

// postMessage is chat.postMessage.
func (s *Server) postMessage(r *request) (object, *failure) {
	c, fail := r.target(s)
	if fail != nil {
		return nil, fail
	}
	d, fail := s.draft(r.args, mostChar, r.out)
	if fail != nil {
		return nil, fail
	}
	thread, fail := r.thread(c)
	if fail != nil {
		return nil, fail
	}
	s.lint(d)
	client := r.text("client_msg_id")
	if m := c.sent[client]; client != "" && m != nil && s.o.Deduplicate {
		return object{"channel": c.ID, "ts": m.ts, "message": m.json(true), "is_duplicate": true}, nil
	}
	m := s.post(c, r.w.bot, nil, d)
	m.under(thread)
	m.cast = thread != "" && r.truth("reply_broadcast")
	if client != "" {
		c.sent[client] = m
	}
	s.counts.Posts[m.key()]++
	s.announce(m)
	return object{"channel": c.ID, "ts": m.ts, "message": m.json(true)}, nil
}

// key is what Counts.Posts counts a message by.
func (m *message) key() string {
	if m.meta == nil {
		return ""
	}
	return string(encode(m.meta["event_payload"]))
}

// thread is the thread of a post. What is given may be any message of it.
func (r *request) thread(c *Channel) (string, *failure) {
	ts := r.text("thread_ts")
	if ts == "" {
		return "", nil
	}
	m := c.find(ts)
	switch {
	case m == nil:
		return "", refuse("thread_not_found")
	case m.thread != "":
		return m.thread, nil
	}
	return ts, nil
}

// lint notices what a good message doesn't have.
func (s *Server) lint(d draft) {
	if strings.Contains(d.text, "<!channel") || strings.Contains(d.text, "<!here") || strings.Contains(d.text, "<!everyone") {
		s.notice("text notifies a whole channel")
	}
}

// update is chat.update.
func (s *Server) update(r *request) (object, *failure) {
	c := s.places[r.text("channel")]
	if c == nil || c.at != r.w || c.gone || c.private && !c.has(r.w.bot) {
		return failed("channel_not_found")
	}
	m := c.find(r.text("ts"))
	switch {
	case m == nil:
		return failed("message_not_found")
	case m.author != r.w.bot:
		return failed("cant_update_message")
	case c.archived:
		return failed("is_inactive")
	}
	args := r.args
	blocks, given := args["blocks"]
	keep := !given && s.o.UpdateKeeps
	if all, isList := blocks.([]any); text(args, "text") == "" && isList && len(all) > 0 {
		args["text"] = m.text // it stays where only blocks are given
	}
	d, fail := s.draft(args, longText, r.out)
	if fail != nil {
		return nil, fail
	}
	s.edit(m, d, keep)
	return object{"channel": c.ID, "ts": m.ts, "text": m.text, "message": m.json(true)}, nil
}

// remove is chat.delete.
func (s *Server) remove(r *request) (object, *failure) {
	c := s.places[r.text("channel")]
	if c == nil || c.at != r.w || c.gone || c.private && !c.has(r.w.bot) {
		return failed("channel_not_found")
	}
	m := c.find(r.text("ts"))
	switch {
	case m == nil:
		return failed("message_not_found")
	case m.author != r.w.bot:
		return failed("cant_delete_message")
	}
	s.unpost(m)
	return object{"channel": c.ID, "ts": m.ts}, nil
}

// whisper is chat.postEphemeral.
func (s *Server) whisper(r *request) (object, *failure) {
	c, fail := r.target(s)
	if fail != nil {
		return nil, fail
	}
	p := s.people[r.text("user")]
	if p == nil || p.gone || !c.has(p) {
		return failed("user_not_in_channel")
	}
	if r.args["metadata"] != nil {
		s.notice("chat.postEphemeral keeps no metadata")
		delete(r.args, "metadata")
	}
	d, fail := s.draft(r.args, longText, r.out)
	if fail != nil {
		return nil, fail
	}
	thread, fail := r.thread(c)
	if fail != nil {
		return nil, fail
	}
	s.lint(d)
	m := s.post(c, r.w.bot, p, d)
	m.under(thread)
	s.announce(m)
	return object{"message_ts": m.ts}, nil
}

// permalink is chat.getPermalink.
func (s *Server) permalink(r *request) (object, *failure) {
	c := s.places[r.text("channel")]
	if c == nil || c.at != r.w || !c.sees(r.w.bot) {
		return failed("channel_not_found")
	}
	ts := r.text("message_ts")
	if c.find(ts) == nil {
		return failed("message_not_found")
	}
	return object{"channel": c.ID, "permalink": "https://" + r.w.domain + ".slack.com/archives/" + c.ID + "/p" + strings.Replace(ts, ".", "", 1)}, nil
}

// pin is pins.add.
func (s *Server) pin(r *request) (object, *failure) {
	m, fail := r.pinnable(s)
	switch {
	case fail != nil:
		return nil, fail
	case m.pinned:
		return failed("already_pinned")
	case len(m.channel.pins) >= 100:
		return failed("too_many_pins")
	}
	m.pinned = true
	m.channel.pins = append(m.channel.pins, m)
	s.show(Seen{Kind: Pinned, Channel: m.channel, Message: m.view()})
	return object{}, nil
}

// unpin is pins.remove.
func (s *Server) unpin(r *request) (object, *failure) {
	m, fail := r.pinnable(s)
	switch {
	case fail != nil:
		return nil, fail
	case !m.pinned:
		return failed("no_pin")
	}
	m.pinned = false
	m.channel.pins = slices.DeleteFunc(m.channel.pins, func(o *message) bool { return o == m })
	s.show(Seen{Kind: Pinned, Channel: m.channel, Message: m.view()})
	return object{}, nil
}

func (r *request) pinnable(s *Server) (*message, *failure) {
	c := s.places[r.text("channel")]
	switch {
	case c == nil || c.at != r.w || c.gone || c.private && !c.has(r.w.bot):
		return nil, refuse("channel_not_found")
	case !c.has(r.w.bot):
		return nil, refuse("not_in_channel")
	case r.text("timestamp") == "":
		return nil, refuse("no_item_specified")
	}
	if _, ok := micros(r.text("timestamp")); !ok {
		return nil, refuse("bad_timestamp")
	}
	m := c.find(r.text("timestamp"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return m, nil
}
