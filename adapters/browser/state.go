package browser

import (
	"net/http"
	"time"

	"studyhall/bot"
)

// What /api/ answers; the comment of apiRoutes describes it.
type (
	resultView struct {
		Reply   *saidView         `json:"reply,omitempty"`
		Edit    *saidView         `json:"edit,omitempty"`
		Form    *formState        `json:"form,omitempty"`
		Dialog  string            `json:"dialog,omitempty"`
		Invalid map[string]string `json:"invalid,omitempty"`
	}
	saidView struct {
		ID      bot.MessageID `json:"id"`
		Private bool          `json:"private,omitempty"`
		messageState
	}
	messageState struct {
		Plain   string            `json:"plain"`
		Files   []string          `json:"files,omitempty"`   // names
		Actions map[string]string `json:"actions,omitempty"` // path by label
	}
	formState struct {
		Title  string       `json:"title"`
		Submit string       `json:"submit"`
		Action string       `json:"action"`
		Intro  string       `json:"intro"`
		Fields []fieldState `json:"fields"`
	}
	fieldState struct {
		Name     string        `json:"name"`
		Label    string        `json:"label"`
		Kind     bot.FieldKind `json:"kind"`
		Required bool          `json:"required"`
		Initial  []string      `json:"initial"`
		Options  []optionState `json:"options"`
		Suggest  string        `json:"suggest"`
	}
	optionState struct {
		Label string `json:"label"`
		Value string `json:"value"`
	}
	stateView struct {
		Clock    string                    `json:"clock"`
		Next     string                    `json:"next,omitempty"`
		Channels []channelState            `json:"channels"`
		Whispers map[bot.UserID][]seenView `json:"whispers"` // of the people asked for, oldest first
		Commands []commandState            `json:"commands"`
	}
	commandState struct {
		Name    string       `json:"name"`
		Message bool         `json:"message,omitempty"` // a shortcut on a message
		Fields  []fieldState `json:"fields,omitempty"`
	}
	channelState struct {
		ID       bot.ChannelID `json:"id"`
		Name     string        `json:"name"`
		Closed   bool          `json:"closed,omitempty"` // the bot was removed from it
		Messages []seenView    `json:"messages"`         // oldest first
	}
	seenView struct {
		ID      bot.MessageID `json:"id"`
		Channel bot.ChannelID `json:"channel"`
		Author  bot.UserID    `json:"author,omitempty"` // "" for the bot
		Key     string        `json:"key,omitempty"`
		At      time.Time     `json:"at"`
		Version int64         `json:"version"` // 1, and one more with every edit
		Edits   int64         `json:"edits"`
		Changed int64         `json:"changed"` // rises with every change in the whole chat
		Pinned  bool          `json:"pinned,omitempty"`
		Text    string        `json:"text,omitempty"` // the notification line
		messageState
	}
)

func stateOf(m bot.Message) messageState {
	v := messageState{Plain: plain(m)}
	for _, f := range m.Files {
		v.Files = append(v.Files, f.Name)
	}
	if m.Card == nil {
		return v
	}
	v.Actions = map[string]string{}
	for _, row := range m.Card.Controls {
		for _, control := range row {
			switch c := control.(type) {
			case bot.Button:
				v.Actions[c.Label] = c.Action
			case bot.Menu:
				for _, o := range c.Options {
					v.Actions[o.Label] = c.Action + "/" + o.Value
				}
			}
		}
	}
	return v
}

func stateOfForm(f bot.Form) *formState {
	return &formState{Title: f.Title, Submit: f.Submit, Action: f.Action, Intro: f.Intro.Plain(), Fields: stateOfFields(f.Fields)}
}

func stateOfFields(fields []bot.Field) []fieldState {
	var out []fieldState
	for _, f := range fields {
		v := fieldState{Name: f.Name, Label: f.Label, Kind: f.Kind, Required: f.Required, Initial: f.Initial, Suggest: f.Suggest}
		for _, o := range f.Options {
			v.Options = append(v.Options, optionState(o))
		}
		out = append(out, v)
	}
	return out
}

// result is the outcome of something done in a place or on a message.
func (s *site) result(out outcome, from submission, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	r := out.Response
	v := resultView{Invalid: r.Invalid}
	if r.Reply != nil {
		v.Reply = &saidView{out.Reply, r.Private, stateOf(*r.Reply)}
	}
	if r.Edit != nil {
		v.Edit = &saidView{from.message, false, stateOf(*r.Edit)}
	}
	if r.Form != nil {
		v.Form = stateOfForm(*r.Form)
		if v.Dialog, err = s.render("form", s.viewForm(*r.Form, from.channel, from.message)); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// serveState shows the chat as the named people see it, without names only what
// everybody sees. Nobody's whispers are shown to a request that doesn't name them.
func (s *site) serveState(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	v := stateView{Clock: s.now().UTC().Format(time.RFC3339), Whispers: map[bot.UserID][]seenView{}}
	if s.clock != nil {
		if next, ok, err := s.clock.Next(ctx); err == nil && ok {
			v.Next = next.UTC().Format(time.RFC3339)
		}
	}
	for _, c := range s.core.Commands() {
		v.Commands = append(v.Commands, commandState{c.Name, c.Message, stateOfFields(c.Fields)})
	}
	places := []bot.ChannelID{}
	for _, name := range s.channelNames() {
		places = append(places, channelID(name))
	}
	readers := map[bot.UserID]bool{}
	for _, as := range r.URL.Query()["as"] {
		if p, ok := s.person(as); ok {
			readers[p.user()] = true
			places = append(places, directID(p.ID))
		}
	}
	threads, err := s.store.threads(ctx)
	if err != nil {
		s.answer(w, nil, err)
		return
	}
	for n := 0; n < len(places); n++ { // grows by the threads found in places
		for _, t := range threads {
			if t.channel == places[n] {
				places = append(places, threadID(t.message))
			}
		}
		c, err := s.stateOfPlace(r, places[n], readers, v.Whispers)
		if err != nil {
			s.answer(w, nil, err)
			return
		}
		v.Channels = append(v.Channels, c)
	}
	s.answer(w, v, nil)
}

// stateOfPlace gives what everybody in a place sees, and adds to whispers what
// only one of the readers does.
func (s *site) stateOfPlace(r *http.Request, ch bot.ChannelID, readers map[bot.UserID]bool, whispers map[bot.UserID][]seenView) (channelState, error) {
	name, _, err := s.place(r.Context(), ch)
	if err != nil {
		return channelState{}, err
	}
	c := channelState{ID: ch, Name: name, Messages: []seenView{}}
	if c.Closed, err = s.closedTo(r.Context(), ch); err != nil {
		return c, err
	}
	entries, err := s.store.entries(r.Context(), "WHERE channel = $1 AND body <> '' ORDER BY number", ch)
	if err != nil {
		return c, err
	}
	for _, e := range entries {
		seen := seenView{ID: e.id(), Channel: ch, Author: e.author, Key: e.message.Key, At: e.at, Version: e.version, Edits: e.version - 1,
			Changed: e.changed, Pinned: e.pinned, Text: e.message.Text.Plain(), messageState: stateOf(e.message)}
		switch {
		case e.reader == "":
			c.Messages = append(c.Messages, seen)
		case readers[e.reader] && !e.echo():
			whispers[e.reader] = append(whispers[e.reader], seen)
		}
	}
	return c, nil
}
