package discordtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// messageOf is a message that the bot sees in a channel that it sees.
func (s *Server) messageOf(r *request) (*Channel, *message, *failure) {
	c, fail := s.visible(r.params["channel"])
	if fail != nil {
		return nil, nil, fail
	}
	m := c.byID[r.params["message"]]
	if m == nil || m.only != nil {
		return nil, nil, refuse(http.StatusNotFound, 10008)
	}
	return c, m, nil
}

// oneMessage is GET, PATCH and DELETE of a message.
func (s *Server) oneMessage(r *request) (answer, *failure) {
	c, m, fail := s.messageOf(r)
	if fail != nil {
		return answer{}, fail
	}
	switch r.route.verb {
	case http.MethodDelete:
		if m.author != s.bot && c.rightsOf(s.bot)&ManageMessages == 0 {
			return failed(http.StatusForbidden, 50013)
		}
		s.unpost(m)
		return none()
	case http.MethodPatch:
		if fail := s.editable(c, m, r); fail != nil {
			return answer{}, fail
		}
		s.edit(m, r.body, r.files)
	}
	return ok(m.json(false))
}

// editable checks an edit of a posted message.
func (s *Server) editable(c *Channel, m *message, r *request) *failure {
	if m.author != s.bot {
		return refuse(http.StatusForbidden, 50005)
	}
	if c.closed {
		return refuse(http.StatusBadRequest, 50083)
	}
	if fail := s.hookRules(m, r); fail != nil {
		return fail
	}
	if fail := s.mayCarry(c, r); fail != nil {
		return fail
	}
	now := s.now()
	if now.Sub(m.created) <= time.Hour {
		return nil
	}
	c.edits = slices.DeleteFunc(c.edits, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	if len(c.edits) >= s.o.OldEdits {
		return refuse(http.StatusTooManyRequests, 30046)
	}
	c.edits = append(c.edits, now)
	return nil
}

// listMessages is GET /channels/{channel}/messages, newest first.
func (s *Server) listMessages(r *request) (answer, *failure) {
	c, fail := s.visible(r.params["channel"])
	if fail != nil {
		return answer{}, fail
	}
	limit := 50
	if q := r.query.Get("limit"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil || n < 1 || n > 100 {
			e := &formErrors{}
			e.add("limit", "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
			return answer{}, e.failure()
		}
		limit = n
	}
	if c.rightsOf(s.bot)&ReadMessageHistory == 0 {
		return ok([]any{})
	}
	all := []*message{}
	for _, m := range c.all {
		if m.only == nil {
			all = append(all, m)
		}
	}
	out := []any{}
	for _, m := range slices.Backward(page(all, r.query.Get, limit)) {
		out = append(out, m.json(false))
	}
	return ok(out)
}

// page is the part of messages, oldest first, that a query names.
func page(all []*message, query func(string) string, limit int) []*message {
	at := func(key string) int { // of the first message that isn't older
		id, _ := strconv.ParseUint(query(key), 10, 64)
		return len(all) - len(slices.DeleteFunc(slices.Clone(all), func(m *message) bool {
			n, _ := strconv.ParseUint(m.id, 10, 64)
			return n < id
		}))
	}
	switch {
	case query("after") != "":
		i := at("after")
		if i < len(all) && all[i].id == query("after") {
			i++
		}
		return all[i:min(i+limit, len(all))]
	case query("around") != "":
		i := max(at("around")-limit/2, 0)
		return all[i:min(i+limit, len(all))]
	case query("before") != "":
		i := at("before")
		return all[max(i-limit, 0):i]
	}
	return all[max(len(all)-limit, 0):]
}

// startThread makes a thread of a message, or without one.
func (s *Server) startThread(r *request) (answer, *failure) {
	c, fail := s.visible(r.params["channel"])
	if fail != nil {
		return answer{}, fail
	}
	kind, id := publicThread, r.params["message"]
	if id == "" {
		kind = privateThread
		if has(r.body, "type") {
			kind = number(r.body, "type")
		}
	}
	need := CreatePublicThreads
	if kind == privateThread {
		need = CreatePrivateThreads
	}
	e := &formErrors{}
	e.length("name", text(r.body, "name"), 1, 100)
	e.oneOf("type", kind, publicThread, privateThread)
	if has(r.body, "auto_archive_duration") {
		e.oneOf("auto_archive_duration", number(r.body, "auto_archive_duration"), 60, 1440, 4320, 10080)
	}
	m := c.byID[id]
	switch fail := e.failure(); {
	case fail != nil:
		return answer{}, fail
	case c.guild == nil || c.thread():
		return failed(http.StatusBadRequest, 50024)
	case id != "" && (m == nil || m.only != nil):
		return failed(http.StatusNotFound, 10008)
	case c.rightsOf(s.bot)&need == 0:
		return failed(http.StatusForbidden, 50013)
	case m != nil && m.thread != nil:
		return failed(http.StatusBadRequest, 160004)
	}
	t := s.place(&Channel{ID: id, Name: text(r.body, "name"), guild: c.guild, parent: c, kind: kind, archive: either(number(r.body, "auto_archive_duration"), 4320)})
	if m != nil {
		m.thread = t
	}
	s.dispatch(c.guild, intentGuilds, "THREAD_CREATE", t.json())
	s.show(Seen{Kind: ThreadStarted, Channel: t, Message: viewOf(m)})
	return answer{http.StatusCreated, t.json()}, nil
}

// oneChannel is GET, PATCH and DELETE of a channel.
func (s *Server) oneChannel(r *request) (answer, *failure) {
	c, fail := s.visible(r.params["channel"])
	if fail != nil {
		return answer{}, fail
	}
	if r.route.verb == http.MethodGet {
		return ok(c.json())
	}
	need := ManageChannels
	if c.thread() {
		need = ManageThreads
	}
	mine := c.thread() && r.route.verb == http.MethodPatch && !c.locked && !has(r.body, "locked") // its owner may archive it
	if c.rightsOf(s.bot)&need == 0 && !mine {
		return failed(http.StatusForbidden, 50013)
	}
	if v, given := r.body["archived"].(bool); given && c.thread() {
		c.closed = v
	}
	if v, given := r.body["locked"].(bool); given && c.thread() {
		c.locked = v
	}
	if has(r.body, "name") {
		e := &formErrors{}
		e.length("name", text(r.body, "name"), 1, 100)
		if fail := e.failure(); fail != nil {
			return answer{}, fail
		}
		c.Name = text(r.body, "name")
	}
	c.updated()
	return ok(c.json())
}

// pin pins a message, or takes that back.
func (s *Server) pin(r *request) (answer, *failure) {
	c, m, fail := s.messageOf(r)
	if fail != nil {
		return answer{}, fail
	}
	on := r.route.verb == http.MethodPut
	switch {
	case c.rightsOf(s.bot)&PinMessages == 0:
		return failed(http.StatusForbidden, 50013)
	case m.pinned == on:
		return none()
	case on && c.pins >= 250:
		return failed(http.StatusBadRequest, 30003)
	case on:
		c.pins++
	default:
		c.pins--
	}
	m.pinned = on
	m.body["pinned"] = on
	s.show(Seen{Kind: Pinned, Message: m.view(), Channel: c})
	if on {
		s.pinLine(m)
	}
	return none()
}

// pinLine posts the line by which Discord tells a channel of a pin. It is a
// message of whoever pinned, who may delete it.
func (s *Server) pinLine(of *message) {
	line := s.post(draft{channel: of.channel, author: s.bot, body: object{}, kind: typePinned})
	about := object{"type": 0, "message_id": of.id, "channel_id": of.channel.ID}
	if of.channel.guild != nil {
		about["guild_id"] = of.channel.guild.ID
	}
	line.body["message_reference"] = about
	s.announce(line, "MESSAGE_CREATE")
}

// pinned is GET /channels/{channel}/messages/pins.
func (s *Server) listPins(r *request) (answer, *failure) {
	c, fail := s.visible(r.params["channel"])
	if fail != nil {
		return answer{}, fail
	}
	items := []any{}
	for _, m := range slices.Backward(c.all) {
		if m.pinned {
			items = append(items, object{"pinned_at": stamp(m.created), "message": m.json(false)})
		}
	}
	return ok(object{"items": items, "has_more": false})
}

// openDirect is POST /users/@me/channels.
func (s *Server) openDirect(r *request) (answer, *failure) {
	p := s.person(idText(r.body["recipient_id"]))
	switch {
	case p == nil:
		return failed(http.StatusBadRequest, 10013)
	case p.bot:
		return failed(http.StatusBadRequest, 50007)
	}
	if p.direct == nil {
		now := s.now()
		s.limits.opened = slices.DeleteFunc(s.limits.opened, func(t time.Time) bool { return now.Sub(t) >= 10*time.Minute })
		if len(s.limits.opened) >= s.o.Conversations {
			return failed(http.StatusBadRequest, 40003)
		}
		s.limits.opened = append(s.limits.opened, now)
	}
	return ok(s.conversation(p).json())
}

func (s *Server) guild(id string) *Guild {
	for _, g := range s.guilds {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// inGuild is a server that the bot is in.
func (s *Server) inGuild(r *request) (*Guild, *failure) {
	g := s.guild(r.params["guild"])
	switch {
	case g == nil:
		return nil, refuse(http.StatusNotFound, 10004)
	case g.gone:
		return nil, refuse(http.StatusForbidden, 50001)
	case g.outage:
		return nil, plain(http.StatusInternalServerError)
	}
	return g, nil
}

func (s *Server) getGuild(r *request) (answer, *failure) {
	g, fail := s.inGuild(r)
	if fail != nil {
		return answer{}, fail
	}
	switch {
	case strings.HasSuffix(string(r.route.name), "/roles"):
		return ok(g.roles())
	case strings.HasSuffix(string(r.route.name), "/channels"):
		out := []any{}
		for _, c := range g.places {
			if !c.gone && !c.thread() {
				out = append(out, c.json())
			}
		}
		return ok(out)
	}
	return ok(g.json())
}

func (s *Server) getMember(r *request) (answer, *failure) {
	g, fail := s.inGuild(r)
	if fail != nil {
		return answer{}, fail
	}
	id := r.params["user"]
	if id == "@me" {
		id = s.bot.ID
	}
	p := s.person(id)
	if p == nil {
		return failed(http.StatusNotFound, 10013)
	}
	if g.members[p] == nil {
		return failed(http.StatusNotFound, 10007)
	}
	return ok(g.full(p))
}

func (s *Server) getUser(r *request) (answer, *failure) {
	if r.params["user"] == "" || r.params["user"] == s.bot.ID {
		return ok(s.bot.me())
	}
	p := s.person(r.params["user"])
	if p == nil {
		return failed(http.StatusNotFound, 10013)
	}
	return ok(p.user())
}

func (s *Server) myGuilds(*request) (answer, *failure) {
	out := []any{}
	for _, g := range s.guilds {
		if !g.gone {
			out = append(out, object{
				"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": false, "permissions": bits(g.rightsOf(s.bot)), "features": []any{},
			})
		}
	}
	return ok(out)
}

func (s *Server) leaveGuild(r *request) (answer, *failure) {
	g, fail := s.inGuild(r)
	if fail != nil {
		return answer{}, fail
	}
	s.leave(g)
	return none()
}

func (s *Server) gatewayURL() string { return "ws://" + s.host + "/gateway" }

func (s *Server) getGateway(r *request) (answer, *failure) {
	if r.route.name == Gateway {
		return ok(object{"url": s.gatewayURL()})
	}
	return ok(object{"url": s.gatewayURL(), "shards": s.o.Shards, "session_start_limit": object{
		"total": s.o.Identifies, "remaining": max(s.left, 0), "reset_after": (20 * time.Hour).Milliseconds(), "max_concurrency": s.o.Concurrency,
	}})
}
