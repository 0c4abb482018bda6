package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"studyhall/bot"
)

// Renderer is an adapter's pure half, and a reader of its payloads that a test
// of the adapter provides. The reader stands in for the platform: it must know
// the platform's rules by itself, not by asking the renderer.
type Renderer struct {
	Adapter string // with which the adapter's identifiers begin
	Message func(bot.Message) ([]byte, error)
	Form    func(bot.Form) ([]byte, error)
	// Check reports broken limits in any payload.
	Check func(payload []byte) []error
	// Reads is what a person reads in the payload of a message or form, with
	// [Instant] and [Person] where the platform shows a time or a mention.
	Reads func(payload []byte) (string, error)
	// Presses are the actions that come back when each control, or each option
	// of a menu, is used, in order.
	Presses func(payload []byte) ([]string, error)
	// Pings are the people the payload notifies; "everyone" and the like count.
	Pings func(payload []byte) ([]bot.UserID, error)
	// Sends is what comes back when a form is sent as it opened; nil where only
	// the platform's own code can send one.
	Sends func(payload []byte) (action string, values bot.Values, err error)
}

// Instant stands in a reading for a time that the platform shows in its own way.
func Instant(unix int64) string { return fmt.Sprintf("⟨time %d⟩", unix) }

// Person stands in a reading for an account that the platform shows by itself.
func Person(id bot.UserID) string { return fmt.Sprintf("⟨person %s⟩", id) }

// Render checks everything that must hold of a renderer on every platform.
func Render(t *testing.T, r Renderer) {
	for _, c := range Cards() {
		t.Run("card/"+c.Name, func(t *testing.T) { RenderMessage(t, r, c.Message) })
	}
	for name, text := range HostileTexts() {
		t.Run("hostile/"+name, func(t *testing.T) { RenderMessage(t, r, HostileCard(text)) })
	}
	for _, f := range Forms() {
		t.Run("form/"+f.Name, func(t *testing.T) { renderForm(t, r, f.Form) })
	}
}

// Fataler is what the checks of one message need of a test; fuzz tests and
// property tests have it as well.
type Fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// RenderMessage checks one message, as it is and with its key added or removed.
func RenderMessage(t Fataler, r Renderer, m bot.Message) {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Fatalf("the fixture is not valid: %v", err)
	}
	for _, key := range []string{"", "0123456789abcdef", strings.Repeat("k", bot.LimitKey)} {
		keyed := m
		keyed.Key = key
		payload, err := r.Message(keyed)
		if err != nil {
			t.Fatalf("key %q: %v", key, err)
		}
		for _, fault := range r.Check(payload) {
			t.Errorf("key %q: limit: %v", key, fault)
		}
		checkPresses(t, r, m, payload)
		checkPings(t, r, m, payload)
		if key == "" {
			checkWords(t, r, m, payload)
		}
	}
}

func checkPresses(t Fataler, r Renderer, m bot.Message, payload []byte) {
	t.Helper()
	var want []string
	if m.Card != nil {
		for _, controls := range m.Card.Controls {
			for _, control := range controls {
				switch c := control.(type) {
				case bot.Button:
					want = append(want, c.Action)
				case bot.Menu:
					for _, o := range c.Options {
						want = append(want, c.Action+"/"+o.Value)
					}
				}
			}
		}
	}
	got, err := r.Presses(payload)
	if err != nil {
		t.Fatalf("presses: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths that come back (-want +got):\n%s", diff)
	}
}

func checkPings(t Fataler, r Renderer, m bot.Message, payload []byte) {
	t.Helper()
	got, err := r.Pings(payload)
	if err != nil {
		t.Fatalf("pings: %v", err)
	}
	for _, id := range got {
		meant := slices.ContainsFunc(parts(m), func(p bot.Part) bool { return p.Kind == bot.MentionPart && p.User == id })
		if !meant {
			t.Errorf("notifies %s, whom the message doesn't mention", id)
		}
	}
}

// checkWords finds every literal line in what a person reads, and in place of
// every token either its words or the platform's own way of showing it.
func checkWords(t Fataler, r Renderer, m bot.Message, payload []byte) {
	t.Helper()
	raw, err := r.Reads(payload)
	if err != nil {
		t.Fatalf("what a person reads: %v", err)
	}
	read := squeezed(raw)
	has := func(s string) bool { return strings.Contains(read, squeezed(s)) }
	for _, p := range parts(m) {
		switch p.Kind {
		case bot.LiteralPart:
			for line := range strings.Lines(p.Literal) {
				if !has(line) {
					t.Errorf("%q is not to be read in:\n%s", line, raw)
				}
			}
		case bot.WhenPart:
			if !has(p.Literal) && !has(Instant(p.Time.Unix())) {
				t.Errorf("%s is not to be read in:\n%s", p.Time.Format(time.RFC3339), raw)
			}
		case bot.MentionPart:
			own := bot.AdapterOf(p.User) == r.Adapter && has(Person(p.User))
			if !own && !has(p.Literal) {
				t.Errorf("the mention of %q is not to be read in:\n%s", p.Literal, raw)
			}
		}
	}
	if m.Card == nil {
		return
	}
	for _, label := range labels(m.Card) {
		if !has(label) {
			t.Errorf("label %q is not to be read in:\n%s", label, raw)
		}
	}
}

// parts are the parts of everything a message says, but for the notification
// line of a message with a card.
func parts(m bot.Message) []bot.Part {
	if m.Card == nil {
		return m.Text.Parts()
	}
	c := m.Card
	texts := []bot.Text{c.Title, c.Body, c.Footer}
	if c.Table != nil {
		texts = append(texts, c.Table.Header[1:]...) // the first column's header may go without saying
		for _, cells := range c.Table.Rows {
			texts = append(texts, cells...)
		}
	}
	for _, f := range c.Facts {
		texts = append(texts, f.Label, f.Value)
	}
	var all []bot.Part
	for _, t := range texts {
		all = append(all, t.Parts()...)
	}
	return all
}

func labels(c *bot.Card) []string {
	var all []string
	if c.Image != nil {
		all = append(all, c.Image.Alt)
	}
	for _, controls := range c.Controls {
		for _, control := range controls {
			switch v := control.(type) {
			case bot.Button:
				all = append(all, v.Label)
			case bot.Link:
				all = append(all, v.Label, v.URL)
			case bot.Menu:
				all = append(all, v.Placeholder)
				for _, o := range v.Options {
					all = append(all, o.Label)
				}
			}
		}
	}
	return all
}

// squeezed makes runs of white space one space, and compatible characters one
// character: a renderer short of room may show an asterisk in its wide form.
func squeezed(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(s)), " ")
}

func renderForm(t *testing.T, r Renderer, f bot.Form) {
	if err := f.Validate(); err != nil {
		t.Fatalf("the fixture is not valid: %v", err)
	}
	payload, err := r.Form(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range r.Check(payload) {
		t.Errorf("limit: %v", fault)
	}
	raw, err := r.Reads(payload)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{f.Title, f.Intro.Plain()}
	for _, field := range f.Fields {
		want = append(want, field.Label, field.Help)
		for _, o := range field.Options {
			want = append(want, o.Label)
		}
	}
	for _, w := range want {
		if !strings.Contains(squeezed(raw), squeezed(w)) {
			t.Errorf("%q is not to be read in:\n%s", w, raw)
		}
	}
	if r.Sends == nil {
		return
	}
	action, values, err := r.Sends(payload)
	if err != nil {
		t.Fatal(err)
	}
	if action != f.Action {
		t.Errorf("sent to %q, want %q", action, f.Action)
	}
	for _, field := range f.Fields {
		wanted, got := field.Initial, values[field.Name]
		foreign := func(id string) bool { return bot.AdapterOf(bot.UserID(id)) != r.Adapter } // can't be shown here
		switch {
		case field.Kind == bot.Bool && wanted == nil:
			wanted = []string{"false"}
		case field.Kind == bot.Person || field.Kind == bot.Channel:
			wanted = slices.DeleteFunc(slices.Clone(wanted), foreign)
		case field.Kind == bot.AudienceField: // where none can be chosen this is a line, which nobody is shown
			wanted = slices.DeleteFunc(slices.Clone(wanted), foreign)
			got = slices.DeleteFunc(slices.Clone(got), foreign)
		}
		if diff := cmp.Diff(wanted, got); diff != "" && len(wanted)+len(got) > 0 {
			t.Errorf("field %q comes back (-want +got):\n%s", field.Name, diff)
		}
	}
}
