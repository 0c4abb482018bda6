package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"studyhall/adapters/adapterkit"
	"studyhall/bot"
)

// Types of interactions: docs.slack.dev/reference/interaction-payloads.
const (
	usedControl  = "block_actions"
	usedShortcut = "message_action"
	sentForm     = "view_submission"
	typedLetters = "block_suggestion" // into a menu that asks for its options
)

// hearing is what the adapter knows while it takes what people do.
type hearing struct {
	present *adapterkit.Memo[bool] // workspaces that the core was told the bot is in
	homes   homes
	mu      sync.Mutex
	lines   map[string][]func(context.Context) // notices of a workspace that wait for an earlier one
}

func newHearing() hearing {
	return hearing{present: adapterkit.NewMemo[bool](), homes: homes{all: map[string]*home{}}, lines: map[string][]func(context.Context){}}
}

// sent is a slash command or an interaction as Slack sends it, as far as it is of
// use. It is decoded by parts: what is not as expected in one is lost there and
// nowhere else.
type sent struct {
	Type       string `json:"type"` // "" of a slash command
	Team       *named `json:"team"`
	Enterprise *named `json:"enterprise"`
	User       struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel   named `json:"channel"`
	Container struct {
		Channel string `json:"channel_id"`
		TS      string `json:"message_ts"`
		Thread  string `json:"thread_ts"`
		Whisper bool   `json:"is_ephemeral"`
	} `json:"container"`
	Trigger  string            `json:"trigger_id"`
	Hook     string            `json:"response_url"`
	Callback string            `json:"callback_id"`
	Actions  []json.RawMessage `json:"actions"`
	View     *sentView         `json:"view"`
	Message  sentMessage       `json:"message"` // whose control or shortcut was used; not of whispers
	ActionID string            `json:"action_id"`
	Typed    string            `json:"value"`

	// Of slash commands.
	Command        string `json:"command"`
	Text           string `json:"text"`
	TeamID         string `json:"team_id"`
	EnterpriseID   string `json:"enterprise_id"`
	CommandChannel string `json:"channel_id"`
	UserID         string `json:"user_id"`
	UserName       string `json:"user_name"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type sentMessage struct {
	TS     string `json:"ts"`
	Thread string `json:"thread_ts"`
	User   string `json:"user"`
	Text   string `json:"text"`
}

// sentView is a form, a home page, or a modal with a card.
type sentView struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Private  string `json:"private_metadata"`
	App      string `json:"app_installed_team_id"` // the workspace that has the app; in a shared channel not the person's
	Blocks   []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	} `json:"blocks"`
	State struct {
		Values map[string]map[string]json.RawMessage `json:"values"`
	} `json:"state"`
}

// team is the workspace that has the app, or "".
func (v *sentView) team() string {
	if v == nil {
		return ""
	}
	return v.App
}

// inputs are the names of the view's fields, from top to bottom.
func (v *sentView) inputs() []string {
	var names []string
	for _, b := range v.Blocks {
		if b.Type == "input" {
			names = append(names, b.ID)
		}
	}
	return names
}

// state is what is filled in, without what nobody knows yet.
func (v *sentView) state() slack.ViewState {
	out := slack.ViewState{Values: map[string]map[string]slack.BlockAction{}}
	for field, elements := range v.State.Values {
		out.Values[field] = map[string]slack.BlockAction{}
		for id, raw := range elements {
			var a slack.BlockAction
			if json.Unmarshal(raw, &a) == nil {
				out.Values[field][id] = a
			}
		}
	}
	return out
}

// received is one thing that somebody did.
type received struct {
	sent
	at      time.Time // when it came
	team    string
	user    string
	place   place // no channel on a home page and what it opens
	message string
	whisper bool
	hook    hook
	from    origin // of the form or modal
	ack     func(answer []byte) bool
}

// read decodes a slash command or an interaction. Only one without an identity
// is of no use at all.
func (a *Adapter) read(e envelope) (received, error) {
	r := received{at: e.came, ack: e.ack}
	if err := json.Unmarshal(e.payload, &r.sent); err != nil && r.Type == "" && r.Command == "" {
		return r, fmt.Errorf("read what somebody did: %w", err)
	}
	if e.kind == kindCommand {
		r.Type, r.User.ID, r.User.Name, r.User.Team = "", r.UserID, r.UserName, r.TeamID
		r.Channel.ID = r.CommandChannel
		if r.EnterpriseID != "" {
			r.Enterprise = &named{ID: r.EnterpriseID}
		}
	}
	r.user = r.User.ID
	// The workspace is the one in which it was done: people of another one who
	// share a channel are known by it, since only its token reaches them.
	for _, id := range []string{r.View.team(), idOf(r.Team), r.TeamID, r.User.Team, idOf(r.Enterprise)} {
		if r.team == "" && isID(id) {
			r.team = id
		}
	}
	if r.team == "" || !isID(r.user) {
		return r, fmt.Errorf("%s without an identity", kindOf(e.kind, r.Type))
	}
	if r.User.Name != "" {
		a.handles.Put(r.team+"/"+r.user, r.User.Name, memoTime)
	}
	r.locate(a.config.Now())
	return r, nil
}

func idOf(n *named) string {
	if n == nil {
		return ""
	}
	return n.ID
}

// kindOf is what was done, for the log: a word of Slack's, or that it is none.
func kindOf(kind, of string) string {
	if of == "" || strings.Trim(of, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return kind
	}
	return kind + " " + of
}

// locate finds out where it was done, and from where the form came that was sent.
func (r *received) locate(now time.Time) {
	if r.Hook != "" {
		r.hook = hook{URL: r.Hook, Until: now.Add(hookLife).Unix()}
	}
	if r.View != nil {
		if from, err := decodeOrigin(r.View.Private); err == nil {
			r.from = from
		}
		if p, err := parseChannel(r.from.Channel); err == nil && p.team == r.team {
			r.place = p
		}
		if p, ts, err := parseMessage(r.from.Message); err == nil && p.team == r.team {
			r.message, r.whisper = ts, r.from.Whisper
		}
		if r.Type == sentForm {
			r.hook = r.from.Hook
		}
		return
	}
	r.place = place{team: r.team}
	for _, id := range []string{r.Channel.ID, r.Container.Channel} {
		if r.place.channel == "" && isID(id) {
			r.place.channel = id
		}
	}
	ts, thread := r.Container.TS, r.Container.Thread
	if ts == "" {
		ts, thread = r.Message.TS, r.Message.Thread
	}
	if isTimestamp(thread) && thread != ts { // a thread's beginning is in the channel
		r.place.thread = thread
	}
	if r.Type == usedControl && isTimestamp(ts) && r.place.channel != "" {
		r.message, r.whisper = ts, r.Container.Whisper
	}
}

// onPage reports whether it was done on a home page, or on what that opened.
func (r received) onPage() bool {
	return r.View != nil && (r.View.Type == "home" || r.from.Page)
}

// direct reports whether it was done in a conversation with the bot.
func (r received) direct() bool { return r.onPage() || strings.HasPrefix(r.place.channel, "D") }

// id is the same however often Slack sends it. Suggestions have none.
func (r received) id() string { return name + ":i/" + r.Trigger }

// interaction is the part that doesn't depend on what was done.
func (r received) interaction() bot.Interaction {
	i := bot.Interaction{ID: r.id(), User: userID(r.team, r.user), Space: spaceID(r.team), Direct: r.direct()}
	if r.place.channel != "" {
		// A thread is a part of its channel: it is in the same group.
		i.Channel = place{team: r.team, channel: r.place.channel}.id()
	}
	switch {
	case r.modal() != "":
		i.Message, i.Whisper = place{team: r.team, channel: r.modal()}.message("0.0"), true
	case r.message != "" && r.View != nil:
		i.Message, i.Whisper = r.from.Message, r.whisper
	case r.message != "":
		i.Message, i.Whisper = r.place.message(r.message), r.whisper
	}
	return i
}

// modal is the modal with a card of which a control was used, or under the form
// that was sent; "" for none.
func (r received) modal() string {
	switch {
	case r.View == nil:
		return ""
	case r.Type == sentForm:
		return r.from.View
	case r.View.Type == "modal" && isID(r.View.ID):
		return r.View.ID
	}
	return ""
}

// done is what a person did, in the core's words, with the files still to fetch;
// ok is false for what needs no handler.
func done(r received) (i bot.Interaction, files []sentFile, ok bool) {
	i = r.interaction()
	switch r.Type {
	case "":
		i.Command, i.Line = typedCommand(r.team, r.Command, r.Text)
		return i, nil, true
	case usedControl:
		for _, raw := range r.Actions {
			var action slack.BlockAction
			if json.Unmarshal(raw, &action) != nil && action.ActionID == "" {
				continue
			}
			if i.Action, ok = pressed(action); ok {
				return i, nil, true
			}
		}
		return i, nil, false
	case usedShortcut:
		i.Command = r.Callback
		if i.Command == "" || !isTimestamp(r.Message.TS) {
			return i, nil, false
		}
		i.Target = &bot.Target{Message: r.place.message(r.Message.TS), Text: shownLine(r.Message.Text)}
		if isID(r.Message.User) {
			i.Target.Author = userID(r.team, r.Message.User)
		}
		return i, nil, true
	case sentForm:
		if r.View == nil || r.View.Callback == "" {
			return i, nil, false
		}
		i.Action = r.View.Callback
		i.Values, files = submitted(r.team, r.View.state())
		return i, files, true
	}
	return i, nil, false
}

// take takes what Slack sent, acknowledges it and returns at once.
func (a *Adapter) take(e envelope) {
	defer func() {
		if p := recover(); p != nil {
			e.ack(nil)
			a.log.Error("panic", "kind", e.kind, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch {
	case e.kind == kindEvent:
		e.ack(nil)
		a.event(e.payload)
		return
	case e.kind != kindCommand && e.kind != kindInteraction:
		e.ack(nil)
		return
	}
	e.ack = a.acknowledging(e)
	r, err := a.read(e)
	if r.Type != sentForm && r.Type != typedLetters { // whose answer is the acknowledgement
		e.ack(nil)
	}
	if err != nil {
		e.ack(nil)
		a.log.Warn("interaction not understood", "err", err)
		return
	}
	a.receive(r)
}

// acknowledging is an envelope's acknowledgement that takes figures, too.
func (a *Adapter) acknowledging(e envelope) func([]byte) bool {
	return func(answer []byte) bool {
		counts := e.ack(answer)
		if counts {
			a.config.Meter.Acknowledged(name, time.Since(e.came))
		}
		return counts
	}
}

// receive has somebody answered, unless they do too much at once.
func (a *Adapter) receive(r received) {
	who := r.team + "/" + r.user
	ok, full := a.crowd.Enter(who)
	if full {
		a.leaveOut(r)
		a.log.Error("too much at once, an interaction was left out")
		return
	}
	a.life.Background(func(ctx context.Context) {
		if !ok {
			a.refuseFlood(ctx, r)
			return
		}
		defer a.crowd.Leave(who)
		switch r.Type {
		case typedLetters:
			a.suggest(ctx, r)
		case sentForm:
			a.submit(ctx, r)
		default:
			a.serve(ctx, r)
		}
	})
}
