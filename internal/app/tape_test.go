package app

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"studyhall/bot"
	"studyhall/bot/bottest"
)

// tape records what people were shown that they can press, send or complete, and
// what they sent.
type tape struct {
	mu     sync.Mutex
	shown  []shown
	known  map[string]bool
	typed  map[string]bool // in forms, by people
	people map[bot.UserID]bool
	lines  map[string]bool // that one person alone was shown in answer to an identifier
}

// shown is one path that somebody was shown.
type shown struct {
	path    string
	suggest bool // it completes a field
	values  bot.Values
	to      string // who alone saw it, as their platform names them; "": everybody in a channel
}

func newTape() *tape {
	return &tape{known: map[string]bool{}, typed: map[string]bool{}, people: map[bot.UserID]bool{}, lines: map[string]bool{}}
}

// of is an adapter as it is, with everything on the tape.
func (t *tape) of(f *bottest.Fake) bot.Adapter {
	if t == nil {
		return f
	}
	return taped{f, t}
}

// taped is a fake platform with a tape.
type taped struct {
	*bottest.Fake
	tape *tape
}

// Run records what people do and what they are answered.
func (a taped) Run(ctx context.Context, core bot.Core) error {
	return a.Fake.Run(ctx, tapedCore{core, a.tape})
}

// Send records what is posted.
func (a taped) Send(ctx context.Context, ch bot.ChannelID, m bot.Message) (bot.MessageID, error) {
	a.tape.message(seenBy(string(ch)), &m)
	return a.Fake.Send(ctx, ch, m)
}

// Edit records what it becomes.
func (a taped) Edit(ctx context.Context, id bot.MessageID, m bot.Message) error {
	a.tape.message(seenBy(string(id)), &m)
	return a.Fake.Edit(ctx, id, m)
}

// seenBy is whose private conversation a place is, or "".
func seenBy(place string) string {
	platform, name, _ := strings.Cut(place, ":")
	person, private := strings.CutPrefix(name, bottest.Private)
	if !private {
		return ""
	}
	person, _, _ = strings.Cut(person, "/")
	return platform + ":" + person
}

type tapedCore struct {
	bot.Core
	tape *tape
}

// Handle records a press and its answer.
func (c tapedCore) Handle(ctx context.Context, i bot.Interaction) bot.Response {
	c.tape.acted(i)
	r := c.Core.Handle(ctx, i)
	c.tape.message(string(i.User), r.Reply)
	c.tape.message(string(i.User), r.Edit)
	if r.Form != nil {
		c.tape.form(string(i.User), *r.Form)
	}
	if identifier.MatchString(i.Action) {
		c.tape.mu.Lock()
		for line := range strings.Lines(allTold(r)) {
			c.tape.lines[strings.TrimSpace(line)] = true
		}
		c.tape.mu.Unlock()
	}
	return r
}

// acted records what somebody pressed or sent.
func (t *tape) acted(i bot.Interaction) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.people[i.User] = true
	for _, all := range i.Values {
		for _, v := range all {
			t.typed[v] = true
		}
	}
	if i.Action != "" {
		t.add(shown{path: i.Action, values: i.Values, to: string(i.User)})
	}
}

// add keeps what is new. The caller holds mu.
func (t *tape) add(s shown) {
	key := s.path + "\n" + s.to
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		key += "\n" + name + "=" + strings.Join(s.values[name], ",")
	}
	if s.suggest {
		key += "\nsuggest"
	}
	if !t.known[key] {
		t.known[key] = true
		t.shown = append(t.shown, s)
	}
}

func (t *tape) message(to string, m *bot.Message) {
	if m == nil || m.Card == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, row := range m.Card.Controls {
		for _, control := range row {
			switch x := control.(type) {
			case bot.Button:
				t.add(shown{path: x.Action, to: to})
			case bot.Menu:
				for _, o := range x.Options {
					t.add(shown{path: x.Action + "/" + o.Value, to: to})
				}
			}
		}
	}
}

func (t *tape) form(to string, f bot.Form) {
	t.mu.Lock()
	defer t.mu.Unlock()
	values := bot.Values{}
	for _, field := range f.Fields {
		if values[field.Name] = field.Initial; len(field.Initial) == 0 && len(field.Options) > 0 {
			values[field.Name] = []string{field.Options[0].Value}
		}
		if field.Suggest != "" {
			t.add(shown{path: field.Suggest, suggest: true, to: to})
		}
	}
	t.add(shown{path: f.Action, values: values, to: to})
}
