package slacktest

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// visible is a channel that the bot knows of, if it has the scope for its kind.
func (r *request) visible(s *Server, what string) (*Channel, *failure) {
	c := s.places[r.text("channel")]
	if c == nil || c.at != r.w || !c.sees(r.w.bot) {
		return nil, refuse("channel_not_found")
	}
	if !r.may(c.scope(what)) {
		return nil, r.missing(c.scope(what))
	}
	return c, nil
}

// json is a channel as methods write it.
func (c *Channel) json() object {
	out := object{
		"id": c.ID, "created": c.created.Unix(), "updated": c.created.UnixMilli(), "is_archived": c.archived, "is_im": c.with != nil,
		"is_org_shared": false, "context_team_id": c.at.ID,
	}
	if c.with != nil {
		out["user"], out["is_user_deleted"], out["priority"] = c.with.ID, c.with.gone, 0
		return out
	}
	creator := c.at.members[0].ID
	for key, v := range map[string]any{
		"name": c.Name, "name_normalized": c.Name, "is_channel": !c.private, "is_group": false, "is_private": c.private, "is_mpim": false,
		"is_general": false, "unlinked": 0, "is_shared": c.shared, "is_ext_shared": c.shared, "is_pending_ext_shared": false, "creator": creator,
		"is_member": c.has(c.at.bot), "shared_team_ids": []any{c.at.ID}, "pending_shared": []any{}, "previous_names": []any{},
		"topic":   object{"value": "", "creator": "", "last_set": 0},
		"purpose": object{"value": "", "creator": "", "last_set": 0},
	} {
		out[key] = v
	}
	return out
}

// info is conversations.info.
func (s *Server) info(r *request) (object, *failure) {
	c, fail := r.visible(s, "read")
	if fail != nil {
		return nil, fail
	}
	out := c.json()
	if r.truth("include_num_members") {
		out["num_members"] = len(c.members)
	}
	return object{"channel": out}, nil
}

// open is conversations.open.
func (s *Server) open(r *request) (object, *failure) {
	if id := r.text("channel"); id != "" {
		c := s.places[id]
		if c == nil || c.at != r.w || c.with == nil {
			return failed("channel_not_found")
		}
		return object{"channel": object{"id": c.ID}, "no_op": true, "already_open": true}, nil
	}
	users := strings.FieldsFunc(r.text("users"), func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case len(users) == 0:
		return failed("users_list_not_supplied")
	case len(users) > 1:
		return failed("method_not_supported_for_channel_type") // groups of people are not here
	case !r.may("im:write"):
		return nil, r.missing("im:write")
	}
	p := s.people[users[0]]
	switch {
	case p == nil || p.at != r.w:
		return failed("user_not_found")
	case p.gone:
		return failed("user_disabled")
	case p.bot:
		return failed("invalid_user_combination")
	}
	already := p.direct != nil
	c := p.conversation()
	out := object{"channel": object{"id": c.ID}}
	if r.truth("return_im") {
		out["channel"] = c.json()
	}
	if already {
		out["no_op"], out["already_open"] = true, true
	}
	return out, nil
}

// joinChannel is conversations.join.
func (s *Server) joinChannel(r *request) (object, *failure) {
	c := s.places[r.text("channel")]
	switch {
	case c == nil || c.at != r.w || !c.sees(r.w.bot):
		return failed("channel_not_found")
	case c.with != nil || c.private:
		return failed("method_not_supported_for_channel_type")
	case c.archived:
		return failed("is_archived")
	}
	out := object{}
	if c.has(r.w.bot) {
		r.out.warn = append(r.out.warn, "already_in_channel")
	}
	c.join(r.w.bot, nil)
	out["channel"] = c.json()
	return out, nil
}

// memberList is conversations.members.
func (s *Server) memberList(r *request) (object, *failure) {
	c, fail := r.visible(s, "read")
	if fail != nil {
		return nil, fail
	}
	var all []any
	for _, p := range c.members {
		all = append(all, p.ID)
	}
	return r.page("members", all, 100, 1000)
}

// conversationList is conversations.list, and users.conversations.
func (s *Server) conversationList(r *request) (object, *failure) {
	types := either(r.text("types"), "public_channel")
	var all []any
	for kind := range strings.SplitSeq(types, ",") {
		scope, ok := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}[strings.TrimSpace(kind)]
		if !ok {
			return failed("invalid_types")
		}
		if !r.may(scope) {
			return nil, r.missing(scope)
		}
		who := r.w.bot
		if id := r.text("user"); id != "" {
			if who = s.people[id]; who == nil || who.at != r.w {
				return failed("user_not_found")
			}
		}
		for _, c := range r.w.places {
			if c.scope("read") != scope || !c.sees(r.w.bot) || c.archived && r.truth("exclude_archived") || r.m.name == UsersConversations && !c.has(who) {
				continue
			}
			all = append(all, c.json())
		}
	}
	return r.page("channels", all, 100, 999)
}

// page gives a part of a list, and the cursor of the next.
func (r *request) page(name string, all []any, usual, most int) (object, *failure) {
	limit := usual
	if given := r.text("limit"); given != "" {
		limit, _ = strconv.Atoi(given)
		if limit < 1 || limit > most {
			return failed("invalid_limit")
		}
	}
	from, ok := cursor(r.text("cursor"))
	if !ok || from > len(all) {
		return failed("invalid_cursor")
	}
	to := min(from+limit, len(all))
	further := ""
	if to < len(all) {
		further = next(to)
	}
	return object{name: append([]any{}, all[from:to]...), "response_metadata": object{"next_cursor": further}}, nil
}

// messages is page for messages. Its cursor is the timestamp of the next, so that
// what is written meanwhile moves nothing.
func (r *request) messages(all []*message, most int) (object, *failure) {
	given := r.text("cursor")
	from, ok := cursor(given)
	if at := from; ok && given != "" {
		from = slices.IndexFunc(all, func(m *message) bool { return m.at == int64(at) })
		ok = from >= 0
	}
	if !ok {
		return failed("invalid_cursor")
	}
	var kept []any
	for _, m := range all[from:] {
		kept = append(kept, m.json(r.truth("include_all_metadata")))
	}
	delete(r.args, "cursor")
	out, fail := r.page("messages", kept, 100, most)
	if n := len(list(out, "messages")); fail == nil && from+n < len(all) {
		out["response_metadata"] = object{"next_cursor": next(int(all[from+n].at))}
	}
	return out, fail
}

func next(at int) string {
	return base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(at)))
}

func cursor(given string) (from int, ok bool) {
	if given == "" {
		return 0, true
	}
	plain, err := base64.StdEncoding.DecodeString(given)
	n, isCursor := strings.CutPrefix(string(plain), "next:")
	from, err2 := strconv.Atoi(n)
	return from, err == nil && err2 == nil && isCursor && from >= 0
}

// history is conversations.history: newest first.
func (s *Server) history(r *request) (object, *failure) {
	c, fail := r.visible(s, "history")
	if fail != nil {
		return nil, fail
	}
	if !c.has(r.w.bot) {
		return failed("not_in_channel")
	}
	var all []*message
	for _, m := range slices.Backward(c.all) {
		if m.only == nil && (m.thread == "" || m.cast) {
			all = append(all, m)
		}
	}
	return s.read(r, all)
}

// replies is conversations.replies: oldest first, with the thread's beginning.
func (s *Server) replies(r *request) (object, *failure) {
	c, fail := r.visible(s, "history")
	if fail != nil {
		return nil, fail
	}
	if !c.has(r.w.bot) {
		return failed("channel_not_found")
	}
	m := c.find(r.text("ts"))
	if m == nil {
		return failed("thread_not_found")
	}
	if m.thread != "" {
		m = c.find(m.thread)
	}
	return s.read(r, append([]*message{m}, c.replies(m.ts)...))
}

// read gives those messages that a call asks for. A thread's beginning comes
// whatever the times.
func (s *Server) read(r *request, all []*message) (object, *failure) {
	oldest, latest := int64(-1), int64(1)<<62
	for name, bound := range map[string]*int64{"oldest": &oldest, "latest": &latest} {
		if given := r.text(name); given != "" {
			n, ok := micros(given)
			if !ok {
				return failed("invalid_ts_" + name)
			}
			*bound = n
		}
	}
	if r.truth("inclusive") {
		oldest, latest = oldest-1, latest+1
	}
	if oldest < 0 {
		oldest = -1
	}
	var kept []*message
	for i, m := range all {
		if r.m.name == Replies && i == 0 || m.at > oldest && m.at < latest {
			kept = append(kept, m)
		}
	}
	most := 999
	if s.o.Commercial {
		most = 15
		if n, err := strconv.Atoi(r.text("limit")); r.text("limit") == "" || err == nil && n > most {
			r.args["limit"] = strconv.Itoa(most)
		}
	}
	out, fail := r.messages(kept, most)
	if fail != nil {
		return nil, fail
	}
	out["has_more"] = text(child(out, "response_metadata"), "next_cursor") != ""
	if r.m.name == History {
		out["pin_count"] = len(s.places[r.text("channel")].pins)
	}
	if !truth(out, "has_more") {
		delete(out, "response_metadata")
	}
	return out, nil
}
