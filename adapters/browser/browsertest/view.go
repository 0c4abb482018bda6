package browsertest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"studyhall/adapters/browser"
	"studyhall/bot"
	"studyhall/bot/bottest"
)

// What the chat answers, as far as a script needs it.
type (
	option struct{ Label, Value string }
	field  struct {
		Name, Label, Suggest string
		Kind                 bot.FieldKind
		Required             bool
		Initial              []string
		Options              []option
	}
	form struct {
		Title, Intro, Action string
		Fields               []field
	}
	result struct {
		Form    *form
		Invalid map[string]string
	}
	message struct {
		ID, Channel, Plain string
		Files              []string
		Actions            map[string]string // path by label
	}
	command struct {
		Name    string
		Message bool
		Fields  []field
	}
	state struct {
		Channels []struct {
			ID       string
			Messages []message
		}
		Whispers map[string][]message
		Commands []command
	}
)

// state is what a person sees.
func (d *Driver) state(ctx context.Context, person string) (state, error) {
	var s state
	if err := d.known(person); err != nil {
		return s, err
	}
	return s, d.request(httptest.NewRequestWithContext(ctx, "GET", "/api/state?as="+url.QueryEscape(person), nil), &s)
}

// Reload loads the page of every place, as the first person who sees it, and fails
// where one is not shown.
func (d *Driver) Reload(ctx context.Context) error {
	d.mu.Lock()
	handler, people := d.handler, slices.Sorted(maps.Keys(d.people))
	d.mu.Unlock()
	if handler == nil {
		return errNotRunning
	}
	loaded := map[string]bool{}
	for _, person := range people {
		s, err := d.state(ctx, person)
		if err != nil {
			return err
		}
		for _, c := range s.Channels {
			if loaded[c.ID] {
				continue
			}
			loaded[c.ID] = true
			page := url.Values{"as": {person}, "in": {c.ID}}
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "/?"+page.Encode(), nil))
			if rec.Code != http.StatusOK {
				return fmt.Errorf("%s's page of %s: status %d: %s", person, c.ID, rec.Code, rec.Body)
			}
		}
	}
	return nil
}

// newest is the newest message whose first line begins with on and for which has is true.
func (s state) newest(on string, has func(message) bool) (message, bool) {
	var all []message
	for _, c := range s.Channels {
		all = append(all, c.Messages...)
	}
	for _, whispers := range s.Whispers {
		all = append(all, whispers...)
	}
	number := func(m message) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(m.ID, browser.Name+":m/"))
		return n
	}
	slices.SortFunc(all, func(a, b message) int { return number(b) - number(a) })
	for _, m := range all {
		if strings.HasPrefix(m.Plain, on) && has(m) {
			return m, true
		}
	}
	return message{}, false
}

func fieldOf(fields []field, key string) (field, bool) {
	for _, f := range fields {
		if strings.EqualFold(f.Label, key) || strings.EqualFold(f.Name, key) {
			return f, true
		}
	}
	return field{}, false
}

// answered puts the form that the bot opened, or found faults in, on the
// person's screen.
func (d *Driver) answered(person string, sent *openForm, values map[string]any, got result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if sent != nil && d.forms[person] == sent {
		delete(d.forms, person)
	}
	if len(got.Invalid) > 0 && sent != nil {
		again := *sent
		again.faults, again.form.Fields = got.Invalid, slices.Clone(sent.form.Fields)
		filled, _ := values["values"].(map[string][]string)
		for n, f := range again.form.Fields {
			again.form.Fields[n].Initial = filled[f.Name]
		}
		d.open(person, &again)
	}
	if got.Form != nil {
		text := func(name string) string { s, _ := values[name].(string); return s }
		d.open(person, &openForm{form: *got.Form, channel: text("channel"), message: text("message")})
	}
}

// open shows a form. The caller holds mu.
func (d *Driver) open(person string, o *openForm) {
	d.forms[person] = o
	var fields []bottest.FormField
	for _, f := range o.form.Fields {
		var shown []string
		for _, v := range f.Initial {
			shown = append(shown, d.shownValue(f, v))
		}
		fields = append(fields, bottest.FormField{Label: f.Label, Value: strings.Join(shown, ", "), Fault: inWords(o.faults[f.Name])})
	}
	intro := o.form.Intro
	if whole := inWords(o.faults[""]); whole != "" {
		intro = strings.TrimSpace(whole + "\n" + intro)
	}
	d.seen = append(d.seen, bottest.Seen{Kind: bottest.Form, To: person, Channel: d.shown(bot.ChannelID(o.channel)),
		Text: bottest.FormText(o.form.Title, intro, fields)})
}

// shownValue is how a field shows a value. The caller holds mu.
func (d *Driver) shownValue(f field, v string) string {
	for _, o := range f.Options {
		if o.Value == v {
			return o.Label
		}
	}
	switch f.Kind {
	case bot.Person:
		for _, name := range slices.Sorted(maps.Keys(d.people)) {
			if v == browser.Name+":u/"+name {
				return d.people[name].Name
			}
		}
	case bot.Channel:
		return "#" + d.shown(bot.ChannelID(v))
	case bot.AudienceField:
		return "@" + strings.TrimPrefix(v, browser.Name+":")
	}
	return v
}

// invited is how the chat says that the bot is let back into a channel.
var invited = regexp.MustCompile(`open #(\S+) here, press “Channel menu” at the top and then “Invite the bot back”`)

// inWords is what the chat says of a refused post in its own way, in the scripts' words.
func inWords(text string) string {
	text = strings.ReplaceAll(text, "That channel no longer has me in it.", "The fake platform says I'm not in that channel any more.")
	return invited.ReplaceAllString(text, "open #$1 and type /invite @Studyhall")
}
