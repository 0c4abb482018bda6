package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Flags of messages.
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagVoice          = 1 << 13
	flagV2             = 1 << 15
)

const typePinned = 6 // of the line about a pin

const maxFile = 10 << 20 // bytes

// message is a message as it is kept.
type message struct {
	id      string
	channel *Channel
	author  *Person
	body    object       // as the API writes it
	nonce   any          // as it was sent
	only    *Person      // who sees it; nil: everybody in the channel
	via     *Interaction // whose answer it is
	created time.Time
	edited  time.Time
	gone    bool
	pinned  bool
	thread  *Channel
	pinged  []*Person
}

// draft is what somebody wants to post.
type draft struct {
	channel *Channel
	author  *Person
	body    object
	files   map[string]upload
	via     *Interaction
	only    *Person
	kind    int // type of the message; 20 for answers to commands, 6 for the line about a pin
}

// createMessage is POST /channels/{channel}/messages.
func (s *Server) createMessage(r *request) (answer, *failure) {
	c, fail := s.postable(r.params["channel"])
	if fail != nil {
		return answer{}, fail
	}
	if empty(r.body, r.files) {
		return failed(http.StatusBadRequest, 50006)
	}
	e := &formErrors{}
	checkMessage(e, r.body, r.files, rulesCreate)
	if fail := e.failure(); fail != nil {
		return answer{}, fail
	}
	if number(r.body, "flags")&flagEphemeral != 0 {
		s.notice("a posted message can't be ephemeral: the flag does nothing")
	}
	if fail := s.mayCarry(c, r); fail != nil {
		return answer{}, fail
	}
	if fail := s.tooLarge(r.files); fail != nil {
		return answer{}, fail
	}
	key := c.ID + " " + nonceText(r.body["nonce"])
	if truth(r.body, "enforce_nonce") && has(r.body, "nonce") {
		if m := s.nonces[key]; m != nil && s.now().Sub(m.created) < s.o.NonceWindow {
			s.counts.Repeats[nonceText(m.nonce)]++
			if m.gone {
				return failed(http.StatusNotFound, 10008)
			}
			return ok(m.json(true))
		}
	}
	if c.closed && !c.locked { // posting opens an archived thread again
		c.closed = false
		c.updated()
	}
	m := s.post(draft{channel: c, author: s.bot, body: r.body, files: r.files})
	if has(r.body, "nonce") {
		m.nonce = r.body["nonce"]
		s.counts.Posts[nonceText(m.nonce)]++
		s.remember(key, m)
	} else {
		s.counts.Posts[""]++
	}
	s.announce(m, "MESSAGE_CREATE")
	return ok(m.json(true))
}

// remember keeps a nonce, and drops old ones once there are many.
func (s *Server) remember(key string, m *message) {
	if len(s.nonces) > 10_000 {
		for k, old := range s.nonces {
			if s.now().Sub(old.created) >= s.o.NonceWindow {
				delete(s.nonces, k)
			}
		}
	}
	s.nonces[key] = m
}

func nonceText(v any) string {
	switch n := v.(type) {
	case string:
		return n
	case json.Number:
		return n.String()
	}
	return ""
}

// postable is a channel that the bot may post to.
func (s *Server) postable(id string) (*Channel, *failure) {
	c, fail := s.visible(id)
	if fail != nil {
		return nil, fail
	}
	rights := c.rightsOf(s.bot)
	need := SendMessages
	if c.thread() {
		need = SendInThreads
	}
	switch {
	case c.with != nil && c.with.closed:
		return nil, refuse(http.StatusForbidden, 50007)
	case c.with != nil && !s.acquainted(c.with):
		return nil, refuse(http.StatusForbidden, 50278)
	case rights&need == 0:
		return nil, refuse(http.StatusForbidden, 50013)
	case c.locked && rights&ManageThreads == 0:
		return nil, refuse(http.StatusForbidden, 160005)
	}
	return c, nil
}

// acquainted reports whether the bot and somebody share a server.
func (s *Server) acquainted(p *Person) bool {
	return slices.ContainsFunc(s.guilds, func(g *Guild) bool { return g.members[p] != nil && !g.gone })
}

// visible is a channel that the bot sees.
func (s *Server) visible(id string) (*Channel, *failure) {
	c := s.places[id]
	switch {
	case c == nil || c.gone:
		return nil, refuse(http.StatusNotFound, 10003)
	case c.guild != nil && c.guild.gone, !c.sees(s.bot):
		return nil, refuse(http.StatusForbidden, 50001)
	}
	return c, nil
}

// mayCarry looks at what a message has besides words.
func (s *Server) mayCarry(c *Channel, r *request) *failure {
	rights := c.rightsOf(s.bot)
	if len(list(r.body, "embeds")) > 0 && rights&EmbedLinks == 0 || len(r.files) > 0 && rights&AttachFiles == 0 {
		return refuse(http.StatusForbidden, 50013)
	}
	return nil
}

func (s *Server) tooLarge(files map[string]upload) *failure {
	for _, f := range files {
		if len(f.data) > maxFile {
			return refuse(http.StatusRequestEntityTooLarge, 40005)
		}
	}
	return nil
}

// post makes a message. Nobody is told of it yet.
func (s *Server) post(d draft) *message {
	m := &message{id: s.snowflake(), channel: d.channel, author: d.author, via: d.via, only: d.only, created: s.now()}
	flags := number(d.body, "flags") & (flagSuppressEmbeds | flagSilent | flagV2 | flagLoading)
	if d.only != nil {
		flags |= flagEphemeral
	}
	m.body = object{
		"id": m.id, "channel_id": d.channel.ID, "type": d.kind, "content": text(d.body, "content"), "tts": truth(d.body, "tts"),
		"author": d.author.user(), "timestamp": stamp(m.created), "edited_timestamp": nil, "flags": flags, "pinned": false,
		"mention_everyone": false, "mentions": []any{}, "mention_roles": []any{}, "attachments": []any{}, "embeds": []any{}, "components": []any{},
	}
	m.attach(d.body, d.files, nil)
	m.fill(d.body)
	m.mention(d.body)
	if d.via != nil {
		m.body["application_id"], m.body["webhook_id"] = s.bot.ID, s.bot.ID
	}
	d.channel.byID[m.id] = m
	d.channel.all = append(d.channel.all, m)
	return m
}

// fill sets embeds and components, with their attachments resolved.
func (m *message) fill(body object) {
	if has(body, "embeds") {
		embeds := clone(list(body, "embeds"))
		for _, e := range objects(embeds) {
			e["type"] = "rich"
			for _, f := range objects(list(e, "fields")) {
				f["inline"] = truth(f, "inline")
			}
			m.resolve(e)
		}
		m.body["embeds"] = embeds
	}
	if has(body, "components") {
		components := clone(list(body, "components"))
		number := 0
		for _, c := range objects(components) {
			complete(c, &number)
			m.resolve(c)
			everyObject(c, m.unfurl)
		}
		m.body["components"] = components
	}
}

// attach keeps the files listed, of those that were there and those sent.
func (m *message) attach(body object, files map[string]upload, old []any) {
	listed := objects(list(body, "attachments"))
	out := []any{}
	used := map[string]bool{}
	for _, a := range listed {
		id := idText(a["id"])
		used[id] = true
		if f, isNew := files[id]; isNew {
			out = append(out, m.attachment(f, a))
			continue
		}
		for _, o := range objects(old) {
			if text(o, "id") == id {
				if has(a, "description") {
					o["description"] = a["description"]
				}
				out = append(out, o)
			}
		}
	}
	for _, id := range sorted(files) {
		if !used[id] {
			out = append(out, m.attachment(files[id], object{}))
		}
	}
	m.body["attachments"] = out
}

func (m *message) attachment(f upload, about object) object {
	s := m.channel.s
	id := s.snowflake()
	url := s.keep(m.channel.ID, id, f)
	out := object{"id": id, "filename": f.name, "size": len(f.data), "url": url, "proxy_url": url, "content_type": f.kind}
	if has(about, "description") {
		out["description"] = about["description"]
	}
	return out
}

// resolve replaces attachment:// addresses in an embed or component.
func (m *message) resolve(o object) {
	everyObject(o, func(in object) {
		for _, key := range []string{"url", "icon_url"} {
			for _, a := range objects(list(m.body, "attachments")) {
				if in[key] == "attachment://"+text(a, "filename") {
					in[key] = a["url"]
				}
			}
		}
	})
}

// unfurl completes the pictures and files of a component.
func (m *message) unfurl(o object) {
	media := func(of object, key string) object {
		in := child(of, key)
		if in == nil {
			return nil
		}
		in["id"], in["proxy_url"] = m.channel.s.snowflake(), in["url"]
		var file object
		for _, a := range objects(list(m.body, "attachments")) {
			if a["url"] == in["url"] {
				in["attachment_id"], file = a["id"], a
			}
		}
		of["spoiler"] = truth(of, "spoiler")
		return file
	}
	switch number(o, "type") {
	case componentGallery:
		for _, item := range objects(list(o, "items")) {
			media(item, "media")
			put(item, "description", nil)
		}
	case componentThumbnail:
		media(o, "media")
		put(o, "description", nil)
	case componentFile:
		file := media(o, "file")
		o["name"], o["size"] = text(file, "filename"), number(file, "size")
	}
}

// idText is an identifier written as a number or as text.
func idText(v any) string {
	if n, ok := integer(v); ok {
		return strconv.FormatInt(n, 10)
	}
	s, _ := v.(string)
	return s
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// json is the message as the API writes it; the nonce only where it was sent.
func (m *message) json(nonce bool) object {
	out := make(object, len(m.body)+2)
	for k, v := range m.body {
		out[k] = v
	}
	if nonce && m.nonce != nil {
		out["nonce"] = m.nonce
	}
	if m.thread != nil {
		out["thread"] = m.thread.json()
	}
	return out
}

// announce tells the people and the gateway of a new or changed message.
func (s *Server) announce(m *message, what string) {
	kind := Posted
	if what == "MESSAGE_UPDATE" {
		kind = Edited
	}
	s.show(Seen{Kind: kind, Message: m.view(), Channel: m.channel, to: m.only, Pinged: slices.Clone(m.pinged)})
	if m.only != nil {
		return
	}
	data := m.json(true)
	intent := intentDirectMessages
	if m.channel.guild != nil {
		data["guild_id"] = m.channel.guild.ID
		intent = intentMessages
		if mem := m.channel.guild.members[m.author]; mem != nil {
			data["member"] = mem.json()
		}
	}
	s.dispatchMessage(m, intent, what, data)
}

// unpost deletes a message. The caller holds the lock.
func (s *Server) unpost(m *message) {
	if m.gone {
		return
	}
	m.gone = true
	delete(m.channel.byID, m.id)
	m.channel.all = slices.DeleteFunc(m.channel.all, func(o *message) bool { return o == m })
	s.show(Seen{Kind: Deleted, Message: m.view(), Channel: m.channel, to: m.only})
	if m.only == nil {
		data := object{"id": m.id, "channel_id": m.channel.ID}
		intent := intentDirectMessages
		if m.channel.guild != nil {
			data["guild_id"], intent = m.channel.guild.ID, intentMessages
		}
		s.dispatch(m.channel.guild, intent, "MESSAGE_DELETE", data)
	}
}

// edit changes what a body names. The rules have been checked.
func (s *Server) edit(m *message, body object, files map[string]upload) {
	if _, given := body["content"]; given {
		m.body["content"] = text(body, "content")
	}
	flags := number(m.body, "flags")
	m.body["flags"] = flags&^(flagSuppressEmbeds|flagLoading) | number(body, "flags")&(flagSuppressEmbeds|flagV2)
	if _, given := body["flags"]; !given {
		m.body["flags"] = flags &^ flagLoading
	}
	if _, given := body["attachments"]; given || len(files) > 0 {
		m.attach(body, files, list(m.body, "attachments"))
	}
	for _, key := range []string{"embeds", "components"} {
		if _, given := body[key]; given && !has(body, key) {
			m.body[key] = []any{}
		}
	}
	m.fill(body)
	m.edited = s.now()
	m.body["edited_timestamp"] = stamp(m.edited)
	m.mentioned(body)
	s.announce(m, "MESSAGE_UPDATE")
}

// empty reports whether nothing would be left of a message.
func empty(body object, files map[string]upload) bool {
	return trimmed(text(body, "content")) == "" && len(files) == 0 && !has(body, "poll") && len(list(body, "embeds")) == 0 &&
		len(list(body, "components")) == 0 && len(list(body, "sticker_ids")) == 0 && len(list(body, "attachments")) == 0
}
