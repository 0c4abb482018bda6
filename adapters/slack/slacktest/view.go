package slacktest

import (
	"slices"
	"strconv"
	"time"
)

// mostStack is how many modals stand above each other.
const mostStack = 3

// trigger allows one view to be opened.
type trigger struct {
	i     *Interaction
	made  time.Time
	used  bool
	ended bool // by the test
}

// view is a modal or a home page. Its fields are the server's lock's.
type view struct {
	s        *Server
	id       string
	person   *Person
	at       *Workspace // whose application it is
	kind     string
	hash     string
	body     object // as it was sent
	blocks   []any
	previous string
	root     string
	open     bool
	state    object   // what the person has filled in, by block and action
	channel  *Channel // where the person was
}

// checkView holds a view to the rules, and gives its completed blocks.
func (s *Server) checkView(v any, kinds ...string) (object, []any, *failure) {
	o, ok := v.(object)
	if !ok {
		return nil, nil, broken("view")
	}
	if len(encode(o)) > viewBytes {
		return nil, nil, refuse("view_too_large")
	}
	kind := text(o, "type")
	c := &checker{s: s, where: kind, blocks: map[string]bool{}}
	if !slices.Contains(kinds, kind) {
		c.add("/view/type", "must be one of: %v", kinds)
		return nil, nil, c.failure("invalid_arguments")
	}
	blocks := must("blocks", func(c *checker, at string, v any) {
		all, isList := v.([]any)
		if !isList {
			c.add(at, "must provide an array")
			return
		}
		c.all(at, all)
	})
	fields := []field{must("type", choice(kinds...)), blocks, may("private_metadata", letters(0, 3000)), may("callback_id", letters(0, 255)),
		may("external_id", letters(0, 255))}
	if kind == inModal {
		fields = append(fields, must("title", plain(24)), may("submit", plain(24)), may("close", plain(24)), may("clear_on_close", yesNo),
			may("notify_on_close", yesNo), may("submit_disabled", yesNo))
	}
	c.object("/view", o, fields)
	input := slices.ContainsFunc(objects(list(o, "blocks")), func(b object) bool { return text(b, "type") == "input" })
	if kind == inModal && input && o["submit"] == nil {
		c.add("/view", "missing required field: submit")
	}
	if fail := c.failure("invalid_arguments"); fail != nil {
		return nil, nil, fail
	}
	return o, s.complete(clone(list(o, "blocks"))), nil
}

// fill puts checked contents into a view.
func (v *view) fill(o object, blocks []any) {
	v.body, v.blocks, v.kind = o, blocks, text(o, "type")
	kept := v.state
	v.state = values(blocks)
	for block, actions := range kept { // what was typed stays where the field does
		for action, value := range actions.(object) {
			if in, ok := v.state[block].(object); ok && in[action] != nil && text(in[action].(object), "type") == text(value.(object), "type") {
				in[action] = value
			}
		}
	}
	v.hash = strconv.FormatInt(v.s.now().Unix(), 10) + "." + v.s.secret(8)
}

// json is a view as methods and payloads write it.
func (v *view) json() object {
	out := object{
		"id": v.id, "team_id": v.at.ID, "type": v.kind, "blocks": clone(v.blocks), "private_metadata": text(v.body, "private_metadata"),
		"callback_id": text(v.body, "callback_id"), "state": object{"values": clone(v.state)}, "hash": v.hash, "title": object{"type": "plain_text", "text": "View Title", "emoji": true},
		"clear_on_close": truth(v.body, "clear_on_close"), "notify_on_close": truth(v.body, "notify_on_close"), "close": nil, "submit": nil,
		"previous_view_id": nil, "root_view_id": v.root, "app_id": v.s.app.id, "external_id": text(v.body, "external_id"),
		"app_installed_team_id": v.at.ID, "bot_id": v.at.botID,
	}
	for _, key := range []string{"title", "close", "submit"} {
		if o := child(v.body, key); o != nil {
			out[key] = object{"type": "plain_text", "text": text(o, "text"), "emoji": o["emoji"] == nil || truth(o, "emoji")}
		}
	}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	return out
}

// exchange uses a trigger.
func (s *Server) exchangeTrigger(r *request) (*Interaction, *failure) {
	t := s.triggers[r.text("trigger_id")]
	switch {
	case t == nil || t.i.at != r.w:
		return nil, refuse("invalid_trigger_id")
	case t.ended || s.now().Sub(t.made) > s.o.Patience:
		return nil, refuse("expired_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	}
	return t.i, nil
}

// taken reports whether another view of the workspace has an external_id.
func (s *Server) takenID(w *Workspace, external string, but *view) bool {
	for _, v := range s.views {
		if external != "" && v != but && v.open && v.at == w && text(v.body, "external_id") == external {
			return true
		}
	}
	return false
}

// openView is views.open.
func (s *Server) openView(r *request) (object, *failure) {
	i, fail := s.exchangeTrigger(r)
	if fail != nil {
		return nil, fail
	}
	o, blocks, fail := s.checkView(r.args["view"], inModal)
	if fail != nil {
		return nil, fail
	}
	if s.takenID(r.w, text(o, "external_id"), nil) {
		return failed("duplicate_external_id")
	}
	s.triggers[i.trigger].used = true
	i.Who.closeAll()
	v := s.stack(i, o, blocks)
	i.opened = v
	return object{"view": v.json()}, nil
}

// pushView is views.push.
func (s *Server) pushView(r *request) (object, *failure) {
	i, fail := s.exchangeTrigger(r)
	if fail != nil {
		return nil, fail
	}
	o, blocks, fail := s.checkView(r.args["view"], inModal)
	switch {
	case fail != nil:
		return nil, fail
	case s.takenID(r.w, text(o, "external_id"), nil):
		return failed("duplicate_external_id")
	case i.on == nil || i.on.kind != inModal || !i.on.open:
		return failed("not_found")
	case len(i.Who.stack) >= mostStack:
		return failed("push_limit_reached")
	}
	s.triggers[i.trigger].used = true
	v := s.stack(i, o, blocks)
	i.opened = v
	return object{"view": v.json()}, nil
}

// stack puts a modal on top of a person's.
func (s *Server) stack(i *Interaction, o object, blocks []any) *view {
	p, c := i.Who, i.Channel
	v := &view{s: s, id: s.id("V"), person: p, at: i.at, open: true, channel: c}
	v.root = v.id
	if n := len(p.stack); n > 0 {
		v.previous, v.root = p.stack[n-1].id, p.stack[n-1].root
	}
	v.fill(o, blocks)
	s.views[v.id] = v
	p.stack = append(p.stack, v)
	s.show(Seen{Kind: ViewOpened, View: v.view(), Channel: c, to: p})
	s.tell()
	return v
}

// updateView is views.update.
func (s *Server) updateView(r *request) (object, *failure) {
	v := s.views[r.text("view_id")]
	if external := r.text("external_id"); v == nil && external != "" {
		for _, other := range s.views {
			if other.open && other.at == r.w && text(other.body, "external_id") == external {
				v = other
			}
		}
	}
	if v == nil || v.at != r.w || !v.open {
		return failed("not_found")
	}
	return s.replaceView(r, v)
}

// replaceView gives a view other contents.
func (s *Server) replaceView(r *request, v *view) (object, *failure) {
	if hash := r.text("hash"); hash != "" && hash != v.hash {
		return failed("hash_conflict")
	}
	o, blocks, fail := s.checkView(r.args["view"], v.kind)
	if fail != nil {
		return nil, fail
	}
	if s.takenID(r.w, text(o, "external_id"), v) {
		return failed("duplicate_external_id")
	}
	v.fill(o, blocks)
	s.showView(ViewChanged, v)
	return object{"view": v.json()}, nil
}

// publishView is views.publish.
func (s *Server) publishView(r *request) (object, *failure) {
	p := s.people[r.text("user_id")]
	switch {
	case p == nil || p.at != r.w || p.bot || p.gone:
		return failed("user_not_found")
	case !s.app.Features.Home.Home:
		return failed("not_enabled")
	}
	v := p.home
	if v == nil {
		if r.text("hash") != "" {
			return failed("hash_conflict")
		}
		v = &view{s: s, id: s.id("V"), person: p, at: r.w, kind: inHome, open: true}
		v.root = v.id
	}
	out, fail := s.replaceView(r, v)
	if fail != nil {
		return nil, fail
	}
	p.home = v
	s.views[v.id] = v
	return out, nil
}

// showView tells the person of a view.
func (s *Server) showView(kind Kind, v *view) {
	if v.kind == inHome {
		kind = HomePublished
	}
	s.show(Seen{Kind: kind, View: v.view(), Channel: v.channel, to: v.person})
	s.tell()
}

// closeTop closes the modal on top.
func (p *Person) closeTop() {
	n := len(p.stack)
	if n == 0 {
		return
	}
	v := p.stack[n-1]
	p.stack = p.stack[:n-1]
	v.open = false
	p.s.show(Seen{Kind: ViewClosed, View: v.view(), Channel: v.channel, to: p})
}

func (p *Person) closeAll() {
	for len(p.stack) > 0 {
		p.closeTop()
	}
}
