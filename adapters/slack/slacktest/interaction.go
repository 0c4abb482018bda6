package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// ErrNoAnswer is what a person reads as an error or a warning sign: nothing came
// within three seconds, or [Options].Patience.
var ErrNoAnswer = errors.New("the bot didn't answer in time")

// Types of what people do.
const (
	ofCommand   = "command"
	ofAction    = "block_actions"
	ofSubmit    = "view_submission"
	ofClose     = "view_closed"
	ofSuggest   = "block_suggestion"
	ofGlobal    = "shortcut"
	ofMessage   = "message_action"
	mostUses    = 5
	hookLife    = 30 * time.Minute
	mostOptions = 100
)

// Interaction is something that a person did, and what came of it.
type Interaction struct {
	s       *Server
	Who     *Person
	Channel *Channel // nil on a home page

	at      *Workspace // with the application
	kind    string
	payload json.RawMessage
	source  *message // whose control was used
	on      *view    // or on which view
	action  string   // action_id of a menu that wants suggestions
	trigger string
	hook    string // path of its response_url
	uses    int
	created time.Time
	acked   time.Duration // after it was sent; -1 before
	late    bool
	said    []*message
	opened  *view
	errors  map[string]string
	choices []Choice
}

// ask makes an interaction. The caller holds the lock.
func (p *Person) ask(kind string, c *Channel, m *message, v *view) *Interaction {
	s := p.s
	at := p.at
	if c != nil {
		at = c.at
	}
	i := &Interaction{s: s, at: at, Who: p, Channel: c, kind: kind, source: m, on: v, created: s.now(), acked: -1}
	if kind != ofSuggest && kind != ofClose {
		i.trigger = "1763800000." + s.secret(10) + "." + s.hex(32)
		s.triggers[i.trigger] = &trigger{i: i, made: s.now()}
	}
	if kind == ofCommand || kind == ofMessage || kind == ofAction && m != nil {
		family := "actions"
		if kind == ofCommand {
			family = "commands"
		}
		i.hook = "/hooks/" + family + "/" + at.ID + "/" + s.secret(12) + "/" + s.secret(24)
		s.hooks[i.hook] = i
	}
	s.byID = append(s.byID, i)
	return i
}

// ResponseURL is the interaction's response_url; "" without one.
func (i *Interaction) ResponseURL() string {
	if i.hook == "" {
		return ""
	}
	return "http://" + i.s.host + i.hook
}

// base is what all interactive payloads have.
func (i *Interaction) base() object {
	p, s, at := i.Who, i.s, i.at
	if i.on != nil { // of what is done in a view this is the person's own workspace: github.com/slackapi/bolt-js/issues/1614
		at = p.at
	}
	out := object{
		"type": i.kind, "team": object{"id": at.ID, "domain": at.domain}, "api_app_id": s.app.id, "token": s.app.verify,
		"user":       object{"id": p.ID, "username": slug(p.Name), "name": slug(p.Name), "team_id": p.at.ID},
		"enterprise": nil, "is_enterprise_install": false,
	}
	if i.trigger != "" {
		out["trigger_id"] = i.trigger
	}
	if i.hook != "" {
		out["response_url"] = i.ResponseURL()
	}
	if i.on != nil {
		out["view"] = i.on.json()
	}
	if i.Channel != nil && i.on == nil {
		out["channel"] = object{"id": i.Channel.ID, "name": i.Channel.called()}
	}
	return out
}

// called is a channel's name in payloads.
func (c *Channel) called() string {
	if c.private {
		return "privategroup"
	}
	return c.Name
}

// send tells the bot. The caller holds the lock.
func (i *Interaction) send(payload object) {
	i.payload = encode(payload)
	d := &delivery{kind: interactive, payload: i.payload, i: i, url: i.s.o.Requests.Interactions}
	switch i.kind {
	case ofCommand:
		d.kind, d.answers, d.url = slash, true, i.s.o.Requests.Commands
	case ofSuggest:
		d.answers, d.url = true, i.s.o.Requests.Suggestions
	case ofSubmit:
		d.answers = true
	}
	i.s.deliver(d)
}

// fail is what the person sees of an interaction that nobody answered. The
// caller holds the lock.
func (i *Interaction) fail() {
	i.late = true
	if i.kind != ofClose {
		i.s.show(Seen{Kind: Failed, Channel: i.Channel, to: i.Who})
	}
	i.s.tell()
}

// wrong is an acknowledgement that Slack can't use.
func (i *Interaction) wrong(code, about string) {
	i.s.refused = append(i.s.refused, Refusal{Method: Method(i.kind), Code: code, Body: about})
	i.s.show(Seen{Kind: Failed, Channel: i.Channel, to: i.Who})
}

// answer takes the acknowledgement. The caller holds the lock.
func (i *Interaction) answer(payload json.RawMessage, took time.Duration) {
	i.acked = took
	v, _ := decode(payload)
	o, isObject := v.(object)
	switch {
	case len(payload) > 0 && !isObject:
		i.wrong("invalid_payload", string(payload))
	case i.kind == ofCommand && len(o) > 0:
		d, fail := i.s.draft(o, mostChar, &outcome{})
		if fail != nil {
			i.wrong(fail.code, string(payload))
			return
		}
		i.say(o, d)
	case i.kind == ofSubmit:
		i.submitted(o)
	case i.kind == ofSuggest:
		i.suggested(o)
	}
}

// say posts a message in answer, to the person alone or to all.
func (i *Interaction) say(o object, d draft) {
	only := i.Who
	if text(o, "response_type") == "in_channel" {
		only = nil
	}
	m := i.s.post(i.Channel, i.at.bot, only, d)
	if thread := i.Channel.find(text(o, "thread_ts")); thread != nil {
		m.under(either(thread.thread, thread.ts))
	}
	if only == nil {
		i.s.counts.Posts[m.key()]++
	}
	i.said = append(i.said, m)
	i.s.announce(m)
}

// suggested takes the options of a menu.
func (i *Interaction) suggested(o object) {
	c := &checker{s: i.s, where: inMessage, blocks: map[string]bool{}}
	one := option(plain(75))
	groups := many(0, mostOptions, of(must("label", plain(75)), must("options", many(0, mostOptions, one))))
	c.object("", o, []field{may("options", many(0, mostOptions, one)), may("option_groups", groups)})
	c.one("", o, "options", "option_groups")
	if fail := c.failure("invalid_options"); fail != nil {
		i.wrong(fail.code, string(encode(fail.body())))
		return
	}
	i.choices = choicesOf(o)
	i.Who.offered[i.action] = i.choices
}

// submitted does what the answer to a form says.
func (i *Interaction) submitted(o object) {
	s, p := i.s, i.Who
	switch action := text(o, "response_action"); action {
	case "":
		if len(o) > 0 {
			i.wrong("invalid_response", string(encode(o)))
			return
		}
		p.closeTop()
	case "clear":
		p.closeAll()
	case "errors":
		i.marked(child(o, "errors"))
	case "update", "push":
		body, blocks, fail := s.checkView(o["view"], inModal)
		switch {
		case fail != nil:
			i.wrong(fail.code, string(encode(fail.body())))
		case s.takenID(i.at, text(body, "external_id"), i.on):
			i.wrong("duplicate_external_id", text(body, "external_id"))
		case action == "update":
			i.on.fill(body, blocks)
			i.opened = i.on
			s.showView(ViewChanged, i.on)
		case len(p.stack) >= mostStack:
			i.wrong("push_limit_reached", "")
		default:
			i.opened = s.stack(i, body, blocks)
		}
	default:
		i.wrong("invalid_response_action", action)
	}
}

// marked shows what is wrong with a form beside its fields.
func (i *Interaction) marked(faults object) {
	i.errors = map[string]string{}
	for id, v := range faults {
		said, _ := v.(string)
		field := slices.ContainsFunc(objects(i.on.blocks), func(b object) bool { return text(b, "block_id") == id && text(b, "type") == "input" })
		if !field || said == "" {
			i.wrong("invalid_errors", id)
			return
		}
		i.errors[id] = said
	}
	if len(faults) == 0 {
		i.wrong("invalid_errors", "none")
		return
	}
	i.s.show(Seen{Kind: Marked, View: i.on.view(), Errors: maps.Clone(i.errors), Channel: i.Channel, to: i.Who})
}

// Wait returns when the bot has acknowledged it. The error is [ErrNoAnswer], or
// the context's.
func (i *Interaction) Wait(ctx context.Context) error {
	failed := false
	err := i.s.Await(ctx, func() bool {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		failed = i.late
		return i.late || i.acked >= 0
	})
	if err == nil && failed {
		return ErrNoAnswer
	}
	return err
}

// Acked reports whether it has been acknowledged.
func (i *Interaction) Acked() bool { return i.Latency() >= 0 }

// Latency is how long the acknowledgement took; -1 before.
func (i *Interaction) Latency() time.Duration {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.acked
}

// Messages are what the acknowledgement and the response_url posted, as they are
// now, without those that are gone.
func (i *Interaction) Messages() []Message {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	var out []Message
	for _, m := range i.said {
		if !m.gone {
			out = append(out, m.view())
		}
	}
	return out
}

// View is the view that was opened or changed in answer, as it is now.
func (i *Interaction) View() (View, bool) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.opened == nil {
		return View{}, false
	}
	return i.opened.view(), true
}

// Errors are what was said of the fields of a form, by block_id.
func (i *Interaction) Errors() map[string]string {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return maps.Clone(i.errors)
}

// Choices are the suggestions that came.
func (i *Interaction) Choices() []Choice {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return slices.Clone(i.choices)
}

// Again sends the interaction once more, as it was, as if the person had done it
// twice with one trigger. It has no answer of its own.
func (i *Interaction) Again() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	twin := *i
	twin.acked, twin.late, twin.said = -1, false, nil
	v, _ := decode(i.payload)
	o, _ := v.(object)
	twin.send(o)
}

// Expire makes the trigger stop working before its time.
func (i *Interaction) Expire() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if t := i.s.triggers[i.trigger]; t != nil {
		t.ended = true
	}
}
